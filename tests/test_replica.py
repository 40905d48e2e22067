"""Readers are answered on the replica while it is in step, on the primary otherwise, and never from the past."""

from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, connections, router, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from media4sec import kept as keeping
from media4sec import replica as replicas
from media4sec.publications.models import Publication
from media4sec.records import workflow
from media4sec.records.models import Record
from media4sec.replica import Router, asking
from tests.factories import published

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def replica(monkeypatch, keeps):
    """Another connection to the database of the test, as a replica that is in step."""
    values = connections.settings | {"replica": connections.settings["default"] | {}}
    values["replica"]["NAME"] = connection.settings_dict["NAME"]
    monkeypatch.setattr(connections, "_settings", values)
    monkeypatch.setattr(connections, "settings", values)
    monkeypatch.setattr(router, "routers", [Router()])
    monkeypatch.setattr(replicas, "_failed_at", {})
    monkeypatch.setattr(replicas, "SPARED_FOR", 1e6)  # however slow the machine is
    monkeypatch.setattr(keeping, "ASKED_EVERY", 0)
    database = connections["replica"]

    def ensure_connection():  # Django's, which tests may use for databases only that are there when they begin
        if database.connection is None:
            with database.wrap_database_errors:
                database.connect()

    monkeypatch.setattr(database, "ensure_connection", ensure_connection)
    yield database
    database.close()
    del connections["replica"]


@pytest.fixture
def reader(replica):
    return Client()  # its middleware is made with a replica


@contextmanager
def behind(replica):
    """What happens meanwhile does not reach the replica."""
    begin = "BEGIN DEFERRED" if connection.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ"
    with replica.cursor() as cursor:
        cursor.execute(begin)
        cursor.execute("SELECT count(*) FROM publications_change")
        yield
        cursor.execute("ROLLBACK")


@contextmanager
def away(database, after=0):
    """It fails over every question, or over all but the first ones; yields how many were asked in vain."""
    asked, refused = [], []

    def fail(execute, sql, params, many, context):
        asked.append(sql)
        if len(asked) <= after:
            return execute(sql, params, many, context)
        refused.append(sql)
        database.errors_occurred = True  # as Django notes of a connection that breaks
        raise OperationalError("server closed the connection unexpectedly")

    with database.execute_wrapper(fail):
        yield refused


def change_title(record, title):
    record.title = title
    record.save()
    workflow.save_revision(record)
    workflow.publish(record)


def tables(captured):
    return [query["sql"] for query in captured if "publications_" in query["sql"]]


@pytest.mark.parametrize("suffix", ["/", ".json"])
def test_what_is_made_for_everybody_is_read_on_the_replica(reader, replica, suffix):
    record = published("technology", title="Radar of the harbour")
    url = record.url.rstrip("/") + suffix
    reader.get("/technologies/")

    with CaptureQueriesContext(connection) as on_primary, CaptureQueriesContext(replica) as on_replica:
        answer = reader.get(url)

    assert "Radar of the harbour" in answer.content.decode()
    assert len(tables(on_primary)) == 1  # which version is there
    assert "publications_change" in on_primary[0]["sql"]
    assert len(tables(on_replica)) > 1


def test_a_stream_goes_on_where_it_began(reader, replica):
    published("technology", title="Radar of the harbour")
    answer = reader.get("/technologies.csv")

    with CaptureQueriesContext(connection) as on_primary:
        body = b"".join(answer) if answer.streaming else answer.content

    assert b"Radar of the harbour" in body
    assert tables(on_primary) == []


@pytest.mark.parametrize("url", ["{}", "/api/v1/technologies/{identifier}", "/api/v1/changes"])
def test_nobody_is_answered_from_the_past(reader, replica, url):  # gate 3.13
    record = published("technology", title="Before")
    url = url.format(record.url, identifier=record.identifier)
    assert reader.get(url).status_code == 200

    with behind(replica):
        change_title(record, "After")
        answers = [reader.get(url) for _ in range(2)]
        seen = Publication.objects.using("replica").get(identifier=record.identifier)

    assert seen.title == "Before"  # so there was something to get wrong
    for answer in answers:
        says = answer.content.decode()
        assert ("After" in says and "Before" not in says) or [
            change["action"] for change in answer.json()["changes"]
        ] == ["created", "updated"]
    assert reader.get(url).content == answers[0].content


def test_a_replica_that_is_away_costs_one_attempt(reader, replica):  # gate 6.9
    record = published("technology", title="Radar of the harbour")

    with away(replica) as refused:
        answers = [reader.get(url) for url in (record.url, "/technologies/", "/search/?q=radar")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len(refused) == 1


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_replica_that_breaks_in_the_middle_of_an_answer_spoils_none(reader, replica, after):  # gate 6.9
    record = published("technology", title="Radar of the harbour")
    reader.get("/technologies/")

    with away(replica, after) as refused:
        answer = reader.get(record.url)

    assert len(refused) > 0
    assert answer.status_code == 200
    assert "Radar of the harbour" in answer.content.decode()


def test_reading_goes_on_while_the_primary_is_away(reader, replica):  # gate 6.9
    record = published("technology", title="Radar of the harbour")

    with away(connection) as refused:
        answers = [
            reader.get(url)
            for url in (record.url, "/technologies/", "/search/?q=radar", "/api/v1/changes", "/sitemap.xml")
        ]

    assert [answer.status_code for answer in answers] == [200] * 5
    assert len(refused) == 1  # nobody else waits for it


def test_whoever_has_a_session_reads_what_he_wrote(reader, replica):
    record = published("technology", title="Radar of the harbour")
    reader.cookies["sessionid"] = "anything"

    with CaptureQueriesContext(replica) as on_replica:
        assert reader.get(record.url).status_code == 200

    assert len(on_replica) == 0


def test_a_transaction_is_read_where_it_writes(replica):
    published("technology", title="Before")
    with asking("replica"):
        assert router.db_for_read(Publication) == "replica"
        assert router.db_for_read(Record) == "default"
        assert router.db_for_write(Publication) == "default"
        with transaction.atomic():
            assert router.db_for_read(Publication) == "default"
    assert router.db_for_read(Publication) == "default"
    assert not router.allow_migrate("replica", "publications")
