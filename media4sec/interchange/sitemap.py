"""The sitemap: every public page with the time of its last visible change."""

from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from media4sec.kinds import paths
from media4sec.publications.models import Publication

FIXED = ("/", "/matrix/", "/library/", "/about/", "/accessibility/", "/privacy/", "/api/")
LIMIT = 50_000


@require_safe
def sitemap(request):
    rows = Publication.objects.published().order_by("pk").values_list("url", "modified_at")[:LIMIT]
    lists = [f"/{path}/" for path in paths() if f"/{path}/" not in FIXED]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ]
    lines += [f"<url><loc>{escape(settings.BASE_URL + url)}</loc></url>" for url in (*FIXED, *lists)]
    lines += [
        f"<url><loc>{escape(settings.BASE_URL + url)}</loc><lastmod>{at:%Y-%m-%dT%H:%M:%SZ}</lastmod></url>"
        for url, at in rows
    ]
    lines.append("</urlset>")
    return HttpResponse("\n".join(lines), content_type="application/xml; charset=utf-8")
