"""The read-only API: stored documents, sent as they are."""

import json
import re
import zlib
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.viewsets import ViewSet

from media4sec.interchange.records import READ_FOR_WHOLE, api_address, dumped, sent, whole
from media4sec.interchange.results import GENERATION, entity_tag, newest_change, tagged
from media4sec.kinds import Kind, Slug
from media4sec.link_headers import link_header, web_link
from media4sec.opaque import as_opaque, from_opaque
from media4sec.problems import BadParameters, Gone
from media4sec.publications.lists import NO_IDS, misread
from media4sec.publications.models import Publication
from media4sec.publications.sorting import asked

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
PAGED = ("limit", "cursor", "count")  # what every answer in pages takes
PAGING = (*PAGED, "fields")  # parameters that do not change what is asked
NARROWING = ("ids", "updated_since", "updated_before", "include_deleted")
# Whichever fields are asked for: they say which record it is.
ALWAYS_SENT = ("kind", "identifier", "uuid", "url")

Cursor = tuple[int, int]  # forwards or backwards, and from which key
FIRST_PAGE: Cursor = (1, 0)
MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d([Tt][0-2]\d:[0-5]\d:[0-6]\d(\.\d{1,20})?([Zz]|[+-][0-2]\d:[0-5]\d))?", re.ASCII
)
IDENTIFIER = re.compile(Slug.shape)  # of every kind, as it may be asked for
EARLIEST, LATEST = (end.replace(tzinfo=UTC) for end in (datetime.min, datetime.max))


class PublicViewSet(ViewSet):
    """List and item of one kind. ``kind`` and ``fields``, the names of its documents' fields, are set by the routes."""

    kind: Kind
    fields: Collection[str]
    renderer_classes = (JSONRenderer,)
    http_method_names = ("get", "head", "options")
    lookup_field = "identifier"
    lookup_value_regex = "[^/]+"

    def list(self, request: HttpRequest) -> HttpResponseBase:
        tag, _at = newest_change()
        question = AskedList(self.kind, request.GET)
        fields = asked_fields(request.GET, self.fields, question.errors)
        question.refuse()
        page, previous, following = question.page()
        answer = page_answer(request, question, (only(text, fields) for text in page), previous, following)
        return tagged(answer, tag, None)

    def retrieve(self, request: HttpRequest, identifier: str) -> HttpResponseBase:
        errors = unknown_or_misread(request.GET, ("fields",))
        fields = asked_fields(request.GET, self.fields, errors)
        refuse_all(errors)
        row = public_row(self.kind, identifier)
        response = HttpResponse(only(whole(row), fields), content_type="application/json")
        tagged(response, entity_tag(row.generation, row.pk, row.modified_at, *fields), row.modified_at)
        links = web_link(api_address(row), "self"), web_link(f"{settings.BASE_URL}{row.url}", "canonical")
        response["Link"] = api_link_header(self.kind.shape, *links)
        return response


def api_link_header(shape: str, *links: str) -> str:
    """The header ``Link`` of an answer of the API: these, where its shape is described, and where all of the API is."""
    base = settings.BASE_URL
    described = (
        web_link(shape_address(shape), "describedby"),
        web_link(f"{base}/api/v1/openapi.json", "service-desc"),
        web_link(f"{base}/api/", "service-doc"),
    )
    return link_header(*links, *described)


def shape_address(shape: str) -> str:
    """Where the description of the API says what an answer looks like."""
    return f"{settings.BASE_URL}/api/v1/openapi.json#/components/schemas/{shape}"


def public_row(kind: Kind, identifier: str) -> Publication:
    """The record with this identifier, with ``generation``; raises what its address answers where it is not public."""
    if "\x00" in identifier or len(identifier) > 200:
        raise NotFound
    rows = Publication.objects.select_related("successor").annotate(generation=GENERATION)
    # One at most, so that none has to come first.
    row = next(iter(rows.filter(kind=kind.name, identifier=identifier)), None)
    if row is None:
        raise NotFound(f"There is no {kind.names.one.lower()} with this identifier.")
    if row.state != Publication.State.PUBLISHED:
        raise Gone(row)
    return row


def asked_fields(data: QueryDict, names: Collection[str], errors: list[tuple[str, str]]) -> tuple[str, ...]:
    """The fields that are asked for, each once; none where all are. Adds those that no document has to the errors."""
    asked = comma_separated(data.get("fields", ""))
    errors += [("fields", f"“{name}” is no field of these records.") for name in asked if name not in names]
    return asked


def only(text: str, fields: Collection[str]) -> str:
    """Of a record as JSON these fields, and those that say which record it is; all, where none is named."""
    if not fields:
        return text
    record = json.loads(text)
    if "deleted" in record:  # what is left of a record is short
        return text
    wanted = {*ALWAYS_SENT, *fields}
    return dumped({name: value for name, value in record.items() if name in wanted})


def unknown_or_misread(
    data: QueryDict, once: Iterable[str], repeated: Iterable[str] = ()
) -> list[tuple[str, str]]:
    """What is wrong with the parameters of an answer that takes these, and no others."""
    known = (*once, *repeated)
    errors = [(name, "There is no such parameter here.") for name in data if name not in known]
    return errors + misread(data, known, once=tuple(once))


def refuse_all(errors: Iterable[tuple[str, str]]) -> None:
    """Raise what is wrong, the first of each parameter."""
    if found := list(dict(reversed(list(errors))).items()):
        raise BadParameters(found)


class AskedPage:
    """Which page of an answer is asked for; ``errors`` says what is wrong with it. ``count`` is told to who asks."""

    def __init__(
        self, data: QueryDict, question: str, errors: list[tuple[str, str]], shape: str, most: int = MAX_LIMIT
    ) -> None:
        self.data, self.question, self.errors, self.shape = data, question, errors, shape
        self.limit = self._limit(most)
        self.cursor = self._cursor()
        self.is_counted = self._is_true("count")
        self.count: int | None = None

    def refuse(self) -> None:
        refuse_all(self.errors)

    def link(self, request: HttpRequest, cursor: Cursor | None) -> str | None:
        """The address of the page that a cursor leads to."""
        return self.address(request, cursor=write_cursor(cursor, self.question)) if cursor else None

    def links(self, request: HttpRequest, following: str | None, previous: str | None) -> str:
        """The header ``Link`` of the page between these addresses."""
        first = self.address(request)
        here = self.address(request, cursor=self.data["cursor"]) if "cursor" in self.data else first
        around = (("next", following), ("prev", previous), ("first", first), ("self", here))
        return api_link_header(self.shape, *(web_link(address, rel) for rel, address in around if address))

    def address(self, request: HttpRequest, **more: str) -> str:
        """Where the question, with what is added, is answered."""
        query = [(name, value) for name, values in self.data.lists() for value in values if name != "cursor"]
        tail = urlencode([*query, *more.items()])
        return f"{settings.BASE_URL}{request.path}" + (f"?{tail}" if tail else "")

    def _limit(self, most: int) -> int:
        usual = min(DEFAULT_LIMIT, most)
        found = number_within(self.data.get("limit", str(usual)), 1, most)
        if found is None:
            self.errors.append(("limit", f"A number from 1 to {most}."))
        return found or usual

    def _is_true(self, name: str) -> bool:
        value = self.data.get(name, "false")
        if value not in ("true", "false"):
            self.errors.append((name, "true or false."))
        return value == "true"

    def _cursor(self) -> Cursor:
        if "cursor" not in self.data:
            return FIRST_PAGE
        found = read_cursor(self.data["cursor"], self.question)
        if found is None:
            self.errors.append(("cursor", "Not a cursor that this list gave out for this question."))
        return found or FIRST_PAGE


def page_answer(
    request: HttpRequest,
    asked: AskedPage,
    results: Iterable[str],
    previous: Cursor | None,
    following: Cursor | None,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """A page: ``more`` about the whole, the addresses of the pages around it, and its results, each as JSON."""
    before, after = asked.link(request, previous), asked.link(request, following)
    head = {} if asked.count is None else {"count": asked.count}
    text = dumped(head | (more or {}) | {"next": after, "previous": before})
    body = f'{text[:-1]},"results":[{",".join(results)}]}}'
    response = HttpResponse(body, content_type="application/json")
    response["Link"] = asked.links(request, after, before)
    return response


class AskedList(AskedPage):
    """What is asked of a list of records.

    Records come in the order in which they were first published, which no later change moves, unless an order is
    asked for, or words: then the best hits come first.
    """

    def __init__(self, kind: Kind, data: QueryDict) -> None:
        self.kind = kind
        self.answer = asked((kind,), data, also=(*PAGING, *NARROWING), counted=())
        super().__init__(data, question_of(kind.name, data), self.answer.errors, f"{kind.shape}Page")
        self.with_deleted = self._is_true("include_deleted")
        self.since = self._moment("updated_since")
        self.before = self._moment("updated_before")
        self.identifiers = comma_separated(data.get("ids", ""))
        self.errors += [
            ("ids", f"“{name}” is no identifier.")
            for name in self.identifiers
            if not IDENTIFIER.fullmatch(name)
        ]
        if len(self.identifiers) > MAX_LIMIT:
            self.errors.append(("ids", f"At most {MAX_LIMIT} can be asked for at once."))
        filters = self.answer.words or any(self.answer.chosen.values())
        if self.with_deleted and (filters or self.answer.sort):
            self.errors.append(
                (
                    "include_deleted",
                    "What was withdrawn has nothing left to filter or sort by: ask without that.",
                )
            )
        self.ids = NO_IDS if self.errors or self.is_read_in_parts else self._ids()
        if self.is_counted and not self.errors:
            self.count = self.narrowed.count() if self.is_read_in_parts else len(self.ids)

    def page(self) -> tuple[Iterable[str], Cursor | None, Cursor | None]:
        """The records of the page as JSON, and the cursors of the page before and after."""
        if self.is_read_in_parts:
            ids, before, after = window_of(self.narrowed, self.cursor, self.limit)
        else:
            ids, before, after = window(self.ids, self.cursor, self.limit, is_sorted=not self.is_ordered)
        rows = Publication.objects.filter(pk__in=ids)
        if self.with_deleted:
            found = {row.pk: sent(row) for row in rows.select_related("successor")}
        else:  # rows, which are read in half the time of models
            found = {
                row.pk: whole(row) for row in rows.published().values_list("pk", *READ_FOR_WHOLE, named=True)
            }
        return [found[pk] for pk in ids if pk in found], before, after

    @property
    def is_ordered(self) -> bool:
        return bool(self.answer.words or self.answer.sort)

    @property
    def is_read_in_parts(self) -> bool:
        """True where the database alone says which records it is: a mirror of many gets each page without the rest."""
        return self.is_narrowed and not (self.is_ordered or any(self.answer.chosen.values()))

    @property
    def is_narrowed(self) -> bool:
        return bool(self.with_deleted or self.since or self.before or self.identifiers)

    @property
    def narrowed(self) -> "QuerySet[Publication]":
        """What the database knows and the index does not: times, and what was withdrawn."""
        rows = Publication.objects.of(self.kind.name)
        rows = rows if self.with_deleted else rows.published()
        if self.since:
            rows = rows.filter(modified_at__gte=self.since)
        if self.before:
            rows = rows.filter(modified_at__lt=self.before)
        return rows.filter(identifier__in=self.identifiers) if self.identifiers else rows

    def _ids(self) -> np.ndarray:
        ids = self.answer.result.ids if self.is_ordered else np.sort(self.answer.result.ids)
        if not self.is_narrowed:
            return ids
        found = np.fromiter(self.narrowed.order_by("pk").values_list("pk", flat=True), np.int64)
        return ids[np.isin(ids, found)]

    def _moment(self, name: str) -> datetime | None:
        text = self.data.get(name)
        found = None if text is None else read_moment(text)
        if text is not None and found is None:
            self.errors.append(
                (name, "A time such as 2026-11-29T08:00:00Z, or a day such as 2026-11-29 (UTC).")
            )
        return found


def read_moment(text: str) -> datetime | None:
    """A time after RFC 3339, or a day, which begins at midnight in UTC; None where it is neither.

    A leap second counts as the one before it. What is beyond the calendar is its end.
    """
    if not MOMENT.fullmatch(text):
        return None
    plain = text.upper().replace(":60", ":59")
    try:
        found = datetime.fromisoformat(plain.replace("0000-", "0004-", 1) if plain[:4] == "0000" else plain)
        if plain[:4] == "0000":
            return EARLIEST
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except ValueError:
        return None
    except OverflowError:
        return EARLIEST if plain[:4] == "0001" else LATEST


def comma_separated(text: str) -> tuple[str, ...]:
    """The values of a parameter that takes several with commas between them, each once."""
    return tuple(dict.fromkeys(text.split(","))) if text else ()


def window(
    ids: Sequence[int] | np.ndarray, cursor: Cursor, limit: int, *, is_sorted: bool = True
) -> tuple[list[int], Cursor | None, Cursor | None]:
    """(ids of the page, cursor of the page before, cursor of the page after).

    A cursor is (1, n) for “after n” or (-1, n) for “before n”. Among sorted ids it stays true when records come and
    go; in any other order a record that has gone takes its place with it (``BadParameters``).
    """
    ids, (direction, mark) = np.asarray(ids, np.int64), cursor
    low = high = 0
    if cursor != FIRST_PAGE:
        low, high = ids.searchsorted((mark, mark + 1)).tolist() if is_sorted else _place_of(mark, ids)
    start, end = (high, min(high + limit, len(ids))) if direction > 0 else (max(0, low - limit), low)
    page = ids[start:end].tolist()
    before = (-1, page[0]) if page and start > 0 else None
    after = (1, page[-1]) if page and end < len(ids) else None
    return page, before, after


def window_of(
    rows: "QuerySet[Publication]", cursor: Cursor, limit: int
) -> tuple[list[int], Cursor | None, Cursor | None]:
    """The same of a query, in the order of its keys, of which it reads no more than the page."""
    direction, mark = cursor
    here = (
        rows.filter(pk__gt=mark).order_by("pk") if direction > 0 else rows.filter(pk__lt=mark).order_by("-pk")
    )
    found = list(here.values_list("pk", flat=True)[: limit + 1])
    page, goes_on = found[:limit], len(found) > limit
    behind = rows.filter(pk__lte=mark) if direction > 0 else rows.filter(pk__gte=mark)
    came_from = cursor != FIRST_PAGE and behind.exists()
    if direction < 0:
        page, goes_on, came_from = page[::-1], came_from, goes_on
    before = (-1, page[0]) if page and came_from else None
    after = (1, page[-1]) if page and goes_on else None
    return page, before, after


def _place_of(mark: int, ids: np.ndarray) -> tuple[int, int]:
    """Where an id stands, and where the next one."""
    found = np.flatnonzero(ids == mark)
    if not len(found):
        raise BadParameters([("cursor", "The record where this page began has gone: start again.")])
    return int(found[0]), int(found[0]) + 1


def question_of(what: str, data: QueryDict) -> str:
    """What is asked of a list, as a text: a cursor leads on in the answer to the question it was given out for."""
    return repr((what, sorted((name, values) for name, values in data.lists() if name not in PAGING)))


def write_cursor(cursor: Cursor, question: str) -> str:
    """A cursor as a text that holds for this question only."""
    direction, mark = cursor
    return as_opaque(f"{'a' if direction > 0 else 'b'}{mark}.{zlib.crc32(question.encode()):08x}")


def read_cursor(text: str, question: str) -> Cursor | None:
    """The cursor that a text stands for, or None."""
    plain = from_opaque(text[:40]) or ""
    mark = plain[1:].partition(".")[0]
    if plain[:1] not in ("a", "b") or not (mark.isdecimal() and len(mark) < 19):
        return None
    cursor = (1 if plain[0] == "a" else -1), int(mark)
    return cursor if text == write_cursor(cursor, question) else None


def number_within(text: str, lowest: int, highest: int) -> int | None:
    """The number that a parameter says, or None where it is none from ``lowest`` to ``highest``."""
    value = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None
    return value if value is not None and lowest <= value <= highest else None
