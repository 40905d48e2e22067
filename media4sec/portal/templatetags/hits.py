"""How search hits are shown."""

from django import template
from django.utils.html import escape, format_html

register = template.Library()


@register.simple_tag
def marked(pieces):
    """A text with words marked in it, from ``[(piece, is it marked?), …]``; every piece is escaped."""
    return escape("").join(
        format_html("<mark>{}</mark>", text) if is_word else escape(text) for text, is_word in pieces
    )
