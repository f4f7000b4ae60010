"""Evasions change what is written, and normalise() undoes those that it promises to undo."""

from __future__ import annotations

import numpy as np
import pytest

from models.normalise import normalise
from models.obfuscate import CHINESE, LATIN, evaded, full_width, homoglyphs, invisible, spaced

ENGLISH = "You are an absolute halfwit and should leave"
HAN = "你這個白痴,根本不懂法律"


@pytest.mark.parametrize("evasion", LATIN)
def test_every_evasion_changes_an_english_text(evasion: object) -> None:
    assert callable(evasion)
    assert evasion(ENGLISH, np.random.default_rng(1)) != ENGLISH


@pytest.mark.parametrize("evasion", CHINESE)
def test_every_evasion_changes_a_chinese_text(evasion: object) -> None:
    assert callable(evasion)
    assert evasion(HAN, np.random.default_rng(1)) != HAN


@pytest.mark.parametrize("evasion", [full_width, invisible, homoglyphs])
def test_what_reads_the_same_becomes_the_same(evasion: object) -> None:
    assert callable(evasion)
    for seed in range(5):
        assert normalise(evasion(ENGLISH, np.random.default_rng(seed))) == normalise(ENGLISH)


@pytest.mark.parametrize("seed", range(5))
def test_spaced_out_han_characters_come_together_again(seed: int) -> None:
    assert normalise(spaced(HAN, np.random.default_rng(seed))) == normalise(HAN)


def test_evasions_are_drawn_by_the_given_chance() -> None:
    first = [evaded(ENGLISH, np.random.default_rng(seed)) for seed in range(20)]
    assert first == [evaded(ENGLISH, np.random.default_rng(seed)) for seed in range(20)]
    assert len(set(first)) > 6


@pytest.mark.parametrize("text", ["", "👍", "12", "a b"])
def test_a_text_without_words_stays_or_is_widened(text: str) -> None:
    assert normalise(evaded(text, np.random.default_rng(0))) == normalise(text)
