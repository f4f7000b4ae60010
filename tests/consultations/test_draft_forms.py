"""The forms in which drafts are written, each read into the same kind of tree. All texts are our own."""

from forum.consultations.drafts import parse_draft

from .drafts import anchors, outline, provision, read, write


def test_markdown_headings_in_chinese(tmp_path):
    draft = read(
        tmp_path,
        """# 公園夜間開放辦法草案

本草案說明夜間開放之時間。

## 第一章 總則

### 第一條

為便利市民使用公園，訂定本辦法。

### 第二條（用詞）

本辦法用詞，定義如下：

一、公園：指市立公園。

二、夜間：指下列時間：

（一）夏季：晚間十時後。

（二）冬季：晚間九時後。

公園之範圍，由市府公告。

## 第二章　開放

### 第三條之一

夜間得散步。
""",
    )
    assert draft.title == "公園夜間開放辦法草案"
    assert draft.preface == "本草案說明夜間開放之時間。"
    assert outline(draft) == [
        "chapter ch-1 總則",
        "article art-1",
        "paragraph art-1-p1 為便利市民使用公園，訂定本辦法。",
        "article art-2 用詞",
        "paragraph art-2-p1 本辦法用詞，定義如下：",
        "subparagraph art-2-p1-sp1 公園：指市立公園。",
        "subparagraph art-2-p1-sp2 夜間：指下列時間：",
        "item art-2-p1-sp2-i1 夏季：晚間十時後。",
        "item art-2-p1-sp2-i2 冬季：晚間九時後。",
        "paragraph art-2-p2 公園之範圍，由市府公告。",
        "chapter ch-2 開放",
        "article art-3-1",
        "paragraph art-3-1-p1 夜間得散步。",
    ]
    assert provision(draft, "art-3-1").label == "第三條之一"
    assert provision(draft, "art-3-1").ordinal == "3-1"


def test_plain_text_in_chinese_with_the_words_on_the_line_of_the_number(tmp_path):
    draft = read(
        tmp_path,
        """公園夜間開放辦法草案
第一編　通則
第一章總則
第 1 條　為便利市民，訂定本辦法。
第一項規定不影響其他法規。
第 ２ 條　公園得於夜間開放：
1. 夏季。
2. 冬季：
(1) 平日。
(2) 假日。
第一款公園由市府公告。
第二章開放
第 3 條
夜間應保持安靜。
第三條規定於露營準用之。
""",
        name="draft.txt",
    )
    assert draft.title == "公園夜間開放辦法草案"
    assert outline(draft) == [
        "part part-1 通則",
        "chapter part-1-ch-1 總則",
        "article art-1",
        "paragraph art-1-p1 為便利市民，訂定本辦法。",
        "paragraph art-1-p2 第一項規定不影響其他法規。",
        "article art-2",
        "paragraph art-2-p1 公園得於夜間開放：",
        "subparagraph art-2-p1-sp1 夏季。",
        "subparagraph art-2-p1-sp2 冬季：",
        "item art-2-p1-sp2-i1 平日。",
        "item art-2-p1-sp2-i2 假日。",
        "paragraph art-2-p2 第一款公園由市府公告。",
        "chapter part-1-ch-2 開放",
        "article art-3",
        "paragraph art-3-p1 夜間應保持安靜。",
        "paragraph art-3-p2 第三條規定於露營準用之。",
    ]


def test_all_levels_of_a_long_statute(tmp_path):
    draft = read(
        tmp_path,
        """第一編　總則
第一章　通則
第一節　用詞
第一款　公園
第一條　公園，指市立公園。
第二款　廣場
第二條　廣場，指市立廣場。
第二節　適用
第三條　本法於綠地準用之。
""",
        name="draft.txt",
    )
    assert [a for a in anchors(draft) if "p1" not in a] == [
        "part-1",
        "part-1-ch-1",
        "part-1-ch-1-sec-1",
        "part-1-ch-1-sec-1-sub-1",
        "art-1",
        "part-1-ch-1-sec-1-sub-2",
        "art-2",
        "part-1-ch-1-sec-2",
        "art-3",
    ]


def test_paragraphs_and_items_that_name_themselves(tmp_path):
    draft = read(
        tmp_path,
        """## 第五條

第一項　申請人應提出：

第一款　申請書。

第二款　證明文件：

第一目　身分證明。

第二項　文件不全者，應補正。
""",
    )
    assert outline(draft)[1:] == [
        "paragraph art-5-p1 申請人應提出：",
        "subparagraph art-5-p1-sp1 申請書。",
        "subparagraph art-5-p1-sp2 證明文件：",
        "item art-5-p1-sp2-i1 身分證明。",
        "paragraph art-5-p2 文件不全者，應補正。",
    ]
    assert provision(draft, "art-5-p1-sp2").label == "第二款"


def test_a_clause_and_its_reason_in_a_table(tmp_path):
    draft = read(
        tmp_path,
        """# 公園夜間開放辦法草案

| 條文 | 說明 |
| --- | --- |
| 第一章 總則 | 章名 |
| 第一條　為便利市民，訂定本辦法。 | 明定訂定目的。 |
| 第二條　夜間開放之公園，由市府公告。<br>前項公告，應於七日前為之。 | 一、明定機關。<br>二、明定期間。 |
| 第三條　入園者應遵守：<br>一、保持安靜。<br>二、不得生火。 | 明定義務。 |
| 違反者，得請其離園。 | 第二項明定效果。 |
""",
    )
    assert outline(draft) == [
        "chapter ch-1 總則",
        "article art-1",
        "paragraph art-1-p1 為便利市民，訂定本辦法。",
        "article art-2",
        "paragraph art-2-p1 夜間開放之公園，由市府公告。",
        "paragraph art-2-p2 前項公告，應於七日前為之。",
        "article art-3",
        "paragraph art-3-p1 入園者應遵守：",
        "subparagraph art-3-p1-sp1 保持安靜。",
        "subparagraph art-3-p1-sp2 不得生火。",
        "paragraph art-3-p2 違反者，得請其離園。",
    ]
    assert provision(draft, "ch-1").reason == "章名"
    assert provision(draft, "art-2").reason == "一、明定機關。\n二、明定期間。"
    assert provision(draft, "art-3").reason == "明定義務。"
    assert provision(draft, "art-3-p2").reason == "第二項明定效果。"


def test_a_table_under_each_article_heading(tmp_path):
    draft = read(
        tmp_path,
        """### 第一條

| 條文 | 立法說明 |
|---|---|
| 為便利市民，訂定本辦法。 | 明定目的。 |

### 第二條

| 條文 | 立法說明 |
|---|---|
| 公園夜間開放。 | 明定原則。 |
| 必要時得關閉。 | 明定例外。 |
""",
    )
    assert outline(draft) == [
        "article art-1",
        "paragraph art-1-p1 為便利市民，訂定本辦法。",
        "article art-2",
        "paragraph art-2-p1 公園夜間開放。",
        "paragraph art-2-p2 必要時得關閉。",
    ]
    assert [provision(draft, a).reason for a in ("art-1-p1", "art-2-p1", "art-2-p2")] == [
        "明定目的。",
        "明定原則。",
        "明定例外。",
    ]


def test_the_column_of_the_law_in_force_is_kept_with_the_reason_and_noted(tmp_path):
    draft = read(
        tmp_path,
        """| 修正條文 | 現行條文 | 說明 |
|---|---|---|
| 第一條　公園夜間開放。 | 第一條　公園夜間關閉。 | 改為開放。 |
""",
    )
    assert outline(draft) == ["article art-1", "paragraph art-1-p1 公園夜間開放。"]
    assert provision(draft, "art-1").reason == "改為開放。\n現行條文：第一條　公園夜間關閉。"
    assert [(n.code, n.line) for n in draft.notes] == [("column_left_out", 1)]


def test_each_paragraph_quoted_with_its_reason_under_it(tmp_path):
    draft = read(
        tmp_path,
        """## 第二條之一

> 公園夜間開放。

第一項明定原則。第二條之二另有規定。

> 入園者應遵守下列事項：
>
> 一、保持安靜。
>
> 二、不得生火。
>
> 違反者，得請其離園。

為維護秩序，明定義務。

例如夜間不得播放音樂。
""",
    )
    assert outline(draft) == [
        "article art-2-1",
        "paragraph art-2-1-p1 公園夜間開放。",
        "paragraph art-2-1-p2 入園者應遵守下列事項：",
        "subparagraph art-2-1-p2-sp1 保持安靜。",
        "subparagraph art-2-1-p2-sp2 不得生火。",
        "paragraph art-2-1-p3 違反者，得請其離園。",
    ]
    assert provision(draft, "art-2-1-p1").reason == "第一項明定原則。第二條之二另有規定。"
    assert provision(draft, "art-2-1-p3").reason == "為維護秩序，明定義務。\n\n例如夜間不得播放音樂。"


def test_a_quoted_chapter_with_its_reason_under_it(tmp_path):
    draft = read(
        tmp_path,
        "> 第三節　夜間開放\n\n增訂本節。\n\n## 第九條\n\n> 公園夜間開放。\n\n明定原則。\n",
    )
    assert provision(draft, "sec-3").reason == "增訂本節。"
    assert provision(draft, "art-9-p1").reason == "明定原則。"


def test_reasons_in_blocks_of_their_own(tmp_path):
    draft = read(
        tmp_path,
        """第一條　為便利市民，訂定本辦法。
說明：
一、明定目的。
二、第二條以下為細節。

第二條　公園夜間開放。
【立法理由】
明定原則。
第三條 夜間應保持安靜。
說明：明定義務。
""",
        name="draft.txt",
    )
    assert outline(draft) == [
        "article art-1",
        "paragraph art-1-p1 為便利市民，訂定本辦法。",
        "article art-2",
        "paragraph art-2-p1 公園夜間開放。",
        "article art-3",
        "paragraph art-3-p1 夜間應保持安靜。",
    ]
    assert [a.reason for a in draft.articles] == [
        "一、明定目的。\n二、第二條以下為細節。",
        "明定原則。",
        "明定義務。",
    ]


def test_reasons_under_headings_of_their_own(tmp_path):
    draft = read(
        tmp_path,
        "## 第一條 目的\n\n為便利市民。\n\n### 立法說明\n\n明定目的：\n\n- 便利\n- 安全\n\n"
        "## 第二條\n\n公園開放。\n",
    )
    assert provision(draft, "art-1").reason == "明定目的：\n\n- 便利\n- 安全"
    assert anchors(draft) == ["art-1", "art-1-p1", "art-2", "art-2-p1"]


def test_alternatives_within_an_article(tmp_path):
    draft = read(tmp_path, "## 第四條\n\n**甲案：**\n\n公園開放。\n\n應公告。\n\n**乙案：**公園不開放。\n")
    assert outline(draft)[1:] == [
        "alternative art-4-alt-1",
        "paragraph art-4-alt-1-p1 公園開放。",
        "paragraph art-4-alt-1-p2 應公告。",
        "alternative art-4-alt-2",
        "paragraph art-4-alt-2-p1 公園不開放。",
    ]


def test_markdown_lists_are_subparagraphs_even_when_all_are_numbered_one(tmp_path):
    draft = read(tmp_path, "## 第一條\n\n應備：\n\n1. 申請書。\n1. 圖說。\n1. 其他。\n\n## 第二條\n\n完。\n")
    assert [a for a in anchors(draft) if "sp" in a] == ["art-1-p1-sp1", "art-1-p1-sp2", "art-1-p1-sp3"]


def test_english_articles_in_markdown(tmp_path):
    draft = read(
        tmp_path,
        """# Park Opening Regulations (draft)

These regulations say when parks are open.

## Chapter I General provisions

### Article 1. Purpose

These Regulations let residents use parks
at night.

### Article 2

In these Regulations:

(a) "park" means a city park;

(b) "night" means

(i) in summer, after ten;

(ii) in winter, after nine.

The city publishes the list of parks.

Explanation: defines the words.

## Chapter II Opening

### Article 12-1 Quiet

1. Visitors keep quiet.

2. Visitors do not

   (a) make fires; or

   (b) camp.
""",
    )
    assert draft.title == "Park Opening Regulations (draft)"
    assert outline(draft) == [
        "chapter ch-1 General provisions",
        "article art-1 Purpose",
        "paragraph art-1-p1 These Regulations let residents use parks at night.",
        "article art-2",
        "paragraph art-2-p1 In these Regulations:",
        'subparagraph art-2-p1-sp1 "park" means a city park;',
        'subparagraph art-2-p1-sp2 "night" means',
        "item art-2-p1-sp2-i1 in summer, after ten;",
        "item art-2-p1-sp2-i2 in winter, after nine.",
        "paragraph art-2-p2 The city publishes the list of parks.",
        "chapter ch-2 Opening",
        "article art-12-1 Quiet",
        "paragraph art-12-1-p1 Visitors keep quiet.",
        "paragraph art-12-1-p2 Visitors do not",
        "subparagraph art-12-1-p2-sp1 make fires; or",
        "subparagraph art-12-1-p2-sp2 camp.",
    ]
    assert provision(draft, "art-2").reason == "defines the words."


def test_english_sections_in_plain_text(tmp_path):
    draft = read(
        tmp_path,
        """PARK OPENING ACT

Part 1 General

Section 1. Purpose

This Act lets residents use parks at night.

Section 2(a) The city opens parks at night.
Section 2(b) The city may close a park
when it must.

Section 2(b)(i) A closed park is marked.

Section 3. Quiet. Section 2 applies
to visitors.
""",
        name="act.txt",
    )
    assert outline(draft) == [
        "part part-1 General",
        "article art-1 Purpose",
        "paragraph art-1-p1 This Act lets residents use parks at night.",
        "article art-2",
        "paragraph art-2-p1 The city opens parks at night.",
        "paragraph art-2-p2 The city may close a park when it must.",
        "subparagraph art-2-p2-sp1 A closed park is marked.",
        "article art-3",
        "paragraph art-3-p1 Quiet. Section 2 applies to visitors.",
    ]
    assert (provision(draft, "art-2").label, provision(draft, "art-2-p1").ordinal) == ("Section 2", "a")


def test_english_sections_are_groups_where_there_are_articles(tmp_path):
    draft = read(
        tmp_path,
        "## Chapter 1 A\n\n### Section 1 B\n\n#### Article 1\n\nText.\n\n"
        "### Section 2 C\n\n#### Article 2\n\nText.\n",
    )
    assert [a for a in anchors(draft) if not a.endswith("p1")] == [
        "ch-1",
        "ch-1-sec-1",
        "art-1",
        "ch-1-sec-2",
        "art-2",
    ]


def test_letters_go_on_past_h_without_becoming_roman(tmp_path):
    items = "\n\n".join(f"({c}) thing {c};" for c in "abcdefghij")
    draft = read(tmp_path, f"## Article 1\n\nThe following:\n\n{items}\n")
    assert anchors(draft)[-1] == "art-1-p1-sp10"


def test_numbering_that_starts_again_in_a_chapter_keeps_anchors_apart(tmp_path):
    draft = read(
        tmp_path,
        "# 規則\n\n## 第一章 甲\n\n### 第一條\n\n文。\n\n"
        "## 第二章 乙\n\n### 第一條\n\n文。\n\n### 第二條\n\n文。\n",
    )
    assert [a.anchor for a in draft.articles] == ["art-1", "ch-2-art-1", "ch-2-art-2"]


def test_a_folder_is_read_in_the_order_of_its_summary(tmp_path):
    write(
        tmp_path,
        {
            "SUMMARY.md": "# 公園夜間開放：草案\n\n* [簡介](README.md)\n* [目的](b.md)\n"
            "* [開放](a.md)\n* [意見](talk.md)\n",
            "README.md": "# 簡介\n\n歡迎討論。\n",
            "b.md": "# 目的\n\n為什麼要有這一條。\n\n> 第九條：他法之規定。\n\n## 第1條\n\n為便利市民。\n",
            "a.md": "# 開放\n\n兩條一起看。\n\n## 第2條\n\n夜間開放。\n\n## 第3條\n\n保持安靜。\n",
            "talk.md": "# 意見\n\n## 您覺得第3條好嗎？\n\n請說明。\n",
            "words.json": "{}",
        },
    )
    draft = parse_draft(tmp_path)
    assert draft.title == "公園夜間開放：草案"
    assert outline(draft) == [
        "article art-1 目的",
        "paragraph art-1-p1 為便利市民。",
        "heading head-2 開放",
        "article art-2",
        "paragraph art-2-p1 夜間開放。",
        "article art-3",
        "paragraph art-3-p1 保持安靜。",
    ]
    assert provision(draft, "art-1").reason == "為什麼要有這一條。\n\n> 第九條：他法之規定。"
    assert provision(draft, "head-2").reason == "兩條一起看。"
    assert [(b.file, b.title) for b in draft.background] == [("README.md", "簡介"), ("talk.md", "意見")]
    assert [(n.file, n.code) for n in draft.notes] == [("words.json", "not_read")]


def test_the_general_explanation_is_the_preface(tmp_path):
    write(
        tmp_path,
        {
            "SUMMARY.md": "* [簡介](README.md)\n* [條文](1.md)\n",
            "README.md": "# 簡介\n\n> 公園夜間開放辦法草案總說明\n\n一、開放。（第一條）\n",
            "1.md": "# 條文\n\n## 第一條\n\n夜間開放。\n",
        },
    )
    assert parse_draft(tmp_path).preface == "> 公園夜間開放辦法草案總說明\n\n一、開放。（第一條）"


def test_a_chapter_may_span_files(tmp_path):
    write(
        tmp_path,
        {
            "SUMMARY.md": "* [一](1.md)\n* [二](2.md)\n* [三](3.md)\n",
            "1.md": "# 第一章 總則\n\n## 第一條\n\n文。\n",
            "2.md": "# 第一章 總則\n\n## 第二條\n\n文。\n",
            "3.md": "# 第二章 附則\n\n## 第三條\n\n文。\n",
        },
    )
    draft = parse_draft(tmp_path)
    assert [a for a in anchors(draft) if "p1" not in a] == ["ch-1", "art-1", "art-2", "ch-2", "art-3"]


def test_a_folder_without_summary_is_read_by_name_with_numbers_in_order(tmp_path):
    write(tmp_path, {f"{n}.md": f"## 第{n}條\n\n文。\n" for n in (1, 2, 10)})
    draft = parse_draft(tmp_path)
    assert [a.anchor for a in draft.articles] == ["art-1", "art-2", "art-10"]
    assert "no_summary" in {n.code for n in draft.notes}


def test_a_draft_exported_as_json(tmp_path):
    text = (
        '{"meta": {}, "content": [[\n'
        '{"article": "1", "content": "夜間開放。\\n應公告。", "comment": "你知道嗎？<br>第2條 很重要。"},\n'
        '{"article": "3", "content": "保持安靜。", "comment": ""}\n]]}'
    )
    draft = read(tmp_path, text, name="draft.json")
    assert anchors(draft) == ["art-1", "art-1-p1", "art-1-p2", "art-3", "art-3-p1"]
    assert draft.articles[0].reason == "你知道嗎？\n第2條 很重要。"
    assert [a.line for a in draft.articles] == [2, 3]


def test_a_bill_that_amends_leaves_its_section_where_the_numbers_jump(tmp_path):
    draft = read(
        tmp_path,
        "> 第三節　夜間開放\n\n增訂。\n\n## 第20條之1\n\n開放。\n\n## 第20條之2\n\n安靜。\n\n"
        "## 第99條\n\n本法自公布日施行。\n",
    )
    assert [s.anchor for s in draft.sections] == ["sec-3", "art-99"]


def test_marks_of_formatting_do_not_reach_the_text(tmp_path):
    draft = read(
        tmp_path,
        "## 第一條\n\n公園**夜間**<ins>得</ins>開放，見[名單](https://example.org/x)。<br>應公告。\n",
    )
    assert provision(draft, "art-1-p1").text == "公園夜間得開放，見名單。\n應公告。"
    assert {n.code for n in draft.notes} == {"marks_removed"}


def test_the_same_text_has_the_same_digest_and_a_changed_one_another(tmp_path):
    first = read(tmp_path, "## 第一條\n\n開放。\n")
    again = read(tmp_path, "\n\n## 第一條\n\n開放。\n\n", name="moved.md")
    changed = read(tmp_path, "## 第一條\n\n關閉。\n")
    assert first.digest() == again.digest() != changed.digest()


def test_the_report_says_what_was_taken_as_what(tmp_path):
    draft = read(tmp_path, "# 規則\n\n## 第一條 目的\n\n公園開放。\n")
    assert [str(t) for t in draft.report()] == [
        "draft.md:3: article 第一條 [art-1] 目的",
        "draft.md:5: paragraph [art-1-p1] 公園開放。",
    ]
