"""Lists: filtered by facets and words, by GET alone; and the search over everything."""

from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from media4sec.kinds import COMMON_FACETS, Facet, kinds, lower_first, paths
from media4sec.portal.cards import capitalised, cards, theme_tiles
from media4sec.portal.context import section_of, siblings
from media4sec.publications.filters import listing

QUERIES = ("missing person", "face search", "neighbourhood WhatsApp group")
PAGE_SIZE = 25
OPEN_FACETS = 5
SHOWN_OPTIONS = 6
GROUPED = {"check": "section", "functions": "parent"}  # short lists, whole on one page under headings
LIST_TEMPLATES = {"glossary": "portal/glossary.html"}


@require_safe
def kind_list(request, path):
    """The list of the kinds that share a path."""
    if path not in paths():
        raise Http404
    members = paths()[path]
    answer = listing(members, request.GET, also=("page",))
    if answer.errors:
        return refuse(request, answer.errors, members[0].list_url)
    page, pager = paged(
        request, answer.result.ids, 500 if path in LIST_TEMPLATES or path in GROUPED else PAGE_SIZE
    )
    if page is None:
        return refuse(request, [("page", "There is no such page.")], members[0].list_url)
    tiles = theme_tiles()
    noun = " and ".join([str(members[0].label_plural), *(kind.label_plural.lower() for kind in members[1:])])
    title = members[0].title or noun
    context = {
        "title": title,
        "lead": " ".join(str(kind.lead) for kind in members),
        "crumbs": [{"title": "Home", "url": "/"}, {"title": title, "url": None}],
        "siblings": siblings(section_of(request.path_info)),
        "here": members[0].list_url,
        "words": answer.words,
        "facets": facet_groups(answer, tiles),
        "chips": chips(request, answer),
        "clear_url": members[0].list_url,
        "cards": cards(page, tiles, with_kind=len(members) > 1),
        "pager": pager,
        "count": answer.result.count,
        "total": answer.result.total,
        "noun": lower_first(noun),
        "api_links": api_links(request, answer),
    }
    if path in GROUPED:
        context["groups"] = grouped(context["cards"], GROUPED[path])
    if path == "glossary":
        context["letters"] = list(dict.fromkeys(card["letter"] for card in context["cards"]))
    return render(request, LIST_TEMPLATES.get(path, "portal/list.html"), context)


def grouped(rows, name):
    """Rows under the value of one fact; a row that others name as that value heads its group."""
    groups, heads = {}, {}
    for row in rows:
        values = row["facts"].get(name)
        if values:
            value = values[0]
            group = groups.setdefault(
                value["text"], {"title": value["text"], "url": value["url"], "cards": []}
            )
            group["cards"].append(row)
        else:
            heads[row["title"]] = row
            groups.setdefault(row["title"], {"title": row["title"], "url": row["url"], "cards": []})
    return [{**group, "head": heads.get(title)} for title, group in groups.items()]


def api_links(request, answer):
    """The same question, asked of the API; where kinds share a list, once for each that is in the answer."""
    if len(answer.kinds) == 1:
        return [{"label": "JSON", "url": api_url(request, answer.kinds[0])}]
    types = answer.result.options.get("type", ())
    found = {option.value for option in types if option.count}
    wanted = found.intersection(answer.chosen["type"] or found)
    return [
        {"label": f"JSON: {kind.label_plural.lower()}", "url": api_url(request, kind)}
        for kind in answer.kinds
        if kind.name in wanted
    ]


def api_url(request, kind):
    """The address of this question in the API; facets that the kind does not have fall away."""
    own = {"q", *(facet.name for facet in kind.all_facets)}
    query = urlencode(
        [(name, value) for name, values in request.GET.lists() for value in values if name in own]
    )
    return f"/api/v1/{kind.plural}/" + (f"?{query}" if query else "")


SEARCH_FACETS = (
    *(facet for facet in COMMON_FACETS if facet.name in ("type", "lens", "provenance")),
    Facet("theme", "Theme", "themes"),
)


@require_safe
def search(request):
    """One box over everything that is published."""
    answer = listing(kinds(), request.GET, also=("page",), facets=SEARCH_FACETS)
    if answer.errors:
        return refuse(request, answer.errors, "/search/")
    page, pager = paged(request, answer.result.ids if answer.words else [])
    if page is None:
        return refuse(request, [("page", "There is no such page.")], "/search/")
    tiles = theme_tiles()
    context = {
        "title": f"Search: {answer.words}" if answer.words else "Search",
        "crumbs": [{"title": "Home", "url": "/"}, {"title": "Search", "url": None}],
        "search_query": answer.words,
        "words": answer.words,
        "facets": facet_groups(answer, tiles) if answer.words else [],
        "cards": cards(page, tiles, with_kind=True),
        "pager": pager,
        "count": answer.result.count if answer.words else 0,
        "chips": chips(request, answer),
        "queries": QUERIES,
        "clear_url": "/search/?" + urlencode({"q": answer.words}),
    }
    return render(request, "portal/search.html", context)


def paged(request, ids, size=PAGE_SIZE):
    """(ids of the page, pager for the template); the first is None when there is no such page."""
    text = request.GET.get("page", "1")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
    last_page = max(1, -(-len(ids) // size))
    if not 1 <= number <= last_page:
        return None, None
    start = (number - 1) * size
    pager = {
        "first": start + 1 if ids else 0,
        "last": min(start + size, len(ids)),
        "total": len(ids),
        "previous_url": with_page(request, number - 1) if number > 1 else None,
        "next_url": with_page(request, number + 1) if number < last_page else None,
    }
    return ids[start : start + size], pager


def with_page(request, number):
    query = request.GET.copy()
    query["page"] = str(number)
    if number == 1:
        del query["page"]
    return f"{request.path}?{query.urlencode()}" if query else request.path


def without(request, name, value):
    """The same address less one filter (and back on the first page)."""
    query = request.GET.copy()
    query.setlist(name, [item for item in query.getlist(name) if item != value])
    query.pop("page", None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def chips(request, answer):
    """The filters in use, each with the address that drops it."""
    titles = {facet.name: facet.title for facet in answer.facets}
    found = []
    if answer.words and request.path_info != "/search/":
        found.append({"label": f"Words: {answer.words}", "url": without(request, "q", request.GET["q"])})
    for name, values in answer.chosen.items():
        labels = {option.value: option.label for option in answer.result.options.get(name, ())}
        found += [
            {"label": f"{titles[name]}: {labels.get(value, value)}", "url": without(request, name, value)}
            for value in values
        ]
    return found


def facet_groups(answer, tiles):
    """Facets for ``portal/_facets.html``: five open, the rest closed; long ones show the commonest values first."""
    groups = []
    for facet in answer.facets:
        options = answer.result.options.get(facet.name, [])
        if len(options) < 2 and not any(option.checked for option in options):
            continue
        shapes = {}
        for kind in answer.kinds:
            shapes |= kind.shapes if kind.state == facet.source else {}
        rows = [
            {
                "value": option.value,
                "label": capitalised(option.label),
                "count": option.count,
                "checked": option.checked,
                "id": f"{facet.name}-{number}",
                "number": tiles.get(option.value, {}).get("number") if facet.name == "theme" else None,
                "state": shapes.get(option.value),
            }
            for number, option in enumerate(sorted(options, key=lambda option: _rank(option, facet, tiles)))
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


def _rank(option, facet, tiles):
    if facet.name == "theme" and option.value in tiles:
        return (0, tiles[option.value]["number"], "")
    if option.value == "not-stated":
        return (2, 0, "")
    if facet.name in ("year", "checked"):
        return (1, 0, "".join(chr(255 - ord(letter)) for letter in option.value if ord(letter) < 255))
    return (1, -option.count, option.label.casefold())


def refuse(request, errors, url):
    """A page that says what was wrong with the address, and where to go on."""
    context = {"errors": [f"“{name[:80]}”: {text[:300]}" for name, text in errors[:20]], "url": url}
    return render(request, "400.html", context, status=400)
