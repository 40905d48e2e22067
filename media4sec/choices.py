"""The choices that records of all kinds have in common; those of one kind are in the ``choices.py`` of its app.

Fields, facets and pages take values and labels from here, so that each is written once. Imports no model.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Lens(models.TextChoices):
    """The project's three ways of looking at social media."""

    GOOD = "good", _("Good")
    BAD = "bad", _("Bad")
    UGLY = "ugly", _("Ugly")


class Provenance(models.TextChoices):
    """Who says it: a source of the project, or the editors."""

    PROJECT = "project", "Project source"
    EDITORIAL = "editorial", "Editorial"


class YesNo(models.TextChoices):
    """The answers of a field that is true or false, where it is a term or words."""

    YES = "yes", "Yes"
    NO = "no", "No"

    @classmethod
    def of(cls, value):
        return cls.YES if value else cls.NO
