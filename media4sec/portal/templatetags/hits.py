"""How search hits are shown."""

from django import template
from django.utils.html import format_html, format_html_join

register = template.Library()


@register.simple_tag
def marked(pieces):
    """A text with words marked in it, from ``[(piece, is it marked?), …]``; every piece is escaped."""
    shown = (format_html("<mark>{}</mark>", text) if is_word else text for text, is_word in pieces)
    return format_html_join("", "{}", ((piece,) for piece in shown))
