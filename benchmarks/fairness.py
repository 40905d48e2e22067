"""Is it the same page? What the stock pages show is compared with ours before both are measured."""

import json
import re
from collections import Counter
from html.parser import HTMLParser

LISTS = (
    "/technologies/",
    "/technologies/?theme=dark-web&theme=diy-policing&status=active",
    "/technologies/?user=police&page=2",
)
RECORDS = ("/technologies/T-001-publicsonar/", "/technologies/T-003-ushahidi/")
DOCUMENT = "/api/v1/technologies/T-001"
SECTIONS = {"facts", "about", "lenses", "flags", "limits", "related", "evidence"}


class Unfair(Exception):
    """A page of the peers does not show what ours shows."""


class Seen(HTMLParser):
    """What a reader finds on a page: titles of its rows, options of its filters, sections, links in its content."""

    def __init__(self, html):
        super().__init__()
        self.titles, self.options, self.sections, self.links = [], Counter(), set(), set()
        self._in_heading = self._in_title = self._in_main = False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "main":
            self._in_main = True
        elif tag == "h3":
            self._in_heading = True
        elif tag == "a" and self._in_main:
            self.links.add(re.sub(r"[?#].*", "", attributes.get("href") or ""))
            if self._in_heading:
                self._in_title = True
                self.titles.append("")
        elif tag == "input" and attributes.get("type") == "checkbox" and attributes["name"] != "ids":
            self.options[attributes["name"]] += 1
        elif tag == "section" and "part" in (attributes.get("class") or ""):
            self.sections.add(attributes["id"])

    def handle_endtag(self, tag):
        if tag == "main":
            self._in_main = False
        elif tag == "h3":
            self._in_heading = False
        elif tag == "a":
            self._in_title = False

    def handle_data(self, data):
        if self._in_title:
            self.titles[-1] += data


def check(portal, stock):
    """Raises ``Unfair`` where the stock pages of a server show other things than the portal's."""
    for path in LISTS:
        ours, theirs = Seen(text_of(portal, path)), Seen(text_of(stock, path))
        same(path, "titles", ours.titles, theirs.titles)
        same(path, "numbers of options", ours.options, theirs.options)
    for path in RECORDS:
        ours, theirs = Seen(text_of(portal, path)), Seen(text_of(stock, path))
        same(path, "sections", ours.sections & SECTIONS, theirs.sections)
        if len(theirs.links) < 0.8 * len(ours.links):
            raise Unfair(f"{path}: {len(theirs.links)} links instead of {len(ours.links)}")
    same(DOCUMENT, "fields", set(document(portal)), set(document(stock)))


def text_of(server, path):
    status, _, body = server.get(path)
    if status != 200:
        raise Unfair(f"{server.origin}{path} answers {status}")
    return body.decode()


def document(server):
    return json.loads(text_of(server, DOCUMENT))


def same(path, what, ours, theirs):
    if ours != theirs:
        raise Unfair(f"{path}: other {what}: {theirs} instead of {ours}")
