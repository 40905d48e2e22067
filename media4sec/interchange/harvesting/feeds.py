"""The result of a list as a feed, in Atom (RFC 4287) or JSON (JSON Feed 1.1): what changed last, first.

A feed goes on from page to page (RFC 5005) by what its last entry was, so that nothing is missed while records change.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed, rfc3339_date
from django.utils.html import escape

from media4sec import problems
from media4sec.imprint import LICENCE_NAME, LICENCE_URL, PUBLISHER
from media4sec.interchange.harvesting.elements import in_xml
from media4sec.interchange.records import dumped, moment
from media4sec.interchange.results import newest_change, publications, result_of, tagged
from media4sec.kinds import Document, kinds, paths
from media4sec.link_headers import LICENCE_LINK
from media4sec.problems import require_safe
from media4sec.publications.description import Description, descriptions_of
from media4sec.publications.index import current
from media4sec.publications.lists import SEARCH_FACETS, Listing
from media4sec.publications.lists import title_of as title_of_list
from media4sec.publications.models import Publication
from media4sec.publications.notes import UseNote, note_for
from media4sec.publications.sorting import asked
from media4sec.publications.stated import checked_parts

EVERYTHING = "everything"
PLACE_PARAMETER = "before"  # the parameter with the entry that the page before ended with
PLACE_IN_FEED = re.compile(
    r"(\d{1,17})\.(\d{1,18})", re.ASCII
)  # microseconds since 1970, and the publication's key
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"  # RFC 6721
JSON_FEED = "https://jsonfeed.org/version/1.1"
LICENCE_IN_WORDS = f"{LICENCE_NAME}, {LICENCE_URL}"

FeedPlace = tuple[int, int]


@dataclass(frozen=True)
class FeedPage:
    """Part of a feed: its entries, and the records withdrawn among them; addresses are whole."""

    title: str
    subtitle: str
    page: str  # the list
    address: str  # of the feed
    here: str  # of this part of it
    following: str  # empty at the end
    entries: list[Description]
    withdrawn: list[Publication]
    updated: datetime


@require_safe
def feed(request: HttpRequest, path: str, form: str) -> HttpResponseBase:
    """``/feeds/technologies.atom?theme=…``: what the list of that address shows; ``everything`` is every record."""
    tag, at = newest_change()
    data = request.GET.copy()
    before = data.pop(PLACE_PARAMETER, [])
    errors = [("sort", "A feed has one order: the newest change first.")] if "sort" in data else []
    place = place_named(before[0]) if before else None
    if before and (place is None or len(before) > 1):
        errors.append((PLACE_PARAMETER, "Not a place that this feed gave out."))
    try:
        answer = (
            asked(kinds(), data, facets=SEARCH_FACETS, counted=())
            if path == EVERYTHING
            else result_of(path, data)
        )
    except Http404:
        return problems.response(request, 404)
    if errors or answer.errors:
        return problems.refused(request, errors or answer.errors)

    rows, has_more = newest_rows(answer, place, with_withdrawn=not data)
    query = data.urlencode()
    tail = f"?{query}" if query else ""
    address = f"{settings.BASE_URL}/feeds/{path}.{form}"
    with translation.override(settings.LANGUAGE_CODE):
        part = FeedPage(
            title=feed_title(path, answer),
            subtitle=subtitle_of(answer),
            page=f"{settings.BASE_URL}/" + ("" if path == EVERYTHING else f"{path}/{tail}"),
            address=address + tail,
            here=with_place(address, query, place),
            following=with_place(address, query, place_after(rows[-1])) if has_more else "",
            entries=list(descriptions_of(row for row in rows if row.state == Publication.State.PUBLISHED)),
            withdrawn=[row for row in rows if row.state != Publication.State.PUBLISHED],
            updated=max((row.modified_at for row in rows), default=EPOCH),
        )
        made = FORMS_OF_FEEDS[form](request, part)
    made["Link"] = LICENCE_LINK
    return tagged(made, tag, at)


def newest_rows(
    answer: Listing, place: FeedPlace | None, *, with_withdrawn: bool
) -> tuple[list[Publication], bool]:
    """(the rows of a page, are there more?): after a place, by the time of their newest change, then by key."""
    index, limit = answer.index or current(), settings.FEED_LIMIT
    slots = index.slots(answer.result.ids)
    pks, times = index.pks[slots], np.round(np.nan_to_num(index.changed[slots]) * 1e6).astype(np.int64)
    if place:
        is_after = (times < place[0]) | ((times == place[0]) & (pks > place[1]))
        pks, times = pks[is_after], times[is_after]
    if len(pks) > limit + 1:  # only those among which the page is are put in order
        is_new = times >= np.partition(times, -limit - 1)[-limit - 1]
        pks, times = pks[is_new], times[is_new]
    rows = list(publications(pks[np.lexsort((pks, -times))][: limit + 1].tolist()))
    if with_withdrawn:
        rows += withdrawn_of(answer, place)[: limit + 1]
        rows.sort(key=in_feed_order)
    return rows[:limit], len(rows) > limit


def withdrawn_of(answer: Listing, place: FeedPlace | None) -> Any:
    """What is left of withdrawn and merged records of these kinds, the newest first. A query that can be cut."""
    gone = (
        Publication.objects.gone().of(*(kind.name for kind in answer.kinds)).filter(modified_at__isnull=False)
    )
    if place:
        at = EPOCH + place[0] * MICROSECOND
        gone = gone.filter(Q(modified_at__lt=at) | Q(modified_at=at, pk__gt=place[1]))
    return gone.order_by("-modified_at", "pk")


# Places


def place_after(row: Publication) -> FeedPlace:
    """Where a feed goes on after a row."""
    return (row.modified_at - EPOCH) // MICROSECOND, row.pk


def in_feed_order(row: Publication) -> FeedPlace:
    at, pk = place_after(row)
    return -at, pk


def place_named(text: str) -> FeedPlace | None:
    """A place as it was given out; None where it was not."""
    found = PLACE_IN_FEED.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None


def with_place(address: str, query: str, place: FeedPlace | None) -> str:
    """The address of the part of a feed after a place."""
    parts = [f"{PLACE_PARAMETER}={place[0]}.{place[1]}"] if place else []
    parts += [query] if query else []
    return f"{address}?{'&'.join(parts)}" if parts else address


# Words


def feed_title(path: str, answer: Listing) -> str:
    """Where the feed comes from, and which filters it has."""
    if path == EVERYTHING:
        name = "Everything"
    elif path == "search":
        name = "Search"
    else:
        name = str(title_of_list(paths()[path]))
    labels = [
        option.label
        for facet in answer.facets
        for option in answer.result.options.get(facet.name, ())
        if option.checked
    ]
    words = [f"“{answer.words}”"] if answer.words else []
    return in_xml(f"{', '.join([name, *words, *map(str, labels)])} · {PUBLISHER}")


def subtitle_of(answer: Listing) -> str:
    count = answer.result.count
    return f"{count} record{'' if count == 1 else 's'}, the newest changes first"


def entry_text(description: Description) -> str:
    """What an entry says: the summary, what nobody could confirm, and the note on its use."""
    document = description.document
    said = (document["summary"], doubts_of(document), note_in_words(note_for(document)))
    return in_xml("\n\n".join(filter(None, said)))


def categories_of(description: Description) -> list[str]:
    """What a record is, and what it is about."""
    document, themes = description.document, (ref.label for ref in description.themes)
    words = [str(description.kind.names.one), *themes, *filter(None, [document["lens"]]), *document["tags"]]
    return [in_xml(word) for word in words]


def doubts_of(document: Document) -> str:
    """What the record says that nobody could confirm: “Not verified: 2026-12-02, a ban applies.”"""
    doubtful = [part for part in checked_parts(document) if part["verified"] is not True]
    if not doubtful:
        return ""
    said = ("title", "text", "label")
    texts = [
        ", ".join(filter(None, [part.get("date"), next((part[name] for name in said if name in part), "")]))
        for part in doubtful
    ]
    return f"Not verified: {'; '.join(texts)}."


def note_in_words(note: UseNote | None) -> str:
    """The note on the use of a record, a line for each heading."""
    if note is None:
        return ""
    parts = [(part.title, part.said or labels_in(part.refs)) for part in note.parts]
    lines = [f"{note.title} (editorial note): {labels_in(note.because)}. {note.says}"]
    return "\n".join([*lines, *(f"{title}: {text}." for title, text in parts)])


def labels_in(refs: list[Document]) -> str:
    return "; ".join(ref["label"] for ref in refs)


def urn_of(uuid: object) -> str:
    return f"urn:uuid:{uuid}"


# Atom


class AtomFeed(Atom1Feed):
    """Django's, with the licence, what follows and what was withdrawn, and less the time of asking."""

    def latest_post_date(self) -> datetime:
        return self.feed["part"].updated

    def root_attributes(self) -> dict[str, str]:
        gone = {"xmlns:at": TOMBSTONES} if self.feed["part"].withdrawn else {}
        return super().root_attributes() | gone

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        part: FeedPage = self.feed["part"]
        links = [("license", LICENCE_URL), ("next", part.following)]
        links += [("first", part.address)] if part.here != part.address else []
        for rel, address in links:
            if address:
                handler.addQuickElement("link", "", {"rel": rel, "href": address})

    def write_items(self, handler: Any) -> None:
        super().write_items(handler)
        for row in self.feed["part"].withdrawn:
            named = {"ref": urn_of(row.uuid), "when": rfc3339_date(row.modified_at)}
            handler.startElement("at:deleted-entry", named)
            if row.reason:
                handler.addQuickElement("at:comment", in_xml(row.reason))
            handler.endElement("at:deleted-entry")


class ResultFeed(Feed):
    """Part of one list's answer; made anew for each request."""

    feed_type = AtomFeed
    language = "en-GB"
    author_name = PUBLISHER
    author_link = settings.BASE_URL
    feed_copyright = item_copyright = LICENCE_IN_WORDS

    def __init__(self, part: FeedPage) -> None:
        self.title, self.subtitle = part.title, part.subtitle
        self.link, self.feed_url = part.page, part.here
        self.feed_guid = part.address
        self.part = part

    def feed_extra_kwargs(self, obj: object) -> dict[str, FeedPage]:
        return {"part": self.part}

    def items(self) -> list[Description]:
        return self.part.entries

    def item_title(self, item: Description) -> str:
        return in_xml(item.record.title)

    def item_description(self, item: Description) -> str:
        return escape(entry_text(item))  # Django's feeds hold HTML, records plain text

    def item_link(self, item: Description) -> str:
        return item.url

    def item_guid(self, item: Description) -> str:
        return urn_of(item.uuid)

    def item_pubdate(self, item: Description) -> datetime:
        return item.issued

    def item_updateddate(self, item: Description) -> datetime:
        return item.updated

    def item_categories(self, item: Description) -> list[str]:
        return categories_of(item)


def as_atom(request: HttpRequest, part: FeedPage) -> HttpResponse:
    return ResultFeed(part)(request)


# JSON Feed


def as_json_feed(request: HttpRequest, part: FeedPage) -> HttpResponse:
    body: dict[str, Any] = {
        "version": JSON_FEED,
        "title": part.title,
        "description": f"{part.subtitle}. {LICENCE_IN_WORDS}",
        "home_page_url": part.page,
        "feed_url": part.here,
        **({"next_url": part.following} if part.following else {}),
        "language": "en-GB",
        "authors": [{"name": PUBLISHER, "url": settings.BASE_URL}],
        "items": [json_item(description) for description in part.entries],
    }
    if part.withdrawn:
        about = f"{settings.BASE_URL}/api/"
        body["_withdrawn"] = {"about": about, "records": [json_tombstone(row) for row in part.withdrawn]}
    return HttpResponse(dumped(body), content_type="application/feed+json")


def json_item(description: Description) -> dict[str, Any]:
    return {
        "id": urn_of(description.uuid),
        "url": description.url,
        "title": in_xml(description.record.title),
        "content_text": entry_text(description),
        "date_published": moment(description.issued),
        "date_modified": moment(description.updated),
        "tags": categories_of(description),
    }


def json_tombstone(row: Publication) -> dict[str, str]:
    return {"id": urn_of(row.uuid), "deleted_at": moment(row.modified_at), "reason": row.reason}


FORMS_OF_FEEDS = {"atom": as_atom, "json": as_json_feed}
