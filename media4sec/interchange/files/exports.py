"""What a list shows, as a file: the same rows in the same order, all pages of it; and one record in the same forms."""

import json
from collections.abc import Iterable, Iterator
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
from django.utils.module_loading import import_string

from media4sec import problems
from media4sec.imprint import LICENCE_URL
from media4sec.interchange.files import tables
from media4sec.interchange.records import whole
from media4sec.interchange.results import (
    entity_tag,
    generation,
    newest_change,
    publications,
    result_of,
    tagged,
)
from media4sec.kinds import Kind
from media4sec.link_headers import link_header, web_link
from media4sec.problems import require_safe
from media4sec.publications.addresses import publication_at
from media4sec.publications.description import descriptions_of
from media4sec.publications.models import Publication
from media4sec.representations import HTML, Representation, form_named, twin

RowStream = Iterator[Publication]
Kinds = tuple[Kind, ...]
WHOLE_FILE = 2 * 2**20  # characters: a longer file is sent as it is made


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


def in_form(form: Representation, rows: Iterable[Publication]) -> Iterator[str]:
    """What is described, in a form that is made of descriptions."""
    before, between, after = form.frame
    yield before
    for number, description in enumerate(descriptions_of(rows)):
        yield (between if number else "") + form.write_one(description)
    yield after


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
    form, rows = form_named(suffix), publications(answer.result.ids)
    write = import_string(form.of_list) if form.of_list else None
    parts = write(rows, answer.kinds, count, page) if write else in_form(form, rows)
    response = tagged(file_of(parts, form.content_type), tag, at)
    response["Content-Disposition"] = f'attachment; filename="medi4sec-{path}.{suffix}"'
    response["Link"] = link_header(web_link(page, "canonical"))
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


def row_at(request: HttpRequest, path: str, ref: str, suffix: str) -> Publication | HttpResponseBase:
    """The published record whose form an address means; or the answer where there is none, or another address."""
    row = publication_at(path, ref)
    if row is None:
        return problems.response(request, 404)
    row = row.heir
    if row.state == Publication.State.WITHDRAWN:
        return problems.gone(request, row)
    address = twin(row.url, suffix)
    return row if request.path_info == address else HttpResponsePermanentRedirect(address)


@require_safe
@problems.fixed
def record_file(request: HttpRequest, path: str, ref: str, suffix: str) -> HttpResponseBase:
    """``/technologies/T-001-….bib``: a record in another form, at its own address."""
    row = row_at(request, path, ref, suffix)
    if isinstance(row, HttpResponseBase):
        return row
    form = form_named(suffix)
    text = import_string(form.of_record)(row) if form.of_record else "".join(in_form(form, [row]))
    response = HttpResponse(text, content_type=form.content_type)
    tagged(response, entity_tag(generation(), row.pk, row.modified_at), row.modified_at)
    response["Content-Disposition"] = f'inline; filename="{row.identifier}.{suffix}"'
    page = f"{settings.BASE_URL}{row.url}"
    response["Link"] = link_header(web_link(page, "canonical"), web_link(page, "describes", HTML))
    return response
