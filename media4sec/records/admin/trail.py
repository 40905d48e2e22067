"""The audit trail in the back-office, for portal administrators: who did what, when and why."""

import csv

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.utils.html import format_html

from media4sec.cells import written
from media4sec.kinds import kinds_by_name
from media4sec.records import policy
from media4sec.records.admin.lists import admin_url
from media4sec.records.models import AuditEntry, Record

COLUMNS = (
    "position",
    "at",
    "action",
    "kind_name",
    "identifier",
    "version",
    "title",
    "actor",
    "note",
    "digest",
)


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):
    """Only to be read: nobody writes, changes or deletes an entry here."""

    list_display = ("at", "action", "what", "version", "actor", "note")
    list_filter = ("action", "at", "kind_name")
    search_fields = ("identifier", "title", "actor", "note")
    ordering = ("-pk",)
    show_full_result_count = False
    actions = ("export",)

    @admin.display(description="What")
    def what(self, entry):
        kind = kinds_by_name().get(entry.kind_name)
        words = f"{kind.names.one if kind else entry.kind_name} {entry.identifier} {entry.title}"
        if entry.record_pk is None:
            return words
        record = Record(pk=entry.record_pk, kind_name=entry.kind_name)
        return format_html('<a href="{}">{}</a>', admin_url(record), words)

    def get_queryset(self, request):
        """Each with the key of its record, if that is still there."""
        records = Record.objects.filter(kind_name=OuterRef("kind_name"), identifier=OuterRef("identifier"))
        return super().get_queryset(request).annotate(record_pk=Subquery(records.values("pk")[:1]))

    def has_module_permission(self, request):
        return policy.is_everybody(request.user)

    def has_view_permission(self, request, obj=None):
        return policy.is_everybody(request.user)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    has_delete_permission = has_change_permission

    @admin.action(description="Take the selected entries along as a file (CSV)", permissions=["view"])
    def export(self, request, queryset):
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="audit-trail.csv"'
        rows = csv.writer(response)
        rows.writerow(COLUMNS)
        for entry in queryset.order_by("pk").iterator(500):
            rows.writerow(written(str(getattr(entry, name))) for name in COLUMNS)
        return response
