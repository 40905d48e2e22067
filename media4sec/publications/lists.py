"""The parameters of a list, declared and validated once, for pages and API alike."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import django_filters
import numpy as np
from django import forms
from django.conf import settings
from django.core.validators import ProhibitNullCharactersValidator
from django.db.models import Q
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext

from media4sec.kinds import (
    COMMON_FACETS,
    NO_VALUE,
    SECTIONS,
    THEME_FACET,
    Facet,
    Kind,
    is_behind,
    kinds_by_name,
    lower_first,
)
from media4sec.letters import same
from media4sec.publications.facets import NO_OPTIONS, Options, Result, filtered, unfiltered
from media4sec.publications.index import Index, current
from media4sec.publications.models import Publication
from media4sec.publications.search import Found, search

MAX_WORDS = 200
MAX_VALUE = 600
MAX_VALUES = 50
NO_IDS = np.zeros(0, np.int64)


class RepeatedWidget(forms.Widget):
    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])


class RepeatedField(forms.Field):
    """A parameter that may stand several times; each value is one the facet knows."""

    widget = RepeatedWidget

    def clean(self, value: Iterable[str]) -> list[str]:
        values = list(dict.fromkeys(item for item in value if item))
        if len(values) > MAX_VALUES:
            raise forms.ValidationError(
                gettext("At most %(number)s values can be asked for at once.") % {"number": MAX_VALUES}
            )
        for item in values:
            ProhibitNullCharactersValidator()(item)
            if len(item) > MAX_VALUE:
                raise forms.ValidationError(
                    gettext("A value has at most %(number)s characters.") % {"number": MAX_VALUE}
                )
        return values


class RepeatedFilter(django_filters.Filter):
    field_class = RepeatedField


class PublicationFilterSet(django_filters.FilterSet):
    """What every list can be asked; facets are added for the kinds at hand."""

    q = django_filters.CharFilter(label="Words", max_length=MAX_WORDS)


@cache
def form_fields_of(facets: tuple[Facet, ...]) -> dict[str, forms.Field]:
    """The fields of a list's FilterSet: words, and every facet."""
    filters = {facet.name: RepeatedFilter(label=facet.title) for facet in facets}
    filterset = type("ListFilterSet", (PublicationFilterSet,), filters)
    return filterset(queryset=Publication.objects.none()).get_form_class().base_fields


def values_asked(
    parameters: dict[str, forms.Field], data: QueryDict
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """(what is asked of each, what is wrong with it); a bound form would copy all of its fields for each request."""
    values, errors = {}, []
    for name, parameter in parameters.items():
        try:
            values[name] = parameter.clean(parameter.widget.value_from_datadict(data, {}, name))
        except forms.ValidationError as error:
            errors += [(name, text) for text in error.messages]
    return values, errors


@cache
def facets_of(kinds: tuple[Kind, ...]) -> tuple[Facet, ...]:
    """The facets of all these kinds, each name once: first those that only these kinds have."""
    found = {}
    if len(kinds) > 1:
        found = {facet.name: facet for facet in COMMON_FACETS if facet.name == "type"}
    for kind in kinds:
        for facet in kind.listed.facets:
            found.setdefault(facet.name, facet)
    for facet in COMMON_FACETS:
        found.setdefault(facet.name, facet)
    return tuple(found.values())


SEARCH_FACETS = (
    *(facet for facet in COMMON_FACETS if facet.name in ("type", "lens", "provenance")),
    THEME_FACET,
)


def title_of(members: Sequence[Kind]) -> str:
    """“Tools”, as the menu says; “Glossary”; of other kinds that share a list, all of them."""
    first, *others = members
    if not is_behind(first):
        return str(SECTIONS[first.section])
    if first.names.title or not others:
        return first.names.heading
    text = str(first.names.many)
    for kind in others:
        text = gettext("%(first)s and %(second)s") % {"first": text, "second": lower_first(kind.names.many)}
    return text


@dataclass
class Listing:
    """A list as asked for: what was wrong with the question, or which publications answer it."""

    kinds: tuple[Kind, ...]
    facets: tuple[Facet, ...]
    words: str = ""
    chosen: dict[str, list[str]] = field(default_factory=dict)
    respelled: set[str] = field(default_factory=set)  # facets of which a value was written in another way
    errors: list[tuple[str, str]] = field(default_factory=list)
    result: Result = field(default_factory=lambda: Result(NO_IDS, 0))  # empty where the question was wrong
    found: Found | None = None  # where words were asked for: what they were taken for
    under: dict[int, list[int]] = field(default_factory=dict)  # a hit, and the others of its concept after it
    sort: str = ""
    index: Index | None = None  # by which it was answered


def listing(
    kinds: Iterable[Kind],
    data: QueryDict,
    *,
    also: Iterable[str] = (),
    facets: tuple[Facet, ...] | None = None,
    counted: Collection[str] | None = None,
    is_ranked: bool = True,
) -> Listing:
    """Answer a list's parameters (a QueryDict).

    ``also`` names parameters that are not filters; ``facets`` narrows what may be asked; of those in ``counted`` the
    options are counted, if not of all: of the others only where they filter. Where no more is wanted, what was found
    need not be ``is_ranked``. What could only be guessed is refused: a parameter without a value, and one that says two
    things. Values are compared as readers do: case and accents apart.
    """
    kinds = tuple(kinds)
    facets = facets_of(kinds) if facets is None else facets
    parameters = form_fields_of(facets)
    answer = Listing(kinds, facets)
    known = {*parameters, *also}
    answer.errors += [
        (name, gettext("There is no such parameter here.")) for name in data if name not in known
    ]
    answer.errors += misread(data, {name for name in data if name in known}, once=("q", *also))
    values, errors = values_asked(parameters, data)
    answer.errors += errors
    if answer.errors:
        return answer
    answer.words = values["q"].strip()
    answer.chosen = {facet.name: values[facet.name] for facet in facets}
    names = [kind.name for kind in kinds]
    index = answer.index = current()
    asked = [
        facet.name
        for facet in facets
        if counted is None or facet.name in counted or answer.chosen[facet.name]
    ]
    if not answer.words and not any(answer.chosen.values()):
        answer.result = unfiltered(names, asked, index)
        return answer
    if answer.words:
        answer.found = search(answer.words, names, index)
    slots = answer.found.hits(is_ranked) if answer.found else index.ordered(names)
    answer.result = filtered(slots, asked, answer.chosen, index, names, are_all=not answer.found)
    missing = _not_found(answer.chosen, answer.result)
    labels = _known(missing, answer, index) if missing else {}
    if _respell(missing, labels, answer, index):
        answer.result = filtered(slots, asked, answer.chosen, index, names, are_all=not answer.found)
        missing = _not_found(answer.chosen, answer.result)
        labels |= _known(missing, answer, index)
    if answer.found and is_ranked:  # once it is known what was chosen, however it was spelled
        answer.result.ids, answer.under = index.by_concept(answer.result.ids)
    for name, values in missing.items():
        for value in values:
            if (name, value) in labels:
                options = answer.result.options.setdefault(name, Options([], [], NO_IDS, answer.chosen[name]))
                options.add(value, labels[name, value])
            else:
                answer.errors.append((name, gettext("“%(value)s” is not known.") % {"value": value}))
    return answer


def misread(data: QueryDict, names: Iterable[str], once: Iterable[str] = ()) -> list[tuple[str, str]]:
    """What is wrong with these parameters if they have no value, or several where only one makes sense."""
    errors = []
    for name in data:
        values = data.getlist(name)
        if name in names and not all(value.strip() for value in values):
            errors.append((name, gettext("It has no value: give it one, or leave it out.")))
        elif name in names and name in once and len(values) > 1:
            errors.append((name, gettext("It can have only one value.")))
    return errors


def _respell(missing, known, answer, index):
    """Values that are known in other letters become those: “crowd control” is the tag “Crowd control”."""
    for name, values in missing.items():
        for value in values:
            found = [other for facet, other in known if facet == name and same(other) == same(value)]
            found += index.spelled(name, value)
            if (name, value) not in known and found:
                at = answer.chosen[name].index(value)
                answer.chosen[name][at : at + 1] = found
                answer.respelled.add(name)
        answer.chosen[name] = list(dict.fromkeys(answer.chosen[name]))
    return bool(answer.respelled)


def _not_found(chosen, result):
    """Values that none of these records has; that alone does not make them unknown."""
    missing = {}
    for name, values in chosen.items():
        has = result.options.get(name, NO_OPTIONS).values
        unknown = [value for value in values if value not in has]
        if unknown:
            missing[name] = unknown
    return missing


def _known(missing, answer, index):
    """What a facet knows although no record here has it: choices, what other public records have, public records.

    Such a value has an empty list; only what nobody ever heard of is refused. ``{(facet, value): label}``
    """
    found = _choices(answer)
    wanted = {name: values for name, values in missing.items() if not all((name, v) in found for v in values)}
    if wanted:
        for name, values in wanted.items():
            found |= {(name, value): label for value, label in index.known(name, values).items()}
        is_it = Q()
        for name, values in wanted.items():
            spellings = {spelled for v in values for spelled in (v, v.upper(), v.lower())}
            is_it |= Q(kind=name, identifier__in=spellings)
        records = Publication.objects.published().filter(is_it, kind__in=kinds_by_name())
        found |= {
            (kind, value): title for kind, value, title in records.values_list("kind", "identifier", "title")
        }
    return found


def _choices(answer):
    """The values that the facets know whatever the records have, in English: ``{(facet, value): label}``."""
    found = {}
    with translation.override(settings.LANGUAGE_CODE):
        for kind in answer.kinds:
            for facet in kind.listed.all_facets:
                labels = dict(facet.choices.choices) if facet.choices else {}
                labels |= kind.words.get(facet.source, {})
                if facet.name == "type":
                    labels[kind.name] = kind.names.many
                if facet.empty:
                    labels[NO_VALUE] = facet.empty
                own = {(facet.name, str(value)): str(label) for value, label in labels.items()}
                found = (
                    own | found
                )  # of a facet that several kinds have, the first one's words, as its title is
    return found
