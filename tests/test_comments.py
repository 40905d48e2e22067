"""Comments: bound to a version and a field, answered, resolved; for the team alone, in nothing that leaves it."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command

from media4sec.records import comments, workflow
from media4sec.records.admin.lists import admin_url
from media4sec.records.audit import faults
from media4sec.records.comments import comment_on, open_threads, remove_text, reopen, reply, resolve
from media4sec.records.documents.reading import working_document
from media4sec.records.models import Comment
from tests.factories import changed, fresh, make, make_full, publish, published, steps_of
from tests.people import administrator, logged_in, member, owned, queries_for, sections
from tests.test_admin import filled
from tests.test_unsaved import end_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(partner):
    return member("contributor", partner=partner, name="anna")


@pytest.fixture
def petra(partner):
    return member("reviewer", partner=partner, name="petra")


@pytest.fixture
def record(partner, anna):
    record = owned(make("technology", title="A watcher of forums", country="DE"), partner)
    record.revisions.update(saved_by=anna)
    return record


# What a comment is


def test_a_comment_is_about_a_field_of_a_version(record, anna, petra):
    record = changed(record, title="Another title")
    comment = comment_on(record, " Is it not from the Netherlands? ", name="country", by=petra)
    reply(comment, "Yes.", by=anna)

    (thread,) = open_threads(record)

    assert (thread.label, thread.comment.text) == ("Country", "Is it not from the Netherlands?")
    assert thread.comment.revision.number == 2
    assert [(one.text, one.written_by) for one in thread.answers] == [("Yes.", anna)]


def test_it_is_marked_when_the_field_has_changed_since(record, petra):
    comment_on(record, "Is it?", name="country", by=petra)
    comment_on(record, "And this?", by=petra)

    def marks(record):
        return {thread.label: thread.has_changed for thread in open_threads(record)}

    assert marks(record) == {"Country": False, comments.WHOLE: False}
    record = changed(record, title="Another title")
    assert marks(record) == {"Country": False, comments.WHOLE: True}
    record = changed(record, country="NL")
    assert marks(record) == {"Country": True, comments.WHOLE: True}


def test_it_is_resolved_and_opened_again(record, anna, petra):
    comment = comment_on(record, "Is it?", name="country", by=petra)

    resolve(comment, by=anna)
    resolve(comment, by=petra)  # it is already

    assert open_threads(record) == []
    assert Comment.objects.get().resolved_by == anna
    with pytest.raises(ValidationError, match="open it again"):
        reply(comment, "Too late", by=petra)
    reopen(comment, by=petra)
    assert [thread.pk for thread in open_threads(record)] == [comment.pk]
    assert Comment.objects.get().resolved_by is None


def test_the_audit_trail_tells_who_and_where_and_never_what(record, anna, petra):
    comment = comment_on(record, "Is it?", name="country", by=petra)
    reply(comment, "No.", by=anna)
    resolve(comment, by=anna)
    reopen(comment, by=petra)
    remove_text(comment, by=petra)
    comment_on(record, "All of it", by=petra)

    assert steps_of(record)[1:] == [
        ("commented", petra.email, "Country"),
        ("commented", anna.email, "Country"),
        ("resolved", anna.email, "Country"),
        ("reopened", petra.email, "Country"),
        ("removed", petra.email, "Country"),
        ("commented", petra.email, comments.WHOLE),
    ]
    assert list(faults()) == []


def test_a_text_is_removed_for_good_by_its_author_or_a_reviewer(record, partner, anna, petra):
    ben = member("contributor", partner=partner, name="ben")
    hers, his = (comment_on(record, text, by=user) for text, user in (("A name", anna), ("Another", ben)))

    with pytest.raises(PermissionDenied):
        remove_text(hers, by=ben)
    remove_text(hers, by=anna)
    remove_text(his, by=petra)

    assert list(Comment.objects.values_list("text", "written_by")) == [("", anna.pk), ("", ben.pk)]


@pytest.mark.parametrize("text", ["", "  \n ", "a\u202eb", "a" * 2_001])
def test_a_text_that_is_none_is_refused(record, petra, text):
    with pytest.raises(ValidationError):
        comment_on(record, text, by=petra)
    assert not Comment.objects.exists()


def test_what_is_said_twice_is_kept_once(record, anna, petra):  # gate 6.3
    one, two = (comment_on(record, "Is it?", name="country", by=petra) for _ in range(2))
    reply(one, "No.", by=anna)
    reply(one, "No.", by=anna)
    assert (one, Comment.objects.count()) == (two, 2)

    resolve(one, by=petra)
    assert comment_on(record, "Is it?", name="country", by=petra) != one


def test_there_is_an_end_to_them(record, petra, monkeypatch):
    monkeypatch.setattr(comments, "MOST_OPEN", 2)
    monkeypatch.setattr(comments, "MOST_ANSWERS", 1)
    comment = comment_on(record, "One", by=petra)
    comment_on(record, "Two", by=petra)
    reply(comment, "An answer", by=petra)

    with pytest.raises(ValidationError, match="resolve some"):
        comment_on(record, "Three", by=petra)
    with pytest.raises(ValidationError, match="begin another"):
        reply(comment, "Another answer", by=petra)


def test_only_fields_of_the_record_have_comments(record, petra):
    with pytest.raises(ValidationError, match="no such field"):
        comment_on(record, "Is it?", name="owner", by=petra)


def test_those_who_only_see_it_write_none(record, partner):
    boss = member("administrator", partner=partner)
    with pytest.raises(PermissionDenied):
        comment_on(record, "Is it?", by=boss)
    client = logged_in(boss)
    comment_on(record, "Seen", by=administrator())

    page = client.get(admin_url(record, "comments")).content.decode()

    assert "Seen" in page
    assert "<textarea" not in page
    assert client.post(admin_url(record, "comments"), {"text": "Is it?"}).status_code == 403


# What never has them


def test_no_document_no_file_and_no_public_page_has_them(record, petra, client, tmp_path):
    before = working_document(record)
    comment_on(record, "Xqcommentzw", name="country", by=petra)

    record = publish(record)

    call_command("export_records", str(tmp_path))
    written = "".join(path.read_text("utf-8") for path in tmp_path.rglob("*.json"))
    assert record.title in written
    assert "Xqcommentzw" not in written
    assert (working_document(record), fresh(record).edit_version) == (before, 1)
    for address in (record.url, f"/api/v1/technologies/{record.identifier}", "/technologies.csv"):
        answered = client.get(address)
        assert answered.status_code == 200
        assert b"Xqcommentzw" not in answered.getvalue()


def test_they_go_with_a_record_that_is_thrown_away(record, petra):
    comment_on(record, "Is it?", by=petra)

    workflow.discard(record, by=petra)

    assert not Comment.objects.exists()


def test_an_account_goes_and_what_it_said_stays(record, partner, petra):
    comment = comment_on(record, "Is it?", by=petra)
    resolve(comment, by=petra)
    petra.delete()

    page = logged_in(administrator()).get(admin_url(record, "comments")).content.decode()

    assert "Is it?" in page
    assert " ".join(page.split()).count("omebody whose account is gone") == 2


# Pages


def test_a_reviewer_remarks_and_the_author_answers_and_resolves(record, anna, petra):
    reviewer, author = logged_in(petra), logged_in(anna)
    page = admin_url(record, "comments")

    sent = reviewer.post(page, filled(reviewer, f"{page}?field=country", text="Is it?"))
    comment = Comment.objects.get()
    one = f"{page}{comment.pk}/"
    answered = author.post(one, filled(author, one, text="No.", _answer="Answer"))
    empty = author.post(one, filled(author, one, _answer="Answer"))
    resolved = author.post(one, filled(author, one, text="Changed.", _resolve="Resolve"))

    assert sent["Location"] == answered["Location"] == resolved["Location"] == f"{page}#comment-{comment.pk}"
    assert (comment.field, comment.written_by) == ("country", petra)
    assert "Say what you answer." in empty.content.decode()
    assert list(comment.answers.values_list("text", flat=True)) == ["No.", "Changed."]
    comment.refresh_from_db()
    assert comment.resolved_by == anna
    again = reviewer.post(one, filled(reviewer, one, text="Not yet.", _reopen="Open again"))
    assert again.status_code == 302
    assert open_threads(record)[0].newest.text == "Not yet."


def test_a_comment_stands_beside_its_field_and_is_counted(record, petra):
    comment_on(record, "Is it?", name="country", by=petra)
    resolve(comment_on(record, "Settled", name="title", by=petra), by=petra)

    page = " ".join(logged_in(petra).get(admin_url(record)).content.decode().split())
    row = page[page.index("field-country") : page.index("field-homepage")]

    assert "Is it?" in row
    assert f'href="{admin_url(record, "comments")}?field=country"' in row
    assert "1 comment is open" in page
    assert "Settled" not in page


@pytest.mark.parametrize("kind", ["instrument", "throwaway"])
def test_comments_on_parts_and_sources_stand_beneath_them(admin_client, kind):
    record, root = make_full(kind), administrator()
    parts = [
        name
        for name, _ in comments.fields_to_comment(kind)
        if isinstance(working_document(record)[name], list)
    ]
    for name in parts:
        comment_on(record, f"About {name}", name=name, by=root)

    page = admin_client.get(admin_url(record)).content.decode()

    assert "sources" in parts
    assert {name for name in parts if f"About {name}" in page} == set(parts)


@pytest.mark.parametrize("step", ["submit", "approve", "send-back", "publish", "schedule"])
def test_steps_say_how_many_are_open_and_forbid_nothing(record, partner, step):
    root = administrator()
    record = publish(record)
    record = changed(record, country="NL")
    for text in ("Is it?", "And this?"):
        comment = comment_on(record, text, name="country", by=root)
    if step in ("approve", "send-back"):
        workflow.submit(record, by=root)
    client = logged_in(root)
    page = admin_url(record, step)

    shown = client.get(page).content.decode()
    done = client.post(page, filled(client, page, reason="Both", at_0="2999-01-01", at_1="08:00"))

    assert "2 comments are open" in " ".join(shown.split())
    assert "And this?" in shown
    assert f'href="#comment-{comment.pk}"' in shown  # beside the field in the table of what changes
    assert done.status_code == 302


def test_a_version_is_compared_with_its_comments(record, petra):
    comment_on(record, "Is it?", name="country", by=petra)
    changed(record, country="NL")

    page = logged_in(petra).get(f"{admin_url(record, 'change').removesuffix('change/')}versions/2/")

    assert "Is it?" in page.content.decode()
    assert "The field has changed since then." in page.content.decode()


def test_a_comment_shows_what_its_field_said_and_says(record, petra):
    comment = comment_on(record, "Is it?", name="country", by=petra)
    address = f"{admin_url(record, 'comments')}{comment.pk}/"
    assert logged_in(petra).get(address).context["changes"] == []

    changed(record, country="NL", title="Another title")

    (row,) = logged_in(petra).get(address).context["changes"]
    assert (row.name, row.before, row.after) == ("country", ((True, "Germany"),), ((True, "Netherlands"),))


def test_a_comment_of_another_record_is_not_there(record, partner, petra):
    other = owned(make("technology"), partner)
    comment = comment_on(other, "Is it?", by=petra)

    for address in ("", "remove/"):
        found = logged_in(petra).get(f"{admin_url(record, 'comments')}{comment.pk}/{address}")
        assert found.status_code == 404


def test_its_text_is_removed_after_a_question(record, anna, petra):
    comment = comment_on(record, "A name", by=petra)
    address = f"{admin_url(record, 'comments')}{comment.pk}/remove/"
    client = logged_in(petra)

    assert logged_in(anna).get(address).status_code == 403
    assert "A name" in client.get(address).content.decode()
    assert client.post(address, filled(client, address)).status_code == 302
    page = client.get(admin_url(record, "comments")).content.decode()
    assert "A name" not in page
    assert "The text was removed." in page


def test_what_was_typed_when_the_session_ended_comes_back(record, anna, petra):
    client = logged_in(petra)
    page = admin_url(record, "comments")
    typed = filled(client, page, about="country", text="A long remark")
    end_session(client)

    late = client.post(page, typed)
    client = logged_in(petra)
    back = client.get(late["Location"])

    assert not Comment.objects.exists()
    assert "What you typed is back" in back.content.decode()
    assert client.post(page, filled(client, late["Location"])).status_code == 302
    assert Comment.objects.values_list("field", "text").get() == ("country", "A long remark")


def test_a_form_costs_the_same_however_many_there_are(record, petra):
    client = logged_in(petra)

    reply(comment_on(record, "One", name="country", by=petra), "An answer", by=petra)
    queries_for(client, admin_url(record))  # what a session asks once
    few = queries_for(client, admin_url(record))
    for number in range(4):
        comment = comment_on(record, f"More {number}", name="title", by=petra)
        reply(comment, "An answer", by=administrator(f"root{number}"))

    assert queries_for(client, admin_url(record)) == few


# What waits


def waiting_for(user):
    """What was said last in each of the comments on somebody’s start page."""
    section = sections(user).get("comments")
    return [row.quotes for row in section.rows] if section else []


def test_it_waits_for_who_wrote_the_record_until_they_answer(record, partner, anna, petra):
    ben = member("contributor", partner=partner, name="ben")
    comment = comment_on(record, "Is it?", name="country", by=petra)
    assert [waiting_for(user) for user in (anna, petra, ben)] == [["Is it?"], [], []]

    reply(comment, "What do you mean?", by=anna)
    assert [waiting_for(user) for user in (anna, petra, ben)] == [[], ["What do you mean?"], []]

    reply(comment, "I know", by=ben)
    assert [waiting_for(user) for user in (anna, petra, ben)] == [["I know"], ["I know"], []]

    resolve(comment, by=anna)
    assert [waiting_for(user) for user in (anna, petra, ben)] == [[], [], []]


def test_on_what_nobody_wrote_it_waits_for_all_who_may(record, partner, anna, petra):
    boss, other = (
        member("administrator", partner=partner),
        member("contributor", partner=published("partner")),
    )
    record.revisions.update(saved_by=None)
    comment_on(record, "Is it?", by=petra)

    assert [waiting_for(user) for user in (anna, petra, boss, other)] == [["Is it?"], [], [], []]


def test_the_start_page_leads_to_it_and_to_all(record, anna, petra):
    comment = comment_on(record, "Is it?", name="country", by=petra)
    client = logged_in(anna)

    section = sections(anna)["comments"]
    (row,) = section.rows

    assert (row.title, row.label) == (record.title, "Country")
    assert row.says.startswith(f"{petra.email} on ")
    assert row.url == f"{admin_url(record, 'comments')}{comment.pk}/"
    assert client.get(row.url).status_code == 200
    listed = client.get(section.all_url).context["cl"].result_list
    assert [one.pk for one in listed] == [record.pk]


def test_publishing_several_says_where_comments_are_open(record, petra):
    comment_on(record, "Is it?", by=petra)
    given = {"action": "publish_selected", "_selected_action": [record.pk]}

    page = logged_in(administrator()).post("/admin/records/record/", given).content.decode()

    assert "1 comment is open." in " ".join(page.split())
