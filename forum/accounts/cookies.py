"""The two choices that a browser remembers: theme and language."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse

from forum.common.templatetags.draftroom import THEME_COOKIE, THEMES

CHOICE_SECONDS = 365 * 24 * 60 * 60


def keep_theme(response: HttpResponse, theme: str) -> None:
    """Keeps the theme where scripts may read it; any word but `light` and `dark` follows the device again."""
    if theme in THEMES:
        secure = bool(settings.SESSION_COOKIE_SECURE)
        response.set_cookie(THEME_COOKIE, theme, max_age=CHOICE_SECONDS, samesite="Lax", secure=secure)
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")


def keep_language(response: HttpResponse, language: str) -> None:
    secure = bool(settings.LANGUAGE_COOKIE_SECURE)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=CHOICE_SECONDS, samesite="Lax", secure=secure
    )
