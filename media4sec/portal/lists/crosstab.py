"""A list as a matrix: themes by the options of another facet, each cell a list of its own."""

from media4sec.choices import Lens
from media4sec.kinds import NO_VALUE, THEME_FACET
from media4sec.portal.addresses import changed, stated
from media4sec.portal.lists.facets import in_rank, labels
from media4sec.publications.facets import NO_OPTIONS, crossed
from media4sec.publications.lists import listing

ROW_FACET = THEME_FACET.name
NEVER_COLUMNS = (ROW_FACET, "tag", "checked")
MOST_COLUMNS = 8


def can_be_columns(answer):
    """The facets that a matrix of this list can have as columns: few options, of which one at least says something."""
    found = []
    for facet in answer.facets:
        values = answer.result.options.get(facet.name, NO_OPTIONS).values
        if facet.name not in NEVER_COLUMNS and 2 <= len(values) <= MOST_COLUMNS and says_something(values):
            found.append(facet.name)
    return found


def fits(answer):
    """Is there a matrix of this list?"""
    values = answer.result.options.get(ROW_FACET, NO_OPTIONS).values
    return says_something(values) and bool(can_be_columns(answer))


def says_something(values):
    return any(value != NO_VALUE for value in values)


def crosstab(request, answer, tiles):
    """The matrix for ``tables.crosstab()``: themes by lens where records have lenses, else by the first facet.

    A cell counts as facets do: the two facets' own choices only say which rows and columns are shown, so that a
    number is always that of the list behind it. The sums are of what is shown.
    """
    names = can_be_columns(answer)
    by = request.GET.get("by") or ("lens" if "lens" in names else names[0])
    facets = {facet.name: facet for facet in answer.facets}
    rows, columns = (_options(answer, facets[name], tiles) for name in (ROW_FACET, by))
    values = [row["value"] for row in rows]
    wider = _without_own_choices(answer, request, by)
    counts = crossed(wider.result.ids, (ROW_FACET, values), by, answer.chosen, wider.index)
    shown = [row for row in rows if counts[row["value"], None]] or rows

    def cell(theme, value):
        chosen = {ROW_FACET: theme or answer.chosen[ROW_FACET], by: value or answer.chosen[by]}
        url = changed(request, view="", by="", **chosen)
        lens = value if by == "lens" and value in Lens.values else ""
        return {"count": counts[theme, value], "url": url, "lens": lens}

    values = [column["value"] for column in columns]
    return {
        "by": by,
        "by_title": facets[by].title,
        "choices": [
            {
                "name": name,
                "label": facets[name].title,
                "url": changed(request, by=name),
                "current": name == by,
            }
            for name in names
        ],
        "columns": columns,
        "rows": [
            {**row, "cells": [cell(row["value"], value) for value in values], "all": cell(row["value"], None)}
            for row in shown
        ],
        "totals": [cell(None, value) for value in (*values, None)],
        "max": max((counts[row["value"], value] for row in shown for value in values), default=0) or 1,
    }


def _options(answer, facet, tiles):
    """The options of a facet in the order of its boxes; where some are chosen, only those."""
    options = answer.result.options[facet.name]
    chosen, known = options.checked() or options, labels()[facet]
    return [
        {
            "value": option.value,
            "label": known[option.value, option.label][0],
            "theme": tiles.get(option.value) if facet.name == ROW_FACET else None,
            "lens": option.value if facet.name == "lens" and option.value != NO_VALUE else "",
        }
        for option in _in_rank(chosen, known, tiles)
    ]


def _in_rank(options, known, tiles):
    if known.facet.name == "lens":
        return sorted(options, key=lambda option: [*Lens.values, NO_VALUE].index(option.value))
    return in_rank(options, known, tiles)


def _without_own_choices(answer, request, by):
    """The list of all that pass the filters of other facets."""
    if not answer.chosen[ROW_FACET] and not answer.chosen[by]:
        return answer
    data = stated(request.GET)
    for name in (ROW_FACET, by, "sort", "view", "by", "page"):
        data.pop(name, None)
    return listing(answer.kinds, data, facets=answer.facets)
