"""What is beside a record's document: its public versions, related records, and those that name it.

Each has an address of its own below that of the record. So a document has the same tag whoever else names its record,
and each answer is as long as what is asked for.
"""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation

from media4sec.interchange.api.rest import (
    PAGED,
    AskedPage,
    api_link_header,
    page_answer,
    public_row,
    question_of,
    refuse_all,
    unknown_or_misread,
    window,
)
from media4sec.interchange.records import absolute, api_address, dumped, moment, public_reference, use_address
from media4sec.interchange.results import newest_change, tagged
from media4sec.kinds import Document, Kind, kinds_by_name
from media4sec.link_headers import web_link
from media4sec.publications.history import History
from media4sec.publications.index import Index, current
from media4sec.publications.models import Publication
from media4sec.publications.notes import UseNote, note_for
from media4sec.publications.related import neighbours


def versions_of(request: HttpRequest, kind: Kind, identifier: str) -> HttpResponseBase:
    """``…/versions``: what was public, the newest first, and which fields each version changed. Four queries."""
    tag, _at = newest_change()
    errors = unknown_or_misread(request.GET, PAGED)
    asked = AskedPage(request.GET, question_of(request.path, request.GET), errors, "VersionPage")
    asked.refuse()
    row = public_row(kind, identifier)
    numbers = list(row.versions.values_list("number", flat=True))
    asked.count = len(numbers) if asked.is_counted else None
    page, before, after = window(numbers, asked.cursor, asked.limit, is_sorted=False)
    older = numbers[numbers.index(page[-1]) + 1 :][:1] if page else []
    history = History(row.versions.filter(number__in=[*page, *older]))
    results = (dumped(version_facts(row, history, number)) for number in page)
    return tagged(page_answer(request, asked, results, before, after), tag, None)


def version_of(request: HttpRequest, kind: Kind, identifier: str, number: int) -> HttpResponseBase:
    """``…/versions/2``: what one version said, in words, as its page does. Four queries."""
    tag, _at = newest_change()
    refuse_all(unknown_or_misread(request.GET, ()))
    row = public_row(kind, identifier)
    numbers = list(row.versions.values_list("number", flat=True))
    if number not in numbers:
        raise Http404
    history = History(row.versions.filter(number__in=numbers[numbers.index(number) :][:2]))
    fields = [{"field": name, **field} for name, field in history.fields[number].items()]
    body = version_facts(row, history, number) | {"record": public_reference(row), "fields": fields}
    response = HttpResponse(dumped(body), content_type="application/json")
    links = web_link(body["api"], "self"), web_link(body["page"], "canonical")
    response["Link"] = api_link_header("Version", *links)
    return tagged(response, tag, None)


def version_facts(row: Publication, history: History, number: int) -> dict[str, Any]:
    """``changed`` names the fields that are not as in the version before; of the first one there is nothing to say."""
    at = history.numbers.index(number)
    before = history.numbers[at + 1 : at + 2]
    return {
        "version": number,
        "published": moment(history.versions[at].published_at),
        "is_current": number == row.version,
        "changed": history.changed(before[0], number) if before else None,
        "api": f"{api_address(row)}/versions/{number}",
        "page": f"{settings.BASE_URL}{row.url}versions/{number}/",
    }


def related_to(request: HttpRequest, kind: Kind, identifier: str) -> HttpResponseBase:
    """``…/related``: the records nearest to this one, and what each shares with it. Three queries."""
    tag, _at = newest_change()
    refuse_all(unknown_or_misread(request.GET, ()))
    row = public_row(kind, identifier)
    found = neighbours(row, cited_in(row.body))
    results = [
        public_reference(other) | {"shares": [shared(how, what) for how, what in reasons]}
        for other, reasons in found
    ]
    response = HttpResponse(dumped({"results": results}), content_type="application/json")
    response["Link"] = api_link_header("Related", web_link(f"{api_address(row)}/related", "self"))
    return tagged(response, tag, None)


def shared(how: str, what: Any) -> dict[str, Any]:
    """One thing that two records share."""
    match how:
        case "to":
            return {"what": "names", "record": public_reference(what)}
        case "by":
            return {"what": "named-by", "record": public_reference(what)}
        case "source":
            return {"what": "source", "source": {"url": what["url"], "title": what["title"]}}
    return {"what": "words", "words": what}


def cited_in(document: Document) -> list[Document]:
    """The sources of a record and of its parts."""
    parts = [part for value in document.values() if isinstance(value, list) for part in value]
    holders = [document, *(part for part in parts if isinstance(part, dict))]
    return [source for holder in holders for source in holder.get("sources", ())]


def use_of(request: HttpRequest, kind: Kind, identifier: str) -> HttpResponseBase:
    """``…/responsible-use``: the note on its use, with the records that say what it says. Three queries."""
    tag, _at = newest_change()
    refuse_all(unknown_or_misread(request.GET, ()))
    row = public_row(kind, identifier)
    with translation.override(settings.LANGUAGE_CODE):
        note = note_for(row.body)
        body = {"record": public_reference(row), "note": note and note_facts(note)}
    response = HttpResponse(absolute(dumped(body)), content_type="application/json")
    response["Link"] = api_link_header("ResponsibleUse", web_link(use_address(row), "self"))
    return tagged(response, tag, None)


def note_facts(note: UseNote) -> dict[str, Any]:
    """``text`` is empty where records say it; the frame is the words of editors."""
    return {
        "title": note.title,
        "provenance": "editorial",
        "says": note.says,
        "because": note.because,
        "parts": [
            {"name": part.name, "title": part.title, "text": part.said, "records": part.refs}
            for part in note.parts
        ],
    }


def incoming_to(request: HttpRequest, kind: Kind, identifier: str) -> HttpResponseBase:
    """``…/incoming``: the records that name this one, in the order of their first publication. Four queries."""
    tag, _at = newest_change()
    errors = unknown_or_misread(request.GET, PAGED, ("type",))
    asked = AskedPage(request.GET, question_of(request.path, request.GET), errors, "IncomingPage")
    wanted = request.GET.getlist("type")
    asked.errors += [
        ("type", f"“{name}” is no kind of record.") for name in wanted if name not in kinds_by_name()
    ]
    asked.refuse()
    row, index = public_row(kind, identifier), current()
    naming = {key: slots for key, slots in index.naming(row.pk).items() if not wanted or key[0] in wanted}
    pks = index.pks[index.mask(*naming.values())]
    pks.sort()
    asked.count = len(pks) if asked.is_counted else None
    page, before, after = window(pks, asked.cursor, asked.limit)
    fields = fields_naming(page, naming, index)
    rows = Publication.objects.only("kind", "identifier", "uuid", "title", "url").in_order_of(page)
    results = (dumped(public_reference(other) | {"fields": fields[other.pk]}) for other in rows)
    return tagged(page_answer(request, asked, results, before, after), tag, None)


def fields_naming(pks: Any, naming: Any, index: Index) -> dict[int, list[str]]:
    """``{key: the fields of its document that name the record}``."""
    found: dict[int, list[str]] = {pk: [] for pk in pks}
    own = index.slots(list(pks))
    for (kind_name, name), slots in naming.items():
        facets = kinds_by_name()[kind_name].listed.all_facets
        field = next((facet.source for facet in facets if facet.name == name), name)
        for pk in index.pks[own[index.mask(slots)[own]]].tolist():
            found[pk] += [field] if field not in found[pk] else []
    return found
