"""The model's copy of a text: each row of the table in models/normalise.py."""

from __future__ import annotations

import pytest

from models.normalise import LONGEST, normalise


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ｉｄｉｏｔ！", "idiot!"),
        ("id\u200biot \u202eno", "idiot no"),
        ("i\u0337d\u0337i\u0337o\u0337t\u0337", "idiot"),
        ("see https://t.co/x?a=1 now", "see url now"),
        ("mail a.b@c.org", "mail email"),
        ("@somebody hello", "@user hello"),
        ("0912345678", "0000000000"),
        ("іdіоt", "idiot"),
        ("i d i o t", "idiot"),
        ("i.d.i.o.t", "idiot"),
        ("白 痴", "白痴"),
        ("白*痴", "白痴"),
        ("f*ck", "fuck"),
        ("1d10t st@pid", "idiot stapid"),
        ("stuuuuupid", "stuupid"),
        ("no!!!!!!!", "no!!!"),
        ("這個白癡", "这个白痴"),
    ],
)
def test_what_reads_the_same_is_spelt_the_same(written: str, read: str) -> None:
    assert normalise(written) == read


@pytest.mark.parametrize(
    "text",
    ["Section 3a, 2nd line", "10% of 5,000", "H1N1", "第 12 条", "U.S.A. is", "B2B", "нет, спасибо", ""],
)
def test_plain_text_stays(text: str) -> None:
    assert normalise(text) == text


@pytest.mark.parametrize(
    "text", ["白 痴 1d10t iiiiidiot f*ck https://a.b/c", "x" * 50_000, "\ud83d\ude00 ok"]
)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert len(once) <= LONGEST
