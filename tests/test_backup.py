"""A backup is the portal at one moment, whole or not there; what is restored from it is the same, row by row."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from media4sec.accounts.models import User
from media4sec.accounts.tokens import make_token
from media4sec.corrections.models import Correction
from media4sec.operations import backup, backup_databases
from media4sec.operations.backup_databases import throw_away
from media4sec.operations.backup_facts import facts
from media4sec.publications.models import Generation
from media4sec.records import audit, workflow
from media4sec.records.folder_io import export_folder
from media4sec.records.models import AuditEntry, Record, StoredFile, model_of
from media4sec.stored import stored_path
from tests.conftest import database_named
from tests.factories import changed, full_document_for, make, publish, published, save
from tests.files import file_part, pdf, stored
from tests.people import PASSWORD, administrator, logged_in, member, with_password_alone

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parent.parent
KEPT_APART = {
    "publications_generation",
    "django_session",
    "usersessions_usersession",
    "accounts_limits",
}  # restoring changes them, or empties them


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.MEDIA_ROOT, settings.INDEX_ROOT = tmp_path / "files", tmp_path / "index"
    settings.BACKUPS_ROOT = tmp_path / "backups"


@pytest.fixture
def grown():
    """A little of everything that a portal holds."""
    tool = publish(save(full_document_for("technology", files=[file_part()]), "technology"))
    publish(changed(tool, summary="It says something else since."))
    deliverable = full_document_for("deliverable", files=[file_part(stored(pdf("One", "Two"), "pdf"))])
    publish(save(deliverable, "deliverable"))
    workflow.withdraw(published("situation"), reason="It was doubtful.")
    make("issue", title="Nobody sees this yet")
    person = with_password_alone(member("contributor"))
    logged_in(person)
    make_token(person, "Harvester", ["read"], 30)
    cache.set("failures", 3)  # counted in a table of its own, which nothing empties after a test
    report = Correction(submission="one", category="personal-data", language="en-gb", text="Wrong")
    report.save()
    return tool


def run(*arguments):
    """What a command writes."""
    said = StringIO()
    call_command(*arguments, stdout=said)
    return said.getvalue()


def the_backup(folder):
    [found] = backup.backups_in(folder)
    return found


def tables(found):
    return {name: table for name, table in found["tables"].items() if name not in KEPT_APART}


def exported(folder):
    export_folder(folder)
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def files_stored(root):
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@contextmanager
def empty_machine(settings, folder):
    """Nothing of the portal is here."""
    before = settings.MEDIA_ROOT
    with throw_away(str(folder)):
        settings.MEDIA_ROOT = folder
        yield
        settings.MEDIA_ROOT = before


# gate 6.5
def test_what_is_restored_is_the_same(grown, settings, tmp_path):
    audit.chain()
    before, files = facts(), files_stored(settings.MEDIA_ROOT)
    content = exported(tmp_path / "before")
    assert len(files) == 3  # a picture, a PDF, its cover
    assert Session.objects.exists()
    cursor = Client().get("/api/v1/changes").json()["cursor"]
    run("backup")

    with empty_machine(settings, tmp_path / "new"):
        said = run("restore", str(settings.BACKUPS_ROOT))

        assert "All is as it was." in said
        now = facts()
        assert tables(now) == tables(before)
        assert (now["export"], now["audit"]) == (before["export"], before["audit"])
        assert exported(tmp_path / "after") == content
        assert files_stored(settings.MEDIA_ROOT) == files
        assert run("verify_audit").endswith(f"{before['audit']}\n")
        # Who was logged in is not any longer, and may log in as before, whatever failed until then.
        assert cache.get("failures") is None
        assert not Session.objects.exists()
        assert not UserSession.objects.exists()
        address = User.objects.get(password__gt="", is_superuser=False, tokens__isnull=False).email
        answer = Client().post(reverse("admin:login"), {"login": address, "password": PASSWORD})
        assert answer.status_code == 302
        # Whoever keeps a copy hears that this is another history.
        answer = Client().get("/api/v1/changes", {"cursor": cursor})
        assert (answer.status_code, answer.json()["type"].rpartition("#")[2]) == (
            410,
            "problem-other-history",
        )


@pytest.mark.slow
# gate 6.5
def test_the_real_content_with_edits_is_restored_as_it_was(site_database, settings, tmp_path):
    with database_named(site_database):
        backup.make_backup(tmp_path / "site")
    with empty_machine(settings, tmp_path / "first"):
        run("restore", str(tmp_path / "site"))
        for number, record in enumerate(model_of("technology").objects.order_by("pk")[:20]):
            one = changed(record, summary=f"Edited, {number} times.")
            if number % 2:
                publish(one)
        administrator()
        content = exported(tmp_path / "before")
        before = facts()
        run("backup")
    with empty_machine(settings, tmp_path / "second"):
        run("restore", str(settings.BACKUPS_ROOT))

        assert exported(tmp_path / "after") == content
        assert tables(facts()) == tables(before)
        assert sum("Edited" in text.decode() for text in content.values() if b"Edited, " in text) == 1


def test_a_backup_is_for_its_owner_only_and_has_no_secrets(grown, settings):
    run("backup")

    paths = [settings.BACKUPS_ROOT, *settings.BACKUPS_ROOT.rglob("*")]
    assert {oct(path.stat().st_mode & 0o777) for path in paths if path.is_dir()} == {"0o700"}
    assert {oct(path.stat().st_mode & 0o777) for path in paths if path.is_file()} == {"0o600"}
    secrets = [settings.SECRET_KEY.encode(), (connection.settings_dict["PASSWORD"] or "no password").encode()]
    for path in paths:
        assert path.is_dir() or not any(secret in path.read_bytes() for secret in secrets)


def test_a_backup_is_made_while_others_write(grown, monkeypatch, settings):
    """What they write after the moment of the copy is not in it, nobody waits, and the backup is whole."""
    somebody_else = connection.copy()

    def facts_later():
        with somebody_else.cursor() as cursor:
            cursor.execute("UPDATE records_record SET title = 'Written meanwhile'")
        return facts()

    monkeypatch.setattr(backup, "facts", facts_later)
    before = facts()
    run("backup")
    somebody_else.close()

    monkeypatch.undo()
    assert set(Record.objects.values_list("title", flat=True)) == {"Written meanwhile"}
    made = json.loads((the_backup(settings.BACKUPS_ROOT) / "manifest.json").read_text())
    assert made["contains"]["tables"] == before["tables"]
    assert "can be restored" in run("verify_backup")


def test_files_that_come_while_files_are_copied_are_in_it(grown, monkeypatch, settings):
    copy_files, come = backup._copy_files, []

    def copied(new, names):
        problems = copy_files(new, names)
        if not come:
            come.append(stored())
        return problems

    monkeypatch.setattr(backup, "_copy_files", copied)
    run("backup")

    made = the_backup(settings.BACKUPS_ROOT)
    assert (made / "files" / come[0].digest[:2] / come[0].digest).exists()
    assert "can be restored" in run("verify_backup")


@pytest.mark.slow
@pytest.mark.once
def test_the_newest_are_kept(settings):
    (settings.BACKUPS_ROOT / "of somebody else").mkdir(parents=True)
    for _ in range(3):
        run("backup")
    [first, *others] = backup.backups_in(settings.BACKUPS_ROOT)

    said = run("backup", "--keep", "3")

    assert f"{first} was deleted." in said
    assert backup.backups_in(settings.BACKUPS_ROOT)[:-1] == others
    assert not first.exists()
    assert (settings.BACKUPS_ROOT / "of somebody else").exists()


# Damage


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def lose_a_row(made):
    """A copy that was written over by somebody who also wrote the manifest."""
    manifest = json.loads((made / "manifest.json").read_text())
    manifest["contains"]["tables"]["auth_user"]["rows"] += 1
    (made / "manifest.json").write_text(json.dumps(manifest))


DAMAGES = {
    "file": (lambda made: flip(next((made / "files").glob("??/*"))), "is not as it was written"),
    "lost file": (lambda made: next((made / "files").glob("??/*")).unlink(), "is missing"),
    "copy": (lambda made: flip(next(made.glob("database.*"))), "is not as it was written"),
    "lost copy": (lambda made: next(made.glob("database.*")).unlink(), "is missing"),
    "rows": (lose_a_row, "auth_user is not the same"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_found(grown, settings, name):
    run("backup")
    made = the_backup(settings.BACKUPS_ROOT)
    assert "can be restored" in run("verify_backup")
    do, says = DAMAGES[name]

    do(made)

    with pytest.raises(CommandError, match=says):
        run("verify_backup")


@pytest.mark.once
def test_a_copy_is_damaged_wherever_it_is(grown, settings):
    """Nobody is asked to read it: the operator hears where the damage is, and no other error."""
    run("backup")
    copy = next(the_backup(settings.BACKUPS_ROOT).glob("database.*"))
    whole = copy.read_bytes()
    for tenth in range(10):
        content, begin = bytearray(whole), len(whole) * tenth // 10
        content[begin : begin + 64] = (255 - byte for byte in whole[begin : begin + 64])
        copy.write_bytes(content)

        with pytest.raises(CommandError, match=f"{copy.name} is not as it was written"):
            run("verify_backup")


def test_a_trail_that_was_tampered_with_is_found(grown, settings):
    audit.chain()
    AuditEntry.objects.filter(position=2).update(note="Nothing happened.")
    run("backup")

    with pytest.raises(CommandError, match="entry 2 are not as they were written"):
        run("verify_backup")


def test_what_is_damaged_already_is_told_and_saved_all_the_same(grown, settings):
    file = StoredFile.objects.exclude(media_type="application/pdf").first()
    stored_path(file.digest).unlink()

    with pytest.raises(CommandError, match=f"The file {file.digest} is named by records, and is not on disk"):
        run("backup")

    assert the_backup(settings.BACKUPS_ROOT)
    with pytest.raises(CommandError, match="is not on disk"):
        run("verify_backup")


def test_a_damaged_backup_is_not_restored(grown, settings, tmp_path):
    run("backup")
    flip(next(the_backup(settings.BACKUPS_ROOT).glob("database.*")))

    with empty_machine(settings, tmp_path / "new"):
        with pytest.raises(CommandError, match="nothing was restored"):
            run("restore", str(settings.BACKUPS_ROOT))

        assert backup.is_empty()


def test_trying_leaves_nothing_behind(grown, settings, tmp_path, monkeypatch):
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    run("backup")
    before = databases()

    run("verify_backup")

    assert list(place.iterdir()) == []
    assert databases() == before


def databases():
    """What a trial of a backup makes beside this database."""
    if connection.vendor == "sqlite":
        folder = Path(connection.settings_dict["NAME"]).parent
        return {path.name for path in folder.glob("media4sec-test-*.restoring")}
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        own = f"{connection.settings_dict['NAME'][:40]}_verify_"  # others try out theirs at the same time
        return {name for (name,) in cursor.fetchall() if name.startswith(own)}


# Over what is there


@pytest.mark.slow
def test_what_is_there_is_not_replaced_unless_that_is_said(grown, settings, tmp_path):
    run("backup")
    first, aside = the_backup(settings.BACKUPS_ROOT), tmp_path / "aside"
    with empty_machine(settings, tmp_path / "new"):
        run("restore", str(first))
        make("issue", title="Written since")
        edited = facts()
        history = Generation.objects.get().name

        with pytest.raises(CommandError, match="not empty"):
            run("restore", str(first))
        assert tables(facts()) == tables(edited)

        run("restore", str(first), "--replace", str(aside))
        assert not Record.objects.filter(title="Written since").exists()
        assert Generation.objects.get().name != history

        run("restore", str(aside), "--replace", str(aside))
        assert tables(facts()) == tables(edited)


def test_of_another_database_or_a_newer_release_it_says_so(settings, tmp_path):
    run("backup")
    path = the_backup(settings.BACKUPS_ROOT) / "manifest.json"
    manifest = json.loads(path.read_text())

    path.write_text(json.dumps(manifest | {"database": manifest["database"] | {"vendor": "oracle"}}))
    with pytest.raises(CommandError, match="The backup is of oracle"):
        run("verify_backup")

    contains = manifest["contains"] | {
        "migrations": [*manifest["contains"]["migrations"], "records.9999_later"]
    }
    path.write_text(json.dumps(manifest | {"contains": contains}))
    with pytest.raises(CommandError, match=r"newer release: this one does not know records\.9999_later"):
        run("verify_backup")

    path.write_text("{")
    with pytest.raises(CommandError, match="cannot be read"):
        run("verify_backup")
    with pytest.raises(CommandError, match="There is no backup in"):
        run("verify_backup", str(tmp_path / "nowhere"))


# Killed (gate 6.1)

KILLED = """
import os, signal, sys
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from media4sec.operations import backup, backup_databases

settings.MEDIA_ROOT, settings.INDEX_ROOT = os.environ["FILES_ROOT"], os.environ["INDEX_ROOT"]

def die(*args, **options):
    os.kill(os.getpid(), signal.SIGKILL)

def half(source, target):
    target.write(source.read(200_000))
    target.flush()
    die()

where, *command = sys.argv[1:]
if where == "facts":
    backup.facts = die
elif where == "manifest":
    backup._to_disk = die
elif where == "half" and connection.vendor == "sqlite":
    class Half:
        def __init__(self, *args, **options):
            self.real = sqlite3.connect(*args, **options)
        def __getattr__(self, name):
            return getattr(self.real, name)
        def backup(self, target):
            self.real.backup(target, pages=100, progress=lambda status, left, total: left < total / 2 and die())
    import sqlite3, types
    backup_databases.sqlite3 = types.SimpleNamespace(connect=Half, Error=sqlite3.Error)
elif where == "half":
    backup_databases.shutil.copyfileobj = half
call_command(*command)
"""


def killed(where, *command, settings):
    """Run a command in a process of its own, which is killed at some point."""
    here = connection.settings_dict
    url = f"sqlite:///{here['NAME']}"
    if connection.vendor == "postgresql":
        url = f"postgres://{here['USER']}:{here['PASSWORD']}@{here['HOST']}:{here['PORT']}/{here['NAME']}"
    connection.close()
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "tests.settings",  # with the same applications and migrations as here
        "DATABASE_URL": url,
        "FILES_ROOT": str(settings.MEDIA_ROOT),
        "BACKUPS_ROOT": str(settings.BACKUPS_ROOT),
        "INDEX_ROOT": str(settings.INDEX_ROOT),
    }
    program = [sys.executable, "-c", KILLED, where, *command]
    done = subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize("where", ["facts", "manifest"])
@pytest.mark.slow
def test_a_backup_that_is_killed_is_none_and_the_next_one_clears_it_away(grown, settings, where):
    run("backup")
    first = backup.backups_in(settings.BACKUPS_ROOT)

    killed(where, "backup", settings=settings)

    assert backup.backups_in(settings.BACKUPS_ROOT) == first
    run("backup")
    assert len(list(settings.BACKUPS_ROOT.iterdir())) == 2


@pytest.mark.slow
def test_a_restore_that_is_killed_leaves_nothing_or_what_was_there(grown, settings, tmp_path):
    run("backup")
    made = the_backup(settings.BACKUPS_ROOT)
    with empty_machine(settings, tmp_path / "new"):
        killed("half", "restore", str(made), settings=settings)
        wait_for_the_server()

        assert backup.is_empty()
        run("restore", str(made))
        make("issue", title="Written since")
        edited = facts()

        killed("half", "restore", str(made), "--replace", str(tmp_path / "aside"), settings=settings)
        wait_for_the_server()

        assert facts() == edited
        run("restore", str(made), "--replace", str(tmp_path / "aside"))
        assert not Record.objects.filter(title="Written since").exists()


def wait_for_the_server():
    """PostgreSQL notices a moment later that psql has nobody to read from any more."""
    for _ in range(100):
        if connection.vendor == "sqlite":
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.1)
    pytest.fail("psql is still there")


# PostgreSQL's tools


@pytest.fixture
def on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL only")


def test_the_password_is_on_no_command_line(on_postgresql):
    command, environment = backup_databases._command("psql", [])

    password = connection.settings_dict["PASSWORD"]
    assert password
    assert not any(password in word for word in command)
    assert environment["PGPASSWORD"] == password


def test_old_tools_are_refused(on_postgresql, monkeypatch, settings):
    old = subprocess.CompletedProcess([], 0, stdout="pg_dump (PostgreSQL) 9.6.1\n")
    monkeypatch.setattr(backup_databases.subprocess, "run", lambda *args, **options: old)

    with pytest.raises(CommandError, match=r"9\.6\.1 is older than the server"):
        run("backup")


def test_missing_tools_are_named(on_postgresql, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CommandError, match="pg_dump is not installed here"):
        run("backup")
