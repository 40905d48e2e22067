"""What the project asked for, in which order, and the training and standards that help to carry it out."""

from django.core.exceptions import ValidationError
from django.db import models

from catalogue.models import DatedRecord, Technology
from ethics.models import EthicsIssue, LegalInstrument
from media4sec.records.fields import InexactDateField, TextListField
from media4sec.records.models import KindRecord, Part
from roadmap.choices import Access, Addressee, Audience, StandardKind, StandardStatus, Strand, TrainingKind
from roadmap.kinds import ROADMAP_ITEM, STANDARD, TRAINING_MODULE
from workshops.models import PracticePattern, Situation, Theme


class RoadmapItem(KindRecord):
    """Something the project asked somebody to do."""

    kind = ROADMAP_ITEM

    strand = models.CharField(max_length=40, choices=Strand)
    horizon = models.CharField(max_length=60, blank=True, help_text="Only if a source gives one.")
    addressed_to = TextListField(options=Addressee)
    themes = models.ManyToManyField(Theme, related_name="roadmap_items", blank=True)
    depends_on = models.ManyToManyField(
        "self", verbose_name="what must come first", symmetrical=False, related_name="enables", blank=True
    )
    issues = models.ManyToManyField(EthicsIssue, related_name="roadmap_items", blank=True)
    technologies = models.ManyToManyField(Technology, related_name="roadmap_items", blank=True)
    patterns = models.ManyToManyField(PracticePattern, related_name="roadmap_items", blank=True)
    in_d35 = models.BooleanField("stated in D3.5", null=True, blank=True)

    def check_links(self):
        super().check_links()
        reached, waiting = set(), [self]
        while waiting:
            for item in waiting.pop().depends_on.all():
                if item.pk == self.pk:
                    raise ValidationError(
                        {"depends_on": f"{self.identifier} would have to come before itself."}
                    )
                if item.pk not in reached:
                    reached.add(item.pk)
                    waiting.append(item)


class RoadmapUpdate(Part):
    """What happened since the project asked for it: a standard, a law, a tool."""

    record_field = "item"

    item = models.ForeignKey(RoadmapItem, related_name="updates", on_delete=models.CASCADE)
    date = InexactDateField(blank=False)
    text = models.TextField()
    verified = models.BooleanField(null=True, blank=True)

    def __str__(self):
        return f"{self.date} {self.text[:60]}"


class TrainingModule(KindRecord):
    """A course, game, exercise or guideline that somebody offers."""

    kind = TRAINING_MODULE

    training_kind = models.CharField("kind", max_length=20, choices=TrainingKind)
    learning_outcomes = TextListField()
    audience = TextListField(options=Audience)
    provider = models.CharField(max_length=200, blank=True)
    themes = models.ManyToManyField(Theme, related_name="training_modules", blank=True)
    technologies = models.ManyToManyField(Technology, related_name="training_modules", blank=True)
    part_of_d36 = models.BooleanField("part of D3.6", null=True, blank=True)


class Standard(DatedRecord):
    """A standard, guideline, format or set of clauses that somebody issued, or is about to."""

    kind = STANDARD

    full_title = models.TextField()
    number = models.CharField("number or version", max_length=80, blank=True)
    body = models.CharField("issued by", max_length=200)
    standard_kind = models.CharField("kind", max_length=20, choices=StandardKind)
    standard_status = models.CharField("status", max_length=20, choices=StandardStatus)
    access = models.CharField(max_length=10, choices=Access, blank=True)
    earlier_edition = models.CharField(max_length=120, blank=True)
    gives = models.TextField("what it gives a planner", help_text="In one sentence.")
    official_url = models.URLField("official page", max_length=400, blank=True)
    issues = models.ManyToManyField(EthicsIssue, related_name="standards", blank=True)
    situations = models.ManyToManyField(Situation, related_name="standards", blank=True)
    roadmap_items = models.ManyToManyField(RoadmapItem, related_name="standards", blank=True)
    instruments = models.ManyToManyField(LegalInstrument, related_name="standards", blank=True)
