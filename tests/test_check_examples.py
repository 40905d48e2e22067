"""Worked examples of the check: every code of their documents is said in words that lead where they should."""

import html
import re

import pytest

from tests.factories import published
from tests.public import text_of
from tests.test_content import by_identifier

pytestmark = pytest.mark.once

PARTS = ["facts", "about", "answers", "flags", "not-raised"]


def rows_of(client, record_url):
    """``[(question, answer, [issue], [safeguard])]`` of the first table."""
    return [
        (
            row["question"]["title"],
            answer["label"],
            [ref["label"] for ref in answer["raises"]],
            answer["safeguards"],
        )
        for row in client.get(record_url).context["page"].own["given"]
        for answer in row["answers"]
    ]


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("identifier", by_identifier("check-example"))
def test_every_answer_is_said_with_what_it_raised(client, identifier):
    example, questions = by_identifier("check-example")[identifier], by_identifier("check-question")
    issues = by_identifier("issue")
    raised = [line.split(": ") for line in example["raised_by_answers"]]
    expected = []
    for line in example["answers_given"]:
        code, values = line.split(": ")
        for value in values.split(", "):
            answer = next(row for row in questions[code]["answers"] if row["value"] == value)
            found = [issues[issue]["title"] for issue, why in raised if f"{code}:{value}" in why.split(", ")]
            expected.append((questions[code]["title"], answer["label"], found, answer["safeguards"]))

    assert rows_of(client, f"/examples/{identifier}/") == expected


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("identifier", by_identifier("check-example"))
def test_no_code_stands_for_words(client, identifier):
    response = client.get(f"/examples/{identifier}/")
    main = response.content.decode().partition('<main id="main"')[2].partition('id="evidence"')[0]
    words = html.unescape(re.sub("<[^>]+>", " ", main))

    assert re.findall(r"\bQ\d\d\b|\b[IT]-\d{3}:|A question is visible", words) == []
    parts = re.findall(r'<section class="part" id="([^"]+)"', main)
    assert [part for part in parts if part in PARTS] == PARTS
    for flag in response.context["page"].flags:
        assert flag["raised_by"], flag["identifier"]


@pytest.mark.usefixtures("content")
def test_a_tool_is_named_as_the_reason(client):
    flags = {row["title"]: row for row in client.get("/examples/ex-demonstration/").context["page"].flags}

    assert [reason["title"] for reason in flags["Dependence on suppliers"]["raised_by"]] == [
        "Where do the data come from?",
        "Can you audit the supplier, secure the data and leave?",
        "Coosto",
    ]


@pytest.mark.django_db
def test_what_is_not_public_or_no_longer_offered_is_left_out(client):
    answers = [{"key": "yes", "value": "yes", "label": "Yes, all", "safeguards": ["Write it down"]}]
    issue = published("issue", title="Watched crowds")
    question = published(
        "check-question", title="Is anyone watched?", answers=[answers[0] | {"raises": [issue.identifier]}]
    )
    code = question.identifier
    example = published(
        "check-example",
        answers_given=[f"{code}: yes, gone", "Q9999: yes"],
        expected_issues=[issue.identifier],
        raised_by_answers=[f"{issue.identifier}: {code}:yes", "I-99999: Q9999:yes"],
    )

    assert rows_of(client, example.url) == [
        ("Is anyone watched?", "Yes, all", ["Watched crowds"], ["Write it down"]),
        ("Is anyone watched?", "", [], []),
    ]
    words = text_of(client.get(example.url))
    assert "An answer that the question no longer offers" in words
    assert "Q9999" not in words


@pytest.mark.django_db
def test_an_example_without_answers_says_what_it_lacks(client):
    example = published("check-example", answers_given=[], expected_issues=[])

    response = client.get(example.url)

    assert 'id="answers"' not in response.content.decode()
    assert "No answer raised an issue." in text_of(response)
