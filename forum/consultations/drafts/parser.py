"""Reads the lines of a draft one after the other and tells the builder what each is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .builder import RANK, Builder, Node, clean_inline, follows
from .labels import (
    Label,
    alternative_at,
    english_label,
    han_label,
    is_title,
    marker_at,
    reason_start,
    split_caption,
)
from .problems import DraftRefusedError, Problem, Remarks
from .sources import Line, Source, SourceFile, read_source
from .tables import Table, table_at
from .tree import Background, ParsedDraft, ParsedSection

CONTAINER_KINDS = {"part", "chapter", "section", "subsection", "subdivision"}
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


@dataclass(frozen=True)
class FileShape:
    """How a file writes its articles (as headings, table rows, plain or quoted lines) and how many it has."""

    style: str | None
    articles: int
    containers: int

    @property
    def holds_draft(self) -> bool:
        return bool(self.articles or self.containers)


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
                _FileReader(self, file, shape).read()
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


class _FileReader:
    """One file. `mode` is what unmarked text belongs to: lead (before any article), clause or reason."""

    def __init__(self, draft: _DraftReader, file: SourceFile, shape: FileShape) -> None:
        self.draft = draft
        self.builder = draft.builder
        self.remarks = draft.remarks
        self.file = file
        self.shape = shape
        self.mode = "lead"
        self.article_level = 7
        self.quoting: bool | None = None
        self.lead: list[str] = []
        self.caption = ""
        self.container_marked = False
        self.container: Node | None = None
        self.reason_of: Node | None = None
        self.block_open = False
        self.previous = ""

    def read(self) -> None:
        self.builder.close_article()
        self.builder.close_heading()
        lines = self.file.lines
        place = 0
        while place < len(lines):
            table = table_at(lines, place) if self.file.markdown else None
            if table:
                self._read_table(table)
                place = table.end
            else:
                self._read_line(lines[place], lines[place + 1 :])
                place += 1
        self._end_lead()
        self.builder.close_article()

    # One line ---------------------------------------------------------------------------------

    def _read_line(self, line: Line, later: tuple[Line, ...]) -> None:
        if line.is_blank:
            self.block_open = False
            self._keep_blank(line)
            return
        text = clean_inline(line.text)
        if text != line.text and re.search(r"</?(ins|del)\b", line.text) and self.mode != "lead":
            self.remarks.note("marks_removed", file=self.file.name, line=line.number)
        if self._take_label(line, text, later):
            return
        if line.heading:
            self._take_heading(line, text)
        elif self.mode != "lead" and (rest := reason_start(text)) is not None:
            self._start_reason(rest)
        elif self.mode == "lead":
            self._take_lead(line, text)
        elif self.mode == "reason" and not (self.quoting and line.quoted):
            self._keep_reason(line.raw)
        else:
            self._take_clause_line(line, text)

    def _take_label(self, line: Line, text: str, later: tuple[Line, ...]) -> bool:
        label = self.draft.label_at(text)
        if label is None:
            return False
        if label.kind == "article":
            return self._take_article_label(line, label)
        if label.kind in CONTAINER_KINDS:
            return self._take_container_label(line, label, later)
        return self._take_inner_label(line, label, label.kind)

    def _take_article_label(self, line: Line, label: Label) -> bool:
        written_as = "heading" if line.heading else "quoted" if line.quoted else "plain"
        if self.file.exact and not line.heading:
            return False
        if label.glued:
            return self._judge_glued(line, label, written_as)
        if written_as == self.shape.style or (written_as == "heading" and self.shape.style):
            self._open_article(label, line)
            return True
        if written_as == "plain" and self.shape.style in {"heading", "table"} and self._is_next(label):
            self.remarks.refuse("mixed_styles", file=self.file.name, line=line.number, label=label.written)
            return True
        return False

    def _judge_glued(self, line: Line, label: Label, written_as: str) -> bool:
        """A number with no space after it begins a sentence, unless it is the one that must come next."""
        if line.heading or (written_as == self.shape.style and self._is_next(label)):
            if not self._is_next(label):
                return False
            self.remarks.refuse("glued_label", file=self.file.name, line=line.number, label=label.written)
            return True
        return False

    def _is_next(self, label: Label) -> bool:
        before = self.builder.previous_article
        return follows(before.numbers, label.numbers) if before else label.numbers == (1,)

    def _take_container_label(self, line: Line, label: Label, later: tuple[Line, ...]) -> bool:
        if not is_title(label.rest) or not self._is_container_here(line, label, later):
            inner = {"subsection": "subparagraph", "subdivision": "item"}.get(label.kind)
            return bool(inner) and not label.glued and self._take_inner_label(line, label, inner or "")
        self._end_lead()
        self.container = self.builder.open_container(label, file=self.file.name, line=line.number)
        self.container_marked = line.quoted
        self.mode, self.quoting = "lead", None
        return True

    def _is_container_here(self, line: Line, label: Label, later: tuple[Line, ...]) -> bool:
        if line.heading:
            return line.heading <= self.article_level or self.builder.article is None
        certain = label.kind in {"part", "chapter", "section"} and not (self.mode == "reason" and label.glued)
        return certain or _heads_group(self.draft, label, later)

    def _take_inner_label(self, line: Line, label: Label, kind: str) -> bool:
        if label.glued or self.mode == "reason":
            return False
        if self.builder.article is None:
            if self.mode == "lead" and self.container is None and not line.heading:
                return self._refuse_clause(line)
            return self._refuse_clause(line)
        value = label.numbers[0]
        self.builder.add_below(kind, label.written, value, label.rest, file=self.file.name, line=line.number)
        self._clause_taken(line.text)
        return True

    def _refuse_clause(self, line: Line) -> bool:
        self.remarks.refuse("clause_without_article", file=self.file.name, line=line.number)
        return True

    # Headings without a number, and what stands before articles ---------------------------------

    def _take_heading(self, line: Line, text: str) -> None:
        rest = reason_start(text)
        if rest is not None and (self.builder.article or self.container):
            self._start_reason(rest)
        elif self.builder.article and line.heading > self.article_level:
            self._into_reason()
            self._keep_reason(line.raw)
        elif self.builder.article is None and not self.builder.article_seen_in(self.file.name):
            self._take_opening_heading(line, text)
        else:
            self._open_heading(line, text)

    def _take_opening_heading(self, line: Line, text: str) -> None:
        if line.heading == 1 and not self.caption and not any(self.lead):
            if self.draft.article_files > 1 and self.shape.articles > 1:
                self._open_heading(line, text)
            elif self.draft.article_files > 1:
                self.caption = text
            elif self.draft.title:
                self.lead.append("" if text == self.draft.title else line.raw)
            else:
                self.draft.title = text
        elif self.container is None:
            self.lead.append(line.raw)
        else:
            self._open_heading(line, text)

    def _open_heading(self, line: Line, text: str) -> None:
        self._end_lead()
        self.container = self.builder.open_heading(text, file=self.file.name, line=line.number)
        self.container_marked = True
        self.mode, self.quoting = "lead", None

    def _take_lead(self, line: Line, text: str) -> None:
        if rest := (reason_start(text) if self.container else None):
            self.container_marked = True
            self.lead.append(rest)
        elif self.container and not self.container_marked:
            if reason_start(text) is not None:
                self.container_marked = True
                return
            self.remarks.refuse(
                "text_before_article", file=self.file.name, line=line.number, label=self.container.label
            )
        elif self._is_plain_title(text):
            self.draft.title = text
        else:
            self.lead.append(line.raw)

    def _is_plain_title(self, text: str) -> bool:
        first = not self.draft.title and not self.lead and not self.draft.preface
        return first and not self.file.markdown and len(text) <= 100 and not re.search(r"[。；.;:：]$", text)

    def _keep_blank(self, line: Line) -> None:
        if self.mode == "lead":
            if self.lead:
                self.lead.append("")
        elif self.mode == "reason":
            self._keep_reason("")

    def _end_lead(self, article: Node | None = None) -> None:
        """Gives what stood before an article to its chapter, to the article or, as preface, to the draft."""
        words = "\n".join(self.lead).strip("\n")
        self.lead = []
        if words and self.container:
            self.container.reason.append(words)
        elif words and article and self._explains_one_article():
            article.reason.append(words)
        elif words:
            self.draft.preface += [*([""] if self.draft.preface else []), words]
        if article and self.caption and not article.heading:
            article.heading = self.caption
            self.caption = ""

    def _explains_one_article(self) -> bool:
        return self.draft.article_files > 1 and self.shape.articles == 1

    # Articles and their words -------------------------------------------------------------------

    def _open_article(self, label: Label, line: Line) -> None:
        before = self.builder.article
        article = self.builder.open_article(label, file=self.file.name, line=line.number)
        if article is not before:
            self._end_lead(article)
            self.container = None
            if line.heading:
                self.article_level = line.heading
            self.quoting = True if line.quoted else None
        self.mode, self.reason_of, self.block_open, self.previous = "clause", article, False, ""
        if label.path:
            self._open_path(label, line)
        elif label.rest:
            self._take_first_words(article, label.rest, line)

    def _take_first_words(self, article: Node, rest: str, line: Line) -> None:
        caption, words = split_caption(rest, as_heading=bool(line.heading))
        if caption:
            article.heading = caption
        if words:
            self._add_words(words, line, new=True)

    def _open_path(self, label: Label, line: Line) -> None:
        for depth, (kind, written, value) in enumerate(label.path):
            last = depth == len(label.path) - 1
            if last or not self.builder.find_below(kind, value):
                text = label.rest if last else ""
                self.builder.add_below(kind, written, value, text, file=self.file.name, line=line.number)
        self._clause_taken(label.rest)

    def _take_clause_line(self, line: Line, text: str) -> None:
        if self.quoting is None and self.builder.article is not None:
            self.quoting = line.quoted and not self.builder.article.children
        if self.quoting and not line.quoted:
            self._into_reason(self.builder.last_provision)
            self._keep_reason(line.raw)
        elif line.quoted and not self.quoting:
            assert self.builder.article
            self.remarks.note(
                "quote_as_reason", file=self.file.name, line=line.number, label=self.builder.article.label
            )
            self._into_reason()
            self._keep_reason(text)
        else:
            self._add_words(text, line, new=not self.block_open)

    def _add_words(self, text: str, line: Line, *, new: bool) -> None:
        builder, file, number = self.builder, self.file.name, line.number
        if marker := alternative_at(text):
            builder.add_alternative(marker, file=file, line=number)
        elif (marker := marker_at(text, open_lists=builder.open_values())) and self._is_marked(
            marker.style, new
        ):
            builder.add_marked(marker, file=file, line=number)
        elif builder.last is not None and self._goes_on(text, line, new=new):
            builder.join_text(text, line=number)
        elif builder.paragraph_style or (line.indent >= 2 and builder.lists and new):
            if builder.paragraph_style and not line.indent:
                self.remarks.note("closing_words", file=file, line=number)
            builder.append_text(text, line=number)
        else:
            builder.add_paragraph(text, file=file, line=number)
        self._clause_taken(text)

    def _is_marked(self, style: str, new: bool) -> bool:
        """A dash in the middle of a sentence that was broken into lines marks no item."""
        return new or style != "bullet" or self._ends_sentence()

    def _goes_on(self, text: str, line: Line, *, new: bool) -> bool:
        return not new and not self._ends_sentence()

    def _ends_sentence(self) -> bool:
        if re.search(r"[㐀-鿿]", self.previous):
            return bool(re.search(r"[。；：！？…][」』）)”]*$", self.previous))
        return self.previous == "" and not self.block_open

    def _clause_taken(self, text: str) -> None:
        self.mode, self.block_open, self.previous = "clause", True, text

    # Reasons ------------------------------------------------------------------------------------

    def _start_reason(self, rest: str) -> None:
        self._into_reason(self.container if self.builder.article is None else None)
        if rest.strip():
            self._keep_reason(rest)

    def _into_reason(self, node: Node | None = None) -> None:
        """From here on text is a reason: of `node`, or of the whole article."""
        self.mode = "reason"
        self.reason_of = node or self.builder.article or self.container
        if self.reason_of and self.reason_of.reason:
            self.reason_of.reason.append("")

    def _keep_reason(self, raw: str) -> None:
        if self.reason_of and (raw or self.reason_of.reason):
            self.reason_of.reason.append(raw.rstrip())

    # Tables -------------------------------------------------------------------------------------

    def _read_table(self, table: Table) -> None:
        if self.shape.style is None or not (table.has_header or self._rows_hold_labels(table)):
            for line in table.lines:
                self._read_line(line, ())
            return
        for column in table.other_columns:
            self.remarks.note("column_left_out", file=self.file.name, line=table.line, column=column)
        for row in table.rows:
            self._read_row(row.clause, row.reason, row.line)

    def _rows_hold_labels(self, table: Table) -> bool:
        return any(self.draft.label_at(clean_inline(row.clause)) for row in table.rows)

    def _read_row(self, clause: str, reason: str, number: int) -> None:
        lines = [part for part in clean_inline(clause).split("\n") if part.strip()]
        before = self.builder.article
        if lines:
            self._read_cell(lines, number)
        if not reason.strip():
            return
        own = self.builder.article is not before or not lines
        self._into_reason(None if own else self.builder.last_provision)
        if self.builder.article is None and self.container:
            self.reason_of = self.container
        for part in re.split(r"<br\s*/?>", reason):
            self._keep_reason(part.strip())
        self.mode = "clause" if self.builder.article else "lead"

    def _read_cell(self, lines: list[str], number: int) -> None:
        self.mode = "clause" if self.builder.article else self.mode
        for text in lines:
            text = text.strip(" \t　")
            line = Line(number, text, text, 0, False, 0)
            label = self.draft.label_at(text)
            if label and label.kind == "article" and not label.glued:
                self._open_article(label, line)
            elif label and label.kind in CONTAINER_KINDS and is_title(label.rest) and len(lines) == 1:
                self._end_lead()
                self.container = self.builder.open_container(label, file=self.file.name, line=number)
                self.container_marked, self.mode = True, "lead"
            elif self.builder.article is None:
                self._refuse_clause(line)
            elif not self._take_label(line, text, ()):
                self._add_words(text, line, new=True)


def _heads_group(draft: _DraftReader, label: Label, later: tuple[Line, ...]) -> bool:
    """Whether an article, or a smaller container that heads one, comes next."""
    place = next((i for i, line in enumerate(later) if not line.is_blank), None)
    below = draft.label_at(clean_inline(later[place].text)) if place is not None else None
    if below is None or place is None:
        return False
    if below.kind == "article":
        return not below.glued
    smaller = RANK.get(below.kind, 0) > RANK[label.kind]
    return smaller and _heads_group(draft, below, later[place + 1 :])
