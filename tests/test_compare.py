"""Records side by side."""

import csv
import io

import pypdfium2
import pytest
from django.conf import settings
from django.utils import translation

from media4sec.kinds import kinds_by_name, paths
from media4sec.records import workflow
from tests.factories import make, published, published_full, several_published
from tests.public import h1_of, text_of
from tests.test_paper import text_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def address_of(*records):
    return f"/technologies/compare/?ids={','.join(record.identifier for record in records)}"


def rows_of(response):
    """``{label: (differs, texts of the cells)}``"""
    assert response.status_code == 200
    return {
        str(row["label"]): (row["differs"], [[str(value.text) for value in cell] for cell in row["cells"]])
        for group in response.context["table"]["groups"]
        for row in group["rows"]
    }


def test_what_differs_is_told_from_what_is_the_same(client):
    functions = [function.identifier for function in several_published("function", 3)]
    one = published("technology", status="active", country="NL", licence="MIT", functions=functions[:2])
    other = published("technology", status="unknown", country="NL", functions=functions[1:])

    response = client.get(address_of(one, other))
    rows = rows_of(response)

    assert h1_of(response) == "Compare technologies"
    assert rows["State"] == (True, [["Active"], ["Unknown"]])
    assert rows["Country"] == (False, [["Netherlands"], ["Netherlands"]])
    assert rows["Licence"] == (True, [["MIT"], []])
    marks = [
        [value.only_some for value in cell]
        for group in response.context["table"]["groups"]
        for row in group["rows"]
        if row["label"] == "Functions"
        for cell in row["cells"]
    ]
    assert sorted(marks[0]) == sorted(marks[1]) == [False, True]
    assert "Licence differs MIT Not stated in the source" in text_of(response)


def test_groups_stand_in_one_order(client):
    records = [published_full("technology") for _ in range(2)]

    groups = client.get(address_of(*records)).context["table"]["groups"]

    assert [str(group["title"]) for group in groups] == [
        "What it does", "State", "Facts", "Legal and ethical flags", "Evidence", "Freshness",
    ]  # fmt: skip


def test_flags_come_with_the_law_as_it_stands(client):
    law = published("instrument", title="The Act", force="in-force").identifier
    issue = published("issue", title="An issue", lens="bad", instruments=[law])
    one, other = published("technology", issues=[issue.identifier]), published("technology")

    response = client.get(address_of(one, other))
    rows = rows_of(response)

    assert rows["Issues raised"] == (True, [["An issue"], ["Not assessed yet"]])
    assert rows["The law they touch, as it stands today"] == (True, [["The Act"], ["Not assessed yet"]])
    assert "The Act In force" in text_of(response)


def test_what_nobody_states_is_said_once(client):
    one, other = several_published("technology", 2)
    published("technology", licence="MIT")

    response = client.get(address_of(one, other))

    assert "Licence" not in rows_of(response)
    assert "Licence" in [str(label) for label in response.context["table"]["folded"]]


def test_only_what_differs_can_be_shown(client):
    one = published("technology", country="NL", licence="MIT")
    other = published("technology", country="NL", licence="GPL-3.0-only")

    response = client.get(f"{address_of(one, other)}&only=differences")

    assert all(differs for differs, _ in rows_of(response).values())
    assert "Licence" in rows_of(response)
    assert "Country" not in rows_of(response)


@pytest.mark.parametrize("query", ["", "?ids=", "?ids={one}", "?ids=&ids={one}&ids="])
def test_with_fewer_than_two_it_asks_which(client, query):
    one, other = published("technology", title="The first"), published("technology", title="The second")

    response = client.get("/technologies/compare/" + query.format(one=one.identifier))

    assert response.status_code == 200
    assert response.context["options"] == [(r.identifier, r.identifier, r.title) for r in (one, other)]
    assert response.context["fields"] == [one.identifier if "{one}" in query else "", "", "", ""]
    assert "table" not in response.content.decode()


def test_boxes_of_a_form_lead_to_one_address(client):
    one, other = several_published("technology", 2)

    response = client.get("/technologies/compare/", {"ids": [other.identifier, one.identifier, ""]})

    assert (response.status_code, response.headers["Location"]) == (302, address_of(other, one))


@pytest.mark.parametrize(("number", "status"), [(4, 200), (5, 400)])
def test_four_is_the_most(client, number, status):  # gate 4.2
    records = several_published("technology", number)

    response = client.get(address_of(*records))
    file = client.get(address_of(*records).replace("/?", ".csv?"))

    assert response.status_code == file.status_code == status
    if status == 400:
        assert "At most 4 can be compared at once; you chose 5." in text_of(response)
        assert response.context["fields"] == [record.identifier for record in records[:4]]
        assert [error["parameter"] for error in file.json()["errors"]] == ["ids"]


# gate 4.3
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("ids=T-9999,{one}", "T-9999"),
        ("x=1", "x"),
        ("ids={one},{other}&only=me", "only"),
        ("ids=%00", "\x00"),
    ],
)
def test_what_cannot_be_compared_is_named(client, query, named):
    one, other = (record.identifier for record in several_published("technology", 2))

    for ending in ("/", ".csv"):
        response = client.get(f"/technologies/compare{ending}?{query.format(one=one, other=other)}")
        assert response.status_code == 400
        assert named.strip("\x00") in response.content.decode()


def test_drafts_and_withdrawn_records_are_not_there(client):
    shown, withdrawn = several_published("technology", 2)
    draft = make("technology", title="A secret draft")
    workflow.withdraw(withdrawn, reason="Wrong.")

    for hidden in (draft, withdrawn):
        response = client.get(address_of(shown, hidden))
        assert response.status_code == 400
        assert hidden.title not in text_of(response)


def test_only_kinds_that_say_so_are_compared(client):
    for path, members in paths().items():
        status = 200 if any(kind.listed.is_compared for kind in members) else 404
        assert client.get(f"/{path}/compare/").status_code == status
        assert client.get(f"/{path}/compare.csv").status_code == (400 if status == 200 else 404)
    assert kinds_by_name()["technology"].listed.is_compared


def test_the_file_says_the_same_as_the_table(client):
    one = published("technology", title="=1+1", country="NL", target_users=["police", "citizen"])
    other = published("technology", country="BE", target_users=["police"])
    address = address_of(one, other)

    response = client.get(f"/technologies/compare.csv?ids={one.identifier},{other.identifier}")
    rows = list(csv.reader(io.StringIO(response.content.decode(), newline=""), strict=True))
    found = {row[1]: row[2:] for row in rows}

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert rows[0] == [
        "group", "property", "differs", f"{one.identifier} =1+1", f"{other.identifier} {other.title}",
    ]  # fmt: skip
    assert found["address"][1:] == [f"{settings.BASE_URL}{record.url}" for record in (one, other)]
    assert found["Country"] == ["true", "Netherlands", "Belgium"]
    assert found["Target users"][2] == "Police"
    assert {row[1] for row in rows[2:]} == set(rows_of(client.get(address)))


def test_it_costs_the_same_however_many_flags(client, django_assert_max_num_queries):
    law = [one.identifier for one in several_published("instrument", 3)]
    issues = [one.identifier for one in several_published("issue", 5, instruments=law)]
    records = several_published("technology", 4, issues=issues)
    client.get(address_of(*records))  # what the whole kind states is read once after a change

    with django_assert_max_num_queries(7):
        client.get(address_of(*records))


def test_it_speaks_the_language_of_the_address(client):
    one, other = several_published("technology", 2)

    response = client.get(f"/de{address_of(one, other)}")

    assert f'<a href="/de{one.url}" lang="en" dir="auto">{one.title}</a>' in response.content.decode()


@pytest.mark.parametrize("prefix", ["", "/de"])
def test_the_sheet_to_print_says_the_same_as_the_table(client, prefix):
    issue = published("issue", title="Mass monitoring")
    one = published("technology", title="Alpha", country="NL", issues=[issue.identifier])
    other = published("technology", title="Beta", country="BE")
    page = client.get(prefix + address_of(one, other))

    response = client.get(f"{prefix}/technologies/compare.pdf?ids={one.identifier},{other.identifier}")
    text = text_in(response.content)

    assert f'href="{prefix}/technologies/compare.pdf?ids={one.identifier},' in page.content.decode()
    assert response.headers["Content-Type"] == "application/pdf"
    with translation.override(prefix[1:] or "en-gb"):
        said = [
            str(words)
            for group in page.context["table"]["groups"]
            for row in group["rows"]
            for words in (row["label"], *(value.text for cell in row["cells"] for value in cell))
        ]
    assert len(said) > 30
    assert [words for words in said if "".join(words.split()) not in "".join(text.split())] == []
    with pypdfium2.PdfDocument(response.content) as document:
        width, height = document[0].get_size()
    assert width > height  # the sheet lies


def test_the_sheet_of_a_day_leads_back_to_that_day(client):
    one, other = published("technology"), published("technology")

    query = f"ids={one.identifier},{other.identifier}&on=2030-01-02"

    text = text_in(client.get(f"/technologies/compare.pdf?{query}").content)
    assert f"/technologies/compare/?{query}" in "".join(text.split())


def test_a_sheet_of_too_few_or_unknown_records_is_refused(client):
    one = published("technology")

    for query in (f"ids={one.identifier}", "", f"ids={one.identifier},T-999", "ids=T-1&x=1"):
        response = client.get(f"/technologies/compare.pdf?{query}")
        assert (response.status_code, response.headers["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert "Choose from 2 to 4 records." in text_of(client.get("/technologies/compare.pdf"))
    assert client.get("/news/compare.pdf").status_code == 404


def test_patterns_are_compared_by_their_texts(client):
    one = published("pattern", title="One", problem="People film.", solution="Talk to them.")
    other = published("pattern", title="Other", problem="People post.", solution="")
    case = published("case")

    rows = rows_of(client.get(f"/practices/compare/?ids={one.identifier},{other.identifier}"))

    assert rows["Problem"][1] == [["People film."], ["People post."]]
    assert rows["Solution"][1] == [["Talk to them."], []]
    refused = client.get(f"/practices/compare/?ids={one.identifier},{case.identifier}")
    assert refused.status_code == 400
