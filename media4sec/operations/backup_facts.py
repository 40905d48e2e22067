"""What a database holds, in few words that can be compared: the rows of each table, the export, the trail's end."""

import hashlib
from typing import Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from media4sec.publications.models import Change, Generation
from media4sec.records.folder_io import exported_documents, in_file
from media4sec.records.models import AuditHead

ROWS_AT_ONCE = 2_000  # rows


def facts() -> dict[str, Any]:
    """Of the database that is connected; nothing is written. Documents are told where the tables are this release's."""
    applied = applied_migrations()
    found = {"migrations": applied, "tables": {name: _table(name) for name in sorted(_table_names())}}
    if is_this_release(applied):
        found |= {"export": _export(), "audit": str(AuditHead.objects.first() or ""), "changes": _changes()}
    return found


def applied_migrations() -> list[str]:
    """Those that this database has gone through."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def known_migrations() -> set[str]:
    """Those that this release has, of all apps."""
    loader = MigrationLoader(None)
    replaced = {name for one in loader.disk_migrations.values() for name in one.replaces}
    return {f"{app}.{name}" for app, name in {*loader.disk_migrations, *replaced}}


def is_this_release(applied: list[str]) -> bool:
    """True if the tables are as the models say: nothing is left to do, and nothing is unknown."""
    loader = MigrationLoader(None)
    wanted = {f"{app}.{name}" for app, name in loader.graph.nodes}
    return wanted <= set(applied)


def _table_names():
    return connection.introspection.table_names()


def _table(name):
    """How many rows, and a digest of all of them, in whatever order the database gives them."""
    rows, total = 0, 0
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")  # noqa: S608, a table that is there
        while some := cursor.fetchmany(ROWS_AT_ONCE):
            rows += len(some)
            for row in some:
                values = [bytes(value) if isinstance(value, memoryview) else value for value in row]
                total += int.from_bytes(
                    hashlib.sha256(repr(values).encode("utf-8", "surrogatepass")).digest()
                )
    return {"rows": rows, "digest": f"{total % 2**256:064x}"}


def _export():
    """The digest of what ``export_records`` would write, files aside, which have their digests as names."""
    found = hashlib.sha256()
    for name, documents in exported_documents():
        if documents:
            found.update(f"{name}\n{in_file(documents)}".encode())
    return found.hexdigest()


def _changes():
    """Which history this is, for those who keep a copy, and how far it goes."""
    histories, changes = (model.objects.using(connection.alias) for model in (Generation, Change))
    return {
        "history": histories.values_list("name", flat=True).first(),
        "newest": changes.order_by("-seq").values_list("seq", flat=True).first() or 0,
    }
