"""What cannot be placed is refused with its file and line, and all of it at once."""

import pytest

from forum.consultations.drafts import DraftRefusedError, parse_draft

from .drafts import read, refusal, refusal_of, write

ARTICLE = "## 第一條\n\n公園開放。\n"


def test_an_article_number_that_appears_twice(tmp_path):
    text = ARTICLE + "\n## 第二條\n\n文。\n\n## 第二條\n\n文。\n"
    assert refusal(tmp_path, text) == [("draft.md", 9, "duplicate_article")]


def test_article_numbers_that_fall_back_without_a_new_chapter(tmp_path):
    text = "## 第五條\n\n文。\n\n## 第三條\n\n文。\n"
    assert refusal(tmp_path, text) == [("draft.md", 5, "falling_article")]


def test_article_numbers_that_fall_back_in_a_new_chapter_to_another_number_than_one(tmp_path):
    text = "# 規則\n\n## 第一章 甲\n\n### 第五條\n\n文。\n\n## 第二章 乙\n\n### 第三條\n\n文。\n"
    assert refusal(tmp_path, text) == [("draft.md", 11, "falling_article")]


def test_the_same_article_in_two_files(tmp_path):
    write(tmp_path, {"SUMMARY.md": "* [a](a.md)\n* [b](b.md)\n", "a.md": ARTICLE, "b.md": ARTICLE})
    assert refusal_of(tmp_path) == [("b.md", 1, "duplicate_article")]


def test_chapters_that_repeat_or_fall_back(tmp_path):
    text = (
        "# 規則\n\n## 第二章 甲\n\n### 第一條\n\n文。\n\n## 第二章 乙\n\n### 第二條\n\n文。\n\n"
        "## 第一章 丙\n\n### 第三條\n\n文。\n"
    )
    assert refusal(tmp_path, text) == [
        ("draft.md", 9, "duplicate_container"),
        ("draft.md", 15, "falling_container"),
    ]


def test_a_clause_before_any_article(tmp_path):
    assert refusal(tmp_path, "第一項　公園開放。\n\n" + ARTICLE) == [
        ("draft.md", 1, "clause_without_article")
    ]


def test_a_row_of_a_table_before_any_article(tmp_path):
    text = "| 條文 | 說明 |\n|---|---|\n| 公園開放。 | 無條號。 |\n| 第一條　文。 | 說。 |\n"
    assert refusal(tmp_path, text) == [("draft.md", 3, "clause_without_article")]


def test_text_under_a_chapter_before_its_first_article(tmp_path):
    text = "# 規則\n\n## 第一章 總則\n\n公園開放。\n\n" + ARTICLE
    assert refusal(tmp_path, text) == [("draft.md", 5, "text_before_article")]


def test_a_number_glued_to_its_words_where_the_next_article_must_come(tmp_path):
    text = "第一條 公園開放。\n\n第二條公園關閉。\n"
    assert refusal(tmp_path, text, name="draft.txt") == [("draft.txt", 3, "glued_label")]


def test_an_article_in_plain_words_among_articles_as_headings(tmp_path):
    assert refusal(tmp_path, ARTICLE + "\n第二條　公園關閉。\n") == [("draft.md", 5, "mixed_styles")]


def test_an_article_without_words(tmp_path):
    assert refusal(tmp_path, "## 第一條\n\n## 第二條\n\n文。\n") == [("draft.md", 1, "empty_article")]


def test_a_list_that_repeats_or_falls_back(tmp_path):
    text = "## 第一條\n\n應備：\n\n一、甲。\n\n三、丙。\n\n三、丁。\n\n二、乙。\n"
    assert refusal(tmp_path, text) == [("draft.md", 9, "duplicate_item"), ("draft.md", 11, "falling_item")]


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "draft.md").write_bytes("## 第一條\n\n公園".encode() + b"\xff\xfe\xa4" + "開放。\n".encode())
    assert refusal_of(tmp_path / "draft.md") == [("draft.md", 3, "undecodable")]


def test_another_encoding_is_read_when_it_is_named(tmp_path):
    (tmp_path / "draft.txt").write_bytes("第一條　公園開放。\n".encode("cp950"))
    assert refusal_of(tmp_path / "draft.txt") == [("draft.txt", 1, "undecodable")]
    assert parse_draft(tmp_path / "draft.txt", encoding="cp950").articles[0].anchor == "art-1"


@pytest.mark.parametrize("character", ["\x00", "\x07", "\u202e", "\u2066"])
def test_control_characters(tmp_path, character):
    assert refusal(tmp_path, f"## 第一條\n\n公園{character}開放。\n") == [
        ("draft.md", 3, "control_character")
    ]


def test_invisible_characters_of_no_width_are_removed_and_noted(tmp_path):
    draft = read(tmp_path, "## 第一\u200b條\n\n公\u200d園開放。\n")
    assert draft.articles[0].children[0].text == "公園開放。"
    assert [(n.line, n.code) for n in draft.notes] == [(1, "invisible_removed"), (3, "invisible_removed")]


def test_a_missing_file_where_the_numbers_jump(tmp_path):
    summary = "* [a](a.md)\n* [b](b.md)\n* [c](c.md)\n"
    write(tmp_path, {"SUMMARY.md": summary, "a.md": ARTICLE, "c.md": "## 第三條\n\n文。\n"})
    assert refusal_of(tmp_path) == [("SUMMARY.md", 2, "missing_file_gap")]


def test_a_missing_file_where_the_numbers_run_on_is_noted_and_refused_when_strict(tmp_path):
    summary = "* [a](a.md)\n* [b](b.md)\n* [c](c.md)\n"
    write(tmp_path, {"SUMMARY.md": summary, "a.md": ARTICLE, "c.md": "## 第二條\n\n文。\n"})
    assert [(n.file, n.line, n.code) for n in parse_draft(tmp_path).notes] == [
        ("SUMMARY.md", 2, "missing_file")
    ]
    with pytest.raises(DraftRefusedError) as refused:
        parse_draft(tmp_path, strict=True)
    assert "b.md" in str(refused.value.problems[0])


def test_a_file_outside_the_folder(tmp_path):
    write(
        tmp_path, {"book/SUMMARY.md": "* [a](a.md)\n* [b](../b.md)\n", "book/a.md": ARTICLE, "b.md": ARTICLE}
    )
    assert refusal_of(tmp_path / "book") == [("SUMMARY.md", 2, "outside_folder")]


def test_a_file_with_articles_that_the_summary_does_not_name(tmp_path):
    write(tmp_path, {"SUMMARY.md": "* [a](a.md)\n", "a.md": ARTICLE, "b.md": "## 第二條\n\n文。\n"})
    assert refusal_of(tmp_path) == [("b.md", 1, "unlisted_articles")]


def test_prose_without_any_article(tmp_path):
    assert refusal(tmp_path, "# 意見徵集\n\n依第8條規定，您覺得好嗎？\n") == [("draft.md", 0, "no_article")]


def test_a_place_where_nothing_is(tmp_path):
    assert [code for _, _, code in refusal_of(tmp_path / "nothing.md")] == ["missing_path"]


def test_a_file_of_another_kind(tmp_path):
    assert [code for _, _, code in refusal(tmp_path, "x", name="draft.docx")] == ["not_text"]


def test_json_that_is_no_draft(tmp_path):
    assert [code for _, _, code in refusal(tmp_path, '{"a": 1}', name="draft.json")] == ["bad_json"]
    assert refusal(tmp_path, '{"content":\n[', name="bad.json") == [("bad.json", 2, "bad_json")]


def test_a_table_in_html(tmp_path):
    text = ARTICLE + "\n<table><tr>\n<td>第二條　文。</td>\n</tr></table>\n"
    assert refusal(tmp_path, text) == [("draft.md", 5, "html_table"), ("draft.md", 6, "html_table")]


def test_all_problems_are_told_at_once_in_the_order_of_the_text(tmp_path):
    write(
        tmp_path,
        {
            "SUMMARY.md": "* [b](b.md)\n* [a](a.md)\n",
            "b.md": "## 第二條\n\n文。\n\n## 第一條\n\n",
            "a.md": "## 第三條\n\n\x07文。\n\n## 第三條\n\n文。\n",
        },
    )
    assert refusal_of(tmp_path) == [
        ("b.md", 5, "falling_article"),
        ("b.md", 5, "empty_article"),
        ("a.md", 3, "control_character"),
        ("a.md", 5, "duplicate_article"),
    ]


def test_every_problem_has_a_readable_message_with_its_place(tmp_path):
    write(tmp_path, {"draft.md": ARTICLE + "\n## 第一條\n\n文。\n"})
    with pytest.raises(DraftRefusedError) as refused:
        parse_draft(tmp_path / "draft.md")
    assert [str(p) for p in refused.value.problems] == [
        "draft.md:5: 第一條 appears a second time; the first is at draft.md:1."
    ]
