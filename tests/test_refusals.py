"""Refusals in the site's layout and the visitor's language: wrong methods, large bodies, a database that is away."""

import pytest
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from media4sec.front import static_pages
from media4sec.portal import errors
from tests.factories import published
from tests.public import h1_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

HEADS = {
    405: "This address cannot be used like that",
    408: "What you sent took too long",
    413: "You sent more than we can take",
    429: "Too many requests at the moment",
    503: "The portal cannot answer just now",
}


def dressed(response, path="/technologies/"):
    """What becomes of a bare answer of a view."""
    return errors.RefusalMiddleware(lambda request: response)(RequestFactory().get(path))


@pytest.mark.parametrize("status", HEADS)
def test_a_bare_refusal_gets_a_page(status):  # gates 4.16, 7.14
    page = dressed(HttpResponse(status=status, headers={"Retry-After": "7", "Allow": "GET"}))

    assert (page.status_code, page["Retry-After"], page["Allow"]) == (status, "7", "GET")
    assert page["Content-Type"] == "text/html; charset=utf-8"
    assert h1_of(page) == HEADS[status]
    assert '<meta name="robots" content="noindex">' in page.content.decode()
    assert "Nothing was saved" in text_of(page) or "was not saved" in text_of(page)


@pytest.mark.parametrize("status", HEADS)
def test_a_bare_refusal_of_the_api_gets_a_problem(status):  # gate 4.16
    problem = dressed(HttpResponse(status=status, headers={"Retry-After": "7"}), "/api/v1/technologies")

    assert (problem.status_code, problem["Retry-After"]) == (status, "7")
    assert problem["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("status", [200, 204, 304, 400, 404])
def test_other_answers_stay_as_they_are(status):
    answer = HttpResponse(status=status)

    assert dressed(answer) is answer


def test_an_answer_that_says_something_stays_as_it_is():
    answer = HttpResponse("Already said.", status=503)

    assert dressed(answer) is answer


@pytest.mark.parametrize(
    "path", ["/", "/technologies/", "/robots.txt", "/sitemap.xml", "/favicon.ico", "/api/"]
)
def test_public_addresses_take_no_posts_even_from_browsers(path):  # gate 4.13
    response = Client(enforce_csrf_checks=True).post(path, {"x": "y"})

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path", ["/api/v1/openapi.json", "/api/v1/technologies", "/api/v1/technologies/T-001"]
)
def test_the_api_says_it_in_its_own_way(path):  # gate 4.16
    response = Client(enforce_csrf_checks=True).post(path, {"x": "y"})

    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json"
    assert "GET" in response["Allow"]


def test_refusals_speak_the_language_of_the_page(client):  # gate 4.16
    response = client.post("/de/technologies/")

    assert response.status_code == 405
    assert '<html lang="de"' in response.content.decode()
    with translation.override("de"):
        assert h1_of(response) == translation.gettext("This address cannot be used like that")


def test_a_body_has_a_limit(client, settings):  # gates 4.2, 4.16
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    def post(length):
        body = b"login=" + b"x" * (length - 6)
        return client.generic("POST", "/admin/accounts/login/", body, "application/x-www-form-urlencoded")

    allowed, refused = post(1000), post(1001)

    assert allowed.status_code == 200
    assert refused.status_code == 413
    assert h1_of(refused) == HEADS[413]


def test_an_editors_form_without_its_cookie_is_told_so(settings):  # gates 2.9, 4.16
    response = Client(enforce_csrf_checks=True).post("/admin/accounts/login/", {"login": "x"})

    assert response.status_code == 403
    assert h1_of(response) == "This form has expired"


@pytest.mark.parametrize("query", ["state__exact=%00", "kind=a%00", "q=%00", "%00=x", "e=1&p=%00"])
def test_the_back_office_looks_for_no_nul(admin_client, query):  # gate 4.1
    for address in ("/admin/records/record/", "/admin/corrections/correction/", "/admin/accounts/user/"):
        assert admin_client.get(address).status_code == 200
        assert admin_client.get(f"{address}?{query}").status_code == 400


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, InternalError])
def test_a_database_that_fails_is_unavailable_not_broken(
    client, monkeypatch, caplog, error
):  # gates 6.8, 4.16
    published("technology")

    def fail(*args, **kwargs):
        raise error("could not connect to server\nDETAIL: password is swordfish")

    monkeypatch.setattr("media4sec.publications.models.PublicationQuerySet.published", fail)

    page, problem = client.get("/library/"), client.get("/api/v1/technologies")

    for response in (page, problem):
        assert (response.status_code, response["Retry-After"]) == (503, "10")
        assert "swordfish" not in response.content.decode()
        assert response["Cache-Control"] == "no-store"
    assert h1_of(page) == HEADS[503]
    assert problem["Content-Type"] == "application/problem+json"
    assert "The database failed: could not connect to server" in caplog.text
    assert "swordfish" not in caplog.text


def test_other_failures_are_not_dressed_up(client, monkeypatch):
    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(static_pages, "render", fail)
    client.raise_request_exception = False

    assert client.get("/privacy/").status_code == 500


@pytest.mark.parametrize("method", ["POST", "PUT", "FOO"])
@pytest.mark.parametrize(
    "path", ["/technologies", "/de/corrections/new", "/technologies/T-001", "/nl/privacy"]
)
def test_no_method_but_reading_is_sent_elsewhere(client, method, path):  # gate 4.13
    response = client.generic(method, path, b"a=1", content_type="application/x-www-form-urlencoded")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert "405" in text_of(response)
    assert client.get(path).status_code == 301


@pytest.mark.parametrize(
    "path",
    [
        "/oai.xml",
        "/.well-known/nothing",
        "/nl/.well-known/security.txt",
        "/nowhere",
        "/de/oai",
        "/technologies/T-001-publicsonar.mods.xml",
        "/technologies/T-001.ttl",
        "/technologies/T-001-a.b.bib",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_does_not_exist_is_not_found_at_once(client, path, method):
    """Neither sent to an address with a slash, nor to a record's other form."""
    published("technology", identifier="T-001", slug="publicsonar")

    assert client.generic(method, path).status_code in ((404,) if method == "GET" else (404, 405))


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "/technologies.json",
        "/technologies.csv?theme=dark-web",
        "/technologies/T-001-publicsonar.bib",
        "/feeds/everything.atom",
        "/sitemap.xml",
        "/.well-known/security.txt",
    ],
)
def test_files_are_refused_as_machines_read_it(client, path, method):  # gate 4.16
    published("technology", identifier="T-001", slug="publicsonar")

    response = client.generic(method, path)

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["type"].endswith("/api/#problem-method-not-allowed")


@pytest.mark.parametrize(
    "path", ["/api/v1/technologies/T-001", "/technologies.json", "/technologies/T-001-publicsonar.ris"]
)
def test_a_condition_that_does_not_hold_is_a_problem(client, path):
    published("technology", identifier="T-001", slug="publicsonar")

    response = client.get(path, headers={"If-Match": '"something else"'})

    assert (response.status_code, response.json()["status"]) == (412, 412)
    assert response["Content-Type"] == "application/problem+json"
