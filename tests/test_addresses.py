"""Addresses: what leads where, and that no request whatever makes the portal fail."""

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from media4sec.kinds import kinds, kinds_by_name, paths
from media4sec.records import workflow
from tests.examples import examples
from tests.factories import one_of_every_kind, published, several_published
from tests.public import FILES, FIXED_PAGES, api_list, lists, sitemap_of, text_of

pytestmark = pytest.mark.django_db

# The addresses that were promised; a dash stands for the slug.
PROMISED = {
    "theme": "/themes/{slug}/",
    "situation": "/situations/{id}-{slug}/",
    "pattern": "/practices/{id}-{slug}/",
    "case": "/practices/{id}-{slug}/",
    "technology": "/technologies/{id}-{slug}/",
    "issue": "/issues/{id}-{slug}/",
    "instrument": "/law/{id}/",
    "roadmap-item": "/roadmap/{id}-{slug}/",
    "training-module": "/training/{id}-{slug}/",
    "deliverable": "/library/{id}/",
    "work-package": "/library/{id}/",
    "workshop": "/workshops/{id}-{slug}/",
    "statement": "/evidence/{id}/",
    "glossary-term": "/glossary/{id}/",
    "news-item": "/news/{id}/",
    "partner": "/partners/{id}/",
    "person": "/people/{id}/",
    "standard": "/standards/{id}/",
    "judgment": "/judgments/{id}/",
    "country-note": "/countries/{id}/",
    "platform-request": "/platform-requests/{id}/",
}


@pytest.mark.parametrize(("kind_name", "shape"), PROMISED.items(), ids=PROMISED)
@pytest.mark.once
def test_records_are_where_the_product_says(client, kind_name, shape):
    identifier = {"theme": {"identifier": "a-slug"}}.get(kind_name, {})
    record = published(kind_name, slug="a-slug", **identifier)

    assert record.url == shape.format(id=record.identifier, slug="a-slug")
    assert client.get(record.url).status_code == 200


@pytest.mark.parametrize("address", [*FIXED_PAGES, *FILES])
def test_fixed_pages_answer_on_an_empty_portal_too(client, address):
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", lists())
def test_lists_answer_on_an_empty_portal_too(client, address):
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/nothing/",
        "/nothing/at-all/",
        "/nothing/at/all/",
        "/technologies/T-9999/",
        "/technologies/T-/",
        "/technologies/%20/",
        "/technologies/../../etc/passwd/",
        "/themes/%00/",
        "/themes/%0a/",
        "/TECHNOLOGIES/",
        "/records/",
    ],
)
def test_unknown_addresses_are_not_found(client, address):
    response = client.get(address)

    assert response.status_code == 404
    assert "There is no page at this address" in text_of(response)


@pytest.mark.parametrize("address", [*lists(), "/search/"])
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("nothing=1", "“nothing”"),
        ("page=0", "Page"),
        ("page=2", "Page"),
        ("page=x", "Page"),
        ("page=-1", "Page"),
        ("page=99999999999999999999", "Page"),
        ("page=²", "Page"),
        (f"q={'x' * 201}", "Words"),
        ("q=%00", "Words"),
        ("lens=%00", "Lens"),
        ("lens=purple", "Lens"),
        (f"lens={'x' * 5000}", "Lens"),
        ("provenance=nobody", "Provenance"),
    ],
)
@pytest.mark.once
def test_bad_parameters_are_named(client, address, query, named):  # gates 4.2, 4.3
    response = client.get(f"{address}?{query}")

    assert response.status_code == 400
    assert f"{named}: " in text_of(response)


WITH_PARAMETERS = ("/search/", "/library/", "/patterns/cards/", "/corrections/")


@pytest.mark.parametrize("language", ["", "/el"])
@pytest.mark.parametrize("address", [*FIXED_PAGES, *lists(), "/design/", "theme", "debate"])
@pytest.mark.once
@pytest.mark.slow
def test_every_page_names_the_parameters_that_it_does_not_know(client, address, language):  # gate 4.3
    theme = published("theme").url
    address = language + {"theme": theme, "debate": f"{theme}debate/"}.get(address, address)

    for name in ("x", "utm_source"):
        refused = client.get(f"{address}?{name}=1")
        assert refused.status_code == 400
        assert f"“{name}”: " in text_of(refused)
    # A form without a script sends empty fields, which mean nothing.
    for query in ("", "?x="):
        assert client.get(f"{address}{query}").status_code == 200


@pytest.mark.parametrize("address", [page for page in FIXED_PAGES if page not in WITH_PARAMETERS])
def test_a_page_that_takes_no_parameters_is_one_click_from_its_refusal(client, address):
    refused = client.get(f"{address}?utm_source=newsletter")

    assert "Show the page without “utm_source”" in text_of(refused)
    assert f'class="button button-primary" href="{address}"' in refused.content.decode()


@pytest.mark.parametrize("address", [*FILES, "/favicon.ico", "/icon-192.png", "/api/v1/openapi.json"])
def test_a_fixed_address_has_one_answer(client, address):
    refused = client.get(f"{address}?x=1")

    assert client.get(address).status_code == 200
    assert refused.status_code == 400
    assert [error["parameter"] for error in refused.json()["errors"]] == ["x"]


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/nothing/", "text/html"),
        ("/nothing/at/all", "text/html"),
        ("/technologies", "text/html"),
        ("/technologies/", "text/html"),
        ("/de/technologies", "text/html"),
        ("/technologies.csv", "application/problem+json"),
        ("/sitemap.xml", "application/problem+json"),
        ("/admin/", "text/html"),
        ("/admin", "text/html"),
        ("/admin/nothing/", "text/html"),
        ("/api/v1/nothing", "application/problem+json"),
        ("/api/v1/themes", "application/problem+json"),
        ("/api/v1/themes/", "application/problem+json"),
    ],
)
def test_too_many_parameters_are_refused_wherever_they_are_sent(client, address, form):
    response = client.get(f"{address}?{'a=1&' * 1001}")

    assert response.status_code == 400
    assert response.headers["Content-Type"].startswith(form)
    assert client.get(f"{address}?{'a=1&' * 1000}").status_code < 500


@pytest.mark.parametrize(("length", "status"), [(200, 200), (201, 400)])
def test_words_have_a_limit(client, length, status):  # gate 4.2
    assert client.get("/search/", {"q": "x" * length}).status_code == status


@pytest.mark.parametrize(("number", "status"), [(50, 200), (51, 400)])
@pytest.mark.once
def test_values_have_a_limit(client, number, status):  # gate 4.2
    for code in range(number):
        published("technology", country=f"A{code}")

    response = client.get("/technologies/", {"country": [f"A{code}" for code in range(number)]})

    assert response.status_code == status


# Methods


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "NONSENSE"]
)
def test_other_methods_are_refused_everywhere(client, method):  # gate 4.13
    record = published("theme")

    for address in [*FIXED_PAGES, *FILES, *lists(), record.url, "/.well-known/security.txt"]:
        response = client.generic(method, address)
        allowed = {name.strip() for name in response.headers.get("Allow", "").split(",")}
        assert (address, response.status_code) == (address, 405)
        assert allowed >= {"GET", "HEAD"}
        assert not allowed & {"POST", "PUT", "PATCH", "DELETE"}


@pytest.mark.parametrize("address", [*FIXED_PAGES, *FILES, *lists()])
def test_head_answers_like_get(client, address):
    get, head = client.get(address), client.head(address)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


# No cookies


@pytest.mark.once
def test_readers_get_no_cookie_and_all_the_same_page(client):  # gates 8.1, 4.12
    records = one_of_every_kind()
    withdrawn, _ = several_published("theme", 2)
    workflow.withdraw(withdrawn, reason="It was never true.")
    addresses = [*FIXED_PAGES, *FILES, *lists(), *(record.url for record in records.values())]

    for address in [*addresses, withdrawn.url, "/nothing/", "/themes/?x=1"]:
        response = client.get(address)
        assert not response.cookies, address
        assert "cookie" not in response.headers.get("Vary", "").lower(), address
        assert "no-store" not in response.headers["Cache-Control"], address
    assert not client.cookies


def test_a_cookie_of_somebody_changes_nothing(client, admin_client):
    record = published("theme")

    for address in (*FIXED_PAGES, *lists(), record.url):
        assert admin_client.get(address).content == client.get(address).content


def test_links_never_follow_the_host_that_was_asked(client):  # gate 4.11
    record = published("theme")

    for address in (*FIXED_PAGES, *FILES, "/themes/", record.url):
        body = client.get(address, headers={"host": "localhost"}).content.decode()
        assert "//localhost" not in body
    assert f"{settings.BASE_URL}{record.url}" in sitemap_of(client)
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


# Nothing whatever makes it fail

NASTY = [
    "\x00",
    "%00",
    "%ff",
    "%fe%ff",
    "%c0%ae",
    "%ed%a0%80",
    "%f4%90%80%80",
    "%",
    "%zz",
    "\ud7ff",
    "\ufeff",
    "\u202e",
    "\u200b",
    "ﬁ",
    "ß",
    "İ",
    "½",
    "🏳️‍🌈",
    "a\u0300" * 300,
    "x" * 300,
    "x" * 20_000,
    "9" * 5000,
    "-1",
    "1e309",
    "NaN",
    "Infinity",
    "0x10",
    "'",
    '"',
    "\\",
    "' OR 1=1 --",
    "'; DROP TABLE records_record; --",
    "1) UNION SELECT 1",
    '"*',
    "AND",
    "NEAR(a b)",
    "a:*",
    "a & b | !c <-> d",
    "*",
    "^",
    "(",
    "-",
    "_",
    "''",
    "’",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "{% include 'x' %}",
    "${7*7}",
    "../../../../etc/passwd",
    "..%2f..%2f",
    "\r\nSet-Cookie: a=b",
    "%0d%0aSet-Cookie:%20a=b",
    "T-001",
    "t-001-",
    "//evil.example",
    "http://evil.example/",
    "T-" + "9" * 400,
]
PARAMETERS = [
    "q",
    "page",
    "lens",
    "type",
    "tag",
    "theme",
    "limit",
    "cursor",
    "count",
    "checked",
    "x",
    "__proto__",
    "",
]


@pytest.fixture(scope="module")
def places():
    return [
        *(f"/{path}/" for path in ("technologies", "practices", "library", "glossary")),
        "/search/",
        "/matrix/",
        api_list(kinds_by_name()["technology"]),
    ]


def raw(client, path, query=""):
    """Ask for these very bytes, as no browser would send them; text goes as UTF-8."""
    if isinstance(path, str):
        path = path.encode("utf-8", "surrogatepass")
    return client.generic("GET", "/", PATH_INFO=path.decode("latin-1"), QUERY_STRING=query)


def quoted(text):
    """Text as it stands in a query string, whatever it is."""
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))


def assert_no_failure(response):
    assert 200 <= response.status_code < 500
    assert "Set-Cookie" not in response.headers
    assert not response.cookies


@pytest.mark.slow
@pytest.mark.parametrize("nasty", NASTY, ids=lambda text: ascii(text)[:30])
def test_nasty_texts_never_make_it_fail(client, places, nasty):  # gate 4.1
    published("technology")

    for parameter in PARAMETERS:
        for place in places:
            assert_no_failure(raw(client, place, f"{quoted(parameter)}={quoted(nasty)}"))
    for place in (
        *places,
        "/",
        "/technologies/",
        "/practices/",
        "/api/v1/technologies",
        "/api/",
        "/.well-known/",
    ):
        assert_no_failure(raw(client, f"{place}{nasty}/"))
        assert_no_failure(raw(client, f"{place}{nasty}"))
    assert_no_failure(raw(client, "/search/", nasty.encode("utf-8", "surrogatepass").decode("latin-1")))


@pytest.mark.parametrize(
    "nasty", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80" * 100, b"\0"], ids=ascii
)
def test_broken_bytes_never_make_it_fail(client, places, nasty):  # gate 4.1
    published("technology")
    percent = "".join(f"%{byte:02x}" for byte in nasty)

    for place in (*places, "/", "/api/v1/technologies"):
        assert_no_failure(raw(client, place.encode() + nasty + b"/"))
        assert_no_failure(raw(client, place, f"q={percent}"))
        assert_no_failure(raw(client, place, f"q={nasty.decode('latin-1')}"))
        assert_no_failure(raw(client, place, f"{percent}=1&tag={percent}"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "header",
    ["accept", "accept-language", "cookie", "if-none-match", "if-modified-since", "range", "user-agent"],
)
@pytest.mark.parametrize(
    "nasty",
    ["", "\x00", "ÿ", "x" * 20_000, "*", '"', "a=b;" * 500, ";q=", "sessionid=x; csrftoken=y"],
    ids=lambda text: ascii(text)[:20],
)
@pytest.mark.once
def test_nasty_headers_never_make_it_fail(client, header, nasty):  # gate 4.1
    record = published("technology")

    for address in (
        record.url,
        "/technologies/",
        f"/api/v1/technologies/{record.identifier}",
        "/sitemap.xml",
    ):
        response = client.get(address, headers={header: nasty})
        assert_no_failure(response)


@pytest.mark.parametrize(
    "query",
    [
        "&".join(f"a{number}=1" for number in range(999)),
        "&".join(f"a{number}=1" for number in range(5000)),
        "&".join(["lens=good"] * 999),
        "&".join(["q=x"] * 3000),
        "&" * 5000,
        "=" * 5000,
        "lens=good" + "%00" * 1000,
        "lens[]=good&lens[$ne]=x",
    ],
    ids=lambda query: query[:12],
)
def test_thousands_of_parameters_never_make_it_fail(client, places, query):  # gates 4.1, 4.2
    for place in places:
        assert_no_failure(raw(client, place, query))


def test_many_parameters_are_answered_by_a_page_of_the_portal(client):  # gate 4.16
    query = "&".join(f"a{number}=1" for number in range(5000))

    page, problem = client.get(f"/themes/?{query}"), client.get(f"/api/v1/themes?{query}")

    assert page.status_code == problem.status_code == 400
    assert page.headers["Content-Type"].startswith("text/html")
    assert problem.headers["Content-Type"] == "application/problem+json"


bounded = hypothesis_settings(
    max_examples=examples(60), deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
anything = st.text(st.characters(exclude_categories=()), max_size=60)


@bounded
@given(path=anything, query=st.lists(st.tuples(st.sampled_from(PARAMETERS) | anything, anything), max_size=6))
def test_no_request_makes_it_fail(db, path, query):  # gate 4.1
    client = Client()
    text = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in query)

    for place in ("/technologies/", "/search/", "/api/v1/technologies"):
        assert_no_failure(raw(client, place, text))
    for prefix in ("/", "/technologies/", "/practices/", "/api/v1/technologies"):
        assert_no_failure(raw(client, prefix + path, text))


@bounded
@given(words=anything)
def test_no_words_make_search_fail(db, words):  # gate 4.1
    response = raw(Client(), "/search/", f"q={quoted(words)}")

    assert response.status_code in (200, 400)


def test_every_path_of_a_kind_is_free_of_other_routes():
    fixed = {address.strip("/") for address in FIXED_PAGES}

    assert set(paths()) & fixed <= {"library"}
    assert {kind.path for kind in kinds()} & {"admin", "api", "static", "search"} == set()
