"""The back-office pages of this app's kinds."""

from functools import reduce
from operator import or_

from django.contrib import admin
from django.db.models import Q

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


class PortfolioFilter(admin.SimpleListFilter):
    """Those that do not say what DRIVER+ asks of each solution: see ``catalogue/solutions.py``."""

    title = "what the Portfolio of Solutions lacks"
    parameter_name = "portfolio"
    texts = ("summary", "homepage", "country", "licence", "trl")
    records = ("makers", "functions")

    def lookups(self, request, model_admin):
        fields = (Technology._meta.get_field(name) for name in (*self.texts, *self.records))
        return [
            *((field.name, str(field.verbose_name).capitalize()) for field in fields),
            ("any", "Any of it"),
        ]

    def queryset(self, request, queryset):
        lacks = {name: Q(**{name: ""}) for name in self.texts} | {
            name: Q(**{name: None}) for name in self.records
        }
        if self.value() == "any":
            return queryset.filter(reduce(or_, lacks.values())).distinct()
        if self.value() in lacks:
            return queryset.filter(lacks[self.value()])


@admin.register(Technology)
class TechnologyAdmin(RecordAdmin):
    list_filter = (
        *("status", "technology_kind", "price", "data_leaves", "themes", "licence_verified"),
        PortfolioFilter,
    )

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
