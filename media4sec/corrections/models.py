"""What people outside tell us is wrong, with what we promised them and how far we are."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from media4sec.corrections.deadlines import (
    ACKNOWLEDGED_WITHIN,
    HIDDEN_WITHIN,
    a_month_after,
    end_of,
    working_days_after,
)
from media4sec.corrections.receipts import new_receipt

CONTACT_KEPT = timedelta(days=90)  # after closing


class CorrectionQuerySet(models.QuerySet):
    def open(self):
        return self.exclude(state=Correction.State.CLOSED)

    def overdue(self):
        return self.filter(due_at__lte=timezone.now())

    def with_contact_to_forget(self):
        """Closed for so long that nobody needs to be reached any more."""
        return self.filter(closed_at__lte=timezone.now() - CONTACT_KEPT).exclude(contact="")


class Correction(models.Model):
    """A report from the public: something in a record, or on the site, is wrong or should not be there."""

    class Category(models.TextChoices):
        ERROR = "error", _("Error in the content")
        PERSONAL_DATA = "personal-data", _("Personal data")
        COPYRIGHT = "copyright", _("Copyright")
        DANGER = "danger", _("Danger to someone")

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")

    receipt = models.CharField("receipt number", max_length=14, unique=True, default=new_receipt)
    submission = models.CharField(
        max_length=40, unique=True, editable=False, help_text="The form that was sent; one makes one report."
    )
    kind_name = models.CharField("kind", max_length=40, blank=True)
    identifier = models.CharField(max_length=80, blank=True, help_text="Empty: about the site as a whole.")
    title = models.CharField(max_length=400, blank=True, help_text="As the record was called at the time.")
    category = models.CharField(max_length=20, choices=Category)
    text = models.TextField("what is wrong")
    part = models.CharField("part of the record", max_length=200, blank=True)
    source = models.URLField("source named", max_length=600, blank=True)
    contact = models.EmailField(blank=True, help_text=f"Deleted {CONTACT_KEPT.days} days after closing.")
    language = models.CharField(max_length=10, help_text="Of the page that the form stood on.")
    received_at = models.DateTimeField(default=timezone.now, db_index=True)

    acknowledge_due = models.DateField("to be acknowledged by")
    hide_due = models.DateTimeField("to be hidden by", null=True, blank=True)
    answer_due = models.DateField("to be answered by", null=True, blank=True)
    due_at = models.DateTimeField(
        "next deadline", null=True, blank=True, editable=False, help_text="The next one that is still open."
    )

    state = models.CharField(max_length=20, choices=State, default=State.RECEIVED)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    answer = models.TextField(blank=True, help_text="Shown to whoever has the receipt number.")
    note = models.TextField("notes", blank=True, help_text="For colleagues; nobody else sees them.")

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        indexes = [models.Index(fields=["kind_name", "identifier"], name="corrections_record")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="corrections_closed_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(kind_name="", identifier="") | (~Q(kind_name="") & ~Q(identifier="")),
                name="corrections_record_is_named_whole",
            ),
        ]

    def __str__(self):
        return self.receipt

    def save(self, *args, **kwargs):
        if self._state.adding:
            self.promise()
        self.due_at = next((moment for moment, _ in self.open_promises()), None)
        super().save(*args, **kwargs)

    @property
    def record(self):
        """The record as addresses name it, ``technology:T-001``; empty for the site as a whole."""
        return f"{self.kind_name}:{self.identifier}" if self.identifier else ""

    def promise(self):
        """Set the deadlines that this category has."""
        day = timezone.localdate(self.received_at)
        self.acknowledge_due = working_days_after(day, ACKNOWLEDGED_WITHIN)
        if self.category == self.Category.DANGER:
            self.hide_due = self.received_at + HIDDEN_WITHIN
        if self.category == self.Category.PERSONAL_DATA:
            self.answer_due = a_month_after(day)

    def open_promises(self):
        """What was promised and is not settled yet, the next one first: [(moment, "acknowledge"), …]."""
        found = []
        if self.state == self.State.RECEIVED:
            found.append((end_of(self.acknowledge_due), "acknowledge"))
        if self.state in (self.State.RECEIVED, self.State.ACKNOWLEDGED):
            if self.hide_due and not self.hidden_at:
                found.append((self.hide_due, "hide"))
            if self.answer_due:
                found.append((end_of(self.answer_due), "answer"))
        return sorted(found)


class CountingKey(models.Model):
    """The random key of one day, by which senders are counted without being known; gone with its day."""

    day = models.DateField(unique=True)
    key = models.CharField(max_length=64)

    def __str__(self):
        return f"Key of {self.day}"


class SenderCount(models.Model):
    """How many reports came from one address in one hour; whose it is cannot be found once the key is gone."""

    key = models.ForeignKey(CountingKey, related_name="counts", on_delete=models.CASCADE)
    name = models.CharField(max_length=64, unique=True, help_text="A digest of hour and address.")
    number = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.number} reports"
