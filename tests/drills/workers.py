"""A worker is killed, the server is told to stop: only what is under way is touched, or not even that."""

import os
import signal
import threading
import time
import urllib.error
import urllib.request

from tests.drills.frame import Missed, Seen, drill

WORKERS = 2
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
    except (OSError, ValueError, urllib.error.URLError):
        return None
    except Exception:  # http.client: the connection ended in the middle
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
    "kill -9 of a worker loses at most the requests in flight, and another takes its place",
    most=READERS,
    unit="requests lost",
    on=("sqlite", "postgresql"),
)
def killed_worker(place):
    with place.portal().served(WORKERS) as server, Readers(server.origin) as readers:
        time.sleep(3)
        before = set(server.workers())
        victim = min(before)
        os.kill(victim, signal.SIGKILL)
        back = until(lambda: len(set(server.workers()) - {victim}) == WORKERS, 60)
        time.sleep(5)
    return Seen(
        len(readers.lost()), f"of {len(readers.answers):,} asked; the next worker began after {back:.1f} s"
    )
