"""The fields of documents: texts, addresses, names of other records, sources, tags."""

import json

from django.core.exceptions import ValidationError as ModelValidationError
from django.utils.functional import cached_property
from rest_framework import serializers
from rest_framework.fields import get_error_detail
from rest_framework.relations import MANY_RELATION_KWARGS, ManyRelatedField, SlugRelatedField

from media4sec.kinds import Role, fields, kind_for, kinds_by_name
from media4sec.records.documents.links import known, links_of, lookup, part_key
from media4sec.records.fields import MOST_IN_ITEM, validate_inexact_date
from media4sec.records.models import Record, StoredFile
from media4sec.records.tags import checked
from media4sec.stored import DIGEST
from media4sec.texts import cleaned, web_address

HEAD = fields("identifier slug title summary")
TAIL = fields(
    "lens provenance verified verified_basis checked_on newest_source_on review_due notes tags sources files"
)
# Lists that most records have nothing in: a document that leaves one out says that it is empty.
LEFT_OUT_EMPTY = ("files",)


OWN, LINKS = "own", "links"


def shape(own=""):
    """The fields of a kind's document in their order: what all records have around what is its own."""
    return [*HEAD, *fields(own), *TAIL]


def without_empty(document):
    """A document as it is kept: without the lists that are left out where they are empty."""
    return {name: value for name, value in document.items() if value or name not in LEFT_OUT_EMPTY}


def dumps(document, **options):
    """The one way a document is written, so that equal documents are equal bytes."""
    options.setdefault("separators", (",", ":"))
    return json.dumps(document, ensure_ascii=False, **options)


class Text(serializers.CharField):
    """A text of one line, as it is kept."""

    def to_internal_value(self, data):
        return kept_text(cleaned, super().to_internal_value(data))


class LongText(Text):
    """A text of several lines, as it is kept."""

    def to_internal_value(self, data):
        return kept_text(cleaned, serializers.CharField.to_internal_value(self, data), lines=True)


class Address(serializers.URLField):
    """An address on the web, as it is kept."""

    def to_internal_value(self, data):
        return kept_text(web_address, super().to_internal_value(data))


def kept_text(check, text, **options):
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
        return model.kind.name if model.kind else kind_for(Role.OWNER).name

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
        given = self.shape.run_validation(data)
        known = supportable(self.parent)
        wrong = [unsupportable(known, one["supports"]) for one in given]
        if any(wrong):
            raise serializers.ValidationError([{"supports": found} if found else {} for found in wrong])
        return given

    @cached_property
    def shape(self):
        """Made once: it holds no data."""
        return self.Shape(many=True)


def supportable(serializer):
    """What a source can support: fields of its document; of a part its fields, or by the list's name all of it."""
    names = set(getattr(serializer, "allowed", serializer.fields)) - {"key", "sources"}
    is_part = isinstance(serializer.parent, serializers.ListSerializer)
    return names | {serializer.parent.field_name} if is_part else names


def unsupportable(known, names):
    """What is wrong with the names of fields that a source is said to support."""
    wrong = [name for name in names if name not in known]
    return [f"“{name}” is no field here; there are {', '.join(sorted(known))}." for name in wrong]


class StoredFileField(serializers.Field):
    """A file that is stored, by its digest; what documents say of it besides follows from that."""

    default_error_messages = {
        "invalid": "Give an object with the digest of a file.",
        "does_not_exist": "There is no stored file “{digest}”.",
        "other": "The file with this digest has other values: {names}.",
    }

    def to_representation(self, file):
        return file.facts

    def to_internal_value(self, data):
        digest = data.get("digest") if isinstance(data, dict) else None
        if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
            self.fail("invalid")
        found = known(("file", digest), StoredFile.objects.defer("texts").filter(digest=digest).first)
        if found is None:
            self.fail("does_not_exist", digest=digest)
        other = [str(name)[:80] for name, value in data.items() if found.facts.get(name, found) != value]
        if other:
            self.fail("other", names=", ".join(other))
        return found


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


def refuse_unknown(serializer, data):
    """Unknown fields are named, never ignored."""
    if isinstance(data, dict):
        allowed = getattr(serializer, "allowed", serializer.fields)
        unknown = [name for name in data if name not in allowed]
        if unknown:
            raise serializers.ValidationError(dict.fromkeys(unknown, "This field is not known."))
