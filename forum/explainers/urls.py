from django.urls import URLPattern

app_name = "explainers"
urlpatterns: list[URLPattern] = []
