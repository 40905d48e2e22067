"""Where a record's page leads machines, and what leads back to it: Signposting, https://signposting.org/FAIR/.

The header of the page says it in short, as proxies take no long ones; the set of links beside it says all.
"""

from collections.abc import Iterator
from typing import NamedTuple

from media4sec.imprint import LICENCE_URL
from media4sec.link_headers import links_that_fit, web_link
from media4sec.publications.description import Description
from media4sec.representations import HTML, LINKSET, form_named, forms_of_records, twin

SCHEMA = "https://schema.org/"


class Signpost(NamedTuple):
    """A link from one address (the ``anchor``) to another, both whole."""

    anchor: str
    rel: str
    target: str
    media_type: str = ""


def signposts_of(description: Description) -> Iterator[Signpost]:
    """Those of the page, those that always are there first."""
    page = description.url
    yield Signpost(page, "cite-as", page)
    yield Signpost(page, "type", f"{SCHEMA}AboutPage")
    yield Signpost(page, "type", SCHEMA + description.thing.names.schema)
    yield Signpost(page, "license", LICENCE_URL)
    yield Signpost(page, "linkset", twin(page, LINKSET), form_named(LINKSET).media_type)
    for form in forms_of_records():
        if form.suffix != LINKSET:
            yield Signpost(page, "describedby", twin(page, form.suffix), form.media_type)
    for name in description.thing.creators:
        if name.url:
            yield Signpost(page, "author", name.url)
    for file in description.files:
        yield Signpost(page, "item", file.url, file.media_type)


def ways_back(description: Description) -> Iterator[Signpost]:
    """From the files and the other forms to the page."""
    for post in signposts_of(description):
        if post.rel == "describedby":
            yield Signpost(post.target, "describes", post.anchor, HTML)
        elif post.rel == "item":
            yield Signpost(post.target, "collection", post.anchor, HTML)


def signposts_in_short(description: Description) -> str:
    """The page's header ``Link``: as many as there is room for."""
    return links_that_fit(
        web_link(post.target, post.rel, post.media_type) for post in signposts_of(description)
    )
