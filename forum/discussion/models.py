"""Threads, posts and what people do with them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.consultations.activity import GENERAL
from forum.consultations.models import Consultation, Provision
from forum.discussion.rules import Rule

PATH_DIGITS = 8
"""Decimal digits of one level of a post's path; a thread can hold 10**8 - 1 posts."""


class Thread(models.Model):
    """The discussion attached to one provision, or (without one) to the consultation as a whole."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="threads")
    provision = models.OneToOneField(Provision, models.CASCADE, null=True, blank=True, related_name="thread")
    last_post_number = models.PositiveIntegerField(default=0)
    post_count = models.PositiveIntegerField(default=0)
    """Posts that everybody can read."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consultation"], condition=Q(provision=None), name="thread_one_general"
            )
        ]

    def __str__(self) -> str:
        return f"thread {self.pk}"

    @property
    def stream(self) -> str:
        return f"thread-{self.pk}"

    @property
    def anchor(self) -> str:
        """The last part of the thread's address; `_` for the consultation's own thread."""
        return self.provision.anchor if self.provision else GENERAL


class PostState(models.TextChoices):
    PUBLISHED = "published", _("published")
    HELD = "held", _("held")
    HIDDEN = "hidden", _("hidden")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Post(models.Model):
    """What a person writes in a thread.

    `path` puts posts in reading order: the numbers, in fixed width, of the ancestors on the first two levels and
    of the post itself; from the third level on replies stand in the order of writing. `version` rises with every
    change that readers can see.
    """

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="posts")
    number = models.PositiveIntegerField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replies")
    path = models.CharField(max_length=3 * PATH_DIGITS)
    depth = models.PositiveSmallIntegerField(default=0)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="posts"
    )
    role = models.CharField(max_length=16, blank=True)
    """The office in which the author speaks; blank for citizens."""
    state = models.CharField(max_length=10, choices=PostState.choices)
    awaiting_screening = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    endorsement_count = models.PositiveIntegerField(default=0)
    hidden_rule = models.CharField(max_length=16, choices=Rule.choices, blank=True)
    state_changed_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    submission_key = models.UUIDField(null=True, blank=True)
    """Names one press of the button, so that a repeated request makes no second post."""

    class Meta:
        indexes = [models.Index(fields=["author", "-created_at"], name="post_by_author")]
        constraints = [
            models.UniqueConstraint(fields=["thread", "number"], name="post_number_once"),
            models.UniqueConstraint(fields=["thread", "path"], name="post_path_once"),
            models.UniqueConstraint(fields=["author", "submission_key"], name="post_submission_once"),
            models.CheckConstraint(condition=Q(state__in=PostState.values), name="post_state_known"),
            models.CheckConstraint(
                condition=(Q(state="hidden") & ~Q(hidden_rule="")) | (~Q(state="hidden") & Q(hidden_rule="")),
                name="post_hidden_has_rule",
            ),
            models.CheckConstraint(condition=Q(depth__lte=2), name="post_depth_flat"),
        ]

    def __str__(self) -> str:
        return f"post {self.pk}"

    @property
    def is_public(self) -> bool:
        return self.state == PostState.PUBLISHED


class Revision(models.Model):
    """One text of a post; the highest number is the current one. Never overwritten."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    source = models.TextField()
    html = models.TextField()
    language = models.CharField(max_length=10)
    was_public = models.BooleanField(default=False)
    """Whether readers have ever seen this text; others are shown to the author and facilitators alone."""
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["post", "number"], name="revision_number_once")]

    def __str__(self) -> str:
        return f"revision {self.number} of post {self.post_id}"


class Endorsement(models.Model):
    """One person's support for one post; not a vote on the regulation."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="endorsements")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="endorsements")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "user"], name="endorsement_once")]

    def __str__(self) -> str:
        return f"endorsement of post {self.post_id}"


class Fragment(models.Model):
    """A post rendered once for a language, as every reader sees it; `key` says from what."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="fragments")
    language = models.CharField(max_length=10)
    key = models.CharField(max_length=40)
    html = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "language"], name="fragment_once")]

    def __str__(self) -> str:
        return f"fragment of post {self.post_id} in {self.language}"


class ReadMark(models.Model):
    """The newest post number of a thread that a person has been shown."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="read_marks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="read_marks")
    last_post_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="read_mark_once")]

    def __str__(self) -> str:
        return f"read mark in thread {self.thread_id}"
