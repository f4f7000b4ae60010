"""Data for the benches, made by the site's own code: `python -m tests.load.prepare` prints what to use, as
JSON; `python -m tests.load.prepare scored` how many revisions the classifier has scored."""

from __future__ import annotations

import json
import sys
from datetime import timedelta

import django

AUTHORS = 20


def scored() -> None:
    from moderation.models import Screening

    print(Screening.objects.filter(revision__isnull=False).count())


def people_and_thread() -> None:
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from forum.consultations.sample import load_sample
    from forum.discussion.services import open_thread

    settings.ALLOWED_HOSTS = ["*"]
    consultation = load_sample()
    provision = consultation.provisions.filter(anchor="art-3").get()
    thread = open_thread(consultation, provision)
    sessions = []
    for number in range(AUTHORS):
        user = get_user_model().objects.create_user(
            f"author{number}@example.tw",
            None,
            display_name=f"Author {number}",
            created_at=timezone.now() - timedelta(days=30),
        )
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        sessions.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    print(
        json.dumps(
            {
                "path": reverse("discussion:thread", args=[consultation.slug, thread.anchor]),
                "stream": thread.stream,
                "session_cookie": settings.SESSION_COOKIE_NAME,
                "csrf_cookie": settings.CSRF_COOKIE_NAME,
                "sessions": sessions,
            }
        )
    )


if __name__ == "__main__":
    django.setup()
    scored() if "scored" in sys.argv else people_and_thread()
