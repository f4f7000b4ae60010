from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_ratelimit.core import is_ratelimited

from forum.common.differences import changes
from forum.common.sign_in import signed_in
from forum.common.text import tidy
from forum.discussion import selectors, services
from forum.discussion.errors import ReplyImpossible, StageClosed, StateConflict, TooFast
from forum.discussion.forms import EditForm, PostForm
from forum.discussion.gate import Passage, Verdict
from forum.discussion.models import Post, PostState, Thread
from forum.explainers.selectors import background_for

REVISIONS_COMPARED = 30
"""The newest revisions show what changed; older ones stand there whole, so that the page is made in bounded time."""

KEPT = "kept_text"
"""Session key of a text whose author turned out to be signed out; given back after signing in."""


@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: HttpRequest, slug: str, anchor: str) -> HttpResponse:
    """The article, its background, the talk and the composer; a POST is a new post or a reply."""
    found = selectors.access_thread(slug, anchor, language=_language())
    if request.method == "POST":
        return _take_post(request, found)
    form = PostForm(
        initial={"key": uuid4(), "parent": _number(request.GET.get("reply"))} | _kept(request, found)
    )
    return _thread_page(request, found, form=form)


@require_GET
def post(request: HttpRequest, post_id: int) -> HttpResponse:
    """A permalink: leads to the page of the thread on which the post stands."""
    found = selectors.access_post(request.user, post_id)
    return redirect(_address(found))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, post_id: int) -> HttpResponse:
    """A form for a new revision of the reader's own post."""
    found = selectors.access_own_post(request.user, post_id)
    revisions = selectors.readable_revisions(request.user, found)
    current = revisions[-1]
    if request.method != "POST":
        form = EditForm(initial={"body": current.source, "revision": current.number})
        return _edit_page(request, found, form=form)
    form = EditForm(request.POST)
    if not form.is_valid():
        return _edit_page(request, found, form=form, status=422)
    if _is_too_fast(request, form):
        return _edit_page(request, found, form=form, status=429)
    try:
        outcome = services.edit_post(
            author=request.user,  # type: ignore[arg-type]
            post_id=found.pk,
            source=form.cleaned_data["body"],
            language=_language(),
            seen_revision=form.cleaned_data["revision"],
            insisted=form.cleaned_data["insisted"],
        )
    except (StateConflict, StageClosed) as error:
        form.add_error("body", str(error.message))
        return _edit_page(request, found, form=form, status=error.status)
    if outcome.post is None:
        return _edit_page(request, found, form=form, verdict=outcome.verdict)
    _say_what_became(request, outcome.post)
    return redirect(_address(outcome.post))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, post_id: int) -> HttpResponse:
    """Asks once, then takes the reader's own post back."""
    found = selectors.access_own_post(request.user, post_id)
    if request.method != "POST":
        return render(request, "discussion/withdraw.html", {"post": found, "back": _address(found)})
    services.withdraw_post(author=request.user, post_id=found.pk)  # type: ignore[arg-type]
    messages.success(request, _("Your post is withdrawn. Its place in the talk stays."))
    return redirect(_address(found))


@require_GET
def history(request: HttpRequest, post_id: int) -> HttpResponse:
    """All revisions of a post that the reader may read, newest first, with what changed."""
    found = selectors.access_post(request.user, post_id)
    revisions = selectors.readable_revisions(request.user, found)
    compared_from = len(revisions) - REVISIONS_COMPARED
    steps = [
        changes(old.source, new.source) if place >= compared_from else []
        for place, (old, new) in enumerate(pairwise(revisions), start=1)
    ]
    shown = list(reversed(list(zip(revisions, [[], *steps], strict=True))))
    context = {"post": found, "revisions": shown, "back": _address(found)}
    return render(request, "discussion/history.html", context)


@require_POST
def endorse(request: HttpRequest, post_id: int) -> HttpResponse:
    """Adds or takes back the reader's support: `wanted` is 1 or 0; without it, the opposite of what is."""
    if not request.user.is_authenticated:
        return _sign_in(request, reverse("discussion:post", args=[post_id]))
    if is_ratelimited(
        request, group="endorse", key="user", rate=settings.ENDORSEMENT_RATE_LIMIT, increment=True
    ):
        raise TooFast
    found = selectors.access_post(request.user, post_id)
    act = services.unendorse if found.endorsements.filter(user=request.user).exists() else services.endorse
    act(user=request.user, post_id=found.pk)
    if _is_partial(request):
        html = selectors.rendered_for(found.pk, user=request.user, language=_language())
        return HttpResponse(html)
    return redirect(_address(found))


# ---- taking a post ------------------------------------------------------------------------------------------


def _take_post(request: HttpRequest, found: Thread) -> HttpResponse:
    form = PostForm(request.POST)
    if not request.user.is_authenticated:
        return _keep_and_sign_in(request, found)
    if not form.is_valid():
        return _composer_or_page(request, found, form=form, status=422)
    if _is_too_fast(request, form):
        return _composer_or_page(request, found, form=form, status=429)
    try:
        outcome = services.submit_post(
            author=request.user,
            thread_id=found.pk,
            source=form.cleaned_data["body"],
            language=_language(),
            parent_id=form.cleaned_data["parent"],
            submission_key=form.cleaned_data["key"],
            insisted=form.cleaned_data["insisted"],
        )
    except (StageClosed, ReplyImpossible) as error:
        form.add_error("body", str(error.message))
        return _composer_or_page(request, found, form=form, status=error.status)
    if outcome.post is None:
        return _composer_or_page(request, found, form=form, verdict=outcome.verdict)
    if _is_partial(request):
        return _fresh_composer(request, found, posted=outcome.post)
    _say_what_became(request, outcome.post)
    return redirect(_address(outcome.post))


def _is_too_fast(request: HttpRequest, form: PostForm | EditForm) -> bool:
    """Counts one more text of this person; over the limit it is refused beside the field, and kept."""
    too_fast = any(
        is_ratelimited(request, group="post", key="user", rate=rate, increment=True)
        for rate in settings.POST_RATE_LIMITS
    )
    if too_fast:
        message = gettext(
            "You have posted many times in a short while. Your text is kept; send it again in a minute."
        )
        form.add_error("body", message)
    return too_fast


def _keep_and_sign_in(request: HttpRequest, found: Thread) -> HttpResponse:
    """Nothing typed is lost when the session has ended in mid-typing: it waits in the composer after signing in."""
    text = tidy(request.POST.get("body", ""))[: settings.POST_MAX_CHARACTERS * 2]
    request.session[KEPT] = {"thread": found.pk, "body": text, "parent": _number(request.POST.get("parent"))}
    messages.warning(
        request,
        _("You are signed out. Your text is kept: sign in, and it stands in the composer as you left it."),
    )
    return _sign_in(request, f"{_thread_address(found)}#composer")


def _sign_in(request: HttpRequest, target: str) -> HttpResponse:
    response = redirect_to_login(target)
    if _is_partial(request):
        return HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
    return response


def _kept(request: HttpRequest, found: Thread) -> dict[str, Any]:
    kept = request.session.get(KEPT) if request.user.is_authenticated else None
    if not kept or kept["thread"] != found.pk:
        return {}
    del request.session[KEPT]
    return {"body": kept["body"]} | ({"parent": kept["parent"]} if kept["parent"] else {})


def _say_what_became(request: HttpRequest, post: Post) -> None:
    say = messages.success if post.state == PostState.PUBLISHED else messages.info
    say(request, _what_became(post))


def _what_became(post: Post) -> str:
    """What the author of a text just taken in is told."""
    if post.state == PostState.PUBLISHED:
        return gettext("Your post is published.")
    if post.state == PostState.HIDDEN:
        return gettext("Your revision is saved. A facilitator reads it and decides; you will be told.")
    if post.awaiting_screening:
        return gettext(
            "Your post is saved. It could not be checked just now and is shown as soon as that is done."
        )
    return gettext("Your post is saved. A facilitator reads it before others do; you will be told.")


# ---- pages --------------------------------------------------------------------------------------------------


def _thread_page(
    request: HttpRequest, found: Thread, *, form: PostForm, verdict: Verdict | None = None, status: int = 200
) -> HttpResponse:
    language = _language()
    view = selectors.thread_view(found, user=request.user, language=language, at=timezone.now())
    page = selectors.post_page(
        found,
        user=request.user,
        language=language,
        is_facilitator=view.is_facilitator,
        start=_cursor(request, "from"),
        after=_cursor(request, "after"),
        before=_cursor(request, "before"),
    )
    context = {
        "view": view,
        "page": page,
        "pinned": background_for(
            found.provision_id, consultation_id=found.consultation_id, language=language
        ),
        "consultation": found.consultation,
        "situation": view.situation,
    } | _composer_context(found, form=form, verdict=verdict)
    response = render(request, "discussion/thread.html", context, status=status)
    _remember_reading(request, view, page)
    return response


def _remember_reading(request: HttpRequest, view: selectors.ThreadView, page: selectors.PostPage) -> None:
    here = next((entry for entry in view.outline if entry.anchor == view.thread.anchor), None)
    if request.user.is_authenticated and here and here.unread and page.last_number:
        services.mark_read(
            user_id=request.user.pk, thread_id=view.thread.pk, number=view.thread.last_post_number
        )


def _composer_context(found: Thread, *, form: PostForm, verdict: Verdict | None = None) -> dict[str, Any]:
    parent_id = _number(form["parent"].value())
    parent = (
        Post.objects.filter(pk=parent_id, thread=found, state=PostState.PUBLISHED).first()
        if parent_id
        else None
    )
    return {
        "thread": found,
        "form": form,
        "parent": parent,
        "verdict": verdict,
        "marked": _marked(form.data.get("body", ""), verdict.passages) if verdict else (),
        "limit": settings.POST_MAX_CHARACTERS,
    }


def _composer_or_page(
    request: HttpRequest, found: Thread, *, form: PostForm, verdict: Verdict | None = None, status: int = 200
) -> HttpResponse:
    """The composer again with everything typed: alone for a script that asked, in its page otherwise."""
    if not _is_partial(request):
        return _thread_page(request, found, form=form, verdict=verdict, status=status)
    context = _composer_context(found, form=form, verdict=verdict)
    return render(request, "discussion/_composer.html", context, status=status)


def _fresh_composer(request: HttpRequest, found: Thread, *, posted: Post) -> HttpResponse:
    form = PostForm(initial={"key": uuid4()})
    own = selectors.rendered_for(posted.pk, user=request.user, language=_language())
    context = _composer_context(found, form=form) | {
        "posted": posted,
        "own": own,
        "said": _what_became(posted),
    }
    return HttpResponse(render_to_string("discussion/_composer.html", context, request))


def _edit_page(
    request: HttpRequest, found: Post, *, form: EditForm, verdict: Verdict | None = None, status: int = 200
) -> HttpResponse:
    marked = _marked(form.data.get("body", ""), verdict.passages) if verdict else ()
    context = {"post": found, "form": form, "verdict": verdict, "marked": marked, "back": _address(found)}
    return render(request, "discussion/edit.html", context, status=status)


def _marked(body: str, passages: Sequence[Passage]) -> list[tuple[str, bool]]:
    """The text as (piece, whether it weighed much), so that a template can mark passages without any markup in it."""
    text = tidy(body)
    pieces: list[tuple[str, bool]] = []
    end = 0
    for passage in sorted(passages, key=lambda one: one.start):
        start = max(passage.start, end)
        pieces += [(text[end:start], False), (text[start : passage.end], True)]
        end = max(end, passage.end)
    return [piece for piece in [*pieces, (text[end:], False)] if piece[0]]


# ---- small things -------------------------------------------------------------------------------------------


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _is_partial(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def _number(value: Any) -> int | None:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _cursor(request: HttpRequest, name: str) -> str:
    value = request.GET.get(name, "")
    if value and not (value.isascii() and value.isdigit() and len(value) <= 24):
        raise BadRequest("not a cursor")
    return value


def _thread_address(found: Thread) -> str:
    return reverse("discussion:thread", args=[found.consultation.slug, found.anchor])


def _address(found: Post) -> str:
    return f"{_thread_address(found.thread)}?from={selectors.page_start(found)}#post-{found.pk}"
