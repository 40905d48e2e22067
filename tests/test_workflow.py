"""The one door to the public: what each step does, refuses and leaves alone."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied

from media4sec.publications.models import Change, Publication
from media4sec.records import workflow
from media4sec.records.documents import working_document
from media4sec.records.models import Record
from tests.factories import fresh, make, publish, published, save, source

pytestmark = pytest.mark.django_db


def row(record):
    return Publication.objects.get(kind=record.kind_name, identifier=record.identifier)


def changes(record):
    rows = Change.objects.filter(kind=record.kind_name, identifier=record.identifier)
    return list(rows.order_by("seq").values_list("action", flat=True))


def names(client, record, field):
    item = client.get(f"/api/v1/{record.kind.plural}/{record.identifier}/").json()
    return [ref["label"] for ref in item[field]]


def test_saving_counts_versions_and_changes_nothing_public():  # gate 3.11
    record = published("technology", title="Before")

    record = save(working_document(record) | {"title": "After"}, "technology", record)

    assert (record.edit_version, record.state, record.public_state) == (2, "draft", "published")
    assert record.has_unpublished_changes
    assert row(record).title == "Before"
    assert changes(record) == ["created"]


def test_saving_the_same_again_adds_no_version():
    record = make("technology")

    workflow.save_revision(record)

    assert fresh(record).edit_version == 1


def test_publishing_twice_changes_nothing():
    record = published("technology")
    before = Change.objects.count()

    publish(record)

    assert Change.objects.count() == before
    assert fresh(record).edit_version == 1


def test_publishing_an_edit_is_one_change():
    record = published("technology", title="Before")

    record = publish(save(working_document(record) | {"title": "After"}, "technology", record))

    assert (row(record).title, row(record).version) == ("After", 2)
    assert changes(record) == ["created", "updated"]


def test_renaming_a_record_refreshes_those_that_name_it(client):
    function = published("function", title="Old name")
    technology = published("technology", functions=[function.identifier])

    publish(save(working_document(function) | {"title": "New name"}, "function", function))

    assert names(client, technology, "functions") == ["New name"]
    assert changes(technology) == ["created", "updated"]


def test_a_reference_appears_when_its_target_is_published_and_goes_with_it(client):  # gate 3.9
    function = make("function", title="Secret function")
    technology = published("technology", functions=[function.identifier])
    assert names(client, technology, "functions") == []

    publish(function)
    assert names(client, technology, "functions") == ["Secret function"]

    workflow.withdraw(fresh(function), reason="Not needed.")
    assert names(client, technology, "functions") == []

    workflow.restore(fresh(function))
    assert names(client, technology, "functions") == ["Secret function"]


def test_who_named_a_merged_record_names_its_successor(client):
    old, new = published("function", title="Old"), published("function", title="New")
    technology = published("technology", functions=[old.identifier])

    workflow.merge(old, new)
    assert names(client, technology, "functions") == ["New"]
    assert client.get(old.url).headers["Location"] == new.url

    publish(save(working_document(fresh(new)) | {"title": "Newer"}, "function", fresh(new)))
    assert names(client, technology, "functions") == ["Newer"]


def test_withdrawal_keeps_an_edit_that_was_not_public_and_restore_does_not_publish_it():
    record = published("technology", title="Public")
    record = save(working_document(record) | {"title": "Edited"}, "technology", record)

    workflow.withdraw(record, reason="Wrong.")
    workflow.restore(fresh(record))

    assert row(record).title == "Public"
    assert (fresh(record).title, fresh(record).state) == ("Edited", "draft")
    assert changes(record) == ["created", "deleted", "created"]


@pytest.mark.parametrize("reason", ["", "   "])
def test_withdrawal_needs_a_reason(reason):
    record = published("technology")

    with pytest.raises(workflow.WorkflowError, match="Say why"):
        workflow.withdraw(record, reason=reason)
    assert row(record).state == "published"


def test_steps_that_make_no_sense_are_refused():
    draft, record, gone = make("theme"), published("theme"), published("theme")
    workflow.withdraw(gone, reason="Gone.")

    for step in (
        lambda: workflow.withdraw(draft, reason="Never was."),
        lambda: workflow.withdraw(record, reason="To nowhere.", successor=draft),
        lambda: workflow.withdraw(record, reason="To itself.", successor=record),
        lambda: workflow.merge(record, record),
        lambda: workflow.merge(record, fresh(gone)),
        lambda: workflow.restore(record),
        lambda: workflow.publish(fresh(gone)),
    ):
        with pytest.raises(workflow.WorkflowError):
            step()
    assert [fresh(one).public_state for one in (draft, record, gone)] == ["", "published", "withdrawn"]


def test_people_need_the_right_and_nothing_moves_without_it():  # gate 3.1
    editor = User.objects.create_user("editor")
    record, draft = published("theme"), make("theme")

    for step in (
        lambda: workflow.publish(draft, by=editor),
        lambda: workflow.withdraw(record, reason="No.", by=editor),
        lambda: workflow.merge(record, published("theme"), by=editor),
    ):
        with pytest.raises(PermissionDenied):
            step()
    assert (fresh(draft).public_state, fresh(record).public_state) == ("", "published")

    editor.user_permissions.add(Permission.objects.get(codename="publish_record"))
    workflow.publish(draft, by=User.objects.get(pk=editor.pk))
    assert fresh(draft).public_state == "published"


def test_going_back_restores_links_and_sources_as_a_new_version():
    first, second = published("issue"), published("issue")
    record = published("technology", issues=[first.identifier, second.identifier], sources=[source()])
    old = working_document(record)
    record = save(old | {"issues": [], "sources": [], "title": "Other"}, "technology", record)

    workflow.revert(record, record.revisions.get(number=1))

    assert working_document(record) == old
    assert fresh(record).edit_version == 3


def test_changes_are_numbered_in_the_order_of_publication():
    records = [published("theme") for _ in range(3)]

    numbers = [Change.objects.get(kind="theme", identifier=record.identifier).seq for record in records]
    assert numbers == sorted(numbers)


def test_the_read_side_can_be_made_anew_after_losing_everything():
    record, gone = published("technology"), published("technology")
    workflow.withdraw(gone, reason="Gone.", successor=record)
    before = {(one.identifier, one.state, one.document, one.reason) for one in Publication.objects.all()}
    Publication.objects.update(successor=None)
    Publication.objects.all().delete()

    workflow.rebuild_publications()

    after = {(one.identifier, one.state, one.document, one.reason) for one in Publication.objects.all()}
    assert after == before
    assert row(gone).successor == row(record)
    assert workflow.rebuild_publications() == 0


def test_a_publication_without_a_record_is_dropped_by_the_rebuild():
    published("theme")
    Publication.objects.create(kind="theme", identifier="stray", path="themes", state="published")

    assert workflow.rebuild_publications() == 1
    assert not Publication.objects.filter(identifier="stray").exists()
    assert Record.objects.filter(kind_name="theme").count() == 1
