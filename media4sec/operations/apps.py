from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "media4sec.operations"
    label = "operations"
    verbose_name = "Operations"
