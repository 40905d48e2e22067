"""The result of a list for machines: the question of its page, asked at an address of its own."""

import hashlib

from django.conf import settings
from django.db.models import Subquery
from django.http import Http404
from django.utils.http import http_date

from media4sec.kinds import kinds, paths
from media4sec.publications.lists import SEARCH_FACETS
from media4sec.publications.models import Change, Generation, Publication
from media4sec.publications.sorting import asked
from media4sec.release import release

CHUNK = 500
CACHE = "public, no-cache"


def result_of(path, data):
    """What the list at ``path`` (or search) answers to these parameters; the whole of it, in the order of the page."""
    if path == "search":
        answer = asked(kinds(), data, facets=SEARCH_FACETS)
        if not answer.errors and not answer.words:
            answer.errors.append(("q", "Name the words to search for."))
        return answer
    if path not in paths():
        raise Http404
    return asked(paths()[path], data)


def publications(ids):
    """These publications in this order; a fixed number of rows is in memory at a time."""
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        found = Publication.objects.published().defer("title_stems", "text_stems").in_bulk(part)
        yield from (found[pk] for pk in part if pk in found)


GENERATION = Subquery(Generation.objects.values("name")[:1])


def newest_change():
    """(tag, time) of all that is public now: the same address has the same answer as long as they stay.

    To be asked before the content is: a tag that is newer than what it stands for would hide a change.
    """
    newest = Change.objects.annotate(generation=GENERATION).order_by("-seq")
    seq, at, generation = newest.values_list("seq", "at", "generation").first() or (0, None, None)
    return tag_of(generation, seq), at


def generation():
    return Generation.objects.values_list("name", flat=True).first()


def tag_of(generation, *what):
    """The entity tag of an answer: what it says, by which database, release and origin, as all three stand in it."""
    key = (generation, release(), settings.BASE_URL, *what)
    return f'"{hashlib.sha256(repr(key).encode()).hexdigest()[:24]}"'


def tagged(response, etag, modified_at):
    """With what caches and harvesters need. Conditions are answered where all answers are finished (``kept.py``)."""
    response["ETag"] = etag
    if modified_at is not None:
        response["Last-Modified"] = http_date(modified_at.timestamp())
    response["Cache-Control"] = CACHE
    return response
