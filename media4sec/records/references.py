"""Who names whom among the working copies: by relations, by fields of their own, or in their parts."""

from django.db import models

from media4sec.kinds import kinds
from media4sec.records.bulk import portions
from media4sec.records.documents.reading import references_in
from media4sec.records.models import Record, Relation, model_of, parts_of
from media4sec.records.projection import split_reference


def named_by(record):
    """The keys of the records whose working copies name this one."""
    return naming(record.kind_name, [record.pk]) - {record.pk}


def naming(kind_name, pks):
    """The keys of the records whose working copies name one of these, which are of one kind."""
    found = set()
    for some in portions(pks):
        found |= set(Relation.objects.filter(target__in=some).values_list("record", flat=True))
        for kind in kinds():
            model = model_of(kind.name)
            for owner in (model, *parts_of(model)):
                key = "pk" if owner is model else owner.record_field
                for field in _fields_naming(owner, kind_name):
                    rows = owner.objects.filter(**{f"{field.name}__in": some})
                    found |= set(rows.values_list(key, flat=True))
    return found


def _fields_naming(owner, kind_name):
    """The fields of a model by which its rows may name records of a kind."""
    targets = (Record, model_of(kind_name))
    return [
        field
        for field in owner._meta.get_fields()
        if isinstance(field, (models.ForeignKey, models.ManyToManyField))
        and field.editable
        and field.related_model in targets
        and field.name not in ("record_ptr", "owner", getattr(owner, "record_field", ""))
    ]


def moved(kind_name, document, old, new):
    """The document with one record named in the place of another: each once, and none that names itself."""
    itself = (kind_name, document["identifier"])
    for path, target in references_in(kind_name).items():
        *way, name = path.split(".")
        for holder in _holders(document, way):
            value = holder.get(name)
            if isinstance(value, list):
                now = dict.fromkeys(_renamed(one, target, old, new) for one in value)
                holder[name] = [one for one in now if split_reference(one, target) != itself]
            elif value and split_reference(value, target) == old:
                holder[name] = None if new == itself else _renamed(value, target, old, new)
    return document


def _holders(document, way):
    """The dictionaries under a path: the document itself, or its parts."""
    holders = [document]
    for name in way:
        holders = [inner for holder in holders for inner in holder.get(name) or ()]
    return holders


def _renamed(value, target, old, new):
    if split_reference(value, target) != old:
        return value
    return new[1] if target else ":".join(new)
