from django import forms
from django.http import HttpRequest

from forum.accounts.models import User


class SignupDetailsForm(forms.Form):
    display_name = forms.CharField(max_length=40)

    def signup(self, request: HttpRequest, user: User) -> None:
        user.display_name = self.cleaned_data["display_name"]
        user.save(update_fields=["display_name"])
