"""The editor's fields. What a person can mend stands beside the field; nothing typed is lost."""

from __future__ import annotations

import unicodedata
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.common.text import BodyField, PlainTextField, check_characters, is_blank, tidy
from forum.explainers.content import Content, SourceLine
from forum.explainers.models import TITLE_MAX_CHARACTERS, URL_MAX_CHARACTERS
from forum.explainers.selectors import Place

SENTENCE_MAX_WIDTH = 280
"""A Latin letter counts 1, a Han character 2: about 140 Han or 280 Latin characters."""
PLAIN_MAX_CHARACTERS = 4_000
DEPTH_MAX_CHARACTERS = 20_000
SOURCES_MAX = 20
WHOLE = "whole"


def width(text: str) -> int:
    """How wide a text is, in Latin letters; a Han character is two wide."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


class LayerField(BodyField):
    """A layer in Markdown; its refusals speak of layers, not of posts. A draft may leave it empty."""

    def clean(self, value: Any) -> str:
        text = tidy(str(value or ""))
        if is_blank(text):
            return ""
        if len(text) > self.limit:
            raise ValidationError(
                _("This layer has %(length)s characters; at most %(limit)s are possible."),
                code="too_long",
                params={"length": len(text), "limit": self.limit},
            )
        return super().clean(value)


class SentenceField(PlainTextField):
    """One sentence on one line, limited by its width. A draft may leave it empty."""

    def clean(self, value: Any) -> str:
        if is_blank(tidy(str(value or ""))):
            return ""
        text = super().clean(value)
        if "\n" in text:
            raise ValidationError(_("The first layer is one sentence on one line."), code="several_lines")
        if width(text) > SENTENCE_MAX_WIDTH:
            raise ValidationError(
                _("This is %(width)s wide; at most %(limit)s are possible, a Han character counting two."),
                code="too_long",
                params={"width": width(text), "limit": SENTENCE_MAX_WIDTH},
            )
        return text


class PlacesField(forms.MultipleChoiceField):
    """Ticked places. A draft may have none."""

    def validate(self, value: Any) -> None:
        if value:
            super().validate(value)


class LineField(PlainTextField):
    """A text of one line."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if "\n" in text:
            raise ValidationError(_("This is one line."), code="several_lines")
        return text


class WebAddressField(forms.CharField):
    """An address that begins with http or https, names a host and carries no name or password."""

    widget = forms.URLInput
    default_validators = [
        URLValidator(schemes=["http", "https"], message=_("Give an address like https://law.moj.gov.tw/."))
    ]

    def clean(self, value: Any) -> str:
        address = tidy(str(value or ""))
        check_characters(address)
        cleaned = str(super().clean(address))
        if "@" in urlsplit(cleaned).netloc:
            raise ValidationError(_("An address with a name before the @ can mislead. Leave that part out."))
        return cleaned


class ExplainerForm(forms.Form):
    """The three layers and where they stand. With `publishing` everything that readers need must be there."""

    # A draft may lack what a publication needs: the server decides, not the browser.
    use_required_attribute = False

    language = forms.ChoiceField(
        label=_("Language of this text"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )
    title = LineField(label=_("Title"), limit=TITLE_MAX_CHARACTERS)
    sentence = SentenceField(
        label=_("In one sentence"),
        limit=10_000,
        help_text=_(
            "What somebody should know who reads nothing else. At most about 140 Han or 280 Latin characters."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "data-width-limit": SENTENCE_MAX_WIDTH}),
    )
    plain = LayerField(
        label=_("In plain words"),
        limit=PLAIN_MAX_CHARACTERS,
        help_text=_(
            "For somebody who has never read a law. Markdown; leave a blank line between paragraphs."
        ),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    depth = LayerField(
        label=_("In depth"),
        limit=DEPTH_MAX_CHARACTERS,
        required=False,
        help_text=_("How it came about, how it is elsewhere, what is disputed. With sources."),
        widget=forms.Textarea(attrs={"rows": 14}),
    )
    places = PlacesField(
        label=_("Pinned to"),
        help_text=_("The text stands above the talk about each of these."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, places: list[Place], publishing: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.publishing = publishing
        choices = [(WHOLE, _("The consultation as a whole"))]
        self.fields["places"].choices = choices + [  # type: ignore[attr-defined]
            (str(place.provision_id), place.label) for place in places
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.publishing:
            needed = {
                "sentence": _("Readers see this first: write it before you publish."),
                "plain": _("Write this layer before you publish."),
                "places": _("Choose at least one place before you publish."),
            }
            for name, message in needed.items():
                if name not in self.errors and not cleaned.get(name):
                    self.add_error(name, ValidationError(message, code="needed_to_publish"))
        return cleaned

    def content(self, sources: tuple[SourceLine, ...]) -> Content:
        """What was written, after `is_valid`."""
        data = self.cleaned_data
        return Content(
            language=data["language"],
            title=data["title"],
            sentence=data["sentence"],
            plain=data["plain"],
            depth=data["depth"],
            sources=sources,
            provision_ids=frozenset(int(place) for place in data["places"] if place != WHOLE),
            is_about_whole=WHOLE in data["places"],
        )


class SourceForm(forms.Form):
    title = LineField(label=_("What it is"), limit=200, help_text=_("Law, report, record of a meeting"))
    url = WebAddressField(label=_("Web address"), max_length=URL_MAX_CHARACTERS)
    publisher = LineField(label=_("Published by"), limit=120, required=False)
    accessed_on = forms.DateField(
        label=_("Read on"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def clean_accessed_on(self) -> Any:
        day = self.cleaned_data["accessed_on"]
        # A day of leeway: it may be tomorrow already where the reader is.
        if day and (day - timezone.localdate()).days > 1:
            raise ValidationError(_("This day has not come yet."), code="future")
        return day


_SourceFormSet = forms.formset_factory(
    SourceForm, extra=1, can_delete=True, max_num=SOURCES_MAX, absolute_max=SOURCES_MAX + 5, validate_max=True
)


class SourceFormSet(_SourceFormSet):  # type: ignore[misc, valid-type]
    """Sources, one row each; a row may be left empty or marked to go."""

    FIELDS: ClassVar[tuple[str, ...]] = ("title", "url", "publisher", "accessed_on")

    def add_fields(self, form: SourceForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Leave this source out")

    def lines(self) -> tuple[SourceLine, ...]:
        """The sources that were given, after `is_valid`."""
        filled = [form.cleaned_data for form in self.forms if form.cleaned_data.get("url")]
        return tuple(
            SourceLine(**{name: data[name] for name in self.FIELDS})
            for data in filled
            if not data.get("DELETE")
        )

    def typed(self) -> list[dict[str, str]]:
        """What stands in the rows as it was typed, unchecked, without those marked to go."""
        rows: list[dict[str, str]] = []
        for form in self.forms:
            row = {name: form.data.get(form.add_prefix(name), "") for name in self.FIELDS}
            if any(row.values()) and not form.data.get(form.add_prefix("DELETE")):
                rows.append(row)
        return rows


def typed(data: QueryDict) -> dict[str, Any]:
    """The layers as they were typed, unchecked, to fill a form again without judging it."""
    names = ("language", "title", "sentence", "plain", "depth")
    return {name: data.get(name, "") for name in names} | {"places": data.getlist("places")}
