"""Machines of the cluster are lost, stopped and replaced while people read, publish and copy."""

import contextlib
import json
import os
import shutil
import socket
import sqlite3
import ssl
import statistics
import subprocess
import threading
import time
from functools import cache
from itertools import pairwise

from benchmarks.portals import HERE
from tests.cluster.editor import Editor
from tests.cluster.processes import program, wait_for
from tests.cluster.topology import get, python_of
from tests.drills.frame import Missed, Seen, drill
from tests.drills.workers import READERS, Readers

ON = ("cluster",)
PATHS = ("/", "/technologies/?page=2", "/search/?q=police", "/api/v1/issues", "/matrix/", "/law/")
TOKENS = "/api/v1/working"
SLOW_CLIENTS = 200


class Visitors(Readers):
    """Readers who come by https, through nginx."""

    def __init__(self, place, number=READERS, paths=PATHS):
        super().__init__(place.origin, number, paths)

    def _read(self, number):
        while not self.stopping.is_set():
            number += 1
            began, path = time.monotonic(), self.paths[number % len(self.paths)]
            status = status_of(self.origin + path)
            self.answers.append((began, time.monotonic() - began, status))


def status_of(address, headers=None):
    """The status of an answer that came whole, or None."""
    try:
        return get(address, headers)[0]
    except Exception:  # the connection was refused, or ended in the middle
        return None


class Writer:
    """A process that publishes, and what it was told."""

    def __init__(self, place, mark, node=1, before=()):
        self.said = []
        self.process = subprocess.Popen(
            [*before, python_of(HERE), "-m", "tests.cluster.writer", mark],
            cwd=HERE,
            env=place.of_node(node) | {"PATH": os.environ["PATH"], "HOME": str(place.folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.listener = threading.Thread(target=self._listen)

    def _listen(self):
        for line in self.process.stdout:
            self.said.append(json.loads(line))

    def __enter__(self):
        self.listener.start()
        return self

    def __exit__(self, *error):
        self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(60)
        self.process.kill()
        self.listener.join()

    def acknowledged(self, since=0.0):
        return [line for line in self.said if "acknowledged" in line and line["at"] >= since]


class Mirror:
    """A copy of the portal, brought in step again and again by docs/examples/mirror.py."""

    def __init__(self, place, name="copy"):
        self.place, self.path = place, place.folder / f"{name}.sqlite3"
        self.stopping, self.runs = threading.Event(), []
        self.thread = threading.Thread(target=self._run)

    def follow(self):
        certificate = self.place.folder / "nginx" / "conf" / "certificate.pem"
        command = [python_of(HERE), HERE / "docs" / "examples" / "mirror.py", self.place.origin, self.path]
        environment = {"PATH": os.environ["PATH"], "SSL_CERT_FILE": str(certificate)}
        return subprocess.run(command, env=environment, capture_output=True).returncode == 0

    def _run(self):
        while not self.stopping.is_set():
            self.runs.append(self.follow())
            time.sleep(0.2)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.stopping.set()
        self.thread.join()

    def rows(self):
        with contextlib.closing(sqlite3.connect(self.path)) as copy:
            return {
                tuple(row)
                for table in ("records", "withdrawn")
                for row in copy.execute(f"SELECT * FROM {table}")
            }


# The primary dies, once for all drills that look at it


@cache
def failover(place):
    """Kill the machine of the primary while somebody publishes, some read and one copies; say what they saw."""
    wait_for(place.is_whole, 300, "PostgreSQL with its standbys")
    primary = place.leader()
    mirror = Mirror(place)
    with Writer(place, "Written before and after") as writer, Visitors(place, 4) as readers, mirror:
        wait_for(lambda: len(writer.acknowledged()) >= 5 and any(mirror.runs), 300, "Writing")
        killed_at = time.monotonic()
        place.processes[primary].kill()
        wait_for(lambda: len(writer.acknowledged(killed_at)) >= 5, 120, "Writing again")
        time.sleep(3)
    promoted = place.leader()
    after = writer.acknowledged(killed_at)
    earlier = [line for line in writer.acknowledged() if line["at"] < killed_at]
    # What was acknowledged a moment after the kill had been committed before; writing was away after it.
    moments = [earlier[-1]["at"], *(line["at"] for line in after)]
    pause = max(later - sooner for sooner, later in pairwise(moments))
    kept = {
        text
        for (document,) in place.ask(
            1, "SELECT document FROM records_revision WHERE document LIKE '%Written before and after%'"
        )
        for text in [json.loads(document)["summary"]]
    }
    lost = [line for line in writer.acknowledged() if line["acknowledged"] not in kept]
    place.processes[primary].start()
    wait_for(place.is_whole, 300, f"{primary} as a standby")
    assert mirror.follow()
    return {
        "lost": len(lost),
        "acknowledged": len(writer.acknowledged()),
        "pause": pause,
        "who": f"{primary} killed, {promoted} promoted",
        "readers": readers,
        "mirror": mirror,
    }


@drill("6.9", "the primary's machine dies: acknowledged writes that are lost", most=0, unit="writes", on=ON)
def lost_writes(place):
    seen = failover(place)
    return Seen(seen["lost"], f"of {seen['acknowledged']} acknowledged; {seen['who']}")


@drill("6.9", "the primary's machine dies: writing again after", most=10, unit="s", on=ON)
def writing_again(place):
    return Seen(failover(place)["pause"], failover(place)["who"])


@drill(
    "6.9", "the primary's machine dies: reading meanwhile, requests that fail", most=0, unit="requests", on=ON
)
def reading_meanwhile(place):
    readers = failover(place)["readers"]
    return Seen(len(readers.lost()), f"of {len(readers.answers):,}")


@drill("6.4", "a mirror that followed through it lacks or has wrong", most=0, unit="records", on=ON)
def mirror_through_failover(place):
    mirror, fresh = failover(place)["mirror"], Mirror(place, "fresh")
    if not fresh.follow():
        raise Missed("A new copy could not be made")
    missing = fresh.rows() ^ mirror.rows()
    broken = len(mirror.runs) - sum(mirror.runs)
    return Seen(len(missing), f"of {len(fresh.rows()):,}; {len(mirror.runs)} runs, {broken} broken off")


# Redis


def seconds_of_guess(place):
    """How long the portal takes to refuse a token, which it counts."""
    began = time.monotonic()
    status = status_of(place.origin + TOKENS, {"Authorization": "Bearer m4s_nobody.nothing"})
    if status not in (401, 429):
        raise Missed(f"A wrong token was answered {status}")
    return time.monotonic() - began


def slower(place, times=15):
    return statistics.median(seconds_of_guess(place) for _ in range(times))


def without_redis(place, break_it, mend):
    usual = slower(place)
    break_it()
    try:
        return Seen(slower(place) - usual, f"usually {usual:.3f} s")
    finally:
        mend()


@drill("6.11", "Redis away: what is counted takes longer", most=0.1, unit="s", on=ON)
def redis_away(place):
    redis = place.processes["redis"]
    return without_redis(place, redis.kill, redis.start)


@drill("6.11", "Redis hangs: what is counted takes longer", most=0.1, unit="s", on=ON)
def redis_hangs(place):
    redis = place.processes["redis"]
    return without_redis(place, redis.freeze, redis.thaw)


@drill("6.11", "Redis emptied: what is counted takes longer", most=0.1, unit="s", on=ON)
def redis_emptied(place):
    redis = place.processes["redis"]
    return without_redis(place, lambda: (redis.kill(), redis.start()), lambda: None)


# Web nodes


@drill(
    "6.14", "kill -9 of a web node loses at most the requests in flight", most=READERS, unit="requests", on=ON
)
def killed_node(place):
    node = place.processes["web1"]
    with Visitors(place) as readers:
        time.sleep(5)
        node.kill()
        time.sleep(5)
        node.start()
        place.await_node(1)
        time.sleep(3)
    return Seen(len(readers.lost()), f"of {len(readers.answers):,}")


# One node after the other, while people read and somebody is typing


@cache
def restarted(place):
    """Stop and start the web nodes in turn; who read, and who was typing."""
    with Visitors(place) as readers, Editor(place) as editor:
        time.sleep(3)
        for n in range(1, place.number_of_nodes + 1):
            node = place.processes[f"web{n}"]
            node.stop()
            node.start()
            place.await_node(n)
        time.sleep(3)
    return readers, went_on(editor)


def went_on(editor):
    """How often an editor was held up, who had logged in before and goes on afterwards."""
    if not editor.typed:
        raise Missed(f"Nothing was typed: {editor.failed[:3]}")
    lost = [] if editor.finds_again() else ["what was typed last is not there"]
    held_up = editor.failed + lost
    remark = "; ".join([f"of {editor.number} times that text was sent", *held_up[:3]])
    return Seen(len(held_up), remark)


@drill("6.16", "rolling restart: requests that fail", most=0, unit="requests", on=ON)
def rolling_restart(place):
    readers, _ = restarted(place)
    return Seen(len(readers.lost()), f"of {len(readers.answers):,}")


@drill(
    "6.16",
    "rolling restart: an editor who types is refused, logged out, or does not find the text again",
    most=0,
    unit="times",
    on=ON,
)
def typing_through_restart(place):
    return restarted(place)[1]


def release_of(place, name):
    """Another release that fits the same schema: this one with a style sheet that differs, and so its name."""
    folder = place.folder / name
    packed = subprocess.run(["git", "archive", "HEAD"], cwd=HERE, capture_output=True, check=True).stdout
    folder.mkdir()
    subprocess.run(["tar", "-x"], cwd=folder, input=packed, check=True)
    (folder / ".venv").symlink_to(HERE / ".venv")
    for path in HERE.glob("locale/*/LC_MESSAGES/django.mo"):
        shutil.copy(path, folder / path.relative_to(HERE))
    with (folder / "static" / "css" / "portal.css").open("a", encoding="utf-8") as styles:
        styles.write("\n/* another release */\n")
    with (folder / "media4sec" / "imprint.py").open("a", encoding="utf-8") as code:
        code.write("\n# another release\n")
    environment = place.of_node(1, folder) | {"MEASURED_VAR": str(place.folder / f"var-{name}")}
    subprocess.run(
        [
            python_of(folder),
            "manage.py",
            "collectstatic",
            "--verbosity",
            "0",
            "--no-input",
            "-i",
            "rest_framework",
        ],
        cwd=folder,
        env=environment | {"PATH": os.environ["PATH"], "HOME": str(place.folder)},
        check=True,
    )
    return folder


def files_named(body):
    """The static files that a page names."""
    return {part.split('"')[0] for part in body.decode().split('="/static/')[1:]}


@cache
def released(place):
    """Put another release in the place of this one, node after node; requests that failed, and who was typing."""
    other = release_of(place, "other")
    before = files_named(place.get("/about/")[1])
    shared = place.folder / "shared" / "static"
    shutil.copytree(place.folder / "var-other" / "static", shared, dirs_exist_ok=True)
    with Visitors(place) as readers, Editor(place) as editor:
        for n in range(1, place.number_of_nodes + 1):
            place.processes[f"web{n}"].stop()
            node = place.add_node(n, other)
            node.environment["MEASURED_VAR"] = str(place.folder / "var-other")
            node.start()
            place.await_node(n)
        time.sleep(3)
    after = files_named(place.get("/about/")[1])
    if after == before:
        raise Missed("Both releases name the same files, so nothing was seen")
    files = [status_of(f"{place.origin}/static/{name}") for name in before | after]
    failed = len(readers.lost()) + sum(status != 200 for status in files)
    return Seen(failed, f"of {len(readers.answers):,} and {len(files)} files of both releases"), went_on(
        editor
    )


@drill(
    "6.16",
    "rolling release: requests that fail, pages and the files that they name",
    most=0,
    unit="requests",
    on=ON,
)
def rolling_release(place):
    return released(place)[0]


@drill(
    "6.16",
    "rolling release: an editor who types is refused, logged out, or does not find the text again",
    most=0,
    unit="times",
    on=ON,
)
def typing_through_release(place):
    return released(place)[1]


# Clocks and slow clients


@drill(
    "6.4",
    "a node whose clock is an hour off: changes that are told in another order",
    most=0,
    unit="changes",
    on=ON,
)
def wrong_clock(place):
    ahead = [program("faketime"), "-f", "+1h"]
    with (
        Writer(place, "With a clock ahead", before=ahead) as early,
        Writer(place, "With a clock", node=2) as late,
    ):
        wait_for(
            lambda: len(early.acknowledged()) >= 2 and len(late.acknowledged()) >= 2, 400, "Both writing"
        )
    changes = place.ask(1, "SELECT seq, at FROM publications_change ORDER BY seq")
    off = sum(later[1] <= sooner[1] for sooner, later in pairwise(changes[-20:]))
    return Seen(off, f"of the last {len(changes[-20:])}, by two nodes in turn")


@drill(
    "6.13",
    "200 clients that send slowly through nginx: others take so many times longer",
    most=2,
    unit="times",
    on=ON,
)
def slow_clients(place):
    def usual():
        return statistics.median(seconds_of(place, path) for path in PATHS * 4)

    before = usual()
    trusting = ssl._create_unverified_context()
    with contextlib.ExitStack() as stack:
        slow = []
        for _ in range(SLOW_CLIENTS):
            plain = socket.create_connection(("127.0.0.1", place.ports["https"]), 30)
            link = stack.enter_context(trusting.wrap_socket(plain, server_hostname="localhost"))
            link.sendall(
                b"POST /corrections/new/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\nx"
            )
            slow.append(link)
        meanwhile = usual()
    return Seen(meanwhile / before, f"{meanwhile * 1000:.0f} ms beside {before * 1000:.0f} ms")


def seconds_of(place, path):
    began = time.monotonic()
    if status_of(place.origin + path) != 200:
        raise Missed(f"{path} was not answered")
    return time.monotonic() - began
