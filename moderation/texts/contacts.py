"""Invitations to go on elsewhere: messenger addresses and telephone numbers, as advertisers write them in Taiwan."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_APP = r"(?<![a-z])(?:line|telegram|tg|whatsapp|wechat|weixin|vx|微信|薇信|賴) ?"
# 加賴 is "add me on LINE"; but 賴 is a surname as well, 參加 and 增加 end in 加, and 賴以 is "to live on".
_ADD = r"(?<![參增更外施添附追疊])加 ?(?:我|個|官方)?的? ?"
_NOT_LAI = r"(?! ?[清以院總副政揆主委神先女小氏皮床帳])"
_NOT_TOPIC = r"(?![a-z])(?! ?(?:pay|today|購物|[等之或、及與和]))"

_HANDLES = re.compile(
    "|".join(
        (
            r"(?<![a-z0-9.])(?:t|telegram)\.me/\+?[a-z0-9_]{3,32}",
            r"(?<![a-z0-9.])(?:line\.me|lin\.ee|wa\.me|chat\.whatsapp\.com)/[a-z0-9_~@/+-]{2,64}",
            rf"{_ADD}(?:[賴赖]{_NOT_LAI}|line{_NOT_TOPIC})",
            r"(?<![a-z])(?:add|text|contact) (?:me|us) (?:on|at|via) (?:line|telegram|whatsapp|wechat)(?![a-z])",
            rf"{_APP}(?:id|帳號|账号|號|号) ?[:=] ?@?[a-z0-9][a-z0-9._-]{{3,31}}",
            rf"{_APP}[:=]? ?(?:@[a-z0-9._-]{{3,32}}|\+[0-9]{{7,15}})",
            # Without "ID" or "@" it takes a digit, as in "line: shop88"; "the last line: should" is English.
            rf"{_APP}[:=] ?(?=[a-z._-]{{0,31}}[0-9])[a-z0-9._-]{{4,32}}",
        )
    ),
    re.IGNORECASE,
)
_PHONES = re.compile(
    r"""
    (?<![0-9+-])09[0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{3}(?![0-9-])             # mobile in Taiwan
    | (?<![0-9])(?:\+|00)[ ]?886[ -]?(?:\(0\))?[0-9]{1,2}(?:[ -]?[0-9]{3,4}){2}(?![0-9-])
    | (?<![0-9+-])\(?0[2-8][0-9]?\)?[ -]?[0-9]{3,4}-[0-9]{4}(?![0-9-])      # fixed line in Taiwan
    | (?<![0-9])\+[1-9][0-9]{0,2}(?:[ -]?[0-9]{2,4}){3,4}(?![0-9-])         # abroad (ITU-T E.164)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Contacts:
    """How many messenger addresses and telephone numbers a text gives."""

    handles: int
    phones: int


def contacts_in(text: str) -> Contacts:
    """Counts contact details. Every repetition in the patterns is bounded, so time is linear in the text."""
    text = unicodedata.normalize("NFKC", text)
    return Contacts(
        handles=sum(1 for _ in _HANDLES.finditer(text)), phones=sum(1 for _ in _PHONES.finditer(text))
    )
