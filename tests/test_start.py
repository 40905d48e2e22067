"""The start page of the back-office: each sees what waits for them, and nothing of other teams."""

from datetime import timedelta

import pytest
from django.utils import timezone

from media4sec.kinds import kinds
from media4sec.records import workflow
from media4sec.records.admin.lists import admin_url
from media4sec.records.documents.reading import working_document
from media4sec.records.models import Record, Team, specific
from tests.factories import fresh, make, publish, published, save, source
from tests.people import administrator, logged_in, member, owned, queries_for, sections
from tests.test_corrections import report

pytestmark = pytest.mark.django_db
ROLES = ("contributor", "reviewer", "publisher", "administrator")


@pytest.fixture
def other():
    return published("partner", title="A university")


def shown(user, *names):
    """{name: the titles of its rows} of these parts that somebody sees, or of all that list records."""
    found = sections(user)
    names = names or ("sent-back", "review", "publish", "drafts", "reports")
    return {name: [row.title for row in found[name].rows] for name in names if name in found}


def listed(user, section):
    """The titles on the list that a part of the start page leads to."""
    rows = logged_in(user).get(section.all_url).context["cl"].result_list
    return {getattr(row, "title", "") for row in rows}


def written(partner, by, title, **changes):
    """A draft of the partner that somebody wrote."""
    record = owned(make("technology", title=title, **changes), partner)
    record.revisions.update(saved_by=by)
    return record


def edited(record, by, **changes):
    """The record with another version of somebody."""
    record = specific([record])[0]
    record = save(working_document(record) | changes, record.kind, record)
    record.revisions.filter(number=record.edit_version).update(saved_by=by)
    return fresh(record)


def test_who_writes_sees_their_drafts(partner):
    anna, ben = (member("contributor", partner=partner, name=name) for name in ("anna", "ben"))
    written(partner, anna, "never published")
    edited(publish(written(partner, ben, "public")), anna, title="with changes")
    edited(written(partner, anna, "begun by Anna"), ben, title="last saved by Ben")
    publish(written(partner, anna, "without changes"))
    submitted = written(partner, anna, "waits for others")
    workflow.submit(submitted, by=anna)

    found = sections(anna)

    assert shown(anna) == {"drafts": ["waits for others", "with changes", "never published"]}
    assert [row.says.partition(",")[0] for row in found["drafts"].rows] == ["In review", "Draft", "Draft"]
    assert listed(anna, found["drafts"]) == {"waits for others", "with changes", "never published"}
    assert shown(ben) == {"drafts": ["last saved by Ben"]}


def test_who_wrote_it_sees_what_was_sent_back_and_why(partner):
    anna, ben = (member("contributor", partner=partner, name=name) for name in ("anna", "ben"))
    petra = member("reviewer", partner=partner, name="petra")
    record = written(partner, anna, "Sent back")
    workflow.submit(record, by=anna)
    workflow.send_back(record, by=petra, reason="Name the source.")

    section = sections(anna)["sent-back"]

    assert shown(anna) == {"sent-back": ["Sent back"]}  # and not among the drafts as well
    assert (section.total, section.rows[0].url, section.rows[0].quotes) == (
        1,
        admin_url(record),
        "Name the source.",
    )
    assert section.rows[0].says.startswith(f"Sent back by {petra.email} on ")
    assert listed(anna, section) == {"Sent back"}
    assert shown(ben) == shown(petra) == {}


def test_what_was_sent_back_stays_until_it_is_submitted_again(partner):
    anna, petra = member("contributor", partner=partner), member("publisher", partner=partner)
    record = written(partner, anna, "Before")
    workflow.submit(record, by=anna)
    workflow.send_back(record, by=petra, reason="Name the source.")
    record = edited(record, anna, title="Half mended")
    assert shown(anna) == {"sent-back": ["Half mended"]}

    workflow.submit(record, by=anna)
    assert shown(anna) == {"drafts": ["Half mended"]}

    workflow.send_back(record, by=petra, reason="Name the source.")
    workflow.publish(record, by=petra)
    edited(record, anna, title="After it was public")
    assert shown(anna) == {"drafts": ["After it was public"]}


def test_what_was_thrown_away_does_not_send_back_its_successor(partner):
    anna, petra = member("contributor", partner=partner), member("reviewer", partner=partner)
    record = written(partner, anna, "First", identifier="T-900")
    workflow.submit(record, by=anna)
    workflow.send_back(record, by=petra, reason="There is one already.")
    workflow.discard(record, by=petra)

    written(partner, anna, "Second", identifier="T-900")

    assert shown(anna) == {"drafts": ["Second"]}


def test_reviewers_and_publishers_see_what_waits_for_them(partner):
    people = {role: member(role, partner=partner, name=role) for role in ROLES}
    author = member("contributor", partner=partner, name="author")
    waits, approved = (written(partner, author, title) for title in ("Waits", "Approved"))
    for record in (waits, approved):
        workflow.submit(record, by=author, note="Please read this.")
    workflow.approve(approved, by=people["reviewer"])

    assert {role: shown(user) for role, user in people.items()} == {
        "contributor": {},
        "reviewer": {"review": ["Waits"]},
        "publisher": {"review": ["Waits"], "publish": ["Approved"]},
        "administrator": {},
    }
    found = sections(people["publisher"])
    assert found["review"].rows[0].quotes == "Please read this."
    assert found["publish"].rows[0].says.startswith(f"Approved by {people['reviewer'].email} on ")
    assert listed(people["publisher"], found["review"]) == {"Waits"}
    assert listed(people["publisher"], found["publish"]) == {"Approved"}
    assert shown(administrator())["review"] == ["Waits"]


@pytest.mark.parametrize("owner", ["partner", "office"])
def test_with_four_eyes_nobody_is_asked_to_review_their_own(partner, owner):
    partner = partner if owner == "partner" else None
    reviewer, other = (member("reviewer", partner=partner, name=name) for name in ("one", "two"))
    record = written(partner, reviewer, "Waits")
    workflow.submit(record, by=reviewer)
    assert shown(reviewer) == shown(other) == {"review": ["Waits"]}

    Team.objects.filter(owner=partner).update(needs_approval=True)

    assert shown(reviewer) == {"drafts": ["Waits"]}
    assert shown(other) == {"review": ["Waits"]}


def test_without_four_eyes_and_without_a_team_all_of_it_may_be_reviewed(partner):
    root = administrator()
    workflow.submit(written(partner, root, "Of a partner without a team"), by=root)
    workflow.submit(written(None, root, "Of nobody"), by=root)

    assert shown(root) == {"review": ["Of a partner without a team", "Of nobody"]}


def test_reviews_that_are_due_are_counted_as_the_lists_count_them(partner):
    user = member("contributor", partner=partner)
    today = timezone.localdate()
    for days in (-1, 0, 30, 31, 60, 61, 90, 91):
        record = owned(published("technology", title=f"{days:+} days"), partner)
        Record.objects.filter(pk=record.pk).update(review_due=today + timedelta(days=days))
    gone = owned(published("technology", title="withdrawn"), partner)
    workflow.withdraw(gone, reason="Outdated.")
    Record.objects.filter(pk=gone.pk).update(review_due=today)

    section = sections(user)["reviews"]
    (figures,) = section.figures

    assert [(number, words) for number, words, _ in figures.numbers] == [
        (1, "Overdue"),
        (2, "Due within 30 days"),
        (4, "Due within 60 days"),
        (6, "Due within 90 days"),
    ]
    assert section.total == 7
    client = logged_in(user)
    assert [client.get(url).context["cl"].result_count for *_, url in figures.numbers] == [1, 2, 4, 6]


def test_reports_are_shown_with_their_next_deadline(partner, other):
    user = member("contributor", partner=partner)
    record, foreign = owned(published("technology"), partner), owned(published("technology"), other)
    for one in (record, foreign):
        report(kind_name="technology", identifier=one.identifier, title=one.title)
    closed = report(kind_name="technology", identifier=record.identifier, title="closed")
    type(closed).objects.filter(pk=closed.pk).update(state="closed", closed_at=timezone.now(), due_at=None)

    section = sections(user)["reports"]

    assert [row.title for row in section.rows] == [f"Technology {record.identifier}: {record.title}"]
    assert section.rows[0].says.startswith("Acknowledge by ")
    assert (section.total, section.all_url) == (1, "/admin/corrections/correction/?due=open")
    assert logged_in(user).get(section.all_url).context["cl"].result_count == 1


def test_what_is_missing_is_what_the_kind_recommends(partner):
    user = member("contributor", partner=partner)
    whole = {"summary": "It has one.", "sources": [source()], "checked_on": "2026-11-23"}
    for lacking in ({}, {"summary": ""}, {"sources": []}, {"checked_on": None, "sources": []}):
        owned(make("technology", **whole | lacking), partner)
    gone = owned(published("technology", **whole | {"summary": ""}), partner)
    workflow.withdraw(gone, reason="Outdated.")

    section = sections(user)["missing"]
    (figures,) = section.figures

    assert (section.total, figures.title) == (3, "Technologies")
    assert [(number, words) for number, words, _ in figures.numbers] == [
        (1, "No summary"),
        (2, "No source"),
        (1, "No day of checking"),
    ]
    client = logged_in(user)
    assert [client.get(url).context["cl"].result_count for *_, url in figures.numbers] == [1, 2, 1]
    assert client.get(section.all_url).context["cl"].result_count == 3


def test_lists_only_ask_for_what_their_kind_recommends(admin_client):
    for kind in kinds():
        record = specific(Record.objects.filter(pk=make(kind).pk))[0]
        page = admin_client.get(admin_url(record).rsplit("/", 3)[0] + "/")
        (found,) = [spec for spec in page.context["cl"].filter_specs if spec.title == "what is missing"]
        offered = {value for value, _ in found.lookup_choices} - {"any"}
        assert offered == set(kind.recommended), kind.name


def test_nothing_of_another_team_is_shown_or_counted(partner, other):
    everything = member(*ROLES, partner=other)
    anna = member("contributor", partner=partner)
    today = timezone.localdate()
    for title in ("Draft", "Waits", "Approved", "Sent back"):
        record = written(partner, anna, title, summary="")
        Record.objects.filter(pk=record.pk).update(review_due=today - timedelta(days=1))
        if title != "Draft":
            workflow.submit(record, by=anna)
        if title == "Approved":
            workflow.approve(record)
        if title == "Sent back":
            workflow.send_back(record, reason="Name the source.")
    report(kind_name="technology", identifier=record.identifier, title="Sent back")
    assert set(sections(administrator())) >= {"review", "publish", "reviews", "missing", "reports"}

    page = logged_in(everything).get("/admin/")

    assert page.context["sections"] == []
    assert "Nothing: no draft or review" in page.content.decode()
    for value in ("sent-back", "review", "publish", "drafts"):
        found = logged_in(everything).get("/admin/records/record/", {"waiting": value}).context["cl"]
        assert found.result_count == 0
        counts = [spec.get_facet_counts("pk", found.queryset) for spec in found.filter_specs]
        assert counts


def test_ten_rows_and_the_way_to_all(partner):
    anna = member("contributor", partner=partner)
    for number in range(12):
        written(partner, anna, f"Draft {number}")

    section = sections(anna)["drafts"]
    page = " ".join(logged_in(anna).get("/admin/").content.decode().split())

    assert (section.total, len(section.rows), section.is_short) == (12, 10, False)
    assert section.rows[0].title == "Draft 11"  # the newest
    assert 'href="/admin/records/record/?waiting=drafts">All 12<' in page


def test_the_search_finds_records_of_any_kind(admin_client):
    make("technology", title="Faces in the crowd")
    make("theme", title="Crowds")
    page = admin_client.get("/admin/").content.decode()

    assert 'action="/admin/records/record/" method="get"' in page
    assert 'name="q"' in page
    assert admin_client.get("/admin/records/record/", {"q": "crowd"}).context["cl"].result_count == 2


def test_the_page_costs_the_same_however_much_waits(partner):
    people = [member(*ROLES, partner=partner), administrator()]
    clients = [logged_in(user) for user in people]

    def add():
        record = written(partner, people[0], "Draft")
        waits, approved, back = (written(partner, people[0], title, summary="") for title in "ABC")
        for one in (waits, approved, back):
            workflow.submit(one, by=people[0])
        workflow.approve(approved)
        workflow.send_back(back, reason="Name the source.")
        report(kind_name="technology", identifier=record.identifier, title="Draft")

    def queries():
        return [queries_for(client, "/admin/") for client in clients]

    add()
    assert all(len(sections(user)) >= 4 for user in people)
    before = queries()
    for _ in range(4):
        add()

    assert queries() == before
    assert max(before) <= 20


# The page of a record


def test_open_reports_stand_on_the_record(partner, other):
    user = member("contributor", partner=partner)
    record, foreign = owned(published("technology"), partner), owned(published("technology"), other)
    found = report(
        kind_name="technology", identifier=record.identifier, title=record.title, category="copyright"
    )
    elsewhere = report(kind_name="technology", identifier=foreign.identifier, title=foreign.title)
    closed = report(kind_name="technology", identifier=record.identifier, title="closed")
    type(closed).objects.filter(pk=closed.pk).update(state="closed", closed_at=timezone.now(), due_at=None)

    page = logged_in(user).get(admin_url(record)).content.decode()

    assert f'href="/admin/corrections/correction/{found.pk}/change/">Report {found}: Copyright. Ack' in page
    assert str(elsewhere) not in page
    assert str(closed) not in page


def test_a_record_says_how_many_name_it_as_far_as_somebody_may_know(partner, other):
    user = member("contributor", partner=partner)
    issue = owned(published("issue"), partner)
    own, foreign = (
        owned(make("technology", title=title, issues=[issue.identifier]), team)
        for title, team in (("Own draft", partner), ("Foreign draft", other))
    )
    public = owned(published("technology", title="Foreign and public", issues=[issue.identifier]), other)

    page = logged_in(user).get(admin_url(issue))

    assert page.context["uses"] == (
        2,
        [
            (admin_url(own), f"{own.identifier} Own draft (technology)"),
            # Without the slug, which may be a draft’s.
            (f"/technologies/{public.identifier}/", f"{public.identifier} Foreign and public (technology)"),
        ],
    )
    assert "2 records name this one" in page.content.decode()
    assert foreign.title not in page.content.decode()
    assert logged_in(administrator()).get(admin_url(issue)).context["uses"][0] == 3
