"""Situations as the front door: what each holds, and its page in the order of somebody who prepares."""

import re

import pytest

from media4sec.publications.models import Publication, Term
from tests.factories import published
from tests.test_content import by_identifier

pytestmark = [pytest.mark.usefixtures("content"), pytest.mark.once]

ORDER = [
    "about",
    "questions",
    "flags",
    "help",
    "responsibilities",
    "alternatives",
    "lenses",
    "related",
    "evidence",
]


def parts_in(html):
    return re.findall(r'<section class="part" id="([^"]+)"', html)


def test_front_page_shows_every_situation_with_its_question_and_what_it_holds(client):
    documents = by_identifier("situation")

    rows = client.get("/situations/").context["cards"]

    assert [(row["identifier"], row["question"], row["holds"]) for row in rows] == [
        (
            identifier,
            document["question"],
            {
                name: len(document[name])
                for name in ("patterns", "cases", "technologies", "issues", "alternatives")
            },
        )
        for identifier, document in sorted(documents.items(), key=lambda row: row[1]["order"])
    ]


def test_front_page_leads_to_each_theme_with_its_situations(client):
    themes = client.get("/situations/").context["on_themes"]

    counts = {
        slug: sum(slug in document["themes"] for document in by_identifier("situation").values())
        for slug in by_identifier("theme")
    }
    assert {row["tile"]["slug"]: row["count"] for row in themes} == counts


def test_front_page_keeps_its_filters(client):
    response = client.get("/situations/?theme=dark-web")

    assert [row["identifier"] for row in response.context["cards"]] == ["S-008"]
    assert re.search(r'name="theme"\s+value="dark-web"', response.content.decode())


def test_front_page_costs_the_same_however_many_situations(client, django_assert_max_num_queries):
    for address in ("/situations/", "/situations/?theme=dark-web"):
        client.get(address)  # the first one reads the index
        with django_assert_max_num_queries(5):
            client.get(address)


@pytest.mark.parametrize("identifier", sorted(by_identifier("situation")))
def test_page_answers_in_the_order_of_the_task(identifier, client):
    document = by_identifier("situation")[identifier]

    response = client.get(f"/situations/{identifier}/", follow=True)

    parts = [part["id"] for part in response.context["page"].parts]
    assert parts == ORDER
    assert parts_in(response.content.decode()) == parts
    shown = {
        group.kind.name: [row.identifier for row in group.rows]
        for group, _note in response.context["page"].own["help"]
    }
    assert shown == {
        "pattern": document["patterns"],
        "technology": document["technologies"],
        "case": document["cases"],
    }
    assert [flag["identifier"] for flag in response.context["page"].flags] == document["issues"]
    lanes = response.context["page"].own["responsibilities"]
    assert {(lane["actor"], point["text"]) for lane in lanes for point in lane["points"]} == {
        (point["actor"], point["text"]) for point in document["points"] if point["aspect"] == "responsibility"
    }


@pytest.mark.parametrize("identifier", sorted(by_identifier("situation")))
def test_page_names_the_questions_that_can_raise_its_issues(identifier, client):
    wanted = set(by_identifier("situation")[identifier]["issues"])
    expected = {}
    for number, question in by_identifier("check-question").items():
        raised = {issue for answer in question["answers"] for issue in answer["raises"]} & wanted
        if raised:
            expected[number] = raised

    context = client.get(f"/situations/{identifier}/", follow=True).context["page"].own

    found = context["questions"]
    assert {row["identifier"]: {issue["identifier"] for issue in row["raises"]} for row in found} == expected
    listed = client.get(context["check_url"]).context["cards"]
    assert {row["identifier"] for row in listed} == expected.keys()


def test_page_hides_questions_that_are_not_public(client):
    question = Publication.objects.get(kind="check-question", identifier="Q02")
    assert "Q02" in client.get("/situations/S-002/", follow=True).content.decode()

    Term.objects.filter(publication=question).delete()  # as withdrawing does
    question.state = Publication.State.WITHDRAWN
    question.save()

    assert "Q02" not in client.get("/situations/S-002/", follow=True).content.decode()


def test_situation_without_anything_on_it_has_its_page_and_its_row(client):
    situation = published("situation", order=99)

    page = client.get(situation.url).context["page"]
    row = client.get("/situations/").context["cards"][-1]

    assert [part["id"] for part in page.parts] == ["about", "flags", "evidence"]
    assert (row["identifier"], set(row["holds"].values())) == (situation.identifier, {0})
