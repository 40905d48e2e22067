"""What the web may do on PostgreSQL, where it has a role of its own: read and write rows, and never alter a table.

The audit trail it may only add to: it cannot change or delete an entry, but give one its place in the chain, once.
"""

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from media4sec.records.models import AuditEntry, AuditHead

PLACED_BY = ("position", "digest")  # of an entry in the chain
# The owner of a table is not bound by these.
POLICIES = {
    "entries_are_read": "FOR SELECT USING (true)",
    "entries_are_added": "FOR INSERT WITH CHECK (true)",
    "entries_get_a_place_once": "FOR UPDATE USING (position IS NULL) WITH CHECK (position IS NOT NULL)",
}


def web_role() -> str | None:
    """The role of the web, where another one owns the tables."""
    web, owner = connection.settings_dict["USER"], settings.MIGRATE_DATABASE.get("USER")
    return web if owner and owner != web else None


@transaction.atomic
def grant(web: str) -> None:
    """Give the web what it needs of the tables that are there; asked by their owner. May be repeated."""
    role, entries, head = (
        connection.ops.quote_name(name) for name in (web, AuditEntry._meta.db_table, AuditHead._meta.db_table)
    )
    migrations = connection.ops.quote_name(MigrationRecorder.Migration._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {migrations} FROM {role}")
        cursor.execute(f"REVOKE UPDATE, DELETE ON {entries} FROM {role}")
        cursor.execute(f"GRANT UPDATE ({', '.join(PLACED_BY)}) ON {entries} TO {role}")
        cursor.execute(f"REVOKE DELETE ON {head} FROM {role}")
        cursor.execute("SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", [entries])
        if cursor.fetchone() == (False,):
            cursor.execute(f"ALTER TABLE {entries} ENABLE ROW LEVEL SECURITY")
            for name, rule in POLICIES.items():
                cursor.execute(f"CREATE POLICY {name} ON {entries} {rule}")
