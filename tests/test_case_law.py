"""Judgments: what each means comes first, also on the pages of the law and the issues that it bears on."""

import pytest

from tests.factories import published
from tests.public import text_of
from tests.test_content import by_identifier
from tests.test_situations import parts_in

pytestmark = pytest.mark.once

NOT_VERIFIED = "Not verified"


@pytest.mark.django_db
def test_a_judgment_says_first_what_it_means(client):
    record = published("judgment", meaning="Write the reason down before you search.")

    page = client.get(record.url)

    assert parts_in(page.content.decode())[:2] == ["gist", "facts"]
    assert [part["title"] for part in page.context["page"].parts][:2] == ["What it means for you", "Facts"]
    assert page.context["page"].gist["text"] == "Write the reason down before you search."


@pytest.mark.django_db
def test_lists_say_what_a_judgment_means(client):
    published("judgment", meaning="Every file needs a review date.", summary="A law was struck down.")

    [card] = client.get("/judgments/").context["cards"]

    assert card["sentence"] == "Every file needs a review date."


@pytest.mark.django_db
@pytest.mark.parametrize("verified", [True, False, None])
def test_a_judgment_that_nobody_confirmed_looks_so(client, verified):
    law = published("instrument")
    record = published("judgment", verified=verified, instruments=[law.identifier])

    for address in (record.url, "/judgments/", law.url):
        page = client.get(address)
        warnings = page.content.decode().count(f"<span>{NOT_VERIFIED}</span>")
        assert warnings == (0 if verified else 1), address


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "field"), [("instrument", "instruments"), ("issue", "issues")])
def test_law_and_issues_list_the_judgments_on_them_newest_first(client, kind, field):
    named = published(kind)
    old = published("judgment", decided_on="2008-12-04", **{field: [named.identifier]})
    new = published("judgment", decided_on="2024-11-28", **{field: [named.identifier]})
    published("judgment")

    page = client.get(named.url)

    assert [row["title"] for row in page.context["page"].own["judgments"]["rows"]] == [new.title, old.title]
    assert "judgments" in parts_in(page.content.decode())
    assert "judgment" not in [group.kind.name for group in page.context["page"].links]


@pytest.mark.django_db
def test_law_without_judgments_has_no_such_part(client):
    law = published("instrument")

    assert "judgments" not in parts_in(client.get(law.url).content.decode())


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize(
    ("words", "identifier"),
    [
        ("C-252/21", "cjeu-c-252-21"),
        ("ECLI:EU:C:2023:874", "cjeu-c-333-22"),
        ("1 BvR 1547/19", "bverfg-1-bvr-1547-19"),
        ("62357/14", "ecthr-benedik"),
    ],
)
def test_a_judgment_is_found_by_its_numbers(client, words, identifier):
    cards = client.get("/judgments/", {"q": words}).context["cards"]

    assert cards[0]["identifier"] == identifier


@pytest.mark.usefixtures("content")
def test_judgments_rest_on_sources_and_fields_that_exist():
    for identifier, document in by_identifier("judgment").items():
        assert document["sources"], identifier
        named = {name for source in document["sources"] for name in source["supports"]}
        assert named <= document.keys(), identifier


@pytest.mark.usefixtures("content")
def test_the_law_page_tells_the_judgments_of_the_fixtures(client):
    expected = [d["title"] for d in by_identifier("judgment").values() if "led" in d["instruments"]]

    page = client.get("/law/led/")

    assert len(expected) > 10
    assert sorted(row["title"] for row in page.context["page"].own["judgments"]["rows"]) == sorted(expected)
    assert NOT_VERIFIED in text_of(page)
