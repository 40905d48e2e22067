"""What cannot work is refused before anybody is served (gate 6.23), and what will disappoint is named."""

import ipaddress

import pytest
from django.core import checks
from django.db import connection

from media4sec.operations import checks as own
from media4sec.serving import THREADS


def found():
    """The identifiers of what our own checks of a deployment say."""
    said = checks.run_checks(include_deployment_checks=True, databases=["default"])
    return {message.id for message in said if (message.id or "").startswith("operations.")}


@pytest.fixture
def well(settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_PROXY_SSL_HEADER = True, ("HTTP_X_FORWARDED_PROTO", "https")
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("127.0.0.1")]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    return settings


@pytest.mark.django_db
def test_a_usual_set_up_is_fine(well):
    assert found() == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        (
            "CACHES",
            {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
            "operations.E003",
        ),
        ("METRICS_FROM", [ipaddress.ip_network("0.0.0.0/0")], "operations.E004"),
        ("METRICS_FROM", [ipaddress.ip_network("::/0")], "operations.E004"),
        ("SECURE_PROXY_SSL_HEADER", None, "operations.W001"),
        ("TRUSTED_PROXIES", [], "operations.W002"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "operations.W003"),
    ],
)
def test_each_slip_is_named(well, name, value, expected):  # gate 6.23
    setattr(well, name, value)
    assert found() == {expected}


@pytest.mark.django_db
def test_without_https_or_back_office_less_is_asked(well):
    well.SECURE_SSL_REDIRECT, well.TRUSTED_PROXIES, well.SECURE_PROXY_SSL_HEADER = False, [], None
    well.BACK_OFFICE, well.EMAIL_BACKEND = False, "django.core.mail.backends.console.EmailBackend"
    assert found() == set()


@pytest.mark.django_db
def test_several_nodes_need_a_database_that_they_can_share(well):  # gate 6.23
    well.NODES = 2
    assert found() == ({"operations.E002"} if connection.vendor == "sqlite" else set())


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite counts no connections")
def test_more_connections_than_the_database_allows_are_refused(well):  # gate 6.23
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('max_connections')::int")
        most = cursor.fetchone()[0] - 3  # PostgreSQL keeps three for its superusers
    well.NODES = 1
    well.SERVE_WORKERS = (most - own.FOR_OTHERS) // (THREADS + own.BESIDE_THREADS)
    assert found() == set()
    well.SERVE_WORKERS += 1
    assert found() == {"operations.E001"}
    well.SERVE_WORKERS, well.NODES = 2, 1000
    assert found() == {"operations.E001"}
