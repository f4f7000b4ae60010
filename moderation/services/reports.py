"""Reports by readers."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.accounts.models import User
from forum.discussion.models import PostState
from moderation.errors import ReportRefused
from moderation.models import Case, Signal, SignalKind
from moderation.phases import WEIGHTS
from moderation.services.cases import file_signals, lock_post

REPORTS_PER_HOUR = 10


def report_post(post_id: int, *, reporter: User, rule: str, words: str) -> Case:
    """Brings a post that people can read before the facilitators, with the rule it is thought to break.

    Raises ReportRefused (with its own code) for one's own post, a second report of the same post, a post that is
    not published, and more than REPORTS_PER_HOUR.
    """
    with transaction.atomic():
        post = lock_post(post_id)
        if post.author_id == reporter.pk:
            raise ReportRefused(_("This is your own post. You can edit or withdraw it."), code="own_post")
        if post.state != PostState.PUBLISHED:
            raise ReportRefused(
                _("This post is no longer shown, so it need not be reported."), code="not_shown"
            )
        reports = Signal.objects.filter(kind=SignalKind.REPORT, reporter=reporter)
        if reports.filter(post=post).exists():
            raise ReportRefused(_("You have reported this post already. Thank you."), code="already_reported")
        if reports.filter(created_at__gte=timezone.now() - timedelta(hours=1)).count() >= REPORTS_PER_HOUR:
            raise ReportRefused(
                _("You have reported many posts in the last hour. Wait a little before you report more."),
                code="too_many_reports",
                status=429,
            )
        signal = Signal(
            post=post,
            revision=post.revisions.order_by("-number").first(),
            kind=SignalKind.REPORT,
            rule=rule,
            words=words,
            reporter=reporter,
            weight=WEIGHTS[SignalKind.REPORT],
        )
        return file_signals([signal], post=post)
