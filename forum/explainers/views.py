"""Reading background: the list, one explainer, its QR code, its history; and withdrawing and reviewing it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from forum.accounts.models import User
from forum.common.differences import Change
from forum.common.sign_in import signed_in
from forum.consultations.models import Consultation
from forum.consultations.selectors import Situation, access_consultation, situation
from forum.explainers import selectors, services
from forum.explainers.content import Content, content_of
from forum.explainers.differences import paragraph_changes
from forum.explainers.models import Explainer, ExplainerRevision
from forum.explainers.qr import qr_file

LANGUAGES = dict(settings.LANGUAGES)


def reader_language(request: HttpRequest) -> str:
    """The language of the text that the reader asks for: `?in=`, otherwise that of the page."""
    asked = request.GET.get("in", "")
    return asked if asked in LANGUAGES else page_language()


def page_language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def situation_of(consultation: Consultation) -> Situation:
    """What is open now, for the head of the page. One query."""
    return situation(consultation.stages.all(), timezone.now())


@require_safe
def explainer_list(request: HttpRequest, slug: str) -> HttpResponse:
    consultation = access_consultation(slug, language=page_language())
    writes = selectors.is_intermediary(request.user, consultation.pk)
    context = {
        "consultation": consultation,
        "situation": situation_of(consultation),
        "explainers": selectors.public_explainers(consultation.pk, language=reader_language(request)),
        "writes": writes,
        "drafts": selectors.drafts(consultation.pk) if writes else [],
    }
    return render(request, "explainers/list.html", context)


@require_safe
def detail(request: HttpRequest, slug: str, explainer_id: int) -> HttpResponse:
    explainer = selectors.access_explainer(request.user, slug, explainer_id, language=page_language())
    writes = selectors.is_intermediary(request.user, explainer.consultation_id)
    language = reader_language(request)
    newest = selectors.newest_revisions(explainer) if writes else {}
    shown = selectors.public_explainer(explainer, language=language) or _draft(
        explainer, newest, language=language
    )
    context = {
        "consultation": explainer.consultation,
        "situation": situation_of(explainer.consultation),
        "record": explainer,
        "explainer": shown,
        "places": selectors.pinned_places(
            explainer.placed_by_id or shown.revision_id,
            language=page_language(),
            original=explainer.consultation.language,
        ),
        "address": settings.SITE_URL + shown.url,
        "writes": writes,
        "unpublished": [
            row for row in newest.values() if row.pk != shown.revision_id and not row.first_published_at
        ],
        "may_review": writes and _may_review(request, newest, shown),
    }
    return render(request, "explainers/detail.html", context)


def _draft(
    explainer: Explainer, newest: dict[str, ExplainerRevision], *, language: str
) -> selectors.PinnedExplainer:
    """What an intermediary sees of an explainer of which nothing is public."""
    if not newest:
        raise Http404
    revision = newest.get(language) or next(iter(newest.values()))
    return selectors.shown(revision, consultation=explainer.consultation, language=language, languages=newest)


def _may_review(
    request: HttpRequest, newest: dict[str, ExplainerRevision], shown: selectors.PinnedExplainer
) -> bool:
    author_ids = [row.author_id for row in newest.values() if row.pk == shown.revision_id]
    return not shown.is_reviewed and author_ids != [request.user.pk] and bool(author_ids)


@require_safe
def qr(request: HttpRequest, slug: str, explainer_id: int) -> HttpResponse:
    """The QR code of the explainer's page as a file, for posters and handouts."""
    explainer = selectors.access_explainer(request.user, slug, explainer_id, language=page_language())
    address = settings.SITE_URL + reverse("explainers:detail", args=[slug, explainer.pk])
    response = HttpResponse(qr_file(address), content_type="image/svg+xml")
    response["Content-Disposition"] = f'inline; filename="background-{explainer.pk}.svg"'
    return response


@dataclass(frozen=True)
class LayerChange:
    name: str | Promise
    paragraphs: list[list[Change]]


def layer_changes(old: Content, new: Content) -> list[LayerChange]:
    """What differs between two texts, one entry for each layer that changed."""
    pairs = [
        (gettext_lazy("Title"), old.title, new.title),
        (gettext_lazy("In one sentence"), old.sentence, new.sentence),
        (gettext_lazy("In plain words"), old.plain, new.plain),
        (gettext_lazy("In depth"), old.depth, new.depth),
        (gettext_lazy("Sources"), _source_lines(old), _source_lines(new)),
    ]
    return [LayerChange(name, paragraph_changes(a, b)) for name, a, b in pairs if a != b]


def _source_lines(content: Content) -> str:
    return "\n".join(" ".join(filter(None, [s.title, s.publisher, s.url])) for s in content.sources)


@require_safe
def history(request: HttpRequest, slug: str, explainer_id: int) -> HttpResponse:
    """The revisions in one language, and what changed between two of them."""
    explainer = selectors.access_explainer(request.user, slug, explainer_id, language=page_language())
    language = reader_language(request)
    writes = selectors.is_intermediary(request.user, explainer.consultation_id)
    revisions = selectors.revisions(explainer, language=language, drafts_too=writes)
    new, old = _compared(request, revisions)
    context = {
        "consultation": explainer.consultation,
        "situation": situation_of(explainer.consultation),
        "record": explainer,
        "language": language,
        "languages": LANGUAGES,
        "revisions": revisions,
        "new": new,
        "old": old,
        "changes": layer_changes(content_of(old), content_of(new)) if old and new else [],
    }
    return render(request, "explainers/history.html", context)


def _compared(
    request: HttpRequest, revisions: list[ExplainerRevision]
) -> tuple[ExplainerRevision | None, ExplainerRevision | None]:
    """The revision asked for (`?to=`, otherwise the newest) and the one to compare with (`?from=`, otherwise
    the one before it); 404 for numbers that the reader may not see."""
    numbers = {str(row.number): index for index, row in enumerate(revisions)}
    asked_new, asked_old = request.GET.get("to"), request.GET.get("from")
    if any(number not in numbers for number in (asked_new, asked_old) if number):
        raise Http404
    at = numbers[asked_new] if asked_new else 0
    before = numbers[asked_old] if asked_old else at + 1
    new = revisions[at] if at < len(revisions) else None
    old = revisions[before] if before < len(revisions) else None
    return new, old


@require_POST
@signed_in
def withdraw(request: HttpRequest, slug: str, explainer_id: int) -> HttpResponse:
    explainer = selectors.access_editing(request.user, slug, explainer_id, language=page_language())
    services.withdraw_publication(explainer.pk)
    messages.success(request, _("Nobody but the intermediaries sees this background now."))
    return redirect("explainers:detail", slug, explainer.pk)


@require_POST
@signed_in
def review(request: HttpRequest, slug: str, explainer_id: int) -> HttpResponse:
    explainer = selectors.access_editing(request.user, slug, explainer_id, language=page_language())
    revision_id = request.POST.get("revision", "")
    if not revision_id.isascii() or not revision_id.isdigit() or len(revision_id) > 18:
        raise Http404
    revision = selectors.access_revision(explainer, int(revision_id))
    assert isinstance(request.user, User)
    url = reverse("explainers:detail", args=[slug, explainer.pk]) + f"?in={revision.language}"
    services.review_revision(revision.pk, reviewer=request.user, url=url)
    messages.success(request, _("Marked as reviewed by you."))
    return redirect(url)
