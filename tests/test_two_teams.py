"""Two teams in one back-office: what the one has not published is seen nowhere by the other (gate 3.9).

Words that stand nowhere else are planted in drafts, new versions, notes, sources, tags, files and reports of one team;
people of another team and of the editorial office then open every page that they may open, and search for them.
"""

import json
import re

import pytest
from django.urls import reverse

from media4sec.accounts.tokens import make_token
from media4sec.kinds import kinds, kinds_by_name
from media4sec.links.addresses import read_records
from media4sec.links.models import Link, Turn
from media4sec.records import workflow
from media4sec.records.admin.lists import admin_url, files_at
from media4sec.records.comments import comment_on, reply
from media4sec.records.documents.reading import working_document
from media4sec.records.files.forms import shown_at
from media4sec.records.importing.planning import plan
from media4sec.records.importing.reading import read
from media4sec.records.models import AuditEntry, Comment, Record, SavedList, Source, Tag, model_of
from media4sec.records.unsaved import OpenedForm
from tests.factories import fresh, make, publish, published, save, source
from tests.files import file_part
from tests.people import logged_in, member, owned
from tests.test_admin import errors_in, filled, warnings_in
from tests.test_corrections import report

pytestmark = [pytest.mark.django_db, pytest.mark.once]

WORDS = "title summary tag source address version newtag newsource note reason organisation report"
WORDS += " comment answer list alt credit newalt token"
PLANTED = {name: f"Xq{name}zw" for name in WORDS.split()}
ANY = re.compile("|".join(PLANTED.values()), re.IGNORECASE)


@pytest.fixture
def theirs(partner):
    """What another team has written and not published; and one record of it that the public knows."""
    writer = member("publisher", partner=partner, name="writer")
    organisation = owned(make("organisation", title=PLANTED["organisation"]), partner)
    draft = make(
        "technology",
        title=PLANTED["title"],
        summary=PLANTED["summary"],
        tags=[PLANTED["tag"]],
        makers=[organisation.identifier],
        sources=[{"url": f"https://example.org/{PLANTED['address']}", "title": PLANTED["source"]}],
        files=[file_part(key="file", alt=PLANTED["alt"], credit=PLANTED["credit"])],
    )
    draft = owned(draft, partner)
    public = owned(publish(make("technology", title="What everybody knows")), partner)
    changes = {
        "title": PLANTED["version"],
        "tags": [PLANTED["newtag"]],
        "sources": [{"url": "https://example.org/new", "title": PLANTED["newsource"]}],
        "files": [file_part(key="file", alt=PLANTED["newalt"])],
    }
    save({**working_document(public), **changes}, "technology", public)
    read_records(Turn.take("us"))
    Link.objects.update(state="broken", failing_since="2026-05-03")
    workflow.submit(draft, by=writer, note=PLANTED["note"])
    workflow.send_back(draft, by=writer, reason=PLANTED["reason"])
    for record in (draft, public):
        comment = comment_on(record, PLANTED["comment"], name="country", by=writer)
        reply(comment, PLANTED["answer"], by=writer)
    report(kind_name="technology", identifier=draft.identifier, title=draft.title, text=PLANTED["report"])
    SavedList.objects.create(
        user=writer, team=partner.team, page="catalogue_technology", name=PLANTED["list"], query="q=a"
    )
    make_token(writer, PLANTED["token"], [], 30)
    return {"draft": fresh(draft), "public": fresh(public), "organisation": organisation, "writer": writer}


@pytest.fixture(params=["another team", "editorial office"])
def stranger(request):
    partner = published("partner", title="A university") if request.param == "another team" else None
    roles = ("contributor", "reviewer", "publisher", "administrator")
    user = member(*roles, partner=partner)
    own = make("technology", title="A tool of theirs")
    return user, logged_in(user), owned(own, partner), partner


def looked_at(client, address, **query):
    response = client.get(address, query, follow=True)
    found = ANY.search(response.content.decode())
    assert not found, f"{address} {query} says {found[0]}"
    return response


def test_what_is_planted_is_seen_by_the_team_itself(theirs):
    client = logged_in(theirs["writer"])

    page = client.get(admin_url(theirs["draft"])).content.decode()
    history = client.get(admin_url(theirs["draft"], "history")).content.decode()

    seen = ("title", "summary", "tag", "source", "organisation", "alt", "credit")
    assert {PLANTED[name] for name in seen} <= set(ANY.findall(page))
    assert {PLANTED["comment"], PLANTED["answer"]} <= set(ANY.findall(page))
    assert {PLANTED["note"], PLANTED["reason"]} <= set(ANY.findall(history))
    for address in ("/admin/", "/admin/links/link/"):
        assert PLANTED["address"] in client.get(address).content.decode()
    assert PLANTED["list"] in client.get("/admin/catalogue/technology/").content.decode()
    assert PLANTED["token"] in client.get("/admin/accounts/tokens/").content.decode()
    for term in ("title", "version", "organisation"):
        assert PLANTED[term] in client.get("/admin/records/record/", {"q": PLANTED[term]}).content.decode()


def test_what_is_asked_of_another_team_is_not_told(theirs, stranger):
    client, law = stranger[1], published("instrument")
    issue = owned(make("issue", title=PLANTED["title"], instruments=[law.identifier]), theirs["draft"].owner)
    law = save({**working_document(law), "status": "Amended"}, "instrument", law)
    writer, office = logged_in(theirs["writer"]), logged_in(member("publisher"))

    before = " ".join(looked_at(office, admin_url(law, "publish")).content.decode().split())
    publish(law, note=PLANTED["note"])

    assert "No record that you may know of rests" in before
    assert PLANTED["title"] in writer.get("/admin/").content.decode()
    for address in ("/admin/", "/admin/records/record/?waiting=recheck"):
        looked_at(client, address)
    for action in ("change", "dismiss"):
        assert looked_at(client, admin_url(issue, action)).status_code == 404
    assert PLANTED["note"] not in writer.get(admin_url(issue, "history")).content.decode()


@pytest.mark.slow
def test_no_page_of_the_back_office_says_it(theirs, stranger):
    _, client, own, _ = stranger
    pages = ["/admin/", "/admin/records/record/", "/admin/records/source/", "/admin/records/tag/"]
    pages += [
        "/admin/corrections/correction/",
        "/admin/links/link/",
        "/admin/accounts/token/",
        "/admin/accounts/tokens/",
        "/admin/records/team/",
        "/admin/records/auditentry/",
        admin_url(own),
        admin_url(own, "history"),
    ]
    pages += [admin_url(own, step) for step in ("publish", "submit", "discard")]
    for kind in kinds():
        opts = model_of(kind.name)._meta
        listed = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        pages += [listed, f"{listed}add/"]

    for page in pages:
        assert looked_at(client, page).status_code in (200, 403)
    for theirs_page in (theirs["draft"], theirs["public"], theirs["organisation"]):
        for action in ("change", "history", "comments", "publish", "withdraw", "submit", "discard"):
            assert looked_at(client, admin_url(theirs_page, action)).status_code == 404
        for attachment in theirs_page.files.all():
            assert looked_at(client, shown_at(files_at(theirs_page), attachment)).status_code == 404
    for row in (*Source.objects.all(), *Tag.objects.all(), *Link.objects.all()):
        opts = row._meta
        looked_at(client, reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk]))


@pytest.mark.slow
def test_no_search_and_no_chooser_finds_it(theirs, stranger):
    client = stranger[1]
    lists = (
        "/admin/records/record/",
        "/admin/catalogue/technology/",
        "/admin/corrections/correction/",
        "/admin/links/link/",
        "/admin/records/source/",
        "/admin/records/tag/",
    )
    choosers = (
        ("records", "relation", "target"),
        ("records", "citation", "source"),
        ("catalogue", "technology", "makers"),
        ("records", "record", "successor"),
    )
    for word in PLANTED.values():
        for address in lists:
            assert client.get(address, {"q": word}).context["cl"].result_count == 0, (address, word)
        for app, model, field in choosers:
            query = {"app_label": app, "model_name": model, "field_name": field, "term": word}
            assert client.get("/admin/autocomplete/", query).json()["results"] == [], query


def test_what_the_public_knows_can_be_named_and_nothing_else(theirs, stranger):  # E-24
    _, client, own, _ = stranger
    query = {"app_label": "records", "model_name": "relation", "field_name": "target", "kind": "technology"}

    found = client.get("/admin/autocomplete/", query | {"term": "everybody knows"}).json()["results"]
    every = client.get("/admin/autocomplete/", query | {"term": ""}).json()["results"]

    public = theirs["public"]
    assert found == [{"id": str(public.pk), "text": f"{public.identifier} What everybody knows (technology)"}]
    assert {one["id"] for one in every} == {str(public.pk), str(own.pk)}


def test_a_comment_of_others_is_nowhere(theirs, stranger):
    _, client, own, _ = stranger
    for comment in Comment.objects.all():
        for record in (comment.revision.record, own):
            address = f"/admin/catalogue/technology/{record.pk}/comments/{comment.pk}/"
            for method in (client.get, client.post):
                assert method(address, {"text": "x", "_answer": "Answer"}).status_code == 404
                assert method(f"{address}remove/").status_code == 404
    assert client.get("/admin/records/record/", {"waiting": "comments"}).context["cl"].result_count == 0


def test_the_change_log_tells_what_the_public_knows(theirs, stranger):
    client, public = stranger[1], theirs["public"]
    workflow.withdraw(published_again(public, theirs["writer"]), by=theirs["writer"], reason="Old")
    workflow.restore(fresh(public), by=theirs["writer"])
    save({**working_document(public), "title": PLANTED["title"]}, "technology", fresh(public))
    log = "/admin/records/auditentry/"

    shown = looked_at(client, log).context["cl"].result_list
    of_public = [entry for entry in shown if entry.identifier == public.identifier]

    assert [entry.action for entry in of_public] == ["restored", "withdrawn", "published", "published"]
    assert {(entry.title_told, entry.by, entry.says) for entry in of_public} == {("Known to all", "", "")}
    for word in (*PLANTED.values(), theirs["writer"].email, theirs["draft"].identifier):
        assert client.get(log, {"q": word}).context["cl"].result_count == 0
    assert client.get(log, {"by": theirs["writer"].email}).context["cl"].result_count == 0
    keys = list(AuditEntry.objects.values_list("pk", flat=True))
    taken = client.post(log, {"action": "export_log", "_selected_action": keys}).content.decode()
    assert "Known to all" in taken
    assert not ANY.search(taken)
    assert theirs["writer"].email not in taken
    assert theirs["draft"].identifier not in taken


def published_again(record, by):
    """The record, public with another title, by a note that nobody else reads."""
    record = save(
        {**working_document(record), "title": "Known to all", "tags": []}, "technology", fresh(record)
    )
    workflow.publish(record, by=by, note=PLANTED["note"])
    return fresh(record)


def test_a_draft_cannot_be_named_by_its_number(theirs, stranger):
    _, client, own, _ = stranger
    values = filled(client, admin_url(own), makers=str(theirs["organisation"].pk))

    response = client.post(admin_url(own), values)

    assert not ANY.search(response.content.decode())
    assert errors_in(response)
    assert working_document(own)["makers"] == []


def test_errors_and_warnings_do_not_say_it(theirs, stranger):
    client = stranger[1]
    add = "/admin/catalogue/technology/add/"
    given = {"title": "A", "technology_kind": "software", "status": "active"}

    taken = client.post(add, filled(client, add, **given, identifier=theirs["draft"].identifier))
    alike = client.post(add, filled(client, add, **given | {"title": PLANTED["title"]}), follow=True)

    assert [theirs["draft"].identifier in error for error in errors_in(taken)] == [True]
    assert not ANY.search(taken.content.decode())
    assert warnings_in(alike) == []


def test_a_draft_of_others_that_names_a_record_is_not_told(theirs, stranger):
    _, client, own, _ = stranger
    Record.objects.filter(pk=own.pk).update(public_state="")
    document = working_document(theirs["organisation"])
    assert document["title"] == PLANTED["organisation"]
    organisation = owned(make("organisation", title="A maker of ours"), own.owner)
    save(
        {**working_document(theirs["draft"]), "makers": [organisation.identifier]},
        "technology",
        theirs["draft"],
    )

    page = client.get(admin_url(organisation, "discard"))
    refused = client.post(
        admin_url(organisation, "discard"), filled(client, admin_url(organisation, "discard"))
    )

    assert not ANY.search(page.content.decode() + refused.content.decode())
    assert refused.status_code == 409


def test_filters_do_not_offer_it(theirs, stranger):
    _, client, own, _ = stranger
    owned(make("statement"), own.owner)

    for address in ("/admin/catalogue/technology/", "/admin/catalogue/statement/", "/admin/records/record/"):
        looked_at(client, address)
        looked_at(client, address, state="draft", public="never")


def test_nobody_takes_back_what_somebody_else_typed(theirs, stranger):
    client = stranger[1]
    writer = logged_in(theirs["writer"])
    address = admin_url(theirs["public"])
    opened = OpenedForm(str(theirs["writer"].pk), address, "form")
    kept = writer.post("/admin/unsaved/keep/", {"unsaved": opened.signed(), "summary": PLANTED["summary"]})

    assert kept.status_code == 204
    looked_at(client, address, kept="form")
    assert (
        client.post("/admin/unsaved/keep/", {"unsaved": opened.signed(), "summary": "x"}).status_code == 403
    )


def test_readers_see_none_of_it(theirs, client):
    for address in (
        "/",
        "/technologies/",
        "/search/?q=" + PLANTED["title"],
        theirs["public"].url,
        "/organisations/",
    ):
        assert not [
            word for word in ANY.findall(client.get(address).content.decode()) if word != PLANTED["title"]
        ]
    assert client.get(theirs["draft"].url).status_code == 404
    for record in (theirs["draft"], theirs["public"]):
        digest = record.files.get().file.digest
        assert client.get(f"/files/{digest[:32]}/file.png").status_code == 404


def test_a_thrown_away_record_leaves_nothing_to_the_next_of_its_name(theirs, stranger):
    client = stranger[1]
    draft, identifier = theirs["draft"], theirs["draft"].identifier
    workflow.discard(draft, by=theirs["writer"], note=PLANTED["reason"])

    following = make("technology")
    assert following.identifier != identifier
    given = owned(make("technology", identifier=identifier), stranger[3])
    for action in ("change", "history"):
        looked_at(client, admin_url(given, action))
    for address in ("/admin/records/source/", "/admin/records/tag/"):
        looked_at(client, address)


def test_lists_are_not_filtered_by_what_names_their_records(theirs, stranger):
    client = stranger[1]

    for key in (theirs["draft"].pk, 999_999):
        assert client.get("/admin/catalogue/organisation/", {"technologies": key}).status_code in (302, 400)
        assert client.get("/admin/workshops/theme/", {"technologies": key}).status_code in (302, 400)
        for page, naming in (
            ("links/link", "uses"),
            ("records/source", "citations"),
            ("records/tag", "taggings"),
        ):
            assert client.get(f"/admin/{page}/", {f"{naming}__id": key}).status_code in (302, 400)


def test_a_new_title_that_is_not_public_finds_nobody_elses_record(theirs, stranger):
    client, own = stranger[1], stranger[2]
    maker = owned(publish(make("organisation", title="A public name")), theirs["draft"].owner)
    save({**working_document(own), "makers": [maker.identifier]}, "technology", own)
    save({**working_document(maker), "title": "Zephyrus"}, "organisation", fresh(maker))
    save({**working_document(own), "summary": "Saved again"}, "technology", fresh(own))

    def found(word):
        return client.get("/admin/records/record/", {"q": word}).context["cl"].result_count

    assert (found("zephyrus"), found("public name")) == (0, 1)
    publish(fresh(maker))
    assert found("zephyrus") == 1


def test_who_names_a_record_in_a_draft_is_not_told(theirs, stranger):
    client, own = stranger[1], stranger[2]
    publish(own)
    public = theirs["public"]
    maker = owned(publish(make("organisation", title="A maker of ours")), own.owner)
    save({**working_document(public), "makers": [maker.identifier]}, "technology", public)

    page = client.get(admin_url(maker)).content.decode()

    assert "What everybody knows" not in page
    publish(public)
    assert PLANTED["version"] in client.get(admin_url(maker)).content.decode()


# Sources and tags that another team has, too


@pytest.mark.parametrize("is_same", [True, False])
def test_an_address_that_another_team_drafted_can_be_added(theirs, stranger, is_same):
    user, client, _, _ = stranger
    foreign = Source.objects.get(url=f"https://example.org/{PLANTED['address']}")
    add = "/admin/records/source/add/"
    title = foreign.title if is_same else "In their words"

    added = client.post(add, filled(client, add) | {"url": foreign.url, "title": title}, follow=True)

    mine = Source.objects.get(made_by=user)
    assert added.redirect_chain
    assert (mine.url, mine.title) == (foreign.url, title)
    assert mine != foreign
    again = client.post(add, filled(client, add) | {"url": foreign.url, "title": "x"})
    assert [error for error in errors_in(again) if "There is a source with this address already" in error]


def test_an_address_and_a_tag_that_another_team_drafted_can_be_named(theirs, stranger):
    _, client, own, _ = stranger
    spelled = PLANTED["tag"].upper()
    address = f"https://example.org/{PLANTED['address']}"

    client.post(admin_url(own), filled(client, admin_url(own), tags=spelled))
    save(working_document(own) | {"sources": [source(url=address, title="Ours")]}, "technology", fresh(own))
    before = working_document(theirs["draft"])

    document = working_document(own)
    assert (document["tags"], document["sources"][0]["title"]) == ([spelled], "Ours")
    for kind in (Source, Tag):
        listed = client.get(f"/admin/records/{kind._meta.model_name}/").context["cl"].result_list
        assert {str(row) for row in listed} <= {"Ours", spelled}
    assert (before["tags"], before["sources"][0]["title"]) == ([PLANTED["tag"]], PLANTED["source"])


def test_what_two_teams_drafted_is_one_once_it_is_public(theirs, stranger):
    own = stranger[2]
    draft, address = theirs["draft"], f"https://example.org/{PLANTED['address']}"
    named = {"tags": [PLANTED["tag"].upper()], "sources": [source(url=address, title="Ours")]}
    save(working_document(own) | named, "technology", fresh(own))
    publish(fresh(own))
    unchanged = working_document(draft)
    assert (unchanged["tags"], unchanged["sources"][0]["title"]) == ([PLANTED["tag"]], PLANTED["source"])
    assert Source.objects.filter(url=address).count() == 2

    publish(draft)

    assert Source.objects.get(url=address).title == "Ours"
    assert Tag.objects.get(key=PLANTED["tag"].lower()).name == PLANTED["tag"].upper()
    now = working_document(draft)
    assert (now["tags"], now["sources"][0]["title"]) == ([PLANTED["tag"].upper()], PLANTED["source"])
    assert workflow.rebuild_publications() == 0


def test_a_file_with_a_tag_that_another_team_drafted_keeps_its_spelling(theirs, stranger):
    user, _, _, partner = stranger
    rows = [{"title": "A tool", "technology_kind": "software", "tags": [PLANTED["tag"].upper()]}]
    sheet = read("rows.json", json.dumps(rows).encode(), set())

    planned = plan(kinds_by_name()["technology"], sheet, user=user, owner=partner and partner.pk)

    assert [row.after["tags"] for row in planned.rows] == [[PLANTED["tag"].upper()]]
