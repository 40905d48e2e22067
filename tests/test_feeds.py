"""Feeds of lists, read by a reader of feeds."""

import json
import re
from datetime import timedelta

import feedparser
import jsonfeed
import pytest
from django.conf import settings
from django.db.models import F
from lxml import etree

from media4sec.kinds import paths
from media4sec.publications.models import Publication
from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from tests.factories import fresh, make, publish, published, save, several_published
from tests.public import relative

pytestmark = pytest.mark.django_db


def feed_of(response):
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(response.content)
    assert not feed.bozo, feed.bozo_exception
    return feed


def titles(feed):
    return [entry.title for entry in feed.entries]


def urn(record):
    return (
        f"urn:uuid:{Publication.objects.get(kind=type(record).kind.name, identifier=record.identifier).uuid}"
    )


def change(record, **changes):
    save(working_document(record) | changes, type(record).kind, fresh(record))
    return publish(fresh(record))


def test_an_entry_says_what_the_record_is(client):
    theme = published("theme", title="The Dark Web")
    record = published(
        "technology",
        title="A tool & more",
        summary="What it <does>.",
        themes=[theme.identifier],
        tags=["osint"],
    )
    publication = Publication.objects.get(kind="technology", identifier=record.identifier)

    feed = feed_of(client.get("/feeds/technologies.atom"))
    (entry,) = feed.entries

    assert feed.version == "atom10"
    assert feed.feed.title == "Tools · MEDI@4SEC knowledge base"
    assert feed.feed.id == f"{settings.BASE_URL}/feeds/technologies.atom"
    assert feed.feed.rights == "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
    assert {link.rel: link.href for link in feed.feed.links} == {
        "alternate": f"{settings.BASE_URL}/technologies/",
        "self": f"{settings.BASE_URL}/feeds/technologies.atom",
        "license": "https://creativecommons.org/licenses/by/4.0/",
    }
    assert entry.id == f"urn:uuid:{json.loads(publication.document)['uuid']}"
    assert (entry.title, entry.summary) == ("A tool & more", "What it &lt;does&gt;.")
    assert entry.link == f"{settings.BASE_URL}{record.url}"
    assert [tag.term for tag in entry.tags] == ["Technology", "The Dark Web", "osint"]
    assert entry.updated == publication.modified_at.isoformat()
    assert entry.published == publication.issued_at.isoformat()
    assert entry.rights == feed.feed.rights


def test_the_newest_change_comes_first_and_dates_the_feed(client):
    first, second, third = several_published("technology", 3)
    first = change(first, title="Changed last")
    Publication.objects.update(issued_at=F("issued_at") - timedelta(days=3))

    feed = feed_of(client.get("/feeds/technologies.atom"))

    newest = Publication.objects.get(kind="technology", identifier=first.identifier)
    assert titles(feed) == ["Changed last", second.title, third.title]
    assert feed.feed.updated == feed.entries[0].updated == newest.modified_at.isoformat()
    assert feed.entries[0].published == newest.issued_at.isoformat() != feed.feed.updated


def test_the_id_stays_when_the_record_is_renamed(client):
    record = published("technology")
    before = feed_of(client.get("/feeds/technologies.atom")).entries[0]

    change(record, title="Another", slug="another")
    after = feed_of(client.get("/feeds/technologies.atom")).entries[0]

    assert (before.id, after.title) == (after.id, "Another")
    assert before.link != after.link


def test_a_feed_has_the_filters_of_its_list(client):
    theme = published("theme")
    inside = published("technology", themes=[theme.identifier], status="active")
    published("technology", themes=[theme.identifier], status="unknown")
    published("technology", status="active")

    query = f"theme={theme.identifier}&status=active"
    feed = feed_of(client.get(f"/feeds/technologies.atom?{query}"))

    assert titles(feed) == [inside.title]
    assert feed.feed.title.startswith(f"Tools, {theme.title}, Active")
    in_order = f"status=active&theme={theme.identifier}"  # of their names, as everywhere
    assert feed.feed.link == f"{settings.BASE_URL}/technologies/?{in_order}"


def test_everything_and_search_have_feeds(client):
    theme, technology = published("theme", title="The Xylographer"), published("technology")

    everything = feed_of(client.get("/feeds/everything.atom"))
    found = feed_of(client.get("/feeds/search.atom?q=xylographer%01"))

    assert sorted(titles(everything)) == sorted([theme.title, technology.title])
    assert titles(found) == ["The Xylographer"]


@pytest.mark.parametrize("path", paths())
def test_every_list_names_its_feed_and_it_is_one(client, path):
    page = client.get(f"/{path}/?page=1").content.decode()  # some have a front page of their own

    assert 'type="application/atom+xml"' in page
    assert f'href="/feeds/{path}.atom' in page
    assert feed_of(client.get(f"/feeds/{path}.atom")).feed.updated


def test_what_xml_cannot_hold_is_left_out(client):
    """Nothing of the kind can be saved any more, but older databases may hold it."""
    record = published("technology", title="A tool", summary="It sorts.", tags=["dark web"])
    row = Publication.objects.get(kind="technology", identifier=record.identifier)
    document = json.loads(row.document) | {"tags": ["dark\x0cweb"]}
    Publication.objects.filter(pk=row.pk).update(
        title="A\x0btool", summary="It\x01 sorts.", document=json.dumps(document)
    )

    (entry,) = feed_of(client.get("/feeds/technologies.atom")).entries

    assert (entry.title, entry.summary) == ("A tool", "It sorts.")
    assert [tag.term for tag in entry.tags] == ["Technology", "darkweb"]


@pytest.mark.parametrize("path", ["practices", "glossary", "themes"])
def test_a_feed_is_called_as_its_list(client, path):
    title = client.get(f"/{path}/").context["title"]

    feed = feed_of(client.get(f"/feeds/{path}.atom"))

    assert feed.feed.title == f"{title} · MEDI@4SEC knowledge base"


def test_drafts_and_withdrawn_records_are_in_no_feed(client):
    shown, withdrawn = several_published("technology", 2)
    make("technology", title="A secret draft")
    workflow.withdraw(withdrawn, reason="Wrong.")

    for path in ("technologies", "everything"):
        assert titles(feed_of(client.get(f"/feeds/{path}.atom"))) == [shown.title]


def test_a_feed_holds_the_newest_changes_only(client, settings):  # gate 4.2
    settings.FEED_LIMIT = 2
    several_published("technology", 3)

    feed = feed_of(client.get("/feeds/technologies.atom"))

    assert len(feed.entries) == 2
    assert feed.feed.subtitle == "3 records, the newest changes first"


# Parts of a feed


def every_part(client, address):
    """All parts of a feed in Atom, from its first on."""
    while address:
        feed = feed_of(client.get(address))
        yield feed
        following = [link.href for link in feed.feed.links if link.rel == "next"]
        address = relative(following[0]) if following else None


def test_a_feed_goes_on_to_its_oldest_entry(client, settings):
    settings.FEED_LIMIT = 2
    records = several_published("technology", 5)  # at one and the same time

    parts = list(every_part(client, "/feeds/technologies.atom"))

    assert [len(part.entries) for part in parts] == [2, 2, 1]
    found = [entry.id for part in parts for entry in part.entries]
    assert sorted(found) == sorted(map(urn, records))
    assert {part.feed.id for part in parts} == {f"{settings.BASE_URL}/feeds/technologies.atom"}
    assert [link.href for link in parts[1].feed.links if link.rel == "first"] == [parts[0].feed.id]


def test_what_changes_meanwhile_is_neither_missed_nor_in_the_way(client, settings):
    settings.FEED_LIMIT = 2
    first, second, *others = several_published("technology", 5)
    parts = every_part(client, "/feeds/technologies.atom")

    found = set(titles(next(parts)))
    change(others[-1], title="Changed meanwhile")
    workflow.withdraw(fresh(first), reason="Wrong.")
    for part in parts:
        found |= set(titles(part))

    assert {record.title for record in (second, *others[:-1])} <= found


def test_a_filter_goes_along_to_the_next_part(client, settings):
    settings.FEED_LIMIT = 1
    several_published("technology", 3, status="active")
    published("technology", status="unknown")

    parts = list(every_part(client, "/feeds/technologies.atom?status=active"))

    assert [len(part.entries) for part in parts] == [1, 1, 1]


@pytest.mark.parametrize("place", ["1", "a.b", "-1.2", "1.2&before=3.4", "", "9" * 18 + ".1"])
def test_a_place_that_no_feed_gave_out_is_refused(client, place):
    answer = client.get(f"/feeds/technologies.atom?before={place}")

    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == ["before"]


# What was withdrawn


def deleted(response):
    """{id: reason} of the entries that a feed in Atom takes back (RFC 6721)."""
    root = etree.fromstring(response.content)
    name = "{http://purl.org/atompub/tombstones/1.0}"
    return {entry.get("ref"): entry.findtext(f"{name}comment") for entry in root.iter(f"{name}deleted-entry")}


def test_withdrawn_and_merged_records_are_taken_back_where_nothing_is_filtered(client):
    shown, withdrawn, merged = several_published("technology", 3)
    workflow.withdraw(withdrawn, reason="Wrong & old.")
    workflow.merge(fresh(merged), into=fresh(shown))
    gone = {urn(withdrawn): "Wrong & old.", urn(merged): f"Merged into {shown.identifier}."}

    for path in ("technologies", "everything"):
        response = client.get(f"/feeds/{path}.atom")
        assert deleted(response) == gone
        assert titles(feed_of(response)) == [shown.title]
        found = client.get(f"/feeds/{path}.json").json()["_withdrawn"]["records"]
        assert {row["id"] for row in found} == gone.keys()
    for address in ("/feeds/technologies.atom?q=technology", "/feeds/themes.atom"):
        assert deleted(client.get(address)) == {}


def test_what_is_restored_is_an_entry_again(client):
    record = published("technology")
    workflow.withdraw(record, reason="Wrong.")
    workflow.restore(fresh(record))

    response = client.get("/feeds/technologies.atom")

    assert deleted(response) == {}
    assert titles(feed_of(response)) == [record.title]


def test_a_withdrawal_dates_the_feed_and_stands_in_its_place(client, settings):
    settings.FEED_LIMIT = 1
    first, second = several_published("technology", 2)
    workflow.withdraw(first, reason="Wrong.")

    newest, older = every_part(client, "/feeds/technologies.atom")

    assert (titles(newest), titles(older)) == ([], [second.title])
    at = Publication.objects.get(identifier=first.identifier).modified_at
    assert newest.feed.updated == at.isoformat()


# JSON Feed


def test_a_feed_in_json_says_the_same(client, settings):
    settings.FEED_LIMIT = 2
    theme = published("theme", title="The Dark Web")
    several_published("technology", 3, themes=[theme.identifier], summary="What it does.")
    answer = client.get("/feeds/technologies.json")
    atom = feed_of(client.get("/feeds/technologies.atom"))

    feed = jsonfeed.Feed.parse_string(answer.content.decode())

    assert answer.headers["Content-Type"] == "application/feed+json"
    assert (feed.version, feed.title) == ("https://jsonfeed.org/version/1.1", atom.feed.title)
    assert feed.feed_url == f"{settings.BASE_URL}/feeds/technologies.json"
    assert [item.id for item in feed.items] == [entry.id for entry in atom.entries]
    assert [item.url for item in feed.items] == [entry.link for entry in atom.entries]
    assert [item.content_text for item in feed.items] == [entry.summary for entry in atom.entries]
    assert [item.tags for item in feed.items] == [[tag.term for tag in entry.tags] for entry in atom.entries]
    rest = client.get(relative(feed.next_url)).json()
    assert len(rest["items"]) == 1
    assert "next_url" not in rest


@pytest.mark.parametrize("address", ["/technologies/", "/search/?q=tool"])
def test_lists_name_both_forms_of_their_feed(client, address):
    published("technology", title="A tool")
    page = client.get(address).content.decode()

    for form, media_type in (("atom", "application/atom+xml"), ("json", "application/feed+json")):
        assert re.search(rf'href="/feeds/[a-z]+\.{form}[^"]*"[^>]*type="{re.escape(media_type)}"', page)
        assert re.search(rf'type="{re.escape(media_type)}"[^>]*href="/feeds/[a-z]+\.{form}', page)


def test_the_same_feed_has_the_same_bytes_and_tag(client):
    record = published("technology")
    first = client.get("/feeds/technologies.atom")

    assert client.get("/feeds/technologies.atom").content == first.content
    again = client.get("/feeds/technologies.atom", headers={"If-None-Match": first.headers["ETag"]})
    change(record, title="Another")
    later = client.get("/feeds/technologies.atom", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, later.status_code) == (304, 200)
    assert "Another" in later.content.decode()


@pytest.mark.parametrize("count", [1, 3, 30])
def test_a_feed_costs_the_same_however_many_records(client, count, django_assert_max_num_queries):
    several_published("technology", count)
    client.get("/technologies/")  # reads what changed into the search index

    with django_assert_max_num_queries(6):
        feed = feed_of(client.get("/feeds/technologies.atom"))

    assert len(feed.entries) == count


# gates 4.2, 4.3
@pytest.mark.parametrize(
    ("query", "named"), [("x=1", "x"), ("sort=title", "sort"), ("page=1", "page"), ("lens=purple", "lens")]
)
def test_bad_parameters_are_named(client, query, named):
    response = client.get(f"/feeds/technologies.atom?{query}")

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert [error["parameter"] for error in response.json()["errors"]] == [named]


def test_other_feeds_are_not_there(client):
    assert client.get("/feeds/nothing.atom").status_code == 404
    assert client.post("/feeds/technologies.atom").status_code == 405
