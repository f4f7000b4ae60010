from django.urls import path

from forum.explainers import editor, views

app_name = "explainers"
urlpatterns = [
    path("c/<slug:slug>/background/", views.explainer_list, name="list"),
    path("c/<slug:slug>/background/new/", editor.new, name="new"),
    path("c/<slug:slug>/background/<int:explainer_id>/", views.detail, name="detail"),
    path("c/<slug:slug>/background/<int:explainer_id>/qr.svg", views.qr, name="qr"),
    path("c/<slug:slug>/background/<int:explainer_id>/history/", views.history, name="history"),
    path("c/<slug:slug>/background/<int:explainer_id>/edit/", editor.edit, name="edit"),
    path("c/<slug:slug>/background/<int:explainer_id>/withdraw/", views.withdraw, name="withdraw"),
    path("c/<slug:slug>/background/<int:explainer_id>/review/", views.review, name="review"),
]
