"""The choices that this app's fields and facets have in common: what may be stored, and what readers are told."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartnerRole(models.TextChoices):
    """What a partner was in the consortium."""

    COORDINATOR = "coordinator", "Coordinator"
    PARTICIPANT = "participant", "Participant"


class PatternGroup(models.TextChoices):
    """Whose practice a pattern is."""

    LAW_ENFORCEMENT = "law-enforcement", _("Law enforcement")
    CITIZENS = "citizens", _("Citizens")
    CRIMINALS = "criminals", _("Criminals")


class SummaryBasis(models.TextChoices):
    """What the summary of a pattern was written from."""

    PATTERN_PAGE = "pattern-page", "The pattern’s own page"
    PROJECT_TEXT = "project-text", "Other project text"
    EDITORIAL_GLOSS = "editorial-gloss-of-name", "Editorial gloss of the name"


class CaseKind(models.TextChoices):
    """Something that happened, or what was learnt from it."""

    CASE = "case", "Case"
    LESSON = "lesson", "Lesson"


class Quadrant(models.TextChoices):
    """The four fields of a SWOT analysis."""

    STRENGTH = "strength", _("Strength")
    WEAKNESS = "weakness", _("Weakness")
    OPPORTUNITY = "opportunity", _("Opportunity")
    THREAT = "threat", _("Threat")


class Placement(models.TextChoices):
    """Who put a SWOT point into its quadrant."""

    SOURCE = "source", "Placed by the source"
    EDITORIAL = "editorial", "Placed by the editor"


class Aspect(models.TextChoices):
    """What a point of a situation is about."""

    GOOD = "good", "Good"
    BAD = "bad", "Bad"
    UGLY = "ugly", "Ugly"
    RESPONSIBILITY = "responsibility", "Responsibility"
    ASK_SUPPLIER = "ask-supplier", "Ask the supplier"
    ASK_EXIT = "ask-exit", "Ask about leaving"


class AlternativeType(models.TextChoices):
    """What a situation can be met with instead of a tool."""

    LOW_TECH = "low-tech", "Low tech"
    NO_ACTION = "no-action", "No action"
