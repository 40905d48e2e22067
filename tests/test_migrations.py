"""Migrations fit the release before, go forward and back on a filled database, and let nobody wait."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ModelState, ProjectState

from media4sec.operations import safe_migrations
from media4sec.operations.backup_databases import throw_away
from media4sec.operations.backup_facts import facts
from media4sec.operations.management.commands import migrate
from media4sec.operations.safe_migrations import ours, unfit_steps
from media4sec.records.folder_io import exported_documents
from tests.back_and_forth import DROPS_CONTENT, latest
from tests.factories import one_of_every_kind


@pytest.fixture(autouse=True)
def real_ones(settings):
    settings.MIGRATION_MODULES = {}  # also where the tests' own tables are made without them


def before():
    state = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=20)),
        ("note", models.TextField(null=True)),
    ]
    state.add_model(ModelState("records", "Old", fields))
    return state


def found(*operations, **marks):
    one = type("Migration", (migrations.Migration,), {"operations": list(operations), **marks})
    return list(unfit_steps(one("9999_new", "records"), before()))


def add(field):
    return migrations.AddField("old", "more", field)


def alter(name, field):
    return migrations.AlterField("old", name, field)


CHECK = models.CheckConstraint(condition=models.Q(name__gt=""), name="records_named")
FITS = {
    "a table": migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True))]),
    "may be empty": add(models.TextField(null=True)),
    "has a value": add(models.IntegerField(db_default=0)),
    "between tables": add(models.ManyToManyField("records.Old")),
    "longer": alter("name", models.CharField(max_length=21)),
    "may be left out": alter("name", models.CharField(max_length=20, null=True)),
    "other words": alter("name", models.CharField("called", max_length=20, help_text="It.")),
    "an index": migrations.AddIndex("old", models.Index(fields=["name"], name="records_by_name")),
    "only in code": migrations.SeparateDatabaseAndState(
        state_operations=[migrations.RemoveField("old", "note")]
    ),
}
DOES_NOT = {
    "must have a value": add(models.IntegerField(default=0)),
    "shorter": alter("name", models.CharField(max_length=19)),
    "must not be empty": alter("note", models.TextField(default="")),
    "another type": alter("name", models.IntegerField()),
    "once": alter("name", models.CharField(max_length=20, unique=True)),
    "another column": alter("name", models.CharField(max_length=20, db_column="title")),
    "goes": migrations.RemoveField("old", "note"),
    "the table goes": migrations.DeleteModel("Old"),
    "another name": migrations.RenameField("old", "note", "remark"),
    "the table has another name": migrations.RenameModel("Old", "Older"),
    "a rule": migrations.AddConstraint("old", CHECK),
    "in the database": migrations.SeparateDatabaseAndState(
        database_operations=[migrations.DeleteModel("Old")]
    ),
}


# gate 6.6
@pytest.mark.parametrize("name", FITS)
def test_what_the_release_before_can_work_with_passes(name):
    assert found(FITS[name]) == []


@pytest.mark.parametrize("name", DOES_NOT)
def test_what_it_cannot_work_with_is_found_unless_it_is_marked(name):
    assert len(found(DOES_NOT[name])) == 1
    assert found(DOES_NOT[name], fits="Nobody uses it since the release before.") == []
    assert found(DOES_NOT[name], offline="It rewrites the table.") == []


def test_what_belongs_to_a_new_table_fits():
    assert found(FITS["a table"], migrations.AddField("new", "more", models.IntegerField(default=0))) == []


def test_every_step_goes_back_and_is_all_or_nothing():
    one_way = migrations.RunPython(migrations.RunPython.noop)

    assert "cannot be taken back" in found(one_way)[0]
    assert "cannot be taken back" in found(one_way, fits="Why not")[0]
    assert "leaves half" in found(FITS["may be empty"], atomic=False)[0]


def test_the_migrations_of_this_release_pass(capsys):
    call_command("check_migrations")

    assert f"{len(ours())} migrations" in capsys.readouterr().out
    assert len(ours()) >= 61


def test_a_released_migration_that_is_edited_or_lost_is_found(monkeypatch, tmp_path):
    lines = safe_migrations.RELEASED.read_text().splitlines()
    digest, name = lines[0].split()
    told = tmp_path / "released.txt"
    told.write_text(
        "\n".join([f"{'0' * 64}  {name}", f"{digest}  records/migrations/0000_lost.py", *lines[1:]])
    )
    monkeypatch.setattr(safe_migrations, "RELEASED", told)

    with pytest.raises(CommandError) as error:
        call_command("check_migrations")

    assert str(error.value).splitlines() == [
        f"{name} was released, and is not edited any more: write another one.",
        "records/migrations/0000_lost.py was released, and is gone.",
    ]


# Running them


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
# gate 6.6
def test_each_newest_migration_goes_back_and_forth_on_a_filled_database(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    with throw_away("migrations"):
        call_command("migrate", verbosity=0)
        one_of_every_kind()
        before, export = facts(), documents()
        tried = latest()
        assert DROPS_CONTENT.keys() <= tried.keys(), (
            "Take those that are not the newest any more out of the list."
        )
        for name in sorted(tried, key=lambda name: name in DROPS_CONTENT):
            (app, _), earlier = tried[name]
            call_command("migrate", app, earlier, verbosity=0)
            assert "export" not in facts()
            call_command("migrate", verbosity=0)

            if name not in DROPS_CONTENT:
                assert facts()["export"] == before["export"], name
        gone = set().union(*DROPS_CONTENT.values(), {"state", "published_document"})
        assert documents() != export
        assert without(gone, documents()) == without(gone, export)


def documents():
    return dict(exported_documents())


def without(names, value):
    """A document without these fields, also of its parts."""
    if isinstance(value, list):
        return [without(names, one) for one in value]
    if isinstance(value, dict):
        return {name: without(names, one) for name, one in value.items() if name not in names}
    return value


@pytest.mark.django_db(transaction=True)
def test_a_migration_waits_for_nobody_for_long(monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL only")
    command = migrate.Command()
    command.verbosity = 0

    def limits():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
            return cursor.fetchone()

    command.migration_progress_callback("apply_start", type("Migration", (), {}))
    assert limits() == ("4s", "5s")
    command.migration_progress_callback("unapply_start", type("Migration", (), {"offline": "It is long."}))
    assert limits() == ("0", "0")


@pytest.mark.django_db(transaction=True)
def test_what_needs_a_stopped_portal_is_not_run_beside_it(monkeypatch):
    class Executor(migrate.MigrationExecutor):
        def migration_plan(self, *args, **options):
            one = migrations.Migration("9999_long", "records")
            one.offline = "It rewrites all versions."
            return [(one, False)]

    monkeypatch.setattr(migrate, "MigrationExecutor", Executor)
    with throw_away("offline"):
        migrate.Command().refuse_offline()  # nobody works with an empty one
        MigrationRecorder(connection).ensure_schema()
        MigrationRecorder(connection).record_applied("records", "0001_initial")
        with pytest.raises(
            CommandError, match=r"records\.9999_long needs a portal that is stopped: It rewrites"
        ):
            migrate.Command().refuse_offline()
