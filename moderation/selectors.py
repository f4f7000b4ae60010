"""What facilitators, authors and the public may see of moderation. Each page costs a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from forum.accounts.models import RoleKind
from forum.accounts.selectors import consultations_with_role, has_role
from forum.common.differences import Change, changes
from forum.consultations.selectors import SectionView, newest_version, sections_below
from forum.discussion.models import Post, PostState, Revision, Thread
from forum.discussion.places import places
from forum.discussion.selectors import post_context
from forum.realtime.models import Stream
from forum.realtime.streams import stream_key
from moderation.explanations import Explanation, explained
from moderation.models import (
    Appeal,
    Case,
    CaseState,
    Decision,
    Label,
    LogEntry,
    Nudge,
    Screening,
    Signal,
    SignalKind,
    StatementOfReasons,
)
from moderation.places import titles
from moderation.policy import rules_of
from moderation.services.decisions import possible_actions
from moderation.streams import QueueStream

QUEUE_ROWS = 100
LOG_ROWS = 50


# ---- the queue ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class QueueRow:
    """One line of the list. `signals` has each kind once, the weightiest first, with its count; that the post is held
    is said by its state."""

    case: Case
    place: str
    consultation: str
    signals: Sequence[tuple[Signal, int]]
    is_mine: bool
    is_claimed: bool


@dataclass(frozen=True)
class Queue:
    """The cases a facilitator may work on, the most pressing first; `total` also counts those not listed.
    `streams` gives the queue's stream of each of their consultations with its newest event's number; with `has_shadow`
    there is a page that compares the models."""

    rows: Sequence[QueueRow]
    total: int
    state: str
    is_for_many: bool
    has_shadow: bool
    streams: Sequence[tuple[str, int]]


def _reviewable(user: Any) -> QuerySet[Case]:
    """Cases of the user's consultations but those of their own posts: somebody else decides about them."""
    return Case.objects.filter(
        consultation__roles__user_id=user.pk, consultation__roles__kind=RoleKind.FACILITATOR
    ).exclude(post__author_id=user.pk)


def review_queue(user: Any, *, state: str, language: str) -> Queue:
    """The queue as `user` sees it. Raises Http404 for people without a queue."""
    ids = consultations_with_role(user, RoleKind.FACILITATOR)
    if not ids:
        raise Http404
    cases = _reviewable(user).filter(state=state)
    order = ("-changed_at", "-pk") if state == CaseState.CLOSED else ("-priority", "opened_at", "pk")
    found = list(
        cases.order_by(*order)
        .select_related("consultation", "post__thread__provision")
        .prefetch_related(Prefetch("signals", Signal.objects.order_by("-weight", "pk")))[:QUEUE_ROWS]
    )
    now = timezone.now()
    names = places([case.post.thread for case in found], language=language)
    called = titles(language=language) if len(ids) > 1 else {}
    return Queue(
        rows=[
            _row(
                case,
                user=user,
                place=names[case.post.thread_id],
                consultation=called.get(case.consultation.slug, ""),
                now=now,
            )
            for case in found
        ],
        total=cases.count(),
        state=state,
        is_for_many=len(ids) > 1,
        has_shadow=bool(settings.CIVILITY_SHADOW_MODEL),
        streams=_streams(ids),
    )


def _streams(consultation_ids: list[int]) -> list[tuple[str, int]]:
    keys = [stream_key(QueueStream.prefix, pk) for pk in consultation_ids]
    numbers = dict(Stream.objects.filter(key__in=keys).values_list("key", "last_number"))
    return [(key, numbers.get(key, 0)) for key in keys]


def _row(case: Case, *, user: Any, place: str, consultation: str, now: datetime) -> QueueRow:
    first: dict[tuple[str, str], Signal] = {}
    counts: dict[tuple[str, str], int] = {}
    for signal in case.signals.all():
        key = (signal.kind, signal.rule if signal.kind == SignalKind.SCREENING else "")
        first.setdefault(key, signal)
        counts[key] = counts.get(key, 0) + 1
    holder = case.holder_id(now)
    return QueueRow(
        case=case,
        place=place,
        consultation=consultation,
        signals=[(signal, counts[key]) for key, signal in first.items() if signal.kind != SignalKind.HELD],
        is_mine=holder == user.pk,
        is_claimed=holder is not None,
    )


def next_case_id(user: Any) -> int | None:
    """The most pressing open case that nobody else holds."""
    free = Q(claimed_by=None) | Q(claimed_until__lte=timezone.now()) | Q(claimed_by_id=user.pk)
    return (
        _reviewable(user)
        .filter(free, state=CaseState.OPEN)
        .order_by("-priority", "opened_at", "pk")
        .values_list("pk", flat=True)
        .first()
    )


# ---- one case -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ScoreView:
    """A score with the marks of the consultation's policy, in percent for drawing."""

    label: str
    value: float
    percent: int
    flag_percent: int
    hold_percent: int
    flag_at: float
    hold_at: float
    is_over: bool


@dataclass(frozen=True)
class AuthorHistory:
    """What the author has done in this consultation: posts by state, and decisions about them, newest first."""

    posts: int
    published: int
    held: int
    hidden: int
    withdrawn: int
    since: datetime | None
    decisions: Sequence[Decision]


@dataclass(frozen=True)
class CaseDetail:
    """Everything a facilitator needs to decide. `pieces` are the current source, cut where passages weighed;
    `differences` the way from the last text judged, or the one before, to the current one; each signal comes
    with what explains it."""

    case: Case
    post: Post
    revision: Revision
    place: str
    pieces: Sequence[tuple[str, bool]]
    scores: Sequence[ScoreView]
    screening: Screening | None
    signals: Sequence[tuple[Signal, Explanation]]
    context: Sequence[Post]
    article: SectionView | None
    history: AuthorHistory
    differences: Sequence[Change]
    compared_with: Revision | None
    nudges: Sequence[Nudge]
    decisions: Sequence[Decision]
    appeal: Appeal | None
    is_mine: bool
    is_claimed_by_other: bool
    decided_first: bool
    actions: Sequence[str]


def access_case(user: Any, case_id: int) -> Case:
    """A case that `user` may work on. Raises Http404 for all others, one's own posts included."""
    case = (
        _reviewable(user)
        .filter(pk=case_id)
        .select_related(
            "consultation", "post__thread__provision", "post__thread__consultation", "post__author"
        )
        .first()
    )
    if case is None:
        raise Http404
    return case


def case_detail(case: Case, *, user: Any, language: str) -> CaseDetail:
    """Reads everything about a case. The number of queries does not depend on how much there is."""
    post = case.post
    revisions = list(post.revisions.order_by("number"))
    current = revisions[-1]
    screening = Screening.objects.filter(revision=current).order_by("-pk").first()
    decisions = list(
        Decision.objects.filter(case__post=post).select_related("actor", "revision").order_by("-pk")
    )
    judged = decisions[0].revision_id if decisions else None
    before = next((one for one in revisions if one.pk == judged), None)
    if before is None or before.pk == current.pk:
        before = revisions[-2] if len(revisions) > 1 else None
    appeal = Appeal.objects.filter(case=case, outcome="").select_related("decision").first()
    holder = case.holder_id(timezone.now())
    return CaseDetail(
        case=case,
        post=post,
        revision=current,
        place=places([post.thread], language=language)[post.thread_id],
        pieces=cut(current.source, screening.passages if screening else []),
        scores=_scores(screening, consultation_id=case.consultation_id),
        screening=screening,
        signals=explained(case, language=language),
        context=post_context(post.pk),
        article=_article(post.thread, language=language),
        history=_history(post, consultation_id=case.consultation_id),
        differences=changes(before.source, current.source) if before else [],
        compared_with=before,
        nudges=list(Nudge.objects.filter(post=post).order_by("pk")),
        decisions=decisions,
        appeal=appeal,
        is_mine=holder == user.pk,
        is_claimed_by_other=holder is not None and holder != user.pk,
        decided_first=appeal is not None and appeal.decision.actor_id == user.pk,
        actions=[str(action) for action in possible_actions(case)],
    )


def _article(thread: Thread, *, language: str) -> SectionView | None:
    """What the thread is about in the newest version of the draft; None for the consultation as a whole."""
    version = newest_version(thread.consultation)
    if thread.provision is None or version is None:
        return None
    found = sections_below(version, thread.anchor, language=language, original=thread.consultation.language)
    return found[0] if found else None


def _scores(screening: Screening | None, *, consultation_id: int) -> list[ScoreView]:
    if screening is None:
        return []
    rules = rules_of(consultation_id)
    views = []
    for label in Label:
        limits = rules.thresholds(label, model=screening.thresholds)
        value = getattr(screening, label.value)
        views.append(
            ScoreView(
                label=str(label.label),
                value=value,
                percent=round(value * 100),
                flag_percent=min(round(limits.flag_at * 100), 100),
                hold_percent=min(round(limits.hold_at * 100), 100),
                flag_at=limits.flag_at,
                hold_at=limits.hold_at,
                is_over=value >= limits.flag_at,
            )
        )
    return views


def _history(post: Post, *, consultation_id: int) -> AuthorHistory:
    posts = Post.objects.filter(author_id=post.author_id or 0, thread__consultation_id=consultation_id)
    counts = posts.aggregate(
        all=Count("pk"), **{state: Count("pk", filter=Q(state=state)) for state in PostState.values}
    )
    first = posts.order_by("created_at").values_list("created_at", flat=True).first()
    decisions = (
        Decision.objects.filter(
            case__post__author_id=post.author_id or 0, case__consultation_id=consultation_id
        )
        .exclude(case__post_id=post.pk)
        .order_by("-pk")[:5]
    )
    return AuthorHistory(
        posts=counts["all"],
        published=counts[PostState.PUBLISHED],
        held=counts[PostState.HELD],
        hidden=counts[PostState.HIDDEN],
        withdrawn=counts[PostState.WITHDRAWN],
        since=first,
        decisions=list(decisions),
    )


def cut(source: str, passages: Sequence[dict[str, Any]]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it weighed; overlapping passages become one."""
    weighed = bytearray(len(source))
    for one in passages:
        start, end = max(int(one["start"]), 0), min(int(one["end"]), len(source))
        weighed[start:end] = b"\x01" * max(end - start, 0)
    pieces: list[tuple[str, bool]] = []
    start = 0
    for at in range(1, len(source) + 1):
        if at == len(source) or weighed[at] != weighed[start]:
            pieces.append((source[start:at], bool(weighed[start])))
            start = at
    return pieces


# ---- for authors --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StatementView:
    """A statement as its reader sees it. `can_appeal` only for the author, in time, and once."""

    statement: StatementOfReasons
    place: str
    pieces: Sequence[tuple[str, bool]]
    appeal: Appeal | None
    answers: Appeal | None
    is_author: bool
    can_appeal: bool
    window_days: int


def access_statement(user: Any, statement_id: int) -> StatementOfReasons:
    """A statement for its author and the facilitators of its consultation. Raises Http404 for all others."""
    statement = (
        StatementOfReasons.objects.select_related(
            "decision", "revision", "post__thread__consultation", "post__thread__provision"
        )
        .filter(pk=statement_id)
        .first()
    )
    if statement is None or not user.is_authenticated:
        raise Http404
    consultation_id = statement.post.thread.consultation_id
    if statement.author_id != user.pk and not has_role(user, consultation_id, RoleKind.FACILITATOR):
        raise Http404
    return statement


def statement_view(statement: StatementOfReasons, *, user: Any, language: str) -> StatementView:
    appeal = answers = None
    replaced = False
    if statement.decision_id:
        appeal = (
            Appeal.objects.filter(decision_id=statement.decision_id)
            .select_related("answer__statement")
            .first()
        )
        answers = (
            Appeal.objects.filter(answer_id=statement.decision_id)
            .select_related("decision__statement")
            .first()
        )
        replaced = Decision.objects.filter(
            case__post_id=statement.post_id, pk__gt=statement.decision_id
        ).exists()
    is_author = statement.author_id == user.pk
    in_time = statement.contestable_until is not None and statement.contestable_until > timezone.now()
    unseen = statement.post.state in (PostState.HIDDEN, PostState.HELD)
    return StatementView(
        statement=statement,
        place=places([statement.post.thread], language=language)[statement.post.thread_id],
        pieces=cut(statement.revision.source, statement.passages),
        appeal=appeal,
        answers=answers,
        is_author=is_author,
        can_appeal=is_author and in_time and appeal is None and unseen and not replaced,
        window_days=settings.APPEAL_WINDOW_DAYS,
    )


def newest_statement_id(user: Any, post_id: int) -> int:
    """The newest statement about the user's own post. Raises Http404."""
    found = (
        StatementOfReasons.objects.filter(post_id=post_id, author_id=user.pk)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    )
    if found is None:
        raise Http404
    return found


# ---- for everybody ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LogPage:
    """Rows newest first, each with its consultation's title. Cursors are sequence numbers; None where nothing more
    stands. `chosen` is the title of the one consultation shown."""

    rows: Sequence[tuple[LogEntry, str]]
    chosen: str
    newer: int | None
    older: int | None


def log_page(
    *, language: str, consultation: str = "", before: int | None = None, after: int | None = None
) -> LogPage:
    """One page of the public log by key. Three queries."""
    entries = LogEntry.objects.all()
    if consultation:
        entries = entries.filter(consultation=consultation)
    if after is not None:
        found = list(entries.filter(sequence__gt=after).order_by("sequence")[: LOG_ROWS + 1])
        has_newer, has_older = len(found) > LOG_ROWS, True
        found = found[:LOG_ROWS][::-1]
    else:
        older = entries if before is None else entries.filter(sequence__lt=before)
        found = list(older.order_by("-sequence")[: LOG_ROWS + 1])
        has_newer, has_older = before is not None, len(found) > LOG_ROWS
        found = found[:LOG_ROWS]
    names = titles(language=language)
    return LogPage(
        rows=[(entry, names.get(entry.consultation, entry.consultation)) for entry in found],
        chosen=names.get(consultation, consultation),
        newer=found[0].sequence if found and has_newer else None,
        older=found[-1].sequence if found and has_older else None,
    )
