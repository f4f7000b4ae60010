"""What an intermediary wrote, on its way between the form, the database and the comparison."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from forum.explainers.models import ExplainerRevision


@dataclass(frozen=True)
class SourceLine:
    title: str
    url: str
    publisher: str = ""
    accessed_on: datetime.date | None = None


@dataclass(frozen=True)
class Content:
    """What an intermediary wrote, checked by the form. Provisions belong to the explainer's consultation."""

    language: str
    title: str
    sentence: str = ""
    plain: str = ""
    depth: str = ""
    sources: tuple[SourceLine, ...] = ()
    provision_ids: frozenset[int] = frozenset()
    is_about_whole: bool = False

    def is_complete(self) -> bool:
        """Whether it may become public: two layers, a place, and sources for what is told in depth."""
        has_place = self.is_about_whole or bool(self.provision_ids)
        return bool(self.sentence and self.plain and has_place and (self.sources or not self.depth))


def content_of(revision: ExplainerRevision) -> Content:
    """A revision as it was written. Two queries."""
    return Content(
        language=revision.language,
        title=revision.title,
        sentence=revision.sentence,
        plain=revision.plain,
        depth=revision.depth,
        sources=tuple(
            SourceLine(title=s.title, url=s.url, publisher=s.publisher, accessed_on=s.accessed_on)
            for s in revision.sources.all()
        ),
        provision_ids=frozenset(revision.provisions.values_list("pk", flat=True)),
        is_about_whole=revision.is_about_whole,
    )
