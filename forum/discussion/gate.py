"""The gate that every text passes before anybody reads it; moderation fills it (`settings.DISCUSSION_GATE`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from forum.discussion.models import Post, Revision


class Action(StrEnum):
    PUBLISH = "publish"
    NUDGE = "nudge"
    HOLD = "hold"


@dataclass(frozen=True)
class Draft:
    """A text on its way in. `post_id` names the post that it would revise; `insisted` the nudge that its author
    has answered with "post as it is"."""

    author_id: int
    consultation_id: int
    thread_id: int
    source: str
    post_id: int | None = None
    insisted: int | None = None


@dataclass(frozen=True)
class Passage:
    """A span of characters of the source, [start, end)."""

    start: int
    end: int


@dataclass(frozen=True)
class Verdict:
    """What the gate says. `label` names what weighed most (attack, spam); `nudge_id` is set with NUDGE.
    `awaiting` is true when screening was not possible in time. `evidence` is the gate's own, handed back to
    `record` untouched."""

    action: Action
    label: str = ""
    passages: tuple[Passage, ...] = ()
    nudge_id: int | None = None
    awaiting: bool = False
    evidence: Any = field(default=None, compare=False)


class Gate(Protocol):
    def judge(self, draft: Draft) -> Verdict:
        """Screens the text and applies the consultation's policy. Runs before and outside the transaction that
        saves the post, within a time limit; never raises because of a failing classifier."""
        ...

    def record(self, verdict: Verdict, *, post: Post, revision: Revision) -> None:
        """Keeps the screening, signals and case of a saved revision, in the transaction of the save."""
        ...

    def withdrawn(self, post: Post) -> None:
        """The author took the post back, in the same transaction: an open case ends."""
        ...


@cache
def gate() -> Gate:
    loaded: Gate = import_string(settings.DISCUSSION_GATE)()
    return loaded
