"""What the rules read in a text: links in every written form, contact details, how alike two texts are."""

from __future__ import annotations

import subprocess
import sys
from time import thread_time

import pytest

from moderation.texts.contacts import contacts_in
from moderation.texts.likeness import MIN_CHARACTERS, PERMUTATIONS, bands, own_words, signature, similarity
from moderation.texts.links import links_in


def domains(text, official=("gov.tw",)):
    return [link.domain for link in links_in(text, official=official).found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See http://news.example.com/a and HTTPS://B.org.", ["example.com", "b.org"]),
        ("www.shop.com.tw", ["shop.com.tw"]),
        ("請看best-offer.top/x優惠", ["best-offer.top"]),
        ("best-offer.top，一〇〇分", ["best-offer.top"]),
        ("ｂｅｓｔ－ｏｆｆｅｒ．ｔｏｐ", ["best-offer.top"]),
        ("best-offer[.]top, hxxps://other.shop/1", ["best-offer.top", "other.shop"]),
        ("best\u200b-offer.top", ["best-offer.top"]),
        ("a.com,b.com;https://c.com,https://d.com", ["a.com", "b.com", "c.com", "d.com"]),
        ("[best.top](https://best.top/x) and [here](https://best.top/y)", ["best.top", "best.top"]),
        ("<https://best.top/x>", ["best.top"]),
        ("https://例子.台灣/甲", ["例子.台灣"]),
        ("http://192.0.2.7:8080/x", ["192.0.2.7"]),
        ("one.github.io two.github.io", ["one.github.io", "two.github.io"]),
    ],
)
def test_links_are_found_in_every_written_form(text, found):
    assert domains(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Article 3.2, Section 2.10, version 1.2.3 and 3.14",
        "第3.2條、第五條第一項",
        "write to someone@best.top or first.last@shop.com",
        "README.md, app.py, draft.docx, archive.zip, run.sh",
        "It came to an end.It is over.Now we go on, e.g. here, i.e. there, etc.",
        "com.tw and .top alone",
        "https://",
        "...........",
        "",
    ],
)
def test_what_only_looks_like_a_link_is_none(text):
    assert domains(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://www.moda.gov.tw/a join.gov.tw/b https://gov.tw", []),
        ("https://evilgov.tw/ gov.tw.evil.com/x", ["evilgov.tw", "evil.com"]),
        ("https://moda.gov.tw@evil.com/ https://evil.com\\@moda.gov.tw/", ["evil.com", "evil.com"]),
        ("https://ntu.edu.tw/a", ["ntu.edu.tw"]),
    ],
)
def test_official_domains_do_not_count_and_cannot_be_put_on(text, found):
    assert domains(text) == found


def test_sites_are_registered_domains_and_whole_addresses_where_anybody_publishes():
    text = "a.shop.com/1 b.shop.com/2 youtube.com/watch?v=1 https://www.youtube.com/watch?v=1# youtube.com/watch?v=2"
    assert links_in(text).sites == {"shop.com": 2, "youtube.com/watch?v=1": 2, "youtube.com/watch?v=2": 1}


def test_shorteners_are_known():
    assert links_in("reurl.cc/abc https://bit.ly/x best.top/x").shortened == 2


@pytest.mark.parametrize(
    ("text", "handles", "phones"),
    [
        ("加賴 abc123 領優惠", 1, 0),
        ("加LINE好友", 1, 0),
        ("ＬＩＮＥ　ＩＤ：ａｂｃ＿８８８", 1, 0),
        ("line: shop88", 1, 0),
        ("LINE @bestshop", 1, 0),
        ("t.me/best lin.ee/x1y2 https://wa.me/886912345678", 3, 0),
        ("Add me on Telegram", 1, 0),
        ("微信：best123", 1, 0),
        ("意者請洽 0912-345-678", 0, 1),
        ("+886 912 345 678, 02-2311-3456, (07)123-4567", 0, 3),
        ("參加賴清德總統的座談，增加賴以為生的收入", 0, 0),
        ("要求業者提供 LINE ID 給主管機關", 0, 0),
        ("LINE、Telegram 等平台應加LINE等業者", 0, 0),
        ("The last line: should be struck; line 3 of 2026-11-24", 0, 0),
        ("Articles 1012-345-678 and 20260912345678", 0, 0),
    ],
)
def test_contact_details_are_counted(text, handles, phones):
    found = contacts_in(text)
    assert (found.handles, found.phones) == (handles, phones)


# ---- likeness ----

LATIN = "We ask the ministry to delay the regulation until small shops have been consulted, and to publish the figures."
HAN = "請主管機關說明第五條第二項所稱之平台業者範圍，是否包含跨境服務提供者，並請明定罰則與施行日期。"


def likeness(one, other):
    return similarity(signature(one), signature(other))


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        (LATIN, LATIN.upper().replace(" ", "  ").replace(",", " -")),
        (HAN, HAN.replace("，", ", ").replace("。", "!")),
        (HAN, "".join(f"{char}\n" for char in HAN)),
        (LATIN, "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in LATIN)),
    ],
)
def test_case_width_blanks_and_punctuation_make_no_difference(text, changed):
    assert likeness(text, changed) == 1.0


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        (LATIN, LATIN.replace("ministry", "agency")),
        (LATIN, f"Dear all, {LATIN} Thank you!"),
        (HAN, HAN.replace("第五條", "第六條")),
        (HAN, f"{HAN}謝謝。"),
    ],
)
def test_small_changes_leave_texts_alike(text, changed):
    assert 0.7 <= likeness(text, changed) < 1.0
    assert set(bands(signature(text))) & set(bands(signature(changed)))


def test_different_texts_about_one_article_are_not_alike():
    other = "第五條第二項的平台業者定義太寬，小型論壇也被納入，建議改以使用人數為門檻，另訂緩衝期間。"
    assert likeness(HAN, other) < 0.3
    assert (
        likeness(LATIN, "We ask the agency to hurry: the regulation is late, and nobody waits for figures.")
        < 0.4
    )


def test_short_texts_have_no_signature():
    assert signature("法" * (MIN_CHARACTERS - 1)) == b""
    assert len(signature("法" * MIN_CHARACTERS)) == 4 * PERMUTATIONS
    assert (bands(b""), similarity(b"", b"")) == ([], 0.0)


def test_a_quotation_is_not_its_quoters_text():
    assert signature(f"> {HAN}\n> {HAN}\n\nI agree.") == b""
    assert own_words(f"> {HAN}") == f"> {HAN}"
    assert likeness(f"> A quotation.\n\n{LATIN}", LATIN) == 1.0


def test_signatures_agree_between_processes_and_versions():
    assert signature(LATIN).hex()[:16] == "1a7d5c05334fcd00"
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            f"from moderation.texts.likeness import *; print(bands(signature({HAN!r}))[0])",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "PYTHONIOENCODING": "utf-8"},
    )
    assert int(told.stdout) == bands(signature(HAN))[0]


# ---- hostile texts ----

PIECES = "https://a.b/|http://|a.|a-|a@|x.top |line id |加 |0912345|+1 |[.]|> |法|](".split("|")


def seconds(read, text):
    best = 9.0
    for _ in range(3):
        began = thread_time()
        read(text)
        best = min(best, thread_time() - began)
    return best


@pytest.mark.parametrize("read", [links_in, contacts_in, signature])
@pytest.mark.parametrize("piece", PIECES)
def test_reading_takes_time_in_proportion_to_the_text(read, piece):
    short, long = piece * (10_000 // len(piece)), piece * (80_000 // len(piece))
    assert (
        seconds(read, long) < 40 * seconds(read, short) + 0.05
    )  # eight times the text; a square would be 64 times
