"""The roadmap by strand, and what must come first: the picture and its table say what the records say."""

from itertools import combinations

import pytest

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
