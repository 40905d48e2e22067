"""A record as readers would see it if its working copy were published now: for the back-office, which names us in the
settings. What it gives is shown once, to whoever asked, and kept nowhere."""

from copy import copy

from django.shortcuts import render

from media4sec.headers import CONTENT_SECURITY_POLICIES
from media4sec.portal.record.page import page_of
from media4sec.portal.record.views import template_of
from media4sec.portal.rows import card_of, theme_tiles

PAGE_POLICY = CONTENT_SECURITY_POLICIES["page"]  # not that of the back-office, at whose address a preview is
HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
}


def preview(request, publication, terms, back):
    """The public page of a publication that nobody wrote, with its row in lists; ``back`` leads to the record."""
    as_reader = copy(request)  # the frame is that of the record's own address
    as_reader.path = as_reader.path_info = publication.url
    context = {
        "template": template_of(publication.kind),
        "page": page_of(publication, [term for term in terms if term.target]),
        "card": card_of(publication, theme_tiles()),
        "back": back,
    }
    response = render(as_reader, "portal/preview.html", context)
    for name, value in HEADERS.items():
        response[name] = value
    return response
