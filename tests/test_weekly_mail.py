"""The weekly mail: for those who asked for it, once a week, of what they may see and what waits for them."""

from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.utils import timezone

from media4sec.accounts import weekly
from media4sec.accounts.models import User
from media4sec.accounts.weekly import send_weekly
from media4sec.records import workflow
from media4sec.records.admin.lists import admin_url
from media4sec.records.comments import comment_on
from media4sec.records.models import Record
from tests.factories import make, published
from tests.people import administrator, logged_in, member, owned
from tests.test_admin import filled
from tests.test_corrections import report

pytestmark = pytest.mark.django_db
PAGE = "/admin/accounts/mail/"


def asking(user):
    User.objects.filter(pk=user.pk).update(wants_weekly_mail=True)
    return user


@pytest.fixture
def anna(partner):
    return asking(member("contributor", partner=partner, name="anna"))


def written(partner, by, title):
    record = owned(make("technology", title=title, summary=""), partner)
    record.revisions.update(saved_by=by)
    return record


def test_it_says_what_waits_with_the_way_there(partner, anna, settings):
    petra = member("publisher", partner=partner)
    settings.BASE_URL = "https://kb.example.eu"
    settings.ALLOWED_HOSTS = ["kb.example.eu"]
    draft = written(partner, anna, "A draft")
    back = written(partner, anna, "Sent back")
    workflow.submit(back, by=anna)
    workflow.send_back(back, by=petra, reason="Xqreasonzw")
    comment = comment_on(draft, "Xqcommentzw", name="country", by=petra)
    planned = written(partner, petra, "Planned")
    workflow.schedule(planned, timezone.now() + timedelta(days=2), by=petra)
    overdue = owned(published("technology", title="Overdue"), partner)
    Record.objects.filter(pk=overdue.pk).update(review_due=timezone.localdate() - timedelta(days=1))
    found = report(kind_name="technology", identifier=overdue.identifier, title=overdue.title)

    assert send_weekly() == (1, 0)

    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([anna.email], "MEDI@4SEC knowledge base: what waits for you")
    assert not getattr(sent, "alternatives", [])
    for title, address in {
        "SENT BACK TO YOU: 1": admin_url(back),
        "YOUR DRAFTS: 1": admin_url(draft),
        "COMMENTS FOR YOU: 1": f"{admin_url(draft, 'comments')}{comment.pk}/",
        "PUBLIC AT A TIME: 1": admin_url(planned),
        "OPEN REPORTS: 1": f"/admin/corrections/correction/{found.pk}/change/",
        "REVIEWS: OVERDUE: 1": "/admin/records/record/?review=overdue",
    }.items():
        part = sent.body[sent.body.index(title) :]
        assert f"https://kb.example.eu{address}\n" in part, title
    assert f"https://kb.example.eu{PAGE}" in sent.body
    assert "WHAT IS MISSING" not in sent.body
    assert "Xqreasonzw" not in sent.body  # what colleagues say stays behind the log-in
    assert "Xqcommentzw" not in sent.body
    assert "Version 1 becomes public on" in sent.body


def test_each_gets_one_a_week_however_often_it_runs(partner, anna):
    written(partner, anna, "A draft")

    assert [send_weekly(), send_weekly()] == [(1, 0), (0, 0)]

    last = timezone.localdate() - timedelta(days=7)
    User.objects.filter(pk=anna.pk).update(weekly_mail_on=last)
    assert send_weekly() == (1, 0)
    assert len(mail.outbox) == 2


def test_of_two_that_run_at_once_one_sends_it(partner, anna):
    written(partner, anna, "A draft")
    one, two = (User.objects.get(pk=anna.pk) for _ in range(2))  # both have read that it is due

    assert [weekly.send_to(one), weekly.send_to(two)] == [True, None]
    assert len(mail.outbox) == 1


def test_nothing_to_say_is_no_mail_and_it_comes_when_there_is(partner, anna):
    assert send_weekly() == (0, 0)

    written(partner, anna, "A draft")
    assert send_weekly() == (1, 0)


def test_a_review_that_is_not_overdue_and_what_is_missing_are_no_reason(partner, anna):
    record = owned(published("technology", summary=""), partner)
    Record.objects.filter(pk=record.pk).update(review_due=timezone.localdate() + timedelta(days=5))

    assert logged_in(anna).get("/admin/").context["sections"] != []
    assert send_weekly() == (0, 0)


def test_it_is_for_those_who_ask_and_may(partner, anna):
    reviewer = asking(member("reviewer", partner=partner))
    silent = member("contributor", partner=partner)
    gone, nobody = asking(member("contributor", partner=partner)), asking(member())
    lost = asking(member("publisher", partner=partner))
    lost.authenticator_set.all().delete()  # may not open the back-office before there is another one
    RecoveryCodes.activate(lost)  # which are no second factor
    User.objects.filter(pk=gone.pk).update(is_active=False)
    for user in (reviewer, silent, gone, nobody, lost):
        record = written(partner, user, f"Of {user}")
        workflow.submit(record, by=None)

    assert send_weekly() == (1, 0)
    assert [one.to for one in mail.outbox] == [[reviewer.email]]


def test_it_says_nothing_of_other_teams(partner, anna):
    other = published("partner", title="A university")
    stranger = asking(member("contributor", "reviewer", "publisher", "administrator", partner=other))
    record = written(partner, anna, "Xqtitlezw")
    workflow.submit(record, by=anna)
    comment_on(record, "Xqcommentzw", by=administrator())
    written(other, stranger, "A draft of theirs")

    assert send_weekly() == (2, 0)

    bodies = {one.to[0]: one.body for one in mail.outbox}
    assert "Xqtitlezw" in bodies[anna.email]
    assert "Xqtitlezw" not in bodies[stranger.email]
    assert record.identifier not in bodies[stranger.email]


def test_a_role_that_was_taken_away_is_not_asked_any_more(partner, anna):
    written(partner, anna, "A draft")
    anna.memberships.all().delete()

    assert send_weekly() == (0, 0)


class Refusing(EmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError


def test_where_the_mail_server_is_away_the_next_run_tries_again(partner, anna, settings):
    written(partner, anna, "A draft")
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    with pytest.raises(CommandError, match="1 could not be sent"):
        call_command("send_weekly", stdout=StringIO())
    assert User.objects.get(pk=anna.pk).weekly_mail_on is None

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    said = StringIO()
    call_command("send_weekly", stdout=said)

    assert said.getvalue() == "1 sent.\n"
    assert len(mail.outbox) == 1


class Failing(EmailBackend):
    def send_messages(self, messages):
        if messages[0].to[0].startswith("anna"):
            raise ValueError
        return super().send_messages(messages)


def test_a_mail_that_fails_in_any_way_keeps_it_from_nobody_else(partner, anna, settings, caplog):
    other = asking(member("contributor", partner=partner, name="zoe"))
    for user in (anna, other):
        written(partner, user, f"Of {user}")
    settings.EMAIL_BACKEND = f"{__name__}.Failing"

    assert send_weekly() == (1, 1)

    assert [one.to for one in mail.outbox] == [[other.email]]
    assert User.objects.get(pk=anna.pk).weekly_mail_on is None  # the next run tries again
    assert f"The weekly mail of account {anna.pk} failed: ValueError" in caplog.text


def test_an_account_that_went_meanwhile_is_passed_over():
    assert weekly.attempt(0) is None


def test_it_is_asked_for_and_stopped_with_one_button(partner):
    user = member("contributor", partner=partner)
    client = logged_in(user)

    page = client.get(PAGE).content.decode()
    for part in ("Send me the weekly mail", "looked at again", "broken links", "from Monday to Sunday"):
        assert part in " ".join(page.split())
    assert f'href="{PAGE}"' in client.get("/admin/").content.decode()
    assert client.post(PAGE, filled(client, PAGE, wants="yes"), follow=True).status_code == 200
    user.refresh_from_db()
    assert user.wants_weekly_mail

    page = client.get(PAGE).content.decode()
    assert "Stop the weekly mail" in " ".join(page.split())
    client.post(PAGE, filled(client, PAGE, wants="no"))
    user.refresh_from_db()
    assert not user.wants_weekly_mail


def test_reading_the_page_changes_nothing_and_strangers_log_in_first(client, anna):
    logged_in(anna).get(PAGE)
    anna.refresh_from_db()

    assert anna.wants_weekly_mail
    assert client.get(PAGE)["Location"] == f"/admin/login/?next={PAGE}"
    assert client.post(PAGE, {"wants": "no"})["Location"] == f"/admin/login/?next={PAGE}"
    anna.refresh_from_db()
    assert anna.wants_weekly_mail
