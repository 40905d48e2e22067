from django.apps import AppConfig

from roadmap.kinds import KINDS


class RoadmapConfig(AppConfig):
    name = "roadmap"
    rank = 4
    kinds = KINDS
