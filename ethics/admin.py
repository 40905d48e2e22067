"""The back-office pages of this app's kinds."""

from django.contrib import admin

from ethics.models import (
    CheckAnswer,
    CheckExample,
    CheckQuestion,
    CountryNote,
    CountryRule,
    EthicsIssue,
    Judgment,
    LegalEvent,
    LegalInstrument,
    PlatformRequest,
)
from media4sec.records.admin.inlines import PartInline
from media4sec.records.admin.record import RecordAdmin


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


@admin.register(Judgment)
class JudgmentAdmin(RecordAdmin):
    list_filter = ("court", "themes")
    own_fieldsets = (
        ("What it means", ("meaning",)),
        ("Case", ("parties", "case_number", "ecli", "court", "formation", "decided_on", "official_url")),
        ("What it bears on", ("themes", "issues", "instruments")),
    )


@admin.register(PlatformRequest)
class PlatformRequestAdmin(RecordAdmin):
    list_filter = ("instruments", "situations")
    own_fieldsets = (
        ("Request", ("order", "asks_for", "legal_ground", "who_signs", "goes_to")),
        ("Time and the user", ("deadline", "emergency_deadline", "user_is_told")),
        ("Steps", ("steps",)),
        ("What it bears on", ("instruments", "issues", "situations")),
    )


class CountryRuleInline(PartInline):
    model = CountryRule
    key_from = ("topic",)


@admin.register(CountryNote)
class CountryNoteAdmin(RecordAdmin):
    list_filter = ("authority_verified",)
    inlines = (CountryRuleInline,)
    own_fieldsets = (
        ("Country", ("country", "authority", "authority_url", "authority_verified")),
        ("What it bears on", ("partners", "instruments", "issues", "judgments")),
    )


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
