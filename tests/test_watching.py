"""What programs of the operator ask a server: whether it lives, whether it can answer, and its figures."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from types import SimpleNamespace

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone
from prometheus_client import values
from prometheus_client.parser import text_string_to_metric_families

from media4sec.operations import health, metrics
from media4sec.operations.backup import NAMED
from media4sec.operations.metrics import Metrics, route_class
from media4sec.operations.models import DueJob
from media4sec.serving import HEAD_MOST
from tests.factories import published
from tests.test_headers import EVERYWHERE, MACHINE_POLICY


class Protocol:
    """granian's, which keeps what it was given."""

    def response_bytes(self, status, headers, body):
        self.status, self.headers, self.body = status, dict(headers), body

    async def __aiter__(self):
        return
        yield


def scope(path, method="GET", client="127.0.0.1:5000", **headers):
    return SimpleNamespace(
        method=method, path=path, query_string="", client=client, server="127.0.0.1:8000", scheme="http",
        http_version="1.1", headers=headers, authority=None,
    )  # fmt: skip


def asked(application, *scopes):
    """What the loop answers to these, one after the other."""

    async def go():
        found = []
        for one in scopes:
            protocol = Protocol()
            await application.__rsgi__(one, protocol)
            found.append(protocol)
        return found

    return in_a_loop(go)


def in_a_loop(go):
    """In a thread of its own: where a browser's test ran before, this one has a loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(go())).result(30)


@pytest.fixture
def application(monkeypatch):
    from media4sec import server

    monkeypatch.setattr(server, "django", lambda *args: pytest.fail("Django was asked"))
    monkeypatch.setattr(server, "ready", lambda environ: None)
    return server.Application()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_it_lives_even_when_all_threads_hang(application, method):  # gate 6.21
    let_go = threading.Event()
    for pool in (application.threads, application.aside, application.health.thread):
        for _ in range(10):
            pool.submit(let_go.wait)
    try:
        began = time.monotonic()
        [answer] = asked(application, scope("/live", method))
        assert time.monotonic() - began < 0.5  # the loop of the test itself takes a while to begin
        assert answer.status == 200
        assert answer.body == (b"live\n" if method == "GET" else b"")
        assert answer.headers["content-length"] == "5"
    finally:
        let_go.set()


def test_what_the_server_answers_itself_has_all_headers(application, settings):  # gate 1
    settings.SECURE_HSTS_SECONDS = 63_072_000
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    plain, secure = asked(application, scope("/live"), scope("/live", **{"x-forwarded-proto": "https"}))
    for name, value in EVERYWHERE.items():
        assert plain.headers[name.lower()] == value
    policy = dict(part.split(" ", 1) for part in plain.headers["content-security-policy"].split("; "))
    assert policy == MACHINE_POLICY
    assert plain.headers["cache-control"] == "no-store"
    assert plain.headers["cross-origin-resource-policy"] == "same-origin"
    assert plain.headers["content-type"] == "text/plain; charset=utf-8"
    assert plain.headers["server"] == "media4sec"  # gate 1.5
    assert "geolocation=()" in plain.headers["permissions-policy"]
    assert "strict-transport-security" not in plain.headers
    assert secure.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains; preload"
    assert plain.headers["x-request-id"]


def test_what_fails_outside_django_is_an_answer_too(application, monkeypatch, caplog):  # gates 1, 4.1
    from media4sec import server

    def fails(environ, start):
        raise RuntimeError("nobody expected this")

    monkeypatch.setattr(server, "django", fails)
    [answer] = asked(application, scope("/"))
    assert (answer.status, answer.body) == (500, b"500 Internal Server Error\n")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "A request failed outside Django" in caplog.text


def test_what_a_worker_has_loaded_is_not_looked_through_for_garbage(application, monkeypatch):
    from media4sec import server

    frozen = []

    def django(environ, start):
        start("200 OK", [("content-length", "0")])
        return HttpResponse()

    monkeypatch.setattr(server, "django", django)
    monkeypatch.setattr(server, "SETTLED", 3)
    monkeypatch.setattr(server.gc, "freeze", lambda: frozen.append(application.answered))
    for _ in range(2):
        asked(application, *[scope("/")] * 2, scope("/live"))
    assert frozen == [3]  # once; what watches it does not count


def test_nobody_waits_for_a_thread_for_ever(application, monkeypatch):  # gates 4.2, 6.8
    from media4sec import server

    refusals = []

    def django(environ, start):
        refusals.append(environ.get(server.REFUSED_STATUS))
        start("503 Service Unavailable", [("content-length", "0")])
        return Empty()

    class Empty(list):
        streaming = False

        def close(self):
            pass

    monkeypatch.setattr(server, "django", django)
    monkeypatch.setattr(server, "QUEUED_MOST", 0.3)
    let_go = threading.Event()
    for _ in range(server.THREADS):
        application.threads.submit(let_go.wait)
    try:
        [answer] = asked(application, scope("/library/"))
        assert (answer.status, refusals) == (503, [503])  # made beside the threads that hang
        for _ in range(server.THREADS_ASIDE):
            application.aside.submit(let_go.wait)
        [answer] = asked(application, scope("/library/"))
        assert (answer.status, answer.headers["retry-after"]) == (503, "10")  # and here by the loop alone
        assert len(refusals) == 1
    finally:
        let_go.set()


@pytest.mark.parametrize("more", [0, 1])
def test_a_head_has_a_limit(application, more):  # gates 1, 4.2
    head = scope("/live", x="a" * (HEAD_MOST - len("GET/livex") + more))
    [answer] = asked(application, head)

    assert answer.status == (431 if more else 200)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.body == (b"431 Request Header Fields Too Large\n" if more else b"live\n")


def test_who_comes_by_a_socket_is_on_this_machine(settings):  # gate 4.11
    from media4sec.server import environ_of
    from media4sec.visitors import address_of

    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    by_socket = scope("/", client="", **{"x-forwarded-for": "192.0.2.7"})
    by_socket.server = "/run/media4sec/web.sock"
    environ = environ_of(by_socket)

    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("localhost", "80")
    assert address_of(WSGIRequest(environ)) == "192.0.2.7"


# Ready


@pytest.fixture
def looked():
    """A function that makes a Health whose looks take so long and find so much."""

    def make(*, seconds=0, found=""):
        calls = []

        def look():
            calls.append(1)
            time.sleep(seconds)
            return found

        one = health.Health()
        one._look, one.calls = look, calls
        return one

    return make


@pytest.mark.parametrize(("found", "expected"), [("", 200), ("The database is away.", 503)])
def test_ready_tells_that_and_no_more(application, looked, caplog, found, expected):  # gate 6.21
    application.health = looked(found=found)
    [answer] = asked(application, scope("/ready"))
    assert answer.status == expected
    assert answer.body == (b"not ready\n" if found else b"ready\n")
    assert answer.headers.get("retry-after") == ("10" if found else None)
    assert ("The database is away." in caplog.text) == bool(found)


@pytest.mark.slow
def test_ready_never_hangs(application, looked):  # gate 6.21
    application.health = looked(seconds=4)
    began = time.monotonic()
    answers = asked(application, scope("/ready"), scope("/ready"))
    assert [answer.status for answer in answers] == [503, 503]
    assert time.monotonic() - began < 2 * 2.2
    assert len(application.health.calls) == 1  # whoever asks meanwhile waits for the same answer


def test_however_often_somebody_asks_the_database_is_asked_once_a_second(application, looked):  # gate 4.15
    application.health = looked()
    asked(application, *[scope("/ready")] * 50)
    assert len(application.health.calls) == 1


@pytest.mark.django_db
def test_ready_is_whose_database_has_all_migrations(monkeypatch):
    one = health.Health()
    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setattr(health, "close_old_connections", lambda: None)
    published("technology")
    assert one._look() == ""

    missing = [(SimpleNamespace(app_label="records", name="0099_more"), False)]
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *args: missing)
    assert one._look() == ""  # looked at now and then
    assert health.Health()._look() == "1 migrations are missing, such as records.0099_more."

    def fail():
        raise RuntimeError("no index\nat /somewhere")

    monkeypatch.setattr(health.index, "current", fail)
    assert one._look() == "RuntimeError: no index"


# Figures


@pytest.fixture
def counting(settings, tmp_path, monkeypatch):
    settings.METRICS_FROM, settings.METRICS_ROOT = (
        [ip_network("127.0.0.1"), ip_network("10.1.0.0/16")],
        tmp_path,
    )
    (tmp_path / "4194304").mkdir()  # of a server that has ended: no process has such a number
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    found = Metrics()
    found.begin()
    yield found
    from prometheus_client import REGISTRY

    REGISTRY.unregister(found.requests)
    REGISTRY.unregister(found.seconds)


def figures(text):
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("environ", "may"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, True),
        ({"REMOTE_ADDR": "::ffff:10.1.2.3"}, True),
        ({"REMOTE_ADDR": "10.2.0.1"}, False),
        ({"REMOTE_ADDR": ""}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.5"}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=127.0.0.1"}, False),
    ],
)
def test_figures_are_for_those_whom_the_operator_names(counting, environ, may):
    assert counting.may_be_asked(environ) == may


def test_without_a_word_nobody_may_ask(settings):
    found = Metrics()
    found.begin()
    assert not found.may_be_asked({"REMOTE_ADDR": "127.0.0.1"})
    found.count({}, None, 1)  # and nothing is counted


@pytest.mark.django_db
def test_a_replica_that_is_not_behind_is_told_of(counting, monkeypatch):
    monkeypatch.setattr(metrics, "close_old_connections", lambda: None)
    monkeypatch.setattr(metrics, "replica_lag", lambda: 0)

    assert figures(counting.text())["media4sec_replica_lag_seconds",] == 0


@pytest.mark.django_db
def test_a_server_that_follows_nobody_has_no_lag(monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL only")
    monkeypatch.setattr(metrics, "connections", {"replica": connection})

    assert metrics.replica_lag() is None  # it never replayed a step, and the question itself is understood


def test_where_figures_cannot_be_kept_readers_are_served_all_the_same(
    settings, tmp_path, caplog
):  # gate 6.12
    (tmp_path / "file").touch()
    settings.METRICS_FROM, settings.METRICS_ROOT = [ip_network("127.0.0.1")], tmp_path / "file" / "metrics"
    found = Metrics()
    found.begin()

    found.count({}, None, 1)
    assert not found.may_be_asked({"REMOTE_ADDR": "127.0.0.1"})
    assert "METRICS_ROOT cannot be written" in caplog.text


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/live", "watching"),
        ("/static/css/portal.css", "static"),
        ("/admin/records/record/1/change/", "back-office"),
        ("/api/v1/technologies", "api"),
        ("/technologies.csv", "files"),
        ("/feeds/everything.atom", "files"),
        ("/de/technologies/T-001/", "pages"),
        ("/\r\nanything", "pages"),
    ],
)
def test_there_are_a_few_routes_however_many_addresses(path, expected):
    assert route_class(path) == expected


@pytest.mark.django_db
def test_figures_tell_of_requests_jobs_and_what_is_public(counting, settings, tmp_path, monkeypatch):
    from media4sec.operations import metrics as module

    monkeypatch.setattr(module, "close_old_connections", lambda: None)
    assert not (tmp_path / "4194304").exists()
    published("technology")
    DueJob.objects.create(name="publish_due", due_at=timezone.now(), done_at=timezone.now(), failures=2)
    settings.BACKUPS_ROOT = tmp_path / "backups"
    made = settings.BACKUPS_ROOT / timezone.now().strftime(NAMED)
    made.mkdir(parents=True)
    (made / "manifest.json").write_text("{}")
    sent = SimpleNamespace(status=200, size=10, how="kept")
    for method in ("GET", "GET", "BREW"):
        counting.count({"PATH_INFO": "/technologies/?", "REQUEST_METHOD": method}, sent, 0.003)

    found = figures(counting.text())
    assert found["media4sec_requests_total", "200", "GET", "kept", "pages"] == 2
    assert found["media4sec_requests_total", "200", "kept", "other", "pages"] == 1
    assert found["media4sec_request_seconds_count", "kept", "pages"] == 3
    assert found["media4sec_request_seconds_bucket", "0.002", "kept", "pages"] == 0
    assert found["media4sec_request_seconds_bucket", "0.005", "kept", "pages"] == 3
    assert found["media4sec_database_up",] == 1
    assert found["media4sec_database_read_only",] == 0
    assert found["media4sec_publications", "technology"] == 1
    assert found["media4sec_job_failures", "publish_due"] == 2
    for name in (
        ("media4sec_job_done_timestamp_seconds", "publish_due"),
        ("media4sec_newest_backup_timestamp_seconds",),
    ):
        assert abs(found[name] - time.time()) < 60
    assert abs(found["media4sec_newest_change_timestamp_seconds",] - time.time()) < 60


@pytest.mark.django_db
def test_figures_tell_that_the_database_is_away(counting, monkeypatch):  # gate 6.8
    from django.db import OperationalError

    from media4sec.operations import metrics as module

    def away(*args):
        raise OperationalError

    monkeypatch.setattr(module, "close_old_connections", lambda: None)
    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setattr(module, "content_version", away)
    found = figures(counting.text())
    assert found["media4sec_database_up",] == 0
