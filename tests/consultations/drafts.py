"""Helpers to write a draft into a folder and to look at what became of it."""

from __future__ import annotations

from pathlib import Path

from forum.consultations.drafts import DraftRefusedError, ParsedDraft, ParsedSection, parse_draft


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def read(folder: Path, text: str, *, name: str = "draft.md") -> ParsedDraft:
    return parse_draft(write(folder, {name: text}) / name)


def refusal(folder: Path, text: str, *, name: str = "draft.md") -> list[tuple[str, int, str]]:
    """File, line and code of each problem; fails when the draft is accepted."""
    write(folder, {name: text})
    return refusal_of(folder / name)


def refusal_of(path: Path) -> list[tuple[str, int, str]]:
    try:
        parse_draft(path)
    except DraftRefusedError as refused:
        return [(p.file, p.line, p.code) for p in refused.problems]
    raise AssertionError("the draft was accepted")


def outline(draft: ParsedDraft) -> list[str]:
    """One line for each provision: its kind, anchor and words."""
    return [f"{s.kind} {s.anchor} {s.heading or s.text}".rstrip() for s in draft.walk()]


def anchors(draft: ParsedDraft) -> list[str]:
    return [s.anchor for s in draft.walk()]


def provision(draft: ParsedDraft, anchor: str) -> ParsedSection:
    return next(s for s in draft.walk() if s.anchor == anchor)
