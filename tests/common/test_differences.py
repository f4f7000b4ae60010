"""What changed between two texts."""

from __future__ import annotations

import time

import pytest

from forum.common.differences import changes


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("three days", "seven days", [("removed", "three"), ("added", "seven"), ("same", " days")]),
        (
            "不得少於三十日",
            "不得少於六十日",
            [("same", "不得少於"), ("removed", "三"), ("added", "六"), ("same", "十日")],
        ),
        ("", "new", [("added", "new")]),
        ("same", "same", [("same", "same")]),
    ],
)
def test_changes_are_marked_by_word_and_by_han_character(old, new, expected):
    assert changes(old, new) == expected


def test_both_texts_can_be_read_out_of_the_changes():
    old, new = "機關應於七日內回覆。 It shall answer.", "機關應於十四日內公開回覆。 It must answer!"
    found = changes(old, new)
    assert "".join(piece for kind, piece in found if kind != "added") == old
    assert "".join(piece for kind, piece in found if kind != "removed") == new


def test_a_text_made_to_be_slow_is_shown_as_replaced():
    old, new = "的" * 10_000, "的" * 9_999 + "了"
    started = time.process_time()
    assert changes(old, new) == [("removed", old), ("added", new)]
    assert time.process_time() - started < 1
