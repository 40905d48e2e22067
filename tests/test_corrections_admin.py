"""The queue of reports in the back-office: order, filters, steps, rights, and text of strangers that stays text."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone

from media4sec.corrections.models import Correction
from media4sec.corrections.queue import Acknowledge
from media4sec.records import workflow
from media4sec.records.workflow import publish, save_revision, withdraw
from media4sec.texts import shown_in_full
from tests.factories import fresh as fresh_record
from tests.factories import make, published
from tests.people import administrator, member, owned
from tests.public import links_in, text_of
from tests.test_admin import filled, queries_for
from tests.test_corrections import report

pytestmark = pytest.mark.django_db
QUEUE = "/admin/corrections/correction/"


@pytest.fixture
def editor(admin_client):
    return admin_client


def colleague(client, *roles, partner=None):
    """Somebody with these roles, of the editorial office unless a partner is given."""
    client.force_login(member(*roles, partner=partner))
    return client


def page_of(correction, step=""):
    return f"{QUEUE}{correction.pk}/{f'step/{step}' if step else 'change'}/"


def take(client, correction, step, **values):
    return client.post(page_of(correction, step), filled(client, page_of(correction, step), **values))


def fresh(correction):
    return Correction.objects.get(pk=correction.pk)


def rows_of(client, **query):
    response = client.get(QUEUE, query)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def listed(client, **query):
    return [row.receipt for row in rows_of(client, **query)]


def about(record, **changes):
    return report(kind_name=record.kind_name, identifier=record.identifier, title=record.title, **changes)


# The list


def test_danger_stands_on_top_then_what_is_due_first(editor):  # gate 8.5
    now = timezone.now()
    settled = report(state="closed", closed_at=now)
    new = report(received_at=now - timedelta(hours=1))
    late = report(received_at=now - timedelta(days=20))
    danger = report(category="danger", received_at=now)
    answered = report(category="danger", state="answered", answered_at=now)
    waiting = report(state="acknowledged", acknowledged_at=now, received_at=now - timedelta(days=90))

    assert listed(editor) == [row.receipt for row in (danger, late, new, waiting, answered, settled)]


def test_what_is_late_says_so_in_words(editor):  # gates 8.5, 7.4
    late = report(received_at=timezone.now() - timedelta(days=20))
    report()

    words = text_of(editor.get(QUEUE))

    assert words.count("Overdue:") == 1
    assert f"Overdue: acknowledge by {late.acknowledge_due.day} " in words


def test_filters_find_theirs(editor):
    now, partner = timezone.now(), published("partner", title="A police force")
    record = owned(published("technology"), partner)
    rows = {
        "owned": about(record),
        "nobodys": about(published("technology")),
        "site": report(category="copyright"),
        "late": report(received_at=now - timedelta(days=20), category="personal-data"),
        "closed": report(state="closed", closed_at=now),
    }

    def found(**query):
        receipts = listed(editor, **query)
        return {name for name, row in rows.items() if row.receipt in receipts}

    assert found(partner=partner.pk) == {"owned"}
    assert found(partner="none") == {"nobodys", "site", "late", "closed"}
    assert found(category__exact="copyright") == {"site"}
    assert found(state__exact="closed") == {"closed"}
    assert found(due="overdue") == {"late"}
    assert found(due="open") == set(rows) - {"closed"}
    assert found(due="forget") == set()
    assert found(q=rows["site"].receipt) == {"site"}


def test_the_partner_is_the_one_of_today(editor):
    first, second = published("partner", title="A police force"), published("partner", title="A university")
    record = owned(published("technology"), first)
    about(record)
    assert [row.partner for row in rows_of(editor)] == ["A police force"]

    owned(record, second)

    assert [row.partner for row in rows_of(editor)] == ["A university"]
    assert listed(editor, partner=first.pk) == []
    assert len(listed(editor, partner=second.pk)) == 1


@pytest.mark.parametrize("value", ["x", "-1", "1e3", "²", "9" * 18, "é"])
def test_no_filter_makes_it_fail(editor, value):  # gate 4.1
    report()

    for name in ("partner", "due", "category__exact", "state__exact", "q"):
        assert editor.get(f"{QUEUE}?{name}={value}", follow=True).status_code == 200
    assert listed(editor, partner="x") == []


def test_a_list_costs_the_same_however_many_reports(editor):
    about(published("technology"))
    before = queries_for(editor, QUEUE)
    for _ in range(3):
        about(published("technology"), category="danger")

    assert queries_for(editor, QUEUE) == before


# One report


def test_a_report_leads_to_its_record_and_its_public_page(editor):
    record = published("technology")
    kept = about(record)

    links = links_in(editor.get(page_of(kept)))

    assert record.url in links
    assert f"/admin/catalogue/technology/{record.pk}/change/" in links
    assert f"/corrections/{kept.receipt}/" in links


def test_a_withdrawn_record_is_reached_in_the_back_office_only(editor):
    record = published("technology")
    kept = about(record)
    workflow.withdraw(record, reason="It was never true.")

    links = links_in(editor.get(page_of(kept)))

    assert record.url not in links
    assert f"/admin/catalogue/technology/{record.pk}/change/" in links


def test_a_strangers_text_is_shown_as_text(editor):  # gate 4.5
    kept = report(
        text="<script>alert(1)</script>\nsafe\u202egnp.exe {{ x }}",
        part="<b>part</b>",
        contact="me@example.org",
        source="https://example.org/?a=1&b=\"'><img>",
    )

    html = editor.get(page_of(kept)).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;\nsafe[U+202E]gnp.exe {{ x }}" in html
    assert "&lt;b&gt;part&lt;/b&gt;" in html
    assert 'href="mailto:me@example.org"' in html
    assert "<script>alert" not in html
    assert "<img>" not in html
    assert 'rel="noreferrer noopener nofollow"' in html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, with a line\nand “quotes” é 😀", "plain, with a line\nand “quotes” é 😀"),
        ("a\u200bb\u2028c\u00add", "a[U+200B]b[U+2028]c[U+00AD]d"),
        ("\u2066x\u2069", "[U+2066]x[U+2069]"),
    ],
)
def test_invisible_signs_are_put_into_words(text, shown):
    assert shown_in_full(text) == shown


# Steps


def test_from_receiving_to_closing(editor, admin_user, client):  # gate 8.5
    kept = report(category="danger", contact="me@example.org")
    states = []
    for step, values in [
        ("acknowledge", {"note": "Looks true."}),
        ("hidden", {}),
        ("answer", {"answer": "Taken away. <b>Thank you.</b>", "note": "Wrote a mail."}),
        ("close", {}),
    ]:
        response = take(editor, kept, step, **values)
        assert (response.status_code, response["Location"]) == (302, page_of(kept))
        states.append((fresh(kept).state, fresh(kept).due_at is None))

    kept = fresh(kept)
    assert states == [("acknowledged", False), ("acknowledged", True), ("answered", True), ("closed", True)]
    assert all([kept.acknowledged_at, kept.hidden_at, kept.answered_at, kept.closed_at])
    assert kept.handled_by == admin_user
    assert [line.partition(" admin@example.com: ")[2] for line in kept.note.splitlines()] == [
        "Acknowledged. Looks true.",
        "Content hidden.",
        "Answered. Wrote a mail.",
        "Closed.",
    ]
    page = client.get(f"/corrections/{kept.receipt}/").content.decode()
    assert "Taken away. &lt;b&gt;Thank you.&lt;/b&gt;" in page
    assert not [secret for secret in ("Looks true", "Wrote a mail", "admin", "me@example") if secret in page]


def test_whoever_hides_dangerous_content_has_read_the_report(editor):  # gate 8.5
    kept = report(category="danger")

    take(editor, kept, "hidden")

    kept = fresh(kept)
    assert (kept.state, kept.due_at) == ("acknowledged", None)
    assert kept.acknowledged_at == kept.hidden_at is not None


def test_content_that_readers_still_see_is_not_said_to_be_hidden(editor):
    record = published("technology")
    kept = report(category="danger", kind_name="technology", identifier=record.identifier)

    refused = take(editor, kept, "hidden")
    record.summary = "What it does, without the address."
    record.save()
    save_revision(record)
    publish(fresh_record(record))
    take(editor, kept, "hidden")

    assert "Readers still see the record as it was" in refused.content.decode()
    assert fresh(kept).hidden_at is not None


@pytest.mark.parametrize("step", ["withdraw", "draft"])
def test_content_that_nobody_sees_is_hidden(editor, step):
    record = published("technology") if step == "withdraw" else make("technology")
    kept = report(category="danger", kind_name="technology", identifier=record.identifier)
    if step == "withdraw":
        withdraw(record, reason="Dangerous.")

    take(editor, kept, "hidden")

    assert fresh(kept).hidden_at is not None


def test_hiding_after_the_answer_leaves_it_answered_and_when_it_was_read(editor):
    read_at = timezone.now() - timedelta(hours=3)
    kept = report(category="danger", state="acknowledged", acknowledged_at=read_at)

    take(editor, kept, "answer", answer="It is being taken away.")
    take(editor, kept, "hidden")

    kept = fresh(kept)
    assert (kept.state, kept.acknowledged_at) == ("answered", read_at)
    assert kept.hidden_at >= kept.answered_at


@pytest.mark.parametrize(
    ("before", "state"),
    [
        ({}, "received"),
        ({"acknowledged_at": "now"}, "acknowledged"),
        ({"acknowledged_at": "now", "answered_at": "now"}, "answered"),
    ],
)
def test_opened_again_it_is_where_it_was(editor, before, state):
    now = timezone.now()
    kept = report(state="closed", closed_at=now, **dict.fromkeys(before, now))

    take(editor, kept, "reopen")

    assert (fresh(kept).state, fresh(kept).closed_at) == (state, None)


def test_closed_by_mistake_is_opened_again(editor):
    kept = report(received_at=timezone.now() - timedelta(days=20))
    take(editor, kept, "close")
    assert fresh(kept).due_at is None

    take(editor, kept, "reopen")

    assert (fresh(kept).state, fresh(kept).closed_at, fresh(kept).due_at) == ("received", None, kept.due_at)


def test_only_steps_that_fit_are_offered(editor):
    kept = report()
    offered = []
    for step in ("", "acknowledge", "close"):
        if step:
            take(editor, kept, step)
        offered.append([step.name for step, _ in editor.get(page_of(kept)).context["steps"]])

    assert offered == [["acknowledge", "answer", "close"], ["answer", "close"], ["reopen"]]


def test_an_answer_must_say_something(editor):
    kept = report()

    response = take(editor, kept, "answer", answer=" ")

    assert response.status_code == 200
    assert "This field is required." in text_of(response)
    assert fresh(kept).state == "received"


def test_the_quicker_colleague_wins(editor):  # gate 6.2
    kept = report()
    form = filled(editor, page_of(kept, "acknowledge"), note="What I think of it.")
    take(editor, kept, "answer", answer="It is mended.")

    response = editor.post(page_of(kept, "acknowledge"), form)

    assert response.status_code == 409
    assert "Somebody else has dealt with it since: it is answered." in text_of(response)
    assert "What I think of it." in response.content.decode()
    assert fresh(kept).state == "answered"


@pytest.mark.django_db(transaction=True)
def test_of_two_colleagues_at_once_one_takes_the_step():  # gate 6.2
    kept, together, refused = report(), Barrier(2), []

    def press(name):
        step = Acknowledge({"note": f"{name} reads it."})
        assert step.is_valid()
        user = administrator(name)
        try:
            together.wait()
            step.take(kept, by=user)
        except ValidationError as error:
            refused.extend(error.messages)
        finally:
            connection.close()

    threads = [Thread(target=press, args=[name]) for name in ("first", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refused == ["Somebody else has dealt with it since: it is acknowledged."]
    assert fresh(kept).note.count("reads it.") == 1


def test_a_report_that_was_deleted_meanwhile_takes_no_step(admin_user):  # gate 6.2
    kept, step = report(), Acknowledge({})
    assert step.is_valid()
    Correction.objects.all().delete()

    with pytest.raises(ValidationError, match="Somebody else has deleted it since"):
        step.take(kept, by=admin_user)

    assert Correction.objects.count() == 0


def test_opening_pages_changes_nothing(editor):  # gate 4.13
    kept = report()
    before = Correction.objects.values().get()

    for address in (
        QUEUE,
        page_of(kept),
        *(page_of(kept, step) for step in ("acknowledge", "answer", "close")),
    ):
        assert editor.get(address).status_code == 200

    assert Correction.objects.values().get() == before
    assert editor.post(page_of(kept)).status_code == 405
    assert editor.get(page_of(kept, "nothing")).status_code == 404


# Rights


def test_who_may_only_look_takes_no_step(client):
    kept = report()
    viewer = colleague(client, "contributor")

    page = viewer.get(page_of(kept))

    assert page.status_code == 200
    assert page.context["steps"] == []
    assert viewer.get(page_of(kept, "close")).status_code == 403
    assert viewer.post(page_of(kept, "close"), {}).status_code == 403
    assert viewer.get(f"{QUEUE}{kept.pk}/delete/").status_code == 403
    assert fresh(kept).state == "received"


def test_reports_fall_to_the_team_of_the_record(client, partner):  # gates 3.1, 3.3
    own, foreign, site = (
        about(owned(published("technology"), partner)),
        about(published("technology")),
        report(),
    )
    colleague(client, "publisher", partner=partner)

    assert listed(client) == [own.receipt]
    for other in (foreign, site):
        assert [client.get(page).status_code for page in (page_of(other), page_of(other, "close"))] == [
            404,
            404,
        ]
        assert client.post(page_of(other, "close"), {}).status_code == 404
    assert client.get(page_of(own)).status_code == client.get(page_of(own, "close")).status_code == 200
    assert client.get(f"{QUEUE}add/").status_code == 403


def test_who_has_no_role_sees_no_report(client):
    kept = report()
    client.force_login(member())

    answers = [
        client.get(address) for address in (QUEUE, page_of(kept), page_of(kept, "close"), f"{QUEUE}add/")
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 302]


def test_nobody_is_let_in_without_signing_in(client):
    kept = report()

    for address in (QUEUE, page_of(kept), page_of(kept, "close")):
        assert client.get(address)["Location"] == f"/admin/login/?next={address}"


def test_what_is_no_report_is_deleted_by_a_portal_administrator_only(client, editor):
    kept = report()
    publisher = colleague(Client(), "publisher")
    assert publisher.post(f"{QUEUE}{kept.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Correction.objects.count() == 1

    editor.post(f"{QUEUE}{kept.pk}/delete/", {"post": "yes"})

    assert Correction.objects.count() == 0
