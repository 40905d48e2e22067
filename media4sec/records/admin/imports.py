"""Import and export in the back-office: a file is looked at, its report read, and then applied as a whole."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from media4sec.records import audit, policy
from media4sec.records.forms import is_key
from media4sec.records.importing import reports
from media4sec.records.importing.cells_of import columns_of
from media4sec.records.importing.exporting import csv_of, json_of
from media4sec.records.importing.matching import NEW, SAME
from media4sec.records.importing.planning import UNREAD
from media4sec.records.importing.reading import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, NotRead
from media4sec.records.models import AuditEntry, ImportReport, Record
from media4sec.records.projection import label_of

EARLIER = 20  # reports that the page lists


class ImportForm(forms.Form):
    """A file, and who is responsible for the records that are new in it."""

    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        help_text=f"CSV, XLSX or JSON; up to {MOST_BYTES // 2**20} MB, {MOST_ROWS:,} rows and {MOST_COLUMNS} columns.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.json"}),
        error_messages={"required": "Choose a file."},
    )

    def __init__(self, *args, owner=None, **kwargs):
        super().__init__(*args, **kwargs)
        if owner is not None:
            owner.help_text = "Of records that are new. Those that are there stay with whom they are."
            self.fields["owner"] = owner


class Importing(admin.ModelAdmin):
    """What lists of a kind have for files: a page to import one, and actions that make one of the selected records."""

    change_list_template = "admin/records/list_of_kind.html"
    actions = ("export_csv", "export_json")

    def get_urls(self):
        def named(route, view, action):
            name = f"{self.opts.app_label}_{self.opts.model_name}_{action}"
            return path(route, self.admin_site.admin_view(view), name=name)

        return [
            named("import/", self.import_view, "import"),
            named("import/<int:pk>/", self.import_report_view, "import-report"),
            *super().get_urls(),
        ]

    def page_of(self, report):
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_import-report"
        return reverse(name, args=[report.pk])

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def import_view(self, request):
        """Choose a file; it is looked at, and nothing is written but its report."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        owner = None
        if not self.model.kind.is_editorial:
            owner = self.owner_field(self.model._meta.get_field("owner"), request.user)
        is_sent = request.method == "POST"
        form = ImportForm(request.POST if is_sent else None, request.FILES if is_sent else None, owner=owner)
        if form.is_bound and form.is_valid():
            try:
                return redirect(self.page_of(self._looked_at(request, form.cleaned_data)))
            except NotRead as error:
                for fault in error.faults:
                    form.add_error(
                        "file", f"{fault.place}: {fault.message}" if fault.place else fault.message
                    )
            except reports.NotApplied as error:
                form.add_error(None, str(error))
        context = self.admin_site.each_context(request) | {
            "title": f"Import {self.opts.verbose_name_plural}",
            "opts": self.opts,
            "form": form,
            "columns": self._columns(),
            "earlier": [(report, self.page_of(report)) for report in self._earlier(request)],
        }
        status = 400 if form.errors else 200
        return TemplateResponse(request, "admin/records/import.html", context, status=status)

    def _looked_at(self, request, given):
        file = given["file"]
        if file.size > MOST_BYTES:
            raise NotRead(f"The file has more than {MOST_BYTES // 2**20} MB. Import it in parts.")
        return reports.make(
            self.model.kind, file.name, file.read(), by=request.user, owner=given.get("owner")
        )

    def _columns(self):
        """(field, its label) of all that a table can hold."""
        return [(name, label_of(self.model.kind, name)) for name in columns_of(self.model.kind.name)]

    def _earlier(self, request):
        rows = ImportReport.objects.filter(kind_name=self.model.kind.name).defer("content", "report")
        if not policy.is_everybody(request.user):
            rows = rows.filter(made_by=request.user)
        return rows[:EARLIER]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def import_report_view(self, request, pk):
        """What a file would do; its maker answers questions, and applies it."""
        rows = ImportReport.objects.filter(kind_name=self.model.kind.name)
        report = get_object_or_404(rows, pk=pk)
        if not reports.may_read(request.user, report):
            raise Http404("There is no such report.")
        status = 200
        if request.method == "POST":
            try:
                self._take(request, report)
            except reports.NotApplied as error:
                self.message_user(request, str(error), messages.ERROR)
                status = 409
                report = rows.get(pk=pk)
            except NotRead as error:  # the limits have changed since
                self.message_user(request, str(error), messages.ERROR)
                status = 409
            else:
                return redirect(self.page_of(report))
        context = self.admin_site.each_context(request) | {
            "title": f"Import of {report.file_name}",
            "opts": self.opts,
            "report": report,
            "told": report.report,
            "is_open": report.state != ImportReport.State.APPLIED
            and report.made_by_id == request.user.pk
            and reports.is_kept(report),
            "is_kept": reports.is_kept(report),
            "columns": self._columns(),
            "left_out": UNREAD,
            "others": report.settled.get("rows", {}).get("", ""),
            "there": self._there(report),
            "shown": reports.SHOWN_IN_REPORT,
        }
        return TemplateResponse(request, "admin/records/import_report.html", context, status=status)

    def _there(self, report):
        """The keys of those records of the report that are still there."""
        keys = [row["key"] for row in report.report.get("updated", ())]
        return set(Record.objects.filter(pk__in=keys).values_list("pk", flat=True))

    def _take(self, request, report):
        if "apply" not in request.POST:
            reports.settle(report, by=request.user, fields=self._said(request), rows=_rows_said(request))
            self.message_user(request, "The file was looked at again. Nothing is written yet.")
        elif reports.apply(report, by=request.user):
            says = f"{report.created} made and {report.updated} changed, as drafts that only editors see."
            self.message_user(request, says, messages.SUCCESS)
        else:
            self.message_user(request, "This import was applied before; it was not done again.")

    def _said(self, request):
        """What columns with other names hold."""
        allowed = {*columns_of(self.model.kind.name), UNREAD, ""}
        return {
            name.removeprefix("column-"): value
            for name, value in request.POST.items()
            if name.startswith("column-") and is_key(name.removeprefix("column-")) and value in allowed
        }

    # Export

    @admin.action(description="Export as CSV", permissions=["view"])
    def export_csv(self, request, queryset):
        return self._exported(request, queryset, "csv")

    @admin.action(description="Export as JSON", permissions=["view"])
    def export_json(self, request, queryset):
        return self._exported(request, queryset, "json")

    def _exported(self, request, queryset, suffix):
        records = list(
            Record.objects.filter(pk__in=queryset.values("pk")).order_by("identifier")[: MOST_ROWS + 1]
        )
        if len(records) > MOST_ROWS:
            says = (
                f"A file holds at most {MOST_ROWS:,} records, as many as can be imported again. Select fewer."
            )
            self.message_user(request, says, messages.ERROR)
            return None
        if suffix == "csv":
            content, of_type = (
                csv_of(self.model.kind.name, records),
                "text/csv; charset=utf-8; header=present",
            )
        else:
            content, of_type = json_of(records), "application/json"
        response = HttpResponse(content, content_type=of_type)
        name = f"{self.model.kind.plural}.{suffix}"
        audit.note_account(AuditEntry.Action.EXPORTED, request.user, by=request.user, note=name)
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _rows_said(request):
    """Which rows are a record that is there, and which are new."""
    rows = {
        name.removeprefix("row-"): value
        for name, value in request.POST.items()
        if name.startswith("row-")
        and is_key(name.removeprefix("row-"))
        and (value in (NEW, "") or is_key(value))
    }
    others = request.POST.get("others")
    return rows | ({"": others} if others in (NEW, SAME, "") else {})
