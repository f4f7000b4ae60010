from django.urls import path

from forum.styleguide import views

app_name = "styleguide"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:name>/", views.whole_page, name="page"),
]
