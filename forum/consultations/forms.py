"""What readers may ask for in an address."""

from __future__ import annotations

from django import forms


class PageForm(forms.Form):
    page = forms.IntegerField(min_value=1, max_value=10_000, required=False)


class VersionForm(forms.Form):
    version = forms.IntegerField(min_value=1, max_value=2_000_000_000, required=False)
