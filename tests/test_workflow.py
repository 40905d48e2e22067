"""The steps of a record's life: what each does, when it is refused, and what harvesters hear of it."""

import json
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from media4sec.publications.models import Change, Publication
from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from media4sec.records.documents.writing import save_document
from media4sec.records.models import Record
from media4sec.records.references import named_by
from media4sec.records.workflow import WorkflowError
from tests.factories import (
    document_for,
    fresh,
    full_document_for,
    make,
    publish,
    published,
    published_full,
    save,
    several_published,
    source,
    steps_of,
)
from tests.people import administrator, member, owned

pytestmark = pytest.mark.django_db
State = Record.State


def changes():
    return list(Change.objects.order_by("seq").values_list("action", "kind", "identifier"))


def publication(record):
    return Publication.objects.get(kind=record.kind_name, identifier=record.identifier)


def document(record):
    return json.loads(publication(record).document)


def states(record):
    record = fresh(record)
    return record.state, record.public_state


# Saving


def test_a_new_record_is_a_draft_with_one_version():
    record = make("theme")

    assert states(record) == (State.DRAFT, "")
    assert [(one.number, one.state) for one in record.revisions.all()] == [(1, State.DRAFT)]
    assert not Publication.objects.exists()
    assert not Change.objects.exists()


def test_saving_keeps_every_version_whole():
    record = make("theme", title="One")
    first = working_document(record)

    record = save(first | {"title": "Two"}, "theme", record)

    assert [json.loads(one.document)["title"] for one in record.revisions.all()] == ["Two", "One"]
    assert json.loads(record.revisions.last().document) == first
    assert record.edit_version == 2


def test_version_knows_who_and_why():
    user = administrator("editor")
    record = make("theme")
    save_again(record, user)

    revision = record.revisions.first()
    assert (revision.saved_by, revision.note) == (user, "A better word")


def save_again(record, user):
    save_document("theme", working_document(record) | {"title": "Another"}, record)
    workflow.save_revision(record, by=user, note="A better word")


def test_editing_what_is_published_moves_nothing_public():  # gate 3.11
    record = published("theme", title="One")
    before = publication(record), changes()

    record = save(working_document(record) | {"title": "Two"}, "theme", record)

    assert states(record) == (State.DRAFT, State.PUBLISHED)
    assert record.has_unpublished_changes
    assert (publication(record), changes()) == before
    assert document(record)["title"] == "One"


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.APPROVED])
def test_saving_the_same_again_leaves_it_in_review(state):
    record = make("theme", title="One")
    workflow.save_revision(record, state=state)
    assert states(record) == (state, "")

    workflow.save_revision(fresh(record))
    assert states(record) == (state, "")

    save(working_document(record) | {"title": "Two"}, "theme", fresh(record))
    assert states(record) == (State.DRAFT, "")


# Publishing


def test_publish_shows_the_working_copy():
    record = make("theme", title="One")

    row = workflow.publish(record)

    assert states(record) == (State.PUBLISHED, State.PUBLISHED)
    assert (row.title, row.version, row.state) == ("One", 1, "published")
    assert changes() == [("created", "theme", record.identifier)]


def test_publish_again_tells_of_an_update():
    record = published("theme", title="One")

    publish(save(working_document(record) | {"title": "Two"}, "theme", record))

    assert document(record)["title"] == "Two"
    assert [action for action, _, _ in changes()] == ["created", "updated"]
    assert not fresh(record).has_unpublished_changes


def test_publishing_the_same_tells_nothing():
    record = published("theme")
    before = publication(record).modified_at

    publish(record)

    assert len(changes()) == 1
    assert publication(record).modified_at == before
    assert record.revisions.count() == 1


def test_issued_stays_and_modified_moves():
    record = published("theme", title="One")
    first = publication(record)

    publish(save(working_document(record) | {"title": "Two"}, "theme", record))

    second = publication(record)
    assert second.issued_at == first.issued_at
    assert second.modified_at > first.modified_at
    assert second.modified_at <= timezone.now()


def test_records_published_together_find_each_other():
    first = make("roadmap-item")
    second = make("roadmap-item", depends_on=[first.identifier])

    workflow.publish_all([second, first])

    assert [ref["id"] for ref in document(second)["depends_on"]] == [first.identifier]


def test_publishing_several_is_all_or_nothing():  # gate 6.1
    draft, withdrawn = make("theme"), published("theme")
    workflow.withdraw(withdrawn, reason="By mistake.")
    before = changes()

    with pytest.raises(WorkflowError, match="restore it first"):
        workflow.publish_all([draft, withdrawn])

    assert states(draft) == (State.DRAFT, "")
    assert changes() == before


def test_an_invalid_record_is_not_published():
    record = make("theme")
    Record.objects.filter(pk=record.pk).update(title="")

    with pytest.raises(ValidationError):
        workflow.publish(record)

    assert states(record) == (State.DRAFT, "")


# Withdrawing, merging, restoring


def test_withdraw_leaves_a_tombstone_and_nothing_else():
    record, successor = several_published("theme", 2)

    workflow.withdraw(record, reason="It was never true.", successor=successor)

    row = publication(record)
    assert states(record) == (State.WITHDRAWN, State.WITHDRAWN)
    assert (row.state, row.reason, row.successor) == (
        "withdrawn",
        "It was never true.",
        publication(successor),
    )
    assert [row.title, row.summary, row.document, row.display, row.title_stems, row.text_stems] == [""] * 6
    assert not row.terms.exists()
    assert changes()[-1] == ("deleted", "theme", record.identifier)


@pytest.mark.parametrize("kind", ["technology", "organisation", "deliverable"])
def test_a_tombstone_says_where_it_was_why_it_went_and_what_to_use_instead(kind):  # gate 3.13
    record, successor = published_full(kind), published(kind)
    before = filled_in(publication(record))

    workflow.withdraw(record, reason="It was never true.", successor=successor)

    kept = filled_in(publication(record))
    assert kept == {
        "kind",
        "identifier",
        "path",
        "url",
        "state",
        "reason",
        "successor",
        "version",
        "uuid",
        *TIMES,
    }
    assert before >= {"title", "summary", "document", "display", "title_stems", "name_stems", "text_stems"}


TIMES = ("issued_at", "modified_at")


def filled_in(row):
    """The columns of a row that say something."""
    found = {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name for name, value in found.items() if value not in ("", None) and name != "id"}


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_withdraw_needs_a_reason(reason):
    record = published("theme")

    with pytest.raises(WorkflowError, match="Say why"):
        workflow.withdraw(record, reason=reason)

    assert states(record) == (State.PUBLISHED, State.PUBLISHED)


def test_only_what_is_public_is_withdrawn_or_merged():  # gate 3.6
    draft, other = make("theme"), published("theme")
    gone = published("theme")
    workflow.withdraw(gone, reason="By mistake.")

    for record in (draft, gone):
        with pytest.raises(WorkflowError, match="is not published"):
            workflow.withdraw(record, reason="Again.")
    with pytest.raises(WorkflowError, match="is not published"):
        workflow.merge(gone, other)


@pytest.mark.parametrize("step", ["withdraw", "merge"])
def test_successor_is_another_published_record(step):
    record, gone = several_published("theme", 2)
    workflow.withdraw(gone, reason="By mistake.")

    def take(other):
        if step == "merge":
            workflow.merge(record, other)
        else:
            workflow.withdraw(record, reason="Old.", successor=other)

    for other, complaint in (
        (record, "own successor"),
        (make("theme"), "not published"),
        (gone, "not published"),
    ):
        with pytest.raises(WorkflowError, match=complaint):
            take(other)
    assert states(record) == (State.PUBLISHED, State.PUBLISHED)


def test_restore_shows_what_was_public_before():
    record = published("theme", title="One")
    before = document(record)
    record = save(working_document(record) | {"title": "Two"}, "theme", record)
    workflow.withdraw(record, reason="By mistake.")

    workflow.restore(record)

    assert document(record) == before
    assert states(record) == (State.DRAFT, State.PUBLISHED)
    assert working_document(fresh(record))["title"] == "Two"
    assert [action for action, _, _ in changes()] == ["created", "deleted", "created"]
    assert fresh(record).withdrawal_reason == ""


@pytest.mark.parametrize("step", ["withdraw", "merge"])
def test_restore_leaves_nothing_of_what_took_its_place(step):
    record, other = several_published("theme", 2)
    if step == "merge":
        workflow.merge(record, other, reason="Twice in the list.")
    else:
        workflow.withdraw(record, reason="Out of date.", successor=other)
    assert fresh(record).successor_id == other.pk

    workflow.restore(record)

    assert (fresh(record).successor, fresh(record).withdrawal_reason) == (None, "")
    assert (publication(record).successor, publication(record).reason) == (None, "")


def test_a_merged_record_is_restored_before_it_is_published():  # gate 3.6
    record, other = several_published("theme", 2)
    workflow.merge(record, other)

    with pytest.raises(WorkflowError, match="is merged: restore it first"):
        workflow.publish(record)

    assert states(record) == (State.WITHDRAWN, State.MERGED)
    assert publication(record).state == "merged"


def test_only_what_was_taken_back_is_restored():  # gate 3.6
    for record in (make("theme"), published("theme")):
        with pytest.raises(WorkflowError, match="is not withdrawn"):
            workflow.restore(record)


def test_withdrawn_is_edited_but_not_published():
    record = published("theme")
    workflow.withdraw(record, reason="By mistake.")

    record = save(working_document(fresh(record)) | {"title": "Two"}, "theme", fresh(record))

    assert states(record) == (State.WITHDRAWN, State.WITHDRAWN)
    with pytest.raises(WorkflowError, match="restore it first"):
        workflow.publish(record)


# References


def named(record, field="makers"):
    return [(ref["id"], ref["label"]) for ref in document(record)[field]]


@pytest.fixture
def technology():
    maker = published("organisation", title="Old maker")
    return published("technology", makers=[maker.identifier]), maker


def test_merged_references_follow_the_successor(technology):
    technology, maker = technology
    into = published("organisation", title="New maker")

    workflow.merge(maker, into)

    assert named(technology) == [(into.identifier, "New maker")]
    assert ("updated", "technology", technology.identifier) in changes()


def test_merged_references_follow_the_successor_wherever_it_goes(technology):
    technology, maker = technology
    into, last = several_published("organisation", 2)
    workflow.merge(maker, into)

    publish(save(working_document(into) | {"title": "Renamed maker"}, "organisation", into))
    assert named(technology) == [(into.identifier, "Renamed maker")]

    workflow.merge(into, last)
    assert named(technology) == [(last.identifier, last.title)]

    workflow.withdraw(last, reason="Gone.")
    assert named(technology) == []

    workflow.restore(last)
    assert named(technology) == [(last.identifier, last.title)]


def test_merged_references_name_the_successor_once():
    maker, into = several_published("organisation", 2)
    technology = published("technology", makers=[maker.identifier, into.identifier])

    workflow.merge(maker, into)

    assert named(technology) == [(into.identifier, into.title)]


def test_restoring_the_merged_one_gives_its_references_back(technology):
    technology, maker = technology
    workflow.merge(maker, published("organisation"))

    workflow.restore(maker)

    assert named(technology) == [(maker.identifier, "Old maker")]


def test_only_records_of_one_kind_are_merged():
    record, other = published("technology"), published("deliverable")

    with pytest.raises(WorkflowError, match="this is a technology, the other one a deliverable"):
        workflow.merge(record, other)

    assert states(record) == (State.PUBLISHED, State.PUBLISHED)


def test_merging_moves_the_names_in_working_copies_and_nothing_that_readers_see():
    old, into, third = several_published("issue", 3)
    names = [third.identifier, old.identifier, into.identifier]
    public = published("technology", issues=names)
    edited = save(working_document(public) | {"title": "Edited"}, "technology", public)
    draft = make("technology", issues=[old.identifier])
    part = {
        "key": "good-1",
        "aspect": "good",
        "text": "Text",
        "refs": [f"issue:{old.identifier}"],
        "sources": [],
    }
    situation = make("situation", points=[part])
    before = json.loads(fresh(public).published_revision.document)

    workflow.merge(old, into, moves_names=True)

    assert working_document(edited)["issues"] == [third.identifier, into.identifier]
    assert working_document(draft)["issues"] == [into.identifier]
    assert working_document(situation)["points"][0]["refs"] == [f"issue:{into.identifier}"]
    assert json.loads(fresh(public).published_revision.document) == before
    newest = draft.revisions.first()
    assert (newest.number, newest.note) == (2, f"{old.identifier} was merged into {into.identifier}")
    assert named_by(fresh(old)) == set()


def test_a_draft_is_merged_into_a_public_record_and_leaves_its_names_to_it(partner):
    petra = member("publisher", partner=partner)
    twice = owned(make("issue", title="Written twice"), partner)
    into = owned(published("issue"), partner)
    one, other = (owned(make("technology", issues=[twice.identifier]), partner) for _ in range(2))

    workflow.merge(twice, into, by=petra, moves_names=True)

    assert not Record.objects.filter(pk=twice.pk).exists()
    assert [working_document(fresh(record))["issues"] for record in (one, other)] == [[into.identifier]] * 2
    assert steps_of(twice)[-1] == ("discarded", petra.email, f"Merged into {into.identifier}.")
    assert not Publication.objects.filter(kind="issue", identifier=twice.identifier).exists()


def test_what_a_draft_may_not_be_merged_into(partner):
    twice, draft = (owned(make("issue"), partner) for _ in range(2))
    public, technology = published("issue"), published("technology")
    named = owned(make("issue"), partner)
    published("technology", issues=[named.identifier])
    withheld = owned(make("issue"), partner)
    workflow.withhold(withheld, reason="Old.")

    for record, into, says in (
        (twice, draft, f"The successor {draft.identifier} is not published"),
        (twice, twice, "its own successor"),
        (twice, technology, "Only records of one kind"),
        (named, public, "Other records name it"),
        (withheld, public, "is not published"),
    ):
        with pytest.raises(WorkflowError, match=says):
            workflow.merge(fresh(record), into, moves_names=True)
    for who in (member("contributor", "reviewer", partner=partner), member("publisher")):
        with pytest.raises(PermissionDenied):
            workflow.merge(twice, public, by=who, moves_names=True)
    assert Record.objects.filter(pk__in=[twice.pk, named.pk, withheld.pk]).count() == 3


def test_a_record_never_names_itself_after_a_merge():
    old = published("roadmap-item")
    into = published("roadmap-item", depends_on=[old.identifier])
    group = published("function")
    child = published("function", level=2, parent=group.identifier)

    workflow.merge(old, into, moves_names=True)
    with pytest.raises(WorkflowError, match=f"{child.identifier} cannot name"):
        workflow.merge(group, child, moves_names=True)

    assert working_document(fresh(into))["depends_on"] == []
    assert states(group) == (State.PUBLISHED, State.PUBLISHED)
    assert working_document(fresh(child))["parent"] == group.identifier


def test_what_the_other_record_may_not_be_named_for_refuses_the_merge():
    first = published("roadmap-item")
    second = published("roadmap-item", depends_on=[first.identifier])
    third = published("roadmap-item", depends_on=[second.identifier])

    with pytest.raises(WorkflowError, match="would have to come before itself"):
        workflow.merge(first, third, moves_names=True)

    assert states(first) == (State.PUBLISHED, State.PUBLISHED)
    assert working_document(fresh(second))["depends_on"] == [first.identifier]


def test_a_new_slug_reaches_all_that_name_the_record():
    issue = published("issue")
    technology = published("technology", issues=[issue.identifier])
    before = document(technology)["issues"][0]["url"]

    issue = publish(save(working_document(issue) | {"slug": "moved"}, "issue", issue))

    assert document(technology)["issues"][0]["url"] == publication(issue).url != before
    assert ("updated", "technology", technology.identifier) in changes()


def test_referrers_that_are_not_public_stay_so():
    maker = make("organisation")
    draft = make("technology", makers=[maker.identifier])

    publish(maker)

    assert changes() == [("created", "organisation", maker.identifier)]
    assert states(draft) == (State.DRAFT, "")


def test_a_name_that_is_no_longer_given_no_longer_matters(technology):
    technology, maker = technology
    technology = publish(save(working_document(technology) | {"makers": []}, "technology", technology))
    before = len(changes())

    publish(save(working_document(maker) | {"title": "Renamed"}, "organisation", maker))

    assert changes()[before:] == [("updated", "organisation", maker.identifier)]


def test_source_shared_with_a_draft_changes_no_published_record():
    cited = source(title="")
    record = published("theme", sources=[cited])
    before = working_document(record)

    make("theme", sources=[cited | {"title": "A name that only the draft knows"}])

    assert working_document(fresh(record)) == before


# Reverting


def test_revert_makes_a_new_version_and_moves_nothing_public():
    record = published("technology", title="One")
    first = record.revisions.get()
    before = publication(record), changes()
    record = publish(
        save(full_document_for("technology", identifier=record.identifier), "technology", record)
    )
    second = publication(record), changes()

    revision = workflow.revert(record, first)

    assert (revision.number, revision.note) == (3, "Back to version 1")
    assert revision.document == first.document
    assert (publication(record), changes()) == second != before
    assert states(record) == (State.DRAFT, State.PUBLISHED)


def test_revert_takes_only_versions_of_the_record():
    record, other = make("theme"), make("theme")

    with pytest.raises(WorkflowError, match="another record"):
        workflow.revert(record, other.revisions.get())


# Who may


@pytest.fixture
def person():
    """A person of the editorial office with these roles and no others."""
    return member


def elsewhere():
    """A publisher of another team."""
    return member("publisher", partner=published("partner"))


STEPS = {
    "publish": ("publisher", lambda record, by: workflow.publish(record, by=by)),
    "publish_all": ("publisher", lambda record, by: workflow.publish_all([record], by=by)),
    "withdraw": ("publisher", lambda record, by: workflow.withdraw(record, reason="Old.", by=by)),
    "merge": ("publisher", lambda record, by: workflow.merge(record, published("theme"), by=by)),
    "restore": ("publisher", lambda record, by: workflow.restore(record, by=by)),
}


@pytest.mark.parametrize("step", STEPS)
def test_steps_need_their_role(person, step):  # gate 3.1
    role, take = STEPS[step]
    record = published("theme") if step in ("withdraw", "merge") else make("theme")
    if step == "restore":
        record = publish(record)
        workflow.withdraw(record, reason="By mistake.")
    before = states(record)

    for user in (person(), person("contributor"), person("reviewer", "administrator"), elsewhere()):
        with pytest.raises(PermissionDenied):
            take(record, user)
        assert states(record) == before

    take(record, person(role))
    assert states(record) != before


# Changes


def test_changes_are_numbered_in_the_order_they_happened():
    first, second = several_published("theme", 2)
    workflow.withdraw(second, reason="By mistake.")
    workflow.restore(second)
    publish(save(working_document(first) | {"title": "Renamed"}, "theme", first))

    assert changes() == [
        ("created", "theme", first.identifier),
        ("created", "theme", second.identifier),
        ("deleted", "theme", second.identifier),
        ("created", "theme", second.identifier),
        ("updated", "theme", first.identifier),
    ]
    times = list(Change.objects.order_by("seq").values_list("at", flat=True))
    assert times == sorted(times)


def test_a_record_is_told_of_once_a_step():
    maker = make("organisation")
    technologies = [
        save(document_for("technology", makers=[maker.identifier]), "technology") for _ in range(2)
    ]

    workflow.publish_all([*technologies, maker])

    assert sorted(changes()) == sorted(
        [("created", "organisation", maker.identifier)]
        + [("created", "technology", technology.identifier) for technology in technologies]
    )


def test_rebuild_repairs_what_was_broken():
    record = published("theme")
    before = document(record)
    Publication.objects.update(title="Broken", document="{}", display="{}", title_stems="", text_stems="")

    assert workflow.rebuild_publications() == 1

    assert document(record) == before


def test_rebuild_drops_what_no_record_stands_behind():
    published("theme")
    Publication.objects.create(
        kind="theme", identifier="ghost", uuid=uuid4(), state="published", document="{}"
    )

    workflow.rebuild_publications()

    assert not Publication.objects.filter(identifier="ghost").exists()
