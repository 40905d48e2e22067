"""The back-office: what the admin of every kind shares, and the pages for sources, tags and all records."""

from datetime import timedelta
from itertools import chain

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import Q, prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.module_loading import import_string
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.exceptions import ValidationError as DocumentError
from taggit import admin as taggit_admin

from media4sec.letters import lookalike
from media4sec.records import policy, waiting, workflow
from media4sec.records.admin.comments import Commenting, told_of_comments
from media4sec.records.admin.form_page import LongForm
from media4sec.records.admin.hints import hints_for
from media4sec.records.admin.history import (
    NotSaved,
    audit_of,
    document_of,
    merge_newer,
    name_authors,
    newest_revision,
    place_of,
    refuse_stale,
    review_of,
)
from media4sec.records.admin.imports import Importing
from media4sec.records.admin.inlines import CitationInline, FileInline, Naming
from media4sec.records.admin.lists import (
    ListOfRecords,
    MissingFilter,
    PublicFilter,
    ReviewFilter,
    State,
    address_for,
    admin_url,
    files_at,
    standing,
)
from media4sec.records.admin.unsaved import KeepsText
from media4sec.records.comments import by_field, open_threads
from media4sec.records.contacts import told_of_contacts
from media4sec.records.differences import differences, fields_in_words
from media4sec.records.documents.reading import working_document, writer
from media4sec.records.files.storing import look_at
from media4sec.records.finding import nearly_called
from media4sec.records.forms import (
    RecordForm,
    digest_of,
    fields_in_order,
    new_nonce,
    own_fields,
    relations_in,
)
from media4sec.records.models import Citation, Record, Relation, Submission, lookalikes, parts_of
from media4sec.records.policy import Right
from media4sec.records.references import named_by
from media4sec.records.step_forms import RECORD_STEPS, recheck_in_words
from media4sec.records.unsaved import forget_sent, typed_again, typing_now, unsaved_in
from media4sec.stored import addressed, file_answer

VERSIONS_ON_A_PAGE, STEPS_SHOWN = 20, 50
SUBMISSIONS_KEPT = timedelta(days=30)
USES_SHOWN = 20  # of the records that name one, on its page
# Buttons that lead to the record's own page or to that of a step, which say themselves what is to be noticed.
STAYS = {"_continue", *(f"_{step.name}" for step in RECORD_STEPS)}
MOST_NAMED = 5  # other records that look like this one

admin.site.unregister(taggit_admin.Tag)  # its own table of tags, which we do not use


class RecordAdmin(LongForm, KeepsText, Commenting, Importing, Naming, ListOfRecords):
    """The admin of a kind, whose own fields come from its document; a kind adds filters and its parts."""

    form = RecordForm
    change_form_template = "admin/records/change_form.html"
    actions = (*ListOfRecords.actions, *Importing.actions)
    own_fieldsets = ()  # (title, fields); without it, all of the kind's own fields under its name

    identity = ("identifier", "slug", "title", "summary", "lens")
    checking = ("provenance", "verified", "verified_basis", "checked_on", "newest_source_on", "review_due")
    notes = ("notes", "tags", "owner")

    def get_list_filter(self, request):
        return [
            *(PublicFilter, "state", ReviewFilter, MissingFilter, *self.list_filter),
            *("lens", "provenance", "verified"),
        ]

    def get_fieldsets(self, request, obj=None):
        kind = self.model.kind
        own = self.own_fieldsets or (
            [(kind.names.one, own_fields(kind.name))] if own_fields(kind.name) else []
        )
        groups = [
            ("Identity", self.identity),
            *own,
            ("Provenance and checking", self.checking),
            ("Notes, tags and owner", self.notes),
            ("This version", ("version_note",)),
        ]
        return [(title, {"fields": fields}) for title, fields in groups]

    def get_readonly_fields(self, request, obj=None):
        """Who is responsible is said when a record is made; only a portal administrator changes it later."""
        has_choice = bool(policy.owners_for(request.user, Right.WRITE) - {policy.OFFICE})
        may_choose = has_choice and obj is None and not self.model.kind.is_editorial
        settled = () if may_choose or policy.is_everybody(request.user) else ("owner",)
        return ("identifier", *settled) if obj else settled

    def has_add_permission(self, request):
        return policy.may_add(request.user, self.model.kind)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "owner":
            return self.owner_field(db_field, request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name in self.model.kind.recommended:
            field.label = f"{field.label} (recommended)"
        return field

    def owner_field(self, db_field, user):
        """The partners for whom somebody may write; with one only, nothing is to be chosen."""
        field = db_field.formfield()
        if policy.is_everybody(user):
            return field
        owners = policy.owners_for(user, Right.WRITE)
        field.queryset = field.queryset.filter(pk__in=owners - {policy.OFFICE})
        field.required = policy.OFFICE not in owners
        if field.required and len(owners) == 1:
            field.initial = next(iter(owners))
        return field

    def save_model(self, request, obj, form, change):
        """A record changes hands by a step of its own."""
        owner = obj.owner
        if change and "owner" in form.changed_data:
            obj.owner_id = form.initial["owner"]
        super().save_model(request, obj, form, change)
        if change and "owner" in form.changed_data:
            workflow.give(obj, owner, by=request.user)

    def get_inlines(self, request, obj):
        return [*self.inlines, FileInline, CitationInline]

    def get_form(self, request, obj=None, change=False, **kwargs):
        roles = relations_in(writer(self.model.kind.name), self.admin_site)
        form = type(self.form)("Form", (self.form,), {"user": request.user, **roles})
        made = super().get_form(request, obj, change, form=form, **kwargs)
        made.refusal = getattr(request, "refusal", None)
        made.hints = hints_for(self.model.kind.name)
        return made

    def get_object(self, request, object_id, from_field=None):
        """The record with what it names; about to be saved, it is locked before anything of it is used."""
        record = super().get_object(request, object_id, from_field)
        if record is not None and request.method == "POST":
            Record.objects.select_for_update(no_key=True).get(pk=record.pk)
            record.refresh_from_db()
        if record is not None:
            prefetch_related_objects([record], *fields_in_order(self.model))
        return record

    def view_on_site(self, record):
        return record.url if record.public_state == State.PUBLISHED else None

    # Saving

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":  # reading takes no lock
            return super().changeform_view(request, object_id, form_url, extra_context)
        request.refusal = response = None
        if policy.may_somewhere(request.user, Right.WRITE):
            for upload in request.FILES.values():  # now, as nobody else can save while the transaction lasts
                upload.ready = look_at(upload)
        try:
            with transaction.atomic():
                response = self.sent_before(request, object_id) or super().changeform_view(
                    request, object_id, form_url, extra_context
                )
            if response.status_code != 200:
                return response
        except NotSaved as refused:
            request.refusal = refused
        except IntegrityError:
            request.refusal = NotSaved(
                "Somebody saved the same identifier or row a moment ago. Nothing was saved: please save again."
            )
        try:
            answer = self.sent_before(
                request, object_id
            )  # the same form was pressed twice: the other was quicker
        except NotSaved as refused:
            request.refusal, answer = refused, None
        if answer or not request.refusal:
            return answer or response
        request.POST = request.POST.copy()
        if request.refusal.conflict:  # whoever saves again has seen where both texts collide
            request.POST["answered"] = str(request.refusal.conflict["revision"].number)
        request.POST["submission"] = new_nonce()  # and means another record, if this was a new one
        return super().changeform_view(request, object_id, form_url, extra_context)

    def sent_before(self, request, object_id):
        """The answer to a form that was saved already; what was typed since then makes it a new form."""
        nonce = request.POST.get("submission", "")
        earlier = Submission.objects.filter(nonce=nonce).first() if nonce.isprintable() else None
        record = earlier and self.get_queryset(request).filter(pk=earlier.record_id).first()
        if record is None or object_id not in (None, str(record.pk)):
            return None
        is_the_same = earlier.digest == digest_of(request.POST, request.FILES)
        if is_the_same:
            forget_sent(request)
        if object_id is None and not is_the_same:
            link = format_html('<a href="{}">{}</a>', admin_url(record), record)
            says = "This form was saved already, as {}. Save again if you mean another record beside it."
            raise NotSaved(format_html(says, link))
        if object_id is None and is_the_same and self.has_add_permission(request):
            return self.response_add(request, record)
        if object_id and is_the_same and earlier.version == record.edit_version:
            return self.response_change(request, record)
        return None

    def save_related(self, request, form, formsets, change):
        """Everything is written: ask the rules over several rows, and keep it as a version, or nothing at all."""
        super().save_related(request, form, formsets, change)
        record = self.model.objects.get(pk=form.instance.pk)
        note, told = form.cleaned_data["version_note"], ""
        try:
            drop_links_of_lost_parts(record)
            record.check_links()
            if change and form.is_stale:
                told = merge_newer(record, *map(form.cleaned_data.get, ("edit_version", "answered")))
                record = self.model.objects.get(pk=record.pk)
            workflow.save_revision(record, by=request.user, note=note)
        except (ValidationError, DocumentError, PermissionDenied) as error:
            raise NotSaved(error) from error
        remember_submission(form, record)
        if told:
            self.message_user(request, told, messages.WARNING)
        now = self._read(request, record.pk)
        self.message_user(request, standing(now, request.user))
        self.warn_of_lookalikes(request, record, is_new="title" in form.changed_data)
        if not STAYS & request.POST.keys():
            for _, words in contacts_noticed(now):
                self.message_user(request, words, messages.WARNING)

    def warn_of_lookalikes(self, request, record, *, is_new):
        """Two records may bear one name, or nearly, but nobody should make the second unawares."""
        others = list(told_of_lookalikes(request.user, record)[:MOST_NAMED])
        if others := others or (nearly_alike(request.user, record) if is_new else []):
            user = request.user
            named = ((address_for(user, one), policy.title_for(user, one), one.identifier) for one in others)
            links = format_html_join(", ", '<a href="{}">{} ({})</a>', named)
            says = "The titles look alike: is it the same as {}? This record is {}."
            self.message_user(request, format_html(says, links, record.identifier), messages.WARNING)

    def response_add(self, request, obj, post_url_continue=None):
        return self.next_step(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self.next_step(request, obj) or super().response_change(request, obj)

    def next_step(self, request, record):
        """Whoever saves in order to publish or submit comes to the page of that step, which shows what it does."""
        wanted = next((step for step in RECORD_STEPS if f"_{step.name}" in request.POST), None)
        if wanted is None:
            return None
        now = self._read(request, record.pk)
        may = wanted.fits(now) and policy.may(request.user, wanted.right, now)
        return redirect(admin_url(now, wanted.name) if may else admin_url(now))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        may_change = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        may_publish = (
            policy.may(request.user, Right.PUBLISH, obj) if obj else self.has_publish_permission(request)
        )
        is_open = obj is None or obj.public_state in ("", State.PUBLISHED)
        context["saves_and"] = (may_change and is_open and ("publish" if may_publish else "submit")) or ""
        if obj is not None:
            refusal = getattr(request, "refusal", None)
            context["standing"] = standing(obj, request.user)
            context["preview"], context["typing"] = admin_url(obj, "preview"), typing_now(request)
            context["uses"] = uses_of(request.user, obj)
            context |= told_of_comments(obj, request.user, open_threads(obj))
            told = self.admin_site.contributions("notices_on", request, obj)
            context["notices"] = [
                *asked_again(request.user, obj),
                *contacts_noticed(obj),
                *chain.from_iterable(told),
            ]
            context["steps"], context["review"] = self.steps_for(request, obj), review_of(obj)
            context["conflict"] = refusal and refusal.conflict
            if context["adminform"].form.is_stale and not context["conflict"]:
                context["newer"] = newest_revision(obj)
        context["hints"] = context["adminform"].form.hints
        return super().render_change_form(request, context, add, change, form_url, obj)

    # Workflow

    def get_urls(self):
        def named(route, view, action, **kwargs):
            name = f"{self.opts.app_label}_{self.opts.model_name}_{action}"
            return path(route, self.admin_site.admin_view(view), kwargs, name=name)

        steps = [
            named(f"<int:pk>/{step.name}/", self.step_view, step.name, step=step) for step in RECORD_STEPS
        ]
        version = "<int:pk>/versions/<int:number>/"
        return [
            *steps,
            named("<int:pk>/preview/", self.preview_view, "preview"),
            named("<int:pk>/files/<str:digest>/<str:name>", self.file_view, "file"),
            named(version, self.version_view, "version"),
            named(f"{version}revert/", self.revert_view, "revert"),
            *super().get_urls(),
        ]

    def steps_for(self, request, record):
        """(step, address) of what this person can do with this record now."""
        return [
            (step, admin_url(record, step.name))
            for step in RECORD_STEPS
            if step.fits(record) and policy.may(request.user, step.right, record)
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def step_view(self, request, pk, step):
        """The page of one step, which asks what it needs to know; only POST takes the step."""
        record = self._open(request, pk, step.right)
        is_sent, status = request.method == "POST", 200
        form = step(request.POST if is_sent else typed_again(request), record=record, user=request.user)
        if is_sent and form.is_valid():
            try:
                with transaction.atomic():
                    workflow.take_turn()  # before anything is locked
                    refuse_stale(record, request.POST.get("edit_version"))
                    self.log_change(request, record, f"{step.title}.")
                    form.take(record, by=request.user)
                    forget_sent(request)
            except PermissionDenied as denied:
                form.add_error(None, str(denied))
                status = 403
            except ValidationError as error:
                form.add_error(None, ValidationError(error.messages))
                status = 409
            else:
                self.message_user(request, f"{record} {step.done}", messages.SUCCESS)
                return redirect(self.list_url if step.leaves_nothing else admin_url(record))
        published = record.published_revision
        named_by = list(known_to_name(request.user, record)) if step.on_names else []
        threads = open_threads(record) if step.shows_differences else []
        told = []
        if step.shows_differences:
            told = [contacts_noticed(record), *self.admin_site.contributions("notices_on", request, record)]
        context = self._context(request, record) | {
            "title": f"{step.title}: {record}",
            "step": step,
            "form": form,
            "unsaved": unsaved_in(request, form),
            "notices": [*chain.from_iterable(told)],
            "named_by": [policy.name_for(request.user, one) for one in named_by],
            "reach": reach_of(request.user, named_by),
            "differences": differences(record.kind, document_of(published), working_document(record))
            if step.shows_differences and published
            else [],
            "lacking": waiting.lacking(record) if step.shows_differences else [],
            "threads": threads,
            "commented_on": by_field(threads),
        }
        return TemplateResponse(request, "admin/records/step.html", context, status=status)

    @method_decorator(require_safe)
    def preview_view(self, request, pk):
        """What readers would see if the working copy were published now; nothing is written."""
        record = self._open(request, pk, Right.SEE)
        show = import_string(settings.RECORD_PREVIEW)  # pages know no records, and records no pages
        publication, terms = workflow.foreseen(record)
        publication.document = publication.document.replace('"url":"/files/', f'"url":"{files_at(record)}')
        return show(request, publication, terms, back=admin_url(record))

    @method_decorator(require_safe)
    def file_view(self, request, pk, digest, name):
        """A file of the working copy, for those who may see that."""
        record = self._open(request, pk, Right.SEE)
        files = working_document(record).get("files", ())
        found = {url: (stored_as, media_type) for url, stored_as, media_type in addressed(files)}
        url = f"/files/{digest}/{name}"
        answer = file_answer(*found[url], name) if url in found else None
        if answer is None:
            raise Http404("This record has no such file.")
        return answer

    # History

    @method_decorator(require_safe)
    def history_view(self, request, object_id, extra_context=None):
        """Every version, with what it changed."""
        try:
            record = self._open(request, int(object_id), Right.SEE)
        except ValueError as error:
            raise Http404 from error
        paginator = Paginator(record.revisions.select_related("saved_by"), VERSIONS_ON_A_PAGE)
        page = paginator.get_page(request.GET.get("p"))
        revisions = list(page)
        earlier = record.revisions.filter(number__lt=revisions[-1].number).first() if revisions else None
        entries = audit_of(record)
        name_authors(record, revisions)
        for revision in revisions:
            revision.place = place_of(record, revision)
        context = self._context(request, record) | {
            "title": f"History of {record}",
            "page": page,
            "entries": entries[:STEPS_SHOWN],
            "entry_count": entries.count(),
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
        record = self._open(request, pk, Right.SEE)
        revision = get_object_or_404(record.revisions.select_related("saved_by"), number=number)
        name_authors(record, [revision])
        others = record.revisions.exclude(number=number)
        given = request.GET.get("than", "")
        if given.isascii() and given.isdecimal() and len(given) < 10:
            other = get_object_or_404(others, number=int(given))
        else:
            other = others.filter(number__lt=number).first()
        threads = open_threads(record)
        context = self._context(request, record) | {
            "title": f"Version {number} of {record}",
            "revision": revision,
            "fields": fields_in_words(record.kind, document_of(revision)),
            "other": other,
            "numbers": others.values_list("number", flat=True),
            "differences": differences(record.kind, document_of(other), document_of(revision))
            if other
            else [],
            "threads": threads,
            "commented_on": by_field(threads),
        }
        return TemplateResponse(request, "admin/records/version.html", context)

    @method_decorator(require_POST)
    def revert_view(self, request, pk, number):
        """Load a version back into the working copy; nothing public moves."""
        record = self._open(request, pk, Right.WRITE)
        revision = get_object_or_404(record.revisions, number=number)
        try:
            with transaction.atomic():
                workflow.revert(record, revision, by=request.user)
                self.log_change(request, record, f"Back to version {number}.")
        except (ValidationError, DocumentError) as error:
            reason = " ".join(error.messages) if isinstance(error, ValidationError) else str(error.detail)
            self.message_user(request, f"Version {number} cannot be loaded back: {reason}", messages.ERROR)
            return redirect(admin_url(record, "history"))
        now = self._read(request, pk)
        self.message_user(
            request, f"Back to what version {number} said. {standing(now, request.user)}", messages.SUCCESS
        )
        return redirect(admin_url(record))

    @property
    def list_url(self):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def _read(self, request, pk):
        rows = self.get_queryset(request).select_related("published_revision", "successor")
        return get_object_or_404(rows, pk=pk)

    def _open(self, request, pk, right):
        """The record, for those who have this right; who may see it is told, for others it is not there."""
        record = self._read(request, pk)
        policy.require(request.user, right, record)
        return record

    def _context(self, request, record):
        return self.admin_site.each_context(request) | {
            "opts": self.opts,
            "original": record,
            "standing": standing(record, request.user),
            "preview": admin_url(record, "preview"),
            "review": review_of(record),
            "has_change_permission": self.has_change_permission(request, record),
        }


def told_of_lookalikes(user, record):
    """Those that look like this record; of other teams only where the title is the one that the public knows."""
    others, own = lookalikes(record), policy.own(user)
    return (
        others if own is None else others.filter(own | Q(public_state=State.PUBLISHED, state=State.PUBLISHED))
    )


def nearly_alike(user, record):
    """Those of its kind whose titles, as somebody may know them, are nearly that of this record."""
    of_kind, own = Record.objects.filter(kind_name=record.kind_name).exclude(pk=record.pk), policy.own(user)
    known = {}
    if own is not None:
        titles = of_kind.filter(public_state=State.PUBLISHED).values_list("pk", "public_title")
        known |= {pk: lookalike(title) for pk, title in titles}
    known |= dict((of_kind if own is None else of_kind.filter(own)).values_list("pk", "title_key"))
    near = nearly_called(record.title_key, known)
    found = Record.objects.in_bulk(near)
    return [found[pk] for pk in near]


def known_to_name(user, record):
    """The records that name this one: of other teams those whose public versions do."""
    own, names = policy.own(user), Q(pk__in=named_by(record))
    if own is not None:
        names = names & own | Q(mentions=record.pk, public_state=State.PUBLISHED)
    return Record.objects.filter(names).distinct().order_by("kind_name", "identifier")


def reach_of(user, records):
    """How many of these records are public, and how many of other teams, in words."""
    public = [record for record in records if record.public_state == State.PUBLISHED]
    others = [record for record in records if not policy.may(user, Right.SEE, record)]
    of_others = f", {len(others)} of other teams" if others else ""
    return f"{len(public)} of them public{of_others}." if records else ""


def uses_of(user, record):
    """(how many records somebody may know of that name this one, the first as ``[(address, name)]``)."""
    rows = known_to_name(user, record)
    first = [(address_for(user, one), policy.name_for(user, one)) for one in rows[:USES_SHOWN]]
    return rows.count(), first


def asked_again(user, record):
    """What this record names and has changed since it was looked at, for its page: ``[(address, words)]``."""
    return [
        (address_for(user, one.changed), f"{recheck_in_words(user, one)}: look whether this still holds.")
        for one in record.rechecks.select_related("changed")
    ]


def contacts_noticed(record):
    """How somebody could be reached or recognised by its texts, for its page: ``[(address, words)]``."""
    newest = newest_revision(record)
    found = told_of_contacts(document_of(newest)) if newest else []
    return [(admin_url(record), f"{words} Take it away, unless it belongs to an office.") for words in found]


def remember_submission(form, record):
    """Keep which form this was, for as long as it may be sent again; the database refuses the second of two."""
    Submission.objects.filter(saved_at__lt=timezone.now() - SUBMISSIONS_KEPT).delete()
    if nonce := form.cleaned_data["submission"]:
        Submission.objects.filter(nonce=nonce, record=record.pk).delete()
        version = Record.objects.values_list("edit_version", flat=True).get(pk=record.pk)
        Submission.objects.create(
            nonce=nonce, digest=digest_of(form.data, form.files), record_id=record.pk, version=version
        )


def drop_links_of_lost_parts(record):
    """The sources and relations of a part go with it."""
    keys = [key for part in parts_of(type(record)) for key in part.keys_of(record)]
    for model in (Citation, Relation):
        model.objects.filter(record=record).exclude(part__in=["", *keys]).delete()
