"""Filters of the list of technologies, and how many it would have with each of their values, counted for each page."""

import json
from collections import Counter
from dataclasses import dataclass

import django_filters
from babel import Locale
from django.db.models import Count, FilteredRelation, Q, TextField
from django.db.models.functions import Cast, TruncMonth

from catalogue.models import Technology
from media4sec.records.models import Record

NOT_STATED = "not-stated"
OPEN_FACETS, SHOWN_OPTIONS, LISTED_OPTIONS = (
    5,
    6,
    8,
)  # as on the portal's lists: the first, where there are more
COUNTRIES = dict(Locale("en").territories)
YES_NO = {True: "yes", False: "no"}


class Facet:
    """A filter with several values, of which any will do; ``name`` is its parameter."""

    def __init__(self, name, title, field, empty="Not stated in the source"):
        self.name, self.title, self.field, self.empty = name, title, field, empty

    def matching(self, values):
        """The condition that a record has one of these values."""
        found = Q(**{f"{self.field}__in": [value for value in values if value != NOT_STATED]})
        return found | Q(**{self.field: ""}) if NOT_STATED in values else found

    def counted(self, records):
        """``[(value, label, how many)]``"""
        rows = records.order_by().values_list(self.field).annotate(number=Count("pk"))
        return [(value, self.label(value), number) if value else self.none(number) for value, number in rows]

    def none(self, number):
        return NOT_STATED, self.empty, number

    def label(self, value):
        choices = dict(Technology._meta.get_field(self.field).flatchoices)
        return choices.get(value, value)


class CountryFacet(Facet):
    def label(self, value):
        return COUNTRIES.get(value, value)


class YesNoFacet(Facet):
    def matching(self, values):
        found = Q(**{f"{self.field}__in": [value == "yes" for value in values if value != NOT_STATED]})
        return found | Q(**{f"{self.field}__isnull": True}) if NOT_STATED in values else found

    def counted(self, records):
        rows = records.order_by().values_list(self.field).annotate(number=Count("pk"))
        return [
            self.none(number) if value is None else (YES_NO[value], YES_NO[value].capitalize(), number)
            for value, number in rows
        ]


class MonthFacet(Facet):
    def matching(self, values):
        found = Q(pk__in=[])
        for value in values:
            found |= Q(**{f"{self.field}__startswith": value})
        return found

    def counted(self, records):
        rows = records.order_by().annotate(month=TruncMonth(self.field)).values_list("month")
        return [
            (f"{month:%Y-%m}", f"{month:%B %Y}", number) if month else self.none(number)
            for month, number in rows.annotate(number=Count("pk"))
        ]


class RecordFacet(Facet):
    """Other records, by a many-to-many field."""

    value, title_of = "identifier", "title"

    def matching(self, values):
        wanted = Q(**{f"{self.field}__{self.value}__in": values})
        if NOT_STATED in values:
            wanted |= Q(**{f"{self.field}__isnull": True})
        return Q(pk__in=Technology.objects.filter(wanted).order_by().values("pk"))

    def counted(self, records):
        names = (f"{self.field}__{self.value}", f"{self.field}__{self.title_of}")
        rows = records.order_by().values_list(*names).annotate(number=Count("pk", distinct=True))
        return [(value, label, number) if value else self.none(number) for value, label, number in rows]


class IssueFacet(RecordFacet):
    """The issues, which are kept as relations of a role."""

    def matching(self, values):
        wanted = Q(relations__role="issues", relations__target__identifier__in=values)
        if NOT_STATED in values:
            wanted |= ~Q(relations__role="issues")
        return Q(pk__in=Technology.objects.filter(wanted).order_by().values("pk"))

    def counted(self, records):
        links = FilteredRelation("relations", condition=Q(relations__role="issues"))
        return super().counted(records.annotate(issue_links=links))


class TagFacet(RecordFacet):
    value = title_of = "name"

    def counted(self, records):
        return [row for row in super().counted(records) if row[0] != NOT_STATED]


class ListFacet(Facet):
    """Values of a list within the row, which neither database counts without SQL of its own: counted here."""

    def matching(self, values):
        texts = Technology.objects.annotate(texts=Cast(self.field, TextField()))
        wanted = Q(pk__in=[])
        for value in values:
            wanted |= Q(texts="[]") if value == NOT_STATED else Q(texts__contains=json.dumps(value))
        return Q(pk__in=texts.filter(wanted).order_by().values("pk"))

    def counted(self, records):
        lists = records.order_by().values_list(self.field, flat=True)
        found = Counter(value for values in lists for value in values or [NOT_STATED])
        labels = dict(Technology._meta.get_field(self.field).options.choices) if self._has_options else {}
        return [
            self.none(number) if value == NOT_STATED else (value, labels.get(value, value), number)
            for value, number in found.items()
        ]

    @property
    def _has_options(self):
        return Technology._meta.get_field(self.field).options is not None


FACETS = (
    RecordFacet("theme", "Theme", "themes", "No theme named"),
    RecordFacet("function", "Function", "functions"),
    Facet("status", "Status", "status"),
    IssueFacet("issue", "Issue raised", "issue_links__target", "Not assessed yet"),
    Facet("price", "Price", "price"),
    ListFacet("works-on", "Works on", "works_on"),
    YesNoFacet("data-leaves", "Data leave your organisation", "data_leaves"),
    Facet("licence", "Licence", "licence"),
    Facet("kind", "Kind", "technology_kind"),
    ListFacet("platform", "Platform", "platforms_covered"),
    ListFacet("user", "Target user", "target_users"),
    Facet("eu-project", "EU project", "eu_project_acronym", "No EU project named"),
    CountryFacet("country", "Country", "country"),
    RecordFacet("maker", "Maker", "makers"),
    YesNoFacet("d22", "In the project’s own catalogue", "listed_in_d22", "Not known"),
    Facet("lens", "Lens", "lens", "No lens given"),
    Facet("provenance", "Provenance", "provenance"),
    YesNoFacet("verified", "Verified", "verified", "Not stated"),
    TagFacet("tag", "Tag", "tags", ""),
    MonthFacet("checked", "Checked", "checked_on", "Not checked yet"),
)


def conditions_of(data):
    """What is asked of each facet: ``{name: condition}``."""
    return {facet.name: facet.matching(data.getlist(facet.name)) for facet in FACETS if facet.name in data}


class TechnologyFilters(django_filters.FilterSet):
    """The same facets, and words in the title."""

    q = django_filters.CharFilter(field_name="title", lookup_expr="icontains")

    class Meta:
        model = Technology
        fields = ()

    def filter_queryset(self, queryset):
        return super().filter_queryset(queryset).filter(*conditions_of(self.data).values())


@dataclass
class Option:
    value: str
    label: str
    count: int
    checked: bool


def published():
    return Technology.objects.filter(public_state=Record.State.PUBLISHED).order_by("identifier")


def facets_of(data):
    """Each facet with the options that would find something, counted without the facet itself.

    The first five show their commonest values, the others what is chosen.
    """
    conditions, found = conditions_of(data), []
    words = Q(title__icontains=data["q"]) if data.get("q") else Q()
    everything = published().filter(words, *conditions.values())
    for facet in FACETS:
        chosen = data.getlist(facet.name)
        others = [condition for name, condition in conditions.items() if name != facet.name]
        records = published().filter(words, *others) if chosen else everything
        options = [Option(*row, row[0] in chosen) for row in facet.counted(records)]
        options.sort(key=lambda option: (option.value == NOT_STATED, -option.count, option.label.casefold()))
        if len(options) < 2 and not chosen:
            continue
        is_open = len(found) < OPEN_FACETS
        room = LISTED_OPTIONS if len(options) <= LISTED_OPTIONS else SHOWN_OPTIONS
        shown = [o for place, o in enumerate(options) if o.checked or (is_open and place < room)]
        found.append(
            {
                "name": facet.name,
                "title": facet.title,
                "is_open": is_open,
                "chosen": [option for option in options if option.checked],
                "options": shown,
                "total": len(options) if len(shown) < len(options) else 0,
            }
        )
    return found
