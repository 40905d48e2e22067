"""The documents of this app's kinds."""

from media4sec.records.documents.fields import AnyReferences, CitationField, shape
from media4sec.records.documents.shapes import PartDocument, RecordDocument
from tests.throwaway.models import Piece, Throwaway


class PieceDocument(PartDocument):
    finds = AnyReferences("finds")
    sources = CitationField()

    class Meta:
        model = Piece
        fields = ("key", "text", "finds", "sources")


class ThrowawayDocument(RecordDocument):
    pieces = PieceDocument(many=True, required=False)

    class Meta:
        model = Throwaway
        fields = shape("colour shades weight cost is_new thrown_on homepage story themes pieces remains")
