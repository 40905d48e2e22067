"""The list of technologies and the page of one, by Django's class-based views."""

import re
from functools import lru_cache

from django.db.models import Count, Prefetch, Q
from django.db.models.functions import Lower
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.views.generic import DetailView, ListView

from benchmarks.stock.facets import COUNTRIES, TechnologyFilters, facets_of, published
from catalogue.kinds import TECHNOLOGY
from catalogue.models import Function, GlossaryTerm, Organisation, Statement, Technology
from ethics.models import EthicsIssue
from media4sec.records.models import Citation, Relation
from workshops.models import Theme

LENSES = {"good": "Good", "bad": "Bad", "ugly": "Ugly"}
NAMED = ("kind_name", "identifier", "slug", "title")
ORDERS = {
    "": ("Alive first", "status"),
    "title": ("Title, A to Z", "title"),
    "-title": ("Title, Z to A", "-title"),
    "-checked": ("Checked last", "-checked_on"),
    "checked": ("Checked longest ago", "checked_on"),
    "-flags": ("Most legal flags", "-flags"),
    "flags": ("Fewest legal flags", "flags"),
}
EXPORTS = (("CSV", "csv"), ("JSON", "json"), ("NDJSON", "ndjson"), ("BibTeX", "bib"), ("RIS", "ris"))


class TechnologyList(ListView):
    template_name = "stock/list.html"
    context_object_name = "technologies"
    paginate_by = 25

    def get_queryset(self):
        rows = TechnologyFilters(self.request.GET, queryset=published()).qs
        flags = Count("relations", filter=Q(relations__role="issues"), distinct=True)
        order = ORDERS.get(self.request.GET.get("sort", ""), ORDERS[""])[1]
        themes = Prefetch("themes", Theme.objects.order_by("order"))
        then = Lower("title") if order == "status" else "identifier"
        return rows.annotate(flags=flags).prefetch_related(themes).order_by(order, then)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        facets = facets_of(self.request.GET)
        query = self.request.GET.copy()
        query.pop("page", None)
        chips = []
        for facet in facets:
            for option in facet["chosen"]:
                rest = query.copy()
                rest.setlist(facet["name"], [other.value for other in facet["chosen"] if other is not option])
                chips.append({"label": f"{facet['title']}: {option.label}", "url": f"?{rest.urlencode()}"})
        return context | {
            "kind": TECHNOLOGY,
            "facets": facets,
            "chips": chips,
            "orders": [(name, label) for name, (label, _) in ORDERS.items()],
            "sort": self.request.GET.get("sort", ""),
            "total": published().count(),
            "query": query.urlencode(),
            "exports": EXPORTS,
        }


class TechnologyPage(DetailView):
    template_name = "stock/record.html"
    context_object_name = "technology"

    def get_object(self, queryset=None):
        identifier = "-".join(self.kwargs["ref"].split("-")[:2])
        related = (
            published()
            .select_related("published_revision")
            .prefetch_related(
                Prefetch("makers", Organisation.objects.only(*NAMED)),
                Prefetch("functions", Function.objects.only(*NAMED)),
                Prefetch("themes", Theme.objects.order_by("order")),
                Prefetch("citations", Citation.objects.select_related("source").order_by("position", "pk")),
                Prefetch(
                    "relations",
                    Relation.objects.filter(role="issues").order_by("position", "pk"),
                    "to_issues",
                ),
                Prefetch(
                    "related_from",
                    Relation.objects.filter(record__public_state="published")
                    .select_related("record")
                    .only("role", "target", *(f"record__{name}" for name in (*NAMED, "summary", "lens")))
                    .order_by("record__kind_name", "record__identifier"),
                    "from_others",
                ),
                "examples",
                "roadmap_items",
                "training_modules",
            )
        )
        return related.get(identifier=identifier)

    def get_context_data(self, **kwargs):
        technology = self.object
        issue_ids = [relation.target_id for relation in technology.to_issues]
        issues = EthicsIssue.objects.filter(pk__in=issue_ids).prefetch_related("instruments", "deliverables")
        issues = sorted(issues, key=lambda issue: issue_ids.index(issue.pk))
        statements = (
            Statement.objects.filter(public_state="published")
            .filter(relations__role="subjects", relations__target__in=[technology.pk, *issue_ids])
            .select_related("workshop", "deliverable", "theme")
            .prefetch_related("relations", Prefetch("citations", Citation.objects.select_related("source")))
            .order_by("identifier")
            .distinct()
        )
        own = [
            statement
            for statement in statements
            if any(relation.target_id == technology.pk for relation in statement.relations.all())
        ]
        shown = own or list(statements)
        counts = {lens: {} for lens in LENSES}
        for statement in shown:
            if statement.lens and statement.theme:
                numbers = counts[statement.lens]
                numbers[statement.theme.order] = numbers.get(statement.theme.order, 0) + 1
        return super().get_context_data(**kwargs) | {
            "kind": TECHNOLOGY,
            "country": COUNTRIES.get(technology.country, technology.country),
            "themes_by_lens": [
                (lens, label, [counts[lens].get(number, 0) for number in range(1, 7)])
                for lens, label in LENSES.items()
            ],
            "columns": [
                {"lens": lens, "label": label, "statements": [row for row in shown if row.lens == lens]}
                for lens, label in LENSES.items()
            ],
            "columns_are_wider": not own,
            "issues": issues,
            "links": links_of(technology),
            "neighbours": neighbours_of(technology, issue_ids),
            "statements": own,
            "versions": technology.revisions.filter(published_at__isnull=False).count(),
            "glossary": Glossary(),
            "unknown": [
                field.verbose_name
                for field in Technology._meta.local_fields
                if field.name in TECHNOLOGY.page.facts and getattr(technology, field.name) in ("", None, [])
            ],
        }


def links_of(technology):
    """Records that name this one, by kind."""
    groups = {}
    for relation in technology.from_others:
        if relation.record.kind_name != "statement":
            groups.setdefault(relation.record.kind_name, {})[relation.record.pk] = relation.record
    for name in ("examples", "roadmap_items", "training_modules"):
        for record in getattr(technology, name).all():
            if record.public_state == "published":
                groups.setdefault(record.kind_name, {})[record.pk] = record
    return {name: list(records.values()) for name, records in groups.items()}


def neighbours_of(technology, issue_ids):
    """Technologies that share most functions and issues with this one."""
    functions = [function.pk for function in technology.functions.all()]
    near = (
        published()
        .exclude(pk=technology.pk)
        .annotate(
            shared=Count("functions", filter=Q(functions__in=functions), distinct=True)
            + Count(
                "relations",
                filter=Q(relations__role="issues", relations__target__in=issue_ids),
                distinct=True,
            )
        )
        .filter(shared__gt=0)
        .prefetch_related(
            Prefetch("functions", Function.objects.filter(pk__in=functions), "shared_functions"),
            Prefetch(
                "relations",
                Relation.objects.filter(role="issues", target__in=issue_ids).select_related("target"),
                "shared_issues",
            ),
        )
    )
    return near.order_by("-shared", "identifier")[:6]


class Glossary:
    """The terms of the glossary for one page: the first use of each leads to its definition."""

    def __init__(self):
        rows = GlossaryTerm.objects.filter(public_state="published").order_by("title")
        self.terms = {}
        for identifier, title, summary, aliases in rows.values_list(
            "identifier", "title", "summary", "aliases"
        ):
            for name in (title, *aliases):
                self.terms[name.casefold()] = (identifier, title, summary)
        self.seen = {}

    def mark(self, text):
        def link(match):
            identifier, title, summary = self.terms[match[0].casefold()]
            if identifier in self.seen:
                return escape(match[0])
            self.seen[identifier] = (title, summary)
            address = f'href="/glossary/{identifier}/" aria-describedby="term-{identifier}"'
            return f'<a class="term" {address}>{escape(match[0])}</a>'

        parts, end = [], 0
        for match in pattern_of(tuple(self.terms)).finditer(text):
            parts += [escape(text[end : match.start()]), link(match)]
            end = match.end()
        return mark_safe("".join([*parts, escape(text[end:])]))

    @property
    def used(self):
        return self.seen.items()


@lru_cache(maxsize=4)
def pattern_of(names):
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])", re.IGNORECASE)
