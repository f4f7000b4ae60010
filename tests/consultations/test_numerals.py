import pytest

from forum.consultations.drafts.labels import english_label, han_label
from forum.consultations.drafts.numerals import number_of, roman_number


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("一", 1),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("廿一", 21),
        ("卅", 30),
        ("一百零五", 105),
        ("一百十", 110),
        ("三百五十六", 356),
        ("一千二百三十四", 1234),
        ("三五六", 356),
        ("一〇三", 103),
        ("一○三", 103),
        ("１２", 12),
        ("356", 356),
        ("壹佰貳拾", 120),
    ],
)
def test_chinese_and_arabic_numerals_have_their_value(written, value):
    assert number_of(written) == value


@pytest.mark.parametrize("written", ["", "之", "條", "甲", "1a"])
def test_other_characters_are_no_number(written):
    assert number_of(written) is None


@pytest.mark.parametrize(("written", "value"), [("I", 1), ("iv", 4), ("IX", 9), ("XIV", 14), ("xl", 40)])
def test_roman_numerals_have_their_value(written, value):
    assert roman_number(written) == value


@pytest.mark.parametrize("written", ["", "IIII", "VX", "abc"])
def test_malformed_roman_numerals_are_no_number(written):
    assert roman_number(written) is None


@pytest.mark.parametrize(
    ("text", "kind", "numbers"),
    [
        ("第三百五十六條之一", "article", (356, 1)),
        ("第 12 條", "article", (12,)),
        ("第12條", "article", (12,)),
        ("第１２條", "article", (12,)),
        ("第356條之10", "article", (356, 10)),
        ("第 356 條 之 10", "article", (356, 10)),
        ("第356-1條", "article", (356, 1)),
        ("第三五六條之十一", "article", (356, 11)),
        ("第十條之一之二", "article", (10, 1, 2)),
        ("第三點", "article", (3,)),
        ("第一編 通則", "part", (1,)),
        ("第二章　公告", "chapter", (2,)),
        ("第 3 節", "section", (3,)),
        ("第四款", "subsection", (4,)),
        ("第二項", "paragraph", (2,)),
    ],
)
def test_chinese_labels(text, kind, numbers):
    label = han_label(text)
    assert label
    assert (label.kind, label.numbers, label.glued) == (kind, numbers, False)


@pytest.mark.parametrize("text", ["第三條之規定", "第三條規定", "第一項明定", "第十條、第十一條"])
def test_a_sentence_that_begins_with_a_number_is_glued_to_it(text):
    label = han_label(text)
    assert label
    assert label.glued


@pytest.mark.parametrize(
    ("text", "kind", "numbers", "path"),
    [
        ("Article 3", "article", (3,), ()),
        ("ARTICLE 3. Notice", "article", (3,), ()),
        ("Article 12-1 Notice", "article", (12, 1), ()),
        ("Section 2(a)", "section", (2,), (("paragraph", "(a)", 1),)),
        (
            "Section 2(b)(i) The agency",
            "section",
            (2,),
            (("paragraph", "(b)", 2), ("subparagraph", "(i)", 1)),
        ),
        ("Chapter IV Replies", "chapter", (4,), ()),
        ("Part A", "part", (1,), ()),
    ],
)
def test_english_labels(text, kind, numbers, path):
    label = english_label(text)
    assert label
    assert (label.kind, label.numbers, label.path) == (kind, numbers, path)


@pytest.mark.parametrize(
    "text",
    ["Article 3 applies to all", "section 2 of the Act", "Part of the text", "Chapter one", "Articles 3"],
)
def test_a_sentence_that_mentions_an_article_is_no_label(text):
    assert english_label(text) is None
