"""The back-office: what the admin of every kind shares, and the pages for sources, tags and all records."""

import json
from datetime import timedelta

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget, RelatedFieldWidgetWrapper
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, models, transaction
from django.db.models import Count, prefetch_related_objects
from django.forms import ChoiceField, SlugField
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.exceptions import ValidationError as DocumentError
from taggit import admin as taggit_admin

from media4sec.kinds import kinds, kinds_by_name
from media4sec.letters import same
from media4sec.records import workflow
from media4sec.records.differences import differences, fields_in_words
from media4sec.records.documents import CitationField, working_document, writer
from media4sec.records.fields import TextListField, most_in
from media4sec.records.finding import Question
from media4sec.records.forms import (
    CitationForm,
    OrderedFormSet,
    PartForm,
    PartFormSet,
    RecordForm,
    RecordSelect,
    RecordSelectMultiple,
    RecordsField,
    digest_of,
    in_order,
    is_key,
    new_nonce,
    not_in_the_future,
    own_fields,
    part_document,
    part_documents,
    relations_in,
)
from media4sec.records.models import (
    Citation,
    Record,
    Relation,
    Source,
    Submission,
    Tag,
    lookalikes,
    model_of,
    parts_of,
)
from media4sec.records.references import named_by
from media4sec.records.steps import STEPS, Publish
from media4sec.texts import Line, Lines, WebAddress, counted

State = Record.State
VERSIONS_ON_A_PAGE = 20
SUBMISSIONS_KEPT = timedelta(days=30)
MOST_NAMED = 5  # other records that look like this one

admin.site.unregister(taggit_admin.Tag)  # its own table of tags, which we do not use


class Refused(Exception):
    """Saving is refused after all, and everything rolled back; the form is shown again with the reason."""

    def __init__(self, error, conflict=None):
        super().__init__(error)
        self.conflict = conflict
        if hasattr(error, "error_dict"):
            self.by_field = error.error_dict
        else:
            self.by_field = {NON_FIELD_ERRORS: getattr(error, "error_list", str(error))}


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
        return [(kind.name, kind.label_plural) for kind in kinds()]

    def queryset(self, request, queryset):
        return queryset.filter(kind_name=self.value()) if self.value() else queryset


# Forms of records and their rows


class Naming:
    """Other records are searched for, whatever kind they are; lists of texts and days say what may stand in them.

    A text that is too long stays as it was typed, with an error; the browser would cut it without a word.
    """

    formfield_overrides = {
        models.CharField: {"form_class": Line},
        models.SlugField: {"form_class": SlugField, "widget": AdminTextInputWidget},
        models.TextField: {"form_class": Lines},
        models.URLField: {"form_class": WebAddress, "assume_scheme": "https"},
    }

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs.setdefault("widget", RecordSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        kwargs.setdefault("widget", RecordSelectMultiple(db_field, self.admin_site))
        return super().formfield_for_manytomany(db_field, request, form_class=RecordsField, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, TextListField) and db_field.options:
            kwargs["help_text"] = f"One a line, of these: {', '.join(db_field.options.values)}."
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("checked_on", "accessed_on"):
            formfield.validators.append(not_in_the_future)
        if isinstance(getattr(formfield, "widget", None), RelatedFieldWidgetWrapper):
            formfield.widget.can_delete_related = formfield.widget.can_view_related = False
        if formfield is not None and (most := most_in(db_field)):
            formfield.widget.attrs = counted(formfield.widget.attrs, most)
        return formfield


class RowInline(Naming, admin.StackedInline):
    """Rows that belong to a record: whoever may change the record may change them."""

    formset = OrderedFormSet
    extra = 1

    def _may(self, request, *actions):
        opts = self.parent_model._meta
        return any(
            request.user.has_perm(f"{opts.app_label}.{action}_{opts.model_name}") for action in actions
        )

    def has_view_permission(self, request, obj=None):
        return self._may(request, "view", "add", "change")

    def has_add_permission(self, request, obj=None):
        return self._may(request, "add", "change")

    has_change_permission = has_delete_permission = has_add_permission


class PartInline(RowInline):
    """The parts of a record, with everything that their document has except sources."""

    form = PartForm
    formset = PartFormSet
    key_from = ()

    def __init__(self, *args):
        super().__init__(*args)
        self.fk_name = self.model.record_field

    def get_queryset(self, request):
        single = [field.name for field in self.model._meta.fields if field.many_to_one]
        rows = super().get_queryset(request)
        return rows.select_related(*{*single} - {self.fk_name}).prefetch_related(*in_order(self.model))

    def get_formset(self, request, obj=None, **kwargs):
        document = part_document(self.model)
        form = type(self.form)("Form", (self.form,), relations_in(document, self.admin_site))
        formset = super().get_formset(request, obj, form=form, **kwargs)
        formset.key_from = self.key_from
        return formset

    def get_fields(self, request, obj=None):
        fields = part_document(self.model).fields.items()
        names = [name for name, field in fields if not isinstance(field, CitationField) and name != "key"]
        return [*names, ("key", "position")]


class CitationInline(RowInline):
    """The sources of a record and of its parts, in order."""

    model = Citation
    form = CitationForm
    verbose_name = "source"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("source")

    def get_fields(self, request, obj=None):
        place = ("part", "locator") if self._parts else ("locator",)
        return ["source", (*place, "dated_on", "accessed_on", "position"), "supports", "title"]

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.kind_name = self.parent_model.kind.name
        if "part" in formset.form.base_fields:
            keys = [
                (row.key, f"{row.key} ({row})")
                for part in self._parts
                for row in (part.objects.filter(**{part.record_field: obj}) if obj else ())
            ]
            field = formset.form.base_fields["part"]
            formset.form.base_fields["part"] = ChoiceField(
                choices=[("", "The whole record"), *keys], required=False, label=field.label
            )
        return formset

    @property
    def _parts(self):
        """The models of those parts that have sources of their own."""
        return [
            document.Meta.model
            for document in part_documents(self.parent_model.kind.name)
            if any(isinstance(field, CitationField) for field in document.fields.values())
        ]


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
            request.asked = asked = Question(self.searched(request), search_term)
        return asked.among(queryset, is_ordered="o" in request.GET), False

    def searched(self, request):
        """All that a search may find."""
        return self.get_queryset(request)

    def has_delete_permission(self, request, obj=None):
        return False  # what was public is withdrawn, and versions are never thrown away

    def has_publish_permission(self, request):
        return request.user.has_perm("records.publish_record")

    @admin.action(description="Publish selected records", permissions=["publish"])
    def publish_selected(self, request, queryset):
        """Asks first, with one note for all; then all or nothing."""
        records = list(queryset.select_related("published_revision", "successor"))
        is_confirmed = "confirmed" in request.POST
        form = Publish(request.POST if is_confirmed else None, record=None)
        if is_confirmed and form.is_valid():
            try:
                with transaction.atomic():
                    workflow.may(request.user, "publish")
                    workflow.publish_all(records, by=request.user, note=form.cleaned_data["note"])
                    for record in records:
                        self.log_change(request, record, "Published.")
            except ValidationError as error:
                for message in error.messages:
                    form.add_error(None, f"Nothing was published: {message}")
            else:
                self.message_user(request, f"{len(records)} published.", messages.SUCCESS)
                return None
        context = self.admin_site.each_context(request) | {
            "title": "Publish selected records",
            "opts": self.opts,
            "form": form,
            "records": [(record, standing(record)) for record in records],
        }
        return TemplateResponse(request, "admin/records/publish_selected.html", context)


class RecordAdmin(Naming, ListOfRecords):
    """The admin of a kind, whose own fields come from its document; a kind adds filters and its parts."""

    form = RecordForm
    change_form_template = "admin/records/change_form.html"
    own_fieldsets = ()  # (title, fields); without it, all of the kind's own fields under its name

    identity = ("identifier", "slug", "title", "summary", "lens")
    checking = ("provenance", "verified", "verified_basis", "checked_on", "newest_source_on", "review_due")
    notes = ("notes", "tags", "owner")

    def get_list_filter(self, request):
        return [PublicFilter, "state", ReviewFilter, *self.list_filter, "lens", "provenance", "verified"]

    def get_fieldsets(self, request, obj=None):
        kind = self.model.kind
        own = self.own_fieldsets or ([(kind.label, own_fields(kind.name))] if own_fields(kind.name) else [])
        groups = [
            ("Identity", self.identity),
            *own,
            ("Provenance and checking", self.checking),
            ("Notes, tags and owner", self.notes),
            ("This version", ("version_note",)),
        ]
        return [(title, {"fields": fields}) for title, fields in groups]

    def get_readonly_fields(self, request, obj=None):
        return ("identifier",) if obj else ()

    def get_inlines(self, request, obj):
        return [*self.inlines, CitationInline]

    def get_form(self, request, obj=None, change=False, **kwargs):
        roles = relations_in(writer(self.model.kind.name), self.admin_site)
        form = type(self.form)("Form", (self.form,), roles)
        made = super().get_form(request, obj, change, form=form, **kwargs)
        made.refusal = getattr(request, "refusal", None)
        return made

    def get_object(self, request, object_id, from_field=None):
        """The record with what it names; about to be saved, it is locked before anything of it is used."""
        record = super().get_object(request, object_id, from_field)
        if record is not None and request.method == "POST":
            Record.objects.select_for_update().get(pk=record.pk)
            record.refresh_from_db()
        if record is not None:
            prefetch_related_objects([record], *in_order(self.model))
        return record

    def view_on_site(self, record):
        return record.url if record.public_state == State.PUBLISHED else None

    # Saving

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":  # reading takes no lock
            return super().changeform_view(request, object_id, form_url, extra_context)
        request.refusal = response = None
        try:
            with transaction.atomic():
                if "_publish" in request.POST:
                    workflow.take_turn()  # before anything is locked
                response = self.sent_before(request, object_id) or super().changeform_view(
                    request, object_id, form_url, extra_context
                )
            if response.status_code != 200:
                return response
        except Refused as refused:
            request.refusal = refused
        except IntegrityError:
            request.refusal = Refused(
                "Somebody saved the same identifier or row a moment ago. Nothing was saved: please save again."
            )
        try:
            answer = self.sent_before(
                request, object_id
            )  # the same form was pressed twice: the other was quicker
        except Refused as refused:
            request.refusal, answer = refused, None
        if answer or not request.refusal:
            return answer or response
        request.POST = request.POST.copy()
        if request.refusal.conflict:  # whoever saves again has seen the newer version
            request.POST["edit_version"] = str(request.refusal.conflict["revision"].number)
        request.POST["submission"] = new_nonce()  # and means another record, if this was a new one
        return super().changeform_view(request, object_id, form_url, extra_context)

    def sent_before(self, request, object_id):
        """The answer to a form that was saved already; what was typed since then makes it a new form."""
        nonce = request.POST.get("submission", "")
        earlier = Submission.objects.filter(nonce=nonce).first() if nonce.isprintable() else None
        record = earlier and self.get_queryset(request).filter(pk=earlier.record_id).first()
        if record is None or object_id not in (None, str(record.pk)):
            return None
        is_the_same = earlier.digest == digest_of(request.POST)
        if object_id is None and not is_the_same:
            link = format_html('<a href="{}">{}</a>', admin_url(record), record)
            says = "This form was saved already, as {}. Save again if you mean another record beside it."
            raise Refused(format_html(says, link))
        if object_id is None and is_the_same and self.has_add_permission(request):
            return self.response_add(request, record)
        if object_id and is_the_same and earlier.version == record.edit_version:
            return self.response_change(request, record)
        return None

    def save_related(self, request, form, formsets, change):
        """Everything is written: ask the rules over several rows, and keep it as a version, or nothing at all."""
        super().save_related(request, form, formsets, change)
        record = self.model.objects.get(pk=form.instance.pk)
        note = form.cleaned_data["version_note"]
        try:
            drop_links_of_lost_parts(record)
            record.check_links()
            if change and form.is_stale:
                raise conflict_of(record, form.cleaned_data["edit_version"])
            workflow.save_revision(record, by=request.user, note=note)
            if "_publish" in request.POST:
                workflow.publish(record, by=request.user, note=note)
        except (ValidationError, PermissionDenied) as error:
            raise Refused(error) from error
        remember_submission(form, record)
        self.message_user(request, standing(self._read(record.pk)))
        self.warn_of_lookalikes(request, record)

    def warn_of_lookalikes(self, request, record):
        """Two records may bear one name, but nobody should make the second unawares."""
        if others := list(lookalikes(record)[:MOST_NAMED]):
            named = ((admin_url(other), other.title, other.identifier) for other in others)
            links = format_html_join(", ", '<a href="{}">{} ({})</a>', named)
            says = "The titles look alike: is it the same as {}? This record is {}."
            self.message_user(request, format_html(says, links, record.identifier), messages.WARNING)

    def response_add(self, request, obj, post_url_continue=None):
        if "_publish" in request.POST:
            return redirect(admin_url(obj))
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return (
            redirect(admin_url(obj)) if "_publish" in request.POST else super().response_change(request, obj)
        )

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        may_change = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        context["may_save_and_publish"] = (
            may_change
            and self.has_publish_permission(request)
            and (obj is None or obj.public_state in ("", State.PUBLISHED))
        )
        if obj is not None:
            refusal = getattr(request, "refusal", None)
            context["standing"] = standing(obj)
            context["steps"] = self.steps_for(request, obj)
            context["conflict"] = refusal and refusal.conflict
            if context["adminform"].form.is_stale and not context["conflict"]:
                context["newer"] = newest_revision(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    # Workflow

    def get_urls(self):
        def named(route, view, action, **kwargs):
            name = f"{self.opts.app_label}_{self.opts.model_name}_{action}"
            return path(route, self.admin_site.admin_view(view), kwargs, name=name)

        steps = [named(f"<int:pk>/{step.name}/", self.step_view, step.name, step=step) for step in STEPS]
        version = "<int:pk>/versions/<int:number>/"
        return [
            *steps,
            named(version, self.version_view, "version"),
            named(f"{version}revert/", self.revert_view, "revert"),
            *super().get_urls(),
        ]

    def steps_for(self, request, record):
        """(step, address) of what this person can do with this record now."""
        return [
            (step, admin_url(record, step.name))
            for step in STEPS
            if step.fits(record)
            and self.has_change_permission(request, record)
            and request.user.has_perm(f"records.{step.permission}_record")
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def step_view(self, request, pk, step):
        """The page of one step, which asks what it needs to know; only POST takes the step."""
        record = self._open(request, pk, "change")
        form, status = step(request.POST if request.method == "POST" else None, record=record), 200
        if form.is_bound and form.is_valid():
            try:
                with transaction.atomic():
                    workflow.take_turn()  # before anything is locked
                    refuse_stale(record, request.POST.get("edit_version"))
                    form.take(record, by=request.user)
                    self.log_change(request, record, f"{step.title}.")
            except PermissionDenied as denied:
                form.add_error(None, str(denied))
                status = 403
            except ValidationError as error:
                form.add_error(None, ValidationError(error.messages))
                status = 409
            else:
                self.message_user(request, f"{record} {step.done}", messages.SUCCESS)
                return redirect(admin_url(record))
        published = record.published_revision
        context = self._context(request, record) | {
            "title": f"{step.title}: {record}",
            "step": step,
            "form": form,
            "named_by": Record.objects.filter(pk__in=named_by(record)) if step.on_names else [],
            "differences": differences(record.kind, document_of(published), working_document(record))
            if step.shows_differences and published
            else [],
        }
        return TemplateResponse(request, "admin/records/step.html", context, status=status)

    # History

    @method_decorator(require_safe)
    def history_view(self, request, object_id, extra_context=None):
        """Every version, with what it changed."""
        try:
            record = self._open(request, int(object_id), "view")
        except ValueError as error:
            raise Http404 from error
        paginator = Paginator(record.revisions.select_related("saved_by"), VERSIONS_ON_A_PAGE)
        page = paginator.get_page(request.GET.get("p"))
        revisions = list(page)
        earlier = record.revisions.filter(number__lt=revisions[-1].number).first() if revisions else None
        context = self._context(request, record) | {
            "title": f"History of {record}",
            "page": page,
            "versions": [
                (revision, before, differences(record.kind, document_of(before), document_of(revision)))
                if before
                else (revision, None, [])
                for revision, before in zip(revisions, [*revisions[1:], earlier], strict=False)
            ],
        }
        return TemplateResponse(request, "admin/records/history.html", context)

    @method_decorator(require_safe)
    def version_view(self, request, pk, number):
        """One version in full, and what differs from any other one."""
        record = self._open(request, pk, "view")
        revision = get_object_or_404(record.revisions.select_related("saved_by"), number=number)
        others = record.revisions.exclude(number=number)
        given = request.GET.get("than", "")
        if given.isascii() and given.isdecimal() and len(given) < 10:
            other = get_object_or_404(others, number=int(given))
        else:
            other = others.filter(number__lt=number).first()
        context = self._context(request, record) | {
            "title": f"Version {number} of {record}",
            "revision": revision,
            "fields": fields_in_words(record.kind, document_of(revision)),
            "other": other,
            "numbers": others.values_list("number", flat=True),
            "differences": differences(record.kind, document_of(other), document_of(revision))
            if other
            else [],
        }
        return TemplateResponse(request, "admin/records/version.html", context)

    @method_decorator(require_POST)
    def revert_view(self, request, pk, number):
        """Load a version back into the working copy; nothing public moves."""
        record = self._open(request, pk, "change")
        revision = get_object_or_404(record.revisions, number=number)
        try:
            with transaction.atomic():
                workflow.revert(record, revision, by=request.user)
                self.log_change(request, record, f"Back to version {number}.")
        except (ValidationError, DocumentError) as error:
            reason = " ".join(error.messages) if isinstance(error, ValidationError) else str(error.detail)
            self.message_user(request, f"Version {number} cannot be loaded back: {reason}", messages.ERROR)
            return redirect(admin_url(record, "history"))
        now = self._read(pk)
        self.message_user(request, f"Back to what version {number} said. {standing(now)}", messages.SUCCESS)
        return redirect(admin_url(record))

    def _read(self, pk):
        rows = self.model.objects.select_related("published_revision", "successor")
        return get_object_or_404(rows, pk=pk)

    def _open(self, request, pk, action):
        """The record, for those who may view or change it; others are told that they may not."""
        record = self._read(pk)
        allowed = {"view": self.has_view_or_change_permission, "change": self.has_change_permission}
        if not allowed[action](request, record):
            raise PermissionDenied
        return record

    def _context(self, request, record):
        return self.admin_site.each_context(request) | {
            "opts": self.opts,
            "original": record,
            "standing": standing(record),
            "has_change_permission": self.has_change_permission(request, record),
        }


def document_of(revision):
    return json.loads(revision.document)


def newest_revision(record):
    return record.revisions.select_related("saved_by").filter(number=record.edit_version).first()


def conflict_of(record, seen):
    """Why a form that was opened before somebody else saved is refused: who, when, and both texts."""
    newest = newest_revision(record)
    theirs, mine = document_of(newest), working_document(record)
    base = record.revisions.filter(number=int(seen)).first() if is_key(seen) else None
    start = document_of(base) if base else theirs
    by = newest.saved_by or "a command"
    return Refused(
        f"{by} saved version {newest.number} while you were editing. Nothing of yours was saved, and nothing is lost.",
        conflict={
            "revision": newest,
            "rows": [
                (difference, start.get(difference.name) != theirs.get(difference.name))
                for difference in differences(record.kind, theirs, mine)
            ],
        },
    )


def refuse_stale(record, seen):
    """A step is taken with the version that its page showed, or not at all."""
    now = Record.objects.select_for_update().get(pk=record.pk)
    if seen != str(now.edit_version):
        raise workflow.WorkflowError(
            f"Version {now.edit_version} was saved while this page was open. Nothing was done: look at it again."
        )


def remember_submission(form, record):
    """Keep which form this was, for as long as it may be sent again; the database refuses the second of two."""
    Submission.objects.filter(saved_at__lt=timezone.now() - SUBMISSIONS_KEPT).delete()
    if nonce := form.cleaned_data["submission"]:
        Submission.objects.filter(nonce=nonce, record=record.pk).delete()
        version = Record.objects.values_list("edit_version", flat=True).get(pk=record.pk)
        Submission.objects.create(
            nonce=nonce, digest=digest_of(form.data), record_id=record.pk, version=version
        )


def drop_links_of_lost_parts(record):
    """The sources and relations of a part go with it."""
    keys = [key for part in parts_of(type(record)) for key in part.keys_of(record)]
    for model in (Citation, Relation):
        model.objects.filter(record=record).exclude(part__in=["", *keys]).delete()


@admin.register(Record)
class AllRecordsAdmin(ListOfRecords):
    """One list over all kinds: what is overdue, what waits to be published, and every search for a record."""

    list_display = ("kind_label", "identifier", "linked_title", *ListOfRecords.list_display[2:])
    list_display_links = None
    list_filter = (KindFilter, PublicFilter, "state", ReviewFilter, "lens", "provenance", "verified")

    @admin.display(description="Kind", ordering="kind_name")
    def kind_label(self, record):
        return kinds_by_name()[record.kind_name].label

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


# Sources and tags: shared by records, whose documents name them


class SharedAdmin(Naming, admin.ModelAdmin):
    """A row that many records use: changing it is a new version of each of them."""

    show_full_result_count = False

    def users(self, obj):
        """The records that use this row."""
        raise NotImplementedError

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, same(search_term))

    @admin.display(description="Used by")
    def used_by(self, obj):
        rows = ((admin_url(record), record) for record in self.users(obj))
        return format_html_join("", '<a class="used-by" href="{}">{}</a>', rows) or "No record."

    @admin.display(description="Records", ordering="uses")
    def uses(self, obj):
        return obj.uses

    def get_readonly_fields(self, request, obj=None):
        return ("used_by",) if obj else ()

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change and form.has_changed():
            for record in self.users(form.instance):
                workflow.save_revision(record, by=request.user, note=f"{self.opts.verbose_name} changed")


@admin.register(Source)
class SourceAdmin(SharedAdmin):
    list_display = ("title_or_address", "url", "uses")
    ordering = ("title", "url")
    search_fields = ("words",)

    @admin.display(description="Title", ordering="title")
    def title_or_address(self, source):
        return source.title or source.url

    def get_fields(self, request, obj=None):
        return ("url", "title", *self.get_readonly_fields(request, obj))

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(uses=Count("citations__record", distinct=True))

    def users(self, source):
        return Record.objects.filter(citations__source=source).distinct()


@admin.register(Tag)
class TagAdmin(SharedAdmin):
    list_display = ("name", "uses")
    ordering = ("name",)
    search_fields = ("key",)

    def get_fields(self, request, obj=None):
        return ("name", *self.get_readonly_fields(request, obj))

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(uses=Count("taggings"))

    def users(self, tag):
        return Record.objects.filter(taggings__tag=tag)

    def has_delete_permission(self, request, obj=None):
        """A tag in use is taken off its records first."""
        return obj is not None and obj.uses == 0 and super().has_delete_permission(request, obj)
