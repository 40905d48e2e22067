"""The server as `make run` starts it: who sends or reads slowly, and a worker that dies, cost nobody else anything."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from media4sec.serving import serving
from tests.collected import collect

ROOT = Path(__file__).parent.parent
SLOW = 20

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def database_url(name):
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    given = connection.settings_dict
    user = f"{given['USER']}:{given['PASSWORD']}@" if given["USER"] else ""
    return f"postgres://{user}{str(given['HOST']).replace('/', '%2F')}:{given['PORT']}/{name}"


@pytest.fixture(scope="module")
def server(content_database):
    """(origin, process) of the portal with the real content, served by two workers."""
    with started(content_database) as found:
        yield found


@contextlib.contextmanager
def started(database, **more):
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    environment = kept | {
        "BASE_URL": origin,
        "SECRET_KEY": "only for this server, which nobody reaches from outside, 0123456789",
        "DATABASE_URL": database_url(database),
        **more,
    }
    collect(environment)
    process = subprocess.Popen(
        serving(origin), cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until(lambda: status(f"{origin}/privacy/") == 200, 60)
        yield origin, process
    finally:
        family = [process.pid, *children(process.pid)]
        for pid in family if process.poll() is None else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        until(lambda: not any(is_running(pid) for pid in family), 10)  # and with them what held the database


def status(address, seconds=10):
    """The status of an answer, or None if there was none in time."""
    try:
        with urllib.request.urlopen(address, timeout=seconds) as answer:
            answer.read()
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def until(holds, seconds):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} seconds"
        time.sleep(0.1)


def children(pid):
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def connected(origin, text):
    host, port = origin.removeprefix("http://").split(":")
    client = socket.create_connection((host, int(port)), timeout=60)
    client.sendall(text)
    return client


BEGUN = [
    b"POST /corrections/new/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 20000\r\n\r\na",
    b"POST /corrections/new/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
    b"POST /admin/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 20\r\n\r\n",
    b"POST /nowhere/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999\r\n\r\n",
    b"GET /priv",
]


@pytest.mark.once
def test_bodies_that_come_slowly_hold_nobody_else_up(server):
    origin, _ = server
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(connected(origin, BEGUN[number % len(BEGUN)])) for number in range(SLOW)]
        time.sleep(0.5)
        for path in ("/", "/privacy/", "/technologies/", "/api/v1/issues", "/robots.txt"):
            assert status(origin + path) == 200
        first = slow[0].makefile("rb")
        assert first.readline() == b"HTTP/1.1 408 Request Timeout\r\n"
        answer = first.read()  # to its end: the connection is closed, too
        assert b"content-security-policy: " in answer
        assert b"What you sent took too long" in answer


@pytest.mark.once
def test_readers_who_stop_reading_hold_nobody_else_up(server):
    origin, _ = server
    with contextlib.ExitStack() as stack:
        for _ in range(SLOW):
            client = stack.enter_context(
                connected(origin, b"GET /evidence.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            )
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        time.sleep(0.5)
        for path in ("/", "/privacy/", "/technologies/"):
            assert status(origin + path) == 200


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("HEAD", "/technologies/", 200),
        ("GET", "/technologies.csv", 200),
        ("GET", "/%ff%fe", 404),
        ("GET", "/search/?q=%ff", 200),
        ("PUT", "/api/v1/issues", 405),
        ("POST", "/corrections/new/", 400),
    ],
)
def test_the_server_answers_as_django_does(server, method, path, expected):
    origin, _ = server
    body = b"a=1" if method in ("POST", "PUT") else None
    request = urllib.request.Request(origin + path, data=body, method=method)
    try:
        answer = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        read = answer.read()
    assert answer.status == expected
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    # Asked of a real server, which adds what it likes: no header tells what software this is (gate 1.5).
    assert answer.headers.get_all("Server") == ["media4sec"]
    assert not {"x-powered-by", "via"} & {name.lower() for name in answer.headers}
    assert bool(read) == (method != "HEAD")


@pytest.mark.once
def test_a_body_that_is_too_large_is_not_awaited(server):
    origin, _ = server
    head = b"POST /corrections/new/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999\r\n\r\n"
    with connected(origin, head) as client:
        assert client.makefile("rb").readline().startswith(b"HTTP/1.1 413 ")


HOST = b"Host: 127.0.0.1\r\n"
NO_REQUEST = {
    "noise": (b"\x00\x01\x02\r\n\r\n", b"400"),
    "a version that is none": (b"GET / HTTP/9.9\r\n" + HOST + b"\r\n", b"400"),
    "two lengths": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"400",
    ),
    "a length that is none": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: x\r\n\r\n", b"400"),
    "a name with a space": (b"GET / HTTP/1.1\r\n" + HOST + b"Bad Header: 1\r\n\r\n", b"400"),
    "a path with a space": (b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n", b"400"),
    "200 headers": (
        b"GET / HTTP/1.1\r\n" + HOST + b"".join(b"X%d: 1\r\n" % n for n in range(200)) + b"\r\n",
        b"431",
    ),
    "a path of 70,000 letters": (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", b"414"),
}


@pytest.mark.once
@pytest.mark.parametrize("name", NO_REQUEST)
def test_what_is_no_request_is_refused_by_the_web_server_and_learns_nothing(server, name):  # gates 1.5, 4.1
    """It answers these itself, without a body and without headers of ours; nginx in front has them (ADR 0052)."""
    origin, _ = server
    sent, expected = NO_REQUEST[name]
    with connected(origin, sent) as client:
        head, _, body = client.makefile("rb").read().partition(b"\r\n\r\n")
    first, *fields = head.split(b"\r\n")
    assert first.split(b" ")[1] == expected
    assert {field.partition(b":")[0].lower() for field in fields} == {
        b"connection",
        b"content-length",
        b"date",
    }
    assert body == b""


def test_a_stream_is_whole(server):
    origin, _ = server
    with urllib.request.urlopen(f"{origin}/evidence.csv", timeout=30) as answer:
        text = answer.read().decode()
    assert text.count("\r\n") > 300


def test_a_worker_that_dies_comes_back(server):
    origin, process = server
    before = workers(process)
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    until(lambda: status(f"{origin}/privacy/") == 200, 10)
    until(lambda: len(set(workers(process)) - {before[0]}) == 2, 30)
    assert process.poll() is None
    until(lambda: all(status(f"{origin}/privacy/") == 200 for _ in range(10)), 30)


def workers(process):
    """The workers' processes; what watches over them is none."""
    return [pid for pid in children(process.pid) if b"granian" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.mark.once
def test_a_stop_does_not_wait_for_slow_clients(content_database):
    with started(content_database) as (origin, process), contextlib.ExitStack() as stack:
        for text in BEGUN:
            stack.enter_context(connected(origin, text))
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.mark.once
def test_a_body_arrives_as_it_was_sent(server):
    origin, _ = server
    body = b"category=wrong-fact&text=Ein+Wort+mit+%C3%BC&token=none"
    request = urllib.request.Request(f"{origin}/corrections/new/", data=body)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)
    with refused.value as answer:
        assert "Ein Wort mit ü" in answer.read().decode()


class Protocol:
    """A client that sends these parts."""

    def __init__(self, *parts):
        self.parts = parts

    async def __aiter__(self):
        for part in self.parts:
            yield part


@pytest.mark.once
@pytest.mark.parametrize(
    ("held", "stated", "parts", "expected"),
    [
        (0, "3", [b"a", b"bc"], b"abc"),
        (0, "", [b"a"] * 3, b"aaa"),
        (0, "99999999", [], 413),
        (0, "9" * 30, [], 413),
        (0, "", [b"a" * 2**20] * 12, 413),
        (63 * 2**20, "", [b"a" * 2**20] * 2, 503),
    ],
)
def test_bodies_have_limits(held, stated, parts, expected):
    from media4sec import server as door

    def read():
        return asyncio.run(bodies.read(Protocol(*parts), stated))

    bodies = door.Bodies()
    bodies.held = held
    # In a thread of its own: where a browser's test ran before, this one has a loop already.
    with ThreadPoolExecutor(1) as thread:
        result = thread.submit(read)
    if isinstance(expected, bytes):
        assert result.result() == expected
    else:
        with pytest.raises(door.BodyRefused) as refused:
            result.result()
        assert refused.value.status == expected
    assert bodies.held == held
