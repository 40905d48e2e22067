from django.apps import AppConfig

from tests.throwaway.kinds import KINDS


class ThrowawayConfig(AppConfig):
    name = "tests.throwaway"
    label = "throwaway"
    rank = 1000
    kinds = KINDS
