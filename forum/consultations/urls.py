from django.urls import path

from forum.consultations import views

app_name = "consultations"
urlpatterns = [
    path("", views.home, name="home"),
    path("c/<slug:slug>/", views.detail, name="detail"),
    path("c/<slug:slug>/draft/", views.draft, name="draft"),
    path("c/<slug:slug>/compare/<int:old>/<int:new>/", views.compare, name="compare"),
]
