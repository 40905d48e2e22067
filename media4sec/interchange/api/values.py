"""The filters of a list for machines: which values each knows, what they are called, and how many records have them."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.http import urlencode

from media4sec.interchange.api.rest import AskedPage, Cursor, question_of, window
from media4sec.interchange.records import dumped
from media4sec.interchange.results import newest_change, tagged
from media4sec.kinds import NO_VALUE, Facet, Kind, kinds
from media4sec.letters import folded
from media4sec.publications.concepts import concept_addresses, scheme_of_facet
from media4sec.publications.facets import Option
from media4sec.publications.lists import SEARCH_FACETS, listing

MOST_COUNTED = 50  # values of each filter in one answer
LONGEST_FIND = 100
OWN_PARAMETERS = ("facet", "find", "limit", "cursor")  # all others are the list's


def facets_answer(request: HttpRequest, kind: Kind | None) -> HttpResponseBase:
    """``/api/v1/facets/technologies?theme=…``: counted as beside the list; without a kind, as beside search.

    One query. All values of one filter are paged: ``?facet=maker``.
    """
    tag, _at = newest_change()
    members, facets = ((kind,), None) if kind else (kinds(), SEARCH_FACETS)
    answer = listing(members, request.GET, also=OWN_PARAMETERS, facets=facets, is_ranked=False)
    asked = AskedPage(
        request.GET, question_of(request.path, request.GET), answer.errors, "Facets", MOST_COUNTED
    )
    wanted, find = request.GET.get("facet"), request.GET.get("find", "")
    if wanted is not None and wanted not in {facet.name for facet in answer.facets}:
        asked.errors.append(("facet", "This list has no such filter."))
    if wanted is None and "cursor" in request.GET:
        asked.errors.append(("cursor", "Only the values of one filter are paged: name it as “facet”."))
    if len(find) > LONGEST_FIND:
        asked.errors.append(("find", f"At most {LONGEST_FIND} characters."))
    asked.refuse()

    before = after = None
    groups = []
    for facet in answer.facets:
        if wanted in (None, facet.name):
            options = matching(answer.result.options.get(facet.name, ()), find)
            page, before, after = page_of_options(options, asked)
            if wanted or not find or options:
                groups.append(facet_facts(facet, options, page))
            if wanted is None and after:
                groups[-1]["all"] = all_address(request, facet)
    following, previous = (asked.link(request, cursor if wanted else None) for cursor in (after, before))
    body = {
        "list": f"{settings.BASE_URL}{kind.api_url()}" if kind else f"{settings.BASE_URL}/api/v1/search",
        "count": answer.result.count,
        "next": following,
        "previous": previous,
        "facets": groups,
    }
    response = HttpResponse(dumped(body), content_type="application/json")
    response["Link"] = asked.links(request, following, previous)
    return tagged(response, tag, None)


def matching(options: Iterable[Option], find: str) -> list[Option]:
    """The values that some result has or that are asked for, those of most results first, “not stated” last."""
    found = [
        option
        for option in options
        if (option.count or option.checked)
        and (not find or any(folded(find) in folded(str(text)) for text in (option.label, option.value)))
    ]
    return sorted(
        found, key=lambda option: (option.value == NO_VALUE, -option.count, str(option.label), option.value)
    )


def page_of_options(
    options: list[Option], asked: AskedPage
) -> tuple[list[Option], Cursor | None, Cursor | None]:
    """The values of a page. A cursor names one of them by a number made of it."""
    at = {mark_of(option.value): option for option in options}
    page, before, after = window(list(at), asked.cursor, asked.limit, is_sorted=False)
    return [at[mark] for mark in page], before, after


def mark_of(value: str) -> int:
    return int(hashlib.sha256(value.encode()).hexdigest()[:14], 16)


def facet_facts(facet: Facet, options: list[Option], page: list[Option]) -> dict[str, Any]:
    """``filter`` is the parameter of lists, ``field`` the field of documents that it reads."""
    scheme, concepts = scheme_of_facet(facet), concept_addresses()
    return {
        "filter": facet.name,
        "field": facet.source,
        "title": str(facet.title),
        "scheme": scheme and scheme.url,
        "total": len(options),
        "values": [
            {
                "value": option.value,
                "label": str(option.label),
                "count": option.count,
                "concept": concepts.get((scheme.name, option.value)) if scheme else None,
            }
            for option in page
        ],
        "all": None,
    }


def all_address(request: HttpRequest, facet: Facet) -> str:
    """Where all values of a filter are, under the same question."""
    data: QueryDict = request.GET.copy()
    data["facet"] = facet.name
    data.pop("limit", None)
    return f"{settings.BASE_URL}{request.path}?{urlencode(sorted(data.lists()), doseq=True)}"
