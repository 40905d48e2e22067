"""Files that editors import: what they would do, that just this is done, once, and who learns of what."""

import csv
import io
import json
import re
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from hypothesis import event, given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError as DocumentError

from media4sec.kinds import kinds
from media4sec.records import workflow
from media4sec.records.audit import chain
from media4sec.records.audit import faults as faults_of_trail
from media4sec.records.documents.reading import working_document, writer
from media4sec.records.documents.writing import save_document
from media4sec.records.finding import words_of
from media4sec.records.importing import drafting, reading, reports
from media4sec.records.importing.cells_of import columns_of
from media4sec.records.importing.exporting import csv_of, json_of
from media4sec.records.importing.planning import plan
from media4sec.records.importing.reading import MOST_BYTES
from media4sec.records.models import AuditEntry, ImportReport, Record, Source, Tag, Words, model_of
from tests.examples import examples
from tests.factories import fresh, full_document_for, make, publish, published, published_full, save, source
from tests.people import administrator, logged_in, member, owned, told
from tests.test_imports_reading import workbook

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/catalogue/organisation/import/"


@pytest.fixture
def user(partner):
    return member("contributor", partner=partner)


@pytest.fixture
def editor(user):
    return logged_in(user)


def uploaded(client, content, name="rows.csv", address=ADDRESS, **more):
    """The page of a report, or the form with what is wrong with the file."""
    content = content.encode() if isinstance(content, str) else content
    owner = Record.objects.filter(title="A police force").first()
    owner = {"owner": owner.pk} if owner and "organisation" in address else {}
    given = {"file": SimpleUploadedFile(name, content), **owner, **more}
    return client.post(address, given, follow=True)


def table(*rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def faults(page):
    return [tuple(fault) for fault in page.context["told"]["faults"]]


def counts(report=None):
    report = report or ImportReport.objects.first()
    return report.state, report.created, report.updated, report.unchanged, report.wrong


def applied(client, address=ADDRESS, **more):
    report = ImportReport.objects.first()
    return client.post(f"{address}{report.pk}/", {"apply": "yes", **more}, follow=True)


def organisations():
    return Record.objects.filter(kind_name="organisation").order_by("pk")


def snapshot():
    return list(Record.objects.order_by("pk").values()), AuditEntry.objects.count(), Source.objects.count()


# What a file does


def test_rows_become_drafts(editor, partner, user):
    uploaded(editor, table(["title", "summary", "tags"], ["One", "First", "b; a"], ["Two", "", ""]))
    assert counts() == ("ready", 2, 0, 0, 0)
    assert not organisations().exists()

    page = applied(editor)

    made = organisations()
    assert [(one.title, one.identifier, one.state, one.public_state, one.owner_id) for one in made] == [
        ("One", "one", "draft", "", partner.pk),
        ("Two", "two", "draft", "", partner.pk),
    ]
    version = made[0].revisions.get()
    assert (version.number, version.note, version.saved_by) == (1, "Imported from rows.csv", user)
    assert json.loads(version.document) == working_document(made[0])
    assert working_document(made[0])["tags"] == ["a", "b"]
    entry = AuditEntry.objects.filter(kind_name="organisation", identifier="one").get()
    assert (entry.action, entry.version, entry.actor) == ("saved", 1, user.get_username())
    assert entry.note == "Imported from rows.csv"
    chain()
    assert list(faults_of_trail()) == []
    assert told(page) == ["2 made and 0 changed, as drafts that only editors see."]
    assert ImportReport.objects.get().content is None


def test_a_row_changes_what_it_gives_and_nothing_else(editor, partner):
    record = publish(
        owned(
            make("organisation", title="Before", summary="Kept", notes=["A note"], sources=[source()]),
            partner,
        )
    )
    before = working_document(record)

    uploaded(
        editor,
        table(["identifier", "title", "summary", "notes"], [record.identifier, "After", "", "[empty]"]),
    )
    assert counts() == ("ready", 0, 1, 0, 0)
    page = editor.get(f"{ADDRESS}{ImportReport.objects.get().pk}/")
    assert [row[0] for row in page.context["told"]["updated"][0]["differences"]] == ["Title", "Public notes"]
    applied(editor)

    record = fresh(record)
    assert working_document(record) == before | {"title": "After", "notes": []}
    assert (record.state, record.public_state, record.edit_version, record.public_title) == (
        *("draft", "published"),
        *(2, "Before"),
    )
    assert json.loads(record.revisions.get(number=2).document) == working_document(record)
    assert (
        Words.objects.get(record=record).names
        == words_of({0: ("organisation", working_document(record))})[0]["names"]
    )


def test_a_file_that_says_what_is_there_does_nothing(editor, partner):
    record = owned(make("organisation", title="As it is"), partner)

    page = uploaded(editor, table(["identifier", "title"], [record.identifier, "As it is"]))

    assert counts() == ("open", 0, 0, 1, 0)
    assert "There is nothing to do" in " ".join(page.content.decode().split())


def test_columns_with_other_names_are_asked_for(editor):
    page = uploaded(editor, table(["Titel", "sumary", "Remark"], ["One", "First", "x"]))
    assert faults(page) == [
        (1, "A (Titel)", "There is no such field; is it “title”?"),
        (1, "B (sumary)", "There is no such field; is it “summary”?"),
        (1, "C (Remark)", "There is no such field."),
    ]
    assert counts()[0] == "open"
    assert "</strong> new" not in page.content.decode()  # nobody knows yet

    answers = {
        "column-0": "title",
        "column-1": "summary",
        "column-2": "-",
        "column-9": "nonsense",
        "check": "yes",
    }
    page = editor.post(f"{ADDRESS}{ImportReport.objects.get().pk}/", answers, follow=True)

    assert counts() == ("ready", 1, 0, 0, 0)
    assert "<strong>1</strong> new" in page.content.decode()
    applied(editor)
    assert [(one.title, one.summary) for one in organisations()] == [("One", "First")]


def test_two_columns_cannot_be_one_field(editor):
    uploaded(editor, table(["title", "Name"], ["One", "Uno"]))

    page = editor.post(
        f"{ADDRESS}{ImportReport.objects.get().pk}/", {"column-1": "title", "check": "yes"}, follow=True
    )

    assert faults(page) == [(1, "B (Name)", "The column A (title) has the field “title” already.")]


def test_all_errors_are_told_at_once_with_row_and_column(editor):
    rows = [
        ["title", "checked_on", "verified", "lens", "newest_source_on", "slug"],
        ["", "2026-11-23", "", "", "", ""],
        ["A", "23.11.2026", "perhaps", "", "", ""],
        ["B\u202e", "", "", "sideways", "soon", "No Slug"],
    ]

    page = uploaded(editor, table(*rows))

    found = faults(page)
    assert {(row, column) for row, column, _ in found} == {
        (2, "identifier"),
        (2, "A (title)"),
        (3, "C (verified)"),
        (4, "A (title)"),
        (4, "D (lens)"),
        (4, "E (newest_source_on)"),
        (4, "F (slug)"),
    }
    assert any("U+202E RIGHT-TO-LEFT OVERRIDE" in message for _, _, message in found)
    assert not organisations().exists()
    assert counts()[0] == "open"


def test_derived_fields_and_parts_stand_in_no_table(editor):
    editor = logged_in(administrator())
    page = uploaded(
        editor, table(["title", "status"], ["A", "active"]), address="/admin/catalogue/technology/import/"
    )
    other = uploaded(
        editor, table(["title", "events"], ["A", "x"]), address="/admin/ethics/legalinstrument/import/"
    )

    assert faults(page) == [(1, "B (status)", "The field follows from other fields: take this column away.")]
    assert faults(other) == [
        (1, "B (events)", "The field has parts of its own, which only a JSON file can hold.")
    ]


def test_dates_and_choices_of_a_sheet_are_understood():
    editor, theme = logged_in(administrator()), published("theme")
    rows = workbook(
        ["title", "colour", "shades", "weight", "cost", "is_new", "thrown_on", "themes"],
        ["A", "Red", "Light; dark", 5.0, 2.5, True, timezone.now().date(), f"theme:{theme.identifier}"],
    )

    uploaded(editor, rows, "a.xlsx", "/admin/throwaway/throwaway/import/")
    applied(editor, "/admin/throwaway/throwaway/import/")

    document = working_document(Record.objects.get(kind_name="throwaway"))
    assert {name: document[name] for name in ("colour", "shades", "weight", "cost", "is_new", "themes")} == {
        "colour": "red",
        "shades": ["light", "dark"],
        "weight": 5,
        "cost": "2.50",
        "is_new": True,
        "themes": [theme.identifier],
    }
    assert document["thrown_on"] == timezone.now().date().isoformat()


def test_sources_given_by_address_keep_what_is_said_of_them(editor, partner):
    said = source(title="A title", locator="p. 5")
    record = owned(make("organisation", sources=[said]), partner)
    make("organisation", sources=[source(url="https://example.org/own", title="Nobody published this")])
    published("organisation", sources=[source(url="https://example.org/public", title="Public")])

    addresses = f"https://example.org/own; https://example.org/public; {said['url']}"
    uploaded(editor, table(["identifier", "sources"], [record.identifier, addresses]))
    applied(editor)

    found = working_document(fresh(record))["sources"]
    assert [(one["url"], one["title"], one["locator"]) for one in found] == [
        ("https://example.org/own", "", ""),
        ("https://example.org/public", "Public", ""),
        (said["url"], "A title", "p. 5"),
    ]
    assert json.loads(record.revisions.get(number=2).document) == working_document(fresh(record))


@pytest.mark.parametrize("at_once", [1, 500])
def test_documents_may_have_parts_and_name_each_other(monkeypatch, at_once):
    """Those before and after them, also where they are worked out one at a time."""
    monkeypatch.setattr("media4sec.records.importing.drafting.AT_ONCE", at_once)
    editor = logged_in(administrator())
    address = "/admin/catalogue/function/import/"
    documents = [
        {"identifier": "second", "title": "Second", "level": 2, "order": 2, "parent": "first"},
        {"identifier": "first", "title": "First", "level": 1, "order": 1},
        {"identifier": "third", "title": "Third", "level": 2, "order": 3, "parent": "first"},
    ]

    page = uploaded(editor, json.dumps(documents), "a.json", address)
    assert faults(page) == []
    applied(editor, address)

    made = {one.identifier: working_document(one) for one in Record.objects.filter(kind_name="function")}
    assert made["second"]["parent"] == made["third"]["parent"] == "first"
    assert json.loads(Record.objects.get(identifier="second").revisions.get().document) == made["second"]


def test_rules_over_several_rows_are_asked():
    editor = logged_in(administrator())
    documents = [{"identifier": "second", "title": "Second", "level": 2, "order": 2}]

    page = uploaded(editor, json.dumps(documents), "a.json", "/admin/catalogue/function/import/")

    assert faults(page) == [(1, "parent", "A function belongs to a group, and a group to nothing.")]
    assert not Record.objects.filter(kind_name="function").exists()


def test_a_rule_that_fails_among_the_rows_that_are_shown_is_told(monkeypatch):
    """The next row is not shown in its place: what it changes is forgotten."""
    for room in ("planning", "reports"):
        monkeypatch.setattr(f"media4sec.records.importing.{room}.SHOWN_IN_REPORT", 1)
    group = make("function", level=1)
    first, second = (make("function", level=2, parent=group.identifier) for _ in range(2))
    rows = [
        {"identifier": first.identifier, "parent": None},
        {"identifier": second.identifier, "title": "After"},
    ]

    page = uploaded(
        logged_in(administrator()), json.dumps(rows), "a.json", "/admin/catalogue/function/import/"
    )

    assert faults(page) == [(1, "parent", "A function belongs to a group, and a group to nothing.")]
    assert (counts(), page.context["told"]["updated"]) == (("open", 0, 1, 0, 1), [])


def test_what_documents_say_of_their_state_is_refused(editor):
    documents = [{"title": "A", "state": "published"}, {"title": "B", "titel": "B"}]

    page = uploaded(editor, json.dumps(documents), "a.json")

    assert faults(page) == [
        (
            1,
            "state",
            "The state of a record is not imported: what is imported is a draft. Take this field away.",
        ),
        (2, "titel", "This field is not known. Is it “title”?"),
    ]


# Which record a row is


def test_a_row_without_identifier_that_looks_like_a_record_is_asked_about(editor, partner):
    record = owned(make("organisation", title="Žitnik Ltd"), partner)
    uploaded(editor, table(["title", "summary"], ["ZITNIK  ltd", "New"], ["Other", ""]))
    assert counts()[:2] == ("open", 1)
    report = ImportReport.objects.get()
    assert report.report["questions"] == [
        {
            "row": 2,
            "title": "ZITNIK ltd",
            "proposed": [[record.pk, f"Žitnik Ltd ({record.identifier})", "has this title"]],
            "answer": "",
        }
    ]

    editor.post(f"{ADDRESS}{report.pk}/", {"row-2": str(record.pk), "check": "yes"})
    assert counts() == ("ready", 1, 1, 0, 0)
    editor.post(f"{ADDRESS}{report.pk}/", {"row-2": "new", "check": "yes"})
    assert counts() == ("ready", 2, 0, 0, 0)
    editor.post(f"{ADDRESS}{report.pk}/", {"row-2": "", "others": "same", "check": "yes"})
    assert counts() == ("ready", 1, 1, 0, 0)
    editor.post(f"{ADDRESS}{report.pk}/", {"row-2": "999999", "others": "", "check": "yes"})
    assert counts()[0] == "open"


def test_a_row_with_the_address_of_a_record_is_asked_about(user, partner):
    record = owned(make("technology", title="A tool", homepage="https://example.org/tool"), partner)
    address = "/admin/catalogue/technology/import/"
    kind = record.technology_kind

    uploaded(
        logged_in(user),
        table(["title", "homepage", "technology_kind"], ["Another name", "https://example.org/tool", kind]),
        address=address,
        owner=partner.pk,
    )

    (question,) = ImportReport.objects.get().report["questions"]
    assert question["proposed"] == [[record.pk, f"A tool ({record.identifier})", "has this homepage"]]


def test_two_rows_are_never_one_record(editor, partner):
    record = owned(make("organisation", title="One"), partner)
    rows = [
        ["identifier", "title"],
        [record.identifier, "A"],
        [record.identifier, "B"],
        ["", "One"],
        ["new-one", "C"],
    ]

    uploaded(editor, table(*rows, ["new-one", "D"]))
    page = editor.post(
        f"{ADDRESS}{ImportReport.objects.get().pk}/", {"row-4": str(record.pk), "check": "yes"}, follow=True
    )

    assert faults(page) == [
        (3, "A (identifier)", f"{record.identifier} stands in row 2 as well."),
        (4, "A (identifier)", f"Row 2 is {record.identifier} already."),
        (6, "A (identifier)", "new-one stands in row 5 as well."),
    ]


def test_new_records_get_the_next_free_identifiers(partner, user):
    owned(make("technology", identifier="T-041"), partner)
    address, kind = (
        "/admin/catalogue/technology/import/",
        model_of("technology").objects.get().technology_kind,
    )

    rows = [
        ["identifier", "title", "technology_kind"],
        ["", "A", kind],
        ["T-042", "B", kind],
        ["", "C", kind],
    ]
    uploaded(logged_in(user), table(*rows), address=address, owner=partner.pk)
    applied(logged_in(user), address)

    found = dict(Record.objects.filter(kind_name="technology").values_list("title", "identifier"))
    assert {title: found[title] for title in "ABC"} == {"A": "T-043", "B": "T-042", "C": "T-044"}


def test_identifiers_of_what_was_thrown_away_are_not_given_again(editor, partner):
    workflow.discard(owned(make("organisation", title="One", identifier="one"), partner))

    uploaded(editor, table(["title"], ["One"], ["One"], ["Two"]))
    applied(editor)

    assert [one.identifier for one in organisations()] == ["one-2", "one-3", "two"]


def test_a_number_too_long_to_be_counted_is_an_error_of_its_row():
    rows = [{"identifier": f"T-{'9' * 5000}", "title": "A"}, {"title": "B", "technology_kind": "software"}]

    page = uploaded(
        logged_in(administrator()), json.dumps(rows), "a.json", "/admin/catalogue/technology/import/"
    )

    assert {row for row, _, _ in faults(page)} == {1}


def test_rows_beyond_those_of_one_portion_share_sources_and_tags(editor, partner, monkeypatch):
    """Rows are worked out some at a time; sources lose their titles, and tags are made, across these."""
    monkeypatch.setattr("media4sec.records.importing.drafting.AT_ONCE", 1)
    old = owned(
        make("organisation", title="Old", sources=[source(url="https://example.org/s", title="S")]), partner
    )
    rows = [
        {
            "identifier": "a",
            "title": "A",
            "sources": [{"url": "https://example.org/s", "title": "S"}],
            "tags": ["x"],
        },
        {"identifier": "b", "title": "B", "sources": [{"url": "https://example.org/s"}], "tags": ["X"]},
        {
            "identifier": "c",
            "title": "C",
            "sources": [{"url": "https://example.org/s", "title": "S"}],
            "tags": ["x"],
        },
        {"identifier": "d", "title": "D", "sources": [{"url": "https://example.org/t", "title": "T"}]},
        {"identifier": "e", "title": "E", "sources": [{"url": "https://example.org/t", "title": ""}]},
    ]

    page = uploaded(editor, json.dumps(rows), "a.json")
    assert faults(page) == []
    applied(editor)

    found = {one.identifier: working_document(one) for one in organisations()}
    titles = {name: [one["title"] for one in document["sources"]] for name, document in found.items()}
    assert titles == {old.identifier: ["S"], "a": ["S"], "b": [""], "c": ["S"], "d": ["T"], "e": [""]}
    assert [found[name]["tags"] for name in "abc"] == [["x"]] * 3
    for record in organisations():
        assert json.loads(record.revisions.get().document) == found[record.identifier]


@pytest.mark.parametrize("at_once", [1, 500])
def test_names_of_two_teams_stay_apart(partner, monkeypatch, at_once):  # gate 3.9
    """A file may change records of several teams; until they are public, each has sources and tags of its own."""
    monkeypatch.setattr("media4sec.records.importing.drafting.AT_ONCE", at_once)
    other = published("partner", title="A university")
    records = [owned(make("organisation"), owner) for owner in (partner, other, partner)]
    url, given = "https://example.org/s", [("drone", "Ours"), ("Drone", ""), ("DRONE", "Ours")]
    rows = [
        {"identifier": record.identifier, "tags": [tag], "sources": [{"url": url, "title": title}]}
        for record, (tag, title) in zip(records, given, strict=True)
    ]
    editor = logged_in(administrator())

    uploaded(editor, json.dumps(rows), "a.json")
    applied(editor)

    found = [working_document(fresh(record)) for record in records]
    assert [one["tags"] for one in found] == [["drone"], ["Drone"], ["drone"]]
    assert [one["sources"][0]["title"] for one in found] == ["Ours", "", "Ours"]
    for model, path in ((Source, "citations__record__owner"), (Tag, "taggings__content_object__owner")):
        owners = model.objects.order_by().values_list("pk", path).distinct()
        assert len(owners) == len(dict(owners)) == 2
    for record, document in zip(records, found, strict=True):
        assert json.loads(record.revisions.get(number=2).document) == document


@pytest.mark.parametrize("at_once", [1, 500])
def test_a_source_that_teams_share_loses_its_title_for_all_of_them(partner, monkeypatch, at_once):
    monkeypatch.setattr("media4sec.records.importing.drafting.AT_ONCE", at_once)
    url = "https://example.org/s"
    public = published("organisation", sources=[source(url=url, title="S")])
    other = published("partner", title="A university")
    records = [owned(make("organisation"), owner) for owner in (partner, other, partner)]
    rows = [
        {"identifier": record.identifier, "sources": [{"url": url, "title": title}]}
        for record, title in zip(records, ("S", "", "S"), strict=True)
    ]
    editor = logged_in(administrator())

    uploaded(editor, json.dumps(rows), "a.json")
    applied(editor)

    found = [working_document(fresh(record)) for record in records]
    assert [one["sources"][0]["title"] for one in found] == ["S", "", "S"]
    assert working_document(fresh(public))["sources"][0]["title"] == "S"
    assert Source.objects.get(url=url).title == ""
    for record, document in zip(records, found, strict=True):
        assert json.loads(record.revisions.get(number=2).document) == document


def test_values_of_which_each_record_has_its_own_are_told_with_the_other_row():
    editor = logged_in(administrator())
    rows = [["title", "scheme", "code"], ["A", "theme", "x"], ["B", "theme", "x"]]

    page = uploaded(editor, table(*rows), address="/admin/catalogue/concept/import/")

    assert [(row, message) for row, _, message in faults(page)] == [
        (3, "Row 2 gives the same; each record has its own.")
    ]


# Once, as a whole, and only if nothing has moved


def test_apply_pressed_twice_does_it_once(editor):
    uploaded(editor, table(["title"], ["One"]))

    first, second = applied(editor), applied(editor)

    assert organisations().count() == 1
    assert told(second) == ["This import was applied before; it was not done again."]
    assert first.context["report"].applied_at == second.context["report"].applied_at


def test_what_was_saved_since_the_report_stops_it(editor, partner):
    first, second = (owned(make("organisation", title=title), partner) for title in ("One", "Two"))
    uploaded(editor, table(["identifier", "summary"], [first.identifier, "x"], [second.identifier, "y"]))
    save(working_document(second) | {"title": "Two and a half"}, "organisation", second)
    before = snapshot()

    page = applied(editor)

    assert page.status_code == 409
    assert told(page) == [
        "Somebody saved a record that this file changes since this report was made. Nothing was imported: check"
        " again, and look at the new report."
    ]
    assert snapshot() == before
    editor.post(f"{ADDRESS}{ImportReport.objects.get().pk}/", {"check": "yes"})
    assert applied(editor).status_code == 200
    assert [one.edit_version for one in organisations()] == [2, 3]


def test_what_was_saved_while_it_is_written_stops_it(editor, partner, monkeypatch):
    record = owned(make("organisation", title="One"), partner)
    uploaded(editor, table(["identifier", "summary"], [record.identifier, "x"], ["", ""]))
    planned = reports._planned

    def meanwhile(*args):
        found = planned(*args)
        Record.objects.filter(pk=record.pk).update(edit_version=7)
        return found

    monkeypatch.setattr(reports, "_planned", meanwhile)

    assert applied(editor).status_code == 409
    assert fresh(record).summary != "x"


def test_an_identifier_taken_while_it_is_written_stops_it(editor, partner, monkeypatch):
    uploaded(editor, table(["title"], ["One"], ["Two"]))
    planned = reports._planned

    def meanwhile(*args):
        found = planned(*args)
        make("organisation", identifier="two", title="Foreign")
        return found

    monkeypatch.setattr(reports, "_planned", meanwhile)

    page = applied(editor)

    assert page.status_code == 409
    assert [one.title for one in organisations()] == ["Foreign"]
    assert "Foreign" not in page.content.decode()


def test_a_failure_at_the_end_leaves_nothing(editor, monkeypatch):  # gate 6.1
    uploaded(editor, table(["title", "tags"], ["One", "a"]))
    before, tags = snapshot(), Tag.objects.count()

    def fails():
        raise RuntimeError

    monkeypatch.setattr("media4sec.records.audit.follow_up", fails)
    with pytest.raises(RuntimeError):
        applied(editor)

    assert snapshot() == before
    assert Tag.objects.count() == tags
    assert counts()[0] == "ready"


def test_a_file_waits_for_a_day(editor):
    uploaded(editor, table(["title"], ["One"]))
    ImportReport.objects.update(made_at=timezone.now() - timedelta(hours=24, minutes=1))

    page = applied(editor)
    assert page.status_code == 409
    assert not organisations().exists()
    uploaded(editor, table(["title"], ["Two"]))

    assert [bool(one.content) for one in ImportReport.objects.order_by("pk")] == [False, True]
    assert (
        "Files are kept for a day"
        in editor.get(f"{ADDRESS}{ImportReport.objects.last().pk}/").content.decode()
    )


def test_what_was_withdrawn_stays_so(editor, partner):
    record = owned(published("organisation", title="One"), partner)
    workflow.withdraw(record, reason="Outdated.")

    uploaded(editor, table(["identifier", "summary"], [record.identifier, "x"]))
    applied(editor)

    record = fresh(record)
    assert (record.summary, record.state, record.public_state) == ("x", "withdrawn", "withdrawn")


# Who learns of what


def test_nothing_of_another_team_is_named(editor, partner):  # gate 3.9
    other = published("partner", title="A university")
    owned(make("organisation", title="Secret plans", identifier="secret-plans"), other)
    rows = [["identifier", "title", "lens"], ["secret-plans", "Secret plans", ""], ["", "Secret plans", ""]]

    page = uploaded(editor, table(*rows))

    assert faults(page) == [(2, "A (identifier)", "secret-plans is taken.")]
    assert ImportReport.objects.get().report["questions"] == []
    assert ImportReport.objects.get().report["updated"] == []
    assert page.context["told"]["created"] == [[3, "Secret plans"]]


def test_a_record_of_another_team_cannot_be_named_unless_it_is_public(user, partner):
    other = published("partner", title="A university")
    secret = owned(make("organisation", title="Secret"), other)
    public = owned(published("organisation", title="Public"), other)
    kind, address = make("technology").technology_kind, "/admin/catalogue/technology/import/"
    rows = [
        ["title", "technology_kind", "makers"],
        ["A", kind, secret.identifier],
        ["B", kind, "nobody-at-all"],
    ]

    page = uploaded(
        logged_in(user), table(*rows, ["C", kind, public.identifier]), address=address, owner=partner.pk
    )

    assert faults(page) == [
        (2, "C (makers)", f"There is no organisation “{secret.identifier}”."),
        (3, "C (makers)", "There is no organisation “nobody-at-all”."),
    ]


def test_what_a_record_names_already_stays(user, partner):
    secret = owned(make("organisation", title="Secret"), published("partner", title="A university"))
    record = owned(make("technology", makers=[secret.identifier]), partner)
    address = "/admin/catalogue/technology/import/"

    uploaded(
        logged_in(user),
        table(["identifier", "makers", "summary"], [record.identifier, secret.identifier, "x"]),
        address=address,
        owner=partner.pk,
    )

    assert counts() == ("ready", 0, 1, 0, 0)


def test_an_administrator_of_a_team_may_not_import(partner):
    client = logged_in(member("administrator", partner=partner))

    assert client.get(ADDRESS).status_code == 403
    assert uploaded(client, "title\nA\n").status_code == 403
    assert not ImportReport.objects.exists()


def test_records_are_added_for_ones_own_partner_only(editor):
    other = published("partner", title="A university")

    page = uploaded(editor, "title\nA\n", owner=other.pk)

    assert page.status_code == 400
    assert not ImportReport.objects.exists()


def test_a_report_is_its_makers_and_administrators_read_it(editor, partner, user):
    record = owned(make("organisation", title="One"), partner)
    uploaded(editor, table(["identifier", "summary"], [record.identifier, "x"]))
    address = f"{ADDRESS}{ImportReport.objects.get().pk}/"
    colleague = logged_in(member("contributor", partner=partner))
    stranger = logged_in(member("contributor", partner=published("partner")))
    root = logged_in(administrator())

    assert [one.get(address).status_code for one in (editor, colleague, stranger, root)] == [
        200,
        404,
        404,
        200,
    ]
    posts = [one.post(address, {"apply": "yes"}).status_code for one in (colleague, stranger, root)]
    assert posts == [404, 404, 403]
    assert fresh(record).edit_version == 1
    assert "rows.csv" in root.get(ADDRESS).content.decode()
    assert "rows.csv" not in colleague.get(ADDRESS).content.decode()
    user.memberships.all().delete()
    member("contributor", partner=published("partner"))
    assert logged_in(user).get(address).status_code == 302


def test_who_left_the_team_reads_no_report_of_it(partner, user):
    client = logged_in(user)
    uploaded(client, table(["title"], ["One"]))
    team = user.memberships.get().team
    team.pk, team.owner = None, published("partner", title="A university")
    team.save()
    user.memberships.update(team=team)

    assert client.get(f"{ADDRESS}{ImportReport.objects.get().pk}/").status_code == 404
    assert applied(client).status_code == 404


# Files that cannot be read, and odd requests


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "The file is empty."),
        (
            "a.csv",
            "title\nJörg\n".encode("cp1252"),
            "Line 2: the file was saved in another encoding than UTF-8.",
        ),
        ("a.csv", b"title\nA\0\n", "Line 2: here stands the sign U+0000 NUL."),
        ("a.csv", b"x" * (MOST_BYTES + 1), "The file has more than 10 MB."),
        ("a.xlsx", b"PK\x03\x04nonsense", "The Excel file is damaged."),
        ("a.exe", b"MZ", "Files to be imported are tables"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_read_is_refused_with_words(editor, name, content, says):
    page = uploaded(editor, content, name)

    assert page.status_code == 400
    assert page.context["form"].errors["file"][0].startswith(says)
    assert not ImportReport.objects.exists()


def test_no_file_is_told(editor, partner):
    page = editor.post(ADDRESS, {"owner": partner.pk})

    assert (page.status_code, page.context["form"].errors["file"]) == (400, ["Choose a file."])


@pytest.mark.parametrize("name", ["a\u202e.csv", "x" * 300 + ".csv", "<b>.csv", "\ud800.csv"])
def test_any_name_of_a_file_can_be_kept(user, partner, name):
    report = reports.make(model_of("organisation").kind, name, b"title\nOne\n", by=user, owner=partner)

    assert ImportReport.objects.get().file_name == report.file_name
    assert reports.apply(report, by=user)


@pytest.mark.parametrize("kept", ["\ud800", "a\0b", "x" * 3000, "<script>"])
def test_odd_letters_are_refused_like_in_forms(editor, kept):
    for field in ("title", "identifier", "slug", "lens", "tags", "sources", kept):
        value = [kept] if field in ("tags", "sources") else kept
        page = uploaded(editor, json.dumps([{"title": "A", field: value}]), "a.json")
        assert page.status_code == 200, field
        assert faults(page) or kept == "<script>", field


SHORT = st.text(max_size=5)
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.text(max_size=8),
    st.lists(SHORT, max_size=2),
    st.dictionaries(SHORT, SHORT, max_size=2),
)
NAMES = st.sampled_from(
    ["identifier", "slug", "title", "checked_on", "tags", "sources", "notes", "state", "x"]
)


@given(st.lists(st.dictionaries(NAMES, ANYTHING), max_size=3))
def test_any_document_is_planned_or_refused(documents):  # gate 4.1
    with transaction.atomic():
        kind, root = model_of("organisation").kind, administrator(f"root{Record.objects.count()}")
        report = reports.make(kind, "a.json", json.dumps(documents).encode(), by=root)
        assert report.state in ("open", "ready")
        assert report.state == "open" or reports.apply(report, by=root)
        transaction.set_rollback(True)


def test_a_report_of_another_kind_is_not_there(editor):
    uploaded(editor, "title\nA\n")

    assert (
        editor.get(f"/admin/catalogue/technology/import/{ImportReport.objects.get().pk}/").status_code == 404
    )
    assert editor.get(f"{ADDRESS}999999/").status_code == 404
    assert editor.put(ADDRESS).status_code == 405


# Out and in again


def exported(client, kind, suffix):
    opts = model_of(kind.name)._meta
    records = Record.objects.filter(kind_name=kind.name)
    sent = {"action": f"export_{suffix}", "_selected_action": [record.pk for record in records]}
    return client.post(f"/admin/{opts.app_label}/{opts.model_name}/", sent)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_what_is_exported_is_imported_as_nothing_to_do(kind):  # gate 4.7
    published_full(kind)
    make(kind)
    client, opts = logged_in(administrator()), model_of(kind.name)._meta
    address, number = (
        f"/admin/{opts.app_label}/{opts.model_name}/import/",
        Record.objects.filter(kind_name=kind.name).count(),
    )

    for suffix in ("csv", "json"):
        file = exported(client, kind, suffix)
        assert file["Content-Disposition"] == f'attachment; filename="{kind.plural}.{suffix}"'
        page = uploaded(client, file.content, f"a.{suffix}", address)
        assert faults(page) == []
        assert counts() == ("open", 0, 0, number, 0)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_what_is_imported_is_what_was_exported(kind):
    """All of a record in a file, under another identifier: the new one says the same."""
    root, document = administrator(), full_document_for(kind)
    report = reports.make(kind, "a.json", json.dumps([document]).encode(), by=root)
    assert report.report["faults"] == []

    assert reports.apply(report, by=root)

    record = Record.objects.get(kind_name=kind.name, identifier=document["identifier"])
    assert working_document(record) == json.loads(record.revisions.get().document)
    read_only = {name for name, field in writer(kind.name).fields.items() if field.read_only}
    kept = working_document(record)
    assert {name: kept[name] for name in document if name not in read_only} == {
        name: value for name, value in document.items() if name not in read_only
    }


def test_only_what_one_sees_is_exported(editor, partner):
    own = owned(make("organisation"), partner)
    make("organisation", title="Secret")

    text = exported(editor, model_of("organisation").kind, "csv").content.decode("utf-8-sig")

    assert [row["identifier"] for row in csv.DictReader(io.StringIO(text))] == [own.identifier]


# The dry run is the real thing

WORDS = st.text("ab=;'\n\"- Žé,", max_size=8)


def rows_of(*, is_odd):
    """Rows of a table; odd ones have values that may not stand there."""

    def one_of(good, *bad):
        return st.sampled_from([*good, *(bad if is_odd else ())])

    must = {
        "identifier": one_of(["", "", "", "X-001", "X-002", "X-005", "X-006"], "X5", "x"),
        "title": st.sampled_from(["A title", "Thing 1", "=1+1", "'s-Hertogenbosch"])
        | (WORDS if is_odd else st.nothing()),
        "colour": one_of(["red", "Blue"], "green", ""),
    }
    may = {
        "shades": one_of(["", "light", "dark; Light", "[empty]"], "pale"),
        "weight": one_of(["", "5", "[empty]"], "-1", "9999999999", "x"),
        "cost": one_of(["", "2.5", "7"], "2.555", "1000000000"),
        "is_new": one_of(["", "yes", "No", "[empty]"], "maybe"),
        "thrown_on": one_of(["", "2018-03-14"], "14/3/2018"),
        "homepage": one_of(["", "https://example.org/a"], "nowhere"),
        "story": WORDS,
        "tags": one_of(["", "a; b", "A;b", "b", "[empty]"], "a,b"),
        "notes": one_of(["", "One; two", "One; two\n", "=1", "[empty]"]),
        "sources": one_of(["", "https://example.org/s", "https://example.org/t; https://example.org/s"], "x"),
        "remains": one_of(
            ["", "throwaway:X-001", "throwaway:X-002"], "throwaway:X-005", "throwaway:X-999", "X-001"
        ),
        "themes": one_of(["", "a-theme", "theme:a-theme"], "no-theme"),
    }
    return st.lists(st.fixed_dictionaries(must, optional=may), min_size=1, max_size=4)


# What is wrong with the file, and would not be wrong with records that somebody saves one after another.
ONLY_IN_FILES = re.compile("neither yes nor no|in row|already|gives the same")


def planned_with_bodies(kind, sheet, **options):
    """A plan, and the documents that its rows stand for."""
    bodies, body_of = [], drafting._body

    def noted(*args):
        bodies.append(body_of(*args))
        return bodies[-1]

    with patch.object(drafting, "_body", noted):
        return plan(kind, sheet, **options), bodies


def saved_one_by_one(kind_name, bodies):
    """What becomes of the same rows where each is saved as forms and loading do it; raises where one is wrong."""
    done = []
    for body in bodies:
        own = model_of(kind_name).objects.filter(identifier=body["identifier"]).first()
        done.append(save_document(kind_name, body, own))
    for record in done:
        record.check_links()
        workflow.save_revision(record)
    return {record.identifier: working_document(record) for record in done}


@pytest.mark.slow
@settings(max_examples=examples(100))
@given(rows=rows_of(is_odd=False) | rows_of(is_odd=True))
def test_a_report_says_what_will_be(rows):  # gate 4.6
    kind = model_of("throwaway").kind
    names = list(dict.fromkeys(name for row in rows for name in row))
    content = table(names, *[[row.get(name, "") for name in names] for row in rows]).encode()
    with transaction.atomic():
        root, _ = administrator(f"root{Record.objects.count()}"), make("theme", identifier="a-theme")
        for number in (1, 2):
            make(
                "throwaway",
                identifier=f"X-00{number}",
                title=f"Thing {number}",
                tags=["a"],
                notes=["One; two"],
            )
        report = reports.make(kind, "a.csv", content, by=root)
        reports.settle(report, by=root, rows={"": "new"})
        event(report.state)
        sheet = reading.read("a.csv", content, {*columns_of(kind.name)})
        _, bodies = planned_with_bodies(kind, sheet, user=root, answers={"": "new"})
        before = {one.pk: working_document(one) for one in Record.objects.filter(kind_name=kind.name)}

        if report.state == "ready":
            expected = None
            with transaction.atomic():
                expected = saved_one_by_one(kind.name, bodies)
                transaction.set_rollback(True)
            assert reports.apply(report, by=root)
            after = {one.pk: working_document(one) for one in Record.objects.filter(kind_name=kind.name)}
            assert report.created == len(after.keys() - before.keys())
            assert report.updated == sum(after[pk] != before[pk] for pk in before)
            assert {one["identifier"]: one for one in after.values()} | expected == {
                one["identifier"]: one for one in after.values()
            }
            for record in Record.objects.filter(pk__in=after):
                newest = record.revisions.get(number=record.edit_version)
                assert json.loads(newest.document) == after[record.pk]
            again = reports.make(kind, "a.csv", csv_of(kind.name, _all(kind)).encode(), by=root)
            assert (again.report["faults"], again.updated, again.created) == ([], 0, 0)
            again = reports.make(kind, "a.json", json_of(_all(kind)).encode(), by=root)
            assert (again.report["faults"], again.updated, again.created) == ([], 0, 0)
        elif report.wrong and not any(
            ONLY_IN_FILES.search(message) for _, _, message in report.report["faults"]
        ):
            with pytest.raises((ValidationError, DocumentError)), transaction.atomic():
                saved_one_by_one(kind.name, bodies)
        else:
            assert report.wrong or (report.created, report.updated) == (0, 0)
        transaction.set_rollback(True)


def _all(kind):
    return list(Record.objects.filter(kind_name=kind.name).order_by("identifier"))
