"""What a page says of itself to those who show its address to others: social media, messengers, search engines."""

from django import template
from django.conf import settings
from django.utils.translation import get_language

from media4sec.languages import local
from media4sec.portal.previews.views import preview_url

register = template.Library()

LOCALES = {
    "en-gb": "en_GB",
    "nl": "nl_NL",
    "de": "de_DE",
    "fr": "fr_FR",
    "es": "es_ES",
    "el": "el_GR",
    "sl": "sl_SI",
}


@register.inclusion_tag("portal/_social.html")
def social(title, description, url, *, version=0, type="website", picture=""):  # Open Graph's own words
    """The meta elements of a page; ``picture`` is the page whose preview it borrows, if it has none of its own."""
    return {
        "title": title,
        "description": description,
        "url": settings.BASE_URL + local(url),
        "type": type,
        "locale": LOCALES[get_language()],
        "other_locales": [code for name, code in LOCALES.items() if name != get_language()],
        "image": settings.BASE_URL + preview_url(picture or url, version),
    }
