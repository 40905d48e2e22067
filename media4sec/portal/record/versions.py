"""The public history of a record: its versions, any of them as it was, and what differs between two."""

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from media4sec.kinds import kinds_by_name
from media4sec.portal.lists.views import refuse
from media4sec.portal.parameters import unknown_in
from media4sec.portal.record.page import crumbs_of
from media4sec.portal.record.views import at_address
from media4sec.publications.history import History

SIDES = ("from", "to")


@require_safe
def versions(request, path, ref):
    """All versions that were public, with what changed in each, and the difference of two. Two queries."""
    publication, answer = at_address(request, path, ref, "versions/")
    if answer:
        return answer
    history = History(publication.versions.all())
    chosen, errors = chosen_in(request.GET, history.numbers)
    if errors:
        return refuse(request, errors)
    context = frame(publication, [gettext("Versions")]) | {
        "rows": history.rows(),
        "numbers": history.numbers,
        "chosen": chosen,
        "is_asked": bool(request.GET),
        "differences": history.differences(*chosen) if chosen else [],
    }
    return render(request, "portal/versions.html", context)


@require_safe
def version_page(request, path, ref, number):
    """One version as it was, marked as old unless it is the current one."""
    publication, answer = at_address(request, path, ref, f"versions/{number}/")
    if answer:
        return answer
    history = History(publication.versions.all())
    found = next((row for row in history.rows() if row["number"] == number), None)
    if found is None:
        raise Http404
    context = frame(
        publication, [gettext("Versions"), gettext("Version %(number)s") % {"number": number}]
    ) | {"version": found, "fields": history.fields[number]}
    return render(request, "portal/version.html", context)


def frame(publication, titles):
    """What both pages say about the record; ``titles`` of the pages below the record's own, down to this one."""
    kind = kinds_by_name()[publication.kind]
    *crumbs, own = crumbs_of(kind, publication)
    below = [{"title": title, "url": f"{publication.url}versions/"} for title in titles]
    return {
        "title": titles[-1],
        "crumbs": [*crumbs, {**own, "url": publication.url}, *below],
        "plate": publication.identifier if kind.identifier.is_shown else "",
        "publication": publication,
    }


def chosen_in(query, numbers):
    """((from, to), errors): the two versions to compare; without any, the last two. None where there is only one."""
    errors = unknown_in(query, SIDES)
    if not errors and not query:
        return (numbers[1], numbers[0]) if len(numbers) > 1 else None, []
    chosen = []
    for name in SIDES:
        values = query.getlist(name)
        found = [number for number in numbers if values == [str(number)]]
        if not found:
            errors.append((name, gettext("Give the number of one of this record’s versions.")))
        chosen += found
    return tuple(chosen), errors
