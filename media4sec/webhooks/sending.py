"""Messages to other sites: that something public changed, and where to read what. They are hints, and carry no content.

All that changed since the last message is one message, and the next one waits until that has been taken. Its name
(``webhook-id``) and what it says stay the same as long as nothing else changes, however often it is sent.
"""

import random
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from media4sec import outgoing
from media4sec.interchange.api.changes import change_cursor, read_change_cursor
from media4sec.interchange.records import dumped, moment
from media4sec.interchange.results import newest_standing
from media4sec.publications.models import Change
from media4sec.records import audit
from media4sec.records.models import AuditEntry, Team
from media4sec.webhooks.models import Subscription
from media4sec.webhooks.signing import signed_headers

SENT_WITHIN = 10  # seconds
# After each failure in a row: three days and more in all. After one failure more, the subscription ends.
RETRIES_AFTER = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 300, 600, 840, 1200, 1440)]
A_BIT_MORE = 0.2  # of the wait, by chance, so that not all come back together
WANTS_NO_MORE = 410  # by HTTP


def send_due():
    """Tell everybody who is due; returns (how many were told, how many could not be)."""
    if not settings.OUTGOING_REQUESTS:
        raise outgoing.SwitchedOff
    due = Subscription.objects.filter(ended="", next_at__lte=timezone.now()).exclude(cursor=newest_cursor())
    found = [_tell(one) for one in due.order_by("next_at") if one.take()]
    return sum(found), len(found) - sum(found)


def newest_cursor():
    """Where the list of changes ends now."""
    name, newest, _ = newest_standing()
    return change_cursor(name or "", newest)


def _tell(subscription):
    """Send what is new to somebody whom we took, and note what came of it; True if it was taken."""
    cursor, name, body = hint_for(subscription)
    status, said = post(subscription, name, body)
    noted = {"said": said, "said_at": timezone.now()}
    is_told = status is not None and 200 <= status < 300
    if is_told:
        subscription.settle(cursor=cursor, failures=0, next_at=timezone.now(), **noted)
    elif status == WANTS_NO_MORE:
        _end(subscription, f"The receiver wants no more messages. {said}", noted)
    elif subscription.failures == len(RETRIES_AFTER):
        _end(subscription, f"It failed {len(RETRIES_AFTER) + 1} times in a row. {said}", noted)
    else:
        wait = RETRIES_AFTER[subscription.failures] * random.uniform(1, 1 + A_BIT_MORE)  # noqa: S311, no secret
        failures = subscription.failures + 1
        subscription.settle(failures=failures, next_at=timezone.now() + wait, **noted)
    return is_told


@transaction.atomic
def _end(subscription, reason, noted):
    if subscription.settle(ended=reason, **noted):
        note_webhook(subscription, f"ended: {reason}", by=None)


def hint_for(subscription):
    """(cursor after it, name, body) of the message that says what is new for a subscription."""
    name, newest, at = newest_standing()
    cursor = change_cursor(name or "", newest)
    known = read_change_cursor(subscription.cursor)
    is_same_history = known is not None and known[0] == (name or "") and known[1] <= newest
    since = known[1] if is_same_history else 0
    data = {
        "seq": newest,
        "count": Change.objects.filter(seq__gt=since).count(),
        "changes": f"{settings.BASE_URL}/api/v1/changes?cursor={subscription.cursor}",
    }
    return cursor, f"{subscription.uuid}_{cursor}", message("records.changed", at or timezone.now(), data)


def send_test(subscription):
    """Send a message that asks for nothing; returns (was it taken?, what came of it in words)."""
    name = f"{subscription.uuid}_test_{secrets.token_hex(8)}"
    status, said = post(subscription, name, message("webhook.test", timezone.now(), {}))
    return status is not None and 200 <= status < 300, said


def message(type, at, data):
    return dumped({"type": type, "timestamp": moment(at), "data": data}).encode()


def post(subscription, name, body):
    """(status, what came of it in words) of a message; the status is None where nobody answered."""
    headers = signed_headers(subscription, name, body)
    try:
        status = outgoing.send(subscription.address, body, headers, seconds=SENT_WITHIN).status
    except outgoing.OutgoingError as error:
        return None, str(error)[:200]
    return status, f"It answered {outgoing.in_words_of_http(status)}."


def note_webhook(subscription, note, *, by):
    """An entry of the audit trail, for the administrators of the editorial office. The address itself may be secret."""
    audit.note_team(Team(), by=by, note=f"Webhook {subscription} {note}", action=AuditEntry.Action.SETTINGS)
