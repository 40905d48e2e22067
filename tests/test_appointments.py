"""Publishing at a time: by the database's clock, the version that was meant, and nothing a second before."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.utils import timezone

from media4sec.records import workflow
from media4sec.records.admin.lists import admin_url
from media4sec.records.documents.reading import working_document
from media4sec.records.models import Appointment, AuditEntry, Team
from media4sec.records.workflow import WorkflowError, publish_due, schedule
from tests.factories import fresh, make, publish, published, save
from tests.people import administrator, logged_in, member, owned
from tests.test_admin import filled

pytestmark = pytest.mark.django_db
SOON = timedelta(hours=1)


def due(record):
    """As if the time had come; the database's own clock goes on as it does."""
    Appointment.objects.filter(record=record.pk).update(at=timezone.now() - timedelta(seconds=1))


def title_of(record):
    return workflow.Publication.objects.get(identifier=record.identifier).title


def test_it_is_public_when_the_time_has_come_and_not_before(client):  # gate 3.12
    record, anna = make("theme", title="Dark web"), administrator("anna")
    schedule(record, timezone.now() + SOON, by=anna, note="With the press release")

    assert publish_due() == (0, [])
    assert client.get(record.url).status_code == 404
    due(record)
    assert publish_due() == (1, [])
    assert publish_due() == (0, [])

    assert client.get(record.url).status_code == 200
    steps = AuditEntry.objects.filter(identifier=record.identifier).order_by("pk")
    assert [(one.action, one.actor) for one in steps][1:] == [
        ("scheduled", "anna@example.org"),
        ("published", "anna@example.org"),
    ]
    assert "With the press release" in steps[1].note


def test_the_version_that_was_meant_becomes_public():
    record = publish(make("theme", title="First"))
    record = save({**working_document(record), "title": "Second"}, "theme", record)
    schedule(record, timezone.now() + SOON)
    save({**working_document(record), "title": "Third"}, "theme", record)
    due(record)

    publish_due()

    assert title_of(record) == "Second"
    assert working_document(record)["title"] == "Third"
    assert fresh(record).has_unpublished_changes


def test_a_time_that_is_over_is_refused():
    with pytest.raises(WorkflowError, match="is over"):
        schedule(make("theme"), timezone.now() - SOON)


def test_it_can_be_taken_back():
    record = make("theme")
    schedule(record, timezone.now() + SOON)
    workflow.unschedule(record)
    due(record)

    assert publish_due() == (0, [])
    with pytest.raises(WorkflowError):
        workflow.unschedule(record)


def test_publishing_before_makes_an_end_of_it():
    record = make("theme")
    schedule(record, timezone.now() + SOON)

    workflow.publish(record)

    assert not Appointment.objects.exists()


def test_what_cannot_be_published_says_why_and_stops_nothing():
    one, other = make("theme"), make("theme")
    for record in (one, other):
        schedule(record, timezone.now() + SOON)
        due(record)
    workflow.Record.objects.filter(pk=one.pk).update(
        public_state="", review_due="2001-01-01", checked_on="2002-01-01"
    )

    done, problems = publish_due()

    assert done == 1
    assert [one.identifier in problem for problem in problems] == [True]
    assert Appointment.objects.get().problem == problems[0]
    assert publish_due() == (0, [])
    page = logged_in(administrator()).get(admin_url(one))
    assert "was to become public on" in page.context["standing"]


def test_it_needs_the_right_to_publish_and_the_approval():  # gates 3.1, 3.6
    partner = published("partner")
    record = owned(make("technology"), partner)
    publisher = member("publisher", partner=partner)
    with pytest.raises(PermissionDenied):
        schedule(record, timezone.now() + SOON, by=member("reviewer", partner=partner))

    Team.objects.filter(owner=partner).update(needs_approval=True)
    with pytest.raises(WorkflowError, match="approved"):
        schedule(record, timezone.now() + SOON, by=publisher)
    workflow.submit(record, by=publisher)
    workflow.approve(record, by=member("reviewer", partner=partner))
    schedule(record, timezone.now() + SOON, by=publisher)
    due(record)

    assert publish_due() == (1, [])
    assert fresh(record).public_state == "published"


def test_an_editor_makes_an_appointment_and_takes_it_back():
    client, record = logged_in(administrator()), make("theme")
    page = admin_url(record, "schedule")
    then = timezone.localtime(timezone.now() + timedelta(days=2))

    client.post(page, filled(client, page, at_0=f"{then:%Y-%m-%d}", at_1="08:00"))
    standing = client.get(admin_url(record)).context["standing"]
    taken_back = admin_url(record, "unschedule")
    client.post(taken_back, filled(client, taken_back))

    assert f"Version 1 becomes public on {then.day} {then:%B %Y}, 08:00." in standing
    assert not Appointment.objects.exists()


def test_a_time_that_is_none_is_refused_with_a_word():
    client, record = logged_in(administrator()), make("theme")
    page = admin_url(record, "schedule")

    response = client.post(page, filled(client, page, at_0="tomorrow", at_1="8"))

    assert response.status_code == 200
    assert response.context["form"].errors["at"]


def test_the_command_says_what_it_did():
    record, said = make("theme"), StringIO()
    schedule(record, timezone.now() + SOON)
    due(record)

    call_command("publish_due", stdout=said)

    assert said.getvalue() == "1 published.\n"


@pytest.mark.parametrize("step", ["send back", "withdraw", "merge"])
def test_other_steps_make_an_end_of_it(step):
    record = publish(make("theme"))
    record = save({**working_document(record), "title": "Second"}, "theme", record)
    if step == "send back":
        workflow.submit(record)
    schedule(record, timezone.now() + SOON)
    {
        "send back": lambda: workflow.send_back(record, reason="Not this"),
        "withdraw": lambda: workflow.withdraw(record, reason="Old"),
        "merge": lambda: workflow.merge(record, published("theme")),
    }[step]()
    due(record)

    assert publish_due() == (0, [])
    assert not Appointment.objects.exists()
