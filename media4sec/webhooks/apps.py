from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "media4sec.webhooks"
    label = "webhooks"
    verbose_name = "Webhooks"
