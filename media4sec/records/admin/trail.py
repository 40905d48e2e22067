"""The audit trail in the back-office: who did what, when and why.

Portal administrators see all of it, administrators of a team what concerns it and the accounts of its people.
"""

import csv

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import CharField, OuterRef, Q, Subquery
from django.db.models.functions import Cast
from django.http import HttpResponse
from django.utils.html import format_html

from media4sec.cells import written
from media4sec.kinds import kinds_by_name
from media4sec.records import audit, policy
from media4sec.records.admin.lists import ForMembers, admin_url
from media4sec.records.models import AuditEntry, Record, Team
from media4sec.records.policy import Right

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


def seen_by(user, entries):
    """Those of the entries that somebody may see."""
    if policy.is_everybody(user):
        return entries
    teams = policy.managed(user, Team.objects.all())
    owners = [str(owner or 0) for owner in teams.values_list("owner", flat=True)]
    people = {str(key) for key in teams.values_list("memberships__user", flat=True) if key}
    return entries.filter(
        Q(kind_name=audit.TEAM, identifier__in=owners) | Q(kind_name=audit.ACCOUNT, identifier__in=people)
    )


@admin.register(AuditEntry)
class AuditEntryAdmin(ForMembers):
    """Only to be read: nobody writes, changes or deletes an entry here."""

    list_display = ("at", "action", "what", "of_version", "actor", "note")
    list_filter = ("action", "at", "kind_name")
    search_fields = ("identifier", "title", "actor", "note")
    ordering = ("-pk",)
    show_full_result_count = False
    actions = ("export",)

    @admin.display(description="What")
    def what(self, entry):
        if entry.kind_name == audit.ACCOUNT:
            return (
                f"Account {entry.identifier}: {entry.address or entry.title}" if entry.title else "No account"
            )
        kind = kinds_by_name().get(entry.kind_name)
        words = f"{kind.names.one if kind else entry.kind_name.capitalize()} {entry.identifier} {entry.title}"
        if entry.record_pk is None:
            return words
        record = Record(pk=entry.record_pk, kind_name=entry.kind_name)
        return format_html('<a href="{}">{}</a>', admin_url(record), words)

    @admin.display(description="Version")
    def of_version(self, entry):
        return entry.version or None  # only records have versions

    def get_queryset(self, request):
        """Each with the key of its record or the address of its account, if that is still there."""
        records = Record.objects.filter(kind_name=OuterRef("kind_name"), identifier=OuterRef("identifier"))
        people = (
            get_user_model().objects.alias(key=Cast("pk", CharField())).filter(key=OuterRef("identifier"))
        )
        entries = seen_by(request.user, super().get_queryset(request))
        return entries.annotate(
            record_pk=Subquery(records.values("pk")[:1]), address=Subquery(people.values("email")[:1])
        )

    def has_module_permission(self, request):
        return policy.may_somewhere(request.user, Right.MANAGE)

    def has_view_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    has_delete_permission = has_change_permission

    @admin.action(description="Take the selected entries along as a file (CSV)", permissions=["view"])
    def export(self, request, queryset):
        audit.note_account(AuditEntry.Action.EXPORTED, request.user, by=request.user, note="audit-trail.csv")
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="audit-trail.csv"'
        rows = csv.writer(response)
        rows.writerow(COLUMNS)
        for entry in queryset.order_by("pk").iterator(500):
            rows.writerow(written(str(getattr(entry, name))) for name in COLUMNS)
        return response
