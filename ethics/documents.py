"""The documents of this app's kinds."""

from ethics.models import CheckAnswer, CheckExample, CheckQuestion, EthicsIssue, LegalEvent, LegalInstrument
from media4sec.records.documents import CitationField, PartDocument, RecordDocument, shape


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
            "full_title",
            "instrument_type",
            "celex_or_number",
            "eli",
            "official_url",
            "jurisdiction",
            "adopted_on",
            "applicable_from",
            "force",
            "status",
            "status_note",
            "themes",
            "events",
        )


class EthicsIssueDocument(RecordDocument):
    class Meta:
        model = EthicsIssue
        fields = shape(
            "issue_kind",
            "questions_to_ask",
            "safeguards",
            "themes",
            "instruments",
            "deliverables",
            "severity",
        )


class CheckAnswerDocument(PartDocument):
    class Meta:
        model = CheckAnswer
        fields = ("key", "value", "label", "raises", "safeguards", "hides", "next")


class CheckQuestionDocument(RecordDocument):
    answers = CheckAnswerDocument(many=True, required=False)

    class Meta:
        model = CheckQuestion
        fields = shape("order", "section", "question_type", "show_if_question", "show_if_answers", "answers")


class CheckExampleDocument(RecordDocument):
    class Meta:
        model = CheckExample
        fields = shape(
            "situation",
            "pattern",
            "technologies",
            "answers_given",
            "visible_questions",
            "expected_issues",
            "raised_by_answers",
            "raised_by_technologies",
            "context_issues",
            "rule",
        )
