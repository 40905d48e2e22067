"""The back-office pages of this app's kinds."""

from django.contrib import admin

from media4sec.records.admin.inlines import PartInline
from media4sec.records.admin.record import RecordAdmin
from roadmap.models import RoadmapItem, RoadmapUpdate, Standard, TrainingModule


class RoadmapUpdateInline(PartInline):
    model = RoadmapUpdate
    key_from = ("date",)


@admin.register(RoadmapItem)
class RoadmapItemAdmin(RecordAdmin):
    inlines = (RoadmapUpdateInline,)
    list_filter = ("strand", "themes", "in_d35")


@admin.register(TrainingModule)
class TrainingModuleAdmin(RecordAdmin):
    list_filter = ("training_kind", "themes", "part_of_d36")


@admin.register(Standard)
class StandardAdmin(RecordAdmin):
    list_filter = ("standard_kind", "standard_status", "access")
    own_fieldsets = (
        (
            "Standard",
            (
                "full_title",
                "number",
                "body",
                "standard_kind",
                "standard_status",
                ("date", "date_precision"),
                "access",
                "earlier_edition",
                "official_url",
            ),
        ),
        ("What it is good for", ("gives",)),
        ("What it bears on", ("issues", "situations", "roadmap_items", "instruments")),
    )
