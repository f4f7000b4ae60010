"""A person's own pages, and the theme."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from forum.accounts import services
from forum.accounts.cookies import keep_language, keep_theme
from forum.accounts.forms import DeleteAccountForm, LearningForm, ProfileForm
from forum.accounts.models import User
from forum.common.sign_in import signed_in


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keeps the chosen theme and goes back to the page."""
    response = HttpResponseRedirect(_way_back(request))
    keep_theme(response, request.POST.get("theme", ""))
    return response


def _way_back(request: HttpRequest) -> str:
    """The page that the form names, if it is one of ours."""
    address = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if own else "/"


@never_cache
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    person = cast(User, request.user)
    form = ProfileForm(request.POST or None, person=person)
    if not form.is_valid():
        return render(request, "accounts/profile.html", {"form": form}, status=422 if form.is_bound else 200)
    services.change_profile(person, **form.cleaned_data)
    with translation.override(person.language):
        messages.success(request, _("Your profile is saved."))
    response = redirect("accounts:profile")
    keep_language(response, person.language)
    return response


@never_cache
@signed_in
@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    person = cast(User, request.user)
    return render(request, "accounts/privacy.html", {"form": LearningForm(person=person), "person": person})


@never_cache
@signed_in
@require_POST
def learning(request: HttpRequest) -> HttpResponse:
    """Keeps whether the person's decided posts may improve the classifier, and says what that means from now on."""
    person = cast(User, request.user)
    form = LearningForm(request.POST, person=person)
    allowed = form.is_valid() and form.cleaned_data["allowed"]
    services.choose_learning(person, allowed=allowed)
    if allowed:
        messages.success(
            request, _("Your posts may be used from now on. You can withdraw this here at any time.")
        )
    else:
        messages.success(request, _("Your posts are not used. No export made from now on contains them."))
    return redirect("accounts:privacy")


@never_cache
@signed_in
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """A file with everything the site keeps about the person."""
    response = JsonResponse(
        services.export_account(cast(User, request.user)),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        content_type="application/json; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="draftroom-account.json"'
    return response


@never_cache
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    person = cast(User, request.user)
    form = DeleteAccountForm(request.POST or None, person=person)
    if not form.is_valid():
        return render(request, "accounts/delete.html", {"form": form}, status=422 if form.is_bound else 200)
    services.delete_account(person)
    logout(request)
    messages.success(request, _("Your account is deleted. What you posted stays, without your name."))
    return redirect("/")
