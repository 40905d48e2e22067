"""Two programs at the same moment: one wins, the other is told, and nothing is done twice."""

from functools import partial

import pytest
from django.core.cache import cache
from django.db import transaction

from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from media4sec.records.importing import drafting
from media4sec.records.models import Record, taken_identifiers
from media4sec.writing import saving, views
from media4sec.writing.models import SentRequest
from tests.factories import document_for, fresh, make, published
from tests.people import member, owned
from tests.test_turns import Elsewhere
from tests.test_writing import WORKING, Program, address_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def partner():
    cache.clear()
    return published("partner", title="A police force")


@pytest.fixture
def programs(partner):
    return [Program(member("publisher", partner=partner)) for _ in range(2)]


def at_once(*steps):
    return [step.finished() for step in [Elsewhere(step) for step in steps]]


def test_of_two_edits_with_one_etag_one_wins(programs, partner):  # gate 6.2
    record = owned(make("technology", title="At first"), partner)
    for turn in range(5):
        tag, document = programs[0].tag(record), working_document(fresh(record))
        titles = [f"{turn} {number}" for number in range(2)]

        answers = at_once(
            *(
                partial(program.put, record, document | {"title": title}, tag)
                for program, title in zip(programs, titles, strict=True)
            )
        )

        assert sorted(answer.status_code for answer in answers) == [200, 412]
        won = next(answer for answer in answers if answer.status_code == 200)
        lost = next(answer for answer in answers if answer.status_code == 412)
        assert working_document(fresh(record))["title"] == won.json()["title"]
        assert lost["ETag"] == won["ETag"] == programs[0].tag(record)
    assert fresh(record).edit_version == 6


def test_an_edit_waits_for_the_back_office_and_is_refused(programs, partner):
    record = owned(make("technology", title="At first"), partner)
    tag, document = programs[0].tag(record), working_document(record)
    with transaction.atomic():
        locked = Record.objects.select_for_update().get(pk=record.pk)
        writing = Elsewhere(lambda: programs[0].put(record, document | {"title": "By API"}, tag))
        assert writing.waits()
        type(record).objects.filter(pk=locked.pk).update(title="In the back-office")
        workflow.save_revision(fresh(record))

    assert writing.finished().status_code == 412
    assert working_document(fresh(record))["title"] == "In the back-office"


def test_two_new_records_get_two_identifiers(programs):
    documents = [document_for("technology", title=f"New {number}") for number in range(2)]
    for document in documents:
        del document["identifier"]

    answers = at_once(
        *(
            lambda program=program, document=document: program.send(
                "POST", f"{WORKING}/technologies", document
            )
            for program, document in zip(programs, documents, strict=True)
        )
    )

    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["identifier"] for answer in answers}) == 2
    assert Record.objects.filter(kind_name="technology").count() == 2


def test_whose_next_identifier_is_taken_before_it_is_checked_gets_the_one_after(programs, monkeypatch):
    document = document_for("technology", title="New")
    del document["identifier"]
    make("technology", identifier="T-001")
    seen = iter([set()])  # as it was before the other one came
    monkeypatch.setattr(drafting, "taken_identifiers", lambda *asked: next(seen, taken_identifiers(*asked)))

    answer = programs[0].send("POST", f"{WORKING}/technologies", document)

    assert answer.status_code == 201
    assert Record.objects.filter(kind_name="technology").count() == 2


def test_one_identifier_is_given_once(programs):
    document = document_for("technology")

    answers = at_once(
        *(
            lambda program=program: program.send("POST", f"{WORKING}/technologies", document)
            for program in programs
        )
    )

    assert sorted(answer.status_code for answer in answers)[0] == 201
    assert sorted(answer.status_code for answer in answers)[1] in (409, 422)
    assert Record.objects.filter(kind_name="technology").count() == 1


def test_one_key_at_the_same_moment_is_one_record(programs):
    document = document_for("technology")
    del document["identifier"]
    send = lambda: programs[0].send("POST", f"{WORKING}/technologies", document, key="a")  # noqa: E731

    answers = at_once(send, send, send)

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert Record.objects.filter(kind_name="technology").count() == 1
    again = send()
    assert again.status_code == 201
    assert again.json()["identifier"] == Record.objects.get(kind_name="technology").identifier


def test_two_steps_at_the_same_moment_are_one(programs, partner):
    record = owned(make("technology"), partner)
    tag = programs[0].tag(record)

    answers = at_once(*(lambda program=program: program.step(record, "submit", tag) for program in programs))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert fresh(record).state == "in-review"
    assert programs[0].get(f"{address_of(record)}/steps").json()["state"] == "in-review"


def test_a_step_is_not_taken_with_a_version_that_nobody_saw(programs, partner):
    record = owned(make("technology"), partner)
    tag = programs[0].tag(record)
    programs[1].patch(record, {"title": "Another"})

    response = programs[0].step(record, "publish", tag)

    assert response.status_code == 412
    assert fresh(record).public_state == ""


def test_a_request_that_fails_leaves_nothing(programs, monkeypatch):  # gate 6.1
    document = document_for("technology")

    def broken(*args, **named):
        saving.add_copy(*args, **named)
        raise ZeroDivisionError

    monkeypatch.setattr(views, "add_copy", broken)
    programs[0].client.raise_request_exception = False

    response = programs[0].send("POST", f"{WORKING}/technologies", document, key="a")

    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
    assert "no-store" in response["Cache-Control"]
    assert not response.has_header("Access-Control-Allow-Origin")
    assert not Record.objects.filter(kind_name="technology").exists()
    assert not SentRequest.objects.exists()
