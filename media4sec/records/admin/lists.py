"""Lists of records in the back-office, and their filters."""

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from media4sec.kinds import kinds, kinds_by_name
from media4sec.records import policy, waiting, workflow
from media4sec.records.admin.many import MOST_SHOWN, ChangingMany, digest_of_versions
from media4sec.records.comments import open_counts
from media4sec.records.finding import Wanted
from media4sec.records.models import Record, model_of
from media4sec.records.policy import Right
from media4sec.records.saved_lists import KeepsLists
from media4sec.records.step_forms import Publish

State = Record.State


# Filters


class PublicFilter(admin.SimpleListFilter):
    title = "public version"
    parameter_name = "public"

    def lookups(self, request, model_admin):
        return [
            ("never", "Never published"),
            ("published", "Published"),
            ("changed", "Published, with changes that are not"),
            ("withdrawn", "Withdrawn"),
            ("merged", "Merged"),
        ]

    def queryset(self, request, queryset):
        match self.value():
            case "never":
                return queryset.filter(public_state="")
            case "changed":
                return queryset.filter(public_state=State.PUBLISHED).exclude(state=State.PUBLISHED)
            case "published" | "withdrawn" | "merged" as state:
                return queryset.filter(public_state=state)


class ReviewFilter(admin.SimpleListFilter):
    title = "review"
    parameter_name = "review"

    def lookups(self, request, model_admin):
        return [*waiting.REVIEWS.items(), ("never", "No date set")]

    def queryset(self, request, queryset):
        if self.value() == "never":
            return queryset.filter(review_due=None)
        if self.value() in waiting.REVIEWS:
            return queryset.filter(waiting.review_is(self.value()))


class MissingFilter(admin.SimpleListFilter):
    """Those that lack what their kind recommends."""

    title = "what is missing"
    parameter_name = "missing"

    def lookups(self, request, model_admin):
        kind = model_admin.model.kind
        asked = [
            (what, words) for what, words in waiting.MISSING.items() if not kind or what in kind.recommended
        ]
        return [*asked, (waiting.ANYTHING, "Any of it")]

    def queryset(self, request, queryset):
        if self.value() in (*waiting.MISSING, waiting.ANYTHING):
            return queryset.filter(waiting.lacks(self.value()))


class WaitingFilter(admin.SimpleListFilter):
    """Those that wait for whoever looks: the parts of their start page."""

    title = "waiting"
    parameter_name = "waiting"
    tasks = waiting.WAITING | waiting.RECHECK

    def lookups(self, request, model_admin):
        return [(name, title) for name, (title, _) in self.tasks.items()]

    def queryset(self, request, queryset):
        if self.value() in self.tasks:
            return self.tasks[self.value()][1](request.user, queryset)


class KindFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return [(kind.name, kind.names.many) for kind in kinds()]

    def queryset(self, request, queryset):
        return queryset.filter(kind_name=self.value()) if self.value() else queryset


class NamedFilter(admin.RelatedFieldListFilter):
    """The records that others name, as far as somebody may know of them."""

    def field_choices(self, field, request, model_admin):
        ordering = self.field_admin_ordering(field, request, model_admin)
        rows = field.remote_field.model.objects.complex_filter(field.get_limit_choices_to())
        rows = policy.nameable(request.user, rows.order_by(*ordering))
        return [(row.pk, policy.name_for(request.user, row)) for row in rows]


def names_a_record(field):
    return bool(field.remote_field) and issubclass(field.remote_field.model, Record)


admin.FieldListFilter.register(names_a_record, NamedFilter, take_priority=True)


# Records


def standing(record, user):
    """Where a record's working copy and its public version stand, in a sentence for somebody."""
    return " ".join(filter(None, (_standing(record, user), planned_in_words(record))))


def planned_in_words(record):
    """What is to become public by itself, and when; empty where nothing is."""
    appointment = getattr(record, "appointment", None)
    if appointment is None:
        return ""
    at, number = date_format(timezone.localtime(appointment.at), "j F Y, H:i"), appointment.revision.number
    if appointment.problem:
        return f"Version {number} was to become public on {at}, and could not: {appointment.problem}"
    return f"Version {number} becomes public on {at}."


def _standing(record, user):
    working = f"your working copy is version {record.edit_version} and not public"
    match record.public_state:
        case "":
            return f"Never published: version {record.edit_version} is a draft that only editors see."
        case State.PUBLISHED if record.has_unpublished_changes:
            return f"Published version {record.published_revision.number}; {working}."
        case State.PUBLISHED:
            return f"Published version {record.published_revision.number}, which is your working copy."
    words = f"{record.get_public_state_display()}: {record.withdrawal_reason}"
    successor = record.successor and policy.name_for(user, record.successor)
    if record.public_state == State.MERGED:
        return f"{words} The address leads to {successor}."
    return f"{words} Successor: {successor}." if successor else words


def admin_url(record, action="change"):
    """The address of a record's page in the admin of its kind."""
    opts = model_of(record.kind_name)._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{action}", args=[record.pk])


def address_for(user, record):
    """Where somebody finds a record: in the back-office, or where readers do."""
    if policy.may(user, Right.SEE, record):
        return admin_url(record)
    return kinds_by_name()[record.kind_name].url(record.identifier, "")  # the slug may be a draft's


def files_at(record):
    """Where files of a record's working copy are shown to those who may see it."""
    return f"{admin_url(record).removesuffix('change/')}files/"


class ForMembers(KeepsLists):
    """Pages for everybody with a role, on which what is of other teams is not there."""

    def lookup_allowed(self, lookup, value, request=None):
        """Lists are not filtered by what names their records: drafts of others could be told by it."""
        naming = {field.name for field in self.opts.get_fields() if field.auto_created and not field.concrete}
        return lookup.partition("__")[0] not in naming and super().lookup_allowed(lookup, value, request)

    def has_module_permission(self, request):
        return policy.is_member(request.user)

    def has_view_permission(self, request, obj=None):
        return policy.is_member(request.user)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404


class ListOfRecords(ChangingMany, ForMembers):
    """What lists of records have in common, of one kind or of all."""

    list_display = ("identifier", "title", "state", "public", "checked_on", "review_due")
    search_fields = ("title",)  # that there is a search; what it finds stands in finding.py
    ordering = ("identifier",)
    show_facets = admin.ShowFacets.ALWAYS
    show_full_result_count = False
    actions = ("publish_selected", *ChangingMany.actions)

    def get_queryset(self, request):
        """Records of other teams are not there, unless somebody looks for one to name."""
        if getattr(request, "is_choosing", False):
            return policy.nameable(request.user, super().get_queryset(request))
        return policy.visible(request.user, super().get_queryset(request))

    @admin.display(description="Public version", ordering="public_state")
    def public(self, record):
        if record.has_unpublished_changes:
            return "Published, changes are not"
        return record.get_public_state_display() or "Never published"

    def get_search_results(self, request, queryset, search_term):
        asked = getattr(request, "asked", None)  # once for the list and all counts of its filters
        if asked is None or asked.text != search_term:
            request.asked = asked = Wanted(self.searched(request), search_term, policy.own(request.user))
        return asked.among(queryset, is_ordered="o" in request.GET), False

    def searched(self, request):
        """All that a search may find."""
        return self.get_queryset(request)

    def has_view_permission(self, request, obj=None):
        return policy.may_open(request.user, Right.SEE, obj)

    def has_change_permission(self, request, obj=None):
        return policy.may_open(request.user, Right.WRITE, obj)

    def has_delete_permission(self, request, obj=None):
        return False  # what was public is withdrawn; what never was is thrown away by a step of its own

    def has_publish_permission(self, request):
        return policy.may_somewhere(request.user, Right.PUBLISH)

    @admin.action(description="Publish selected records", permissions=["publish"])
    def publish_selected(self, request, queryset):
        """Asks first, with one note for all, and who it is; then all that have something new, or none."""
        raise_if_reauthentication_required(request, app="records")
        rows = queryset.select_related("published_revision", "successor", "appointment__revision")
        selected = list(rows.order_by("pk"))
        records = [record for record in selected if Publish.fits(record)]
        seen = digest_of_versions((record.pk, record.edit_version) for record in records)
        is_confirmed = "confirmed" in request.POST
        sent = request.POST if is_confirmed else None
        form = Publish(sent, record=None, user=request.user, records=records)
        if is_confirmed and form.is_valid():
            try:
                with transaction.atomic():
                    workflow.take_turn()
                    now = Record.objects.filter(pk__in=[record.pk for record in records]).order_by("pk")
                    self.refuse_unseen(
                        request, records, digest_of_versions(now.values_list("pk", "edit_version"))
                    )
                    workflow.publish_all(records, by=request.user, **form.said)
            except ValidationError as error:
                for message in error.messages:
                    form.add_error(None, f"Nothing was published: {message}")
            else:
                self.message_user(request, publish_outcome(selected, records), messages.SUCCESS)
                return None
        shown = records[:MOST_SHOWN]
        comments = open_counts(shown)
        context = self.admin_site.each_context(request) | {
            "title": "Publish selected records",
            "opts": self.opts,
            "form": form,
            "count": len(records),
            "records": [
                (record, standing(record, request.user), comments.get(record.pk)) for record in shown
            ],
            "outcome": publish_outcome(selected, records) if len(selected) > len(records) else "",
            "seen": seen,
            # All that the list shows are named by its address; a few by themselves.
            "is_across": request.POST.get("select_across") == "1",
            "keys": request.POST.getlist("_selected_action")[:MOST_SHOWN],
        }
        return TemplateResponse(request, "admin/records/publish_selected.html", context)

    def refuse_unseen(self, request, records, seen):
        """Only what was shown is published, and only by those who may change it."""
        if request.POST.get("seen") != seen:
            raise ValidationError("The list has changed since you saw it: look at it again.")
        foreign = [record for record in records if not policy.may(request.user, Right.PUBLISH, record)]
        if foreign:
            raise ValidationError(f"You may not publish {workflow.in_short(foreign, request.user)}.")


def publish_outcome(selected, published):
    """What becomes of the selected records, in words."""
    parts = [f"{len(published)} published"]
    gone = sum(record.public_state in Record.OFF for record in selected)
    same = len(selected) - len(published) - gone
    parts += [f"{same} without changes since they were published"] if same else []
    parts += [f"{gone} withdrawn or merged, which must be restored first"] if gone else []
    return "; ".join(parts) + "."


@admin.register(Record)
class AllRecordsAdmin(ListOfRecords):
    """One list over all kinds: what is overdue, what waits to be published, and every search for a record."""

    list_display = ("kind", "identifier", "linked_title", *ListOfRecords.list_display[2:])
    list_display_links = None
    list_filter = (
        *(WaitingFilter, KindFilter, PublicFilter, "state", ReviewFilter, MissingFilter),
        *("lens", "provenance", "verified"),
    )

    @admin.display(description="Kind", ordering="kind_name")
    def kind(self, record):
        return record.kind_label

    @admin.display(description="Title", ordering="title")
    def linked_title(self, record):
        return format_html('<a href="{}">{}</a>', admin_url(record), record.title)

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, self.of_kind(request, queryset), search_term)

    def searched(self, request):
        return self.of_kind(request, super().searched(request))

    def of_kind(self, request, queryset):
        """Searching for a record to name: of one kind only where no other may stand."""
        kind = request.GET.get("kind") if "term" in request.GET else ""
        return queryset.filter(kind_name=kind) if kind else queryset

    def change_view(self, request, object_id, form_url="", extra_context=None):
        record = self.get_object(request, object_id) if self.has_view_permission(request) else None
        return redirect(admin_url(record)) if record else super().change_view(request, object_id)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False
