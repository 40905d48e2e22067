"""What a cell says for a field of a document, and how a field is written into a cell.

An empty cell says nothing: the field keeps what it has. ``[empty]`` empties it. Several values stand with semicolons
or line breaks between them; a cell with a line break has one value a line, so that values may have semicolons.
"""

import re

from rest_framework import serializers

from media4sec.cells import EMPTIED, unprotected, written
from media4sec.kinds import kinds_by_name
from media4sec.records.documents.fields import (
    AnyReferences,
    CitationField,
    OrderedReferences,
    Reference,
    TagField,
    TextList,
)
from media4sec.records.documents.reading import writer
from media4sec.records.importing.reading import in_brief

YES, NO = {"true", "yes", "1"}, {"false", "no", "0"}
LIST_FIELDS = (TextList, TagField, OrderedReferences, AnyReferences, CitationField)
NAMES = (TagField, OrderedReferences, AnyReferences)  # lists whose values have no semicolon


def columns_of(kind_name):
    """The fields of a kind's documents that a column of a table can hold."""
    return {
        name: field
        for name, field in writer(kind_name).fields.items()
        if not field.read_only and not isinstance(field, serializers.ListSerializer)
    }


def not_in_tables(kind_name):
    """The other fields, each with the reason: ``{name: sentence}``."""
    says = {}
    for name, field in writer(kind_name).fields.items():
        if field.read_only:
            says[name] = "follows from other fields: take this column away"
        elif isinstance(field, serializers.ListSerializer):
            says[name] = "has parts of its own, which only a JSON file can hold"
    return says


def value_in(field, cell):
    """The value that a cell gives to a field, as documents have it; raises ``ValueError`` with the reason."""
    text = unprotected(cell)
    if cell.strip() == EMPTIED:
        return _empty(field)
    if isinstance(field, LIST_FIELDS):
        return [_item(field, one) for one in _items(field, text)]
    text = text.strip()
    match field:
        case Reference():
            return _named(field.kind_name, text)
        case serializers.BooleanField():
            word = text.casefold()
            if word not in YES | NO:
                raise ValueError(f"“{in_brief(text)}” is neither yes nor no.")
            return word in YES
        case serializers.ChoiceField():
            return _choice(field.choices, text)
        case serializers.IntegerField():
            return int(text) if re.fullmatch(r"-?[0-9]{1,15}", text) else text
    return text


def _empty(field):
    if isinstance(field, LIST_FIELDS):
        return []
    has_texts = isinstance(field, serializers.CharField | serializers.ChoiceField) and not isinstance(
        field, serializers.BooleanField
    )
    return "" if has_texts and not field.allow_null else None


def _items(field, text):
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    parted = "\n" if "\n" in text else ";" if isinstance(field, NAMES) else r";(?:\s+|$)"
    pieces = re.split(parted, text)
    return [piece.strip() for piece in pieces if piece.strip()]


def _item(field, text):
    match field:
        case CitationField():
            return {"url": text}
        case OrderedReferences():
            return _named(field.child_relation.kind_name, text)
        case AnyReferences() if field.target:
            return _named(field.target, text)
        case TextList():
            return _choice(_options(field), text)
    return text


def _named(kind_name, text):
    """An identifier; its kind may stand before it."""
    before, colon, identifier = text.partition(":")
    if not colon or before not in kinds_by_name():
        return text
    if before != kind_name:
        raise ValueError(f"“{in_brief(text)}” is no {kind_name}.")
    return identifier.strip()


def _choice(choices, text):
    """A value of a choice, by itself or by what pages call it; anything else is for the field to refuse."""
    if not choices or text in choices:
        return text
    labels = {str(label).casefold(): value for value, label in choices.items()}
    return labels.get(text.casefold(), text)


def _options(field):
    model = field.parent and getattr(getattr(field.parent, "Meta", None), "model", None)
    column = model and next((one for one in model._meta.get_fields() if one.name == field.field_name), None)
    options = getattr(column, "options", None)
    return dict(options.choices) if options else {}


def cell_of(field, value):
    """A field of a document as the text of a cell, which ``value_in`` reads back."""
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, list):
        return written(str(value))
    items = [one["url"] if isinstance(one, dict) else str(one) for one in value]
    parted = ";" if isinstance(field, NAMES) else r";\s|;$"
    has_semicolon = any(re.search(parted, one) for one in items)
    text = "".join(f"{one}\n" for one in items) if has_semicolon else "; ".join(items)
    return written(text)
