"""An import and others who work at the same moment: they are not refused, and nothing of either is lost."""

import os
import subprocess
import sys
from contextlib import contextmanager
from threading import Event
from unittest.mock import patch

import pytest
from django.db import connection

from media4sec.records import workflow
from media4sec.records.admin.lists import admin_url
from media4sec.records.audit import chain
from media4sec.records.audit import faults as faults_of_trail
from media4sec.records.importing import drafting, reports
from media4sec.records.models import ImportReport, Record, Source
from tests.factories import fresh, make, source
from tests.people import logged_in, member, owned
from tests.test_admin import filled
from tests.test_imports import ADDRESS, applied, snapshot, table, uploaded
from tests.test_server import ROOT, database_url
from tests.test_turns import Elsewhere

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(partner):
    """Whoever imports, and a colleague."""
    return [logged_in(member("contributor", partner=partner, name=name)) for name in ("one", "two")]


@contextmanager
def stopped(place, name):
    """An import stops after this function, until it is told to go on: ``(it stands there, go on)``."""
    stands, goes_on, step = Event(), Event(), getattr(place, name)

    def stopping(*args, **options):
        found = step(*args, **options)
        stands.set()
        assert goes_on.wait(30)
        return found

    with patch.object(place, name, stopping):
        yield stands, goes_on


def file_of(*records):
    """A file that changes these records, and adds one."""
    rows = [[one.identifier, one.title, "Imported", "https://example.org/new"] for one in records]
    return table(["identifier", "title", "summary", "sources"], *rows, ["", "Added", "", ""])


@pytest.mark.parametrize(
    ("place", "name"), [(drafting, "_read"), (workflow, "prepare_all"), (workflow, "save_all")]
)
def test_another_record_is_saved_during_an_import(partner, people, place, name):
    importer, colleague = people
    first, other = (owned(make("organisation", title=title), partner) for title in ("One", "Other"))
    uploaded(importer, file_of(first))
    data = filled(colleague, admin_url(other), summary="By hand")

    with stopped(place, name) as (stands, goes_on):
        importing = Elsewhere(lambda: applied(importer))
        assert stands.wait(30)
        saving = Elsewhere(lambda: colleague.post(admin_url(other), data))
        if connection.vendor == "sqlite" and name == "save_all":
            assert saving.waits()  # only one can write
        else:
            assert saving.done.wait(20)
        goes_on.set()
        assert importing.finished().status_code == 200
        assert saving.finished().status_code == 302

    assert [fresh(one).summary for one in (first, other)] == ["Imported", "By hand"]
    assert Record.objects.filter(kind_name="organisation").count() == 3
    chain()
    assert list(faults_of_trail()) == []


def test_a_record_of_the_file_is_saved_before_it_is_written(partner, people):
    importer, colleague = people
    first, second = (owned(make("organisation", title=title), partner) for title in ("One", "Two"))
    uploaded(importer, file_of(first, second))
    data = filled(colleague, admin_url(second), summary="By hand")

    with stopped(workflow, "prepare_all") as (stands, goes_on):
        importing = Elsewhere(lambda: applied(importer))
        assert stands.wait(30)
        assert colleague.post(admin_url(second), data).status_code == 302
        goes_on.set()
        assert importing.finished().status_code == 409

    assert [fresh(one).summary for one in (first, second)] == [first.summary, "By hand"]
    assert not Source.objects.exists()
    importer.post(f"{ADDRESS}{ImportReport.objects.get().pk}/", {"check": "yes"})
    assert applied(importer).status_code == 200
    assert fresh(second).summary == "Imported"


def test_a_form_that_was_open_during_an_import_is_merged(partner, people):
    importer, colleague = people
    record = owned(make("organisation", title="One", sources=[source()]), partner)
    uploaded(importer, table(["identifier", "summary"], [record.identifier, "Imported"]))
    data = filled(colleague, admin_url(record), notes="By hand")

    applied(importer)
    assert colleague.post(admin_url(record), data).status_code == 302

    record = fresh(record)
    assert (record.summary, record.notes, record.edit_version) == ("Imported", ["By hand"], 3)


def test_apply_pressed_twice_at_the_same_moment_does_it_once(partner, people):
    importer, _ = people
    uploaded(importer, file_of(owned(make("organisation", title="One"), partner)))

    presses = [Elsewhere(lambda: applied(importer)) for _ in range(2)]
    answers = sorted(press.finished().status_code for press in presses)

    assert answers in ([200, 200], [200, 409])
    assert Record.objects.filter(title="Added").count() == 1


IMPORT = """
import time
import django
django.setup()
from media4sec.records import audit
from media4sec.records.importing import {module}, reports
from media4sec.records.models import ImportReport

def stands(*args, **options):
    print("stands", flush=True)
    time.sleep(60)

{module}.{name} = stands
report = ImportReport.objects.get()
reports.apply(report, by=report.made_by)
"""


@pytest.mark.parametrize(
    ("module", "name"), [("writing", "words_of"), ("writing", "model_of"), ("reports", "ImportReport.save")]
)
@pytest.mark.slow
def test_an_import_that_is_killed_leaves_nothing(partner, people, module, name):  # gate 6.1
    importer, _ = people
    uploaded(importer, file_of(owned(make("organisation", title="One", sources=[source()]), partner)))
    before = snapshot()
    kept = {one: os.environ[one] for one in ("PATH", "HOME", "LANG", "TMPDIR") if one in os.environ}
    environment = kept | {
        "DJANGO_SETTINGS_MODULE": "media4sec.settings",
        "BASE_URL": "http://127.0.0.1",
        "SECRET_KEY": "only for this import, 0123456789 0123456789 0123456789 0123456789",
        "DATABASE_URL": database_url(connection.settings_dict["NAME"]),
    }
    code = IMPORT.format(module=module, name=name)
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE
    ) as process:
        said = process.stdout.readline()
        process.kill()

    assert said == b"stands\n"
    assert snapshot() == before
    assert ImportReport.objects.get().state == "ready"
    assert reports.apply(ImportReport.objects.get(), by=ImportReport.objects.get().made_by)
    assert Record.objects.filter(title="Added").count() == 1
