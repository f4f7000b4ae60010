"""What changed between two texts: exact for prose, and quick for any text."""

import time

import pytest

from forum.explainers.differences import paragraph_changes


def without(kind, paragraphs):
    return [joined for p in paragraphs if (joined := "".join(text for change, text in p if change != kind))]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("一\n\n二二\n\n三", "一\n\n二三\n\n四\n\n三"),
        ("The agency may answer.", "The agency must answer soon."),
        ("", "new"),
        ("old", ""),
        ("a\n" * 40 + "end", "start\n" + "a\n" * 40),
        ("的" * 3_000, "的" * 2_999 + "一"),
    ],
)
def test_the_pieces_make_up_both_texts(old, new):
    paragraphs = paragraph_changes(old, new)
    assert without("added", paragraphs) == [line for line in old.splitlines() if line]
    assert without("removed", paragraphs) == [line for line in new.splitlines() if line]


def test_only_the_words_that_differ_are_marked():
    (pieces,) = paragraph_changes("應於七日內回覆。", "應於十日內回覆。")
    assert pieces == [("same", "應於"), ("removed", "七"), ("added", "十"), ("same", "日內回覆。")]


@pytest.mark.parametrize("old", ["的" * 20_000, "a\n" * 10_000, "ab " * 6_000, "a\nb\n" * 5_000])
def test_a_text_made_to_be_slow_is_not(old):
    begun = time.process_time()
    paragraph_changes(old, old[1:] + "x")
    assert time.process_time() - begun < 1
