"""What a text must not contain before it goes anywhere; each refusal is a form error of its own."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_COMBINING_RUN = 4
"""Combining marks on one letter. Vietnamese, Thai and Hebrew need up to three; "zalgo" text stacks dozens."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]+"
)


def tidy(text: str) -> str:
    """The text in Unicode NFC with LF line ends and no blank ends; nothing else is changed."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def is_blank(text: str) -> bool:
    """Whether nothing would be seen: blanks, zero-width characters and the like alone."""
    return not _INVISIBLE.sub("", text)


def check_characters(text: str) -> None:
    """Raises ValidationError for control characters, direction overrides and stacked marks, each with its code."""
    if "\x00" in text:
        raise ValidationError(
            _("The text contains a NUL character, which no keyboard types. Remove it and send again."),
            code="nul",
        )
    if found := _CONTROL.search(text):
        raise ValidationError(
            _("The text contains a control character in line %(line)s. Remove it and send again."),
            code="control_character",
            params={"line": text.count("\n", 0, found.start()) + 1},
        )
    if found := _BIDI.search(text):
        raise ValidationError(
            _(
                "The text contains a character in line %(line)s that reverses the direction of reading. "
                "Remove it and send again."
            ),
            code="direction_override",
            params={"line": text.count("\n", 0, found.start()) + 1},
        )
    if _longest_combining_run(text) > MAX_COMBINING_RUN:
        raise ValidationError(
            _(
                "The text stacks too many marks on one letter, which covers the lines around it. Remove some of them."
            ),
            code="stacked_marks",
        )


def _longest_combining_run(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        longest = max(longest, run)
    return longest


class PlainTextField(forms.CharField):
    """A text of people. Cleans to NFC; refuses the empty, the over-long and the characters above.

    `limit` is in characters after tidying. There is no `maxlength` in the page: a browser would cut a pasted text
    without a word.
    """

    def __init__(self, *, limit: int, **options: Any) -> None:
        self.limit = limit
        super().__init__(strip=False, **options)
        self.validators = []

    def clean(self, value: Any) -> str:
        text = tidy(str(value or ""))
        if is_blank(text):
            if not self.required:
                return ""
            raise ValidationError(_("Nothing is written yet. Write something first."), code="empty")
        if len(text) > self.limit:
            raise ValidationError(
                _(
                    "The text has %(length)s characters; at most %(limit)s are possible. "
                    "Shorten it or divide it into several posts."
                ),
                code="too_long",
                params={"length": len(text), "limit": self.limit},
            )
        check_characters(text)
        return text


class BodyField(PlainTextField):
    """A text of several lines, written in Markdown."""

    widget = forms.Textarea
