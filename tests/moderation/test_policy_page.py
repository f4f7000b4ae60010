"""The policy's page: facilitators read it, administrators change it, and nothing comes into force unseen."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forum.accounts.models import User
from moderation.models import Policy
from moderation.policy import rules_of, set_policy, values_of

pytestmark = pytest.mark.django_db

ADDRESS = "/moderation/policy/online/"
FIELDS = [f"{label}_{step}" for label in ("attack", "spam") for step in ("nudge_at", "flag_at", "hold_at")]


@pytest.fixture
def ada(db):
    """An administrator."""
    return User.objects.create_superuser("ada@example.org", "a long password", display_name="Ada")


@pytest.fixture
def page(client, ada, consultation):
    client.force_login(ada)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def two(consultation, ada):
    """Strict, then lenient."""
    return [
        set_policy(
            consultation.pk, set_by=ada, awaiting="hold_all", attack_hold_at=0.8, reason="Many insults."
        ),
        set_policy(
            consultation.pk, set_by=ada, awaiting="publish_all", attack_hold_at=0.95, reason="Too strict."
        ),
    ]


def hidden(answer):
    return dict(re.findall(r'<input type="hidden" name="(seen|back|compared)" value="([^"]*)">', answer.text))


def form(**given):
    return dict.fromkeys(FIELDS, "") | {"awaiting": "publish_established", "reason": "Insults."} | given


def compare(page, **given):
    return page.post(ADDRESS, form(**given) | {"step": "compare"})


def switch(page, compared, **given):
    return page.post(ADDRESS, hidden(compared) | form(**given) | {"step": "switch"})


# ---- who ----------------------------------------------------------------------------------------------------


def test_visitors_are_sent_to_sign_in(client, consultation):
    for address in (ADDRESS, "/moderation/policy/"):
        assert client.get(address).url.startswith("/accounts/login/")


def test_citizens_and_facilitators_of_other_consultations_find_nothing(client, consultation, bob, stranger):
    for person in (bob, stranger):
        client.force_login(person)
        assert client.get(ADDRESS).status_code == 404
        assert client.post(ADDRESS, form(step="switch")).status_code == 404
    client.force_login(bob)
    assert client.get("/moderation/policy/").status_code == 404


def test_a_facilitator_reads_and_cannot_change(client, two, fay, consultation):
    client.force_login(fay)
    client.cookies["django_language"] = "en"
    answer = client.get(ADDRESS, {"back": "1"})
    assert "Too strict." in answer.text
    assert "Set other numbers" not in answer.text
    assert "Back to version" not in answer.text
    for step in ("compare", "switch"):
        assert client.post(ADDRESS, form(step=step, seen="2", compared="x")).status_code == 403
    assert rules_of(consultation.pk).number == 2


def test_another_role_here_gives_no_access(client, consultation, bob):
    from forum.accounts.models import Role

    for kind in ("intermediary", "official"):
        Role.objects.create(user=bob, consultation=consultation, kind=kind)
    client.force_login(bob)
    assert client.get(ADDRESS).status_code == 404


def test_a_consultation_that_is_not_there(page):
    assert page.get("/moderation/policy/nowhere/").status_code == 404


# ---- the way there ------------------------------------------------------------------------------------------


def test_the_queue_leads_a_facilitator_to_the_page(client, fay, consultation, elsewhere):
    client.force_login(fay)
    assert 'href="/moderation/policy/"' in client.get("/moderation/").text
    assert client.get("/moderation/policy/").url == ADDRESS


def test_an_administrator_finds_all_consultations_from_every_page(page, elsewhere, two):
    assert 'href="/moderation/policy/"' in page.get("/").text
    text = page.get("/moderation/policy/").text
    assert ADDRESS in text
    assert "/moderation/policy/elsewhere/" in text
    assert "version 2" in text


def test_others_have_no_link_to_it(client, bob):
    client.force_login(bob)
    assert "/moderation/policy/" not in client.get("/").text


# ---- what counts --------------------------------------------------------------------------------------------


def test_the_numbers_that_count_stand_beside_those_of_the_model(page, say, alice, two):
    say(alice, "Fine.")
    answer = page.get(ADDRESS)
    rows = answer.context["rows"]
    assert rows[2] == ("Personal attack, held from", "0.95", "0.9", True)
    assert rows[3] == ("Advertising, author asked first from", "0.8", "0.8", False)
    assert "keywords-1" in answer.text


def test_before_anything_was_screened_or_set_the_page_says_so(page):
    text = page.get(ADDRESS).text
    assert "the numbers of the model are not known here" in text
    assert "Nobody has set anything here yet." in text


def test_the_history_tells_what_changed_and_why(page, two):
    text = page.get(ADDRESS).text
    for part in ("Many insults.", "Too strict.", "Ada", "hold all", "publish all", "0.95"):
        assert part in text


def test_in_chinese_the_page_speaks_chinese(page, two, say, alice):
    say(alice, "Fine.")
    page.cookies["django_language"] = "zh-hant"
    text = compare(page, attack_hold_at="9").text
    assert "自動檢查門檻" in text
    assert "請填 0 到 1 之間的數字" in text
    assert not re.search(r"(Compare|Threshold|Version|Empty)", re.sub(r"<[^>]+>", "", text))


def test_a_reason_is_shown_as_text(page, consultation):
    set_policy(consultation.pk, set_by=None, awaiting="hold_all", reason="<script>alert(1)</script>")
    assert "<script>alert" not in page.get(ADDRESS).text


# ---- comparing ----------------------------------------------------------------------------------------------


def test_a_comparison_puts_nothing_into_force(page, say, alice, consultation):
    say(alice, "A bargain.")
    answer = compare(page, spam_flag_at="0.7", reason="")
    assert answer.status_code == 200
    assert rules_of(consultation.pk).number == 0
    assert "Of the last texts screened here (1), 1 would have been treated differently." in answer.text
    assert [(line.old, line.new) for line in answer.context["preview"].lines] == [
        (0, 0),
        (0, 0),
        (1, 0),
        (0, 1),
    ]
    assert "Put it into force" in answer.text


def test_without_a_comparison_there_is_no_button(page, two):
    assert "Put it into force" not in page.get(ADDRESS).text


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"attack_hold_at": "1.2"}, "attack_hold_at", "Write a number from 0 to 1"),
        ({"attack_hold_at": "high"}, "attack_hold_at", "Write a number from 0 to 1"),
        ({"spam_nudge_at": "nan"}, "spam_nudge_at", "Write a number from 0 to 1"),
        ({"spam_nudge_at": "-0.1"}, "spam_nudge_at", "Write a number from 0 to 1"),
        ({"spam_nudge_at": "0.12345"}, "spam_nudge_at", "At most four digits"),
        ({"spam_flag_at": "0.8", "spam_hold_at": "0.7"}, "spam_hold_at", "held from 0.7, below the 0.8"),
        ({"attack_hold_at": "0.5"}, "attack_hold_at", "held from 0.5, below the 0.6"),
        ({"awaiting": "whatever"}, "awaiting", "whatever"),
    ],
)
def test_errors_stand_beside_the_field_and_nothing_typed_is_lost(page, say, alice, given, field, message):
    say(alice, "Fine.")
    answer = compare(page, reason="Because.", **given)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert message in str(answer.context["form"].errors[field])
    assert f'id="id_{field}_error"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    for typed in (*(value for name, value in given.items() if name != "awaiting"), "Because."):
        assert typed in answer.text
    assert "Put it into force" not in answer.text


@pytest.mark.parametrize("typed", ["0.7", " .7 ", "０.７", "0,7", "0.70"])
def test_a_number_is_understood_as_people_type_it(page, consultation, typed):
    switch(page, compare(page, spam_flag_at=typed), spam_flag_at=typed)
    assert rules_of(consultation.pk).own["spam"] == {"flag_at": 0.7}


def test_what_would_change_nothing_is_told(page, two):
    answer = compare(page, attack_hold_at="0.95", awaiting="publish_all")
    assert answer.status_code == 422
    assert "nothing would change" in answer.text


def test_the_page_costs_the_same_however_much_was_written_and_set(page, say, insist, alice, consultation):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert compare(page, spam_flag_at="0.7").status_code == 200
        return len(captured)

    say(alice, "Fine.")
    set_policy(consultation.pk, set_by=None, awaiting="hold_all")
    few = cost()
    for number in range(8):
        insist(alice, f"You idiot, number {number}.")
        set_policy(consultation.pk, set_by=alice, awaiting="hold_all", spam_flag_at=number / 10)
    assert cost() == few
    assert few <= 16


# ---- putting into force -------------------------------------------------------------------------------------


def test_what_was_compared_comes_into_force_with_its_reason(page, consultation, ada, two):
    given = {"attack_hold_at": "0.85", "spam_flag_at": "0.5", "reason": "Fewer false alarms."}
    answer = switch(page, compare(page, **given), **given)
    assert answer.url == ADDRESS
    made = Policy.objects.get(number=3)
    assert (made.set_by, made.reason, made.awaiting) == (ada, "Fewer false alarms.", "publish_established")
    assert rules_of(consultation.pk).own == {"attack": {"hold_at": 0.85}, "spam": {"flag_at": 0.5}}
    assert "Version 3 counts from now on." in page.get(ADDRESS).text


def test_without_a_reason_nothing_comes_into_force_and_the_comparison_stays(page, two):
    compared = compare(page, attack_hold_at="0.85", reason="")
    answer = switch(page, compared, attack_hold_at="0.85", reason=" ")
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["reason"]
    assert answer.context["preview"]
    assert Policy.objects.count() == 2
    assert switch(page, answer, attack_hold_at="0.85").status_code == 302


def test_what_was_changed_after_the_comparison_is_compared_again(page, two):
    compared = compare(page, attack_hold_at="0.85")
    answer = switch(page, compared, attack_hold_at="0.99")
    assert answer.status_code == 200
    assert "Nothing is in force yet" in answer.text
    assert Policy.objects.count() == 2
    assert switch(page, answer, attack_hold_at="0.99").status_code == 302


def test_a_switch_without_any_comparison_is_not_taken(page, two):
    answer = page.post(ADDRESS, form(attack_hold_at="0.5", step="switch", seen="2"))
    assert "Nothing is in force yet" in answer.text
    assert Policy.objects.count() == 2


def test_of_two_administrators_the_second_is_told_and_loses_nothing(page, two, consultation):
    compared = compare(page, attack_hold_at="0.85")
    set_policy(consultation.pk, set_by=None, awaiting="hold_all", reason="Faster.")
    answer = switch(page, compared, attack_hold_at="0.85", reason="Mine.")
    assert answer.status_code == 409
    assert "Somebody has set other numbers meanwhile" in answer.text
    assert "Mine." in answer.text
    assert Policy.objects.count() == 3
    assert switch(page, answer, attack_hold_at="0.85", reason="Mine.").status_code == 302


def test_the_same_press_twice_sets_one_policy(page, two):
    compared = compare(page, attack_hold_at="0.85")
    assert switch(page, compared, attack_hold_at="0.85").status_code == 302
    assert switch(page, compared, attack_hold_at="0.85").status_code == 422
    assert Policy.objects.count() == 3


# ---- back to an earlier one ---------------------------------------------------------------------------------


def test_going_back_shows_the_comparison_first(page, two, say, alice):
    say(alice, "Fine.")
    answer = page.get(ADDRESS, {"back": "1"})
    assert "What going back to version 1 would change" in answer.text
    assert answer.context["preview"].texts == 1
    assert 'value="0.8"' in answer.text
    assert Policy.objects.count() == 2


def test_going_back_adds_an_equal_version(page, two, ada):
    shown = page.get(ADDRESS, {"back": "1"})
    given = {"attack_hold_at": "0.8", "awaiting": "hold_all", "reason": "Insults again."}
    assert switch(page, shown, **given).status_code == 302
    made = Policy.objects.get(number=3)
    assert values_of(made) == values_of(two[0])
    assert (made.reason, made.set_by) == ("Insults again.", ada)
    assert "the same as version 1" in page.get(ADDRESS).text


def test_going_back_needs_a_reason(page, two):
    shown = page.get(ADDRESS, {"back": "1"})
    answer = switch(page, shown, attack_hold_at="0.8", awaiting="hold_all", reason="")
    assert answer.status_code == 422
    assert hidden(answer)["back"] == "1"
    assert Policy.objects.count() == 2


def test_numbers_changed_on_the_way_back_are_a_version_of_their_own(page, two):
    shown = page.get(ADDRESS, {"back": "1"})
    answer = switch(page, shown, attack_hold_at="0.81", awaiting="hold_all")
    assert "Nothing is in force yet" in answer.text
    assert "back" not in hidden(answer)


def test_there_is_no_button_to_what_counts_already(page, two):
    text = page.get(ADDRESS).text
    assert "?back=1#answer" in text
    assert "?back=2" not in text


@pytest.mark.parametrize("number", ["9", "x", "-1", "１", "99999999999999999999"])
def test_a_version_that_is_not_there_is_not_offered(page, two, number):
    answer = page.get(ADDRESS, {"back": number})
    assert answer.status_code == 200
    assert "Put it into force" not in answer.text
    assert "What going back" not in answer.text


def test_the_versions_of_another_consultation_are_not_offered(page, two, elsewhere):
    address = reverse("moderation:policy", args=["elsewhere"])
    assert "What going back" not in page.get(address, {"back": "1"}).text
