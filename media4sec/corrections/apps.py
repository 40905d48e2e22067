from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    name = "media4sec.corrections"
    label = "corrections"
    verbose_name = "Corrections from the public"
