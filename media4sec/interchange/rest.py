"""The read-only API: stored documents, sent as they are."""

import base64
import binascii
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.viewsets import ViewSet

from media4sec.interchange.citations import LICENCE_URL
from media4sec.interchange.results import GENERATION, entity_tag, newest_change, tagged
from media4sec.kinds import Kind
from media4sec.problems import BadParameters, Gone
from media4sec.publications.lists import listing
from media4sec.publications.models import Publication

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
PAGING = ("limit", "cursor", "count")  # parameters that do not change what is asked
LICENCE = f'<{LICENCE_URL}>; rel="license"'


Cursor = tuple[int, int]  # forwards or backwards, and from which key


def absolute(text: str) -> str:
    """Stored documents hold addresses without the origin; outside they are whole.

    Safe as plain text: inside a JSON string the quotes would be escaped.
    """
    return text.replace('"url":"/', f'"url":"{settings.BASE_URL}/')


class PublicViewSet(ViewSet):
    """List and item of one kind. ``kind`` is set by the routes."""

    kind: Kind
    renderer_classes = (JSONRenderer,)
    http_method_names = ("get", "head", "options")
    lookup_field = "identifier"
    lookup_value_regex = "[^/]+"

    def list(self, request: HttpRequest) -> HttpResponseBase:
        tag, _at = newest_change()
        answer = listing((self.kind,), request.GET, also=PAGING, counts=False)
        errors = answer.errors
        limit = _number(request.GET.get("limit", str(DEFAULT_LIMIT)), 1, MAX_LIMIT)
        if limit is None:
            errors.append(("limit", f"A number from 1 to {MAX_LIMIT}."))
        with_count = request.GET.get("count", "false")
        if with_count not in ("true", "false"):
            errors.append(("count", "true or false."))
        question = question_of(self.kind, request.GET)
        cursor = read_cursor(request.GET["cursor"], question) if "cursor" in request.GET else (1, 0)
        if cursor is None:
            errors.append(("cursor", "Not a cursor that this list gave out for this question."))
        if errors or cursor is None or limit is None:
            raise BadParameters(list(dict(reversed(errors)).items()))
        ids = sorted(answer.result.ids)
        page, previous, following = window(ids, cursor, limit)

        count = len(ids) if with_count == "true" else None
        before, after = self.link(request, previous), self.link(request, following)
        response = HttpResponse(_page(page, count, before, after), content_type="application/json")
        tagged(response, tag, None)
        header = [
            f'<{self.link(request, to)}>; rel="{rel}"'
            for to, rel in ((following, "next"), (previous, "prev"))
            if to is not None
        ]
        response["Link"] = ", ".join([*header, LICENCE])
        return response

    def retrieve(self, request: HttpRequest, identifier: str) -> HttpResponseBase:
        if request.GET:
            raise BadParameters([(name, "There is no such parameter here.") for name in request.GET])
        if "\x00" in identifier or len(identifier) > 200:
            raise NotFound
        row = (
            Publication.objects.select_related("successor")
            .annotate(generation=GENERATION)
            .filter(kind=self.kind.name, identifier=identifier)
            .first()
        )
        if row is None:
            raise NotFound(f"There is no {self.kind.names.one.lower()} with this identifier.")
        if row.state != Publication.State.PUBLISHED:
            raise Gone(row)
        response = HttpResponse(absolute(row.document), content_type="application/json")
        tagged(response, entity_tag(row.generation, row.pk, row.modified_at), row.modified_at)
        response["Link"] = f'<{settings.BASE_URL}{row.url}>; rel="canonical", {LICENCE}'
        return response

    def link(self, request: HttpRequest, cursor: Cursor | None) -> str | None:
        if cursor is None:
            return None
        query = [
            (name, value) for name, values in request.GET.lists() for value in values if name != "cursor"
        ]
        query.append(("cursor", write_cursor(cursor, question_of(self.kind, request.GET))))
        return f"{settings.BASE_URL}{request.path}?{urlencode(query)}"


def _page(ids: Sequence[int], count: int | None, before: str | None, after: str | None) -> str:
    """One page of a list: the stored documents, joined."""
    rows = Publication.objects.published().filter(pk__in=ids).order_by("pk")
    documents = ",".join(rows.values_list("document", flat=True))
    number = "" if count is None else f'"count":{count},'
    links = f'"next":{_quoted(after)},"previous":{_quoted(before)}'
    return f'{{{number}{links},"results":[{absolute(documents)}]}}'


def window(
    ids: Sequence[int], cursor: Cursor, limit: int
) -> tuple[Sequence[int], Cursor | None, Cursor | None]:
    """(ids of the page, cursor of the page before, cursor of the page after); ``ids`` is sorted.

    A cursor is (1, n) for “after n” or (-1, n) for “before n”: it stays true when records come and go.
    """
    direction, mark = cursor
    if direction > 0:
        start = bisect_right(ids, mark)
        end = min(start + limit, len(ids))
    else:
        end = bisect_left(ids, mark)
        start = max(0, end - limit)
    page = ids[start:end]
    before = (-1, page[0]) if page and start > 0 else None
    after = (1, page[-1]) if page and end < len(ids) else None
    return page, before, after


def question_of(kind: Kind, data: QueryDict) -> str:
    """What is asked of a list, as a text: a cursor leads on in the answer to the question it was given out for."""
    return repr((kind.name, sorted((name, values) for name, values in data.lists() if name not in PAGING)))


def write_cursor(cursor: Cursor, question: str) -> str:
    """A cursor as a text that holds for this question only."""
    direction, mark = cursor
    text = f"{'a' if direction > 0 else 'b'}{mark}.{zlib.crc32(question.encode()):08x}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str, question: str) -> Cursor | None:
    """The cursor that a text stands for, or None."""
    try:
        plain = base64.urlsafe_b64decode(text[:40] + "=" * (-len(text[:40]) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    mark = plain[1:].partition(".")[0]
    if plain[:1] not in ("a", "b") or not (mark.isdecimal() and len(mark) < 19):
        return None
    cursor = (1 if plain[0] == "a" else -1), int(mark)
    return cursor if text == write_cursor(cursor, question) else None


def _number(text: str, lowest: int, highest: int) -> int | None:
    value = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None
    return value if value is not None and lowest <= value <= highest else None


def _quoted(url: str | None) -> str:
    return f'"{url}"' if url else "null"
