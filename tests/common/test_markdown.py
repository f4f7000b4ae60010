"""What Markdown of people becomes."""

from __future__ import annotations

import pytest

from forum.common.markdown import render


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**bold** and *light*", "<p><strong>bold</strong> and <em>light</em></p>"),
        ("# Title", "<h4>Title</h4>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("`<b>`", "<p><code>&lt;b&gt;</code></p>"),
        ("**甲案：**公司不得", "<p><strong>甲案</strong>：公司不得</p>"),
        ("公司**「甲」**案", "<p>公司「<strong>甲</strong>」案</p>"),
        ("<b>raw</b>", "<p>&lt;b&gt;raw&lt;/b&gt;</p>"),
    ],
)
def test_markdown_becomes_html(source, html):
    assert render(source).strip() == html


@pytest.mark.parametrize(
    "source",
    [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://tracker.example/pixel.png)",
        "<svg/onload=alert(1)>",
        "[x](vbscript:alert(1))",
        '<a href="https://a.example" onclick="alert(1)">x</a>',
    ],
)
def test_nothing_that_runs_or_loads_survives(source):
    html = render(source).lower()
    for bad in ("<script", "<img", "<svg", 'href="javascript', 'href="data', 'href="vbscript'):
        assert bad not in html
    assert "<a" not in html or "onclick=" not in html.split("<a", 1)[1].split(">", 1)[0]


def test_every_link_is_marked_as_the_publics_own():
    html = render("https://a.example.org [b](https://b.example.org) <https://c.example.org>")
    assert html.count("<a ") == html.count('rel="nofollow ugc"') == 3


def test_rendering_from_many_threads_at_once_stays_right():
    from concurrent.futures import ThreadPoolExecutor

    sources = [f"**{n}** https://example.org/{n}" for n in range(200)]
    alone = [render(source) for source in sources]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(render, sources)) == alone
