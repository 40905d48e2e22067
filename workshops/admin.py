"""The back-office pages of this app's kinds."""

from django.contrib import admin

from media4sec.records.admin.inlines import PartInline
from media4sec.records.admin.record import RecordAdmin
from workshops.models import (
    Partner,
    PracticeCase,
    PracticePattern,
    Situation,
    SituationAlternative,
    SituationPoint,
    Speaker,
    SwotPoint,
    Theme,
    Workshop,
)


@admin.register(Partner)
class PartnerAdmin(RecordAdmin):
    list_filter = ("role", "country")


@admin.register(Theme)
class ThemeAdmin(RecordAdmin):
    list_filter = ("lead_partner",)


class SpeakerInline(PartInline):
    model = Speaker
    key_from = ("name",)


@admin.register(Workshop)
class WorkshopAdmin(RecordAdmin):
    list_filter = ("theme", "host_partner")
    inlines = (SpeakerInline,)


@admin.register(PracticePattern)
class PracticePatternAdmin(RecordAdmin):
    list_filter = ("group", "themes", "summary_basis")


@admin.register(PracticeCase)
class PracticeCaseAdmin(RecordAdmin):
    list_filter = ("case_kind", "themes", "country")


@admin.register(SwotPoint)
class SwotPointAdmin(RecordAdmin):
    list_filter = ("theme", "quadrant", "placement")


class SituationPointInline(PartInline):
    model = SituationPoint
    key_from = ("aspect",)


class SituationAlternativeInline(PartInline):
    model = SituationAlternative
    key_from = ("type",)


@admin.register(Situation)
class SituationAdmin(RecordAdmin):
    list_filter = ("themes",)
    inlines = (SituationPointInline, SituationAlternativeInline)
