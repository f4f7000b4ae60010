"""Reads a draft: which of its files hold provisions, in what style, and what is missing."""

from __future__ import annotations

import re
from pathlib import Path

from .builder import Builder, Node, clean_inline, follows
from .labels import CONTAINER_KINDS, Label, english_label, han_label, is_title
from .problems import DraftRefusedError, Problem, Remarks
from .reader import FileReader, FileShape
from .sources import Source, SourceFile, read_source
from .tree import Background, ParsedDraft, ParsedSection

LIMITS = {"label": 60, "heading": 300, "ordinal": 20, "anchor": 80}


def parse_draft(path: Path | str, *, encoding: str = "utf-8", strict: bool = False) -> ParsedDraft:
    """The draft at `path`, a file or a folder.

    Raises DraftRefusedError with all problems if anything cannot be placed; with `strict` notes count too.
    """
    remarks = Remarks()
    source = read_source(Path(path), encoding=encoding, remarks=remarks)
    draft = _DraftReader(source, remarks).read()
    problems = list(remarks.problems)
    if strict:
        problems += [Problem(n.file, n.line, "strict_note", (("message", n.message),)) for n in remarks.notes]
    if not draft.articles and not problems:
        problems.append(Problem(Path(path).name, 0, "no_article"))
    if problems:
        order = {file.name: place for place, file in enumerate(source.files)}
        raise DraftRefusedError(tuple(sorted(problems, key=lambda p: (order.get(p.file, -1), p.line))))
    return draft


class _DraftReader:
    def __init__(self, source: Source, remarks: Remarks) -> None:
        self.source = source
        self.remarks = remarks
        self.builder = Builder(remarks)
        self.title = source.title
        self.preface: list[str] = []
        self.background: list[Background] = []
        self.sections_are_articles = not _says_article(source)
        self.shapes = {file.name: self._shape(file) for file in (*source.files, *source.unlisted)}
        self.article_files = sum(1 for file in source.files if self.shapes[file.name].articles)

    def read(self) -> ParsedDraft:
        reached: list[tuple[int, ...] | None] = [None]
        starts: list[tuple[int, ...] | None] = []
        for file in self.source.files:
            shape = self.shapes[file.name]
            before = len(self._articles())
            if shape.articles or (shape.containers and self.article_files):
                FileReader(self, file, shape).read()
            else:
                self._set_aside(file)
            new = self._articles()[before:]
            starts.append(new[0].numbers if new else None)
            reached.append(new[-1].numbers if new else reached[-1])
        self._judge_missing(reached, starts)
        self._judge_unlisted()
        sections = self.builder.freeze()
        self._judge_lengths(sections)
        return ParsedDraft(
            title=self.title,
            preface="\n".join(self.preface).strip("\n"),
            sections=sections,
            background=tuple(self.background),
            notes=tuple(self.remarks.notes),
        )

    def label_at(self, text: str) -> Label | None:
        label = han_label(text) or english_label(text)
        if label and label.kind == "section" and self.sections_are_articles and label.written[0] in "Ss§":
            return Label("article", label.written, label.numbers, label.rest, label.glued, label.path)
        return label

    def _articles(self) -> list[Node]:
        return self.builder.articles

    def _shape(self, file: SourceFile) -> FileShape:
        counts = {"heading": 0, "table": 0, "plain": 0, "quoted": 0}
        containers = 0
        for line in file.lines:
            text = clean_inline(line.text) if line.text else ""
            if line.raw.lstrip().startswith("|"):
                counts["table"] += any(
                    self._is_article(cell) for cell in line.raw.strip().strip("|").split("|")
                )
            elif self._is_article(text):
                counts["heading" if line.heading else "quoted" if line.quoted else "plain"] += 1
            else:
                containers += bool(line.heading and self._is_container(text))
        style = next((s for s in ("heading", "table", "plain", "quoted") if counts[s]), None)
        return FileShape(style, counts[style] if style else 0, containers)

    def _is_article(self, text: str) -> bool:
        label = self.label_at(clean_inline(text))
        return bool(label and label.kind == "article" and not label.glued)

    def _is_container(self, text: str) -> bool:
        label = self.label_at(text)
        return bool(label and label.kind in CONTAINER_KINDS and is_title(label.rest))

    def _set_aside(self, file: SourceFile) -> None:
        """A file without provisions: the general explanation introduces the draft, others lie beside it."""
        title = next((line.text for line in file.lines if line.heading == 1), "") or file.title
        text = "\n".join(line.raw for line in file.lines).strip("\n")
        if not text:
            return
        if re.search(r"總說明|General explanation|Explanatory memorandum", text[:200]) and self.article_files:
            self.preface += [*([""] if self.preface else []), re.sub(r"\A#\s.*\n+", "", text)]
        else:
            self.background.append(Background(file.name, title, text))

    def _judge_missing(
        self, reached: list[tuple[int, ...] | None], starts: list[tuple[int, ...] | None]
    ) -> None:
        """A page named but unwritten is common in GitBook; where the numbers jump, articles are missing."""
        for missing in self.source.missing:
            before = reached[missing.after]
            after = next((s for s in starts[missing.after :] if s), None)
            if before and after and not follows(before, after):
                self.remarks.refuse(
                    "missing_file_gap",
                    file="SUMMARY.md",
                    line=missing.line,
                    name=missing.name,
                    before="-".join(map(str, before)),
                    after="-".join(map(str, after)),
                )
            else:
                self.remarks.note("missing_file", file="SUMMARY.md", line=missing.line, name=missing.name)

    def _judge_unlisted(self) -> None:
        for file in self.source.unlisted:
            if self.shapes[file.name].articles and self.article_files:
                self.remarks.refuse("unlisted_articles", file=file.name, line=1)
            else:
                self._set_aside(file)

    def _judge_lengths(self, sections: tuple[ParsedSection, ...]) -> None:
        for top in sections:
            for section in top.walk():
                for name, limit in LIMITS.items():
                    if len(getattr(section, name)) > limit:
                        self.remarks.refuse(
                            "too_long", file=section.file, line=section.line, name=name, limit=limit
                        )


def _says_article(source: Source) -> bool:
    """Whether an English draft writes "Article 3", so that its Sections are groups of articles."""
    labels = (english_label(clean_inline(line.text)) for file in source.files for line in file.lines)
    return any(label and label.kind == "article" for label in labels)
