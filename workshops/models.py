"""Themes, the six dialogue workshops and their hosts, situations, practices and SWOT points."""

from django.db import models

from media4sec.records.fields import CountryField, TextListField, YearField
from media4sec.records.models import KindRecord, Lasting, Part
from workshops.choices import (
    AlternativeType,
    Aspect,
    CaseKind,
    PartnerRole,
    PatternGroup,
    Placement,
    Quadrant,
    SummaryBasis,
)
from workshops.kinds import CASE, PARTNER, PATTERN, SITUATION, SWOT_POINT, THEME, WORKSHOP


class Partner(KindRecord):
    """An organisation of the consortium that carried out the project."""

    kind = PARTNER

    order = models.PositiveSmallIntegerField("order in the consortium")
    short_name = models.CharField(max_length=40)
    country = CountryField(max_length=2, help_text="ISO 3166-1 alpha-2.")
    role = models.CharField(max_length=20, choices=PartnerRole)
    type = models.CharField("type of organisation", max_length=80, blank=True)
    website = models.URLField(max_length=400, blank=True)
    project_page_url = models.URLField("page about the project", max_length=400, blank=True)
    eu_contribution_eur = models.DecimalField(
        "EU contribution (euro)", max_digits=12, decimal_places=2, null=True, blank=True
    )


class Theme(KindRecord):
    """One of the six fields in which the project studied social media and public security."""

    kind = THEME

    order = models.PositiveSmallIntegerField("number", unique=True)
    alternative_name = models.CharField("also called", max_length=200, blank=True)
    lead_partner = models.ForeignKey(
        Partner, related_name="themes_led", null=True, blank=True, on_delete=models.PROTECT
    )
    page_url = models.URLField("page of the project", max_length=400, blank=True)
    key_questions = TextListField()


class Workshop(Lasting, KindRecord):
    """A dialogue workshop of the project: where, when, who came, what was said."""

    kind = WORKSHOP

    number = models.PositiveSmallIntegerField(unique=True)
    theme = models.ForeignKey(Theme, related_name="workshops", on_delete=models.PROTECT)
    city = models.CharField(max_length=100)
    country = CountryField(max_length=2, help_text="ISO 3166-1 alpha-2.")
    venue = models.CharField(max_length=200, blank=True)
    start_date = models.DateField("from")
    end_date = models.DateField("to")
    host_partner = models.ForeignKey(
        Partner, verbose_name="host", related_name="workshops_hosted", on_delete=models.PROTECT
    )
    page_url = models.URLField("page about it", max_length=400, blank=True)
    participants_count = models.PositiveIntegerField("participants", null=True, blank=True)
    participants_countries = models.PositiveIntegerField("countries of participants", null=True, blank=True)
    participant_types = TextListField("who came")
    findings = TextListField()
    agenda = TextListField()


class Speaker(Part):
    """A person named as speaker or contributor at a workshop, as printed in the source."""

    record_field = "workshop"

    workshop = models.ForeignKey(Workshop, related_name="speakers", on_delete=models.CASCADE)
    name = models.CharField(max_length=120)
    affiliation = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=200, blank=True)

    def __str__(self):
        return self.name


class PracticePattern(KindRecord):
    """A recurring way in which police, citizens or criminals use social media."""

    kind = PATTERN

    name_in_source = models.CharField("name in the source", max_length=200)
    group = models.CharField(max_length=20, choices=PatternGroup)
    family = models.ForeignKey(
        "self", related_name="members", null=True, blank=True, on_delete=models.PROTECT
    )
    family_basis = models.CharField("basis of the family", max_length=200, blank=True)
    order_in_contents = models.PositiveSmallIntegerField(
        "place in the published contents list", null=True, blank=True
    )
    summary_basis = models.CharField("basis of the summary", max_length=40, choices=SummaryBasis)
    problem = models.TextField(blank=True)
    solution = models.TextField(blank=True)
    themes = models.ManyToManyField(Theme, related_name="patterns", blank=True)
    related_patterns = models.ManyToManyField(
        "self", symmetrical=False, related_name="linked_from", blank=True
    )
    page_url = models.URLField("page of the pattern", max_length=400, blank=True)


class PracticeCase(KindRecord):
    """A real use of social media for public security, or a lesson drawn from several."""

    kind = CASE

    case_kind = models.CharField("case or lesson", max_length=10, choices=CaseKind)
    place = models.CharField(max_length=120, blank=True)
    country = CountryField(max_length=2, blank=True, help_text="ISO 3166-1 alpha-2.")
    year = YearField(null=True, blank=True)
    themes = models.ManyToManyField(Theme, related_name="cases", blank=True)
    patterns = models.ManyToManyField(PracticePattern, related_name="cases", blank=True)


class SwotPoint(KindRecord):
    """One strength, weakness, opportunity or threat named for a theme."""

    kind = SWOT_POINT

    theme = models.ForeignKey(Theme, related_name="swot_points", on_delete=models.PROTECT)
    quadrant = models.CharField(max_length=20, choices=Quadrant)
    placement = models.CharField("who chose the quadrant", max_length=20, choices=Placement)


class Situation(KindRecord):
    """A task to prepare or decide: the front door for planners."""

    kind = SITUATION

    order = models.PositiveSmallIntegerField()
    question = models.TextField()
    themes = models.ManyToManyField(Theme, related_name="situations", blank=True)
    patterns = models.ManyToManyField(PracticePattern, related_name="situations", blank=True)
    cases = models.ManyToManyField(PracticeCase, related_name="situations", blank=True)
    technologies_note = models.CharField("note on the technologies", max_length=300, blank=True)


class SituationPoint(Part):
    """A good, bad or ugly point of a situation, who is responsible for what in it, or what to ask before buying."""

    record_field = "situation"

    situation = models.ForeignKey(Situation, related_name="points", on_delete=models.CASCADE)
    aspect = models.CharField(max_length=20, choices=Aspect)
    actor = models.CharField(max_length=200, blank=True, help_text="Who is responsible; else empty.")
    text = models.TextField()

    def __str__(self):
        return f"{self.get_aspect_display()}: {self.text[:60]}"


class SituationAlternative(Part):
    """What could be done without social media, or without doing anything."""

    record_field = "situation"

    situation = models.ForeignKey(Situation, related_name="alternatives", on_delete=models.CASCADE)
    type = models.CharField(max_length=20, choices=AlternativeType)
    text = models.TextField()

    def __str__(self):
        return self.text[:60]
