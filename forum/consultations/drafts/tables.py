"""Tables that set the clause beside its reason (條文／說明)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .sources import Line

_DELIMITER = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")
_CLAUSE = re.compile(r"條文|草案|修正規定|規定|名稱|Article|Text|Provision|Clause|Draft", re.IGNORECASE)
_REASON = re.compile(r"說明|理由|Reason|Explanation|Note|Comment", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    line: int
    clause: str
    reason: str


@dataclass(frozen=True)
class Table:
    """Rows of a table; `end` is the index of the first line after it."""

    line: int
    end: int
    has_header: bool
    rows: tuple[Row, ...]
    other_columns: tuple[str, ...]
    lines: tuple[Line, ...]


def table_at(lines: tuple[Line, ...], start: int, *, markdown: bool) -> Table | None:
    """The table whose heading row is at `start`: with | in Markdown, with tabs in plain text. None without one."""
    return _piped_table(lines, start) if markdown else _tabbed_table(lines, start)


def _tabbed_table(lines: tuple[Line, ...], start: int) -> Table | None:
    heads = _tabbed(lines[start].raw)
    clause, reason = _columns(heads)
    if (
        len(heads) < 2
        or reason is None
        or not (_CLAUSE.search(heads[clause]) and _REASON.search(heads[reason]))
    ):
        return None
    end = start + 1
    while end < len(lines) and "\t" in lines[end].raw:
        end += 1
    return _table(lines, start, start + 1, end, heads, _tabbed)


def _tabbed(raw: str) -> list[str]:
    return [cell.strip() for cell in raw.split("\t")]


def _piped_table(lines: tuple[Line, ...], start: int) -> Table | None:
    if start + 1 >= len(lines) or "|" not in lines[start].raw or not _DELIMITER.match(lines[start + 1].raw):
        return None
    if "|" not in lines[start + 1].raw:
        return None
    end = start + 2
    while end < len(lines) and "|" in lines[end].raw and not lines[end].is_blank:
        end += 1
    return _table(lines, start, start + 2, end, _cells(lines[start].raw), _cells)


def _table(
    lines: tuple[Line, ...],
    start: int,
    body: int,
    end: int,
    heads: list[str],
    split: Callable[[str], list[str]],
) -> Table:
    clause, reason = _columns(heads)
    others = [i for i in range(len(heads)) if i not in (clause, reason)]
    return Table(
        line=lines[start].number,
        end=end,
        has_header=bool(
            _CLAUSE.search(heads[clause]) and reason is not None and _REASON.search(heads[reason])
        ),
        rows=tuple(
            _row(line.number, split(line.raw), clause, reason, others, heads) for line in lines[body:end]
        ),
        other_columns=tuple(heads[i] for i in others if heads[i]),
        lines=lines[start:end],
    )


def _cells(raw: str) -> list[str]:
    inner = raw.strip()
    inner = inner[1:] if inner.startswith("|") else inner
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", inner)]


def _columns(heads: list[str]) -> tuple[int, int | None]:
    reason = next((i for i, head in enumerate(heads) if _REASON.search(head)), None)
    clause = next((i for i, head in enumerate(heads) if i != reason and _CLAUSE.search(head)), None)
    if clause is None:
        clause = 0 if reason != 0 else 1
    if reason is None and len(heads) == 2:
        reason = 1 - clause
    return clause, reason


def _row(
    number: int, cells: list[str], clause: int, reason: int | None, others: list[int], heads: list[str]
) -> Row:
    at = lambda i: cells[i] if i is not None and i < len(cells) else ""  # noqa: E731
    extra = [f"{heads[i]}：{at(i)}" for i in others if at(i)]
    reasons = [at(reason), *extra] if reason is not None else []
    return Row(number, at(clause), "<br>".join(filter(None, reasons)))
