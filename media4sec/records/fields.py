"""What every table of the write side asks of its fields, and fields of many kinds: lists of text, inexact dates."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import normalize_newlines

from media4sec.dates import span_of
from media4sec.texts import MOST_CHARACTERS, cleaned, web_address

MOST_IN_ITEM = 2_000  # characters of one text in a list
# PostgreSQL's limits; SQLite would take more, and the one could not read what the other wrote.
LARGEST_NUMBERS = {"PositiveSmallIntegerField": 32_767, "PositiveIntegerField": 2_147_483_647}


class CheckedModel(models.Model):
    """A table whose texts and numbers are checked when it is validated, whatever fields it has.

    So no kind, and no part of one, can forget it: forms and documents both end in ``full_clean()``.
    """

    class Meta:
        abstract = True

    def clean_fields(self, exclude=None):
        errors, exclude = {}, set(exclude or ())
        for field in self._meta.concrete_fields:
            value = getattr(self, field.attname)
            if field.name in exclude or value in field.empty_values:
                continue
            try:
                setattr(self, field.attname, checked(field, value))
            except ValidationError as error:
                errors[field.name] = error.error_list
        try:
            super().clean_fields(exclude=exclude | errors.keys())
        except ValidationError as error:
            errors |= error.error_dict
        if errors:
            raise ValidationError(errors)


def checked(field, value):
    """The value as a column may hold it on every database; raises ``ValidationError``."""
    largest = LARGEST_NUMBERS.get(field.get_internal_type())
    if largest and isinstance(value, int) and value > largest:
        raise ValidationError(f"Give a number up to {largest:,}.", code="max_value")
    if not isinstance(value, str) or field.choices:
        return value
    if isinstance(field, models.URLField):
        return web_address(value, most=field.max_length)
    if isinstance(field, models.TextField):
        return cleaned(value, lines=True, most=most_in(field))
    return cleaned(value, most=field.max_length) if isinstance(field, models.CharField) else value


def type_of(field):
    """What a field's values are, as far as they are said in the language of the reader: ``media4sec.saying``."""
    if isinstance(field, models.DateField):
        return "date"
    is_number = isinstance(field, models.IntegerField | models.DecimalField)
    return getattr(field, "says", "number" if is_number else "")


def most_in(field):
    """How many characters a field may hold, or None where that is no question."""
    if isinstance(field, (models.TextField, TextListField)):
        return field.max_length or MOST_CHARACTERS
    return field.max_length if isinstance(field, models.CharField) else None


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
        lines = normalize_newlines(super().to_python(value)).split("\n")
        return [line.strip() for line in lines if line.strip()]

    def has_changed(self, initial, data):
        return list(initial or []) != self.to_python(data)


class TextListField(models.JSONField):
    """An ordered list of non-empty texts of one line each; with ``options`` (TextChoices) a list of their values.

    ``addresses`` says that each is an address on the web.
    """

    def __init__(self, *args, options=None, addresses=False, **kwargs):
        self.options, self.addresses = options, addresses
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def to_python(self, value):
        """The list with every text as it is kept; what is wrong names the line."""
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise ValidationError("Give a list of texts, none of them empty.", code="text_list")
        kept, errors = [], []
        for number, item in enumerate(value, start=1):
            try:
                kept.append((web_address if self.addresses else cleaned)(item, most=MOST_IN_ITEM))
            except ValidationError as error:
                errors += [f"Line {number}: {message}" for message in error.messages]
        if errors:
            raise ValidationError(errors, code="text_list")
        cleaned("\n".join(kept), lines=True, most=MOST_CHARACTERS)
        return kept

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        if self.options:
            unknown = [item for item in value if item not in self.options.values]
            if unknown:
                raise ValidationError(
                    f"{', '.join(unknown)}: not one of {', '.join(self.options.values)}.", code="option"
                )

    def formfield(self, **kwargs):
        defaults = {"form_class": TextListFormField, "show_hidden_initial": False}
        return models.Field.formfield(self, **{**defaults, **kwargs})


class _Stored:
    """A field that the database and its migrations know as Django's own, and pages by what it ``says``."""

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        return name, f"django.db.models.{self.stored_as.__name__}", args, kwargs


class CountryField(_Stored, models.CharField):
    """A country: by its code (ISO 3166-1 alpha-2, or EU), in older records by its English name."""

    says, stored_as = "country", models.CharField


class LanguageField(_Stored, models.CharField):
    """A language, by its code."""

    says, stored_as = "language", models.CharField


class YearField(_Stored, models.PositiveSmallIntegerField):
    """A year: a number that is not grouped."""

    says, stored_as = "", models.PositiveSmallIntegerField


def validate_inexact_date(text):
    try:
        span_of(text)
    except ValueError as error:
        raise ValidationError("Give a date as YYYY, YYYY-MM or YYYY-MM-DD.", code="date") from error


class InexactDateField(models.CharField):
    """A date that a source may state to the year or month only; empty where it states none."""

    says = "date"
    default_validators = [validate_inexact_date]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 10)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("help_text", "YYYY, YYYY-MM or YYYY-MM-DD.")
        super().__init__(*args, **kwargs)
