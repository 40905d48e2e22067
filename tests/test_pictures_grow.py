"""Pictures have a bound: with some thousand records a page is no larger than with some hundred, each record costs the
same however many there are, and the page says what is not drawn."""

import datetime
import re
import sys

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from catalogue.library import map_of_deliverables
from ethics.pages import numbered
from ethics.timeline import Life, Stretch, lives_picture
from media4sec.publications.index import current
from roadmap.pages import what_comes_first
from tests.factories import changed, copies_published, fresh, publish, published
from tests.public import links_in, text_of
from workshops.europe import PLACES, workshop_rows
from workshops.patterns import drawing, tree

pytestmark = pytest.mark.once

BYTES = 200_000
MANY = 3000
TITLE = "What people who plan for safety in a city should know of it"
PROJECT = {"start_date": "2016-07-01", "end_date": "2018-12-31", "outputs": [], "reporting_periods": []}


def steps(work):
    """How many lines of Python run in a piece of work: the same on every machine, however busy it is."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def grows_evenly(work, few=600):
    """Twice as many records take at most twice the steps, and a little for sorting."""
    return steps(lambda: work(2 * few)) < 2.2 * steps(lambda: work(few))


def ref(kind, identifier):
    return {"kind": kind, "id": identifier, "label": TITLE, "url": f"/{kind}/{identifier}/"}


def day(number):
    return (datetime.date(2016, 7, 1) + datetime.timedelta(days=number % 900)).isoformat()


def when(number):
    """A day, a month, a year, or nothing."""
    return ("", day(number)[:4], day(number)[:7], day(number))[number % 4]


def page(template, address, context):
    request = RequestFactory().get(address)
    request.resolver_match = resolve(address)
    return render_to_string(template, context, request)


def deliverable(number, packages):
    identifier = f"D{number % packages}.{number}"
    return {
        "identifier": identifier,
        "title": TITLE,
        "url": f"/library/{identifier}/",
        "date": when(number),
        "work_package": ref("library", f"WP{number % packages}"),
        "lead_partner": ref("partners", f"p-{number}"),
        "page_count": 12,
        "authors": [ref("people", f"a-{number}")] * 4,
        "download_url": f"https://example.org/{number}",
        "alternate_urls": [],
        "tags": ["sources disagree"],
        "notes": [TITLE],
    }


def workshop(number, count):
    return {
        "identifier": f"W{number}",
        "number": number,
        "title": TITLE,
        "url": f"/workshops/W{number}/",
        "city": "Brussels",
        "start_date": day(number),
        "participants_count": 10,
        "theme": ref("themes", "dark-web"),
        "reports": [ref("library", f"D{number % 7}.{number}")],
        "ethics_reports": [ref("library", f"D{count % 7}.{count}")],
        "tags": [],
        "notes": [],
    }


def project(count, packages=7):
    return {
        "project": [PROJECT],
        "partner": [{"identifier": f"p-{number}", "short_name": "P"} for number in range(count)],
        "work-package": [
            {"identifier": f"WP{n}", "title": TITLE, "url": f"/library/WP{n}/", "summary": TITLE}
            for n in range(packages)
        ],
        "deliverable": [deliverable(number, packages) for number in range(count)],
        "workshop": [workshop(number, count) for number in range(count)],
        "news-item": [
            {"identifier": f"n-{n}", "title": TITLE, "url": f"/news/n-{n}/", "date": when(n)}
            for n in range(count)
        ],
        "instrument": [
            {
                "identifier": f"act-{n}",
                "title": TITLE,
                "url": f"/law/act-{n}/",
                "events": [{"date": day(n), "title": TITLE, "verified": True}],
            }
            for n in range(count)
        ],
    }


@pytest.mark.parametrize("packages", [7, 700])
def test_map_of_deliverables(packages):
    def drawn(count):
        return map_of_deliverables(project(count, max(7, packages * count // MANY)), "Map")

    picture = drawn(MANY)

    assert picture.left_out == f"The picture shows the newest 80 of {2 * MANY}."
    assert sum(len(drawing.svg.encode()) for drawing in picture.drawings) <= BYTES
    assert grows_evenly(drawn)


@pytest.mark.django_db
def test_library_shows_the_first_of_each(client):
    published("project", start_date="2016-07-01", end_date="2018-12-31")
    package = published("work-package")
    one = published(
        "deliverable", work_package=package.identifier, notes=["They differ."], tags=["sources disagree"]
    )
    copies_published(one, 100)
    copies_published(published("workshop", reports=[one.identifier]), 30)
    copies_published(package, 30)

    page = client.get("/library/")

    assert len(page.content) <= BYTES
    words = text_of(page)
    for part in (
        "The picture shows the first 52 of 132.",
        "The first 12 of 31 are shown here.",
        "The first 40 of 101 are shown here.",
        "The first 10 of 101 are shown here.",
    ):
        assert part in words, part
    assert links_in(page) >= {"/library/?type=deliverable", "/library/?type=work-package", "/workshops/"}


@pytest.mark.django_db
def test_timeline(client, django_assert_num_queries):
    published("project", start_date="2016-07-01", end_date="2018-12-31")
    events = [
        {"key": name, "event_kind": "adopted", "title": TITLE, "provenance": "editorial", "date": date}
        for name, date in (("old", "2001-01-01"), ("first", "2017-01-01"), ("second", "2018-05-25"))
    ]
    law = published("instrument", events=events)
    published("workshop", start_date="2017-02-01")
    published("news-item", date="", date_precision="")
    one = published("deliverable", date="2018-05-01", date_precision="day")
    client.get("/timeline/")
    for record in (law, one):
        publish(changed(fresh(record), summary="It says something else."))
    client.get("/de/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/timeline/")
    asked = len(queries)
    for record in (law, one):
        copies_published(record, 100)
    client.get("/de/")

    with django_assert_num_queries(asked):
        page = client.get("/timeline/")

    html = page.content.decode()
    assert len(page.content) <= BYTES
    assert set(re.findall(r"The picture shows the newest 150 of (\d+)\.", html)) == {"304"}
    assert html.count('<td class="nowrap bare"><b>') == 150


def test_deliverable_is_on_its_own_map_however_many_there_are():
    documents = project(MANY)
    undated = documents["deliverable"][0]

    picture = map_of_deliverables(documents, "Map", package="WP0", here=undated["identifier"])

    assert picture.drawn == 80
    assert all(f'href="{undated["url"]}"' in drawing.svg for drawing in picture.drawings)


def pattern(number, family, count):
    return {
        "identifier": f"P-{number}",
        "title": f"{TITLE} {number}",
        "url": f"/practices/P-{number}/",
        "group": "citizens",
        "summary": TITLE,
        "summary_basis": "",
        "family": ref("practices", f"P-{family}") if family is not None else None,
        "related_patterns": [ref("practices", f"P-{(number * 7 + 1) % count}"), ref("practices", "P-0")],
    }


FAMILIES = {
    "a chain": lambda number: number - 1 if number else None,
    "one large": lambda number: 0 if number else None,
    "none": lambda number: None,
}


@pytest.mark.parametrize("family", FAMILIES)
def test_patterns(family):
    def order(count):
        return tree([pattern(number, FAMILIES[family](number), count) for number in range(count)])

    picture = drawing(order(MANY), "Patterns", here="P-2999")

    assert picture.left_out == f"The picture shows the first 100 of {MANY}."
    assert 'aria-current="page"' in picture.drawings[0].svg
    assert len(picture.drawings[0].svg.encode()) <= BYTES
    assert grows_evenly(lambda count: drawing(order(count), "", here="P-1"))


def card(number, needs):
    return {
        "identifier": f"R-{number}",
        "title": TITLE,
        "url": f"/roadmap/R-{number}/",
        "facts": {
            "strand": [{"text": "Training", "url": None}],
            "depends_on": [{"text": TITLE, "url": f"/roadmap/R-{need}/"} for need in needs],
        },
    }


NEEDS = {
    "a chain": lambda number: [number - 1] if number else [],
    "one first": lambda number: [0] if number else [],
    "pairs": lambda number: [number - number % 2 - 2, number - number % 2 - 1] if number > 1 else [],
}


@pytest.mark.parametrize("needs", NEEDS)
def test_roadmap(needs):
    def cards(count):
        return [card(number, NEEDS[needs](number)) for number in range(count)]

    shown = what_comes_first(cards(MANY), MANY)
    picture = shown["picture"]

    assert picture.drawn == sum(len(group["rows"]) for group in shown["order"]) == 30
    assert picture.left_out == f"The picture shows the first 30 of {MANY}."
    assert sum(len(drawing.svg.encode()) for drawing in picture.drawings) <= BYTES
    assert grows_evenly(lambda count: what_comes_first(cards(count), count))


def test_map_of_workshops():
    def cards(count):
        return [
            {
                "identifier": f"W{number}",
                "title": TITLE,
                "url": f"/workshops/W{number}/",
                "facts": {"city": [{"text": list(PLACES)[number % len(PLACES)]}]},
            }
            for number in range(count)
        ]

    picture = workshop_rows(cards(MANY))["map"]

    assert picture.left_out == f"The picture shows the first 100 of {MANY}."
    assert len(picture.drawings[0].svg.encode()) <= BYTES
    assert grows_evenly(lambda count: workshop_rows(cards(count)))


def laws(count, lanes):
    """As many events in so many instruments."""
    events = numbered(
        {
            "date": datetime.date(1950, 1, 1) + datetime.timedelta(days=27_000 * number // count),
            "is_done": True,
            "is_unverified": False,
            "title": TITLE,
            "lane": number % lanes,
        }
        for number in range(count)
    )
    own = [[] for _ in range(lanes)]
    for event in events:
        own[event["lane"]].append(event)
    since = Stretch(datetime.date(2016, 5, 5), None, is_solid=True)
    return [Life(TITLE, "/law/act/", "in force", [since], mine) for mine in own]


@pytest.mark.parametrize("lanes", [1, 8, 1000])
def test_law(lanes):
    today = datetime.date(2026, 11, 25)

    picture = lives_picture(laws(MANY, lanes), today=today, label=TITLE, with_early=True)

    assert picture.left_out.startswith("The picture shows the newest ")
    assert picture.total == MANY + lanes
    assert sum(len(drawing.svg.encode()) for drawing in picture.drawings) <= BYTES
    assert grows_evenly(
        lambda count: lives_picture(laws(count, max(1, lanes * count // MANY)), today=today, with_early=True),
        few=1500,
    )


def a_deliverable_and_its_package():
    package = published("work-package")
    one = published("deliverable", work_package=package.identifier)
    published("workshop", reports=[one.identifier])
    published(
        "project",
        outputs=[{"key": "a", "name": "Report", "deliverable": one.identifier, "summary": "All read it."}],
    )
    return one, ["/library/", one.url, package.url]


def a_country():
    one = published("country-note")
    return one, ["/countries/", one.url]


def a_workshop():
    one = published("workshop")
    return one, ["/library/", one.url]


def a_pattern_and_its_family():
    first = published("pattern", group="citizens")
    one = published("pattern", group="citizens", family=first.identifier, related_patterns=[first.identifier])
    case = published("case", patterns=[first.identifier])
    return one, ["/patterns/", first.url, one.url, case.url]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "make", [a_country, a_deliverable_and_its_package, a_pattern_and_its_family, a_workshop]
)
def test_pages_read_what_they_show_however_much_there_is(client, make, rows_read):
    one, addresses = make()
    copies_published(one, 500)
    current()  # after a change, the index is read first

    for address in addresses:
        rows_read.clear()
        response = client.get(address)

        assert response.status_code == 200
        assert len(response.content) <= BYTES, address
        assert max(rows_read) <= 200, address
