"""The back-office pages of this app's kinds."""

from django.contrib import admin

from ethics.check import faults_of_check
from ethics.kinds import CHECK_QUESTION
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
from media4sec.records import policy
from media4sec.records.admin.inlines import PartInline
from media4sec.records.admin.lists import admin_url
from media4sec.records.admin.record import RecordAdmin
from media4sec.records.documents.reading import working_documents


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

    def notices_on(self, request, record):
        """What would be wrong with the check if all working copies that the editor may see were published."""
        if record.kind_name != CHECK_QUESTION.name:
            return []
        seen = {one.identifier: one for one in policy.visible(request.user, CheckQuestion.objects.all())}
        documents = working_documents(seen.values())
        faults = faults_of_check({name: documents[one.pk] for name, one in seen.items()})
        return [
            (admin_url(seen[name]), text if name == record.identifier else f"{name}: {text}")
            for name, text in faults
        ]


@admin.register(CheckExample)
class CheckExampleAdmin(RecordAdmin):
    list_filter = ("situation",)
