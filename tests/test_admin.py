"""The back-office: every kind can be listed, written, published and taken back, and nobody's work is lost."""

import csv
import json
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.exceptions import ValidationError as DocumentError

from media4sec.kinds import kinds
from media4sec.publications.models import Change, Publication
from media4sec.records import workflow
from media4sec.records.admin.lists import admin_url
from media4sec.records.differences import compare
from media4sec.records.documents.reading import working_document, working_documents, writer
from media4sec.records.models import AuditEntry, Membership, Record, Source, Tag, Team, model_of
from media4sec.records.workflow import withdraw
from tests.factories import full_document_for, make, make_full, publication_of, publish, published
from tests.factories import save as save_document
from tests.people import authenticated, logged_in, member, owned, queries_for, told

pytestmark = pytest.mark.django_db
every_kind = pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)


def shortened(document):
    """A full document with one row in each of its lists."""
    return {name: value[:1] if isinstance(value, list) else value for name, value in document.items()}


# What an editor does, with a browser that runs no script


class Form(HTMLParser):
    """The values that a browser would send for the form of a page."""

    def __init__(self, page):
        super().__init__()
        self.values, self.select, self.textarea = {}, None, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "select":
            self.select = given["name"], "multiple" in given
        elif tag == "textarea":
            self.textarea = given["name"]
            self.values[self.textarea] = ""
        elif tag == "option" and self.select:
            name, is_multiple = self.select
            if is_multiple:
                self.values.setdefault(name, []).extend([given["value"]] if "selected" in given else [])
            elif "selected" in given or name not in self.values:
                self.values[name] = given.get("value", "")
        elif tag == "input" and "name" in given and is_sent(given):
            unsaid = "on" if given.get("type") == "checkbox" else ""
            self.values[given["name"]] = given.get("value", unsaid)

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        elif tag == "textarea":
            self.values[self.textarea] = self.values[self.textarea].removeprefix("\n")
            self.textarea = None

    def handle_data(self, data):
        if self.textarea:
            self.values[self.textarea] += data


def is_sent(given):
    return (
        "checked" in given
        if given.get("type") == "checkbox"
        else given.get("type") not in ("submit", "search")
    )


def filled(client, url, **changes):
    return Form(client.get(url).content.decode()).values | changes


def save(client, record, **changes):
    """Open the record's form, change something, and save."""
    return client.post(admin_url(record), filled(client, admin_url(record), **changes))


def take(client, record, step, **values):
    """Open the page of a step, fill it in, and press its button."""
    return client.post(admin_url(record, step), filled(client, admin_url(record, step), **values))


def errors_in(response):
    return [str(error) for errors in response.context["errors"] for error in errors]


@pytest.fixture
def editor(admin_client, admin_user):
    """Somebody who may do everything, and has just logged in."""
    authenticated(admin_client, admin_user)
    return admin_client


@pytest.fixture
def contributor(client):
    """Somebody who may write the records of the editorial office, and publish nothing."""
    client.force_login(member("contributor"))
    return client


@pytest.fixture
def theme():
    return publish(make("theme", title="Dark web", summary="Hidden services", sources=[SOURCE]))


SOURCE = {"url": "https://example.org/report", "title": "A report"}


# Every kind


@pytest.mark.once
@every_kind
def test_a_list_costs_the_same_however_many_records(editor, kind):
    opts = model_of(kind.name)._meta
    url = f"/admin/{opts.app_label}/{opts.model_name}/"
    for _ in range(2):  # a filter appears when there is something to choose from
        make_full(kind)

    before = queries_for(editor, url)
    make(kind)
    make(kind)

    assert queries_for(editor, url) == before


@pytest.mark.once
@every_kind
def test_a_form_costs_the_same_however_many_rows(editor, kind):
    few = save_document(shortened(full_document_for(kind)), kind)
    many = make_full(kind)
    editor.get(admin_url(few))  # content types are remembered from here on

    assert queries_for(editor, admin_url(few)) == queries_for(editor, admin_url(many))


@every_kind
def test_the_form_for_a_new_record_opens(editor, kind):
    opts = model_of(kind.name)._meta

    response = editor.get(f"/admin/{opts.app_label}/{opts.model_name}/add/")

    assert response.status_code == 200
    assert "identifier" in response.context["adminform"].form.fields


@every_kind
def test_a_form_holds_the_whole_document(editor, kind):
    record = make_full(kind)

    context = editor.get(admin_url(record)).context

    shown = {name for group in context["adminform"] for line in group for name in line.fields}
    rows = {inline.formset.prefix for inline in context["inline_admin_formsets"]} | {"sources"}
    assert set(writer(kind.name).fields) <= shown | rows


@every_kind
def test_saving_without_a_change_keeps_the_document(editor, kind):
    record = make_full(kind)
    before = working_document(record)

    response = save(editor, record)

    assert (response.status_code, working_document(record)) == (302, before)
    assert record.revisions.count() == 1


@every_kind
def test_the_history_of_every_kind_opens(editor, kind):
    record = make_full(kind)
    save(editor, record, title="Another title")

    assert editor.get(admin_url(record, "history")).status_code == 200
    assert editor.get(admin_url(record).replace("change", "versions/2")).status_code == 200


# Writing


def test_a_new_record_takes_the_next_identifier_and_is_no_public_matter(editor):
    make("issue", identifier="I-041")

    values = filled(editor, "/admin/ethics/ethicsissue/add/", title="Bias", issue_kind="ethical")
    editor.post("/admin/ethics/ethicsissue/add/", values)

    record = Record.objects.get(title="Bias")
    assert (record.identifier, record.state, record.public_state, record.edit_version) == (
        "I-042",
        "draft",
        "",
        1,
    )
    assert not Publication.objects.exists()


def test_an_identifier_that_is_taken_is_refused(editor, theme):
    values = filled(
        editor, "/admin/workshops/theme/add/", title="Dark web", order="77", identifier=theme.identifier
    )

    response = editor.post("/admin/workshops/theme/add/", values)

    assert response.context["adminform"].form.errors == {
        "identifier": [
            f"{theme.identifier} is taken by “Dark web”. Leave it empty, and the next free one is taken."
        ]
    }


ORGANISATIONS = "/admin/catalogue/organisation/add/"


def add(client, url, **values):
    """Fill in the form for a new record, and save."""
    return client.post(url, filled(client, url, **values))


def warnings_in(response):
    return [str(message) for message in response.context["messages"] if message.level_tag == "warning"]


@pytest.mark.parametrize(
    ("title", "identifier"),
    [
        ("Łukasiewicz Institute", "lukasiewicz-institute"),
        ("Đorđe Institute", "dorde-institute"),
        ("Øresund Police", "oresund-police"),
        ("Straßenverkehrsamt Köln", "strassenverkehrsamt-koln"),
        ("R&D Ltd", "r-d-ltd"),
        ("Ελληνική Αστυνομία", "elliniki-astynomia"),
        ("Þór Æsir", "thor-aesir"),
        ("Министерство внутрених дел", "ministerstvo-vnutrenikh-del"),
    ],
)
def test_no_letter_falls_out_of_a_permanent_address(editor, title, identifier):
    add(editor, ORGANISATIONS, title=title, country="PL")

    assert Record.objects.values_list("identifier", "slug").get(title=title) == (identifier, identifier)


@pytest.mark.parametrize("title", ["警察庁", "경찰청", "…"])
def test_where_no_identifier_can_be_made_one_is_asked_for(editor, title):
    refused = add(editor, ORGANISATIONS, title=title)
    add(editor, ORGANISATIONS, title=title, identifier="npa")

    assert refused.context["adminform"].form.errors == {
        "identifier": [
            "No identifier can be made of this title. Give one in plain letters and hyphens, such as dark-web."
        ]
    }
    assert Record.objects.values_list("identifier", "slug").get(title=title) == ("npa", "")


@pytest.mark.parametrize("given", ["", "1.1", "D١.١"])
def test_an_identifier_is_asked_for_by_an_example(editor, given):
    url = "/admin/catalogue/deliverable/add/"
    response = add(editor, url, title="Report", identifier=given)

    says = {"": "Give the identifier, such as D1.1: for deliverables none can be made."}
    assert response.context["adminform"].form.errors["identifier"] == [
        says.get(given, f"“{given}” does not look like an identifier of deliverables, such as D1.1.")
    ]


@every_kind
def test_no_message_of_a_form_is_a_regular_expression(editor, kind):
    opts = model_of(kind.name)._meta

    response = editor.post(
        f"/admin/{opts.app_label}/{opts.model_name}/add/", {"title": "…", "identifier": "?", "slug": "?"}
    )

    errors = errors_in(response)
    assert any(kind.identifier.example in error for error in errors)
    assert not [error for error in errors if "\\d" in error or "[A-Z" in error or ")*" in error]


def test_the_next_free_identifier_is_taken_and_the_other_record_is_named(editor):
    first = make("organisation", identifier="acme-ltd", title="Acme Ltd")
    make("organisation", identifier="acme-ltd-2017", title="Acme Ltd 2017")

    values = filled(editor, ORGANISATIONS, title="Acme Ltd")
    response = editor.post(ORGANISATIONS, values, follow=True)
    third = editor.post(ORGANISATIONS, filled(editor, ORGANISATIONS, title="Acme Ltd"), follow=True)

    names = Record.objects.filter(title="Acme Ltd").order_by("pk").values_list("identifier", flat=True)
    assert list(names) == ["acme-ltd", "acme-ltd-2", "acme-ltd-3"]
    assert warnings_in(response) == [
        f'The titles look alike: is it the same as <a href="{admin_url(first)}">Acme Ltd (acme-ltd)</a>? '
        "This record is acme-ltd-2."
    ]
    assert len(warnings_in(third)) == 1


@pytest.mark.parametrize(
    ("again", "is_told"),
    [
        ("Dark-web monitoring toolkit", True),
        ("Dark web monitorng toolkit", True),
        ("Toolkit: monitoring dark web", True),
        ("Dark web monitoring toolkit 2", False),  # another one of a row
        ("Dark web search engine", False),
    ],
)
def test_a_title_that_is_nearly_another_one_is_noticed_once(editor, again, is_told):
    first = make("person", title="Dark web monitoring toolkit")
    make("organisation", title="Dark web monitoring toolkit")
    url = "/admin/catalogue/person/add/"

    response = editor.post(url, filled(editor, url, title=again), follow=True)
    record = Record.objects.get(title=again)
    own = admin_url(record, "change")
    later = editor.post(own, filled(editor, own, summary="Another one."), follow=True)

    link = f'<a href="{admin_url(first)}">Dark web monitoring toolkit ({first.identifier})</a>'
    assert [link in words for words in warnings_in(response)] == [True] * is_told
    assert warnings_in(later) == []


def test_titles_of_others_are_noticed_as_far_as_the_public_knows_them(partner):
    other = published("partner")
    draft = owned(make("person", title="Undercover avatar builder"), other)
    known = owned(published("person", title="Social graph analyser"), other)
    save_document(working_document(known) | {"title": "Renamed face matcher"}, "person", known)
    client, url = logged_in(member("contributor", partner=partner)), "/admin/catalogue/person/add/"

    told_of = {
        title: warnings_in(client.post(url, filled(client, url, title=title), follow=True))
        for title in ("Undercover avatar bilder", "Renamed face macher", "Social graph analyzer")
    }

    assert [len(found) for found in told_of.values()] == [0, 0, 1]
    assert known.identifier in told_of["Social graph analyzer"][0]
    assert draft.title not in str(told_of)
    assert "matcher" not in str(told_of["Social graph analyzer"])


@pytest.mark.parametrize(
    ("title", "again"),
    [
        ("Dark web", "Dаrk wеb"),  # with Cyrillic а and е
        ("Dark web", "DARK  WEB"),
        ("Anže Žitnik", "Anze Zitnik"),
        ("Europol", "Εurοpοl"),  # with Greek Ε and ο
        ("Café", "Cafe\u0301"),
    ],
)
def test_a_title_that_looks_like_another_one_is_noticed(editor, title, again):
    first = make("person", title=title)
    make("person", title=f"{title} 2")
    make("organisation", title=title)
    url = "/admin/catalogue/person/add/"

    response = editor.post(url, filled(editor, url, title=again), follow=True)

    [warning] = warnings_in(response)
    assert admin_url(first) in warning
    assert warning.count("<a ") == 1


def test_a_title_of_its_own_is_no_matter(editor):
    make("person", title="Anže Žitnik")
    url = "/admin/catalogue/person/add/"

    response = editor.post(url, filled(editor, url, title="Mojca Novak"), follow=True)

    assert warnings_in(response) == []


def test_an_identifier_never_changes(editor, theme):
    save(editor, theme, identifier="another", title="The dark web")

    assert Record.objects.get(pk=theme.pk).identifier == theme.identifier
    assert Record.objects.get(pk=theme.pk).title == "The dark web"


def test_a_source_supports_fields_that_are_there(editor, theme):
    refused = save(editor, theme, **{"citations-0-supports": "title\nreport"})
    assert [error.partition("; there")[0] for error in errors_in(refused)] == ["“report” is no field here"]
    assert Record.objects.get(pk=theme.pk).citations.get().supports == []

    save(editor, theme, **{"citations-0-supports": "title\nreports"})
    assert Record.objects.get(pk=theme.pk).citations.get().supports == ["title", "reports"]


def test_a_source_of_a_part_supports_fields_of_the_part(editor):
    event = {
        "key": "a",
        "date": "2018-03-14",
        "event_kind": "adopted",
        "title": "A",
        "provenance": "editorial",
    }
    record = make("instrument", events=[event | {"sources": [SOURCE]}])

    refused = save(editor, record, **{"citations-0-supports": "note\nsummary"})
    assert [error.partition("; there")[0] for error in errors_in(refused)] == ["“summary” is no field here"]

    save(editor, record, **{"citations-0-supports": "note\nevents"})
    assert Record.objects.get(pk=record.pk).citations.get().supports == ["note", "events"]


def test_saving_never_changes_the_public_version(editor, theme):
    public = publication_of(theme).document

    save(editor, theme, title="Another title", **{"citations-0-DELETE": "on", "version_note": "Shorter"})

    theme.refresh_from_db()
    assert publication_of(theme).document == public
    assert (theme.title, theme.state, theme.edit_version, theme.has_unpublished_changes) == (
        "Another title",
        "draft",
        2,
        True,
    )
    assert theme.revisions.get(number=2).note == "Shorter"
    assert working_document(theme)["sources"] == []
    assert Change.objects.count() == 1


def days(record):
    return tuple(working_document(record)[name] for name in ("checked_on", "review_due"))


@pytest.mark.parametrize(
    ("before", "changes", "after"),
    [
        (("2024-01-10", None), {"checked_on": "2026-03-31"}, ("2026-03-31", "2026-09-30")),
        (("2024-01-10", None), {"checked_on": "2023-08-31"}, ("2023-08-31", "2024-02-29")),
        (("2024-01-10", None), {"checked_on": ""}, (None, None)),
        (("2024-01-10", "2027-05-05"), {"checked_on": "2026-03-31"}, ("2026-03-31", "2027-05-05")),
        (
            ("2024-01-10", None),
            {"checked_on": "2026-03-31", "review_due": "2026-04-01"},
            ("2026-03-31", "2026-04-01"),
        ),
        (("2024-01-10", "2024-02-01"), {"review_due": ""}, ("2024-01-10", "2024-07-10")),
    ],
)
def test_the_next_review_follows_the_check_unless_given_by_hand(editor, before, changes, after):
    record = make("technology", checked_on=before[0], **({"review_due": before[1]} if before[1] else {}))

    response = save(editor, record, **changes)

    assert response.status_code == 302
    assert days(record) == after


def test_a_document_that_does_not_name_the_next_review_moves_it_too():
    record = make("technology", checked_on="2024-01-10")
    document = working_document(record) | {"checked_on": "2026-03-31"}
    del document["review_due"]

    save_document(document, "technology", record)

    assert days(record) == ("2026-03-31", "2026-09-30")


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"checked_on": "2931-01-01"}, {"checked_on": ["This day lies in the future."]}),
        (
            {"checked_on": "2020-01-02", "review_due": "2020-01-01"},
            {
                "review_due": [
                    "The next review would be due before the check. Left empty, the kind's interval decides."
                ]
            },
        ),
    ],
)
def test_days_that_cannot_be_are_refused(editor, changes, errors):
    record = make("technology", checked_on="2018-01-10", review_due="2018-02-10")

    response = save(editor, record, **changes)

    assert response.context["adminform"].form.errors == errors
    assert days(record) == ("2018-01-10", "2018-02-10")


def test_a_review_that_was_due_by_hand_is_not_left_before_the_check(editor):
    record = make("technology", checked_on="2018-01-10", review_due="2018-02-10")

    response = save(editor, record, checked_on="2020-01-01")

    assert list(response.context["adminform"].form.errors) == ["review_due"]


def test_a_source_was_not_read_in_the_future(editor, theme):
    response = save(editor, theme, **{"citations-0-accessed_on": "2931-01-01"})

    assert errors_in(response) == ["This day lies in the future."]


@pytest.mark.parametrize(("day", "is_refused"), [("2026-03-02", False), ("2026-03-03", True)])
def test_today_is_today_where_the_editor_is(editor, theme, monkeypatch, day, is_refused):
    """At noon of the first in UTC it is the second in Auckland, and nowhere the third."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))

    response = save(editor, theme, checked_on=day)

    assert (response.status_code == 200) == is_refused


def test_nothing_ends_before_it_begins(editor):
    workshop = make("workshop", start_date="2017-05-02", end_date="2017-05-03")

    response = save(editor, workshop, end_date="2017-05-01")

    assert errors_in(response) == ["This day comes before the first one."]


def test_rules_over_several_rows_refuse_the_whole_form(editor):
    first = make("roadmap-item")
    second = make("roadmap-item", depends_on=[first.identifier])

    response = save(editor, first, title="Changed", **{"depends_on-named": second.identifier})

    assert errors_in(response) == [f"{first.identifier} would have to come before itself."]
    assert response.context["adminform"].form["title"].value() == "Changed"
    first.refresh_from_db()
    assert (first.title != "Changed", first.revisions.count()) == (True, 1)


def test_relations_keep_the_order_in_which_they_are_named(editor):
    issues = [make("issue") for _ in range(3)]
    record = make("technology", issues=[issues[2].identifier])

    save(editor, record, **{"issues-named": f"{issues[1].identifier} {issues[0].identifier}"})

    assert working_document(record)["issues"] == [
        issues[2].identifier,
        issues[1].identifier,
        issues[0].identifier,
    ]


@pytest.mark.parametrize("names", [{"issues-named": "I-999"}, {"issues": "I-999"}, {"issues": "9" * 30}])
def test_what_nobody_knows_is_not_named(editor, names):
    record = make("technology")

    response = save(editor, record, title="Changed", **names)

    assert errors_in(response) == [f"There is no such record: “{next(iter(names.values()))}”."]
    assert record.revisions.count() == 1


@pytest.mark.parametrize("names", [{"owner": "nobody"}, {"owner": "9" * 30}])
def test_what_nobody_knows_owns_nothing(editor, names):
    record = make("technology")

    response = save(editor, record, title="Changed", **names)

    assert errors_in(response) == ["Select a valid choice. That choice is not one of the available choices."]
    assert record.revisions.count() == 1


def test_new_parts_get_a_key_and_a_place(editor):
    record = make("situation", points=[{"key": "good-1", "aspect": "good", "text": "First"}])

    save(editor, record, **{"points-1-aspect": "good", "points-1-text": "Second"})

    assert [(point["key"], point["text"]) for point in working_document(record)["points"]] == [
        ("good-1", "First"),
        ("good-2", "Second"),
    ]


def test_the_sources_and_relations_of_a_part_go_with_it(editor):
    theme = make("theme")
    part = {"aspect": "good", "text": "Text", "refs": [f"theme:{theme.identifier}"], "sources": [SOURCE]}
    record = make("situation", points=[{"key": "good-1", **part}, {"key": "good-2", **part}])

    save(editor, record, **{"points-0-DELETE": "on"})

    assert list(record.citations.values_list("part", flat=True)) == ["good-2"]
    assert list(record.relations.values_list("part", flat=True)) == ["good-2"]


# One person twice


TECHNOLOGIES = "/admin/catalogue/technology/add/"
TOOL = {"title": "A tool", "technology_kind": "software", "status": "active"}


@pytest.mark.parametrize("button", ["_save", "_publish", "_continue", "_addanother"])
def test_a_form_for_a_new_record_makes_one(editor, button):
    values = filled(editor, TECHNOLOGIES, **TOOL, **{button: "1"})

    first, second = (editor.post(TECHNOLOGIES, values) for _ in range(2))

    assert (first.status_code, second.status_code, first.url) == (302, 302, second.url)
    assert Record.objects.filter(title="A tool").count() == 1
    assert first.url.endswith("/publish/") == (button == "_publish")
    assert Publication.objects.count() == 0


def test_a_form_that_went_back_and_changed_makes_another_when_that_is_meant(editor):
    values = filled(editor, TECHNOLOGIES, **TOOL)
    editor.post(TECHNOLOGIES, values)
    first = model_of("technology").objects.get(title="A tool")

    refused = editor.post(TECHNOLOGIES, values | {"summary": "What it does"})
    before = Record.objects.count()
    shown = Form(refused.content.decode()).values
    accepted = editor.post(TECHNOLOGIES, shown)

    assert errors_in(refused) == [
        f'This form was saved already, as <a href="{admin_url(first)}">{first}</a>. '
        "Save again if you mean another record beside it."
    ]
    assert f'<a href="{admin_url(first)}">' in refused.content.decode()
    assert (before, shown["summary"]) == (1, "What it does")
    assert accepted.status_code == 302
    assert set(Record.objects.values_list("summary", flat=True)) == {"", "What it does"}


@pytest.mark.parametrize("button", ["_save", "_publish"])
def test_a_form_with_new_rows_adds_them_once(editor, button):
    record = make("situation", points=[{"key": "good-1", "aspect": "good", "text": "First"}])
    values = filled(editor, admin_url(record), **{"points-1-aspect": "good", "points-1-text": "Second"})

    first, second = (editor.post(admin_url(record), values | {button: "1"}) for _ in range(2))

    assert (first.status_code, second.status_code, first.url) == (302, 302, second.url)
    assert [point["key"] for point in working_document(record)["points"]] == ["good-1", "good-2"]
    assert record.revisions.count() == 2


@pytest.mark.parametrize("initial", ["0", "1999"])
def test_a_form_has_no_more_rows_than_were_sent(editor, theme, initial):  # gate 4.2
    values = filled(editor, admin_url(theme), title="")
    sent = int(values["citations-TOTAL_FORMS"])

    response = editor.post(
        admin_url(theme), values | {"citations-TOTAL_FORMS": "1999", "citations-INITIAL_FORMS": initial}
    )

    assert response.status_code == 200
    formsets = {inline.formset.prefix: inline.formset for inline in response.context["inline_admin_formsets"]}
    assert len(formsets["citations"].forms) == sent > 0


def test_a_form_sent_again_after_somebody_else_saved_is_refused(editor, theme):
    mine = filled(editor, admin_url(theme), title="My title")
    editor.post(admin_url(theme), mine)
    save(editor, theme, title="Their title")

    response = editor.post(admin_url(theme), mine)

    assert response.context["conflict"]
    assert Record.objects.get(pk=theme.pk).title == "Their title"


@pytest.mark.parametrize("nonce", ["", "\0", "x" * 41, "another’s"])
def test_a_form_of_another_record_is_not_taken_for_this_one(editor, theme, nonce):
    save(editor, theme, title="Changed", submission="another’s")
    other = make("theme")

    response = save(editor, other, title="Mine", submission=nonce)

    assert response.status_code in (200, 302)
    assert Record.objects.get(pk=other.pk).title in ("Mine", other.title)
    assert Record.objects.get(pk=theme.pk).title == "Changed"


# Two people at once


def test_what_only_one_of_two_editors_changed_is_kept_of_both(editor, theme):
    mine = filled(editor, admin_url(theme), title="My title")
    save(editor, theme, summary="Their summary")

    response = editor.post(admin_url(theme), mine, follow=True)

    theme.refresh_from_db()
    assert (theme.title, theme.summary, theme.edit_version) == ("My title", "Their summary", 3)
    assert "admin@example.com saved version 2 while you were editing. Taken over from it: Summary." in told(
        response
    )


def test_where_two_editors_changed_the_same_both_texts_are_shown(editor, theme):
    mine = filled(editor, admin_url(theme), title="My title")
    save(editor, theme, title="Their title", summary="Their summary")

    response = editor.post(admin_url(theme), mine)

    theme.refresh_from_db()
    assert (theme.title, theme.summary, theme.edit_version) == ("Their title", "Their summary", 2)
    assert errors_in(response) == [
        "admin@example.com saved version 2 while you were editing. Nothing of yours was saved, and nothing is lost."
    ]
    conflict = response.context["conflict"]
    assert ([row.name for row in conflict["rows"]], conflict["taken"]) == (["title"], ["Summary"])
    form = response.context["adminform"].form
    assert (form["title"].value(), form["summary"].value()) == ("My title", "Hidden services")


def test_after_both_texts_were_seen_saving_goes_through(editor, theme):
    mine = filled(editor, admin_url(theme), title="My title")
    save(editor, theme, title="Their title", summary="Their summary")
    shown = Form(editor.post(admin_url(theme), mine).content.decode()).values

    response = editor.post(admin_url(theme), shown)

    theme.refresh_from_db()
    assert (response.status_code, theme.title, theme.summary) == (302, "My title", "Their summary")
    assert list(theme.revisions.values_list("number", flat=True)) == [3, 2, 1]


def test_a_version_that_came_after_both_texts_were_seen_is_shown_too(editor, theme):
    mine = filled(editor, admin_url(theme), title="My title")
    save(editor, theme, title="Their title")
    shown = Form(editor.post(admin_url(theme), mine).content.decode()).values
    save(editor, theme, title="Their other title")

    response = editor.post(admin_url(theme), shown)

    theme.refresh_from_db()
    assert (response.status_code, theme.title) == (200, "Their other title")
    assert response.context["conflict"]["revision"].number == 3


def test_lists_have_what_either_editor_added_and_lack_what_either_removed(editor):
    record = make("theme", tags=["night", "day"], notes=["One", "Two"])
    mine = filled(editor, admin_url(record), tags="night, dusk", notes="One\nTwo\nMine")
    save(editor, record, tags="night, day, dawn", notes="Theirs\nOne\nTwo")

    response = editor.post(admin_url(record), mine)

    document = working_document(Record.objects.get(pk=record.pk))
    assert response.status_code == 302
    assert sorted(document["tags"]) == ["dawn", "dusk", "night"]
    assert document["notes"] == ["Theirs", "One", "Two", "Mine"]


@pytest.mark.parametrize("seen", ["", "x", "9" * 30, "0"])
def test_a_form_that_does_not_say_what_it_saw_is_refused(editor, theme, seen):
    response = save(editor, theme, title="Changed", edit_version=seen)

    theme.refresh_from_db()
    assert (response.status_code, theme.title) == (200, "Dark web")


# Steps


def test_publishing_makes_the_working_copy_public(editor, theme):
    save(editor, theme, title="The dark web")

    shown = editor.get(admin_url(theme, "publish")).context
    take(editor, theme, "publish", note="New name")

    assert [row.name for row in shown["differences"]] == ["title"]
    assert (publication_of(theme).title, publication_of(theme).version) == ("The dark web", 2)


def test_who_saves_in_order_to_publish_sees_first_what_that_does(editor, contributor, theme):  # E-22
    saved = save(editor, theme, title="The dark web", _publish="1")
    page = editor.get(saved.url)
    other = save(contributor, theme, summary="Mine", _publish="1")

    assert saved.url == admin_url(theme, "publish")
    assert [row.name for row in page.context["differences"]] == ["title"]
    assert page.context["lacking"] == ["No day of checking"]
    assert "No day of checking" in page.content.decode()
    assert other.url == admin_url(theme)
    assert publication_of(theme).title == "Dark web"


def test_from_submitting_to_publishing(editor, contributor, theme):  # gate 3.6
    saved = save(contributor, theme, title="The dark web", _submit="1")
    assert saved.url == admin_url(theme, "submit")
    take(contributor, theme, "submit", note="Please look")
    take(editor, theme, "send-back", reason="Say since when.")
    shown = contributor.get(admin_url(theme)).content.decode()
    save(contributor, theme, summary="Since 2016")
    take(contributor, theme, "submit")
    take(editor, theme, "approve", note="Fine")
    approved = Record.objects.get(pk=theme.pk).state
    take(editor, theme, "publish")

    assert "Say since when." in shown
    assert approved == "approved"
    assert (publication_of(theme).title, publication_of(theme).summary) == ("The dark web", "Since 2016")
    steps = (
        AuditEntry.objects.filter(identifier=theme.identifier).order_by("pk").values_list("action", "note")
    )
    assert list(steps)[-7:] == [
        ("saved", ""),
        ("submitted", "Please look"),
        ("sent-back", "Say since when."),
        ("saved", ""),
        ("submitted", ""),
        ("approved", "Fine"),
        ("published", ""),
    ]


def test_what_is_still_true_is_confirmed_in_one_step(editor, theme):
    citation = theme.citations.get()

    take(editor, theme, "checked", read=[citation.pk], note="Read again")

    document = json.loads(publication_of(theme).document)
    today = timezone.localdate()
    assert (document["checked_on"], document["sources"][0]["accessed_on"]) == (today.isoformat(),) * 2
    assert Record.objects.get(pk=theme.pk).review_due > today + timedelta(days=300)
    assert [entry.note for entry in AuditEntry.objects.filter(version=2)] == ["Read again"] * 2


def test_confirming_does_not_publish_other_changes(editor, contributor, theme):
    save(editor, theme, title="The dark web")
    take(editor, theme, "checked")
    other = publish(make("theme"))
    take(contributor, other, "checked")

    for record in (theme, other):
        assert json.loads(publication_of(record).document)["checked_on"] is None
        assert Record.objects.get(pk=record.pk).checked_on == timezone.localdate()


def test_a_day_of_review_that_was_given_by_hand_stays(editor, theme):
    day = timezone.localdate() + timedelta(days=30)
    Record.objects.filter(pk=theme.pk).update(review_due=day, checked_on="2020-01-01")

    take(editor, theme, "checked")

    assert Record.objects.get(pk=theme.pk).review_due == day


def test_the_audit_trail_is_looked_through_and_taken_along(editor, theme):
    save(editor, theme, title="The dark web", version_note="=1+1")
    page = editor.get("/admin/records/auditentry/", {"q": theme.identifier})
    keys = [entry.pk for entry in page.context["cl"].result_list]

    answer = editor.post("/admin/records/auditentry/", {"action": "export", "_selected_action": keys})

    rows = list(csv.reader(answer.content.decode().splitlines()))
    assert [row[2] for row in rows[1:]] == ["saved", "published", "saved"][-len(keys) :]
    assert rows[-1][7:9] == ["admin@example.com", "'=1+1"]
    assert admin_url(theme) in page.content.decode()
    assert editor.get(f"/admin/records/auditentry/{keys[0]}/delete/").status_code == 403


def test_nothing_is_sent_back_without_a_reason(editor, theme):
    save(editor, theme, title="The dark web")
    take(editor, theme, "submit")

    response = take(editor, theme, "send-back", reason=" ")

    assert "Say what is missing: its authors read it." in response.content.decode()
    assert Record.objects.get(pk=theme.pk).state == "in-review"


def test_what_is_saved_again_is_to_be_reviewed_again(editor, theme):
    save(editor, theme, title="The dark web")
    take(editor, theme, "submit")
    take(editor, theme, "approve")
    save(editor, theme, title="Another title")

    assert Record.objects.get(pk=theme.pk).state == "draft"


def test_a_version_saved_meanwhile_is_not_published_unseen(editor, theme):
    save(editor, theme, title="Seen")
    page = filled(editor, admin_url(theme, "publish"))
    save(editor, theme, title="Not seen")

    response = editor.post(admin_url(theme, "publish"), page)

    assert response.status_code == 409
    assert publication_of(theme).title == "Dark web"


@pytest.mark.parametrize("seen", [None, "", "x", "1 ", "01"])
def test_a_step_is_taken_with_the_version_that_was_seen_or_not_at_all(editor, theme, seen):  # gate 6.2
    values = filled(editor, admin_url(theme, "withdraw"), reason="Outdated.") | {"edit_version": seen}

    response = editor.post(
        admin_url(theme, "withdraw"), {name: value for name, value in values.items() if value is not None}
    )

    assert response.status_code == 409
    assert publication_of(theme).state == "published"


def test_withdrawing_asks_for_a_reason_and_leaves_a_tombstone(editor, theme):
    other = publish(make("theme", title="Trolling"))

    refused = take(editor, theme, "withdraw", reason=" ")
    take(editor, theme, "withdraw", reason="Outdated.", **{"successor-named": f"theme:{other.identifier}"})

    assert refused.context["form"].errors == {
        "reason": ["Say why: readers of the address will see the reason."]
    }
    tombstone = publication_of(theme)
    assert (tombstone.state, tombstone.reason, tombstone.document) == ("withdrawn", "Outdated.", "")
    assert tombstone.successor == publication_of(other)


def test_a_withdrawn_record_is_restored(editor, theme):
    public = publication_of(theme).document
    workflow.withdraw(theme, reason="By mistake")

    steps = [step.name for step, _ in editor.get(admin_url(theme)).context["steps"]]
    take(editor, theme, "restore")

    assert steps == ["restore"]
    assert publication_of(theme).document == public


def test_a_record_is_merged_into_another(editor, theme):
    other = publish(make("theme", title="Trolling"))

    take(editor, theme, "merge", **{"into-named": f"theme:{other.identifier}"})

    assert (publication_of(theme).state, publication_of(theme).successor) == ("merged", publication_of(other))


def test_merging_shows_first_who_names_the_record_and_offers_its_kind_only(editor):
    maker, other = published("organisation"), published("organisation")
    deliverable = published("deliverable")
    technology = make("technology", makers=[maker.identifier])

    page = editor.get(admin_url(maker, "merge"))
    refused = take(editor, maker, "merge", **{"into-named": f"deliverable:{deliverable.identifier}"})
    itself = take(editor, maker, "merge", into=str(maker.pk))
    before = working_document(technology)["makers"]
    done = take(editor, maker, "merge", **{"into-named": other.identifier})

    text = page.content.decode()
    assert "1 record names this one" in " ".join(text.split())
    assert technology.title in text
    assert "kind=organisation" in text
    assert (refused.status_code, itself.status_code, before) == (200, 200, [maker.identifier])
    assert list(refused.context["form"].errors) == list(itself.context["form"].errors) == ["into"]
    assert done.status_code == 302
    assert working_document(technology)["makers"] == [other.identifier]


def test_withdrawing_shows_first_who_names_the_record(editor, theme):
    make("issue", title="Dark patterns", themes=[theme.identifier])

    page = editor.get(admin_url(theme, "withdraw")).content.decode()

    assert "1 record names this one" in " ".join(page.split())
    assert "Dark patterns" in page


def test_a_step_that_is_not_possible_says_so(editor):
    record = make("theme")

    response = take(editor, record, "withdraw", reason="Outdated.")

    assert response.status_code == 409
    assert response.context["form"].non_field_errors() == [f"{record.identifier} is not published."]


@pytest.mark.parametrize("step", ["publish", "withdraw", "merge", "restore"])
def test_nobody_takes_a_step_without_the_right_to_it(contributor, theme, step):
    if step == "restore":
        workflow.withdraw(theme, reason="Outdated.")
    other = publish(make("theme"))
    before = list(Publication.objects.values())

    offered = contributor.get(admin_url(theme)).context["steps"]
    response = take(contributor, theme, step, reason="No.", **{"into-named": f"theme:{other.identifier}"})

    assert not {"publish", "withdraw", "merge", "restore"} & {offer.name for offer, _ in offered}
    assert response.status_code == 403
    assert list(Publication.objects.values()) == before


@pytest.mark.parametrize("step", ["publish", "withdraw", "merge", "restore"])
def test_looking_at_a_step_changes_nothing(editor, theme, step):
    before = list(Record.objects.values()), list(Publication.objects.values())

    response = editor.get(admin_url(theme, step), {"reason": "No."})

    assert response.status_code == 200
    assert (list(Record.objects.values()), list(Publication.objects.values())) == before


def selected(records, **more):
    return {"action": "publish_selected", "_selected_action": [record.pk for record in records]} | more


def confirmed(asked, **changes):
    """What the page that asks would send."""
    page = asked.content.decode()
    keys = re.findall(r'name="_selected_action"\s+value="(\d+)"', page)
    return Form(page).values | {"_selected_action": keys} | changes


def errors_in_step(response):
    return [str(error) for errors in response.context["form"].errors.values() for error in errors]


def test_selected_records_are_published_together_after_a_question(editor):
    records = [make("theme") for _ in range(2)]

    asked = editor.post("/admin/workshops/theme/", selected(records))
    before = Publication.objects.count()
    editor.post("/admin/workshops/theme/", confirmed(asked, note="First edition"))

    assert [record for record, *_ in asked.context["records"]] == records
    assert before == 0
    assert {row.identifier for row in Publication.objects.published()} == {
        record.identifier for record in records
    }


def test_selected_records_are_published_by_those_who_may(contributor):
    record = make("theme")

    contributor.post("/admin/workshops/theme/", selected([record], confirmed="yes"))

    assert not Publication.objects.exists()


def test_nobody_publishes_records_that_he_may_not_change():  # gate 3.1
    owner = published("partner")
    own, readable = owned(make("technology"), owner), make("technology")
    user = member("publisher", partner=owner)
    Membership.objects.create(user=user, team=Team.objects.get_or_create(owner=None)[0], role="contributor")
    client = logged_in(user)
    asked = client.post("/admin/records/record/", selected([readable, own]))

    response = client.post("/admin/records/record/", confirmed(asked))

    said = f"Nothing was published: You may not publish {Record.objects.get(pk=readable.pk)}."
    assert errors_in_step(response) == [said]
    assert not Publication.objects.filter(kind="technology").exists()


def test_records_that_nobody_saw_on_the_page_are_not_published(editor):
    records = [make("theme") for _ in range(2)]
    asked = editor.post("/admin/workshops/theme/", selected(records))
    save(editor, records[0], title="Changed meanwhile")

    response = editor.post("/admin/workshops/theme/", confirmed(asked))

    assert "The list has changed since you saw it" in str(response.context["form"].errors)
    assert not Publication.objects.exists()


def test_what_has_nothing_new_is_told_and_left(editor):
    new, same, gone = make("theme"), publish(make("theme")), publish(make("theme"))
    withdraw(gone, reason="Outdated.")
    before = publication_of(same).modified_at
    asked = editor.post("/admin/workshops/theme/", selected([new, same, gone]))

    done = editor.post("/admin/workshops/theme/", confirmed(asked), follow=True)

    said = (
        "1 published; 1 without changes since they were published; "
        "1 withdrawn or merged, which must be restored first."
    )
    assert asked.context["outcome"] == said
    assert said in told(done)
    assert publication_of(same).modified_at == before
    assert publication_of(new).title == new.title


def test_any_number_of_records_is_published_at_once(editor, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 50
    records = [make("theme") for _ in range(120)]
    url = "/admin/workshops/theme/"
    asked = editor.post(url, selected(records[:1], select_across="1"))
    values = confirmed(asked)

    done = editor.post(url, values, follow=True)

    assert (asked.context["count"], len(asked.context["records"])) == (120, 100)
    assert len(values) < 10
    assert "120 published." in told(done)
    assert Publication.objects.published().count() == 120


# Throwing away


def test_a_draft_that_was_never_public_can_be_thrown_away(editor):
    record = make("technology", sources=[{"url": "https://example.org/report", "title": "The report"}])

    shown = editor.get(admin_url(record, "discard"))
    response = take(editor, record, "discard", note="Entered twice")

    assert "Throw away for good" in shown.content.decode()
    assert (response.status_code, response.url) == (302, "/admin/catalogue/technology/")
    assert not Record.objects.filter(pk=record.pk).exists()
    entry = AuditEntry.objects.get(action="discarded")
    assert (entry.identifier, entry.title, entry.actor, entry.note) == (
        record.identifier, record.title, "admin@example.com", "Entered twice",
    )  # fmt: skip


@pytest.mark.parametrize("state", ["published", "withdrawn"])
def test_what_was_public_is_never_thrown_away(editor, state):
    record = publish(make("theme"))
    if state == "withdrawn":
        withdraw(record, reason="Outdated.")

    response = take(editor, record, "discard")

    assert errors_in_step(response) == [
        f"{record.identifier} was public: withdraw it, so that its address says why it is gone."
    ]
    assert Record.objects.filter(pk=record.pk).exists()


def test_a_record_that_others_name_is_not_thrown_away(editor):
    function = make("function")
    naming = make("technology", functions=[function.identifier])

    response = take(editor, function, "discard")

    assert errors_in_step(response) == [
        f"Other records name it: {Record.objects.get(pk=naming.pk)}. Take it out of them first."
    ]
    assert Record.objects.filter(pk=function.pk).exists()


def test_what_was_written_twice_is_merged_into_what_is_public(editor):
    twice, into = make("technology", title="Written twice"), published("technology", title="The one")
    draft = make("technology")

    page = editor.get(admin_url(twice, "change"))
    response = take(editor, twice, "merge-draft", into=into.pk)

    assert f'href="{admin_url(twice, "merge-draft")}"' in page.content.decode()
    assert f'href="{admin_url(twice, "merge")}"' not in page.content.decode()
    assert (response.status_code, response.url) == (302, "/admin/catalogue/technology/")
    assert not Record.objects.filter(pk=twice.pk).exists()
    assert "is not one of the available choices" in str(
        take(editor, draft, "merge-draft", into=twice.pk).content
    )


@pytest.mark.parametrize(("step", "is_public"), [("merge", False), ("merge-draft", True)])
def test_a_step_that_says_something_else_is_not_taken(editor, step, is_public):
    record, into = make("technology"), published("technology")
    record = publish(record) if is_public else record

    response = take(editor, record, step, into=into.pk)

    assert "is not possible" in errors_in_step(response)[0]
    assert Record.objects.get(pk=record.pk).public_state == ("published" if is_public else "")


def test_throwing_away_needs_its_own_right(contributor):
    record = make("theme")

    response = take(contributor, record, "discard")

    assert response.status_code == 403
    assert Record.objects.filter(pk=record.pk).exists()


def test_nothing_is_deleted(editor, theme):
    assert editor.post(f"/admin/workshops/theme/{theme.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Record.objects.filter(pk=theme.pk).exists()


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda record: None, "Never published: version 1 is a draft that only editors see."),
        (publish, "Published version 1, which is your working copy."),
    ],
)
def test_the_form_says_what_is_public(editor, prepare, sentence):
    record = make("theme")
    prepare(record)

    assert editor.get(admin_url(record)).context["standing"] == sentence


def test_the_form_says_that_the_working_copy_is_not_public(editor, theme):
    save(editor, theme, title="Changed")

    response = editor.get(admin_url(theme))

    assert (
        response.context["standing"] == "Published version 1; your working copy is version 2 and not public."
    )
    assert response.context["absolute_url"] == theme.url


# Filters of the lists


def found_by(client, **query):
    rows = client.get("/admin/records/record/", query).context["cl"].result_list
    return {record.title for record in rows}


def test_a_review_is_overdue_on_the_day_after_it_was_due(editor):
    today = timezone.localdate()
    for days in (-1, 0, 1, 30, 31, 60, 61, 90, 91):
        made = make("theme", title=f"{days:+} days")
        Record.objects.filter(pk=made.pk).update(review_due=today + timedelta(days=days))
    make("theme", title="no day")

    def found(review):
        return found_by(editor, review=review)

    assert found("overdue") == {"-1 days"}
    assert found("30") == {"+0 days", "+1 days", "+30 days"}
    assert found("60") - found("30") == {"+31 days", "+60 days"}
    assert found("90") - found("60") == {"+61 days", "+90 days"}
    assert found("never") == {"no day"}


def test_records_are_filtered_by_what_the_public_sees(editor):
    make("theme", title="draft")
    published("theme", title="public")
    save(editor, published("theme", title="edited"), summary="Another summary")
    into = published("theme", title="into")
    workflow.withdraw(published("theme", title="withdrawn"), reason="Outdated.")
    workflow.merge(published("theme", title="merged"), into)

    found = {
        state: found_by(editor, public=state)
        for state in ("never", "published", "changed", "withdrawn", "merged")
    }

    assert found == {
        "never": {"draft"},
        "published": {"public", "edited", "into"},
        "changed": {"edited"},
        "withdrawn": {"withdrawn"},
        "merged": {"merged"},
    }
    rows = editor.get("/admin/records/record/").content.decode()
    assert rows.count("Published, changes are not") == 1


# History


def test_the_history_shows_what_each_version_changed(editor, theme):
    save(editor, theme, summary="Hidden markets", version_note="Closer to D2.2")

    context = editor.get(admin_url(theme, "history")).context

    (newest, before, changes), (first, nothing, _) = context["versions"]
    assert (newest.number, newest.note, newest.saved_by.email, before.number) == (
        2,
        "Closer to D2.2",
        "admin@example.com",
        1,
    )
    assert (first.number, nothing) == (1, None)
    assert [(row.label, row.before, row.after) for row in changes] == [
        ("Summary", ((False, "Hidden "), (True, "services")), ((False, "Hidden "), (True, "markets")))
    ]


def test_a_version_is_compared_with_any_other(editor, theme):
    for title in ("Second", "Third"):
        save(editor, theme, title=title)
    url = f"/admin/workshops/theme/{theme.pk}/versions/3/"

    page = editor.get(url, {"than": "1"})

    assert [(row.name, row.before, row.after) for row in page.context["differences"]] == [
        ("title", ((True, "Dark web"),), ((True, "Third"),))
    ]
    assert editor.get(url).context["other"].number == 2
    assert editor.get(url, {"than": "7"}).status_code == 404


def test_going_back_brings_relations_and_sources_with_it(editor):
    issue = make("issue")
    record = publish(make("technology", issues=[issue.identifier], sources=[SOURCE]))
    before, public = working_document(record), publication_of(record).document
    save(editor, record, title="Changed", issues=[], **{"citations-0-DELETE": "on"})
    url = f"/admin/catalogue/technology/{record.pk}/versions/1/revert/"

    looked = editor.get(url)
    editor.post(url)

    assert looked.status_code == 405
    assert working_document(record) == before
    assert [revision.note for revision in record.revisions.all()] == ["Back to version 1", "", ""]
    assert publication_of(record).document == public


def test_differences_name_lines_before_words():
    before, after = compare("one\ntwo words\nthree", "one\ntwo terms\nthree")

    assert before == ((False, "one\n"), (False, "two "), (True, "words\n"), (False, "three"))
    assert after == ((False, "one\n"), (False, "two "), (True, "terms\n"), (False, "three"))


def test_an_item_that_another_one_follows_has_not_changed():
    assert compare("one", "one\ntwo") == (((False, "one"),), ((False, "one\n"), (True, "two")))
    assert compare("", "one") == ((), ((True, "one"),))


# Sources, tags, all records


def test_a_source_says_who_cites_it_and_its_new_title_is_public_at_once(editor, theme):
    source = Source.objects.get()
    url = f"/admin/records/source/{source.pk}/change/"

    page = editor.get(url).content.decode()
    editor.post(url, filled(editor, url, title="The report"))

    theme.refresh_from_db()
    assert admin_url(theme) in page
    assert (theme.edit_version, theme.has_unpublished_changes) == (2, False)
    assert working_document(theme)["sources"][0]["title"] == "The report"
    assert json.loads(publication_of(theme).document)["sources"][0]["title"] == "The report"
    entries = AuditEntry.objects.filter(version=2).order_by("pk")
    assert [(entry.action, entry.note) for entry in entries] == [
        ("saved", "The source was corrected: The report"),
        ("published", "The source was corrected: The report"),
    ]


def test_a_correction_waits_where_something_else_is_not_public_yet(editor, theme):  # E-9
    draft = make("theme", sources=[SOURCE])
    save(editor, theme, title="Another title")
    source = Source.objects.get()
    url = f"/admin/records/source/{source.pk}/change/"

    page = editor.get(url).content.decode()
    done = editor.post(url, filled(editor, url, title="The report"), follow=True)

    assert "2 records use it." in page
    assert "Corrected in 2 records, 0 of them public now." in told(done)
    assert json.loads(publication_of(theme).document)["sources"][0]["title"] == "A report"
    assert working_document(draft)["sources"][0]["title"] == "The report"


def test_parts_are_read_with_as_many_queries_however_many_there_are():
    """A part that names others took a query of its own for each of its fields."""

    def queries(records):
        with CaptureQueriesContext(connection) as asked:
            working_documents(records)
        return len(asked)

    few = queries([make_full("check-question")])

    assert queries([make_full("check-question") for _ in range(4)]) == few


def test_a_correction_of_what_many_use_takes_few_queries(editor, theme):  # E-9
    for _ in range(3):
        publish(make("theme", sources=[SOURCE]))

    def queries(title):
        url = f"/admin/records/source/{Source.objects.get().pk}/change/"
        values = filled(editor, url, title=title)
        with CaptureQueriesContext(connection) as asked:
            editor.post(url, values)
        return len(asked)

    few = queries("First")
    for _ in range(12):
        publish(make("theme", sources=[SOURCE]))

    assert queries("Second") <= few + 2


def tags_of(record):
    return working_document(record)["tags"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Αστυνομία", "αστυνομία"),
        ("Police", "POLICE"),
        ("café", "cafe\u0301"),
        ("Straße", "strasse"),
        ("dark web", "Dark  web"),
        ("Łódź", "lodz"),
    ],
)
def test_tags_that_look_alike_are_one(editor, theme, first, second):
    other = make("theme")

    save(editor, theme, tags=first)
    save(editor, other, tags=f"{second}, {first}, new")
    third = make("theme", tags=[second])

    assert tags_of(theme) == tags_of(third) == [first]
    assert tags_of(other) == sorted([first, "new"])
    assert Tag.objects.count() == 2


def test_tags_stand_between_commas_and_may_have_spaces(editor, theme):
    save(editor, theme, tags='dark web, "social media",, fire')

    assert tags_of(theme) == ["dark web", "fire", "social media"]
    assert filled(editor, admin_url(theme))["tags"] == "dark web, fire, social media"
    save(editor, theme)
    assert theme.revisions.count() == 2


@pytest.mark.parametrize(
    ("tags", "says"),
    [
        ('"Police, fire', '“"Police” cannot be a tag: commas and quotation marks stand between tags.'),
        ("x" * 101, f"A tag has at most 100 characters; “{'x' * 40}…” has 101."),
        (", ".join(f"tag {n}" for n in range(2000)), "A record has at most 50 tags; these are 2000."),
        ("\u0301", "A tag needs a letter or a figure."),
        ("zero\u200bwidth", "Character 5 is U+200B ZERO WIDTH SPACE, which cannot be seen or stored. "),
    ],
)
@pytest.mark.once
def test_what_cannot_be_a_tag_is_said(editor, theme, tags, says):
    response = save(editor, theme, tags=tags)

    [error] = response.context["adminform"].form.errors["tags"]
    assert error.startswith(says)


@pytest.mark.parametrize(
    "tags", [["Police, fire"], ["police", "Police"], ["x"] * 2, [f"tag {n}" for n in range(51)]]
)
def test_documents_hold_the_same_tags_as_forms(tags):
    with pytest.raises(DocumentError):
        make("theme", tags=tags)


@pytest.mark.parametrize("name", ["Police, fire", "αστυνομία"])
def test_a_tag_is_not_renamed_into_another_one(editor, name):
    make("theme", tags=["Αστυνομία", "Fire"])
    tag = Tag.objects.get(name="Fire")
    url = f"/admin/records/tag/{tag.pk}/change/"

    response = editor.post(url, filled(editor, url, name=name))

    assert list(response.context["adminform"].form.errors) == ["name"]
    assert Tag.objects.get(pk=tag.pk).name == "Fire"


def test_all_records_are_listed_and_searched_by_kind(editor, theme):
    issue = make("issue", title="Dark patterns")
    asked = {"app_label": "records", "model_name": "relation", "field_name": "target", "term": "dark"}

    everything = editor.get("/admin/records/record/", {"q": "dark"}).context["cl"].result_list
    answer = json.loads(editor.get("/admin/autocomplete/", asked | {"kind": "issue"}).content)

    assert {record.pk for record in everything} == {theme.pk, issue.pk}
    assert [row["id"] for row in answer["results"]] == [str(issue.pk)]
    assert editor.get(f"/admin/records/record/{theme.pk}/change/").url == admin_url(theme)
