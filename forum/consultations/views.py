"""The list of consultations, one consultation, its draft text, and two versions compared."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from forum.consultations import selectors
from forum.consultations.forms import PageForm, VersionForm
from forum.consultations.models import Consultation, DraftVersion


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    number = _number(PageForm(request.GET), "page") or 1
    page = selectors.consultation_list(language=_language(), at=timezone.now(), number=number)
    return render(request, "consultations/home.html", {"page": page})


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    consultation = selectors.access_consultation(slug, language=_language())
    versions = selectors.versions(consultation)
    outline = (
        selectors.outline(versions[0], language=_language(), original=consultation.language)
        if versions
        else []
    )
    return _render(
        request,
        "detail",
        consultation,
        versions=versions,
        version=versions[0] if versions else None,
        outline=outline,
        general_posts=selectors.general_posts(consultation),
    )


@require_safe
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole text of the newest version, or of the one that `?version=` names."""
    consultation = selectors.access_consultation(slug, language=_language())
    versions = selectors.versions(consultation)
    number = _number(VersionForm(request.GET), "version")
    version = _wanted_version(consultation, number)
    tree = (
        selectors.draft_tree(version, language=_language(), original=consultation.language) if version else []
    )
    return _render(
        request,
        "draft",
        consultation,
        versions=versions,
        version=version,
        tree=tree,
        outline=selectors.outline_of(tree),
        shown_translated=any(s.language != consultation.language for s in tree),
        preface=selectors.prose_html(vars(version)["shown_preface"]) if version else "",
    )


@require_safe
def compare(request: HttpRequest, slug: str, old: int, new: int) -> HttpResponse:
    consultation = selectors.access_consultation(slug, language=_language())
    versions = selectors.versions(consultation)
    by_number = {version.number: version for version in versions}
    if old not in by_number or new not in by_number:
        raise Http404
    comparison = selectors.compare_versions(
        by_number[old], by_number[new], language=_language(), original=consultation.language
    )
    return _render(request, "compare", consultation, versions=versions, comparison=comparison)


def _render(request: HttpRequest, name: str, consultation: Consultation, **context: Any) -> HttpResponse:
    now = timezone.now()
    context |= {
        "consultation": consultation,
        "situation": selectors.situation(consultation.stages.all(), now),
        "page": name,
    }
    return render(request, f"consultations/{name}.html", context)


def _language() -> str:
    return get_language() or "en"


def _number(form: PageForm | VersionForm, field: str) -> int | None:
    """The number that was asked for, None where none was. Raises Http404 for what is no such number."""
    if not form.is_valid():
        raise Http404
    number: int | None = form.cleaned_data[field]
    return number


def _wanted_version(consultation: Consultation, number: int | None) -> DraftVersion | None:
    if number is None:
        return selectors.newest_version(consultation, language=_language())
    return selectors.access_version(consultation, number, language=_language())
