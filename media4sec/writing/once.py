"""Requests that may be sent twice and are done once: ``Idempotency-Key``."""

import hashlib
import re
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.utils import timezone

from media4sec.records import policy
from media4sec.records.policy import Right
from media4sec.writing.asked import RequestRefused
from media4sec.writing.models import SentRequest

ANSWERED_AGAIN = timedelta(hours=24)
GIVEN_UP = timedelta(minutes=2)  # whoever worked on it for longer died over it
KEY = re.compile(r"[\x21-\x7e]{1,200}")
KEPT_HEADERS = ("Content-Type", "ETag", "Location")


def done_once(request, work):
    """The answer that ``work()`` gives, in one transaction with what it does; or the one that it gave before.

    It returns the answer and the record that this is about, None if that is gone. What is refused is not kept:
    nothing was done, and it may be mended and sent again.
    """
    key = request.headers.get("Idempotency-Key")
    try:
        return _done_under(request, key, work) if key is not None else _done(work)
    except IntegrityError as error:  # what only shows at the end: something that is named was thrown away
        says = "Something that it names was thrown away a moment ago. Nothing was done: try again."
        raise RequestRefused(409, says, **{"Retry-After": "1"}) from error


@transaction.atomic
def _done(work):
    return work()[0]


def _done_under(request, key, work):
    if not KEY.fullmatch(key):
        raise RequestRefused(400, "An Idempotency-Key has 1 to 200 visible letters of ASCII, and no spaces.")
    mine = _claimed(request, key)
    if mine.status is not None:
        if mine.record and not policy.may(request.user, Right.SEE, mine.record):
            raise Http404
        return HttpResponse(mine.body, status=mine.status, headers=mine.headers)
    try:
        with transaction.atomic():
            answer, record = work()
            kept = {name: answer[name] for name in KEPT_HEADERS if name in answer}
            body = answer.content.decode()
            claim = SentRequest.objects.filter(pk=mine.pk, begun_at=mine.begun_at)
            if not claim.update(
                status=answer.status_code, headers=kept, body=body, record=record and record.pk
            ):
                raise _busy()  # it took so long that another one began anew
    except BaseException:
        SentRequest.objects.filter(pk=mine.pk, begun_at=mine.begun_at, status=None).delete()
        raise
    return answer


def _claimed(request, key):
    """The row of a key: new, or with the answer that was given."""
    now, digest = timezone.now(), digest_of_request(request)
    SentRequest.objects.filter(begun_at__lt=now - ANSWERED_AGAIN).delete()
    named = {"user": request.user, "key": key}
    try:
        with transaction.atomic():
            return SentRequest.objects.create(digest=digest, begun_at=now, **named)
    except IntegrityError:
        found = SentRequest.objects.filter(**named).select_related("record").first()
    if found is None:  # the other one was refused this very moment
        raise _busy()
    if found.digest != digest:
        raise RequestRefused(422, "This Idempotency-Key came with another request. Take a new one.")
    if found.status is None:
        late = SentRequest.objects.filter(pk=found.pk, status=None, begun_at__lt=now - GIVEN_UP)
        if not late.update(begun_at=now):
            raise _busy()
        found.begun_at = now
    return found


def _busy():
    return RequestRefused(
        409, "A request with this Idempotency-Key is being worked on. Ask again.", **{"Retry-After": "1"}
    )


def digest_of_request(request):
    """What tells whether a request says the same as another one."""
    said = [
        request.method,
        request.get_full_path(),
        request.content_type,
        request.headers.get("If-Match", ""),
    ]
    return hashlib.sha256("\n".join(said).encode() + b"\n" + request.body).hexdigest()
