"""Jinja for the public pages, and what their templates can say beyond it: addresses, words, files, languages."""

import hashlib
import re
from base64 import b64encode
from functools import cache, lru_cache, wraps

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.template.defaultfilters import linebreaks_filter
from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language, gettext, ngettext, npgettext, pgettext
from jinja2 import Environment, StrictUndefined, Template, pass_context
from jinja2.ext import Extension
from markupsafe import Markup

from media4sec.languages import in_english, local, machine_url
from media4sec.portal.frame import BARE
from media4sec.portal.previews.views import preview_url
from media4sec.portal.record.country import countries_to_ask
from media4sec.portal.rows import kept_row
from media4sec.portal.wording import word
from media4sec.publications.schema_org import as_graph, breadcrumb
from media4sec.saying import day, language

LOCALES = {
    "en-gb": "en_GB",
    "nl": "nl_NL",
    "de": "de_DE",
    "fr": "fr_FR",
    "es": "es_ES",
    "el": "el_GR",
    "sl": "sl_SI",
}
LINE = Markup('<span lang="{}">{}</span>')
MARK = Markup("<mark>{}</mark>")
DATA_BLOCK = Markup('<script type="application/ld+json">{}</script>')  # browsers run nothing of it
IN_A_SCRIPT = str.maketrans({letter: f"\\u{ord(letter):04x}" for letter in "<>&"})
INDENTATION = re.compile(r"(?<=\n)[ \t]+")
AFTER_A_BLOCK = re.compile(r"(?<=[%#]\}\n)[ \t]+")  # there Jinja takes the line break away
DRAWN_KEPT = 2_000  # pieces of some hundred bytes
VERBATIM = re.compile(r"(<pre\b.*?</pre>|<textarea\b.*?</textarea>)", flags=re.DOTALL)


@cache
def interface_words(language):
    """What says a text of the interface in a language, under the names that templates call it by.

    Each text is found once, as Django asks several catalogues each time. Pages ask a hundred times and more, so what
    they call is told neither the language nor the page.
    """

    @cache
    def pattern(text):
        return Markup(gettext(text))  # noqa: S704, of our own words

    @cache
    def whole(text):
        return pattern(text) % {}

    def said(text, **variables):
        return pattern(text) % variables if variables else whole(text)

    return {"_": said, "gettext": said}


_macros = {}  # (file, language): what it holds


class PageTemplate(Template):
    """A file of macros is read once in each language, for all pages that import it, not once a page.

    Its macros know what they are given, and words that stand at its head, which are those of the language.
    """

    def new_context(self, vars=None, shared=False, locals=None):
        own = {"page_place": get_script_prefix(), **interface_words(get_language())}
        return super().new_context({**(vars or {}), **own}, shared, locals)

    def _get_default_module(self, ctx=None):
        key = self, get_language()
        if key not in _macros:
            _macros[key] = self.make_module()
        return _macros[key]


_drawn = {}  # (macro, key): what it has drawn


def drawn_once(key, draw, *given):
    """What the macro ``draw`` makes of words of the interface alone, once for each key, of which there are few.

    A macro is another one in each language.
    """
    if (draw, key) not in _drawn:
        _drawn[draw, key] = draw(*given)
    return _drawn[draw, key]


def kept_rows(draw, cards, apart, **how):
    """What the macro ``draw`` makes of cards, one after the other; see ``apart`` in ``portal.lists.views.Common``."""
    drawn = [kept_row(draw, card, apart=apart[card["name"]], **how) for card in cards]
    return Markup("".join(drawn))  # noqa: S704, of what macros have drawn


def kept_boxes(draw, name, options):
    """What the macro ``draw`` makes of the options of a facet: ``[(box, count), …]``."""
    return [
        (drawn_often(draw, name, o.value, shown(o.label), o.checked, o.number, o.state), o.count)
        for o in options
    ]


@lru_cache(DRAWN_KEPT)
def drawn_often(draw, *given):
    """The same of what many pages show, whatever it says: what was asked for last is kept."""
    return draw(*given)


class Unindented(Extension):
    """Templates are indented for those who read them. Pages get the line break, or one space where words may meet."""

    def preprocess(self, source, name, filename=None):
        pieces = VERBATIM.split(source)
        pieces[::2] = (unindented(piece) for piece in pieces[::2])
        return "".join(pieces)


def unindented(source):
    return INDENTATION.sub(lambda found: " " if AFTER_A_BLOCK.match(source, found.start()) else "", source)


OF_ALL_DICTS = frozenset(dir(dict))


class PageEnvironment(Environment):
    """Dicts, in which is most of what templates show, are not asked for attributes that they cannot have."""

    def getattr(self, obj, attribute):
        if type(obj) is dict and attribute in obj and attribute not in OF_ALL_DICTS:
            return obj[attribute]
        return super().getattr(obj, attribute)


def environment(**options):
    """A name that a page does not know is an error, never an empty string."""
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = PageEnvironment(extensions=["jinja2.ext.i18n", Unindented], **options)
    made.template_class = PageTemplate
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext)
    made.globals |= {
        "settings": settings,
        "site": BARE,
        "static": static,
        "integrity": integrity,
        "drawn_once": drawn_once,
        "page_url": lambda name, *args: reverse(name, args=args),
        "machine_url": machine_url,
        "page_lang": page_lang,
        "content_lang": content_lang,
        "svg_content_lang": svg_content_lang,
        "social": social,
        "linked_data": linked_data,
        "kept_rows": kept_rows,
        "kept_boxes": kept_boxes,
        "headed": headed,
        "countries_to_ask": countries_to_ask,
    }
    made.filters |= {
        "local": local_of_page,
        "words": in_language(word),
        "day": in_language(day),
        "language_name": in_language(language),
        "shown": shown,
        "full_stop": full_stop,
        "marked": marked,
        "percent": percent,
        "linebreaks": linebreaks_filter,
    }
    return made


def in_language(say):
    """A filter whose answer depends on the language: Jinja would work out that of a constant, such as ``"/"|local``,
    once for all readers, unless it takes the context."""

    @pass_context
    @wraps(say)
    def said(context, *args):
        return say(*args)

    return said


@pass_context
def local_of_page(context, url):
    """An address in the language of the page, whose place is asked for once a page."""
    return local(url, context.parent["page_place"])


def shown(text):
    """A value that may be a word of the interface or content: what is in another language than the page says so."""
    lang = getattr(text, "lang", "")
    return LINE.format(lang, text) if lang else text


def full_stop(text):
    """What ends a sentence of ours whose last words are content: nothing, where they end it themselves."""
    return "" if str(text).rstrip(")]”’\"'").endswith((".", "!", "?", "…")) else "."


def marked(pieces):
    """A text with words marked in it, from ``[(piece, is it marked?), …]``; every piece is escaped."""
    return Markup("").join(MARK.format(text) if is_word else text for text, is_word in pieces)


def headed(level, inside, attributes=""):
    """A heading whose level depends on what is above it."""
    return Markup("<h{0} {2}>{1}</h{0}>").format(level, inside, attributes)


def percent(value, whole):
    """A share for the width of a bar, in whole per cent."""
    return round(value / whole * 100) if whole else 0


def page_lang():
    """The language that the page speaks, as HTML writes it."""
    language, _, region = get_language().partition("-")
    return f"{language}-{region.upper()}" if region else language


def content_lang():
    """The attributes of whatever contains content: it reads in the direction of its own letters, and says its
    language where the page speaks another one."""
    return Markup('dir="auto"' if in_english() else 'lang="en" dir="auto"')  # noqa: S704, of our own words


def svg_content_lang():
    """The same where direction means nothing: within a picture, and in what is only heard."""
    return Markup("" if in_english() else 'lang="en"')  # noqa: S704, of our own words


def static(name):
    """The address of a file of ours."""
    return static_address(staticfiles_storage, name)


@cache
def static_address(storage, name):
    return storage.url(name)


def integrity(name):
    """The ``integrity`` attribute of an own script or style sheet: a browser refuses a file that was changed.

    Empty where files are served as they are written, without a hash in their names.
    """
    if settings.DEBUG or not isinstance(staticfiles_storage, ManifestFilesMixin):
        return Markup("")
    return integrity_of(staticfiles_storage, name)


@cache
def integrity_of(storage, name):
    with storage.open(storage.stored_name(name)) as file:
        digest = b64encode(hashlib.sha384(file.read()).digest()).decode()
    return Markup('integrity="sha384-{}"').format(digest)


def social(title, description, url, version=0, type="website", picture=""):  # Open Graph's own words
    """What a page says of itself to those who show its address to others; ``picture`` is the page whose preview it
    borrows, if it has none of its own."""
    language = get_language()
    return {
        "title": title,
        "description": description,
        "url": settings.BASE_URL + local(url),
        "type": type,
        "locale": LOCALES[language],
        "other_locales": [code for name, code in LOCALES.items() if name != language],
        "image": settings.BASE_URL + preview_url(picture or url, version),
    }


def linked_data(crumbs=(), nodes=()):
    """What a page tells machines: the way to it, and what it is about, in the words of schema.org."""
    steps = [
        (str(crumb["title"]), settings.BASE_URL + local(crumb["url"]) if crumb["url"] else "")
        for crumb in crumbs
    ]
    way = [breadcrumb(steps)] if steps else []
    return DATA_BLOCK.format(Markup(as_graph([*nodes, *way]).translate(IN_A_SCRIPT)))  # noqa: S704, see IN_A_SCRIPT
