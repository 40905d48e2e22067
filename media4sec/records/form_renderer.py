"""How the fields of forms are drawn: as Django does, from its templates for Jinja, which take far less time."""

from functools import cache

from django.forms.renderers import DjangoTemplates, Jinja2
from django.template import TemplateDoesNotExist


class FormRenderer(DjangoTemplates):
    """Widgets that have no template for Jinja, such as the back-office's own, are drawn from theirs for Django.

    The form of a legal instrument has some six hundred fields: docs/adr/0004-stock-admin.md.
    """

    def __init__(self):
        self.jinja = Jinja2()

    @cache  # noqa: B019 - Django makes one renderer
    def get_template(self, template_name):
        try:
            return self.jinja.get_template(template_name)
        except TemplateDoesNotExist:
            return super().get_template(template_name)
