"""Reads the lines of one file one after the other and tells the builder what each is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from .builder import RANK, Builder, Node, clean_inline, follows
from .labels import (
    CONTAINER_KINDS,
    Label,
    Marker,
    alternative_at,
    is_annex,
    is_title,
    left_out,
    marker_at,
    reason_start,
    split_caption,
)
from .problems import Remarks
from .sources import Line, SourceFile
from .tables import Table, table_at


@dataclass(frozen=True)
class FileShape:
    """How a file writes its articles (as headings, table rows, plain or quoted lines) and how many it has."""

    style: str | None
    articles: int
    containers: int


class Draft(Protocol):
    """What a file's reader needs of the reader of the whole draft."""

    builder: Builder
    remarks: Remarks
    title: str
    preface: list[str]
    article_files: int

    def label_at(self, text: str) -> Label | None: ...


class FileReader:
    """One file. `mode` is what unmarked text belongs to: lead (before any article), clause or reason."""

    def __init__(self, draft: Draft, file: SourceFile, shape: FileShape) -> None:
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
        self.place = 0
        self.reasons_alternate = False

    def read(self) -> None:
        self.builder.close_article()
        self.builder.close_heading()
        lines = self.file.lines
        while self.place < len(lines):
            table = table_at(lines, self.place, markdown=self.file.markdown)
            if table:
                self._read_table(table)
                self.place = table.end
            else:
                self._read_line(lines[self.place])
                self.place += 1
        self._end_lead()
        self.builder.close_article()

    # One line ---------------------------------------------------------------------------------

    def _read_line(self, line: Line) -> None:
        if line.is_blank:
            self.block_open = False
            self._keep_blank(line)
            return
        text = clean_inline(line.text)
        if self.file.markdown and re.search(r"<(table|t[rdh])\b", line.raw) and not self.file.exact:
            self.remarks.refuse("html_table", file=self.file.name, line=line.number)
            return
        if text != line.text and re.search(r"</?(ins|del)\b", line.text) and self.mode != "lead":
            self.remarks.note("marks_removed", file=self.file.name, line=line.number)
        if self._take_label(line, text):
            return
        if line.heading:
            self._take_heading(line, text)
        elif self.mode != "lead" and (rest := reason_start(text)) is not None:
            self._start_reason(rest)
        elif is_annex(text) and not line.quoted and self.builder.articles and not self.block_open:
            self._open_heading(line, text)
        elif self.mode == "lead":
            self._take_lead(line, text)
        elif self.mode == "reason" and not (self.quoting and line.quoted):
            self._keep_reason(line.raw)
        else:
            self._take_clause_line(line, text)

    def _take_label(self, line: Line, text: str) -> bool:
        label = self.draft.label_at(text)
        if label is None:
            return self._judge_listed(line, text)
        if label.kind == "article":
            return self._take_article_label(line, label)
        if label.kind in CONTAINER_KINDS:
            return self._take_container_label(line, label)
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
        if not self._is_next(label) or self.shape.style is None:
            return False
        if written_as == "plain":
            self.remarks.refuse("mixed_styles", file=self.file.name, line=line.number, label=label.written)
        else:
            self.remarks.note("quoted_article", file=self.file.name, line=line.number, label=label.written)
        return written_as == "plain"

    def _judge_glued(self, line: Line, label: Label, written_as: str) -> bool:
        """A number with no space after it begins a sentence, unless it is the one that must come next."""
        if line.heading or (written_as == self.shape.style and self._is_next(label)):
            if not self._is_next(label):
                return False
            self.remarks.refuse("glued_label", file=self.file.name, line=line.number, label=label.written)
            return True
        return False

    def _judge_listed(self, line: Line, text: str) -> bool:
        """An article that is written as an item of a list would be lost in the article before it."""
        found = _BULLET.match(text)
        label = self.draft.label_at(text[found.end() :]) if found and not line.quoted else None
        if (
            label is None
            or label.kind != "article"
            or label.glued
            or self.file.exact
            or not self._is_next(label)
        ):
            return False
        self.remarks.refuse("mixed_styles", file=self.file.name, line=line.number, label=label.written)
        return True

    def _is_next(self, label: Label) -> bool:
        before = self.builder.previous_article
        return follows(before.numbers, label.numbers) if before else label.numbers == (1,)

    def _take_container_label(self, line: Line, label: Label) -> bool:
        if not is_title(label.rest) or not self._is_container_here(line, label):
            inner = {"subsection": "subparagraph", "subdivision": "item"}.get(label.kind)
            return bool(inner) and not label.glued and self._take_inner_label(line, label, inner or "")
        self._end_lead()
        self.container = self.builder.open_container(label, file=self.file.name, line=line.number)
        self.container_marked = line.quoted
        self.mode, self.quoting = "lead", None
        return True

    def _is_container_here(self, line: Line, label: Label) -> bool:
        if line.heading:
            return line.heading <= self.article_level or self.builder.article is None
        certain = label.kind in {"part", "chapter", "section"} and not (self.mode == "reason" and label.glued)
        return certain or self._heads_group(label, self.place + 1)

    def _take_inner_label(self, line: Line, label: Label, kind: str) -> bool:
        if label.glued or self.mode == "reason":
            return False
        if self.builder.article is None:
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
        elif self.mode == "reason" and self.reasons_alternate and self.reason_of and self.reason_of.reason:
            self.mode = "clause"
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
            self.reasons_alternate = False
        self.mode, self.reason_of, self.block_open, self.previous = "clause", article, False, ""
        if label.path:
            self._open_path(label, line)
        elif label.rest:
            self._take_first_words(article, label.rest, line)

    def _take_first_words(self, article: Node, rest: str, line: Line) -> None:
        caption, words = split_caption(rest, as_heading=bool(line.heading))
        if left_out(caption) and not words:
            caption, words = "", rest
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
        elif (marker := marker_at(text, open_lists=builder.open_values())) and self._is_marked(marker, new):
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

    def _is_marked(self, marker: Marker, new: bool) -> bool:
        """A dash in the middle of a broken sentence marks no item, nor does a bare number except for paragraphs."""
        if marker.style == "bare-digit":
            first = self.builder.paragraph is None and marker.value == 1
            return first or self.builder.paragraph_style == "bare-digit"
        return new or marker.style != "bullet" or self._ends_sentence()

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
        article = self.builder.article
        self.reasons_alternate = self.reasons_alternate or (article is not None and self._has_more_reasons())
        self._into_reason(
            self.builder.last_provision if self.reasons_alternate else article or self.container
        )
        if rest.strip():
            self._keep_reason(rest)

    def _has_more_reasons(self) -> bool:
        """Whether another reason follows in the same article: then each explains the words just before it."""
        for line in self.file.lines[self.place + 1 :]:
            text = clean_inline(line.text)
            label = self.draft.label_at(text)
            if line.heading or (label and label.kind in CONTAINER_KINDS | {"article"} and not label.glued):
                return False
            if reason_start(text) is not None:
                return True
        return False

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
                self._read_line(line)
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
            elif not self._take_label(line, text):
                self._add_words(text, line, new=True)

    def _heads_group(self, label: Label, place: int) -> bool:
        """Whether an article, or a smaller container that heads one, comes next."""
        lines = self.file.lines
        while place < len(lines) and lines[place].is_blank:
            place += 1
        below = self.draft.label_at(clean_inline(lines[place].text)) if place < len(lines) else None
        if below is None or below.kind == "article":
            return below is not None and not below.glued
        return RANK.get(below.kind, 0) > RANK[label.kind] and self._heads_group(below, place + 1)


_BULLET = re.compile(r"(?:[-*+•‧]|\d{1,3}[.)])\s+")
