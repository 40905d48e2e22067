"""The sitemap: what search engines may keep, and nothing else."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.conf import settings

from media4sec.interchange import sitemap
from media4sec.publications.models import Publication
from tests.factories import make, published, several_published
from tests.public import FIXED_PAGES, lists

pytestmark = pytest.mark.django_db

PLACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def places(client):
    root = ElementTree.fromstring(client.get("/sitemap.xml").content)
    return [entry.find(PLACE).text.removeprefix(settings.BASE_URL) for entry in root]


def test_it_names_each_page_that_may_be_kept_once(client):
    record, draft = published("technology"), make("technology")
    addresses = {
        *FIXED_PAGES,
        *lists(),
        "/design/",
        "/corrections/new/",
        record.url,
        f"{record.url}versions/",
    }
    kept = {address for address in addresses if b'content="noindex"' not in client.get(address).content}

    found = places(client)

    assert len(found) == len(set(found))
    assert set(found) == kept - {
        f"{record.url}versions/"
    }  # found from the record, in no need of a place here
    assert draft.url not in found


def test_it_says_when_a_page_changed_last(client):
    record = published("technology")
    Publication.objects.update(
        issued_at=datetime(2018, 3, 14, 9, tzinfo=UTC), modified_at=datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
    )

    root = ElementTree.fromstring(client.get("/sitemap.xml").content)

    found = {entry.find(PLACE).text: entry.findtext(PLACE.replace("loc", "lastmod")) for entry in root}
    assert found[f"{settings.BASE_URL}{record.url}"] == "2026-05-06T07:08:09Z"


def test_it_is_no_longer_than_the_protocol_allows(client, monkeypatch):
    several_published("technology", 3)
    whole = places(client)
    monkeypatch.setattr(sitemap, "LIMIT", len(whole) - 1)

    assert places(client) == whole[:-1]
