"""The kinds of notice: which sentence a person reads, and what may be filled into it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PLACE = "place"
"""The one field every kind may carry: where it happened, such as "Article 3"."""


@dataclass(frozen=True)
class NoticeKind:
    """`sentence` may hold `%(field)s` for each of `fields`; a notice must bring exactly those, and may bring
    `place`."""

    code: str
    sentence: str | Promise
    fields: frozenset[str] = frozenset()


_kinds: dict[str, NoticeKind] = {}


def register(kind: NoticeKind) -> None:
    """Makes a kind known; packages above do it when their app is ready. The same code again replaces it."""
    _kinds[kind.code] = kind


def kind_of(code: str) -> NoticeKind:
    """Raises LookupError for a kind that nobody registered."""
    if code not in _kinds:
        raise LookupError(code)
    return _kinds[code]


def sentence_of(code: str, context: dict[str, str | int]) -> str:
    """The notice's sentence in the active language; a plain one for a kind that is no longer known."""
    kind = _kinds.get(code)
    if kind is None:
        return str(_("Something happened that concerns you."))
    return str(kind.sentence) % {name: context.get(name, "") for name in kind.fields}


# No sentence names a person: what a notice once said about somebody could not be taken back.
for code, sentence in {
    "post_held": _("Your post waits for a facilitator before others can read it."),
    "post_hidden": _("Your post was hidden. Here is why, and what you can do."),
    "post_restored": _("Your post can be read by everybody again."),
    "post_kept": _("A facilitator looked at your post: it stays as it is."),
    "change_asked": _("A facilitator asks you to change your post."),
    "appeal_received": _("Your appeal has arrived. Somebody else will decide."),
    "appeal_decided": _("Your appeal has been decided."),
    "reply": _("Your post has a reply."),
    "official_response": _("The agency has answered."),
}.items():
    register(NoticeKind(code=code, sentence=sentence))
