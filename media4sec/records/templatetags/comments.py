"""What stands beside a field: pages are given it by the field’s name."""

from django import template

register = template.Library()


@register.filter
def at_field(found, name):
    """What there is of this name; nothing where the page was given none."""
    return found.get(name, ()) if found else ()
