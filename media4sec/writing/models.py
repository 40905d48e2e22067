"""What the writing API keeps itself: which requests came under a key, and what they were answered."""

from django.conf import settings
from django.db import models


class SentRequest(models.Model):
    """A request with an ``Idempotency-Key``: sent again within a day, it is answered again and not done again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, related_name="+", on_delete=models.CASCADE)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="Of method, address, media type and body.")
    record = models.ForeignKey(
        "records.Record",
        related_name="+",
        null=True,
        on_delete=models.CASCADE,
        help_text="Whoever may not see it any more is not answered again, either.",
    )
    begun_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True, help_text="Empty while it is worked on.")
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="writing_a_key_once")]

    def __str__(self):
        return self.key
