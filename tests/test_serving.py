"""`manage.py serve`: what stops it, what it starts, and that it changes nothing."""

import os
from types import SimpleNamespace

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import connection, connections
from django.db.utils import OperationalError
from django.test.utils import CaptureQueriesContext

from media4sec.serving import serving

pytestmark = pytest.mark.django_db


class Started(Exception):
    """The web server took the place of the command."""


@pytest.fixture
def serve(monkeypatch, settings):
    """A function that says with which words the web server would start."""
    settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_REDIRECT = 3600, True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SILENCED_SYSTEM_CHECKS = ["async.E001"]  # a worker whose browser is open may ask from its loop

    def execv(path, command):
        assert path == command[0]
        raise Started(command[1:])

    monkeypatch.setattr(os, "execv", execv)
    monkeypatch.setattr(connections["default"], "close", lambda: None)  # it is that of the test

    def served(*arguments):
        with pytest.raises(Started) as started:
            call_command("serve", *arguments)
        return started.value.args[0]

    return served


def value(command, option):
    return command[command.index(option) + 1]


def test_it_listens_on_this_machine_only_unless_it_is_told(serve):
    command = serve("--port", "8123", "--workers", "3")
    assert (value(command, "--host"), value(command, "--port")) == ("127.0.0.1", "8123")
    assert value(command, "--workers") == "3"
    assert command[-1] == "media4sec.server:application"

    for host in ("0.0.0.0", "192.0.2.1", "::", "kb.example.eu"):
        with pytest.raises(CommandError, match="other machines"):
            call_command("serve", "--host", host)
    assert value(serve("--host", "0.0.0.0", "--public"), "--host") == "0.0.0.0"
    assert value(serve("--host", "::1"), "--host") == "::1"


def test_it_listens_at_a_socket_for_a_proxy(serve, tmp_path):
    command = serve("--socket", str(tmp_path / "web.sock"), "--host", "0.0.0.0")
    assert value(command, "--uds") == str(tmp_path / "web.sock")
    assert value(command, "--uds-permissions") == "0o660"
    assert "--host" not in command


def test_it_limits_heads_and_the_time_of_a_stop():  # gate 4.2, 6.15
    command = serving("http://127.0.0.1:8000")
    assert int(value(command, "--http1-buffer-size")) <= 64 * 1024
    assert int(value(command, "--http1-header-read-timeout")) <= 15_000
    assert int(value(command, "--workers-kill-timeout")) < 30
    assert "--respawn-failed-workers" in command


def test_settings_that_are_not_for_production_stop_it(serve, settings):
    settings.CSRF_FAILURE_VIEW = "nowhere.at_all"
    with pytest.raises(SystemCheckError, match="nowhere"):
        call_command("serve")


def test_static_files_must_be_there(serve, monkeypatch):
    monkeypatch.setattr(
        type(staticfiles_storage._wrapped or staticfiles_storage), "hashed_files", {}, raising=False
    )
    with pytest.raises(CommandError, match="collectstatic"):
        call_command("serve")


def test_missing_tables_stop_it_until_it_may_make_them(serve, monkeypatch):
    from media4sec.operations.management.commands import serve as module

    lacking = type("Lacking", (module.MigrationExecutor,), {"migration_plan": lambda self, nodes: [1, 2]})
    monkeypatch.setattr(module, "MigrationExecutor", lacking)
    with pytest.raises(CommandError, match="lacks 2 migrations"):
        call_command("serve")

    done = []
    monkeypatch.setattr(module, "call_command", lambda name, **options: done.append(name))
    with pytest.raises(CommandError):
        call_command("serve", "--migrate")
    assert done == ["migrate"]


def test_it_starts_before_the_database_does(serve, monkeypatch):  # gate 6.8
    def away():
        raise OperationalError("connection refused")

    monkeypatch.setattr(connections["default"], "cursor", away)
    assert serve()[-1] == "media4sec.server:application"


def test_it_changes_nothing(serve):
    with CaptureQueriesContext(connection) as asked:
        serve()
    assert asked.captured_queries
    assert all(query["sql"].lstrip().upper().startswith("SELECT") for query in asked.captured_queries)


@pytest.mark.parametrize(
    ("client", "expected"),
    [("192.0.2.7:51234", "192.0.2.7"), ("[2001:db8::7]:51234", "2001:db8::7"), ("", "127.0.0.1")],
)
def test_a_proxy_at_the_socket_is_on_this_machine(client, expected):  # gate 4.11
    from media4sec.server import environ_of

    scope = SimpleNamespace(
        client=client, server="/run/media4sec/web.sock", method="GET", path="/", query_string="", scheme="http",
        http_version="1.1", headers={}, authority="kb.example.eu",
    )  # fmt: skip
    assert environ_of(scope)["REMOTE_ADDR"] == expected
