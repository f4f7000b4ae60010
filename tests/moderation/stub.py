"""A classifier that goes by keywords, and engines that fail in the ways that real ones do."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from moderation.screening.engine import Engine

KEYWORDS = {
    "idiot": ("attack", 0.97),
    "fool": ("attack", 0.75),
    "silly": ("attack", 0.62),
    "casino": ("spam", 0.98),
    "bargain": ("spam", 0.65),
}


@dataclass(frozen=True)
class Score:
    attack: float
    spam: float


@dataclass(frozen=True)
class Passage:
    start: int
    end: int
    label: str
    weight: float


class KeywordClassifier:
    version = "keywords-1"
    keywords = KEYWORDS
    thresholds = {
        "attack": {"nudge_at": 0.7, "flag_at": 0.6, "hold_at": 0.9},
        "spam": {"nudge_at": 0.8, "flag_at": 0.6, "hold_at": 0.9},
    }

    def __init__(self):
        self.texts = []

    def score(self, text):
        self.texts.append(text)
        found = {"attack": 0.02, "spam": 0.02}
        for word, (label, score) in self.keywords.items():
            if word in text:
                found[label] = max(found[label], score)
        return Score(**found)

    def explain(self, text, label, limit=3):
        return [
            Passage(text.index(word), text.index(word) + len(word), label, score)
            for word, (of, score) in self.keywords.items()
            if of == label and word in text
        ][:limit]


class ShadowClassifier(KeywordClassifier):
    """Another opinion: "idiot" is as bad, "silly" is fine, "disgrace" is not; of advertising it knows nothing."""

    version = "shadow-1"
    keywords = {"idiot": ("attack", 0.91), "disgrace": ("attack", 0.93), "fool": ("attack", 0.65)}
    thresholds = {"attack": {"nudge_at": 0.5, "flag_at": 0.7, "hold_at": 0.9}}


class BrokenClassifier(KeywordClassifier):
    def score(self, text):
        raise RuntimeError(text)


class StuckClassifier(KeywordClassifier):
    """Answers nothing until `released`."""

    def __init__(self):
        super().__init__()
        self.released = threading.Event()

    def score(self, text):
        self.released.wait(20)
        return super().score(text)


def engine_of(classifier) -> Engine:
    return Engine(lambda: classifier)


def engine_without_weights() -> Engine:
    def load():
        raise FileNotFoundError("no weights")

    return Engine(load)
