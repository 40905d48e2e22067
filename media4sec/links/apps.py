from django.apps import AppConfig


class LinksConfig(AppConfig):
    name = "media4sec.links"
    label = "links"
    verbose_name = "Links to other sites"
