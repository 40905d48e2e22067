from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "media4sec.records"
    label = "records"
    verbose_name = "Records"
