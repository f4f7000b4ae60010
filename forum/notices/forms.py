from django import forms
from django.utils.translation import gettext_lazy as _

from forum.notices.models import EmailChoice


class EmailForm(forms.Form):
    email = forms.ChoiceField(
        label=_("Notices by e-mail"), choices=EmailChoice.choices, widget=forms.RadioSelect
    )
