"""Numbers as legal texts write them: 三百五十六, 一〇三, １２, 廿一, IV, 356."""

from __future__ import annotations

import re

_DIGITS = {
    **{c: i for i, c in enumerate("零一二三四五六七八九")},
    **{c: i for i, c in enumerate("零壹貳參肆伍陸柒捌玖")},
    **{c: i for i, c in enumerate("０１２３４５６７８９")},
    **{c: i for i, c in enumerate("0123456789")},
    "〇": 0,
    "○": 0,
    "兩": 2,
}
_TENS = {"廿": 20, "卅": 30, "卌": 40}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_ROMAN_FORM = re.compile(r"M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")

#: One run of characters that may be a number, for use inside a larger pattern.
NUMBER = "[" + "".join(_DIGITS) + "".join(_TENS) + "".join(_UNITS) + "]+"


def number_of(written: str) -> int | None:
    """The value of a Chinese or Arabic numeral, positional (一五六) or with units (百五十六); else None."""
    written = re.sub(r"\s", "", written)
    if not written:
        return None
    if all(c in _DIGITS for c in written):
        return int("".join(str(_DIGITS[c]) for c in written))
    return _with_units(written)


def _with_units(written: str) -> int | None:
    total, digit = 0, None
    for char in written:
        if char in _DIGITS:
            digit = _DIGITS[char] if not digit else digit * 10 + _DIGITS[char]
        elif char in _TENS:
            total += _TENS[char]
            digit = None
        elif char in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[char]
            digit = None
        else:
            return None
    return total + (digit or 0)


def roman_number(written: str) -> int | None:
    """The value of a well-formed Roman numeral in either case; None for anything else."""
    upper = written.upper()
    if not upper or not _ROMAN_FORM.fullmatch(upper):
        return None
    values = [_ROMAN[c] for c in upper]
    later = [*values[1:], 0]
    return sum(-v if v < after else v for v, after in zip(values, later, strict=True))


def letter_number(written: str) -> int | None:
    """a -> 1, b -> 2, ... z -> 26, in either case; None for anything but one Latin letter."""
    if len(written) == 1 and written.isascii() and written.isalpha():
        return ord(written.lower()) - ord("a") + 1
    return None
