"""The order of a list: the kinds' own, or one that a reader asks for. The same on both databases."""

from collections import defaultdict
from functools import cache

from django.utils.translation import get_language, gettext

from media4sec.letters import sort_key
from media4sec.publications.lists import facets_of, listing
from media4sec.publications.models import Publication, Term

FEW = 500  # so many ids are named in a query; for more it is cheaper to read all that is published


def asked(kinds, data, *, also=(), facets=None, say=None):
    """``listing()``, in the order that the parameter ``sort`` names: one of ``orders_of()``, or ``-`` and the name.

    ``say`` puts a facet's value into the words that are shown: ``say(facet, value, label)``. Without it they are
    the English ones, as in files.
    """
    answer = listing(kinds, data, also=("sort", *also), facets=facets)
    answer.sort = data.get("sort", "")
    if answer.sort and answer.sort.removeprefix("-") not in orders_of(answer.kinds, answer.facets):
        answer.errors.append(("sort", gettext("This list has no such order.")))
    elif answer.sort and not answer.errors:
        answer.result.ids = in_order(answer.result.ids, answer.sort, answer.kinds, answer.facets, say)
    return answer


def orders_of(kinds, facets=None):
    """The names of the orders that a list of these kinds has."""
    names = ["title", "checked", "changed"]
    if any(kind.flags for kind in kinds):
        names.append("flags")
    names += [facet.name for facet in (facets or facets_of(tuple(kinds))) if facet.name not in names]
    return tuple(names)


def in_order(ids, sort, kinds, facets, say=None):
    """The ids by one property; equal ones stay as they were, those that do not have it come last. One query."""
    keys = _keys(ids, sort.removeprefix("-"), kinds, facets, say or (lambda facet, value, label: label))
    having = [pk for pk in ids if pk in keys]
    having.sort(key=keys.get, reverse=sort.startswith("-"))
    return [*having, *(pk for pk in ids if pk not in keys)]


def _keys(ids, name, kinds, facets, say):
    inside = set(ids)
    scope = ids if len(ids) <= FEW else Publication.objects.published().values("pk")
    column = {"title": "title", "checked": "checked_on", "changed": "modified_at"}.get(name)
    if column:
        rows = Publication.objects.filter(pk__in=scope).values_list("pk", column)
        plain = by_words if name == "title" else lambda value: value
        return {pk: plain(value) for pk, value in rows if pk in inside and value is not None}
    terms = Term.objects.filter(publication__in=scope).exclude(value="not-stated")
    found = defaultdict(list)
    if name == "flags":
        rows = terms.filter(field__in=[flag_field(kind) for kind in kinds if kind.flags])
        for pk, value in rows.values_list("publication_id", "value"):
            found[pk].append(value)
        return {pk: len(values) for pk, values in found.items() if pk in inside}
    for pk, value, label in terms.filter(field=name).values_list("publication_id", "value", "label"):
        found[pk].append((value, label))
    facet = next(facet for facet in facets if facet.name == name)
    rank = _ranks(facet, kinds)

    @cache
    def place(value, label):
        return rank.get(value, len(rank)), by_words(say(facet, value, label))

    return {
        pk: min(place(value, label) for value, label in values)
        for pk, values in found.items()
        if pk in inside
    }


def _ranks(facet, kinds):
    """States stand in the order of their shapes, from the full one to the unknown; all else by its words."""
    values = dict.fromkeys(value for kind in kinds if kind.state == facet.source for value in kind.shapes)
    return {value: position for position, value in enumerate(values)}


def flag_field(kind):
    """The field of the terms that are this kind's legal flags."""
    return next((facet.name for facet in kind.all_facets if facet.source == kind.flags), kind.flags)


def by_words(text):
    """A key that puts words in the order of the alphabet of the page's language."""
    return sort_key(str(text), get_language())
