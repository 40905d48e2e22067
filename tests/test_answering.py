"""The check as visitors answer it: what follows, what they can take along, and that nothing of it stays with us."""

import json
import logging
import re
from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import connection
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from ethics import answering
from ethics.answering import MOST_TOOLS, questions_now
from ethics.check import answers_in, outcome, questions_asked
from media4sec.kept import kept
from media4sec.portal.record.law import EARLIEST, LATEST
from media4sec.publications import stated
from media4sec.publications.models import Publication
from tests.examples import examples
from tests.public import text_of
from tests.test_check import EXAMPLES, PROHIBITION, QUESTIONS
from tests.test_content import by_identifier
from tests.test_paper import text_in

pytestmark = [pytest.mark.usefixtures("content"), pytest.mark.once]

OPEN, RESULT, FILE = "/check/open/", "/check/result/", "/check/save/"
PDF, DOCX = "/check/result.pdf", "/check/result.docx"
ISSUE = re.compile(r'href="/issues/(I-\d+)')
TOOLS = by_identifier("technology")


def fields_of(example):
    """A worked example as its form is sent."""
    about = {"situation": example["situation"], "technology": example["technologies"]}
    pattern = {"pattern": example["pattern"]} if example["pattern"] else {}
    return about | pattern | answers_in(example["answers_given"])


def raised_in(html):
    """The issues of the table, in its order."""
    table = html.partition('id="raised"')[2].partition("</table>")[0]
    return ISSUE.findall(table)


@pytest.mark.parametrize("identifier", EXAMPLES)
def test_worked_examples_raise_exactly_what_they_say(client, identifier):
    example = EXAMPLES[identifier]

    response = client.post(RESULT, fields_of(example))

    assert response.status_code == 200
    assert sorted(raised_in(response.content.decode())) == sorted(example["expected_issues"])
    assert sorted(ref["id"] for ref in response.context["context_issues"]) == example["context_issues"]
    assert response.context["unanswered"] == []


def answers_to(name):
    """What can be answered to a question."""
    values = [answer["value"] for answer in QUESTIONS[name]["answers"]]
    most = 1 if QUESTIONS[name]["question_type"] == "single" else len(values)
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True)


@st.composite
def some_answers(draw):
    """To any questions, also to such as are not asked then."""
    return {name: draw(answers_to(name)) for name in draw(st.sets(st.sampled_from(sorted(QUESTIONS))))}


@st.composite
def ways_through(draw):
    """One question after another, as they are asked, until none is left."""
    given = {}
    while left := [name for name in questions_asked(QUESTIONS, given) if name not in given]:
        given[left[0]] = draw(answers_to(left[0]))
    return given


SUBJECTS = st.fixed_dictionaries(
    {},
    optional={
        "situation": st.sampled_from(sorted(by_identifier("situation"))),
        "pattern": st.sampled_from(sorted(by_identifier("pattern"))),
        "technology": st.lists(st.sampled_from(sorted(TOOLS)), min_size=1, max_size=MOST_TOOLS, unique=True),
        "on": st.dates(EARLIEST, LATEST).map(str),
    },
)


@settings(max_examples=examples(25))
@given(SUBJECTS, some_answers() | ways_through())
def test_every_issue_names_what_raised_it_and_a_saved_check_opens_again(client, subjects, answers):
    result = client.post(RESULT, subjects | answers)
    saved = client.post(FILE, subjects | answers)
    opened = client.post(OPEN, {"file": BytesIO(saved.content)})

    tools = [TOOLS[name] for name in subjects.get("technology", ())]
    found = outcome(QUESTIONS, answers, tools)
    reasons = {
        flag["identifier"]: [(reason["title"], reason["answer"]) for reason in flag["raised_by"]]
        for flag in result.context["flags"]
    }
    assert reasons == {
        issue: [
            *(in_words(*reason.split(":")) for reason in found.by_answers.get(issue, ())),
            *((TOOLS[name]["title"], "") for name in found.by_technologies.get(issue, ())),
        ]
        for issue in found.issues
    }
    asked = [*result.context["answered"], *result.context["unanswered"]]
    assert len(asked) == result.context["asked_count"] == len(found.asked)
    sent = {
        name: [values] if isinstance(values, str) else values for name, values in (subjects | answers).items()
    }
    again = fields_in(opened)
    assert {name: {*values} for name, values in again.items()} == {
        name: {*values} for name, values in sent.items()
    }
    assert client.post(FILE, again).content == saved.content


def in_words(name, value):
    """(question, answer)."""
    return QUESTIONS[name]["title"], next(
        row["label"] for row in QUESTIONS[name]["answers"] if row["value"] == value
    )


@settings(max_examples=examples(25))
@given(ways_through())
def test_no_way_through_the_questions_is_a_dead_end(client, answers):
    result = client.post(RESULT, answers)

    assert result.context["unanswered"] == []
    assert {row["question"]["identifier"] for row in result.context["answered"]} <= answers.keys()


def test_every_issue_that_an_answer_raises_is_public():
    raised = {
        ref["id"] for row in questions_now().values() for answer in row["answers"] for ref in answer["raises"]
    }
    written = {name for row in QUESTIONS.values() for answer in row["answers"] for name in answer["raises"]}

    assert raised == written
    assert raised <= set(Publication.objects.published().of("issue").values_list("identifier", flat=True))


def fields_in(response):
    """What the form would send as it stands: its checked boxes and chosen options."""
    html = response.content.decode()
    found = {}
    for box in re.findall(r"<input\s[^>]*>", html):
        if re.search(r"\schecked\b", box):
            name, value = re.search(r'name="([^"]+)"', box)[1], re.search(r'value="([^"]+)"', box)[1]
            found.setdefault(name, []).append(value)
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', html, re.S):
        found.setdefault(name, []).extend(re.findall(r'value="([^"]+)"\s+selected', options))
    found["on"] = re.findall(r'name="on" value="([^"]+)"', html)
    return {name: values for name, values in found.items() if values}


def test_a_saved_check_keeps_what_it_is_about(client):
    fields = fields_of(next(example for example in EXAMPLES.values() if example["pattern"]))
    saved = client.post(FILE, fields)

    opened = client.post(OPEN, {"file": BytesIO(saved.content)})

    assert client.post(FILE, fields_in(opened)).content == saved.content
    assert saved.headers["Content-Disposition"].startswith('attachment; filename="check-')
    assert json.loads(saved.content)["about"]["situation"] == [fields["situation"]]


def test_what_is_prohibited_stands_first_and_nothing_helps_against_it(client):
    response = client.post(RESULT, {"Q26": ["scrape"], "Q12": ["crowd"]})

    html = response.content.decode()
    assert html.index('id="prohibited"') < html.index('id="raised"')
    assert raised_in(html)[0] in {"I-060", "I-037"}
    flag = next(flag for flag in response.context["flags"] if flag["identifier"] == PROHIBITION)
    assert flag["safeguards"] == next(
        answer["safeguards"] for answer in QUESTIONS["Q26"]["answers"] if answer["value"] == "scrape"
    )
    assert 'id="prohibited"' not in client.post(RESULT, {"Q26": ["none"]}).content.decode()


def test_what_is_left_out_is_told(client):
    response = client.post(RESULT, {"Q01": ["inform"]})

    names = {question["identifier"] for question in response.context["unanswered"]}
    assert {"Q26", "Q02", "Q13"} <= names
    assert "Q04" not in names  # it waits for another answer
    assert "Not assessed" in text_of(response)
    assert "no score and no green light" in text_of(response)


def test_the_form_has_the_questions_in_the_order_in_which_they_are_asked(client):
    asked = re.findall(r'data-question="(\w+)"', client.get("/check/").content.decode())

    assert asked == sorted(QUESTIONS, key=lambda name: (QUESTIONS[name]["order"], name))


def test_nothing_answered_is_no_clearance(client):
    response = client.post(RESULT, {})

    assert response.status_code == 200
    assert "That does not mean that nothing applies." in text_of(response)


SECRET, DAY = "zebra-crossing-4711", date(2031, 3, 9)


@pytest.fixture
def watched(caplog, settings):
    """A function: what was asked of the database, and what any log says, in one text."""
    settings.KEPT_MB = 32
    kept.forget()
    asked = []

    def listen(execute, sql, params, *rest):
        asked.append((sql, params))
        return execute(sql, params, *rest)

    with caplog.at_level(logging.DEBUG), connection.execute_wrapper(listen):
        yield lambda: caplog.text + repr(asked)
    assert not any(sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")) for sql, _ in asked)
    assert kept.shelf is None or not kept.shelf.answers
    kept.forget()


@pytest.mark.parametrize("address", [OPEN, RESULT, FILE, PDF, DOCX])
@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"Q01": [SECRET]}, 400),
        ({"situation": SECRET}, 400),
        ({"on": SECRET}, 400),
        ({"Q01": ["monitor"], "technology": "T-001", "situation": "S-002", "on": str(DAY)}, 200),
    ],
    ids=["answer", "situation", "day", "right"],
)
def test_answers_are_in_no_log_cache_table_or_address(client, watched, address, fields, status):
    answer = client.post(address, fields)

    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert SECRET not in answer.content.decode(errors="replace")
    assert not re.search(r'(href|action)="[^"]*=(monitor|2031)', answer.content.decode(errors="replace"))
    for text in (watched(), repr(stated._kept)):
        assert [word for word in (SECRET, str(DAY), repr(DAY)) if word in text] == []


@pytest.mark.parametrize("address", [OPEN, RESULT, FILE, PDF, DOCX])
def test_an_answer_that_is_right_is_in_no_log_cache_or_table_either(client, watched, monkeypatch, address):
    answer = QUESTIONS["Q01"]["answers"][0] | {"value": SECRET, "raises": [], "hides": []}
    only = {"Q01": questions_now()["Q01"] | {"answers": [answer]}}
    monkeypatch.setattr(answering, "questions_now", lambda: only)

    response = client.post(address, {"Q01": [SECRET]})

    assert response.status_code == 200
    assert not re.search(rf'(href|action)="[^"]*{SECRET}', response.content.decode(errors="replace"))
    assert SECRET not in watched() + repr(stated._kept)


def test_an_answer_at_which_the_portal_fails_is_in_no_log(client, watched, monkeypatch):
    def fail(given):
        raise ValueError("It went wrong.")

    monkeypatch.setattr(answering, "what_is_raised", fail)
    client.raise_request_exception = False

    assert client.post(RESULT, {"Q01": ["monitor"], "on": str(DAY)}).status_code == 500

    assert "It went wrong." in watched()
    assert not re.search(r"\bmonitor\b|2031", watched())


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"Q01": ["nonsense"]}, "Q01"),
        ({"Q02": ["offence", "event"]}, "Q02"),
        ({"Q99": ["yes"]}, "Q99"),
        ({"situation": ["S-999"]}, "situation"),
        ({"situation": ["S-001", "S-002"]}, "situation"),
        ({"technology": ["a\x00b"]}, "technology"),
    ],
)
def test_what_the_check_does_not_know_is_named_and_nothing_else_is_lost(client, fields, named):
    response = client.post(RESULT, {"Q12": ["crowd"]} | fields)

    assert response.status_code == 400
    assert [name for name, _ in response.context["errors"]] == [named]
    assert fields_in(response)["Q12"] == ["crowd"]


@pytest.mark.parametrize(
    "upload",
    [
        b"", b"nonsense", b"[]", b"{}", b'{"format": "medi4sec-check"}', b"[" * 60_000, b"\xff\xfe",
        b'{"format": "medi4sec-check", "format_version": 1, "about": {}, "answers": {"Q01": "inform"}}',
        b'{"format": "medi4sec-check", "format_version": 2, "about": {}, "answers": {}}',
        b'{"format": "medi4sec-check", "format_version": 1, "about": {}, "answers": {"Q01": [1]}}',
        b'{"format": "medi4sec-check", "format_version": 1, "about": {}, "answers": {"\\ud800": []}}',
        b" " * 100_001,
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_in_words(client, upload):
    response = client.post(OPEN, {"file": BytesIO(upload)})

    assert response.status_code == 400
    assert [name for name, _ in response.context["errors"]] == ["file"]


@pytest.mark.parametrize("address", [OPEN, RESULT, FILE, PDF, DOCX])
def test_what_is_sent_is_never_put_aside_on_the_disk(client, address, monkeypatch):
    aside = []
    monkeypatch.setattr(TemporaryUploadedFile, "__init__", lambda *args, **more: aside.append(args))

    response = client.post(address, {"file": BytesIO(b" " * 3_000_000)})

    assert (response.status_code, response["Cache-Control"], aside) == (413, "no-store", [])
    assert "text/html" in response["Content-Type"]


@pytest.mark.parametrize("address", [OPEN, RESULT, FILE, PDF, DOCX])
def test_what_is_no_form_is_not_taken_for_one_without_answers(client, address):
    response = client.post(address, {"Q01": ["monitor"]}, content_type="application/json")

    assert (response.status_code, response["Cache-Control"]) == (400, "no-store")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_the_check_takes_no_other_methods(client, method):
    for address, methods in (
        (OPEN, "GET, HEAD, POST"),
        (RESULT, "GET, HEAD, POST"),
        (FILE, "POST"),
        (PDF, "POST"),
    ):
        response = client.generic(method, address)
        assert (response.status_code, response["Allow"]) == (405, methods)


@pytest.mark.parametrize("prefix", ["", "/de"])
def test_the_result_can_be_taken_along_as_a_paper(client, prefix):
    answers = {"Q26": ["scrape"], "Q12": ["crowd"], "situation": ["S-002"], "on": "2027-07-11"}
    page = client.post(prefix + RESULT, answers).context

    pdf, docx = client.post(prefix + PDF, answers), client.post(prefix + DOCX, answers)
    text = text_in(pdf.content)
    document = Document(BytesIO(docx.content))
    parts = [paragraph.text for paragraph in document.paragraphs]
    parts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]

    assert re.fullmatch(r'attachment; filename="check-\d{4}-\d\d-\d\d\.pdf"', pdf["Content-Disposition"])
    assert docx["Content-Disposition"].endswith('.docx"')
    assert page["flags"]
    for words in (
        page["title"],
        *(flag["title"] for flag in page["flags"]),
        *(reason["answer"] for flag in page["flags"] for reason in flag["raised_by"]),
        *(safeguard for flag in page["flags"] for safeguard in flag["safeguards"]),
        *(stop["answer"] for stop in page["stops"]),
        *(question["title"] for question in page["unanswered"]),
        *(change["title"] for change in page["law"].changes),
    ):
        assert squeezed(words) in squeezed(text)
        assert squeezed(words) in squeezed("".join(parts))
    stop = page["stops"][0]["answer"]
    assert text.index(stop) < text.index(page["flags"][0]["title"])
    assert client.post(prefix + PDF, answers).content == pdf.content


def squeezed(text):
    return "".join(text.split())


def test_wrong_answers_give_no_file_but_a_reason_and_lead_to_no_list(client):
    for address in (PDF, DOCX, FILE):
        response = client.post(address, {"Q01": ["nonsense"]})
        assert (response.status_code, response["Content-Type"]) == (400, "text/html; charset=utf-8")
        assert "Show the whole list" not in response.content.decode()


def test_a_long_name_is_cut_where_it_is_shown(client):
    response = client.post(RESULT, {"y" * 100_000: "x"})

    assert response.status_code == 400
    assert len(response.content) < 100_000


def test_the_questions_are_a_list_as_well(client):
    listed, filtered = client.get("/check/?view=list"), client.get("/check/?issue=I-060")

    assert 'href="/check/Q26/"' in listed.content.decode()
    assert filtered.status_code == 200
    assert client.get("/check/?nonsense=1").status_code == 400
    assert client.get("/check/", headers={"Accept": "text/csv"}).headers["Location"] == "/check.csv"
    assert client.get(RESULT).headers["Location"] == client.get(OPEN).headers["Location"] == "/check/"
    assert client.get("/de/check/result/").headers["Location"] == "/de/check/"
    assert client.get(FILE).status_code == 405


@pytest.mark.parametrize("record", ["/situations/S-001/", "/technologies/T-001/", "/practices/P-001/"])
def test_records_lead_to_the_check_behind_a_mark_that_no_server_sees(client, record):
    page = client.get(record, follow=True)

    assert f'href="/check/#{record.split("/")[2]}"' in page.content.decode()
