"""The ``integrity`` attribute of own scripts and style sheets, in templates of Django."""

from django import template

from media4sec.portal.templating import integrity

register = template.Library()
register.simple_tag(integrity)
