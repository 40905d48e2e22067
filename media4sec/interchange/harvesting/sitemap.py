"""The sitemap: every public page with the time of its last visible change, and its addresses in other languages.

An index of parts, so that none grows with the number of records.
"""

from collections.abc import Iterable
from math import ceil
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from media4sec.interchange.harvesting.elements import DECLARATION
from media4sec.kinds import paths
from media4sec.languages import addresses_of, language_tag
from media4sec.publications.index import current
from media4sec.publications.models import Publication

# What has a place of its own and is worth finding: a search, a form or a receipt is not.
FIXED = (
    "/",
    "/matrix/",
    "/library/",
    "/timeline/",
    "/patterns/",
    "/patterns/cards/",
    "/technologies/lives/",
    "/technologies/alive/",
    "/situations/law/",
    "/about/",
    "/accessibility/",
    "/privacy/",
    "/api/",
)
MOST_PARTS = 50_000  # of the protocol
PART = 150  # pages; some 170 kB, as each is named in every language


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Where the parts are."""
    count = len(fixed_pages()) + sum(current().numbers().values())
    parts = (
        f"<sitemap><loc>{settings.BASE_URL}/sitemap-{number}.xml</loc></sitemap>"
        for number in part_numbers(count)
    )
    return document("sitemapindex", parts)


@require_safe
def sitemap_part(request: HttpRequest, number: int) -> HttpResponse:
    """Pages in a fixed order: those that always exist, then records as they were first published."""
    if number > MOST_PARTS:
        raise Http404
    fixed = fixed_pages()
    rows = Publication.objects.published().order_by("pk").values_list("url", "modified_at")
    first, last = (number - 1) * PART, number * PART
    entries = [entry(url) for url in fixed[first:last]]
    records = rows[max(0, first - len(fixed)) : max(0, last - len(fixed))]
    entries += [entry(url, f"<lastmod>{at:%Y-%m-%dT%H:%M:%SZ}</lastmod>") for url, at in records]
    if not entries:
        raise Http404
    return document("urlset", entries)


def fixed_pages() -> list[str]:
    return list(dict.fromkeys((*FIXED, *(f"/{path}/" for path in paths()))))


def part_numbers(count: int) -> range:
    return range(1, ceil(count / PART) + 1)


def document(root: str, entries: Iterable[str]) -> HttpResponse:
    namespaces = (
        'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    )
    text = "\n".join([f"{DECLARATION}<{root} {namespaces}>", *entries, f"</{root}>"])
    return HttpResponse(text, content_type="application/xml; charset=utf-8")


def entry(url: str, more: str = "") -> str:
    """A page, and the same page in every language."""
    url = escape(url)
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{language_tag(code)}" href="{settings.BASE_URL}{path}"/>'
        for code, _, path in addresses_of(url)
    )
    return f"<url><loc>{settings.BASE_URL}{url}</loc>{more}{others}</url>"
