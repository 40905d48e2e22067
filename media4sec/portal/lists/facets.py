"""The filters of a list for templates: facets with their counts, chips of what is chosen, a way out of nothing."""

from functools import cache

from django.utils import formats
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from media4sec.portal import wording
from media4sec.portal.addresses import changed, stated
from media4sec.portal.rows import capitalised
from media4sec.publications.lists import listing
from media4sec.publications.sorting import by_words

OPEN_FACETS = 5
SHOWN_OPTIONS = 6


def without(request, name, value):
    """The same address less one filter (and back on the first page)."""
    return changed(request, **{name: [item for item in request.GET.getlist(name) if item != value]})


def chips(request, answer):
    """The filters in use, each with the address that drops it."""
    facets = {facet.name: facet for facet in answer.facets}
    found = []
    if answer.words and request.path_info != "/search/":
        found.append(_chip(_("Words"), answer.words, changed(request, q="")))
    for name, values in answer.chosen.items():
        labels = {option.value: option.label for option in answer.result.options.get(name, ())}
        for value in values:
            label = wording.option(facets[name], value, str(labels.get(value, value)))
            found.append(_chip(facets[name].title, label, without(request, name, value)))
    return found


def _chip(title, value, url):
    return {"title": title, "value": value, "label": f"{title}: {value}", "url": url}


def without_filters(request, answer):
    """What dropping one of the facets would find, the most helpful first: ``[{label, url, count}]``."""
    titles = {facet.name: facet.title for facet in answer.facets}
    found = [
        {"label": titles[name], "url": changed(request, **{name: ""}), "count": count}
        for name, count in answer.result.dropped.items()
        if count
    ]
    return sorted(found, key=lambda drop: -drop["count"])


def drops(request, answer, *, also=()):
    """What an empty result would be without one of its filters, the most helpful first: ``[{label, url, count}]``."""
    found = without_filters(request, answer)
    if answer.words and any(answer.chosen.values()):
        data = stated(request.GET)
        data.pop("q")
        data.pop("sort", None)
        count = listing(answer.kinds, data, also=also, facets=answer.facets).result.count
        if count:
            found.append({"label": _("Words"), "url": changed(request, q=""), "count": count})
    return sorted(found, key=lambda drop: -drop["count"])


def facet_groups(answer, tiles):
    """Facets for ``portal/_facets.html``: five open, the rest closed; long ones show the commonest values first.

    Boxes that would find nothing are left out, unless they are chosen.
    """
    groups = []
    said = cache(spoken)  # hundreds of boxes, few different numbers
    for facet in answer.facets:
        options = answer.result.options.get(facet.name, [])
        options = [option for option in options if option.count or option.checked]
        if len(options) < 2 and not any(option.checked for option in options):
            continue
        shapes = {}
        for kind in answer.kinds:
            shapes |= kind.shapes if kind.state == facet.source else {}
        rows = [
            {
                "value": option.value,
                "label": label_of(option, facet),
                "count": option.count,
                "spoken": said(option.count),
                "checked": option.checked,
                "id": f"{facet.name}-{number}",
                "number": tiles.get(option.value, {}).get("number") if facet.name == "theme" else None,
                "state": shapes.get(option.value),
            }
            for number, option in enumerate(sorted(options, key=lambda option: rank(option, facet, tiles)))
        ]
        head = [row for number, row in enumerate(rows) if number < SHOWN_OPTIONS or row["checked"]]
        if len(rows) - len(head) == 1:
            head = rows
        groups.append(
            {
                "name": facet.name,
                "title": facet.title,
                "open": len(groups) < OPEN_FACETS,
                "selected": sum(option.checked for option in options),
                "options": head,
                "more": [row for row in rows if row not in head],
            }
        )
    return groups


def spoken(number):
    """(the number, with its unit for those who hear the page)"""
    text = ngettext("%(number)s result", "%(number)s results", number)
    return formats.number_format(number), text % {"number": formats.number_format(number)}


def label_of(option, facet):
    """The words of an option on the page."""
    return capitalised(wording.option(facet, option.value, str(option.label)))


def rank(option, facet, tiles):
    """Where an option stands: themes by number, months and years newest first, the rest by count and by the words
    shown; unknown last.
    """
    if facet.name == "theme" and option.value in tiles:
        return (0, tiles[option.value]["number"], ())
    if option.value == "not-stated":
        return (2, 0, ())
    if facet.name in ("year", "checked"):
        return (1, 0, "".join(chr(255 - ord(letter)) for letter in option.value if ord(letter) < 255))
    return (1, -option.count, by_words(label_of(option, facet)))
