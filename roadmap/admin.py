"""The back-office pages of this app's kinds."""

from django.contrib import admin

from media4sec.records.admin import PartInline, RecordAdmin
from roadmap.models import RoadmapItem, RoadmapUpdate, TrainingModule


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
