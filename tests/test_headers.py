"""Headers of every kind of answer (quality gates 1 and 8.1)."""

import gzip

import pytest

from media4sec.headers import CONTENT_SECURITY_POLICIES

PAGES = [
    "/",
    "/search/?q=police",
    "/technologies/",
    "/about/",
    "/api/",
    "/nowhere/",
    "/technologies/?nonsense=1",
]
MACHINES = [
    "/api/v1/technologies/",
    "/api/v1/openapi.json",
    "/api/v1/nowhere/",
    "/sitemap.xml",
    "/robots.txt",
]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", PAGES)
def test_pages_say_what_a_browser_may_do(client, path):  # gate 1
    response = client.get(path)

    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Content-Security-Policy"] == CONTENT_SECURITY_POLICIES["page"]
    assert "unsafe" not in response["Content-Security-Policy"]  # gate 1.1
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in response["Permissions-Policy"]
    assert response["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("path", MACHINES)
def test_answers_for_machines_may_be_read_from_anywhere_and_run_nothing(client, path):  # gate 1
    response = client.get(path)

    assert response["Content-Security-Policy"] == CONTENT_SECURITY_POLICIES["machine"]
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"].startswith("public")


@pytest.mark.parametrize("path", [*PAGES, *MACHINES])
def test_anonymous_readers_get_no_cookie(client, path):  # gate 8.1
    response = client.get(path)

    assert not response.cookies
    assert "cookie" not in response.get("Vary", "").lower()


def test_the_back_office_is_kept_nowhere(client):  # gate 1
    response = client.get("/admin/login/")

    assert response.status_code == 200
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert response["Content-Security-Policy"] == CONTENT_SECURITY_POLICIES["admin"]
    assert response["Referrer-Policy"] == "same-origin"


def test_no_header_tells_what_software_this_is(client):  # gate 1.5
    response = client.get("/")

    assert not {"server", "x-powered-by"} & {name.lower() for name in response.headers}


def test_security_txt_names_the_operators_contact(client, settings):  # gate 1.6
    settings.SECURITY_CONTACT = ""
    assert client.get("/.well-known/security.txt").status_code == 404

    settings.SECURITY_CONTACT = "security@kb.example.eu"
    lines = client.get("/.well-known/security.txt").content.decode().splitlines()
    assert lines[0] == "Contact: mailto:security@kb.example.eu"
    assert lines[1].startswith("Expires: ")


@pytest.mark.parametrize("path", ["/about/", "/de/technologies/"])
def test_pages_are_compressed_on_the_way(client, path):  # gate 7.12
    plain = client.get(path)

    response = client.get(path, headers={"accept-encoding": "gzip"})

    assert response["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response["Vary"]
    assert gzip.decompress(response.content) == plain.content
    assert len(response.content) < len(plain.content) / 2


def test_answers_for_machines_keep_their_strong_tag(client):
    response = client.get("/api/v1/technologies/", headers={"accept-encoding": "gzip"})

    assert not response.has_header("Content-Encoding")
    assert response["ETag"].startswith('"')
