"""The live model and its shadow, side by side on the texts that both have scored. A fixed number of queries."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from forum.accounts.models import RoleKind
from forum.accounts.selectors import consultations_with_role
from forum.consultations.models import Consultation
from forum.discussion.models import PostState, Revision
from forum.discussion.places import places
from moderation.charts import MirroredHistogram, mirrored_histogram
from moderation.models import Case, Decision, DecisionAction, Label, ShadowScreening
from moderation.places import titles
from moderation.policy import Rules, Thresholds, rules_of_all

PERIODS_DAYS = (7, 30, 90)
USUAL_DAYS = 30
MOST_PAIRS = 20_000
"""Texts compared at once, the newest; a page over more of them would keep a process busy for seconds."""
ROWS = 20
BINS = 10
STEPS = (
    ("nudge_at", pgettext_lazy("threshold", "Nudge")),
    ("flag_at", pgettext_lazy("threshold", "Queue")),
    ("hold_at", pgettext_lazy("threshold", "Hold")),
)
AGAINST = (DecisionAction.HIDE, DecisionAction.ASK_CHANGE)


# ---- who and what -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scope:
    """What somebody may compare: consultations by id (slug and title), the one chosen, and the days looked back.
    `facilitated` are those whose unpublished texts they may read."""

    consultations: Mapping[int, tuple[str, str]]
    facilitated: frozenset[int]
    chosen: str
    days: int

    @property
    def ids(self) -> list[int]:
        return [pk for pk, (slug, _title) in self.consultations.items() if self.chosen in ("", slug)]


def access_comparison(user: Any, *, slug: str = "", days: int = USUAL_DAYS, language: str) -> Scope:
    """Administrators compare the models over all consultations, facilitators over their own. Raises Http404 for
    everybody else, and for a consultation that is not among them."""
    facilitated = frozenset(consultations_with_role(user, RoleKind.FACILITATOR))
    found = Consultation.objects.order_by("pk")
    if not getattr(user, "is_superuser", False):
        found = found.filter(pk__in=facilitated)
        if not facilitated:
            raise Http404
    names = titles(language=language)
    consultations = {
        pk: (found_slug, names[found_slug]) for pk, found_slug in found.values_list("pk", "slug")
    }
    if slug and slug not in {known for known, _title in consultations.values()}:
        raise Http404
    return Scope(consultations, facilitated, slug, days if days in PERIODS_DAYS else USUAL_DAYS)


# ---- one text, two opinions ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opinion:
    """What one model says of a text: scores and the thresholds that count in its consultation, by label."""

    scores: Mapping[str, float]
    limits: Mapping[str, Thresholds]

    def reaches(self, label: str) -> tuple[bool, ...]:
        """Whether the score is at the threshold of each step."""
        return tuple(self.scores[label] >= getattr(self.limits[label], step) for step, _name in STEPS)


@dataclass(frozen=True)
class Pair:
    """One text that both models have scored."""

    revision_id: int
    post_id: int
    author_id: int | None
    state: str
    live: Opinion
    shadow: Opinion

    def gap(self, label: str) -> float:
        return abs(self.live.scores[label] - self.shadow.scores[label])

    def differs(self, label: str) -> bool:
        """Whether something else would happen to the text under the other model."""
        return self.live.reaches(label) != self.shadow.reaches(label)


# ---- what is shown ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ModelFacts:
    """One of the two models; milliseconds of a whole run, explanation included."""

    version: str
    median_ms: int
    p95_ms: int


@dataclass(frozen=True)
class Agreement:
    """How many texts reach one threshold under which of the models."""

    step: str | Promise
    both: int
    live_only: int
    shadow_only: int
    neither: int


@dataclass(frozen=True)
class Quality:
    """How one model's queue threshold fits what facilitators decided. Percentages are None where nothing is divided."""

    found: int
    flagged: int
    wanted: int

    @property
    def precision(self) -> int | None:
        return round(100 * self.found / self.flagged) if self.flagged else None

    @property
    def recall(self) -> int | None:
        return round(100 * self.found / self.wanted) if self.wanted else None


@dataclass(frozen=True)
class Decided:
    """Both models against the decided texts: `against` hidden or sent back under the label's rule, `kept` left as
    they are. Decisions under another rule say nothing about the label and are left out."""

    against: int
    kept: int
    live: Quality
    shadow: Quality


@dataclass(frozen=True)
class Bin:
    start: float
    end: float
    live: int
    shadow: int


@dataclass(frozen=True)
class LabelComparison:
    """Everything about one label. `live_flag_at` and `shadow_flag_at` are None where consultations differ."""

    key: str
    name: str | Promise
    texts: int
    agreements: Sequence[Agreement]
    decided: Decided | None
    bins: Sequence[Bin]
    chart: MirroredHistogram
    live_flag_at: float | None
    shadow_flag_at: float | None
    live_queued: int
    shadow_queued: int


@dataclass(frozen=True)
class ScoreOf:
    """Both scores of a text for a label, and the furthest step that each model would take; empty for none."""

    label: str | Promise
    live: float
    shadow: float
    live_step: str | Promise
    shadow_step: str | Promise


@dataclass(frozen=True)
class Disagreement:
    """One text over which the models part. `revision` is None where the reader may not read the text, `case_id` where
    they may not work on its case, and `is_open` tells whether the post has a page for them."""

    post_id: int
    number: int
    place: str
    consultation: str
    state: str
    scores: Sequence[ScoreOf]
    revision: Revision | None
    case_id: int | None
    is_open: bool


@dataclass(frozen=True)
class Comparison:
    """The whole page. `live` and `shadow` are None, and all else empty, where nothing has been scored by both.
    `others` are texts scored by earlier models; `total` counts those too. `unscored` are labels that one of the
    models knows nothing of."""

    scope: Scope
    is_configured: bool
    total: int = 0
    compared: int = 0
    others: int = 0
    is_cut: bool = False
    live: ModelFacts | None = None
    shadow: ModelFacts | None = None
    labels: Sequence[LabelComparison] = ()
    unscored: Sequence[str | Promise] = ()
    disagreements: Sequence[Disagreement] = ()
    disagreeing: int = 0
    page: int = 1
    pages: int = 1

    @property
    def first(self) -> int:
        """The number of the first disagreement on this page."""
        return (self.page - 1) * ROWS + 1

    @property
    def earlier(self) -> int:
        return self.page - 1

    @property
    def later(self) -> int:
        """The number of the next page; 0 on the last."""
        return self.page + 1 if self.page < self.pages else 0

    @property
    def is_for_many(self) -> bool:
        return len(self.scope.ids) > 1


def comparison(scope: Scope, *, user: Any, language: str, page: int = 1) -> Comparison:
    """Compares the newest two models over the scope's texts of its period."""
    is_configured = bool(settings.CIVILITY_SHADOW_MODEL)
    shadows = _shadows(scope)
    rows = list(shadows.order_by("-created_at", "-pk").values(*COLUMNS)[:MOST_PAIRS])
    if not rows:
        return Comparison(scope, is_configured)
    total = shadows.count() if len(rows) == MOST_PAIRS else len(rows)
    newest = rows[0]
    same = [row for row in rows if all(row[name] == newest[name] for name in (LIVE_VERSION, "model_version"))]
    pairs = _pairs(same, rules=rules_of_all(scope.ids))
    scored = [
        label
        for label in Label
        if newest["screening__thresholds"].get(label) and newest["thresholds"].get(label)
    ]
    decisions = _decisions(scope)
    parting = _parting(pairs, labels=scored, reader_id=user.pk)
    pages = max(1, -(-len(parting) // ROWS))
    page = min(max(page, 1), pages)
    return Comparison(
        scope,
        is_configured,
        total=total,
        compared=len(same),
        others=len(rows) - len(same),
        is_cut=total > len(rows),
        live=_facts(newest[LIVE_VERSION], [row["screening__milliseconds"] for row in same]),
        shadow=_facts(newest["model_version"], [row["milliseconds"] for row in same]),
        labels=[compare_label(pairs, label=label, decisions=decisions) for label in scored],
        unscored=[label.label for label in Label if label not in scored],
        disagreements=_disagreements(
            parting[(page - 1) * ROWS : page * ROWS], labels=scored, scope=scope, language=language
        ),
        disagreeing=len(parting),
        page=page,
        pages=pages,
    )


# ---- reading ------------------------------------------------------------------------------------------------

LIVE_VERSION = "screening__model_version"
REVISION, POST = "screening__revision", "screening__revision__post"
COLUMNS = (
    f"{REVISION}_id",
    f"{POST}_id",
    f"{POST}__author_id",
    f"{POST}__state",
    f"{POST}__thread__consultation_id",
    *(f"screening__{name}" for name in (*Label.values, "thresholds", "milliseconds")),
    LIVE_VERSION,
    *(*Label.values, "thresholds", "milliseconds", "model_version"),
)


def _shadows(scope: Scope) -> QuerySet[ShadowScreening]:
    since = timezone.now() - timedelta(days=scope.days)
    return ShadowScreening.objects.filter(
        created_at__gte=since, screening__revision__post__thread__consultation_id__in=scope.ids
    )


def _pairs(rows: Sequence[Mapping[str, Any]], *, rules: Mapping[int, Rules]) -> list[Pair]:
    """The rows with the thresholds that count in their consultation: its own where it has set them, for either model
    alike, since they would also count if the shadow were the live one."""
    known: dict[tuple[int, str], Mapping[str, Thresholds]] = {}

    def opinion(row: Mapping[str, Any], prefix: str) -> Opinion:
        consultation_id, own = row[f"{POST}__thread__consultation_id"], row[f"{prefix}thresholds"]
        key = (consultation_id, str(own))
        if key not in known:
            known[key] = {
                label: rules[consultation_id].thresholds(label, model=own) for label in Label.values
            }
        return Opinion({label: row[f"{prefix}{label}"] for label in Label.values}, known[key])

    return [
        Pair(
            revision_id=row[f"{REVISION}_id"],
            post_id=row[f"{POST}_id"],
            author_id=row[f"{POST}__author_id"],
            state=row[f"{POST}__state"],
            live=opinion(row, "screening__"),
            shadow=opinion(row, ""),
        )
        for row in rows
    ]


def _decisions(scope: Scope) -> dict[int, tuple[str, str]]:
    """Revision id -> action and rule of the newest decision about it, of the revisions that have a shadow."""
    made = Decision.objects.filter(
        case__consultation_id__in=scope.ids,
        revision__screenings__shadow__created_at__gte=timezone.now() - timedelta(days=scope.days),
    ).order_by("pk")
    return {pk: (action, rule) for pk, action, rule in made.values_list("revision_id", "action", "rule")}


# ---- reckoning ----------------------------------------------------------------------------------------------


def compare_label(
    pairs: Sequence[Pair], *, label: Label, decisions: Mapping[int, tuple[str, str]]
) -> LabelComparison:
    """What the pairs show of one label; `decisions` gives action and rule by revision."""
    reached = [(pair.live.reaches(label), pair.shadow.reaches(label)) for pair in pairs]
    live, shadow = _histogram(pairs, label=label, of="live"), _histogram(pairs, label=label, of="shadow")
    live_at, shadow_at = (
        _common_flag(pairs, label=label, of="live"),
        _common_flag(pairs, label=label, of="shadow"),
    )
    return LabelComparison(
        key=label.value,
        name=label.label,
        texts=len(pairs),
        agreements=[
            Agreement(
                step=name,
                both=sum(one[at] and other[at] for one, other in reached),
                live_only=sum(one[at] and not other[at] for one, other in reached),
                shadow_only=sum(other[at] and not one[at] for one, other in reached),
                neither=sum(not one[at] and not other[at] for one, other in reached),
            )
            for at, (_step, name) in enumerate(STEPS)
        ],
        decided=_decided(pairs, label=label, decisions=decisions),
        bins=[
            Bin(at / BINS, (at + 1) / BINS, live[at], shadow[at])
            for at in range(BINS)
            if live[at] or shadow[at]
        ],
        chart=mirrored_histogram(
            live,
            shadow,
            upper_mark=2.0 if live_at is None else live_at,
            lower_mark=2.0 if shadow_at is None else shadow_at,
        ),
        live_flag_at=live_at,
        shadow_flag_at=shadow_at,
        live_queued=sum(one[1] for one, _other in reached),
        shadow_queued=sum(other[1] for _one, other in reached),
    )


def _histogram(pairs: Sequence[Pair], *, label: str, of: str) -> list[int]:
    counts = [0] * BINS
    for pair in pairs:
        counts[min(int(getattr(pair, of).scores[label] * BINS), BINS - 1)] += 1
    return counts


def _common_flag(pairs: Sequence[Pair], *, label: str, of: str) -> float | None:
    """The queue threshold that all texts share; None where they differ or none can be reached."""
    found = {getattr(pair, of).limits[label].flag_at for pair in pairs}
    value: float = found.pop() if len(found) == 1 else 2.0
    return value if value <= 1 else None


def _decided(
    pairs: Sequence[Pair], *, label: str, decisions: Mapping[int, tuple[str, str]]
) -> Decided | None:
    """Flagged or not, by each model, against what was decided; None where nothing has been."""
    judged = []
    for pair in pairs:
        action, rule = decisions.get(pair.revision_id, ("", ""))
        if action and (action not in AGAINST or rule == label):
            judged.append((action in AGAINST, pair.live.reaches(label)[1], pair.shadow.reaches(label)[1]))
    if not judged:
        return None
    wanted = sum(is_against for is_against, _live, _shadow in judged)

    def quality(at: int) -> Quality:
        flagged = [row for row in judged if row[at]]
        return Quality(found=sum(row[0] for row in flagged), flagged=len(flagged), wanted=wanted)

    return Decided(against=wanted, kept=len(judged) - wanted, live=quality(1), shadow=quality(2))


def _facts(version: str, milliseconds: Sequence[int]) -> ModelFacts:
    ordered = sorted(milliseconds)
    return ModelFacts(version, round(statistics.median(ordered)), ordered[int(0.95 * (len(ordered) - 1))])


# ---- where they part ----------------------------------------------------------------------------------------


def _parting(pairs: Sequence[Pair], *, labels: Sequence[str], reader_id: int) -> list[Pair]:
    """Texts that fare differently under the two models, the widest gap first: none of the reader's own, about which
    somebody else decides, and none that was withdrawn."""

    def width(pair: Pair) -> float:
        return max((pair.gap(label) for label in labels if pair.differs(label)), default=0.0)

    found = [
        pair
        for pair in pairs
        if pair.author_id != reader_id
        and pair.state != PostState.WITHDRAWN
        and any(pair.differs(label) for label in labels)
    ]
    return sorted(found, key=lambda pair: (-width(pair), -pair.revision_id))


def _disagreements(
    pairs: Sequence[Pair], *, labels: Sequence[Label], scope: Scope, language: str
) -> list[Disagreement]:
    revisions = Revision.objects.select_related("post__thread__provision").in_bulk(
        [pair.revision_id for pair in pairs]
    )
    names = places([revision.post.thread for revision in revisions.values()], language=language)
    cases = Case.objects.filter(
        post_id__in=[pair.post_id for pair in pairs], consultation_id__in=scope.facilitated
    )
    case_ids = dict(cases.order_by("pk").values_list("post_id", "pk"))
    rows = []
    for pair in pairs:
        # A post may have been deleted since its scores were read.
        if (revision := revisions.get(pair.revision_id)) is None:
            continue
        post = revision.post
        consultation_id = post.thread.consultation_id
        is_facilitated = consultation_id in scope.facilitated
        is_public = post.state == PostState.PUBLISHED and revision.was_public
        rows.append(
            Disagreement(
                post_id=post.pk,
                number=post.number,
                place=names[post.thread_id],
                consultation=scope.consultations[consultation_id][1],
                state=post.state,
                scores=[_score_of(pair, label=label) for label in labels if pair.differs(label)],
                revision=revision if is_facilitated or is_public else None,
                case_id=case_ids.get(post.pk),
                is_open=is_facilitated or post.state != PostState.HELD,
            )
        )
    return rows


def _score_of(pair: Pair, *, label: Label) -> ScoreOf:
    return ScoreOf(
        label=label.label,
        live=pair.live.scores[label],
        shadow=pair.shadow.scores[label],
        live_step=_furthest(pair.live.reaches(label)),
        shadow_step=_furthest(pair.shadow.reaches(label)),
    )


def _furthest(reached: Sequence[bool]) -> str | Promise:
    """The gravest step of those reached. A nudge is the mildest, wherever its threshold stands."""
    return next(
        (name for (_step, name), is_reached in reversed([*zip(STEPS, reached, strict=True)]) if is_reached),
        "",
    )
