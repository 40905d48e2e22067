"""The sitemap: every public page with the time of its last visible change, and where it stands in other languages."""

from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from media4sec.kinds import paths
from media4sec.languages import addresses_of, tag_of
from media4sec.publications.models import Publication

# What has a place of its own and is worth finding: a search, a form or a receipt is not.
FIXED = (
    "/",
    "/matrix/",
    "/library/",
    "/timeline/",
    "/patterns/",
    "/about/",
    "/accessibility/",
    "/privacy/",
    "/api/",
)
LIMIT = 50_000  # of the protocol


@require_safe
def sitemap(request):
    pages = dict.fromkeys((*FIXED, *(f"/{path}/" for path in paths())))
    rows = Publication.objects.published().order_by("pk").values_list("url", "modified_at")
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">',
    ]
    lines += [entry(url) for url in pages]
    lines += [
        entry(url, f"<lastmod>{at:%Y-%m-%dT%H:%M:%SZ}</lastmod>") for url, at in rows[: LIMIT - len(pages)]
    ]
    lines.append("</urlset>")
    return HttpResponse("\n".join(lines), content_type="application/xml; charset=utf-8")


def entry(url, more=""):
    """A page, and the same page in every language."""
    url = escape(url)
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{tag_of(code)}" href="{settings.BASE_URL}{path}"/>'
        for code, _, path in addresses_of(url)
    )
    return f"<url><loc>{settings.BASE_URL}{url}</loc>{more}{others}</url>"
