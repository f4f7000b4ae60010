"""Decisions as examples for the model: consented, under pseudonyms, as decided in the end, and nothing more."""

from __future__ import annotations

import csv
import gzip
import logging
import stat
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum.accounts.models import User
from forum.accounts.services import choose_learning, delete_account
from forum.discussion.services import edit_post, open_thread, submit_post, withdraw_post
from models.data import UNKNOWN, read_file
from models.normalise import normalise
from moderation.learning import export as exports
from moderation.learning.masking import masked
from moderation.learning.splits import Splits
from moderation.models import Case, Decision
from moderation.services import appeal_decision, decide_appeal, report_post
from tests.moderation.conftest import ATTACK

pytestmark = pytest.mark.django_db

SPAM = "Win at our casino tonight."


@pytest.fixture
def alice(alice):
    choose_learning(alice, allowed=True)
    return alice


@pytest.fixture
def export(tmp_path, capsys):
    """Runs the command; returns the rows of the file as dictionaries. `export.counts` is what it printed."""

    def export(*arguments, name="decisions.csv.gz"):
        path = tmp_path / name
        call_command("export_decisions", path, *arguments)
        printed = capsys.readouterr().out
        export.path = path
        export.counts = {
            line[:36].strip(): int(line[36:]) for line in printed.splitlines() if line[36:].strip().isdigit()
        }
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    return export


@pytest.fixture
def reported(say, bob):
    """The case of a mild post that Bob has reported."""

    def reported(author, source="You there, read it again.", rule="attack", **more):
        return report_post(say(author, source, **more).post.pk, reporter=bob, rule=rule, words="Look.")

    return reported


def labels(rows):
    return [(row["attack"], row["spam"]) for row in rows]


# ---- labels -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["hide", "ask_change"])
def test_what_was_taken_from_view_as_an_attack_is_one(export, held_case, decided, action):
    decided(held_case, action)
    [row] = export()
    assert (row["text"], row["attack"], row["spam"]) == (ATTACK, "1", "")
    assert (row["action"], row["rule"], row["lang"]) == (action, "attack", "en")


def test_advertising_is_labelled_as_such_alone(export, say, alice, decided):
    decided(Case.objects.get(post=say(alice, SPAM).post), rule="spam")
    assert labels(export()) == [("", "1")]


def test_what_was_suspected_and_kept_is_none(export, held_case, reported, alice, decided):
    decided(held_case, "keep")
    decided(reported(alice, "Buy a bicycle and read it again.", rule="spam"), "keep")
    assert labels(export()) == [("0", ""), ("", "0")]


def test_keeping_says_nothing_of_what_nobody_suspected(export, reported, alice, decided):
    """The form asks for a rule and suggests one, so the rule of a kept post is no evidence."""
    decided(reported(alice, rule="off_topic"), "keep", rule="attack")
    assert export() == []
    assert export.counts["left out: without a label"] == 1


def test_other_rules_are_not_annotated(export, held_case, decided):
    decided(held_case, rule="off_topic")
    assert export() == []
    assert export.counts["left out: without a label"] == 1


def test_each_text_has_its_own_label(export, held_case, alice, decided):
    decided(held_case, "ask_change")
    milder = "This paragraph is wrong."
    edit_post(author=alice, post_id=held_case.post_id, source=milder, language="en", seen_revision=1)
    decided(held_case, "keep")
    rows = export()
    assert [(row["text"], row["attack"], row["action"]) for row in rows] == [
        (ATTACK, "1", "ask_change"),
        (milder, "0", "keep"),
    ]


def test_an_undone_decision_does_not_count(export, held_case, decided):
    decided(held_case, "hide")
    decided(held_case, "restore")
    assert labels(export()) == [("0", "")]


def test_a_kept_post_that_was_hidden_after_all_counts_as_hidden(export, held_case, decided):
    decided(held_case, "keep")
    decided(held_case, "hide")
    assert labels(export()) == [("1", "")]


def test_a_report_after_the_decision_says_nothing_about_it(export, reported, alice, decided, make_user):
    case = reported(alice, rule="off_topic")
    decided(case, "keep", rule="off_topic")
    report_post(case.post_id, reporter=make_user("Carol"), rule="attack", words="Rude.")
    assert export() == []


# ---- appeals ------------------------------------------------------------------------------------------------


@pytest.fixture
def appeal(held_case, decided, alice):
    return appeal_decision(decided(held_case, "hide").statement.pk, author=alice, words="I quoted him.")


def answer(appeal, actor, outcome):
    version = Case.objects.get(pk=appeal.case_id).version
    decide_appeal(
        appeal_id=appeal.pk,
        expected_version=version,
        actor=actor,
        outcome=outcome,
        rule="attack",
        reason="Seen.",
    )


@pytest.mark.parametrize(("outcome", "label"), [("overturned", "0"), ("upheld", "1")])
def test_the_answer_to_an_appeal_counts(export, appeal, finn, outcome, label):
    answer(appeal, finn, outcome)
    assert labels(export()) == [(label, "")]


def test_a_text_changed_before_the_appeal_was_answered_is_cleared_as_well(export, appeal, alice, finn):
    edit_post(author=alice, post_id=appeal.case.post_id, source="Milder.", language="en", seen_revision=1)
    answer(appeal, finn, "overturned")
    assert next((row["text"], row["attack"]) for row in export()) == (ATTACK, "0")


def test_while_an_appeal_is_open_nothing_is_learnt(export, appeal):
    assert export() == []
    assert export.counts["left out: appeal not decided"] == 1


# ---- consent ------------------------------------------------------------------------------------------------


def test_nothing_of_people_who_were_not_asked(export, insist, bob, decided):
    decided(Case.objects.get(post=insist(bob)))
    assert export() == []
    assert export.counts["left out: without consent"] == 1


def test_nothing_after_consent_was_withdrawn(export, held_case, decided, alice):
    decided(held_case)
    assert len(export()) == 1
    choose_learning(alice, allowed=False)
    assert export(name="later.csv.gz") == []


def test_nothing_of_deleted_accounts(export, held_case, decided, alice):
    decided(held_case)
    delete_account(alice)
    assert export() == []
    assert export.counts["left out: without consent"] == 1


def test_the_text_of_others_is_not_even_read(export, held_case, insist, bob, decided):
    decided(held_case)
    decided(Case.objects.get(post=insist(bob)))
    with CaptureQueriesContext(connection) as captured:
        export()
    reading = [one["sql"] for one in captured if '"source"' in one["sql"]]
    assert reading
    assert all("allows_learning" in sql for sql in reading)


def test_a_withdrawal_while_it_runs_leaves_no_file(held_case, decided, alice, tmp_path, monkeypatch):
    decided(held_case)
    real = exports.masked

    def meanwhile(text, *, names):
        User.objects.filter(pk=alice.pk).update(allows_learning=False)
        return real(text, names=names)

    monkeypatch.setattr(exports, "masked", meanwhile)
    with pytest.raises(CommandError, match="withdrew"):
        call_command("export_decisions", tmp_path / "decisions.csv.gz")
    assert list(tmp_path.iterdir()) == []


# ---- wrong states -------------------------------------------------------------------------------------------


def test_a_withdrawn_post_is_left_out(export, held_case, decided, alice):
    decided(held_case, "ask_change")
    withdraw_post(author=alice, post_id=held_case.post_id)
    assert export() == []
    assert export.counts["left out: withdrawn by its author"] == 1


@pytest.mark.parametrize("rule", ["personal_data", "unlawful"])
def test_a_post_with_personal_data_or_unlawful_content_is_copied_nowhere(
    export, held_case, decided, alice, rule
):
    decided(held_case, "ask_change")
    edit_post(
        author=alice, post_id=held_case.post_id, source="He lives at No. 7.", language="en", seen_revision=1
    )
    decided(held_case, "hide", rule=rule)
    assert export() == []
    assert export.counts["left out: personal data or unlawful"] == 1


def test_undecided_posts_are_no_examples(export, held_case):
    assert export() == []
    assert export.counts["rows"] == 0


# ---- which ones ---------------------------------------------------------------------------------------------


def test_one_consultation_alone(
    export, held_case, decided, alice, elsewhere, stranger, make_facilitator, consultation
):
    decided(held_case)
    thread = open_thread(elsewhere, elsewhere.provisions.get(anchor="art-1"))
    nudged = submit_post(author=alice, source="What a fool.", language="en", thread_id=thread.pk)
    post = submit_post(
        author=alice,
        source="What a fool.",
        language="en",
        thread_id=thread.pk,
        insisted=nudged.verdict.nudge_id,
    ).post
    decided(Case.objects.get(post=post), actor=stranger)
    assert [row["text"] for row in export("--consultation", "elsewhere")] == ["What a fool."]
    both = export(name="both.csv.gz")
    assert len({row["source"] for row in both}) == 2
    assert not any(word in str(both) for word in ("online", "elsewhere"))


def test_days_are_included_and_count_for_the_last_decision(export, held_case, decided):
    with time_machine.travel("2026-03-31T15:30:00Z"):  # half past eleven at night in Taipei
        decided(held_case, "hide")
    assert len(export("--since", "2026-03-31", "--until", "2026-03-31")) == 1
    assert export("--since", "2026-04-01", "--force") == []
    assert export("--until", "2026-03-30", "--force") == []
    with time_machine.travel("2026-05-02T03:00:00Z"):
        decided(held_case, "restore")
    assert export("--until", "2026-03-31", "--force") == []
    [row] = export("--force")
    assert row["decided"] == "2026-05"


# ---- pseudonyms and splits ----------------------------------------------------------------------------------


@pytest.fixture
def two_authors(insist, reported, decided, alice, make_user):
    carol = make_user("Carol")
    choose_learning(carol, allowed=True)
    decided(Case.objects.get(post=insist(alice)))
    decided(reported(alice), "keep")
    decided(Case.objects.get(post=insist(carol, "What a fool writes such things?")))
    return alice, carol


def test_an_author_has_one_pseudonym_in_a_file_and_no_name(export, two_authors):
    rows = export()
    first, again, other = [row["author"] for row in rows]
    assert first == again != other
    content = gzip.decompress(export.path.read_bytes()).decode()
    for person in two_authors:
        assert person.display_name not in content
        assert person.email not in content


def test_two_exports_cannot_be_joined_by_their_pseudonyms(export, two_authors):
    one, other = export(name="one.csv.gz"), export(name="other.csv.gz")
    assert not {row["author"] for row in one} & {row["author"] for row in other}
    assert not {row["source"] for row in one} & {row["source"] for row in other}
    public = ("text", "lang", "attack", "spam", "split", "action", "rule", "decided")
    assert [[row[name] for name in public] for row in one] == [
        [row[name] for name in public] for row in other
    ]


def test_an_author_is_in_one_split(export, two_authors):
    rows = export()
    assert rows[0]["split"] == rows[1]["split"]


def test_people_who_post_nearly_the_same_are_in_one_split():
    text = "Strike article seven at once, it helps nobody but those who wrote it in the first place."
    splits, apart = Splits(), Splits()
    for person in range(60):
        splits.add(person, f"{text} ({person})")
        apart.add(person, f"Number {person} has something of its own to say: {hash(str(person * 7919))}")
    assert len({splits.split_of(person) for person in range(60)}) == 1
    assert len({apart.split_of(person) for person in range(60)}) == 3


def test_the_split_of_a_person_does_not_hang_on_the_order_or_the_export():
    texts = ["同一段文字，大家都貼這一段來表示反對這條規定。", "Something else entirely."]
    one, other = Splits(), Splits()
    for person in range(40):
        one.add(person, texts[person % 2])
    for person in reversed(range(40)):
        other.add(person, texts[person % 2])
    assert [one.split_of(person) for person in range(40)] == [other.split_of(person) for person in range(40)]


def test_splits_are_about_eight_one_one():
    splits = Splits()
    found = [splits.split_of(person) for person in range(4000)]
    assert 0.77 < found.count("train") / 4000 < 0.83
    assert 0.08 < found.count("test") / 4000 < 0.12


# ---- personal data ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("Write to a.b+c@mail.example.tw.", "Write to somebody@example.invalid."),
        ("寄到abc@example.com吧", "寄到somebody@example.invalid吧"),
        ("Call 0912-345-678 or +886 2 2345 6789", "Call 0000-000-000 or +000 0 0000 0000"),
        ("打０９１２３４５６７８", "打0000000000"),
        ("(02)2345-6789#12", "(00)0000-0000#12"),
        ("身分證 A123456789", "身分證 A000000000"),
        ("@some_body you idiot", "@user you idiot"),
        ("@王小明 你這個白癡", "@user 你這個白癡"),
        ("@王小明你這個白癡閉嘴", "@user你這個白癡閉嘴"),
        ("kim tanaka is wrong, says KIM  TANAKA", "[name] is wrong, says [name]"),
        ("@Kim Tanaka, no", "@user, no"),
        ("Kimono is not a name, Ann is; Annex is not", "Kimono is not a name, [name] is; Annex is not"),
        ("林小安說得對，林小安！", "[name]說得對，[name]！"),
        ("On 2026-11-24 article 12 said 30 days", "On 2026-11-24 article 12 said 30 days"),
    ],
)
def test_what_names_somebody_is_covered(text, covered):
    assert masked(text, names=["Kim Tanaka", "Ann", "林小安", ""]) == covered


@pytest.mark.parametrize(
    "text",
    [
        "You idiot, mail me at a.b@mail.example.tw",
        "加賴 0912345678 立刻賺",
        "@some_body 你這個白癡",
        "Call 02-2345-6789",
    ],
)
def test_a_covered_text_reads_to_the_model_like_the_one_that_was_written(text):
    assert normalise(masked(text, names=[])) == normalise(text)


def test_names_of_author_and_of_those_in_the_thread_are_covered(
    export, say, insist, decided, alice, make_user
):
    say(make_user("Bernadette Soubirous"), "Good morning.")
    text = "Bernadette Soubirous, you idiot. Yours, alice (alice@example.org, 0912 345 678)"
    decided(Case.objects.get(post=insist(alice, text)))
    [row] = export()
    assert row["text"] == "[name], you idiot. Yours, [name] (somebody@example.invalid, 0000 000 000)"


def test_the_language_is_that_of_the_text_not_of_the_page(export, reported, alice, decided):
    decided(reported(alice, "這一條完全沒有道理，請刪除。"), "keep")
    assert [row["lang"] for row in export()] == ["zh-Hant"]


# ---- the file -----------------------------------------------------------------------------------------------


def test_the_model_reads_the_file(export, two_authors):
    export()
    rows = list(read_file(export.path))
    assert [(row.attack, row.spam) for row in rows] == [(1, UNKNOWN), (0, UNKNOWN), (1, UNKNOWN)]
    assert {row.dataset for row in rows} == {"decisions"}
    assert {row.lang for row in rows} == {"en"}
    assert {row.split for row in rows} <= {"train", "dev", "test"}


def test_the_file_is_its_owners_alone_and_nothing_else_is_left(export, held_case, decided):
    decided(held_case)
    export()
    assert stat.S_IMODE(export.path.stat().st_mode) == 0o600
    assert [path.name for path in export.path.parent.iterdir()] == [export.path.name]


def test_a_file_is_not_overwritten_unless_that_is_said(export, held_case, decided):
    decided(held_case)
    export()
    before = export.path.read_bytes()
    with pytest.raises(CommandError, match="exists already"):
        export()
    assert export.path.read_bytes() == before
    assert len(export("--force")) == 1
    assert stat.S_IMODE(export.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rows.csv"], "must end in .csv.gz"),
        (["nowhere/rows.csv.gz"], "no such folder"),
        (["rows.csv.gz", "--consultation", "nowhere"], "no consultation nowhere"),
        (["rows.csv.gz", "--since", "yesterday"], "no date like"),
        (["rows.csv.gz", "--since", "2026-02-02", "--until", "2026-02-01"], "later than"),
    ],
)
def test_arguments_that_make_no_sense_are_one_line_and_no_file(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=message) as refused:
        call_command("export_decisions", *arguments)
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_no_text_is_printed_or_logged(export, held_case, decided, capsys, caplog, tmp_path):
    decided(held_case)
    with caplog.at_level(logging.INFO):
        call_command("export_decisions", tmp_path / "quiet.csv.gz")
    printed = capsys.readouterr()
    assert "idiot" not in printed.out + printed.err + caplog.text


def test_the_queries_do_not_grow_with_the_decisions(export, insist, alice, decided):
    def cost(name):
        with CaptureQueriesContext(connection) as captured:
            export(name=name)
        return len(captured)

    decided(Case.objects.get(post=insist(alice)))
    few = cost("few.csv.gz")
    for number in range(8):
        decided(Case.objects.get(post=insist(alice, f"{ATTACK} ({number}) {number * 7919}")))
    assert cost("many.csv.gz") == few


def test_more_than_one_chunk_is_one_file_in_one_order(export, insist, alice, decided, monkeypatch):
    texts = [f"{ATTACK} ({number})" for number in range(5)]
    for text in texts:
        decided(Case.objects.get(post=insist(alice, text)))
    monkeypatch.setattr(exports, "CHUNK", 2)
    rows = export()
    assert [row["text"] for row in rows] == texts
    assert len({row["author"] for row in rows}) == 1
    assert Decision.objects.count() == 5


def test_the_counts_tell_what_is_in_the_file(export, two_authors, insist, bob, decided):
    decided(Case.objects.get(post=insist(bob, "Bob thinks you are a fool.")))
    export("--since", str(timezone.localdate() - timedelta(days=1)))
    assert (export.counts["rows"], export.counts["attack=1"], export.counts["attack=0"]) == (3, 2, 1)
    assert export.counts["left out: without consent"] == 1
    assert export.counts["train"] + export.counts["dev"] + export.counts["test"] == 3
