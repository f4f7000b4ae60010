"""The editor of an explainer: one page, one form, and what its buttons do."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from forum.accounts.models import User
from forum.common.markdown import render as render_markdown
from forum.common.sign_in import sign_in_first
from forum.consultations.models import Consultation
from forum.explainers import selectors, services
from forum.explainers.content import Content, content_of
from forum.explainers.errors import EditConflict
from forum.explainers.forms import WHOLE, ExplainerForm, SourceFormSet, typed
from forum.explainers.models import Explainer, ExplainerRevision
from forum.explainers.selectors import PinnedExplainer
from forum.explainers.views import LayerChange, layer_changes, page_language, reader_language, situation_of


@dataclass
class Desk:
    """One opened editor: what is edited, in which language, on top of which revision."""

    request: HttpRequest
    consultation: Consultation
    explainer: Explainer | None
    language: str
    newest: dict[str, ExplainerRevision]
    base: int
    key: uuid.UUID
    preview: PinnedExplainer | None = None
    conflict: EditConflict | None = None
    conflict_changes: list[LayerChange] = field(default_factory=list)

    @property
    def places(self) -> list[selectors.Place]:
        return selectors.places(self.consultation, language=page_language(), explainer=self.explainer)


@require_http_methods(["GET", "POST"])
@never_cache
def new(request: HttpRequest, slug: str) -> HttpResponse:
    if not request.user.is_authenticated:
        return sign_in_first(request)
    consultation = selectors.access_writing(request.user, slug, language=page_language())
    return _work(_desk(request, consultation=consultation, explainer=None))


@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, slug: str, explainer_id: int) -> HttpResponse:
    if not request.user.is_authenticated:
        selectors.access_explainer(request.user, slug, explainer_id, language=page_language())
        return sign_in_first(request)
    explainer = selectors.access_editing(request.user, slug, explainer_id, language=page_language())
    return _work(_desk(request, consultation=explainer.consultation, explainer=explainer))


def _desk(request: HttpRequest, *, consultation: Consultation, explainer: Explainer | None) -> Desk:
    newest = selectors.newest_revisions(explainer) if explainer else {}
    language = request.POST.get("language") or request.GET.get("in") or ""
    if language not in dict(settings.LANGUAGES):
        language = reader_language(request)
        language = language if language in newest or not newest else next(iter(newest))
    base = newest[language].number if language in newest else 0
    if request.method == "POST":
        base = _number(request.POST.get("base", ""))
    return Desk(
        request=request,
        consultation=consultation,
        explainer=explainer,
        language=language,
        newest=newest,
        base=base,
        key=_key(request),
    )


def _number(typed_number: str) -> int:
    return int(typed_number) if typed_number.isdecimal() and len(typed_number) < 9 else 0


def _key(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()


def _work(desk: Desk) -> HttpResponse:
    if desk.request.method == "GET":
        return _opened(desk)
    act = desk.request.POST.get("act", "save")
    if act == "add_source":
        return _with_another_source(desk)
    if act == "preview":
        return _previewed(desk)
    return _saved(desk, publishing=act == "publish")


# ---- what the buttons do ----------------------------------------------------------------------------------


def _opened(desk: Desk) -> HttpResponse:
    mine = desk.newest.get(desk.language)
    other = next(iter(desk.newest.values()), None)
    content = content_of(mine or other) if other else Content(desk.language, title="")
    initial: dict[str, Any] = {"language": desk.language, "places": _chosen(desk, content)}
    if mine:
        languages = [desk.language]
        desk.preview = selectors.shown(
            mine, consultation=desk.consultation, language=desk.language, languages=languages
        )
        initial |= {"title": content.title, "sentence": content.sentence}
        initial |= {"plain": content.plain, "depth": content.depth}
    sources = [{name: getattr(line, name) for name in SourceFormSet.FIELDS} for line in content.sources]
    form = ExplainerForm(initial=initial, places=desk.places)
    return _page(desk, form=form, sources=SourceFormSet(initial=sources, prefix="sources"))


def _chosen(desk: Desk, content: Content) -> list[str]:
    """The ticked places; somebody who comes from a thread finds its place ticked."""
    ticked = [str(provision_id) for provision_id in content.provision_ids]
    asked = desk.request.GET.get("place", "")
    return (
        ticked + ([WHOLE] if content.is_about_whole else []) + ([asked] if not desk.newest and asked else [])
    )


def _with_another_source(desk: Desk) -> HttpResponse:
    rows = SourceFormSet(desk.request.POST, prefix="sources").typed()
    form = ExplainerForm(initial=typed(desk.request.POST), places=desk.places)
    return _page(desk, form=form, sources=SourceFormSet(initial=rows, prefix="sources"))


def _previewed(desk: Desk) -> HttpResponse:
    form, sources = _bound(desk)
    form.is_valid()
    sources.is_valid()
    desk.preview = _preview(desk, form=form, sources=sources)
    if getattr(desk.request, "htmx", False):
        return render(desk.request, "explainers/_preview.html", {"explainer": desk.preview})
    return _page(desk, form=form, sources=sources)


def _preview(desk: Desk, *, form: ExplainerForm, sources: SourceFormSet) -> PinnedExplainer:
    """The text as readers would see it; what the form refuses is left out."""
    data = form.cleaned_data
    assert isinstance(desk.request.user, User)
    return PinnedExplainer(
        explainer_id=desk.explainer.pk if desk.explainer else 0,
        revision_id=0,
        language=desk.language,
        is_fallback=False,
        languages=(),
        number=desk.base + 1,
        title=data.get("title", ""),
        sentence=data.get("sentence", ""),
        plain=render_markdown(data.get("plain", "")),
        depth=render_markdown(data.get("depth", "")),
        sources=sources.lines(),
        author=desk.request.user.display_name,
        reviewer="",
        is_reviewed=False,
        written_at=timezone.now(),
        url="#preview",
    )


def _saved(desk: Desk, *, publishing: bool) -> HttpResponse:
    form, sources = _bound(desk, publishing=publishing)
    if not _is_valid(form, sources, publishing=publishing):
        return _page(desk, form=form, sources=sources, status=422)
    content = form.content(sources.lines())
    try:
        revision = _save(desk, content)
    except EditConflict as conflict:
        return _conflicting(desk, conflict, form=form, sources=sources, content=content)
    if publishing:
        services.publish_revision(revision.pk)
        messages.success(desk.request, _("Published. It stands above the talk now."))
        return _to(desk, "explainers:detail", revision)
    messages.success(desk.request, _("Saved as a draft. Only intermediaries see it."))
    return _to(desk, "explainers:edit", revision)


def _is_valid(form: ExplainerForm, sources: SourceFormSet, *, publishing: bool) -> bool:
    is_valid = form.is_valid() and sources.is_valid()
    if is_valid and publishing and form.cleaned_data["depth"] and not sources.lines():
        form.add_error("depth", _("Name at least one source for this layer before you publish."))
    return is_valid and form.is_valid()


def _save(desk: Desk, content: Content) -> ExplainerRevision:
    assert isinstance(desk.request.user, User)
    if desk.explainer is None:
        return services.create_explainer(
            desk.consultation.pk, author=desk.request.user, content=content, submission_key=desk.key
        )
    return services.save_revision(
        desk.explainer.pk, author=desk.request.user, content=content, base=desk.base
    )


def _conflicting(
    desk: Desk,
    conflict: EditConflict,
    *,
    form: ExplainerForm,
    sources: SourceFormSet,
    content: Content,
) -> HttpResponse:
    """Both texts on one page; saving again puts the typed one on top, knowingly."""
    desk.conflict = conflict
    desk.conflict_changes = layer_changes(content_of(conflict.newest), content)
    desk.base = conflict.newest.number
    desk.explainer = conflict.newest.explainer
    return _page(desk, form=form, sources=sources, status=conflict.status)


# ---- building the page ------------------------------------------------------------------------------------


def _bound(desk: Desk, *, publishing: bool = False) -> tuple[ExplainerForm, SourceFormSet]:
    form = ExplainerForm(desk.request.POST, places=desk.places, publishing=publishing)
    return form, SourceFormSet(desk.request.POST, prefix="sources")


def _page(desk: Desk, *, form: ExplainerForm, sources: SourceFormSet, status: int = 200) -> HttpResponse:
    others = [row for language, row in desk.newest.items() if language != desk.language]
    context = {
        "desk": desk,
        "consultation": desk.consultation,
        "situation": situation_of(desk.consultation),
        "record": desk.explainer,
        "form": form,
        "sources": sources,
        "mine": desk.newest.get(desk.language),
        "other": others[0] if others else None,
        "languages": dict(settings.LANGUAGES),
        "action": _address(desk),
        "has_errors": form.is_bound and (bool(form.errors) or any(sources.errors)),
    }
    return render(desk.request, "explainers/edit.html", context, status=status)


def _address(desk: Desk) -> str:
    if desk.explainer is None:
        return reverse("explainers:new", args=[desk.consultation.slug])
    return reverse("explainers:edit", args=[desk.consultation.slug, desk.explainer.pk])


def _to(desk: Desk, name: str, revision: ExplainerRevision) -> HttpResponse:
    address = reverse(name, args=[desk.consultation.slug, revision.explainer_id])
    return redirect(f"{address}?in={revision.language}")
