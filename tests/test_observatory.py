"""What the HTTP Observatory makes of public pages: its rules, as far as a site without cookies can meet them.

The numbers are those of its scoring: 100 to begin with, a bonus for what is better than needed. Its scanner asks hosts
of the internet only, so that its rules stand here.
"""

import re

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.test import override_settings

from tests.test_headers import PAGES, policy_of

pytestmark = pytest.mark.django_db
MOST = 135
HALF_A_YEAR = 15_768_000
STORAGES = django_settings.STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
}


def score(response, page):
    """``{rule: points beside the hundred}`` of an answer over https, and the scripts that its page names."""
    policy = policy_of(response)
    scripts = re.findall(r"<script\b[^>]*\bsrc=[^>]*>", page)
    hsts = re.match(r"max-age=(\d+)", response.get("Strict-Transport-Security", ""))
    unsafe = [
        name
        for name, sources in policy.items()
        if "unsafe" in sources or "*" in sources or "http:" in sources
    ]
    is_safe_policy = not unsafe and policy.get("object-src", policy.get("default-src")) == "'none'"
    return {
        "policy": (10 if policy.get("default-src") == "'none'" else 5) if is_safe_policy else -20,
        "cookies": 0 if not response.cookies else -20,
        "cors": 0 if response.get("Access-Control-Allow-Origin") is None else -50,
        "referrer": 5
        if response.get("Referrer-Policy") in ("no-referrer", "same-origin", "strict-origin")
        else 0,
        "hsts": 0 if hsts and int(hsts[1]) >= HALF_A_YEAR else -20,
        "integrity": 5 if scripts and all("integrity=" in script for script in scripts) else -5,
        "sniffing": 0 if response.get("X-Content-Type-Options") == "nosniff" else -5,
        "framing": 5 if policy.get("frame-ancestors") == "'none'" else -20,
        "resources": 10 if response.get("Cross-Origin-Resource-Policy") == "same-origin" else 0,
    }


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
    points = score(response, response.content.decode())

    assert 100 + sum(points.values()) == MOST, points


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
    page = response.content.decode()
    before = score(response, page)
    response[header] = value

    assert score(response, page)[rule] < before[rule]
