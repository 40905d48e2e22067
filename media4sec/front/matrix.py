"""The matrix: how much there is on each theme, by lens and by kind."""

from collections import Counter
from functools import partial

from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from media4sec.kinds import NO_VALUE, SECTIONS, kinds_by_name, paths
from media4sec.portal.parameters import without_parameters
from media4sec.portal.rows import LENSES, theme_tiles
from media4sec.publications.facets import by_two
from media4sec.publications.index import current
from media4sec.publications.stated import since_change
from workshops.choices import Quadrant

ON_THEMES = ("statement", "issue", "pattern", "case", "technology", "situation")
MOST_THEMES = 24  # in a table; the others are in their list
COUNTED = {
    "statement": (
        ngettext_lazy("%(n)s piece of evidence", "%(n)s pieces of evidence", "n"),
        gettext_lazy("no evidence in the project"),
    ),
    "issue": (ngettext_lazy("%(n)s issue", "%(n)s issues", "n"), gettext_lazy("no issue in the project")),
    "case": (ngettext_lazy("%(n)s case", "%(n)s cases", "n"), gettext_lazy("no case in the project")),
}


@require_safe
@without_parameters
def matrix(request):
    tiles = theme_tiles()
    counts = counts_on_themes()
    context = {
        "crumbs": [
            {"title": gettext("Home"), "url": "/"},
            {"title": SECTIONS["evidence"], "url": "/evidence/"},
            {"title": gettext("Matrix"), "url": None},
        ],
        "by_lens": theme_by_lens(tiles, ("statement", "issue", "case"), counts),
        "by_kind": theme_by_kind(tiles, ON_THEMES, counts),
        "by_swot": theme_by_swot(tiles),
        "theme_count": len(tiles),
        "no_theme": sum(counts[NO_VALUE, "statement", lens] for lens in LENSES),
    }
    return render(request, "front/matrix.html", context)


def themes_shown(tiles):
    """The themes that have a row, ``[(slug, tile), …]``."""
    return list(tiles.items())[:MOST_THEMES]


def counts_on_themes():
    """How many records there are on each theme, and on none: ``{(theme, kind, lens): number}``, from the index."""
    found = Counter()
    for name in ON_THEMES:
        counts = since_change(
            f"{name} by lens and theme", partial(counts_by_two, name, "lens", "theme"), name
        )
        found |= {(theme, name, lens): number for (lens, theme), number in counts.items()}
    return found


def counts_by_two(kind_name, row, column):
    """How many records of a kind have a value of one facet and one of another: ``{(value, other): number}``."""
    index = current()
    return Counter(by_two(index.of_kinds([kind_name]).nonzero()[0], row, column, index))


def theme_by_lens(tiles, kind_names, counts):
    """Theme × lens for ``tables.matrix()``: the first kind as the number of a cell, the others beside it."""
    table = []
    for slug, tile in themes_shown(tiles):
        cells = []
        for lens in LENSES:
            first, *others = (
                {
                    "count": counts[slug, name, lens],
                    "text": _counted(counts[slug, name, lens], name),
                    "url": f"{_list_of(name)}theme={slug}&lens={lens}",
                }
                for name in kind_names
            )
            is_empty = not any(part["count"] for part in (first, *others))
            cells.append({"lens": lens, **first, "parts": [] if is_empty else others})
        table.append({"theme": tile, "cells": cells})
    return _matrix([{"label": label, "lens": lens} for lens, label in LENSES.items()], table)


def _list_of(kind_name):
    """The beginning of an address that filters the list of this kind, also where it shares its list."""
    kind = kinds_by_name()[kind_name]
    return f"{kind.list_url}?" + (f"type={kind.name}&" if len(paths()[kind.path]) > 1 else "")


def _counted(number, kind_name):
    some, none = COUNTED[kind_name]
    return some % {"n": number} if number else str(none)


def theme_by_kind(tiles, kind_names, counts):
    """Theme × kind: how many records of each."""
    of_kind = Counter()
    for (slug, name, _), number in counts.items():
        of_kind[slug, name] += number
    table = [
        {
            "theme": tile,
            "cells": [
                _plain_cell(of_kind[slug, name], f"{_list_of(name)}theme={slug}") for name in kind_names
            ],
        }
        for slug, tile in themes_shown(tiles)
    ]
    short = {
        "statement": gettext("Evidence"),
        "issue": gettext("Issues"),
        "pattern": gettext("Patterns"),
        "case": gettext("Cases"),
    }
    labels = [short.get(name) or kinds_by_name()[name].names.many for name in kind_names]
    return _matrix([{"label": label, "lens": ""} for label in labels], table)


def theme_by_swot(tiles):
    """Theme × quadrant: how many points were named."""
    kind_name = "swot-point"
    counts = since_change("swot by theme", partial(counts_by_two, kind_name, "quadrant", "theme"), kind_name)
    table = [
        {
            "theme": tile,
            "cells": [
                _plain_cell(counts[name, slug], f"/swot/?theme={slug}&quadrant={name}")
                for name in Quadrant.values
            ],
        }
        for slug, tile in themes_shown(tiles)
    ]
    return _matrix([{"label": label, "lens": ""} for label in Quadrant.labels], table)


def _plain_cell(number, url):
    return {"lens": "", "count": number, "text": "", "url": url, "parts": []}


def _matrix(columns, rows):
    """Columns and rows, with the largest cell as the scale of the bars."""
    highest = max((cell["count"] for row in rows for cell in row["cells"]), default=0)
    return {"columns": columns, "rows": rows, "max": highest or 1}
