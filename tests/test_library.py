"""The project as pictures with their tables: the map of the deliverables and the timeline."""

import itertools
import json
import re
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue import library
from media4sec.dates import Span, span_of
from media4sec.portal.lanes import LYING, UPRIGHT, ZONE, Item, Lane, draw_lanes
from media4sec.publications.index import current
from media4sec.publications.models import Publication
from media4sec.records import workflow
from media4sec.saying import day_or_unknown
from tests.factories import published, several_published
from tests.pictures import (
    box_of,
    boxes_of,
    crosses,
    ends_of,
    links_of,
    marks_of,
    overlaps,
    pictures_in,
    points_of,
    ways_of,
)
from tests.public import text_of


def documents_of(*kinds):
    """The public documents of these kinds: ``{kind: [document]}``."""
    rows = Publication.objects.published().of(*kinds).order_by("sort_key", "pk")
    found = defaultdict(list)
    for row in rows:
        found[row.kind].append(row.body)
    return found


@pytest.fixture
def documents(content):
    kinds = ("project", "work-package", "deliverable", "workshop", "partner", "news-item", "instrument")
    return documents_of(*kinds)


@pytest.fixture(params=["lying", "upright"])
def the_map(request, documents):
    lying, upright = library.map_of_deliverables(documents, "Map").drawings
    return {"lying": lying, "upright": upright}[request.param].element


def stated_relations():
    """What the documents of workshops say, read without the code that draws it."""
    rows = Publication.objects.published().of("workshop").values_list("document", flat=True)
    return {
        (workshop["identifier"], ref["id"])
        for workshop in map(json.loads, rows)
        for name in ("reports", "ethics_reports")
        for ref in workshop[name]
    }


# The map of deliverables


def test_every_deliverable_is_once_in_both_pictures_and_once_in_the_bands(client, content):
    response = client.get("/library/")
    rows = list(Publication.objects.published().of("deliverable", "workshop"))
    own = {(row.identifier, row.url) for row in rows}
    listed = re.findall(
        r"<td class=\"nowrap bare\"[^>]*><b>([^<]+)</b></td>\s*<th scope=\"row\"[^>]*>\s*<a href=\"([^\"]+)\"",
        response.content.decode(),
    )

    assert len(own) == 34
    for name in ("lying", "upright"):
        (svg,) = pictures_in(response, name)
        assert sorted(links_of(svg)) == sorted(own)
    assert sorted(listed) == sorted((row.identifier, row.url) for row in rows if row.kind == "deliverable")
    assert all(client.get(url).status_code == 200 for _, url in own)


def test_arrows_are_what_the_workshops_say_and_nothing_else(the_map):
    drawn = [ends_of(arrow, boxes_of(the_map)) for arrow in marks_of(the_map, "pic-arrow")]

    assert len(drawn) == 12
    assert sorted(drawn) == sorted(stated_relations())


def test_table_of_the_arrows_says_the_same(client, content):
    table = re.search(
        r"<details class=\"twin\">.*?</details>", client.get("/library/").content.decode(), re.S
    )[0]
    rows = re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", table, re.S)

    told = {
        (re.search(r">(W\d)\b", row)[1], report) for row in rows for report in re.findall(r">(D\d\.\d)<", row)
    }
    assert told == stated_relations()


def size_of(svg):
    return int(svg.get("width")), int(svg.get("height"))


def test_labels_cover_nothing_and_stay_on_the_sheet(the_map):
    boxes = list(boxes_of(the_map).values())

    assert len(boxes) == 34
    assert overlaps(boxes) == []
    assert all(
        min(box) >= 0 and box[2] <= size_of(the_map)[0] and box[3] <= size_of(the_map)[1] for box in boxes
    )


def test_arrows_touch_their_ends_and_no_other_label(the_map):
    labels = boxes_of(the_map)

    for arrow in marks_of(the_map, "pic-arrow"):
        touched = {
            key
            for key, box in labels.items()
            for start, stop in itertools.pairwise(points_of(arrow))
            if crosses(start, stop, box)
        }
        assert touched <= set(ends_of(arrow, labels))


def test_what_has_no_date_stands_behind_the_axis(the_map, documents):
    along = "upright" in the_map.get("class").split()
    begin = box_of(marks_of(the_map, "pic-rest")[0])[along]
    undated = {row["identifier"] for row in documents["deliverable"] if not row["date"]}

    assert len(undated) == 19
    assert {name for name, box in boxes_of(the_map).items() if box[along] >= begin} == undated


def test_a_year_is_drawn_as_a_bar_over_the_whole_year(documents):
    lying, _ = library.map_of_deliverables(documents, "Map").drawings
    bars = [box_of(bar) for bar in marks_of(lying.element, "pic-strip")]
    year = next(bar for bar in bars if bar[2] - bar[0] == 12 * LYING.month)

    assert year[0] == LYING.start + 6 * LYING.month  # 2017, in a project that began in July 2016


def test_columns_that_say_nothing_are_folded_into_a_note(client, content):
    page = client.get("/library/").content.decode()
    heads = {
        name: re.findall(r"<th scope=\"col\"[^>]*>([^<]+)</th>", band.partition("</thead>")[0])
        for name, band in re.findall(r"<h2 id=\"(WP\d)\">(.*?)</section>", page, re.S)
    }

    assert heads["WP5"] == ["Code", "Title and authors"]
    assert heads["WP4"] == ["Code", "Title and authors", "Date", "Pages", "Evidence", "File"]
    assert heads["WP2"] == ["Code", "Title and authors", "Date", "Lead", "Pages", "Evidence", "File"]
    text = text_of(client.get("/library/"))
    assert "Not stated in the source for any of these: Date, Lead, Pages." in text
    assert "Not stated in the source for any of these: Lead." in text


@pytest.mark.parametrize(("day", "months"), [("2019-02-15", 32), ("2016-05-02", 32)])
def test_map_reaches_what_is_dated_before_or_after_the_project(client, db, day, months):
    published("project", start_date="2016-07-01", end_date="2018-12-31")
    published("deliverable", date=day, date_precision="day")

    documents = documents_of("project", "work-package", "deliverable")
    lying, _ = library.map_of_deliverables(documents, "Map").drawings

    lines = [way for grid in marks_of(lying.element, "pic-grid") for way in ways_of(grid)]
    assert max(x for (x, _), _ in lines) == LYING.start + months * LYING.month


def test_report_named_twice_by_a_workshop_is_one_arrow():
    report = {"id": "D2.1"}

    assert library.feeds([{"identifier": "W1", "reports": [report], "ethics_reports": [report]}]) == [
        ("W1", "D2.1")
    ]


def test_deliverables_of_a_withdrawn_work_package_stay_in_the_library(client, db):
    published("project")
    package = published("work-package")
    for _ in range(2):
        deliverable = published("deliverable", work_package=package.identifier)
    workflow.withdraw(package, reason="It was split.")

    text = text_of(client.get("/library/"))

    assert package.title not in text
    assert "No work package named Code Title and authors" in text
    assert deliverable.title in text
    assert client.get(deliverable.url).status_code == 200
    assert deliverable.title in text_of(client.get("/library/?work-package=not-stated"))


def test_map_needs_a_project_with_its_months(client, db):
    published("deliverable")

    response = client.get("/library/")

    assert response.status_code == 200
    assert pictures_in(response, "pic") == []


@pytest.mark.parametrize("count", [1, 4])
def test_library_and_timeline_cost_the_same_however_much_they_hold(
    client, db, count, django_assert_max_num_queries
):
    published("project")
    for kind in ("work-package", "deliverable", "workshop", "news-item"):
        several_published(kind, count)
    current()  # after a change, the index is read first

    for address, most in {"/library/": 10, "/timeline/": 7}.items():
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200


# Pages of records


def test_deliverable_shows_its_own_place_its_files_and_its_neighbours(client, content):
    response = client.get("/library/D2.5/")
    (svg,) = pictures_in(response, "lying")

    marked = [link.get("href") for link in marks_of(svg, "pic-here")]
    assert marked == ["/library/D2.5/"]
    assert len(marks_of(svg, "pic-arrow")) == len(marks_of(svg, "pic-halo")) == 1
    text = text_of(response)
    assert "Published by the project media4sec.eu" in text
    assert "Copies elsewhere vdocuments.site" in text
    assert "Before it: D2.4" in text
    assert "After it: D2.6" in text


def test_deliverable_without_a_file_says_so(client, content):
    assert "No file was found: neither the project’s own nor a copy." in text_of(client.get("/library/D2.8/"))
    assert "The project’s own file was not found." in text_of(client.get("/library/D1.4/"))


def test_work_package_shows_all_its_deliverables_and_only_these(client, content):
    response = client.get("/library/WP4/")
    (svg,) = pictures_in(response, "upright")

    own = [f"D4.{number}" for number in range(1, 8)]
    assert sorted(text for text, _ in links_of(svg) if text.startswith("D")) == own
    listed = re.findall(r"<td class=\"nowrap bare\"[^>]*><b>([^<]+)</b>", response.content.decode())
    assert listed == own


def test_workshop_stands_on_the_line_with_all_that_was_said(client, content):
    page = client.get("/workshops/W5-trolling-online-hate/").content.decode()

    line = re.search(r"<ol class=\"line\".*?</ol>", page, re.S)[0]
    assert re.findall(r"<li aria-current=\"true\">\s*<span[^>]*>(\d)</span>", line) == ["5"]
    said = re.search(r"id=\"said\".*?</section>", page, re.S)[0]
    rows = Publication.objects.published().of("statement").filter(terms__field="workshop", terms__value="W5")
    assert sorted(re.findall(r">(E-\d+)</a>", said)) == sorted(row.identifier for row in rows)
    kinds = Counter(json.loads(row.document)["statement_kind"] for row in rows)
    assert re.findall(r"<h3>(\w+) <small>(\d+)</small>", said) == [
        (kind, str(kinds[kind.lower()]))
        for kind in ("Finding", "Challenge", "Recommendation", "Responsibility")
    ]
    assert (
        kinds.total()
        == len(rows)
        == sum(map(kinds.get, ("finding", "challenge", "recommendation", "responsibility")))
    )


# Timeline


def test_timeline_shows_what_is_dated_in_its_months_and_its_table_the_same(client, documents):
    response = client.get("/timeline/")
    dated = [
        *((row["url"], row["start_date"]) for row in documents["workshop"]),
        *((row["url"], row["date"]) for kind in ("deliverable", "news-item") for row in documents[kind]),
        *((row["url"], event["date"]) for row in documents["instrument"] for event in row["events"]),
    ]
    expected = sorted(url for url, day in dated if day and "2016" <= day < "2019")
    table = response.content.decode().partition('id="table-title"')[2].partition("</table>")[0]
    rows = re.findall(r"<b>([^<]+)</b></td>.*?<th scope=\"row\"[^>]*>\s*<a href=\"([^\"]+)\"", table, re.S)

    assert sorted(url for _, url in rows) == expected
    assert len({key for key, _ in rows}) == len(rows)
    for name in ("lying", "upright"):
        (svg,) = pictures_in(response, name)
        assert sorted(links_of(svg)) == sorted(rows)


def test_timeline_shows_nothing_of_a_withdrawn_instrument(client, db):
    published("project", start_date="2016-07-01", end_date="2018-12-31")
    event = {
        "key": "one",
        "date": "2017-05-05",
        "event_kind": "adopted",
        "title": "It was adopted",
        "provenance": "editorial",
    }
    instrument = published("instrument", events=[event])
    assert "L1 5 May 2017 It was adopted" in text_of(client.get("/timeline/"))

    workflow.withdraw(instrument, reason="It was not about this.")

    assert "It was adopted" not in text_of(client.get("/timeline/"))


def test_timeline_speaks_of_missing_dates_only_where_some_are_missing(client, db):
    published("project", start_date="2016-07-01", end_date="2018-12-31")
    published("deliverable", date="2017-05-05", date_precision="day")
    assert "states no date" not in text_of(client.get("/timeline/"))

    published("deliverable", date="", date_precision="")

    assert "1 deliverable states no date." in text_of(client.get("/timeline/"))


@pytest.mark.parametrize(
    ("text", "words"), [("2017-11", "November 2017"), ("2018", "2018"), ("", "date not stated")]
)
def test_dates_are_said_as_precisely_as_they_are_known(text, words):
    assert day_or_unknown(text) == words


def test_spans_are_as_long_as_what_is_known():
    assert span_of("2016-02") == Span(date(2016, 2, 1), date(2016, 2, 29))
    assert span_of("2018") == Span(date(2018, 1, 1), date(2018, 12, 31))
    assert span_of("2018-09-26").is_day
    assert span_of("") is None


# The layout, with anything in it

FIRST, LAST = date(2016, 7, 1), date(2018, 12, 31)


@st.composite
def whens(draw):
    if draw(st.booleans()):
        day = FIRST + timedelta(days=draw(st.integers(0, (LAST - FIRST).days)))
        return draw(
            st.sampled_from([span_of(f"{day:%Y-%m-%d}"), span_of(f"{day:%Y-%m}"), span_of(f"{day:%Y}")])
        )
    return None


@given(
    lanes=st.lists(st.lists(whens(), max_size=12), min_size=1, max_size=4),
    sheet=st.sampled_from([LYING, UPRIGHT]),
)
def test_any_items_are_drawn_once_and_cover_nothing(lanes, sheet):
    given_lanes = [
        Lane(
            f"Lane {row}",
            str(row),
            "/",
            tuple(Item(f"{row}-{n}", f"D{row}.{n}", "name", "/", when) for n, when in enumerate(whens_)),
        )
        for row, whens_ in enumerate(lanes)
    ]

    svg = draw_lanes(sheet, given_lanes, FIRST, LAST, "Label", "No date", (), None).element

    boxes = boxes_of(svg)
    assert sorted(boxes) == sorted(item.label for lane in given_lanes for item in lane.items)
    assert overlaps(list(boxes.values())) == []
    width, height = size_of(svg)
    assert all(box[2] <= width and box[3] <= height and min(box) >= 0 for box in boxes.values())


@given(
    lanes=st.lists(st.lists(whens(), min_size=1, max_size=8), min_size=2, max_size=4),
    sheet=st.sampled_from([LYING, UPRIGHT]),
    data=st.data(),
)
def test_any_arrows_lead_from_label_to_label_on_tracks_of_their_own(lanes, sheet, data):
    source = data.draw(st.integers(0, len(lanes) - 1))
    keys = [[f"{row}-{n}" for n in range(len(whens_))] for row, whens_ in enumerate(lanes)]
    others = [key for row, names in enumerate(keys) if row != source for key in names]
    pairs = st.tuples(st.sampled_from(keys[source]), st.sampled_from(others))
    arrows = data.draw(st.lists(pairs, unique=True, min_size=1, max_size=8))
    given_lanes = [
        Lane(f"Lane {row}", str(row), "/", tuple(map(item, keys[row], whens_)))
        for row, whens_ in enumerate(lanes)
    ]

    svg = draw_lanes(sheet, given_lanes, FIRST, LAST, "Label", "No date", arrows, None).element

    boxes = boxes_of(svg)
    assert overlaps(list(boxes.values())) == []
    drawn = marks_of(svg, "pic-arrow")
    assert sorted(ends_of(arrow, boxes) for arrow in drawn) == sorted((f"D{a}", f"D{b}") for a, b in arrows)
    level = []
    for points in map(points_of, drawn):
        if len(points) == 4:
            assert not any(crosses(points[1], points[2], box) for box in boxes.values())
            (x1, y1), (x2, y2) = sorted(points[1:3])
            level.append((x1, y1, max(x2, x1 + 1), max(y2, y1 + 1)))
    assert overlaps(level) == []


def item(key, when):
    return Item(key, f"D{key}", "name", "/", when)


def test_a_hundred_without_a_date_stand_in_rows():
    lane = Lane("Lane", "L", "/", tuple(item(f"0-{n}", None) for n in range(100)))

    for sheet in (LYING, UPRIGHT):
        svg = draw_lanes(sheet, [lane], FIRST, LAST, "Label", "No date", (), None).element
        assert overlaps(list(boxes_of(svg).values())) == []
        left, top, right, bottom = box_of(marks_of(svg, "pic-rest")[0])
        assert (bottom - top if sheet.upright else right - left) <= ZONE + 12
