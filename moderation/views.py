from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from forum.common.errors import DomainError
from forum.common.sign_in import signed_in
from forum.consultations.selectors import access_consultation, situation
from forum.discussion.errors import StateConflict
from forum.discussion.places import place_of
from forum.discussion.selectors import access_post
from moderation import public_log, selectors, services
from moderation.errors import AppealRefused, ReportRefused
from moderation.forms import AppealDecisionForm, AppealForm, DecisionForm, ReportForm
from moderation.models import Appeal, Case, CaseState
from moderation.openings import openings

VERIFIED_SECONDS = 60
"""How long the result of a verification is shown again before the chain is recomputed."""

LINES_AT_ONCE = 10_000

ReviewForm = DecisionForm | AppealDecisionForm


# ---- the queue ----------------------------------------------------------------------------------------------


@signed_in
@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The list, and beside it an invitation to choose."""
    return render(request, "moderation/queue.html", {"queue": _queue(request)})


@signed_in
@never_cache
@require_safe
def queue_list(request: HttpRequest) -> HttpResponse:
    """The list alone, for pages that have heard of a change."""
    selected = request.GET.get("case", "")
    context = {"queue": _queue(request), "selected": int(selected) if selected.isdecimal() else 0}
    return render(request, "moderation/_list.html", context)


@signed_in
@never_cache
@require_safe
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case beside the list; the case alone where only that was asked for."""
    return _case_page(request, selectors.access_case(request.user, case_id))


@signed_in
@require_POST
def claim(request: HttpRequest, case_id: int) -> HttpResponse:
    found = selectors.access_case(request.user, case_id)
    services.claim_case(found.pk, actor=request.user)  # type: ignore[arg-type]
    return redirect(_case_url(request, found.pk))


@signed_in
@require_POST
def release(request: HttpRequest, case_id: int) -> HttpResponse:
    found = selectors.access_case(request.user, case_id)
    services.release_case(found.pk, actor=request.user)  # type: ignore[arg-type]
    return redirect(_case_url(request, found.pk))


@signed_in
@require_POST
def decide(request: HttpRequest, case_id: int) -> HttpResponse:
    """Takes a decision and goes on to the next case. What cannot be taken comes back with everything typed."""
    found = selectors.access_case(request.user, case_id)
    if request.POST.get("version") != str(found.version):
        return _conflict_page(request, case_id, message=services.what_changed(found))
    appeal = Appeal.objects.filter(case=found, outcome="").first()
    form = _review_form(found, appeal=appeal, data=request.POST)
    if not form.is_valid():
        return _case_page(request, found, form=form, status=422)
    try:
        _take(request, form, case_id=found.pk, appeal=appeal)
    except StateConflict as error:
        return _conflict_page(request, case_id, message=str(error.message))
    messages.success(request, _("Decided. The author has been told."))
    following = selectors.next_case_id(request.user)
    return redirect(_case_url(request, following) if following else reverse("moderation:queue"))


def _conflict_page(request: HttpRequest, case_id: int, *, message: str) -> HttpResponse:
    """The case as it is now, what became of the attempt, and everything typed, ready for another one."""
    found = selectors.access_case(request.user, case_id)
    appeal = Appeal.objects.filter(case=found, outcome="").first()
    form = _review_form(found, appeal=appeal)
    typed = {name: request.POST[name] for name in form.fields if name in request.POST and name != "version"}
    form.initial = {**form.initial, **typed}
    return _case_page(request, found, form=form, conflict=message, status=409)


def _take(request: HttpRequest, form: ReviewForm, *, case_id: int, appeal: Appeal | None) -> None:
    given: dict[str, Any] = dict(form.cleaned_data)
    version = given.pop("version")
    if appeal is None:
        services.decide(case_id=case_id, expected_version=version, actor=request.user, **given)  # type: ignore[arg-type]
    else:
        services.decide_appeal(appeal_id=appeal.pk, expected_version=version, actor=request.user, **given)  # type: ignore[arg-type]


def _review_form(found: Case, *, appeal: Appeal | None, data: Any = None) -> ReviewForm:
    initial: dict[str, Any] = {"version": found.version, "rule": _likely_rule(found)}
    if appeal is not None:
        return AppealDecisionForm(data, initial=initial)
    return DecisionForm(data, initial=initial, actions=[str(one) for one in services.possible_actions(found)])


def _likely_rule(found: Case) -> str:
    ruled = found.signals.exclude(rule="").order_by("-weight", "pk")
    return ruled.values_list("rule", flat=True).first() or "attack"


def _case_page(
    request: HttpRequest,
    found: Case,
    *,
    form: ReviewForm | None = None,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    detail = selectors.case_detail(found, user=request.user, language=_language())
    form = form or _review_form(found, appeal=detail.appeal)
    author = found.post.author
    context = {
        "detail": detail,
        "case": found,
        "form": form,
        "conflict": conflict,
        "selected": found.pk,
        "state_query": _state_query(request),
        "openings": openings(author.language if author else _language()),
        "opening_language": author.language if author else _language(),
    }
    if getattr(request, "htmx", False) and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        return render(request, "moderation/_case.html", context, status=status)
    return render(request, "moderation/queue.html", context | {"queue": _queue(request)}, status=status)


def _queue(request: HttpRequest) -> selectors.Queue:
    return selectors.review_queue(request.user, state=_state(request), language=_language())


def _state(request: HttpRequest) -> str:
    wanted = request.GET.get("state", "")
    return wanted if wanted in CaseState.values else CaseState.OPEN


def _state_query(request: HttpRequest) -> str:
    return "" if _state(request) == CaseState.OPEN else f"?state={_state(request)}"


def _case_url(request: HttpRequest, case_id: int) -> str:
    return reverse("moderation:case", args=[case_id]) + _state_query(request)


def _language() -> str:
    return get_language() or "zh-hant"


# ---- for citizens -------------------------------------------------------------------------------------------


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, post_id: int) -> HttpResponse:
    """Reports a post that people can read; the post is quoted above the form."""
    post = access_post(request.user, post_id)
    form = ReportForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.report_post(post.pk, reporter=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            except ReportRefused as error:
                form.add_error(None, str(error.message))
                status = error.status
            else:
                messages.success(request, _("Thank you. A facilitator will look at it."))
                return redirect("discussion:post", post.pk)
    revision = post.revisions.order_by("-number").first() if post.is_public else None
    context = {
        "post": post,
        "revision": revision,
        "form": form,
        "name": place_of(post.thread, language=_language()),
    }
    return render(
        request, "moderation/report.html", context | _place(post.thread.consultation.slug), status=status
    )


@signed_in
@never_cache
@require_safe
def statement(request: HttpRequest, statement_id: int) -> HttpResponse:
    """Why something was done about a post: for its author, with the way to contest it."""
    return _statement_page(request, statement_id, form=AppealForm())


@signed_in
@require_POST
def appeal(request: HttpRequest, statement_id: int) -> HttpResponse:
    found = selectors.access_statement(request.user, statement_id)
    form = AppealForm(request.POST)
    if not form.is_valid():
        return _statement_page(request, statement_id, form=form, status=422)
    if found.author_id != request.user.pk:
        raise AppealRefused(_("Only the author of the post can appeal."), code="not_the_author", status=403)
    try:
        services.appeal_decision(found.pk, author=request.user, words=form.cleaned_data["words"])  # type: ignore[arg-type]
    except DomainError as error:
        form.add_error(None, str(error.message))
        return _statement_page(request, statement_id, form=form, status=error.status)
    messages.success(request, _("Your appeal has arrived. Somebody else will decide."))
    return redirect("moderation:statement", statement_id)


@signed_in
@require_GET
def why(request: HttpRequest, post_id: int) -> HttpResponse:
    """Leads the author of a held or hidden post to the newest statement about it."""
    return redirect("moderation:statement", selectors.newest_statement_id(request.user, post_id))


def _statement_page(
    request: HttpRequest, statement_id: int, *, form: AppealForm, status: int = 200
) -> HttpResponse:
    found = selectors.access_statement(request.user, statement_id)
    view = selectors.statement_view(found, user=request.user, language=_language())
    context = {"view": view, "form": form} | _place(found.post.thread.consultation.slug)
    return render(request, "moderation/statement.html", context, status=status)


def _place(slug: str) -> dict[str, Any]:
    """What the line above a page of the consultation says: where one is, what is open, until when."""
    consultation = access_consultation(slug, language=_language())
    return {
        "consultation": consultation,
        "situation": situation(consultation.stages.all(), timezone.now()),
    }


# ---- for everybody ------------------------------------------------------------------------------------------


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The public log, newest row first; `?verify=1` recomputes its chain."""
    page = selectors.log_page(
        language=_language(),
        consultation=request.GET.get("consultation", ""),
        before=_number(request, "before"),
        after=_number(request, "after"),
    )
    verification = None
    if "verify" in request.GET:
        verification = cache.get_or_set("public-log-verification", public_log.verify, VERIFIED_SECONDS)
    return render(
        request,
        "moderation/log.html",
        {"page": page, "verification": verification, "chosen": request.GET.get("consultation", "")},
    )


@require_safe
def log_lines(request: HttpRequest) -> HttpResponse:
    """The log as JSON lines, oldest row first, for anyone to verify: LINES_AT_ONCE rows after `?after=`."""
    lines = public_log.json_lines(after=_number(request, "after") or 0, limit=LINES_AT_ONCE)
    return HttpResponse("".join(lines), content_type="application/jsonl; charset=utf-8")


def _number(request: HttpRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isdecimal() and value.isascii() and len(value) <= 18 else None
