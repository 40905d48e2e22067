"""What happened to public records, in the order in which it became visible: how a copy stays in step."""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from media4sec import problems
from media4sec.interchange.api.rest import api_link_header, number_within, unknown_or_misread
from media4sec.interchange.records import api_address, dumped, moment
from media4sec.interchange.results import entity_tag, newest_standing, tagged
from media4sec.kinds import kinds_by_name
from media4sec.link_headers import web_link
from media4sec.opaque import as_opaque, from_opaque
from media4sec.problems import require_safe
from media4sec.publications.models import Change, Publication

DEFAULT_CHANGES, MOST_CHANGES = 200, 1_000
PLACE = re.compile(r"([0-9a-f]*)\.(\d{1,18})", re.ASCII)


@require_safe
def changes(request: HttpRequest) -> HttpResponseBase:
    """``/api/v1/changes?cursor=…``: what came after a cursor; without one, everything from the beginning.

    Numbers only become visible in their order, so nothing can slip behind a cursor that was given out.
    """
    data, (name, newest, _at) = request.GET, newest_standing()
    known = ("cursor", "limit")
    errors = unknown_or_misread(data, known)
    limit = number_within(data.get("limit", str(DEFAULT_CHANGES)), 1, MOST_CHANGES)
    if limit is None:
        errors.append(("limit", f"A number from 1 to {MOST_CHANGES}."))
    place = read_change_cursor(data["cursor"]) if "cursor" in data else (None, 0)
    if place is None:
        errors.append(("cursor", "Not a cursor that the list of changes or a dump gave out."))
    if errors or limit is None or place is None:
        return problems.refused(request, list(dict(reversed(errors)).items()))
    seq = place[1]
    if place[0] not in (None, name or "") or seq > newest:
        return other_history(request)

    found = list(Change.objects.filter(seq__gt=seq).order_by("seq")[: limit + 1])
    page, has_more = found[:limit], len(found) > limit
    cursor = change_cursor(name or "", page[-1].seq if page else seq)
    body = {"changes": entries(page, name), "cursor": cursor, "has_more": has_more}
    response = HttpResponse(dumped(body), content_type="application/json")
    tagged(response, entity_tag(name, newest), None)
    address = f"{settings.BASE_URL}{request.path}"
    links = [web_link(f"{address}?limit={limit}&cursor={cursor}", "next")] if has_more else []
    here = f"{address}?{data.urlencode()}" if data else address
    response["Link"] = api_link_header("Changes", *links, web_link(here, "self"))
    return response


def entries(page: list[Change], name: str | None) -> list[dict[str, object]]:
    """What a page of changes says. One query for the records."""
    rows = Publication.objects.filter(
        kind__in={change.kind for change in page}, identifier__in={change.identifier for change in page}
    ).only("kind", "identifier", "uuid", "url", "state", "modified_at")
    records = {(row.kind, row.identifier): row for row in rows}
    return [
        entry(change, records[change.kind, change.identifier], name)
        for change in page
        if (change.kind, change.identifier) in records and change.kind in kinds_by_name()
    ]


def entry(change: Change, row: Publication, name: str | None) -> dict[str, object]:
    """``etag`` is that of the record as it is now: whoever has it already need not ask."""
    is_public = row.state == Publication.State.PUBLISHED
    return {
        "seq": change.seq,
        "action": change.action,
        "kind": change.kind,
        "identifier": change.identifier,
        "uuid": str(row.uuid),
        "url": f"{settings.BASE_URL}{row.url}",
        "api": api_address(row),
        "at": moment(change.at),
        "etag": entity_tag(name, row.pk, row.modified_at) if is_public else None,
    }


def other_history(request: HttpRequest) -> HttpResponseBase:
    """The database was loaded, restored or rebuilt: what the cursor counted is not what is counted now."""
    return problems.response(
        request,
        410,
        "This cursor is of another history of the portal's content: start again from a dump, or without a cursor.",
        type=problems.problem_type("other-history"),
        title="The content was made anew",
    )


def change_cursor(name: str, seq: int) -> str:
    """The cursor after a change of the database with this name."""
    return as_opaque(f"{name}.{seq}")


def read_change_cursor(text: str) -> tuple[str | None, int] | None:
    """(name of the database, number of the change) of a cursor; None where it is none."""
    found = PLACE.fullmatch(from_opaque(text[:80]) or "")
    return (found[1], int(found[2])) if found and change_cursor(found[1], int(found[2])) == text else None
