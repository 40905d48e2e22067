"""The addresses of pictures that the server draws: previews of pages, icons, and the manifest that names the icons."""

import hashlib
import json

from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.utils.http import quote_etag
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from media4sec.font import can_write
from media4sec.kinds import kinds_by_name, paths
from media4sec.portal.lists.views import refuse
from media4sec.portal.parameters import unknown_in
from media4sec.portal.previews.pictures import COLOURS, EDITION, Preview, icon, preview_png
from media4sec.portal.record.views import tombstone
from media4sec.portal.rows import card_of, theme_tiles
from media4sec.publications.addresses import publication_at
from media4sec.publications.lists import title_of
from media4sec.publications.models import Publication

HOME = Preview("What can be done, what it touches in law, and on what evidence")
YEAR = 365 * 24 * 60 * 60
ICONS = {"/favicon.ico": (32, "ICO"), "/apple-touch-icon.png": (180, "PNG")} | {
    f"/icon-{size}.png": (size, "PNG") for size in (192, 512)
}


def preview_url(url, version=0):
    """Where the preview of a page is. The version makes the address of another picture another address."""
    address = f"/preview/{url.strip('/') or 'home'}.png"
    return f"{address}?v={version}" if version else address


@require_safe
def home_preview(request):
    return answer(request, HOME)


@require_safe
def list_preview(request, path):
    """The preview of a list of records."""
    if path not in paths():
        raise Http404
    members = paths()[path]
    return answer(request, Preview(str(title_of(members)), note=str(members[0].names.lead)))


@require_safe
def record_preview(request, path, ref):
    """The preview of a record, wherever its page is: 301 from other spellings, 404 and 410 as there."""
    publication = publication_at(path, ref)
    if publication is None:
        raise Http404
    publication = publication.heir
    if publication.state == Publication.State.WITHDRAWN:
        return tombstone(request, publication)
    if request.path_info != preview_url(publication.url):
        return HttpResponsePermanentRedirect(preview_url(publication.url))
    return answer(request, preview_of(publication), publication.version)


def preview_of(publication):
    kind = kinds_by_name()[publication.kind]
    card = card_of(publication, theme_tiles())
    title = publication.full_title
    is_plain = not can_write(title)  # better no title than one with holes
    return Preview(
        title=str(kind.names.one) if is_plain else title,
        kind="" if is_plain else str(kind.names.one),
        plate=publication.identifier if kind.identifier.is_shown else "",
        lens=publication.lens,
        lens_label=str(card["lens_label"]),
        themes=tuple(
            (theme["number"], theme["label"] if can_write(theme["label"]) else "") for theme in card["themes"]
        ),
    )


def answer(request, preview, version=None):
    """The picture. Under the address of its version it stays."""
    unknown = sorted(set(request.GET) - {"v"})
    asked = request.GET.get("v")
    is_number = asked is None or (asked.isascii() and asked.isdigit() and len(asked) < 10)
    if unknown or not is_number or len(request.GET.getlist("v")) > 1:
        errors = unknown_in(unknown)
        return refuse(
            request, errors or [("v", gettext("Give the number of one of this record’s versions."))]
        )
    digest = hashlib.sha256(f"{EDITION} {preview}".encode()).hexdigest()[:20]
    response = HttpResponse(preview_png(preview), content_type="image/png")
    response["ETag"] = quote_etag(digest)
    lasts = version is not None and asked == str(version)
    response["Cache-Control"] = f"public, max-age={YEAR if lasts else 3600}"
    return response


@require_safe
def site_icon(request):
    """One of the site's icons, at the address where browsers look for it unasked."""
    size, form = ICONS[request.path_info]
    response = HttpResponse(icon(size, form), content_type="image/x-icon" if form == "ICO" else "image/png")
    response["Cache-Control"] = f"public, max-age={7 * 24 * 60 * 60}"
    return response


@require_safe
def manifest(request):
    """What a phone needs to know to keep the site among its own."""
    document = {
        "name": "MEDI@4SEC knowledge base",
        "short_name": "MEDI@4SEC",
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": COLOURS["paper"],
        "theme_color": COLOURS["sign"],
        "icons": [
            {"src": address, "sizes": f"{size}x{size}", "type": "image/png"}
            for address, (size, form) in ICONS.items()
            if form == "PNG"
        ],
    }
    content = json.dumps(document, ensure_ascii=False, indent=1)
    response = HttpResponse(content, content_type="application/manifest+json")
    response["Cache-Control"] = f"public, max-age={24 * 60 * 60}"
    return response
