"""A record with one field of every sort, and parts with sources and links of their own."""

from django.db import models

from media4sec.records.fields import TextListField
from media4sec.records.models import KindRecord, Part
from tests.throwaway.choices import Colour, Shade
from tests.throwaway.kinds import THROWAWAY
from workshops.models import Theme


class Throwaway(KindRecord):
    """Something made to be thrown away."""

    kind = THROWAWAY

    colour = models.CharField(max_length=10, choices=Colour)
    shades = TextListField(options=Shade)
    weight = models.PositiveIntegerField("weight (grams)", null=True, blank=True)
    cost = models.DecimalField("cost (euro)", max_digits=8, decimal_places=2, null=True, blank=True)
    is_new = models.BooleanField("new", null=True, blank=True)
    thrown_on = models.DateField("thrown away", null=True, blank=True)
    homepage = models.URLField(max_length=200, blank=True)
    story = models.TextField(blank=True)
    themes = models.ManyToManyField(Theme, related_name="+", blank=True)


class Piece(Part):
    """What it fell into."""

    record_field = "throwaway"

    throwaway = models.ForeignKey(Throwaway, related_name="pieces", on_delete=models.CASCADE)
    text = models.TextField()

    def __str__(self):
        return self.text
