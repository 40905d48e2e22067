"""ResourceSync (https://www.openarchives.org/rs/1.1/resourcesync): which documents there are, and what became of them.

Sitemaps with a few words more, in parts that do not grow. The log is that of ``/api/v1/changes``, for those who speak
this language; a resource is a record as the API sends it.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import wraps

import numpy as np
from django.conf import settings
from django.db.models import Max, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from media4sec.interchange.harvesting.elements import DECLARATION
from media4sec.interchange.records import api_address, moment
from media4sec.interchange.results import newest_change, tagged
from media4sec.kinds import kinds_by_name
from media4sec.problems import fixed, require_safe
from media4sec.publications.index import current
from media4sec.publications.models import Change, Publication

PART = 1_000  # entries; some 200 kB
NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:rs="http://www.openarchives.org/rs/terms/"'
)
DESCRIPTION, CAPABILITIES = "/.well-known/resourcesync", "/resourcesync/capabilities.xml"
RESOURCES, CHANGES = "/resourcesync/resources.xml", "/resourcesync/changes.xml"
EPOCH = "1970-01-01T00:00:00Z"


def in_turn(view: Callable[..., str]) -> Callable[..., HttpResponseBase]:
    """A view of a list: made after it was asked what the newest change is, so that its tag is never too new."""

    @require_safe
    @fixed
    @wraps(view)
    def answered(request: HttpRequest, **kwargs: int) -> HttpResponseBase:
        tag, at = newest_change()
        text = view(moment(at) if at else EPOCH, **kwargs)
        return tagged(HttpResponse(text, content_type="application/xml; charset=utf-8"), tag, at)

    return answered


@in_turn
def description(at: str) -> str:
    """Where everything begins: the one set of resources that there is."""
    return _document("urlset", 'capability="description"', [_place(CAPABILITIES, "capabilitylist")], above="")


@in_turn
def capabilities(at: str) -> str:
    entries = [_place(RESOURCES, "resourcelist"), _place(CHANGES, "changelist")]
    return _document("urlset", 'capability="capabilitylist"', entries, above=DESCRIPTION)


@in_turn
def resources(at: str) -> str:
    """The parts of the list of all documents."""
    parts = _parts(RESOURCES, len(_documents()))
    return _document("sitemapindex", f'capability="resourcelist" at="{at}"', parts)


@in_turn
def resources_part(at: str, number: int) -> str:
    """Documents in the order of first publication, each with its last visible change."""
    keys = _documents()
    first, last = _span(number, len(keys))
    rows = Publication.objects.only("kind", "identifier", "modified_at").in_order_of(
        keys[first:last].tolist()
    )
    entries = [_url(api_address(row), row.modified_at) for row in rows]
    return _document("urlset", f'capability="resourcelist" at="{at}"', entries)


def _documents() -> np.ndarray:
    """The keys of all documents in order, from the index: the database would count rows up to the part."""
    index = current()
    return index.kept("keys in order", lambda: np.sort(index.pks[index.is_alive]))


@in_turn
def changes_index(at: str) -> str:
    """The parts of the list of changes; all but the last are closed."""
    return _document(
        "sitemapindex", f'capability="changelist" from="{_since(0)}"', _parts(CHANGES, _newest())
    )


@in_turn
def changes_part(at: str, number: int) -> str:
    """Changes in their order: those with the numbers of this part."""
    newest = _newest()
    first, last = _span(number, newest)
    rows = Change.objects.filter(seq__gt=first, seq__lte=last, kind__in=kinds_by_name()).order_by("seq")
    entries = [
        _url(
            f"{settings.BASE_URL}{kinds_by_name()[row.kind].api_url(row.identifier)}",
            row.at,
            f'<rs:md change="{row.action}" datetime="{moment(row.at)}"/>',
        )
        for row in rows
    ]
    until = f' until="{_since(last)}"' if last < newest else ""
    return _document("urlset", f'capability="changelist" from="{_since(first)}"{until}', entries)


def _newest() -> int:
    return Change.objects.aggregate(Max("seq"))["seq__max"] or 0


def _since(seq: int) -> str:
    """The time from which on the part after this change tells of changes."""
    at = Change.objects.filter(seq__gt=seq, seq__lte=seq + PART).aggregate(Min("at"))["at__min"]
    return moment(at) if at else EPOCH


def _url(address: str, at: datetime, more: str = "") -> str:
    return f"<url><loc>{address}</loc><lastmod>{moment(at)}</lastmod>{more}</url>"


def _place(path: str, capability: str) -> str:
    return f'<url><loc>{settings.BASE_URL}{path}</loc><rs:md capability="{capability}"/></url>'


def _numbers(count: int) -> range:
    """Of the parts of a list; an empty one has an empty part."""
    return range(1, max(1, -(-count // PART)) + 1)


def _span(number: int, count: int) -> tuple[int, int]:
    """(entries before a part, those before the next one); 404 where the list has no such part."""
    if number not in _numbers(count):
        raise Http404
    return (number - 1) * PART, number * PART


def _parts(path: str, count: int) -> Iterator[str]:
    for number in _numbers(count):
        address = path.replace(".xml", f"-{number}.xml")
        yield f"<sitemap><loc>{settings.BASE_URL}{address}</loc></sitemap>"


def _document(root: str, about: str, entries: Iterable[str], above: str = CAPABILITIES) -> str:
    up = f'<rs:ln rel="up" href="{settings.BASE_URL}{above}"/>' if above else ""
    head = f"{DECLARATION}<{root} {NAMESPACES}>{up}<rs:md {about}/>"
    return "\n".join([head, *entries, f"</{root}>\n"])
