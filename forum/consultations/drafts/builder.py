"""Grows the tree of a draft: opens chapters and articles, checks their order, and gives out the anchors."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from .labels import Label, Marker
from .problems import Remarks
from .tree import ParsedSection

RANK = {"part": 1, "chapter": 2, "section": 3, "subsection": 4, "subdivision": 5, "heading": 6}
_PREFIX = {
    "part": "part",
    "chapter": "ch",
    "section": "sec",
    "subsection": "sub",
    "subdivision": "div",
    "heading": "head",
    "article": "art",
    "alternative": "alt",
    "paragraph": "p",
    "subparagraph": "sp",
    "item": "i",
}
_LIST_KINDS = ("subparagraph", "item", "item", "item", "item")
_INLINE_MARKS = re.compile(
    r"\*\*|__|(?<![*\w])\*(?=\S)|(?<=\S)\*(?![*\w])|</?(?:ins|del|u|b|strong|em|i|span|p|div)\b[^>]*>"
)
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]*)[^)]*\)")


@dataclass
class Node:
    """A provision while it grows. `numbers` is its value, `lists` the open lists below a paragraph."""

    kind: str
    label: str
    numbers: tuple[int, ...]
    ordinal: str
    file: str
    line: int
    heading: str = ""
    text: list[str] = field(default_factory=list)
    reason: list[str] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    scope: Node | None = None

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass
class OpenList:
    """A list that may still go on: its style, its items' parent, the last item."""

    style: str
    parent: Node
    last: Node
    value: int
    repeats_one: bool


class Builder:
    """The growing draft. The reader of lines tells it what it saw; it decides where that belongs."""

    def __init__(self, remarks: Remarks) -> None:
        self.remarks = remarks
        self.roots: list[Node] = []
        self.containers: list[Node] = []
        self.article: Node | None = None
        self.alternative: Node | None = None
        self.paragraph: Node | None = None
        self.last: Node | None = None
        self.lists: list[OpenList] = []
        self.paragraph_style: str | None = None
        self._seen: dict[tuple[object, ...], Node] = {}
        self._previous: Node | None = None
        self._first_number: int | None = None
        self._scope: Node | None = None
        self._container_since = False
        self.articles: list[Node] = []

    @property
    def previous_article(self) -> Node | None:
        return self._previous

    @property
    def last_provision(self) -> Node | None:
        """What a reason under a clause explains: the open paragraph, else the alternative or article."""
        return self.paragraph or self.alternative or self.article

    def article_seen_in(self, file: str) -> bool:
        return bool(self._previous and self._previous.file == file)

    # Chapters and the like ------------------------------------------------------------------

    def open_container(self, label: Label, *, file: str, line: int) -> Node:
        kind = label.kind
        current = next((c for c in self.containers if c.kind == kind), None)
        heading = clean_inline(label.rest)
        if current and current.numbers == label.numbers and heading in ("", current.heading):
            self._leave(RANK[kind] + 1)
            return current
        self._leave(RANK[kind])
        node = Node(kind, label.written, label.numbers, label.ordinal, file, line, heading=heading)
        self._check_container(node)
        return self._enter(node)

    def open_heading(self, text: str, *, file: str, line: int) -> Node:
        """An unnumbered heading above articles; its anchor comes from the first article under it."""
        self._leave(RANK["heading"])
        return self._enter(Node("heading", "", (), "", file, line, heading=clean_inline(text)))

    def close_heading(self) -> None:
        self._leave(RANK["heading"])

    def _enter(self, node: Node) -> Node:
        self._siblings().append(node)
        self.containers.append(node)
        self._container_since = True
        return node

    def _leave(self, rank: int) -> None:
        self.close_article()
        while self.containers and RANK[self.containers[-1].kind] >= rank:
            self.containers.pop()

    def _siblings(self) -> list[Node]:
        return self.containers[-1].children if self.containers else self.roots

    def _check_container(self, node: Node) -> None:
        before = [s for s in self._siblings() if s.kind == node.kind and s.numbers]
        same = next((s for s in before if s.numbers == node.numbers), None)
        if same:
            self.remarks.refuse(
                "duplicate_container", file=node.file, line=node.line, label=node.label, first=same.place
            )
        elif before and node.numbers < before[-1].numbers:
            self.remarks.refuse(
                "falling_container", file=node.file, line=node.line, label=node.label, before=before[-1].label
            )

    # Articles -----------------------------------------------------------------------------------

    def open_article(self, label: Label, *, file: str, line: int) -> Node:
        if label.path and self.article and self.article.numbers == label.numbers:
            return self.article
        self.close_article()
        written = _article_part(label)
        node = Node("article", written, label.numbers, label.ordinal, file, line)
        self._place_article(node)
        if label.path:
            self.remarks.note("implied_article", file=file, line=line, label=written)
        return node

    def close_article(self) -> None:
        article = self.article
        self.article = self.alternative = self.paragraph = self.last = None
        self.lists, self.paragraph_style = [], None
        if article and not article.children and not article.text:
            self.remarks.refuse("empty_article", file=article.file, line=article.line, label=article.label)

    def _place_article(self, node: Node) -> None:
        self._leave_amended_part(node)
        self._check_article(node)
        self._siblings().append(node)
        self.articles.append(node)
        self.article = self.last = node
        self._previous = node
        self._container_since = False
        if self._first_number is None:
            self._first_number = node.numbers[0]

    def _check_article(self, node: Node) -> None:
        before = self._previous
        restarts = bool(before and self._container_since and node.numbers == (1,))
        if restarts:
            self._scope = next((c for c in reversed(self.containers) if c.numbers), None)
        node.scope = self._scope
        key = (id(self._scope), node.numbers)
        first = self._seen.get(key)
        if first:
            self.remarks.refuse(
                "duplicate_article", file=node.file, line=node.line, label=node.label, first=first.place
            )
        elif before and not restarts and node.numbers < before.numbers:
            self.remarks.refuse(
                "falling_article", file=node.file, line=node.line, label=node.label, before=before.label
            )
        elif before and not restarts and not follows(before.numbers, node.numbers):
            self.remarks.note(
                "article_gap", file=node.file, line=node.line, before=before.label, after=node.label
            )
        self._seen.setdefault(key, node)

    def _leave_amended_part(self, node: Node) -> None:
        """In a bill that amends a statute a section ends, unsaid, where the numbers jump elsewhere."""
        jumps = self._previous and node.numbers[0] > self._previous.numbers[0] + 1
        if self._first_number in (None, 1) or not jumps or self._container_since or not self.containers:
            return
        self.remarks.note(
            "left_container",
            file=node.file,
            line=node.line,
            label=node.label,
            container=self.containers[-1].label or self.containers[-1].heading,
        )
        self.containers.clear()

    # What is inside an article ----------------------------------------------------------------

    def add_alternative(self, marker: Marker, *, file: str, line: int) -> None:
        assert self.article
        node = Node("alternative", marker.written, (marker.value,), marker.written[0], file, line)
        self._check_item(self.article.children, node)
        self.article.children.append(node)
        self.alternative = self.last = node
        self.paragraph, self.lists, self.paragraph_style = None, [], None
        if marker.rest:
            self.add_paragraph(marker.rest, file=file, line=line)

    def add_paragraph(
        self, text: str, *, file: str, line: int, label: str = "", value: int = 0, ordinal: str = ""
    ) -> Node:
        assert self.article
        siblings = (self.alternative or self.article).children
        paragraphs = [s for s in siblings if s.kind == "paragraph"]
        value = value or (paragraphs[-1].numbers[0] + 1 if paragraphs else 1)
        node = Node("paragraph", label, (value,), ordinal or str(value), file, line)
        if text:
            node.text.append(text)
        self._check_item(siblings, node)
        siblings.append(node)
        self.paragraph = self.last = node
        self.lists = []
        return node

    def add_marked(self, marker: Marker, *, file: str, line: int) -> None:
        """A numbered paragraph or a list item, by its style and by what stands before it."""
        assert self.article
        if self._numbers_paragraphs(marker):
            self.paragraph_style = marker.style
            self.add_paragraph(
                marker.rest,
                file=file,
                line=line,
                label=marker.written,
                value=marker.value,
                ordinal=_ordinal(marker),
            )
        else:
            self._add_item(marker, file=file, line=line)

    def add_below(self, kind: str, written: str, value: int, text: str, *, file: str, line: int) -> None:
        """A paragraph, subparagraph or item that names itself: 第二項, 第一款, Section 2(a)."""
        if kind == "paragraph":
            self.add_paragraph(
                text, file=file, line=line, label=written, value=value, ordinal=_bare(written, value)
            )
            return
        self._add_item(Marker(f"named-{kind}", written, value, text), file=file, line=line)

    def find_below(self, kind: str, value: int) -> Node | None:
        """The last node's branch: the paragraph or item of this number that is still open."""
        if kind == "paragraph":
            open_one = self.paragraph
        else:
            open_one = next((o.last for o in self.lists if o.style == f"named-{kind}"), None)
        return open_one if open_one and open_one.numbers == (value,) else None

    def append_text(self, text: str, *, line: int) -> None:
        """More words of the provision that is open, on a line of their own."""
        assert self.last
        if self.last is self.article or self.last.kind == "alternative":
            self.add_paragraph(text, file=self.last.file, line=line)
        else:
            self.last.text.append(text)

    def join_text(self, text: str, *, line: int) -> None:
        """The rest of a sentence that was broken into lines."""
        assert self.last
        if not self.last.text:
            self.append_text(text, line=line)
            return
        self.last.text[-1] = join_words(self.last.text[-1], text)

    def open_values(self) -> dict[str, int]:
        values = {o.style: o.value for o in self.lists}
        if self.paragraph_style and self.paragraph:
            values.setdefault(self.paragraph_style, self.paragraph.numbers[0])
        return values

    def _numbers_paragraphs(self, marker: Marker) -> bool:
        if marker.style == self.paragraph_style and all(o.style != marker.style for o in self.lists):
            return True
        numbering = {"digit", "bare-digit", "digit-brackets", "letter-brackets", "letter", "circled"}
        return self.paragraph is None and marker.style in numbering

    def _add_item(self, marker: Marker, *, file: str, line: int) -> None:
        if self.paragraph is None:
            self.add_paragraph("", file=file, line=line)
        open_list = self._list_for(marker)
        node = Node(
            _LIST_KINDS[min(len(self.lists) - (1 if open_list else 0), 4)],
            marker.written,
            (marker.value,),
            _ordinal(marker),
            file,
            line,
            text=[marker.rest] if marker.rest else [],
        )
        if open_list:
            self._continue_list(open_list, node, marker)
        else:
            parent = self.lists[-1].last if self.lists else self.paragraph
            assert parent
            parent.children.append(node)
            self.lists.append(OpenList(marker.style, parent, node, marker.value, marker.value == 1))
            if marker.value > 1 and not marker.style.startswith("named"):
                self._gap(node, before="-")
        self.last = node

    def _list_for(self, marker: Marker) -> OpenList | None:
        for depth, open_list in enumerate(self.lists):
            if open_list.style == marker.style:
                del self.lists[depth + 1 :]
                return open_list
        return None

    def _continue_list(self, open_list: OpenList, node: Node, marker: Marker) -> None:
        value = marker.value
        if marker.style == "digit" and value == 1 and open_list.repeats_one:
            # Markdown numbers a list of "1. 1. 1." by itself.
            value = len(open_list.parent.children) + 1
            node.numbers, node.ordinal = (value,), str(value)
        else:
            open_list.repeats_one = False
            self._check_item(open_list.parent.children, node)
        open_list.parent.children.append(node)
        open_list.last, open_list.value = node, value

    def _check_item(self, siblings: list[Node], node: Node) -> None:
        before = [s for s in siblings if s.kind == node.kind]
        if any(s.numbers == node.numbers for s in before):
            self.remarks.refuse(
                "duplicate_item", file=node.file, line=node.line, label=node.label or node.ordinal
            )
        elif before and node.numbers < before[-1].numbers:
            self.remarks.refuse(
                "falling_item",
                file=node.file,
                line=node.line,
                label=node.label or node.ordinal,
                before=before[-1].label or before[-1].ordinal,
            )
        elif before and node.numbers[0] > before[-1].numbers[0] + 1:
            self._gap(node, before=before[-1].label or before[-1].ordinal)

    def _gap(self, node: Node, *, before: str) -> None:
        self.remarks.note(
            "item_gap", file=node.file, line=node.line, before=before, after=node.label or node.ordinal
        )

    # The end ------------------------------------------------------------------------------------

    def freeze(self) -> tuple[ParsedSection, ...]:
        self.close_article()
        anchors = _Anchors()
        return tuple(_freeze(node, "", anchors) for node in self.roots)


def follows(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """Whether nothing can stand between two article numbers: 3 -> 4, 3 -> 3-1, 3-2 -> 4."""
    if after[0] != before[0]:
        return after[0] == before[0] + 1 and len(after) == 1
    return after == (*before, 1) or (len(after) == len(before) and after[-1] == before[-1] + 1)


_HAN = "⺀-鿿豈-﫿＀-￯　-〿"
_BETWEEN_HAN = re.compile(f"[{_HAN}]$")
_STARTS_HAN = re.compile(f"^[{_HAN}]")


def join_words(before: str, after: str) -> str:
    """Two lines as one: Han text without a space, Latin text with one."""
    if before.endswith("\n") or _BETWEEN_HAN.search(before) or _STARTS_HAN.search(after):
        return before + after
    return f"{before} {after}"


def clean_inline(text: str) -> str:
    """Words without Markdown's or HTML's inline marks; the draft is plain text."""
    text = re.sub(r"<br\s*/?>", "\n", html.unescape(text))
    text = _LINK.sub(lambda m: m[1] or m[2], text)
    text = re.sub(r"\\([\\*_\[\]()#>|.-])", r"\1", text)
    return _INLINE_MARKS.sub("", text).strip()


def _ordinal(marker: Marker) -> str:
    bare = re.sub(r"[^A-Za-z0-9]", "", marker.written)
    return bare or str(marker.value)


def _bare(written: str, value: int) -> str:
    bare = written.strip("()")
    return bare if bare.isascii() and bare.isalnum() else str(value)


def _article_part(label: Label) -> str:
    """The label without the paragraph it goes on to name."""
    written = label.written
    for _, below, _ in reversed(label.path):
        written = written[: written.rfind(below)].strip()
    return written


class _Anchors:
    """Gives out anchors, each once."""

    def __init__(self) -> None:
        self.of_node: dict[int, str] = {}
        self.given: set[str] = set()

    def give(self, node: Node, scope: str) -> str:
        """An article's anchor names no chapter, for its number runs through the draft, unless it starts again."""
        if node.kind == "article":
            scope = self.of_node[id(node.scope)] if node.scope else ""
        numbers = node.numbers or _first_article(node) or (0,)
        joint = "" if node.kind in {"paragraph", "subparagraph", "item"} else "-"
        anchor = "-".join(filter(None, [scope, _PREFIX[node.kind] + joint + "-".join(map(str, numbers))]))
        while anchor in self.given:
            anchor += "-x"
        self.given.add(anchor)
        self.of_node[id(node)] = anchor
        return anchor


def _freeze(node: Node, scope: str, anchors: _Anchors) -> ParsedSection:
    anchor = anchors.give(node, scope)
    inner = scope if node.kind == "heading" else anchor
    if node.kind == "heading" and not node.children:
        # An annex: what stands under its heading is its text and explains nothing.
        node.text, node.reason = [*node.text, *node.reason], []
    return ParsedSection(
        kind=node.kind,
        ordinal=node.ordinal,
        label=node.label,
        heading=node.heading,
        text="\n".join(node.text).strip(),
        reason="\n".join(node.reason).strip("\n"),
        anchor=anchor,
        file=node.file,
        line=node.line,
        children=tuple(_freeze(child, inner, anchors) for child in node.children),
    )


def _first_article(node: Node) -> tuple[int, ...]:
    for child in node.children:
        if child.kind == "article":
            return child.numbers
        if found := _first_article(child):
            return found
    return ()
