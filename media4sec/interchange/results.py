"""The result of a list for machines: the question of its page, asked at an address of its own."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

import numpy as np
from django.conf import settings
from django.db.models import Subquery
from django.http import Http404, QueryDict
from django.http.response import HttpResponseBase
from django.utils.http import http_date

from media4sec.kinds import kinds, paths
from media4sec.publications.lists import SEARCH_FACETS, Listing
from media4sec.publications.models import Generation, Publication
from media4sec.publications.selection import LIST_PATH, selected_as_listing
from media4sec.publications.sorting import asked
from media4sec.publications.version import content_version
from media4sec.release import release

R = TypeVar("R", bound=HttpResponseBase)
CHUNK = 500
CACHE = "public, no-cache"


def result_of(path: str, data: QueryDict) -> Listing:
    """What the list at ``path`` (search, a list of a reader’s own) answers: all of it, in the order of the page.

    Of filters only those that are in use are counted: files show none.
    """
    if path == "search":
        answer = asked(kinds(), data, facets=SEARCH_FACETS, counted=())
        if not answer.errors and not answer.words:
            answer.errors.append(("q", "Name the words to search for."))
        return answer
    if path == LIST_PATH:
        return selected_as_listing(data)
    if path not in paths():
        raise Http404
    return asked(paths()[path], data, counted=())


def publications(ids: Sequence[int] | np.ndarray) -> Iterator[Publication]:
    """These publications in this order; a fixed number of rows is in memory at a time."""
    for start in range(0, len(ids), CHUNK):
        part = list(map(int, ids[start : start + CHUNK]))
        found = Publication.objects.published().defer("title_stems", "text_stems").in_bulk(part)
        yield from (found[pk] for pk in part if pk in found)


GENERATION = Subquery(Generation.objects.values("name")[:1])


def newest_change() -> tuple[str, datetime | None]:
    """(tag, time) of all that is public now: the same address has the same answer as long as they stay.

    To be asked before the content is: a tag that is newer than what it stands for would hide a change.
    """
    name, seq, at = newest_standing()
    return entity_tag(name, seq), at


def newest_standing() -> tuple[str | None, int, datetime | None]:
    """(name of the database, number and time of its newest change)."""
    _, newest = content_version()
    seq, at, name = newest or (0, None, generation())
    return name, seq, at


def generation() -> str | None:
    return Generation.objects.values_list("name", flat=True).first()


def entity_tag(generation: str | None, *what: object) -> str:
    """The entity tag of an answer: what it says, by which database, release and origin, as all three stand in it."""
    key = (generation, release(), settings.BASE_URL, *what)
    return f'"{hashlib.sha256(repr(key).encode()).hexdigest()[:24]}"'


def tagged(response: R, etag: str, modified_at: datetime | None) -> R:
    """With what caches and harvesters need. Conditions are answered where all answers are finished (``kept.py``)."""
    response["ETag"] = etag
    if modified_at is not None:
        response["Last-Modified"] = http_date(modified_at.timestamp())
    response["Cache-Control"] = CACHE
    return response
