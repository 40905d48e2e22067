"""Requests to platforms: what may be asked for, the steps, side by side, and reached from law and situations."""

import pytest

from tests.factories import published
from tests.public import text_of
from tests.test_content import by_identifier
from tests.test_situations import parts_in

pytestmark = pytest.mark.once


@pytest.mark.django_db
def test_the_steps_stand_in_order_after_the_facts(client):
    record = published("platform-request", steps=["Write it down.", "Send it.", "Note the day."])

    page = client.get(record.url)
    text = text_of(page)

    assert parts_in(page.content.decode())[:2] == ["facts", "steps"]
    assert [part["id"] for part in page.context["page"].parts] == parts_in(page.content.decode())
    assert text.index("Write it down.") < text.index("Send it.") < text.index("Note the day.")
    assert "not legal advice" in text


@pytest.mark.django_db
def test_without_steps_there_is_no_such_part(client):
    record = published("platform-request", steps=[])

    assert "steps" not in parts_in(client.get(record.url).content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "field"), [("issue", "issues"), ("instrument", "instruments"), ("situation", "situations")]
)
def test_law_issues_and_situations_lead_to_it(client, kind, field):
    named = published(kind)
    record = published("platform-request", **{field: [named.identifier]})

    groups = {group.kind.name: group for group in client.get(named.url).context["page"].links}

    assert [row.url for row in groups["platform-request"].rows] == [record.url]


@pytest.mark.usefixtures("content")
def test_requests_are_compared_side_by_side(client):
    names = ["preservation-request", "european-preservation-order"]
    documents = by_identifier("platform-request")

    page = client.get("/platform-requests/compare/?ids=" + ",".join(names))
    csv = client.get("/platform-requests/compare.csv?ids=" + ",".join(names)).content.decode()

    rows = {str(row["label"]): row for group in page.context["table"]["groups"] for row in group["rows"]}
    for field, label in (
        ("who_signs", "Who signs"),
        ("deadline", "Deadline"),
        ("legal_ground", "Legal ground"),
    ):
        assert [cell[0].text for cell in rows[label]["cells"]] == [documents[name][field] for name in names]
        assert label in csv
    assert "european-preservation-order" not in text_of(page)  # a slug is no name for readers


@pytest.mark.usefixtures("content")
def test_requests_stand_in_their_editors_order(client):
    documents = by_identifier("platform-request")

    cards = client.get("/platform-requests/").context["cards"]

    assert [card["identifier"] for card in cards] == sorted(
        documents, key=lambda name: documents[name]["order"]
    )
    for document in documents.values():
        assert document["sources"]
        named = {name for source in document["sources"] for name in source["supports"]}
        assert named <= document.keys()
