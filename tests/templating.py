"""Jinja as the portal uses it, which tells tests what a page was made of, as Django's own templates do."""

from django.template.backends.jinja2 import Jinja2 as DjangoJinja2
from django.template.backends.jinja2 import Template
from django.test.signals import template_rendered


class ToldTemplate(Template):
    def render(self, context=None, request=None):
        seen = dict(context or {})
        if request is not None:
            for processor in self.backend.template_context_processors:
                seen |= processor(request)
        template_rendered.send(sender=self, template=self, context=seen)
        return super().render(context, request)


class Jinja2(DjangoJinja2):
    def get_template(self, template_name):
        told = ToldTemplate(super().get_template(template_name).template, self)
        told.name = template_name  # with its folder
        return told
