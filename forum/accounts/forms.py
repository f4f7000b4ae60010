"""What people may type about themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from forum.accounts.models import User
from forum.common.text import check_characters, is_blank, tidy

DISPLAY_NAME_MIN_CHARACTERS = 2
DISPLAY_NAME_MAX_CHARACTERS = 40


class DisplayNameField(forms.CharField):
    """A name that can be read, cannot be mistaken for blank or for markup of direction, and is not taken."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Display name"))
        kwargs.setdefault("help_text", _("This is how others see you. It need not be your legal name."))
        super().__init__(max_length=DISPLAY_NAME_MAX_CHARACTERS, strip=False, **kwargs)
        self.widget.attrs.setdefault("autocomplete", "nickname")
        self.error_messages["required"] = _("Choose a name by which others can address you.")
        self.person: User | None = None

    def clean(self, value: Any) -> str:
        name = " ".join(tidy(super().clean(value)).split(" "))
        if not name or is_blank(name):
            raise ValidationError(self.error_messages["required"], code="required")
        check_characters(name)
        if not name.isprintable() or any(character in name for character in "\n\t"):
            raise ValidationError(
                _("The name contains a character that cannot be seen. Remove it and send again."),
                code="invisible",
            )
        if len(name) < DISPLAY_NAME_MIN_CHARACTERS:
            raise ValidationError(_("A name needs at least two characters."), code="min_length")
        taken = User.objects.filter(display_name__iexact=name)
        if self.person is not None:
            taken = taken.exclude(pk=self.person.pk)
        if taken.exists():
            raise ValidationError(_("Somebody already goes by this name. Choose another one."), code="taken")
        return name


class SignupDetailsForm(forms.Form):
    """What signing up asks on top of address and password."""

    display_name = DisplayNameField()

    field_order = ["email", "display_name", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        user.display_name = self.cleaned_data["display_name"]
        user.language = get_language() or settings.LANGUAGE_CODE
        user.save(update_fields=["display_name", "language"])


class ProfileForm(forms.Form):
    display_name = DisplayNameField()
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Of the site when you are signed in, and of letters to you."),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"display_name": person.display_name, "language": person.language})
        super().__init__(*args, **kwargs)
        field = self.fields["display_name"]
        assert isinstance(field, DisplayNameField)
        field.person = person


class LearningForm(forms.Form):
    """Whether decided posts of the person may improve the classifier; not ticked means no."""

    allowed = forms.BooleanField(
        label=_("My posts may be used to improve this program, once a facilitator has decided about them"),
        help_text=_(
            "Taken are the text and the decision, without your name; addresses, telephone numbers and names in the "
            "text are covered. Whoever has read the post here may still recognise it. You can withdraw this at any "
            "time: no export made from then on contains your posts."
        ),
        required=False,
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"allowed": person.allows_learning})
        super().__init__(*args, **kwargs)


class DeleteAccountForm(forms.Form):
    """Asks twice: the password, and that the person knows what stays."""

    password = forms.CharField(
        label=_("Your password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    understood = forms.BooleanField(
        label=_("I know that this cannot be undone and that my posts stay, without my name.")
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if not self.person.check_password(password):
            raise ValidationError(
                _("This is not the password of your account. Nothing was deleted."), code="wrong"
            )
        return password
