"""A person's notices: the page, opening one, marking them read, and whether they come by e-mail."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from forum.common.sign_in import signed_in
from forum.notices import selectors, services
from forum.notices.forms import EmailForm
from forum.notices.models import EmailChoice


@require_safe
@never_cache
@signed_in
def notice_list(request: HttpRequest) -> HttpResponse:
    page = selectors.notices_of(request.user, after=request.GET.get("after", ""))
    form = EmailForm(initial={"email": selectors.email_choice(request.user)})
    return render(request, "notices/list.html", {"page": page, "form": form})


@require_safe
@never_cache
@signed_in
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Leads to what the notice tells of; whoever goes there has read it."""
    notice = selectors.access_notice(request.user, notice_id)
    if request.method == "GET":
        services.mark_read(notice)
    return redirect(notice.url)


@require_POST
@signed_in
def mark_read(request: HttpRequest, notice_id: int) -> HttpResponse:
    services.mark_read(selectors.access_notice(request.user, notice_id))
    return redirect("notices:list")


@require_POST
@signed_in
def mark_all_read(request: HttpRequest) -> HttpResponse:
    services.mark_all_read(_user_id(request))
    return redirect("notices:list")


@require_POST
@signed_in
def choose_email(request: HttpRequest) -> HttpResponse:
    form = EmailForm(request.POST)
    if not form.is_valid():
        page = selectors.notices_of(request.user)
        return render(request, "notices/list.html", {"page": page, "form": form}, status=422)
    services.choose_email(_user_id(request), choice=EmailChoice(form.cleaned_data["email"]))
    messages.success(request, _("Saved."))
    return redirect("notices:list")


def _user_id(request: HttpRequest) -> int:
    user_id = request.user.pk
    assert user_id is not None, "login_required lets nobody else through"
    return user_id
