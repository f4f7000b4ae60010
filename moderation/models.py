"""Screenings, policy, signals, cases, decisions, statements, appeals and the public log."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from forum.consultations.models import Consultation
from forum.discussion.models import Post, PostState, Revision, Thread
from forum.discussion.rules import Rule
from forum.realtime.streams import stream_key


class Label(models.TextChoices):
    """What the classifier scores. The values are those of the rules that such a text would break."""

    ATTACK = "attack", _("Personal attack")
    SPAM = "spam", _("Advertising")


# ---- policy -------------------------------------------------------------------------------------------------


class AwaitingTreatment(models.TextChoices):
    """What happens to a post that could not be screened in time."""

    PUBLISH_ESTABLISHED = "publish_established", _("publish established authors, hold new ones")
    HOLD_ALL = "hold_all", _("hold all")
    PUBLISH_ALL = "publish_all", _("publish all")


def _thresholds_in_order(label: str) -> Q:
    """0 <= flag_at <= hold_at <= 1 and 0 <= nudge_at <= 1, each of them where it is set."""
    nudge, flag, hold = f"{label}_nudge_at", f"{label}_flag_at", f"{label}_hold_at"
    unit = Q()
    for name in (nudge, flag, hold):
        unit &= Q(**{name: None}) | Q(**{f"{name}__gte": 0, f"{name}__lte": 1})
    return unit & (Q(**{flag: None}) | Q(**{hold: None}) | Q(**{f"{flag}__lte": F(hold)}))


class Policy(models.Model):
    """A consultation's thresholds, as probabilities; the highest number counts, older rows stay as they were.

    A blank threshold is the model's own.
    """

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="policies")
    number = models.PositiveIntegerField()
    attack_nudge_at = models.FloatField(null=True, blank=True)
    attack_flag_at = models.FloatField(null=True, blank=True)
    attack_hold_at = models.FloatField(null=True, blank=True)
    spam_nudge_at = models.FloatField(null=True, blank=True)
    spam_flag_at = models.FloatField(null=True, blank=True)
    spam_hold_at = models.FloatField(null=True, blank=True)
    awaiting = models.CharField(
        max_length=20, choices=AwaitingTreatment.choices, default=AwaitingTreatment.PUBLISH_ESTABLISHED
    )
    reason = models.TextField(blank=True)
    """Why it was set; blank in policies older than this field."""
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "number"], name="policy_number_once"),
            models.CheckConstraint(condition=_thresholds_in_order("attack"), name="policy_attack_in_order"),
            models.CheckConstraint(condition=_thresholds_in_order("spam"), name="policy_spam_in_order"),
            models.CheckConstraint(
                condition=Q(awaiting__in=AwaitingTreatment.values), name="policy_awaiting_known"
            ),
        ]

    def __str__(self) -> str:
        return f"policy {self.number} of consultation {self.consultation_id}"


# ---- screening ----------------------------------------------------------------------------------------------


class NudgeOutcome(models.TextChoices):
    EDITED = "edited", _("posted after a change")
    INSISTED = "insisted", _("posted as it was")


class Nudge(models.Model):
    """The first text of a post whose author was asked to think again; with `post` once something was posted.

    It answers for one author, thread (and post, when one is being revised) and one unchanged text.
    """

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="nudges")
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="nudges")
    revises = models.ForeignKey(Post, models.CASCADE, null=True, blank=True, related_name="+")
    source = models.TextField()
    label = models.CharField(max_length=8, choices=Label.choices)
    outcome = models.CharField(max_length=8, choices=NudgeOutcome.choices, blank=True)
    post = models.ForeignKey(Post, models.CASCADE, null=True, blank=True, related_name="nudges")
    revision = models.ForeignKey(Revision, models.CASCADE, null=True, blank=True, related_name="nudges")
    created_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["author", "thread", "-created_at"], name="nudge_by_author_thread")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", post=None, revision=None, resolved_at=None)
                | (~Q(outcome="") & Q(post__isnull=False, revision__isnull=False, resolved_at__isnull=False)),
                name="nudge_resolved_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"nudge {self.pk}"


class Screening(models.Model):
    """One run of the classifier over one revision, or over the text of a nudge.

    Scores are probabilities; `thresholds` are the model's own at the time, per label. `passages` lists
    `{start, end, label, weight}`, spans [start, end) of the source in characters, the weightiest first.
    `milliseconds` is what the run took.
    """

    revision = models.ForeignKey(Revision, models.CASCADE, null=True, blank=True, related_name="screenings")
    nudge = models.OneToOneField(Nudge, models.CASCADE, null=True, blank=True, related_name="screening")
    attack = models.FloatField()
    spam = models.FloatField()
    thresholds = models.JSONField(default=dict)
    passages = models.JSONField(default=list)
    model_version = models.CharField(max_length=64)
    milliseconds = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="screening_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["revision", "model_version"], name="screening_once_a_model"),
            models.CheckConstraint(
                condition=Q(revision=None, nudge__isnull=False) | Q(revision__isnull=False, nudge=None),
                name="screening_of_one_text",
            ),
            models.CheckConstraint(
                condition=Q(attack__gte=0, attack__lte=1, spam__gte=0, spam__lte=1),
                name="screening_scores_are_probabilities",
            ),
        ]

    def __str__(self) -> str:
        return f"screening {self.pk}"


class ShadowScreening(models.Model):
    """What the shadow model says of the revision of one screening. Nothing acts on it: it is there to be compared.

    A label that the model does not score is 0 and has no thresholds. It holds no text, and goes with the revision.
    """

    screening = models.OneToOneField(Screening, models.CASCADE, related_name="shadow")
    attack = models.FloatField()
    spam = models.FloatField()
    thresholds = models.JSONField(default=dict)
    model_version = models.CharField(max_length=64)
    milliseconds = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="shadow_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(attack__gte=0, attack__lte=1, spam__gte=0, spam__lte=1),
                name="shadow_scores_are_probabilities",
            ),
        ]

    def __str__(self) -> str:
        return f"shadow of screening {self.screening_id}"


# ---- the queue ----------------------------------------------------------------------------------------------


class CaseState(models.TextChoices):
    OPEN = "open", pgettext_lazy("case", "open")
    WAITING = "waiting", _("waiting for the author")
    CLOSED = "closed", pgettext_lazy("case", "closed")


class CaseEnd(models.TextChoices):
    """Why a case closed."""

    DECIDED = "decided", _("decided")
    WITHDRAWN = "withdrawn", _("withdrawn by its author")
    SCREENED = "screened", _("screened and published")


class Case(models.Model):
    """The one open item in the review queue for a post; it gathers signals.

    `version` rises with every change that a decision must know of (a new text, a decision, an end); a decision
    names the version it was made on. `priority` is the sum of the weights of its signals.
    """

    post = models.ForeignKey(Post, models.CASCADE, related_name="cases")
    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="cases")
    state = models.CharField(max_length=8, choices=CaseState.choices, default=CaseState.OPEN)
    version = models.PositiveIntegerField(default=1)
    priority = models.PositiveIntegerField(default=0)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="claimed_cases"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(max_length=10, choices=CaseEnd.choices, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                fields=["consultation", "state", "-priority", "opened_at"], name="case_in_queue_order"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["post"], condition=~Q(state="closed"), name="case_one_open_a_post"
            ),
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state_known"),
            models.CheckConstraint(
                condition=(Q(state="closed") & ~Q(closed_because=""))
                | (~Q(state="closed") & Q(closed_because="")),
                name="case_closed_because",
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"

    @property
    def stream(self) -> str:
        return stream_key("queue", self.consultation_id)

    @property
    def is_closed(self) -> bool:
        return self.state == CaseState.CLOSED

    def holder_id(self, now: datetime) -> int | None:
        """Who holds the case at `now`; a claim that ran out holds nothing."""
        if self.claimed_by_id and self.claimed_until and self.claimed_until > now:
            return self.claimed_by_id
        return None


class SignalKind(models.TextChoices):
    """One reason to look at a post."""

    SCREENING = "screening", _("screening")
    REPORT = "report", _("report")
    LINKS = "links", _("many links")
    CAMPAIGN = "campaign", _("one site again and again")
    SHORT_LINK = "short_link", _("link that hides where it leads")
    DUPLICATE = "duplicate", _("same text again")
    LETTER = "letter", _("same text from several people")
    REMOVED = "removed", _("text of a hidden post again")
    FLOODING = "flooding", _("many posts at once")
    BURST = "burst", _("many new accounts at once")
    NEW_LINK = "new_link", _("link from a new account")
    CONTACT = "contact", _("contact details from a new account")
    REVISED = "revised", _("changed by its author")
    AWAITING = "awaiting", _("not screened yet")
    HELD = "held", _("held: its author is waiting")
    APPEAL = "appeal", _("appeal")


class Signal(models.Model):
    """One reason to look at a post, with the weight it adds to the case's priority.

    `words` are what a reporter wrote. `score` is the probability of a screening, or the count of a rule. `details` are
    the ids and numbers that a rule's explanation needs (`moderation.explanations`), and no words.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="signals")
    post = models.ForeignKey(Post, models.CASCADE, related_name="signals")
    kind = models.CharField(max_length=10, choices=SignalKind.choices)
    rule = models.CharField(max_length=16, choices=Rule.choices, blank=True)
    weight = models.PositiveSmallIntegerField()
    score = models.FloatField(null=True, blank=True)
    words = models.TextField(blank=True)
    details = models.JSONField(default=dict, blank=True)
    revision = models.ForeignKey(Revision, models.CASCADE, null=True, blank=True, related_name="signals")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["reporter", "-created_at"], name="signal_by_reporter")]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "reporter"], condition=Q(kind="report"), name="report_once_a_person"
            ),
            models.CheckConstraint(condition=Q(kind__in=SignalKind.values), name="signal_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} signal of case {self.case_id}"


class Fingerprint(models.Model):
    """What is kept of a revision for some days, so that later texts like it are found. No text can be read from it.

    `signature` is that of `moderation.texts.likeness`; empty for a text too short to have one.
    """

    revision = models.OneToOneField(Revision, models.CASCADE, related_name="fingerprint")
    signature = models.BinaryField(default=b"")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"fingerprint of revision {self.revision_id}"


class FingerprintKey(models.Model):
    """By what a fingerprint is looked up: a hash of a band of its signature, or of a site that the text names."""

    fingerprint = models.ForeignKey(Fingerprint, models.CASCADE, related_name="keys")
    key = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "fingerprint"], name="fingerprint_key_once")]

    def __str__(self) -> str:
        return f"key of fingerprint {self.fingerprint_id}"


class DecisionAction(models.TextChoices):
    KEEP = "keep", _("Keep")
    HIDE = "hide", _("Hide")
    ASK_CHANGE = "ask_change", _("Ask for a change")
    RESTORE = "restore", _("Restore")


class Decision(models.Model):
    """What a facilitator did on one version of a case, why, and under which rule. Never changed."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="decisions")
    case_version = models.PositiveIntegerField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="decisions")
    action = models.CharField(max_length=10, choices=DecisionAction.choices)
    rule = models.CharField(max_length=16, choices=Rule.choices)
    reason = models.TextField()
    """Told to the author."""
    note = models.TextField(blank=True)
    """For facilitators alone."""
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="decisions")
    post_state_before = models.CharField(max_length=10, choices=PostState.choices)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "case_version"], name="decision_one_a_case_version"),
            models.CheckConstraint(
                condition=Q(action__in=DecisionAction.values), name="decision_action_known"
            ),
            models.CheckConstraint(condition=Q(rule__in=Rule.values), name="decision_has_rule"),
            models.CheckConstraint(condition=~Q(reason=""), name="decision_has_reason"),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}"


class Measure(models.TextChoices):
    """What a statement of reasons tells of."""

    HELD = "held", _("held back until a person has looked at it")
    CHANGE_ASKED = "change_asked", _("held back until you change it")
    HIDDEN = "hidden", _("hidden")
    KEPT = "kept", _("published")
    RESTORED = "restored", _("published again")


class StatementOfReasons(models.Model):
    """What the author is told: what was done, under which rule, on what facts, by whom or what, and how to
    contest it (after Article 17(3) of Regulation (EU) 2022/2065). Never changed.

    Without a decision it tells of an automated hold; its facts are then the passages of `screening`.
    """

    post = models.ForeignKey(Post, models.CASCADE, related_name="statements")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="statements"
    )
    decision = models.OneToOneField(Decision, models.CASCADE, null=True, blank=True, related_name="statement")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="statements")
    measure = models.CharField(max_length=14, choices=Measure.choices)
    rule = models.CharField(max_length=16, choices=Rule.choices, blank=True)
    facts = models.TextField(blank=True)
    passages = models.JSONField(default=list)
    detected_automatically = models.BooleanField()
    detected_by_report = models.BooleanField(default=False)
    decided_automatically = models.BooleanField()
    contestable_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision=None, decided_automatically=True)
                | (Q(decision__isnull=False, decided_automatically=False) & ~Q(rule="") & ~Q(facts="")),
                name="statement_of_decision_or_hold",
            ),
        ]

    def __str__(self) -> str:
        return f"statement {self.pk}"


class AppealOutcome(models.TextChoices):
    UPHELD = "upheld", _("decision upheld")
    OVERTURNED = "overturned", _("decision overturned")
    WITHDRAWN = "withdrawn", _("post withdrawn by its author")


class Appeal(models.Model):
    """The author's request that somebody else decide again; one a decision.

    `first_decider` repeats the decision's actor so that a constraint can compare; a trigger compares with the
    decision itself.
    """

    decision = models.OneToOneField(Decision, models.CASCADE, related_name="appeal")
    case = models.ForeignKey(Case, models.CASCADE, related_name="appeals")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="appeals")
    first_decider = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    words = models.TextField()
    outcome = models.CharField(max_length=10, choices=AppealOutcome.choices, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answer = models.OneToOneField(Decision, models.CASCADE, null=True, blank=True, related_name="answers")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(first_decider=None) | ~Q(decided_by=F("first_decider")),
                name="appeal_decided_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(author=None) | ~Q(decided_by=F("author")),
                name="appeal_not_decided_by_author",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", "withdrawn"], answer=None, decided_by=None)
                | Q(outcome__in=["upheld", "overturned"], answer__isnull=False),
                name="appeal_answered_whole",
            ),
            models.CheckConstraint(condition=~Q(words=""), name="appeal_has_words"),
        ]

    def __str__(self) -> str:
        return f"appeal {self.pk}"


# ---- the public log -----------------------------------------------------------------------------------------


class Automation(models.TextChoices):
    """What part automated means had in what led to a decision."""

    NONE = "none", pgettext_lazy("part of a program", "none")
    SIGNAL = "signal", _("pointed it out")
    HOLD = "hold", _("held it until a person decided")


class LogEntry(models.Model):
    """One row of the public log: no text, no author, no facilitator. Triggers refuse every change of a row.

    `consultation` is its slug, so that the row needs nothing else to be read and checked.
    """

    sequence = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    consultation = models.CharField(max_length=80, db_index=True)
    action = models.CharField(max_length=10, choices=DecisionAction.choices)
    rule = models.CharField(max_length=16, choices=Rule.choices)
    automation = models.CharField(max_length=8, choices=Automation.choices)
    appeal = models.CharField(max_length=10, choices=AppealOutcome.choices, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-sequence"]

    def __str__(self) -> str:
        return f"log entry {self.sequence}"


class LogHead(models.Model):
    """Where the log stands: the one row that writers lock, and that tells when rows at the end are missing."""

    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="log_head_is_one")]

    def __str__(self) -> str:
        return f"log head at {self.sequence}"
