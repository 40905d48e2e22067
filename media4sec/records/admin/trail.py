"""The change log of the back-office, over all kinds: what readers saw change, by whom, when and why.

Everybody reads in it what the public steps of all teams were; who took them and what was noted only of their own
team's. Administrators of a team also see what concerns it and the accounts of its people; for portal administrators it
is the whole audit trail.
"""

import csv

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from media4sec.cells import written
from media4sec.kinds import Role, kind_for, kinds_by_name
from media4sec.records import audit, policy
from media4sec.records.admin.lists import ForMembers, KindFilter, address_for
from media4sec.records.bulk import conditions, portions
from media4sec.records.forms import is_key
from media4sec.records.models import AuditEntry, Membership, Record, Team
from media4sec.records.policy import Right
from media4sec.records.workflow import public_changes

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
LOG_COLUMNS = ("at", "step", "kind", "identifier", "title", "changed", "team", "by", "note")
MOST_EXPORTED = 10_000  # steps in a file of the change log
OFFICE = "office"  # of a filter
State = Record.State


def trail_for(user):
    """The steps that somebody may know of."""
    entries = AuditEntry.objects.all()
    if policy.is_everybody(user):
        return entries
    return entries.filter(Q(action__in=AuditEntry.PUBLIC) | managed_by(user))


def managed_by(user):
    """The condition that an entry is about a team that somebody administers, or the account of one of its people."""
    if not policy.may_somewhere(user, Right.MANAGE):
        return Q(pk__in=())
    teams = policy.managed(user, Team.objects.all())
    owners = [str(owner or 0) for owner in teams.values_list("owner", flat=True)]
    people = {str(key) for key in teams.values_list("memberships__user", flat=True) if key}
    return Q(kind_name=audit.TEAM, identifier__in=owners) | Q(kind_name=audit.ACCOUNT, identifier__in=people)


def is_of_people(entry):
    """Is it about a team or an account? Then only those see it who may see all of it."""
    return entry.kind_name in (audit.TEAM, audit.ACCOUNT)


def of_records(condition):
    """The condition that an entry is about one of these records."""
    name = {"kind_name": OuterRef("kind_name"), "identifier": OuterRef("identifier")}
    return Exists(Record.objects.filter(condition, **name))


def tell(user, entries):
    """Give each entry the words in which somebody may know it: ``title, link, team, by, says, changed``."""
    names = {(entry.kind_name, entry.identifier) for entry in entries}
    records = {}
    for are_named in conditions(names, "kind_name"):
        rows = Record.objects.filter(are_named).select_related("owner")
        rows = rows.defer("owner__notes", "notes", "summary", "owner__summary")
        records |= {(row.kind_name, row.identifier): row for row in rows}
    keys = [int(key) for kind_name, key in names if kind_name == audit.ACCOUNT]
    addresses = dict(get_user_model().objects.filter(pk__in=keys).values_list("pk", "email")) if keys else {}
    published = [entry for entry in entries if entry.action == AuditEntry.Action.PUBLISHED]
    before = audit.public_before(published)
    steps = ((one.kind_name, one.identifier, one.version, before[one.pk]) for one in published)
    changes = public_changes(steps)
    for entry in entries:
        record = records.get((entry.kind_name, entry.identifier))
        is_own = policy.is_everybody(user) or is_of_people(entry)
        is_own = is_own or (record is not None and policy.may(user, Right.SEE, record))
        entry.title_told = entry.title if is_own else policy.title_for(user, record) if record else ""
        entry.link = address_for(user, record) if record else ""
        entry.team = policy.owner_for(user, record) if record else ""
        entry.address = addresses.get(int(entry.identifier)) if entry.kind_name == audit.ACCOUNT else None
        if is_of_people(entry):
            entry.link = reverse("admin:records_auditentry_change", args=[entry.pk])
        entry.by = (entry.actor or ("a command" if entry.salt else "removed")) if is_own else ""
        entry.says = entry.note if is_own else _public_reason(entry, record)
        entry.changed = ""
    for entry, labels in zip(published, changes, strict=True):
        entry.changed = ", ".join(labels)
    return entries


def _public_reason(entry, record):
    """Why it is not public now, as readers of its address are told."""
    is_off = record is not None and record.public_state in Record.OFF
    tells = entry.action in (AuditEntry.Action.WITHDRAWN, AuditEntry.Action.MERGED)
    return record.withdrawal_reason if is_off and tells else ""


# Filters


class PublicStepsFilter(admin.SimpleListFilter):
    title = "reach"
    parameter_name = "reach"

    def lookups(self, request, model_admin):
        return [("public", "What readers see")] if policy.is_everybody(request.user) else []

    def queryset(self, request, queryset):
        return queryset.filter(action__in=AuditEntry.PUBLIC) if self.value() == "public" else queryset


class StepFilter(admin.SimpleListFilter):
    title = "step"
    parameter_name = "action"

    def lookups(self, request, model_admin):
        known = AuditEntry.Action if policy.may_somewhere(request.user, Right.MANAGE) else AuditEntry.PUBLIC
        return [(action.value, action.label) for action in known]

    def queryset(self, request, queryset):
        return queryset.filter(action=self.value()) if self.value() else queryset


class TeamFilter(admin.SimpleListFilter):
    """Of whose records they are now."""

    title = "team"
    parameter_name = "team"

    def lookups(self, request, model_admin):
        partners = policy.nameable(
            request.user, Record.objects.filter(kind_name=kind_for(Role.OWNER).name).order_by("title", "pk")
        )
        named = [(str(one.pk), policy.title_for(request.user, one)) for one in partners]
        return [(OFFICE, "Editorial office"), *named]

    def queryset(self, request, queryset):
        match self.value():
            case None:
                return queryset
            case "office":
                return queryset.filter(of_records(Q(owner=None)))
            case partner:
                known = partner in dict(self.lookup_choices) and is_key(partner)
                return queryset.filter(of_records(Q(owner=int(partner)))) if known else queryset.none()


class PersonFilter(admin.SimpleListFilter):
    """People of one's own teams, and what they did with their records."""

    title = "who"
    parameter_name = "by"

    def lookups(self, request, model_admin):
        people = get_user_model().objects.order_by("email")
        if not policy.is_everybody(request.user):
            roles = policy.visible(request.user, Membership.objects.all(), prefix="team__")
            people = people.filter(pk__in=roles.values("user"))
        return [(person.email, person.email) for person in people]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        if self.value() not in dict(self.lookup_choices):
            return queryset.none()
        own = policy.own(request.user)
        found = queryset.filter(actor=self.value())
        return found if own is None else found.filter(of_records(own) | managed_by(request.user))


@admin.register(AuditEntry)
class AuditEntryAdmin(ForMembers):
    """Only to be read: nobody writes, changes or deletes an entry here."""

    list_display = ("at", "action", "what", "who")
    list_filter = (PublicStepsFilter, StepFilter, KindFilter, TeamFilter, "at", PersonFilter)
    search_fields = ("identifier",)  # that there is a search; what it finds stands below
    ordering = ("-pk",)
    sortable_by = ()
    list_per_page = 50
    list_max_show_all = 0
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    actions = ("export_log", "export")

    @admin.display(description="What, and what readers saw change")
    def what(self, entry):
        words = " ".join(called_in_log(entry))
        if entry.kind_name == audit.ACCOUNT and not entry.title:
            words = "No account"
        what = format_html('<a href="{}">{}</a>', entry.link, words) if entry.link else words
        return format_html('{}<p class="told">{}</p>', what, entry.changed) if entry.changed else what

    @admin.display(description="Team, who, and note")
    def who(self, entry):
        who = ", ".join(filter(None, (entry.team, entry.by)))
        return format_html('{}<p class="told">{}</p>', who, entry.says) if entry.says else who

    def get_queryset(self, request):
        return trail_for(request.user)

    def get_changelist_instance(self, request):
        shown = super().get_changelist_instance(request)
        shown.result_list = tell(request.user, list(shown.result_list))
        return shown

    def get_list_display_links(self, request, list_display):
        return ("at",) if policy.is_everybody(request.user) else None

    def get_search_results(self, request, queryset, search_term):
        """By identifier and public title; portal administrators also by what was noted, and by whom."""
        if not search_term:
            return queryset, False
        title = Q(public_title__icontains=search_term)
        if not policy.is_everybody(request.user):
            title &= Q(public_state=State.PUBLISHED) | policy.own(request.user)
        found = Q(identifier__icontains=search_term) | of_records(title)
        words = Q()
        for name in ("title", "actor", "note"):
            words |= Q(**{f"{name}__icontains": search_term})
        found |= words if policy.is_everybody(request.user) else words & managed_by(request.user)
        return queryset.filter(found), False

    def changelist_view(self, request, extra_context=None):
        title = "What readers saw change"
        if policy.is_everybody(request.user):
            title = "Change log: every step"
        elif self.has_audit_permission(request):
            title = "What readers saw change, and what was done with your team’s accounts"
        return super().changelist_view(request, {"title": title} | (extra_context or {}))

    # Rights

    def has_view_permission(self, request, obj=None):
        """The list is for all; one entry in full, seal and place in the chain, for those who may see all of it."""
        if obj is None:
            return super().has_view_permission(request)
        return policy.is_everybody(request.user) or is_of_people(obj)

    def has_audit_permission(self, request):
        return policy.may_somewhere(request.user, Right.MANAGE)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    has_delete_permission = has_change_permission

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if not self.has_audit_permission(request):
            raise PermissionDenied
        return super().change_view(request, object_id, form_url, extra_context)

    def history_view(self, request, object_id, extra_context=None):
        if not self.has_audit_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    # Files

    @admin.action(description="Take the selected steps along as a file (CSV)", permissions=["view"])
    def export_log(self, request, queryset):
        if queryset.count() > MOST_EXPORTED:
            says = f"A file has at most {MOST_EXPORTED:,} steps: choose fewer, by a filter for instance."
            self.message_user(request, says, messages.ERROR)
            return None
        response, rows = csv_file(LOG_COLUMNS, "change-log.csv", request.user)
        for some in portions(queryset.order_by("-pk")):
            for entry in tell(request.user, some):
                what = called_in_log(entry)
                when = timezone.localtime(entry.at).isoformat(timespec="seconds")
                told = (
                    when,
                    entry.get_action_display(),
                    *what,
                    entry.changed,
                    entry.team,
                    entry.by,
                    entry.says,
                )
                rows.writerow(map(written, told))
        return response

    @admin.action(description="Take the selected entries along, with the chain (CSV)", permissions=["audit"])
    def export(self, request, queryset):
        response, rows = csv_file(COLUMNS, "audit-trail.csv", request.user)
        if not policy.is_everybody(request.user):
            queryset = queryset.filter(managed_by(request.user))
        for entry in queryset.order_by("pk").iterator(500):
            rows.writerow(written(str(getattr(entry, name))) for name in COLUMNS)
        return response


def called_in_log(entry):
    """(kind, identifier, name) of what an entry is about, once it was told."""
    kind = kinds_by_name().get(entry.kind_name)
    name = (entry.address or entry.title) if entry.kind_name == audit.ACCOUNT else entry.title_told
    return str(kind.names.one) if kind else entry.kind_name.capitalize(), entry.identifier, name


def csv_file(columns, name, user):
    """(the answer, what writes its rows) of a file that has its columns already; that somebody takes it is noted."""
    audit.note_account(AuditEntry.Action.EXPORTED, user, by=user, note=name)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    rows = csv.writer(response)
    rows.writerow(columns)
    return response, rows
