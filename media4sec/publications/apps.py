from django.apps import AppConfig


class PublicationsConfig(AppConfig):
    name = "media4sec.publications"
    label = "publications"
    verbose_name = "Publications"
