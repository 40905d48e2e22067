from django.apps import AppConfig


class WritingConfig(AppConfig):
    name = "media4sec.writing"
