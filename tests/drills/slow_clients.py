"""Hundreds who send or read slowly, or only keep a connection: others notice little of it."""

import contextlib
import socket
import statistics
import time

from tests.drills.frame import Missed, Seen, drill
from tests.drills.workers import WORKERS, Readers

CLIENTS = 200
SECONDS = 10
OTHERS = 4
BODY = b"POST /corrections/new/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 20000\r\n\r\na"
HEAD = b"GET /technologies/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
LARGE = b"GET /evidence.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
KEPT = b"GET /privacy/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def times_slower(place, begin, goes_on=b""):
    """How many times longer others wait, beside so many slow ones, than without them (their median)."""
    with place.portal().served(WORKERS) as server, contextlib.ExitStack() as stack:
        alone(server.origin, 3)  # what is made once is made
        before = alone(server.origin)
        clients = [stack.enter_context(slow(server.origin, begin)) for _ in range(CLIENTS)]
        time.sleep(2)
        with Readers(server.origin, OTHERS) as readers:
            ends = time.monotonic() + SECONDS
            while time.monotonic() < ends:
                for client in clients if goes_on else ():
                    with contextlib.suppress(OSError):  # it was cut off, as it should be
                        client.send(goes_on)
                time.sleep(1)
        beside = took(readers)
    return Seen(
        beside / before,
        f"beside {CLIENTS}: {1000 * beside:.1f} ms, alone {1000 * before:.1f} ms in the middle",
    )


def alone(origin, seconds=SECONDS):
    with Readers(origin, OTHERS) as readers:
        time.sleep(seconds)
    return took(readers)


def took(readers):
    if readers.lost():
        raise Missed(f"{len(readers.lost())} of {len(readers.answers)} requests of others got no answer")
    return statistics.median(seconds for _, seconds, _ in readers.answers)


def slow(origin, begin):
    host, port = origin.removeprefix("http://").split(":")
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect((host, int(port)))
    client.sendall(begin)
    return client


@drill("6.13", "200 slow bodies: how much longer others wait", most=2, unit="times")
def slow_bodies(place):
    return times_slower(place, BODY, b"a")


@drill("6.13", "200 slow heads: how much longer others wait", most=2, unit="times")
def slow_heads(place):
    return times_slower(place, HEAD, b"a")


@drill("6.13", "200 slow readers: how much longer others wait", most=2, unit="times")
def slow_readers(place):
    return times_slower(place, LARGE)


@drill("6.13", "200 idle connections: how much longer others wait", most=2, unit="times")
def idle_connections(place):
    return times_slower(place, KEPT)
