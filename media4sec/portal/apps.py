from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "media4sec.portal"
    label = "portal"
