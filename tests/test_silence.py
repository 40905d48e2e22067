"""A database that hangs: what needs none goes on, the rest is told so in time, and it heals by itself.

On a server of its own, which is stopped in the middle of its work and goes on later.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest

from tests import postgres
from tests.conftest import not_run
from tests.test_server import ROOT, started, until

pytestmark = pytest.mark.slow

STATIC = "/static/js/portal.js"
KEPT, PLAIN = "/technologies/", "/privacy/"
NEEDS_DATA = ("/api/v1/technologies", "/search/?q=police", "/library/")
IN_TIME = 5.0  # seconds
# The tables as models are now: migrations, one after the other, take twenty seconds of a core.
TABLES = """
import django; django.setup()
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
call_command("migrate", run_syncdb=True, verbosity=0)
"""


@pytest.fixture(scope="module")
def database():
    """The address of a PostgreSQL server of our own with an empty portal."""
    try:
        with postgres.server() as url:
            environment = os.environ | {"DATABASE_URL": url, "DEBUG": "true", "BASE_URL": "http://127.0.0.1"}
            environment |= {"DJANGO_SETTINGS_MODULE": "media4sec.settings"}
            subprocess.run([sys.executable, "-c", TABLES], cwd=ROOT, env=environment, check=True)
            yield url
    except postgres.Missing as reason:
        not_run(f"PostgreSQL: {reason}")


def ask(origin, path):
    """(path, status, seconds, Retry-After)"""
    began = time.monotonic()
    try:
        answer = urllib.request.urlopen(origin + path, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        answer.read()
    return path, answer.status, time.monotonic() - began, answer.headers["Retry-After"]


@pytest.fixture
def server(database):
    with started("nowhere", DATABASE_URL=database) as (origin, _):
        for _ in range(20):  # in both workers
            for path in (KEPT, PLAIN):
                ask(origin, path)
        yield origin


def test_a_frozen_database_holds_up_nothing_that_needs_none(server, database):  # gates 6.8, 6.21
    with ThreadPoolExecutor(32) as threads:
        with postgres.frozen(database):
            first = list(
                threads.map(lambda path: ask(server, path), [*NEEDS_DATA * 5, *[STATIC] * 5, "/live"])
            )
            time.sleep(1)
            later = list(
                threads.map(
                    lambda path: ask(server, path), [*NEEDS_DATA * 5, KEPT, PLAIN, STATIC, "/live"] * 2
                )
            )
            [ready] = threads.map(lambda path: ask(server, path), ["/ready"])
        until(lambda: all(ask(server, path)[1] == 200 for path in NEEDS_DATA), 2)
    for path, status, seconds, retry in first + later:
        if path in NEEDS_DATA:
            assert (status, retry) == (503, "10"), path
            assert seconds < IN_TIME, path
        else:
            assert status == 200, path
    assert max(seconds for path, _, seconds, _ in first if path in (STATIC, "/live")) < 1
    assert max(seconds for _, _, seconds, _ in later) < 2.5
    assert (ready[1], ready[3]) == (503, "10")
    assert ready[2] < 2.1


def seen_while(origin, seconds, paths=(*NEEDS_DATA, PLAIN, STATIC)):
    """All that some readers get in this time: {(path, status)}, and how long the slowest waited."""
    end, found, slowest = time.monotonic() + seconds, set(), 0
    with ThreadPoolExecutor(4) as threads:
        while time.monotonic() < end:
            for path, status, took, retry in threads.map(lambda path: ask(origin, path), paths):
                assert (retry == "10") == (status == 503), path
                found.add((path, status))
                slowest = max(slowest, took)
    return found, slowest


@contextlib.contextmanager
def refusing(database):
    """Nobody is let into this database, and who was in it is out."""
    name, elsewhere = database.rpartition("/")[2], f"{database.rpartition('/')[0]}/template1"
    connection = psycopg2.connect(elsewhere)
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@contextlib.contextmanager
def full(database):
    """All connections that the server allows are taken."""
    taken = []
    name = database.rpartition("/")[2]
    with contextlib.suppress(psycopg2.OperationalError):
        while True:
            taken.append(psycopg2.connect(database))
    with taken[0].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND client_port <> ALL(%s)",
            [name, [port_of(one) for one in taken]],
        )
    with contextlib.suppress(psycopg2.OperationalError):
        while True:
            taken.append(psycopg2.connect(database))
    try:
        yield
    finally:
        for one in taken:
            one.close()


def port_of(connection):
    """The port of our own end."""
    with socket.socket(fileno=os.dup(connection.fileno())) as end:
        return end.getsockname()[1]


@contextlib.contextmanager
def restarting(database):
    """A process of the server is killed, and the server begins anew with all of them."""
    with contextlib.closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        os.kill(cursor.fetchone()[0], signal.SIGKILL)
        yield


@pytest.mark.parametrize("away", [refusing, full, restarting])
def test_a_database_that_is_away_is_told_and_comes_back_by_itself(server, database, away):  # gate 6.8
    with away(database):
        found, slowest = seen_while(server, 2)
    until(lambda: all(ask(server, path)[1] == 200 for path in NEEDS_DATA), 2)

    assert {status for _, status in found} <= {200, 503}
    assert {status for path, status in found if path in (PLAIN, STATIC)} == {200}
    assert away is restarting or {status for path, status in found if path == NEEDS_DATA[0]} == {503}
    assert slowest < IN_TIME
