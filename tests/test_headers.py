"""Headers of every kind of answer (quality gates 1 and 8.1)."""

import gzip

import pytest

from tests.factories import published
from tests.scan.observatory import policy_of

# Written out: a slip in the product must not change what is expected of it. Order and spaces are of no matter.
PAGE_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
ADMIN_POLICY = {
    name: value
    for name, value in PAGE_POLICY.items()
    if name not in ("manifest-src", "require-trusted-types-for", "trusted-types")
}
MACHINE_POLICY = {"default-src": "'none'", "frame-ancestors": "'none'"}

# What every answer says, whatever it is.
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
# (address, policy, who else may use it, what caches may do)
ANSWERS = [
    ("/", PAGE_POLICY, "same-origin", "public, no-cache"),
    ("/technologies/", PAGE_POLICY, "same-origin", "public, no-cache"),
    ("/search/?q=police", PAGE_POLICY, "same-origin", "public, no-cache"),
    ("/nowhere/", PAGE_POLICY, "same-origin", "public, no-cache"),
    ("/corrections/new/", PAGE_POLICY, "same-origin", "no-store"),
    (
        "/admin/accounts/login/",
        ADMIN_POLICY,
        "same-origin",
        "max-age=0, no-cache, no-store, must-revalidate, private",
    ),
    ("/admin/", ADMIN_POLICY, "same-origin", "max-age=0, no-cache, no-store, must-revalidate, private"),
    ("/api/v1/technologies", MACHINE_POLICY, "cross-origin", "public, no-cache"),
    ("/technologies.csv", MACHINE_POLICY, "cross-origin", "public, no-cache"),
    ("/sitemap.xml", MACHINE_POLICY, "cross-origin", "public, no-cache"),
    ("/static/js/portal.js", MACHINE_POLICY, "same-origin", None),
    ("/static/css/portal.css", MACHINE_POLICY, "same-origin", None),
]
SWITCHED_OFF = ["camera", "microphone", "geolocation", "payment", "usb", "clipboard-read", "fullscreen"]

PAGES = [
    "/",
    "/search/?q=police",
    "/technologies/",
    "/about/",
    "/api/",
    "/nowhere/",
    "/technologies/?nonsense=1",
]
MACHINES = ["/api/v1/technologies", "/api/v1/openapi.json", "/api/v1/nowhere", "/sitemap.xml", "/robots.txt"]

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.mark.parametrize(("path", "policy", "resource", "cache"), ANSWERS, ids=lambda value: str(value)[:30])
def test_each_nature_of_answer_has_these_headers(client, path, policy, resource, cache):  # gate 1
    response = client.get(path)
    response.close()  # a file

    assert policy_of(response) == policy
    assert {name: response[name] for name in EVERYWHERE} == EVERYWHERE
    assert response["Cross-Origin-Resource-Policy"] == resource
    assert cache is None or response["Cache-Control"] == cache
    allowed = dict(part.split("=", 1) for part in response["Permissions-Policy"].split(", "))
    assert {allowed[feature] for feature in SWITCHED_OFF} == {"()"}
    used = {feature for feature, whom in allowed.items() if whom != "()"}
    passkeys = (
        {"publickey-credentials-create", "publickey-credentials-get"} if policy == ADMIN_POLICY else set()
    )
    assert used == {"clipboard-write"} | passkeys
    assert {allowed[feature] for feature in used} == {"(self)"}
    assert not response.has_header("Access-Control-Allow-Credentials")


@pytest.mark.parametrize("path", PAGES)
def test_pages_say_what_a_browser_may_do(client, path):  # gate 1
    response = client.get(path)

    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert policy_of(response) == PAGE_POLICY  # gate 1.1
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in response["Permissions-Policy"]
    assert response["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("path", MACHINES)
def test_answers_for_machines_may_be_read_from_anywhere_and_run_nothing(client, path):  # gate 1
    response = client.get(path)

    assert policy_of(response) == MACHINE_POLICY
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"].startswith("public")


@pytest.mark.parametrize("path", [*PAGES, *MACHINES])
def test_anonymous_readers_get_no_cookie(client, path):  # gate 8.1
    response = client.get(path)

    assert not response.cookies
    assert "cookie" not in response.get("Vary", "").lower()


def test_the_back_office_is_kept_nowhere(client):  # gate 1
    response = client.get("/admin/accounts/login/")

    assert response.status_code == 200
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert policy_of(response) == ADMIN_POLICY
    assert response["Referrer-Policy"] == "same-origin"


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
    response = client.get("/api/v1/technologies", headers={"accept-encoding": "gzip"})

    assert not response.has_header("Content-Encoding")
    assert response["ETag"].startswith('"')


# Scripts of other sites

OPEN = (
    *("/api/v1", "/api/v1/changes", "/api/v1/themes", "/api/v1/openapi.json", "/en/group_export"),
    *("/themes.csv", "/themes.json", "/themes.bib", "/feeds/themes.atom", "/sitemap.xml"),
)


@pytest.mark.parametrize("address", OPEN)
def test_scripts_of_any_site_may_read_open_data(client, address):
    published("theme")

    response = client.get(address, headers={"origin": "https://x.example"})
    asked = client.options(
        address,
        headers={
            "origin": "https://x.example",
            "access-control-request-method": "GET",
            "access-control-request-headers": "if-none-match",
        },
    )

    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == asked["Access-Control-Allow-Origin"] == "*"
    exposed = {name.strip() for name in response["Access-Control-Expose-Headers"].split(",")}
    assert {"ETag", "Link", "Last-Modified", "Retry-After"} <= exposed
    assert not response.has_header("Access-Control-Allow-Credentials")
    assert asked.status_code == 204
    assert "If-None-Match" in asked["Access-Control-Allow-Headers"]
    assert asked["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert (
        client.get(f"{address}?no-such=1")["Access-Control-Allow-Origin"] == "*"
    )  # they read refusals as well


@pytest.mark.parametrize("address", ["/", "/themes/", "/corrections/new/", "/admin/", "/admin/login/"])
def test_scripts_of_other_sites_read_nothing_else(client, address):
    response = client.get(address, headers={"origin": "https://x.example"})

    assert not any(name.startswith("Access-Control") for name in response.headers)
