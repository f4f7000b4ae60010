"""Numbered events: that something visible changed, never what it says."""

from __future__ import annotations

from django.db import models


class Stream(models.Model):
    """A sequence of events; `last_number` is raised in the transaction of each change."""

    key = models.CharField(max_length=80, unique=True)
    last_number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.key


class Event(models.Model):
    """One visible change. What it looks like is asked of the stream's kind when it is delivered."""

    stream = models.ForeignKey(Stream, models.CASCADE, related_name="events")
    number = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=24)
    subject_id = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["stream", "number"], name="event_number_once")]

    def __str__(self) -> str:
        return f"{self.stream_id}#{self.number} {self.kind}"
