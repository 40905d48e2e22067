"""A database that hangs: what needs none goes on, the rest is told so in time, and it heals by itself.

On a server of its own, which is stopped in the middle of its work and goes on later.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest

from tests import postgres
from tests.conftest import not_run
from tests.test_server import ROOT, children, started, until

pytestmark = pytest.mark.slow

STATIC = "/static/js/portal.js"
KEPT, PLAIN = "/technologies/", "/privacy/"
NEEDS_DATA = ("/api/v1/technologies", "/search/?q=police", "/library/")
IN_TIME = 5.0  # seconds


@pytest.fixture(scope="module")
def database():
    """The address of a PostgreSQL server of our own with an empty portal."""
    try:
        with postgres.server() as url:
            environment = os.environ | {"DATABASE_URL": url, "DEBUG": "true", "BASE_URL": "http://127.0.0.1"}
            migrate = [sys.executable, "manage.py", "migrate", "-v", "0"]
            subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
            yield url
    except postgres.Missing as reason:
        not_run(f"PostgreSQL: {reason}")


@contextlib.contextmanager
def frozen(database):
    """All processes of the server are stopped; connections are still taken, by the machine alone."""
    with psycopg2.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    parent = int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
    connection.close()
    family = [parent, *children(parent)]
    try:
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


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
        with frozen(database):
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
