"""What accounts do and what is done to them: told in the trail, confirmed afresh, ended at once where it must be."""

import time
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.test import Client

from media4sec.accounts.helping import withdraw_invitation
from media4sec.accounts.invitations import invite, link_for, progress_of
from media4sec.accounts.models import User
from media4sec.records import workflow
from media4sec.records.audit import chain, faults
from media4sec.records.models import AuditEntry, Team
from tests.factories import fresh, make, published
from tests.people import PASSWORD, administrator, code_of, logged_in, member, owned, with_password
from tests.test_accounts import try_to_log_in
from tests.test_admin import filled
from tests.test_turns import Elsewhere

pytestmark = pytest.mark.django_db
FACTORS = "/admin/accounts/2fa/"
TRAIL = "/admin/records/auditentry/"
QUARTER = timedelta(minutes=16)


@pytest.fixture(autouse=True)
def empty_counters(time_machine):
    """At half past, as some things are counted by the hour of the clock."""
    cache.clear()
    time_machine(timedelta(minutes=30, seconds=-(time.time() % 3600)))


@pytest.fixture
def boss(partner):
    """The administrator of the partner's team."""
    return with_password(member("administrator", partner=partner, name="boss"))


@pytest.fixture
def anna(partner):
    return with_password(member("publisher", partner=partner, name="anna"))


def team_of(partner, action="change"):
    return f"/admin/records/team/{Team.objects.get(owner=partner).pk}/{action}/"


def told(**which):
    rows = AuditEntry.objects.filter(kind_name="account", **which).order_by("pk")
    return list(rows.values_list("action", "identifier", "actor", "note"))


def path_of(link):
    return link.removeprefix("http://127.0.0.1:8000")


def take_role_away(client, partner, user):
    address, key = team_of(partner), str(user.memberships.get().pk)
    values = filled(client, address)
    row = next(name[:-3] for name, value in values.items() if value == key and name.endswith("-id"))
    return client.post(address, values | {f"{row}-DELETE": "on"}, follow=True)


# The audit trail


def test_logging_in_and_out_is_told(client, anna):  # gate 5.1
    anna.authenticator_set.all().delete()
    secret = generate_totp_secret()
    TOTP.activate(anna, secret)

    try_to_log_in(client, anna.email)
    client.post(f"{FACTORS}authenticate/", {"code": "000000"})
    client.post(f"{FACTORS}authenticate/", {"code": code_of(secret)})
    client.post("/admin/logout/")

    key = str(anna.pk)
    assert told() == [
        ("failed", key, "", "A wrong code."),
        ("log-in", key, anna.email, "With password and six figures."),
        ("log-out", key, anna.email, ""),
    ]
    assert {entry.title for entry in AuditEntry.objects.filter(kind_name="account")} == {"an…@example.org"}


def test_a_session_that_ended_is_not_told_as_if_somebody_left(anna, time_machine):
    client = logged_in(anna)
    time_machine(timedelta(minutes=61))
    client.get("/admin/")

    assert told() == [("log-out", str(anna.pk), anna.email, "The session had ended.")]


def test_who_guesses_is_told_and_does_not_flood_the_trail(anna):  # gate 5.1
    for number in range(10):
        try_to_log_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), anna.email, "wrong")

    assert told() == [
        ("failed", str(anna.pk), "", "A wrong password."),
        ("failed", str(anna.pk), "", "A wrong password. 10 times within this hour."),
    ]


def test_strangers_are_told_together_without_what_they_typed(time_machine):  # gate 5.1
    for number in range(25):
        try_to_log_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), f"my-secret-{number}@example.org", "wrong")
    time_machine(timedelta(hours=1))
    try_to_log_in(Client(), "my-secret@example.org", "wrong")

    assert told() == [
        ("failed", "0", "", "A wrong password."),
        ("failed", "0", "", "A wrong password. 10 times within this hour."),
        ("failed", "0", "", "A wrong password."),
    ]
    assert not AuditEntry.objects.filter(title__contains="secret").exists()


def test_refused_pages_are_told(partner):  # gate 5.1
    carl = member("contributor", partner=partner)
    client, other = logged_in(carl), owned(make("technology"), published("partner"))

    for _ in range(10):
        assert client.get("/admin/accounts/user/?q=secret").status_code == 403
    assert client.get(f"/admin/catalogue/technology/{other.pk}/change/").status_code == 404

    assert told() == [
        ("refused", str(carl.pk), carl.email, "/admin/accounts/user/"),
        ("refused", str(carl.pk), carl.email, "/admin/accounts/user/ 10 times within this hour."),
    ]


def test_who_is_not_logged_in_and_forms_that_expired_are_no_refusals(anna):
    Client().get("/admin/accounts/user/")
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)
    assert client.post(TRAIL, {"action": "export"}).status_code == 403

    assert told() == []


def test_passwords_and_factors_are_told(client, anna, django_capture_on_commit_callbacks):  # gate 5.1
    inside = logged_in(anna)
    with django_capture_on_commit_callbacks(execute=True):
        inside.post(f"{FACTORS}recovery-codes/generate/")
        inside.post(f"{FACTORS}totp/deactivate/")
        new = {"password1": f"{PASSWORD} 2", "password2": f"{PASSWORD} 2"}
        inside.post("/admin/accounts/password/change/", {"oldpassword": PASSWORD} | new)
        chosen = client.get(path_of(link_for(User.objects.get(pk=anna.pk))), follow=True).request["PATH_INFO"]
        client.post(chosen, {"password1": PASSWORD, "password2": PASSWORD})

    assert [(action, note) for action, _, actor, note in told() if actor == anna.email] == [
        ("factor", "Removed: six figures."),
        ("factor", "Removed: a recovery code."),
        ("password", "Changed."),
        ("password", "Chosen on a link."),
        ("factor", "New recovery codes."),
    ]


def test_what_administrators_do_to_accounts_is_told(anna):  # gate 5.1
    client, address = logged_in(administrator()), f"/admin/accounts/user/{anna.pk}/change/"
    values = filled(client, address)
    client.post(address, values | {"is_superuser": "on"})
    client.post(address, values | {"email": "ann@example.org"})
    client.post(address, {name: value for name, value in values.items() if name != "is_active"})
    client.post("/admin/accounts/user/", {"action": "send_links", "_selected_action": [anna.pk]})
    client.post("/admin/accounts/user/", {"action": "end_sessions", "_selected_action": [anna.pk]})
    client.post(f"/admin/accounts/user/{anna.pk}/delete/", {"post": "yes"})

    assert not User.objects.filter(pk=anna.pk).exists()
    assert {entry[1:3] for entry in told()} == {(str(anna.pk), "root@example.org")}
    assert [note for _, _, _, note in told()] == [
        "Is a portal administrator now.",
        "The e-mail address was changed.",
        "Is no portal administrator any more.",
        "The e-mail address was changed.",
        "Deactivated.",
        "All sessions ended.",
        "Deleted.",
    ]


def test_files_that_are_taken_along_are_told(partner, anna):  # gate 5.1
    record = owned(make("technology"), partner)
    given = {"action": "export_csv", "_selected_action": [record.pk]}

    assert logged_in(anna).post("/admin/catalogue/technology/", given)["Content-Type"].startswith("text/csv")

    assert told() == [("exported", str(anna.pk), anna.email, "technologies.csv")]


def test_a_command_that_takes_everything_along_is_told(tmp_path):  # gate 5.1
    make("theme")

    call_command("export_records", tmp_path, stdout=StringIO())

    assert told() == [("exported", "0", "", "By export_records: themes.json (1).")]


def test_settings_of_a_team_are_told(partner, boss):  # gate 5.1
    client = logged_in(boss)
    client.post(team_of(partner), filled(client, team_of(partner)) | {"needs_approval": "on"})

    [entry] = AuditEntry.objects.filter(action="settings")
    assert (entry.kind_name, entry.actor, entry.note) == ("team", boss.email, "Four eyes are asked for now.")


def test_the_chain_with_accounts_is_whole_and_finds_what_was_changed(client, anna):
    try_to_log_in(client, anna.email, "wrong")
    try_to_log_in(client, "nobody@example.org", "wrong")
    chain()
    assert list(faults()) == []

    AuditEntry.objects.filter(kind_name="account", identifier=anna.pk).update(identifier="0")

    assert len(list(faults())) == 1


def listed(client, query=""):
    return {(row.kind_name, row.identifier) for row in client.get(TRAIL + query).context["cl"].result_list}


def of_people(client, query=""):
    return {(kind, key) for kind, key in listed(client, query) if kind in ("account", "team")}


def test_administrators_see_what_concerns_their_people(partner, boss, anna):  # gate 3.1
    other = published("partner", title="A university")
    bert = with_password(member("administrator", partner=other, name="bert"))
    record = owned(make("technology"), partner)
    for email in (anna.email, bert.email, "nobody@example.org"):
        try_to_log_in(Client(), email, "wrong")
    invite(Team.objects.get(owner=partner), "reviewer", email=anna.email)
    invite(Team.objects.get(owner=other), "reviewer", email=bert.email)
    mine = {("account", str(anna.pk)), ("team", str(partner.pk))}
    theirs = {("account", str(bert.pk)), ("team", str(other.pk))}

    assert of_people(logged_in(boss)) == mine
    assert of_people(logged_in(bert)) == theirs
    assert listed(logged_in(administrator())) >= mine | theirs | {
        ("account", "0"),
        ("technology", record.identifier),
    }
    assert of_people(logged_in(anna)) == set()  # she reads what became public, as everybody does


def test_the_trail_is_filtered_and_names_people_as_they_are_called_now(partner, boss, anna):
    try_to_log_in(Client(), anna.email, "wrong")
    logged_in(anna).post("/admin/logout/")
    User.objects.filter(pk=anna.pk).update(email="ann.berg@example.org")
    client = logged_in(boss)

    page = client.get(f"{TRAIL}?action=failed").content.decode()

    assert f"Account {anna.pk} ann.berg@example.org" in page
    assert "A wrong password." in page
    assert listed(client, "?action=log-out") == {("account", str(anna.pk))}
    assert listed(client, "?q=wrong") == {("account", str(anna.pk))}


# Losing a factor


def take_off(client, partner, person):
    return client.post(team_of(partner, "lost-factor"), {"person": person.pk})


def test_a_lost_factor_is_taken_off_by_the_teams_administrator(partner, boss, anna):  # gate 2.2
    RecoveryCodes.activate(anna)
    theirs = Client()
    theirs.force_login(anna)

    answer = take_off(logged_in(boss), partner, anna)

    assert answer["Location"] == team_of(partner)
    assert not Authenticator.objects.filter(user=anna).exists()
    [message] = mail.outbox
    assert message.to == [anna.email]
    assert boss.email in message.body
    assert told() == [("factor", str(anna.pk), boss.email, "Taken off, as it was lost.")]


def test_sessions_end_with_the_factor(partner, boss, anna):  # gate 2.5
    anna.authenticator_set.all().delete()
    theirs = Client()
    try_to_log_in(theirs, anna.email)
    TOTP.activate(anna, generate_totp_secret())
    assert theirs.get("/admin/").status_code == 200

    take_off(logged_in(boss), partner, anna)

    assert theirs.get(f"{FACTORS}").status_code == 302


def test_nobody_takes_off_a_factor_alone_or_over_other_teams(partner, boss, anna):  # gate 2.2
    root, other = administrator(), published("partner")
    both = member("contributor", partner=partner, name="both")
    outside = member("contributor", partner=other, name="outside")
    Team.objects.get(owner=other).memberships.create(user=both, role="contributor")
    Team.objects.get(owner=partner).memberships.create(user=root, role="contributor")
    client = logged_in(boss)
    offered = client.get(team_of(partner, "lost-factor")).context["form"].fields["person"].queryset

    assert list(offered) == [anna]
    for person in (boss, root, both, outside):
        assert "Select a valid choice" in take_off(client, partner, person).content.decode()
    assert User.objects.filter(authenticator__isnull=False).distinct().count() == 5
    take_off(logged_in(root), partner, both)
    assert not both.authenticator_set.exists()
    assert "Select a valid choice" in take_off(logged_in(root), partner, root).content.decode()


# Invitations


def test_an_invitation_says_how_far_it_has_come(client, partner, boss, time_machine):
    inside = logged_in(boss)
    inside.post(team_of(partner, "invite"), {"email": "new@example.org", "role": "contributor"})
    new = User.objects.get(email="new@example.org")
    says = progress_of(new)
    assert says.removeprefix("Invited; the link works until ") in mail.outbox[0].body
    assert "Invited; the link works until" in inside.get(team_of(partner)).content.decode()

    User.objects.filter(pk=new.pk).update(invited_at=new.invited_at - timedelta(days=3))
    assert "The invitation has expired" in inside.get(team_of(partner)).content.decode()

    new.set_password(PASSWORD)
    assert progress_of(new) == "Has chosen a password"


def test_an_invitation_is_withdrawn_with_the_role(partner, boss):
    inside = logged_in(boss)
    inside.post(team_of(partner, "invite"), {"email": "new@example.org", "role": "contributor"})
    new = User.objects.get(email="new@example.org")
    link = path_of(
        next(word for word in mail.outbox[0].body.split() if word.startswith("http") and "key" in word)
    )
    assert not Client().get(link, follow=True).context.get("token_fail")

    page = take_role_away(inside, partner, new).content.decode()

    assert "is withdrawn: its link works no longer" in page
    assert Client().get(link, follow=True).context["token_fail"]
    assert told(action="account") == [("account", str(new.pk), boss.email, "The invitation was withdrawn.")]
    inside.post(team_of(partner, "invite"), {"email": "new@example.org", "role": "contributor"})
    assert new.memberships.count() == 1


def test_who_has_a_password_keeps_it_when_a_role_goes(partner, boss, anna):
    page = take_role_away(logged_in(boss), partner, anna).content.decode()

    assert "is withdrawn" not in page
    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)


def test_who_chose_a_password_a_moment_ago_keeps_it():
    loaded = User.objects.create_user("new@example.org")
    with_password(User.objects.get(pk=loaded.pk))

    assert not withdraw_invitation(loaded, by=None)
    assert User.objects.get(pk=loaded.pk).check_password(PASSWORD)
    assert told() == []


@pytest.mark.django_db(transaction=True)
def test_a_new_account_is_told_of_once_it_is_there(monkeypatch):
    inside = []
    backend = "django.core.mail.backends.locmem.EmailBackend.send_messages"
    monkeypatch.setattr(backend, lambda self, sent: inside.append(connection.in_atomic_block))
    client, address = logged_in(administrator()), "/admin/accounts/user/add/"

    page = client.post(address, filled(client, address) | {"email": "new@example.org"}, follow=True)

    assert inside == [False]
    assert str([*page.context["messages"]][-1]) == "new@example.org was invited by mail."


@pytest.mark.django_db(transaction=True)
def test_two_invitations_at_the_same_moment_make_one_account(partner, boss):
    client, address = logged_in(boss), team_of(partner, "invite")
    given = {"email": "NEW@example.org", "role": "contributor"}
    with transaction.atomic():
        invite(Team.objects.get(owner=partner), "reviewer", email="new@example.org")
        second = Elsewhere(lambda: client.post(address, given, follow=True))
        assert second.waits()

    page = second.finished()

    new = User.objects.get(email__iexact="new@example.org")
    assert [str(message) for message in page.context["messages"]] == [
        "new@example.org has the role, and was told so by mail."
    ]
    assert sorted(new.memberships.values_list("role", flat=True)) == ["contributor", "reviewer"]


@pytest.mark.django_db(transaction=True)
def test_two_accounts_of_one_address_at_the_same_moment():
    client, address = logged_in(administrator()), "/admin/accounts/user/add/"
    given = filled(client, address) | {"email": "New@example.org"}
    with transaction.atomic():
        User.objects.create_user("new@example.org")
        second = Elsewhere(lambda: client.post(address, given))
        assert second.waits()

    page = second.finished()

    assert "There is an account with this address." in page.content.decode()
    assert User.objects.filter(email__iexact="new@example.org").count() == 1


# Sessions


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(partner, anna, time_machine):  # gate 2.5
    client = logged_in(anna)
    for _ in range(17):
        time_machine(timedelta(minutes=42))
        session = client.session
        session["used"] = True
        session.save()  # Django counts its own age from here
        assert client.get("/admin/").status_code == 200

    time_machine(timedelta(minutes=42))

    assert client.get("/admin/").status_code == 302


def logged_in_by_password(user):
    """With a session that is on the list of sessions, and no second factor."""
    user.authenticator_set.all().delete()
    client = Client()
    try_to_log_in(client, user.email)
    assert client.get(f"{FACTORS}").status_code == 200
    return client


@pytest.mark.parametrize("change", [{"is_active": ""}, {"email": "ann@example.org"}, {"is_superuser": "on"}])
def test_sessions_end_with_what_an_account_may_do(anna, change):  # gate 2.5
    theirs = logged_in_by_password(anna)
    client, address = logged_in(administrator()), f"/admin/accounts/user/{anna.pk}/change/"
    values = {name: value for name, value in (filled(client, address) | change).items() if value}

    client.post(address, values)

    assert theirs.get(f"{FACTORS}").status_code == 302
    assert theirs.session.is_empty()


@pytest.mark.parametrize("way", ["invited", "partners merged"])
def test_with_another_role_a_session_goes_on_under_another_identifier(partner, anna, way):  # gate 2.5
    theirs = logged_in_by_password(anna)
    before, kept = theirs.session.session_key, theirs.session["since"]
    if way == "invited":
        invite(Team.objects.get(owner=partner), "contributor", email=anna.email)
    else:
        workflow.merge(partner, published("partner"), moves_names=True)

    answers = [theirs.get("/admin/accounts/sessions/") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    after = theirs.session.session_key
    assert after != before
    assert theirs.session["since"] == kept
    assert [one.session_key for one in UserSession.objects.filter(user=anna)] == [after]
    assert not SessionStore().exists(before)


def test_sessions_end_when_a_password_is_chosen_on_a_link(client, anna):  # gate 2.5
    theirs = logged_in_by_password(anna)
    chosen = client.get(path_of(link_for(User.objects.get(pk=anna.pk))), follow=True).request["PATH_INFO"]
    client.post(chosen, {"password1": f"{PASSWORD} 2", "password2": f"{PASSWORD} 2"})

    assert theirs.get(f"{FACTORS}").status_code == 302


# Asked afresh


@pytest.fixture
def drafts(partner):
    return [owned(make("technology", title=f"Draft {letter}"), partner) for letter in "ABC"]


def confirmed(client, answer, password=PASSWORD):
    """Give the password where it is asked for."""
    address = answer["Location"]
    assert address.startswith("/admin/accounts/reauthenticate/?next=")
    values = {"password": password, "next": address.partition("next=")[2].replace("%2F", "/")}
    return client.post("/admin/accounts/reauthenticate/", values)


def test_publishing_many_asks_who_it_is_and_keeps_the_choice(anna, drafts, time_machine):  # gate 2.6
    client, address = logged_in(anna), "/admin/catalogue/technology/?q=Draft&public=never"
    chosen = {"action": "publish_selected", "_selected_action": [drafts[0].pk, drafts[2].pk]}
    time_machine(QUARTER)

    asked = client.post(address, chosen)
    wrong = confirmed(client, asked, "wrong")
    page = confirmed(client, asked)

    assert wrong.status_code == 200
    assert [record for record, *_ in page.context["records"]] == [drafts[0], drafts[2]]
    assert f'action="{address.replace("&", "&amp;")}"' in page.content.decode()
    values = chosen | {"confirmed": "yes", "seen": page.context["seen"], "note": "Read"}
    client.post(address, values)
    assert [fresh(one).public_state for one in drafts] == ["published", "", "published"]


def test_all_that_a_list_shows_stay_chosen_too(anna, drafts, time_machine):  # gate 2.6
    client, address = logged_in(anna), "/admin/catalogue/technology/?q=Draft"
    time_machine(QUARTER)
    chosen = {"action": "publish_selected", "select_across": "1", "_selected_action": [drafts[0].pk]}

    page = confirmed(client, client.post(address, chosen))

    assert page.context["count"] == 3


def test_the_last_step_of_publishing_many_asks_too(anna, drafts, time_machine):  # gate 2.6
    client, address = logged_in(anna), "/admin/catalogue/technology/?q=Draft"
    chosen = {"action": "publish_selected", "_selected_action": [one.pk for one in drafts]}
    page = client.post(address, chosen)
    values = chosen | {"confirmed": "yes", "seen": page.context["seen"], "note": "Read"}
    time_machine(QUARTER)

    asked = client.post(address, values)
    assert {fresh(one).public_state for one in drafts} == {""}
    done = confirmed(client, asked)

    assert done["Location"] == address
    assert {fresh(one).public_state for one in drafts} == {"published"}
    assert AuditEntry.objects.filter(action="published", actor=anna.email, note="Read").count() == 3


def test_publishing_one_and_other_actions_do_not_ask(anna, drafts, time_machine):
    client = logged_in(anna)
    time_machine(QUARTER)

    exported = client.post(
        "/admin/catalogue/technology/", {"action": "export_json", "_selected_action": [drafts[0].pk]}
    )

    assert exported.status_code == 200
    assert client.get(f"/admin/catalogue/technology/{drafts[0].pk}/publish/").status_code == 200


@pytest.mark.parametrize(
    "path", ["totp/activate/", "webauthn/add/", "recovery-codes/generate/", "recovery-codes/"]
)
def test_changing_factors_asks_who_it_is(anna, time_machine, path):  # gate 2.6
    RecoveryCodes.activate(anna)
    Authenticator.objects.filter(user=anna, type="totp").delete()
    client = logged_in(anna)
    assert client.get(f"{FACTORS}{path}").status_code == 200
    time_machine(QUARTER)

    assert client.get(f"{FACTORS}{path}")["Location"].startswith("/admin/accounts/reauthenticate/")


@pytest.mark.parametrize("action", ["invite", "change"])
def test_a_form_with_an_error_can_be_sent_again_after_the_question(partner, boss, time_machine, action):
    client, address = logged_in(boss), team_of(partner, action)
    values = filled(client, address) | {
        "email": "nobody",
        "role": "contributor",
        "memberships-TOTAL_FORMS": "x",
    }
    time_machine(QUARTER)

    page = confirmed(client, client.post(address, values))

    assert page.status_code == 200
    assert f'action="{address}"' in page.content.decode()


def test_a_refusal_needs_no_database_that_takes_something(partner, monkeypatch):  # gate 6.10
    def fail(*args, **kwargs):
        raise OperationalError("read-only")

    client = logged_in(member("contributor", partner=partner))
    monkeypatch.setattr("media4sec.accounts.told.counted", fail)

    assert client.get("/admin/accounts/user/").status_code == 403


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="others write at the same time")
@pytest.mark.django_db(transaction=True)
def test_a_refusal_waits_once_for_whoever_writes(partner, monkeypatch):  # gate 6.10
    client, counted = logged_in(member("contributor", partner=partner)), []
    monkeypatch.setattr("media4sec.accounts.told.counted", counted.append)

    with transaction.atomic():
        assert Elsewhere(lambda: client.get("/admin/accounts/user/")).finished().status_code == 403

    assert counted == []


@pytest.mark.parametrize("action", ["change", "invite", "lost-factor"])
def test_changing_roles_asks_who_it_is(partner, boss, time_machine, action):  # gate 2.6
    client = logged_in(boss)
    assert client.get(team_of(partner, action)).status_code == 200
    time_machine(QUARTER)

    for ask in (client.get, client.post):
        assert ask(team_of(partner, action))["Location"].startswith("/admin/accounts/reauthenticate/")
