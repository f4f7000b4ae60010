"""Models compared: a page for administrators and facilitators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forum.common.sign_in import signed_in
from moderation.comparison import PERIODS_DAYS, USUAL_DAYS, access_comparison, comparison


@signed_in
@never_cache
@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """The live model and its shadow; `?consultation=` (a slug), `?days=` and `?page=` narrow it down."""
    language = get_language() or "zh-hant"
    scope = access_comparison(
        request.user,
        slug=request.GET.get("consultation", ""),
        days=_number(request, "days", default=USUAL_DAYS),
        language=language,
    )
    found = comparison(scope, user=request.user, language=language, page=_number(request, "page", default=1))
    return render(
        request, "moderation/models.html", {"found": found, "scope": scope, "periods": PERIODS_DAYS}
    )


def _number(request: HttpRequest, name: str, *, default: int) -> int:
    value = request.GET.get(name, "")
    return int(value) if value.isdecimal() and value.isascii() and len(value) <= 6 else default
