"""The examples themselves, row by row, in the format of the civility data (`models.data`).

Goes through the decided texts twice: once to see who belongs into one split, once to give out the rows. The text of
somebody who has not agreed is never read.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone
from django.utils.crypto import salted_hmac

from forum.accounts.models import User
from forum.discussion.models import Post, Revision
from moderation.learning.masking import masked
from moderation.learning.outcomes import LeftOut, Outcome, outcomes_of
from moderation.learning.splits import Splits
from moderation.models import Decision, Label

COLUMNS = ("text", "lang", "attack", "spam", "source", "split", "author", "action", "rule", "decided")
CHUNK = 500
PSEUDONYM_CHARACTERS = 16
LANGUAGES = {"zh-hant": "zh-Hant", "en": "en"}


@dataclass(frozen=True)
class Scope:
    """Which decisions: of one consultation or of all, decided on days from `since` to `until`, both included, in the
    site's time zone."""

    consultation_id: int | None = None
    since: date | None = None
    until: date | None = None

    def has(self, outcome: Outcome) -> bool:
        day = timezone.localtime(outcome.final.at).date()
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)


class ConsentWithdrawn(Exception):
    """Somebody withdrew while the export ran: what was written is not to be used."""


@dataclass
class Export:
    """One run: its rows, and what it counted on the way. Pseudonyms hold within one export and cannot be matched
    with those of another: their salt is thrown away with the object."""

    scope: Scope
    counts: Counter[str] = field(default_factory=Counter)
    _salt: str = field(default_factory=secrets.token_hex, repr=False)
    _authors: set[int] = field(default_factory=set, repr=False)

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Rows with the columns COLUMNS, in the order in which the texts were written. Raises ConsentWithdrawn at the
        end when an author's consent has gone meanwhile."""
        splits = self._splits()
        for outcomes in _chunks(self.scope):
            self.counts.update(one.left_out.name for one in outcomes if one.left_out)
            taken = [one for one in outcomes if one.left_out is None]
            texts, names = _texts(taken), _names(taken)
            for outcome in taken:
                if outcome.revision_id in texts:
                    yield self._row(outcome, texts[outcome.revision_id], names, splits)
        self._check_consent()

    def _splits(self) -> Splits:
        splits = Splits()
        for outcomes in _chunks(self.scope):
            taken = [one for one in outcomes if one.left_out is None]
            texts = _texts(taken)
            for outcome in taken:
                if outcome.author_id and (found := texts.get(outcome.revision_id)):
                    splits.add(outcome.author_id, found.source)
        return splits

    def _row(
        self, outcome: Outcome, text: Text, names: dict[int, set[str]], splits: Splits
    ) -> tuple[str, ...]:
        author_id = outcome.author_id or 0
        self._authors.add(author_id)
        labels = {label: str(outcome.labels.get(label, "")) for label in Label.values}
        split = splits.split_of(author_id)
        self.counts.update(["rows", split, *(f"{label}={value}" for label, value in labels.items() if value)])
        return (
            masked(text.source, names=names[outcome.thread_id] | {text.author_name}),
            language_of(text.source, typed_in=text.language),
            labels[Label.ATTACK],
            labels[Label.SPAM],
            f"decisions:{self._pseudonym('consultation', outcome.consultation_id)}",
            split,
            self._pseudonym("author", author_id),
            outcome.final.action,
            outcome.final.rule,
            timezone.localtime(outcome.final.at).strftime("%Y-%m"),
        )

    def _pseudonym(self, kind: str, pk: int) -> str:
        keyed = salted_hmac(f"moderation.learning.{self._salt}", f"{kind}:{pk}", algorithm="sha256")
        return keyed.hexdigest()[:PSEUDONYM_CHARACTERS]

    def _check_consent(self) -> None:
        authors = sorted(self._authors)
        for start in range(0, len(authors), CHUNK):
            part = authors[start : start + CHUNK]
            if User.objects.filter(pk__in=part, allows_learning=True).count() != len(part):
                raise ConsentWithdrawn


@dataclass(frozen=True)
class Text:
    """The text of one decided revision. `language` is that of the page it was typed in, not of the text."""

    source: str
    language: str
    author_name: str


def language_of(text: str, *, typed_in: str) -> str:
    """`zh-Hant` or `en`, by the script of the larger part (two Han characters weigh as one word); where there is
    neither, by the language of the page that it was typed in."""
    han, latin = len(re.findall(r"[\u3400-\u9fff\uf900-\ufaff]", text)), len(re.findall(r"[A-Za-z]+", text))
    if han or latin:
        return "zh-Hant" if han and han / 2 >= latin else "en"
    return LANGUAGES.get(typed_in, "zh-Hant")


def _chunks(scope: Scope) -> Iterator[list[Outcome]]:
    """The outcomes in scope, at most CHUNK at a time and each time for the same number of queries."""
    decisions = Decision.objects.order_by("revision_id").values_list("revision_id", flat=True).distinct()
    if scope.consultation_id is not None:
        decisions = decisions.filter(case__consultation_id=scope.consultation_id)
    last = 0
    while revision_ids := list(decisions.filter(revision_id__gt=last)[:CHUNK]):
        last = revision_ids[-1]
        yield [outcome for outcome in outcomes_of(revision_ids) if scope.has(outcome)]


def _texts(outcomes: Sequence[Outcome]) -> dict[int, Text]:
    """Texts by revision; asks for the consent once more, at the moment of reading. One query."""
    rows = Revision.objects.filter(
        pk__in=[one.revision_id for one in outcomes], post__author__allows_learning=True
    ).values_list("pk", "source", "language", "post__author__display_name")
    return {pk: Text(source, language, name) for pk, source, language, name in rows}


def _names(outcomes: Iterable[Outcome]) -> dict[int, set[str]]:
    """How everybody who speaks in the threads of these texts is called: a post may name those it answers. One query."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = (
        Post.objects.filter(thread_id__in={one.thread_id for one in outcomes}, author__isnull=False)
        .values_list("thread_id", "author__display_name")
        .order_by()
        .distinct()
    )
    for thread_id, name in rows:
        found[thread_id].add(name)
    return found


__all__ = ["COLUMNS", "ConsentWithdrawn", "Export", "LeftOut", "Scope", "language_of"]
