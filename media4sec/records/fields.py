"""Model and form fields that many kinds have: short lists of text (questions, notes, aliases), and inexact dates."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from media4sec.dates import span_of


def validate_text_list(value):
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise ValidationError("Give a list of texts, none of them empty.", code="text_list")


class TextListFormField(forms.CharField):
    """One item a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def __init__(self, *args, **kwargs):
        for name in ("encoder", "decoder"):
            kwargs.pop(name, None)
        kwargs.setdefault("help_text", "One a line.")
        super().__init__(*args, **kwargs)

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        return [line.strip() for line in super().to_python(value).splitlines() if line.strip()]

    def has_changed(self, initial, data):
        return list(initial or []) != self.to_python(data)


class TextListField(models.JSONField):
    """An ordered list of non-empty texts; with ``options`` (TextChoices) a list of their values."""

    def __init__(self, *args, options=None, **kwargs):
        self.options = options
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        validate_text_list(value)
        if self.options:
            unknown = [item for item in value if item not in self.options.values]
            if unknown:
                raise ValidationError(
                    f"{', '.join(unknown)}: not one of {', '.join(self.options.values)}.", code="option"
                )

    def formfield(self, **kwargs):
        defaults = {"form_class": TextListFormField, "show_hidden_initial": False}
        return models.Field.formfield(self, **{**defaults, **kwargs})


def validate_inexact_date(text):
    try:
        span_of(text)
    except ValueError as error:
        raise ValidationError("Give a date as YYYY, YYYY-MM or YYYY-MM-DD.", code="date") from error


class InexactDateField(models.CharField):
    """A date that a source may state to the year or month only; empty where it states none."""

    default_validators = [validate_inexact_date]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 10)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("help_text", "YYYY, YYYY-MM or YYYY-MM-DD.")
        super().__init__(*args, **kwargs)
