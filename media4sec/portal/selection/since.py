"""What changed since a print: the page that the code on a paper opens, or all that changed since then."""

from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from media4sec.kinds import kinds_by_name
from media4sec.languages import local
from media4sec.portal.lists.views import paged, refuse
from media4sec.portal.selection.views import crumbs_to, read_once, tombstone_of
from media4sec.publications.models import Publication
from media4sec.publications.selection import LONGEST_SAID, name_of, names_asked, query_for, selected
from media4sec.publications.since import changed_records, moved_since, records_named, standing_at

PAGE_SIZE = 25
WORDS_ROOM = 30_000  # characters of texts that differ: what is longer is read at its versions
AROUND = 60  # characters that are shown before and after what differs
LONGEST_PIECE = 400


@require_safe
def since_page(request, number):
    """``/since/1499/?ids=S-002,T-005``; without records, all of them, those that changed last first."""
    names, errors = names_asked(request.GET)
    more, wrong = read_once(request.GET, ("edition", "page"))
    if names and more["page"]:
        wrong.append(("page", gettext("There is no such page.")))
    if errors := errors + wrong:
        return refuse(request, errors)
    edition = more["edition"]
    selection = selected(names)
    asked = {"ids": [",".join(selection.names)]} if names else {}
    asked |= {name: [value] for name, value in more.items() if value}
    address = f"/since/{number}/"
    if request.path_info != address or dict(request.GET.lists()) != asked:
        query = query_for(selection.names, edition=edition) if names else urlencode(asked, doseq=True)
        return HttpResponseRedirect(local(address) + (f"?{query}" if query else ""))
    then = standing_at(number, edition)
    records, pager = selection.records, None
    if not names and then:
        keys, pager = paged(request, changed_records(number), PAGE_SIZE)
        if keys is None:
            return refuse(request, [("page", gettext("There is no such page."))])
        records = records_named(keys)
    moved = moved_since(records, number) if then else {}
    title = gettext("What changed since this print")
    if not names:
        title = gettext("What changed since change %(number)s") % {"number": number}
    context = {
        "title": title,
        "crumbs": crumbs_to(title),
        "number": number,
        "then": then,
        "is_print": bool(names),
        "total": len(records),
        "changed": changed_of(records, moved, names),
        "unchanged": [shown_in_short(row, names) for row in records if row.pk not in moved],
        "unknown": [name[:LONGEST_SAID] for name in selection.unknown],
        "list_query": query_for(selection.names, since=number, edition=edition) if names else "",
        "pager": pager,
    }
    return render(request, "portal/since.html", context)


def changed_of(records, moved, names):
    """What happened to each, with the words that differ as long as there is room for them."""
    found, room = [], WORDS_ROOM
    for row in records:
        if row.pk in moved:
            differences = differences_of(moved[row.pk])
            room -= sum(len(text) for one in differences for side in one["sides"] for _, text in side)
            shown = {"moved": moved[row.pk], "differences": differences if room >= 0 else []}
            found.append(shown_in_short(row, names) | shown)
    return found


def shown_in_short(row, names):
    """A record in a line. What was withdrawn has no title: it is called as the address calls it, if that names it."""
    kind, name = kinds_by_name()[row.kind], name_of(row.kind, row.identifier)
    is_public = row.state == Publication.State.PUBLISHED
    is_named = kind.identifier.is_shown or (not is_public and bool(names))
    return {
        "plate": name if is_named else "",
        "kind_label": kind.names.one,
        "title": row.title,
        "url": row.url if is_public else "",
        "version": row.version,
        "gone": None if is_public else tombstone_of(row),
    }


def differences_of(moved):
    """Each part that differs, with both texts: of what stayed the same only what is next to it."""
    if not moved.fields:
        return []
    return [
        {**one, "sides": tuple(excerpt(side) for side in one["sides"])}
        for one in moved.history.differences(moved.before, moved.now)
    ]


def excerpt(pieces):
    """The pieces of a text, ``(changed?, text)``, each cut where it is long."""
    last = len(pieces) - 1
    return [
        (
            changed,
            cut(text, LONGEST_PIECE, 0)
            if changed
            else cut(text, AROUND * (place > 0), AROUND * (place < last)),
        )
        for place, (changed, text) in enumerate(pieces)
    ]


def cut(text, first, last):
    """The first and the last signs of a text, whole words of them."""
    if len(text) <= first + last + AROUND:
        return text
    begin = text[:first].rsplit(None, 1)[0] + " " if first else ""
    end = text[len(text) - last :].partition(" ")[2] if last else ""
    return f"{begin}… {end}"
