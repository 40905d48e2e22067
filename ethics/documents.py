"""The documents of this app's kinds."""

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
from media4sec.records.documents.fields import AnyReferences, CitationField, shape
from media4sec.records.documents.shapes import PartDocument, RecordDocument


class LegalEventDocument(PartDocument):
    sources = CitationField()

    class Meta:
        model = LegalEvent
        fields = ("key", "date", "event_kind", "title", "note", "provenance", "verified", "sources")


class LegalInstrumentDocument(RecordDocument):
    events = LegalEventDocument(many=True, required=False)

    class Meta:
        model = LegalInstrument
        fields = shape(
            "full_title instrument_type celex_or_number eli official_url jurisdiction "
            "adopted_on applicable_from force status status_note themes events"
        )


class EthicsIssueDocument(RecordDocument):
    class Meta:
        model = EthicsIssue
        fields = shape(
            "issue_kind questions_to_ask safeguards themes instruments deliverables bears_on severity"
        )


class JudgmentDocument(RecordDocument):
    class Meta:
        model = Judgment
        fields = shape(
            "meaning parties case_number ecli court formation decided_on official_url "
            "themes issues instruments"
        )


class PlatformRequestDocument(RecordDocument):
    class Meta:
        model = PlatformRequest
        fields = shape(
            "order asks_for legal_ground who_signs goes_to deadline emergency_deadline "
            "user_is_told steps instruments issues situations"
        )


class CountryRuleDocument(PartDocument):
    refs = AnyReferences("refs")
    sources = CitationField()

    class Meta:
        model = CountryRule
        fields = ("key", "topic", "text", "verified", "checked_on", "refs", "sources")


class CountryNoteDocument(RecordDocument):
    rules = CountryRuleDocument(many=True, required=False)

    class Meta:
        model = CountryNote
        fields = shape(
            "country authority authority_url authority_verified rules partners instruments issues judgments"
        )


class CheckAnswerDocument(PartDocument):
    class Meta:
        model = CheckAnswer
        fields = ("key", "value", "label", "raises", "is_prohibited", "safeguards", "hides", "next")


class CheckQuestionDocument(RecordDocument):
    answers = CheckAnswerDocument(many=True, required=False)

    class Meta:
        model = CheckQuestion
        fields = shape("order section question_type show_if_question show_if_answers answers")


class CheckExampleDocument(RecordDocument):
    class Meta:
        model = CheckExample
        fields = shape(
            "situation pattern technologies answers_given visible_questions "
            "expected_issues raised_by_answers raised_by_technologies context_issues "
            "rule"
        )
