"""The matrix: how much there is on each theme, by lens and by kind."""

from collections import Counter
from functools import partial

from django.db.models import Count
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from media4sec.kinds import NO_VALUE, SECTIONS, kinds_by_name, paths
from media4sec.portal.rows import LENSES, theme_tiles
from media4sec.publications.models import Term
from media4sec.publications.stated import since_change
from workshops.choices import Quadrant

ON_THEMES = ("statement", "issue", "pattern", "case", "technology", "situation")
MOST_THEMES = 24  # in a table; the others are in their list
COUNTED = {
    "statement": (
        ngettext_lazy("%(n)s statement", "%(n)s statements", "n"),
        gettext_lazy("no statement in the project"),
    ),
    "issue": (ngettext_lazy("%(n)s issue", "%(n)s issues", "n"), gettext_lazy("no issue in the project")),
    "case": (ngettext_lazy("%(n)s case", "%(n)s cases", "n"), gettext_lazy("no case in the project")),
}


@require_safe
def matrix(request):
    tiles = theme_tiles()
    counts = counts_on_themes(tiles)
    context = {
        "crumbs": [
            {"title": gettext("Home"), "url": "/"},
            {"title": SECTIONS["situations"], "url": "/situations/"},
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


def counts_on_themes(tiles):
    """How many records there are on each theme that is shown, and on none: ``{(theme, kind, lens): number}``.

    One query for each kind of which something has changed.
    """
    values = [NO_VALUE, *(slug for slug, _ in themes_shown(tiles))]

    def read(kind_name):
        rows = Term.objects.filter(field="theme", value__in=values, publication__kind=kind_name)
        counts = rows.values_list("value", "publication__lens").annotate(Count("pk"))
        return {(value, kind_name, lens): number for value, lens, number in counts}

    found = Counter()
    for name in ON_THEMES:
        found |= since_change(f"counts of {name} on {values}", partial(read, name), name)
    return found


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
        "statement": gettext("Statements"),
        "issue": gettext("Issues"),
        "pattern": gettext("Patterns"),
        "case": gettext("Cases"),
    }
    labels = [short.get(name) or kinds_by_name()[name].names.many for name in kind_names]
    return _matrix([{"label": label, "lens": ""} for label in labels], table)


def theme_by_swot(tiles):
    """Theme × quadrant: how many points were named. One query after each change."""
    counts = since_change("counts of swot", lambda: counts_of_swot([slug for slug, _ in themes_shown(tiles)]))
    table = [
        {
            "theme": tile,
            "cells": [
                _plain_cell(counts[slug, name], f"/swot/?theme={slug}&quadrant={name}")
                for name in Quadrant.values
            ],
        }
        for slug, tile in themes_shown(tiles)
    ]
    return _matrix([{"label": label, "lens": ""} for label in Quadrant.labels], table)


def counts_of_swot(themes):
    """``{(theme, quadrant): number}``"""
    rows = Term.objects.filter(
        field="theme", value__in=themes, publication__kind="swot-point", publication__terms__field="quadrant"
    )
    fields = "value", "publication__terms__value"
    return Counter({tuple(key): number for *key, number in rows.values_list(*fields).annotate(Count("pk"))})


def _plain_cell(number, url):
    return {"lens": "", "count": number, "text": "", "url": url, "parts": []}


def _matrix(columns, rows):
    """Columns and rows, with the largest cell as the scale of the bars."""
    highest = max((cell["count"] for row in rows for cell in row["cells"]), default=0)
    return {"columns": columns, "rows": rows, "max": highest or 1}
