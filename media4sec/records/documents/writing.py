"""From documents to records, and the checks on the way."""

import json
from copy import copy

from rest_framework import serializers

from media4sec.records.documents.fields import (
    AnyReferences,
    CitationField,
    OrderedReferences,
    Reference,
    TagField,
    dumps,
    without_empty,
)
from media4sec.records.documents.reading import working_document, writer
from media4sec.records.documents.shapes import is_link

PLAIN = (str, int, bool, type(None))  # values that JSON has as they are


def validate(kind_name, body, half=""):
    """The document's values, ready for ``save_own`` and ``save_links``; raises DRF's ValidationError."""
    return writer(kind_name, half).run_validation(body)


def save_document(kind_name, body, record=None):
    """Write one whole document onto a record, or onto a new one; returns the record."""
    values = validate(kind_name, body)
    record = writer(kind_name).save_own(record, values)
    return writer(kind_name).save_links(record, values)


def completed(record, body):
    """The whole document that a body stands for, with what it leaves out taken from the record; nothing is written.

    So an older version can be told beside the working copies of others, which may have what it had then.
    """
    values = validate(record.kind_name, body)
    serializer = writer(record.kind_name)
    found = _as_document(serializer, values, working_document(record))
    return without_empty(found | _worked_out(serializer, values, record))


def _worked_out(serializer, values, record):
    """What follows from the other fields, for a document with these values on this record."""
    derived = [name for name, field in serializer.fields.items() if field.read_only]
    if not derived:
        return {}
    instance = copy(record)
    for name, value in values.items():
        if not is_link(serializer.fields[name], serializer.Meta.model):
            setattr(instance, name, value)
    instance.fill_in()
    return {name: getattr(instance, name) for name in derived}


def _as_document(serializer, values, otherwise):
    return {
        name: as_value(field, values[name]) if name in values else otherwise[name]
        for name, field in serializer.fields.items()
    }


def as_value(field, value):
    """A validated value as documents hold it."""
    match field:
        case Reference():
            return value and value.identifier
        case OrderedReferences():
            return [target.identifier for target in value]
        case AnyReferences():
            return [one.identifier if field.target else f"{one.kind_name}:{one.identifier}" for one in value]
        case CitationField():
            return [json.loads(dumps(field.shape.child.to_representation(given))) for given in value]
        case TagField():
            return sorted(value)
        case serializers.ListSerializer():
            return [_as_document(field.child, part, _empty_part(field.child)) for part in value]
    shown = None if value is None else field.to_representation(value)
    return shown if type(shown) in PLAIN else json.loads(dumps(shown))


def _empty_part(child):
    """What a part has where its document says nothing."""
    plain = {field.name: field.get_default() for field in child.Meta.model._meta.concrete_fields}
    return {name: plain.get(name, []) for name in child.fields}
