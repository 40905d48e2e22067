"""The documents of this app's kinds."""

from media4sec.records.documents.fields import AnyReferences, CitationField, shape
from media4sec.records.documents.shapes import PartDocument, RecordDocument
from roadmap.models import RoadmapItem, RoadmapUpdate, Standard, TrainingModule


class RoadmapUpdateDocument(PartDocument):
    refs = AnyReferences("refs")
    sources = CitationField()

    class Meta:
        model = RoadmapUpdate
        fields = ("key", "date", "text", "refs", "verified", "sources")


class RoadmapItemDocument(RecordDocument):
    updates = RoadmapUpdateDocument(many=True, required=False)

    class Meta:
        model = RoadmapItem
        fields = shape(
            "strand horizon addressed_to themes depends_on issues technologies patterns in_d35 updates"
        )


class TrainingModuleDocument(RecordDocument):
    class Meta:
        model = TrainingModule
        fields = shape("training_kind learning_outcomes audience provider themes technologies part_of_d36")


class StandardDocument(RecordDocument):
    class Meta:
        model = Standard
        fields = shape(
            "full_title number body standard_kind date date_precision standard_status "
            "access earlier_edition gives official_url issues situations roadmap_items "
            "instruments"
        )
