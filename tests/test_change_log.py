"""The change log: everybody sees what became public, of their own team also who did it and why; drafts of nobody."""

import csv
from datetime import timedelta

import pytest
from django.utils import timezone

from media4sec.records import workflow
from media4sec.records.admin import trail
from media4sec.records.admin.lists import admin_url
from media4sec.records.models import AuditEntry, Record, Source
from tests.factories import changed, fresh, make, publish, published, steps_of
from tests.people import administrator, logged_in, member, owned, queries_for

pytestmark = pytest.mark.django_db
LOG = "/admin/records/auditentry/"
ROLES = ("contributor", "reviewer", "publisher", "administrator")


@pytest.fixture
def anna(partner):
    return member("publisher", partner=partner, name="anna")


@pytest.fixture
def record(partner, anna):
    """Public, with another version, then a draft beside it."""
    record = owned(make("technology", title="A watcher", country="DE", summary="It watches."), partner)
    workflow.publish(record, by=anna, note="First")
    record = changed(record, title="Watcher", country="NL")
    workflow.publish(record, by=anna, note="The maker moved")
    return changed(record, title="Not yet")


def rows(client, **query):
    """(step, identifier, title, changed, team, by, note) of what somebody sees, the newest first."""
    return [
        (
            *(entry.action, entry.identifier, entry.title_told, entry.changed),
            *(entry.team, entry.by, entry.says),
        )
        for entry in client.get(LOG, query).context["cl"].result_list
    ]


def of(record, found):
    return [(step, *more) for step, identifier, *more in found if identifier == record.identifier]


def test_ones_own_team_sees_who_did_what_and_why(record, anna):
    assert of(record, rows(logged_in(anna))) == [
        ("published", "Watcher", "Title, Country", "A police force", anna.email, "The maker moved"),
        ("published", "A watcher", "First version", "A police force", anna.email, "First"),
    ]


@pytest.mark.parametrize("who", ["another team", "the editorial office"])
def test_others_see_what_is_public_and_of_which_team(record, who):
    partner = published("partner", title="A university") if who == "another team" else None
    client = logged_in(member(*ROLES, partner=partner))

    assert of(record, rows(client)) == [
        ("published", "Watcher", "Title, Country", "A police force", "", ""),
        ("published", "Watcher", "First version", "A police force", "", ""),
    ]
    page = client.get(LOG).content.decode()
    assert f'href="/technologies/{record.identifier}/"' in page
    assert admin_url(record) not in page


def test_withdrawing_is_told_with_the_reason_that_readers_see(record, anna):
    stranger = logged_in(member("contributor", partner=published("partner")))
    workflow.withdraw(record, reason="It is gone.", by=anna)

    assert of(record, rows(stranger))[0] == ("withdrawn", "", "", "A police force", "", "It is gone.")
    assert of(record, rows(logged_in(anna)))[0][4:] == (anna.email, "It is gone.")
    workflow.restore(fresh(record), by=anna)
    assert [step for step, *_ in of(record, rows(stranger))] == [
        *("restored", "withdrawn", "published", "published")
    ]
    assert of(record, rows(stranger))[1][5] == ""  # nobody reads it at the address any more


def test_portal_administrators_see_every_step_or_only_the_public_ones(record):
    client = logged_in(administrator())

    every = [step for step, *_ in of(record, rows(client))]
    public = [step for step, *_ in of(record, rows(client, reach="public"))]

    assert every == ["saved", "published", "saved", "published", "saved"]
    assert public == ["published", "published"]


def test_a_correction_of_what_records_share_is_told_as_it_is_public(partner, anna):
    record = owned(
        publish(make("technology", sources=[{"url": "https://example.org/", "title": "A"}])), partner
    )
    Source.objects.update(title="B")
    workflow.carry_over(Record.objects.filter(pk=record.pk), by=anna, note="Corrected")

    assert of(record, rows(logged_in(anna)))[0][2:] == ("Sources", "A police force", anna.email, "Corrected")


def test_an_appointment_is_told_by_what_became_public_then(partner, anna):
    record = owned(publish(make("technology", title="One")), partner)
    record = changed(record, country="NL")
    workflow.schedule(record, timezone.now() + timedelta(hours=1), by=anna)
    changed(record, summary="A draft beside it")
    workflow.Appointment.objects.update(at=timezone.now() - timedelta(seconds=1))
    workflow.publish_due()

    assert of(record, rows(logged_in(anna)))[0][2] == "Country"


def test_an_older_version_that_is_public_again_is_told_by_what_readers_saw_change(record, anna):
    first, third = record.revisions.get(number=1), record.revisions.get(number=3)
    workflow.publish(record, by=anna)  # "Not yet", version 3
    workflow.publish(fresh(record), first, by=anna)
    workflow.publish(fresh(record), first, by=anna)
    workflow.withdraw(fresh(record), reason="Gone.", by=anna)
    workflow.restore(fresh(record), by=anna)
    workflow.publish(fresh(record), third, by=anna)

    told = [(step, changes) for step, _, changes, *_ in of(record, rows(logged_in(anna)))]

    assert told == [
        ("published", "Title, Country"),
        ("restored", ""),
        ("withdrawn", ""),
        ("published", ""),
        ("published", "Title, Country"),
        ("published", "Title"),
        ("published", "Title, Country"),
        ("published", "First version"),
    ]
    versions = [version for step, version in steps_of(record, "action", "version") if step != "saved"]
    assert versions == [1, 2, 3, 1, 1, 3, 1, 3]


def test_it_is_filtered_by_kind_team_step_time_and_person(record, partner, anna):
    ben = member("publisher", partner=partner, name="ben")
    theme = make("theme", title="A theme")
    workflow.publish(theme, by=administrator())
    own = owned(make("technology", title="Another"), partner)
    workflow.publish(own, by=ben)
    workflow.withdraw(fresh(own), by=ben, reason="Old")
    client = logged_in(anna)

    def found(**query):
        return {(step, identifier) for step, identifier, *_ in rows(client, **query)}

    of_record, of_theme = ("published", record.identifier), ("published", theme.identifier)
    of_own = {("published", own.identifier), ("withdrawn", own.identifier)}
    assert found(kind="theme") == {of_theme}
    assert found(kind="technology") == {of_record, *of_own}
    assert found(team=str(partner.pk)) == {of_record, *of_own}
    assert of_theme in found(team="office")
    assert of_record not in found(team="office")
    assert found(action="withdrawn") == {("withdrawn", own.identifier)}
    assert found(by=ben.email) == of_own
    assert found(by="root@example.org") == set()  # of another team
    assert found(q=record.identifier) == {of_record}
    assert found(q="watcher") == {of_record}
    assert found(q="Not yet") == set()
    tomorrow = timezone.now() + timedelta(days=1)
    assert (
        found(at__gte=tomorrow.isoformat(sep=" "), at__lt=(tomorrow + timedelta(days=1)).isoformat(sep=" "))
        == set()
    )


@pytest.mark.parametrize("query", [{"team": "x"}, {"by": "x"}, {"kind": "x"}, {"action": "saved"}])
def test_what_no_filter_has_finds_nothing(record, anna, query):
    assert rows(logged_in(anna), **query) == []


def test_a_person_who_left_the_team_is_not_asked_for_in_other_teams(record, partner, anna):
    other = published("partner", title="A university")
    member("publisher", partner=other)
    anna.memberships.create(team=other.team, role="publisher")
    stranger = logged_in(member("publisher", partner=other, name="carl"))

    assert rows(stranger, by=anna.email) == []  # what she did for the police force
    assert rows(logged_in(anna), by=anna.email) != []


def test_it_is_taken_along_as_it_is_shown(record, anna):
    workflow.publish(record, by=anna, note="=1+1")
    stranger = member("contributor", partner=published("partner"))

    def taken(user):
        client = logged_in(user)
        keys = [entry.pk for entry in client.get(LOG, {"q": record.identifier}).context["cl"].result_list]
        answer = client.post(LOG, {"action": "export_log", "_selected_action": keys})
        return list(csv.reader(answer.content.decode().splitlines()))

    own, others = taken(anna), taken(stranger)

    assert tuple(own[0]) == trail.LOG_COLUMNS
    assert own[1][1:] == [
        *("Published", "Technology", record.identifier, "Not yet", "Title"),
        *("A police force", anna.email, "'=1+1"),
    ]
    assert [row[6:] for row in others[1:]] == [["A police force", "", ""]] * 3


def test_the_chain_is_not_given_to_members(record, anna):
    entry = AuditEntry.objects.filter(action="published").first()
    client = logged_in(anna)

    answer = client.post(LOG, {"action": "export", "_selected_action": [entry.pk]}, follow=True)

    assert "text/csv" not in answer["Content-Type"]
    assert client.get(f"{LOG}{entry.pk}/change/").status_code == 403


def test_a_file_has_an_end(record, anna, monkeypatch):
    monkeypatch.setattr(trail, "MOST_EXPORTED", 1)
    client = logged_in(anna)
    keys = [entry.pk for entry in client.get(LOG).context["cl"].result_list]

    answer = client.post(LOG, {"action": "export_log", "_selected_action": keys}, follow=True)

    assert "A file has at most 1 steps" in answer.content.decode()


def test_a_page_costs_the_same_however_much_was_done(record, partner, anna):
    client = logged_in(anna)

    few = queries_for(client, LOG)
    for number in range(4):
        other = owned(make("technology", title=f"Another {number}"), partner)
        workflow.publish(other, by=anna)
        workflow.publish(make("organisation", title=f"Of the office {number}"))

    assert queries_for(client, LOG) == few
    assert few <= 16
