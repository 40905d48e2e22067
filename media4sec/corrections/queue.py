"""The reports as editors see them: which are whose, and the steps from receiving to closing.

Together with the admin the only part of this app that knows records: it is behind the login.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from media4sec.corrections.models import CONTACT_KEPT, Correction
from media4sec.kinds import Role, kind_for
from media4sec.letters import sort_key
from media4sec.records import policy
from media4sec.records.models import Record
from media4sec.records.policy import Right
from media4sec.records.step_forms import Step
from media4sec.texts import Lines

ReportState = Correction.State


def queue_for(user):
    """The reports that somebody may see, each with its record and that record's partner as they are today.

    They fall to the team of the record; what is about no record falls to the editorial office.
    """
    record = Record.objects.filter(kind_name=OuterRef("kind_name"), identifier=OuterRef("identifier"))
    reports = Correction.objects.annotate(
        record_id=Subquery(record.values("pk")[:1]),
        owner_id=Subquery(record.values("owner")[:1]),
        partner=Subquery(record.values("owner__title")[:1]),
    )
    return policy.visible(user, reports)


def may_answer(user, correction):
    """True for reviewers and publishers of the team that the report falls to."""
    return policy.may(user, Right.REVIEW, correction)


def partners(user):
    """[(pk, title)] of those whom a report that somebody sees can fall to."""
    partners = Record.objects.filter(kind_name=kind_for(Role.OWNER).name)
    if not policy.is_everybody(user):
        partners = partners.filter(pk__in=policy.owners_for(user, Right.SEE) - {policy.OFFICE})
    rows = partners.values_list("pk", "title")
    return sorted(rows, key=lambda row: sort_key(row[1]))


class ReportStep(Step):
    """A step of a report, from one of some states; what was done, by whom and why stands in its notes."""

    states = ()

    note = Lines(
        label="Note",
        required=False,
        max_length=1000,
        help_text="For colleagues; nobody else sees it.",
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
    )

    @classmethod
    def fits(cls, correction):
        return correction.state in cls.states

    def change(self, correction, now):
        """What the step does to the report, apart from who and why."""
        raise NotImplementedError

    def take(self, correction, by):
        """Take the step if nobody was quicker."""
        with transaction.atomic():
            correction = Correction.objects.select_for_update().filter(pk=correction.pk).first()
            if correction is None:
                raise ValidationError("Somebody else has deleted it since.")
            if not self.fits(correction):
                raise ValidationError(
                    f"Somebody else has dealt with it since: it is {correction.get_state_display().lower()}."
                )
            now = timezone.now()
            self.change(correction, now)
            correction.handled_by = by
            at = f"{timezone.localtime(now):%Y-%m-%d %H:%M}"
            line = f"{at} {by.get_username()}: {self.done} {self.cleaned_data['note']}".strip()
            correction.note = f"{correction.note}\n{line}".strip()
            correction.save()


class Acknowledge(ReportStep):
    name, title, button, done = "acknowledge", "Acknowledge", "Acknowledge", "Acknowledged."
    says = "Whoever sent it sees that somebody has read it and looks into it."
    states = (ReportState.RECEIVED,)

    def change(self, correction, now):
        correction.state, correction.acknowledged_at = ReportState.ACKNOWLEDGED, now


class Hide(ReportStep):
    name, title, button, done = "hidden", "Content is hidden", "It is hidden", "Content hidden."
    says = (
        "Say that readers do not see the dangerous content any more. Take it away first: withdraw the record, "
        "or publish it without the dangerous part."
    )
    states = (ReportState.RECEIVED, ReportState.ACKNOWLEDGED, ReportState.ANSWERED)

    @classmethod
    def fits(cls, correction):
        return super().fits(correction) and bool(correction.hide_due) and not correction.hidden_at

    def change(self, correction, now):
        reported = Record.objects.filter(kind_name=correction.kind_name, identifier=correction.identifier)
        is_as_reported = Q(published_revision__published_at__lt=correction.received_at)
        if reported.filter(is_as_reported, public_state=Record.State.PUBLISHED).exists():
            raise ValidationError(
                "Readers still see the record as it was when this report came in. Withdraw it, or publish it without "
                "the dangerous part."
            )
        correction.hidden_at = now
        if correction.state == ReportState.RECEIVED:
            correction.state, correction.acknowledged_at = ReportState.ACKNOWLEDGED, now


class GiveAnswer(ReportStep):
    name, title, button, done = "answer", "Answer", "Keep the answer", "Answered."
    says = (
        "The answer is shown to whoever has the receipt number. The portal sends no mail: if there is a contact, "
        "write to it yourself."
    )
    states = (ReportState.RECEIVED, ReportState.ACKNOWLEDGED)
    field_order = ("answer", "note")

    answer = Lines(
        label="Answer",
        max_length=5000,
        help_text="What was found and what was changed. No names and no contact data: a number can be passed on.",
        widget=forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField"}),
    )

    def change(self, correction, now):
        correction.state, correction.answered_at = ReportState.ANSWERED, now
        correction.acknowledged_at = correction.acknowledged_at or now
        correction.answer = self.cleaned_data["answer"]


class Close(ReportStep):
    name, title, button, done = "close", "Close", "Close", "Closed."
    says = f"Nothing more is to be done. The contact, if there is one, is deleted {CONTACT_KEPT.days} days from now."
    states = (ReportState.RECEIVED, ReportState.ACKNOWLEDGED, ReportState.ANSWERED)

    def change(self, correction, now):
        correction.state, correction.closed_at = ReportState.CLOSED, now


class Reopen(ReportStep):
    name, title, button, done = "reopen", "Open again", "Open again", "Opened again."
    says = "It goes back to where it was before it was closed; its deadlines count again."
    states = (ReportState.CLOSED,)

    def change(self, correction, now):
        correction.closed_at = None
        if correction.answered_at:
            correction.state = ReportState.ANSWERED
        else:
            correction.state = (
                ReportState.ACKNOWLEDGED if correction.acknowledged_at else ReportState.RECEIVED
            )


REPORT_STEPS = (Acknowledge, Hide, GiveAnswer, Close, Reopen)
