"""How a source states a number: over 90 %, about 60 people. Known to both sides, as each says it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Qualifier(models.TextChoices):
    """What stands before a number that its source does not state exactly."""

    OVER = "over", "More than"
    ABOUT = "about", "Approximately"
    UNDER = "under", "Less than"


PHRASES = {
    # Translators: a number with its sign: “Over 90 %”. It may begin a title.
    Qualifier.OVER: _("Over %(number)s"),
    # Translators: a number with its sign: “About 90 %”. It may begin a title.
    Qualifier.ABOUT: _("About %(number)s"),
    # Translators: a number with its sign: “Under 90 %”. It may begin a title.
    Qualifier.UNDER: _("Under %(number)s"),
}


def as_stated(number, qualifier):
    """A number in words as its source states it, in the language of the page."""
    return PHRASES[qualifier] % {"number": number} if qualifier else number
