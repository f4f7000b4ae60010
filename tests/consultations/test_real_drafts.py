"""Every folder of real drafts is read with no article lost or merged. CIVIC_DATA names the data."""

from __future__ import annotations

import json
import os
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from forum.consultations.drafts import DraftRefusedError, ParsedDraft, parse_draft
from forum.consultations.models import DraftVersion
from forum.consultations.services import words_of_version

CIVIC_DATA = Path(os.environ.get("CIVIC_DATA", ""))
pytestmark = [
    pytest.mark.needs_civic_data,
    pytest.mark.skipif(
        "CIVIC_DATA" not in os.environ, reason="CIVIC_DATA does not name the folder of real drafts"
    ),
]

REF1, ACT1 = "g0v__closelyheld-ref1-gitbook", "g0v__closelyheld-act1-gitbook"
LEVY_REF1, LEVY_ACT1 = "g0v__data-levy-ref1-gitbook", "g0v__data-levy-act1-gitbook"
EXPORT = "g0v__closelyheld-ref1.vtaiwan.tw"
EXPECTED = {
    REF1: [f"356-{n}" for n in range(1, 17)],
    ACT1: [*(f"356-{n}" for n in range(1, 15)), "449"],
    LEVY_REF1: [str(n) for n in range(1, 7)],
    LEVY_ACT1: [str(n) for n in range(1, 8)],
    EXPORT: [str(n) for n in range(1, 17) if n != 5],
}
DIGITS = "〇一二三四五六七八九"


def test_the_folders_that_hold_a_draft_are_the_expected_ones():
    found = []
    for folder in sorted(p for p in CIVIC_DATA.iterdir() if p.is_dir()):
        codes = problem_codes(folder)
        assert codes <= {"no_article", "bad_json"}, folder.name
        if not codes:
            found.append(folder.name)
    assert found == sorted(EXPECTED)
    by_headings = {p.parent.name for p in CIVIC_DATA.glob("*/*.md") if headings(p.read_text("utf-8"))}
    assert by_headings == set(EXPECTED) - {EXPORT}


@pytest.mark.parametrize("folder", EXPECTED)
def test_no_article_is_lost_or_merged(folder):
    draft = parse_draft(CIVIC_DATA / folder)
    assert [a.ordinal for a in draft.articles] == EXPECTED[folder]
    assert [a.anchor for a in draft.articles] == [f"art-{n}" for n in EXPECTED[folder]]
    assert sorted(counted(CIVIC_DATA / folder)) == sorted(EXPECTED[folder])


@pytest.mark.parametrize("folder", EXPECTED)
def test_no_words_are_lost(folder):
    """Each line of each file is found again: in the tree, in the preface or in the prose beside the draft."""
    draft = parse_draft(CIVIC_DATA / folder)
    kept = squeeze(everything(draft))
    for name, number, line in source_lines(CIVIC_DATA / folder):
        assert squeeze(line) in kept, f"{name}:{number}: {line}"


@pytest.mark.parametrize("folder", [REF1, ACT1, LEVY_REF1, LEVY_ACT1])
def test_each_article_holds_the_words_of_its_own_heading_and_no_others(folder):
    """The files, cut at their article headings by regular expression, against the tree."""
    draft = parse_draft(CIVIC_DATA / folder)
    cut = {}
    for path in (CIVIC_DATA / folder).glob("*.md"):
        parts = re.split(r"(?m)^## (第.+條.*)$", path.read_text("utf-8"))
        cut.update({ordinal_of(label): body for label, body in zip(parts[1::2], parts[2::2], strict=True)})
    for article in draft.articles:
        clause = [line for line in cut[article.ordinal].splitlines() if line.strip(" >")]
        if folder == ACT1:
            clause = [line for line in clause if line.startswith(">")]
        words = "".join(s.label * (s.kind != "article") + s.text for s in article.walk())
        assert squeeze(words) == squeeze("".join(clause)), article.ordinal


def test_the_ministry_bill_has_its_reasons_with_their_paragraphs():
    draft = parse_draft(CIVIC_DATA / ACT1)
    for path in (CIVIC_DATA / ACT1).glob("[0-9]*.md"):
        body = re.split(r"(?m)^## 第.+條.*$", path.read_text("utf-8"))[1]
        quoted = [squeeze(b) for b in re.findall(r"(?m)(?:^>.*\n?)+", body)]
        sections = [s for s in draft.walk() if s.file == path.name and s.kind == "paragraph"]
        assert sum(bool(s.reason) for s in sections) == len(quoted), path.name
    assert next(s for s in draft.walk() if s.anchor == "sec-13").reason.startswith("為鼓勵新創")
    assert draft.preface.startswith("> 公司法部分條文修正草案總說明")


def test_the_first_draft_has_its_explanations_and_alternatives():
    draft = parse_draft(CIVIC_DATA / REF1)
    alternatives = [s for s in draft.walk() if s.kind == "alternative"]
    assert [s.label for s in alternatives] == ["甲案", "乙案"] * 3
    alone = [a for a in draft.articles if a.ordinal not in {"356-15", "356-16"}]
    assert all(a.heading and a.reason for a in alone)
    assert next(s for s in draft.sections if s.kind == "heading").heading == "變更組織"


def problem_codes(folder: Path) -> set[str]:
    try:
        parse_draft(folder)
    except DraftRefusedError as refused:
        return {p.code for p in refused.problems}
    return set()


def headings(text: str) -> list[str]:
    return re.findall(r"(?m)^#+\s*(第[0-9一二三四五六七八九十百]+條.*)$", text)


def counted(folder: Path) -> list[str]:
    """Article numbers found without the parser: by heading in Markdown, by key in the export."""
    if folder.name == EXPORT:
        content = json.loads(next(folder.glob("*.json")).read_text("utf-8"))["content"]
        return [entry["article"] for group in content for entry in group]
    return [ordinal_of(h) for p in folder.glob("*.md") for h in headings(p.read_text("utf-8"))]


def ordinal_of(label: str) -> str:
    numbers = re.findall(r"[0-9]+|[一二三四五六七八九]", label)
    return "-".join(str(DIGITS.index(n)) if n in DIGITS else n for n in numbers)


def source_lines(folder: Path) -> list[tuple[str, int, str]]:
    if folder.name == EXPORT:
        content = json.loads(next(folder.glob("*.json")).read_text("utf-8"))["content"]
        words = [
            (e["article"], re.sub(r"<br>", "\n", f"{e['content']}\n{e['comment']}"))
            for g in content
            for e in g
        ]
        return [(name, 0, line) for name, text in words for line in text.split("\n")]
    return [
        (path.name, number, line)
        for path in folder.glob("*.md")
        if path.name != "SUMMARY.md"
        for number, line in enumerate(path.read_text("utf-8").split("\n"), start=1)
        if line != "# 簡介"
    ]


def everything(draft: ParsedDraft) -> str:
    words = [draft.title, draft.preface, *(f"{b.title}\n{b.text}" for b in draft.background)]
    for section in draft.walk():
        words += [f"{section.label}{section.heading}{section.text}", section.label, section.reason]
    return "\n".join(words)


def squeeze(text: str) -> str:
    return re.sub(r"</?ins>|(?<=案)：|[\s>#*\u200b-\u200f]", "", text)


@pytest.mark.parametrize("folder", EXPECTED)
def test_each_draft_is_saved_once_with_all_its_articles(db, folder):
    arguments = (
        str(CIVIC_DATA / folder),
        "--consultation",
        "real",
        "--create",
        "--title",
        "x",
        "--agency",
        "x",
    )
    for _ in range(2):
        call_command(
            "import_draft", *arguments, "--language", "zh-hant", stdout=StringIO(), stderr=StringIO()
        )
    version = DraftVersion.objects.get()
    articles = version.sections.filter(kind="article").order_by("position")
    assert list(articles.values_list("ordinal", flat=True)) == EXPECTED[folder]
    draft = parse_draft(CIVIC_DATA / folder)
    assert [words.said for words in words_of_version(version)] == [
        (s.label, s.heading, s.text, s.reason) for s in draft.walk()
    ]
