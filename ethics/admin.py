"""The back-office pages of this app's kinds."""

from django.contrib import admin

from ethics.models import CheckAnswer, CheckExample, CheckQuestion, EthicsIssue, LegalEvent, LegalInstrument
from media4sec.records.admin import PartInline, RecordAdmin


class LegalEventInline(PartInline):
    model = LegalEvent
    key_from = ("instrument.identifier", "date", "event_kind")


@admin.register(LegalInstrument)
class LegalInstrumentAdmin(RecordAdmin):
    list_filter = ("force", "jurisdiction", "themes")
    inlines = (LegalEventInline,)


@admin.register(EthicsIssue)
class EthicsIssueAdmin(RecordAdmin):
    list_filter = ("issue_kind", "themes")


class CheckAnswerInline(PartInline):
    model = CheckAnswer
    key_from = ("value",)


@admin.register(CheckQuestion)
class CheckQuestionAdmin(RecordAdmin):
    list_filter = ("section", "question_type")
    inlines = (CheckAnswerInline,)


@admin.register(CheckExample)
class CheckExampleAdmin(RecordAdmin):
    list_filter = ("situation",)
