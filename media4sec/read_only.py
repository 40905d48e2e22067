"""Can anything be written just now? Reading goes on without; who would write is told so instead of failing.

An operator may say so (READ_ONLY), or the database is one that only reads, such as a standby.
"""

from django.conf import settings
from django.db import DatabaseError, Error, connection

TOLD_BY_POSTGRESQL = ("in_hot_standby", "default_transaction_read_only")

READ_ONLY_SQL_TRANSACTION = "25006"  # PostgreSQL's code for it


def is_read_only():
    """True where the database takes no writes, as far as it has told."""
    if settings.READ_ONLY:
        return True
    if connection.vendor != "postgresql":  # SQLite tells it only to who writes
        return False
    try:
        connection.ensure_connection()
    except Error:
        return False  # and nothing else will work, either
    # The server tells this by itself, and again when it changes; a pooler that hands it on to nobody costs a query.
    told = [connection.connection.get_parameter_status(name) for name in TOLD_BY_POSTGRESQL]
    if None not in told:
        return "on" in told
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        return cursor.fetchone()[0] == "on"


def read_only_notice(request):
    """For templates of the back-office; asked only where one shows it."""
    return {"is_read_only": is_read_only}


def is_refusal_to_write(error):
    """Did the database fail because it takes no writes?"""
    cause = error.__cause__
    if getattr(cause, "pgcode", "") == READ_ONLY_SQL_TRANSACTION:
        return True
    return isinstance(error, DatabaseError) and "readonly database" in str(error)
