"""Days of workshops and of law as a calendar, read by a reader of calendars."""

from datetime import date
from uuid import UUID, uuid5

import pytest
from django.conf import settings
from icalendar import Calendar

from media4sec.interchange.files.calendars import folded_line
from media4sec.publications.models import Publication
from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from tests.factories import fresh, full_document_for, publish, published, save

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def calendar_in(response):
    assert response.status_code == 200, response.content
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    text = response.content
    assert text.count(b"\n") == text.count(b"\r\n") > 0
    assert max(map(len, text.split(b"\r\n"))) <= 75
    found = Calendar.from_ical(text)
    assert not found.errors
    assert not any(event.errors for event in found.walk("VEVENT"))
    return found


def events_in(response):
    return calendar_in(response).walk("VEVENT")


def row_of(record):
    return Publication.objects.get(kind=type(record).kind.name, identifier=record.identifier)


def workshop(**changes):
    known = {
        "title": "The Dark Web; and more",
        "summary": "Police, cities\nand citizens met.\n\nThey talked.",
    }
    known |= {"city": "Berlin", "venue": "Town hall", "country": "DE"}
    return published("workshop", **known | {"start_date": "2017-11-14", "end_date": "2017-11-15"} | changes)


def law(*events, **changes):
    document = full_document_for("instrument", title="AI Act", **changes)
    part = document["events"][0]
    parts = [part | {"key": f"event-{number}", "sources": []} | event for number, event in enumerate(events)]
    return publish(save(document | {"events": parts}, "instrument"))


@pytest.mark.parametrize("day", ["0987-01-02", "9999-12-31"])
def test_days_at_the_ends_of_the_calendar_are_told(client, day):
    workshop(start_date=day, end_date=day)

    (event,) = events_in(client.get("/workshops.ics"))

    assert event["DTSTART"].dt == date.fromisoformat(day)


def test_a_workshop_is_an_event_of_its_days(client):
    theme = published("theme", title="Dark Web")
    record = workshop(theme=theme.identifier)
    row = row_of(record)

    calendar = calendar_in(client.get("/workshops.ics"))
    (event,) = calendar.walk("VEVENT")

    assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
    assert calendar["X-WR-CALNAME"] == calendar["NAME"] == "Workshops · MEDI@4SEC knowledge base"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2017, 11, 14), date(2017, 11, 16))
    assert (event["SUMMARY"], event["LOCATION"]) == ("The Dark Web; and more", "Town hall, Berlin, Germany")
    assert event["DESCRIPTION"] == "Police, cities\nand citizens met.\n\nThey talked."
    assert event["CATEGORIES"].cats == ["Dark Web"]
    assert (event["STATUS"], event["SEQUENCE"], event["UID"]) == ("CONFIRMED", 1, str(row.uuid))
    assert event["URL"] == f"{settings.BASE_URL}{record.url}"
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == row.modified_at.replace(microsecond=0)
    assert event["CREATED"].dt == row.issued_at.replace(microsecond=0)


def test_one_workshop_has_a_calendar_of_its_own(client):
    record = workshop()
    workshop()
    address = f"{record.url.rstrip('/')}.ics"

    (event,) = events_in(client.get(address))

    assert event["UID"] == str(row_of(record).uuid)
    assert f'href="{address}" type="text/calendar"' in client.get(record.url).content.decode()
    moved = client.get(f"/workshops/{record.identifier}.ics")
    assert (moved.status_code, moved.headers["Location"]) == (301, address)


def test_a_change_is_told_by_number_and_time_and_keeps_the_uid(client):
    record = workshop()
    (before,) = events_in(client.get("/workshops.ics"))
    save(working_document(record) | {"venue": "Library"}, "workshop", record)
    publish(fresh(record))

    (after,) = events_in(client.get("/workshops.ics"))

    assert (after["UID"], after["LOCATION"]) == (before["UID"], "Library, Berlin, Germany")
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTAMP"].dt >= before["DTSTAMP"].dt


def test_what_was_withdrawn_is_cancelled(client):
    record = workshop()
    workflow.withdraw(record, reason="It never took place.")

    (event,) = events_in(client.get("/workshops.ics"))

    assert (event["UID"], event["STATUS"]) == (str(row_of(record).uuid), "CANCELLED")
    assert event["DESCRIPTION"] == "It never took place."
    assert "DTSTART" not in event
    assert client.get(f"{record.url.rstrip('/')}.ics").status_code == 410


def test_events_of_law_are_in_the_calendar_of_the_law(client):
    record = law(
        {"date": "2027-12-02", "title": "High-risk duties", "note": "For Annex III.", "verified": True},
        {"date": "2028-08-02", "title": "Products", "note": "", "verified": False},
    )
    uuid = row_of(record).uuid

    first, last = events_in(client.get("/law.ics"))

    assert (first["SUMMARY"], first["DTSTART"].dt, first["STATUS"]) == (
        "AI Act: High-risk duties", date(2027, 12, 2), "CONFIRMED",
    )  # fmt: skip
    assert (first["DESCRIPTION"], first["DTEND"].dt) == ("For Annex III.", date(2027, 12, 3))
    assert (last["STATUS"], last["DESCRIPTION"]) == ("TENTATIVE", "Not verified.")
    assert [UUID(event["UID"]) for event in (first, last)] == [uuid5(uuid, "event-0"), uuid5(uuid, "event-1")]
    assert len(events_in(client.get(f"{record.url.rstrip('/')}.ics"))) == 2


def test_a_calendar_has_the_filters_of_its_list(client):
    workshop(country="DE")
    workshop(country="NL", city="Utrecht")

    (event,) = events_in(client.get("/workshops.ics?country=NL"))

    assert event["LOCATION"] == "Town hall, Utrecht, Netherlands"
    refused = client.get("/workshops.ics?nothing=1")
    assert (refused.status_code, refused.headers["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "address", ["/technologies.ics", "/nothing.ics", "/workshops/W99.ics", "/law/gdpr.ics"]
)
def test_where_no_days_are_told_there_is_no_calendar(client, address):
    published("instrument", identifier="gdpr", events=[])

    answer = client.get(address)

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_lists_lead_to_their_calendar(client):
    workshop()
    published("technology")

    assert 'href="/workshops.ics?sort=title"' in client.get("/workshops/?sort=title").content.decode()
    assert ".ics" not in client.get("/technologies/").content.decode()


def test_a_calendar_has_the_same_bytes_until_something_changes(client):
    workshop()
    first, again = client.get("/workshops.ics"), client.get("/workshops.ics")

    assert first.content == again.content
    assert client.get("/workshops.ics", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("text", ["x" * 200, "é" * 200, "SUMMARY:" + "😀" * 60, "short"])
def test_no_letter_is_cut_through(text):
    lines = folded_line(text).split("\r\n")

    assert "".join([lines[0], *(line[1:] for line in lines[1:])]) == text
    assert all(len(line.encode()) <= 75 for line in lines)
