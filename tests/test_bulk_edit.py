"""The same change to many records: shown before, done to those that nobody saved meanwhile, told afterwards."""

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from media4sec.records import workflow
from media4sec.records.admin import many
from media4sec.records.documents.fields import dumps
from media4sec.records.documents.reading import working_document, working_documents
from media4sec.records.models import AuditEntry, Record, Revision
from tests.factories import fresh, make, publish, published, save
from tests.people import administrator, logged_in, member, owned, told
from tests.test_admin import Form

pytestmark = pytest.mark.django_db
TECHNOLOGIES, ALL = "/admin/catalogue/technology/", "/admin/records/record/"


def selected(*records, **more):
    return {"action": "change_selected", "_selected_action": [record.pk for record in records], **more}


def shown(client, address, *records, **asked):
    """What the page says that it will do, as (page, the form as it is sent then)."""
    page = client.post(address, selected(*records) | asked | {"look": "yes"})
    values = Form(page.content.decode()).values
    values.pop("look", None)
    return page, values | {"_selected_action": [record.pk for record in records]}


def changed(client, address, *records, **asked):
    """Ask, look, and have it done."""
    _, values = shown(client, address, *records, **asked)
    return client.post(address, values | {"apply": "yes"})


def refusals(page):
    return [(why, number) for why, number, _ in page.context["refused"]]


@pytest.fixture
def writer(partner):
    return member("contributor", partner=partner)


def test_tags_links_and_the_day_of_review_are_changed_in_all(partner, writer):
    theme, other = published("theme", title="Dark web"), published("theme", title="Riots")
    records = [
        owned(publish(make("technology", tags=tags, themes=[other.identifier])), partner)
        for tags in (["old", "kept"], ["kept"], ["Über"])
    ]
    asked = {"add_tags": "new, uber", "remove_tags": "OLD", "review_due": "2031-01-02", "note": "Tidied up"}
    asked |= {"add_themes": [theme.pk], "remove_themes": [other.pk]}
    client = logged_in(writer)

    page, _ = shown(client, TECHNOLOGIES, *records, **asked)
    done = changed(client, TECHNOLOGIES, *records, **asked)

    assert page.context["will"][0][1] == (
        "Tags with new, Über; tags without old; themes with Dark web; themes without Riots;"
        f" next review on 2031-01-02 instead of {records[0].review_due or 'no day'}"
    )
    assert (done.context["done_count"], done.context["refused"]) == (3, [])
    documents = [working_document(record) for record in records]
    assert [one["tags"] for one in documents] == [["kept", "new", "Über"]] * 2 + [["new", "Über"]]
    assert {tuple(one["themes"]) for one in documents} == {(theme.identifier,)}
    assert {one["review_due"] for one in documents} == {"2031-01-02"}
    for record in map(fresh, records):
        newest = record.revisions.first()
        assert (newest.number, newest.note, newest.saved_by) == (2, "Tidied up", writer)
        assert (record.state, record.public_state, record.published_revision.number) == (
            "draft",
            "published",
            1,
        )
    entries = AuditEntry.objects.filter(actor=writer.get_username())
    assert {(one.action, one.version, one.note) for one in entries} == {("saved", 2, "Tidied up")}
    assert entries.count() == 3


def test_what_is_kept_is_what_the_tables_say(writer, partner):
    theme = published("theme")
    records = [owned(make("technology", tags=["b"]), partner) for _ in range(3)]

    changed(logged_in(writer), TECHNOLOGIES, *records, add_tags="A, b, Ä, z", add_themes=[theme.pk])

    newest = Revision.objects.filter(record__in=records, number=F("record__edit_version"))
    documents = working_documents(records)
    assert dict(newest.values_list("record", "document")) == {pk: dumps(one) for pk, one in documents.items()}
    found = logged_in(writer).get(ALL, {"q": theme.title}).context["cl"].result_list
    assert {one.pk for one in records} <= {one.pk for one in found}


def test_those_that_cannot_be_changed_are_told_with_the_reason(partner, writer):
    theirs = published("partner", title="A university")
    full, gone, same, checked, good = (owned(make("technology"), partner) for _ in range(5))
    save({**working_document(full), "tags": [f"tag {n}" for n in range(50)]}, "technology", full)
    save({**working_document(checked), "checked_on": "2031-01-01"}, "technology", checked)
    workflow.withdraw(fresh(publish(gone)), reason="Outdated.")
    asked = {"add_tags": "new", "review_due": "2030-06-01"}
    save({**working_document(same), "tags": ["new"], "review_due": "2030-06-01"}, "technology", same)
    foreign = owned(make("technology", title="Xqforeignzw"), theirs)
    client = logged_in(writer)

    page, _ = shown(client, TECHNOLOGIES, full, gone, same, checked, good, foreign, **asked)
    done = changed(client, TECHNOLOGIES, full, gone, same, checked, good, foreign, **asked)

    expected = {
        ("A record has at most 50 tags; these are 51.", 1),
        ("It is withdrawn: restore it first.", 1),
        ("It says so already.", 1),
        ("The next review would be due before the check.", 1),
    }
    assert set(refusals(page)) == set(refusals(done)) == expected
    assert [one.pk for one in done.context["done"]] == [good.pk]
    assert "Xqforeignzw" not in page.content.decode() + done.content.decode()
    assert fresh(foreign).edit_version == 1


def test_who_may_see_and_not_write_changes_nothing(partner):
    record = owned(make("technology"), partner)
    administrators = logged_in(member("administrator", partner=partner))
    both = member("administrator", partner=partner)
    other = published("partner", title="A university")
    both_roles = logged_in(both)
    member_of_other = owned(make("technology"), other)
    team = workflow.Team.objects.get_or_create(owner=other)[0]
    both.memberships.create(team=team, role="contributor")

    refused = administrators.post(TECHNOLOGIES, selected(record, add_tags="new", look="yes"))
    page, _ = shown(both_roles, TECHNOLOGIES, record, member_of_other, add_tags="new")
    changed(both_roles, TECHNOLOGIES, record, member_of_other, add_tags="new")

    assert "form" not in (refused.context or {})
    assert refusals(page) == [("You may not change it.", 1)]
    assert working_document(record)["tags"] == []
    assert working_document(member_of_other)["tags"] == ["new"]


def test_what_was_saved_meanwhile_is_told_and_left(partner, writer):
    first, second = (owned(make("technology"), partner) for _ in range(2))
    client = logged_in(writer)
    _, values = shown(client, TECHNOLOGIES, first, second, add_tags="new")
    save({**working_document(first), "summary": "Written meanwhile"}, "technology", fresh(first))

    done = client.post(TECHNOLOGIES, values | {"apply": "yes"})
    again = client.post(TECHNOLOGIES, values | {"apply": "yes"})

    assert refusals(done) == [("Somebody saved it meanwhile.", 1)]
    assert [one.pk for one in done.context["done"]] == [second.pk]
    assert (working_document(first)["tags"], working_document(first)["summary"]) == ([], "Written meanwhile")
    assert again.context["done_count"] == 0  # loading the page again does nothing twice
    assert fresh(second).edit_version == 2


@pytest.mark.parametrize(
    "change", [{"add_tags": "another"}, {"seen": "1-x"}, {"seen": ""}, {"seen": "9" * 30}]
)
def test_only_what_was_shown_is_done(partner, writer, change):
    record = owned(make("technology"), partner)
    client = logged_in(writer)
    _, values = shown(client, TECHNOLOGIES, record, add_tags="new")

    refused = client.post(TECHNOLOGIES, values | {"apply": "yes"} | change)

    assert "is not what you were shown. Look at it again." in refused.content.decode()
    assert fresh(record).edit_version == 1


def test_records_of_several_kinds_have_the_links_that_all_of_them_have(partner):
    tool, deliverable, concept = make("technology"), make("deliverable"), make("concept")
    client = logged_in(administrator())

    both, _ = shown(client, ALL, tool, deliverable)
    all_three, _ = shown(client, ALL, tool, deliverable, concept)

    assert [name for name in both.context["form"].fields if name.startswith("add_")] == [
        "add_tags",
        "add_themes",
    ]
    assert [name for name in all_three.context["form"].fields if name.startswith("add_")] == ["add_tags"]


def test_only_a_portal_administrator_gives_records_to_another_team(partner, writer):
    records = [owned(make("technology"), partner), owned(make("issue"), partner)]
    client = logged_in(administrator())

    page, _ = shown(logged_in(writer), ALL, *records, owner="office")
    done = changed(client, ALL, *records, owner="office")

    assert "owner" not in page.context["form"].fields
    assert done.context["done_count"] == 2
    assert {fresh(record).owner for record in records} == {None}
    assert {fresh(record).edit_version for record in records} == {1}
    given = AuditEntry.objects.filter(action="owned")
    assert [one.note for one in given] == ["Editorial office"] * 2


def test_drafts_of_others_are_not_offered_and_not_added(partner, writer):
    record = owned(make("technology"), partner)
    draft = make("theme", title="Xqthemezw")
    client = logged_in(writer)

    page, _ = shown(client, TECHNOLOGIES, record, add_themes=[draft.pk])

    assert page.context["form"].errors
    assert "Xqthemezw" not in page.content.decode()


def test_what_an_editor_approved_is_a_draft_again(partner, writer):
    record = owned(make("technology"), partner)
    workflow.submit(record)
    workflow.approve(fresh(record))

    changed(logged_in(writer), TECHNOLOGIES, record, add_tags="new")

    assert fresh(record).state == "draft"


def test_rules_over_several_rows_are_asked(partner, writer, monkeypatch):
    first, second = (owned(make("technology"), partner) for _ in range(2))
    theme = published("theme")

    def refuse(record):
        if record.pk == first.pk:
            raise workflow.ValidationError("Not with this one.")

    monkeypatch.setattr(type(first), "check_links", refuse)

    done = changed(logged_in(writer), TECHNOLOGIES, first, second, add_themes=[theme.pk])

    assert refusals(done) == [("Not with this one.", 1)]
    assert [working_document(one)["themes"] for one in (first, second)] == [[], [theme.identifier]]
    assert [fresh(one).edit_version for one in (first, second)] == [1, 2]


def test_there_is_an_end_to_how_many_are_changed_at_once(partner, writer, monkeypatch):
    monkeypatch.setattr(many, "MOST_CHANGED", 2)
    records = [owned(make("technology"), partner) for _ in range(3)]
    client = logged_in(writer)

    page, values = shown(client, TECHNOLOGIES, *records[:2], add_tags="new")
    refused = client.post(TECHNOLOGIES, values | selected(*records, add_tags="new", apply="yes"), follow=True)

    assert page.context["will_count"] == 2
    assert told(refused) == ["At most 2 records are changed at once: choose fewer, by a filter for instance."]
    assert {record.edit_version for record in map(fresh, records)} == {1}


def test_any_number_is_changed_with_few_queries_and_no_field_a_record(partner, writer):
    client = logged_in(writer)
    records = [owned(make("technology"), partner) for _ in range(2)]

    def queries(tag, *records):
        _, values = shown(client, TECHNOLOGIES, *records, add_tags=tag)
        with CaptureQueriesContext(connection) as asked:
            done = client.post(TECHNOLOGIES, values | {"apply": "yes"})
        assert done.context["done_count"] == len(records)
        return len(asked)

    few = queries("first", *records)
    records += [owned(make("technology"), partner) for _ in range(10)]
    assert queries("second", *records) <= few
    page = client.post(TECHNOLOGIES, selected(records[0], select_across="1", add_tags="third", look="yes"))
    assert page.context["will_count"] == len(records)
    assert {*Form(page.content.decode()).values} >= {"seen", "select_across"}
    assert Record.objects.filter(kind_name="technology").count() == len(records)


@pytest.mark.parametrize(
    ("asked", "field", "says"),
    [
        ({}, "__all__", "Say what is to be changed."),
        ({"add_tags": "a, b", "remove_tags": "B"}, "remove_tags", "A tag is either added or taken away."),
        ({"review_due": "soon"}, "review_due", "Enter a valid date."),
        (
            {"add_tags": '"a'},
            "add_tags",
            '“"a” cannot be a tag: commas and quotation marks stand between tags.',
        ),
    ],
)
def test_what_is_wrong_is_said_and_kept(partner, writer, asked, field, says):
    record = owned(make("technology"), partner)

    page, _ = shown(logged_in(writer), TECHNOLOGIES, record, **asked)

    assert page.context["form"].errors == {field: [says]}
    assert "will" not in page.context
