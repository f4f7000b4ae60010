"""Text that is not published is nowhere: not in pages, fragments, frames, notices, letters or logs."""

from __future__ import annotations

import json
import logging

import pytest
from django.core import mail
from django.urls import reverse

from forum.discussion.models import Fragment
from forum.discussion.services import edit_post
from forum.discussion.streams import ThreadStream
from forum.notices.models import Notice
from forum.realtime.models import Event
from forum.realtime.streams import EventRow
from moderation.models import Case, StatementOfReasons
from moderation.services import appeal_decision, claim_case, report_post
from moderation.streams import QueueStream

pytestmark = pytest.mark.django_db

SECRET = "a secret idiot sentence"


@pytest.fixture
def case(insist, alice):
    return Case.objects.get(post=insist(alice, SECRET))


def addresses(case):
    post_id = case.post_id
    statement = StatementOfReasons.objects.order_by("-pk").first()
    return [
        "/",
        "/c/online/",
        "/c/online/draft/",
        "/c/online/talk/art-1/",
        "/c/elsewhere/",
        f"/posts/{post_id}/",
        f"/posts/{post_id}/edit/",
        f"/posts/{post_id}/history/",
        f"/posts/{post_id}/withdraw/",
        f"/c/online/talk/art-1/?reply={post_id}",
        "/notices/",
        "/log/",
        "/log/entries.jsonl",
        "/moderation/",
        "/moderation/list/",
        f"/moderation/cases/{case.pk}/",
        f"/moderation/report/{post_id}/",
        f"/moderation/statements/{statement.pk}/",
        f"/moderation/posts/{post_id}/why/",
    ]


def check_pages(client, case, people):
    for person in people:
        client.logout()
        if person:
            client.force_login(person)
        for address in addresses(case):
            answer = client.get(address, follow=True)
            text = answer.content.decode()
            assert "secret" not in text, (person, address)


@pytest.fixture
def others(bob, stranger, elsewhere):
    return [None, bob, stranger]


def test_a_held_post_is_on_no_page_of_others(client, case, others):
    check_pages(client, case, others)


@pytest.mark.parametrize("action", ["hide", "ask_change"])
def test_a_decided_post_is_on_no_page_of_others(client, case, decided, others, action):
    decided(case, action)
    check_pages(client, case, others)


def test_a_new_text_of_a_hidden_post_is_on_no_page_of_others(client, case, decided, others, alice):
    decided(case, "hide")
    edit_post(author=alice, post_id=case.post_id, source="another secret", language="en", seen_revision=1)
    check_pages(client, case, others)


def test_the_author_and_the_facilitators_do_read_it(client, case, alice, fay):
    client.force_login(alice)
    assert SECRET in client.get("/c/online/talk/art-1/").content.decode()
    client.force_login(fay)
    assert "secret" in client.get(reverse("moderation:case", args=[case.pk])).content.decode()


def frames(kind, stream_id, key, language):
    rows = [
        EventRow(event.number, event.kind, event.subject_id)
        for event in Event.objects.filter(stream__key=key).order_by("number")
    ]
    return json.dumps([str(frame) for frame in kind.frames(stream_id, rows, language)])


@pytest.mark.parametrize("language", ["zh-hant", "en"])
def test_no_frame_carries_it(case, decided, thread, consultation, fay, bob, alice, language):
    decided(case, "keep")
    report_post(case.post_id, reporter=bob, rule="attack", words="secretly reported")
    claim_case(Case.objects.exclude(state="closed").get().pk, actor=fay)
    decided(Case.objects.exclude(state="closed").get(), "hide")
    for kind, stream_id, key in (
        (ThreadStream(), thread.pk, thread.stream),
        (QueueStream(), consultation.pk, f"queue-{consultation.pk}"),
    ):
        text = frames(kind, stream_id, key, language)
        for word in ("secret", alice.email, fay.display_name):
            assert word not in text
    assert "Alice" not in frames(QueueStream(), consultation.pk, f"queue-{consultation.pk}", language)


def test_no_stored_fragment_carries_it(case, decided):
    assert not Fragment.objects.filter(html__contains="secret").exists()
    decided(case, "keep")
    decided(case, "hide")
    assert not Fragment.objects.filter(html__contains="secret").exists()


def test_notices_and_letters_carry_no_text_and_go_to_the_author_alone(
    case, decided, alice, bob, finn, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        decision = decided(case, "hide", reason="A reason that quotes: secret.")
        appeal_decision(decision.statement.pk, author=alice, words="My secret words.")
    assert {notice.recipient for notice in Notice.objects.all()} == {alice}
    told = json.dumps([[notice.kind, notice.url, notice.context] for notice in Notice.objects.all()])
    letters = " ".join(f"{letter.subject} {letter.body}" for letter in mail.outbox)
    assert mail.outbox
    for text in (told, letters):
        assert "secret" not in text


def test_no_log_line_carries_it(say, insist, decided, alice, bob, client, caplog, use_engine):
    from tests.moderation.stub import BrokenClassifier, engine_of

    with caplog.at_level(logging.DEBUG):
        case = Case.objects.get(post=insist(alice, SECRET))
        decided(case, "hide", reason="Quoting: secret.")
        use_engine(engine_of(BrokenClassifier()))
        say(bob, "another secret")
    lines = [line for line in caplog.messages if not line.startswith("(")]  # Django's own SQL, at DEBUG
    assert not [line for line in lines if "secret" in line]
