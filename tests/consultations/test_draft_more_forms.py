"""Rarer forms of real drafts, and safety nets: what looks like an article is never lost in another one."""

import time

from forum.consultations.drafts import parse_draft

from .drafts import anchors, outline, provision, read, refusal, write


def test_paragraphs_with_bare_numbers_as_the_statute_database_prints_them(tmp_path):
    draft = read(
        tmp_path,
        "第 一 章 總則\n第 1 條\n1   公園得於夜間開放。\n2   公園開放時，應遵守：\n一、安靜。\n"
        "二、2 人以上同行。\n3   餘依規定。\n第 2 條\n公園分 3 區。\n",
        name="draft.txt",
    )
    assert anchors(draft) == [
        "ch-1",
        "art-1",
        "art-1-p1",
        "art-1-p2",
        "art-1-p2-sp1",
        "art-1-p2-sp2",
        "art-1-p3",
        "art-2",
        "art-2-p1",
    ]
    assert provision(draft, "art-2-p1").text == "公園分 3 區。"


def test_articles_that_are_left_out_keep_their_place(tmp_path):
    draft = read(tmp_path, "第一條　文。\n第二條　（刪除）\n第三條（保留）\n第四條　文。\n", name="draft.txt")
    assert [(a.anchor, a.children[0].text) for a in draft.articles] == [
        ("art-1", "文。"),
        ("art-2", "（刪除）"),
        ("art-3", "（保留）"),
        ("art-4", "文。"),
    ]


def test_reasons_that_alternate_with_paragraphs_stay_with_them(tmp_path):
    draft = read(
        tmp_path,
        "## 第一條\n\n公園開放。\n\n說明：明定開放。\n續說。\n\n夜間安靜。\n\n說明：明定安靜。\n\n"
        "## 第二條\n\n文。\n\n說明：甲。\n\n乙。\n",
    )
    assert outline(draft) == [
        "article art-1",
        "paragraph art-1-p1 公園開放。",
        "paragraph art-1-p2 夜間安靜。",
        "article art-2",
        "paragraph art-2-p1 文。",
    ]
    assert provision(draft, "art-1-p1").reason == "明定開放。\n續說。"
    assert provision(draft, "art-1-p2").reason == "明定安靜。"
    assert provision(draft, "art-2").reason == "甲。\n\n乙。"


def test_annexes_stand_beside_the_articles(tmp_path):
    draft = read(tmp_path, "第一條　依附件一辦理。\n\n附件一　名單\n\n北區公園。\n", name="draft.txt")
    assert outline(draft) == [
        "article art-1",
        "paragraph art-1-p1 依附件一辦理。",
        "heading head-0 附件一　名單",
    ]
    assert draft.sections[-1].text == "北區公園。"


def test_a_table_by_tabs_in_plain_text(tmp_path):
    draft = read(
        tmp_path,
        "公園夜間開放辦法草案\n條文\t說明\n第一條　公園開放。\t明定開放。\n第二條　應安靜。\t明定安靜。\n",
        name="draft.txt",
    )
    assert [(a.anchor, a.reason) for a in draft.articles] == [
        ("art-1", "明定開放。"),
        ("art-2", "明定安靜。"),
    ]


def test_underlined_headings_rules_front_matter_and_fences(tmp_path):
    draft = read(
        tmp_path,
        "---\ntitle: 公園規則\ndate: x\n---\n\n第一條\n------\n\n公園開放。\n\n***\n\n"
        "第二條\n------\n\n```\n應安靜。\n```\n",
    )
    assert draft.title == "公園規則"
    assert outline(draft) == [
        "article art-1",
        "paragraph art-1-p1 公園開放。",
        "article art-2",
        "paragraph art-2-p1 應安靜。",
    ]


def test_bold_articles_and_entities(tmp_path):
    draft = read(tmp_path, "**第一條**&nbsp;&nbsp;公園開放。\n\n**第二條（安靜）**\n\n應安靜。\n")
    assert outline(draft) == [
        "article art-1",
        "paragraph art-1-p1 公園開放。",
        "article art-2 安靜",
        "paragraph art-2-p1 應安靜。",
    ]


def test_english_numbers_with_letters_and_points(tmp_path):
    draft = read(
        tmp_path,
        "## Article 3\n\nText.\n\n## Article 3A Quiet\n\nText.\n\n## Article 3 ter\n\nText.\n\n## Art. 4\n\nText.\n",
    )
    assert [(a.anchor, a.label) for a in draft.articles] == [
        ("art-3", "Article 3"),
        ("art-3-1", "Article 3A"),
        ("art-3-2", "Article 3 ter"),
        ("art-4", "Art. 4"),
    ]


def test_a_preface_of_many_points_before_the_first_article(tmp_path):
    draft = read(
        tmp_path,
        "公園規則草案\n總說明\n一、開放。\n二、安靜（第二條）。\n(a) 其他。\n第一條　開放。\n第二條　安靜。\n",
        name="draft.txt",
    )
    assert draft.title == "公園規則草案"
    assert draft.preface.splitlines() == ["總說明", "一、開放。", "二、安靜（第二條）。", "(a) 其他。"]


def test_an_article_hidden_in_a_list_is_refused(tmp_path):
    assert refusal(tmp_path, "第一條 文。\n\n- 第二條 文。\n") == [("draft.md", 3, "mixed_styles")]
    assert refusal(tmp_path, "## 第一條\n\n文。\n\n2. 第二條　文。\n") == [("draft.md", 5, "mixed_styles")]


def test_an_article_hidden_in_a_reason_is_refused(tmp_path):
    text = "第一條 文。\n說明：明定。\n第二條各機關應公告。\n"
    assert refusal(tmp_path, text, name="draft.txt") == [("draft.txt", 3, "glued_label")]


def test_a_quoted_article_is_noted(tmp_path):
    draft = read(tmp_path, "## 第一條\n\n文。\n\n說明：參考他法：\n\n> 第二條　文。\n\n## 第二條\n\n文。\n")
    assert [(n.line, n.code) for n in draft.notes] == [(7, "quoted_article")]
    assert [a.anchor for a in draft.articles] == ["art-1", "art-2"]


def test_words_in_lines_are_joined_as_their_script_asks(tmp_path):
    draft = read(
        tmp_path, "## 第一條\n\n公園得於夜\n間開放。\n但應公告。\n\n## 第二條\n\n以 HTTPS\nonly 為限。\n"
    )
    assert [p.text for p in draft.articles[0].children] == ["公園得於夜間開放。", "但應公告。"]
    assert draft.articles[1].children[0].text == "以 HTTPS only 為限。"


def test_a_long_draft_is_read_in_a_few_seconds(tmp_path):
    text = "# 規則\n\n" + "\n".join(
        f"## 第{n}條\n\n文。\n\n應備：\n\n一、甲。\n\n二、乙。\n\n說明：明定。\n\n續。\n"
        for n in range(1, 2001)
    )
    start = time.perf_counter()
    draft = read(tmp_path, text)
    assert len(draft.articles) == 2000
    assert time.perf_counter() - start < 20


def test_files_are_read_once_even_when_named_twice(tmp_path):
    write(tmp_path, {"SUMMARY.md": "* [a](a.md)\n* [a again](a.md#x)\n", "a.md": "## 第一條\n\n文。\n"})
    assert len(parse_draft(tmp_path).articles) == 1


def test_rules_at_the_start_are_not_taken_for_settings(tmp_path):
    draft = read(tmp_path, "---\n\n## 第一條\n\n文。\n\n---\n\n## 第二條\n\n文。\n")
    assert [a.anchor for a in draft.articles] == ["art-1", "art-2"]
