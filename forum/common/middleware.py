from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forum.common.errors import DomainError


class DomainErrorMiddleware:
    """Renders a broken rule as a page, or as a short fragment where a part of a page was asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        template = "partials/refused.html" if getattr(request, "htmx", False) else "refused.html"
        return render(request, template, {"error": exception}, status=exception.status)
