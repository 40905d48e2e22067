"""Pictures where readers would rather look: each mark is a link that exists, and says what table and records do."""

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalogue.choices import TechnologyStatus
from catalogue.lives import MOST_LIVES, MOST_UNDATED, TechnologyLife, picture_of_lives
from catalogue.surveys import picture_of_figures
from media4sec.dates import span_of
from media4sec.portal.grids import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, GridCell, GridLine, grid_picture
from tests.examples import examples
from tests.factories import copies_published, make, published, source
from tests.pictures import marks_of, points_of
from tests.public import links_in, text_of
from tests.test_content import by_identifier
from workshops.pages import swot_rows

pytestmark = pytest.mark.once

BYTES = 200_000
PAGES = ("/technologies/lives/", "/technologies/alive/", "/situations/law/")
DATES = ("began_on", "sign_of_life_on", "ended_on")
NASTY = '<b>"Tool" & co</b>'


def svgs(response):
    return [drawing.element for drawing in response.context["picture"].drawings]


def hrefs(svg, look=""):
    return [link.get("href") for link in svg.iter("a") if look in (link.get("class") or "")]


@pytest.mark.slow
@pytest.mark.parametrize("address", [*PAGES, "/survey/", "/roadmap/", "/timeline/"])
def test_everything_linked_in_a_picture_exists(client, content, address):
    response = client.get(address)
    found = {href for svg in svgs(response) for href in hrefs(svg)}

    assert len(found) > 10
    assert len(response.content) <= BYTES
    broken = {href for href in found if client.get(href.partition("#")[0]).status_code != 200}
    assert broken == set()


@pytest.mark.django_db
@pytest.mark.parametrize("address", [*PAGES, "/survey/", "/swot/"])
def test_empty_base_has_no_picture(client, address):
    response = client.get(address)

    assert response.status_code == 200
    assert "pic " not in response.content.decode()


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_reached_from_their_list(client, content, address):
    home = f"/{address.split('/')[1]}/"

    assert address in links_in(client.get(home))


# Life lines


def test_lines_and_table_have_every_technology_with_a_date(client, content):
    records = by_identifier("technology")
    dated = {name for name, document in records.items() if any(document[field] for field in DATES)}

    context = client.get("/technologies/lives/").context

    firsts = [row["life"].first for row in context["rows"]]
    assert {row["identifier"] for row in context["rows"]} == dated
    assert (firsts, len(firsts)) == (sorted(firsts), len(dated))
    assert context["undated_count"] == len(records) - len(dated) > 50
    assert sum(group["total"] for group in context["undated"]) == context["undated_count"]
    for drawing in context["picture"].drawings:
        tools = [link for link in marks_of(drawing.element, "life") if "/T-" in link.get("href")]
        own = [link for link in tools if not marks_of(link, "pic-tip")]
        assert [link.get("href") for link in own] == [row["url"] for row in context["rows"]]


def test_table_says_what_the_records_do(client, content):
    records = by_identifier("technology")

    for row in client.get("/technologies/lives/").context["rows"]:
        document = records[row["identifier"]]
        said = [bool(row[name]) for name in ("began", "seen", "ended")]
        assert said == [bool(document[name]) for name in DATES]
        assert [ref["id"] for ref in row["successors"]] == document["successors"]


def line_of(life):
    """The marks of one life: ``{class: number}``, and its whole picture."""
    row = {"life": life, "title": "Tool", "maker": "Maker", "url": "/technologies/T-001/", "successors": []}
    row |= {"began": "", "seen": "", "ended": "", "state": {"label": "Unknown"}}
    (svg, _upright) = (drawing.element for drawing in picture_of_lives([row]).drawings)
    marks = [mark.get("class") for mark in svg.iter("path") if (mark.get("class") or "").startswith("life-")]
    return {mark: marks.count(mark) for mark in marks}


@pytest.mark.parametrize(
    ("dates", "status", "expected"),
    [
        (("2013", "", "2016"), "discontinued", {"life-known", "life-end"}),
        (("2013", "", ""), "unknown", {"life-known", "life-unknown"}),
        (("2012", "2026-10", ""), "active", {"life-known", "life-sign"}),
        (("", "2026-10", ""), "active", {"life-unknown", "life-known", "life-sign"}),
        (("", "", "2021-03-31"), "discontinued", {"life-unknown", "life-end"}),
        (("", "", "2026-12-31"), "unknown", {"life-unknown", "life-announced", "life-end"}),
    ],
)
def test_a_line_shows_what_is_known_and_hatches_what_is_not(dates, status, expected):
    life = TechnologyLife(1, *map(span_of, dates), status, date(2026, 11, 23))

    assert line_of(life).keys() == expected


inexact = st.one_of(
    st.just(""), st.integers(1990, 2030).map(str), st.dates(date(1990, 1, 1), date(2030, 12, 31)).map(str)
)


@settings(max_examples=examples(60), deadline=None)
@given(
    st.tuples(inexact, inexact, inexact),
    st.sampled_from(TechnologyStatus.values),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
@example(("", "", "2030"), "active", date(2020, 1, 1))  # nothing is known of it but an end to come
def test_any_life_stays_within_its_picture(dates, status, checked):
    life = TechnologyLife(1, *map(span_of, dates), status, checked)
    if not life.first:
        return
    row = {"life": life, "title": "Tool", "maker": "", "url": "/technologies/T-001/", "successors": []}
    row |= {"began": "", "seen": "", "ended": "", "state": {"label": "Unknown"}}

    for drawing in picture_of_lives([row]).drawings:
        width = int(drawing.element.get("width"))
        marks = [
            path for path in drawing.element.iter("path") if (path.get("class") or "").startswith("life")
        ]
        places = [x for path in marks for x, _y in points_of(path)]
        assert places
        assert min(places) >= 0
        assert max(places) <= width


@pytest.mark.django_db
def test_an_end_needs_a_discontinued_technology_or_a_day_to_come():
    make("technology", checked_on="2026-11-23", is_discontinued=False, ended_on="2026-12-31")
    make("technology", is_discontinued=True, sources=[source()], began_on="2016-05", ended_on="2016")

    with pytest.raises(ValidationError, match="Mark it as discontinued"):
        make("technology", checked_on="2026-11-23", is_discontinued=False, ended_on="2020")
    with pytest.raises(ValidationError, match="before it began"):
        make("technology", is_discontinued=True, sources=[source()], began_on="2017", ended_on="2016")


@pytest.mark.django_db
def test_successor_is_a_mark_of_its_own_and_titles_are_escaped(client):
    heir = published("technology", title="Heir")
    published("technology", title=NASTY, began_on="2016", successors=[heir.identifier])

    response = client.get("/technologies/lives/")

    html = response.content.decode()
    assert NASTY not in html
    assert "&lt;b&gt;" in html
    for svg in svgs(response):
        assert [href for href in hrefs(svg) if href == heir.url] == [heir.url]
    assert "1 of 2 technologies state a date" in text_of(response)


@pytest.mark.django_db
def test_life_lines_have_a_bound(client):
    first = published(
        "technology", title="What people who plan for safety should know of it", began_on="2016"
    )
    copies_published(first, MOST_LIVES + 20)
    copies_published(published("technology", title="Without"), MOST_UNDATED + 20)

    response = client.get("/technologies/lives/")

    assert len(response.content) <= BYTES
    assert f"The picture shows the first {MOST_LIVES} of {MOST_LIVES + 21}." in text_of(response)
    assert f"The first {MOST_UNDATED} of {MOST_UNDATED + 21} are shown here." in text_of(response)


# Numbers in rows and columns


def cells_of(svg):
    """``{(address, number)}`` of the cells of a grid."""
    return sorted(
        (link.get("href"), link.find("text").text) for link in svg.iter("a") if not link.get("class")
    )


@pytest.mark.parametrize("address", ["/technologies/alive/", "/situations/law/"])
def test_picture_and_table_have_the_same_cells(client, content, address):
    response = client.get(address)
    picture = response.context["picture"]
    told = sorted((cell.url, str(cell.count)) for row in picture.rows for cell in row.cells if cell.count)

    assert [cells_of(svg) for svg in svgs(response)] == [told, told]
    table = response.content.decode().partition("<table")[2]
    written = re.findall(r'<td class="num"><a href="([^"]+)">(\d+)</a>', table)
    assert sorted((url.replace("&amp;", "&"), number) for url, number in written) == told


def counted_by_list(client, url):
    return client.get(url).context["count"]


@pytest.mark.parametrize("number", range(3))
def test_each_number_of_functions_is_that_of_its_list(client, content, number):
    picture = client.get("/technologies/alive/").context["picture"]

    for row in picture.rows[number::9]:
        for cell in row.cells:
            assert counted_by_list(client, cell.url) == cell.count
    assert sum(row.is_head for row in picture.rows) == 9


@pytest.mark.usefixtures("content")
def test_states_are_said_in_the_language_of_the_page(client):
    columns = client.get("/de/technologies/alive/").context["picture"].columns
    lives = client.get("/de/technologies/lives/").context

    assert [column.label for column in columns] == ["Aktiv", "Eingestellt", "Unbekannt"]
    assert {group["state"]["label"] for group in lives["undated"]} <= {"Aktiv", "Eingestellt", "Unbekannt"}


@pytest.mark.django_db
def test_functions_of_generated_technologies(client):
    group = published("function", title=NASTY, level=1, parent=None, identifier="G")
    part = published("function", title="Part", level=2, parent=group.identifier, identifier="P")
    for functions in ([part.identifier], [part.identifier, group.identifier], []):
        published("technology", functions=functions)

    response = client.get("/technologies/alive/")
    picture = response.context["picture"]

    unknown = [(row.label, row.cells[2].count) for row in picture.rows]
    assert unknown == [(NASTY, 2), ("Part", 2), ("Not stated in the source", 1)]
    assert all(counted_by_list(client, row.cells[2].url) == row.cells[2].count for row in picture.rows)
    assert NASTY not in response.content.decode()


def law_by_records():
    """``{(situation, instrument): number}``, from the fixtures."""
    issues, found = by_identifier("issue"), {}
    for name, situation in by_identifier("situation").items():
        named = [
            *situation["instruments"],
            *(law for issue in situation["issues"] for law in issues[issue]["instruments"]),
        ]
        for law in named:
            found[name, law] = found.get((name, law), 0) + 1
    return found


def test_law_of_situations_is_that_of_their_issues(client, content):
    picture = client.get("/situations/law/").context["picture"]
    found = {
        (column.mark, row.url.strip("/").split("/")[1]): cell.count
        for row in picture.rows
        for column, cell in zip(picture.columns, row.cells, strict=True)
        if cell.count
    }

    assert found == law_by_records()
    assert picture.left_out == ""


@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), max_size=120))
@settings(max_examples=examples(25), deadline=None)
def test_any_grid_has_a_mark_for_each_number_and_a_bound(numbers):
    columns = [GridLine(f"Column {number}", "/c/") for number in range(3)]
    rows = [
        GridLine(
            f"Row {number}",
            "/r/",
            cells=tuple(GridCell(count, f"/{number}/{place}/") for place, count in enumerate(counts)),
        )
        for number, counts in enumerate(numbers)
    ]

    picture = grid_picture(rows, columns, "Grid")

    drawn = [cell for row in picture.rows for cell in row.cells if cell.count]
    assert len(drawn) <= MOST_CELLS
    assert len(picture.rows) <= MOST_ROWS
    for drawing in picture.drawings:
        assert cells_of(drawing.element) == sorted((cell.url, str(cell.count)) for cell in drawn)
    assert bool(picture.left_out) == (len(picture.rows) < len(rows))


def test_grid_with_many_columns_says_what_it_leaves_out():
    columns = [GridLine("Situation", "/s/", f"S-{number:03}") for number in range(MOST_COLUMNS + 3)]
    cells = tuple(GridCell(1, "/s/#flags") for _ in columns)

    picture = grid_picture(
        [GridLine("What people should know of it", "/law/a/", cells=cells)] * 90, columns, "Grid"
    )

    assert picture.left_out == f"The picture shows the first {len(picture.rows) + 12} of {90 + 15}."
    assert sum(len(drawing.svg.encode()) for drawing in picture.drawings) <= BYTES


# Figures and points


def test_every_figure_with_a_number_has_its_bar_once(client, content):
    response = client.get("/survey/")
    expected = sorted(card["url"] for card in response.context["cards"] if card["figure"])

    assert len(expected) == sum(
        document["value"] is not None for document in by_identifier("survey-figure").values()
    )
    for svg in svgs(response):
        assert sorted(hrefs(svg)) == expected


def bars_of(svg):
    return [int(box.get("width")) for box in marks_of(svg, "bar-full")]


@pytest.mark.django_db
def test_bars_are_as_long_as_their_numbers_say(client):
    for value, unit in (
        ("50", "percent"),
        ("100", "percent"),
        ("20", "people"),
        ("40", "people"),
        ("7", "towns"),
    ):
        published(
            "survey-figure",
            value=value,
            unit=unit,
            qualifier="",
            survey="One",
            title=f"{NASTY} {value} {unit}",
        )

    response = client.get("/survey/")

    for svg in svgs(response):
        room = max(bars_of(svg))
        assert sorted(bars_of(svg)) == [room // 2, room // 2, room, room]
        assert len(hrefs(svg)) == 5
    assert NASTY not in response.content.decode()


def test_a_figure_stands_beside_those_of_its_survey(client, content):
    response = client.get("/survey/iacp-notify/")
    picture = response.context["page"].own["picture"]

    for drawing in picture.drawings:
        here = [link for link in drawing.element.iter("a") if "is-here" in link.get("class")]
        assert [link.get("href") for link in here] == ["/survey/iacp-notify/"]
        assert len(hrefs(drawing.element)) == 4
    assert client.get("/survey/diy-literature/").context["page"].own["picture"] is None


def test_figures_have_a_bound():
    def card(number):
        figure = {"text": f"{number} people", "value": str(number), "unit": "people", "share": None}
        return {"title": "How many", "url": f"/survey/f-{number}/", "figure": figure, "facts": {}}

    picture = picture_of_figures([card(number) for number in range(1, 500)])

    assert picture.left_out == "The picture shows the first 60 of 499."


def test_square_has_every_point_once(client, content):
    square = client.get("/swot/").context["square"]
    points = by_identifier("swot-point")

    assert [quadrant["total"] for quadrant in square] == [
        sum(document["quadrant"] == name for document in points.values())
        for name in ("strength", "weakness", "opportunity", "threat")
    ]
    assert len({point["url"] for quadrant in square for point in quadrant["points"]}) == len(points)


def test_square_of_a_filtered_list_has_only_its_points(client, content):
    square = client.get("/swot/?quadrant=threat").context["square"]

    assert [bool(quadrant["points"]) for quadrant in square] == [False, False, False, True]
    assert "None in this list" in text_of(client.get("/swot/?quadrant=threat"))


def test_empty_square():
    assert [quadrant["total"] for quadrant in swot_rows([])["square"]] == [0, 0, 0, 0]
