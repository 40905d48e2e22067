"""The roadmap by strand, and what must come first: the picture and its table say what the records say."""

from itertools import combinations

import pytest

from media4sec.records import workflow
from roadmap.pages import roadmap_rows
from tests.factories import published
from tests.public import text_of
from tests.test_content import by_identifier

pytestmark = pytest.mark.usefixtures("content")


def edges():
    return {
        (first, document["identifier"])
        for document in by_identifier("roadmap-item").values()
        for first in document["depends_on"]
    }


def test_every_item_stands_once_under_its_strand(client):
    strands = client.get("/roadmap/").context["strands"]

    found = {row["identifier"] for strand in strands for row in strand["cards"]}
    assert sum(len(strand["cards"]) for strand in strands) == len(found)
    assert found == by_identifier("roadmap-item").keys()
    assert len({strand["title"] for strand in strands}) == len(strands) == 6


def test_picture_and_table_show_what_must_come_first(client):
    context = client.get("/roadmap/").context
    picture, expected = context["picture"], edges()
    boxes = {box["identifier"]: box for box in picture["boxes"]}
    ends = {(box["x"] + box["width"], box["y"] + 17): name for name, box in boxes.items()}
    starts = {(box["x"], box["y"] + 17): name for name, box in boxes.items()}

    assert len(picture["boxes"]) == len(boxes)
    assert boxes.keys() == {name for edge in expected for name in edge}
    assert {
        (ends[arrow["x1"], arrow["y1"]], starts[arrow["x2"], arrow["y2"]]) for arrow in picture["arrows"]
    } == expected
    assert len(picture["arrows"]) == len(expected)
    assert all(arrow["x1"] < arrow["turn"] < arrow["x2"] for arrow in picture["arrows"])
    assert {
        (other["identifier"], row["card"]["identifier"]) for row in context["order"] for other in row["needs"]
    } == expected
    assert {
        (row["card"]["identifier"], other["identifier"]) for row in context["order"] for other in row["then"]
    } == expected


def test_boxes_do_not_touch_and_stay_inside(client):
    picture = client.get("/roadmap/").context["picture"]

    assert [
        (one["identifier"], other["identifier"])
        for one, other in combinations(picture["boxes"], 2)
        if one["x"] < other["x"] + other["width"]
        and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + one["height"]
    ] == []
    assert all(
        0 <= box["x"] <= picture["width"] - box["width"]
        and 0 <= box["y"] <= picture["height"] - box["height"]
        for box in picture["boxes"]
    )


def test_filtered_list_draws_only_what_is_on_it(client):
    context = client.get("/roadmap/?strand=training").context

    assert {box["identifier"] for box in context["picture"]["boxes"]} == {"R-001", "R-002", "R-003"}
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
    rows = roadmap_rows([card(1, 2), card(2, 1), card(3, 1)])

    assert rows["picture"] is None
    assert [
        (row["card"]["identifier"], [need["identifier"] for need in row["needs"]]) for row in rows["order"]
    ] == [("R-001", ["R-002"]), ("R-002", ["R-001"]), ("R-003", ["R-001"])]


def test_a_hundred_items_in_pairs_that_all_need_the_pair_before():
    cards = [card(0), card(1)] + [
        card(number, number - number % 2 - 2, number - number % 2 - 1, title="Do it " * 30)
        for number in range(2, 100)
    ]

    picture = roadmap_rows(cards)["picture"]

    assert len(picture["boxes"]) == 100
    assert len(picture["arrows"]) == 2 * 98
    assert len({box["x"] for box in picture["boxes"]}) == 50
    assert len({(box["x"], box["y"]) for box in picture["boxes"]}) == 100


def test_what_stands_on_another_list_is_not_called_nothing(client):
    first = published("roadmap-item", strand="standards")
    item = published("roadmap-item", strand="training", depends_on=[first.identifier])
    published("roadmap-item", strand="training", depends_on=[item.identifier])

    text = text_of(client.get("/roadmap/?strand=training"))

    assert f"{item.title} {item.identifier} Training Nothing on this list" in text


def test_withdrawn_item_is_needed_by_nobody(client):
    first = published("roadmap-item")
    item = published("roadmap-item", depends_on=[first.identifier])
    assert {first.identifier, item.identifier} <= boxes_on(client)

    workflow.withdraw(first, reason="It was asked for by nobody.")

    assert not {first.identifier, item.identifier} & boxes_on(client)
    assert first.title not in text_of(client.get("/roadmap/"))


def boxes_on(client):
    return {box["identifier"] for box in client.get("/roadmap/").context["picture"]["boxes"]}


def test_audience_of_training_is_said_in_words(client):
    facts = {
        fact.label: fact.values for fact in client.get("/training/M-001/", follow=True).context["page"].facts
    }

    assert [value.text for value in facts["Audience"]] == ["Police", "Public security planners"]
    assert "public-security-planner<" not in client.get("/training/").content.decode()
