"""The model's copy of a text: one spelling for what reads the same. The text that people see is never changed.

| step                | example                                   | why                                             |
| ------------------- | ----------------------------------------- | ----------------------------------------------- |
| NFKC                | `ｉｄｉｏｔ` -> `idiot`, `！` -> `!`         | full width, ligatures, styled letters           |
| invisible           | zero-width, bidi controls, soft hyphen    | they split words unseen                         |
| stacked marks       | `i̷d̷i̷o̷t̷` -> `idiot`                         | zalgo                                           |
| links, addresses    | `https://t.co/x` -> ` url `, `a@b.c` -> ` email `, `@name` -> `@user` | names carry no guilt |
| long numbers        | `0912345678` -> `0000000000`              | a phone number, not which one                   |
| homoglyphs          | `іdіоt` (Cyrillic) -> `idiot`             | only in words that also hold Latin letters      |
| spaced-out letters  | `i d i o t`, `i.d.i.o.t`, `白 痴`, `白*痴`  | four or more single letters; any two Han        |
| starred words       | `f*ck`, `sh*t`                            | a short list                                    |
| leetspeak           | `1d10t`, `st@pid`                         | a sign between letters, or three signs in a word|
| repeated letters    | `stuuuupid` -> `stuupid`, `!!!!!!` -> `!!!` | emphasis                                      |
| Han script          | `這個白癡` -> `这个白痴`                    | Traditional and Simplified score alike          |

The Han table holds the one-character rows of OpenCC's TSCharacters (Apache-2.0).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh")  # as language() tells them
HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
LONGEST = 20_000  # characters read at most; posts are limited to 10,000 by the forum

_HAN = re.compile(rf"[{HAN}]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63}){1,4}", re.ASCII)
_LINK = re.compile(
    r"(https?://|www\.)[^\s\u3000-\u303f\u4e00-\u9fff]+"
    r"|\b[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){0,3}\.(com|net|org|info|xyz|top|club|shop|site|online|io|ly|cc|me|tv|tw|cn)\b(/[^\s\u4e00-\u9fff]*)?",
    re.IGNORECASE | re.ASCII,
)
_MENTION = re.compile(r"(?<![\w])@\w{2,}", re.ASCII)
_DIGITS = re.compile(r"\d{5,}|\b\d{2,4}-\d{3,4}(-\d{3,4})?\b|\b0\d{1,3} \d{3,4} ?\d{3,4}\b")
_WORD = re.compile(r"[^\W\d_]+")
_SPACED_LATIN = re.compile(r"(?<![^\W_])[A-Za-z](?:([ .\-_*,/|])[A-Za-z])(?:\1[A-Za-z]){2,}(?![^\W_])")
_SPACED_HAN = re.compile(rf"(?<=[{HAN}])[\s.*·・_\-|/~^]{{1,2}}(?=[{HAN}])")
_LEET_TOKEN = re.compile(r"[A-Za-z0-9@$!|+]{3,}")
_RUN_OF_LETTERS = re.compile(r"([^\W\d_])\1{2,}")
_RUN_OF_SIGNS = re.compile(r"([^\w\s]|_)\1{3,}")
_FOREIGN = re.compile("[\u0370-\u052fɡıℓ]")  # Greek, Cyrillic: where homoglyphs come from
_MARK = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_LEET_SIGN = re.compile(r"[A-Za-z][013457@$!|+]+[A-Za-z]")
_STAR = re.compile(r"\w[*#@$%!]")
_BLANKS = re.compile(r"\s+")

_HOMOGLYPHS = str.maketrans(
    "аеіоорсухкмтвнзѕјԁԛԝһӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧαορινκυАВЕКМНОРСТУХІЅЈɡıℓ",
    "aeioopcyxkmtbhzsjdqwhlABEZHIKMNOPTYXaopivkuABEKMHOPCTYXISJgil",
)
_LEET = str.maketrans("013457@$!|+", "oieastasiit")
_STARRED = tuple(
    (re.compile(pattern, re.IGNORECASE), word)
    for pattern, word in (
        (r"\bf[*#@$%!]{1,2}(c?k)", "fuck"),
        (r"\bs[h*#@$%!][*#@$%!](t)\b", "shit"),
        (r"\bsh[*#@$%!]t", "shit"),
        (r"\bb[*#@$%!]{1,2}t?ch", "bitch"),
        (r"\ba[*#@$%!]{2}(hole)?\b", "asshole"),
        (r"\bid[*#@$%!]{1,2}t", "idiot"),
        (r"\bc[*#@$%!]nt", "cunt"),
        (r"\bm[*#@$%!]r[*#@$%!]n", "moron"),
    )
)


def normalise(text: str) -> str:
    """Return the model's copy of `text` (the table above), at most LONGEST characters, blanks collapsed."""
    text = unicodedata.normalize("NFKC", text[:LONGEST])
    text = _MARK.sub("", _CONTROL.sub(" ", _INVISIBLE.sub("", text)))
    if "@" in text:
        text = _MENTION.sub("@user", _EMAIL.sub(" email ", text))
    if "." in text or "://" in text:
        text = _LINK.sub(" url ", text)
    text = _DIGITS.sub(lambda found: re.sub(r"\d", "0", found.group()), text)
    if _FOREIGN.search(text):
        text = _WORD.sub(_without_homoglyphs, text)
    if not text.isascii():
        text = _SPACED_HAN.sub("", text).translate(_simplified())
    text = _SPACED_LATIN.sub(lambda found: found.group()[::2], text)
    if _STAR.search(text):
        for pattern, word in _STARRED:
            text = pattern.sub(word, text)
    if _LEET_SIGN.search(text):
        text = _LEET_TOKEN.sub(_without_leet, text)
    text = _RUN_OF_SIGNS.sub(r"\1\1\1", _RUN_OF_LETTERS.sub(r"\1\1", text))
    return _BLANKS.sub(" ", text).strip()


def language(text: str) -> str:
    """Return "zh" for a text that holds a Han character, else "en": who reads it."""
    return "zh" if _HAN.search(text) else "en"


def _without_homoglyphs(found: re.Match[str]) -> str:
    word = found.group()
    if word.isascii() or not any(c.isascii() for c in word):
        return word
    return word.translate(_HOMOGLYPHS)


def _without_leet(found: re.Match[str]) -> str:
    token = found.group()
    letters = sum(c.isalpha() for c in token)
    signs = len(token.rstrip("!")) - letters
    between = _LEET_SIGN.search(token)
    if letters < 2 or not signs or not between or re.search(r"\d{3}|^[A-Z]\d|\d(st|nd|rd|th|s|k|m)$", token):
        return token
    return token.rstrip("!").translate(_LEET) + "!" * (len(token) - len(token.rstrip("!")))


@cache
def _simplified() -> dict[int, str]:
    rows = (Path(__file__).parent / "han_table.txt").read_text(encoding="utf-8").split()
    return {ord(pair[0]): pair[1] for pair in rows}
