"""Backup, wipe, restore, and migrations on a filled database: what is there afterwards is what was there before."""

import shutil
import signal
import subprocess
import time

from benchmarks.portals import HERE, Portal, query
from tests.back_and_forth import DROPS_CONTENT
from tests.drills.frame import Missed, Seen, drill

ON = ("sqlite", "postgresql")
RECORDS = 10_000
# What editors do: some edits, some of them published, an account, a report.
EDITS = """
import django; django.setup()
from media4sec.accounts.models import User
from media4sec.corrections.models import Correction
from media4sec.records import audit, workflow
from media4sec.records.documents.reading import working_document
from media4sec.records.documents.writing import save_document
from media4sec.records.models import Record, specific

for number, record in enumerate(specific(Record.objects.filter(kind_name="technology").order_by("pk")[:40])):
    document = working_document(record) | {"summary": f"Edited in a drill, {number} times."}
    record = save_document("technology", document, record)
    workflow.save_revision(record, by=None, note="A drill")
    if number % 2:
        workflow.publish(record, by=None)
User.objects.create_user("drill@example.org", "correct horse battery staple zebra")
Correction(submission="drill", category="error", language="en-gb", text="Something is wrong.").save()
audit.chain()
"""
LATEST = """
import django; django.setup()
from tests.back_and_forth import latest
for name, ((app, _), earlier) in latest().items(): print(name, app, earlier)
"""
# The command, which is killed where a migration has filled a table and not ended yet.
KILLED = """
import os, signal, sys
import django; django.setup()
from django.core.management import call_command
from django.db.migrations import RunPython

real = RunPython.database_forwards
def and_die(*arguments):
    real(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
RunPython.database_forwards = and_die
call_command("migrate", verbosity=0)
"""


def exported(portal, name):
    """Every file of the export, by its path."""
    folder = portal.folder / name
    portal.run("manage.py", "export_records", str(folder))
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows(portal, table):
    return sorted(map(repr, query(portal.database, f"SELECT * FROM {table}")))


# gate 6.5
@drill(
    "6.5",
    f"backup, wipe, restore by the documented commands with {RECORDS:,} records: all is the same",
    most=15 * 60,
    unit="s",
    on=ON,
)
def restored(place):
    portal, kept = place.portal(), place.folder / "kept"
    number = portal.grow(RECORDS)
    portal.run("-c", EDITS)
    before = exported(portal, "before")
    told = {table: rows(portal, table) for table in ("auth_user", "records_auditentry", "records_revision")}
    began = time.monotonic()
    portal.run("manage.py", "backup", str(kept))
    made = time.monotonic() - began
    portal.run("manage.py", "verify_backup", str(kept))
    shutil.rmtree(portal.folder)  # the machine is gone; its database is never asked again
    empty = Portal(
        HERE, place.database(f"{portal.folder.name}-new"), place.folder / f"{portal.folder.name}-new"
    )
    began = time.monotonic()
    empty.run("manage.py", "restore", str(kept))
    seconds = time.monotonic() - began
    if exported(empty, "after") != before:
        raise Missed("The export is not the same.")
    # export_records has noted in the trail that it was run, after the backup as before it.
    for table, then in told.items():
        lost = {*then} - {*rows(empty, table)}
        if lost:
            raise Missed(f"{table} is not the same: {len(lost)} rows.")
    empty.run("manage.py", "verify_audit")
    return Seen(seconds, f"{number:,} records; the backup took {made:.0f} s")


# gate 6.6
@drill(
    "6.6",
    "the newest migrations go back and forward on the real content, and the export stays",
    most=0,
    unit="files that differ",
    on=ON,
)
def migrated(place):
    portal = place.portal()
    before, differing, tried = exported(portal, "before"), set(), 0
    for line in portal.run("-c", LATEST).splitlines():
        name, app, earlier = line.split()
        if name in DROPS_CONTENT:
            continue
        portal.run("manage.py", "migrate", app, earlier, "--verbosity", "0")
        portal.run("manage.py", "migrate", "--verbosity", "0")
        after = exported(portal, "after")
        differing |= {path for path in {*before, *after} if before.get(path) != after.get(path)}
        tried += 1
    return Seen(len(differing), f"{tried} migrations")


# gate 6.1
@drill(
    "6.1",
    "a migration that is killed has changed nothing, and can be run again",
    most=0,
    unit="things half done",
    on=ON,
)
def killed(place):
    portal = place.portal()
    before = exported(portal, "before")
    portal.run("manage.py", "migrate", "publications", "0009", "--verbosity", "0")
    done = subprocess.run(
        [portal.python, "-c", KILLED],
        cwd=portal.checkout,
        env=portal.environment(),
        capture_output=True,
        text=True,
    )
    if done.returncode != -signal.SIGKILL:
        raise Missed(f"It was not killed: {done.stderr[-500:]}")
    half = []
    catalogue, name = {"sqlite": ("sqlite_master", "name"), "postgresql": ("pg_tables", "tablename")}[
        place.vendor
    ]
    if query(portal.database, f"SELECT 1 FROM {catalogue} WHERE {name} = 'publications_themeplace'"):
        half.append("the table")
    if query(portal.database, "SELECT name FROM django_migrations WHERE name = '0010_theme_places'"):
        half.append("the note that it was done")
    portal.run("manage.py", "migrate", "--verbosity", "0")
    if exported(portal, "after") != before:
        half.append("the export")
    return Seen(len(half), ", ".join(half) or "repeated, it did its work")
