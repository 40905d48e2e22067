"""Themes as overviews: every part in its order, with counts that equal the lists they lead to."""

import re

import pytest

from media4sec.records import workflow
from tests.factories import published
from tests.test_content import by_identifier

pytestmark = [pytest.mark.usefixtures("content"), pytest.mark.once]

ORDER = [
    "about",
    "lenses",
    "workshop",
    "swot",
    "responsibilities",
    "practices",
    "technologies",
    "issues",
    "roadmap",
    "facts",
]

every_theme = pytest.mark.parametrize("slug", sorted(by_identifier("theme")))


@every_theme
def test_parts_stand_in_the_order_of_the_overview(slug, client):
    response = client.get(f"/themes/{slug}/")

    parts = [part["id"] for part in response.context["page"].parts]
    assert parts[: len(ORDER)] == ORDER
    assert re.findall(r'<section class="part" id="([^"]+)"', response.content.decode()) == parts
    assert response.context["page"].keymap


@every_theme
def test_counts_equal_the_lists_they_lead_to(slug, client):
    overviews = client.get(f"/themes/{slug}/").context["page"].own["overviews"]

    for group in (group for overview in overviews for group in overview["groups"]):
        answer = client.get(group["list_url"]).context
        assert (group["list_url"], group["total"]) == (group["list_url"], answer["count"])


@every_theme
def test_swot_is_a_table_of_four_with_every_point_once(slug, client):
    context = client.get(f"/themes/{slug}/").context["page"].own

    found = {
        (quadrant["name"], point["title"], point["by_editor"])
        for quadrant in context["swot"]
        for point in quadrant["points"]
    }
    expected = {
        (point["quadrant"], point["title"], point["placement"] != "source")
        for point in by_identifier("swot-point").values()
        if point["theme"] == slug
    }
    assert [quadrant["name"] for quadrant in context["swot"]] == [
        "strength",
        "weakness",
        "opportunity",
        "threat",
    ]
    assert found == expected
    assert context["swot_count"] == len(expected)


@every_theme
def test_workshop_and_duties_come_from_their_records(slug, client):
    context = client.get(f"/themes/{slug}/").context["page"].own

    workshops = [row for row in by_identifier("workshop").values() if row["theme"] == slug]
    assert [row["title"] for row in context["workshops"]] == [row["title"] for row in workshops]
    situations = sorted(by_identifier("situation").values(), key=lambda row: row["order"])
    assert [(duty["title"], [point["text"] for point in duty["points"]]) for duty in context["duties"]] == [
        (row["title"], [point["text"] for point in row["points"] if point["aspect"] == "responsibility"])
        for row in situations
        if slug in row["themes"]
    ]


def test_theme_without_anything_on_it_has_its_page(client):
    theme = published("theme", order=99)

    context = client.get(theme.url).context["page"].own

    assert (context["swot_count"], context["duties"], context["workshops"], context["overviews"]) == (
        0,
        [],
        [],
        [],
    )


def test_withdrawn_point_leaves_the_table_of_four(client):
    theme = published("theme", order=99)
    points = [
        published("swot-point", theme=theme.identifier, quadrant="threat", placement=placement)
        for placement in ("source", "editorial")
    ]
    found = client.get(theme.url).context["page"].own["swot"][3]["points"]
    assert [(point["title"], point["by_editor"]) for point in found] == [
        (points[0].title, False),
        (points[1].title, True),
    ]

    workflow.withdraw(points[0], reason="It was said of another theme.")

    found = client.get(theme.url).context["page"].own["swot"][3]["points"]
    assert [point["title"] for point in found] == [points[1].title]


@pytest.mark.parametrize("slug", sorted(by_identifier("theme")))
@pytest.mark.usefixtures("content")
def test_sheets_of_the_themes_tell_each_statement_once_from_its_theme(
    client, slug, django_assert_max_num_queries
):
    statements = by_identifier("statement")
    client.get(f"/themes/{slug}/debate/")
    with django_assert_max_num_queries(4):
        response = client.get(f"/themes/{slug}/debate/")

    told = [row["identifier"] for topic in response.context["topics"] for side in topic.sides for row in side]
    assert len(told) == len(set(told))
    assert {statements[identifier]["theme"] for identifier in told} <= {slug}
    assert len(response.content) < 60_000
    for topic in response.context["topics"]:
        for side, lenses in zip(topic.sides, ({"good"}, {"bad", "ugly"}), strict=True):
            assert {statements[row["identifier"]]["lens"] for row in side} <= lenses
