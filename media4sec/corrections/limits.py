"""How many reports an hour may bring, from one address and in all. No address is kept, not for a minute."""

import hmac
import logging
import secrets
import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from media4sec.corrections.models import Correction, CountingKey, SenderCount
from media4sec.visitors import address_of

HOUR = 60 * 60
logger = logging.getLogger(__name__)


def seconds_to_wait(request):
    """0 if this report may come in, which counts it; else after how many seconds to try again."""
    since = timezone.now() - timedelta(seconds=HOUR)
    lately = Correction.objects.filter(received_at__gt=since).order_by("received_at")
    if lately.count() >= settings.CORRECTIONS_PER_HOUR:
        return max(1, int((lately[0].received_at - since).total_seconds()) + 1)
    if _count(address_of(request)) > settings.CORRECTIONS_PER_HOUR_AND_ADDRESS:
        return HOUR - int(time.time()) % HOUR
    return 0


def _count(address):
    """How many reports this address has sent in this hour, with this one; 0 where that cannot be known.

    Counted in the database, for all processes and beyond a restart. A counter's name is made with a random key that
    lives for a day and goes with its counters: after that nobody can find out which address a counter stood for.
    """
    if not address:
        return 0
    now = datetime.fromtimestamp(time.time(), UTC)
    try:
        with transaction.atomic():
            CountingKey.objects.filter(day__lt=now.date()).delete()
            key, _ = CountingKey.objects.get_or_create(
                day=now.date(), defaults={"key": secrets.token_hex(32)}
            )
            name = hmac.digest(key.key.encode(), f"{now.hour} {address}".encode(), "sha256").hex()
            SenderCount.objects.get_or_create(name=name, defaults={"key": key})
            SenderCount.objects.filter(name=name).update(number=F("number") + 1)
            return SenderCount.objects.get(name=name).number
    except DatabaseError as error:  # such as one that is only read now: without a counter the form stays open
        logger.warning("Reports are not counted by address: %s", type(error).__name__)
        return 0
