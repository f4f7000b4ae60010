"""Models compared: who sees what, that the numbers are right, and that no text leaks by this way either."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from forum.accounts.models import Role, User
from forum.discussion.services import open_thread, withdraw_post
from moderation.charts import LOWER_BASE, UPPER_BASE, mirrored_histogram
from moderation.comparison import MOST_PAIRS, ROWS
from moderation.models import Case, Screening, ShadowScreening
from moderation.policy import set_policy
from moderation.services import report_post
from tests.moderation.conftest import ATTACK, HARSH

pytestmark = pytest.mark.django_db

PAGE = "/moderation/models/"


@pytest.fixture
def page(client, fay):
    client.force_login(fay)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def admin(client, db):
    user = User.objects.create_superuser("root@example.org", "a long password", display_name="Root")
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def reported(bob):
    return lambda post, rule="attack": report_post(post.pk, reporter=bob, rule=rule, words="Odd.")


def found(client, **query):
    answer = client.get(PAGE, query)
    assert answer.status_code == 200
    return answer.context["found"]


def attack_of(client, **query):
    (label,) = found(client, **query).labels
    return label


# ---- who ----


def test_visitors_are_sent_to_sign_in(client):
    assert client.get(PAGE).url.startswith("/accounts/login/")


def test_citizens_have_no_such_page(client, bob):
    client.force_login(bob)
    assert client.get(PAGE).status_code == 404


@pytest.mark.parametrize("kind", ["intermediary", "official"])
def test_other_roles_have_no_such_page(client, bob, consultation, kind):
    Role.objects.create(user=bob, consultation=consultation, kind=kind)
    client.force_login(bob)
    assert client.get(PAGE).status_code == 404


def test_facilitators_compare_over_their_own_consultations(client, shadowed, say, alice, stranger, fay):
    say(alice)
    client.force_login(fay)
    assert found(client).compared == 1
    client.force_login(stranger)
    assert found(client).live is None
    assert found(client, consultation="elsewhere").live is None
    assert client.get(PAGE, {"consultation": "online"}).status_code == 404


def test_administrators_compare_over_all(admin, shadowed, say, alice, elsewhere):
    say(alice)
    say(alice, "Elsewhere.", thread_id=open_thread(elsewhere, None).pk)
    assert found(admin).compared == 2
    assert found(admin, consultation="elsewhere").compared == 1
    assert admin.get(PAGE, {"consultation": "nowhere"}).status_code == 404


def test_nothing_is_changed_by_this_page(page):
    assert page.post(PAGE).status_code == 405


# ---- where it is found ----


def test_the_queue_leads_to_it_where_there_is_a_shadow(page, settings):
    assert PAGE not in page.get("/moderation/").text
    settings.CIVILITY_SHADOW_MODEL = "other/model"
    assert PAGE in page.get("/moderation/").text


def test_the_masthead_leads_administrators_to_it(admin, client, bob):
    assert PAGE in admin.get("/").text
    client.force_login(bob)
    assert PAGE not in client.get("/").text


# ---- nothing yet ----


def test_without_a_shadow_it_says_what_to_set(page):
    text = page.get(PAGE).text
    assert "There is no shadow model" in text
    assert "CIVILITY_SHADOW_MODEL" in text


def test_with_a_shadow_and_no_texts_it_says_where_to_look(page, shadowed):
    text = page.get(PAGE).text
    assert "Nothing has been scored by both models in this period" in text
    assert "screening_unavailable" in text


def test_what_an_earlier_shadow_left_is_still_shown(page, shadowed, say, alice, settings):
    say(alice)
    settings.CIVILITY_SHADOW_MODEL = ""
    assert "No shadow model is set at present" in page.get(PAGE).text


# ---- the numbers ----


def test_agreement_is_counted_at_each_threshold(page, shadowed, say, insist, alice):
    insist(alice)  # 0.97 and 0.91: both hold
    say(alice, HARSH)  # 0.02 and 0.93: the shadow alone
    say(alice, "Silly.".lower())  # 0.62 and 0.02: the live one queues
    insist(alice, "What a fool.")  # 0.75 and 0.65: the shadow nudges and does not queue
    say(alice, "A fine rule.")
    counts = [
        (str(row.step), row.both, row.live_only, row.shadow_only, row.neither)
        for row in attack_of(page).agreements
    ]
    assert counts == [("Nudge", 2, 0, 1, 2), ("Queue", 1, 2, 1, 1), ("Hold", 1, 0, 1, 3)]


def test_a_label_that_the_shadow_does_not_score_is_not_compared(page, shadowed, say, alice):
    say(alice, "Visit my casino.")
    assert [str(name) for name in found(page).unscored] == ["Advertising"]
    assert "Advertising: not compared" in page.get(PAGE).text


def test_the_thresholds_of_the_consultation_count_for_both(page, shadowed, say, alice, consultation):
    set_policy(consultation.pk, set_by=None, awaiting="hold_all", attack_flag_at=0.01, attack_hold_at=0.95)
    say(alice, HARSH)
    label = attack_of(page)
    assert (label.live_flag_at, label.shadow_flag_at) == (0.01, 0.01)
    assert (label.agreements[1].both, label.agreements[2].neither) == (1, 1)


def test_models_are_measured_against_what_was_decided(page, shadowed, say, insist, alice, reported, decided):
    decided(Case.objects.get(post=insist(alice)), "hide")  # both flag it
    decided(reported(say(alice).post, "attack"), "keep")  # the shadow alone
    decided(reported(say(alice, "Go away.").post, "attack"), "ask_change")  # neither
    decided(reported(say(alice, "Weather.").post, "off_topic"), "hide", rule="off_topic")
    result = attack_of(page).decided
    assert (result.against, result.kept) == (2, 1)
    assert (result.live.precision, result.live.recall) == (100, 50)
    assert (result.shadow.precision, result.shadow.recall) == (50, 50)
    text = page.get(PAGE).text
    assert "50% (1 of 2)" in text
    assert "so the live model looks better than it is" in text


def test_the_newest_decision_counts(page, shadowed, insist, alice, decided):
    case = Case.objects.get(post=insist(alice))
    decided(case, "hide")
    decided(case, "restore")
    result = attack_of(page).decided
    assert (result.against, result.kept, result.live.precision, result.live.recall) == (0, 1, 0, None)


def test_nothing_decided_is_said(page, shadowed, say, alice):
    say(alice)
    assert "Facilitators have not decided about any of these texts yet." in page.get(PAGE).text


def test_scores_are_counted_in_tenths(page, shadowed, say, alice):
    say(alice, HARSH)
    say(alice, "A fine rule.")
    bins = [(round(one.start, 1), one.live, one.shadow) for one in attack_of(page).bins]
    assert bins == [(0.0, 2, 1), (0.9, 0, 1)]


def test_versions_and_milliseconds_are_told(page, shadowed, say, alice):
    for number in range(20):
        say(alice, f"Post number {number}")
    ShadowScreening.objects.update(milliseconds=40)
    slow = ShadowScreening.objects.last()
    ShadowScreening.objects.filter(pk=slow.pk).update(milliseconds=900)
    Screening.objects.update(milliseconds=12)
    result = found(page)
    assert (result.live.version, result.live.median_ms, result.live.p95_ms) == ("keywords-1", 12, 12)
    assert (result.shadow.version, result.shadow.median_ms, result.shadow.p95_ms) == ("shadow-1", 40, 40)
    ShadowScreening.objects.filter(pk__gt=slow.pk - 2).update(milliseconds=900)
    assert found(page).shadow.p95_ms == 900


def test_only_the_newest_versions_are_compared(page, shadowed, say, alice):
    say(alice)
    ShadowScreening.objects.update(model_version="shadow-0")
    say(alice, "A fine rule.")
    result = found(page)
    assert (result.shadow.version, result.compared, result.others) == ("shadow-1", 1, 1)


@pytest.mark.parametrize(("days", "compared"), [("7", 0), ("30", 1), ("90", 1), ("365", 1), ("x", 1)])
def test_a_period_is_looked_back(page, shadowed, say, alice, days, compared):
    say(alice)
    ShadowScreening.objects.update(created_at=timezone.now() - timedelta(days=20))
    assert found(page, days=days).compared == compared


def test_a_comparison_has_an_upper_end():
    assert MOST_PAIRS <= 20_000


# ---- where they part ----


def test_the_widest_gap_stands_first(page, shadowed, say, insist, alice):
    say(alice, "silly")
    say(alice, HARSH)
    insist(alice)
    rows = found(page).disagreements
    assert [[(score.live, score.shadow) for score in row.scores] for row in rows] == [
        [(0.02, 0.93)],
        [(0.62, 0.02)],
    ]
    assert [(str(row.scores[0].live_step), str(row.scores[0].shadow_step)) for row in rows] == [
        ("", "Hold"),
        ("Queue", ""),
    ]


def test_hostile_text_is_masked(page, shadowed, say, alice):
    say(alice)
    text = page.get(PAGE).text
    before = text.split("disgrace")[0]
    assert before.rfind('<details class="masked"') > before.rfind("</details>")


def test_text_is_escaped(page, shadowed, say, alice):
    say(alice, "A disgrace <script>alert(1)</script>")
    assert "<script>alert" not in page.get(PAGE).text


def test_a_case_is_linked_where_there_is_one(page, shadowed, say, alice):
    queued, other = say(alice, "silly").post, say(alice).post
    text = page.get(PAGE).text
    assert reverse("moderation:case", args=[Case.objects.get(post=queued).pk]) in text
    assert reverse("discussion:post", args=[other.pk]) in text


def test_ones_own_posts_are_left_to_others(page, shadowed, say, fay):
    say(fay)
    result = found(page)
    assert (result.compared, result.disagreeing) == (1, 0)
    assert "disgrace" not in page.get(PAGE).text


def test_a_withdrawn_text_is_not_shown(page, shadowed, say, alice):
    withdraw_post(author=alice, post_id=say(alice).post.pk)
    assert found(page).disagreeing == 0
    assert "disgrace" not in page.get(PAGE).text


def test_administrators_read_published_texts_and_no_others(admin, shadowed, insist, say, alice, consultation):
    set_policy(consultation.pk, set_by=None, awaiting="hold_all", attack_hold_at=0.95)
    held = insist(alice, f"{ATTACK} Held.")  # 0.97 and 0.91 part at 0.95
    say(alice)
    text = admin.get(PAGE).text
    assert "disgrace" in text
    assert "idiot" not in text
    assert "Not public" in text
    assert reverse("discussion:post", args=[held.pk]) not in text
    assert "/moderation/cases/" not in text


def test_pages_follow_each_other(page, shadowed, say, alice):
    for number in range(ROWS + 3):
        say(alice, f"A disgrace, number {number}")
    result = found(page)
    assert (len(result.disagreements), result.disagreeing, result.pages) == (ROWS, ROWS + 3, 2)
    assert "&amp;page=2" in page.get(PAGE).text
    last = found(page, page="2")
    assert (len(last.disagreements), last.first) == (3, ROWS + 1)
    assert found(page, page="99").page == 2


def test_the_page_costs_the_same_however_many_texts(page, shadowed, say, insist, alice, reported, decided):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert page.get(PAGE).status_code == 200
        return len(captured)

    decided(reported(say(alice).post, "attack"), "keep")
    few = queries()
    for number in range(8):
        post = say(alice, f"A disgrace, number {number}").post
        decided(reported(post), "keep")
        insist(alice, f"{ATTACK} {number}")
    assert queries() == few
    assert few <= 20


def test_in_chinese_it_is_chinese(page, shadowed, say, alice):
    say(alice)
    page.cookies["django_language"] = "zh-hant"
    assert "模型比較" in page.get(PAGE).text


# ---- the chart ----


def test_bars_stand_on_the_axis_and_hang_from_it():
    chart = mirrored_histogram([100, 0, 25], [0, 1, 0], upper_mark=0.5, lower_mark=1.1)
    assert [(bar.y + bar.height, bar.height, bar.label) for bar in chart.upper] == [
        (UPPER_BASE, 72.0, "100"),
        (UPPER_BASE, 0, ""),
        (UPPER_BASE, 36.0, "25"),
    ]
    assert [(bar.y, bar.height) for bar in chart.lower] == [
        (LOWER_BASE, 0),
        (LOWER_BASE, 7.2),
        (LOWER_BASE, 0),
    ]
    assert (chart.upper_mark, chart.lower_mark) == (170.0, None)
    assert mirrored_histogram([12_345], [0], upper_mark=2, lower_mark=2).upper[0].label == "12k"
