from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from forum.common.text import BodyField


class PostForm(forms.Form):
    """A text on its way into a thread. The hidden fields say where, and which press of the button this is."""

    body = BodyField(
        limit=settings.POST_MAX_CHARACTERS,
        label=_("Your post"),
        help_text=_("Markdown works: **strong**, > quotation, - list. Everybody can read what you write."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    parent = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    insisted = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "composer-%s")
        super().__init__(*args, **kwargs)


class EditForm(forms.Form):
    """A new text for a post; `revision` is the number of the one that was edited."""

    body = BodyField(
        limit=settings.POST_MAX_CHARACTERS, label=_("Your post"), widget=forms.Textarea(attrs={"rows": 10})
    )
    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    insisted = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
