"""Nothing can be written, because the operator says so or the database takes nothing: reading goes on as ever."""

import importlib

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory
from django.urls import clear_url_caches

from media4sec import read_only
from media4sec.portal import errors
from media4sec.records.models import Record
from tests.factories import published
from tests.public import h1_of, text_of

pytestmark = pytest.mark.django_db
PUBLIC = ["/", "/technologies/", "/search/?q=police", "/library/", "/api/v1/technologies", "/api/v1/changes"]
PUBLIC += [
    "/oai?verb=Identify",
    "/feeds/everything.atom",
    "/corrections/new/",
    "/check/",
    "/timeline/",
    "/nowhere/",
]
BACK_OFFICE = ["/admin/", "/admin/records/record/", "/admin/catalogue/technology/", "/admin/accounts/tokens/"]
BACK_OFFICE += ["/admin/corrections/correction/", "/admin/accounts/login/", "/admin/accounts/sessions/"]


@pytest.fixture
def takes_nothing():
    """The database itself refuses to write, until the test ends."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA query_only=ON")
        else:
            # What was written before is checked now, as to check it later would write.
            cursor.execute(
                "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED; SET TRANSACTION READ ONLY"
            )
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only=OFF")


def test_reading_writes_nothing(client, admin_client, takes_nothing):  # gate 6.10
    for address in PUBLIC:
        assert client.get(address).status_code == (404 if address == "/nowhere/" else 200), address
    for address in BACK_OFFICE:
        assert admin_client.get(address, follow=True).status_code == 200, address


def test_a_database_that_takes_nothing_is_told_from_one_that_is_away(takes_nothing):  # gate 6.10
    with pytest.raises(DatabaseError) as failed, transaction.atomic():
        Record.objects.update(title="After")
    door = errors.RefusalMiddleware(lambda request: door.process_exception(request, failed.value))
    refused = door(RequestFactory().post("/admin/catalogue/technology/add/", {"title": "After"}))

    assert (refused.status_code, refused["Retry-After"]) == (503, "10")
    assert h1_of(refused) == "Nothing can be changed just now"
    assert not read_only.is_refusal_to_write(DatabaseError("it went away"))


@pytest.fixture
def reads_only(settings):
    settings.READ_ONLY = True


def test_what_an_editor_has_typed_can_be_sent_again(admin_client, reads_only):  # gates 6.10, 7.14
    record = published("technology", title="Before")
    address = f"/admin/catalogue/technology/{record.pk}/change/"
    assert "Nothing can be saved at the moment" in text_of(admin_client.get(address))
    typed = {"title": 'After <b>"', "summary": "Typed\nfor an hour", "themes": ["1", "2"]}
    refused = admin_client.post(address, typed)

    assert refused.status_code == 503
    assert refused["Cache-Control"] == "private, no-store"
    html = refused.content.decode()
    assert '<input type="hidden" name="title" value="After &lt;b&gt;&#34;">' in html
    assert '<input type="hidden" name="summary" value="Typed\nfor an hour">' in html
    assert html.count('name="themes"') == 2
    assert '<form method="post">' in html
    assert Record.objects.get(pk=record.pk).title == "Before"


def test_nobody_tries_passwords_meanwhile(client, reads_only):  # gates 2.3, 4.15
    """What counts failures could not be written."""
    refused = client.post("/admin/accounts/login/", {"login": "ada@example.org", "password": "swordfish"})

    assert refused.status_code == 503
    assert "swordfish" not in refused.content.decode()
    assert "ada@" not in refused.content.decode()


def test_programs_are_told_that_nothing_is_written(client, reads_only):  # gate 6.10
    refused = client.post("/api/v1/working/technologies", "{}", content_type="application/json")

    assert (refused.status_code, refused["Content-Type"]) == (503, "application/problem+json")
    assert refused.json()["detail"] == "Nothing can be written at the moment. Reading goes on as ever."


def test_the_public_form_says_so_before_anybody_types(client, reads_only):  # gate 6.10
    assert "Nothing can be saved at the moment" in text_of(client.get("/corrections/new/"))


def test_questions_that_are_posted_are_answered(client, reads_only):  # gate 6.10
    assert client.post("/oai", {"verb": "Identify"}).status_code == 200


def test_without_it_nobody_is_told_anything(admin_client, client):
    assert "Nothing can be saved" not in text_of(admin_client.get("/admin/"))
    assert "Nothing can be saved" not in text_of(client.get("/corrections/new/"))
    assert not read_only.is_read_only()


# A node without a back-office


@pytest.fixture
def public_node(settings):
    from media4sec.front import urls

    settings.BACK_OFFICE = False
    importlib.reload(urls)
    clear_url_caches()
    yield
    settings.BACK_OFFICE = True
    importlib.reload(urls)
    clear_url_caches()


def told(response, path):
    """What somebody learns who does not know which addresses there are."""
    return response.status_code, dict(response.items()), response.content.replace(path.encode(), b"")


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin",
        "/admin/accounts/login/",
        "/admin/records/record/1/change/",
        "/api/v1/working",
        "/api/v1/working/technologies/T-001",
    ],
)
def test_its_addresses_are_like_those_that_never_were(client, public_node, method, path):  # gate 3.8
    never = path.replace("admin", "nimda").replace("working", "gnikrow")
    found = client.generic(method, path)

    assert found.status_code in (404, 204)
    assert told(found, path) == told(client.generic(method, never), never)


def test_pages_do_not_lead_there(client, public_node):  # gate 3.8
    for address in PUBLIC:
        answer = client.get(address)
        assert b"/admin/" not in answer.content
        assert b"api/v1/working" not in answer.content
