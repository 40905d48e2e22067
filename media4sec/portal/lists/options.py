"""All values of one facet, where a list shows the commonest: counted under the same filters, found by their letters."""

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from media4sec.kinds import kinds, paths
from media4sec.letters import folded
from media4sec.portal import wording
from media4sec.portal.addresses import changed, stated
from media4sec.portal.lists.facets import choices, in_rank, labels
from media4sec.portal.lists.views import OF_PAGES, paged, refuse
from media4sec.portal.rows import theme_tiles
from media4sec.publications.facets import NO_OPTIONS
from media4sec.publications.lists import SEARCH_FACETS, title_of
from media4sec.publications.sorting import asked

MOST_VALUES = 100  # values on one page
LONGEST_ASKED = 100  # letters that they are found by
OWN = ("find", "page")  # parameters of this page; all others are the list's


@require_safe
def options(request, path, name):
    """The values of the facet ``name`` of a list, as a form that leads back to it."""
    is_search = path == "search"
    members = kinds() if is_search else paths()[path]
    data = stated(request.GET)
    question = data.copy()
    for own in OWN:
        question.pop(own, None)
    answer = asked(
        members,
        question,
        also=OF_PAGES,
        facets=SEARCH_FACETS if is_search else None,
        say=wording.option,
        counted=[name],
        is_ranked=False,
    )
    facet = next((facet for facet in answer.facets if facet.name == name), None)
    if facet is None:
        raise Http404
    title = gettext("Search") if is_search else title_of(members)
    errors = answer.errors + [
        (own, gettext("It can have only one value.")) for own in OWN if len(data.getlist(own)) > 1
    ]
    find = data.get("find", "")
    if len(find) > LONGEST_ASKED:
        errors.append(
            ("find", gettext("A value has at most %(number)s characters.") % {"number": LONGEST_ASKED})
        )
    if errors:
        return refuse(request, errors, title, answer.facets)
    tiles, known = theme_tiles(), labels()[facet]
    every = in_rank(answer.result.options.get(name, NO_OPTIONS).useful(), known, tiles)
    matching = [
        place
        for place, option in enumerate(every)
        if not find or folded(find) in folded(str(known[option.value, option.label][0]))
    ]
    places, pager = paged(request, matching, MOST_VALUES)
    if places is None:
        return refuse(request, [("page", gettext("There is no such page."))], title)
    rows = choices([every[place] for place in places], known, answer.kinds, tiles)
    here = f"/{path}/"
    shown = {row.value for row in rows}
    carried = [
        (other, value)
        for other, values in question.lists()
        for value in values
        if other != name or value not in shown
    ]
    context = {
        "title": facet.title,
        "of": title,
        "crumbs": [
            {"title": _("Home"), "url": "/"},
            {"title": title, "url": changed(request, find="").replace(request.path, here, 1)},
            {"title": facet.title, "url": None},
        ],
        "facet": name,
        "options": rows,
        "total": len(every),
        "find": find,
        "here": here,
        "own_url": request.path_info,
        "carried": carried,
        "asked": [(other, value) for other, values in question.lists() for value in values],
        "pager": pager,
    }
    return render(request, "portal/options.html", context)
