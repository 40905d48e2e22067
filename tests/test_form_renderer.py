"""Fields of forms look the same, whichever templates they are drawn from."""

import pytest
from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from media4sec.records.form_renderer import FormRenderer

WIDGETS = [
    forms.TextInput(attrs={"class": "wide", "maxlength": 20, "required": True}),
    forms.Textarea(attrs={"rows": 3}),
    forms.Select(choices=[("a", "A & b"), ("Group", [("c", "C")])]),
    forms.SelectMultiple(choices=[("a", "A"), ("b", "<B>")]),
    forms.CheckboxInput(),
    forms.RadioSelect(choices=[("a", "A"), ("b", "B")]),
    forms.CheckboxSelectMultiple(choices=[("a", "A"), ("b", "B")]),
    forms.ClearableFileInput(),
    AdminSplitDateTime(),
]


@pytest.mark.parametrize("value", [None, "a", '<"&'])
@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
def test_a_widget_is_the_same_from_both_sorts_of_templates(widget, value):
    given = [None, None] if isinstance(widget, AdminSplitDateTime) else value
    ours, djangos = (
        widget.render("field", given, {"id": "field"}, renderer)
        for renderer in (FormRenderer(), DjangoTemplates())
    )
    assert parse_html(ours) == parse_html(djangos)
    assert "field" in ours
