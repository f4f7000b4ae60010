"""Where every address leads; the only place that knows all packages."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from forum.consultations.views import home


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("forum.accounts.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("", include("forum.consultations.urls")),
    path("", include("forum.discussion.urls")),
    path("", include("forum.explainers.urls")),
    path("", include("forum.notices.urls")),
    path("", include("moderation.urls")),
]

if not settings.PRODUCTION:
    urlpatterns += [
        path("styleguide/", include("forum.styleguide.urls")),
        path("demo/", include("forum.demo.urls")),
    ]
