"""What hangs on a record and whom it names: read for many records at once, looked up by name."""

from contextvars import ContextVar
from operator import attrgetter

from django.db import models

from media4sec.records.models import Citation, Record, Relation, model_of

# Of this load only: others that work at the same time, in other threads, have their own or none.
_met: ContextVar[dict[tuple[str, str], models.Model] | None] = ContextVar("met", default=None)


class LinkRows:
    """A record's citations and relations, grouped by the part they belong to."""

    def __init__(self):
        self.citations, self.relations = {}, {}


def read_links(records):
    """Read the citations and relations of many records in two queries; each keeps its own."""
    links = {record.pk: LinkRows() for record in records}
    for pk, citations in read_citations(links).items():
        links[pk].citations = citations
    relations = Relation.objects.filter(record__in=links).select_related("target").order_by()
    for row in sorted(relations, key=attrgetter("part", "role", "position", "pk")):
        links[row.record_id].relations.setdefault((row.part, row.role), []).append(row)
    for record in records:
        record._links = links[record.pk]


def read_citations(pks):
    """The citations of the records with these keys, in their order: ``{pk: {part: [citation, …]}}``."""
    found = {pk: {} for pk in pks}
    rows = Citation.objects.filter(record__in=found).select_related("source").order_by()
    for citation in sorted(rows, key=attrgetter("part", "position", "pk")):
        found[citation.record_id].setdefault(citation.part, []).append(citation)
    return found


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
    """While many records are loaded, each that others name is looked up once."""

    def __enter__(self):
        self.token = _met.set({})

    def __exit__(self, *exc):
        _met.reset(self.token)


def known(key, find):
    """What this load has met under ``(what, identifier)``; else what ``find()`` gives, remembered for the others."""
    met = _met.get()
    if met is None:
        return find()
    if key not in met:
        met[key] = find()
    return met[key]


def met_before(key):
    """What this load has met under ``(what, identifier)``, or None."""
    return (_met.get() or {}).get(key)


def lookup(kind_name, identifier):
    """The record with this identifier, as its kind, or None."""
    if not identifier.isprintable():  # what no database can hold is in none
        return None
    met = _met.get()
    if met is not None and (kind_name, identifier) in met:
        return met[kind_name, identifier]
    rows = model_of(kind_name).objects.filter(identifier=identifier)  # one at most, so that none comes first
    found = next(iter(rows.order_by()), None)
    if found is not None and met is not None:
        met[kind_name, identifier] = found
    return found


def remember(record):
    """Let those that come later in the same load find this record without asking the database."""
    if (met := _met.get()) is not None:
        met[record.kind_name, record.identifier] = record


def remember_as(key, found):
    """Let those that come later in the same load find what is ``known`` by this key."""
    if (met := _met.get()) is not None:
        met[key] = found
