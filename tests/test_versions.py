"""The public versions of a record: what is kept of them, who is named in them, and the pages that show them."""

import json
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from media4sec.changed_words import compare
from media4sec.publications.models import Change, Publication, Version
from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from media4sec.records.models import Revision
from tests.factories import document_for, fresh, make, publish, published, save
from tests.people import owned
from tests.public import h1_of, links_in, text_of

pytestmark = pytest.mark.django_db


def versions_of(record):
    """{number: {field: text}} of what is kept for the public."""
    rows = Version.objects.filter(
        publication__kind=record.kind_name, publication__identifier=record.identifier
    )
    return {row.number: {name: text for name, _, text in json.loads(row.document)} for row in rows}


def edit(record, **changes):
    return save(working_document(record) | changes, record.kind_name, record)


def edited(record, **changes):
    return publish(edit(record, **changes))


def snapshot():
    return list(
        Version.objects.order_by("publication", "number").values_list("publication", "number", "document")
    )


@pytest.fixture
def record():
    """Published as version 1 and 3; version 2 is a draft that nobody saw."""
    record = published("technology", title="One", summary="It sorts messages by place.")
    record = edit(record, title="Never seen")
    return edited(record, title="Three", summary="It sorts messages by topic.")


# What is kept


def test_only_what_was_published_is_a_version(record):  # gates 3.9, 3.11
    record = edit(record, title="A draft")

    kept = versions_of(record)

    assert {number: fields["title"] for number, fields in kept.items()} == {1: "One", 3: "Three"}
    assert kept[1]["summary"] == "It sorts messages by place."
    assert "Never seen" not in str(kept)
    assert "A draft" not in str(kept)


def test_a_version_is_dated_when_it_is_published():
    before = timezone.now()
    record = make("technology")
    assert record.revisions.get().published_at is None

    record = publish(record)
    date = record.revisions.get().published_at
    assert before <= date <= timezone.now()
    assert Version.objects.get().published_at == date

    publish(record)
    assert Revision.objects.get(record=record).published_at == date


def test_a_version_is_in_english_words_and_names_no_partner_in_charge():
    owner, maker = published("partner"), published("organisation", title="A maker")
    record = published("technology", makers=[maker.identifier], status="active", country="NL")
    record = publish(owned(record, owner))

    fields = versions_of(record)[1]

    assert (fields["makers"], fields["status"], fields["country"]) == ("A maker", "Active", "Netherlands")
    assert owner.title not in str(fields)
    assert "owner" not in fields


def test_a_version_names_only_what_is_public_now():  # gate 3.9
    maker = make("organisation", title="First name")
    record = save(document_for("technology", makers=[maker.identifier]), "technology")
    record = edited(publish(record), makers=[])
    assert "makers" not in versions_of(record)[1]

    maker = publish(maker)
    assert versions_of(record)[1]["makers"] == "First name"
    maker = edited(maker, title="Second name")
    assert versions_of(record)[1]["makers"] == "Second name"
    workflow.withdraw(maker, reason="Gone.")
    assert "makers" not in versions_of(record)[1]
    assert "makers" not in versions_of(record)[2]


def test_older_versions_that_name_it_tell_harvesters_nothing():
    maker = published("organisation")
    edited(published("technology", makers=[maker.identifier]), makers=[])
    before = Change.objects.count()

    edited(maker, title="Renamed")

    told = Change.objects.order_by("seq").values_list("kind", "identifier")[before:]
    assert list(told) == [("organisation", maker.identifier)]


def test_withdrawn_takes_the_versions_along_and_restore_brings_them_back(record):  # gate 3.13
    before = versions_of(record)

    workflow.withdraw(record, reason="Gone.")
    assert versions_of(record) == {}

    workflow.restore(fresh(record))
    assert versions_of(record) == before != {}


def test_rebuild_changes_nothing_and_repairs_what_was_lost(record):
    before = snapshot()
    assert workflow.rebuild_publications() == 0
    assert snapshot() == before

    Version.objects.filter(number=1).delete()
    Version.objects.filter(number=3).update(document="[]")
    Version.objects.create(
        publication=Publication.objects.first(), number=9, published_at=timezone.now(), document="[]"
    )
    workflow.rebuild_publications()

    assert snapshot() == before


# The pages


def test_list_says_what_changed_in_words(client, record):
    response = client.get(f"{record.url}versions/")

    assert response.status_code == 200
    assert h1_of(response) == "Versions"
    assert [(row["number"], row["changed"]) for row in response.context["rows"]] == [
        (3, ["Title", "Summary"]),
        (1, None),
    ]
    assert "Never seen" not in response.content.decode()
    assert f"{record.url}versions/" in links_in(client.get(record.url))


def test_difference_marks_the_words(client, record):
    response = client.get(f"{record.url}versions/", {"from": 1, "to": 3})

    body = response.content.decode()
    assert [row["label"] for row in response.context["differences"]] == ["Title", "Summary"]
    assert "<del>place.</del>" in body
    assert "<ins>topic.</ins>" in body
    assert "It sorts messages by" in body
    back = client.get(f"{record.url}versions/", {"from": 3, "to": 1}).content.decode()
    assert "<ins>place.</ins>" in back


def test_what_a_version_says_is_text_and_nothing_else(client):
    record = edited(published("technology", title="<b>One</b>"), title="<i>Two</i>")

    body = client.get(f"{record.url}versions/").content.decode()
    body += client.get(f"{record.url}versions/1/").content.decode()

    assert "<b>One" not in body
    assert "<i>Two" not in body
    assert "&lt;b&gt;One" in body


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("from=1", ["to"]),
        ("from=2&to=3", ["from"]),
        ("from=1&to=x", ["to"]),
        ("from=1&to=3&to=1", ["to"]),
        ("from=1&to=3&x=1", ["x"]),
        ("from=%00&to=99999999999999999999999", ["from", "to"]),
    ],
)
def test_bad_questions_are_refused_by_name(client, record, query, named):  # gate 4.3
    response = client.get(f"{record.url}versions/?{query}")

    assert response.status_code == 400
    assert [text.partition("”")[0].strip("“") for text in response.context["errors"]] == named


def test_an_old_version_is_marked_as_old(client, record):
    response = client.get(f"{record.url}versions/1/")

    assert response.status_code == 200
    assert h1_of(response) == "One"
    assert "which is no longer current" in text_of(response)
    assert record.url in links_in(response)
    assert 'content="noindex"' in response.content.decode()
    assert "the current one" in text_of(client.get(f"{record.url}versions/3/"))


def test_an_old_version_says_when_it_was_public_and_what_has_changed_since(client, record):
    for number, day in ((1, 14), (3, 25)):
        at = datetime(2018, 3, day, 12, tzinfo=UTC)
        Version.objects.filter(number=number).update(published_at=at)

    old, new = (client.get(f"{record.url}versions/{number}/") for number in (1, 3))

    assert "It was public from 14 March 2018 to 25 March 2018." in text_of(old)
    assert "It has been public since 25 March 2018." in text_of(new)
    since = f"{record.url}versions/?from=1&to=3"
    assert [link for link in links_in(old) if "from=" in link] == [since]
    assert [link for link in links_in(new) if "from=" in link] == []
    changes = {row["label"]: row["sides"] for row in client.get(since).context["differences"]}
    before, after = ("".join(text for _, text in side) for side in changes["Title"])
    assert (before, after) == ("One", "Three")


def test_an_older_version_that_is_public_again_is_the_current_one(client, record):
    publish(record, revision=record.revisions.get(number=1))

    first, third = (client.get(f"{record.url}versions/{number}/") for number in (1, 3))

    assert "This is version 1, the current one" in text_of(first)
    assert "and is public again" in text_of(first)
    assert "This is version 3, which is no longer current" in text_of(third)
    assert "An earlier version was made public again." in text_of(third)
    record = fresh(record)
    assert f"{record.url}versions/?from=3&to=1" in links_in(third)
    shown = client.get(f"{record.url}versions/")
    assert f"{record.url}versions/3/" in links_in(shown)
    assert f"{record.url}versions/1/" not in links_in(shown)


def test_without_a_question_the_newest_is_compared_with_the_one_before(client, record):
    record = edited(record, title="Four")

    for number, day in ((1, 14), (3, 20), (4, 25)):
        Version.objects.filter(number=number).update(published_at=datetime(2018, 3, day, 12, tzinfo=UTC))

    context = client.get(f"{record.url}versions/").context

    assert context["chosen"] == (3, 4)
    assert [(row["number"], row["before"]) for row in context["rows"]] == [(4, 3), (3, 1), (1, None)]
    ends = [row["replaced_on"] for row in context["rows"]]
    assert ends == [None, *(row["published_on"] for row in context["rows"][:-1])]


@pytest.mark.parametrize("number", ["0", "2", "4", "9" * 30])
def test_versions_that_were_never_public_do_not_exist(client, record, number):  # gate 3.10
    assert client.get(f"{record.url}versions/{number}/").status_code == 404


def test_other_spellings_lead_to_the_address(client, record):
    for below in ("versions/", "versions/1/"):
        response = client.get(f"/technologies/{record.identifier}/{below}")
        assert (response.status_code, response.headers["Location"]) == (301, f"{record.url}{below}")
    assert client.get(f"{record.url}versions/01/").headers["Location"] == f"{record.url}versions/1/"


def test_withdrawn_answers_410_and_merged_leads_on(client, record):  # gate 3.13
    other = published("technology")
    workflow.merge(record, other)
    for below in ("versions/", "versions/1/"):
        response = client.get(f"{record.url}{below}")
        assert (response.status_code, response.headers["Location"]) == (301, f"{other.url}versions/")

    workflow.withdraw(fresh(other), reason="Out of date.")
    for address in (f"{other.url}versions/", f"{other.url}versions/1/", f"{record.url}versions/1/"):
        response = client.get(address)
        assert response.status_code == 410
        assert "Out of date." in text_of(response)


def test_drafts_have_no_versions(client):  # gate 3.10
    draft = make("technology")

    assert client.get(f"{draft.url}versions/").status_code == 404
    assert client.get(f"{draft.url}versions/1/").status_code == 404


def test_pages_cost_the_same_however_many_versions(client, django_assert_max_num_queries):
    record = published("technology")
    for number in range(5):
        record = edited(record, title=f"Title {number}")

    for address in ("versions/", "versions/?from=1&to=6", "versions/2/"):
        with django_assert_max_num_queries(2):
            assert client.get(record.url + address).status_code == 200


# The words


def test_compare_marks_whole_lines_before_words():
    before, after = compare("one\ntwo three", "one\nnew\ntwo four")

    assert "".join(text for _, text in before) == "one\ntwo three"
    assert "".join(text for _, text in after) == "one\nnew\ntwo four"
    assert (False, "one\n") in before
    assert (False, "one\n") in after
