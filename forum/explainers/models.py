"""Explainers: curated background in three layers, in revisions that are never overwritten.

What the public reads is named by `Publication`: one revision for each language. A revision that no
publication has ever named is a draft, seen by the consultation's intermediaries alone.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from forum.consultations.models import Consultation, Provision

TITLE_MAX_CHARACTERS = 80
URL_MAX_CHARACTERS = 500


class Explainer(models.Model):
    """Background on some provisions of a consultation, or on the whole of it."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="explainers")
    placed_by = models.ForeignKey(
        "ExplainerRevision", models.SET_NULL, null=True, blank=True, related_name="places"
    )
    """The revision published last, in whichever language: it says where the explainer is pinned. None while
    nothing of it is public."""
    submission_key = models.UUIDField(null=True, blank=True)
    """Names one press of the button, so that a repeated request makes no second explainer."""
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "submission_key"], name="explainer_submission_once"
            )
        ]

    def __str__(self) -> str:
        return f"explainer {self.pk}"

    @property
    def is_published(self) -> bool:
        return self.placed_by_id is not None


class ExplainerRevision(models.Model):
    """One text of an explainer in one language; the highest number is the newest. Never overwritten."""

    explainer = models.ForeignKey(Explainer, models.CASCADE, related_name="revisions")
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    number = models.PositiveIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="explainer_revisions"
    )
    title = models.CharField(max_length=TITLE_MAX_CHARACTERS)
    sentence = models.TextField(blank=True)
    plain = models.TextField(blank=True)
    depth = models.TextField(blank=True)
    plain_html = models.TextField(blank=True)
    depth_html = models.TextField(blank=True)
    is_about_whole = models.BooleanField(default=False)
    """Pinned to the consultation's own thread."""
    provisions = models.ManyToManyField(Provision, blank=True, related_name="explainer_revisions")
    """Pinned to the threads of these."""
    first_published_at = models.DateTimeField(null=True, blank=True)
    """Since when this text has been public knowledge; None for a text that only intermediaries have seen."""
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="explainer_reviews"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["language", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["explainer", "language", "number"], name="explainer_revision_once"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | (Q(reviewed_at__isnull=False) & ~Q(reviewed_by=F("author"))),
                name="explainer_review_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"revision {self.number} ({self.language}) of explainer {self.explainer_id}"


class Publication(models.Model):
    """The revision that the public reads in one language."""

    explainer = models.ForeignKey(Explainer, models.CASCADE, related_name="publications")
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    revision = models.OneToOneField(ExplainerRevision, models.CASCADE, related_name="publication")
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["explainer", "language"], name="explainer_publication_once")
        ]

    def __str__(self) -> str:
        return f"explainer {self.explainer_id} in {self.language}"


class Source(models.Model):
    """Where a revision has its knowledge from."""

    revision = models.ForeignKey(ExplainerRevision, models.CASCADE, related_name="sources")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    url = models.URLField(max_length=URL_MAX_CHARACTERS)
    publisher = models.CharField(max_length=120, blank=True)
    accessed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "position"], name="source_position_once"),
            models.CheckConstraint(
                condition=Q(url__startswith="http://") | Q(url__startswith="https://"),
                name="source_url_is_web",
            ),
        ]

    def __str__(self) -> str:
        return self.title
