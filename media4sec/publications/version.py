"""Which version of the content a database holds: what was worked out from another one does not hold any longer."""

from typing import Any

from django.db import connection, connections

from media4sec.languages import memory
from media4sec.publications.models import Change, Generation

NEWEST = (
    f"SELECT seq, at, (SELECT name FROM {Generation._meta.db_table} LIMIT 1) "  # noqa: S608, names of our tables
    f"FROM {Change._meta.db_table} ORDER BY seq DESC LIMIT 1"
)
AT = Change._meta.get_field("at")


def content_version() -> tuple[str, Any]:
    """Which database, and its newest change: ``(number, time, the database's own name, which a rebuild changes)``.

    Read once a request, on each of the databases that it asks.
    """
    remembered, alias = memory.get(), Change.objects.db
    if remembered is not None and ("version", alias) in remembered:
        return remembered["version", alias]
    found = (str(connection.settings_dict["NAME"]), newest_change_in(alias))
    if remembered is not None:
        remembered["version", alias] = found
    return found


def newest_change_in(alias: str) -> Any:
    """``(number, time, name)``; None in a database without any.

    Every request asks for it, so the question is written out: to put it together would take longer than to answer it.
    """
    link = connections[alias]
    with link.cursor() as cursor:
        cursor.execute(NEWEST)
        found = cursor.fetchone()
    if found is None:
        return None
    seq, at, name = found
    column = AT.cached_col
    for read in link.ops.get_db_converters(column):  # SQLite has times as texts
        at = read(at, column, link)
    return seq, at, name
