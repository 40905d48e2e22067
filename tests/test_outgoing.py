"""Asking other sites: only public addresses, judged where the connection goes; nothing without an end (gate 4.9)."""

import ast
import gzip
import ipaddress
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from media4sec import settings as as_shipped
from media4sec.outgoing import OutgoingError, Refused, SwitchedOff, fetch, is_public, send

HERE = "127.0.0.1"


@pytest.fixture(autouse=True)
def _switched_on(settings):
    settings.OUTGOING_REQUESTS = True


def here_too(address):
    """What tests reach beside the internet: this machine, and nothing else of what is not public."""
    return address == HERE or is_public(address)


def asking(url, **more):
    return fetch(url, may_reach=here_too, **more)


@contextmanager
def serving(*answers, context=None):
    """A server whose answers, in turn, are bytes, or functions that are given the connection: (port, requests)."""
    requests = []
    with socket.create_server((HERE, 0)) as server:

        def serve():
            for answer in answers:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                try:
                    connection.settimeout(10)
                    with context.wrap_socket(connection, server_side=True) if context else connection as wire:
                        requests.append(wire.recv(65_536).decode("latin-1"))
                        answer(wire) if callable(answer) else wire.sendall(answer)
                except OSError:  # whoever asked has had enough
                    pass
                finally:
                    connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], requests
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits for somebody
    thread.join(15)


def page(body=b"<title>A page</title>", *headers, status="200 OK"):
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: text/html",
        f"Content-Length: {len(body)}",
        *headers,
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + body


def leading_to(url, status="302 Found"):
    return page(b"", f"Location: {url}", status=status)


def without_end(chunk, pause=0.0):
    def answer(wire):
        while True:
            wire.sendall(chunk)
            time.sleep(pause)

    return answer


# What may be asked


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1"),
        *("203.0.113.7", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
        *("::", "::1", "::ffff:127.0.0.1", "::ffff:93.184.216.34", "::127.0.0.1", "64:ff9b::7f00:1"),
        *("fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1"),
        *("2001::1", "2002:7f00:1::1", "3fff::1", "100::1"),
    ],
)
def test_what_is_not_of_the_internet_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "2a00:1450::5"])
def test_what_is_of_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/", "http://localhost/"),
        *("http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest/meta-data/", "http://0/"),
    ],
)
def test_this_machine_is_not_asked_however_it_is_written(url):
    with pytest.raises(Refused, match="not on the public internet"):
        fetch(url)


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "//example.org/", "", "x"),
        *("http://user@example.org/", "http://user:password@example.org/", "http://:@example.org/"),
        *("http://example.org:22/", "http://example.org:25/", "https://example.org:99999/", "http:///x"),
        *("http://[::1/", "http://example..org/", f"http://{'x' * 70}.org/", "http://exam\ud800ple.org/"),
    ],
)
def test_what_is_no_address_of_the_web_is_not_looked_up(url):
    def resolve(host, port):
        raise AssertionError("It was looked up.")

    with pytest.raises(Refused):
        fetch(url, resolve=resolve)


def test_a_host_with_one_address_that_is_not_public_is_not_asked():
    with pytest.raises(Refused):
        fetch("http://example.org/", resolve=lambda host, port: ["93.184.216.34", "10.0.0.1"])


def test_nothing_is_asked_unless_the_setting_is_on(settings):
    settings.OUTGOING_REQUESTS = False
    with serving(page()) as (port, requests), pytest.raises(SwitchedOff, match="set not to ask"):
        asking(f"http://{HERE}:{port}/")
    assert requests == []


def test_it_is_off_by_default():
    assert as_shipped.OUTGOING_REQUESTS is False
    assert as_shipped.ARCHIVE_LOOKUP == ""


# What is asked, and what comes back


def test_a_page_is_read(settings):
    with serving(page()) as (port, requests):
        found = asking(f"http://{HERE}:{port}/où?q=a b&c=%20#part")

    assert (found.status, found.content_type, found.body) == (200, "text/html", b"<title>A page</title>")
    lines = requests[0].split("\r\n")
    assert lines[0] == "GET /o%C3%B9?q=a%20b&c=%20 HTTP/1.1"
    assert {line.partition(":")[0] for line in lines[1:] if line} == {
        *("Host", "User-Agent", "Accept", "Accept-Encoding", "Connection")
    }
    assert f"User-Agent: media4sec (+{settings.BASE_URL}/)" in lines
    assert f"Host: {HERE}:{port}" in lines


def test_a_name_is_looked_up_once_and_that_address_is_asked():  # DNS rebinding
    asked = []

    def resolve(host, port):
        asked.append(host)
        return [HERE] if len(asked) == 1 else ["10.0.0.1"]

    with serving(page()) as (port, requests):
        found = asking(f"http://rebinds.example:{port}/", resolve=resolve)

    assert (found.status, asked) == (200, ["rebinds.example"])
    assert f"Host: rebinds.example:{port}" in requests[0]


def test_a_name_that_leads_elsewhere_after_a_redirect_is_judged_anew():  # DNS rebinding
    answers = iter([[HERE], ["10.0.0.1"]])
    with (
        serving(leading_to("/again"), page()) as (port, requests),
        pytest.raises(Refused, match="not on the public internet"),
    ):
        asking(f"http://rebinds.example:{port}/", resolve=lambda host, port: next(answers))
    assert len(requests) == 1


def test_what_answers_is_judged_too():
    """Whatever the system connects to: the other end of the connection counts."""
    judged = []

    def judge(address):
        judged.append(address)
        return len(judged) == 1

    with serving(page()) as (port, _), pytest.raises(Refused):
        fetch(f"http://{HERE}:{port}/", may_reach=judge)
    assert judged == [HERE, HERE]


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("http://10.0.0.1/", Refused),
        ("http://169.254.169.254/latest/", Refused),
        ("http://[::ffff:10.0.0.1]/", Refused),
        ("ftp://example.org/", Refused),
        ("javascript:alert(1)", Refused),
        ("http://user:password@example.org/", Refused),
        ("http://[::1/", OutgoingError),
        ("/" + "x" * 3000, OutgoingError),
        ("/a\0b", Refused),  # no database keeps it
        ("/a\u202eb", Refused),
    ],
)
def test_a_redirect_leads_nowhere_else(target, error):
    with serving(leading_to(target)) as (port, requests), pytest.raises(error):
        asking(f"http://{HERE}:{port}/")
    assert len(requests) == 1


def test_a_redirect_with_a_space_is_followed():
    with serving(leading_to("/a page"), page()) as (port, requests):
        assert asking(f"http://{HERE}:{port}/").url == f"http://{HERE}:{port}/a%20page"
    assert requests[1].startswith("GET /a%20page HTTP/1.1")


def test_three_redirects_are_followed_and_no_more():
    steps = [leading_to(f"/{number}") for number in range(4)]
    with serving(*steps[:3], page()) as (port, _):
        assert asking(f"http://{HERE}:{port}/").url == f"http://{HERE}:{port}/2"
    with serving(*steps) as (port, requests), pytest.raises(OutgoingError, match="on and on"):
        asking(f"http://{HERE}:{port}/")
    assert len(requests) == 4


def test_where_it_leads_for_good_ends_with_what_is_for_now():
    steps = ("301 Moved Permanently", "308 Permanent Redirect", "302 Found")
    answers = [leading_to(f"/{number}", status) for number, status in enumerate(steps)]
    with serving(*answers, page()) as (port, _):
        found = asking(f"http://{HERE}:{port}/")
    assert found.moved_to == f"http://{HERE}:{port}/1"
    with serving(leading_to("/x"), page()) as (port, _):
        assert asking(f"http://{HERE}:{port}/").moved_to == ""


# What is sent


def test_something_is_sent(settings):
    with serving(page(status="202 Accepted")) as (port, requests):
        found = send(
            f"http://{HERE}:{port}/a?b", b"{}", {"Content-Type": "application/json"}, may_reach=here_too
        )

    assert (found.status, found.body) == (202, b"")
    lines = requests[0].split("\r\n")
    assert lines[0] == "POST /a?b HTTP/1.1"
    assert {"Content-Type: application/json", "Content-Length: 2", f"Host: {HERE}:{port}"} < set(lines)
    assert f"User-Agent: media4sec (+{settings.BASE_URL}/)" in lines


def test_what_is_sent_goes_nowhere_else():
    with serving(leading_to("/again"), page()) as (port, requests):
        found = send(f"http://{HERE}:{port}/", b"{}", {}, may_reach=here_too)
    assert (found.status, found.hops, len(requests)) == (302, (), 1)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "https://10.0.0.1/", "http://example.org:22/", "ftp://a/"]
)
def test_what_is_not_asked_is_sent_nothing_either(url):
    with pytest.raises(Refused):
        send(url, b"{}", {})


def test_nothing_is_sent_unless_the_setting_is_on(settings):
    settings.OUTGOING_REQUESTS = False
    with pytest.raises(SwitchedOff):
        send("https://example.org/", b"{}", {})


# What does not end


def test_of_a_body_without_end_the_beginning_is_read():
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    with serving(lambda wire: (wire.sendall(head), without_end(b"x" * 10_000)(wire))) as (port, _):
        assert asking(f"http://{HERE}:{port}/", most=5_000).body == b"x" * 5_000


def test_a_slow_body_is_given_up():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    with (
        serving(lambda wire: (wire.sendall(head), without_end(b"x", 0.05)(wire))) as (port, _),
        pytest.raises(OutgoingError, match="too long"),
    ):
        asking(f"http://{HERE}:{port}/", seconds=0.4)


def test_a_slow_head_is_given_up():
    with serving(without_end(b"H", 0.05)) as (port, _), pytest.raises(OutgoingError, match="too long"):
        asking(f"http://{HERE}:{port}/", seconds=0.4)


def test_silence_is_given_up():
    with serving(lambda wire: wire.recv(1)) as (port, _), pytest.raises(OutgoingError, match="too long"):
        asking(f"http://{HERE}:{port}/", seconds=0.3)


def test_a_name_that_nobody_finds_out_is_given_up():
    wait = threading.Event()
    with pytest.raises(OutgoingError, match="too long"):
        fetch("http://example.org/", seconds=0.2, resolve=lambda host, port: wait.wait(5) or [])
    wait.set()


@pytest.mark.parametrize("line", [b"X: " + b"y" * 60_000 + b"\r\n", b"X: y\r\n", b"Set-Cookie: a=b\r\n" * 99])
def test_a_head_without_end_is_given_up(line):
    with (
        serving(lambda wire: (wire.sendall(b"HTTP/1.1 200 OK\r\n"), without_end(line)(wire))) as (port, _),
        pytest.raises(OutgoingError),
    ):
        asking(f"http://{HERE}:{port}/", most=0)


def test_endless_promises_to_go_on_are_given_up():
    with (
        serving(without_end(b"HTTP/1.1 100 Continue\r\n\r\n")) as (port, _),
        pytest.raises(OutgoingError, match="more than anybody can read"),
    ):
        asking(f"http://{HERE}:{port}/", most=0)


def test_a_compressed_bomb_stays_packed():
    bomb = gzip.compress(b"0" * 10_000_000)
    with serving(page(bomb, "Content-Encoding: gzip")) as (port, requests):
        found = asking(f"http://{HERE}:{port}/")
    assert (found.status, found.body) == (200, b"")
    assert "Accept-Encoding: identity" in requests[0]


@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"\x00\xff" * 50, b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 abc OK\r\n\r\n"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 99999 X\r\n\r\n",
    ],
)
def test_what_is_no_answer_is_said_to_be_none(answer):
    with serving(answer) as (port, _), pytest.raises(OutgoingError):
        asking(f"http://{HERE}:{port}/")


def test_nobody_there_is_said_in_words():
    with socket.create_server((HERE, 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(OutgoingError, match="cannot be reached"):
        asking(f"http://{HERE}:{port}/")


# By https


@pytest.fixture
def certified(tmp_path, monkeypatch):
    """A server's side of https, with a certificate of good.example that this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "good.example")])
    now = datetime.now(UTC)
    names = [x509.DNSName("good.example"), x509.IPAddress(ipaddress.ip_address("192.0.2.1"))]
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1))
    made = made.not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    certificate = made.sign(key, hashes.SHA256())
    (tmp_path / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (tmp_path / "key.pem").write_bytes(private)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    return context


to_here = partial(asking, resolve=lambda host, port: [HERE])


def test_https_names_the_server_and_looks_at_its_certificate(certified):
    with serving(page(), context=certified) as (port, requests):
        assert to_here(f"https://good.example:{port}/").status == 200
    assert f"Host: good.example:{port}" in requests[0]


def test_a_certificate_of_another_name_is_refused(certified):
    with (
        serving(page(), context=certified) as (port, requests),
        pytest.raises(OutgoingError, match="certificate is not valid"),
    ):
        to_here(f"https://bad.example:{port}/")
    assert requests == []


def test_a_certificate_that_nobody_trusts_is_refused(certified, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with (
        serving(page(), context=certified) as (port, requests),
        pytest.raises(OutgoingError, match="certificate is not valid"),
    ):
        to_here(f"https://good.example:{port}/")
    assert requests == []


def test_a_secure_handshake_without_end_is_given_up():
    with serving(lambda wire: wire.recv(1)) as (port, _), pytest.raises(OutgoingError, match="too long"):
        to_here(f"https://good.example:{port}/", seconds=0.4)


# By any other way

WAYS_OUT = {
    *("_socket", "socket", "socketserver", "ssl", "asyncio", "multiprocessing.connection"),
    *("http.client", "urllib.request", "xmlrpc.client", "ftplib", "imaplib", "poplib", "smtplib"),
    *("nntplib", "telnetlib", "urllib3", "requests", "httpx", "httpcore", "aiohttp", "anyio", "websockets"),
}
# What asks, and what is asked.
ALLOWED = {
    "media4sec/outgoing.py": {"http.client", "socket", "ssl"},
    "media4sec/server.py": {"asyncio"},
    "media4sec/operations/health.py": {"asyncio"},
    "media4sec/operations/jobs.py": {"multiprocessing.connection"},  # processes on this machine
}


def ways_out_of(source):
    """Which of them a file imports, in whatever form; a package counts as all that is in it."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {f"{node.module}.{one.name}" for one in node.names}
    return {
        way
        for way in WAYS_OUT
        for name in names
        if f"{name}.".startswith(f"{way}.") or way.startswith(f"{name}.")
    }


@pytest.mark.parametrize(
    ("source", "way"),
    [
        ("import urllib.request", "urllib.request"),
        ("import urllib", "urllib.request"),
        ("from urllib import parse, request as asks", "urllib.request"),
        ("from urllib.request import urlopen", "urllib.request"),
        ("from http import HTTPStatus, client", "http.client"),
        ("import os, socket", "socket"),
        ("def ask():\n    import httpx", "httpx"),
    ],
)
def test_every_form_of_import_is_seen(source, way):
    assert way in ways_out_of(source)


def test_what_asks_nobody_is_no_way_out():
    source = (
        "from http import HTTPStatus\nfrom urllib.parse import quote\nfrom . import socket\nimport sslyze"
    )
    assert ways_out_of(source) == set()


def test_no_part_of_the_portal_asks_another_way(settings):
    found = {
        path.relative_to(settings.BASE_DIR).as_posix(): ways_out_of(path.read_text("utf-8"))
        for room in ("media4sec", "workshops", "catalogue", "ethics", "roadmap")
        for path in Path(settings.BASE_DIR, room).rglob("*.py")
    }
    assert len(found) > 100
    assert {path: ways for path, ways in found.items() if ways} == ALLOWED
