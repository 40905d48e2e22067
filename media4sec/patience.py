"""How long requests wait for PostgreSQL.

A server that works ends a statement by itself after ``DATABASE_STATEMENT_SECONDS``; one that does not answer at all is
noticed by ``media4sec.silence``. docs/adr/0052-observing.md.
"""

import threading
from contextlib import contextmanager

from django.conf import settings
from django.db import connections, transaction

_here = threading.local()
_noticing = []  # media4sec.silence, where it was asked to notice


def longest_wait():
    """Seconds that this thread waits for one answer: a little longer than the server lets a statement run."""
    given = getattr(_here, "longest", None)
    return given if given is not None else (settings.DATABASE_STATEMENT_SECONDS or 10) + 1


@contextmanager
def unhurried(connection):
    """For what may take long, such as reading everything anew: only a server that is silent ends it."""
    if connection.vendor != "postgresql":
        yield
        return
    before, _here.longest = getattr(_here, "longest", None), float("inf")
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            yield
    finally:
        _here.longest = before


def limit_waiting():
    """Called once by a process that serves visitors; commands wait as long as it takes."""
    found = [one for one in connections.settings.values() if one["ENGINE"].endswith("postgresql")]
    if not found:
        return
    from media4sec import silence

    _noticing.append(silence)
    for database in found:
        options = database["OPTIONS"]
        options["connection_factory"] = silence.Connection
        if settings.DATABASE_STATEMENT_SECONDS:
            options["options"] = f"{options.get('options', '')} {limits_of_a_session()}".strip()
    silence.begin_to_notice()


def is_any_silent():
    """Does a database that this process reads not answer?"""
    return any(one.some_are_silent() for one in _noticing)


def limits_of_a_session():
    """What PostgreSQL is told at the beginning of each connection; locks are awaited half as long as statements run."""
    most = settings.DATABASE_STATEMENT_SECONDS * 1000
    idle = "idle_in_transaction_session_timeout"
    return f"-c statement_timeout={most} -c lock_timeout={most // 2} -c {idle}={6 * most}"
