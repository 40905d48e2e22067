"""On PostgreSQL the web has a role of its own, which alters no table and no line of the audit trail."""

import secrets
import uuid
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import DatabaseError, ProgrammingError, connection
from django.test import Client
from django.urls import reverse

from media4sec.operations import backup_databases
from media4sec.operations.backup_databases import connected_to
from media4sec.publications.models import Publication
from media4sec.records import audit
from media4sec.records.models import AuditEntry, Record
from tests.factories import make
from tests.people import PASSWORD, administrator, logged_in, with_password
from tests.test_admin import save, take
from tests.test_corrections import send

pytestmark = pytest.mark.django_db(transaction=True)
ROLES = Path(project.BASE_DIR) / "deploy" / "postgresql" / "roles.sql"
NAMES = ("portal_owner", "portal_web", "portal")  # of the file, longest first


@pytest.fixture
def roles(settings, tmp_path):
    """A database as the file makes it, under names that no other test has, with its tables; and its two roles."""
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL only: SQLite has no roles")
    settings.MIGRATION_MODULES = {}
    settings.MEDIA_ROOT, settings.INDEX_ROOT = tmp_path / "files", tmp_path / "index"
    mark = uuid.uuid4().hex[:8]
    owner, web, database = (f"{name}_{mark}" for name in NAMES)
    script = ROLES.read_text("utf-8")
    for name, other in zip(NAMES[:2], (owner, web), strict=True):
        script = script.replace(name, other)
    script = script.replace("DATABASE portal", f"DATABASE {database}")
    statements = "\n".join(line for line in script.splitlines() if not line.startswith("--")).split(";")
    password = secrets.token_hex(16)
    with connection.cursor() as cursor:
        for statement in filter(str.strip, statements):
            cursor.execute(statement)
        for role in (owner, web):
            cursor.execute(f"ALTER ROLE {role} PASSWORD '{password}'")
    here = dict(connection.settings_dict)
    common = {"HOST": here["HOST"], "PORT": here["PORT"], "NAME": database, "PASSWORD": password}
    settings.MIGRATE_DATABASE = common | {"USER": owner}
    try:
        with connected_to(**common, USER=web):
            call_command("migrate", verbosity=0)
            yield owner, web
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
            for role in (owner, web):
                cursor.execute(f"DROP ROLE IF EXISTS {role}")


@contextmanager
def refused():
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
        yield


def asks(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


def beside_autovacuum(administer):
    """As PostgreSQL answers while it cleans a database up of itself: that process has no role that ours has."""

    def answered(*statements):
        if any("FORCE" in statement for statement in statements):
            raise ProgrammingError("must be a member of the role whose process is being terminated")
        administer(*statements)

    return answered


# gate 5.4
@pytest.mark.slow
def test_the_web_does_its_work_and_can_alter_nothing(roles, settings):
    person = with_password(administrator())
    assert (
        Client().post(reverse("admin:login"), {"login": person.email, "password": PASSWORD}).status_code
        == 302
    )
    editor = logged_in(person)
    record = make("technology", title="A tool")
    assert save(editor, record, title="Saved by a form").status_code == 302
    assert take(editor, record, "publish").status_code == 302
    public = Publication.objects.get(identifier=record.identifier)
    assert (public.title, Client().get(public.url).status_code) == ("Saved by a form", 200)
    assert send(Client(), category="error", text="Wrong").status_code == 303
    call_command("publish_due", stdout=StringIO())
    call_command("clearsessions")

    audit.chain()
    assert AuditEntry.objects.filter(position=None).count() == 0
    assert AuditEntry.objects.count() >= 3  # kept, saved, published
    assert list(audit.faults()) == []

    with refused():
        asks("ALTER TABLE records_record ADD COLUMN more text")
    with refused():
        asks("CREATE TABLE more (id int)")
    with refused():
        asks("DROP TABLE records_revision")
    with refused():
        asks("TRUNCATE records_auditentry")
    with refused():
        asks("DELETE FROM records_auditentry")
    with refused():
        asks("DELETE FROM records_audithead")
    for column in ("title", "actor", "note", "seal", "salt", "at", "action", "identifier"):
        with refused():
            asks(f"UPDATE records_auditentry SET {column} = {column}")
    assert asks("UPDATE records_auditentry SET position = position + 1000") == 0  # none has no place any more
    with refused():
        asks("ALTER TABLE records_auditentry DISABLE ROW LEVEL SECURITY")
    with refused():
        asks("DELETE FROM django_migrations")


@pytest.mark.slow
# gate 5.4
def test_it_is_the_same_after_a_backup_was_restored(roles, settings, tmp_path, monkeypatch):
    make("technology", title="A tool")
    audit.chain()
    call_command("backup", str(tmp_path / "backups"), stdout=StringIO())
    call_command("verify_backup", str(tmp_path / "backups"), stdout=StringIO())
    with monkeypatch.context() as patch:
        patch.setattr(backup_databases, "_administer", beside_autovacuum(backup_databases._administer))
        call_command("verify_backup", str(tmp_path / "backups"), stdout=StringIO())
    assert asks("SELECT FROM pg_database WHERE datname LIKE 'portal%verify%'") == 0

    call_command("restore", str(tmp_path / "backups"), replace=tmp_path / "aside", stdout=StringIO())

    assert Record.objects.get(title="A tool")
    make("technology", title="Another tool")
    audit.chain()
    with refused():
        asks("DELETE FROM records_auditentry")
    assert asks("UPDATE records_auditentry SET position = position + 1000") == 0
    with refused():
        asks("ALTER TABLE records_record ADD COLUMN more text")
