"""The queue of reports in the back-office: what is late stands on top, and each step is a page with a button."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Case, Count, F, When, Window
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from media4sec.corrections.models import Correction
from media4sec.corrections.queue import REPORT_STEPS, may_answer, partners, queue_for
from media4sec.kinds import kinds_by_name
from media4sec.records import policy
from media4sec.records.admin.lists import ForMembers, admin_url
from media4sec.records.admin.start import MOST_ROWS, Row, StartSection
from media4sec.records.forms import is_key
from media4sec.records.models import Record
from media4sec.records.policy import Right
from media4sec.records.unsaved import forget_sent, typed_again, unsaved_in
from media4sec.texts import shown_in_full


class PartnerFilter(admin.SimpleListFilter):
    title = "responsible partner"
    parameter_name = "partner"

    def lookups(self, request, model_admin):
        return [("none", "Nobody named"), *((str(pk), title) for pk, title in partners(request.user))]

    def queryset(self, request, queryset):
        match self.value():
            case None:
                return queryset
            case "none":
                return queryset.filter(owner_id=None)
            case partner:
                return queryset.filter(owner_id=int(partner)) if is_key(partner) else queryset.none()


class DueFilter(admin.SimpleListFilter):
    title = "deadline"
    parameter_name = "due"

    def lookups(self, request, model_admin):
        return [("overdue", "Overdue"), ("open", "Not closed"), ("forget", "Contact to be deleted")]

    def queryset(self, request, queryset):
        match self.value():
            case "overdue":
                return queryset.overdue()
            case "open":
                return queryset.open()
            case "forget":
                return queryset.with_contact_to_forget()


@admin.register(Correction)
class CorrectionAdmin(ForMembers):
    """Reports are read here and answered; nobody writes or changes what somebody else said."""

    list_display = ("receipt", "about", "partner", "category", "state", "due", "received")
    list_filter = (DueFilter, "state", "category", PartnerFilter)
    search_fields = ("receipt", "identifier", "title", "text")
    show_facets = admin.ShowFacets.ALWAYS
    show_full_result_count = False
    actions = None

    def get_queryset(self, request):
        return queue_for(request.user)

    def get_ordering(self, request):
        """Danger first, then what is due first, then what only waits; what is settled comes last."""
        place = Case(
            When(category=Correction.Category.DANGER, due_at__isnull=False, then=0),
            When(due_at__isnull=False, then=1),
            When(state=Correction.State.ACKNOWLEDGED, then=2),
            When(state=Correction.State.ANSWERED, then=3),
            default=4,
        )
        return [place, F("due_at").asc(nulls_last=True), "-received_at"]

    @admin.display(description="About")
    def about(self, correction):
        return about_what(correction)

    @admin.display(description="Partner")
    def partner(self, correction):
        return correction.partner or "Nobody named"

    @admin.display(description="Due", ordering="due_at")
    def due(self, correction):
        return due(correction)

    @admin.display(description="Received", ordering="received_at")
    def received(self, correction):
        return date_format(correction.received_at, "j M Y")

    def has_change_permission(self, request, obj=None):
        if obj is None:
            return policy.may_somewhere(request.user, Right.REVIEW)
        return may_answer(request.user, obj)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return policy.is_everybody(request.user)

    def start_section(self, request):
        """What is not closed of the reports that somebody sees, for their start page. One query."""
        reports = self.get_queryset(request).open().annotate(total=Window(Count("pk")))
        reports = list(reports.order_by(*self.get_ordering(request))[:MOST_ROWS])
        rows = [
            Row(
                reverse("admin:corrections_correction_change", args=[report.pk]),
                about_what(report),
                report.get_category_display(),
                due(report),
                is_urgent=bool(report.due_at and report.due_at <= timezone.now()),
            )
            for report in reports
        ]
        url = reverse("admin:corrections_correction_changelist", query={"due": "open"})
        return StartSection("reports", "Open reports", reports[0].total if reports else 0, url, rows=rows)

    def notices_on(self, request, record):
        """The open reports on a record, for its page: ``[(address, words)]``. One query."""
        reports = self.get_queryset(request).open()
        reports = reports.filter(kind_name=record.kind_name, identifier=record.identifier)
        return [
            (
                reverse("admin:corrections_correction_change", args=[report.pk]),
                format_html("Report {}: {}. {}", report, report.get_category_display(), due(report)),
            )
            for report in reports.order_by(*self.get_ordering(request))[:MOST_ROWS]
        ]

    # One report

    def get_urls(self):
        step = self.admin_site.admin_view(self.step_view)
        return [
            path("<int:pk>/step/<slug:name>/", step, name="corrections_correction_step"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def change_view(self, request, object_id, form_url="", extra_context=None):
        correction = self._open(request, object_id, "view")
        record = Record.objects.filter(pk=correction.record_id).first()
        context = self._context(request, correction) | {
            "title": f"Report {correction.receipt}",
            "due": due(correction),
            "text": shown_in_full(correction.text),
            "record": record,
            "record_url": admin_url(record) if record else "",
            "public_url": record.url if record and record.public_state == Record.State.PUBLISHED else "",
            "steps": [
                (step, reverse("admin:corrections_correction_step", args=[correction.pk, step.name]))
                for step in REPORT_STEPS
                if step.fits(correction) and self.has_change_permission(request, correction)
            ],
            "may_delete": self.has_delete_permission(request, correction),
        }
        return TemplateResponse(request, "admin/corrections/correction.html", context)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def step_view(self, request, pk, name):
        """The page of one step; only POST takes it."""
        correction = self._open(request, pk, "change")
        step = next((step for step in REPORT_STEPS if step.name == name), None)
        if step is None:
            raise Http404
        is_sent, status = request.method == "POST", 200
        form = step(request.POST if is_sent else typed_again(request))
        if is_sent and form.is_valid():
            try:
                with transaction.atomic():
                    form.take(correction, by=request.user)
                    forget_sent(request)
                    self.log_change(request, correction, step.done)
            except ValidationError as error:
                form.add_error(None, error)
                status = 409
            else:
                self.message_user(request, f"{correction.receipt}: {step.done}", messages.SUCCESS)
                return redirect("admin:corrections_correction_change", correction.pk)
        context = self._context(request, correction) | {
            "title": f"{step.title}: report {correction.receipt}",
            "step": step,
            "form": form,
            "unsaved": unsaved_in(request, form),
            "text": shown_in_full(correction.text),
        }
        return TemplateResponse(request, "admin/corrections/step.html", context, status=status)

    def _open(self, request, pk, action):
        """The report, for those who may view or change it."""
        correction = self.get_object(request, str(pk))
        if correction is None:
            raise Http404
        allowed = {"view": self.has_view_or_change_permission, "change": self.has_change_permission}
        if not allowed[action](request, correction):
            raise PermissionDenied
        return correction

    def _context(self, request, correction):
        return self.admin_site.each_context(request) | {
            "opts": self.opts,
            "original": correction,
            "about": about_what(correction),
            "partner": self.partner(correction),
        }


def about_what(correction):
    """What a report is about, in a few words."""
    if not correction.identifier:
        return "The site as a whole"
    kind = kinds_by_name().get(correction.kind_name)
    word = kind.names.one if kind else correction.kind_name
    return f"{word} {correction.identifier}: {correction.title or 'withdrawn'}"


def due(correction):
    """The next deadline in words, and whether it has passed."""
    promises = correction.open_promises()
    if not promises:
        return "Nothing promised is open"
    moment, what = promises[0]
    day = getattr(correction, f"{what}_due")
    when = f"{date_format(day, 'j M Y, H:i')} UTC" if what == "hide" else date_format(day, "j M Y")
    if moment <= timezone.now():
        return format_html("<strong>Overdue:</strong> {} by {}", what, when)
    return f"{what.capitalize()} by {when}"
