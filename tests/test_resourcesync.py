"""ResourceSync, as the client of its authors reads it."""

from io import BytesIO
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from resync.sitemap import Sitemap

from media4sec.interchange.harvesting import resourcesync
from media4sec.publications.models import Change, Publication
from media4sec.records import workflow
from tests.factories import make, published, several_published
from tests.public import api_item

pytestmark = pytest.mark.django_db


def read(client, address):
    """What the client's parser makes of a document: {address: resource}, and what the document says of itself."""
    response = client.get(urlsplit(address).path)
    assert response.status_code == 200
    return Sitemap().parse_xml(BytesIO(response.content))


def followed(client, capability):
    """All entries of a list, found from the one address that is known; in their order."""
    (capabilities,) = read(client, "/.well-known/resourcesync")
    places = {place.capability: place.uri for place in read(client, capabilities.uri)}
    found = []
    for part in read(client, places[capability]):
        found += list(read(client, part.uri))
    return found


def test_every_document_is_found_from_the_well_known_address(client):
    records, draft = several_published("technology", 3), make("technology")
    records.append(published("theme"))

    found = {entry.uri for entry in followed(client, "resourcelist")}

    assert {f"{settings.BASE_URL}{api_item(record)}" for record in records} <= found
    assert f"{settings.BASE_URL}{api_item(draft)}" not in found
    for address in found:
        assert client.get(urlsplit(address).path).status_code == 200


def test_changes_are_told_in_their_order_in_parts(client, monkeypatch):
    monkeypatch.setattr(resourcesync, "PART", 2)
    first, second = several_published("technology", 2)
    workflow.withdraw(first, reason="Wrong.")

    found = followed(client, "changelist")

    told = [(entry.uri, entry.change) for entry in found]
    logged = Change.objects.order_by("seq").values_list("action", flat=True)
    assert [change for _, change in told] == list(logged)
    assert told[-1] == (f"{settings.BASE_URL}{api_item(first)}", "deleted")
    assert (f"{settings.BASE_URL}{api_item(second)}", "created") in told
    assert [entry.datetime for entry in found] == sorted(entry.datetime for entry in found)


def test_a_closed_part_says_until_when(client, monkeypatch):
    monkeypatch.setattr(resourcesync, "PART", 1)
    several_published("technology", 2)

    numbers = Change.objects.order_by("seq").values_list("seq", flat=True)
    closed, last = (
        read(client, f"/resourcesync/changes-{number}.xml") for number in (numbers[0], numbers.last())
    )

    assert closed.md_until >= closed.md_from
    assert last.md_until is None


def test_the_bytes_stay_until_something_changes(client):
    published("technology")
    address = "/resourcesync/resources-1.xml"
    before, again = client.get(address), client.get(address)
    published("technology")
    after = client.get(address)

    assert before.content == again.content
    assert before.headers["ETag"] == again.headers["ETag"] != after.headers["ETag"]


def test_an_empty_base_has_empty_lists(client):
    assert followed(client, "resourcelist") == followed(client, "changelist") == []


@pytest.mark.parametrize("number", [0, 10_000, 10**30])
@pytest.mark.parametrize("part", ["resources", "changes"])
def test_parts_that_nobody_names_are_not_there(client, part, number):
    published("technology")

    assert client.get(f"/resourcesync/{part}-{number}.xml").status_code == 404


def test_there_is_no_part_after_the_last(client, monkeypatch):
    monkeypatch.setattr(resourcesync, "PART", 1)
    several_published("technology", 2)
    last = {"resources": Publication.objects.published().count(), "changes": Change.objects.latest("seq").seq}

    for part, number in last.items():
        assert client.get(f"/resourcesync/{part}-{number}.xml").status_code == 200
        assert client.get(f"/resourcesync/{part}-{number + 1}.xml").status_code == 404
