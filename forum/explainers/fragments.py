"""Background as HTML for open pages: the same for every reader of a language."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils import translation

from forum.explainers.selectors import background_for


def background_fragments(provision_id: int | None, *, consultation_id: int, language: str) -> dict[int, str]:
    """The HTML of each explainer that stands in a thread now, by the explainer's id, in the page's order.

    An explainer that is not in it stands there no longer. Two queries.
    """
    with translation.override(language):
        return {
            pinned.explainer_id: render_to_string("explainers/_background.html", {"explainer": pinned})
            for pinned in background_for(provision_id, consultation_id=consultation_id, language=language)
        }
