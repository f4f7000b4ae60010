from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SampleForm(forms.Form):
    """One field of each kind, to be looked at."""

    name = forms.CharField(
        label=_("Display name"), max_length=40, help_text=_("This is how others will see you.")
    )
    email = forms.EmailField(label=_("E-mail address"))
    place = forms.ChoiceField(
        label=_("Level"), choices=[("central", _("Central government")), ("local", _("Local government"))]
    )
    kind = forms.ChoiceField(
        label=_("Why"),
        widget=forms.RadioSelect,
        choices=[("attack", _("It attacks a person")), ("spam", _("It advertises"))],
    )
    words = forms.CharField(label=_("In your own words"), widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(label=_("I have read the rules of the talk"))
