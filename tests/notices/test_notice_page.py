"""The page of a person's notices: theirs alone, unread first."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from forum.accounts.models import User
from forum.notices import services
from forum.notices.models import Notice
from forum.notices.selectors import NOTICES_PER_PAGE, email_choice, unread_notices
from forum.realtime.streams import EventRow, parse_stream

pytestmark = pytest.mark.django_db


def person(name, language="en"):
    return User.objects.create_user(
        f"{name}@example.tw", "a long password", display_name=name, language=language
    )


@pytest.fixture
def ana():
    return person("ana")


@pytest.fixture
def page(client, ana):
    client.force_login(ana)
    client.cookies["django_language"] = "en"
    return client


def given(user, *, read=False, kind="reply", url="/somewhere/"):
    return Notice.objects.create(recipient=user, kind=kind, url=url, read_at=timezone.now() if read else None)


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.get("/notices/").headers["Location"].startswith("/accounts/login/")


def test_unread_notices_come_first_then_the_newest(page, ana):
    old_unread, read, new_unread = given(ana), given(ana, read=True), given(ana)
    shown = page.get("/notices/").context["page"].notices
    assert [n.pk for n in shown] == [new_unread.pk, old_unread.pk, read.pk]


def test_pages_follow_each_other_without_gap_or_repeat(page, ana):
    for index in range(2 * NOTICES_PER_PAGE + 5):
        given(ana, read=index % 3 == 0)
    seen, after = [], ""
    while True:
        shown = page.get("/notices/", {"after": after}).context["page"]
        seen += [n.pk for n in shown.notices]
        after = shown.after
        if not after:
            break
    assert len(seen) == len(set(seen)) == 2 * NOTICES_PER_PAGE + 5


@pytest.mark.parametrize("key", ["x", "2-5", "0-", "1-9x", "0-" + "9" * 30, "0-٣"])
def test_a_key_that_is_none_is_not_found(page, key):
    assert page.get("/notices/", {"after": key}).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_notices(page, ana):
    given(ana)
    with CaptureQueriesContext(
        connection,
    ) as few:
        page.get("/notices/")
    for _ in range(25):
        given(ana)
    with CaptureQueriesContext(connection) as many:
        page.get("/notices/")
    assert len(few) == len(many)


def test_opening_a_notice_leads_there_and_marks_it_read(page, ana):
    notice = given(ana, url="/c/one/talk/art-3/#post-5")
    response = page.get(reverse("notices:open", args=[notice.pk]))
    assert response.headers["Location"] == "/c/one/talk/art-3/#post-5"
    assert unread_notices(ana) == 0
    assert page.get(reverse("notices:open", args=[notice.pk])).status_code == 302


def test_looking_ahead_does_not_mark_read(page, ana):
    notice = given(ana)
    page.head(reverse("notices:open", args=[notice.pk]))
    assert unread_notices(ana) == 1


def test_one_can_be_marked_read(page, ana):
    first, _second = given(ana), given(ana)
    page.post(reverse("notices:read", args=[first.pk]))
    page.post(reverse("notices:read", args=[first.pk]))
    assert unread_notices(ana) == 1


def test_all_can_be_marked_read(page, ana):
    other = person("other")
    given(ana), given(ana), given(other)
    page.post(reverse("notices:read_all"))
    assert (unread_notices(ana), unread_notices(other)) == (0, 1)


@pytest.mark.parametrize("name", ["notices:read", "notices:read_all", "notices:email"])
def test_writing_needs_a_post(page, ana, name):
    args = [given(ana).pk] if name == "notices:read" else []
    assert page.get(reverse(name, args=args)).status_code == 405


def test_another_persons_notice_does_not_exist(page, ana):
    foreign = given(person("other"), url="/secret/")
    assert page.get(reverse("notices:open", args=[foreign.pk])).status_code == 404
    assert page.post(reverse("notices:read", args=[foreign.pk])).status_code == 404
    assert "/secret/" not in page.get("/notices/").content.decode()
    foreign.refresh_from_db()
    assert foreign.read_at is None


def test_the_choice_of_letters_is_kept(page, ana):
    assert email_choice(ana) == "immediate"
    page.post(reverse("notices:email"), {"email": "none"})
    assert email_choice(ana) == "none"
    page.post(reverse("notices:email"), {"email": "immediate"})
    assert email_choice(ana) == "immediate"


def test_a_choice_that_is_none_is_refused_beside_the_field(page, ana):
    response = page.post(reverse("notices:email"), {"email": "hourly"})
    assert response.status_code == 422
    assert "field__error" in response.content.decode()
    assert email_choice(ana) == "immediate"


def test_the_page_speaks_both_languages(page, ana):
    given(ana)
    assert "Your post has a reply." in page.get("/notices/").content.decode()
    page.cookies["django_language"] = "zh-hant"
    assert "您的發言有人回覆。" in page.get("/notices/").content.decode()


def test_a_notice_of_a_forgotten_kind_still_stands(page, ana):
    given(ana, kind="of_a_removed_package")
    assert "Something happened that concerns you." in page.get("/notices/").content.decode()


def test_only_the_person_may_listen_to_their_stream(ana):
    from django.contrib.auth.models import AnonymousUser

    kind, stream_id = parse_stream(f"person-{ana.pk}")
    assert kind.may_subscribe(ana, stream_id)
    assert not kind.may_subscribe(person("other"), stream_id)
    assert not kind.may_subscribe(AnonymousUser(), stream_id)


def test_a_frame_brings_the_notice_and_the_count_as_they_are_now(ana):
    kind, stream_id = parse_stream(f"person-{ana.pk}")
    first, second = given(ana), given(ana)
    rows = [
        EventRow(number=1, kind="notice", subject_id=first.pk),
        EventRow(number=2, kind="notice", subject_id=second.pk),
    ]
    with transaction.atomic():
        services.mark_read(first)
    frames = kind.frames(stream_id, rows, "en")
    assert [f["unread"] for f in frames] == [1, 1]
    assert "html" not in frames[0]
    assert "Your post has a reply." in frames[1]["html"]
    assert "有人回覆" in kind.frames(stream_id, rows, "zh-hant")[1]["html"]


def test_a_frame_never_holds_anothers_notice(ana):
    kind, stream_id = parse_stream(f"person-{ana.pk}")
    foreign = given(person("other"))
    frame = kind.frames(stream_id, [EventRow(number=1, kind="notice", subject_id=foreign.pk)], "en")[0]
    assert "html" not in frame
