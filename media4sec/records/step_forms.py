"""The steps of the workflow as forms: what each asks, for which records it is there, and what it does."""

from functools import partial

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.utils import timezone
from django.utils.formats import date_format

from media4sec.records import policy, rechecks, workflow
from media4sec.records.forms import RecordSelect, offer, remark
from media4sec.records.models import MOST_IN_REASON, Appointment, Citation, Recheck, Record
from media4sec.records.policy import Right
from media4sec.texts import Lines

State = Record.State


class PublishedRecord(forms.ModelChoiceField):
    """One published record of any kind."""

    def __init__(self, **kwargs):
        widget = RecordSelect(Record._meta.get_field("successor"), admin.site)
        super().__init__(Record.objects.filter(public_state=State.PUBLISHED), widget=widget, **kwargs)


class Step(forms.Form):
    """A form with one button, on a page of its own: ``admin/step.html``."""

    do_not_call_in_templates = True  # they show what the class says
    name = title = button = says = done = ""

    @classmethod
    def fits(cls, row):
        """True for what can take this step now."""
        raise NotImplementedError

    def take(self, row, by):
        """Take the step, or say in a ``ValidationError`` why it cannot be taken."""
        raise NotImplementedError


class RecordStep(Step):
    """A step of a record; ``take()`` goes through the workflow's door."""

    right = Right.PUBLISH
    shows_differences = False
    on_names = ""  # what happens to the records that name this one
    leaves_nothing = False  # the record has no page afterwards

    def __init__(self, *args, record, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.record = record
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                offer(field, user)


class Publishing(RecordStep):
    """What makes a version public, now or later: others that rest on the record may have to be looked at again."""

    shows_differences = True

    note = remark("What changed, and why")
    is_editorial = forms.BooleanField(
        label="Editorial change only",
        required=False,
        help_text="It means what it meant, so that nobody is asked. Say above what was changed.",
    )

    def __init__(self, *args, record, user, records=(), **kwargs):
        """``records`` are those that are published at once, instead of one."""
        super().__init__(*args, record=record, user=user, **kwargs)
        changed = rechecks.changed_for_others(records if record is None else [record])
        self.asks, self.asked = bool(changed), rechecks.known_to_rest_on(user, changed) if changed else 0
        if not changed:
            del self.fields["is_editorial"]

    def clean(self):
        super().clean()
        if self.cleaned_data.get("is_editorial") and not self.cleaned_data.get("note"):
            self.add_error("note", "Say what was changed: nobody is asked to look at it.")

    @property
    def said(self):
        """What the workflow is told beside the record."""
        is_editorial = self.cleaned_data.get("is_editorial", False)
        return {"note": self.cleaned_data["note"], "is_editorial": is_editorial}


class Publish(Publishing):
    name, title, button = "publish", "Publish", "Publish"
    says = "Readers, interfaces and harvesters see the working copy from now on. It stays in the history."
    done = "is published."

    @classmethod
    def fits(cls, record):
        return record.public_state == "" or record.has_unpublished_changes

    def take(self, record, by):
        workflow.publish(record, by=by, **self.said)


class Schedule(Publishing):
    name, title, button = "schedule", "Publish at a time", "Publish then"
    says = "This version becomes public then, also if somebody has changed the working copy until then."
    done = "becomes public then."
    field_order = ("at", "note", "is_editorial")

    at = forms.SplitDateTimeField(
        label="When", widget=AdminSplitDateTime, help_text=f"In the time of {settings.TIME_ZONE}."
    )

    @classmethod
    def fits(cls, record):
        return Publish.fits(record) and not cls.is_planned(record)

    @staticmethod
    def is_planned(record):
        return Appointment.objects.filter(record=record.pk).exists()

    def take(self, record, by):
        workflow.schedule(record, self.cleaned_data["at"], by=by, **self.said)


class Unschedule(RecordStep):
    name, title, button = "unschedule", "Do not publish at that time", "Take it back"
    says = "Nothing becomes public by itself."
    done = "stays as it is."

    @classmethod
    def fits(cls, record):
        return Schedule.is_planned(record)

    def take(self, record, by):
        workflow.unschedule(record, by=by)


class Withdraw(RecordStep):
    name, title, button = "withdraw", "Withdraw", "Withdraw"
    right = Right.WITHDRAW
    says = "The public version goes. Its address stays and gives the reason, and what to use instead."
    on_names = "Readers no longer see this name there, the working copies keep it."
    done = "is withdrawn."

    reason = Lines(
        label="Reason",
        max_length=MOST_IN_REASON,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        help_text="Readers of the address see it.",
        error_messages={"required": "Say why: readers of the address will see the reason."},
    )
    successor = PublishedRecord(
        label="Successor", required=False, help_text="What to use instead, if anything."
    )

    @classmethod
    def fits(cls, record):
        return record.public_state == State.PUBLISHED

    def take(self, record, by):
        workflow.withdraw(record, by=by, **self.cleaned_data)


class Merge(RecordStep):
    name, title, button = "merge", "Merge into another record", "Merge"
    right = Right.WITHDRAW
    says = "The public version goes, and its address leads to the other record, of the same kind, for ever."
    on_names = (
        "Readers see the other record there at once. The working copies name it too, each as a new version;"
        " restoring this record later does not turn them back."
    )
    done = "is merged."

    into = PublishedRecord(label="Merge into", help_text="The record that stays.")
    reason = Lines(
        label="Reason",
        max_length=MOST_IN_REASON,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        required=False,
    )

    fits = Withdraw.fits

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        into = self.fields["into"]
        into.queryset = into.queryset.filter(kind_name=self.record.kind_name).exclude(pk=self.record.pk)
        into.widget.kind_name = self.record.kind_name

    def take(self, record, by):
        if not self.fits(record):
            raise workflow.WorkflowError(
                f"“{self.title}” is not possible with {record.identifier} as it is now."
            )
        workflow.merge(record, by=by, moves_names=True, **self.cleaned_data)


class Restore(RecordStep):
    name, title, button = "restore", "Restore", "Restore"
    says = "What was public before is public again, at the same address."
    done = "is public again."

    @classmethod
    def fits(cls, record):
        return record.public_state in Record.OFF

    def take(self, record, by):
        workflow.restore(record, by=by)


class Discard(RecordStep):
    name, title, button = "discard", "Throw away", "Throw away for good"
    right = Right.DISCARD
    says = "The record goes with all its versions. Only editors ever saw it. Who threw it away, and when, is kept."
    done = "was thrown away."
    leaves_nothing = True

    note = remark("Why", "For colleagues; stands in the audit trail.")

    @classmethod
    def fits(cls, record):
        return not record.public_state and not record.published_revision_id

    def take(self, record, by):
        workflow.discard(record, by=by, note=self.cleaned_data["note"])


class MergeDraft(Merge):
    """What was written twice: only the one that is public stays."""

    name, title, button = "merge-draft", "Merge into a public record", "Merge, and throw this one away"
    says = (
        "This record goes with all its versions; only editors ever saw it. What it says that the other one does not"
        " say is lost: take it over there first."
    )
    on_names = "Their working copies name the other record instead, each as a new version."
    done = "was merged."
    leaves_nothing = True

    fits = Discard.fits


class Submit(RecordStep):
    name, title, button = "submit", "Submit for review", "Submit"
    right = Right.WRITE
    says = "Reviewers of your team find it among what waits for them. Saving it again takes it back."
    done = "waits for a review."
    shows_differences = True

    note = remark("Note for the reviewers", "")

    @classmethod
    def fits(cls, record):
        return workflow.can_be_submitted(record)

    def take(self, record, by):
        workflow.submit(record, by=by, note=self.cleaned_data["note"])


class Approve(RecordStep):
    name, title, button = "approve", "Approve", "Approve"
    right = Right.REVIEW
    says = (
        "Publishers of the team may publish it as it is now. Whoever saves it again asks for another review."
    )
    done = "is approved."
    shows_differences = True

    note = remark("Note")

    @classmethod
    def fits(cls, record):
        return record.state == State.IN_REVIEW

    def take(self, record, by):
        workflow.approve(record, by=by, note=self.cleaned_data["note"])


class SendBack(RecordStep):
    name, title, button = "send-back", "Send back", "Send back"
    right = Right.REVIEW
    says = "It is a draft again. Its authors read your reason on the record’s page."
    done = "was sent back."
    shows_differences = True

    reason = Lines(
        label="What is missing",
        max_length=MOST_IN_REASON,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        error_messages={"required": "Say what is missing: its authors read it."},
    )

    @classmethod
    def fits(cls, record):
        return record.state in (State.IN_REVIEW, State.APPROVED)

    def take(self, record, by):
        workflow.send_back(record, by=by, reason=self.cleaned_data["reason"])


class Confirm(RecordStep):
    name, title, button = "checked", "Confirm as checked", "It is still true"
    right = Right.WRITE
    says = (
        "The record says from now on that it was checked today, and is due again after its usual time. Where nothing"
        " else waits to be published, and you may publish, readers see it at once."
    )
    done = "was checked today."

    read = forms.ModelMultipleChoiceField(
        Citation.objects.none(),
        label="Sources that were read again",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They get today’s date.",
    )
    note = remark("Note")
    seen = forms.IntegerField(
        required=False, min_value=0, widget=forms.HiddenInput
    )  # the newest request to look

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        newest = self.record.rechecks.order_by("-pk").values_list("pk", flat=True).first()
        self.fields["seen"].initial = newest or 0
        self.fields["read"].queryset = self.record.citations.select_related("source")

    @classmethod
    def fits(cls, record):
        return record.public_state not in Record.OFF

    def take(self, record, by):
        said = self.cleaned_data
        workflow.confirm(record, said["read"], by=by, note=said["note"], seen=said["seen"] or 0)


class Dismiss(RecordStep):
    name, title, button = "dismiss", "Not touched by a change", "It does not touch this record"
    right = Right.WRITE
    says = (
        "What this record names has changed, and somebody was asked to look whether it still holds. If you have read"
        " it again, “Confirm as checked” says so, with today’s date. Here you say why it need not be read."
    )
    done = "need not be read again for that."

    changes = forms.ModelMultipleChoiceField(
        Recheck.objects.none(),
        label="What has changed",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one."},
    )
    reason = Lines(
        label="Why it does not touch this record",
        max_length=MOST_IN_REASON,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text="For colleagues; stands in the history.",
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        field = self.fields["changes"]
        field.queryset = self.record.rechecks.select_related("changed")
        field.label_from_instance = partial(recheck_in_words, user)
        field.initial = list(field.queryset)

    @classmethod
    def fits(cls, record):
        return Recheck.objects.filter(record=record.pk).exists()

    def take(self, record, by):
        workflow.dismiss(record, self.cleaned_data["changes"], reason=self.cleaned_data["reason"], by=by)


def recheck_in_words(user, recheck):
    """“GDPR changed on 3 May 2026”, by the name that somebody may know."""
    day = date_format(timezone.localtime(recheck.at), "j F Y")
    return f"{policy.name_for(user, recheck.changed)} changed on {day}"


RECORD_STEPS = (
    Confirm,
    Dismiss,
    Submit,
    Approve,
    SendBack,
    Publish,
    Schedule,
    Unschedule,
    Withdraw,
    Merge,
    Restore,
    MergeDraft,
    Discard,
)
