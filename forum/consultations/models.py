"""Consultations, their stages, and the draft text in numbered versions."""

from __future__ import annotations

import zoneinfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("%(name)s is not a time zone."), params={"name": name})


class Level(models.TextChoices):
    CENTRAL = "central", _("central government")
    LOCAL = "local", _("local government")


class Consultation(models.Model):
    """One public discussion of one draft regulation. Texts are in `language`; see `ConsultationTranslation`."""

    slug = models.SlugField(unique=True, max_length=80)
    level = models.CharField(max_length=8, choices=Level.choices)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    title = models.CharField(max_length=200)
    agency = models.CharField(max_length=200)
    question = models.TextField()
    summary = models.TextField(blank=True)
    time_zone = models.CharField(max_length=64, default="Asia/Taipei", validators=[validate_time_zone])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level__in=Level.values), name="consultation_level_known"
            )
        ]

    def __str__(self) -> str:
        return self.title


class ConsultationTranslation(models.Model):
    """The consultation's own words in another language."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="translations")
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    title = models.CharField(max_length=200)
    agency = models.CharField(max_length=200)
    question = models.TextField()
    summary = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consultation", "language"], name="consultation_translation_once")
        ]

    def __str__(self) -> str:
        return self.title


class StageKind(models.TextChoices):
    PROPOSAL = "proposal", _("Proposal")
    OPINION = "opinion", _("Opinion")
    REFLECTION = "reflection", _("Reflection")
    LEGISLATION = "legislation", _("Legislation")


class Stage(models.Model):
    """A time window [opens_at, closes_at) of a consultation; it decides what may be posted."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="stages")
    kind = models.CharField(max_length=12, choices=StageKind.choices)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    class Meta:
        ordering = ["opens_at"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "kind"], name="stage_kind_once"),
            models.CheckConstraint(
                condition=models.Q(opens_at__lt=models.F("closes_at")), name="stage_has_length"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=StageKind.values), name="stage_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.consultation_id}"


class DraftVersion(models.Model):
    """The regulation as published at one time; `number` counts from 1 in each consultation."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200, blank=True)
    preface = models.TextField(blank=True)
    background = models.JSONField(default=list, blank=True)
    """Prose that came with the draft but is not draft text: a list of {"file", "title", "text"}."""
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["consultation", "number"], name="draft_version_once")]

    def __str__(self) -> str:
        return f"version {self.number} of {self.consultation_id}"


class DraftVersionTranslation(models.Model):
    """A version's title and preface in another language."""

    version = models.ForeignKey(DraftVersion, models.CASCADE, related_name="translations")
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    title = models.CharField(max_length=200, blank=True)
    preface = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "language"], name="draft_version_translation_once")
        ]

    def __str__(self) -> str:
        return self.title


class SectionKind(models.TextChoices):
    HEADING = "heading", _("heading")
    PART = "part", _("part")
    CHAPTER = "chapter", _("chapter")
    DIVISION = "division", _("section")
    ARTICLE = "article", _("article")
    PARAGRAPH = "paragraph", _("paragraph")
    SUBPARAGRAPH = "subparagraph", _("subparagraph")
    ITEM = "item", _("item")
    ALTERNATIVE = "alternative", _("alternative")


class Provision(models.Model):
    """What stays the same of a section across versions: its anchor. Threads and explainers hold on to it."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="provisions")
    anchor = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consultation", "anchor"], name="provision_anchor_once")
        ]

    def __str__(self) -> str:
        return self.anchor


class Section(models.Model):
    """One node of one version's tree, in the order of `position`. Texts are in the consultation's language."""

    version = models.ForeignKey(DraftVersion, models.CASCADE, related_name="sections")
    provision = models.ForeignKey(Provision, models.CASCADE, related_name="sections")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    position = models.PositiveIntegerField()
    depth = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=12, choices=SectionKind.choices)
    ordinal = models.CharField(max_length=32, blank=True)
    label = models.CharField(max_length=64, blank=True)
    heading = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "provision"], name="section_provision_once"),
            models.UniqueConstraint(fields=["version", "position"], name="section_position_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=SectionKind.values), name="section_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class SectionTranslation(models.Model):
    """A courtesy translation of one section; the original alone is the draft."""

    section = models.ForeignKey(Section, models.CASCADE, related_name="translations")
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    label = models.CharField(max_length=64, blank=True)
    heading = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["section", "language"], name="section_translation_once")
        ]

    def __str__(self) -> str:
        return self.label
