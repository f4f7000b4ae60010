from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.accounts.models import Role, User
from forum.consultations.models import (
    Consultation,
    ConsultationTranslation,
    DraftVersion,
    Provision,
    Section,
    SectionTranslation,
    Stage,
)
from forum.discussion import gate as gates
from forum.discussion.gate import Action, Passage, Verdict
from forum.discussion.services import open_thread, submit_post


class KeywordGate:
    """Judges by words: "idiot" is nudged and then held, "late" cannot be screened in time."""

    def __init__(self):
        self.recorded = []
        self.withdrawals = []

    def judge(self, draft):
        at = draft.source.find("idiot")
        if at < 0:
            return Verdict(action=Action.PUBLISH, awaiting="late" in draft.source)
        if draft.insisted:
            return Verdict(action=Action.HOLD, label="attack")
        return Verdict(action=Action.NUDGE, label="attack", passages=(Passage(at, at + 5),), nudge_id=7)

    def record(self, verdict, *, post, revision):
        self.recorded.append((verdict.action, post.pk, revision.number))

    def withdrawn(self, post):
        self.withdrawals.append(post.pk)


@pytest.fixture(autouse=True)
def keyword_gate(monkeypatch):
    made = KeywordGate()
    for module in ("forum.discussion.gate", "forum.discussion.services"):
        monkeypatch.setattr(f"{module}.gate", lambda: made)
    assert gates.gate() is made
    return made


@pytest.fixture
def make_user(db):
    def make(name, **roles):
        user = User.objects.create_user(f"{name.lower()}@example.org", "a long password", display_name=name)
        for consultation, kind in roles.items():
            Role.objects.create(
                user=user, consultation=Consultation.objects.get(slug=consultation), kind=kind
            )
        return user

    return make


@pytest.fixture
def make_consultation(db):
    def make(slug="online", *, stage="opinion", starts=-1, days=10):
        now = timezone.now()
        consultation = Consultation.objects.create(
            slug=slug,
            level="central",
            language="zh-hant",
            title="線上諮詢辦法",
            agency="數位部",
            question="哪一條該改？",
        )
        ConsultationTranslation.objects.create(
            consultation=consultation,
            language="en",
            title="Online consultation rules",
            agency="Ministry",
            question="What?",
        )
        Stage.objects.create(
            consultation=consultation,
            kind=stage,
            opens_at=now + timedelta(days=starts),
            closes_at=now + timedelta(days=starts + days),
        )
        version = DraftVersion.objects.create(
            consultation=consultation, number=1, digest="0", published_at=now
        )
        for position, (anchor, label) in enumerate(
            [("art-1", "第一條"), ("art-1-1", "第一條之一"), ("art-2", "第二條")]
        ):
            provision = Provision.objects.create(consultation=consultation, anchor=anchor)
            section = Section.objects.create(
                version=version,
                provision=provision,
                position=position,
                kind="article",
                ordinal=anchor[4:],
                label=label,
                heading="標題",
                text=f"{label}的條文",
            )
            SectionTranslation.objects.create(
                section=section,
                language="en",
                label=f"Article {anchor[4:]}",
                heading="Heading",
                text=f"Text of {anchor}",
            )
        return consultation

    return make


@pytest.fixture
def consultation(make_consultation):
    return make_consultation()


@pytest.fixture
def thread(consultation):
    return open_thread(consultation, consultation.provisions.get(anchor="art-1"))


@pytest.fixture
def alice(make_user):
    return make_user("Alice")


@pytest.fixture
def bob(make_user):
    return make_user("Bob")


@pytest.fixture
def say(thread):
    def say(author, source, **options):
        options.setdefault("thread_id", thread.pk)
        return submit_post(author=author, source=source, language="en", **options)

    return say
