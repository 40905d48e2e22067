"""The same change to all selected records: what it will do is shown first, and what it did afterwards."""

from hashlib import sha256

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.template.response import TemplateResponse

from media4sec.kinds import kinds_by_name
from media4sec.records import policy, workflow
from media4sec.records.bulk import portions
from media4sec.records.changing import KEEP, Edit, foretold, links_in_common
from media4sec.records.documents.fields import dumps
from media4sec.records.forms import RecordSelectMultiple, RecordsField, offer, remark
from media4sec.records.models import Record, Revision, model_of, owners
from media4sec.records.policy import Right
from media4sec.records.tags import from_text, tag_key
from media4sec.texts import Line

MOST_SHOWN = 100  # records on a page that asks or tells
MOST_CHANGED = 5_000  # records at once, whose documents are in memory meanwhile
MOST_TAGS_TEXT = 2_000  # characters
OFFICE = "office"


def tags_field(label):
    """Several tags as an editor types them."""
    widget = forms.TextInput(attrs={"class": "vTextField"})
    more = {"required": False, "max_length": MOST_TAGS_TEXT, "help_text": "With commas between."}
    return Line(label=label, widget=widget, **more)


class ChangeSelected(forms.Form):
    """What is changed in all of them; fields of links are those that all of their kinds have."""

    add_tags = tags_field("Add tags")
    remove_tags = tags_field("Take away tags")
    review_due = forms.DateField(label="Next review on", required=False, widget=AdminDateWidget)
    note = remark("What changed, and why")

    def __init__(self, *args, kind_names, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.links = links_in_common(kind_names)
        note = self.fields.pop("note")
        for name in self.links:
            column = model_of(kind_names[0])._meta.get_field(name)
            many = kinds_by_name()[column.related_model.kind.name].names.many.lower()
            for action, label in (("add", "Add"), ("remove", "Take away")):
                label = f"{label} {many}" if column.verbose_name == many else f"{label} {column.verbose_name}"
                chosen = RecordsField(
                    column.related_model.objects.all(),
                    widget=RecordSelectMultiple(column, admin.site),
                    required=False,
                    label=label,
                )
                offer(chosen, user)
                self.fields[f"{action}_{name}"] = chosen
        if policy.is_everybody(user):
            partners = Record.objects.filter(**owners()).order_by("title").values_list("pk", "title")
            self.fields["owner"] = forms.ChoiceField(
                label="Give to",
                required=False,
                choices=[("", "Stays as it is"), (OFFICE, "Editorial office"), *partners],
            )
        self.fields["note"] = note

    def _tags(self, name):
        return from_text(self.cleaned_data[name])

    def clean_add_tags(self):
        return self._tags("add_tags")

    def clean_remove_tags(self):
        return self._tags("remove_tags")

    def clean(self):
        cleaned = super().clean()
        added, removed = (
            {tag_key(tag) for tag in cleaned.get(f"{what}_tags", ())} for what in ("add", "remove")
        )
        if added & removed:
            self.add_error("remove_tags", "A tag is either added or taken away.")
        for name in self.links:
            if {*cleaned.get(f"add_{name}", ())} & {*cleaned.get(f"remove_{name}", ())}:
                self.add_error(f"remove_{name}", "A record is either added or taken away.")
        if not self.errors and not self.edit():
            raise ValidationError("Say what is to be changed.")
        return cleaned

    def edit(self):
        """What it says, as it is done to each record."""
        given, owner = self.cleaned_data, self.cleaned_data.get("owner")
        return Edit(
            given["add_tags"],
            given["remove_tags"],
            {name: given[f"add_{name}"] for name in self.links},
            {name: given[f"remove_{name}"] for name in self.links},
            given["review_due"],
            KEEP if not owner else None if owner == OFFICE else Record.objects.get(pk=owner),
        )


class ChangingMany(admin.ModelAdmin):
    """A list whose selected records can be changed at once."""

    actions = ("change_selected",)

    def has_write_permission(self, request):
        return policy.may_somewhere(request.user, Right.WRITE)

    @admin.action(description="Change selected records …", permissions=["write"])
    def change_selected(self, request, queryset):
        """Asks, shows what it will do, and does it to those that nobody saved meanwhile."""
        records = list(queryset.select_related(None).order_by("pk")[: MOST_CHANGED + 1])
        if len(records) > MOST_CHANGED:
            says = f"At most {MOST_CHANGED:,} records are changed at once: choose fewer, by a filter for instance."
            self.message_user(request, says, messages.ERROR)
            return None
        kind_names = sorted({record.kind_name for record in records})
        is_sent = "look" in request.POST or "apply" in request.POST
        form = ChangeSelected(request.POST if is_sent else None, kind_names=kind_names, user=request.user)
        context = {"form": form, "count": len(records)}
        if is_sent and form.is_valid():
            edit = form.edit()
            if "apply" in request.POST:
                try:
                    return self._page(request, "change_done", self._applied(request, records, edit, form))
                except ValidationError as error:
                    form.add_error(None, error)
            context |= self._told(request, records, edit)
        return self._page(request, "change_selected", context)

    def _told(self, request, records, edit):
        """What it would do, and what it rests on."""
        newest = Revision.objects.aggregate(newest=Max("pk"))["newest"] or 0
        found = list(foretold(edit, records, request.user))
        will = [one for one in found if not one.refusal]
        return {
            "seen": f"{newest}-{digest_of_seen(edit, versions_at(newest, records))}",
            "will": [(one.record, in_words(request.user, edit, one)) for one in will[:MOST_SHOWN]],
            "will_count": len(will),
            "refused": by_reason([(one.record, one.refusal) for one in found if one.refusal]),
        }

    def _applied(self, request, records, edit, form):
        """Do it, on the versions that were shown, and tell."""
        newest, _, digest = request.POST.get("seen", "").partition("-")
        is_number = newest.isascii() and newest.isdecimal() and len(newest) < 19
        with transaction.atomic():
            versions = versions_at(int(newest), records) if is_number else {}
            if not is_number or digest != digest_of_seen(edit, versions):
                raise ValidationError(
                    "Nothing was changed: what you select or ask for is not what you were shown. Look at it again."
                )
            done, refused = workflow.change_all(
                records, edit, versions=versions, by=request.user, note=form.cleaned_data["note"]
            )
        return {"done": done[:MOST_SHOWN], "done_count": len(done), "refused": by_reason(refused)}

    def _page(self, request, name, context):
        shared = self.admin_site.each_context(request) | {
            "title": "Change selected records",
            "opts": self.opts,
            "list_url": request.get_full_path(),
            "is_across": request.POST.get("select_across") == "1",
            "keys": request.POST.getlist("_selected_action")[:MOST_SHOWN],
        }
        return TemplateResponse(request, f"admin/records/{name}.html", shared | context)


def digest_of_versions(versions):
    """What tells whether records are as they were: of ``(key, version)``."""
    return sha256(dumps(list(map(list, versions))).encode()).hexdigest()


def versions_at(newest, records):
    """The versions that these records had when this was the key of the newest one that was kept: ``{pk: number}``.

    So one number says what somebody was shown, however many records these are; which of them were saved since then can
    be told one by one, as no version is ever changed or taken away. A version that was on its way then makes another
    digest, and all is shown again.
    """
    found = {}
    for some in portions([record.pk for record in records]):
        kept = Revision.objects.filter(record__in=some, pk__lte=newest).order_by()
        found |= dict(kept.values_list("record").annotate(Max("number")))
    return found


def digest_of_seen(edit, versions):
    """What tells whether somebody means what they were shown: the same records, and the same change."""
    links = [
        [name, [[one.pk for one in found[name]] for found in (edit.add, edit.remove)]] for name in edit.links
    ]
    owner = "" if edit.owner is KEEP else edit.owner and edit.owner.pk
    asked = [edit.add_tags, edit.remove_tags, links, str(edit.review_due), owner]
    return digest_of_versions([*sorted(versions.items()), asked])


def by_reason(refused):
    """``[(why, how many, the first of them)]``, the most frequent reason first."""
    found = {}
    for record, why in refused:
        found.setdefault(why, []).append(record)
    most_first = sorted(found.items(), key=lambda entry: -len(entry[1]))
    return [(why, len(records), records[:MOST_SHOWN]) for why, records in most_first]


def in_words(user, edit, one):
    """What changes in a record."""
    names = {
        each.identifier: policy.name_for(user, each)
        for records in (*edit.add.values(), *edit.remove.values())
        for each in records
    }
    said = []
    for name in ("tags", *edit.links):
        before, after = one.before.get(name, []), one.after[name]
        comes = [names.get(value, value) for value in after if value not in before]
        goes = [names.get(value, value) for value in before if value not in after]
        said += [f"{name.replace('_', ' ')} with {', '.join(comes)}"] if comes else []
        said += [f"{name.replace('_', ' ')} without {', '.join(goes)}"] if goes else []
    if one.before["review_due"] != one.after["review_due"]:
        said.append(
            f"next review on {one.after['review_due']} instead of {one.before['review_due'] or 'no day'}"
        )
    if edit.gives(one.record):
        said.append(f"given to {edit.owner.title if edit.owner else 'the editorial office'}")
    words = "; ".join(said)
    return words[:1].upper() + words[1:]
