from django.apps import AppConfig


class StyleguideConfig(AppConfig):
    name = "forum.styleguide"
