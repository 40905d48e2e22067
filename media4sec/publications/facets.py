"""Facets, counts and filters over the terms: match once, count in one pass over the columns of the index."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from media4sec.publications.index import Index


@dataclass(slots=True)
class Option:
    value: str
    label: str
    count: int = 0
    checked: bool = False


@dataclass
class Result:
    """The ids that pass all filters, in order, and every facet's options with counts that stay."""

    ids: np.ndarray  # a column, as there may be many
    total: int
    options: dict[str, list[Option]] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)  # results without this facet’s filter

    @property
    def count(self) -> int:
        return len(self.ids)


def filtered(
    slots: np.ndarray,
    facets: Iterable[str],
    chosen: dict[str, list[str]],
    index: Index,
    kind_names: Sequence[str] | None = None,
    *,
    are_all: bool = False,
) -> Result:
    """Filter publications by terms: OR inside a facet, AND across; an option's count leaves its own facet out.

    ``slots`` are ordered, and of these kinds, if any are named; ``facets`` names the facets in use; ``chosen`` maps a
    facet to the wanted values. Which values they have is worked out once where the slots ``are_all`` of these kinds.
    """
    inside = np.zeros(index.count, bool)
    inside[slots] = True
    matches = {name: index.having(name, values, kind_names) for name, values in chosen.items() if values}
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
        make = partial(_present, name, inside, index, kind_names)
        present, values, labels = (
            index.kept(("present", name, *(kind_names or ())), make) if are_all else make()
        )
        counts = index.counted(name, without.get(name, passing) if matches else inside, kind_names)
        wanted = chosen.get(name, ())
        is_wanted = [value in wanted for value in values]
        options[name] = [*map(Option, values, labels, counts[present].tolist(), is_wanted)]
    dropped = {name: int(np.count_nonzero(found)) for name, found in without.items()}
    kept = index.pks[slots[passing[slots]]]
    return Result(kept, len(slots), {name: found for name, found in options.items() if found}, dropped)


def _present(name, inside, index, kind_names):
    """(the numbers of the values of a facet that any of these has, the values, their labels)."""
    numbers, labels = np.flatnonzero(index.counted(name, inside, kind_names)), index.facet(name)[1]
    found = [labels[number] for number in numbers.tolist()]
    return numbers, [value for value, _ in found], [label for _, label in found]


def crossed(
    ids: Sequence[int],
    rows: tuple[str, Sequence[str]],
    column: str,
    chosen: dict[str, list[str]],
    index: Index,
) -> Counter:
    """How many publications have both a value of the facet of the rows, which are ``(facet, values)``, and one of the
    other: ``{(row, column): number}``, where None stands for any that is chosen, or simply for any.
    """
    row, values = rows
    inside = np.zeros(index.count, bool)
    inside[index.slots(ids)] = True
    in_row, in_column = (
        inside & index.having(name, chosen[name]) if chosen.get(name) else inside for name in (row, column)
    )
    counts: Counter = Counter({(None, None): int(np.count_nonzero(in_row & in_column))})
    for value in (*values, None):
        has = in_row if value is None else inside & index.having(row, [value])
        counts[value, None] = int(np.count_nonzero(has & in_column))
        found = index.counted(column, has).tolist()
        counts |= {(value, other): found[number] for number, (other, _) in enumerate(index.facet(column)[1])}
    return counts


def by_two(slots: np.ndarray, row: str, column: str, index: Index) -> dict[tuple[str, str], int]:
    """How many of these publications have a value of one facet and one of another: ``{(value, other): number}``."""
    inside = index.mask(slots)
    return {
        (value, other): number
        for value, _ in index.facet(row)[1]
        for (other, _), number in zip(
            index.facet(column)[1],
            index.counted(column, inside & index.having(row, [value])).tolist(),
            strict=True,
        )
        if number
    }


def unfiltered(kind_names: Sequence[str], facets: Iterable[str], index: Index) -> Result:
    """All that is published of these kinds, in their own order. Counted once after each change."""

    def make():
        return filtered(index.ordered(kind_names), facets, {}, index, kind_names, are_all=True)

    result = index.kept(("unfiltered", *kind_names, "by", *facets), make)
    return replace(result, options=dict(result.options))
