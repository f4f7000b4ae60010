"""What a reader of a draft is told: problems that refuse it, notes that only accompany it."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext, gettext_noop

PROBLEMS = {
    "missing_path": gettext_noop("There is no file or folder at this place."),
    "not_text": gettext_noop("This kind of file cannot be read; Markdown (.md) and plain text (.txt) can."),
    "undecodable": gettext_noop("Byte %(offset)s of the file is not valid %(encoding)s text."),
    "control_character": gettext_noop("The line contains the invisible control character %(character)s."),
    "too_large": gettext_noop("The file is larger than %(limit)s bytes."),
    "missing_file": gettext_noop("%(name)s is named here but the folder has no such file."),
    "missing_file_gap": gettext_noop(
        "%(name)s is named here but is missing, and the article numbers jump from %(before)s to %(after)s "
        "at its place."
    ),
    "outside_folder": gettext_noop("%(name)s lies outside the folder of the draft."),
    "unlisted_articles": gettext_noop("The file holds articles but SUMMARY.md does not name it."),
    "no_article": gettext_noop("No article was found; this is not the text of a draft."),
    "glued_label": gettext_noop(
        "“%(label)s” may begin an article or only mention one: put a space or a new line after the number."
    ),
    "mixed_styles": gettext_noop(
        "“%(label)s” looks like an article, but the other articles of this file are written as headings."
    ),
    "duplicate_article": gettext_noop("%(label)s appears a second time; the first is at %(first)s."),
    "falling_article": gettext_noop(
        "%(label)s follows %(before)s: the numbers fall back without a new chapter."
    ),
    "duplicate_container": gettext_noop("%(label)s appears a second time; the first is at %(first)s."),
    "falling_container": gettext_noop("%(label)s follows %(before)s: the numbers fall back."),
    "clause_without_article": gettext_noop("A clause stands before any article, so it has no place."),
    "text_before_article": gettext_noop("Text stands under %(label)s before any of its articles."),
    "duplicate_item": gettext_noop("“%(label)s” appears a second time in the same list."),
    "falling_item": gettext_noop("“%(label)s” follows “%(before)s”: the numbers of the list fall back."),
    "empty_article": gettext_noop("%(label)s has no text."),
    "html_table": gettext_noop(
        "The table is written in HTML; write it in Markdown, with | between its cells."
    ),
    "bad_json": gettext_noop("The file is not a draft in JSON: %(detail)s"),
    "too_long": gettext_noop("The %(name)s is longer than %(limit)s characters."),
    "strict_note": gettext_noop("%(message)s"),
}

NOTES = {
    "missing_file": gettext_noop(
        "%(name)s is named here but the folder has no such file; nothing was read for it."
    ),
    "not_read": gettext_noop("The file is no Markdown or plain text; it was not read."),
    "no_summary": gettext_noop(
        "The folder has no SUMMARY.md; its files were read in the order of their names."
    ),
    "article_gap": gettext_noop("The article numbers jump from %(before)s to %(after)s."),
    "item_gap": gettext_noop("The numbers of the list jump from “%(before)s” to “%(after)s”."),
    "left_container": gettext_noop("%(label)s does not follow on; it was placed outside %(container)s."),
    "column_left_out": gettext_noop("The column “%(column)s” of the table was kept with the reasons."),
    "marks_removed": gettext_noop("Marked insertions or deletions were kept as plain text."),
    "invisible_removed": gettext_noop("Invisible characters of no width were removed."),
    "quote_as_reason": gettext_noop("The quotation under %(label)s was taken as its reason."),
    "quoted_article": gettext_noop("%(label)s stands in a quotation and was taken as quoted words only."),
    "closing_words": gettext_noop("Unnumbered words after a list were kept with the provision before them."),
    "implied_article": gettext_noop("%(label)s has no heading of its own; it was made from its parts."),
}


@dataclass(frozen=True, order=True)
class _Remark:
    file: str
    line: int
    code: str
    params: tuple[tuple[str, str], ...] = field(default=())

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"

    @property
    def message(self) -> str:
        raise NotImplementedError


class Problem(_Remark):
    """Something that cannot be placed; the draft is refused."""

    @property
    def message(self) -> str:
        return gettext(PROBLEMS[self.code]) % dict(self.params)


class Note(_Remark):
    """Something the importer decided and a person should know."""

    @property
    def message(self) -> str:
        return gettext(NOTES[self.code]) % dict(self.params)


class DraftRefusedError(Exception):
    """The draft cannot be read as it stands; `problems` holds all that was found, in reading order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.place} {p.code}" for p in problems))


class Remarks:
    """Collects problems and notes while a draft is read."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.notes: list[Note] = []

    def refuse(self, code: str, *, file: str, line: int, **params: object) -> None:
        self._add(self.problems, Problem(file, line, code, _pairs(params)))

    def note(self, code: str, *, file: str, line: int, **params: object) -> None:
        self._add(self.notes, Note(file, line, code, _pairs(params)))

    @staticmethod
    def _add(remarks: list, remark: _Remark) -> None:
        if remark not in remarks:
            remarks.append(remark)


def _pairs(params: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((key, str(value)) for key, value in params.items())
