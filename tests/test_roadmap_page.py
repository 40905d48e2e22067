"""The roadmap by strand, and what must come first: the picture and its table say what the records say."""

import re

import pytest

from media4sec.records import workflow
from roadmap.pages import what_comes_first
from tests.factories import published
from tests.pictures import box_of, marks_of, overlaps, tips_of, ways_of
from tests.public import text_of
from tests.test_content import by_identifier

pytestmark = [pytest.mark.usefixtures("content"), pytest.mark.once]


def edges():
    return {
        (first, document["identifier"])
        for document in by_identifier("roadmap-item").values()
        for first in document["depends_on"]
    }


def test_every_item_stands_once_under_its_strand(client):
    pages = [client.get("/roadmap/"), client.get("/roadmap/?page=2")]
    rows = [
        (strand["title"], row)
        for page in pages
        for strand in page.context["strands"]
        for row in strand["cards"]
    ]

    assert [row["identifier"] for _, row in rows] == sorted(by_identifier("roadmap-item"))
    assert all(title == row["facts"]["strand"][0]["text"] for title, row in rows)
    assert len({title for title, _ in rows}) == 6
    assert [page.context["pager"]["next_count"] for page in pages] == [len(rows) - 25, 0]


def test_what_must_come_first_is_told_once_of_all_pages(client):
    first, second = client.get("/roadmap/"), client.get("/roadmap/?page=2")

    assert len(
        {row["identifier"] for row in second.context["cards"]} & set(boxes_in(first.context["picture"]))
    )
    assert 'id="first"' not in second.content.decode()
    assert len(first.context["cards"]) + len(second.context["cards"]) == len(by_identifier("roadmap-item"))


def boxes_in(picture):
    """``{identifier: box}``"""
    (drawing,) = picture.drawings
    return {
        link.find("text")[0].text.strip(): box_of(link.find("rect")) for link in drawing.element.iter("a")
    }


def arrows_in(picture):
    """``[(what comes first, what needs it)]``"""
    (drawing,) = picture.drawings
    boxes, found = boxes_in(picture), []
    (arrows,) = marks_of(drawing.element, "order-arrow")
    assert tips_of(drawing.element) == [way[-1] for way in ways_of(arrows)]
    for (x1, y1), *bend, (x2, y2) in ways_of(arrows):
        assert x1 < bend[0][0] == bend[1][0] < x2
        before = next(name for name, box in boxes.items() if (x1, y1) == (box[2], box[1] + 17))
        after = next(name for name, box in boxes.items() if (x2, y2) == (box[0], box[1] + 17))
        found.append((before, after))
    return found


def rows_of(context):
    """The rows of the table."""
    return [row for group in context["order"] for row in group["rows"]]


def test_picture_and_table_show_what_must_come_first(client):
    context = client.get("/roadmap/").context
    picture, expected = context["picture"], edges()

    assert boxes_in(picture).keys() == {name for edge in expected for name in edge}
    assert sorted(arrows_in(picture)) == sorted(expected)
    assert {
        (other["identifier"], row["card"]["identifier"]) for row in rows_of(context) for other in row["needs"]
    } == expected
    assert {
        (row["card"]["identifier"], other["identifier"]) for row in rows_of(context) for other in row["then"]
    } == expected


def test_codes_in_the_table_lead_to_its_rows(client):
    page = client.get("/roadmap/").content.decode()
    codes = set(re.findall(r"href=\"#(R-\d+)\"", page))

    assert codes == {name for edge in edges() for name in edge}
    assert all(page.count(f'id="{code}"') == 1 for code in codes)


def test_boxes_lead_to_their_items(client):
    (drawing,) = client.get("/roadmap/").context["picture"].drawings
    links = list(drawing.element.iter("a"))

    assert len(links) > 10
    for link in links:
        name = link.find("text")[0].text.strip()
        assert link.get("href").startswith(f"/roadmap/{name}-")
        assert client.get(link.get("href")).status_code == 200


def test_boxes_do_not_touch_and_stay_inside(client):
    picture = client.get("/roadmap/").context["picture"]
    boxes, svg = list(boxes_in(picture).values()), picture.drawings[0].element

    assert len(boxes) > 10
    assert overlaps(boxes) == []
    assert all(
        min(box) >= 0 and box[2] <= int(svg.get("width")) and box[3] <= int(svg.get("height"))
        for box in boxes
    )


def test_filtered_list_draws_only_what_is_on_it(client):
    context = client.get("/roadmap/?strand=training").context

    assert set(boxes_in(context["picture"])) == {"R-001", "R-002", "R-003"}
    assert [strand["title"] for strand in context["strands"]] == ["Training"]


def test_list_without_dependencies_has_no_picture(client):
    response = client.get("/roadmap/?strand=recommendation")

    assert response.context["picture"] is None
    assert 'id="first"' not in response.content.decode()


def card(number, *needs, title="Do it"):
    return {
        "identifier": f"R-{number:03}",
        "title": title,
        "url": f"/roadmap/R-{number:03}/",
        "facts": {
            "strand": [{"text": "Training", "url": None}],
            "depends_on": [{"text": "Do it", "url": f"/roadmap/R-{need:03}/"} for need in needs],
        },
    }


def test_items_that_wait_for_each_other_are_in_the_table_and_not_drawn():
    """Working copies cannot, but two items may be public as they were on different days."""
    shown = what_comes_first([card(1, 2), card(2, 1), card(3, 1)], 3)

    assert shown["picture"] is None
    assert [
        (row["card"]["identifier"], [need["identifier"] for need in row["needs"]]) for row in rows_of(shown)
    ] == [("R-001", ["R-002"]), ("R-002", ["R-001"]), ("R-003", ["R-001"])]


def test_items_in_pairs_that_all_need_the_pair_before():
    cards = [card(0), card(1)] + [
        card(number, number - number % 2 - 2, number - number % 2 - 1, title="Do it " * 30)
        for number in range(2, 100)
    ]

    picture = what_comes_first(cards, 100)["picture"]

    boxes = boxes_in(picture)
    assert len(boxes) == 30  # of which the page says that they are the first of 100
    assert picture.left_out == "The picture shows the first 30 of 100."
    assert len(arrows_in(picture)) == 2 * 28
    assert len({box[0] for box in boxes.values()}) == 15
    assert overlaps(list(boxes.values())) == []


def test_what_stands_on_another_list_is_not_called_nothing(client):
    first = published("roadmap-item", strand="standards")
    item = published("roadmap-item", strand="training", depends_on=[first.identifier])
    published("roadmap-item", strand="training", depends_on=[item.identifier])

    text = text_of(client.get("/roadmap/?strand=training"))

    assert "–: Nothing on this list" in text
    assert f"{item.identifier} {item.title} – " in text


def test_withdrawn_item_is_needed_by_nobody(client):
    first = published("roadmap-item")
    item = published("roadmap-item", depends_on=[first.identifier])
    assert {first.identifier, item.identifier} <= boxes_on(client)

    workflow.withdraw(first, reason="It was asked for by nobody.")

    assert not {first.identifier, item.identifier} & boxes_on(client)
    assert first.title not in text_of(client.get("/roadmap/"))


def boxes_on(client):
    return set(boxes_in(client.get("/roadmap/").context["picture"]))


def test_audience_of_training_is_said_in_words(client):
    facts = {
        fact.label: fact.values for fact in client.get("/training/M-001/", follow=True).context["page"].facts
    }

    assert [value.text for value in facts["Audience"]] == ["Police", "Public security planners"]
    assert "public-security-planner<" not in client.get("/training/").content.decode()
