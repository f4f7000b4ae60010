from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.common.text import BodyField
from forum.discussion.rules import Rule
from moderation.models import AppealOutcome, DecisionAction

WORDS_MAX_CHARACTERS = 2_000


class ReportForm(forms.Form):
    """Why a post should be looked at."""

    rule = forms.ChoiceField(
        choices=Rule.choices, label=_("Which rule does it break?"), widget=forms.RadioSelect
    )
    words = BodyField(
        limit=WORDS_MAX_CHARACTERS,
        label=_("What is wrong with it?"),
        help_text=_(
            "Facilitators read this; the author of the post does not, and does not learn who reported it."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class _ReasonedForm(forms.Form):
    """What every decision has: the version it is made on, a rule, a reason for the author, a note for colleagues."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    rule = forms.ChoiceField(choices=Rule.choices, label=_("Rule"))
    reason = BodyField(
        limit=WORDS_MAX_CHARACTERS,
        label=_("Reason, as the author will read it"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    note = BodyField(
        limit=WORDS_MAX_CHARACTERS,
        label=_("Note for other facilitators"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DecisionForm(_ReasonedForm):
    action = forms.ChoiceField(
        choices=DecisionAction.choices, label=_("What is to be done"), widget=forms.RadioSelect
    )
    field_order = ("version", "action", "rule", "reason", "note")

    def __init__(self, *args: Any, actions: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["action"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(value, label) for value, label in DecisionAction.choices if value in actions]


class AppealDecisionForm(_ReasonedForm):
    outcome = forms.ChoiceField(
        choices=[
            (AppealOutcome.UPHELD, _("The decision stands")),
            (AppealOutcome.OVERTURNED, _("The decision is overturned: publish the post")),
        ],
        label=_("Appeal"),
        widget=forms.RadioSelect,
    )
    field_order = ("version", "outcome", "rule", "reason", "note")


class AppealForm(forms.Form):
    words = BodyField(
        limit=WORDS_MAX_CHARACTERS,
        label=_("Why should it be decided differently?"),
        help_text=_("Another facilitator than the one who decided reads this and decides again."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
