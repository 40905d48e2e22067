"""The law then and now: every event once in picture and table, on the right side of today, and nothing overlaps."""

import datetime
import re

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ethics.on_the_day import dates_of
from ethics.pages import events_of, numbered
from ethics.timeline import (
    PROJECT_END,
    PROJECT_NAME,
    PROJECT_START,
    Flag,
    Life,
    Stretch,
    lane_of,
    letter_of,
    lives_picture,
    width_of,
)
from media4sec.publications.models import Publication
from media4sec.records import workflow
from tests.factories import published
from tests.pictures import box_of, marks_of, overlaps, points_of
from tests.public import text_of
from tests.test_content import by_identifier

pytestmark = pytest.mark.once

TODAY = datetime.date(2026, 11, 25)


def rectangles(svg):
    """Everything on a drawing that takes room, with what it is: plates, boxes, and texts by their measured width."""
    for element in svg.iter("rect"):
        if element.get("class") != "tl-band":
            yield element.get("class"), box_of(element)
    for element in (*marks_of(svg, "tl-year"), *marks_of(svg, "tl-label")):
        words = "".join(element.itertext())
        x, y = int(element.get("x")), int(element.get("y"))
        yield words, (x, y - 12, x + width_of(words) + 8 * (len(element) - 1), y + 3)


def outside(svg):
    return [
        (name, box)
        for name, box in rectangles(svg)
        if min(box) < 0 or box[2] > int(svg.get("width")) or box[3] > int(svg.get("height"))
    ]


def boxes_of(svg):
    """``[(number, box, whether it happened)]`` of the events."""
    links = [link for link in svg.iter("a") if link.get("href").startswith("#event-")]
    return [
        (
            int(link.get("href").removeprefix("#event-")),
            box_of(link.find("rect")),
            "is-planned" not in link.find("rect").get("class").split(),
        )
        for link in links
    ]


def places(svg, *, upright):
    """Where each event stands along the time, by its number."""
    stems = [points_of(stem)[0][upright] for stem in marks_of(svg, "tl-stem")]
    return sorted(zip((number for number, _, _ in boxes_of(svg)), stems, strict=True))


def check(picture, events):
    wide, *talls = [drawing.element for drawing in picture.drawings]
    for drawings, upright in (([wide], False), (talls, True)):
        assert sorted((number, is_done) for svg in drawings for number, _, is_done in boxes_of(svg)) == [
            (event["number"], event["date"] <= TODAY) for event in events
        ]
        for svg in drawings:
            check_drawing(svg, events, upright=upright)


def check_drawing(svg, events, *, upright):
    assert overlaps([box for _, box in rectangles(svg)]) == []
    assert outside(svg) == []
    at = places(svg, upright=upright)
    found = [place for _, place in at]
    assert found == sorted(found)
    (line,) = marks_of(svg, "tl-today")
    now, days = points_of(line)[0][upright], {event["number"]: event["date"] for event in events}
    assert [place <= now for place in found if place != now] == [
        days[number] <= TODAY for number, place in at if place != now
    ]
    places_of = dict(at)
    for number, box, _ in boxes_of(svg):
        assert box[upright] <= places_of[number] <= box[upright + 2]


@pytest.fixture
def on_that_day(monkeypatch):
    noon = datetime.datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=datetime.UTC)
    monkeypatch.setattr(timezone, "now", lambda: noon)


@pytest.mark.parametrize("kind", ["instrument", "issue"])
def test_every_event_stands_once_in_picture_and_table(kind, client, content, on_that_day):
    urls = Publication.objects.published().of(kind).values_list("url", flat=True)
    assert len(urls) == len(by_identifier(kind))
    drawn = 0
    for url in urls:
        response = client.get(url)
        picture, parts = response.context["page"].own["picture"], response.context["page"].own["event_parts"]
        events = [event for part in parts for event in part["events"]]
        html = response.content.decode()
        in_table = [int(number) for number in re.findall(r'class="event-no[^>]*>.*?(\d+)</td>', html)]
        in_pictures = [int(number) for number in re.findall(r'class="tl-on[^>]*>(\d+)</text>', html)]
        rows = re.findall(r'<tr id="event-(\d+)">', html)

        assert in_table == list(range(1, len(events) + 1)) == list(map(int, rows)), url
        assert sorted(in_pictures) == sorted([*in_table, *in_table]), url
        if picture:
            check(picture, events)
            for tall in picture.drawings[1:]:
                assert tall.across <= 370, url  # what a phone shows without making it smaller
            drawn += 1
    has_law = [name for name in by_identifier(kind).values() if name.get("events") or name.get("instruments")]
    assert drawn == len(has_law)


@st.composite
def crowded(draw):
    """Lanes as they might come to be one day: many events, many on the same day, long ago and far ahead."""
    days = st.dates(datetime.date(1950, 1, 1), datetime.date(2034, 12, 31))
    near = st.dates(datetime.date(2025, 6, 1), datetime.date(2027, 3, 1))
    lanes = draw(st.lists(st.lists(days | near, max_size=8), min_size=1, max_size=5))
    asked = draw(st.none() | days | near)
    return lanes, draw(st.booleans()) or len(lanes) == 1, draw(st.lists(near, max_size=3)), asked


@given(crowded())
def test_nothing_overlaps_whatever_happens(case):
    lanes, with_early, written, asked = case
    events = numbered(
        {"date": day, "is_done": day <= TODAY, "is_unverified": False, "lane": number, "title": "Event"}
        for number, days in enumerate(lanes)
        for day in days
        if with_early or day.year >= 2016
    )
    drawn = [
        Life(
            "Instrument",
            "/law/instrument/",
            "in force",
            [Stretch(datetime.date(2016, 5, 5), None, is_solid=True)],
            [event for event in events if event["lane"] == number],
        )
        for number in range(len(lanes))
    ]
    flags = [
        Flag(f"D{number}.1", "/library/", day.replace(year=2017), day.replace(year=2017))
        for number, day in enumerate(written)
    ]

    check(lives_picture(drawn, today=TODAY, day=asked, flags=flags, with_early=with_early), events)


@pytest.mark.parametrize(
    ("day", "is_drawn"),
    [
        ("2017-03-01", True),
        ("2027-06-01", True),
        ("2026-11-25", False),
        ("2015-01-01", False),
        ("2100-01-01", False),
    ],
)
def test_day_asked_for_is_drawn_where_it_has_a_place(day, is_drawn):
    day = datetime.date.fromisoformat(day)
    events = [
        {
            "number": 1,
            "date": datetime.date(2017, 1, 1),
            "is_done": True,
            "is_unverified": False,
            "title": "One",
        },
        {
            "number": 2,
            "date": datetime.date(2028, 1, 1),
            "is_done": False,
            "is_unverified": False,
            "title": "Two",
        },
    ]
    lane = Life("Act", "/law/act/", "in force", [], events)

    picture = lives_picture([lane], today=TODAY, day=day)

    for drawing, upright in zip(picture.drawings, (False, True), strict=True):
        lines = marks_of(drawing.element, "tl-day")
        assert len(lines) == len(marks_of(drawing.element, "is-day")) // 2 == is_drawn
        if is_drawn:
            (_, first), (_, second) = places(drawing.element, upright=upright)
            assert first < points_of(lines[0])[0][upright] < second


@pytest.mark.parametrize(
    ("number", "sizes"),
    [(1, [1]), (4, [4]), (8, [4, 4]), (9, [5, 4]), (12, [4, 4, 4]), (30, [5, 5, 5, 5, 5, 5])],
)
def test_lanes_go_on_to_further_pictures_on_a_phone(number, sizes):
    event = {"date": datetime.date(2020, 1, 1), "is_done": True, "is_unverified": False, "title": "Event"}
    lanes = [
        Life("Act", "/law/act/", "in force", [], [event | {"number": place}])
        for place in range(1, number + 1)
    ]

    picture = lives_picture(lanes, today=TODAY)

    wide, *talls = picture.drawings
    assert [len(boxes_of(tall.element)) for tall in talls] == sizes
    assert all(tall.across <= 328 for tall in talls)
    assert len(boxes_of(wide.element)) == number
    letters = [
        text.text for tall in talls for text in marks_of(tall.element, "is-letter") if text.tag == "text"
    ]
    assert letters == [letter for letter, _ in picture.lanes if letter]


def document(*events, force="in-force", adopted_on=None, applicable_from=None):
    return {
        "title": "Act",
        "url": "/law/act/",
        "force": force,
        "adopted_on": adopted_on,
        "applicable_from": applicable_from,
        "checked_on": None,
        "verified": True,
        "sources": [],
        "events": [
            {"date": date, "event_kind": kind, "title": kind, "note": "", "verified": True, "sources": []}
            for date, kind in events
        ],
    }


def spans(document):
    lane = lane_of(document, "", events_of(document, TODAY), TODAY)
    return [
        (str(span.start), str(span.end) if span.end else "", "solid" if span.is_solid else "dotted")
        for span in lane.spans
    ]


@pytest.mark.parametrize(
    ("law", "expected"),
    [
        (
            document(("2021-04-21", "proposed"), ("2024-06-13", "adopted"), ("2024-08-01", "in-force")),
            [
                ("2021-04-21", "2024-08-01", "dotted"),
                ("2024-08-01", "2026-11-25", "solid"),
                ("2026-11-25", "", "dotted"),
            ],
        ),
        (document(("2022-05-11", "proposed"), force="not-in-force"), [("2022-05-11", "", "dotted")]),
        (
            document(
                ("2016-07-12", "adopted"),
                ("2020-07-16", "struck-down"),
                force="ended",
                applicable_from="2016-07-12",
            ),
            [("2016-07-12", "2020-07-16", "solid")],
        ),
        # Since when it was in force and when it ended is not recorded: nothing solid, no end but the last date.
        (
            document(("2016-05-31", "adopted"), ("2025-01-20", "amended"), force="ended"),
            [("2016-05-31", "2025-01-20", "dotted")],
        ),
        # The same without any event: it was adopted, and that is all.
        (document(force="ended", adopted_on="2016-05-31"), []),
        # It ended before it was to apply: it never was in force.
        (
            document(("2016-05-31", "adopted"), ("2018-01-01", "repealed"), ("2019-01-01", "applicable")),
            [("2016-05-31", "2018-01-01", "dotted")],
        ),
        # It ends in future: in force until today, then on to its end.
        (
            document(("2020-01-01", "in-force"), ("2028-01-01", "expires")),
            [("2020-01-01", "2026-11-25", "solid"), ("2026-11-25", "2028-01-01", "dotted")],
        ),
    ],
)
def test_line_says_no_more_than_the_dates(law, expected):
    assert spans(law) == expected


def test_of_several_dates_the_first_counts():
    """Adopted by one house and then by the other, in force in stages: it began when it first did."""
    law = document(
        ("2017-02-01", "proposed"),
        ("2016-03-01", "proposed"),
        ("2019-06-01", "adopted"),
        ("2018-05-01", "adopted"),
        ("2020-01-01", "in-force"),
        ("2019-09-01", "in-force"),
        ("2024-01-01", "repealed"),
        ("2023-01-01", "struck-down"),
    )

    dates = dates_of(law)

    assert {name: str(dates[name]) for name in ("proposed", "adopted", "entered", "begun", "ended")} == {
        "proposed": "2016-03-01",
        "adopted": "2018-05-01",
        "entered": "2019-09-01",
        "begun": "2019-09-01",
        "ended": "2023-01-01",
    }
    lane = lane_of(law, "", [], TODAY)
    assert [(str(span.start), str(span.end), span.is_solid) for span in lane.spans] == [
        ("2016-03-01", "2019-09-01", False),
        ("2019-09-01", "2023-01-01", True),
    ]


def test_lane_says_where_the_beginning_is_not_recorded():
    law = document(("2000-07-28", "adopted"), force="in-stages")

    assert (
        lane_of(law, "In force in stages", [], TODAY).note == "In force in stages; since when is not recorded"
    )


def test_instrument_without_any_date_has_no_lane():
    assert lane_of(document(), "", [], TODAY) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("date", "precision", "words", "since"),
    [
        ("2018-02-20", "day", "20 February 2018", "2018-02-20"),
        ("2018-02", "month", "February 2018", "2018-02-28"),
        ("2018", "year", "2018", "2018-12-31"),
        ("", "", "Date not stated in the source", "2018-12-31"),
    ],
)
def test_date_of_writing_is_as_exact_as_the_source(client, date, precision, words, since):
    deliverable = published("deliverable", date=date, date_precision=precision)
    law = published("instrument")
    issue = published("issue", deliverables=[deliverable.identifier], instruments=[law.identifier])

    response = client.get(issue.url)

    assert f"{deliverable.title} {words} What came after" in text_of(response)
    assert str(response.context["page"].own["since"]) == since


def test_name_and_dates_of_the_project_are_those_of_its_record():
    (project,) = by_identifier("project").values()

    assert (PROJECT_NAME, str(PROJECT_START), str(PROJECT_END)) == (
        project["acronym"],
        project["start_date"],
        project["end_date"],
    )


def event(date, kind="amended"):
    return {
        "key": f"{date}-{kind}",
        "date": date,
        "event_kind": kind,
        "title": f"{kind} on {date}",
        "provenance": "editorial",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"force": "ended"},
        {"force": "ended", "adopted_on": "2010-05-05"},
        {"events": [event("2027-01-01", "applicable")]},
        {"events": [event(f"19{year}-02-01") for year in range(10, 100)]},
        {"events": [event(f"2016-{month:02}-{day:02}") for month in range(1, 11) for day in range(1, 11)]},
        {
            "title": "An act " + "with a long name " * 20,
            "slug": "act",
            "events": [event("2018-01-01", "adopted")],
        },
    ],
    ids=["no-date", "ended", "ended-without-event", "one-event", "long-ago", "a-hundred", "long-title"],
)
def test_pages_stand_whatever_is_known_of_an_instrument(client, changes, on_that_day):
    law = published("instrument", **changes)
    issue = published("issue", instruments=[law.identifier])

    for address, earliest in ((law.url, ""), (issue.url, "2016")):
        response = client.get(address)
        events = [row for row in changes.get("events", ()) if row["date"] >= earliest]
        assert response.status_code == 200
        assert sum(len(part["events"]) for part in response.context["page"].own["event_parts"]) == len(events)
        if response.context["page"].own["picture"]:
            shown = [row for part in response.context["page"].own["event_parts"] for row in part["events"]]
            check(response.context["page"].own["picture"], shown)
        text = text_of(response)
        assert all(row["title"] in text for row in events)


@pytest.mark.django_db
def test_withdrawn_instrument_leaves_its_issues(client):
    law = published("instrument", events=[event("2020-01-01", "adopted")])
    issue = published("issue", instruments=[law.identifier])
    assert "adopted on 2020-01-01" in text_of(client.get(issue.url))

    workflow.withdraw(law, reason="It was not about this.")

    text = text_of(client.get(issue.url))
    assert "No legal instrument is named for this issue." in text
    assert "adopted on 2020-01-01" not in text
    assert law.title not in text


def test_many_lanes_have_letters_of_their_own():
    letters = [letter_of(number, range(60)) for number in range(60)]

    assert letters[:2] + letters[25:28] == ["A", "B", "Z", "AA", "BB"]
    assert len(set(letters)) == 60


def test_issue_says_what_moved_since_the_project_wrote_and_what_did_not(client, content, on_that_day):
    context = client.get("/issues/I-035-predictive-policing/").context["page"].own

    assert [row["publication"].identifier for row in context["writings"]] == ["D2.6"]
    assert str(context["since"]) == "2018-02-20"
    assert [(law["title"], law["then"]["label"], law["state"]["label"]) for law in context["laws"]] == [
        ("AI Act", "Not adopted yet", "In force in stages or in part"),
        ("Law Enforcement Directive (LED)", "In force, not applied yet", "In force"),
        ("EU Charter", "In force", "In force"),
        ("Framework Convention on Artificial Intelligence", "Not adopted yet", "Not in force"),
    ]
    today = str(context["today"])
    for law in context["laws"]:
        days = [event["date"] for event in by_identifier("instrument")[law["identifier"]]["events"]]
        assert len(law["since"]) == sum("2018-02-20" < day <= today for day in days), law["title"]
        assert len(law["ahead"]) == sum(today < day for day in days), law["title"]
    assert [law["title"] for law in context["unmoved"]] == ["EU Charter"]


def test_issue_counts_from_the_end_of_the_project_where_no_writing_is_dated(client, content, on_that_day):
    undated = [
        context
        for url in Publication.objects.published().of("issue").values_list("url", flat=True)
        for context in [client.get(url).context["page"].own]
        if context["laws"] and not context["is_dated"]
    ]

    assert undated
    assert {str(context["since"]) for context in undated} == {"2018-12-31"}


def test_issue_without_law_says_so(client, content):
    html = client.get("/issues/I-008/", follow=True).content.decode()

    assert "No legal instrument is named for this issue. That does not mean that there is none." in html


TEXTS = """svg => {
  const texts = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
  const hits = [];
  texts.forEach(([one, a], index) => texts.slice(index + 1).forEach(([other, b]) => {
    if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) hits.push([one, other]);
  }));
  return hits;
}"""


@pytest.mark.parametrize("language", ["", "/de", "/el"])
@pytest.mark.parametrize("width", [360, 1280])
def test_words_on_timelines_do_not_touch_in_a_browser(language, width, browser_page, portal_server):
    """The fullest pictures, with the real letters: in code their width is an estimate."""
    page = browser_page(viewport={"width": width, "height": 900})
    for path in ("/issues/I-036/", "/issues/I-025/", "/issues/I-028/", "/law/ai-act/", "/law/eprivacy/"):
        page.goto(portal_server + language + path)
        page.evaluate("document.fonts.ready.then(() => true)")
        drawings = page.locator("svg.timeline:visible").all()

        assert len(drawings) == 1 or (width == 360 and path.startswith("/issues/"))
        assert [hit for drawing in drawings for hit in drawing.evaluate(TEXTS)] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
