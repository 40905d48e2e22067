"""Can anything be written just now? Reading goes on without; who would write is told so instead of failing.

An operator may say so (READ_ONLY), or the database is one that only reads, such as a standby.
"""

from time import monotonic

from django.conf import settings
from django.db import DatabaseError, connection

LOOKED_EVERY = 2  # seconds
READ_ONLY_SQL_TRANSACTION = "25006"  # PostgreSQL's code for it

_found = {}  # by database: (when somebody looked, what was found)


def is_read_only():
    """True where the database takes no writes; one query now and then, and none with READ_ONLY."""
    if settings.READ_ONLY:
        return True
    if connection.vendor != "postgresql":  # SQLite tells it only to who writes
        return False
    name = connection.settings_dict["HOST"], connection.settings_dict["NAME"]
    at, found = _found.get(name, (-1e9, False))
    if monotonic() - at > LOOKED_EVERY:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            found = cursor.fetchone()[0] == "on"
        _found[name] = monotonic(), found
    return found


def is_refusal_to_write(error):
    """Did the database fail because it takes no writes?"""
    cause = error.__cause__
    if getattr(cause, "pgcode", "") == READ_ONLY_SQL_TRANSACTION:
        return True
    return isinstance(error, DatabaseError) and "readonly database" in str(error)
