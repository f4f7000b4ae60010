"""Telling somebody something: in the transaction, to that person alone, never with anybody's words."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from forum.accounts.models import User
from forum.accounts.services import delete_account, export_account
from forum.notices import services
from forum.notices.kinds import NoticeKind, register
from forum.notices.models import EmailChoice, Notice
from forum.notices.tasks import send_email
from forum.realtime.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei():
    return User.objects.create_user(
        "mei@example.tw", "a long password", display_name="Mei", language="zh-hant"
    )


@pytest.fixture
def ana():
    return User.objects.create_user("ana@example.tw", "a long password", display_name="Ana", language="en")


def tell(user, kind="reply", **context):
    with transaction.atomic():
        return services.notify(user_id=user.pk, kind=kind, url="/c/one/talk/art-3/#post-5", context=context)


def test_a_notice_is_an_event_on_its_persons_stream_and_a_letter(ana):
    notice = tell(ana, place="Article 3")
    event = Event.objects.get(stream__key=f"person-{ana.pk}")
    assert (event.kind, event.subject_id) == ("notice", notice.pk)
    assert [letter.to for letter in mail.outbox] == [["ana@example.tw"]]
    notice.refresh_from_db()
    assert notice.emailed_at


def test_the_letter_speaks_the_recipients_language(mei, ana):
    tell(mei)
    tell(ana)
    assert mail.outbox[0].subject == "[Draftroom] 您的發言有人回覆。"
    assert mail.outbox[1].subject == "[Draftroom] Your post has a reply."


def test_the_letter_links_to_the_notice_and_to_the_choice_of_letters(ana, settings):
    notice = tell(ana, place="Article 3")
    body = mail.outbox[0].body
    assert settings.SITE_URL + reverse("notices:open", args=[notice.pk]) in body
    assert settings.SITE_URL + reverse("notices:list") in body
    assert "Article 3" in body


def test_a_letter_is_sent_once_however_often_the_task_runs(ana):
    notice = tell(ana)
    send_email(notice.pk)
    send_email(notice.pk)
    assert len(mail.outbox) == 1


def test_a_letter_whose_sending_failed_is_sent_by_a_later_run(ana, monkeypatch, time_machine):
    notice = Notice.objects.create(recipient=ana, kind="reply", url="/")

    def broken(*args, **kwargs):
        raise OSError("mail server away")

    with monkeypatch.context() as patch:
        patch.setattr("forum.notices.tasks.send_mail", broken)
        with pytest.raises(OSError, match="away"):
            send_email(notice.pk)
    time_machine.move_to(timezone.now() + timedelta(seconds=120))
    send_email(notice.pk)
    assert len(mail.outbox) == 1


def test_two_workers_never_send_the_same_letter_at_once(ana, monkeypatch):
    notice = Notice.objects.create(recipient=ana, kind="reply", url="/")
    sent = []

    def send_and_meet_the_other(*args, **kwargs):
        sent.append(args)
        send_email(notice.pk)

    monkeypatch.setattr("forum.notices.tasks.send_mail", send_and_meet_the_other)
    send_email(notice.pk)
    assert len(sent) == 1


def test_no_letter_for_who_wants_none(ana):
    services.choose_email(ana.pk, choice=EmailChoice.NONE)
    tell(ana)
    assert mail.outbox == []


def test_no_letter_about_what_has_been_read(ana):
    notice = Notice.objects.create(recipient=ana, kind="reply", url="/")
    services.mark_read(notice)
    send_email(notice.pk)
    assert mail.outbox == []


def test_no_letter_for_a_notice_that_is_gone():
    send_email(987654)
    assert mail.outbox == []


def test_a_change_that_is_rolled_back_tells_nobody(ana):
    with transaction.atomic():
        services.notify(user_id=ana.pk, kind="reply", url="/")
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_notify_refuses_to_work_outside_a_transaction(ana):
    with pytest.raises(RuntimeError):
        services.notify(user_id=ana.pk, kind="reply", url="/")


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_a_notice_leads_nowhere_but_to_this_site(ana, url):
    with pytest.raises(ValueError), transaction.atomic():
        services.notify(user_id=ana.pk, kind="reply", url=url)


def test_the_text_of_a_post_cannot_ride_along(ana):
    with pytest.raises(ValueError):
        tell(ana, text="what somebody wrote")


def test_an_unknown_kind_is_refused(ana):
    with pytest.raises(LookupError):
        tell(ana, kind="no_such_kind")


def test_a_kind_of_another_package_brings_its_own_sentence(ana, client):
    register(NoticeKind(code="counted", sentence="%(count)s things wait.", fields=frozenset({"count"})))
    tell(ana, kind="counted", count=3)
    assert mail.outbox[0].subject == "[Draftroom] 3 things wait."
    with pytest.raises(ValueError):
        tell(ana, kind="counted")


def test_a_copy_of_the_account_holds_its_notices_alone(ana, mei):
    tell(ana, place="Article 3")
    tell(mei)
    (row,) = export_account(ana)["notices"]
    assert (row["kind"], row["place"], row["read_at"]) == ("reply", "Article 3", None)


def test_notices_and_their_events_go_with_the_account(ana, mei):
    tell(ana)
    tell(mei)
    delete_account(ana)
    assert [notice.recipient for notice in Notice.objects.all()] == [mei]
    assert [event.stream.key for event in Event.objects.all()] == [f"person-{mei.pk}"]
