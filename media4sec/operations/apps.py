from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "media4sec.operations"
    label = "operations"
    verbose_name = "Operations"

    def ready(self):
        from media4sec.operations import checks  # noqa: F401 - they register themselves
