from django.urls import path

from moderation import comparison_views, policy_views, views

app_name = "moderation"
urlpatterns = [
    path("moderation/", views.queue, name="queue"),
    path("moderation/list/", views.queue_list, name="queue_list"),
    path("moderation/cases/<int:case_id>/", views.case, name="case"),
    path("moderation/cases/<int:case_id>/claim/", views.claim, name="claim"),
    path("moderation/cases/<int:case_id>/release/", views.release, name="release"),
    path("moderation/cases/<int:case_id>/decide/", views.decide, name="decide"),
    path("moderation/policy/", policy_views.policies, name="policies"),
    path("moderation/policy/<slug:slug>/", policy_views.policy, name="policy"),
    path("moderation/models/", comparison_views.models, name="models"),
    path("moderation/report/<int:post_id>/", views.report, name="report"),
    path("moderation/statements/<int:statement_id>/", views.statement, name="statement"),
    path("moderation/statements/<int:statement_id>/appeal/", views.appeal, name="appeal"),
    path("moderation/posts/<int:post_id>/why/", views.why, name="why"),
    path("log/", views.log, name="log"),
    path("log/entries.jsonl", views.log_lines, name="log_lines"),
]
