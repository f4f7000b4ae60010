"""Runs the classifier in a few threads, so that it can be given up on without harming the request.

The classifier is loaded once a process, by the first thread that needs it. No failure leaves this module: what
could not be scored in time is None, and the log says why, without the text.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.conf import settings

logger = logging.getLogger(__name__)

THREADS = 2
RETRY_LOADING_SECONDS = 60
PASSAGE_LIMIT = 3

T = TypeVar("T")


class Scores(Protocol):
    @property
    def attack(self) -> float: ...

    @property
    def spam(self) -> float: ...


class Explained(Protocol):
    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...

    @property
    def weight(self) -> float: ...


class Scorer(Protocol):
    """What is needed of `models.infer.Classifier`."""

    version: str
    thresholds: Mapping[str, Mapping[str, float]]

    def score(self, text: str) -> Scores: ...

    def explain(self, text: str, label: str, *, limit: int = 3) -> Sequence[Explained]: ...


@dataclass(frozen=True)
class Span:
    """Characters [start, end) of the text that weighed `weight` for `label`."""

    start: int
    end: int
    label: str
    weight: float


@dataclass(frozen=True)
class Result:
    """Probabilities per label, the model's own thresholds per label (`nudge_at`, `flag_at`, `hold_at`), the
    passages of the labels that reached one, weightiest first, and how long it took."""

    scores: Mapping[str, float]
    thresholds: Mapping[str, Mapping[str, float]]
    passages: tuple[Span, ...]
    model_version: str
    milliseconds: int


def load_live() -> Scorer:
    """The model that comes with the program, or the one that CIVILITY_MODEL names."""
    return _load(settings.CIVILITY_MODEL, settings.CIVILITY_LABELS, settings.CIVILITY_THRESHOLDS)


def load_shadow() -> Scorer:
    """The model that CIVILITY_SHADOW_MODEL names."""
    return _load(
        settings.CIVILITY_SHADOW_MODEL, settings.CIVILITY_SHADOW_LABELS, settings.CIVILITY_SHADOW_THRESHOLDS
    )


def _load(
    name: str, labels: Mapping[str, Sequence[str]], thresholds: Mapping[str, Mapping[str, float]]
) -> Scorer:
    from models.loading import load

    scorer: Scorer = load(name, labels=labels, thresholds=thresholds, threads=1)
    return scorer


class Engine:
    """One classifier and its threads. `load` is called once, and again a minute after it has failed."""

    def __init__(self, load: Callable[[], Scorer]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._scorer: Scorer | None = None
        self._failed_at: float | None = None
        self._pool = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="screening")

    def warm(self) -> None:
        """Begins to load the classifier in a thread of its own and returns at once."""
        self._pool.submit(self._loaded)

    def is_ready(self, *, timeout_ms: int | None) -> bool:
        """Loads the classifier if need be, and says whether it is there."""
        return self._within(timeout_ms, time.monotonic(), self._loaded) is not None

    def screen(self, text: str, *, timeout_ms: int | None) -> Result | None:
        """Scores `text`; None when that failed or took longer than `timeout_ms` (None: no limit). Passages are
        explained in what is left of the time, and left out when it does not suffice."""
        started = time.monotonic()
        scored = self._within(timeout_ms, started, self._score, text)
        if scored is None:
            return None
        scorer, scores = scored
        return Result(
            scores=scores,
            thresholds={label: dict(scorer.thresholds.get(label, {})) for label in scores},
            passages=self._within(timeout_ms, started, self._explain, scorer, text, scores) or (),
            model_version=scorer.version,
            milliseconds=int((time.monotonic() - started) * 1000),
        )

    def _within(
        self, timeout_ms: int | None, started: float, work: Callable[..., T], *given: Any
    ) -> T | None:
        """What `work` returns in a thread of the pool, or None when it failed or the time was over."""
        left = None if timeout_ms is None else max(timeout_ms / 1000 - (time.monotonic() - started), 0)
        future: Future[T] = self._pool.submit(work, *given)
        try:
            return future.result(left)
        except TooSlow:
            future.cancel()
            logger.warning("screening_slow step=%s limit_ms=%s", work.__name__.strip("_"), timeout_ms)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the model, posts go on
            # The message of the error may quote the text, so only its type is told.
            logger.error("screening_failed step=%s error=%s", work.__name__.strip("_"), type(error).__name__)
        return None

    def _loaded(self) -> Scorer | None:
        with self._lock:
            if self._scorer is None and not self._failed_lately():
                self._failed_at = None
                started = time.monotonic()
                try:
                    self._scorer = self._load()
                    logger.info("screening_loaded ms=%d", (time.monotonic() - started) * 1000)
                except Exception as error:  # noqa: BLE001 - whatever is wrong with the model, posts go on
                    self._failed_at = time.monotonic()
                    # No text has been seen yet: the message is the model's own, and says what is missing.
                    logger.error("screening_unavailable error=%s: %s", type(error).__name__, error)
            return self._scorer

    def _failed_lately(self) -> bool:
        return self._failed_at is not None and time.monotonic() - self._failed_at < RETRY_LOADING_SECONDS

    def _score(self, text: str) -> tuple[Scorer, dict[str, float]] | None:
        scorer = self._loaded()
        if scorer is None:
            return None
        score = scorer.score(text)
        return scorer, {"attack": float(score.attack), "spam": float(score.spam)}

    @staticmethod
    def _explain(scorer: Scorer, text: str, scores: Mapping[str, float]) -> tuple[Span, ...]:
        """Explains only what may matter: explaining costs several scorings."""
        spans: list[Span] = []
        for label, score in scores.items():
            if score >= min(scorer.thresholds.get(label, {}).values(), default=2.0):
                found = scorer.explain(text, label, limit=PASSAGE_LIMIT)
                spans += [Span(one.start, one.end, label, float(one.weight)) for one in found]
        return tuple(sorted(spans, key=lambda span: -span.weight))


_engine = Engine(load_live)
_shadow = Engine(load_shadow)


def use(engine: Engine) -> Engine:
    """Puts another engine into this process; returns the one it replaces."""
    global _engine
    replaced, _engine = _engine, engine
    return replaced


def use_shadow(engine: Engine) -> Engine:
    """Puts another shadow into this process; returns the one it replaces."""
    global _shadow
    replaced, _shadow = _shadow, engine
    return replaced


def warm() -> None:
    """Begins to load the classifier, so that the first post need not wait for it. Returns at once."""
    _engine.warm()


def screen(text: str, *, timeout_ms: int | None) -> Result | None:
    """Scores a text in this process's classifier; None when that failed or took longer than `timeout_ms`."""
    return _engine.screen(text, timeout_ms=timeout_ms)


def screen_in_shadow(text: str, *, timeout_ms: int | None) -> Result | None:
    """Scores a text in the shadow model as `screen` does in the live one. For the worker alone: a request never waits
    for it. Loading has the same time again and does not count in the result's milliseconds."""
    if not _shadow.is_ready(timeout_ms=timeout_ms):
        return None
    return _shadow.screen(text, timeout_ms=timeout_ms)
