"""What the HTTP Observatory makes of public pages: its rules, as far as a site without cookies can meet them."""

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.test import override_settings

from tests.scan.observatory import MOST, points
from tests.test_headers import PAGES

pytestmark = [pytest.mark.django_db, pytest.mark.once]
STORAGES = django_settings.STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
}


def score(response):
    return points(response, response.cookies, response.content.decode())


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """A folder with the static files under names with their digests, as they are served in production."""
    folder = tmp_path_factory.mktemp("static")
    with override_settings(STATIC_ROOT=folder, STORAGES=STORAGES):
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["rest_framework"])
    return folder


@pytest.fixture
def over_https(settings, collected):
    settings.STATIC_ROOT, settings.STORAGES = collected, STORAGES
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 63_072_000


@pytest.mark.parametrize("path", PAGES)
def test_every_point_is_made_that_a_site_without_cookies_can_make(client, over_https, path):  # gate 1.3
    response = client.get(path, secure=True)
    found = score(response)

    assert 100 + sum(found.values()) == MOST, found


def test_plain_http_leads_to_the_same_place_over_https(client, over_https):  # gate 1.4
    response = client.get("/technologies/?theme=dark-web")

    assert response.status_code == 301
    assert response["Location"] == "https://testserver/technologies/?theme=dark-web"


@pytest.mark.parametrize(
    ("rule", "header", "value"),
    [
        ("policy", "Content-Security-Policy", "default-src 'self' 'unsafe-inline'"),
        ("framing", "Content-Security-Policy", "default-src 'none'; object-src 'none'"),
        ("hsts", "Strict-Transport-Security", "max-age=300"),
        ("cors", "Access-Control-Allow-Origin", "*"),
        ("sniffing", "X-Content-Type-Options", ""),
        ("resources", "Cross-Origin-Resource-Policy", "cross-origin"),
        ("referrer", "Referrer-Policy", "unsafe-url"),
    ],
)
def test_a_point_that_is_lost_would_be_seen(client, over_https, rule, header, value):
    response = client.get("/", secure=True)
    before = score(response)
    response[header] = value

    assert score(response)[rule] < before[rule]
