"""The queue: for the facilitators of a consultation alone, ordered by reasons that can be read, nothing lost."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forum.discussion.services import edit_post, withdraw_post
from moderation.models import Case, Decision
from moderation.services import appeal_decision, claim_case, decide, report_post
from moderation.streams import QueueStream

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, fay):
    client.force_login(fay)
    client.cookies["django_language"] = "en"
    return client


QUEUE = "/moderation/"


def case_url(case):
    return reverse("moderation:case", args=[case.pk])


def form(case, **more):
    case.refresh_from_db()
    given = {
        "version": case.version,
        "action": "hide",
        "rule": "attack",
        "reason": "Calls a person an idiot.",
    }
    return given | more


def listed(page, **query):
    answer = page.get(QUEUE, query)
    return [row.case for row in answer.context["queue"].rows]


# ---- who ----


def test_visitors_are_sent_to_sign_in(client, held_case):
    for address in (QUEUE, reverse("moderation:queue_list"), case_url(held_case)):
        assert client.get(address).url.startswith("/accounts/login/")
    for name in ("claim", "release", "decide"):
        assert client.post(reverse(f"moderation:{name}", args=[held_case.pk])).url.startswith(
            "/accounts/login/"
        )


def test_citizens_have_no_queue(client, held_case, bob, alice):
    for person in (bob, alice):
        client.force_login(person)
        for address in (QUEUE, reverse("moderation:queue_list"), case_url(held_case)):
            assert client.get(address).status_code == 404


def test_a_role_elsewhere_gives_nothing_here(client, held_case, stranger):
    client.force_login(stranger)
    assert client.get(QUEUE).context["queue"].total == 0
    assert client.get(case_url(held_case)).status_code == 404
    for name in ("claim", "release", "decide"):
        answer = client.post(reverse(f"moderation:{name}", args=[held_case.pk]), form(held_case))
        assert answer.status_code == 404
    held_case.refresh_from_db()
    assert (held_case.state, held_case.claimed_by) == ("open", None)


def test_facilitators_do_not_see_cases_of_their_own_posts(page, insist, fay):
    case = Case.objects.get(post=insist(fay))
    assert listed(page) == []
    assert page.get(case_url(case)).status_code == 404
    assert page.post(reverse("moderation:decide", args=[case.pk]), form(case)).status_code == 404


def test_the_queues_stream_is_for_its_facilitators(consultation, fay, stranger, bob):
    from django.contrib.auth.models import AnonymousUser

    stream = QueueStream()
    assert stream.may_subscribe(fay, consultation.pk)
    for person in (stranger, bob, AnonymousUser()):
        assert not stream.may_subscribe(person, consultation.pk)


# ---- the list ----


def test_the_list_is_ordered_by_priority(page, insist, say, alice, bob, make_user):
    reported = report_post(say(alice).post.pk, reporter=bob, rule="off_topic", words="Off topic.")
    held = Case.objects.get(post=insist(alice))
    assert listed(page) == [held, reported]
    assert held.priority == sum(held.signals.values_list("weight", flat=True))


def test_cases_of_each_state_have_their_list(page, held_case, decided):
    decided(held_case, "ask_change")
    assert (listed(page), listed(page, state="waiting")) == ([], [held_case])
    decided(held_case, "hide")
    assert listed(page, state="closed") == [held_case]


def test_an_empty_queue_says_so(page):
    assert "Nothing waits here." in page.get(QUEUE).text


def queries(page, address):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert page.get(address).status_code == 200
    return len(captured)


def test_the_pages_cost_the_same_however_many_cases_and_signals(
    page, held_case, say, alice, bob, make_user, insist, decided
):
    few = queries(page, QUEUE), queries(page, case_url(held_case))
    for number in range(6):
        post = say(alice, f"Post number {number}").post
        report_post(post.pk, reporter=bob, rule="spam", words="Looks odd.")
        report_post(post.pk, reporter=make_user(f"User{number}"), rule="attack", words="Odd.")
    edit_post(author=alice, post_id=held_case.post_id, source="Milder.", language="en", seen_revision=1)
    decided(held_case, "ask_change")
    edit_post(author=alice, post_id=held_case.post_id, source="Milder still.", language="en", seen_revision=2)
    assert (queries(page, QUEUE), queries(page, case_url(held_case))) == few
    assert few[0] <= 12
    assert few[1] <= 30


# ---- a case ----


def test_a_case_shows_what_is_needed_to_decide(page, held_case, say, alice):
    text = page.get(case_url(held_case)).text
    assert '<mark class="masked__weight">idiot</mark>' in text
    for part in (
        "0.97",
        "A signal, not proof",
        "A nudge came first",
        "Article 1 Purpose",
        "For online consultation.",
        "Alice",
    ):
        assert part in text


def test_hostile_text_is_masked(page, held_case):
    text = page.get(case_url(held_case)).text
    assert "idiot" in text
    before = text.split("idiot")[0]
    assert before.rfind('<details class="masked"') > before.rfind("</details>")


def test_text_is_escaped_on_staff_screens(page, insist, alice):
    post = insist(alice, 'You idiot <script>alert("x")</script><img src=x onerror=alert(1)>')
    text = page.get(case_url(Case.objects.get(post=post))).text
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "&lt;script&gt;" in text


def test_the_difference_of_revisions_is_shown(page, held_case, alice):
    edit_post(
        author=alice,
        post_id=held_case.post_id,
        source="You know, this paragraph is wrong.",
        language="en",
        seen_revision=1,
    )
    text = page.get(case_url(held_case)).text
    assert "What changed since version 1" in text
    assert "<del>idiot</del>" in text


def test_only_the_case_is_sent_where_only_that_was_asked_for(page, held_case):
    fragment = page.get(case_url(held_case), headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    assert f'id="case-{held_case.pk}"' in fragment


def test_reporters_are_not_named(page, say, alice, bob):
    case = report_post(say(alice).post.pk, reporter=bob, rule="off_topic", words="Nothing to do with it.")
    text = page.get(case_url(case)).text
    assert "Nothing to do with it." in text
    assert "Bob" not in text


# ---- deciding over HTTP ----


def test_a_decision_leads_to_the_next_case(page, held_case, say, alice, bob):
    other = report_post(say(alice).post.pk, reporter=bob, rule="off_topic", words="Off topic.")
    answer = page.post(reverse("moderation:decide", args=[held_case.pk]), form(held_case))
    assert answer.url == case_url(other)
    assert Decision.objects.get().reason == "Calls a person an idiot."


def test_the_last_decision_leads_to_the_queue(page, held_case):
    assert page.post(reverse("moderation:decide", args=[held_case.pk]), form(held_case)).url == QUEUE


@pytest.mark.parametrize("missing", ["action", "rule", "reason"])
def test_what_is_missing_is_said_and_what_was_typed_is_kept(page, held_case, missing):
    given = form(held_case, note="For the others.") | {missing: ""}
    answer = page.post(reverse("moderation:decide", args=[held_case.pk]), given)
    assert answer.status_code == 422
    assert "For the others." in answer.text
    assert answer.context["form"].errors.keys() == {missing}
    assert not Decision.objects.exists()


def test_an_action_that_does_not_fit_is_an_error_beside_the_field(page, held_case):
    answer = page.post(reverse("moderation:decide", args=[held_case.pk]), form(held_case, action="restore"))
    assert answer.status_code == 422
    assert "action" in answer.context["form"].errors


def test_who_comes_second_is_told_and_keeps_what_was_typed(page, held_case, finn):
    late = form(held_case, reason="My own careful reason.")
    decide(
        case_id=held_case.pk,
        expected_version=held_case.version,
        actor=finn,
        action="hide",
        rule="attack",
        reason="First.",
    )
    answer = page.post(reverse("moderation:decide", args=[held_case.pk]), late)
    assert answer.status_code == 409
    assert "Another facilitator has decided this case: Hide." in answer.text
    assert "My own careful reason." in answer.text
    assert Decision.objects.count() == 1


def test_a_changed_text_is_told_and_the_form_moves_on_to_the_new_version(page, held_case, alice):
    late = form(held_case, reason="My own careful reason.")
    edit_post(author=alice, post_id=held_case.post_id, source="Changed.", language="en", seen_revision=1)
    answer = page.post(reverse("moderation:decide", args=[held_case.pk]), late)
    assert answer.status_code == 409
    assert "This case has changed" in answer.text
    assert "My own careful reason." in answer.text
    held_case.refresh_from_db()
    assert f'name="version" value="{held_case.version}"' in answer.text


def test_a_withdrawn_post_is_told_and_the_reason_kept(page, held_case, alice):
    late = form(held_case, reason="My own careful reason.")
    withdraw_post(author=alice, post_id=held_case.post_id)
    answer = page.post(reverse("moderation:decide", args=[held_case.pk]), late)
    assert answer.status_code == 409
    assert "This case has changed" in answer.text
    assert "My own careful reason." in answer.text


def test_a_case_claimed_by_another_is_told(page, held_case, finn):
    claim_case(held_case.pk, actor=finn)
    answer = page.post(reverse("moderation:decide", args=[held_case.pk]), form(held_case))
    assert answer.status_code == 409
    assert "Another facilitator is working on this case" in answer.text


def test_an_appeal_is_decided_on_the_same_page(client, held_case, decided, alice, finn, fay):
    statement = decided(held_case, "hide").statement
    case = appeal_decision(statement.pk, author=alice, words="I quoted the minister.").case
    client.force_login(fay)
    client.cookies["django_language"] = "en"
    assert "somebody else decides about the appeal" in client.get(case_url(case)).text
    refused = client.post(
        reverse("moderation:decide", args=[case.pk]),
        {"version": 1, "outcome": "upheld", "rule": "attack", "reason": "No."},
    )
    assert refused.status_code == 403
    client.force_login(finn)
    assert "I quoted the minister." in client.get(case_url(case)).text
    case.refresh_from_db()
    given = {
        "version": case.version,
        "outcome": "overturned",
        "rule": "attack",
        "reason": "A quotation indeed.",
    }
    assert client.post(reverse("moderation:decide", args=[case.pk]), given).status_code == 302
    case.post.refresh_from_db()
    assert case.post.state == "published"


@pytest.mark.parametrize("bad", ["\x00", "a\u202eb", "a" + "\u0301" * 30, "x" * 2_001, "\u200b"])
def test_bad_text_is_refused_beside_its_field(page, held_case, bad):
    answer = page.post(reverse("moderation:decide", args=[held_case.pk]), form(held_case, reason=bad))
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"reason"}


def test_a_nonsensical_version_is_told_as_a_change(page, held_case):
    for version in ("", "x", "-1", "9" * 40):
        answer = page.post(
            reverse("moderation:decide", args=[held_case.pk]), form(held_case, version=version)
        )
        assert answer.status_code == 409
    assert not Decision.objects.exists()


@pytest.mark.parametrize("case_id", [0, 999_999, 10**30])
def test_a_missing_case_is_not_found(page, case_id):
    assert page.get(f"/moderation/cases/{case_id}/").status_code == 404
    assert page.post(f"/moderation/cases/{case_id}/decide/", {"version": 1}).status_code == 404
