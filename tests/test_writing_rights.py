"""Who may do what with working copies by API: each role, each state, one's own records and those of others."""

import re

import pytest
from django.core.cache import cache

from media4sec.kinds import kinds
from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from media4sec.records.models import AuditEntry, Record
from media4sec.records.step_forms import RECORD_STEPS
from media4sec.writing.urls import urlpatterns
from tests.factories import document_for, fresh, make, publish, published
from tests.people import administrator, member, owned
from tests.test_admin_rights import HOLDERS, OF_A_RECORD, PEOPLE, ROLES, STATES, prepared, snapshot
from tests.test_two_teams import ANY, PLANTED, stranger, theirs  # noqa: F401
from tests.test_writing import WORKING, Program, address_of

pytestmark = pytest.mark.django_db

# What each address does, and the right that it needs over the record.
OF_A_COPY = {
    ("GET", ""): "see",
    ("GET", "/steps"): "see",
    ("GET", "/revisions"): "see",
    ("GET", "/revisions/1"): "see",
    ("GET", "/comments"): "see",
    ("POST", "/comments"): "write",
    ("POST", "/files"): "write",
    ("PUT", ""): "write",
    ("PATCH", ""): "write",
    **{("POST", f"/steps/{step.name}"): OF_A_RECORD[step.name] for step in RECORD_STEPS},
}


@pytest.fixture(autouse=True)
def empty_counters():
    cache.clear()


@pytest.fixture
def partner():
    return published("partner", title="A police force")


@pytest.fixture
def programs(partner):
    other = published("partner", title="A university")
    people = {role: member(role, partner=partner, name=role) for role in ROLES}
    people |= {"other": member(*ROLES, partner=other), "office": member(*ROLES), "root": administrator()}
    return {name: Program(user) for name, user in people.items()}


def asked(program, record, method, end, tag):
    body = {} if method == "POST" else working_document(record) | {"title": "Written over"}
    if end.endswith(("withdraw", "send-back", "dismiss", "merge", "merge-draft")):
        body = {"reason": "Outdated."}
    media_type = "application/merge-patch+json" if method == "PATCH" else "application/json"
    return program.send(method, address_of(record) + end, body, tag=tag, media_type=media_type)


def test_every_address_is_asked_here():
    ends = {
        re.sub(r"^api/v1/working(/<str:plural>)?(/<str:identifier>)?", "", str(one.pattern))
        for one in urlpatterns
    }

    assert ends == {
        "",
        "/openapi.json",
        "/steps",
        "/steps/<str:name>",
        "/revisions",
        "/revisions/<int:number>",
        "/files",
        "/files/<str:digest>",
        "/comments",
        "/comments/<int:number>",
        "/comments/<int:number>/<str:name>",
    }
    assert {step.name for step in RECORD_STEPS} <= OF_A_RECORD.keys()


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
@pytest.mark.once
def test_nobody_does_what_they_may_not(programs, partner, state):  # gates 3.1, 3.3
    record = prepared(state, partner)
    tag, before = programs["root"].tag(record), snapshot()

    for person in PEOPLE:
        for (method, end), right in OF_A_COPY.items():
            is_theirs = person not in ("other", "office")
            if is_theirs and person in HOLDERS[right] and method != "GET":
                continue
            response = asked(programs[person], record, method, end, tag)
            wanted = (200 if person in HOLDERS[right] else 403) if is_theirs else 404
            assert response.status_code == wanted, (person, method, end)
            if not is_theirs:
                assert not ANY.search(response.content.decode())
    assert snapshot() == before


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "scopes", [[], ["write"], ["review"], ["publish"]], ids=lambda found: "".join(found) or "read"
)
@pytest.mark.once
@pytest.mark.slow
def test_a_token_does_what_it_was_made_for(partner, state, scopes):
    record, root = prepared(state, partner), Program(administrator())
    program, tag, before = Program(root.user, scopes), root.tag(record), snapshot()
    granted = {"see", *scopes} | ({"discard"} if "review" in scopes else set())
    granted |= {"withdraw"} if "publish" in scopes else set()

    for (method, end), right in OF_A_COPY.items():
        if right not in granted:
            assert asked(program, record, method, end, tag).status_code == 403, (method, end)
    possible = {step["name"] for step in program.get(f"{address_of(record)}/steps").json()["steps"]}
    assert {OF_A_RECORD[name] for name in possible} <= granted
    if "write" not in scopes:
        assert program.send("POST", f"{WORKING}/technologies", document_for("technology")).status_code == 403
    assert snapshot() == before


@pytest.mark.parametrize("state", STATES)
def test_the_steps_that_are_offered_are_those_that_can_be_taken(programs, partner, state):
    record = prepared(state, partner)

    for person in ROLES:
        offered = {
            step["name"] for step in programs[person].get(f"{address_of(record)}/steps").json()["steps"]
        }
        now = fresh(record)
        assert offered == {
            step.name for step in RECORD_STEPS if step.fits(now) and person in HOLDERS[OF_A_RECORD[step.name]]
        }


@pytest.mark.parametrize("person", PEOPLE)
def test_who_writes_adds_and_the_office_alone_adds_what_is_its_own(programs, partner, person):
    for kind in (
        next(kind for kind in kinds() if kind.is_editorial),
        next(k for k in kinds() if not k.is_editorial),
    ):
        may = {"root", "office"} if kind.is_editorial else {*HOLDERS["write"], "other", "office"}
        response = programs[person].send("POST", f"{WORKING}/{kind.plural}", {"title": ""})
        assert response.status_code == (422 if person in may else 403), kind.name


def test_lists_show_what_is_ones_own(programs, partner):  # gate 3.9
    record, foreign = prepared("published", partner), make("technology")
    wanted = {role: {record.identifier} for role in ROLES}
    wanted |= {
        "other": set(),
        "office": {foreign.identifier},
        "root": {record.identifier, foreign.identifier},
    }

    for person, program in programs.items():
        found = program.get(f"{WORKING}/technologies").json()["results"]
        assert {one["identifier"] for one in found} == wanted[person], person


def test_a_role_is_taken_away_with_the_next_request(partner):  # gate 3.7
    record, user = prepared("draft", partner), member("publisher", partner=partner)
    program = Program(user)
    assert program.get(address_of(record)).status_code == 200

    user.memberships.all().delete()

    assert program.get(address_of(record)).status_code == 403  # it has no team, whatever is asked


# What other teams have not published (gate 3.9)


def everywhere(program, record):
    """What is answered at every address of a record, and of all lists."""
    addresses = [WORKING, *(f"{WORKING}/{kind.plural}" for kind in kinds())]
    addresses += [address_of(record) + end for method, end in OF_A_COPY if method == "GET"]
    return "".join(program.get(address).content.decode() for address in addresses)


def test_what_is_planted_is_seen_by_the_team_itself(theirs):  # noqa: F811
    found = everywhere(Program(theirs["writer"]), theirs["draft"])

    seen = ("title", "summary", "tag", "source", "address", "alt", "credit", "version", "organisation")
    assert {PLANTED[name] for name in seen} <= set(ANY.findall(found))


@pytest.mark.once
def test_strangers_see_none_of_it(theirs, stranger):  # noqa: F811
    user, _, own, _ = stranger
    program, tag = Program(user), Program(theirs["writer"]).tag(theirs["draft"])

    for record in (theirs["draft"], theirs["public"], theirs["organisation"], own):
        assert not ANY.search(everywhere(program, record))
    for record in (theirs["draft"], theirs["public"]):
        for method, end in OF_A_COPY:
            response = asked(program, record, method, end, tag)
            assert response.status_code == 404
            never = program.send(method, f"{WORKING}/technologies/T-9{end}", "{}", tag=tag)
            for one in (response, never):
                assert "ETag" not in one
            body = response.content.decode().replace(record.identifier, "T-9")
            assert body == never.content.decode()


def test_what_they_write_finds_nothing_of_it(theirs, stranger):  # noqa: F811
    user, _, own, _ = stranger
    program, draft = Program(user), theirs["draft"]
    digest = draft.files.get().file.facts
    tries = [
        {"makers": [theirs["organisation"].identifier]},
        {"files": [{"key": "a", "file": digest, "alt": "A", "caption": "", "credit": "", "licence": ""}]},
    ]
    for given in tries:
        response = program.patch(own, given)
        assert response.status_code == 422
        assert not ANY.search(response.content.decode())
    taken = program.send(
        "POST", f"{WORKING}/technologies", document_for("technology") | {"identifier": draft.identifier}
    )
    assert taken.json()["errors"] == [{"pointer": "/identifier", "detail": f"{draft.identifier} is taken."}]
    alike = {"title": PLANTED["title"], "tags": [PLANTED["tag"].upper()]}
    answer = program.patch(own, alike)
    assert (answer.json()["title"], answer.json()["tags"]) == (PLANTED["title"], [PLANTED["tag"].upper()])
    for name in ("merge", "withdraw"):
        place = "into" if name == "merge" else "successor"
        public = owned(publish(fresh(own)), own.owner)
        step = program.step(public, name, reason="A.", **{place: f"technology:{draft.identifier}"})
        assert step.status_code == 422
        assert not [word for word in ANY.findall(step.content.decode()) if word not in alike.values()]


def test_a_draft_of_others_that_names_a_record_is_not_told(theirs, stranger):  # noqa: F811
    user, _, own, _ = stranger
    organisation = owned(make("organisation", title="A maker of ours"), own.owner)
    draft = theirs["draft"]
    Program(theirs["writer"]).patch(draft, {"makers": [theirs["organisation"].identifier]})
    workflow.give(organisation, own.owner)
    document = working_document(draft) | {"makers": [organisation.identifier]}
    assert Program(administrator()).put(draft, document).status_code == 200

    refused = Program(user).step(organisation, "discard")

    assert refused.status_code == 409
    assert not ANY.search(refused.content.decode())


def test_readers_see_none_of_it(programs, partner, client):
    answer = programs["contributor"].send(
        "POST",
        f"{WORKING}/technologies",
        document_for("technology", title=PLANTED["title"], tags=[PLANTED["tag"]]),
    )

    assert answer.status_code == 201
    for address in (
        "/technologies/",
        f"/search/?q={PLANTED['tag']}",
        "/api/v1/technologies",
        "/api/v1/changes",
    ):
        assert PLANTED["title"] not in client.get(address).content.decode()
    assert client.get(f"/api/v1/technologies/{answer.json()['identifier']}").status_code == 404
    assert Record.objects.get(title=PLANTED["title"]).public_state == ""
    assert not AuditEntry.objects.filter(title=PLANTED["title"], action="published").exists()
