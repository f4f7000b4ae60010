"""The fields in which an administrator sets a consultation's policy."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from forum.common.text import BodyField
from moderation.models import AwaitingTreatment, Label
from moderation.policy_history import STEPS, Model, field_words, number_words

REASON_MAX_CHARACTERS = 1_000


class ProbabilityField(forms.CharField):
    """A probability with up to four digits behind the point, or nothing: as the model. Full-width digits and a comma
    in place of the point are understood. A text field, for a browser's number field drops what it cannot read."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(required=False, widget=widget, **options)

    def clean(self, value: Any) -> float | None:
        typed = unicodedata.normalize("NFKC", super().clean(value)).strip().replace(",", ".")
        if not typed:
            return None
        if not re.fullmatch(r"[0-9]*\.?[0-9]+|[0-9]+\.", typed) or not 0 <= float(typed) <= 1:
            raise ValidationError(
                _("Write a number from 0 to 1, like 0.85, or leave it empty."), code="no_probability"
            )
        if len(typed.partition(".")[2]) > 4:
            raise ValidationError(_("At most four digits behind the point."), code="too_fine")
        return float(typed)


class PolicyForm(forms.Form):
    """All that the page can set. `model` gives the thresholds that an empty field leaves in force; the reason may be
    missing as long as only a comparison is asked for, though the page always asks for it."""

    attack_nudge_at = ProbabilityField()
    attack_flag_at = ProbabilityField()
    attack_hold_at = ProbabilityField()
    spam_nudge_at = ProbabilityField()
    spam_flag_at = ProbabilityField()
    spam_hold_at = ProbabilityField()
    awaiting = forms.ChoiceField(choices=AwaitingTreatment.choices)
    reason = BodyField(
        limit=REASON_MAX_CHARACTERS,
        label=_("Why it is changed"),
        help_text=_("Facilitators read it in the history."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, model: Model | None, needs_reason: bool = True, **kwargs: Any) -> None:
        if initial := kwargs.get("initial"):
            kwargs["initial"] = {name: _shown(value) for name, value in initial.items()}
        super().__init__(*args, **kwargs)
        self._model = model
        self.fields["reason"].required = needs_reason
        for name, field in self.fields.items():
            if isinstance(field, ProbabilityField):
                field.label = field_words(name)
                field.help_text = self._left_empty(name)
        self.fields["awaiting"].label = field_words("awaiting")

    @property
    def groups(self) -> list[tuple[Any, list[tuple[Any, forms.BoundField]]]]:
        """For each label its thresholds, each with what it begins."""
        return [
            (label.label, [(words, self[f"{label}_{step}"]) for step, words in STEPS.items()])
            for label in Label
        ]

    @property
    def values(self) -> dict[str, Any]:
        """What was understood, as a policy's fields."""
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for label in Label.values:
            if self.errors.keys() & {f"{label}_flag_at", f"{label}_hold_at"}:
                continue
            flag, hold = self._counting(label, "flag_at"), self._counting(label, "hold_at")
            if flag is not None and hold is not None and hold < flag:
                self.add_error(f"{label}_hold_at", _out_of_order(flag=flag, hold=hold))
        return given

    def _counting(self, label: str, step: str) -> float | None:
        """The number that would count: what was typed, or else the model's."""
        typed: float | None = self.cleaned_data.get(f"{label}_{step}")
        return self._models(label, step) if typed is None else typed

    def _models(self, label: str, step: str) -> float | None:
        return self._model.thresholds.get(label, {}).get(step) if self._model else None

    def _left_empty(self, name: str) -> Any:
        value = self._models(*name.split("_", 1))
        if value is None:
            return _("Empty: as the model.")
        return _("Empty: as the model, %(value)s.") % {"value": number_words(value)}


def _out_of_order(*, flag: float, hold: float) -> ValidationError:
    return ValidationError(
        _(
            "Posts would be held from %(hold)s, below the %(flag)s from which they are put in the queue. "
            "Raise this number or lower the other."
        ),
        code="out_of_order",
        params={"hold": number_words(hold), "flag": number_words(flag)},
    )


def _shown(value: Any) -> Any:
    return number_words(value) if isinstance(value, float) else value
