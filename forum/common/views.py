from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_NOT_KEPT = {"csrfmiddlewaretoken", "password", "password1", "password2", "oldpassword"}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token has expired (signed in or out in another tab): what was typed is kept, to be sent again."""
    kept = [(name, value) for name, value in request.POST.items() if name not in _NOT_KEPT]
    return render(request, "csrf.html", {"kept": kept, "action": request.get_full_path()}, status=403)
