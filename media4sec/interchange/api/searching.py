"""Search over all kinds for machines: the hits of the search page in its order, and where the words stand in each."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from media4sec.interchange.api.rest import PAGED, AskedPage, page_answer, question_of, window
from media4sec.interchange.records import dumped, moment, public_reference
from media4sec.interchange.results import newest_change, tagged
from media4sec.kinds import kinds
from media4sec.publications.lists import SEARCH_FACETS, Listing, listing
from media4sec.publications.matches import Matches
from media4sec.publications.models import Publication
from media4sec.publications.search import Found

MOST_HITS = 50  # of a page: each is read whole, to say where the words stand
HIT = ("kind", "identifier", "uuid", "title", "summary", "url", "modified_at", "document", "display")


def search_all(request: HttpRequest) -> HttpResponseBase:
    """``/api/v1/search?q=…``: records of any kind, the best first. Three queries."""
    tag, _at = newest_change()
    answer = listing(kinds(), request.GET, also=PAGED, facets=SEARCH_FACETS, counted=())
    asked = AskedPage(request.GET, question_of("search", request.GET), answer.errors, "HitPage", MOST_HITS)
    if "q" not in request.GET:
        asked.errors.append(("q", "Name the words to search for."))
    asked.refuse()
    asked.count = len(answer.result.ids) if asked.is_counted else None
    page, before, after = window(answer.result.ids, asked.cursor, asked.limit, is_sorted=False)
    results = (dumped(hit) for hit in hits_of(page, answer))
    more = {"words": words_taken(answer.found)}
    return tagged(page_answer(request, asked, results, before, after, more), tag, None)


def words_taken(found: Found | None) -> list[dict[str, Any]]:
    """The words that counted: in how many records each is, and for which words it was taken where it is in none."""
    return [
        {"word": word.typed, "records": word.count, "taken_for": [] if word.is_known else word.corrected}
        for word in (found.units if found else ())
    ]


def hits_of(pks: list[int], answer: Listing) -> Iterable[dict[str, Any]]:
    """These hits, each with the passages that hold the words. One query."""
    matches = Matches(answer.found, answer.words)
    slot_of = answer.found.index.slot_of if answer.found else {}
    for row in Publication.objects.only(*HIT).in_order_of(pks):
        why = matches.explain(row, int(slot_of[row.pk]))
        title = {"field": "title", "label": "", "pieces": why["title_pieces"]}
        passages = [title, *why["passages"]] if has_mark(title) else why["passages"]
        yield public_reference(row) | {
            "summary": row.summary,
            "updated": moment(row.modified_at),
            "passages": [in_pieces(passage) for passage in passages],
            "notes": [str(note) for note in why["notes"]],
        }


def has_mark(passage: dict[str, Any]) -> bool:
    return any(is_hit for _text, is_hit in passage["pieces"])


def in_pieces(passage: dict[str, Any]) -> dict[str, Any]:
    """A passage in pieces, so that nobody has to count letters: put together they are its text."""
    pieces = [{"text": text, "is_hit": is_hit} for text, is_hit in passage["pieces"]]
    return passage | {"label": str(passage["label"]), "pieces": pieces}
