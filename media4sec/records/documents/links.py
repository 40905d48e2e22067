"""What hangs on a record and whom it names: read for many records at once, looked up by name."""

from django.db import models

from media4sec.records.models import Citation, Record, Relation, model_of

_known: dict[tuple[str, str], models.Model] | None = None


class LinkRows:
    """A record's citations and relations, grouped by the part they belong to."""

    def __init__(self):
        self.citations, self.relations = {}, {}


def read_links(records):
    """Read the citations and relations of many records in two queries; each keeps its own."""
    links = {record.pk: LinkRows() for record in records}
    citations = Citation.objects.filter(record__in=links).select_related("source")
    for citation in citations.order_by("part", "position", "pk"):
        links[citation.record_id].citations.setdefault(citation.part, []).append(citation)
    relations = Relation.objects.filter(record__in=links).select_related("target")
    for row in relations.order_by("part", "role", "position", "pk"):
        links[row.record_id].relations.setdefault((row.part, row.role), []).append(row)
    for record in records:
        record._links = links[record.pk]


def record_of(instance):
    return instance if isinstance(instance, Record) else getattr(instance, instance.record_field)


def links_of(instance):
    record = record_of(instance)
    if "_links" not in record.__dict__:
        read_links([record])
    return record._links


def part_key(instance):
    return "" if isinstance(instance, Record) else instance.key


class remember_records:
    """While a whole folder is loaded, each record that others name is looked up once."""

    def __enter__(self):
        global _known
        _known = {}

    def __exit__(self, *exc):
        global _known
        _known = None


def known(key, find):
    """What this load has met under ``(what, identifier)``; else what ``find()`` gives, remembered for the others."""
    if _known is None:
        return find()
    if key not in _known:
        _known[key] = find()
    return _known[key]


def lookup(kind_name, identifier):
    """The record with this identifier, as its kind, or None."""
    if not identifier.isprintable():  # what no database can hold is in none
        return None
    if _known is not None and (kind_name, identifier) in _known:
        return _known[kind_name, identifier]
    found = model_of(kind_name).objects.filter(identifier=identifier).first()
    if found is not None and _known is not None:
        _known[kind_name, identifier] = found
    return found


def remember(record):
    """Let those that come later in the same load find this record without asking the database."""
    if _known is not None:
        _known[record.kind_name, record.identifier] = record
