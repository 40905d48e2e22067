"""A worker is killed, the server is told to stop: only what is under way is touched, or not even that."""

import http.client
import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.drills.frame import Missed, Seen, drill

WORKERS = 2
STOP_SECONDS = 30
READERS = 8
PATHS = ("/", "/technologies/?page=2", "/search/?q=police", "/api/v1/issues", "/privacy/", "/matrix/")


class Readers:
    """Some who ask for pages one after another, each on a new connection, and note what they got."""

    def __init__(self, origin, number=READERS, paths=PATHS):
        self.origin, self.paths = origin, paths
        self.stopping = threading.Event()
        self.answers = []  # (began, seconds, status or None)
        self.threads = [threading.Thread(target=self._read, args=(begin,)) for begin in range(number)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _read(self, number):
        while not self.stopping.is_set():
            number += 1
            self.ask(number)

    def ask(self, number):
        began = time.monotonic()
        status = asked(self.origin + self.paths[number % len(self.paths)])
        self.answers.append((began, time.monotonic() - began, status))

    def lost(self):
        """Requests that got no answer, or one that says that the portal failed."""
        return [answer for answer in self.answers if answer[2] is None or answer[2] >= 500]


def asked(address, seconds=30):
    """The status of an answer that came whole, or None."""
    try:
        with urllib.request.urlopen(address, timeout=seconds) as answer:
            answer.read()
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, http.client.HTTPException):
        return None


def until(holds, seconds):
    """How long it took until something holds."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise Missed(f"Not within {seconds} s")
        time.sleep(0.05)
    return time.monotonic() - began


@drill(
    "6.14",
    "kill -9 of a worker: requests lost that were sent once it had ended, and another takes its place",
    most=0,
    unit="requests",
    on=("sqlite", "postgresql"),
)
def killed_worker(place):
    with place.portal().served(WORKERS) as server, Readers(server.origin) as readers:
        time.sleep(3)
        before = set(server.workers())
        victim = min(before)
        os.kill(victim, signal.SIGKILL)
        until(lambda: not Path(f"/proc/{victim}").exists(), 10)  # with all its threads
        ended = time.monotonic()
        back = until(lambda: len(set(server.workers()) - {victim}) == WORKERS, 60)
        time.sleep(5)
    # Each worker listens by itself: who is cut off may ask again just before that ends, and be cut off once more.
    in_flight = [answer for answer in readers.lost() if answer[0] <= ended]
    if len(in_flight) > 2 * READERS:
        raise Missed(f"{len(in_flight)} requests of {READERS} readers were lost with it")
    return Seen(
        len(readers.lost()) - len(in_flight),
        f"{len(in_flight)} in flight were lost, of {len(readers.answers):,} asked by {READERS}; "
        f"the next worker began after {back:.1f} s",
    )


@drill(
    "6.15",
    "A stop signal: what is under way is finished first, and the server has ended within 30 s",
    most=0,
    unit="requests lost",
    on=("sqlite", "postgresql"),
)
def stopped_server(place):
    with place.portal().served(WORKERS) as server:
        under_way = [sending(server.origin) for _ in range(READERS)]
        time.sleep(2)
        os.kill(server.pid, signal.SIGTERM)
        time.sleep(1)
        answered = sum(finished(client) == 400 for client in under_way)  # the form was sent without its token
        took = 1 + until(lambda: not is_running(server.pid), STOP_SECONDS)
    return Seen(
        READERS - answered, f"of {READERS} forms that were being sent; it had ended after {took:.1f} s"
    )


BODY = b"text=half+of+it"


def sending(origin):
    """Somebody who has sent half a form."""
    host, port = origin.removeprefix("http://").split(":")
    client = socket.create_connection((host, int(port)), timeout=30)
    client.sendall(
        b"POST /corrections/new/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: %d\r\n\r\n" % (2 * len(BODY)) + BODY
    )
    return client


def finished(client):
    """The status of what they get when they have sent all of it."""
    with client:
        try:
            client.sendall(BODY)
            return int(client.makefile("rb").readline().split()[1])
        except (OSError, IndexError):
            return None


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
