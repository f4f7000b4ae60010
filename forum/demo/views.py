from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forum.demo.mailbox import mails


@require_safe
@never_cache
def mail(request: HttpRequest) -> HttpResponse:
    """The mails that this demonstration sent, for anybody to read; elsewhere the page does not exist."""
    if settings.PRODUCTION:
        raise Http404
    return render(request, "demo/mail.html", {"mails": mails(settings.MAIL_DIR)})
