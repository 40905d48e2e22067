"""Facets, counts and filters over the terms: match once, count in one pass over the columns of the index."""

from dataclasses import dataclass, field

import numpy as np

from media4sec.kinds import kinds
from media4sec.publications.index import current


@dataclass
class Option:
    value: str
    label: str
    count: int = 0
    checked: bool = False


@dataclass
class Result:
    """The ids that pass all filters, in order, and every facet's options with counts that stay."""

    ids: list[int]
    total: int
    options: dict[str, list[Option]] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)  # results without this facet’s filter

    @property
    def count(self):
        return len(self.ids)


def filtered(ids, facets, chosen, index=None):
    """Filter publications by terms: OR inside a facet, AND across; an option's count leaves its own facet out.

    ``ids`` is ordered; ``facets`` names the facets in use; ``chosen`` maps a facet to the wanted values.
    """
    index = index or current()
    columns = index.columns(facets)
    slots = index.slots(ids)
    inside = np.zeros(index.count, bool)
    inside[slots] = True
    matches = {}
    for name, values in chosen.items():
        if values:
            held, numbers, labels = columns[name]
            wanted = [number for number, (value, _) in enumerate(labels) if value in set(values)]
            matches[name] = np.zeros(index.count, bool)
            matches[name][held[np.isin(numbers, wanted)]] = True
    without = {}
    for name in matches:
        without[name] = inside.copy()
        for other in matches:
            if other != name:
                without[name] &= matches[other]
    passing = inside.copy()
    for found in matches.values():
        passing &= found
    options = {}
    for name in facets:
        held, numbers, labels = columns[name]
        present = np.bincount(numbers[inside[held]], minlength=len(labels))
        counts = np.bincount(numbers[without.get(name, passing)[held]], minlength=len(labels))
        options[name] = [
            Option(*labels[number], int(counts[number]), labels[number][0] in chosen.get(name, ()))
            for number in np.flatnonzero(present)
        ]
    dropped = {name: int(np.count_nonzero(found)) for name, found in without.items()}
    kept = index.pks[slots[passing[slots]]].tolist()
    return Result(kept, len(slots), {name: found for name, found in options.items() if found}, dropped)


def ordered_ids(kind_names, index=None):
    """Ids of the published records of these kinds, in the kinds' own order, the same on both databases."""
    index = index or current()
    slots = np.flatnonzero(index.of_kinds(kind_names))
    positions = np.zeros(len(kinds()), np.int16)
    for number, kind in enumerate(kinds()):
        positions[number] = kind_names.index(kind.name) if kind.name in kind_names else 0
    return index.pks[slots[np.lexsort((index.rank[slots], positions[index.kinds[slots]]))]].tolist()
