"""Working copies by API: a partner's system can do what an editor can, no more, and loses nobody's edit."""

import hashlib
import json
import re
import shlex
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from media4sec.accounts.models import Token
from media4sec.accounts.tokens import make_token
from media4sec.kinds import kinds
from media4sec.records import rechecks, workflow
from media4sec.records.documents.reading import working_document
from media4sec.records.importing import planning
from media4sec.records.importing.reading import MOST_TOLD
from media4sec.records.models import Appointment, AuditEntry, Record, Revision, StoredFile, Team, specific
from media4sec.records.step_forms import RECORD_STEPS
from media4sec.writing.models import SentRequest
from media4sec.writing.once import GIVEN_UP
from tests.factories import document_for, fresh, make, make_full, publish, published, save, source
from tests.files import file_part, pdf, picture
from tests.people import administrator, logged_in, member, owned

pytestmark = pytest.mark.django_db
WORKING = "/api/v1/working"
ALL = ["write", "review", "publish"]


@pytest.fixture(autouse=True)
def empty_counters():
    cache.clear()


@pytest.fixture
def partner():
    return published("partner", title="A police force")


class Program:
    """A partner's system, with the token of somebody."""

    def __init__(self, user, scopes=ALL):
        _, secret = make_token(user, f"Token {Token.objects.count()}", scopes, 30)
        self.user, self.client = user, Client(headers={"authorization": f"Bearer {secret}"})

    def get(self, address, **query):
        return self.client.get(address, query)

    def send(self, method, address, body, *, tag=None, key=None, media_type="application/json", **headers):
        headers |= {"if-match": tag} if tag else {}
        headers |= {"idempotency-key": key} if key else {}
        sent = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return self.client.generic(method, address, sent, media_type, headers=headers)

    def put(self, record, body, tag=None, **more):
        tag = self.tag(record) if tag is None else tag
        return self.send("PUT", address_of(record), body, tag=tag, **more)

    def patch(self, record, body, tag=None, **more):
        tag = self.tag(record) if tag is None else tag
        return self.send(
            "PATCH", address_of(record), body, tag=tag, media_type="application/merge-patch+json", **more
        )

    def step(self, record, name, tag=None, key=None, **body):
        tag = self.tag(record) if tag is None else tag
        return self.send("POST", f"{address_of(record)}/steps/{name}", body, tag=tag, key=key)

    def tag(self, record):
        return self.get(address_of(record)).get("ETag", '"none"')


def address_of(record):
    return f"{WORKING}/{fresh(record).kind.plural}/{record.identifier}"


def pointers(response):
    """What is wrong with what was sent, by place."""
    assert response["Content-Type"] == "application/problem+json"
    return {error["pointer"]: error["detail"] for error in response.json()["errors"]}


@pytest.fixture
def writer(partner):
    return Program(member("contributor", partner=partner, name="anna"))


@pytest.fixture
def publisher(partner):
    return Program(member("publisher", partner=partner, name="petra"))


@pytest.fixture
def draft(partner):
    return owned(make("technology", title="A tool"), partner)


# Reading


def test_it_says_whose_token_it_is_and_what_there_is(writer):
    found = writer.get(WORKING).json()

    assert (found["account"], found["scopes"]) == (writer.user.email, ["read", *ALL])
    assert len(found["kinds"]) == len(kinds())
    assert {one["kind"]: one["may_add"] for one in found["kinds"]} == {
        kind.name: not kind.is_editorial for kind in kinds()
    }
    assert all(writer.get(one["url"].partition("8000")[2]).status_code == 200 for one in found["kinds"])


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_a_document_is_the_one_of_export_and_sent_back_makes_no_version(kind):  # gate 6
    record = make_full(kind)
    program = Program(member("publisher"))

    found = program.get(address_of(record))
    sent = program.put(record, found.content, found["ETag"])
    patched = program.patch(record, {"title": record.title}, found["ETag"])

    assert found.json() == working_document(record)
    for answer in (sent, patched):
        assert (answer.status_code, answer["ETag"], answer.json()) == (200, found["ETag"], found.json())
    assert (record.revisions.count(), fresh(record).state) == (1, "draft")
    assert not AuditEntry.objects.filter(actor=program.user.email, action="saved").exists()


def test_lists_have_what_one_may_see_page_by_page(writer, partner):
    own = [owned(make("technology"), partner) for _ in range(5)]
    make("technology")
    address, seen = f"{WORKING}/technologies?limit=2", []
    while address:
        page = writer.get(address.replace("http://127.0.0.1:8000", ""))
        seen += page.json()["results"]
        address = page.json()["next"]
        assert page.get("Link", "") == (f'<{address}>; rel="next"' if address else "")

    assert [one["identifier"] for one in seen] == sorted(record.identifier for record in own)
    assert {one["owner"] for one in seen} == {partner.identifier}
    assert [one["etag"] for one in seen] == [
        writer.tag(record) for record in sorted(own, key=lambda one: one.identifier)
    ]


def test_lists_are_narrowed_by_state_and_time(writer, partner, draft):
    other = owned(make("technology"), partner)
    workflow.submit(other)
    Revision.objects.filter(record=draft.pk).update(saved_at=timezone.now() - timedelta(days=3))

    def listed(**query):
        return [one["identifier"] for one in writer.get(f"{WORKING}/technologies", **query).json()["results"]]

    assert listed() == sorted([draft.identifier, other.identifier])
    assert listed(state="draft") == [draft.identifier]
    assert listed(state="in-review") == [other.identifier]
    yesterday = timezone.now() - timedelta(days=1)
    assert listed(updated_since=yesterday.isoformat()) == [other.identifier]
    assert listed(updated_since=yesterday.date().isoformat()) == [other.identifier]
    assert listed(updated_since=yesterday.isoformat(), state="draft") == []


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("nothing=1", "nothing"),
        ("state=gone", "state"),
        ("state=draft&state=draft", "state"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=²", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=", "cursor"),
        ("cursor=%00", "cursor"),
        ("updated_since=yesterday", "updated_since"),
        ("updated_since=2026-11-29T08:00:00", "updated_since"),
        ("updated_since=2026-02-30", "updated_since"),
        ("updated_since=0001-01-01T00:00:00%2B14:00", "updated_since"),
    ],
)
def test_unknown_parameters_are_named(writer, query, name):
    response = writer.get(f"{WORKING}/technologies?{query}")

    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [name]


@pytest.mark.parametrize("end", ["", "/steps", "/revisions/1", "?note=a"])
def test_addresses_without_parameters_take_none(writer, draft, end):
    assert writer.get(f"{address_of(draft)}{end.partition('?')[0]}", note="a").status_code == 400


def test_versions_are_there_with_their_authors(writer, draft, partner):
    writer.patch(draft, {"title": "Another"})
    publish(fresh(draft))

    found = writer.get(f"{address_of(draft)}/revisions").json()["results"]
    first = writer.get(f"{address_of(draft)}/revisions/1").json()

    assert [(one["version"], one["is_public"], one["saved_by"]) for one in found] == [
        (2, True, writer.user.email),
        (1, False, "a command"),
    ]
    assert first["title"] == "A tool"
    assert writer.get(f"{address_of(draft)}/revisions/3").status_code == 404
    page = writer.get(f"{address_of(draft)}/revisions", limit=1).json()
    assert [one["version"] for one in page["results"]] == [2]
    following = writer.get(page["next"].replace("http://127.0.0.1:8000", "")).json()
    assert ([one["version"] for one in following["results"]], following["next"]) == ([1], None)


def test_an_unchanged_copy_is_not_sent_again(writer, draft):
    tag = writer.tag(draft)

    response = writer.client.get(address_of(draft), headers={"if-none-match": tag})

    assert (response.status_code, response.content, response["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize(
    "address",
    ["", "/technologies", "/technologies/{}", "/technologies/{}/steps", "/technologies/{}/revisions"],
)
def test_what_is_asked_costs_the_same_however_much_there_is(
    writer, partner, draft, address, django_assert_max_num_queries
):
    for _ in range(8):
        owned(make("technology"), partner)
        save({**working_document(draft), "title": str(timezone.now())}, "technology", fresh(draft))

    with django_assert_max_num_queries(30):
        assert writer.get(WORKING + address.format(draft.identifier)).status_code == 200


# Adding


def test_a_record_is_added_as_a_draft_of_the_team(writer, partner):
    document = document_for("technology", title="New", tags=["a"], sources=[source()])
    del document["identifier"]

    response = writer.send("POST", f"{WORKING}/technologies?note=From+our+system", document)

    [record] = Record.objects.filter(kind_name="technology", title="New")
    assert response.status_code == 201
    assert response["Location"] == f"http://127.0.0.1:8000{WORKING}/technologies/{record.identifier}"
    assert response["ETag"] == writer.get(f"{WORKING}/technologies/{record.identifier}")["ETag"]
    assert response.json() == working_document(record)
    assert (record.owner_id, record.state, record.public_state) == (partner.pk, "draft", "")
    [revision] = record.revisions.all()
    assert (revision.saved_by, revision.note) == (writer.user, "From our system")
    [entry] = AuditEntry.objects.filter(action="saved", identifier=record.identifier)
    assert (entry.actor, entry.note) == (writer.user.email, "From our system")


@pytest.mark.parametrize(
    ("wrong", "places"),
    [
        ({"a/b.c": 1, "d~e": 2}, {"/a~1b.c", "/d~0e"}),
        ({"lens": "?", "title": ""}, {"/lens", "/title"}),
        ({"themes": ["no-such-theme"]}, {"/themes"}),
        ({"sources": [{"url": "https://example.org/"}, {"url": "no address"}]}, {"/sources/1/url"}),
        ({"tags": ["x", "x"]}, {"/tags"}),
        ({"checked_on": "2026-05-03", "review_due": "2026-05-02"}, {"/review_due"}),
        ({"identifier": "X 1"}, {"/identifier"}),
    ],
)
def test_what_is_wrong_is_said_by_place_and_nothing_is_written(writer, wrong, places):
    response = writer.send("POST", f"{WORKING}/technologies", document_for("technology") | wrong)

    assert response.status_code == 422
    assert pointers(response).keys() == places
    assert not Record.objects.filter(kind_name="technology").exists()


def test_the_state_is_no_part_of_what_is_sent(writer):
    response = writer.send(
        "POST", f"{WORKING}/technologies", document_for("technology") | {"state": "published"}
    )

    assert pointers(response).keys() == {"/state"}


def test_an_identifier_is_taken_once(writer, partner, draft):
    foreign = make("technology")
    for record in (draft, foreign):
        response = writer.send(
            "POST", f"{WORKING}/technologies", document_for("technology") | {"identifier": record.identifier}
        )
        assert pointers(response) == {"/identifier": f"{record.identifier} is taken."}
    assert fresh(draft).edit_version == 1


def test_whose_record_it_is_is_asked_where_it_is_not_clear(partner):
    other, foreign = published("partner"), published("partner")
    user = member("contributor", partner=partner)
    user.memberships.create(team=Team.objects.create(owner=other), role="contributor")
    user.memberships.create(team=Team.objects.create(owner=foreign), role="administrator")
    program, address = Program(user), f"{WORKING}/technologies"

    assert (
        program.send("POST", address, document_for("technology")).json()["errors"][0]["parameter"] == "owner"
    )
    for identifier in (foreign.identifier, "nobody", make("partner").identifier):
        refused = program.send("POST", f"{address}?owner={identifier}", document_for("technology"))
        assert refused.json()["detail"] == "owner: You may not add records for such a partner."
    made = program.send("POST", f"{address}?owner={other.identifier}", document_for("technology"))
    assert made.status_code == 201
    assert (
        Record.objects.get(identifier=made.json()["identifier"], kind_name="technology").owner_id == other.pk
    )


def test_the_office_adds_what_is_its_own(writer):
    office, root = Program(member("contributor")), Program(administrator())
    address = f"{WORKING}/themes"

    assert writer.send("POST", address, document_for("theme")).status_code == 403
    for program in (office, root):
        assert program.send("POST", address, document_for("theme")).status_code == 201
        assert program.send("POST", f"{address}?owner=x", document_for("theme")).status_code == 400
    assert office.send("POST", f"{WORKING}/technologies", document_for("technology")).status_code == 201


# Changing


def test_a_whole_document_is_put_in_the_place_of_another(writer, draft):
    document = working_document(draft) | {"title": "Another", "notes": ["One."], "tags": ["b"]}

    response = writer.put(draft, document)

    assert response.status_code == 200
    assert response.json() == working_document(draft)
    assert (response.json()["title"], response.json()["notes"], response.json()["tags"]) == (
        "Another",
        ["One."],
        ["b"],
    )
    assert response["ETag"] == writer.tag(draft)
    assert (fresh(draft).edit_version, draft.revisions.first().saved_by) == (2, writer.user)


def test_what_a_document_leaves_out_is_named_and_not_emptied(writer, draft):
    document = working_document(draft)
    del document["notes"], document["themes"]

    response = writer.put(draft, document)

    assert response.status_code == 422
    assert pointers(response) == dict.fromkeys(["/themes", "/notes"], "This field is missing.")


def test_a_patch_changes_what_it_names(writer, draft):
    before = working_document(draft)

    response = writer.patch(draft, {"title": "Another", "summary": None, "checked_on": None, "tags": None})

    assert response.status_code == 200
    changed = {name for name, value in response.json().items() if value != before[name]}
    assert changed <= {"title", "summary", "checked_on", "tags", "review_due"}
    assert (response.json()["title"], response.json()["summary"], response.json()["tags"]) == (
        "Another",
        "",
        [],
    )


def test_what_was_published_is_edited_beside_it(writer, draft, client):
    record = publish(draft)

    assert writer.patch(record, {"title": "Not public yet"}).status_code == 200

    assert (fresh(record).state, fresh(record).public_state) == ("draft", "published")
    assert client.get(f"/api/v1/technologies/{record.identifier}").json()["title"] == "A tool"


@pytest.mark.parametrize("method", ["put", "patch"])
def test_an_identifier_is_for_ever(writer, draft, method):
    response = getattr(writer, method)(draft, working_document(draft) | {"identifier": "T-999"})

    assert pointers(response) == {
        "/identifier": f"This is the address of {draft.identifier}, whose identifier is for ever."
    }


def test_without_the_version_that_was_seen_nothing_is_changed(writer, draft):
    address, document = address_of(draft), working_document(draft) | {"title": "Another"}
    step = f"{address}/steps/submit"

    for tag in (None, "*", ""):
        for method, where in (("PUT", address), ("POST", step)):
            assert writer.send(method, where, document if method == "PUT" else {}, tag=tag).status_code == 428
    for tag in ('"none"', f"W/{writer.tag(draft)}", "1", '"1"'):
        for method, where in (("PUT", address), ("POST", step)):
            response = writer.send(method, where, document if method == "PUT" else {}, tag=tag)
            assert (response.status_code, response["ETag"]) == (412, writer.tag(draft))
    assert fresh(draft).edit_version == 1
    assert fresh(draft).state == "draft"
    assert writer.put(draft, document, f'"a", {writer.tag(draft)}').status_code == 200


def test_an_edit_of_somebody_else_is_not_written_over(writer, draft):
    tag = writer.tag(draft)
    save({**working_document(draft), "title": "In the back-office"}, "technology", draft)

    response = writer.put(draft, working_document(draft) | {"title": "By API"}, tag)

    assert response.status_code == 412
    assert working_document(draft)["title"] == "In the back-office"


def test_a_number_that_returns_with_a_backup_is_another_version(writer, draft):
    tag = writer.tag(draft)
    Revision.objects.filter(record=draft.pk).update(saved_at=timezone.now() - timedelta(days=1))

    assert writer.patch(draft, {"title": "Another"}, tag).status_code == 412


# Whom one can name


def test_drafts_of_others_can_be_named_as_little_as_what_there_is_not(writer, partner, draft):
    secret = owned(make("organisation", title="Xqsecretzw"), published("partner"))
    own, public = owned(make("organisation"), partner), published("organisation")

    names = (secret.identifier, "no-such")
    refused = [writer.patch(draft, {"makers": [name]}) for name in names]
    taken = writer.patch(draft, {"makers": [own.identifier, public.identifier]})

    assert [answer.status_code for answer in refused] == [422, 422]
    texts = [
        answer.content.decode().replace(name, "…")
        for answer, name in zip(refused, (secret.identifier, "no-such"), strict=True)
    ]
    assert texts[0] == texts[1]
    assert taken.json()["makers"] == [own.identifier, public.identifier]


def test_files_of_others_cannot_be_named(writer, draft):
    part = file_part(key="a")

    response = writer.patch(draft, {"files": [part]})

    assert response.status_code == 422
    assert "There is no stored file" in response.json()["errors"][0]["detail"]


# Files


def send_file(program, record, content, media_type="image/png", **more):
    return program.send("POST", f"{address_of(record)}/files", content, media_type=media_type, **more)


def shown(digest, **more):
    return {"key": "map", "file": {"digest": digest}, "alt": "A map", "licence": "CC BY 4.0"} | more


def test_a_picture_is_sent_named_replaced_and_taken_away(writer, draft):
    first, second = (send_file(writer, draft, picture()).json() for _ in range(2))
    assert fresh(draft).edit_version == 1

    for sent in (first, second):
        answer = writer.patch(draft, {"files": [shown(sent["digest"])]})
        assert answer.status_code == 200
        assert answer.json()["files"][0]["file"] == sent
    content = writer.get(f"{address_of(draft)}/files/{second['digest']}")
    assert content["Content-Type"] == "image/png"
    assert hashlib.sha256(b"".join(content)).hexdigest() == second["digest"]
    assert "sandbox" in content["Content-Security-Policy"]
    assert "no-store" in content["Cache-Control"]
    assert writer.get(f"{address_of(draft)}/files/{first['digest']}").status_code == 404  # no longer named

    assert writer.patch(draft, {"files": []}).json().get("files", []) == []
    assert writer.get(f"{address_of(draft)}/files/{second['digest']}").status_code == 404


def test_a_pdf_is_for_records_that_are_about_documents(writer, partner, draft):
    sent = send_file(writer, draft, pdf("One page"), "application/pdf")
    assert (sent.status_code, sent.json()["pages"]) == (201, 1)

    assert writer.patch(draft, {"files": [shown(sent.json()["digest"])]}).status_code == 422
    report = owned(make("deliverable"), partner)
    assert writer.patch(report, {"files": [shown(sent.json()["digest"])]}).status_code == 200


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"<svg/>", "image/svg+xml", 415),
        (b"{}", "application/json", 415),
        (b" ", "image/png", 422),
        (b"%PDF-", "image/png", 422),
        (b"GIF89a", "image/png", 422),
        (b"not a PDF", "application/pdf", 422),
        (bytes(10_000_001), "image/png", 413),
    ],
)
def test_what_is_no_picture_is_refused(writer, draft, content, media_type, status):
    response = send_file(writer, draft, content, media_type)

    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert not StoredFile.objects.exists()
    compressed = send_file(writer, draft, picture(), **{"content-encoding": "gzip"})
    assert compressed.status_code == 415


def test_a_full_team_sends_no_more(writer, draft, settings):
    settings.FILES_QUOTA_MB = 0
    assert "no room" in send_file(writer, draft, picture()).json()["detail"]


def test_what_two_teams_sent_each_may_name(writer, draft):
    others, content = published("partner", title="A university"), picture()
    their = owned(make("technology"), others)
    digest = send_file(Program(member("contributor", partner=others)), their, content).json()["digest"]
    assert writer.patch(draft, {"files": [shown(digest)]}).status_code == 422  # it is not there

    assert send_file(writer, draft, content).json()["digest"] == digest
    assert writer.patch(draft, {"files": [shown(digest)]}).status_code == 200


# Comments


def comment(program, record, text, key=None, **more):
    return program.send("POST", f"{address_of(record)}/comments", {"text": text} | more, key=key)


def on_comment(program, said, name, **body):
    return program.send("POST", f"{said['url'].removeprefix(settings.BASE_URL)}/{name}", body)


def comments_on(program, record):
    return program.get(f"{address_of(record)}/comments").json()["results"]


def test_a_comment_is_written_answered_resolved_and_opened_again(writer, publisher, draft):
    made = comment(publisher, draft, "Is it not from the Netherlands?", field="country")
    said = made.json()
    assert (made.status_code, made["Location"]) == (201, said["url"])
    on_comment(writer, said, "answer", text="It is.")
    writer.patch(draft, {"country": "NL"})

    [found] = comments_on(writer, draft)

    assert (found["field"], found["version"], found["has_changed"]) == ("country", 1, True)
    assert (found["text"], found["written_by"]) == (said["text"], publisher.user.get_username())
    assert [(one["text"], one["written_by"]) for one in found["answers"]] == [
        ("It is.", writer.user.get_username())
    ]
    resolved = on_comment(writer, said, "resolve").json()
    assert (resolved["resolved_at"] is not None, resolved["resolved_by"]) == (
        True,
        writer.user.get_username(),
    )
    assert on_comment(writer, said, "answer", text="And?").status_code == 409
    assert on_comment(writer, said, "reopen").json()["resolved_at"] is None
    assert fresh(draft).edit_version == 2  # comments are no versions


def test_a_text_is_removed_by_who_wrote_it_and_by_reviewers(writer, publisher, draft):
    said = comment(publisher, draft, "Secret.").json()
    here = said["url"].removeprefix(settings.BASE_URL)
    answer = on_comment(writer, said, "answer", text="Mine.").json()["answers"][0]

    assert writer.client.delete(here).status_code == 403
    assert writer.client.delete(f"{address_of(draft)}/comments/{answer['id']}").status_code == 204
    assert publisher.client.delete(here).status_code == 204
    [found] = comments_on(writer, draft)
    assert (found["text"], found["answers"][0]["text"]) == ("", "")


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({}, ["/text"]),
        ({"text": " "}, ["/text"]),
        ({"text": 5, "field": []}, ["/field", "/text"]),
        ({"text": "x" * 2_001}, ["/text"]),
        ({"text": "A\0"}, ["/text"]),
        ({"text": "A", "field": "colour"}, ["/field"]),
        ({"text": "A", "about": "country"}, ["/about"]),
    ],
)
def test_what_no_comment_can_say_is_named(writer, draft, body, places):
    response = writer.send("POST", f"{address_of(draft)}/comments", body)

    assert response.status_code == 422
    assert sorted(pointers(response)) == places
    assert comments_on(writer, draft) == []


def test_comments_of_other_records_are_not_there(writer, draft, partner):
    said = comment(writer, draft, "Here.").json()
    other = owned(make("technology"), partner)

    for number in (said["id"], 0, 10**30):
        there = f"{address_of(other)}/comments/{number}"
        assert [writer.get(there).status_code, writer.client.delete(there).status_code] == [404, 404]
        assert writer.send("POST", f"{there}/resolve", {}).status_code == 404
    assert writer.send("POST", f"{address_of(draft)}/comments/{said['id']}/praise", {}).status_code == 404


def test_a_comment_sent_twice_under_its_key_is_there_once(writer, draft):
    answers = [comment(writer, draft, "Once.", key="a") for _ in range(2)]
    assert answers[0].content == answers[1].content
    comment(writer, draft, "Another.")
    assert len(comments_on(writer, draft)) == 2


# Steps


def test_the_steps_are_those_of_the_back_office(publisher, draft):
    found = publisher.get(f"{address_of(draft)}/steps").json()

    assert (found["state"], found["version"], found["etag"]) == ("draft", 1, publisher.tag(draft))
    assert [step["name"] for step in found["steps"]] == [
        "checked",
        "submit",
        "publish",
        "schedule",
        "merge-draft",
        "discard",
    ]
    asks = {step["name"]: [(one["name"], one["type"]) for one in step["asks"]] for step in found["steps"]}
    assert asks["schedule"] == [("at", "date-time"), ("note", "text")]
    assert ("read", "list of texts") in asks["checked"]


def test_a_record_goes_its_way(writer, publisher, draft, client):
    public = f"/api/v1/technologies/{draft.identifier}"

    submitted = writer.step(draft, "submit", note="Please look.")
    assert (submitted.status_code, submitted.json()["state"]) == (200, "in-review")
    assert publisher.step(draft, "send-back", reason="More.").json()["state"] == "draft"
    assert writer.step(draft, "submit").status_code == 200
    assert publisher.step(draft, "approve").json()["state"] == "approved"
    assert client.get(public).status_code == 404
    assert publisher.step(draft, "publish", note="Now.").json()["public_state"] == "published"
    assert client.get(public).status_code == 200
    other = published("technology")
    gone = publisher.step(draft, "withdraw", reason="Outdated.", successor=f"technology:{other.identifier}")
    assert gone.json()["public_state"] == "withdrawn"
    assert client.get(public).json()["reason"] == "Outdated."
    assert publisher.step(draft, "restore").json()["public_state"] == "published"
    assert (
        publisher.step(draft, "merge", into=f"technology:{other.identifier}").json()["public_state"]
        == "merged"
    )
    steps = AuditEntry.objects.filter(identifier=draft.identifier, kind_name="technology").exclude(actor="")
    assert list(steps.order_by("pk").values_list("action", flat=True)) == [
        *("submitted", "sent-back", "submitted", "approved", "published", "withdrawn", "restored", "merged")
    ]


def test_an_appointment_is_made_for_a_moment_and_taken_back(publisher, draft):
    at = (timezone.now() + timedelta(days=2)).replace(microsecond=0)

    assert publisher.step(draft, "schedule", at=at.isoformat()).status_code == 200
    assert Appointment.objects.get().at == at
    assert publisher.step(draft, "unschedule").status_code == 200
    for wrong in (
        "tomorrow",
        "2026-12-01T09:00:00",
        5,
        None,
        (timezone.now() - timedelta(days=1)).isoformat(),
    ):
        assert publisher.step(draft, "schedule", at=wrong).status_code in (409, 422), wrong
    assert not Appointment.objects.exists()


def test_the_hour_that_the_clock_shows_twice_is_no_riddle(publisher, draft):
    assert publisher.step(draft, "schedule", at="2040-10-28T00:30:00Z").status_code == 200
    assert Appointment.objects.get().at.isoformat() == "2040-10-28T00:30:00+00:00"


def test_a_record_is_confirmed_with_the_sources_that_were_read(writer, partner):
    record = owned(
        make(
            "technology", sources=[source(url="https://example.org/a"), source(url="https://example.org/b")]
        ),
        partner,
    )

    assert pointers(writer.step(record, "checked", read=["https://example.org/c"])).keys() == {"/read"}
    assert writer.step(record, "checked", read=["https://example.org/b"]).status_code == 200

    today = timezone.localdate().isoformat()
    document = working_document(record)
    assert document["checked_on"] == today
    assert [one["accessed_on"] == today for one in document["sources"]] == [False, True]


def test_a_change_of_law_is_dismissed_by_name(writer, partner):
    law = published("instrument")
    issue = owned(make("issue", instruments=[law.identifier]), partner)
    law = save({**working_document(law), "status": "Amended"}, "instrument", law)
    publish(law)
    [asked] = [
        step for step in writer.get(f"{address_of(issue)}/steps").json()["steps"] if step["name"] == "dismiss"
    ]

    name = f"instrument:{law.identifier}"
    assert next(one["values"] for one in asked["asks"] if one["name"] == "changes") == [name]
    assert (
        writer.step(issue, "dismiss", changes=[name], reason="It is about something else.").status_code == 200
    )
    assert not rechecks.Recheck.objects.exists()


def test_a_draft_is_thrown_away(publisher, draft):
    response = publisher.step(draft, "discard", note="Twice.")

    assert (response.status_code, response.content) == (204, b"")
    assert publisher.get(f"{WORKING}/technologies/{draft.identifier}").status_code == 404


@pytest.mark.parametrize(
    ("name", "body", "places"),
    [
        ("withdraw", {}, {"/reason"}),
        ("withdraw", {"reason": 5}, {"/reason"}),
        ("withdraw", {"reason": "a\u202eb"}, {"/reason"}),
        ("withdraw", {"reason": "A.", "successor": "technology:T-none"}, {"/successor"}),
        ("withdraw", {"reason": "A.", "successor": ["a"]}, {"/successor"}),
        ("withdraw", {"reason": "A.", "what": 1}, {"/what"}),
        ("merge", {}, {"/into"}),
        ("checked", {"read": "a"}, {"/read"}),
        ("checked", {"read": ["\ud800"]}, {"/read"}),
        ("checked", {"\ud800": 1}, {"/"}),
        ("checked", {"seen": True}, {"/seen"}),
        ("checked", {"seen": 10**30}, set()),
    ],
)
@pytest.mark.once
def test_what_a_step_asks_must_be_said(publisher, draft, name, body, places):
    record = publish(draft)

    response = publisher.step(record, name, **body)

    if places:
        assert response.status_code == 422
        assert pointers(response).keys() == places
        assert fresh(record).public_state == "published"
    else:
        assert response.status_code < 500


@pytest.mark.parametrize("end", ["", "/steps/checked"])
def test_unknown_fields_are_told_in_their_order_and_not_without_end(writer, draft, end):
    names = [f"a{number}" for number in range(1_500)]
    method, media_type = ("POST", "application/json") if end else ("PATCH", "application/merge-patch+json")

    response = writer.send(
        method,
        address_of(draft) + end,
        dict.fromkeys(["y" * 10_000, *names], "A."),
        tag=writer.tag(draft),
        media_type=media_type,
    )

    assert response.status_code == 422
    assert [*pointers(response)] == [f"/{'y' * 60}…", *(f"/{name}" for name in names[:999])]


def test_no_more_names_are_looked_for_than_are_told(writer, draft, monkeypatch):
    looked_for, nearest = [], planning._nearest
    monkeypatch.setattr(
        planning, "_nearest", lambda name, known: looked_for.append(name) or nearest(name, known)
    )

    response = writer.patch(draft, {f"a{number}": 1 for number in range(3_000)})

    assert len(looked_for) == len(pointers(response)) == MOST_TOLD


def test_what_a_step_does_not_ask_now_is_passed_over(publisher, draft):
    assert publisher.step(draft, "publish", is_editorial=False).status_code == 200


def test_a_successor_is_one_that_may_be_named(publisher, draft):
    record, secret = publish(draft), owned(make("technology"), published("partner"))

    response = publisher.step(record, "withdraw", reason="A.", successor=f"technology:{secret.identifier}")

    assert response.status_code == 422
    assert (
        response.json()["errors"][0]["detail"]
        == "There is no such record that you can name here: kind:identifier."
    )


def test_a_step_that_is_not_possible_is_refused(publisher, draft):
    for name in ("approve", "restore", "withdraw", "unschedule"):
        response = (
            publisher.step(draft, name, reason="A.") if name == "withdraw" else publisher.step(draft, name)
        )
        assert response.status_code == 409, name
    assert publisher.step(draft, "no-such-step").status_code == 404
    assert publisher.step(draft, "submit").status_code == 200
    assert publisher.step(draft, "submit").status_code == 409


def test_four_eyes_count_here_too(partner, draft):  # gate 3.6
    Team.objects.filter(owner=partner).update(needs_approval=True)
    Team.objects.get_or_create(owner=partner, defaults={"needs_approval": True})
    alone = Program(member("publisher", partner=partner))
    alone.patch(draft, {"title": "Another"})

    assert alone.step(draft, "publish").status_code == 409
    alone.step(draft, "submit")
    refused = alone.step(draft, "approve")
    assert (refused.status_code, "somebody else must approve" in refused.json()["detail"]) == (409, True)


def test_confirming_publishes_only_with_a_token_for_that(partner, draft):
    record, user = publish(draft), member("publisher", partner=partner)

    assert Program(user, ["write"]).step(record, "checked").json()["state"] == "draft"

    record = publish(fresh(record))
    assert Program(user, ["write", "publish"]).step(record, "checked").json()["state"] == "published"


# Sent twice, done once


def test_a_request_with_a_key_is_done_once(writer):
    document = document_for("technology")
    del document["identifier"]
    answers = [writer.send("POST", f"{WORKING}/technologies", document, key="a-1") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    for name in ("Location", "ETag"):
        assert answers[0][name] == answers[1][name]
    assert answers[0].content == answers[1].content
    assert Record.objects.filter(kind_name="technology").count() == 1


def test_a_key_of_another_request_is_refused(writer):
    address = f"{WORKING}/technologies"
    writer.send("POST", address, document_for("technology"), key="a")

    for where in (address, f"{address}?note=a"):
        response = writer.send("POST", where, document_for("technology", title="Other"), key="a")
        assert response.status_code == 422
        assert "Take a new one" in response.json()["detail"]
    assert Record.objects.filter(kind_name="technology").count() == 1


def test_a_key_is_ones_own(writer, publisher):
    document = document_for("technology")
    del document["identifier"]

    for program in (writer, publisher):
        assert program.send("POST", f"{WORKING}/technologies", document, key="a").status_code == 201

    assert Record.objects.filter(kind_name="technology").count() == 2


def test_what_was_refused_can_be_mended_under_its_key(writer):
    address, document = f"{WORKING}/technologies", document_for("technology")

    assert writer.send("POST", address, document | {"lens": "?"}, key="a").status_code == 422
    assert not SentRequest.objects.exists()
    assert writer.send("POST", address, document, key="a").status_code == 201


def test_a_step_sent_twice_is_answered_twice(publisher, draft):
    tag, address = publisher.tag(draft), f"{address_of(draft)}/steps/discard"

    answers = [publisher.send("POST", address, {}, tag=tag, key="a") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert AuditEntry.objects.filter(action="discarded").count() == 1


def test_who_left_the_team_is_not_answered_again(writer, partner):
    writer.user.memberships.create(team=Team.objects.get_or_create(owner=None)[0], role="contributor")
    address, document = f"{WORKING}/technologies?owner={partner.identifier}", document_for("technology")
    assert writer.send("POST", address, document, key="a").status_code == 201
    assert writer.send("POST", address, document, key="a").status_code == 201

    writer.user.memberships.filter(team__owner=partner).delete()

    assert writer.send("POST", address, document, key="a").status_code == 404


def test_nothing_is_kept_of_what_was_thrown_away(publisher):
    publisher.send("POST", f"{WORKING}/technologies", document_for("technology"), key="a")
    [record] = specific(Record.objects.filter(kind_name="technology"))
    publisher.step(record, "discard", key="b")

    assert list(SentRequest.objects.values_list("key", "status", "body")) == [("b", 204, "")]


def test_what_is_still_worked_on_is_not_done_twice(writer):
    address, document = f"{WORKING}/technologies", document_for("technology")
    writer.send("POST", address, document, key="a")
    Record.objects.filter(kind_name="technology").first()
    SentRequest.objects.update(status=None, body="")

    busy = writer.send("POST", address, document, key="a")
    assert (busy.status_code, busy["Retry-After"]) == (409, "1")
    SentRequest.objects.update(begun_at=timezone.now() - GIVEN_UP - timedelta(seconds=1))
    assert pointers(writer.send("POST", address, document, key="a")).keys() == {"/identifier"}  # begun anew


def test_keys_are_forgotten_after_a_day(writer):
    address = f"{WORKING}/technologies"
    writer.send("POST", address, document_for("technology"), key="a")
    SentRequest.objects.update(begun_at=timezone.now() - timedelta(hours=25))

    assert writer.send("POST", address, document_for("technology"), key="a").status_code == 201
    assert SentRequest.objects.count() == 1


@pytest.mark.parametrize("key", ["a b", "ä", "x" * 201])
def test_odd_keys_are_refused(writer, key):
    assert (
        writer.send("POST", f"{WORKING}/technologies", document_for("technology"), key=key).status_code == 400
    )


# HTTP


@pytest.mark.parametrize(
    "end", ["", "/technologies", "/technologies/{}", "/technologies/{}/steps", "/technologies/{}/revisions"]
)
def test_without_a_token_nothing_is_told(client, draft, end):
    for address in (WORKING + end.format(draft.identifier), WORKING + end.format("T-none")):
        response = client.get(address)
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == 'Bearer realm="working copies"'
        assert response["Content-Type"] == "application/problem+json"


def test_no_session_opens_it_and_no_cookie_comes(partner, draft):
    client = logged_in(member("publisher", partner=partner))

    for address in (WORKING, address_of(draft)):
        assert client.get(address).status_code == 401
    assert client.post(f"{address_of(draft)}/steps/publish").status_code == 401
    assert fresh(draft).public_state == ""


def test_a_wrong_token_says_so(draft):
    response = Client(headers={"authorization": "Bearer m4s_x"}).get(WORKING)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="working copies", error="invalid_token"'


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO"]
)
def test_nothing_of_it_is_kept_or_open_to_scripts_of_other_sites(writer, draft, method, settings):  # gate 8
    settings.KEPT_MB = 8
    for client in (writer.client, Client()):
        for address in (
            WORKING,
            f"{WORKING}/technologies",
            address_of(draft),
            f"{WORKING}/nothing",
            f"{WORKING}/a/b/c/d",
        ):
            response = client.generic(
                method, address, "{}", "application/json", headers={"origin": "https://x.example"}
            )
            assert "no-store" in response["Cache-Control"], (method, address)
            assert response["Cross-Origin-Resource-Policy"] == "same-origin"
            assert not [name for name in response.headers if name.startswith("Access-Control")]
            assert not response.cookies
            assert "Content-Encoding" not in response


def test_other_methods_are_refused_with_those_there_are(writer, draft):
    allowed = {
        "": "GET, HEAD, OPTIONS",
        "/technologies": "GET, HEAD, OPTIONS, POST",
        f"/technologies/{draft.identifier}": "GET, HEAD, OPTIONS, PATCH, PUT",
        f"/technologies/{draft.identifier}/steps": "GET, HEAD, OPTIONS",
        f"/technologies/{draft.identifier}/steps/publish": "OPTIONS, POST",
        f"/technologies/{draft.identifier}/files": "OPTIONS, POST",
        f"/technologies/{draft.identifier}/comments": "GET, HEAD, OPTIONS, POST",
        f"/technologies/{draft.identifier}/comments/1/resolve": "OPTIONS, POST",
        f"/technologies/{draft.identifier}/revisions": "GET, HEAD, OPTIONS",
        f"/technologies/{draft.identifier}/revisions/1": "GET, HEAD, OPTIONS",
    }
    for end, methods in allowed.items():
        for method, status in (("DELETE", 405), ("FOO", 405), ("OPTIONS", 204)):
            response = writer.client.generic(method, WORKING + end)
            assert response.status_code == status
            assert sorted(response["Allow"].split(", ")) == sorted(methods.split(", "))
    assert writer.client.options(address_of(draft))["Accept-Patch"] == "application/merge-patch+json"
    assert writer.client.head(address_of(draft)).status_code == 200


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        ("{}", "text/plain", 415),
        ("{}", "application/merge-patch+json", 415),
        ("a=1", "application/x-www-form-urlencoded", 415),
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        (" ", "application/json", 400),
        ('{"title": 1, "title": 2}', "application/json", 400),
        ('{"title": NaN}', "application/json", 400),
        ('{"title": "\\ud800"}', "application/json", 422),
        ('{"title": "\\u0000"}', "application/json", 422),
        ('{"identifier": "\\u0000"}', "application/json", 422),
        ('{"identifier": 5}', "application/json", 422),
        ('{"title": {"a": [1]}, "notes": 5, "sources": {"a": 1}, "files": [1]}', "application/json", 422),
        (b"\xff{}", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        (b" " * (2 * 2**20 + 1), "application/json", 413),
        (b" " * (3 * 2**20), "application/json", 413),
    ],
)
@pytest.mark.parametrize("key", [None, "a"])
@pytest.mark.once
def test_what_cannot_be_read_is_refused(writer, body, media_type, status, key):
    response = writer.send("POST", f"{WORKING}/technologies", body, media_type=media_type, key=key)

    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert "no-store" in response["Cache-Control"]
    assert not Record.objects.filter(kind_name="technology").exists()


def test_a_compressed_body_is_refused(writer):
    answer = writer.send("POST", f"{WORKING}/technologies", {}, **{"content-encoding": "gzip"})
    assert (answer.status_code, answer["Accept"]) == (415, "application/json")


@pytest.mark.parametrize(
    ("accept", "status"),
    [("text/html", 406), ("application/*", 200), ("*/*", 200), ("application/json", 200)],
)
def test_only_json_is_offered(writer, accept, status):
    assert writer.client.get(WORKING, headers={"accept": accept}).status_code == status


@pytest.mark.parametrize(
    "end",
    [
        "/",
        "/nothing",
        "/technologies/",
        "/technologies/T-%00",
        "/technologies/a%2Fb",
        "/technologies/{}/",
        "/technologies/{}/steps/",
    ],
)
def test_what_is_nowhere_is_404(writer, draft, end):
    assert writer.get(WORKING + end.format(draft.identifier)).status_code == 404


def test_pages_in_other_languages_have_no_such_addresses(writer):
    assert writer.get(f"/de{WORKING}").status_code == 404


def test_the_types_of_problems_lead_somewhere(writer, draft, client):
    page = client.get("/api/").content.decode()
    answers = [
        client.get(WORKING),
        writer.step(draft, "checked", tag=""),
        writer.step(draft, "approve"),
        writer.step(draft, "checked", seen="a"),
        writer.put(draft, "{}", media_type="text/plain"),
        Program(member("contributor")).get(address_of(draft)),
        Program(member("administrator", partner=draft.owner)).step(draft, "submit", writer.tag(draft)),
    ]

    assert [answer.status_code for answer in answers] == [401, 428, 403, 422, 415, 404, 403]
    for answer in answers:
        assert f'id="{answer.json()["type"].partition("#")[2]}"' in page


def test_refusals_are_told_in_the_audit_trail(writer, draft):
    for _ in range(3):
        assert writer.step(draft, "publish").status_code == 403

    [entry] = AuditEntry.objects.filter(action="refused")
    assert (entry.actor, entry.note) == (writer.user.email, f"{address_of(draft)}/steps/publish")


# The description

BESIDE = {
    *("send_file", "read_file", "list_comments", "comment", "read_comment", "remove_comment"),
    *("answer_comment", "resolve_comment", "reopen_comment"),
}


@pytest.mark.once
@pytest.mark.slow
def test_the_description_is_valid_and_true(client, writer, draft, partner):
    response = client.get(f"{WORKING}/openapi.json")
    description = response.json()
    validate(description)
    calls = {call["operationId"] for methods in description["paths"].values() for call in calls_in(methods)}

    assert "no-store" in response["Cache-Control"]
    assert len(calls) == 1 + 5 * len(kinds()) + 3 + len(RECORD_STEPS) + len(BESIDE)
    assert calls >= BESIDE
    for kind in kinds():
        record = owned(make_full(kind), partner)
        shape = description["paths"][f"{WORKING}/{kind.plural}/{{identifier}}"]["get"]["responses"]["200"]
        check(description, shape, writer.get(address_of(record)).json())
    general = f"{WORKING}/{{kind}}/{{identifier}}"
    said = writer.send("POST", f"{address_of(draft)}/comments", {"text": "Is it?"}).json()
    writer.send("POST", f"{said['url'].removeprefix(settings.BASE_URL)}/answer", {"text": "It is."})
    sent = writer.send("POST", f"{address_of(draft)}/files", picture(), media_type="image/png").json()
    check(description, description["paths"][f"{general}/files"]["post"]["responses"]["201"], sent)
    for path, address in (
        (WORKING, WORKING),
        (f"{WORKING}/technologies", f"{WORKING}/technologies"),
        (f"{general}/steps", f"{address_of(draft)}/steps"),
        (f"{general}/revisions", f"{address_of(draft)}/revisions"),
        (f"{general}/comments", f"{address_of(draft)}/comments"),
    ):
        check(description, description["paths"][path]["get"]["responses"]["200"], writer.get(address).json())
    asks_for_versions = {
        call["operationId"]
        for methods in description["paths"].values()
        for call in calls_in(methods)
        if {"412", "428"} & call["responses"].keys()
    }
    assert {"replace_technology", "change_technology", "take_publish"} <= asks_for_versions
    assert not [name for name in asks_for_versions if name.startswith(("add_", "read_", "list_"))]
    refused = writer.step(draft, "submit", note=5)
    check(
        description,
        description["paths"][f"{general}/steps/submit"]["post"]["responses"]["422"],
        refused.json(),
    )
    assert {form.name for form in RECORD_STEPS} == {
        path.rpartition("/")[2] for path in description["paths"] if "/steps/" in path
    }


def calls_in(methods):
    return [call for method, call in methods.items() if method != "parameters"]


def check(description, answer, found):
    [content] = answer["content"].values()
    validator = OAS31Validator({**content["schema"], "components": description["components"]})
    assert [error.message for error in validator.iter_errors(found)] == []


# The documentation


def test_the_lines_of_the_documentation_run(partner, tmp_path):
    text = Path(settings.BASE_DIR, "docs/integrators.md").read_text("utf-8")
    [script] = re.findall(r"## Writing\n.*?```sh\n(.*?)```", text, re.DOTALL)
    owned(publish(make("technology", identifier="T-001")), partner)
    program, tag, digest, answers = Program(member("publisher", partner=partner)), "", "", []

    for line in script.splitlines():
        if "curl" not in line:
            continue
        words = shlex.split(re.search(r"curl [^|]*", line)[0].replace("$URL", WORKING))[1:]
        options = {}
        for name, value in pairwise(words):
            options.setdefault(name, []).append(value)
        headers = dict(value.split(": ", 1) for value in options["-H"][1:])
        headers = {name: tag if value == "$TAG" else value for name, value in headers.items()}
        body = options.get("--data", options.get("--data-binary", [""]))[0].replace("$DIGEST", digest)
        if body == "@picture.png":
            body = picture()
        if body == "@tool.json":
            body = program.get(f"{WORKING}/technologies/T-001").content
        media_type = headers.pop("Content-Type", "")
        response = program.client.generic(
            options.get("-X", ["GET"])[0], words[-1], body, media_type, headers=headers
        )
        answers.append(response.status_code)
        tag = response["ETag"] if "tool.json" in options.get("-o", []) else tag
        digest = response.json()["digest"] if line.startswith("DIGEST=") else digest

    assert answers == [200, 200, 200, 200, 200, 201, 200, 200, 201, 200, 200, 200, 200, 201, 200, 200]
    record = Record.objects.get(identifier="T-001")
    assert (record.state, record.edit_version) == ("in-review", 3)
