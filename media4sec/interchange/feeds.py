"""The result of a list as an Atom feed (RFC 4287): what changed last, first."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from media4sec import problems
from media4sec.imprint import LICENCE_NAME, LICENCE_URL, PUBLISHER
from media4sec.interchange.results import newest_change, publications, result_of, tagged
from media4sec.kinds import THEME_FIELDS, Document, kinds, kinds_by_name, paths
from media4sec.problems import require_safe
from media4sec.publications.lists import SEARCH_FACETS, Listing
from media4sec.publications.lists import title_of as title_of_list
from media4sec.publications.models import Publication
from media4sec.publications.sorting import asked, in_order
from media4sec.publications.stated import checked_parts

EVERYTHING = "everything"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class AtomFeed(Atom1Feed):
    """Django's, less the time of asking: without entries a feed would else be new at every request."""

    def latest_post_date(self) -> datetime:
        dates = [item["updateddate"] for item in self.items]
        return max(dates, default=EPOCH)

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        handler.addQuickElement("link", "", {"rel": "license", "href": LICENCE_URL})


class ResultFeed(Feed):
    """One list's answer; made anew for each request."""

    feed_type = AtomFeed
    language = "en-GB"
    author_name = PUBLISHER
    author_link = settings.BASE_URL
    feed_copyright = item_copyright = f"{LICENCE_NAME}, {LICENCE_URL}"

    def __init__(self, title: str, subtitle: str, page: str, address: str, rows: list[Publication]) -> None:
        self.title, self.subtitle = title, subtitle
        self.link, self.feed_url = page, address
        self.feed_guid = address
        self.rows = rows

    def items(self) -> list[Publication]:
        return self.rows

    def item_title(self, row: Publication) -> str:
        return in_xml(row.full_title)

    def item_description(self, row: Publication) -> str:
        text = "\n\n".join(filter(None, [row.summary, doubts_of(json.loads(row.document))]))
        return escape(in_xml(text))  # Django's feeds hold HTML, records plain text

    def item_link(self, row: Publication) -> str:
        return f"{settings.BASE_URL}{row.url}"

    def item_guid(self, row: Publication) -> str:
        return f"urn:uuid:{json.loads(row.document)['uuid']}"

    def item_pubdate(self, row: Publication) -> datetime:
        return row.issued_at

    def item_updateddate(self, row: Publication) -> datetime:
        return row.modified_at

    def item_categories(self, row: Publication) -> list[str]:
        document = json.loads(row.document)
        one, several = THEME_FIELDS
        words = [theme["label"] for theme in (document.get(one), *document.get(several, ())) if theme]
        found = [
            str(kinds_by_name()[row.kind].names.one),
            *words,
            *filter(None, [row.lens]),
            *document["tags"],
        ]
        return [in_xml(word) for word in found]


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


def in_xml(text: str) -> str:
    """A text without the control characters that no XML can hold."""
    return NOT_IN_XML.sub("", text)


@require_safe
def feed(request: HttpRequest, path: str) -> HttpResponseBase:
    """``/feeds/technologies.atom?theme=…``: what the list of that address shows; ``everything`` is every record."""
    tag, at = newest_change()
    data = request.GET
    errors = [("sort", "A feed has one order: the newest change first.")] if "sort" in data else []
    try:
        answer = asked(kinds(), data, facets=SEARCH_FACETS) if path == EVERYTHING else result_of(path, data)
    except Http404:
        return problems.response(request, 404)
    if errors or answer.errors:
        return problems.refused(request, errors or answer.errors)

    newest = in_order(answer, "-changed")
    rows = list(publications(newest[: settings.FEED_LIMIT]))
    query = data.urlencode()
    tail = f"?{query}" if query else ""
    page = f"{settings.BASE_URL}/" + ("" if path == EVERYTHING else f"{path}/{tail}")
    address = f"{settings.BASE_URL}/feeds/{path}.atom{tail}"
    with translation.override(settings.LANGUAGE_CODE):
        made = ResultFeed(feed_title(path, answer), subtitle_of(answer), page, address, rows)(request)
    return tagged(made, tag, at)


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
    count, limit = answer.result.count, settings.FEED_LIMIT
    records = f"{count} record" + ("" if count == 1 else "s")
    return records if count <= limit else f"The {limit} newest changes of {records}"
