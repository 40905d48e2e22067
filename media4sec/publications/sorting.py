"""The order of a list: the kinds' own, or one that a reader asks for. The same on both databases."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

import numpy as np
from django.http import QueryDict
from django.utils.translation import get_language, gettext

from media4sec.kinds import NO_VALUE, Facet, Kind
from media4sec.letters import sort_key
from media4sec.publications.index import current
from media4sec.publications.lists import Listing, facets_of, listing

Say = Callable[[Facet, str, str], str]  # (facet, value, its English words) → the words that are shown


def asked(
    kinds: Iterable[Kind],
    data: QueryDict,
    *,
    also: Iterable[str] = (),
    facets: tuple[Facet, ...] | None = None,
    say: Say | None = None,
    counted: Collection[str] | None = None,
    is_ranked: bool = True,
) -> Listing:
    """``listing()``, in the order that the parameter ``sort`` names: one of ``orders_of()``, or ``-`` and the name.

    ``say`` puts a facet's value into the words that are shown: ``say(facet, value, label)``. Without it they are
    the English ones, as in files.
    """
    answer = listing(kinds, data, also=("sort", *also), facets=facets, counted=counted, is_ranked=is_ranked)
    answer.sort = data.get("sort", "")
    if answer.sort and answer.sort.removeprefix("-") not in orders_of(answer.kinds, answer.facets):
        answer.errors.append(("sort", gettext("This list has no such order.")))
    elif answer.sort and is_ranked and not answer.errors:
        answer.result.ids = in_order(answer, answer.sort, say)
    return answer


def orders_of(kinds: Iterable[Kind], facets: Iterable[Facet] | None = None) -> tuple[str, ...]:
    """The names of the orders that a list of these kinds has."""
    names = ["title", "checked", "changed"]
    if any(kind.links.flags for kind in kinds):
        names.append("flags")
    names += [facet.name for facet in (facets or facets_of(tuple(kinds))) if facet.name not in names]
    return tuple(names)


def in_order(answer: Listing, sort: str, say: Say | None = None) -> np.ndarray:
    """The ids by one property; equal ones stay as they were, those that do not have it come last."""
    index = answer.index or current()
    slots = index.slots(answer.result.ids)
    keys = _keys(answer, sort.removeprefix("-"), say or (lambda facet, value, label: label))[slots]
    has = ~np.isnan(keys)
    order = np.argsort(-keys[has] if sort.startswith("-") else keys[has], kind="stable")
    return index.pks[np.concatenate((slots[has][order], slots[~has]))]


def _keys(answer, name, say):
    """A number for each slot, by which lists are sorted; none for those that do not have the property."""
    index = answer.index
    if name == "title":
        return index.by_title(get_language())
    if name in ("checked", "changed"):
        return getattr(index, name)
    if name == "flags":
        return _counts({kind.flag_field for kind in answer.kinds if kind.links.flags}, index)
    kind_names = [kind.name for kind in answer.kinds]
    parts, labels = index.terms(name, kind_names), index.facet(name)[1]
    facet = next(facet for facet in answer.facets if facet.name == name)
    places = _places(facet, labels, answer.kinds, say)
    keys = np.full(index.count, np.nan)
    for slots, numbers in parts:
        np.fmin.at(keys, slots, places[numbers])
    return keys


def _counts(fields, index):
    """How many values of these fields each slot has; none for 0."""
    counts = np.zeros(index.count)
    for field in fields:
        parts, labels = index.facet(field)
        is_stated = np.array([value != NO_VALUE for value, _ in labels], bool)
        for slots, numbers in parts:
            counts += np.bincount(slots[is_stated[numbers]], minlength=index.count)
    counts[counts == 0] = np.nan
    return counts


def _places(facet, labels, kinds, say):
    """The places of the values of a facet: states in the order of their shapes, from the full one to the unknown, all
    else by its words.
    """
    states = dict.fromkeys(
        value for kind in kinds if kind.state.source == facet.source for value in kind.state.shapes
    )
    rank = {value: position for position, value in enumerate(states)}
    keys = [(rank.get(value, len(rank)), by_words(say(facet, value, label))) for value, label in labels]
    place_of = {key: place for place, key in enumerate(sorted(set(keys)))}
    places = np.array([place_of[key] for key in keys], np.float64)
    places[[value == NO_VALUE for value, _ in labels]] = np.nan
    return places


def by_words(text: object) -> Any:
    """A key that puts words in the order of the alphabet of the page's language."""
    return sort_key(str(text), get_language())
