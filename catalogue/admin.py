"""The back-office pages of this app's kinds."""

from django.contrib import admin

from catalogue.models import (
    Collection,
    Concept,
    ConceptLabel,
    Deliverable,
    Function,
    GlossaryTerm,
    NewsItem,
    Organisation,
    Person,
    Project,
    ProjectOutput,
    Statement,
    SurveyFigure,
    Technology,
    WorkPackage,
)
from media4sec.records.admin.inlines import PartInline
from media4sec.records.admin.record import RecordAdmin


class ProjectOutputInline(PartInline):
    model = ProjectOutput
    key_from = ("name",)


@admin.register(Project)
class ProjectAdmin(RecordAdmin):
    inlines = (ProjectOutputInline,)


@admin.register(WorkPackage)
class WorkPackageAdmin(RecordAdmin):
    list_filter = ("lead_partner",)


@admin.register(Deliverable)
class DeliverableAdmin(RecordAdmin):
    list_filter = ("work_package", "themes", "type", "document_status")


@admin.register(Person)
class PersonAdmin(RecordAdmin):
    list_filter = ("organisation",)


@admin.register(Function)
class FunctionAdmin(RecordAdmin):
    list_filter = ("level", "parent")


@admin.register(Organisation)
class OrganisationAdmin(RecordAdmin):
    pass


@admin.register(Technology)
class TechnologyAdmin(RecordAdmin):
    list_filter = ("status", "technology_kind", "price", "data_leaves", "themes", "licence_verified")

    def get_readonly_fields(self, request, obj=None):
        return (*super().get_readonly_fields(request, obj), "status")


@admin.register(Statement)
class StatementAdmin(RecordAdmin):
    list_filter = ("theme", "statement_kind", "evidence_kind", "workshop")


@admin.register(SurveyFigure)
class SurveyFigureAdmin(RecordAdmin):
    list_filter = ("survey", "year", "qualifier", "from_d21")


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(RecordAdmin):
    pass


@admin.register(NewsItem)
class NewsItemAdmin(RecordAdmin):
    list_filter = ("news_kind", "themes", "workshop")


class ConceptLabelInline(PartInline):
    model = ConceptLabel
    key_from = ("language",)


@admin.register(Concept)
class ConceptAdmin(RecordAdmin):
    list_filter = ("scheme",)
    inlines = (ConceptLabelInline,)


@admin.register(Collection)
class CollectionAdmin(RecordAdmin):
    pass
