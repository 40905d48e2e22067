"""The matrix: how much there is on each theme, by lens and by kind."""

import json
from collections import Counter

from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from media4sec.kinds import SECTIONS, kinds_by_name, paths
from media4sec.portal.rows import LENSES, theme_tiles
from media4sec.publications.models import Publication, Term


@require_safe
def matrix(request):
    tiles = theme_tiles()
    context = {
        "crumbs": [
            {"title": gettext("Home"), "url": "/"},
            {"title": SECTIONS["situations"], "url": "/situations/"},
            {"title": gettext("Matrix"), "url": None},
        ],
        "by_lens": theme_by_lens(tiles, ("statement", "issue", "case")),
        "by_kind": theme_by_kind(tiles, ("statement", "issue", "pattern", "case", "technology", "situation")),
        "by_swot": theme_by_swot(tiles),
        "no_theme": Term.objects.filter(field="theme", value="not-stated", publication__kind="statement")
        .exclude(publication__lens="")
        .count(),
    }
    return render(request, "portal/matrix.html", context)


def theme_by_lens(tiles, kind_names):
    """Theme × lens for ``portal/_matrix.html``: the first kind as the number of a cell, the others beside it.

    One query.
    """
    rows = Term.objects.filter(field="theme", publication__kind__in=kind_names).exclude(publication__lens="")
    counts = Counter(rows.values_list("value", "publication__lens", "publication__kind"))
    table = []
    for slug, tile in tiles.items():
        cells = []
        for lens in LENSES:
            first, *others = (
                {
                    "count": counts[slug, lens, name],
                    "text": _counted(counts[slug, lens, name], name),
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
    words = {
        "statement": ngettext("%(n)s statement", "%(n)s statements", number)
        if number
        else gettext("no statement in the project"),
        "issue": ngettext("%(n)s issue", "%(n)s issues", number)
        if number
        else gettext("no issue in the project"),
        "case": ngettext("%(n)s case", "%(n)s cases", number)
        if number
        else gettext("no case in the project"),
    }
    return words[kind_name] % {"n": number}


def theme_by_kind(tiles, kind_names):
    """Theme × kind: how many records of each. One query."""
    rows = Term.objects.filter(field="theme", publication__kind__in=kind_names)
    counts = Counter(rows.values_list("value", "publication__kind"))
    table = [
        {
            "theme": tile,
            "cells": [
                {"lens": "", "count": counts[slug, name], "url": f"{_list_of(name)}theme={slug}"}
                for name in kind_names
            ],
        }
        for slug, tile in tiles.items()
    ]
    short = {
        "statement": gettext("Statements"),
        "issue": gettext("Issues"),
        "pattern": gettext("Patterns"),
        "case": gettext("Cases"),
    }
    labels = [short.get(name) or kinds_by_name()[name].label_plural for name in kind_names]
    return _matrix([{"label": label, "lens": ""} for label in labels], table)


def theme_by_swot(tiles):
    """Theme × quadrant: how many points were named. One query."""
    rows = Publication.objects.published().of("swot-point").values_list("document", flat=True)
    documents = [json.loads(text) for text in rows]
    counts = Counter(
        (document["theme"]["id"], document["quadrant"]) for document in documents if document["theme"]
    )
    quadrants = {
        "strength": gettext("Strength"),
        "weakness": gettext("Weakness"),
        "opportunity": gettext("Opportunity"),
        "threat": gettext("Threat"),
    }
    table = [
        {
            "theme": tile,
            "cells": [
                {"lens": "", "count": counts[slug, name], "url": f"/swot/?theme={slug}&quadrant={name}"}
                for name in quadrants
            ],
        }
        for slug, tile in tiles.items()
    ]
    return _matrix([{"label": label, "lens": ""} for label in quadrants.values()], table)


def _matrix(columns, rows):
    """Columns and rows, with the largest cell as the scale of the bars."""
    highest = max((cell["count"] for row in rows for cell in row["cells"]), default=0)
    return {"columns": columns, "rows": rows, "max": highest or 1}
