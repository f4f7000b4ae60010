"""What happens elsewhere and shows in threads: a new name, a deleted account, changed background."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q
from django.dispatch import receiver

from forum.accounts.models import User
from forum.accounts.signals import account_deleting, account_renamed
from forum.discussion.models import Post, Thread
from forum.explainers.signals import background_changed
from forum.realtime.services import append_event


@receiver([account_renamed, account_deleting])
def name_changed(sender: Any, user: User, **kwargs: Any) -> None:
    """Every post of the person gets a new version, so that its fragment is made anew without the old name."""
    Post.objects.filter(author=user).update(version=F("version") + 1)


@receiver(background_changed)
def show_background(
    sender: Any, consultation_id: int, provision_ids: Sequence[int], explainer_id: int, **kwargs: Any
) -> None:
    """Open pages of the threads about these provisions (and the general one) get the new background."""
    threads = Thread.objects.filter(consultation_id=consultation_id)
    for thread in threads.filter(Q(provision_id__in=provision_ids) | Q(provision=None)):
        append_event(thread.stream, kind="background", subject_id=explainer_id)
