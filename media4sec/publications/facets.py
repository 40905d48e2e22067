"""Facets, counts and filters over the terms: match once, count in one pass over the columns of the index."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from media4sec.publications.index import Index


@dataclass(slots=True)
class Option:
    value: str
    label: str
    count: int = 0
    checked: bool = False


@dataclass(slots=True)
class Options:
    """The values of a facet that any of the records has, as columns: there may be many, and a page shows few."""

    values: Sequence[str]
    labels: Sequence[str]
    counts: np.ndarray
    chosen: Collection[str]

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Option]:
        for value, label, count in zip(self.values, self.labels, self.counts.tolist(), strict=True):
            yield Option(value, label, count, value in self.chosen)

    def useful(self) -> list[Option]:
        """Those that would find something, or are chosen."""
        return [
            Option(value, label, count, value in self.chosen)
            for value, label, count in zip(self.values, self.labels, self.counts.tolist(), strict=True)
            if count or value in self.chosen
        ]

    def checked(self) -> list[Option]:
        return [
            Option(value, self.labels[place], int(self.counts[place]), checked=True)
            for place, value in enumerate(self.values if self.chosen else ())
            if value in self.chosen
        ]

    def number_useful(self) -> int:
        return int(np.count_nonzero(self.counts)) + sum(not option.count for option in self.checked())

    def add(self, value: str, label: str) -> None:
        """A value that none of the records has; the columns, which others have as well, stay as they are."""
        self.values, self.labels = [*self.values, value], [*self.labels, label]
        self.counts = np.append(self.counts, 0)


NO_OPTIONS = Options([], [], np.zeros(0, np.int64), ())


@dataclass
class Result:
    """The ids that pass all filters, in order, and every facet's options with counts that stay."""

    ids: np.ndarray  # a column, as there may be many
    total: int
    options: dict[str, Options] = field(default_factory=dict)
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
    names = tuple(facets)
    counts = index.counted_each(names, passing, kind_names)

    def make():
        return _present(index.counted_each(names, inside, kind_names) if matches else counts, index)

    present = index.kept(("present", *names, "of", *(kind_names or ())), make) if are_all else make()
    shown = counts | {name: index.counted(name, found, kind_names) for name, found in without.items()}
    options = {
        name: Options(values, labels, shown[name][numbers], chosen.get(name, ()))
        for name, (numbers, values, labels) in present.items()
    }
    dropped = {name: int(np.count_nonzero(found)) for name, found in without.items()}
    kept = index.pks[slots[passing[slots]]]
    return Result(kept, len(slots), options, dropped)


def _present(counts, index):
    """Of each facet the values that are counted at all: ``{name: (their numbers, the values, their labels)}``."""
    found = {}
    for name, of_values in counts.items():
        numbers, labels = np.flatnonzero(of_values), index.facet(name)[1]
        if len(numbers):
            values, words = zip(*(labels[number] for number in numbers.tolist()), strict=True)
            found[name] = numbers, values, words
    return found


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
