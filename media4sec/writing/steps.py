"""The steps of the back-office for programs: the same forms, filled from JSON. What a step asks, its form says."""

from datetime import UTC
from functools import singledispatch

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.dateparse import parse_datetime

from media4sec.records import policy
from media4sec.records.importing.reading import in_brief
from media4sec.records.models import Citation, Recheck, model_of
from media4sec.records.step_forms import RECORD_STEPS
from media4sec.writing.asked import RequestRefused, pointer_to, refused_fields

STEPS_BY_NAME = {step.name: step for step in RECORD_STEPS}


def step_named(name):
    if name not in STEPS_BY_NAME:
        raise Http404
    return STEPS_BY_NAME[name]


def steps_now(record, user):
    """The steps that somebody can take with a record now, each with the form that it asks."""
    record = as_its_kind(record)
    possible = [step for step in RECORD_STEPS if policy.may(user, step.right, record) and step.fits(record)]
    return [(step, step(record=record, user=user)) for step in possible]


def take_step(step, record, given, user):
    """Take a step with a record that is locked; ``given`` is what was sent."""
    record = as_its_kind(record)
    if not step.fits(record):
        raise RequestRefused(409, f"“{step.title}” is not possible with {record.identifier} as it is now.")
    form = step(record=record, user=user)
    form.data, faults = _filled(form, given)
    form.is_bound = True
    if not faults and form.is_valid():
        try:
            return form.take(record, by=user)
        except ValidationError as error:
            raise RequestRefused(409, " ".join(error.messages)) from error
    known = {place for place, _ in faults}
    for name, errors in form.errors.items():
        place = pointer_to(name) if name in form.fields else ""
        faults += [(place, text) for text in errors if place not in known]
    raise refused_fields(faults, "What the step asks was not said.")


def as_its_kind(record):
    rows = model_of(record.kind_name).objects.select_related("published_revision", "successor", "owner")
    return rows.get(pk=record.pk)


# What forms ask, in JSON


def _filled(form, given):
    """(what the form would be sent, what is wrong with what was given). What it does not ask now is passed over."""
    unknown = [name for name in given if name not in form.base_fields]
    data, faults = {}, [(pointer_to(in_brief(name)), "This field is not known.") for name in unknown]
    for name, field in form.fields.items():
        if isinstance(field, forms.SplitDateTimeField):  # two boxes are of no use here
            field = form.fields[name] = forms.DateTimeField(required=field.required)
        if given.get(name) is None:
            continue
        try:
            data[form.add_prefix(name)] = value_for(field, given[name])
        except ValueError as error:
            faults.append((pointer_to(name), str(error)))
    return data, faults


@singledispatch
def value_for(field, value):
    """What a field of a form takes for a value of JSON; raises ``ValueError`` that says what it wants."""
    return _of_type(value, str, "Give a text.")


@value_for.register
def _(field: forms.BooleanField, value):
    return _of_type(value, bool, "Give true or false.")


@value_for.register
def _(field: forms.IntegerField, value):
    if isinstance(value, bool):
        raise ValueError("Give a whole number.")
    return _of_type(value, int, "Give a whole number.")


@value_for.register
def _(field: forms.DateTimeField, value):
    says = "Give a time with its zone, such as 2026-12-01T09:00:00Z."
    try:
        moment = parse_datetime(_of_type(value, str, says))
        return moment.astimezone(UTC) if moment and moment.tzinfo else _fail(says)
    except (ValueError, OverflowError) as error:
        raise ValueError(says) from error


@value_for.register
def _(field: forms.ModelChoiceField, value):
    kind_name, _, identifier = _of_type(value, str, "Name a record: kind:identifier.").partition(":")
    is_written = value.isprintable()
    found = field.queryset.filter(kind_name=kind_name, identifier=identifier).first() if is_written else None
    return found.pk if found else _fail("There is no such record that you can name here: kind:identifier.")


@value_for.register
def _(field: forms.ModelMultipleChoiceField, value):
    says = f"Give a list of {NAMED_BY[field.queryset.model][1]}."
    texts = [_of_type(one, str, says) for one in _of_type(value, list, says)]
    known = {}
    for row in field.queryset:
        known.setdefault(NAMED_BY[type(row)][0](row), []).append(row.pk)
    unknown = [text for text in texts if text not in known]
    if unknown:
        _fail(f"“{in_brief(unknown[0])}” is none of them.")
    return [pk for text in texts for pk in known[text]]


# How programs name the rows that a step lets choose.
NAMED_BY = {
    Citation: (lambda row: row.source.url, "the addresses of sources of this record"),
    Recheck: (lambda row: f"{row.changed.kind_name}:{row.changed.identifier}", "records: kind:identifier"),
}


def _of_type(value, wanted, says):
    return value if isinstance(value, wanted) else _fail(says)


def _fail(says):
    raise ValueError(says)


def asked_in_words(form):
    """What a step asks: ``[{name, label, type, required, values}]``."""
    return [
        {
            "name": name,
            "label": str(field.label or name),
            "type": type_in_words(field),
            "required": field.required,
            **(
                {"values": sorted({NAMED_BY[type(row)][0](row) for row in field.queryset})}
                if _is_list(field)
                else {}
            ),
            **({"newest": field.initial} if field.widget.is_hidden else {}),
        }
        for name, field in form.fields.items()
    ]


def _is_list(field):
    return isinstance(field, forms.ModelMultipleChoiceField)


def type_in_words(field):
    """The type of a step's field, in the words of JSON Schema and ours."""
    match field:
        case forms.ModelMultipleChoiceField():
            return "list of texts"
        case forms.ModelChoiceField():
            return "kind:identifier"
        case forms.SplitDateTimeField():
            return "date-time"
        case forms.BooleanField():
            return "boolean"
        case forms.IntegerField():
            return "integer"
    return "text"
