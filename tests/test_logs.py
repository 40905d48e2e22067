"""The log: one event a line whatever visitors send, with the number of the request, and without what is nobody's."""

import json
import logging
import sys

import pytest
from django.test import Client

from media4sec import logs
from tests.factories import published
from tests.public import text_of

HOSTILE = [
    "a\nERROR forged line",
    "a\r\n\r\n{}",
    "\x1b[31mred\x07",
    "a\u2028b\u2029c\x85d",
    "\u202egnp.exe",
    "\ud800 half a letter",
    '"}\n{"level": "CRITICAL", "event": "all is lost"}',
    "\0nul",
    "%s %d %(x)s {0} ${jndi:ldap://x}",
    "ü" * 5000,
]
FORMATTERS = {"json": logs.JsonFormatter(), "line": logs.LineFormatter()}


def written(formatter, message, *arguments, error=None, **more):
    record = logging.LogRecord("media4sec.test", logging.WARNING, "x.py", 1, message, arguments, error)
    vars(record).update(more)
    return FORMATTERS[formatter].format(record)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("place", ["argument", "message", "field", "error"])
def test_no_text_makes_a_line_of_its_own(text, place):  # gate 5.2
    error = None
    if place == "error":
        try:
            raise ValueError(text)
        except ValueError:
            error = sys.exc_info()
    message = text if place == "message" else "Said: %s"
    arguments = [text] if place == "argument" else [] if place == "message" else ["nothing"]
    fields = {"fields": {"path": text}} if place == "field" else {}

    line = written("json", message, *arguments, error=error, **fields)
    assert line.isascii()
    assert line.isprintable()
    event = json.loads(line)
    assert (event["level"], event["logger"]) == ("WARNING", "media4sec.test")
    assert event["time"].endswith("Z")
    said = {"field": "path", "error": "error"}.get(place, "event")
    assert event[said].isprintable()
    assert len(line) < 50_000

    first, *others = written("line", message, *arguments, error=error, **fields).splitlines()
    assert " WARNING media4sec.test " in first
    assert all(other.startswith("    ") for other in others)  # nothing that looks like an event
    assert bool(others) == (place == "error")


SECRET = [
    ("password=swordfish", "swordfish"),
    ('{"password": "swordfish"}', "swordfish"),
    ("Authorization: Bearer abc.def-ghi", "abc.def-ghi"),
    ("token m4s_Aa0Bb1Cc2Dd3 was refused", "Aa0Bb1"),
    ("Cookie: __Host-sessionid=abcdef0123; x=1", "abcdef0123"),
    ("csrftoken=abcdef", "=abcdef"),
    ("postgres://portal:swordfish@db/portal", "swordfish"),
    ("Not Found: /admin/accounts/password/reset/key/3-c9abcd-0f/", "c9abcd"),
    ("Not Found: /admin/accounts/set-up/eyJ1IjoxfQ:1x/", "eyJ1"),
    ("GET /search/?q=my+neighbour", "neighbour"),
    ("from http://kb.example.eu/check/result/?a1=yes&a2=no", "a1"),
    ("ada.lovelace@example.org was refused", "lovelace"),
    ("from 192.0.2.77", "192.0.2.77"),
    ("from 2001:db8:1:2:3:4:5:6 and ::ffff:192.0.2.9", "3:4:5:6"),
    ("::ffff:192.0.2.9", "192.0.2.9"),
]


@pytest.mark.parametrize(("text", "secret"), SECRET)
def test_what_is_nobodys_to_read_is_taken_out(text, secret):  # gates 5.2, 8.2
    for formatter in FORMATTERS:
        assert secret not in written(formatter, "%s", text)
        assert secret not in written(formatter, "Request", fields={"path": text})


@pytest.mark.parametrize(
    "text",
    ["Not Found: /technologies/T-001-publicsonar/", "12:30:45 and 10:15", "3 of 4 jobs: done", "f.e.d"],
)
def test_what_is_everybodys_stays(text):
    assert json.loads(written("json", "%s", text))["event"] == text


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.77", "192.0.2.0"),
        ("2001:db8:1:2::5", "2001:db8:1::"),
        ("::ffff:192.0.2.9", "192.0.2.0"),
        ("", ""),
    ],
)
def test_an_address_tells_a_network(address, expected):  # gate 8.2
    assert logs.network_of(address) == expected


def test_an_error_names_lines_of_code_and_not_what_was_in_them():  # gate 5.2
    def fail(password):
        raise ValueError("It failed.\nDETAIL: (email)=(ada@example.org)")

    try:
        fail("swordfish")
    except ValueError:
        line = written("json", "Internal Server Error: /x", error=sys.exc_info())
    event = json.loads(line)
    assert event["error"] == "ValueError: It failed."
    assert event["trace"][-1].startswith("tests/test_logs.py:")
    assert event["trace"][-1].endswith(" fail")
    assert "swordfish" not in line
    assert "example.org" not in line


def test_an_event_that_was_put_wrongly_is_told_all_the_same():
    assert json.loads(written("json", "%s and %s", "one"))["event"] == "%s and %s"


# Numbers of requests


@pytest.fixture
def same_number():
    """Each request has its own here."""


@pytest.mark.django_db
def test_every_answer_says_its_number(client, settings):  # gate 4.16
    published("technology")
    seen = {
        client.get(path)["X-Request-ID"]
        for path in (
            "/",
            "/nowhere",
            "/api/v1/technologies",
            "/api/v1/no",
            "/admin/",
            "/robots.txt",
            "/x?%00",
        )
    }
    assert len(seen) == 7
    assert all(logs.WELL_FORMED.fullmatch(number) for number in seen)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nowhere/", "/de/nowhere/", "/technologies/?nothing=1"])
def test_an_error_page_names_it(client, path):  # gate 4.16
    page = client.get(path)
    assert page["X-Request-ID"] in text_of(page)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/v1/technologies?nothing=1", "/feeds/nothing.atom"])
def test_a_problem_names_it(client, path):  # gate 4.16
    problem = client.get(path)
    assert problem.json()["request_id"] == problem["X-Request-ID"]


@pytest.mark.django_db
def test_a_page_that_fails_names_it_and_so_does_the_log(client, monkeypatch, caplog):  # gates 4.16, 5.2
    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("media4sec.front.static_pages.render", fail)
    client.raise_request_exception = False
    page = client.get("/privacy/")

    assert page.status_code == 500
    assert page["X-Request-ID"] in text_of(page)
    [record] = [record for record in caplog.records if record.exc_info]
    assert logs.logged_event(record)["request_id"] == page["X-Request-ID"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "given", "is_taken"),
    [
        (["127.0.0.1"], "from-the-proxy_01", True),
        ([], "from-a-visitor_01", False),
        (["127.0.0.1"], "short", False),
        (["127.0.0.1"], "x" * 65, False),
        (["127.0.0.1"], "forged id\nERROR", False),
        (["127.0.0.1"], "<b>bold</b>", False),
    ],
)
def test_a_proxy_of_ours_may_number_it(settings, proxies, given, is_taken):  # gates 4.11, 5.2
    from ipaddress import ip_network

    settings.TRUSTED_PROXIES = [ip_network(proxy) for proxy in proxies]
    answer = Client().get("/robots.txt", headers={"X-Request-ID": given})

    assert (answer["X-Request-ID"] == given) == is_taken
    assert logs.WELL_FORMED.fullmatch(answer["X-Request-ID"])
