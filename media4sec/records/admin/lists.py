"""Lists of records in the back-office, and their filters."""

from datetime import timedelta
from hashlib import sha256

from django.contrib import admin, messages
from django.contrib.auth import get_permission_codename
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from media4sec.kinds import kinds, kinds_by_name
from media4sec.records import workflow
from media4sec.records.documents.fields import dumps
from media4sec.records.finding import Wanted
from media4sec.records.models import Record, model_of
from media4sec.records.step_forms import Publish

State = Record.State
MOST_SHOWN = 100  # records on the page that asks


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
        return [
            ("overdue", "Overdue"),
            ("30", "Due within 30 days"),
            ("60", "Due within 60 days"),
            ("90", "Due within 90 days"),
            ("never", "No date set"),
        ]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        match self.value():
            case "overdue":
                return queryset.filter(review_due__lt=today)
            case "never":
                return queryset.filter(review_due=None)
            case "30" | "60" | "90" as days:
                return queryset.filter(review_due__range=(today, today + timedelta(days=int(days))))


class KindFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return [(kind.name, kind.names.many) for kind in kinds()]

    def queryset(self, request, queryset):
        return queryset.filter(kind_name=self.value()) if self.value() else queryset


# Records


def standing(record):
    """Where a record's working copy and its public version stand, in a sentence."""
    working = f"your working copy is version {record.edit_version} and not public"
    match record.public_state:
        case "":
            return f"Never published: version {record.edit_version} is a draft that only editors see."
        case State.PUBLISHED if record.has_unpublished_changes:
            return f"Published version {record.published_revision.number}; {working}."
        case State.PUBLISHED:
            return f"Published version {record.published_revision.number}, which is your working copy."
    words = f"{record.get_public_state_display()}: {record.withdrawal_reason}"
    if record.public_state == State.MERGED:
        return f"{words} The address leads to {record.successor}."
    return f"{words} Successor: {record.successor}." if record.successor else words


def admin_url(record, action="change"):
    """The address of a record's page in the admin of its kind."""
    opts = model_of(record.kind_name)._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{action}", args=[record.pk])


class ListOfRecords(admin.ModelAdmin):
    """What lists of records have in common, of one kind or of all."""

    list_display = ("identifier", "title", "state", "public", "checked_on", "review_due")
    search_fields = ("title",)  # that there is a search; what it finds stands in finding.py
    ordering = ("identifier",)
    show_facets = admin.ShowFacets.ALWAYS
    show_full_result_count = False
    actions = ("publish_selected",)

    @admin.display(description="Public version", ordering="public_state")
    def public(self, record):
        if record.has_unpublished_changes:
            return "Published, changes are not"
        return record.get_public_state_display() or "Never published"

    def get_search_results(self, request, queryset, search_term):
        asked = getattr(request, "asked", None)  # once for the list and all counts of its filters
        if asked is None or asked.text != search_term:
            request.asked = asked = Wanted(self.searched(request), search_term)
        return asked.among(queryset, is_ordered="o" in request.GET), False

    def searched(self, request):
        """All that a search may find."""
        return self.get_queryset(request)

    def has_delete_permission(self, request, obj=None):
        return False  # what was public is withdrawn; what never was is thrown away by a step of its own

    def has_publish_permission(self, request):
        return request.user.has_perm("records.publish_record")

    @admin.action(description="Publish selected records", permissions=["publish"])
    def publish_selected(self, request, queryset):
        """Asks first, with one note for all; then all that have something new, or none."""
        selected = list(queryset.select_related("published_revision", "successor").order_by("pk"))
        records = [record for record in selected if Publish.fits(record)]
        seen = sha256(dumps([(record.pk, record.edit_version) for record in records]).encode()).hexdigest()
        is_confirmed = "confirmed" in request.POST
        form = Publish(request.POST if is_confirmed else None, record=None)
        if is_confirmed and form.is_valid():
            try:
                with transaction.atomic():
                    workflow.may(request.user, "publish")
                    self.refuse_unseen(request, records, seen)
                    workflow.publish_all(records, by=request.user, note=form.cleaned_data["note"])
            except ValidationError as error:
                for message in error.messages:
                    form.add_error(None, f"Nothing was published: {message}")
            else:
                self.message_user(request, publish_outcome(selected, records), messages.SUCCESS)
                return None
        context = self.admin_site.each_context(request) | {
            "title": "Publish selected records",
            "opts": self.opts,
            "form": form,
            "count": len(records),
            "records": [(record, standing(record)) for record in records[:MOST_SHOWN]],
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
        foreign = [record for record in records if not may_change(request.user, record)]
        if foreign:
            raise ValidationError(f"You may not change {workflow.in_short(foreign)}.")


def may_change(user, record):
    opts = model_of(record.kind_name)._meta
    return user.has_perm(f"{opts.app_label}.{get_permission_codename('change', opts)}")


def publish_outcome(selected, published):
    """What becomes of the selected records, in words."""
    parts = [f"{len(published)} published"]
    gone = sum(record.public_state in (State.WITHDRAWN, State.MERGED) for record in selected)
    same = len(selected) - len(published) - gone
    parts += [f"{same} without changes since they were published"] if same else []
    parts += [f"{gone} withdrawn or merged, which must be restored first"] if gone else []
    return "; ".join(parts) + "."


@admin.register(Record)
class AllRecordsAdmin(ListOfRecords):
    """One list over all kinds: what is overdue, what waits to be published, and every search for a record."""

    list_display = ("kind_label", "identifier", "linked_title", *ListOfRecords.list_display[2:])
    list_display_links = None
    list_filter = (KindFilter, PublicFilter, "state", ReviewFilter, "lens", "provenance", "verified")

    @admin.display(description="Kind", ordering="kind_name")
    def kind_label(self, record):
        return kinds_by_name()[record.kind_name].names.one

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
