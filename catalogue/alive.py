"""Technologies by function and state: what is alive for which purpose, each number a list."""

from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from catalogue.choices import TechnologyStatus
from media4sec.kinds import NO_VALUE, SECTIONS
from media4sec.portal.frame import siblings
from media4sec.portal.grids import MOST_ROWS, GridCell, GridLine, grid_picture
from media4sec.portal.parameters import without_parameters
from media4sec.portal.wording import word
from media4sec.publications.index import current
from media4sec.publications.stated import said_since_change

LIST = "/technologies/"


@require_safe
@without_parameters
def alive(request):
    """The groups of functions and the functions in them, by state."""
    context = said_since_change("functions by state", page_of_functions, "technology", "function")
    return render(request, "catalogue/alive.html", context)


def page_of_functions():
    """Everything is counted in the index; the first functions are read: one query."""
    index = current()
    slots = index.ordered(["function"])
    rows = rows_of_functions(index, index.documents(slots, MOST_ROWS))
    columns = [
        GridLine(
            word(status.label, "status", status.value), f"{LIST}?status={status.value}", is_content=False
        )
        for status in TechnologyStatus
    ]
    label = gettext("Technologies by function and state")
    return {
        "crumbs": [
            {"title": gettext("Home"), "url": "/"},
            {"title": SECTIONS["technologies"], "url": LIST},
            {"title": gettext("By function and state"), "url": None},
        ],
        "siblings": siblings("technologies"),
        "picture": grid_picture(rows, columns, label, len(slots), "/functions/") if rows else None,
    }


def rows_of_functions(index, documents):
    """Each group with its functions; last, what has no function."""
    inside = index.of_kinds(["technology"])
    states = {name: inside & index.having("status", [name]) for name in TechnologyStatus.values}

    def line(label, url, names, **how):
        asked = "&".join(f"function={name}" for name in names)
        having = index.having("function", names)
        cells = [
            GridCell(int((having & mask).sum()), f"{LIST}?{asked}&status={name}")
            for name, mask in states.items()
        ]
        return GridLine(label, url, cells=tuple(cells), **how)

    used = index.values("function", inside)
    groups = {document["identifier"]: [] for document in documents if not document["parent"]}
    for document in documents:
        if document["parent"]:
            groups.setdefault(document["parent"]["id"], []).append(document)
    heads = {document["identifier"]: document for document in documents}
    rows = []
    for name, members in groups.items():
        names = [own for own in (name, *(document["identifier"] for document in members)) if own in used]
        if names and name in heads:
            rows.append(line(heads[name]["title"], heads[name]["url"], names, is_head=True))
        rows += [
            line(document["title"], document["url"], [document["identifier"]])
            for document in members
            if document["identifier"] in used
        ]
    if NO_VALUE in used:
        url = f"{LIST}?function={NO_VALUE}"
        rows.append(
            line(gettext("Not stated in the source"), url, [NO_VALUE], is_head=True, is_content=False)
        )
    return rows
