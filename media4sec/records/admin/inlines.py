"""Rows of a form: parts of a record, and its sources."""

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget, RelatedFieldWidgetWrapper
from django.db import models
from django.forms import ChoiceField, SlugField

from media4sec.records import policy
from media4sec.records.admin.lists import files_at
from media4sec.records.documents.fields import CitationField
from media4sec.records.documents.reading import writer
from media4sec.records.fields import TextListField, most_in
from media4sec.records.files.forms import AttachmentForm, AttachmentFormSet
from media4sec.records.forms import (
    CitationForm,
    OrderedFormSet,
    PartForm,
    PartFormSet,
    RecordSelect,
    RecordSelectMultiple,
    RecordsField,
    field_of_parts,
    fields_in_order,
    not_in_the_future,
    part_document,
    part_documents,
    relations_in,
)
from media4sec.records.models import Attachment, Citation
from media4sec.records.policy import Right
from media4sec.texts import Line, Lines, WebAddress, with_counter


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
            formfield.widget.attrs = with_counter(formfield.widget.attrs, most)
        return formfield


class RowInline(Naming, admin.StackedInline):
    """Rows that belong to a record: whoever may change the record may change them."""

    formset = OrderedFormSet
    extra = 1
    field_name = ""  # of the document of the record, which these rows fill

    def has_view_permission(self, request, obj=None):
        return policy.may_open(request.user, Right.SEE, obj)

    def has_add_permission(self, request, obj=None):
        return policy.may_open(request.user, Right.WRITE, obj)

    has_change_permission = has_delete_permission = has_add_permission


class PartInline(RowInline):
    """The parts of a record, with everything that their document has except sources."""

    form = PartForm
    formset = PartFormSet
    key_from = ()

    def __init__(self, *args):
        super().__init__(*args)
        self.fk_name = self.model.record_field

    @property
    def field_name(self):
        return field_of_parts(self.model)

    def get_queryset(self, request):
        single = [field.name for field in self.model._meta.fields if field.many_to_one]
        rows = super().get_queryset(request)
        return rows.select_related(*{*single} - {self.fk_name}).prefetch_related(*fields_in_order(self.model))

    def get_formset(self, request, obj=None, **kwargs):
        roles = relations_in(self.document, self.admin_site)
        form = type(self.form)("Form", (self.form,), {"user": request.user, **roles})
        formset = super().get_formset(request, obj, form=form, **kwargs)
        formset.key_from = self.key_from
        return formset

    def get_fields(self, request, obj=None):
        fields = self.document.fields.items()
        names = [name for name, field in fields if not isinstance(field, CitationField) and name != "key"]
        return [*names, ("key", "position")]

    @property
    def document(self):
        return part_document(self.model)


class FileInline(PartInline):
    """The pictures of a record, and the PDF of the document that it is about."""

    model = Attachment
    form = AttachmentForm
    formset = AttachmentFormSet
    key_from = ("name",)
    verbose_name = "file"
    field_name = "files"

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        taken = "Pictures as PNG, JPEG or WebP"
        if self.parent_model.kind.page.keeps_pdf:
            taken += f", and one PDF of up to {settings.FILE_MOST_PAGES} pages"
        formset.form.base_fields["file"].help_text = (
            f"{taken}; up to {settings.FILE_MOST_MB} MB. Pictures are stored without what cameras note down, "
            "such as the place."
        )
        if obj is not None:
            formset.form.files_at = files_at(obj)
        return formset

    @property
    def document(self):
        return writer(self.parent_model.kind.name).fields["files"].child


class CitationInline(RowInline):
    """The sources of a record and of its parts, in order."""

    model = Citation
    form = CitationForm
    field_name = "sources"
    verbose_name = "source"

    def __init__(self, *args):
        super().__init__(*args)
        if "sources" in self.parent_model.kind.recommended:
            self.verbose_name_plural = "sources (recommended)"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("source")

    def get_fields(self, request, obj=None):
        place = ("part", "locator") if self._parts else ("locator",)
        return ["source", (*place, "dated_on", "accessed_on", "position"), "supports", "title"]

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.kind_name, formset.form.user = self.parent_model.kind.name, request.user
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
