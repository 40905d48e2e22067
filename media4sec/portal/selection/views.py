"""My list: records that a reader chose, all in the address. Nothing is stored here; the browser may (list.js)."""

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from media4sec.kinds import kinds_by_name
from media4sec.languages import local
from media4sec.negotiation import with_other_forms
from media4sec.portal.lists.views import refuse
from media4sec.portal.parameters import unknown_in
from media4sec.portal.rows import card_of, first_sentence, theme_tiles
from media4sec.publications.lists import misread
from media4sec.publications.models import Publication
from media4sec.publications.selection import (
    LIST_PATH,
    LONGEST_SAID,
    MOST_SELECTED,
    name_of,
    names_asked,
    query_for,
    selected,
)
from media4sec.publications.since import moved_since, newest_change_here, standing_at
from media4sec.representations import forms_of_lists

ONCE = ("since", "edition", "up", "remove")  # parameters besides the records
MOST_DIGITS = 18
MARK_LENGTH = 8
PAPERS = {  # made by media4sec.paper, which knows this page
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
LONGEST_SENTENCE = 200  # characters


@require_safe
@with_other_forms(forms_of_lists)
def list_page(request):
    """``/list/?ids=T-012,theme:dark-web``, with ``&since=1499`` also what became of them since that change."""
    newest = newest_change_here()
    names, errors = names_asked(request.GET)
    more, wrong = read_once(request.GET, ONCE)
    if errors := errors + wrong:
        return refuse(request, errors)
    selection = selected(names)
    names = [name for name in moved_up(selection.names, more["up"]) if name != more["remove"]]
    cited = {name: more[name] for name in ("since", "edition") if more[name] and names}
    asked = {"ids": ",".join(names), **cited} if names else {}
    if dict(request.GET.lists()) != {name: [value] for name, value in asked.items()}:
        return HttpResponseRedirect(whole_list_address(request, names, cited))
    then = standing_at(int(cited["since"]), cited.get("edition", "")) if "since" in cited else None
    moved = moved_since(selection.records, then.seq) if then else {}
    rows = rows_of(selection, moved)
    title = counted_list(len(rows)) if rows else gettext("My list")
    context = {
        "title": title,
        "crumbs": crumbs_to(title) if rows else crumbs_to(),
        "names": ",".join(names),
        "cited": cited,
        "rows": rows,
        "unknown": unknown_of(request, selection, cited),
        "then": then,
        "moved": len(moved),
        "most": MOST_SELECTED,
        "share_query": query_for(names, since=newest.seq, edition=newest.edition),
        "newest": newest,
        "exports": exports_of([name_of(row.kind, row.identifier) for row in selection.published]),
        "is_whole": len(selection.published) == len(names),
    }
    return render(request, "portal/selection.html", context)


def whole_list_address(request, names, cited):
    """The one address of a list."""
    return f"{request.path}?{query_for(names, **cited)}" if names else request.path


def read_once(data, known):
    """(``{name: value}`` of the parameters besides the records, what is wrong with any)."""
    errors = unknown_in(data, ("ids", *known))
    errors += misread(data, known, once=known)
    values = {name: data.get(name, "") for name in known}
    since, edition = values.get("since", ""), values.get("edition", "")
    if since and not (since.isascii() and since.isdecimal() and len(since) <= MOST_DIGITS):
        errors.append(("since", gettext("Give the number of a change.")))
    elif since:
        values["since"] = str(int(since))
    if edition and (len(edition) != MARK_LENGTH or set(edition) - set("0123456789abcdef")):
        errors.append(("edition", gettext("No edition is marked like this.")))
    return values, errors


def moved_up(names, name):
    """The names in another order: this one before the one that it came after."""
    place = names.index(name) if name in names else 0
    return [*names[: place - 1], name, names[place - 1], *names[place + 1 :]] if place else names


def unknown_of(request, selection, cited):
    """The names without a record; of one that several have, the lists with each of these in its place."""
    return [
        {
            "name": name,
            "said": name[:LONGEST_SAID],
            "meant": [
                {
                    "name": other,
                    "url": whole_list_address(
                        request, [other if one == name else one for one in selection.names], cited
                    ),
                }
                for other in selection.unclear.get(name, ())
            ],
        }
        for name in selection.unknown
    ]


def counted_list(number):
    return ngettext("A list of %(number)s record", "A list of %(number)s records", number) % {
        "number": number
    }


def crumbs_to(*titles):
    """The way to a page below the list."""
    found = [{"title": gettext("Home"), "url": "/"}, {"title": gettext("My list"), "url": f"/{LIST_PATH}/"}]
    return [*found, *({"title": title, "url": None} for title in titles)]


def rows_of(selection, moved):
    """What stands on the list, in its order: a card of what is public, and what is left of what was."""
    tiles = theme_tiles()
    return [
        {
            "name": name,
            "card": card_in_short(row, tiles) if row.state == Publication.State.PUBLISHED else None,
            "gone": None if row.state == Publication.State.PUBLISHED else tombstone_of(row),
            "url": row.url,
            "moved": moved.get(row.pk),
        }
        for name, row in selection.rows.items()
        if row is not None
    ]


def card_in_short(row, tiles):
    """A row without its facts and of few words, so that a hundred are on one page."""
    card = card_of(row, tiles, with_kind=True)
    left_out = {"meta": [], "told": [], "themes": [], "provenance_label": ""}
    return card | left_out | {"sentence": first_sentence(card["sentence"], LONGEST_SENTENCE)}


def tombstone_of(row):
    """What is known of a record that was public; one that was merged goes on in another."""
    successor = row.replacement
    return {
        "kind_label": kinds_by_name()[row.kind].names.one,
        "is_merged": row.state == Publication.State.MERGED,
        "reason": row.reason,
        "on": localdate(row.modified_at),
        "successor": successor
        and {
            "name": name_of(successor.kind, successor.identifier),
            "title": successor.title,
            "url": successor.url,
        },
    }


def exports_of(names):
    """This list as a pack to read and as files: what of it is public."""
    papers = [
        {"label": form.upper(), "url": local(f"/{LIST_PATH}.{form}?{query_for(names)}"), "type": media_type}
        for form, media_type in PAPERS.items()
        if names
    ]
    return papers + [
        {
            "label": form.label,
            "url": f"/{LIST_PATH}.{form.suffix}?{query_for(names)}",
            "type": form.media_type,
        }
        for form in forms_of_lists()
        if names
    ]
