from django.apps import AppConfig

from catalogue.kinds import KINDS


class CatalogueConfig(AppConfig):
    name = "catalogue"
    rank = 2
    kinds = KINDS
