"""The back-office pages of this app's kinds."""

from django.contrib import admin

from media4sec.records.admin.inlines import PartInline
from media4sec.records.admin.record import RecordAdmin
from tests.throwaway.models import Piece, Throwaway


class PieceInline(PartInline):
    model = Piece
    key_from = ("text",)


@admin.register(Throwaway)
class ThrowawayAdmin(RecordAdmin):
    inlines = (PieceInline,)
    list_filter = ("colour", "themes")
