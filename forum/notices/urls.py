from django.urls import path

from forum.notices import views

app_name = "notices"
urlpatterns = [
    path("notices/", views.notice_list, name="list"),
    path("notices/read/", views.mark_all_read, name="read_all"),
    path("notices/email/", views.choose_email, name="email"),
    path("notices/<int:notice_id>/", views.open_notice, name="open"),
    path("notices/<int:notice_id>/read/", views.mark_read, name="read"),
]
