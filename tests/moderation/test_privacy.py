"""What moderation keeps about a person can be had by them, and goes or loses the name with their account."""

from __future__ import annotations

import json

import pytest

from forum.accounts.services import export_account
from forum.accounts.signals import account_deleting
from moderation.models import Nudge
from moderation.services import appeal_decision, report_post
from tests.moderation.conftest import ATTACK

pytestmark = pytest.mark.django_db


def test_a_person_gets_what_is_kept_about_them(held_case, decided, say, alice, bob, fay):
    decision = decided(held_case, "hide", note="For colleagues.")
    appeal_decision(decision.statement.pk, author=alice, words="I quoted.")
    report_post(say(bob).post.pk, reporter=alice, rule="off_topic", words="Off topic.")
    export = export_account(alice)
    assert [row["text"] for row in export["nudges"]] == [ATTACK]
    assert [row["measure"] for row in export["statements_of_reasons"]] == ["held", "hidden"]
    assert [row["words"] for row in export["appeals"]] == ["I quoted."]
    assert [row["words"] for row in export["reports"]] == ["Off topic."]
    assert "For colleagues." not in json.dumps(export)
    assert [row["note"] for row in export_account(fay)["decisions_made"]] == ["For colleagues."]


def test_nothing_of_others_is_in_it(held_case, decided, bob):
    decided(held_case, "hide")
    assert "idiot" not in json.dumps(export_account(bob))


def test_texts_never_posted_go_with_the_account(say, insist, alice, bob):
    post = insist(alice)
    say(alice, "Only a fool would write so.")
    say(bob, "Only a fool would write so.")
    account_deleting.send(sender=type(alice), user=alice)
    assert list(Nudge.objects.filter(author=alice).values_list("post", flat=True)) == [post.pk]
    assert Nudge.objects.filter(author=bob).exists()
