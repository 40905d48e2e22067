"""Situations by law: which legal instruments a situation touches, through its issues or by itself."""

from collections import Counter

from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from media4sec.kinds import SECTIONS
from media4sec.portal.frame import siblings
from media4sec.portal.grids import MOST_COLUMNS, MOST_ROWS, GridCell, GridLine, grid_picture
from media4sec.portal.parameters import without_parameters
from media4sec.publications.index import current
from media4sec.publications.models import Publication
from media4sec.publications.stated import said_since_change


@require_safe
@without_parameters
def law_of_situations(request):
    """Legal instruments by the situations that touch them."""
    kinds = ("situation", "issue", "instrument")
    context = said_since_change("law of situations", page_of_their_law, *kinds)
    return render(request, "ethics/law_of_situations.html", context)


def page_of_their_law():
    """The law that most situations touch is on top. Everything is counted in the index: two queries."""
    index = current()
    slots = index.ordered(["situation"])
    keys, counts = index.pks[slots].tolist(), ways_to_law(index)
    touched = Counter(instrument for _situation, instrument in counts)
    listed = [key for key in index.pks[index.ordered(["instrument"])].tolist() if key in touched]
    listed.sort(key=lambda key: -touched[key])
    rows = Publication.objects.only("identifier", "title", "url")
    situations = rows.in_order_of(keys[:MOST_COLUMNS])
    columns = [GridLine(row.title, row.url, row.identifier) for row in situations]
    lines = [
        GridLine(
            law.title,
            law.url,
            cells=tuple(GridCell(counts[row.pk, law.pk], f"{row.url}#flags") for row in situations),
        )
        for law in rows.in_order_of(listed[:MOST_ROWS])
    ]
    columns += [GridLine("", "") for _ in keys[MOST_COLUMNS:]]
    label = gettext("Situations by law")
    return {
        "crumbs": [
            {"title": gettext("Home"), "url": "/"},
            {"title": SECTIONS["situations"], "url": "/situations/"},
            {"title": gettext("By law"), "url": None},
        ],
        "siblings": siblings("situations"),
        "picture": grid_picture(lines, columns, label, len(listed), "/law/") if lines else None,
    }


def ways_to_law(index):
    """``{(situation, instrument): number}``: of its issues that touch it, and one more if it names it itself."""
    law_of = {}
    for issue, instrument in index.links("instrument", index.of_kinds(["issue"])):
        law_of.setdefault(issue, set()).add(instrument)
    inside = index.of_kinds(["situation"])
    counts = Counter(set(index.links("instrument", inside)))
    for situation, issue in set(index.links("issue", inside)):
        counts.update((situation, instrument) for instrument in law_of.get(issue, ()))
    return counts
