"""What the stock templates need beyond Django's own filters."""

import re
from urllib.parse import urlsplit

from django import template

from catalogue.choices import TargetUser, WorksOn

register = template.Library()


@register.filter
def first_sentence(text):
    return re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]


@register.filter
def host(url):
    return urlsplit(url).netloc.removeprefix("www.")


@register.filter
def works_on(value):
    return WorksOn(value).label


@register.filter
def target_user(value):
    return TargetUser(value).label


@register.simple_tag(takes_context=True)
def mark(context, text):
    """The text with the first use of each glossary term as a link."""
    return context["glossary"].mark(text)
