"""The database hangs, is away, or takes nothing: what needs none goes on, the rest is told so in time, and it heals."""

import contextlib
import json
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import psycopg2

from tests.drills.frame import Missed, Seen, drill
from tests.drills.workers import until
from tests.postgres import frozen

FROZEN_SECONDS = 25
# Not asked before the database hangs, so that nothing keeps them; the first is never kept.
NEEDS_DATA = ("/api/v1/technologies", "/search/?q=police", "/library/")
NEEDS_NONE = ("/privacy/", "/static/js/portal.js", "/live")
KEPT = "/technologies/"
ON = ("postgresql",)


def asked(origin, path):
    """(path, status, seconds)"""
    began = time.monotonic()
    try:
        with urllib.request.urlopen(origin + path, timeout=60) as answer:
            answer.read()
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    except OSError:
        status = None
    return path, status, time.monotonic() - began


def warm(origin):
    """Both workers have made what they keep."""
    for _ in range(20):
        for path in (KEPT, *NEEDS_NONE, NEEDS_DATA[0]):
            asked(origin, path)


def walked(origin, seconds, paths):
    """What readers get who ask one after another for so long."""
    end, found = time.monotonic() + seconds, []
    lock = threading.Lock()

    def read(number):
        while time.monotonic() < end:
            one = asked(origin, paths[number % len(paths)])
            with lock:
                found.append(one)
            number += 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(read, range(8)))
    return found


@drill(
    "6.8",
    "a database that is frozen for 25 seconds: the slowest 503, while pages without data go on",
    most=5,
    unit="seconds",
    on=ON,
)
def frozen_database(place):
    portal = place.portal()
    with portal.served(2) as server:
        warm(server.origin)
        with frozen(portal.database):
            found = walked(server.origin, FROZEN_SECONDS, (*NEEDS_DATA, *NEEDS_NONE, KEPT))
        healed = until(lambda: all(asked(server.origin, path)[1] == 200 for path in NEEDS_DATA), 2)
    lost = [one for one in found if one[1] != (503 if one[0] in NEEDS_DATA else 200)]
    if lost:
        raise Missed(f"{len(lost)} of {len(found)} were answered otherwise, such as {lost[0]}")
    slowest = max(seconds for _, _, seconds in found)
    others = max(seconds for path, _, seconds in found if path not in NEEDS_DATA)
    remark = f"{len(found):,} asked; what needs no data took at most {others:.2f} s; healed in {healed:.2f} s"
    return Seen(slowest, remark)


@drill("6.8", "a database that lets nobody in heals by itself", most=2, unit="seconds", on=ON)
def refused_connections(place):
    portal = place.portal()
    server_of, _, name = portal.database.rpartition("/")
    with (
        portal.served(2) as server,
        contextlib.closing(psycopg2.connect(f"{server_of}/postgres")) as connection,
    ):
        connection.autocommit = True
        warm(server.origin)
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            found = walked(server.origin, 5, (*NEEDS_DATA, *NEEDS_NONE, KEPT))
            cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        healed = until(lambda: all(asked(server.origin, path)[1] == 200 for path in NEEDS_DATA), 10)
    if lost := [one for one in found if one[1] not in (200, 503)]:
        raise Missed(f"{len(lost)} of {len(found)} were answered otherwise, such as {lost[0]}")
    return Seen(healed, f"{len(found):,} asked, all answered 200 or 503")


@drill(
    "6.10",
    "a portal that can only be read: pages that are answered otherwise than before, and writing that is not refused",
    most=0,
    unit="answers",
    on=("sqlite", "postgresql"),
)
def only_read(place):
    portal = place.portal()
    paths = (
        *NEEDS_DATA,
        *NEEDS_NONE,
        KEPT,
        "/",
        "/corrections/new/",
        "/oai?verb=Identify",
        "/admin/accounts/login/",
    )
    with portal.served(1, READ_ONLY="true") as server:
        wrong = [one for one in (asked(server.origin, path) for path in paths) if one[1] != 200]
        for path in ("/admin/accounts/login/", "/api/v1/working/technologies"):
            request = urllib.request.Request(
                server.origin + path, b"{}", {"Content-Type": "application/json"}
            )
            try:
                urllib.request.urlopen(request, timeout=30).close()
                wrong.append(path)
            except urllib.error.HTTPError as error:
                wrong += [] if error.code == 503 else [(path, error.code)]
    return Seen(len(wrong), json.dumps(wrong)[:200] if wrong else f"of {len(paths) + 2}")


@drill("6.21", "/live while the database is frozen and every thread waits for it", most=50, unit="ms", on=ON)
def live_while_frozen(place):
    portal = place.portal()
    with portal.served(1) as server, ThreadPoolExecutor(8) as threads:
        warm(server.origin)
        with frozen(portal.database):
            waiting = [threads.submit(asked, server.origin, path) for path in NEEDS_DATA * 2]
            time.sleep(0.3)  # they have the threads by now, and the database is not known to be silent yet
            times = sorted(asked(server.origin, "/live")[2] for _ in range(20))
            _, status, seconds = asked(server.origin, "/ready")
        for one in waiting:
            one.result()
    if status != 503 or seconds > 2:
        raise Missed(f"/ready answered {status} after {seconds:.2f} s")
    return Seen(
        times[10] * 1000, f"the median; the slowest {times[-1] * 1000:.0f}; /ready took {seconds:.2f} s"
    )
