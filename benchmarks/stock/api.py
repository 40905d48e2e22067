"""The API of technologies, by Django REST Framework's model view sets, with the fields of the portal's documents."""

from django.db.models import Prefetch
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import serializers
from rest_framework.pagination import CursorPagination
from rest_framework.viewsets import ReadOnlyModelViewSet

from benchmarks.stock.facets import TechnologyFilters, published
from catalogue.models import Function, Organisation, Technology
from media4sec.records.models import Citation, Record, Relation
from media4sec.records.projection import uuid_of
from workshops.models import Theme

NAMED = ("kind_name", "identifier", "slug", "title")


class Pages(CursorPagination):
    page_size = 50
    ordering = "pk"


class ReferenceSerializer(serializers.ModelSerializer):
    kind = serializers.CharField(source="kind_name")
    id = serializers.CharField(source="identifier")
    label = serializers.CharField(source="title")

    class Meta:
        model = Record
        fields = ("kind", "id", "label", "url")


class IssueSerializer(serializers.ModelSerializer):
    kind = serializers.CharField(source="target.kind_name")
    id = serializers.CharField(source="target.identifier")
    label = serializers.CharField(source="target.title")
    url = serializers.CharField(source="target.url")

    class Meta:
        model = Relation
        fields = ("kind", "id", "label", "url")


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
    issues = IssueSerializer(source="to_issues", many=True)
    works_on = serializers.JSONField()
    target_users = serializers.JSONField()
    platforms_covered = serializers.JSONField()
    notes = serializers.JSONField()
    tags = serializers.SerializerMethodField()
    sources = CitationSerializer(source="citations", many=True)
    newest_source_basis = serializers.SerializerMethodField()

    class Meta:
        model = Technology
        fields = (
            *("kind", "identifier", "uuid", "url", "slug", "title", "summary", "makers", "maker_as_stated"),
            *("country", "homepage", "repository", "licence", "licence_verified", "technology_kind", "price"),
            *("price_note", "works_on", "data_leaves", "data_leaves_note", "status", "status_note"),
            *("sign_of_life_on", "sign_of_life", "is_discontinued", "functions", "themes", "target_users"),
            *("platforms_covered", "trl", "eu_project_acronym", "eu_project_grant", "eu_project_programme"),
            *("listed_in_d22", "project_mention", "issues", "repository_last_change_seen", "lens"),
            *("provenance", "verified", "verified_basis", "checked_on", "newest_source_on", "review_due"),
            *("notes", "tags", "sources", "newest_source_basis"),
        )

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
        return published().prefetch_related(
            Prefetch("makers", Organisation.objects.only(*NAMED)),
            Prefetch("functions", Function.objects.only(*NAMED)),
            Prefetch("themes", Theme.objects.only(*NAMED)),
            "taggings__tag",
            Prefetch("citations", Citation.objects.select_related("source").order_by("position", "pk")),
            Prefetch("relations", issues, "to_issues"),
        )
