"""What templates need beyond Django's own tags."""

import hashlib
from base64 import b64encode
from functools import cache

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from media4sec.languages import in_english, local, machine_url
from media4sec.portal.wording import word
from media4sec.saying import language

register = template.Library()

register.filter(
    "local", local
)  # href="{{ card.url|local }}": a stored address of ours, in the language of the page


register.simple_tag(machine_url)  # {% machine_url "feed" "everything" %}: {% url %} knows pages only


@register.filter
def words(text):
    """Words of the interface that a publication stores in English: labels of fields, values of choices, kinds."""
    return word(text)


@register.filter
def language_name(code):
    """``el`` → Greek, in the language of the page."""
    return language(code)


@register.filter
def shown(text):
    """A value that may be a word of the interface or content: what is in another language than the page says so."""
    lang = getattr(text, "lang", "")
    return format_html('<span lang="{}">{}</span>', lang, text) if lang else text


@register.filter
def full_stop(text):
    """What ends a sentence of ours whose last words are content: nothing, where they end it themselves."""
    return "" if str(text).rstrip(")]”’\"'").endswith((".", "!", "?", "…")) else "."


@register.filter
def having(rows, name):
    """The rows that state something: ``{% if sources|having:"locator" %}``."""
    return [row for row in rows if row.get(name)]


@register.simple_tag
def page_lang():
    """The language that the page speaks, as HTML writes it."""
    language, _, region = get_language().partition("-")
    return f"{language}-{region.upper()}" if region else language


@register.simple_tag
def content_lang():
    """The attributes of whatever holds content: it reads in the direction of its own letters, and says its language
    where the page speaks another one."""
    return mark_safe(svg_content_lang() + ' dir="auto"')


@register.simple_tag
def svg_content_lang():
    """The same within a picture, where every text has its direction anyway."""
    return "" if in_english() else mark_safe(' lang="en"')


@register.simple_tag
def integrity(name):
    """The ``integrity`` attribute of an own script or style sheet: a browser refuses a file that was changed.

    Empty where files are served as they are written, without a hash in their names.
    """
    if settings.DEBUG or not isinstance(staticfiles_storage, ManifestFilesMixin):
        return ""
    return format_html(' integrity="sha384-{}"', digest_of(staticfiles_storage.stored_name(name)))


@cache
def digest_of(stored_name):
    with staticfiles_storage.open(stored_name) as file:
        return b64encode(hashlib.sha384(file.read()).digest()).decode()
