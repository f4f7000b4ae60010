from django.urls import path

from forum.discussion import views

app_name = "discussion"
urlpatterns = [
    path("c/<slug:slug>/talk/<str:anchor>/", views.thread, name="thread"),
    path("posts/<int:post_id>/", views.post, name="post"),
    path("posts/<int:post_id>/edit/", views.edit, name="edit"),
    path("posts/<int:post_id>/withdraw/", views.withdraw, name="withdraw"),
    path("posts/<int:post_id>/history/", views.history, name="history"),
    path("posts/<int:post_id>/endorse/", views.endorse, name="endorse"),
]
