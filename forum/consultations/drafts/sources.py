"""Reads a draft's files from disk: one file, or a folder in the order of its SUMMARY.md (GitBook)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from .problems import Remarks

FILE_LIMIT_BYTES = 4_000_000
_TEXT_ENDINGS = {".md", ".markdown", ".txt", ".text"}
_LINK = re.compile(r"\[(?P<title>[^\]]*)\]\((?P<target>[^)\s#]+)[^)]*\)")
_ZERO_WIDTH = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


@dataclass(frozen=True)
class Line:
    """A line without its `>` and `#` marks. number counts from 1; heading is 0 for ordinary text."""

    number: int
    raw: str
    text: str
    indent: int
    quoted: bool
    heading: int

    @property
    def is_blank(self) -> bool:
        return not self.text


@dataclass(frozen=True)
class SourceFile:
    """A file as lines. markdown: # and | have Markdown's meaning; exact: only headings can be labels."""

    name: str
    title: str
    lines: tuple[Line, ...]
    markdown: bool
    exact: bool = False


@dataclass(frozen=True)
class Missing:
    """A file that SUMMARY.md names at `line` and the folder lacks; it stood after `after` readable files."""

    name: str
    line: int
    after: int


@dataclass(frozen=True)
class Source:
    """All files of one draft in reading order. unlisted: readable files that SUMMARY.md does not name."""

    title: str
    files: tuple[SourceFile, ...]
    missing: tuple[Missing, ...] = ()
    unlisted: tuple[SourceFile, ...] = field(default=())


def read_source(path: Path, *, encoding: str, remarks: Remarks) -> Source:
    """The files at `path`. What cannot be read is told to `remarks`; what can be is returned all the same."""
    if path.is_dir():
        summary = path / "SUMMARY.md"
        return (
            _read_book(summary, encoding, remarks)
            if summary.is_file()
            else _read_plain(path, encoding, remarks)
        )
    if not path.is_file():
        remarks.refuse("missing_path", file=str(path), line=0)
        return Source("", ())
    found = _read_file(path, path.name, "", encoding, remarks)
    return Source("", (found,) if found else ())


def _read_book(summary: Path, encoding: str, remarks: Remarks) -> Source:
    folder = summary.parent
    listing = _read_file(summary, summary.name, "", encoding, remarks)
    if listing is None:
        return Source("", ())
    files: list[SourceFile] = []
    missing: list[Missing] = []
    for line in listing.lines:
        for link in _LINK.finditer(line.raw):
            _follow(link, line.number, folder, files, missing, encoding, remarks)
    title = next((line.text for line in listing.lines if line.heading == 1), "")
    listed = {file.name for file in files} | {summary.name}
    return Source(
        "" if title.lower() in {"summary", "table of contents", "目錄"} else title,
        tuple(files),
        tuple(missing),
        tuple(_others(folder, listed, encoding, remarks)),
    )


def _follow(
    link: re.Match[str],
    line: int,
    folder: Path,
    files: list[SourceFile],
    missing: list[Missing],
    encoding: str,
    remarks: Remarks,
) -> None:
    name = link["target"]
    target = folder / name
    if re.match(r"[a-z][a-z0-9+.-]*:", name) or target.suffix.lower() not in _TEXT_ENDINGS:
        return
    if not target.resolve().is_relative_to(folder.resolve()):
        remarks.refuse("outside_folder", file="SUMMARY.md", line=line, name=name)
    elif not target.is_file():
        missing.append(Missing(name, line, after=len(files)))
    elif name not in {file.name for file in files}:
        found = _read_file(target, name, link["title"].strip(), encoding, remarks)
        if found:
            files.append(found)


def _others(folder: Path, listed: set[str], encoding: str, remarks: Remarks) -> list[SourceFile]:
    """Files beside the listed ones. An unreadable one is only noted: nothing says it is of the draft."""
    found = []
    for path in sorted(folder.rglob("*"), key=_natural):
        name = path.relative_to(folder).as_posix()
        if name in listed or not path.is_file() or path.name.startswith("."):
            continue
        file = (
            _read_file(path, name, "", encoding, Remarks()) if path.suffix.lower() in _TEXT_ENDINGS else None
        )
        if file:
            found.append(file)
        else:
            remarks.note("not_read", file=name, line=0)
    return found


def _read_plain(folder: Path, encoding: str, remarks: Remarks) -> Source:
    paths = [p for p in folder.iterdir() if p.is_file()]
    texts = sorted((p for p in paths if p.suffix.lower() in _TEXT_ENDINGS), key=_natural)
    chosen = texts or [p for p in paths if p.suffix.lower() == ".json"]
    if not chosen:
        remarks.refuse("no_article", file=str(folder), line=0)
    elif len(chosen) > 1:
        remarks.note("no_summary", file=folder.name, line=0)
    files = [_read_file(p, p.name, "", encoding, remarks) for p in chosen]
    return Source("", tuple(f for f in files if f))


def _natural(path: Path) -> tuple[bool, list[tuple[int, str]]]:
    """README first, then 2.md before 10.md."""
    parts = [(int(d or 0), s) for d, s in re.findall(r"(\d+)|(\D+)", path.name)]
    return not path.name.lower().startswith("readme"), parts


def _read_file(path: Path, name: str, title: str, encoding: str, remarks: Remarks) -> SourceFile | None:
    suffix = path.suffix.lower()
    if suffix not in _TEXT_ENDINGS | {".json"}:
        remarks.refuse("not_text", file=name, line=0)
        return None
    if path.stat().st_size > FILE_LIMIT_BYTES:
        remarks.refuse("too_large", file=name, line=0, limit=FILE_LIMIT_BYTES)
        return None
    text = _decode(path.read_bytes(), name, encoding, remarks)
    if text is None:
        return None
    text = _clean(text, name, remarks)
    if suffix == ".json":
        return _from_json(text, name, remarks)
    markdown = suffix in {".md", ".markdown"}
    return SourceFile(name, title, _lines(text, markdown=markdown), markdown)


def _decode(data: bytes, name: str, encoding: str, remarks: Remarks) -> str | None:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else encoding
    try:
        return data.decode("utf-8-sig" if encoding.lower() in {"utf-8", "utf8"} else encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        remarks.refuse("undecodable", file=name, line=line, offset=error.start + 1, encoding=encoding)
        return None


def _clean(text: str, name: str, remarks: Remarks) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
    kept = []
    for number, line in enumerate(text.split("\n"), start=1):
        if bad := _FORBIDDEN.search(line):
            remarks.refuse("control_character", file=name, line=number, character=f"U+{ord(bad[0]):04X}")
        if _ZERO_WIDTH.search(line):
            remarks.note("invisible_removed", file=name, line=number)
        kept.append(_ZERO_WIDTH.sub("", line))
    return re.sub(r"<!--.*?-->", lambda m: "\n" * m[0].count("\n"), "\n".join(kept), flags=re.DOTALL)


_HEADING = re.compile(r"(#{1,6})\s*(.*?)\s*#*\s*(?:\{[^}]*\})?\s*$")
_QUOTE = re.compile(r"\s{0,3}(?:>\s?)+")


_RULE = re.compile(r"\s{0,3}([-*_])\s*(?:\1\s*){2,}$|\s{0,3}(?:```|~~~).*$")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-{2,})\s*$")


def _lines(text: str, *, markdown: bool) -> tuple[Line, ...]:
    raws = text.split("\n")
    if markdown:
        raws = _with_marked_headings(_without_front_matter(raws))
        raws = ["" if _RULE.match(raw) else raw for raw in raws]
    return tuple(_line(number, raw, markdown) for number, raw in enumerate(raws, start=1))


_SETTING = re.compile(r"[a-z][\w-]*:(?:\s|$)")


def _without_front_matter(raws: list[str]) -> list[str]:
    """Blanks out the settings (title: ...) that stand between two --- at the start of the file, but for the title."""
    rest = [raw.strip() for raw in raws[1:]]
    if raws[0].strip() != "---" or "---" not in rest:
        return raws
    end = 1 + rest.index("---")
    inner = raws[1:end]
    if not inner or not all(_SETTING.match(raw) for raw in inner):
        return raws
    titles = [re.sub(r"^title:\s*[\"']?(.*?)[\"']?\s*$", r"# \1", raw) for raw in inner]
    return ["", *(raw if raw.startswith("# ") else "" for raw in titles), "", *raws[end + 1 :]]


def _with_marked_headings(raws: list[str]) -> list[str]:
    """Headings that are underlined with === or --- as if they were marked with #."""
    raws = list(raws)
    for place in range(1, len(raws)):
        underline, above = _UNDERLINE.match(raws[place]), raws[place - 1]
        alone = place < 2 or not raws[place - 2].strip()
        if underline and alone and above.strip() and not re.match(r"\s*[#>|*+-]", above) and "|" not in above:
            raws[place - 1] = f"{'#' if underline[1][0] == '=' else '##'} {above.strip()}"
            raws[place] = ""
    return raws


def _line(number: int, raw: str, markdown: bool) -> Line:
    quote = _QUOTE.match(raw) if markdown else None
    inner = raw[quote.end() :] if quote else raw
    heading = _HEADING.match(inner) if markdown else None
    # A quoted or emphasised label is still a label, so the marks go; the raw line stays for reasons.
    text = heading[2] if heading else inner
    indent = len(inner) - len(inner.lstrip(" \t"))
    return Line(number, raw, text.strip(" \t　"), indent, bool(quote), len(heading[1]) if heading else 0)


def _from_json(text: str, name: str, remarks: Remarks) -> SourceFile | None:
    """The export of an annotation site: {"content": [[{"article", "content", "comment"}, ...]]}."""
    try:
        groups = json.loads(text)["content"]
        entries = [entry for group in groups for entry in (group if isinstance(group, list) else [group])]
        parts = [(str(e["article"]), str(e["content"]), str(e.get("comment", ""))) for e in entries]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        remarks.refuse("bad_json", file=name, line=getattr(error, "lineno", 0), detail=error)
        return None
    lines: list[Line] = []
    start = 0
    for article, content, comment in parts:
        start = max(text.find(f'"{article}"', start), start)
        number = text.count("\n", 0, start) + 1
        written = f"## 第{article}條\n\n{_plain_breaks(content)}"
        if comment.strip():
            written += f"\n\n說明：\n{_plain_breaks(comment)}"
        lines += [_line(number, raw, True) for raw in f"{written}\n".split("\n")]
    return SourceFile(name, "", tuple(lines), markdown=True, exact=True)


def _plain_breaks(text: str) -> str:
    return re.sub(r"<br\s*/?>\n?", "\n", text).strip()
