"""The API of technologies, by Django REST Framework's model view sets, with the fields of the portal's documents."""

from django.db.models import Prefetch
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import serializers
from rest_framework.pagination import CursorPagination
from rest_framework.viewsets import ReadOnlyModelViewSet

from benchmarks.stock.facets import TechnologyFilters, published
from catalogue.models import Function, Organisation, Technology
from media4sec.kinds import kinds_by_name
from media4sec.records.models import Citation, Record, Relation, Revision
from media4sec.records.projection import uuid_of
from workshops.models import Theme

NAMED = ("kind_name", "identifier", "slug", "title")
LICENCE = "https://creativecommons.org/licenses/by/4.0/"


class Pages(CursorPagination):
    page_size = 50
    ordering = "pk"


class ReferenceSerializer(serializers.ModelSerializer):
    kind = serializers.CharField(source="kind_name")
    id = serializers.CharField(source="identifier")
    label = serializers.CharField(source="title")
    uuid = serializers.SerializerMethodField()
    api = serializers.SerializerMethodField()

    class Meta:
        model = Record
        fields = ("kind", "id", "uuid", "label", "url", "api")

    def get_uuid(self, record):
        return str(uuid_of(record.kind_name, record.identifier))

    def get_api(self, record):
        return kinds_by_name()[record.kind_name].api_url(record.identifier)


class IssueSerializer(serializers.ModelSerializer):
    kind = serializers.CharField(source="target.kind_name")
    id = serializers.CharField(source="target.identifier")
    label = serializers.CharField(source="target.title")
    url = serializers.CharField(source="target.url")
    uuid = serializers.SerializerMethodField()
    api = serializers.SerializerMethodField()

    class Meta:
        model = Relation
        fields = ("kind", "id", "uuid", "label", "url", "api")

    def get_uuid(self, relation):
        return str(uuid_of(relation.target.kind_name, relation.target.identifier))

    def get_api(self, relation):
        return kinds_by_name()[relation.target.kind_name].api_url(relation.target.identifier)


class CitationSerializer(serializers.ModelSerializer):
    url = serializers.CharField(source="source.url")
    title = serializers.SerializerMethodField()
    supports = serializers.JSONField()

    class Meta:
        model = Citation
        fields = ("url", "title", "dated_on", "accessed_on", "locator", "supports")

    def get_title(self, citation):
        return citation.title or citation.source.title


class TechnologySerializer(serializers.ModelSerializer):
    kind = serializers.CharField(source="kind_name")
    uuid = serializers.SerializerMethodField()
    makers = ReferenceSerializer(many=True)
    functions = ReferenceSerializer(many=True)
    themes = ReferenceSerializer(many=True)
    successors = ReferenceSerializer(many=True)
    issues = IssueSerializer(source="to_issues", many=True)
    works_on = serializers.JSONField()
    target_users = serializers.JSONField()
    platforms_covered = serializers.JSONField()
    notes = serializers.JSONField()
    tags = serializers.SerializerMethodField()
    sources = CitationSerializer(source="citations", many=True)
    newest_source_basis = serializers.SerializerMethodField()
    version = serializers.IntegerField(source="published_revision.number")
    issued = serializers.DateTimeField(source="published_revision.published_at")
    updated = serializers.DateTimeField(source="published_revision.published_at")
    license = serializers.ReadOnlyField(default=LICENCE)
    links = serializers.SerializerMethodField()

    class Meta:
        model = Technology
        fields = (
            *("kind", "identifier", "uuid", "url", "slug", "title", "summary", "makers", "maker_as_stated"),
            *("country", "homepage", "repository", "licence", "licence_verified", "technology_kind", "price"),
            *("price_note", "works_on", "data_leaves", "data_leaves_note", "status", "status_note"),
            *("began_on", "sign_of_life_on", "sign_of_life", "ended_on", "successors", "is_discontinued"),
            *("functions", "themes", "target_users"),
            *("platforms_covered", "trl", "eu_project_acronym", "eu_project_grant", "eu_project_programme"),
            *("listed_in_d22", "project_mention", "issues", "repository_last_change_seen", "lens"),
            *("provenance", "verified", "verified_basis", "checked_on", "newest_source_on", "review_due"),
            *("notes", "tags", "sources", "newest_source_basis"),
            *("version", "issued", "updated", "license", "links"),
        )

    def get_links(self, technology):
        item = f"/api/v1/technologies/{technology.identifier}"
        page = technology.url
        return {"self": item, "page": page, "versions": f"{page}versions/", "list": "/api/v1/technologies"}

    def get_uuid(self, technology):
        return str(uuid_of(technology.kind_name, technology.identifier))

    def get_tags(self, technology):
        return sorted(tagging.tag.name for tagging in technology.taggings.all())

    def get_newest_source_basis(self, technology):
        citations = technology.citations.all()
        dated, read = any(row.dated_on for row in citations), any(row.accessed_on for row in citations)
        return "dated" if dated else "read" if read else ""


class TechnologyViewSet(ReadOnlyModelViewSet):
    serializer_class = TechnologySerializer
    filter_backends = (DjangoFilterBackend,)
    filterset_class = TechnologyFilters
    pagination_class = Pages
    lookup_field = "identifier"

    def get_queryset(self):
        issues = Relation.objects.filter(role="issues").select_related("target").order_by("position", "pk")
        issues = issues.only("role", "record", *(f"target__{name}" for name in NAMED))
        revision = Revision.objects.only("number", "published_at")
        return published().prefetch_related(
            Prefetch("published_revision", revision),
            Prefetch("makers", Organisation.objects.only(*NAMED)),
            Prefetch("functions", Function.objects.only(*NAMED)),
            Prefetch("themes", Theme.objects.only(*NAMED)),
            Prefetch("successors", Technology.objects.only(*NAMED)),
            "taggings__tag",
            Prefetch("citations", Citation.objects.select_related("source").order_by("position", "pk")),
            Prefetch("relations", issues, "to_issues"),
        )
