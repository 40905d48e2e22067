"""The filters of a list for templates: facets with their counts, chips of what is chosen, a way out of nothing."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from media4sec.kinds import BEHIND, NO_VALUE, SECTIONS, THEME_FACET, is_behind, kinds_by_name
from media4sec.portal import wording
from media4sec.portal.addresses import changed, query_of, stated, without_one
from media4sec.portal.rows import capitalised
from media4sec.publications.facets import NO_OPTIONS
from media4sec.publications.lists import listing
from media4sec.publications.sorting import by_words
from media4sec.publications.stated import said_since_change

FACET_OF_KINDS = "type"  # the facet of kinds
OPEN_FACETS = 5
LISTED_OPTIONS = 8  # in the page of a list, if these are all
SHOWN_OPTIONS = 6  # the commonest, if there are more: all are at the facet's own address


def chips(request, answer):
    """The filters in use, each with the address that drops it."""
    words, without = labels(), without_one(request)
    facets, found = {facet.name: facet for facet in answer.facets}, []
    if answer.words and request.path_info != "/search/":
        found.append(_chip(_("Words"), answer.words, changed(request, q="")))
    for name, values in answer.chosen.items():
        stored = {o.value: o.label for o in answer.result.options.get(name, NO_OPTIONS).checked()}
        for value in values:
            label = wording.option(facets[name], value, str(stored.get(value, value)))
            found.append(_chip(words[facets[name]].title, label, without(name, value)))
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


@dataclass(slots=True)
class Choice:
    """One box of a facet, as ``_results.html`` draws it."""

    value: str
    label: str
    count: int
    checked: bool
    number: int | None  # of a theme
    state: str | None  # the shape of a state


@dataclass(slots=True)
class FacetBox:
    """A facet beside a list: the commonest values, and the address of all of them where the page has no room."""

    name: str
    title: str
    is_open: bool
    selected: int
    total: int
    options: list[Choice]
    more: list[Choice]  # those of another sort, which the reader unfolds
    more_title: str
    all_url: str


def facet_groups(request, answer, tiles):
    """The facets beside a list: at most five open ones, each with its commonest values, besides those that are chosen.

    Boxes that would find nothing are left out, unless they are chosen. Of the facets that come after the open ones the
    page has what is chosen only; the rest is at their address.
    """
    groups, words, query = [], labels(), query_of(request, "page")
    for facet in answer.facets:
        options = answer.result.options.get(facet.name, NO_OPTIONS)
        number, checked = options.number_useful(), options.checked()
        selected, known = len(checked), words[facet]
        if number < 2 and not selected:
            continue
        is_open = len(groups) < OPEN_FACETS
        if facet.name == FACET_OF_KINDS:
            ranked = in_rank(options.useful(), known, tiles)
            groups.append(types(ranked, known, answer, tiles, is_open=is_open, selected=selected))
            continue
        room = 0 if not is_open else LISTED_OPTIONS if number <= LISTED_OPTIONS else SHOWN_OPTIONS
        ranked = in_rank(options.useful() if room else checked, known, tiles)
        listed = [option for place, option in enumerate(ranked) if option.checked or place < room]
        rows = choices(listed, known, answer.kinds, tiles)
        groups.append(
            FacetBox(
                facet.name,
                known.title,
                is_open,
                selected,
                number,
                options=rows,
                more=[],
                more_title="",
                all_url=options_url(request.path_info, facet, query) if len(rows) < number else "",
            )
        )
    return groups


def types(ranked, known, answer, tiles, *, is_open, selected):
    """The facet of kinds: those that the menu leads to, and folded in one group the others."""
    rows = choices(ranked, known, answer.kinds, tiles)
    kinds = kinds_by_name()
    first = [row for row in rows if row.checked or (row.value in kinds and not is_behind(kinds[row.value]))]
    return FacetBox(
        known.facet.name,
        known.title,
        is_open,
        selected,
        len(ranked),
        options=first,
        more=[row for row in rows if row not in first],
        more_title=SECTIONS[BEHIND],
        all_url="",
    )


def options_url(path, facet, query):
    """Where all values of a facet are, under the filters of this page; a list's own address with the facet's name."""
    return f"{path}facets/{facet.name}/" + (f"?{query}" if query else "")


def in_rank(options, known, tiles):
    """Options in the order in which readers see them."""
    return sorted(options, key=lambda option: rank(option, known, tiles))


def choices(options, known, kinds, tiles):
    """A box for each option."""
    facet, shapes = known.facet, {}
    for kind in kinds:
        shapes |= kind.state.shapes if kind.state.source == facet.source else {}
    return [
        Choice(
            option.value,
            known[option.value, option.label][0],
            option.count,
            option.checked,
            number=tiles.get(option.value, {}).get("number") if facet.name == THEME_FACET.name else None,
            state=shapes.get(option.value),
        )
        for option in options
    ]


class Labels(dict):
    """Of a facet, ``(value, label as stored)`` → (its words on the page, where they stand in the alphabet)."""

    def __init__(self, facet):
        self.facet, self.title = facet, str(facet.title)

    def __missing__(self, asked):
        value, label = asked
        words = capitalised(wording.option(self.facet, value, str(label)))
        self[asked] = (words, by_words(words))
        return self[asked]


class FacetLabels(dict):
    def __missing__(self, facet):
        self[facet] = Labels(facet)
        return self[facet]


def labels():
    """The words of every facet in the language of the page, as they are asked for; kept until the content changes."""
    return said_since_change("options", FacetLabels)


def rank(option, known, tiles):
    """Where an option stands: themes by number, months and years newest first, the rest by count and by the words
    shown; unknown last.
    """
    facet = known.facet
    if facet.name == THEME_FACET.name and option.value in tiles:
        return (0, tiles[option.value]["number"], ())
    if option.value == NO_VALUE:
        return (2, 0, ())
    if facet.name in ("year", "checked"):
        return (1, 0, "".join(chr(255 - ord(letter)) for letter in option.value if ord(letter) < 255))
    return (1, -option.count, known[option.value, option.label][1])
