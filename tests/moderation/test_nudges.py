"""Before an attack goes in, its author is asked; both texts are kept."""

from __future__ import annotations

import pytest

from forum.discussion.gate import Action
from forum.discussion.models import Post
from forum.discussion.services import edit_post
from moderation.models import Case, Nudge, Screening, StatementOfReasons
from moderation.screening import screen
from moderation.services import report_post
from tests.moderation.conftest import ATTACK, HARSH

pytestmark = pytest.mark.django_db


def test_a_nudge_names_the_passage_and_saves_no_post(say, alice):
    verdict = say(alice, ATTACK).verdict
    assert (verdict.action, verdict.label) == (Action.NUDGE, "attack")
    passage = verdict.passages[0]
    assert ATTACK[passage.start : passage.end] == "idiot"
    assert not Post.objects.exists()
    nudge = Nudge.objects.get(pk=verdict.nudge_id)
    assert (nudge.source, nudge.outcome, nudge.author) == (ATTACK, "", alice)
    assert nudge.screening.attack == 0.97


def test_harsh_criticism_of_the_draft_is_not_nudged(say, alice):
    assert say(alice, HARSH).post.state == "published"


def test_posted_as_it_is_a_likely_attack_is_held_with_its_case(say, alice, classifier):
    nudge_id = say(alice, ATTACK).verdict.nudge_id
    post = say(alice, ATTACK, insisted=nudge_id).post
    assert post.state == "held"
    case = Case.objects.get(post=post)
    assert [(signal.kind, signal.rule) for signal in case.signals.order_by("pk")] == [
        ("screening", "attack"),
        ("held", ""),
    ]
    nudge = Nudge.objects.get()
    assert (nudge.outcome, nudge.post, nudge.source) == ("insisted", post, ATTACK)
    assert Screening.objects.filter(revision__post=post).count() == 1
    assert classifier.texts == [ATTACK]


def test_posted_as_it_is_a_doubtful_text_is_published_and_queued(insist, alice):
    post = insist(alice, "Only a fool would write so.")
    assert post.state == "published"
    assert Case.objects.get(post=post).signals.get().kind == "screening"


def test_an_edited_text_is_posted_and_the_first_one_kept(say, alice):
    say(alice, ATTACK)
    post = say(alice, "This paragraph is wrong.").post
    assert post.state == "published"
    nudge = Nudge.objects.get()
    assert (nudge.outcome, nudge.post, nudge.source) == ("edited", post, ATTACK)
    assert not Case.objects.exists()


def test_the_same_text_again_gets_the_same_nudge(say, alice):
    assert say(alice, ATTACK).verdict.nudge_id == say(alice, ATTACK + "\r\n").verdict.nudge_id
    assert Nudge.objects.count() == 1


def test_a_nudge_answers_only_for_its_author(say, alice, bob):
    nudge_id = say(alice, ATTACK).verdict.nudge_id
    outcome = say(bob, ATTACK, insisted=nudge_id)
    assert outcome.post is None
    assert outcome.verdict.nudge_id != nudge_id


def test_a_nudge_answers_only_for_its_text(say, alice):
    nudge_id = say(alice, "Only a fool would write so.").verdict.nudge_id
    assert say(alice, ATTACK, insisted=nudge_id).post is None


def test_a_nudge_answers_only_for_its_thread(say, alice, elsewhere):
    from forum.discussion.services import open_thread

    nudge_id = say(alice, ATTACK).verdict.nudge_id
    other = open_thread(elsewhere, None)
    assert say(alice, ATTACK, insisted=nudge_id, thread_id=other.pk).post is None


def test_a_nudge_answers_once(say, insist, alice):
    insist(alice)
    assert say(alice, ATTACK, insisted=Nudge.objects.get().pk).post is None


@pytest.mark.parametrize("nonsense", [0, -1, 999_999, 2**62])
def test_an_unknown_nudge_is_no_answer(say, alice, nonsense):
    assert say(alice, ATTACK, insisted=nonsense).post is None


def test_spam_is_held_without_asking(say, alice):
    post = say(alice, "Win at our casino").post
    assert post.state == "held"
    assert not Nudge.objects.exists()


def test_the_author_of_a_held_post_is_told_why(insist, alice):
    post = insist(alice)
    statement = StatementOfReasons.objects.get(post=post)
    assert (statement.measure, statement.rule, statement.decided_automatically) == ("held", "attack", True)
    assert statement.passages[0]["label"] == "attack"
    notice = alice.notices.get()
    assert (notice.kind, notice.url) == ("post_held", f"/moderation/statements/{statement.pk}/")
    assert "idiot" not in str(notice.context)


# ---- revisions ----


def edit(post, author, source, *, seen=1, insisted=None):
    return edit_post(
        author=author, post_id=post.pk, source=source, language="en", seen_revision=seen, insisted=insisted
    )


def test_an_attack_edited_into_a_published_post_is_nudged_and_held(say, alice):
    post = say(alice).post
    nudge_id = edit(post, alice, ATTACK).verdict.nudge_id
    assert edit(post, alice, ATTACK, insisted=nudge_id).post.state == "held"
    assert Nudge.objects.get().post == post
    assert StatementOfReasons.objects.filter(post=post, measure="held").count() == 1


def test_a_nudge_for_an_edit_does_not_answer_for_a_new_post(say, alice):
    post = say(alice).post
    nudge_id = edit(post, alice, ATTACK).verdict.nudge_id
    assert say(alice, ATTACK, insisted=nudge_id).post is None


def test_a_mild_new_text_of_a_held_post_waits_for_the_reviewer(held_case, alice):
    version = held_case.version
    post = edit(held_case.post, alice, "This paragraph is wrong.").post
    assert post.state == "held"
    held_case.refresh_from_db()
    assert held_case.version == version + 1
    assert held_case.signals.filter(kind="revised", revision__number=2).exists()


def test_a_mild_new_text_of_a_hidden_post_opens_a_case(held_case, decided, alice):
    decided(held_case)
    post = edit(held_case.post, alice, "This paragraph is wrong.").post
    assert post.state == "hidden"
    case = Case.objects.exclude(state="closed").get(post=post)
    assert case.signals.get().kind == "revised"


def test_a_new_text_goes_to_the_reviewer_if_the_post_was_hidden_while_it_was_screened(
    say, alice, bob, decided, monkeypatch
):
    post = say(alice).post
    case = report_post(post.pk, reporter=bob, rule="off_topic", words="Off topic.")

    def hidden_meanwhile(text, **limits):
        decided(case, "hide", rule="off_topic")
        return screen(text, **limits)

    monkeypatch.setattr("moderation.gate.screen", hidden_meanwhile)
    assert edit(post, alice, "Another text.").post.state == "hidden"
    assert Case.objects.exclude(state="closed").get(post=post).signals.get().kind == "revised"


def test_a_new_text_of_a_reported_post_moves_its_case_on(say, alice, bob):
    post = say(alice).post
    case = report_post(post.pk, reporter=bob, rule="off_topic", words="Off topic.")
    edit(post, alice, "Another text altogether.")
    before = case.version
    case.refresh_from_db()
    assert case.version == before + 1
