"""The shapes of what the API answers, but for the documents of records, whose shapes are those of their kinds."""

from rest_framework import serializers

from media4sec.choices import Provenance
from media4sec.stored import SUFFIXES


class ReferenceSerializer(serializers.Serializer):
    """Another record, as a document names it."""

    kind = serializers.CharField()
    id = serializers.CharField(help_text="The identifier within its kind.")
    uuid = serializers.UUIDField(help_text="Its identity, for ever and everywhere.")
    label = serializers.CharField()
    url = serializers.URLField(help_text="The public page.")
    api = serializers.URLField(help_text="The record itself.")


class SourceSerializer(serializers.Serializer):
    """One use of a source."""

    url = serializers.URLField()
    title = serializers.CharField(allow_blank=True)
    dated_on = serializers.CharField(
        allow_blank=True, help_text="The source’s own date, to the day, month or year; empty: it bears none."
    )
    accessed_on = serializers.DateField(allow_null=True)
    locator = serializers.CharField(allow_blank=True, help_text="Page or place in the source.")
    supports = serializers.ListField(
        child=serializers.CharField(), help_text="Fields it supports; empty: the record as a whole."
    )


class LinksSerializer(serializers.Serializer):
    """Where else a record is."""

    self = serializers.URLField(help_text="This document.")
    page = serializers.URLField(help_text="The public page.")
    versions = serializers.URLField(help_text="A page with all its public versions.")
    list = serializers.URLField(help_text="All records of its kind.")
    responsible_use = serializers.URLField(
        required=False, help_text="The note on its use; of kinds that have such notes."
    )


class RecordPartSerializer(serializers.Serializer):
    """The fields of a record that were asked for by name, and those that say which record it is."""

    kind = serializers.CharField()
    identifier = serializers.CharField()
    uuid = serializers.UUIDField()
    url = serializers.URLField(help_text="The public page.")


class TombstoneSerializer(serializers.Serializer):
    """What is left of a record that was withdrawn, or merged into another one."""

    kind = serializers.CharField()
    identifier = serializers.CharField()
    uuid = serializers.UUIDField()
    url = serializers.URLField(help_text="Where its page was.")
    deleted = serializers.BooleanField(help_text="Always true.")
    deleted_at = serializers.DateTimeField()
    reason = serializers.CharField(allow_blank=True)
    successor = ReferenceSerializer(allow_null=True, help_text="What to use instead.")


class ChangeSerializer(serializers.Serializer):
    """Something that readers of a record can see happened to it."""

    seq = serializers.IntegerField(help_text="Grows with time, with gaps.")
    action = serializers.ChoiceField(choices=["created", "updated", "deleted"])
    kind = serializers.CharField()
    identifier = serializers.CharField()
    uuid = serializers.UUIDField()
    url = serializers.URLField(help_text="The public page.")
    api = serializers.URLField(help_text="The record itself, or 410 if it was withdrawn.")
    at = serializers.DateTimeField()
    etag = serializers.CharField(allow_null=True, help_text="That of the record as it is now, uncompressed.")


class ChangesSerializer(serializers.Serializer):
    """Part of all changes, in their order."""

    changes = ChangeSerializer(many=True)
    cursor = serializers.CharField(help_text="Where to go on, now or in a year.")
    has_more = serializers.BooleanField()


class RootKindSerializer(serializers.Serializer):
    """A kind of records, and where they are."""

    kind = serializers.CharField(help_text="As documents and the filter `type` call it.")
    plural = serializers.CharField(help_text="As addresses of the API call it.")
    path = serializers.CharField(help_text="As addresses of pages, files and feeds call it.")
    title = serializers.CharField()
    schema = serializers.URLField(help_text="The shape of its documents.")
    records = serializers.IntegerField()
    updated = serializers.DateTimeField(allow_null=True)
    list = serializers.URLField()
    facets = serializers.URLField(help_text="Its filters, with values and counts.")
    page = serializers.URLField()
    feed = serializers.URLField()
    files = serializers.DictField(child=serializers.URLField())
    dump = serializers.URLField()


class RootSerializer(serializers.Serializer):
    """What there is, and where."""

    title = serializers.CharField()
    license = serializers.URLField()
    updated = serializers.DateTimeField(allow_null=True)
    description = serializers.URLField(help_text="This description.")
    documentation = serializers.URLField()
    search = serializers.URLField()
    facets = serializers.URLField(help_text="The filters of the search.")
    changes = serializers.URLField()
    dumps = serializers.URLField()
    feed = serializers.URLField()
    interfaces = serializers.URLField(help_text="All interfaces, of this API and others (RFC 9727).")
    kinds = RootKindSerializer(many=True)


class CoverSerializer(serializers.Serializer):
    """A picture of the first page."""

    url = serializers.URLField()


class FileSerializer(serializers.Serializer):
    """A picture, or the PDF of the document that the record is about."""

    url = serializers.URLField()
    digest = serializers.RegexField("^[0-9a-f]{64}$", help_text="SHA-256.")
    media_type = serializers.ChoiceField(choices=list(SUFFIXES))
    bytes = serializers.IntegerField()
    width = serializers.IntegerField(help_text="In pixels; of a PDF, that of its cover.")
    height = serializers.IntegerField()
    pages = serializers.IntegerField(allow_null=True, help_text="Of a PDF.")
    cover = CoverSerializer(required=False, help_text="Of a PDF.")


class PageOfSerializer(serializers.Serializer):
    """The addresses around a page of results."""

    count = serializers.IntegerField(required=False, help_text="Only with count=true.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class VersionSummarySerializer(serializers.Serializer):
    """A version of a record that was public, the current one included."""

    version = serializers.IntegerField()
    published = serializers.DateTimeField()
    is_current = serializers.BooleanField()
    changed = serializers.ListField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="The fields that are not as in the version before; null for the first one.",
    )
    api = serializers.URLField(help_text="What it said.")
    page = serializers.URLField()


class VersionPageSerializer(PageOfSerializer):
    """Public versions of a record, the newest first."""

    results = VersionSummarySerializer(many=True)


class VersionFieldSerializer(serializers.Serializer):
    """A field of a record in words, as its page says it."""

    field = serializers.CharField()
    label = serializers.CharField()
    text = serializers.CharField()


class VersionSerializer(VersionSummarySerializer):
    """What a version said, in words; it names what is public today only."""

    record = ReferenceSerializer()
    fields = VersionFieldSerializer(many=True)


class SharedSourceSerializer(serializers.Serializer):
    """A source that both records cite."""

    url = serializers.URLField()
    title = serializers.CharField(allow_blank=True)


class SharedSerializer(serializers.Serializer):
    """Something that two records share."""

    what = serializers.ChoiceField(
        choices=["names", "named-by", "source", "words"],
        help_text="`names`: both name the record; `named-by`: the record names both; `source`: both cite it; `words`: "
        "words that both use much and others seldom.",
    )
    record = ReferenceSerializer(required=False)
    source = SharedSourceSerializer(required=False)
    words = serializers.ListField(child=serializers.CharField(), required=False)


class RelatedRecordSerializer(ReferenceSerializer):
    """A record near another one, and why."""

    shares = SharedSerializer(many=True)


class RelatedSerializer(serializers.Serializer):
    """The records nearest to one, by what they share."""

    results = RelatedRecordSerializer(many=True)


class NotePartSerializer(serializers.Serializer):
    """What a note says under one heading."""

    name = serializers.ChoiceField(choices=["legal-basis", "necessity", "rights", "harms", "evidence"])
    title = serializers.CharField()
    text = serializers.CharField(allow_blank=True, help_text="Empty where records say it.")
    records = ReferenceSerializer(many=True)


class UseNoteSerializer(serializers.Serializer):
    """A note on responsible use. Its frame is the words of editors; what it says is what the records say."""

    title = serializers.CharField()
    provenance = serializers.ChoiceField(choices=Provenance.choices)
    says = serializers.CharField()
    because = ReferenceSerializer(many=True, help_text="The functions for which it is there.")
    parts = NotePartSerializer(many=True)


class ResponsibleUseSerializer(serializers.Serializer):
    """A record and the note on its use; null where it needs none."""

    record = ReferenceSerializer()
    note = UseNoteSerializer(allow_null=True)


class IncomingSerializer(ReferenceSerializer):
    """A record that names another one."""

    fields = serializers.ListField(
        child=serializers.CharField(), help_text="The fields of its document that name it."
    )


class IncomingPageSerializer(PageOfSerializer):
    """Records that name one."""

    results = IncomingSerializer(many=True)


class FacetValueSerializer(serializers.Serializer):
    """A value of a filter."""

    value = serializers.CharField(help_text="As the filter takes it.")
    label = serializers.CharField()
    count = serializers.IntegerField(
        help_text="How many results have it, whatever else this filter asks for."
    )
    concept = serializers.URLField(allow_null=True, help_text="The concept that it is, if it is one (SKOS).")


class FacetSerializer(serializers.Serializer):
    """A filter of a list."""

    filter = serializers.CharField(help_text="The parameter of lists.")
    field = serializers.CharField(help_text="The field of documents that it reads.")
    title = serializers.CharField()
    scheme = serializers.URLField(
        allow_null=True,
        help_text="The list of concepts that its values are from, if they are concepts (SKOS).",
    )
    total = serializers.IntegerField(help_text="How many values it has here.")
    values = FacetValueSerializer(many=True, help_text="Those of most results first.")
    all = serializers.URLField(allow_null=True, help_text="All of its values, where these are not all.")


class FacetsSerializer(serializers.Serializer):
    """The filters of a list with their values, counted under the filters that are asked for."""

    list = serializers.URLField()
    count = serializers.IntegerField(help_text="How many results there are.")
    next = serializers.URLField(allow_null=True, help_text="More values, where one filter was asked for.")
    previous = serializers.URLField(allow_null=True)
    facets = FacetSerializer(many=True)


class PieceSerializer(serializers.Serializer):
    """Part of a text."""

    text = serializers.CharField(trim_whitespace=False)
    is_hit = serializers.BooleanField(help_text="Is this what was searched for?")


class PassageSerializer(serializers.Serializer):
    """Where the words stand; the pieces put together are the text."""

    field = serializers.CharField(help_text="Of the document.")
    label = serializers.CharField(allow_blank=True)
    pieces = PieceSerializer(many=True)


class HitSerializer(ReferenceSerializer):
    """A record that was found."""

    summary = serializers.CharField(allow_blank=True)
    updated = serializers.DateTimeField()
    passages = PassageSerializer(many=True)
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="Why it was found, where no passage shows it."
    )


class SearchWordSerializer(serializers.Serializer):
    """A word of the question that counted."""

    word = serializers.CharField()
    records = serializers.IntegerField(help_text="How many records have it, in any of its forms.")
    taken_for = serializers.ListField(
        child=serializers.CharField(), help_text="Words like it, where no record has it."
    )


class HitPageSerializer(PageOfSerializer):
    """Records that were found, the best first."""

    words = SearchWordSerializer(many=True)
    results = HitSerializer(many=True)
