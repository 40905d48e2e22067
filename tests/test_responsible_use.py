"""The note on responsible use: who carries it, that it says what records say, and that it is everywhere."""

import json
from pathlib import Path

import pytest
from django.conf import settings as project

from catalogue.responsible_use import note_on_use
from ethics.choices import Bearing
from media4sec.paper.blocks import Heading
from media4sec.paper.records import blocks_of, note_blocks
from media4sec.portal.record.page import page_of
from media4sec.publications.models import Publication
from media4sec.records.documents.reading import working_document
from tests.factories import publish, published, save
from tests.public import api_item, text_of

pytestmark = pytest.mark.once

FIXTURES = Path(__file__).parents[1] / "fixtures"
HEADINGS = {"legal-basis", "necessity", "rights", "harms", "evidence"}


def fixture(name):
    return json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))


@pytest.fixture
def tool(db):
    """A technology with a function that is marked and one that is not, and an issue under each heading but one."""
    published("function", identifier="SENSE", title="Sensing", level=1, parent=None)
    for name, is_intrusive in (("SENSE-FACE", True), ("SENSE-MAP", False)):
        published(
            "function",
            **{"identifier": name, "title": f"Function {name}", "level": 2, "parent": "SENSE"},
            is_intrusive=is_intrusive,
        )
    published("instrument", identifier="led", title="Police Data Directive")
    for number, heading in ((1, Bearing.NECESSITY), (2, Bearing.RIGHTS), (3, "")):
        published(
            "issue",
            **{"identifier": f"I-{number:03}", "title": f"Issue {number}", "bears_on": heading},
            instruments=["led"],
        )
    return published(
        "technology",
        title="Face finder",
        functions=["SENSE-FACE", "SENSE-MAP"],
        issues=["I-001", "I-002", "I-003"],
        sources=[],
    )


def note_of(record):
    return note_on_use(Publication.objects.get(kind=record.kind_name, identifier=record.identifier).body)


def labels(refs):
    return [ref["label"] for ref in refs]


# gate 8.8
def test_it_says_what_records_say_and_what_they_do_not(tool):
    note = note_of(tool)

    assert labels(note.because) == ["Function SENSE-FACE"]
    assert {part.name: labels(part.refs) or part.said for part in note.parts} == {
        "legal-basis": ["Police Data Directive"],
        "necessity": ["Issue 1"],
        "rights": ["Issue 2"],
        "harms": "Not stated in the source",
        "evidence": "Not stated in the source",
    }


# gate 8.8
def test_who_marks_a_function_decides_who_carries_it(tool, client):
    function = next(one for one in tool.functions.all() if one.is_intrusive)
    assert 'id="use"' in client.get(tool.url).content.decode()

    publish(save(working_document(function) | {"is_intrusive": False}, "function", function))

    assert note_of(tool) is None
    assert 'id="use"' not in client.get(tool.url).content.decode()
    assert client.get(f"{api_item(tool)}/responsible-use").json()["note"] is None


# gate 8.8
def test_it_is_on_the_page_in_the_api_and_in_feeds(tool, client):
    said = [
        "Editorial",
        "Function SENSE-FACE",
        "Police Data Directive",
        "Issue 1",
        "Issue 2",
        "Not stated in the source",
    ]
    page = client.get(tool.url).content.decode()
    box = page.partition('id="use"')[2].partition("</section>")[0]
    feeds = [client.get(f"/feeds/technologies.{form}").content.decode() for form in ("atom", "json")]
    document = client.get(api_item(tool)).json()
    answer = client.get(document["links"]["responsible_use"].removeprefix(project.BASE_URL)).json()

    assert [words for words in said if words not in box] == []
    assert "<details" not in box  # what is folded would not be printed
    for feed in feeds:
        assert [words for words in said if words.lower() not in feed.lower()] == []
    assert answer["record"]["id"] == tool.identifier
    note = answer["note"]
    assert (note["provenance"], labels(note["because"])) == ("editorial", ["Function SENSE-FACE"])
    assert {part["name"]: labels(part["records"]) or part["text"] for part in note["parts"]} == {
        part.name: labels(part.refs) or part.said for part in note_of(tool).parts
    }
    assert all(ref["url"].startswith(project.BASE_URL) for part in note["parts"] for ref in part["records"])


# gate 8.8
def test_it_is_on_papers(tool, client):
    publication = Publication.objects.get(kind="technology")
    page = page_of(publication, is_for_paper=True)
    headings = [block.words for block in blocks_of(page) if isinstance(block, Heading)]
    notice, facts = note_blocks(page.note)

    assert "Responsible use" in [piece.text for phrase in headings for piece in phrase]
    assert "Function SENSE-FACE" in [piece.text for piece in notice.words]
    assert ["".join(piece.text for piece in value) for _, (value, *_) in facts.rows] == [
        *("Police Data Directive", "Issue 1", "Issue 2"),
        *("Not stated in the source", "Not stated in the source"),
    ]
    for form in ("pdf", "docx"):
        assert client.get(f"/list.{form}?ids={tool.identifier}").status_code == 200


# gate 8.8
def test_no_query_is_made_for_each_entry(tool, django_assert_max_num_queries):
    publications = list(Publication.objects.filter(kind="technology"))
    note_on_use(publications[0].body)
    with django_assert_max_num_queries(3):
        for _ in range(3):
            note_on_use(publications[0].body)


# gate 8.8
def test_the_content_marks_functions_and_places_issues():
    functions, issues, tools = (fixture(name) for name in ("functions", "issues", "technologies"))
    marked = {one["identifier"] for one in functions if one["is_intrusive"]}
    carrying = [one for one in tools if marked & {*one["functions"]}]

    assert {"INVEST-FACE", "SENSE-MONITOR", "DARK-CRAWL", "WARN-LIVE"} <= marked
    assert not marked & {one["identifier"] for one in functions if one["level"] == 1}
    assert {one["bears_on"] for one in issues} == {"", *Bearing.values}
    assert 50 < len(carrying) < len(tools)


# gate 8.8
@pytest.mark.usefixtures("content")
def test_every_marked_technology_of_the_content_has_all_headings():
    found = [note_on_use(row.body) for row in Publication.objects.published().of("technology")]
    notes = [note for note in found if note]

    assert len(notes) > 50
    assert any(not note for note in found)
    for note in notes:
        assert {part.name for part in note.parts} == HEADINGS
        assert all(part.refs or part.said for part in note.parts)


# gate 8.8
def test_the_words_of_a_page_name_who_wrote_the_frame(tool, client):
    words = text_of(client.get(tool.url))
    assert "Editorial: Function SENSE-FACE . Tools for such tasks can intrude on people’s rights" in words
