from django.apps import AppConfig, apps

from media4sec.kinds import Kind, lower_first


class RecordsConfig(AppConfig):
    name = "media4sec.records"
    label = "records"
    verbose_name = "Records"

    def ready(self):
        """A kind names itself once: the back-office says what the public site says."""
        for model in apps.get_models():
            kind = getattr(model, "kind", None)
            if isinstance(kind, Kind):
                model._meta.verbose_name = lower_first(kind.names.one)
                model._meta.verbose_name_plural = lower_first(kind.names.many)
