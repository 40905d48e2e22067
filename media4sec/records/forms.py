"""The back-office's forms: a record, its parts and its sources, with other records chosen in order."""

import hashlib
import json
import re
import secrets
from datetime import timedelta
from functools import partial
from operator import attrgetter

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from rest_framework.serializers import ListSerializer

from media4sec.kinds import kinds_by_name
from media4sec.letters import slugged
from media4sec.records import policy
from media4sec.records.documents.fields import HEAD, TAIL, AnyReferences, supportable, unsupportable
from media4sec.records.documents.links import links_of, part_key, record_of
from media4sec.records.documents.reading import writer
from media4sec.records.documents.shapes import set_in_order, set_relations, tags_named
from media4sec.records.fields import LARGEST_NUMBERS
from media4sec.records.models import MOST_IN_NOTE, Citation, Record, Relation
from media4sec.records.policy import Right
from media4sec.texts import Line


class ByName:
    """Django's autocomplete, and beside it a plain field for identifiers where no script runs."""

    kind_name = ""  # searches among records of this kind only
    known = ()  # objects that the form has read already, so that showing them asks nothing
    may_add = False  # whoever fills it in may add one; with scripts, there is a button

    @property
    def media(self):
        return super().media + forms.Media(js=["js/admin-select.js"])

    def get_url(self):
        return super().get_url() + (f"?kind={self.kind_name}" if self.kind_name else "")

    def optgroups(self, name, value, attrs=None):
        """The chosen objects as options, in their order."""
        chosen = [str(one) for one in value if is_key(one)]
        found = {str(obj.pk): obj for obj in self.known}
        if not found.keys() >= set(chosen):
            found = {str(obj.pk): obj for obj in self.choices.queryset.filter(pk__in=chosen)}
        options = [
            self.create_option(name, key, self.choices.field.label_from_instance(found[key]), True, index)
            for index, key in enumerate(chosen)
            if key in found
        ]
        if not self.is_required and not self.allow_multiple_selected:
            options.insert(0, self.create_option(name, "", "", False, 0))
        return [(None, options, 0)]

    def value_from_datadict(self, data, files, name):
        chosen = super().value_from_datadict(data, files, name)
        text = data.get(f"{name}-named", "")
        texts = text.replace(",", " ").split() if self.allow_multiple_selected else [text.strip(" ,")]
        named = [self.find(one) for one in texts if one]
        if self.allow_multiple_selected:
            return [one if is_key(one) else f"“{one}”" for one in chosen or ()] + named
        return named[0] if named else chosen if not chosen or is_key(chosen) else f"“{chosen}”"

    def find(self, text):
        """The key of what an editor typed; what is not found stays, in quotation marks, for the error message."""
        model = self.choices.queryset.model
        if issubclass(model, Record):
            kind_name, _, identifier = text.rpartition(":")
            given = {"identifier": identifier}
            if model is Record and not self.kind_name:
                given["kind_name"] = kind_name
        else:
            given = {model.name_field: model.name_of(text)}
        key = self.choices.queryset.filter(**given).values_list("pk", flat=True).first()
        return str(key) if key else f"“{text}”"

    def render(self, name, value, attrs=None, renderer=None):
        model = self.choices.queryset.model
        if not issubclass(model, Record):
            hint = f"Or give the {model.name_in_words} of a {model._meta.verbose_name} that is known already"
        elif model is Record and not self.kind_name:
            hint = "Or type kind and identifier, such as technology:T-012"
        else:
            hint = "Or type the identifier"
        texts = value if isinstance(value, (list, tuple)) else [value]
        plain = '<label class="by-name">{}{} <input type="text" name="{}-named" value="{}"></label>'
        return format_html(
            "{}<noscript>" + plain + "{}</noscript>",
            super().render(name, value, attrs, renderer),
            hint,
            "; several with spaces between." if self.allow_multiple_selected else ".",
            name,
            " ".join(str(text).strip("“”") for text in texts if text and not is_key(text)),
            self.way_to_add(model) if self.may_add else "",
        )

    def way_to_add(self, model):
        """A page of its own, so that what is typed here stays here."""
        opts = model._meta
        url = reverse(f"admin:{opts.app_label}_{opts.model_name}_add")
        link = '<a class="by-name" href="{}" target="_blank" rel="noopener">Add a new {} on a page of its own</a>'
        return format_html(link, url, opts.verbose_name)


def not_in_the_future(day):
    """What was done was done by today, wherever the editor is: the day begins first at UTC+14."""
    if day > (timezone.now() + timedelta(hours=14)).date():
        raise ValidationError("This day lies in the future.")


def is_key(value):
    """True for what may be a primary key: a number that every database can look up."""
    text = str(value)
    return text.isascii() and text.isdecimal() and len(text) < 19


class RecordSelect(ByName, AutocompleteSelect):
    pass


class RecordSelectMultiple(ByName, AutocompleteSelectMultiple):
    pass


class RecordsField(forms.ModelMultipleChoiceField):
    """Several records, in the order in which they were chosen."""

    default_error_messages = {"invalid_pk_value": "There is no such record: %(pk)s."}

    def clean(self, value):
        found = {str(obj.pk): obj for obj in super().clean(value)}
        return [found[key] for key in dict.fromkeys(map(str, value or ()))]


class RelationsField(RecordsField):
    """The records that a record, or a part of it, names in one role."""

    def __init__(self, role, target, admin_site, label):
        queryset = Record.objects.filter(kind_name=target) if target else Record.objects.all()
        widget = RecordSelectMultiple(Relation._meta.get_field("target"), admin_site)
        widget.kind_name = target
        super().__init__(queryset, widget=widget, required=False, label=label)
        self.role = role


def relations_in(document, admin_site):
    """A form field for each role that a document knows; they stand in forms like the model's own fields."""
    kinds = kinds_by_name()
    return {
        name: RelationsField(
            field.role,
            field.target,
            admin_site,
            kinds[field.target].names.many if field.target == name else name.replace("_", " ").capitalize(),
        )
        for name, field in document.fields.items()
        if isinstance(field, AnyReferences)
    }


def fields_in_order(model):
    """Prefetches of a model's many-to-many fields, each in the order in which the document gives it."""
    return [
        models.Prefetch(
            field.name,
            # The table that links is part of the query that prefetches, without an alias.
            field.related_model._base_manager.extra(
                order_by=[f"{field.remote_field.through._meta.db_table}.id"]
            ),
        )
        for field in model._meta.many_to_many
        if isinstance(field, models.ManyToManyField) and field.editable
    ]


class NamingForm(forms.ModelForm):
    """A form for what names other records: by the model's own fields, or by relations.

    Somebody chooses among what they may name; what is named already stays.
    """

    user = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, RelationsField) and self.instance.pk:
                rows = links_of(self.instance).relations.get((part_key(self.instance), field.role), ())
                self.initial[name] = [row.target for row in rows]
            if isinstance(field, forms.ModelChoiceField):
                offer(field, self.user, self.initial.get(name))
            widget = getattr(field.widget, "widget", field.widget)  # within the admin's wrapper
            if isinstance(widget, RecordSelectMultiple):
                given = self.initial.get(name) or ()  # of a new record, what the address says
                widget.known = [one for one in given if isinstance(one, models.Model)]
            elif isinstance(widget, RecordSelect) and self.initial.get(name) and self.instance.pk:
                widget.known = [getattr(self.instance, name)]

    def _save_m2m(self):
        super()._save_m2m()
        self.instance.has_no_links_yet = False
        for name, field in self.fields.items():
            if isinstance(field, RelationsField):
                record = record_of(self.instance)
                set_relations(record, part_key(self.instance), field.role, self.cleaned_data[name])
            elif isinstance(field, RecordsField):
                set_in_order(self.instance, name, self.cleaned_data[name])


def offer(field, user, named=None):
    """Offer what somebody may name, by the names that they may know, beside what is named already."""
    model, widget = field.queryset.model, getattr(field.widget, "widget", field.widget)
    if isinstance(widget, ByName) and model is not Record:
        kind = getattr(model, "kind", None)
        widget.may_add = policy.may_add(user, kind) if kind else policy.may_somewhere(user, Right.WRITE)
    if issubclass(model, Record):
        listed = named if isinstance(named, (list, tuple)) else [named]
        also = [getattr(one, "pk", one) for one in listed if one]
        field.queryset = policy.nameable(user, field.queryset, also)
        field.label_from_instance = partial(policy.name_for, user)
    elif hasattr(model, "users_path"):
        field.queryset = policy.knowable(user, field.queryset)


NONCE_LENGTH = 40
OPENED_FIELD = "unsaved"  # of a form: the signed note of who opened it (unsaved.py)
PROOFS = ("csrfmiddlewaretoken", OPENED_FIELD)  # are new each time a form is opened, and say nothing


def new_nonce():
    """The name of one opened form."""
    return secrets.token_urlsafe(16)


def digest_of(data, files):
    """What tells whether a form that is sent again says the same."""
    sent = sorted((name, values) for name, values in data.lists() if name not in PROOFS)
    for name, upload in sorted(files.items()):
        upload.seek(0)
        sent.append((name, [hashlib.file_digest(upload, "sha256").hexdigest()]))
    return hashlib.sha256(json.dumps(sent).encode()).hexdigest()


def remark(label, help_text="For colleagues; stands in the history."):
    """A line of one's own words, which may be left out."""
    widget = forms.TextInput(attrs={"class": "vLargeTextField"})
    return Line(label=label, max_length=MOST_IN_NOTE, required=False, help_text=help_text, widget=widget)


def with_hint(help_text, hint):
    """The help of a field, and after it what the editorial office adds."""
    return format_html('{} <span class="hint">{}</span>', help_text, hint)


class RecordForm(NamingForm):
    """The working copy of a record; it knows which version the editor saw when opening it, and which form it is."""

    submission = forms.CharField(widget=forms.HiddenInput, required=False, max_length=NONCE_LENGTH)
    edit_version = forms.CharField(widget=forms.HiddenInput, required=False)
    answered = forms.CharField(
        widget=forms.HiddenInput, required=False
    )  # the version whose collisions were shown
    version_note = remark("What changed, and why")

    refusal = None  # why saving was refused, when the whole form is shown once more
    hints = {}  # what the editorial office says beside fields: {name: text}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.asked_by = self.user
        self.instance.kind_name = self.instance.kind.name  # so that the identifier is checked within its kind
        self.initial["edit_version"] = self.instance.edit_version
        self.initial["submission"] = new_nonce()
        for name in self.hints.keys() & self.fields.keys():
            self.fields[name].help_text = with_hint(self.fields[name].help_text, self.hints[name])

    def _save_m2m(self):
        if "tags" in self.cleaned_data:
            self.cleaned_data["tags"] = tags_named(self.cleaned_data["tags"], self.instance.owner_id)
        super()._save_m2m()

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - {"kind_name"}

    @property
    def is_stale(self):
        """True if somebody saved the record after this form was opened."""
        return self.is_bound and self["edit_version"].data != str(self.instance.edit_version)

    def clean(self):
        cleaned = super().clean()
        if "review_due" not in self.changed_data and self.instance.has_derived_review:
            cleaned["review_due"] = None  # follows the day of the check once more
        for name, errors in getattr(self.refusal, "by_field", {}).items():
            self.add_error(name if name in self.fields else None, errors)
        return cleaned


class CitationForm(NamingForm):
    """A source of a record, or of one of its parts: what it supports is there."""

    kind_name = ""  # the kind of the record, set by the inline

    def clean_supports(self):
        names = Citation._meta.get_field("supports").to_python(self.cleaned_data["supports"])
        is_of_part = bool(self.cleaned_data.get("part"))
        documents = part_documents(self.kind_name) if is_of_part else [writer(self.kind_name)]
        known = set().union(*map(supportable, documents))
        if wrong := unsupportable(known, names):
            raise ValidationError(wrong)
        return names


class PartForm(NamingForm):
    """A part of a record: its key is given once and then stays, as sources and links go by it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            self.fields["key"].required = False
            self.fields["key"].disabled = self.instance.pk is not None
            self.fields["key"].help_text = (
                "Names the part in addresses; stays." if self.instance.pk else "Left empty, one is made."
            )


class OrderedFormSet(BaseInlineFormSet):
    """Rows that keep the order of their positions; a new one without a position goes to the end.

    A row that somebody else took away since the form was opened is a new one, so that what it says can be merged.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_bound:
            self._renew_lost_rows()

    def _renew_lost_rows(self):
        """Put those whose number the database does not know any more behind the others, without it."""
        there = {str(row.pk) for row in self.get_queryset()}
        name_of_count, pk_name = f"{self.prefix}-INITIAL_FORMS", self.model._meta.pk.name
        given = self.data.get(name_of_count, "")
        count = int(given) if is_key(given) else 0
        keys = [
            self.data.get(f"{self.prefix}-{n}-{pk_name}", "") for n in range(min(count, self.absolute_max))
        ]
        lost = [n for n, key in enumerate(keys) if is_key(key) and key not in there]
        if not lost or count > self.absolute_max:
            return
        stay = [n for n in range(count) if n not in lost]
        places = {str(n): place for place, n in enumerate([*stay, *lost])}
        of_row = re.compile(rf"{re.escape(self.prefix)}-(\d+)-(.+)", re.DOTALL)
        sent, self.data = self.data, QueryDict(mutable=True)
        chosen, self.files = self.files, MultiValueDict()
        for old, new in ((sent, self.data), (chosen, self.files)):
            for name, values in old.lists() if old else ():
                row = of_row.fullmatch(name)
                if row is None or row[1] not in places:
                    new.setlist(name, values)
                elif row[2] != pk_name or int(row[1]) in stay:
                    new.setlist(f"{self.prefix}-{places[row[1]]}-{row[2]}", values)
        self.data[name_of_count] = str(len(stay))

    def total_form_count(self):
        """As many as were sent, whatever number the form claims: each row takes time, also one that is not there."""
        count = super().total_form_count()
        if not self.is_bound:
            return count
        of_row = re.compile(rf"{re.escape(self.prefix)}-(\d+)-")
        return min(count, len({row[1] for name in (*self.data, *self.files) if (row := of_row.match(name))}))

    def get_queryset(self):
        rows = super().get_queryset()
        for row in rows:
            setattr(row, self.fk.name, self.instance)
        return rows

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["position"].required = False
        if not form.instance.pk:
            form.initial["position"] = None

    @property
    def kept(self):
        return [
            form
            for form in self.forms
            if (form.instance.pk or form.has_changed()) and not self._should_delete_form(form)
        ]

    def clean(self):
        super().clean()
        last = max((form.instance.position or 0 for form in self.kept if form.instance.pk), default=-1)
        for form in self.kept:
            if form.instance.position is None or (not form.instance.pk and not form["position"].data):
                last = min(
                    last + 1, LARGEST_NUMBERS["PositiveIntegerField"]
                )  # level rows stay in the order of their keys
                form.instance.position = last


class PartFormSet(OrderedFormSet):
    """The parts of a record, each with a key of its own."""

    key_from = ()  # what a key is made from, as attributes of the part

    def clean(self):
        super().clean()
        taken = set()
        for form in self.kept:
            if form.instance.key in taken:
                raise ValidationError(f"The key {form.instance.key} stands here twice.")
            taken |= {form.instance.key} - {""}
        for form in self.kept:
            if not form.instance.key:
                values = (str(attrgetter(name)(form.instance)) for name in self.key_from)
                stem = slugged("-".join(values)) or form.instance._meta.model_name
                form.instance.key = free_key(stem, taken)
                taken.add(form.instance.key)


def free_key(stem, taken):
    """The stem, or with the next number: ``good-4`` where ``good-1`` to ``good-3`` are taken."""
    numbers = [key.removeprefix(f"{stem}-") for key in taken if key.startswith(f"{stem}-")]
    highest = max((int(number) for number in numbers if is_key(number)), default=0)
    if not highest and stem not in taken:
        return stem
    return f"{stem}-{highest + 1 if highest else 2}"


# What stands where


def own_fields(kind_name):
    """The names of a kind's own fields, relations included, in the order of its document."""
    return [
        name
        for name, field in writer(kind_name).fields.items()
        if name not in (*HEAD, *TAIL) and not isinstance(field, ListSerializer)
    ]


def part_documents(kind_name):
    """The documents of a kind's parts."""
    fields = writer(kind_name).fields.values()
    return [field.child for field in fields if isinstance(field, ListSerializer)]


def part_document(model):
    """The document of a model of parts."""
    kind = model._meta.get_field(model.record_field).related_model.kind
    return next(document for document in part_documents(kind.name) if document.Meta.model is model)


def field_of_parts(model):
    """The field of a record's document in which parts of this model stand."""
    kind = model._meta.get_field(model.record_field).related_model.kind
    fields = writer(kind.name).fields.items()
    return next(
        name
        for name, field in fields
        if isinstance(field, ListSerializer) and field.child.Meta.model is model
    )
