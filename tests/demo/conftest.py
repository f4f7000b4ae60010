from __future__ import annotations

from dataclasses import dataclass

import pytest

from forum.discussion import gate as gates
from moderation.screening import engine


@dataclass(frozen=True)
class Score:
    attack: float
    spam: float = 0.01


class OneWordClassifier:
    """Knows one insult."""

    version = "one-word-1"
    thresholds = {
        "attack": {"nudge_at": 0.7, "flag_at": 0.6, "hold_at": 0.9},
        "spam": {"nudge_at": 0.8, "flag_at": 0.6, "hold_at": 0.9},
    }

    def score(self, text):
        return Score(attack=0.98 if "白痴" in text else 0.02)

    def explain(self, text, label, limit=3):
        return []


@pytest.fixture
def use_classifier():
    """Puts a classifier in place of the real one; None: there is none."""
    gates.gate.cache_clear()
    replaced = []

    def use(classifier):
        def load():
            if classifier is None:
                raise FileNotFoundError("no weights")
            return classifier

        replaced.append(engine.use(engine.Engine(load)))

    yield use
    if replaced:
        engine.use(replaced[0])


@pytest.fixture
def data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.MAIL_DIR = tmp_path / "mail"
    return tmp_path
