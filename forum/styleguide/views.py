"""Every component in every state, to be looked at. Reachable in demonstration mode only."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from forum.common.templatetags.draftroom import THEMES, lang_tag
from forum.styleguide.forms import SampleForm
from forum.styleguide.samples import compared_models, parting_texts, sample

PAGES = ("home", "consultation", "draft", "thread", "empty", "queue")
COLOURS = (
    "paper",
    "paper-raised",
    "paper-sunk",
    "ink",
    "ink-soft",
    "accent",
    "open",
    "answered",
    "overdue",
    "held",
    "mark",
)


def _refuse_outside_demonstration() -> None:
    if not settings.DEMONSTRATION:
        raise Http404


def _render(request: HttpRequest, template: str) -> HttpResponse:
    """The template with samples, in the language and theme that the address may name."""
    _refuse_outside_demonstration()
    language = request.GET.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = translation.get_language() or settings.LANGUAGE_CODE
    shown = request.GET.get("theme", "")
    with translation.override(language):
        refused = SampleForm(
            data={"refused-name": "", "refused-email": "nobody", "refused-place": "local"}, prefix="refused"
        )
        refused.is_valid()
        sampled = sample(language)
        context: dict[str, Any] = {
            "s": sampled,
            "text_lang": lang_tag(language),
            "post_html": _first_post(sampled),
            "theme_shown": shown if shown in THEMES else "",
            "pages": PAGES,
            "colours": COLOURS,
            "form": SampleForm(),
            "refused": refused,
            "compared": compared_models(),
            "parting": parting_texts(sampled, language=language),
        }
        return render(request, template, context)


def _first_post(sampled: dict[str, Any]) -> str:
    """The first sample post with its one strong passage; the text is this package's own."""
    before, strong, after = sampled["posts"][0][1].split("**")
    return f"<p>{before}<strong>{strong}</strong>{after}</p>"


def index(request: HttpRequest) -> HttpResponse:
    return _render(request, "styleguide/index.html")


def whole_page(request: HttpRequest, name: str) -> HttpResponse:
    _refuse_outside_demonstration()
    if name not in PAGES:
        raise Http404
    return _render(request, f"styleguide/page_{name}.html")
