"""The page of a consultation's policy: what counts, what was set before, and (for administrators) another one, which
comes into force only after it was compared with the present one."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forum.accounts.models import User
from forum.accounts.selectors import is_administrator
from forum.common.sign_in import signed_in
from forum.consultations.models import Consultation
from forum.consultations.selectors import situation
from moderation import policy_history
from moderation.errors import NothingChanges, PolicyChanged
from moderation.models import Label, Policy
from moderation.places import titles
from moderation.policy import go_back, newest_policy, rules_in, set_policy, values_of
from moderation.policy_forms import PolicyForm


@signed_in
@never_cache
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """The consultations whose policy one may read; where it is one alone, its page."""
    found = policy_history.readable_policies(request.user)
    if not found:
        raise Http404
    if len(found) == 1:
        return redirect("moderation:policy", found[0][0])
    names = titles(language=_language())
    rows = [(slug, names[slug], number) for slug, number in found]
    return render(request, "moderation/policies.html", {"rows": rows})


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """Shows the policy; `?back=2` compares it with version 2. A posted form is compared, and with
    `step=switch` put into force if it is the one that was compared."""
    consultation = policy_history.access_policy(request.user, slug, language=_language())
    desk = Desk(request, consultation)
    if request.method != "POST":
        return desk.opened()
    if not desk.may_set:
        raise PermissionDenied
    return desk.switched() if request.POST.get("step") == "switch" else desk.compared()


class Desk:
    """One request about one consultation's policy: what counts, the form, and the answer."""

    def __init__(self, request: HttpRequest, consultation: Consultation) -> None:
        self.request = request
        self.consultation = consultation
        self.may_set = is_administrator(request.user)
        self.newest = newest_policy(consultation.pk)
        self.model = policy_history.model_in_use(consultation.pk)

    def opened(self) -> HttpResponse:
        """The page as it is come to; with the form filled by an earlier version where one is to be gone back to."""
        back = self._earlier(self.request.GET.get("back", "")) if self.may_set else None
        values = values_of(back or self.newest)
        form = PolicyForm(model=self.model, initial=values) if self.may_set else None
        return self._page(form, values=values if back else None, back=back)

    def compared(self) -> HttpResponse:
        form = PolicyForm(self.request.POST, model=self.model, needs_reason=False)
        if not form.is_valid():
            return self._page(form, status=422)
        return self._comparison(form)

    def switched(self) -> HttpResponse:
        """Puts the form into force. What cannot be is shown again with everything typed."""
        form = PolicyForm(self.request.POST, model=self.model)
        if not form.is_valid():
            return self._unfinished(form)
        values = self._values(form)
        if self.request.POST.get("compared") != self._seal(values):
            return self._not_yet(form)
        try:
            made = self._set(form, values)
        except NothingChanges as error:
            form.add_error(None, str(error.message))
            return self._page(form, status=error.status)
        except PolicyChanged:
            self.newest = newest_policy(self.consultation.pk)
            return self._not_yet(form)
        messages.success(self.request, _("Version %(number)s counts from now on.") % {"number": made.number})
        return redirect("moderation:policy", self.consultation.slug)

    def _set(self, form: PolicyForm, values: dict[str, Any]) -> Policy:
        if values == values_of(self.newest):
            raise NothingChanges
        by = cast(User, self.request.user)
        given = {"set_by": by, "reason": form.cleaned_data["reason"], "seen": self._number}
        if back := self._back(values):
            return go_back(self.consultation.pk, number=back.number, **given)
        return set_policy(self.consultation.pk, **given, **values)

    def _unfinished(self, form: PolicyForm) -> HttpResponse:
        """The form with its errors; where only the reason is missing, the comparison stays."""
        values = self._values(form) if set(form.errors) == {"reason"} else None
        return self._page(form, values=values, back=self._back(values) if values else None, status=422)

    def _not_yet(self, form: PolicyForm) -> HttpResponse:
        """The comparison again: the form, or what counts, is no longer what was compared."""
        is_overtaken = self.request.POST.get("seen") != str(self._number)
        message = (
            str(PolicyChanged().message)
            if is_overtaken
            else _("Nothing is in force yet: look at the comparison first, then put it into force.")
        )
        return self._comparison(form, conflict=message, status=409 if is_overtaken else 200)

    def _comparison(self, form: PolicyForm, *, conflict: str = "", status: int = 200) -> HttpResponse:
        values = self._values(form)
        if values == values_of(self.newest):
            form.add_error(None, str(NothingChanges().message))
            return self._page(form, status=422)
        return self._page(form, values=values, back=self._back(values), conflict=conflict, status=status)

    def _page(
        self,
        form: PolicyForm | None,
        *,
        values: dict[str, Any] | None = None,
        back: Policy | None = None,
        conflict: str = "",
        status: int = 200,
    ) -> HttpResponse:
        """The page; with `values`, the comparison of what counts with them."""
        if form is not None:
            form.fields["reason"].required = True
        context: dict[str, Any] = {
            "consultation": self.consultation,
            "situation": situation(self.consultation.stages.all(), timezone.now()),
            "policy": self.newest,
            "model": self.model,
            "rows": self._rows(),
            "awaiting": {
                "name": policy_history.field_words("awaiting"),
                "value": policy_history.value_words(values_of(self.newest)["awaiting"]),
            },
            "history": policy_history.history(self.consultation.pk),
            "form": form,
            "back": back,
            "conflict": conflict,
            "number": self._number,
        }
        if values is not None:
            old, new = rules_in(self.newest), rules_in(Policy(**values))
            context |= {
                "preview": policy_history.preview(self.consultation.pk, model=self.model, old=old, new=new),
                "differences": policy_history.differences(values_of(self.newest), values),
                "seal": self._seal(values),
            }
        return render(self.request, "moderation/policy.html", context, status=status)

    def _rows(self) -> list[tuple[str, str, str, bool]]:
        """For each threshold: its name, the number that counts, the model's, and whether the first is set here."""
        rows = []
        for name, value in values_of(self.newest).items():
            label, _underscore, step = name.partition("_")
            if label in Label.values and step in policy_history.STEPS:
                models = self.model.thresholds.get(label, {}).get(step) if self.model else None
                counts = models if value is None else value
                rows.append(
                    (policy_history.field_words(name), _number(counts), _number(models), value is not None)
                )
        return rows

    @property
    def _number(self) -> int:
        return self.newest.number if self.newest else 0

    def _values(self, form: PolicyForm) -> dict[str, Any]:
        """What would count: the form's fields, and what else the present policy, or the one to go back to, sets."""
        back = self._earlier(self.request.POST.get("back", ""))
        if back and form.values.items() <= values_of(back).items():
            return values_of(back)
        return values_of(self.newest) | form.values

    def _back(self, values: dict[str, Any]) -> Policy | None:
        """The earlier version that is gone back to, as long as nothing of it was changed in the form."""
        back = self._earlier(self.request.POST.get("back", ""))
        return back if back and values_of(back) == values else None

    def _earlier(self, number: str) -> Policy | None:
        if not (number.isdecimal() and number.isascii() and len(number) <= 9):
            return None
        return Policy.objects.filter(consultation_id=self.consultation.pk, number=int(number)).first()

    def _seal(self, values: dict[str, Any]) -> str:
        """Tells whether the values are those that were compared, and with the policy that still counts."""
        return salted_hmac(
            "moderation.policy.compared", repr((self._number, sorted(values.items())))
        ).hexdigest()


def _number(value: float | None) -> str:
    return "–" if value is None else policy_history.number_words(value)


def _language() -> str:
    return get_language() or "zh-hant"
