"""Why a rule points at a post, in words for facilitators: the one place where a signal's details become sentences.

Whoever reads them may not be allowed to read the other text that they are about. Its post is named and linked only if
everybody has been able to read that text, or if it belongs to the consultation of the case; of any other no more than
a number is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forum.discussion.models import Post, PostState, Revision
from forum.discussion.places import places
from moderation.models import Case, Signal, SignalKind
from moderation.places import titles


@dataclass(frozen=True)
class Explanation:
    """A sentence or two, and where the other post that they are about can be read; both may be blank."""

    text: str = ""
    url: str = ""


Details = Mapping[str, int]


def explained(case: Case, *, language: str) -> list[tuple[Signal, Explanation]]:
    """The signals of a case, the weightiest first, each with its explanation in the language in use. Six queries at
    most, however many signals."""
    signals = list(case.signals.order_by("-weight", "pk"))
    ids = {signal.details.get("revision", 0) for signal in signals}
    named = _named_posts(ids, case=case, language=language)
    return [(signal, _explanation(signal, named=named)) for signal in signals]


def _explanation(signal: Signal, *, named: Mapping[int, Explanation]) -> Explanation:
    sentence = SENTENCES.get(signal.kind)
    if sentence is None or not signal.details:  # found before rules explained themselves
        return Explanation()
    other = named.get(signal.details.get("revision", 0), Explanation())
    return Explanation(text=sentence(signal.details, other.text), url=other.url)


def _named_posts(ids: set[int], *, case: Case, language: str) -> dict[int, Explanation]:
    """Revision -> name and address of its post, for those that a facilitator of the case may read."""
    revisions = Revision.objects.filter(pk__in=ids - {0}).select_related("post__thread__consultation")
    found = {one.pk: one.post for one in revisions if _is_readable(one, case=case)}
    if not found:
        return {}
    where = places([post.thread for post in found.values()], language=language)
    is_far = any(post.thread.consultation_id != case.consultation_id for post in found.values())
    called = titles(language=language) if is_far else {}
    return {
        pk: _named(post, case=case, place=where[post.thread_id], called=called) for pk, post in found.items()
    }


def _is_readable(revision: Revision, *, case: Case) -> bool:
    post = revision.post
    if post.thread.consultation_id == case.consultation_id:
        return post.state != PostState.WITHDRAWN
    return post.is_public and revision.was_public


def _named(post: Post, *, case: Case, place: str, called: Mapping[str, str]) -> Explanation:
    consultation = post.thread.consultation
    values = {"number": post.number, "place": place, "title": called.get(consultation.slug, "")}
    if consultation.pk == case.consultation_id:
        text = _("post no. %(number)s in “%(place)s”") % values
    else:
        text = _("post no. %(number)s in “%(place)s” of “%(title)s”") % values
    return Explanation(text=text, url=reverse("discussion:post", args=[post.pk]))


# ---- one function a kind ------------------------------------------------------------------------------------


def _links(details: Details, other: str) -> str:
    if details["same"] > 1:
        return _("%(links)s links; %(same)s of them lead to the same site.") % details
    return _("%(links)s links, each to another site.") % details


def _campaign(details: Details, other: str) -> str:
    if details["links"] == 1:
        text = _("The link leads to a site that %(posts)s other posts of the last %(days)s days also name.")
    elif details["same"] == 1:
        text = _(
            "One of %(links)s links leads to a site that %(posts)s other posts of the last %(days)s days also name."
        )
    else:
        text = _(
            "%(same)s of %(links)s links lead to the same site, which %(posts)s other posts of the last %(days)s days "
            "also name."
        )
    own = _("Of these by the same author: %(own)s.")
    return f"{text} {own}" % details


def _short_link(details: Details, other: str) -> str:
    return (
        ngettext(
            "%(links)s link goes through a shortening service and does not show where it leads.",
            "%(links)s links go through a shortening service and do not show where they lead.",
            details["links"],
        )
        % details
    )


def _duplicate(details: Details, other: str) -> str:
    count = (
        ngettext(
            "%(posts)s other post of the same author in the last %(days)s days reads like it.",
            "%(posts)s other posts of the same author in the last %(days)s days read like it.",
            details["posts"],
        )
        % details
    )
    return f"{_alike(details, other)} {count}"


def _letter(details: Details, other: str) -> str:
    count = _("%(people)s other people have posted nearly the same in the last %(days)s days.") % details
    return f"{_alike(details, other)} {count}"


def _removed(details: Details, other: str) -> str:
    if other:
        return _("About %(percent)s %% the same as %(post)s, which a facilitator had hidden.") % {
            "percent": details["percent"],
            "post": other,
        }
    return _("About %(percent)s %% the same as a post that a facilitator had hidden.") % details


def _alike(details: Details, other: str) -> str:
    if other:
        return _("About %(percent)s %% the same as %(post)s.") % {
            "percent": details["percent"],
            "post": other,
        }
    return _("About %(percent)s %% the same as another post.") % details


def _flooding(details: Details, other: str) -> str:
    return _("%(posts)s posts of the same author within %(minutes)s minutes.") % details


def _burst(details: Details, other: str) -> str:
    return (
        _(
            "In this thread, %(accounts)s other accounts younger than %(new_hours)s hours have posted %(posts)s times "
            "within %(minutes)s minutes."
        )
        % details
    )


def _new_link(details: Details, other: str) -> str:
    count = ngettext("%(links)s link.", "%(links)s links.", details["links"]) % details
    return f"{_newcomer(details)} {count}"


def _contact(details: Details, other: str) -> str:
    counts = _("Messenger addresses: %(handles)s; telephone numbers: %(phones)s.") % details
    return f"{_newcomer(details)} {counts}"


def _newcomer(details: Details) -> str:
    if details["hours"] >= details["new_hours"]:
        return _("Nothing by this author had been published before.")
    return _("The account was less than %(new_hours)s hours old.") % details


SENTENCES: Mapping[str, Callable[[Details, str], str]] = {
    SignalKind.LINKS: _links,
    SignalKind.CAMPAIGN: _campaign,
    SignalKind.SHORT_LINK: _short_link,
    SignalKind.DUPLICATE: _duplicate,
    SignalKind.LETTER: _letter,
    SignalKind.REMOVED: _removed,
    SignalKind.FLOODING: _flooding,
    SignalKind.BURST: _burst,
    SignalKind.NEW_LINK: _new_link,
    SignalKind.CONTACT: _contact,
}
"""What explains the signals of a kind, given its details and the name of the other post (blank where none may be
named). Kinds not listed say enough by themselves."""
