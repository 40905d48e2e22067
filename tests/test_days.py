"""Days that readers see are days in Brussels; machines get times in UTC."""

from datetime import UTC, datetime

import pytest

from media4sec.interchange.files.citations import bibtex_entry, ris_reference
from media4sec.publications.description import descriptions_of
from media4sec.publications.models import Change, Publication, Version
from media4sec.records import workflow
from tests.factories import published
from tests.public import body_of, text_of

pytestmark = pytest.mark.django_db

MOMENTS = {
    "summer night": (datetime(2026, 6, 30, 22, 30, tzinfo=UTC), "1 July 2026", "2026-07-01"),
    "winter night": (datetime(2026, 12, 31, 23, 15, tzinfo=UTC), "1 January 2027", "2027-01-01"),
    "just before": (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), "30 June 2026", "2026-06-30"),
    "noon": (datetime(2026, 3, 5, 12, 0, tzinfo=UTC), "5 March 2026", "2026-03-05"),
}
at_each_moment = pytest.mark.parametrize(
    ("moment", "words", "day"), MOMENTS.values(), ids=[name.replace(" ", "-") for name in MOMENTS]
)


def published_at(moment, kind="technology"):
    record = published(kind)
    Publication.objects.filter(identifier=record.identifier).update(issued_at=moment, modified_at=moment)
    Version.objects.update(published_at=moment)
    Change.objects.update(at=moment)
    return record


@at_each_moment
def test_pages_say_the_day_in_brussels(client, moment, words, day):
    record = published_at(moment)

    assert f"First published {words}, last visible change {words}." in text_of(client.get(record.url))
    assert f"It has been public since {words}." in text_of(client.get(f"{record.url}versions/1/"))
    assert f"Version 1 current {words}" in text_of(client.get(f"{record.url}versions/"))
    Change.objects.update(action=Change.Action.UPDATED)  # the first publication is no news
    assert words in text_of(client.get("/")).partition("What changed lately")[2].partition("State of the")[0]


@at_each_moment
def test_citations_have_the_day_in_brussels(moment, words, day):
    (description,) = descriptions_of([Publication.objects.get(identifier=published_at(moment).identifier)])
    (citation,) = description.cited

    assert f"date = {{{day}}}" in bibtex_entry(citation)
    assert f"DA  - {day.replace('-', '/')}/" in ris_reference(citation)


@at_each_moment
def test_a_withdrawal_has_the_day_in_brussels(client, moment, words, day):
    record = published("technology")
    workflow.withdraw(record, reason="It was wrong.")
    Publication.objects.update(modified_at=moment)

    assert words in text_of(client.get(record.url))


@at_each_moment
def test_machines_get_utc(client, moment, words, day):
    record = published_at(moment)
    stamp = f"{moment:%Y-%m-%dT%H:%M:%S}"

    assert f"<updated>{stamp}+00:00</updated>" in client.get("/feeds/technologies.atom").content.decode()
    assert f"{stamp}.{moment:%f}Z" in body_of(client.get("/technologies.csv")).decode()
    assert f"<lastmod>{stamp}Z</lastmod>" in client.get("/sitemap-1.xml").content.decode()
    assert f'datetime="{stamp}Z"' in client.get(f"{record.url}versions/").content.decode()


@pytest.mark.parametrize(
    ("one", "other", "lines"),
    [
        (datetime(2026, 6, 30, 21, tzinfo=UTC), datetime(2026, 6, 30, 22, 30, tzinfo=UTC), 2),
        (datetime(2026, 7, 1, 21, 59, tzinfo=UTC), datetime(2026, 6, 30, 22, 31, tzinfo=UTC), 1),
    ],
)
def test_changes_of_one_day_in_brussels_are_told_as_one(client, one, other, lines):
    published("technology"), published("technology")
    for change, at in zip(Change.objects.filter(kind="technology"), (one, other), strict=True):
        Change.objects.filter(pk=change.pk).update(at=at, action=Change.Action.UPDATED)

    assert len(client.get("/").context["changes"]) == lines


def test_the_zone_is_said_once(client):
    assert text_of(client.get("/about/")).count("Every day on these pages is a day in Brussels.") == 1
