"""What a list shows, as a file: the same rows in the same order, all pages of it; and one record in the same forms."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase

from media4sec import problems
from media4sec.interchange import tables
from media4sec.interchange.citations import LICENCE_URL, bibtex, citations_of, ris
from media4sec.interchange.records import whole
from media4sec.interchange.rest import LICENCE
from media4sec.interchange.results import (
    entity_tag,
    generation,
    newest_change,
    publications,
    result_of,
    tagged,
)
from media4sec.kinds import Kind
from media4sec.problems import require_safe
from media4sec.publications.addresses import publication_at
from media4sec.publications.models import Publication

RowStream = Iterator[Publication]
Kinds = tuple[Kind, ...]
WHOLE_FILE = 2 * 2**20  # characters: a longer file is sent as it is made


@dataclass(frozen=True)
class Format:
    """One form of a result. ``write`` gets the rows, the kinds, their number and the address of the page."""

    content_type: str
    write: Callable[..., Iterator[str]]


def as_csv(rows: RowStream, kinds: Kinds, count: int, url: str) -> Iterator[str]:
    columns = tables.table_columns(kinds)
    return tables.lines(columns, (tables.table_row(row, columns) for row in rows))


def as_json(rows: RowStream, kinds: Kinds, count: int, url: str) -> Iterator[str]:
    """The stored documents in an envelope."""
    head = {"url": url, "license": LICENCE_URL, "count": count}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "results": ['
    comma = ""
    for row in rows:
        yield comma + "\n" + whole(row)
        comma = ","
    yield "\n]}\n"


def as_ndjson(rows: RowStream, kinds: Kinds, count: int, url: str) -> Iterator[str]:
    return (whole(row) + "\n" for row in rows)


def as_bibtex(rows: RowStream, kinds: Kinds, count: int, url: str) -> Iterator[str]:
    return (bibtex(citation) + "\n" for citation in citations_of(rows))


def as_ris(rows: RowStream, kinds: Kinds, count: int, url: str) -> Iterator[str]:
    return (ris(citation) for citation in citations_of(rows))


FORMATS = {
    "csv": Format("text/csv; charset=utf-8; header=present", as_csv),
    "json": Format("application/json", as_json),
    "ndjson": Format("application/x-ndjson; charset=utf-8", as_ndjson),
    "bib": Format("application/x-bibtex; charset=utf-8", as_bibtex),
    "ris": Format("application/x-research-info-systems; charset=utf-8", as_ris),
}


@require_safe
def result(request: HttpRequest, path: str, suffix: str) -> HttpResponseBase:
    """``/technologies.csv?theme=…``: what the list of that address shows."""
    tag, at = newest_change()
    try:
        answer = result_of(path, request.GET)
    except Http404:
        return problems.response(request, 404)
    if answer.errors:
        return problems.refused(request, answer.errors)
    count = answer.result.count
    if count > settings.EXPORT_LIMIT:
        detail = (
            f"These are {count} records, and a file holds at most {settings.EXPORT_LIMIT}. "
            "Ask for fewer, or page through the API."
        )
        return problems.response(request, 413, detail)
    query = request.GET.urlencode()
    page = f"{settings.BASE_URL}/{path}/" + (f"?{query}" if query else "")
    kind = FORMATS[suffix]
    parts = kind.write(publications(answer.result.ids), answer.kinds, count, page)
    response = tagged(file_of(parts, kind.content_type), tag, at)
    response["Content-Disposition"] = f'attachment; filename="medi4sec-{path}.{suffix}"'
    response["Link"] = f'<{page}>; rel="canonical", {LICENCE}'
    return response


def file_of(parts: Iterator[str], content_type: str) -> HttpResponseBase:
    """A file in one piece, which can be kept; from its first megabytes on as a stream, where it is longer."""
    begun: list[str] = []
    size = 0
    for part in parts:
        begun.append(part)
        size += len(part)
        if size > WHOLE_FILE:
            return StreamingHttpResponse(chain(begun, parts), content_type=content_type)
    return HttpResponse("".join(begun), content_type=content_type)


@require_safe
@problems.fixed
def record_file(request: HttpRequest, path: str, ref: str, suffix: str) -> HttpResponseBase:
    """``/technologies/T-001-….bib``: a record in another form, at its own address."""
    row = publication_at(path, ref)
    if row is None:
        return problems.response(request, 404)
    row = row.heir
    if row.state == Publication.State.WITHDRAWN:
        return problems.gone(request, row)
    address = twin(row.url, suffix)
    if request.path_info != address:
        return HttpResponsePermanentRedirect(address)
    write = {"json": whole, "bib": _bib, "ris": _ris}[suffix]
    response = HttpResponse(write(row), content_type=FORMATS[suffix].content_type)
    tagged(response, entity_tag(generation(), row.pk, row.modified_at), row.modified_at)
    response["Content-Disposition"] = f'inline; filename="{row.identifier}.{suffix}"'
    response["Link"] = f'<{settings.BASE_URL}{row.url}>; rel="canonical", {LICENCE}'
    return response


def twin(url: str, suffix: str) -> str:
    """The address of a record in another form."""
    return f"{url.removesuffix('/')}.{suffix}"


def _bib(row: Publication) -> str:
    return "\n".join(map(bibtex, citations_of([row])))


def _ris(row: Publication) -> str:
    return "".join(map(ris, citations_of([row])))
