"""Entry points for the worker; each may run twice."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from forum.notices.kinds import sentence_of
from forum.notices.models import EmailChoice, Notice
from forum.notices.selectors import email_choice

CLAIM_SECONDS = 90
"""Longer than a task may run and shorter than the wait before it is tried again (`Q_CLUSTER`)."""


def send_email(notice_id: int) -> None:
    """Sends a notice by e-mail, once, unless it has been read already or its person wants none."""
    notice = Notice.objects.select_related("recipient").filter(pk=notice_id).first()
    if notice is None or not notice.recipient.is_active or email_choice(notice.recipient) == EmailChoice.NONE:
        return
    if not _claim(notice_id):
        return
    with translation.override(notice.recipient.language):
        subject, body = _letter(notice)
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [notice.recipient.email])
    Notice.objects.filter(pk=notice_id).update(emailed_at=timezone.now())


def _claim(notice_id: int) -> bool:
    """Whether this run is the one that sends: two workers never send the same notice at the same time."""
    now = timezone.now()
    stale = Q(email_claimed_at=None) | Q(email_claimed_at__lt=now - timedelta(seconds=CLAIM_SECONDS))
    unsent = Notice.objects.filter(stale, pk=notice_id, emailed_at=None, read_at=None)
    return bool(unsent.update(email_claimed_at=now))


def _letter(notice: Notice) -> tuple[str, str]:
    sentence = sentence_of(notice.kind, notice.context)
    body = render_to_string(
        "notices/email.txt",
        {
            "notice": notice,
            "sentence": sentence,
            "address": settings.SITE_URL + reverse("notices:open", args=[notice.pk]),
            "preferences": settings.SITE_URL + reverse("notices:list"),
        },
    )
    return "[Draftroom] " + " ".join(sentence.split()), body
