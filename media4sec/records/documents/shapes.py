"""The shapes of documents: one serializer a kind, each a subclass of these."""

from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from itertools import chain, count

from django.core.exceptions import ValidationError as ModelValidationError
from django.db import models
from django.db.models import Exists, OuterRef
from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from media4sec.records.bulk import portions
from media4sec.records.documents.fields import (
    LEFT_OUT_EMPTY,
    LINKS,
    OWN,
    Address,
    AddressList,
    AnyReferences,
    CitationField,
    LongText,
    OrderedReferences,
    Reference,
    StoredFileField,
    TagField,
    Text,
    TextList,
    refuse_unknown,
    shape,
    without_empty,
)
from media4sec.records.documents.links import known, met_before, remember_as
from media4sec.records.fields import LARGEST_NUMBERS, TextListField, most_in
from media4sec.records.models import (
    Attachment,
    Citation,
    Record,
    Relation,
    Source,
    Tag,
    Tagging,
    refuse_second_pdf,
)
from media4sec.records.policy import usable
from media4sec.records.tags import tag_key


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
        largest = LARGEST_NUMBERS.get(model_field.get_internal_type())
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


class AttachmentDocument(PartDocument):
    file = StoredFileField()

    class Meta:
        model = Attachment
        fields = ("key", "file", "alt", "caption", "credit", "licence")


class RecordDocument(DocumentBase):
    """What all records have. A kind adds its own fields with ``shape(…)`` and its parts as serializers."""

    tags = TagField()
    sources = CitationField()
    files = AttachmentDocument(many=True, required=False)

    class Meta:
        model = Record
        fields = shape()

    def __init__(self, *args, half="", **kwargs):
        self.half = half
        super().__init__(*args, **kwargs)

    def get_fields(self):
        kind = self.Meta.model.kind
        roles = {role: AnyReferences(role, target) for role, target in kind.links.roles.items()}
        self._declared_fields = {**self._declared_fields, **roles}
        fields = super().get_fields()
        fields["identifier"].required = True
        fields["identifier"].allow_blank = False
        self.allowed = set(fields)
        if self.half:
            wanted = self.half == LINKS
            fields = {name: one for name, one in fields.items() if is_link(one, self.Meta.model) == wanted}
        return fields

    def to_internal_value(self, data):
        if isinstance(data, dict) and self.half != OWN:
            data = {**{name: [] for name in LEFT_OUT_EMPTY}, **data}
        return super().to_internal_value(data)

    def to_representation(self, instance):
        return without_empty(super().to_representation(instance))

    def validate_files(self, parts):
        try:
            refuse_second_pdf([part["file"] for part in parts])
        except ModelValidationError as error:
            raise serializers.ValidationError(error.messages) from error
        return parts

    def fill_own(self, instance, values):
        """Put the values into the record's own row and check it, unsaved. Raises Django's ValidationError."""
        if "review_due" not in values and instance.has_derived_review:
            instance.review_due = None  # follows the day of the check once more
        is_called_so = instance.pk is not None and values.get("identifier") == instance.identifier
        for name, value in values.items():
            if not is_link(self.fields[name], self.Meta.model):
                setattr(instance, name, value)
        named = [name for name in values if isinstance(self.fields[name], Reference)]
        known_names = ["kind_name"] if is_called_so else []  # its identifier is its own already
        # The references were just looked up, and documents do not move the state.
        instance.full_clean(exclude=[*named, *known_names, "public_state", "published_revision"])

    def save_own(self, instance, values):
        """Write the record's own row; links stay as they are. Raises Django's ValidationError."""
        instance = instance or self.Meta.model()
        self.fill_own(instance, values)
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
            set_tags(instance, tags_named(values["tags"], instance.owner_id))
        if any(getattr(instance, name) != value for name, value in single.items()):
            for name, value in single.items():
                setattr(instance, name, value)
            instance.save()
        instance.has_no_links_yet = False
        instance.__dict__.pop("_links", None)
        if check:
            instance.check_links()
        return instance


_waiting: ContextVar = ContextVar("waiting", default=None)


@contextmanager
def gathered(batch):
    """What links records is not written now but added to a batch. Sources and tags are settled before.

    Of records that are there, what linked them is taken away before: see ``linking``.
    """
    token = _waiting.set(batch)
    try:
        yield
    finally:
        _waiting.reset(token)


def _create(rows):
    """Write rows of one table: now, or with all others of a batch."""
    batch = _waiting.get()
    if batch is not None:
        batch.add(rows)
    elif rows:
        type(rows[0]).objects.bulk_create(rows)


def _create_part(row):
    batch = _waiting.get()
    if batch is not None:
        batch.give_keys([row])
    else:
        row.save()


def tags_named(names, owner):
    """The tags with these names, or names that look like them, for records of an owner; new ones are made."""
    keys = {tag_key(name): name for name in names}
    return [known(("tag", owner, key), partial(_tag, owner, key, name)) for key, name in keys.items()]


def _tag(owner, key, name):
    return usable(owner, Tag.objects.filter(key=key)).first() or Tag.objects.create(name=name)


def set_tags(record, tags):
    if record.has_no_links_yet:
        _create([Tagging(tag=tag, content_object_id=record.pk) for tag in tags])
    else:
        record.tags.set(tags)


def is_link(field, model):
    """True for what can only be written once the records it names exist."""
    if isinstance(field, Reference):
        return field.queryset.model in (model, Record)
    return isinstance(
        field, (OrderedReferences, AnyReferences, CitationField, TagField, serializers.ListSerializer)
    )


def linking(field, pks):
    """The rows of what a field of these records' documents says, in the order in which they can be removed."""
    match field:
        case OrderedReferences():
            manager = getattr(field.parent.Meta.model, field.field_name)
            yield manager.through.objects.filter(**{f"{manager.field.m2m_field_name()}__in": pks})
        case AnyReferences():
            yield Relation.objects.filter(record__in=pks, part="", role=field.role)
        case CitationField():
            yield Citation.objects.filter(record__in=pks, part="")
        case TagField():
            yield Tagging.objects.filter(content_object__in=pks)
        case serializers.ListSerializer():
            yield from _rows_of_parts(field.child, pks)


def _rows_of_parts(child, pks):
    """Parts of records, after what hangs on their keys."""
    model = child.Meta.model
    if any(isinstance(field, CitationField | AnyReferences) for field in child.fields.values()):
        of_record = {model.record_field: OuterRef("record"), "key": OuterRef("part")}
        for linked in (Citation, Relation):
            yield linked.objects.filter(Exists(model.objects.filter(**of_record)), record__in=pks)
    parts = model.objects.filter(**{f"{model.record_field}__in": pks})
    for field in model._meta.local_many_to_many:
        through = field.remote_field.through
        yield through.objects.filter(**{f"{field.m2m_field_name()}__in": parts.order_by().values("pk")})
    yield parts


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
    source_id = f"{manager.source_field_name}_id"
    _create([through(**{source_id: instance.pk, target_id: target.pk}) for target in targets])


def set_relations(record, part, role, targets):
    if not record.has_no_links_yet:
        rows = Relation.objects.filter(record=record, part=part, role=role)
        if [row.target_id for row in rows.order_by("position", "pk")] == [target.pk for target in targets]:
            return
        rows.delete()
    if any(target.pk == record.pk for target in targets):
        raise ModelValidationError({role: "A record cannot point at itself."})
    _create(
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
        source = source_at(given["url"], given["title"], record.owner_id)
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
    _create(rows)


def settle_sources(citations, owner):
    """The sources of many citations at once, as ``source_at`` would make them; nothing is written.

    Returns (new ones, those that lose their title, the titles of those that are there and were not met before).
    """
    titles = {}
    for given in citations:
        titles.setdefault(given["url"], []).append(given["title"])
    there = {url: source for url in titles if (source := met_before(("source", owner, url)))}
    asked, found = [url for url in titles if url not in there], []
    for some in portions(asked):
        found += usable(owner, Source.objects.filter(url__in=some))
    found = first_of_each(found, "url")
    seen = {source.pk: source.title for source in found.values()}
    there |= {url: _as_met(source) for url, source in found.items()}
    bare = [source for url, source in there.items() if source.title and not all(titles[url])]
    new = [
        Source(url=url, title=given[0] if all(given) else "")
        for url, given in titles.items()
        if url not in there
    ]
    for source in new:
        source.fill_in()
    for source in (*there.values(), *new):
        remember_as(("source", owner, source.url), source)
    return new, bare, seen


def first_of_each(rows, name):
    """The first row with each name: ``{name: row}``."""
    return {getattr(row, name): row for row in reversed(rows)}


def settle_tags(names, owner):
    """The tags with these names, or that look like them: (new ones, unsaved; the names of others not met before)."""
    keys = {}
    for name in names:
        keys.setdefault(tag_key(name), name)
    asked, there = [key for key in keys if not met_before(("tag", owner, key))], []
    for some in portions(asked):
        there += usable(owner, Tag.objects.filter(key__in=some))
    there = list(first_of_each(there, "key").values())
    known_keys = {tag.key for tag in there}
    new = [Tag(key=key, name=keys[key]) for key in asked if key not in known_keys]
    slugs = known(("slugs", "tag"), lambda: set(Tag.objects.values_list("slug", flat=True))) if new else set()
    for tag in new:
        candidates = (tag.slugify(tag.name, number) for number in chain([None], count(1)))
        tag.slug = next(slug for slug in candidates if slug not in slugs)
        slugs.add(tag.slug)
    for tag in (*there, *new):
        remember_as(("tag", owner, tag.key), tag)
    return new, {tag.pk: tag.name for tag in there}


def source_at(url, title, owner):
    """The row of an address for records of an owner, made if need be.

    It has a title of its own while all who cite it give one: an empty title in a document could not stay empty
    otherwise. Those that relied on the title keep it as the one they cite.
    """
    source = known(("source", owner, url), partial(_source, owner, url, title))
    if source.title and not title:
        source.lose_title()
    return source


def _source(owner, url, title):
    found = usable(owner, Source.objects.filter(url=url)).first()
    return _as_met(found or Source.objects.create(url=url, title=title))


def _as_met(source):
    """The source as this load has met it for another owner: it loses its title for all of them."""
    return known(("source", source.pk), lambda: source)


def set_parts(record, name, child, given):
    """Replace a record's parts by the given ones; their sources and links go with their keys."""
    model = child.Meta.model
    if not record.has_no_links_yet and model.objects.filter(**{model.record_field: record}).exists():
        for rows in _rows_of_parts(child, [record.pk]):
            rows.delete()
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
        _create_part(row)
        for field_name, value in many.items():
            set_in_order(row, field_name, value)
