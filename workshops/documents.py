"""The documents of this app's kinds."""

from media4sec.records.documents.fields import AnyReferences, CitationField, shape
from media4sec.records.documents.shapes import PartDocument, RecordDocument
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


class PartnerDocument(RecordDocument):
    class Meta:
        model = Partner
        fields = shape("order short_name country role type website project_page_url eu_contribution_eur")


class ThemeDocument(RecordDocument):
    class Meta:
        model = Theme
        fields = shape("order alternative_name lead_partner page_url key_questions reports ethics_reports")


class SpeakerDocument(PartDocument):
    class Meta:
        model = Speaker
        fields = ("key", "name", "affiliation", "role")


class WorkshopDocument(RecordDocument):
    speakers = SpeakerDocument(many=True, required=False)

    class Meta:
        model = Workshop
        fields = shape(
            "number theme city country venue start_date end_date host_partner page_url "
            "participants_count participants_countries participant_types findings agenda "
            "speakers reports ethics_reports"
        )


class PracticePatternDocument(RecordDocument):
    class Meta:
        model = PracticePattern
        fields = shape(
            "name_in_source group family family_basis order_in_contents summary_basis "
            "problem solution themes related_patterns technologies page_url"
        )


class PracticeCaseDocument(RecordDocument):
    class Meta:
        model = PracticeCase
        fields = shape("case_kind place country year themes patterns technologies issues")


class SwotPointDocument(RecordDocument):
    class Meta:
        model = SwotPoint
        fields = shape("theme quadrant placement")


class SituationPointDocument(PartDocument):
    refs = AnyReferences("refs")
    sources = CitationField()

    class Meta:
        model = SituationPoint
        fields = ("key", "aspect", "actor", "text", "refs", "sources")


class SituationAlternativeDocument(PartDocument):
    class Meta:
        model = SituationAlternative
        fields = ("key", "type", "text")


class SituationDocument(RecordDocument):
    points = SituationPointDocument(many=True, required=False)
    alternatives = SituationAlternativeDocument(many=True, required=False)

    class Meta:
        model = Situation
        fields = shape(
            "order question points alternatives themes patterns cases technologies "
            "technologies_note issues instruments roadmap_items"
        )
