"""The choices of this app."""

from django.db import models


class Colour(models.TextChoices):
    RED = "red", "Red"
    BLUE = "blue", "Blue"


class Shade(models.TextChoices):
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"
