from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from forum.accounts.cookies import keep_language
from forum.accounts.models import User
from forum.accounts.services import save_with_name


class AccountAdapter(DefaultAccountAdapter):
    """allauth with our words: what went wrong, what was kept, what to do."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "The e-mail address and the password do not belong together. Try again, or reset the password."
        ),
        "duplicate_email": _("Your account has this address already."),
        "cannot_remove_primary_email": _(
            "The main address cannot be removed. Make another one the main one first."
        ),
        "email_taken": _("An account with this e-mail address exists. Sign in instead."),
        "incorrect_password": _("This is not the password of your account."),
        "invalid_or_expired_key": _("The link has expired or was used before. Ask for a new one."),
        "invalid_password_reset": _("The link has expired or was used before. Ask for a new one."),
        "rate_limited": _("Too many requests in a short time. Wait a few minutes and try again."),
        "too_many_login_attempts": _(
            "Too many attempts to sign in. Wait five minutes, or reset the password."
        ),
        "unverified_primary_email": _("Confirm your main e-mail address first."),
    }

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """The name goes in with the row, for a row without a name may not exist twice."""
        user.display_name = form.cleaned_data["display_name"]
        user.language = get_language() or settings.LANGUAGE_CODE
        user = super().save_user(request, user, form, commit=False)
        if commit:
            save_with_name(user)
        return user

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Where this browser has no language yet, it takes the person's."""
        response = super().post_login(request, user, **kwargs)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            keep_language(response, user.language)
        return response
