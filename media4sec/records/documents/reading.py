"""From records to documents."""

import json
from functools import cache
from importlib import import_module
from operator import attrgetter

from django.db.models import Prefetch
from rest_framework import serializers

from media4sec.records.documents.fields import (
    AnyReferences,
    CitationField,
    OrderedReferences,
    Reference,
    dumps,
)
from media4sec.records.documents.links import read_citations, read_links
from media4sec.records.documents.shapes import RecordDocument
from media4sec.records.models import Tagging, model_of


@cache
def writer(kind_name, half=""):
    """The serializer that reads documents of a kind, or the ``OWN`` or ``LINKS`` half of them.

    It holds no data and is made once.
    """
    return document_class(kind_name)(half=half)


@cache
def document_class(kind_name):
    """The document of a kind: the class in its app's ``documents`` module that is made for its model."""
    model = model_of(kind_name)
    module = import_module(f"{model._meta.app_config.name}.documents")
    return next(
        found
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, RecordDocument) and found.Meta.model is model
    )


def working_document(record):
    """The document of a record's working copy, as plain data."""
    return working_documents([record])[record.pk]


def working_documents(records):
    """The documents of many working copies, read with few queries: ``{pk: document}``."""
    by_kind = {}
    for record in records:
        by_kind.setdefault(record.kind_name, []).append(record.pk)
    found = {}
    for kind_name, pks in by_kind.items():
        for start in range(0, len(pks), READ_AT_ONCE):
            found |= _read_documents(kind_name, pks[start : start + READ_AT_ONCE])
    return found


READ_AT_ONCE = 300


def renew_shared(documents):
    """Let documents say the sources and tags of their records as these are now: ``{pk: document}``.

    Two queries, whatever the kinds; all else in them stays.
    """
    cited, tags = read_citations(documents), {pk: [] for pk in documents}
    for pk, name in Tagging.objects.filter(content_object__in=documents).values_list(
        "content_object", "tag__name"
    ):
        tags[pk].append(name)
    shown = CitationField().to_representation
    for pk, document in documents.items():
        parts = (part for value in document.values() if isinstance(value, list) for part in value)
        for holder in (document, *parts):
            if isinstance(holder, dict) and "sources" in holder:
                holder["sources"] = shown(cited[pk].get(holder.get("key", ""), ()))
        document["tags"] = sorted(tags[pk])


def _read_documents(kind_name, pks):
    reader = writer(kind_name)
    model = reader.Meta.model
    parts = {
        name: field.child
        for name, field in reader.fields.items()
        if isinstance(field, serializers.ListSerializer)
    }
    rows = [
        Prefetch(name, _with_single(child, child.Meta.model.objects.all())) for name, child in parts.items()
    ]
    records = _with_single(reader, model.objects.filter(pk__in=pks))
    instances = list(records.prefetch_related(*rows, "taggings__tag").order_by())
    read_links(instances)
    _read_named(reader, instances)
    for name, child in parts.items():
        _read_named(child, [row for instance in instances for row in getattr(instance, name).all()])
    return {instance.pk: json.loads(dumps(reader.to_representation(instance))) for instance in instances}


def _with_single(serializer, rows):
    """The rows with the one record that each of some fields names."""
    single = [name for name, field in serializer.fields.items() if isinstance(field, Reference)]
    return rows.select_related(*single) if single else rows


def _read_named(serializer, instances):
    """Whom records or parts name, each list in its order: a query for each field, however many they are.

    They are sorted here: to compare what it selects with what it orders by costs Django more than the rest.
    """
    for instance in instances:
        instance._in_order = {}
    for name, field in serializer.fields.items():
        if instances and isinstance(field, OrderedReferences):
            _read_in_order(instances, name)


def _read_in_order(instances, name):
    manager = getattr(instances[0], name)
    through, source, target = manager.through, manager.source_field_name, manager.target_field_name
    read = {instance.pk: [] for instance in instances}
    rows = through.objects.filter(**{f"{source}__in": read}).select_related(target).order_by()
    for row in sorted(rows, key=attrgetter("pk")):
        read[getattr(row, f"{source}_id")].append(getattr(row, target))
    for instance in instances:
        instance._in_order[name] = read[instance.pk]


@cache
def references_in(kind_name):
    """Which fields of a kind's document name other records: ``{"themes": "theme", "points.refs": ""}``."""
    return dict(_references(writer(kind_name), ""))


def _references(serializer, prefix):
    for name, field in serializer.fields.items():
        if isinstance(field, OrderedReferences):
            yield f"{prefix}{name}", field.child_relation.kind_name
        elif isinstance(field, Reference):
            yield f"{prefix}{name}", field.kind_name
        elif isinstance(field, AnyReferences):
            yield f"{prefix}{name}", field.target
        elif isinstance(field, serializers.ListSerializer):
            yield from _references(field.child, f"{prefix}{name}.")
