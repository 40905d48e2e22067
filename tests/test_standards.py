"""Standards: what each gives comes first; situations, issues, law and the roadmap lead to them."""

import pytest

from tests.factories import published
from tests.test_content import by_identifier
from tests.test_situations import parts_in

pytestmark = pytest.mark.once


@pytest.mark.django_db
def test_a_standard_says_first_what_it_gives_and_so_does_its_row(client):
    record = published("standard", gives="A checklist for buying.", summary="It was adopted in 2023.")

    page = client.get(record.url)
    [card] = client.get("/standards/").context["cards"]

    assert parts_in(page.content.decode())[0] == "gist"
    assert page.context["page"].gist["text"] == "A checklist for buying."
    assert card["sentence"] == "A checklist for buying."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("situation", "situations"),
        ("issue", "issues"),
        ("instrument", "instruments"),
        ("roadmap-item", "roadmap_items"),
    ],
)
def test_what_it_helps_with_leads_to_it_and_says_what_it_gives(client, kind, field):
    named = published(kind)
    record = published("standard", gives="Rules for the desk.", **{field: [named.identifier]})

    groups = {group.kind.name: group for group in client.get(named.url).context["page"].links}

    [row] = groups["standard"].rows
    assert (row.url, row.sentence) == (record.url, "Rules for the desk.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "shape"),
    [("published", "full"), ("draft", "hollow"), ("superseded", "struck"), ("withdrawn", "struck")],
)
def test_a_draft_does_not_look_like_a_standard_that_holds(client, status, shape):
    record = published("standard", standard_status=status)

    assert client.get(record.url).context["page"].display["state"]["shape"] == shape


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize(
    ("words", "identifier"),
    [("ISO 22329", "en-iso-22329"), ("27037", "iso-iec-27037"), ("HR/PUB/20/2", "berkeley-protocol")],
)
def test_a_standard_is_found_by_its_number(client, words, identifier):
    cards = client.get("/standards/", {"q": words}).context["cards"]

    assert cards[0]["identifier"] == identifier


@pytest.mark.usefixtures("content")
def test_standards_rest_on_sources_and_fields_that_exist():
    for identifier, document in by_identifier("standard").items():
        assert document["sources"], identifier
        named = {name for source in document["sources"] for name in source["supports"]}
        assert named <= document.keys(), identifier
