from django.apps import AppConfig

from ethics.kinds import KINDS


class EthicsConfig(AppConfig):
    name = "ethics"
    rank = 3
    kinds = KINDS
