"""The feed in the form of DRIVER+'s Portfolio of Solutions, read as its clients read it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from catalogue.solutions import months_before
from media4sec.interchange.records import moment
from media4sec.publications.models import Publication
from media4sec.records import workflow
from tests.factories import fresh, published, published_full, several_published
from tests.people import administrator, logged_in
from tests.public import api_item
from tests.test_api import assert_problem

FEED = "/en/group_export"
# Every key of the portfolio that is always there; all are texts.
TEXTS = {
    *(
        "id",
        "language",
        "langcode",
        "base_url",
        "title",
        "group_uri",
        "usage_rights",
        "type",
        "provider",
        "provider_uri",
    ),
    *("summary_short", "summary", "innovation_stage", "innovation_stage_uri", "video_url", "changed"),
    *("last_changed_on", "last_changed"),
}


def whole_feed(client, address=FEED, **parameters):
    """As a client pages: ten more, until there are none."""
    rows, offset = [], 0
    while page := client.get(
        address, {"_format": "json", "type": "solution", "offset": offset, **parameters}
    ).json():
        assert len(page) <= 10
        rows += page
        offset += len(page)
    return rows


def ids(rows):
    return [row["id"] for row in rows]


def uuid_of(record):
    return str(Publication.objects.get(kind="technology", identifier=record.identifier).uuid)


@pytest.mark.django_db
@pytest.mark.parametrize("address", [FEED, "/group_export", "/de/group_export", "/api/v1/pos/solutions"])
def test_a_client_reads_every_technology_once(client, address):
    records = several_published("technology", 23)

    rows = whole_feed(client, address)

    assert ids(rows) == [uuid_of(record) for record in records]


@pytest.mark.once
@pytest.mark.slow
def test_the_whole_catalogue_is_read_with_unique_titles_and_providers(client, content):
    rows = whole_feed(client)

    assert len(rows) == Publication.objects.published().of("technology").count() > 100
    assert len({row["title"] for row in rows}) == len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert row.keys() >= TEXTS
        assert all(isinstance(row[name], str) for name in TEXTS)
        assert all(
            row[name] for name in ("title", "provider", "summary", "summary_short", "changed", "last_changed")
        )
        assert row["group_uri"].startswith("/")
        assert client.get(row["group_uri"]).status_code == 200
    stated = [row for row in rows if "trl" in row]
    assert {row["trl"] for row in stated} == {
        "TRL 7 - System prototype demonstration in operational environment"
    }
    assert len(stated) == 2  # a level that was only aimed at is not one


@pytest.mark.django_db
def test_those_with_the_same_title_are_told_apart_also_on_different_pages(client):
    first = published("technology", title="A tool")
    several_published("technology", 10)
    last = published("technology", title="A tool")

    titles = [row["title"] for row in whole_feed(client)]

    assert (titles[0], titles[-1]) == (f"A tool ({first.identifier})", f"A tool ({last.identifier})")
    assert len(set(titles)) == 12
    assert sum(first.identifier in title for title in titles) == 1


@pytest.mark.django_db
def test_what_stands_in_the_record_stands_in_the_feed(client):
    record = published_full("technology", trl="TRL 9", summary="One <b>tool</b> for many.\n\nIt is & stays.")
    document = client.get(api_item(record)).json()

    (row,) = [row for row in whole_feed(client) if row["title"] == document["title"]]  # it names another

    assert row["trl"] == "TRL 9 - Actual system proven in operational environment"
    assert (row["trl_level"], row["trl_as_stated"]) == (9, "TRL 9")
    assert row["summary"].startswith("<p>One &lt;b&gt;tool&lt;/b&gt; for many.</p><p>It is &amp; stays.</p>")
    assert row["summary_short"] == "One <b>tool</b> for many."
    assert row["provider"] == document["makers"][0]["label"]
    assert f"{settings.BASE_URL}{row['provider_uri']}" == document["makers"][0]["url"]
    assert row["usage_rights"] == "CC BY 4.0 license"
    assert row["product_licence"] == document["licence"]
    assert [one["label"] for one in row["ethics_issues"]] == [one["label"] for one in document["issues"]]
    assert all(issue["label"] in row["summary"] for issue in document["issues"])
    assert [one["uri"] for one in row["functions"]] == [one["url"] for one in document["functions"]]
    changed = datetime.strptime(row["changed"], "%Y-%m-%dT%H:%M:%S%z")
    assert changed == datetime.fromisoformat(document["updated"]).replace(microsecond=0)
    assert row["last_changed"] == "today"


@pytest.mark.django_db
def test_two_of_one_name_are_told_apart_and_nothing_is_made_up(client):
    one, two = (
        published("technology", title="Scout", summary="", makers=[], maker_as_stated="") for _ in range(2)
    )

    rows = whole_feed(client)

    assert [row["title"] for row in rows] == [f"Scout ({one.identifier})", f"Scout ({two.identifier})"]
    assert {row["provider"] for row in rows} == {"Provider not stated"}
    assert {row["summary"] for row in rows} == {"<p>No summary is recorded.</p>"}
    assert not any("trl" in row for row in rows)
    assert {row["trl_level"] for row in rows} == {None}


@pytest.mark.django_db
def test_the_feed_is_asked_for_words_and_for_changes(client):
    one, two = several_published("technology", 2)
    drones = published("technology", title="Drones", summary="What flies.")
    workflow.withdraw(fresh(one), reason="By mistake.")
    at = Publication.objects.get(identifier=drones.identifier).modified_at

    assert ids(whole_feed(client, search="drones")) == [uuid_of(drones)]
    assert ids(whole_feed(client)) == [uuid_of(two), uuid_of(drones)]
    assert ids(whole_feed(client, changed=moment(at))) == [uuid_of(drones)]
    assert ids(whole_feed(client, changed="-2 months")) == [uuid_of(two), uuid_of(drones)]
    assert ids(whole_feed(client, changed=moment(at + timedelta(seconds=1)))) == []
    assert ids(whole_feed(client, may_reproduce="1")) == [uuid_of(two), uuid_of(drones)]
    assert client.get(FEED, {"type": "trial"}).json() == []
    assert client.get(FEED, {"offset": "2"}).json() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("_format=xml", 406),
        ("type=person", 400),
        ("offset=-1", 400),
        ("offset=x", 400),
        ("changed=yesterday", 400),
        ("changed=-2", 400),
        ("may_reproduce=2", 400),
        ("page=2", 400),
        ("search=", 400),
        (f"search={'x' * 201}", 400),
        ("_format=json&_format=json", 400),
        ("changed=-9999 years", 200),
    ],
)
def test_what_it_does_not_understand_is_refused(client, query, status):  # gates 4.1, 4.3
    published("technology")

    response = client.get(f"{FEED}?{query}")

    if status == 200:
        assert len(response.json()) == 1
    else:
        assert_problem(response, status)


def test_months_before_the_last_of_a_month():
    assert months_before(datetime(2026, 3, 31, tzinfo=UTC), 1) == datetime(2026, 2, 28, tzinfo=UTC)
    assert months_before(datetime(2026, 1, 15, tzinfo=UTC), 14) == datetime(2024, 11, 15, tzinfo=UTC)


@pytest.mark.django_db
def test_editors_see_what_the_portfolio_lacks():
    published("technology", title="Lacks a homepage", homepage="", licence="MIT")
    published("technology", title="Lacks a licence", homepage="https://example.org/", licence="")
    client = logged_in(administrator())

    for what, title in (("homepage", "Lacks a homepage"), ("licence", "Lacks a licence")):
        page = client.get("/admin/catalogue/technology/", {"portfolio": what}).content.decode()
        assert title in page
        assert ("Lacks a homepage" in page) != ("Lacks a licence" in page)
