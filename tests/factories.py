"""Records for tests: one unsurprising factory for each kind, made from its document, so that a new kind has one.

`document_for(kind)` is a valid document with what must be there, `full_document_for(kind)` one with every field
filled. `make` saves one as a draft, `published` publishes it. Whatever a document names is made and published
first. Texts say where they stand, and numbers go up, so that no two records are alike.
"""

import json
import re
import uuid
from collections import defaultdict
from itertools import count, cycle

from django.utils import timezone
from rest_framework import serializers

from media4sec.kinds import Numbered, kinds, kinds_by_name
from media4sec.letters import slugged
from media4sec.publications.models import Change, Publication, Term
from media4sec.records import workflow
from media4sec.records.documents.fields import (
    AddressList,
    AnyReferences,
    CitationField,
    OrderedReferences,
    Reference,
    StoredFileField,
    TagField,
    TextList,
    supportable,
)
from media4sec.records.documents.reading import working_document, writer
from media4sec.records.documents.writing import save_document
from media4sec.records.fields import validate_inexact_date
from media4sec.records.models import AuditEntry, Record
from tests.files import stored

numbers = count(1001)  # beyond the numbers of the real content
places = cycle(range(1001, 32_768))  # as far as columns of small numbers go; no test makes that many records
turns = defaultdict(lambda: count(1))


def document_for(kind, **changes):
    """A valid document of a kind (or of the kind with this name) with little more than what it must have."""
    others = Others()
    document = _document(kind, changes, others)
    others.publish()
    return document


def full_document_for(kind, **changes):
    """A valid document of a kind with every field filled, its parts and their sources included."""
    others = Others()
    document = _document(kind, changes, others, is_full=True)
    others.publish()
    return document


def make(kind, **changes):
    """A draft: saved, with its first version kept, and not public."""
    return save(document_for(kind, **changes), kind)


def make_full(kind, **changes):
    """A draft with every field filled."""
    return save(full_document_for(kind, **changes), kind)


def published(kind, **changes):
    """A record that the public sees."""
    return _published(kind, 1, changes)[0]


def published_full(kind, **changes):
    """A record that the public sees, with every field filled."""
    return _published(kind, 1, changes, is_full=True)[0]


def several_published(kind, number, **changes):
    """Records that the public sees, published at once."""
    return _published(kind, number, changes)


def copies_published(record, number):
    """What the public sees of a record, so many times more: other publications that say the same."""
    original = publication_of(record)
    terms = list(original.terms.all())
    values = Publication.objects.filter(pk=original.pk).values().get()
    del values["id"]
    copies = Publication.objects.bulk_create(
        Publication(**values | own | {"document": json.dumps(original.body | own)})
        for copy in range(number)
        for own in [
            {
                "identifier": f"{original.identifier}-{copy}",
                "uuid": str(uuid.uuid4()),
                "url": f"{original.url.rstrip('/')}-{copy}/",
            }
        ]
    )
    for term in terms:
        Term.objects.bulk_create(
            Term(
                publication=copy,
                field=term.field,
                value=term.value,
                label=term.label,
                target_id=term.target_id,
            )
            for copy in copies
        )
    Change.objects.bulk_create(
        Change(action=Change.Action.CREATED, kind=copy.kind, identifier=copy.identifier, at=timezone.now())
        for copy in copies
    )
    return copies


def one_of_every_kind():
    """Records that the public sees, with every field filled: ``{kind name: record}``."""
    others = Others()
    records = {
        kind.name: save_document(kind.name, _document(kind, {}, others, is_full=True)) for kind in kinds()
    }
    others.publish(*records.values())
    return {name: fresh(record) for name, record in records.items()}


def _published(kind, number, changes, *, is_full=False):
    others, name = Others(), _kind(kind).name
    records = [save_document(name, _document(kind, changes, others, is_full=is_full)) for _ in range(number)]
    others.publish(*records)
    return [fresh(record) for record in records]


def save(document, kind, record=None):
    """Save a document as a new version; returns the record as it now is."""
    kind = _kind(kind)
    record = save_document(kind.name, document, record)
    workflow.save_revision(record)
    return fresh(record)


def publish(record, **options):
    workflow.publish(record, **options)
    return fresh(record)


def fresh(record):
    """The record as the database has it now."""
    return type(record).objects.get(pk=record.pk)


def changed(record, **changes):
    """The record with another version, which is not public yet."""
    record = fresh(record)
    return save(working_document(record) | changes, record.kind, record)


def publication_of(record):
    """What the public sees of a record."""
    return Publication.objects.get(kind=record.kind.name, identifier=record.identifier)


def steps_of(record, *told):
    """What the audit trail tells of each step of a record, the oldest first: (action, actor, note)."""
    rows = AuditEntry.objects.filter(kind_name=record.kind.name, identifier=record.identifier)
    return list(rows.order_by("pk").values_list(*(told or ("action", "actor", "note"))))


def a_sentence(about):
    return f"This sentence is about {about} and was written as number {next(numbers)}."


# How a document is made


def _kind(kind):
    return kinds_by_name()[kind] if isinstance(kind, str) else kind


def _document(kind, changes, others, *, is_full=False):
    kind = _kind(kind)
    number = next(numbers)
    title = changes.get("title", f"{kind.names.one} number {number}")
    document = {
        "identifier": identifier_for(kind, number),
        "slug": slugged(title),
        "title": title,
        "summary": f"What {kind.names.one.lower()} number {number} is.",
    }
    if kind.name == "technology":
        changes = with_signs(changes)
    special = RULES.get((kind.name, is_full), lambda others: {})(others)
    for name, field in writer(kind.name).fields.items():
        if name in changes or name in document:
            document[name] = changes.get(name, document.get(name))
        elif name in special:
            document[name] = special[name]
        elif field.required or is_full:
            document[name] = value_for(name, field, kind, others)
    return document | changes


def most_of(kind):
    """How many records of a kind there can be, as far as identifiers go."""
    shape = kind.identifier.shape
    return 10 ** shape.count(r"\d") if kind.identifier.is_given and "+" not in shape else 10**6


def identifier_for(kind, number):
    """One that nobody has, of the shape that the kind asks for."""
    shape = kind.identifier
    if isinstance(shape, Numbered):
        return f"{shape.prefix}-{number:0{shape.digits}d}"
    if not shape.is_given:
        return f"{kind.name}-{number}"
    digits = shape.shape.count(r"\d")
    taken = set(Record.objects.filter(kind_name=kind.name).values_list("identifier", flat=True))
    numbers_left = (next(turns[kind.name]) % most_of(kind) for _ in range(most_of(kind)))
    candidates = (_fill(shape.shape, digits, number) for number in numbers_left)
    return next(identifier for identifier in candidates if identifier not in taken)


def _fill(pattern, digits, number):
    text = str(number).zfill(digits)
    parts = [text[: len(text) - digits + 1], *text[len(text) - digits + 1 :]]
    return re.sub(r"\\d\+?", lambda match: parts.pop(0), pattern).replace("\\", "")


class Others:
    """The records that a document names: made when first asked for, published together."""

    def __init__(self):
        self.made = []
        self.names = defaultdict(list)

    def some(self, kind_name, number):
        """The identifiers of some records of a kind; the later ones first, so that order is seen to be kept."""
        names = self.names[kind_name]
        while len(names) < number:
            names.insert(0, self.add(kind_name).identifier)
        return names[:number]

    def add(self, kind_name, **changes):
        record = save_document(kind_name, _document(kind_name, changes, self))
        self.made.append(record)
        return record

    def publish(self, *records):
        workflow.publish_all([*self.made, *records], validate=False)  # which saving has just done


def value_for(name, field, kind, others):
    """A value that the field accepts and that says where it stands."""
    match field:
        case Reference():
            return others.some(field.kind_name, 1)[0]
        case OrderedReferences():
            return others.some(field.child_relation.kind_name, 2)
        case AnyReferences():
            names = others.some(field.target or "theme", 2)
            return [name if field.target else f"theme:{name}" for name in names]
        case CitationField():
            return [source(supports=[min(supportable(field.parent))]), source()]
        case StoredFileField():
            return stored().facts
        case TagField():
            return sorted(f"tag {next(numbers)}" for _ in range(2))
        case AddressList():
            return [f"https://example.org/{name}/{next(numbers)}" for _ in range(2)]
        case TextList():
            options = _options(kind, name)
            return options[:2] if options else [a_sentence(name), a_sentence(name)]
        case serializers.ListSerializer():
            return [_part(field.child, kind, others) for _ in range(2)]
    return plain_value(name, field)


def plain_value(name, field):
    if validate_inexact_date in field.validators:
        return "2018-03"
    match field:
        case serializers.BooleanField():
            return True
        case serializers.ChoiceField():
            return next(choice for choice in field.choices if choice != "")
        case serializers.IntegerField():
            return next(places)
        case serializers.DecimalField():
            return f"{next(numbers)}.50"
        case serializers.DateField():
            return "2018-03-14"
        case serializers.URLField():
            return f"https://example.org/{name}/{next(numbers)}"
        case serializers.SlugField():
            return f"{slugged(name)}-{next(numbers)}"
    if field.max_length and field.max_length <= 10:
        return "NL"
    return f"{name} {next(numbers)}"


def source(**changes):
    """A citation, as documents hold it."""
    number = next(numbers)
    return {
        "url": f"https://example.org/source/{number}",
        "title": f"Source {number}",
        "dated_on": "",
        "accessed_on": "2018-03-14",
        "locator": f"p. {number}",
        "supports": [],
    } | changes


def _part(child, kind, others):
    return {inner: value_for(inner, field, kind, others) for inner, field in child.fields.items()}


def _options(kind, name):
    """The values that a list of texts may have, where not every text will do."""
    model = writer(kind.name).Meta.model
    field = next((field for field in model._meta.get_fields() if field.name == name), None)
    options = getattr(field, "options", None)
    return list(options.values) if options else []


# What a kind's own rules ask for


def with_signs(changes):
    """A technology's status follows from its signs of life: these make it what a test asks for."""
    signs = {
        "active": {"checked_on": "2026-11-23", "sign_of_life_on": "2026-10", "sign_of_life": "a release"},
        "discontinued": {"is_discontinued": True, "sources": [source()]},
    }
    return signs.get(changes.get("status"), {}) | changes


def _discontinued(others):
    return {"status": "discontinued"}


def _group(others):
    return {"level": 1, "parent": None}


def _function(others):
    return {"level": 2, "parent": others.add("function").identifier}


def _dated(others):
    return {"date": "2018-03-14", "date_precision": "day"}


def _waiting_question(others):
    answers = [{"key": value, "value": value, "label": value.title()} for value in ("yes", "no")]
    first = others.add("check-question", answers=answers)
    return {"show_if_question": first.identifier, "show_if_answers": ["yes"]}


RULES = {
    ("function", False): _group,
    ("function", True): _function,
    ("deliverable", True): _dated,
    ("news-item", True): _dated,
    ("standard", True): _dated,
    ("check-question", True): _waiting_question,
    ("technology", True): _discontinued,
}
