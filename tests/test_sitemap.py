"""The sitemap: what search engines may keep, and nothing else."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.conf import settings
from usp.tree import sitemap_tree_for_homepage
from usp.web_client.abstract_client import (
    AbstractWebClient,
    LocalWebClientSuccessResponse,
    WebClientErrorResponse,
)

from media4sec.interchange.harvesting import sitemap
from media4sec.publications.models import Publication
from tests.factories import make, published, several_published
from tests.public import FIXED_PAGES, lists

pytestmark = pytest.mark.django_db

PLACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def named_in(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return [
        entry.find(PLACE).text.removeprefix(settings.BASE_URL)
        for entry in ElementTree.fromstring(response.content)
    ]


def places(client):
    return [address for part in named_in(client, "/sitemap.xml") for address in named_in(client, part)]


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

    root = ElementTree.fromstring(client.get("/sitemap-1.xml").content)

    found = {entry.find(PLACE).text: entry.findtext(PLACE.replace("loc", "lastmod")) for entry in root}
    assert found[f"{settings.BASE_URL}{record.url}"] == "2026-05-06T07:08:09Z"


@pytest.mark.parametrize("size", [1, 7, 40])
def test_parts_have_a_size_and_together_name_every_page_once(client, monkeypatch, size):
    several_published("technology", 3)
    whole = places(client)
    monkeypatch.setattr(sitemap, "PART", size)
    parts = [named_in(client, part) for part in named_in(client, "/sitemap.xml")]

    assert [address for part in parts for address in part] == whole
    assert {len(part) for part in parts[:-1]} <= {size}
    assert 0 < len(parts[-1]) <= size


def test_a_part_of_usual_pages_is_no_heavier_than_a_page(client):
    several_published("technology", sitemap.PART)

    assert len(client.get("/sitemap-1.xml").content) < 200_000


@pytest.mark.parametrize("number", [0, 2, 999, 10**20])
def test_there_are_no_empty_parts(client, number):
    published("technology")

    assert client.get(f"/sitemap-{number}.xml").status_code == 404


class AnsweredHere(AbstractWebClient):
    """The reader's web, which is our test client."""

    def __init__(self, client):
        self.client = client

    def set_max_response_data_length(self, max_response_data_length):
        """There is no more than we made."""

    def get(self, url):
        answer = self.client.get(url.removeprefix(settings.BASE_URL))
        if answer.status_code != 200:
            return WebClientErrorResponse(f"{answer.status_code}", retryable=False)
        return LocalWebClientSuccessResponse(url, answer.content.decode())


def test_a_reader_of_sitemaps_finds_every_record_from_robots_txt(client, monkeypatch):
    monkeypatch.setattr(sitemap, "PART", 20)
    records = several_published("technology", 30)

    tree = sitemap_tree_for_homepage(
        settings.BASE_URL, web_client=AnsweredHere(client), use_known_paths=False
    )

    found = {page.url: page.last_modified for page in tree.all_pages()}
    assert len(found) == len(list(tree.all_pages())) == len(places(client))
    for record in records:
        at = Publication.objects.get(kind="technology", identifier=record.identifier).modified_at
        assert found[f"{settings.BASE_URL}{record.url}"] == at.replace(microsecond=0)
