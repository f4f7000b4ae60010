"""Small presentational tags that every page may use: `{% load draftroom %}`."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

register = template.Library()

TEXT_FIELDS = {"body", "text", "reason", "note", "words", "title"}
THEMES = ("light", "dark")
THEME_COOKIE = "theme"
LANGUAGE_TAGS = {"zh-hant": "zh-Hant-TW", "en": "en"}


@register.filter
def lang_tag(code: str | None) -> str:
    """The language as HTML names it: `zh-hant` becomes `zh-Hant-TW`."""
    return LANGUAGE_TAGS.get((code or "").lower(), code or "en")


@register.simple_tag
def html_lang() -> str:
    """The language of the interface, for `<html lang>`."""
    return lang_tag(get_language())


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """`light` or `dark` where the reader chose one, otherwise empty: the system's choice holds."""
    request = context.get("request")
    chosen = context.get("theme_shown") or (request.COOKIES.get(THEME_COOKIE, "") if request else "")
    return chosen if chosen in THEMES else ""


@register.filter
def initial(name: str | None) -> str:
    """The first letter of a name, for the quiet disc; `–` for nobody."""
    for character in (name or "").strip():
        if unicodedata.category(character)[0] in "LNS":
            return character.upper()
    return "–"


def _amount(seconds: float) -> tuple[str, int]:
    """The largest unit that still says something, and how many of it."""
    minutes = int(seconds // 60)
    if minutes < 60:
        return "minute", minutes
    if minutes < 24 * 60:
        return "hour", minutes // 60
    if minutes < 60 * 24 * 60:
        return "day", minutes // (24 * 60)
    return "month", minutes // (30 * 24 * 60)


def _future(unit: str, count: int) -> str:
    return {
        "minute": ngettext("in %(count)d minute", "in %(count)d minutes", count),
        "hour": ngettext("in %(count)d hour", "in %(count)d hours", count),
        "day": ngettext("in %(count)d day", "in %(count)d days", count),
        "month": ngettext("in %(count)d month", "in %(count)d months", count),
    }[unit] % {"count": count}


def _past(unit: str, count: int) -> str:
    return {
        "minute": ngettext("%(count)d minute ago", "%(count)d minutes ago", count),
        "hour": ngettext("%(count)d hour ago", "%(count)d hours ago", count),
        "day": ngettext("%(count)d day ago", "%(count)d days ago", count),
        "month": ngettext("%(count)d month ago", "%(count)d months ago", count),
    }[unit] % {"count": count}


@register.filter
def relative(moment_: datetime | None) -> str:
    """`in 3 days` or `2 hours ago`, seen from now; empty for no moment."""
    if moment_ is None:
        return ""
    seconds = (moment_ - timezone.now()).total_seconds()
    if abs(seconds) < 60:
        return pgettext("moment", "just now")
    unit, count = _amount(abs(seconds))
    return _future(unit, count) if seconds > 0 else _past(unit, count)


@register.filter
def time_left(closes_at: datetime | None) -> str:
    """`9 days left`, or `closed` once the moment has passed; empty for no moment."""
    if closes_at is None:
        return ""
    left = closes_at - timezone.now()
    if left <= timedelta(0):
        return _("closed")
    unit, count = _amount(left.total_seconds())
    return {
        "minute": ngettext("%(count)d minute left", "%(count)d minutes left", count),
        "hour": ngettext("%(count)d hour left", "%(count)d hours left", count),
        "day": ngettext("%(count)d day left", "%(count)d days left", count),
        "month": ngettext("%(count)d month left", "%(count)d months left", count),
    }[unit] % {"count": count}


def _written(moment_: datetime, pattern: str) -> str:
    return formats.date_format(timezone.localtime(moment_), pattern)


@register.simple_tag
def day(moment_: datetime | None) -> SafeString:
    """A date alone, as `<time>`."""
    if moment_ is None:
        return SafeString("")
    # Translators: a date, in the letters of Django's date filter
    written = _written(moment_, pgettext("date format", "j F Y"))
    return format_html(
        '<time datetime="{}">{}</time>', timezone.localtime(moment_).date().isoformat(), written
    )


def _moment(moment_: datetime | None, *, distance: str) -> SafeString:
    if moment_ is None:
        return SafeString("")
    # Translators: a date with a time, in the letters of Django's date filter
    written = _written(moment_, pgettext("date format", "j M Y, H:i"))
    return format_html(
        '<time class="moment" datetime="{}" data-relative>{}{}</time>',
        timezone.localtime(moment_).isoformat(timespec="seconds"),
        written,
        format_html(' <span class="moment__relative">{}</span>', distance) if distance else "",
    )


@register.simple_tag
def moment(moment_: datetime | None) -> SafeString:
    """Date and time as `<time>`; `time.js` adds the distance from now, so that stored fragments never age."""
    return _moment(moment_, distance="")


@register.simple_tag
def moment_relative(moment_: datetime | None) -> SafeString:
    """Date, time and the distance from now (`in 3 days`); for pages, not for stored fragments."""
    return _moment(moment_, distance=relative(moment_))


@register.filter
def kept_texts(request: HttpRequest | None) -> list[str]:
    """What the reader had typed into the form that could not be taken: long texts only, never a password."""
    if request is None or request.method != "POST":
        return []
    try:
        fields: list[tuple[str, Any]] = list(request.POST.items())
    except (RequestDataTooBig, TooManyFieldsSent, UnreadablePostError):
        return []
    return [
        value
        for name, value in fields
        if isinstance(value, str)
        and not any(secret in name.lower() for secret in ("password", "token", "key", "email", "next"))
        and value.strip()
        and (name.split("-")[-1] in TEXT_FIELDS or len(value) > 24 or "\n" in value)
    ]
