from django.apps import AppConfig

from workshops.kinds import KINDS


class WorkshopsConfig(AppConfig):
    name = "workshops"
    rank = 1
    kinds = KINDS
