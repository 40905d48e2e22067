"""The interface's languages: one stands in the address (``/de/…``); nothing is asked of the browser, no cookie is set.

A language is a place where all pages are mounted once more. The middleware takes it off the path, as a server
does with the place where an application is mounted; Django's own ``reverse()`` puts it back, and ``local()`` does
so for addresses that are stored. Addresses for machines exist once, without a language.
"""

import re
from contextvars import ContextVar
from functools import cache, lru_cache

from django.conf import settings
from django.urls import get_script_prefix, reverse, set_script_prefix
from django.utils import translation
from django.utils.translation import trans_real

PAGES = "media4sec.front.pages"  # the addresses that exist in every language
CODES = tuple(code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE)
PREFIX = re.compile(rf"/({'|'.join(CODES)})(?=/)")
TEXTS_KEPT = 5_000  # texts of the interface of which it is kept what a language says, more than there are

# What this request has worked out already, for whoever would ask the database twice; None outside of requests.
memory: ContextVar[dict | None] = ContextVar("memory", default=None)


def in_english():
    """Does the page speak the language that records are written in?"""
    return translation.get_language().startswith("en")


def language_tag(code):
    """The language as HTML names it: ``hreflang`` means all who read English, not only the British."""
    return code.partition("-")[0]


def local(url, place=""):
    """A page of ours in the language of this request; files, which exist once, and addresses elsewhere stay.

    ``place`` is where that language has its pages, for whoever knows it.
    """
    is_ours = url.startswith("/") and not url.startswith(("//", "/files/"))
    return (place or get_script_prefix()) + url[1:] if is_ours else url


def machine_url(name, *args, **kwargs):
    """The address of something for machines: it exists once, whatever language the page speaks."""
    url = reverse(name, urlconf=settings.ROOT_URLCONF, args=args, kwargs=kwargs)
    return "/" + url.removeprefix(get_script_prefix())


def addresses_of(path):
    """The same page in every language: ``[(code, name, path), …]``; ``path`` is without language."""
    default = settings.LANGUAGE_CODE
    return [(code, name, path if code == default else f"/{code}{path}") for code, name in settings.LANGUAGES]


@cache
def remember_words(language):
    """Django asks half a dozen catalogues for a text, one after the other, each time; what they say is kept."""
    catalogue = trans_real.translation(language)
    catalogue.gettext = lru_cache(TEXTS_KEPT)(catalogue.gettext)


class LanguageMiddleware:
    """Takes the language off the path and speaks it while the request lasts."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        found = PREFIX.match(request.path_info)
        language = found[1] if found else settings.LANGUAGE_CODE
        if found:
            request.path_info = request.path_info[found.end() :]
            request.urlconf = PAGES
        set_script_prefix(f"{found[0]}/" if found else "/")
        remember_words(language)
        try:
            with translation.override(language):
                return self.get_response(request)
        finally:
            set_script_prefix("/")
