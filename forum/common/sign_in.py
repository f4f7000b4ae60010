"""Pages for people who are signed in, kind to those who no longer are."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from forum.common.templatetags.draftroom import kept_texts

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def signed_in(view: View[P]) -> View[P]:
    """Lets only people with an account through. Visitors are led to the sign-in page and back; whoever lost the
    session while typing gets the text back first, to copy it."""

    @wraps(view)
    def inner(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return view(request, *args, **kwargs) if request.user.is_authenticated else sign_in_first(request)

    return inner


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """The answer to somebody who is not signed in."""
    if kept_texts(request):
        return render(request, "session_lost.html", {"back": _back(request)}, status=403)
    return redirect_to_login(_back(request))


def _back(request: HttpRequest) -> str:
    """Where to go on after signing in: this page, or for a form the page that it stood on."""
    if request.method != "POST":
        return request.get_full_path()
    referer = request.META.get("HTTP_REFERER", "")
    is_ours = url_has_allowed_host_and_scheme(
        referer, {request.get_host()}, require_https=request.is_secure()
    )
    return referer if referer and is_ours else "/"
