"""What rests on law that has changed is looked at again: asked of its team, closed by what they do (back-office 8)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from media4sec.kinds import kinds
from media4sec.publications.models import Change
from media4sec.records import rechecks, workflow
from media4sec.records.admin.lists import admin_url
from media4sec.records.documents.reading import references_in, working_document
from media4sec.records.models import Appointment, AuditEntry, Recheck, Record, Tag
from media4sec.records.rechecks import says_otherwise
from media4sec.records.workflow import WorkflowError
from tests.factories import (
    changed,
    fresh,
    full_document_for,
    make,
    publish,
    published,
    save,
    source,
    steps_of,
)
from tests.people import administrator, logged_in, member, owned, sections
from tests.test_admin import filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def law():
    return published("instrument", title="The Regulation", status="In force")


def resting(law, kind="issue", partner=None, *, is_public=True, **more):
    """A record that names this law."""
    record = owned(make(kind, instruments=[law.identifier], **more), partner)
    return publish(record) if is_public else record


def amended(law, **changes):
    """The law, with changes that readers do not see yet."""
    return changed(law, **(changes or {"status": "Amended"}))


def asked(*records):
    """Which of these records are to be looked at again."""
    keys = set(Recheck.objects.values_list("record", flat=True))
    return [record.title for record in records if record.pk in keys]


# When it is asked


def test_what_names_a_law_is_asked_for_when_it_changes_in_public(law, partner):
    issue, note = resting(law, partner=partner), resting(law, "country-note")
    draft, other = resting(law, partner=partner, is_public=False), published("issue")

    law = amended(law)
    assert asked(issue, note, draft, other) == []
    publish(law, note="Amended by the Omnibus")

    assert asked(issue, note, draft, other) == [issue.title, note.title, draft.title]
    assert steps_of(issue, "action", "note")[-1] == (
        "asked",
        "The Regulation (legal instrument) has changed.",
    )
    assert steps_of(other, "action", "note")[-1][0] == "published"


def test_all_kinds_that_name_law_are_asked():
    expected = {kind.name for kind in kinds() if references_in(kind.name).get("instruments") == "instrument"}
    law = published("instrument")
    records = {name: resting(law, name, is_public=False) for name in expected}

    found = {one for one, named in rechecks.resting_on([law]) if named == law.pk}

    assert {"issue", "country-note", "judgment", "platform-request"} <= expected
    assert found == {record.pk for record in records.values()}


@pytest.mark.parametrize(
    "changes",
    [
        {"checked_on": "2026-11-01"},
        {"verified": True, "verified_basis": "The official text was read."},
        {"notes": ["Sources disagree."]},
        {"tags": ["new"], "slug": "other"},
        {"sources": [source()]},
    ],
)
def test_how_it_was_checked_is_no_change_for_others(law, changes):
    issue = resting(law)

    publish(amended(law, **changes))

    assert asked(issue) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "Repealed"},
        {"summary": "It says something else."},
        {"applicable_from": "2027-01-01"},
        {"title": "Another name"},
    ],
)
def test_what_it_says_is_one(law, changes):
    issue = resting(law)

    publish(amended(law, **changes))

    assert asked(issue) == [issue.title]


def test_a_new_event_in_its_life_is_one():
    document = full_document_for("instrument")
    assert document["events"]
    kind = next(kind for kind in kinds() if kind.name == "instrument")

    read_again = [event | {"verified": not event["verified"]} for event in document["events"]]

    assert not says_otherwise(kind, document, document | {"events": read_again})
    assert says_otherwise(kind, document, document | {"events": document["events"][:1]})


def test_a_law_that_is_published_first_asks_nobody():
    law = make("instrument")
    issue = resting(law, is_public=False)

    publish(law)

    assert asked(issue) == []


def test_kinds_that_do_not_say_so_ask_nobody(partner):
    theme = published("theme")
    issue = publish(make("issue", themes=[theme.identifier]))

    publish(save(working_document(theme) | {"summary": "Changed"}, "theme", theme))

    assert asked(issue) == []


def test_what_is_published_with_it_was_looked_at(law):
    issue, other = resting(law), resting(law)
    issue = save(working_document(issue) | {"summary": "As amended"}, "issue", issue)

    workflow.publish_all([amended(law), issue])

    assert asked(issue, other) == [other.title]


def test_what_is_withdrawn_is_not_asked_for(law):
    gone, goes = resting(law), resting(law)
    workflow.withdraw(gone, reason="Outdated.")

    publish(amended(law))
    assert asked(gone, goes) == [goes.title]
    workflow.withdraw(goes, reason="Outdated.")

    assert asked(goes) == []


def test_a_second_change_asks_once_and_anew(law):
    issue = resting(law)
    publish(amended(law))
    Recheck.objects.update(at=timezone.now() - timedelta(days=9))

    publish(amended(law, status="Repealed"))

    assert Recheck.objects.get().at > timezone.now() - timedelta(days=1)
    assert [action for action, _ in steps_of(issue, "action", "note")].count("asked") == 2


def test_an_editorial_change_asks_nobody_and_is_told_so(law):
    issue = resting(law)

    publish(amended(law), note="A comma", is_editorial=True)

    assert asked(issue) == []
    assert steps_of(law, "action", "note")[-1] == ("published", "Editorial change only. A comma")


@pytest.mark.parametrize("is_editorial", [True, False])
def test_at_a_time_it_is_asked_then(law, is_editorial):
    issue = resting(law)
    soon = timezone.now() + timedelta(hours=1)
    workflow.schedule(amended(law), soon, note="A comma", is_editorial=is_editorial)
    assert asked(issue) == []
    Appointment.objects.update(at=timezone.now() - timedelta(seconds=1))

    workflow.publish_due()

    assert asked(issue) == ([] if is_editorial else [issue.title])


def test_readers_see_none_of_it(law, client):
    issue = resting(law)
    before = client.get(issue.url).content
    seq = Change.objects.count()

    publish(amended(law, status="Amended"))

    assert asked(issue) == [issue.title]
    assert client.get(issue.url).content == before
    assert Change.objects.count() == seq + 1


def test_asking_costs_the_same_however_many_name_it(law):
    def cost():
        now = amended(law, status=f"Amended {Recheck.objects.count()}")
        with CaptureQueriesContext(connection) as found:
            workflow.publish(now)
        return sum("recheck" in query["sql"] for query in found.captured_queries), [
            query["sql"] for query in found.captured_queries if "_instruments" in query["sql"]
        ]

    resting(law, is_public=False)
    first, joins = cost()
    for _ in range(4):
        resting(law, is_public=False)
    second, more = cost()

    assert (first, len(joins)) == (second, len(more))
    assert Recheck.objects.count() == 5


# How it ends


def test_confirming_ends_it(law, partner):
    issue, user = resting(law, partner=partner), member("contributor", partner=partner)
    publish(amended(law))

    workflow.confirm(issue, [], by=user)

    assert asked(issue) == []


def test_publishing_what_was_written_after_the_change_ends_it(law):
    issue = resting(law)
    issue = save(working_document(issue) | {"summary": "Written before"}, "issue", issue)
    publish(amended(law))

    issue = publish(issue)
    assert asked(issue) == [issue.title]
    publish(save(working_document(issue) | {"summary": "Written after"}, "issue", issue))

    assert asked(issue) == []


def test_it_is_dismissed_with_a_reason(law, partner):
    user, issue = member("contributor", partner=partner), resting(law, partner=partner)
    publish(amended(law))
    client, address = logged_in(user), admin_url(issue, "dismiss")
    [change] = issue.rechecks.all()

    offered = str(client.get(address).context["form"]["changes"])
    empty = client.post(address, filled(client, address, changes=str(change.pk), reason=""))
    assert asked(issue) == [issue.title]
    done = client.post(address, filled(client, address, changes=str(change.pk), reason="Another article."))

    assert "The Regulation" in offered
    assert (empty.status_code, done.status_code, asked(issue)) == (200, 302, [])
    assert steps_of(issue, "action", "note")[-1] == (
        "dismissed",
        f"{law} (legal instrument): Another article.",
    )


def test_what_nobody_asks_any_more_cannot_be_dismissed(law):
    issue = resting(law)
    publish(amended(law))
    changes = list(issue.rechecks.all())
    workflow.dismiss(issue, changes, reason="Another article.")

    with pytest.raises(WorkflowError, match="Somebody has looked at it"):
        workflow.dismiss(issue, changes, reason="Another article.")
    with pytest.raises(WorkflowError, match="Say why"):
        workflow.dismiss(issue, changes, reason=" ")


def test_the_tasks_of_another_record_are_not_dismissed(law):
    issue, other = resting(law), resting(law)
    publish(amended(law))

    with pytest.raises(WorkflowError):
        workflow.dismiss(issue, other.rechecks.all(), reason="Another article.")

    assert asked(issue, other) == [issue.title, other.title]


# Who sees it


def test_the_team_of_a_record_sees_it(law, partner):
    user, office = member("contributor", partner=partner), member("contributor")
    own = resting(law, partner=partner, title="Ours")
    resting(law, title="Theirs")
    publish(amended(law))
    today = timezone.localdate().strftime("%-d %B %Y")

    section = sections(user)["recheck"]

    assert [(row.url, row.title, row.says) for row in section.rows] == [
        (admin_url(own), "Ours", f"The Regulation (legal instrument) changed on {today}")
    ]
    assert section.total == 1
    listed = logged_in(user).get(section.all_url).context["cl"].result_list
    assert [record.title for record in listed] == ["Ours"]
    assert [row.title for row in sections(office)["recheck"].rows] == ["Theirs"]
    assert sections(administrator())["recheck"].total == 2
    assert "recheck" not in sections(member("administrator", partner=partner))


def test_the_page_of_the_record_says_it(law, partner):
    client = logged_in(member("contributor", partner=partner))
    issue, other = resting(law, partner=partner), owned(published("issue"), partner)
    publish(amended(law))

    page, quiet = client.get(admin_url(issue)), client.get(admin_url(other))

    [(url, words)] = page.context["notices"]
    assert url == law.url
    assert words.startswith("The Regulation (legal instrument) changed on ")
    assert admin_url(issue, "dismiss") in page.content.decode()
    assert quiet.context["notices"] == []
    assert admin_url(other, "dismiss") not in quiet.content.decode()


def test_a_draft_of_the_law_is_not_told(law, partner):
    client = logged_in(member("contributor", partner=partner))
    issue = resting(law, partner=partner)
    amended(law, title="Secret name", status="Amended")
    law = fresh(law)
    workflow.publish(law, law.revisions.get(number=2), note="Secret note")
    amended(law, title="Newer secret")

    pages = [client.get(address).content.decode() for address in ("/admin/", admin_url(issue))]
    pages.append(client.get(admin_url(issue, "history")).content.decode())

    assert all("Newer secret" not in page and "Secret note" not in page for page in pages)
    assert all("Secret name" in page for page in pages)  # that is public now


# What whoever publishes sees first


@pytest.fixture
def office():
    return logged_in(member("publisher"))


def told_on(client, law, step="publish"):
    page = client.get(admin_url(law, step))
    return " ".join(page.content.decode().split())


@pytest.mark.parametrize("step", ["publish", "schedule"])
def test_it_says_how_many_will_be_asked(law, partner, office, step):
    resting(law)
    resting(law, partner=partner)
    resting(law, partner=partner, is_public=False, title="Draft of others")

    page = told_on(office, amended(law), step)

    assert "2 records that you may know of rest on what changes here." in page
    assert "Editorial change only" in page
    assert "Draft of others" not in page


def test_one_and_none_are_said_in_words(law, office):
    law = amended(law)
    assert "No record that you may know of rests on what changes here." in told_on(office, law)
    resting(law)
    assert "1 record that you may know of rests on what changes here. Its team is asked" in told_on(
        office, law
    )


@pytest.mark.parametrize("changes", [{"checked_on": "2026-11-01"}, {"tags": ["new"]}])
def test_nothing_is_said_where_nobody_is_asked(law, office, changes):
    resting(law)
    assert "Editorial change only" not in told_on(office, amended(law, **changes))


def test_who_publishes_can_say_that_it_is_editorial_and_says_why(law, office):
    issue, law = resting(law), amended(law)
    address = admin_url(law, "publish")

    refused = office.post(address, filled(office, address, is_editorial="on", note=""))
    assert (refused.status_code, fresh(law).has_unpublished_changes) == (200, True)
    assert "Say what was changed" in refused.content.decode()
    office.post(address, filled(office, address, is_editorial="on", note="A comma"))

    assert not fresh(law).has_unpublished_changes
    assert asked(issue) == []


def test_without_it_they_are_asked(law, office):
    issue, law = resting(law), amended(law)
    address = admin_url(law, "publish")

    office.post(address, filled(office, address, note="Amended"))

    assert asked(issue) == [issue.title]


@pytest.mark.parametrize("is_editorial", [True, False])
def test_several_at_once_ask_as_well(law, office, is_editorial):
    issue, other, law = resting(law), published("instrument"), amended(law)
    other = amended(other)
    listed = "/admin/ethics/legalinstrument/"
    sent = {"action": "publish_selected", "_selected_action": [law.pk, other.pk]}
    page = office.post(listed, sent)
    assert "1 record that you may know of rests" in " ".join(page.content.decode().split())

    confirmed = {"confirmed": "yes", "seen": page.context["seen"], "note": "x"}
    office.post(listed, sent | confirmed | ({"is_editorial": "on"} if is_editorial else {}))

    assert Record.objects.filter(pk__in=[law.pk, other.pk], state="published").count() == 2
    assert asked(issue) == ([] if is_editorial else [issue.title])


# What came meanwhile, and who is told


def test_who_closes_a_request_has_not_closed_a_newer_one(law, partner):
    issue = resting(law, partner=partner)
    publish(amended(law))
    client = logged_in(member("publisher", partner=partner))
    addresses = [admin_url(issue, name) for name in ("dismiss", "checked")]
    dismissal, confirmation = (filled(client, address, reason="It is about fish.") for address in addresses)
    publish(amended(law, status="Amended again"))

    refused = client.post(addresses[0], dismissal)
    client.post(addresses[1], confirmation)

    assert refused.status_code == 200
    assert asked(issue) == [issue.title]
    client.post(addresses[1], filled(client, addresses[1]))
    assert asked(issue) == []


def test_a_version_that_says_the_same_ends_nothing(law):
    issue = resting(law, tags=["fish"])
    save(working_document(issue) | {"summary": "Written before the law changed."}, "issue", fresh(issue))
    publish(amended(law))
    tag = Tag.objects.get()
    Tag.objects.filter(pk=tag.pk).update(name="fishes", key="fishes")
    workflow.carry_over(Record.objects.filter(pk=issue.pk), note="The tag is called otherwise.")

    publish(fresh(issue))

    assert asked(issue) == [issue.title]


def test_other_teams_are_not_told_who_published(law, partner):
    theirs, own = resting(law, partner=partner), resting(law)
    boss = member("publisher")

    workflow.publish(amended(law), by=boss)

    asked_by = dict(AuditEntry.objects.filter(action="asked").values_list("identifier", "actor"))
    assert asked_by == {theirs.identifier: "", own.identifier: boss.email}
