"""The policies of a consultation one after the other, and what another one would make of what was written lately."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forum.accounts.models import RoleKind
from forum.accounts.selectors import consultations_with_role, is_administrator
from forum.consultations.models import Consultation
from forum.consultations.selectors import access_consultation
from forum.discussion.gate import Action, Draft
from moderation.models import AwaitingTreatment, Label, NudgeOutcome, Policy, Screening
from moderation.phases import SCORE_PHASES, Submission, judge
from moderation.policy import VALUES, Rules, values_of
from moderation.screening import Result

PREVIEW_TEXTS = 500
"""Texts that a comparison goes through, the newest first."""

STEPS: dict[str, str | Promise] = {
    "nudge_at": gettext_lazy("author asked first from"),
    "flag_at": gettext_lazy("put in the queue from"),
    "hold_at": gettext_lazy("held from"),
}
"""What a threshold begins, by the last part of its field's name."""


# ---- who ----------------------------------------------------------------------------------------------------


def access_policy(user: Any, slug: str, *, language: str) -> Consultation:
    """A consultation whose policy `user` may read: as its facilitator or as administrator. Raises Http404."""
    consultation = access_consultation(slug, language=language)
    if not is_administrator(user) and consultation.pk not in consultations_with_role(
        user, RoleKind.FACILITATOR
    ):
        raise Http404
    return consultation


def readable_policies(user: Any) -> list[tuple[str, int]]:
    """Slug and newest policy's number (0: none) of each consultation whose policy `user` may read. Two queries."""
    found = Consultation.objects.order_by("-pk")
    if not is_administrator(user):
        found = found.filter(pk__in=consultations_with_role(user, RoleKind.FACILITATOR))
    numbers: dict[str, int] = dict.fromkeys(found.values_list("slug", flat=True), 0)
    policies = Policy.objects.filter(consultation__slug__in=numbers).order_by("number")
    return list((numbers | dict(policies.values_list("consultation__slug", "number"))).items())


# ---- what was set when --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """One field that two policies set differently, in words of the reader's language."""

    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    """A policy with what it changed. `same_as` is the number of the newest earlier one, not the one just before, that
    was the same; `counts` whether it sets what counts now."""

    policy: Policy
    differences: Sequence[Difference]
    same_as: int | None
    counts: bool


def history(consultation_id: int) -> list[Entry]:
    """All policies, newest first. One query."""
    policies = list(
        Policy.objects.filter(consultation_id=consultation_id).select_related("set_by").order_by("number")
    )
    entries: list[Entry] = []
    before: dict[str, Any] = values_of(None)
    seen: list[dict[str, Any]] = []
    for policy in policies:
        values = values_of(policy)
        same = [number for number, earlier in enumerate(seen[:-1]) if earlier == values]
        entries.append(
            Entry(
                policy=policy,
                differences=differences(before, values),
                same_as=policies[same[-1]].number if same else None,
                counts=values == values_of(policies[-1]),
            )
        )
        seen.append(values)
        before = values
    return entries[::-1]


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[Difference]:
    return [
        Difference(field_words(name), value_words(old[name]), value_words(new[name]))
        for name in VALUES
        if old[name] != new[name]
    ]


def field_words(name: str) -> str:
    """What a field of a policy is called."""
    label, _underscore, step = name.partition("_")
    if label in Label.values and step in STEPS:
        return _("%(label)s, %(step)s") % {"label": Label(label).label, "step": STEPS[step]}
    if name == "awaiting":
        return _("Posts that could not be screened in time")
    return str(getattr(Policy._meta.get_field(name), "verbose_name", name))


def value_words(value: Any) -> str:
    """What a field of a policy says; an empty one is the model's own."""
    if value is None:
        return _("as the model")
    if isinstance(value, float):
        return number_words(value)
    return str(AwaitingTreatment(value).label) if value in AwaitingTreatment.values else str(value)


def number_words(value: float) -> str:
    """A probability with up to four digits behind the point."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


# ---- what would happen --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Model:
    """The model that screened the newest text, with its own thresholds by label."""

    version: str
    thresholds: dict[str, dict[str, float]]


def model_in_use(consultation_id: int) -> Model | None:
    """The model that screens this consultation, or any where nothing was screened here; None where nothing was
    screened at all. At most two queries."""
    screenings = Screening.objects.order_by("-pk")
    here = screenings.filter(revision__post__thread__consultation_id=consultation_id)
    newest = here.first() or screenings.first()
    return Model(newest.model_version, newest.thresholds) if newest else None


@dataclass(frozen=True)
class Line:
    """One thing that can happen to a text, to how many of them, now and then."""

    name: str
    old: int
    new: int

    @property
    def difference(self) -> str:
        """With its sign: `+2`, `−2` or `0`."""
        return f"{self.new - self.old:+d}".replace("-", "−") if self.new != self.old else "0"


@dataclass(frozen=True)
class Preview:
    """What two sets of numbers make of the last `texts` screened texts; `changed` of them fare differently. The first
    line overlaps the others: whoever is asked first may post all the same, and is counted there as if they did."""

    texts: int
    changed: int
    lines: Sequence[Line]


Fate = tuple[bool, str]
"""Whether the author is asked first, and what becomes of the text when it is posted as it is."""


def preview(consultation_id: int, *, model: Model | None, old: Rules, new: Rules) -> Preview:
    """Compares two policies on what was written here lately: posts, their later versions, and texts that were nudged.
    Two queries."""
    results = _results(consultation_id, model) if model else []
    was, would = [_fate(one, old) for one in results], [_fate(one, new) for one in results]
    names = {
        "nudged": _("Its author is asked first"),
        "held": _("Held until a person decides"),
        "queued": _("Published and put in the queue"),
        "passed": _("Published, nothing more"),
    }
    before, after = _tally(was), _tally(would)
    return Preview(
        texts=len(results),
        changed=sum(one != other for one, other in zip(was, would, strict=True)),
        lines=[Line(name, before[key], after[key]) for key, name in names.items()],
    )


def _results(consultation_id: int, model: Model) -> list[Result]:
    """Scores of the model in use alone: those of another one are on another scale."""
    fields = ("pk", "attack", "spam")
    screenings = Screening.objects.filter(model_version=model.version).order_by("-pk")
    posted = screenings.filter(revision__post__thread__consultation_id=consultation_id)
    # A text that was posted as it was after its nudge has a screening as a revision already.
    nudged = screenings.filter(
        ~Q(nudge__outcome=NudgeOutcome.INSISTED), nudge__thread__consultation_id=consultation_id
    )
    found = [*posted.values_list(*fields)[:PREVIEW_TEXTS], *nudged.values_list(*fields)[:PREVIEW_TEXTS]]
    return [
        Result({Label.ATTACK: attack, Label.SPAM: spam}, model.thresholds, (), model.version, 0)
        for _pk, attack, spam in sorted(found, reverse=True)[:PREVIEW_TEXTS]
    ]


def _fate(result: Result, rules: Rules) -> Fate:
    asked = judge(_submission(result, rules, insisted=False), phases=SCORE_PHASES).action is Action.NUDGE
    judgement = judge(_submission(result, rules, insisted=True), phases=SCORE_PHASES)
    if judgement.action is Action.HOLD:
        return asked, "held"
    return asked, "queued" if judgement.findings else "passed"


def _submission(result: Result, rules: Rules, *, insisted: bool) -> Submission:
    nobody = Draft(author_id=0, consultation_id=0, thread_id=0, source="")
    return Submission(draft=nobody, rules=rules, result=result, established=True, insisted=insisted)


def _tally(fates: Sequence[Fate]) -> Counter[str]:
    counts = Counter(end for _asked, end in fates)
    counts["nudged"] = sum(asked for asked, _end in fates)
    return counts
