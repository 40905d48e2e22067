"""What the public side answers, as tests walk it: links of pages, lists of the API followed to their ends."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.conf import settings

from media4sec.kinds import kinds, paths

FIXED_PAGES = (
    "/",
    "/search/",
    "/matrix/",
    "/library/",
    "/timeline/",
    "/patterns/",
    "/technologies/lives/",
    "/technologies/alive/",
    "/situations/law/",
    "/patterns/cards/",
    "/about/",
    "/accessibility/",
    "/privacy/",
    "/api/",
    "/corrections/",
)
WITH_A_FRONT_PAGE = ("library", "check")  # paths of lists that are lists only when something is asked of them
FILES = ("/sitemap.xml", "/robots.txt", "/api/v1/openapi.json")


class Page(HTMLParser):
    """What tests read in a page: its links, its heading, its words, and what may not stand in it."""

    def __init__(self, html):
        super().__init__()
        self.addresses, self.texts, self.inline, self.h1, self._open = [], [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.addresses += [value for name, value in attributes if name in ("href", "action") and value]
        self.inline += [name for name, _ in attributes if name == "style" or name.startswith("on")]
        is_data = ("type", "application/ld+json") in attributes
        if tag == "style" or (tag == "script" and "src" not in dict(attributes) and not is_data):
            self.inline.append(tag)
        if tag in ("h1", "script", "style"):
            self._open.append(tag)

    def handle_endtag(self, tag):
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data):
        if "script" not in self._open:
            self.texts.append(data)
        if "h1" in self._open:
            self.h1.append(data)

    @property
    def links(self):
        """Every address on our own site that the page leads to, without fragments."""
        ours = (link for link in self.addresses if link.startswith("/") and not link.startswith("//"))
        return {link.partition("#")[0] for link in ours}

    @property
    def heading(self):
        return " ".join("".join(self.h1).split())

    @property
    def words(self):
        """As a reader sees them."""
        return " ".join(" ".join(self.texts).split())


def links_in(response):
    return Page(response.content.decode()).links


def h1_of(response):
    return Page(response.content.decode()).heading


def text_of(response):
    return Page(response.content.decode()).words


def body_of(response):
    """All bytes of an answer, whether they come at once or part by part."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def lists():
    return [f"/{path}/" for path in paths()]


def api_lists():
    return [f"/api/v1/{kind.plural}" for kind in kinds()]


def api_list(kind):
    return f"/api/v1/{kind.plural}"


def api_item(record):
    kind = type(record).kind
    return f"/api/v1/{kind.plural}/{record.identifier}"


def relative(url):
    """An absolute address of ours as the test client takes it."""
    assert url.startswith(f"{settings.BASE_URL}/")
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def every_item(client, address, **parameters):
    """All results of an API list, page after page."""
    items, response = [], client.get(address, parameters)
    while True:
        assert response.status_code == 200, response.content
        answer = response.json()
        items += answer["results"]
        if answer["next"] is None:
            return items
        response = client.get(relative(answer["next"]))


def identifiers(client, address, **parameters):
    return [item["identifier"] for item in every_item(client, address, **parameters)]


def public_document(working):
    """A public document in the words of the working one: references back to identifiers, our own keys off."""
    own = ("kind", "uuid", "url", "newest_source_basis")
    own += ("version", "issued", "updated", "license", "links")
    return {name: _plain(value) for name, value in working.items() if name not in own}


def _plain(value):
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict) and value.keys() == {"kind", "id", "uuid", "label", "url", "api"}:
        return f"{value['kind']}:{value['id']}"
    if isinstance(value, dict):
        of_file = ("url", "cover") if "digest" in value else ()
        return {name: _plain(item) for name, item in value.items() if name not in of_file}
    return value


def with_kinds(document, references):
    """A working document with each reference as ``kind:identifier``, and without what is for editors only.

    What editors left to be worked out is worked out: how fresh the sources are.
    """
    found = {name: _named(value, name, references) for name, value in document.items() if name != "owner"}
    return found | {"newest_source_on": newest_source(document)}


def newest_source(document):
    rows = [row for value in document.values() if isinstance(value, list) for row in value]
    rows = [row for row in rows if isinstance(row, dict)]
    sources = [*document["sources"], *(source for row in rows for source in row.get("sources", ()))]
    dated = {document.get("newest_source_on", ""), *(source["dated_on"] for source in sources)} - {""}
    return max(dated or {source["accessed_on"] or "" for source in sources} or {""})


def _named(value, path, references):
    if path in references and value not in (None, []):
        kind_name = references[path]
        names = value if isinstance(value, list) else [value]
        named = [f"{kind_name}:{name}" if kind_name else name for name in names]
        return named if isinstance(value, list) else named[0]
    if isinstance(value, list):
        return [_named(item, path, references) for item in value]
    if isinstance(value, dict):
        return {name: _named(item, f"{path}.{name}", references) for name, item in value.items()}
    return value


def facets_of(client, page):
    """``{facet: all its options}`` of a list: those that its page has no room for are at addresses of their own."""
    language = page.wsgi_request.path.removesuffix(page.wsgi_request.path_info)
    found = {}
    for group in page.context["facets"]:
        found[group.name] = [*group.options, *group.more]
        if group.all_url:
            found[group.name] = []
            url = language + group.all_url
            while url:
                values = client.get(url)
                assert values.status_code == 200, url
                found[group.name] += values.context["options"]
                url = values.context["pager"]["next_url"]
            assert len(found[group.name]) == group.total
    return found


def sitemap_of(client):
    """All parts of the sitemap as one text."""
    parts = re.findall(r"<loc>([^<]+)</loc>", client.get("/sitemap.xml").content.decode())
    return "".join(client.get(part.removeprefix(settings.BASE_URL)).content.decode() for part in parts)
