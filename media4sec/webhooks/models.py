"""Which other sites are told that something public changed."""

import uuid
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from media4sec.records.fields import CheckedModel

TAKEN_FOR = timedelta(seconds=60)  # a message is out by then, and a sender that died is over
SECRET_OVERLAPS = timedelta(hours=24)


class Subscription(CheckedModel):
    """An address that is told when something public changed; its secret is worked out, and stored nowhere."""

    uuid = models.UUIDField("UUID", default=uuid.uuid4, unique=True, editable=False)
    address = models.URLField(
        max_length=500,
        help_text="Where messages are sent: https://… on the public internet. Redirects are not followed.",
    )
    purpose = models.CharField(
        "what for", max_length=300, help_text="Who receives the messages, and for what."
    )
    ended = models.CharField(
        max_length=300, blank=True, editable=False, help_text="Why; empty while it goes on."
    )
    cursor = models.CharField(
        max_length=80, editable=False, help_text="In the list of changes: up to where it was told."
    )
    failures = models.PositiveSmallIntegerField(default=0, editable=False, help_text="In a row.")
    next_at = models.DateTimeField(
        default=timezone.now,
        editable=False,
        db_index=True,
        help_text="Nothing is sent before; whoever sends sets it.",
    )
    said = models.CharField("last answer", max_length=300, blank=True, editable=False)
    said_at = models.DateTimeField("last told", null=True, editable=False)
    rotation = models.PositiveIntegerField(default=0, editable=False, help_text="Of the secret.")
    rotated_at = models.DateTimeField(null=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, related_name="+", null=True, editable=False, on_delete=models.SET_NULL
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = "webhook"

    def __str__(self):
        return f"{urlsplit(self.address).hostname} ({self.pk})"

    def clean(self):
        super().clean()
        if self.address and not self.address.startswith("https://"):
            raise ValidationError({"address": "Only addresses with https:// are told."})

    @property
    def has_ended(self):
        return bool(self.ended)

    @property
    def rotations(self):
        """The numbers of the secrets that sign now, the newest first."""
        overlaps = self.rotated_at is not None and timezone.now() < self.rotated_at + SECRET_OVERLAPS
        return [self.rotation, self.rotation - 1] if overlaps else [self.rotation]

    def take(self):
        """Take it to send a message; False where somebody was quicker, or something changed meanwhile."""
        return self.settle(next_at=timezone.now() + TAKEN_FOR)

    def settle(self, **values):
        """Write these if nobody else did anything with it since it was read; else False."""
        same = Subscription.objects.filter(pk=self.pk, ended="", next_at=self.next_at)
        for name, value in values.items():
            setattr(self, name, value)
        return bool(same.update(**values))
