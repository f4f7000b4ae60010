"""Markdown of people to HTML that may stand in a page: CommonMark without raw HTML, bleach, then nh3.

bleach gets no more security releases, so its output passes nh3 with the same allow-list as the last gate.
"""

from __future__ import annotations

import re
import threading
from functools import partial

import nh3
from bleach.linkifier import LinkifyFilter
from bleach.sanitizer import Cleaner
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

TAGS = frozenset("p br strong em code pre blockquote ul ol li a hr h4 h5 h6".split())
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = frozenset({"http", "https", "mailto"})
REL = "nofollow ugc"

_own = threading.local()


def render(source: str) -> SafeString:
    """The HTML of a Markdown text. Headings become h4 to h6, pictures stay text, links get `rel="nofollow ugc"`."""
    html = _cleaner().clean(_parser().render(_with_han_emphasis(source)))
    # Marking as safe is sound here and nowhere else: nh3 has just rebuilt the markup from its allow-list.
    return mark_safe(  # noqa: S308
        nh3.clean(
            html,
            tags=set(TAGS),
            attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
            url_schemes=set(SCHEMES),
            link_rel=REL,
        )
    )


_CLOSED_INSIDE = re.compile(r"\*\*([^*\n]+?)([，。、；：！？」』）]+)\*\*(?=[^\s*])")
_OPENED_INSIDE = re.compile(r"(?<=[^\s*])\*\*([「『（]+)([^*\n]+)\*\*")


def _with_han_emphasis(source: str) -> str:
    """CommonMark finds no emphasis where full-width punctuation stands just inside the asterisks and a Han letter
    just outside, as in `**甲案：**公司`; there the punctuation is put outside, which looks the same."""
    return _OPENED_INSIDE.sub(r"\1**\2**", _CLOSED_INSIDE.sub(r"**\1**\2", source))


def _parser() -> MarkdownIt:
    if not hasattr(_own, "parser"):
        parser = MarkdownIt("commonmark", {"html": False}).disable("image")
        parser.add_render_rule("heading_open", _heading)
        parser.add_render_rule("heading_close", _heading)
        _own.parser = parser
    parser = _own.parser
    assert isinstance(parser, MarkdownIt)
    return parser


def _heading(self: RendererHTML, tokens: list[Token], index: int, options: object, env: object) -> str:
    level = min(int(tokens[index].tag[1]) + 3, 6)
    return f"<h{level}>" if tokens[index].nesting == 1 else f"</h{level}>\n"


def _cleaner() -> Cleaner:
    """One for each thread: bleach's parser keeps state while it works."""
    if not hasattr(_own, "cleaner"):
        _own.cleaner = Cleaner(
            tags=TAGS,
            attributes={tag: list(names) for tag, names in ATTRIBUTES.items()},
            protocols=SCHEMES,
            filters=[partial(LinkifyFilter, callbacks=[_mark_link], skip_tags={"pre", "code"})],
        )
    cleaner = _own.cleaner
    assert isinstance(cleaner, Cleaner)
    return cleaner


def _mark_link(attributes: dict[object, str], new: bool = False) -> dict[object, str]:
    attributes[(None, "rel")] = REL
    return attributes
