"""From the decisions about a text to its labels: the final outcome counts, not the first word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import F

from forum.discussion.models import PostState
from forum.discussion.rules import Rule
from moderation.models import Appeal, AppealOutcome, Decision, Label, Signal
from moderation.services.decisions import ADVERSE

NEVER_EXPORTED = (Rule.PERSONAL_DATA, Rule.UNLAWFUL)
"""A post that was taken from view for what it contains is not copied elsewhere, whatever else was decided."""


class LeftOut(StrEnum):
    """Why a decided text is no example; the first that applies is counted."""

    UNLABELLED = "without a label"
    CONTESTED = "appeal not decided"
    WITHDRAWN = "withdrawn by its author"
    SENSITIVE = "personal data or unlawful"
    NO_CONSENT = "without consent"


@dataclass(frozen=True)
class Made:
    """One decision as far as it matters here."""

    pk: int
    case_id: int
    action: str
    rule: str
    at: datetime


@dataclass(frozen=True)
class Outcome:
    """What was decided about one revision in the end. `labels` has 1 or 0 for what was judged, nothing for the rest;
    `left_out` says why there is to be no example of it."""

    revision_id: int
    author_id: int | None
    thread_id: int
    consultation_id: int
    final: Made
    labels: Mapping[str, int]
    left_out: LeftOut | None


def outcomes_of(revision_ids: Sequence[int]) -> list[Outcome]:
    """The outcome of each revision, by their ids. Four queries, and no text is read."""
    subjects: dict[int, dict[str, Any]] = {}
    made: dict[int, dict[int, Made]] = defaultdict(dict)
    for row in _decisions(revision_ids):
        subjects[row["revision_id"]] = row
        made[row["revision_id"]][row["pk"]] = _made(row)
    contested = _follow_appeals(made)
    posts = [row["post"] for row in subjects.values()]
    adverse = _adverse(posts)
    signals = _signals({one.case_id for decisions in made.values() for one in decisions.values()})
    result = []
    for revision_id, row in sorted(subjects.items()):
        decisions = made[revision_id].values()
        final = max(decisions, key=lambda one: one.pk)
        labels = labels_of(final, at_issue=_at_issue(final, decisions, signals, adverse[row["post"]]))
        result.append(
            Outcome(
                revision_id=revision_id,
                author_id=row["author"],
                thread_id=row["thread"],
                consultation_id=row["consultation"],
                final=final,
                labels=labels,
                left_out=_left_out(
                    labels, row, is_contested=revision_id in contested, adverse=adverse[row["post"]]
                ),
            )
        )
    return result


def labels_of(final: Made, *, at_issue: Iterable[str]) -> dict[str, int]:
    """1 for the rule that the text was taken from view under; 0 for what was suspected of a text that stays."""
    if final.action in ADVERSE:
        return {final.rule: 1} if final.rule in Label.values else {}
    return {label: 0 for label in Label.values if label in at_issue}


def _decisions(revision_ids: Sequence[int]) -> Iterable[Any]:
    return (
        Decision.objects.filter(revision_id__in=revision_ids)
        .order_by("pk")
        .values(
            "pk",
            "case_id",
            "action",
            "rule",
            "created_at",
            "revision_id",
            post=F("revision__post_id"),
            post_state=F("revision__post__state"),
            thread=F("revision__post__thread_id"),
            consultation=F("case__consultation_id"),
            author=F("revision__post__author_id"),
            allows_learning=F("revision__post__author__allows_learning"),
        )
    )


def _made(row: Mapping[str, Any], prefix: str = "") -> Made:
    return Made(
        pk=row[f"{prefix}pk"],
        case_id=row[f"{prefix}case_id"],
        action=row[f"{prefix}action"],
        rule=row[f"{prefix}rule"],
        at=row[f"{prefix}created_at"],
    )


def _follow_appeals(made: dict[int, dict[int, Made]]) -> set[int]:
    """Adds the answers to appeals to the decisions appealed against, also where the author had changed the text
    meanwhile; returns the revisions whose appeal is not decided."""
    contested = set()
    appeals = Appeal.objects.filter(decision__revision_id__in=list(made)).values(
        "outcome",
        "answer__pk",
        "answer__case_id",
        "answer__action",
        "answer__rule",
        "answer__created_at",
        revision=F("decision__revision_id"),
    )
    for row in appeals:
        if row["answer__pk"]:
            made[row["revision"]][row["answer__pk"]] = _made(row, "answer__")
        elif row["outcome"] != AppealOutcome.WITHDRAWN:
            contested.add(row["revision"])
    return contested


def _adverse(post_ids: Iterable[int]) -> dict[int, list[Made]]:
    found: dict[int, list[Made]] = defaultdict(list)
    rows = Decision.objects.filter(case__post_id__in=set(post_ids), action__in=ADVERSE).values(
        "pk", "case_id", "action", "rule", "created_at", post=F("case__post_id")
    )
    for row in rows:
        found[row["post"]].append(_made(row))
    return found


def _signals(case_ids: set[int]) -> dict[int, list[tuple[str, datetime]]]:
    found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    rows = Signal.objects.filter(case_id__in=case_ids, rule__in=Label.values)
    for case_id, rule, at in rows.values_list("case_id", "rule", "created_at"):
        found[case_id].append((rule, at))
    return found


def _at_issue(
    final: Made,
    decisions: Iterable[Made],
    signals: Mapping[int, Sequence[tuple[str, datetime]]],
    adverse: Iterable[Made],
) -> set[str]:
    """The rules that the final decision answered: those of the signals in the cases of this text until then, and
    those under which it, or its earlier version in the same case, had been taken from view. Not the final decision's
    own rule: keeping asks for one as well, and the form suggests it."""
    cases = {one.case_id for one in decisions if one.pk <= final.pk}
    suspected = {rule for case_id in cases for rule, at in signals.get(case_id, ()) if at <= final.at}
    return suspected | {one.rule for one in adverse if one.case_id in cases and one.pk < final.pk}


def _left_out(
    labels: Mapping[str, int], row: Mapping[str, Any], *, is_contested: bool, adverse: Iterable[Made]
) -> LeftOut | None:
    if not labels:
        return LeftOut.UNLABELLED
    if is_contested:
        return LeftOut.CONTESTED
    if row["post_state"] == PostState.WITHDRAWN:
        return LeftOut.WITHDRAWN
    if any(one.rule in NEVER_EXPORTED for one in adverse):
        return LeftOut.SENSITIVE
    return None if row["allows_learning"] else LeftOut.NO_CONSENT
