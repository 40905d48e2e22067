"""The back-office pages of this app's kinds."""

from django.contrib import admin

from media4sec.records.admin import RecordAdmin
from roadmap.models import RoadmapItem, TrainingModule


@admin.register(RoadmapItem)
class RoadmapItemAdmin(RecordAdmin):
    list_filter = ("strand", "themes", "in_d35")


@admin.register(TrainingModule)
class TrainingModuleAdmin(RecordAdmin):
    list_filter = ("training_kind", "themes", "part_of_d36")
