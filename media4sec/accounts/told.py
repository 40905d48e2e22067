"""What accounts do and what is done to them, told in the audit trail.

What somebody can repeat at will is told at the first, tenth, hundredth time within an hour, so that nobody floods it;
and of log-ins to accounts that there are not, all together.
"""

import logging
import time
from contextlib import contextmanager

from allauth.account import signals as accounts
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.internal import ratelimit
from allauth.mfa import signals as factors
from django.contrib.auth.signals import user_logged_out
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.utils.encoding import escape_uri_path

from media4sec.records import audit
from media4sec.records.models import AuditEntry

logger = logging.getLogger(__name__)
WITHIN = 60 * 60  # seconds
LONGEST_REFUSED = 200  # characters, of a page that was refused
PROVED_WITH = {
    "password": "password",
    "totp": "six figures",
    "webauthn": "a passkey",
    "recovery_codes": "a recovery code",
}


def connect():
    accounts.user_logged_in.connect(logged_in)
    user_logged_out.connect(logged_out)
    accounts.password_changed.connect(password_changed)
    accounts.password_set.connect(password_changed)
    accounts.password_reset.connect(password_reset)
    factors.authentication_failed.connect(factor_failed)
    factors.authenticator_added.connect(factor_added)
    factors.authenticator_removed.connect(factor_removed)
    factors.authenticator_reset.connect(factor_reset)


def logged_in(sender, request, user, **more):
    proofs = [one.get("type", one["method"]) for one in get_authentication_records(request, user)]
    note = f"With {' and '.join(PROVED_WITH.get(proof, proof) for proof in proofs)}." if proofs else ""
    audit.note_account(AuditEntry.Action.LOGGED_IN, user, by=user, note=note)


def logged_out(sender, request, user, **more):
    if user is not None:
        note = "The session had ended." if getattr(request, "session_ended", False) else ""
        audit.note_account(AuditEntry.Action.LOGGED_OUT, user, by=user, note=note)


def login_failed(user, what="password"):
    """Somebody who may be a stranger gave a wrong password or code; ``None`` for the user is no account of ours."""
    note_repeated(AuditEntry.Action.LOGIN_FAILED, user, by=None, what=what, note=f"A wrong {what}.")


def factor_failed(sender, user, **more):
    login_failed(user, "code")


def page_refused(request):
    """A page that somebody may not open, by its address alone; it is refused also where the database takes nothing.

    Nobody waits long for that: while somebody else writes for long, on SQLite, only the log tells of it.
    """
    user = request.user
    address = escape_uri_path(request.path)[:LONGEST_REFUSED]
    try:
        with impatient():
            note_repeated(AuditEntry.Action.REFUSED, user, by=user, what="page", note=address)
    except DatabaseError as error:
        logger.error("A refusal could not be told: %s", type(error).__name__)


@contextmanager
def impatient():
    """Waits a quarter of a second for whoever writes on SQLite, where there is one at a time; not the usual time.

    One transaction holds all of it, and waits where it begins; else each statement would, and counting tries again.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute("PRAGMA busy_timeout = 250")
        try:
            with transaction.atomic():
                yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(usual)}")


def password_changed(sender, user, **more):
    audit.note_account(AuditEntry.Action.PASSWORD, user, by=user, note="Changed.")


def password_reset(sender, user, **more):
    audit.note_account(AuditEntry.Action.PASSWORD, user, by=user, note="Chosen on a link.")


def factor_added(sender, user, authenticator, **more):
    audit.note_account(
        AuditEntry.Action.FACTOR, user, by=user, note=f"Added: {PROVED_WITH[authenticator.type]}."
    )


def factor_removed(sender, user, authenticator, **more):
    audit.note_account(
        AuditEntry.Action.FACTOR, user, by=user, note=f"Removed: {PROVED_WITH[authenticator.type]}."
    )


def factor_reset(sender, user, authenticator, **more):
    audit.note_account(AuditEntry.Action.FACTOR, user, by=user, note="New recovery codes.")


def note_repeated(action, user, *, by, what, note):
    number = counted(f"told:{action}:{what}:{user.pk if user else 0}")
    if str(number).strip("0") == "1":  # 1, 10, 100 …
        times = f" {number} times within this hour." if number > 1 else ""
        audit.note_account(action, user, by=by, note=f"{note}{times}")


def counted(key):
    """How often there was one of this key within this hour of the clock, this time included; in all processes."""
    key = f"{key}:{int(time.time() // WITHIN)}"
    with ratelimit.cache_lock(key):
        number = cache.get(key, 0) + 1
        cache.set(key, number, WITHIN)
    return number
