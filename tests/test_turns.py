"""Two people who publish at the same moment: one waits for the other, and nothing is lost.

On SQLite every transaction waits where it begins; on PostgreSQL only the steps that the public sees take turns.
"""

import json
from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from media4sec.publications import related
from media4sec.publications.models import Change, Publication
from media4sec.records import workflow
from media4sec.records.admin.lists import admin_url
from media4sec.records.folder_io import load_folder
from media4sec.records.models import Record
from tests.factories import document_for, fresh, make, published
from tests.test_admin import filled

pytestmark = pytest.mark.django_db(transaction=True)
WAITING_FOR_US = (
    "SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
)


class Elsewhere(Thread):
    """A step in another thread, and so with a connection of its own."""

    def __init__(self, step):
        super().__init__()
        self.step, self.done, self.answer, self.error = step, Event(), None, None
        self.start()

    def run(self):
        try:
            self.answer = self.step()
        except Exception as error:
            self.error = error
        finally:
            connection.close()
            self.done.set()

    def waits(self):
        """Whether it waits for this transaction.

        PostgreSQL says so, however busy the machine. On SQLite half a second is enough for a step that does not wait;
        one that waits is never taken for done.
        """
        if connection.vendor == "sqlite":
            return not self.done.wait(0.5)
        while not self.done.wait(0.05):
            with connection.cursor() as cursor:
                cursor.execute(WAITING_FOR_US)
                if cursor.fetchone():
                    return True
        return False

    def finished(self):
        self.join()
        if self.error:
            raise self.error
        return self.answer


def tool(title, function):
    return make(
        "technology", title=title, summary=title, functions=[function.identifier], themes=[], sources=[]
    )


def near(record):
    """The names of the related records that are kept."""
    row = Publication.objects.get(kind=record.kind_name, identifier=record.identifier)
    return [name for name, _ in json.loads(row.related)["near"]]


def test_two_who_publish_at_once_take_turns_and_their_records_know_of_each_other():
    function = published("function", title="Sorting")
    one, two = tool("Alpha", function), tool("Beta", function)

    with transaction.atomic():
        workflow.publish(one)
        other = Elsewhere(lambda: workflow.publish(two))
        assert other.waits()
    other.finished()

    assert near(one) == [f"technology:{two.identifier}"]
    assert near(two) == [f"technology:{one.identifier}"]
    kept = dict(Publication.objects.values_list("pk", "related"))
    related.refresh()
    assert dict(Publication.objects.values_list("pk", "related")) == kept
    newest = Change.objects.order_by("-seq").values_list("identifier", flat=True)[:2]
    assert list(newest) == [two.identifier, one.identifier]


def test_an_editor_waits_for_the_turn_before_any_record_is_locked(admin_client):
    """Else the two would wait for each other: one has the turn and wants the record, the other the reverse."""
    theme = published("theme", title="Dark web")
    url = admin_url(theme, "withdraw")
    data = filled(admin_client, url, reason="Twice in the list")

    with transaction.atomic():
        workflow.take_turn()
        editor = Elsewhere(lambda: admin_client.post(url, data))
        assert editor.waits()
        workflow.publish(fresh(theme))
    assert editor.finished().status_code == 302


STEPS = {
    "publish": lambda record, other, folder: workflow.publish(record),
    "withdraw": lambda record, other, folder: workflow.withdraw(record, reason="Twice in the list"),
    "merge": lambda record, other, folder: workflow.merge(record, other),
    "restore": lambda record, other, folder: workflow.restore(record),
    "withhold": lambda record, other, folder: workflow.withhold(record, reason="Withdrawn elsewhere"),
    "rebuild": lambda record, other, folder: workflow.rebuild_publications(),
    "load": lambda record, other, folder: load_folder(folder),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.slow
def test_every_step_that_the_public_sees_waits_for_its_turn(step, tmp_path):
    """And locks no record before it: else two steps would wait for each other."""
    document, file = document_for("theme", identifier="dark-web"), tmp_path / "themes.json"
    file.write_text(
        json.dumps([document | {"state": "draft" if step == "withhold" else "published"}]), "utf-8"
    )
    load_folder(tmp_path)
    record, other = Record.objects.get(identifier="dark-web"), published("theme")
    if step == "restore":
        workflow.withdraw(record, reason="By mistake")
    file.write_text(json.dumps([document | {"title": "The dark web"}]), "utf-8")

    with transaction.atomic():
        workflow.take_turn()
        waiting = Elsewhere(lambda: STEPS[step](Record.objects.get(pk=record.pk), other, tmp_path))
        assert waiting.waits()
        Record.objects.select_for_update().get(pk=record.pk)
    waiting.finished()


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite keeps its log in a file")
def test_the_log_of_a_large_write_is_given_back():
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    with connection.cursor() as cursor:
        with transaction.atomic():
            cursor.execute("CREATE TABLE bulk (text TEXT)")
            cursor.executemany("INSERT INTO bulk VALUES (%s)", [["a" * 100_000]] * 300)
        before = log.stat().st_size
        cursor.execute("PRAGMA wal_checkpoint(RESTART)")
        cursor.execute("INSERT INTO bulk VALUES ('the next write')")
        after = log.stat().st_size
        cursor.execute("DROP TABLE bulk")

    assert before > 2**24 >= after


@pytest.mark.parametrize("page", ["add", "change", "history", "publish", "delete", "list"])
def test_whoever_reads_waits_for_nobody(admin_client, page):
    """A form is opened while somebody else's step holds the lock, or the record."""
    theme = published("theme", title="Dark web")
    url = {
        "add": "/admin/workshops/theme/add/",
        "delete": f"/admin/workshops/theme/{theme.pk}/delete/",
        "list": "/admin/workshops/theme/",
    }.get(page) or admin_url(theme, page)

    with transaction.atomic():
        workflow.take_turn()
        workflow.publish(fresh(theme))
        reader = Elsewhere(lambda: admin_client.get(url))
        assert reader.done.wait(10)
    assert reader.finished().status_code == (403 if page == "delete" else 200)


@pytest.mark.parametrize("button", ["_save", "_publish"])
@pytest.mark.parametrize("identifier", ["", "T-300"])
def test_save_pressed_twice_at_the_same_moment_saves_once(admin_client, button, identifier):
    url = "/admin/catalogue/technology/add/"
    values = {"title": "A tool", "identifier": identifier, "technology_kind": "software", "status": "active"}
    data = filled(admin_client, url, **values, **{button: "1"})

    presses = [Elsewhere(lambda: admin_client.post(url, data)) for _ in range(4)]
    answers = {(press.finished().status_code, press.answer.url) for press in presses}

    assert len(answers) == 1
    assert Record.objects.filter(title="A tool").count() == 1


@pytest.mark.parametrize("button", ["_save", "_publish"])
def test_a_change_pressed_twice_at_the_same_moment_is_one(admin_client, button):
    theme = published("theme", title="Dark web")
    data = filled(admin_client, admin_url(theme), title="The dark web", **{button: "1"})

    presses = [Elsewhere(lambda: admin_client.post(admin_url(theme), data)) for _ in range(4)]
    answers = {press.finished().status_code for press in presses}

    assert answers == {302}
    assert fresh(theme).edit_version == 2
