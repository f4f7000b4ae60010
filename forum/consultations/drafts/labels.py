"""The forms in which drafts number their provisions, each told from a sentence that mentions one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .numerals import NUMBER, letter_number, number_of, roman_number

CONTAINER_KINDS = frozenset({"part", "chapter", "section", "subsection", "subdivision"})


@dataclass(frozen=True)
class Label:
    """A number found at the start of a line.

    numbers: its value, (356, 1) for 第356條之1; path: kinds and values below an article, as in Section 2(a).
    rest: what follows on the line; glued: nothing separates the two, so it may be a sentence.
    """

    kind: str
    written: str
    numbers: tuple[int, ...]
    rest: str = ""
    glued: bool = False
    path: tuple[tuple[str, str, int], ...] = ()

    @property
    def ordinal(self) -> str:
        return "-".join(str(n) for n in self.numbers)


_HAN_KINDS = {
    "編": "part",
    "章": "chapter",
    "節": "section",
    "款": "subsection",
    "目": "subdivision",
    "條": "article",
    "条": "article",
    "點": "article",
    "点": "article",
    "項": "paragraph",
}
_AFTER = f"(?:\\s*之\\s*{NUMBER})*"
_HAN = re.compile(
    rf"(?P<label>第\s*(?P<first>{NUMBER}(?:\s*[-－‐–之]\s*{NUMBER})*)\s*(?P<unit>[編章節款目條条點点項])(?P<after>{_AFTER}))"
)
_HAN_PATH = re.compile(rf"\s*(第\s*({NUMBER})\s*([項款目]))")
_ENGLISH_KINDS = {
    "part": "part",
    "chapter": "chapter",
    "division": "section",
    "section": "section",
    "sec.": "section",
    "§": "section",
    "subsection": "subsection",
    "article": "article",
    "art.": "article",
}
_ENGLISH = re.compile(
    r"(?P<label>(?P<unit>part|chapter|division|section|sec\.|§|subsection|article|art\.)\s*"
    r"(?P<number>\d+(?:[-–.]\d+)*(?:[a-z](?![a-z])|\s?(?:bis|ter|quater)\b)?"
    r"|[ivxlcdm]+(?![a-z])|[a-z](?![a-z]))(?P<path>(?:\s?\([a-z0-9]{1,4}\))*))",
    re.IGNORECASE,
)
_SENTENCE_AFTER_CONTAINER = re.compile(r"[。，、；：！？]")
_TITLE_LIMIT = 40


def han_label(text: str) -> Label | None:
    """第三章, 第 12 條, 第356條之10, 第三條第二項 at the start of `text`; None where there is none."""
    found = _HAN.match(text)
    if not found:
        return None
    kind = _HAN_KINDS[found["unit"]]
    numbers = _numbers(found["first"]) + _numbers(found["after"])
    if not numbers:
        return None
    end, path = found.end(), []
    while kind == "article" and (below := _HAN_PATH.match(text, end)):
        path.append((_PATH_KINDS[below[3]], below[1].strip(), number_of(below[2]) or 0))
        end = below.end()
    return Label(kind, text[:end].strip(), numbers, *_rest(text[end:]), path=tuple(path))


_PATH_KINDS = {"項": "paragraph", "款": "subparagraph", "目": "item"}


def _numbers(written: str) -> tuple[int, ...]:
    values = (number_of(part) for part in re.split(r"[-－‐–之]", written) if part.strip())
    return tuple(v for v in values if v is not None)


def _rest(after: str) -> tuple[str, bool]:
    if not after or after[0].isspace():
        return after.strip(), False
    if after[0] in "：:":
        return after[1:].strip(), False
    if after[0] in "（(【〔":
        return after.strip(), False
    return after.strip(), True


def english_label(text: str) -> Label | None:
    """Article 3, Section 2(a), Chapter IV at the start of `text`; None where a sentence only mentions one."""
    found = _ENGLISH.match(text)
    if not found or (found["unit"][0].islower() and found["unit"] != "§"):
        return None
    number = found["number"]
    if number[0].isdigit():
        numbers = _english_numbers(number)
    else:
        value = roman_number(number) if number.isupper() else None
        value = value or (letter_number(number) if number.isupper() else None)
        if value is None:
            return None
        numbers = (value,)
    rest = text[found.end() :]
    if rest and not re.match(r"\s|[.:—–-]", rest):
        return None
    rest = re.sub(r"^\s*[.:—–-]?\s*", "", rest)
    if rest[:1].islower():
        return None
    kind = _ENGLISH_KINDS[found["unit"].lower()]
    return Label(kind, found["label"].strip(), numbers, rest, path=_english_path(found["path"]))


_SUFFIXES = {"bis": 1, "ter": 2, "quater": 3}


def _english_numbers(written: str) -> tuple[int, ...]:
    """12 -> (12,); 12-1, 12.1, 12A and 12bis -> (12, 1)."""
    numbers = tuple(int(n) for n in re.findall(r"\d+", written))
    suffix = re.sub(r"[^a-z]", "", written.lower())
    return (*numbers, _SUFFIXES.get(suffix) or letter_number(suffix) or 0) if suffix else numbers


def _english_path(written: str) -> tuple[tuple[str, str, int], ...]:
    kinds = ("paragraph", "subparagraph", "item")
    parts = re.findall(r"\(([a-z0-9]+)\)", written, re.IGNORECASE)[: len(kinds)]
    return tuple(
        (kind, f"({part})", _path_value(part, deep=depth > 0))
        for depth, (kind, part) in enumerate(zip(kinds, parts, strict=False))
    )


def _path_value(part: str, *, deep: bool) -> int:
    if part.isdigit():
        return int(part)
    if deep and roman_number(part):
        return roman_number(part) or 0
    return letter_number(part) or roman_number(part) or 0


def is_title(rest: str) -> bool:
    """Whether what follows a chapter's number is its title rather than the rest of a sentence."""
    return len(rest) <= _TITLE_LIMIT * 3 and not _SENTENCE_AFTER_CONTAINER.search(rest)


_CAPTION = re.compile(r"[（(【〔]([^）)】〕]{1,60})[）)】〕]\s*")


def split_caption(rest: str, *, as_heading: bool) -> tuple[str, str]:
    """The caption and the first words of an article from what follows its number."""
    in_brackets = _CAPTION.match(rest)
    if in_brackets:
        return in_brackets[1].strip(), rest[in_brackets.end() :].strip()
    if not rest or re.search(r"[。；：，]|[.;:](\s|$)", rest):
        return "", rest
    return (rest, "") if as_heading or len(rest) <= _TITLE_LIMIT * 2 else ("", rest)


@dataclass(frozen=True)
class Marker:
    """The mark of a list item: its style, how it is written, its value."""

    style: str
    written: str
    value: int
    rest: str


_STEMS = "甲乙丙丁戊己庚辛壬癸"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_HAN_NUMBER = "[〇零一二三四五六七八九十百廿卅]+"
_MARKERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("han", re.compile(rf"({_HAN_NUMBER})、\s*")),
    ("stem", re.compile(rf"([{_STEMS}])、\s*")),
    ("han-brackets", re.compile(rf"[（(]\s*({_HAN_NUMBER})\s*[）)][、.]?\s*")),
    ("digit-brackets", re.compile(r"[（(]\s*([0-9０-９]{1,3})\s*[）)]\s*")),
    ("bare-digit", re.compile(r"([0-9０-９]{1,2})[ \u3000]+(?=[\u3400-\u9fff「])")),
    ("digit", re.compile(r"([0-9０-９]{1,3})(?:[.．](?![0-9０-９])|[、)）])\s*")),
    ("circled", re.compile(rf"([{_CIRCLED}])\s*")),
    ("capital-brackets", re.compile(r"\(([A-Z])\)\s+")),
    ("letter", re.compile(r"([a-z])[.)]\s+")),
    ("bullet", re.compile(r"([-*+•‧])\s+")),
)
_LATIN_BRACKETS = re.compile(r"\(([a-z]{1,5})\)\s+")


def marker_at(text: str, *, open_lists: dict[str, int]) -> Marker | None:
    """The list mark that `text` starts with; `open_lists` (style: last value) tells letter i from Roman."""
    if latin := _LATIN_BRACKETS.match(text):
        return _latin_marker(latin, text, open_lists)
    for style, pattern in _MARKERS:
        if found := pattern.match(text):
            written = found[0].strip()
            return Marker(style, written, _marker_value(style, found[1], open_lists), text[found.end() :])
    return None


def _marker_value(style: str, written: str, open_lists: dict[str, int]) -> int:
    if style == "stem":
        return _STEMS.index(written) + 1
    if style == "circled":
        return _CIRCLED.index(written) + 1
    if style == "bullet":
        return open_lists.get(style, 0) + 1
    return number_of(written) or letter_number(written) or 0


def _latin_marker(found: re.Match[str], text: str, open_lists: dict[str, int]) -> Marker | None:
    written, rest = found[1], text[found.end() :]
    letter, roman = letter_number(written), roman_number(written)
    if letter and open_lists.get("letter-brackets", 0) + 1 == letter and "roman-brackets" not in open_lists:
        return Marker("letter-brackets", f"({written})", letter, rest)
    roman_goes_on = not letter or open_lists.get("roman-brackets", 0) + 1 == roman
    if roman and (roman == 1 or ("roman-brackets" in open_lists and roman_goes_on)):
        return Marker("roman-brackets", f"({written})", roman, rest)
    if letter:
        return Marker("letter-brackets", f"({written})", letter, rest)
    return Marker("roman-brackets", f"({written})", roman, rest) if roman else None


_LEFT_OUT = re.compile(r"刪除|保留|deleted|repealed|reserved|omitted", re.IGNORECASE)
_ANNEX = re.compile(
    r"(?:附件|附表|附錄|附圖)[〇一二三四五六七八九十\d]*(?:[\s：:]|$)"
    r"|(?:Annex|Schedule|Appendix)(?:\s+[A-Z0-9]{1,4})?(?:[:.]|$)"
)


def left_out(caption: str) -> bool:
    """Whether an article says only that it is no more, or not yet: （刪除）, （保留）, (repealed)."""
    return bool(_LEFT_OUT.fullmatch(caption.strip("（）() ")))


def is_annex(text: str) -> bool:
    """Whether a line names an annex: 附件一, 附表, Annex A."""
    return len(text) <= _TITLE_LIMIT and bool(_ANNEX.match(text))


_REASON = re.compile(
    r"[【〔\[]?\s*(?:立法說明|立法理由|修正說明|說明|理由|Explanatory notes?|Explanation|Reasons?)"
    r"\s*[】〕\]]?\s*(?P<mark>[:：.。]|$)\s*",
    re.IGNORECASE,
)
_ALTERNATIVE = re.compile(
    rf"(?P<label>(?P<stem>[{_STEMS}])\s*案|(?:Option|Alternative)\s+(?P<letter>[A-Z1-9]))\s*(?:[:：]\s*|$)"
)


def reason_start(text: str) -> str | None:
    """What follows 說明：, 立法理由：, Explanation: and the like on their line; None for any other line."""
    found = _REASON.match(text)
    return text[found.end() :] if found else None


def alternative_at(text: str) -> Marker | None:
    """甲案, 乙案：, Option A: at the start of a line."""
    found = _ALTERNATIVE.match(text)
    if not found:
        return None
    if found["stem"]:
        return Marker("stem-case", found["label"], _STEMS.index(found["stem"]) + 1, text[found.end() :])
    value = number_of(found["letter"]) or letter_number(found["letter"]) or 0
    return Marker("option", found["label"], value, text[found.end() :])
