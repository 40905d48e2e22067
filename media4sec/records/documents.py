"""A record as a document: one shape for fixture, import, export, revision and (resolved) API answer.

``RecordDocument`` is a DRF serializer. Reading gives the working document, in which another record is named by
its identifier (or ``kind:identifier`` where any kind may stand). Writing happens in two steps, so that records
may name each other: first what stands in the record's own row, then everything that links.
"""

import json
from copy import copy
from functools import cache
from importlib import import_module

from django.core.exceptions import ValidationError as ModelValidationError
from django.db import models
from rest_framework import serializers
from rest_framework.fields import get_error_detail
from rest_framework.relations import MANY_RELATION_KWARGS, ManyRelatedField, SlugRelatedField
from rest_framework.validators import UniqueValidator

from media4sec.kinds import kinds_by_name
from media4sec.records.fields import LARGEST, MOST_IN_ITEM, TextListField, most_in, validate_inexact_date
from media4sec.records.models import Citation, Record, Relation, Source, Tag, model_of
from media4sec.records.tags import checked, key_of
from media4sec.texts import cleaned, web_address

HEAD = ("identifier", "slug", "title", "summary")
TAIL = (
    "lens",
    "provenance",
    "verified",
    "verified_basis",
    "checked_on",
    "newest_source_on",
    "review_due",
    "owner",
    "notes",
    "tags",
    "sources",
)


OWN, LINKS = "own", "links"


def shape(*own):
    """The fields of a kind's document in their order: what all records have around what is its own."""
    return [*HEAD, *own, *TAIL]


def dumps(document, **options):
    """The one way a document is written, so that equal documents are equal bytes."""
    options.setdefault("separators", (",", ":"))
    return json.dumps(document, ensure_ascii=False, **options)


class Text(serializers.CharField):
    """A text of one line, as it is kept."""

    def to_internal_value(self, data):
        return kept(cleaned, super().to_internal_value(data))


class LongText(Text):
    """A text of several lines, as it is kept."""

    def to_internal_value(self, data):
        return kept(cleaned, serializers.CharField.to_internal_value(self, data), lines=True)


class Address(serializers.URLField):
    """An address on the web, as it is kept."""

    def to_internal_value(self, data):
        return kept(web_address, super().to_internal_value(data))


def kept(check, text, **options):
    """What a check makes of a text; what it refuses is said as documents say it."""
    try:
        return check(text, **options)
    except ModelValidationError as error:
        raise serializers.ValidationError(get_error_detail(error)) from error


class TextList(serializers.ListField):
    child = Text(max_length=MOST_IN_ITEM)


class AddressList(TextList):
    child = Address(max_length=MOST_IN_ITEM)


class Reference(SlugRelatedField):
    """Another record of a known kind, by its identifier."""

    default_error_messages = {"does_not_exist": "There is no {kind} “{value}”."}

    def __init__(self, **kwargs):
        kwargs.setdefault("slug_field", "identifier")
        super().__init__(**kwargs)

    @property
    def kind_name(self):
        model = self.queryset.model if self.queryset is not None else Record
        return model.kind.name if model.kind else "partner"

    @classmethod
    def many_init(cls, *args, **kwargs):
        passed = {key: kwargs[key] for key in kwargs if key in MANY_RELATION_KWARGS}
        return OrderedReferences(child_relation=cls(**kwargs), **passed)

    def to_internal_value(self, data):
        found = lookup(self.kind_name, data) if isinstance(data, str) else None
        if found is None:
            self.fail("does_not_exist", kind=self.kind_name, value=data)
        return (
            found if self.queryset.model is not Record else Record(pk=found.pk, identifier=found.identifier)
        )

    def to_representation(self, obj):
        return obj.identifier


class OrderedReferences(ManyRelatedField):
    """A many-to-many field in the order in which it was given."""

    def get_attribute(self, instance):
        read = instance.__dict__.get("_in_order", {})
        if self.source in read:
            return read[self.source]
        manager = getattr(instance, self.source)
        through = manager.through
        target = manager.target_field_name
        rows = through.objects.filter(**{manager.source_field_name: instance.pk})
        return [getattr(row, target) for row in rows.select_related(target).order_by("pk")]


class AnyReferences(serializers.ListField):
    """Links kept as ``Relation`` rows: identifiers of one kind, or ``kind:identifier`` when any kind may stand."""

    child = Text()

    def __init__(self, role, target="", **kwargs):
        self.role, self.target = role, target
        super().__init__(required=False, **kwargs)

    def get_attribute(self, instance):
        return links_of(instance).relations.get((part_key(instance), self.role), [])

    def to_representation(self, relations):
        return [
            relation.target.identifier
            if self.target
            else f"{relation.target.kind_name}:{relation.target.identifier}"
            for relation in relations
        ]

    def to_internal_value(self, data):
        records = []
        for text in super().to_internal_value(data):
            kind_name, _, identifier = (self.target, "", text) if self.target else text.partition(":")
            record = lookup(kind_name, identifier) if kind_name in kinds_by_name() else None
            if record is None:
                raise serializers.ValidationError(f"There is no {kind_name or 'record'} “{text}”.")
            if record in records:
                raise serializers.ValidationError(f"“{text}” stands here twice.")
            records.append(record)
        return records


class CitationField(serializers.Field):
    """The sources of a record or of one of its parts, in order."""

    class Shape(serializers.Serializer):
        url = Address(max_length=600)
        title = Text(max_length=400, allow_blank=True, default="")
        dated_on = serializers.CharField(
            max_length=10, allow_blank=True, default="", validators=[validate_inexact_date]
        )
        accessed_on = serializers.DateField(allow_null=True, default=None)
        locator = Text(max_length=200, allow_blank=True, default="")
        supports = TextList(default=list)

        def to_internal_value(self, data):
            refuse_unknown(self, data)
            return super().to_internal_value(data)

    def __init__(self, **kwargs):
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def get_attribute(self, instance):
        return links_of(instance).citations.get(part_key(instance), [])

    def to_representation(self, citations):
        return [
            {
                "url": citation.source.url,
                "title": citation.title or citation.source.title,
                "dated_on": citation.dated_on,
                "accessed_on": citation.accessed_on.isoformat() if citation.accessed_on else None,
                "locator": citation.locator,
                "supports": citation.supports,
            }
            for citation in citations
        ]

    def to_internal_value(self, data):
        if not isinstance(data, list):
            raise serializers.ValidationError("Give a list of sources.")
        shape = self.Shape(data=data, many=True)
        shape.is_valid(raise_exception=True)
        known = supportable(self.parent)
        wrong = [unsupportable(known, given["supports"]) for given in shape.validated_data]
        if any(wrong):
            raise serializers.ValidationError([{"supports": found} if found else {} for found in wrong])
        return shape.validated_data


def supportable(serializer):
    """What a source can support: fields of its document; of a part its fields, or by the list's name all of it."""
    names = set(getattr(serializer, "allowed", serializer.fields)) - {"key", "sources"}
    is_part = isinstance(serializer.parent, serializers.ListSerializer)
    return names | {serializer.parent.field_name} if is_part else names


def unsupportable(known, names):
    """What is wrong with the names of fields that a source is said to support."""
    wrong = [name for name in names if name not in known]
    return [f"“{name}” is no field here; there are {', '.join(sorted(known))}." for name in wrong]


class TagField(serializers.ListField):
    child = Text(max_length=100)

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)

    def get_attribute(self, instance):
        return sorted(tagging.tag.name for tagging in instance.taggings.all())

    def to_internal_value(self, data):
        names = super().to_internal_value(data)
        try:
            kept = checked(names)
        except ModelValidationError as error:
            raise serializers.ValidationError(error.messages) from error
        if len(kept) != len(names):
            raise serializers.ValidationError("A tag stands here twice.")
        return kept


class Links:
    """A record's citations and relations, grouped by the part they belong to."""

    def __init__(self):
        self.citations, self.relations = {}, {}


def read_links(records):
    """Read the citations and relations of many records in two queries; each keeps its own."""
    links = {record.pk: Links() for record in records}
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


_known: dict[tuple[str, str], models.Model] | None = None


class remember_records:
    """While a whole folder is loaded, each record that others name is looked up once."""

    def __enter__(self):
        global _known
        _known = {}

    def __exit__(self, *exc):
        global _known
        _known = None


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


def refuse_unknown(serializer, data):
    """Unknown fields are named, never ignored."""
    if isinstance(data, dict):
        allowed = getattr(serializer, "allowed", serializer.fields)
        unknown = [name for name in data if name not in allowed]
        if unknown:
            raise serializers.ValidationError(dict.fromkeys(unknown, "This field is not known."))


class DocumentBase(serializers.ModelSerializer):
    serializer_related_field = Reference
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: Text,
        models.TextField: LongText,
        models.URLField: Address,
        TextListField: TextList,
    }

    def build_standard_field(self, field_name, model_field):
        field_class, kwargs = super().build_standard_field(field_name, model_field)
        if isinstance(model_field, TextListField):
            return AddressList if model_field.addresses else TextList, {"required": False}
        largest = LARGEST.get(model_field.get_internal_type())
        if largest and "choices" not in kwargs:
            kwargs["max_value"] = largest
        if isinstance(model_field, models.TextField):
            kwargs["max_length"] = most_in(model_field)
        return field_class, kwargs

    def to_internal_value(self, data):
        refuse_unknown(self, data)
        return super().to_internal_value(data)

    def get_fields(self):
        fields = super().get_fields()
        for field in fields.values():  # full_clean() asks the same, and knows which record is meant
            field.validators = [one for one in field.validators if not isinstance(one, UniqueValidator)]
        return fields

    def get_unique_together_validators(self):
        return []


class PartDocument(DocumentBase):
    """A row that belongs to a record."""


class RecordDocument(DocumentBase):
    """What all records have. A kind adds its own fields with ``shape(…)`` and its parts as serializers."""

    owner = Reference(queryset=Record.objects.filter(kind_name="partner"), allow_null=True, required=False)
    tags = TagField()
    sources = CitationField()

    class Meta:
        model = Record
        fields = shape()

    def __init__(self, *args, half="", **kwargs):
        self.half = half
        super().__init__(*args, **kwargs)

    def get_fields(self):
        kind = self.Meta.model.kind
        roles = {role: AnyReferences(role, target) for role, target in kind.relations.items()}
        self._declared_fields = {**self._declared_fields, **roles}
        fields = super().get_fields()
        fields["identifier"].required = True
        fields["identifier"].allow_blank = False
        self.allowed = set(fields)
        if self.half:
            wanted = self.half == LINKS
            fields = {name: one for name, one in fields.items() if is_link(one, self.Meta.model) == wanted}
        return fields

    def save_own(self, instance, values):
        """Write the record's own row; links stay as they are. Raises Django's ValidationError."""
        instance = instance or self.Meta.model()
        if "review_due" not in values and instance.has_derived_review:
            instance.review_due = None  # follows the day of the check once more
        for name, value in values.items():
            if not is_link(self.fields[name], self.Meta.model):
                setattr(instance, name, value)
        named = [name for name in values if isinstance(self.fields[name], Reference)]
        # The references were just looked up, and documents do not move the state.
        instance.full_clean(exclude=[*named, "public_state", "published_revision"])
        is_new = instance.pk is None
        instance.save()
        instance.has_no_links_yet = is_new
        return instance

    def save_links(self, instance, values, *, check=True):
        """Write everything that names other rows, in the order given, and check the rules over several rows.

        ``check=False`` is for callers who have more to write first, and call ``check_links`` then.
        """
        single = {}
        for name, value in values.items():
            field = self.fields[name]
            if isinstance(field, OrderedReferences):
                set_in_order(instance, name, value)
            elif isinstance(field, AnyReferences):
                set_relations(instance, "", field.role, value)
            elif isinstance(field, serializers.ListSerializer):
                set_parts(instance, name, field.child, value)
            elif is_link(field, self.Meta.model) and isinstance(field, Reference):
                single[f"{name}_id"] = getattr(value, "pk", None)
        if "sources" in values:
            set_citations(instance, "", values["sources"])
        if "tags" in values and (values["tags"] or not instance.has_no_links_yet):
            instance.tags.set(tags_named(values["tags"]))
        if any(getattr(instance, name) != value for name, value in single.items()):
            for name, value in single.items():
                setattr(instance, name, value)
            instance.save()
        instance.has_no_links_yet = False
        instance.__dict__.pop("_links", None)
        if check:
            instance.check_links()
        return instance


def tags_named(names):
    """The tags with these names, or names that look like them; new ones are made."""
    keys = {key_of(name): name for name in names}
    found = {tag.key: tag for tag in Tag.objects.filter(key__in=keys)}
    for key in keys.keys() - found.keys():
        found[key], _ = Tag.objects.get_or_create(key=key, defaults={"name": keys[key]})
    return list(found.values())


@cache
def writer(kind_name, half=""):
    """The serializer that reads documents of a kind, or the ``OWN`` or ``LINKS`` half of them.

    It holds no data and is made once.
    """
    return document_class(kind_name)(half=half)


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
    return _as_document(serializer, values, working_document(record)) | _worked_out(
        serializer, values, record
    )


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
        name: _as_value(field, values[name]) if name in values else otherwise[name]
        for name, field in serializer.fields.items()
    }


def _as_value(field, value):
    """A validated value as documents hold it."""
    match field:
        case Reference():
            return value and value.identifier
        case OrderedReferences():
            return [target.identifier for target in value]
        case AnyReferences():
            return [one.identifier if field.target else f"{one.kind_name}:{one.identifier}" for one in value]
        case CitationField():
            return [json.loads(dumps(field.Shape().to_representation(given))) for given in value]
        case TagField():
            return sorted(value)
        case serializers.ListSerializer():
            return [_as_document(field.child, part, _empty_part(field.child)) for part in value]
    return None if value is None else json.loads(dumps(field.to_representation(value)))


def _empty_part(child):
    """What a part has where its document says nothing."""
    plain = {field.name: field.get_default() for field in child.Meta.model._meta.concrete_fields}
    return {name: plain.get(name, []) for name in child.fields}


def is_link(field, model):
    """True for what can only be written once the records it names exist."""
    if isinstance(field, Reference):
        return field.queryset.model in (model, Record)
    return isinstance(
        field, (OrderedReferences, AnyReferences, CitationField, TagField, serializers.ListSerializer)
    )


def set_in_order(instance, name, targets):
    manager = getattr(instance, name)
    through, target_id = manager.through, f"{manager.target_field_name}_id"
    if not instance.has_no_links_yet:
        rows = through.objects.filter(**{manager.source_field_name: instance.pk}).order_by("pk")
        if [getattr(row, target_id) for row in rows] == [target.pk for target in targets]:
            return
        rows.delete()
    if len({target.pk for target in targets}) != len(targets):
        raise ModelValidationError({name: "A record stands here twice."})
    through.objects.bulk_create(
        [
            through(**{f"{manager.source_field_name}_id": instance.pk, target_id: target.pk})
            for target in targets
        ]
    )


def set_relations(record, part, role, targets):
    if not record.has_no_links_yet:
        rows = Relation.objects.filter(record=record, part=part, role=role)
        if [row.target_id for row in rows.order_by("position", "pk")] == [target.pk for target in targets]:
            return
        rows.delete()
    if any(target.pk == record.pk for target in targets):
        raise ModelValidationError({role: "A record cannot point at itself."})
    Relation.objects.bulk_create(
        [
            Relation(record_id=record.pk, part=part, role=role, target_id=target.pk, position=position)
            for position, target in enumerate(targets)
        ]
    )


def set_citations(record, part, citations):
    if not record.has_no_links_yet:
        Citation.objects.filter(record=record, part=part).delete()
    rows = []
    for position, given in enumerate(citations):
        source = source_at(given["url"], given["title"])
        rows.append(
            Citation(
                record_id=record.pk,
                source=source,
                part=part,
                position=position,
                title="" if given["title"] == source.title else given["title"],
                dated_on=given["dated_on"],
                accessed_on=given["accessed_on"],
                locator=given["locator"],
                supports=given["supports"],
            )
        )
    Citation.objects.bulk_create(rows)


def source_at(url, title):
    """The one row of an address, made if need be.

    It has a title of its own while all who cite it give one: an empty title in a document could not stay empty
    otherwise. Those that relied on the title keep it as the one they cite.
    """
    source = _known.get(("source", url)) if _known is not None else None
    if source is None:
        source, _ = Source.objects.get_or_create(url=url, defaults={"title": title})
    if _known is not None:
        _known["source", url] = source
    if source.title and not title:
        source.citations.filter(title="").update(title=source.title)
        source.title = ""
        source.save()
    return source


def set_parts(record, name, child, given):
    """Replace a record's parts by the given ones; their sources and links go with their keys."""
    model = child.Meta.model
    if not record.has_no_links_yet:
        old = model.objects.filter(**{model.record_field: record})
        keys = list(old.values_list("key", flat=True))
        Citation.objects.filter(record=record, part__in=keys).delete()
        Relation.objects.filter(record=record, part__in=keys).delete()
        old.delete()
    seen = set()
    for position, values in enumerate(given):
        if values["key"] in seen:
            raise ModelValidationError({name: f"The key {values['key']} stands here twice."})
        seen.add(values["key"])
        row = model(position=position, **{model.record_field: record})
        row.has_no_links_yet = True
        many = {}
        for field_name, value in values.items():
            field = child.fields[field_name]
            if isinstance(field, OrderedReferences):
                many[field_name] = value
            elif isinstance(field, AnyReferences):
                set_relations(record, values["key"], field.role, value)
            elif isinstance(field, CitationField):
                set_citations(record, values["key"], value)
            else:
                setattr(row, field_name, value)
        row.full_clean(exclude=[model.record_field])
        row.save()
        for field_name, value in many.items():
            set_in_order(row, field_name, value)


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
        for start in range(0, len(pks), BATCH):
            found |= _read_documents(kind_name, pks[start : start + BATCH])
    return found


BATCH = 300


def _read_documents(kind_name, pks):
    reader = writer(kind_name)
    model = reader.Meta.model
    single = [name for name, field in reader.fields.items() if isinstance(field, Reference)]
    parts = [name for name, field in reader.fields.items() if isinstance(field, serializers.ListSerializer)]
    rows = model.objects.filter(pk__in=pks).select_related(*single)
    instances = list(rows.prefetch_related(*parts, "taggings__tag").order_by("pk"))
    read_links(instances)
    for instance in instances:
        instance._in_order = {}
    for name, field in reader.fields.items():
        if isinstance(field, OrderedReferences):
            _read_in_order(instances, name)
    return {instance.pk: json.loads(dumps(reader.to_representation(instance))) for instance in instances}


def _read_in_order(instances, name):
    if not instances:
        return
    manager = getattr(instances[0], name)
    through, source, target = manager.through, manager.source_field_name, manager.target_field_name
    read = {instance.pk: [] for instance in instances}
    for row in through.objects.filter(**{f"{source}__in": read}).select_related(target).order_by("pk"):
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
