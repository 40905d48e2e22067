"""Accounts: invited, with passwords nobody guesses and a second factor; guessing is slowed, unused sessions end."""

import time
from datetime import datetime, timedelta
from io import StringIO
from ipaddress import ip_network
from threading import Event

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from media4sec.accounts.invitations import link_for, set_up_link
from media4sec.accounts.management.commands import migrate
from media4sec.accounts.models import User
from media4sec.records.models import AuditEntry, Membership, Team
from tests.factories import published
from tests.people import (
    PASSWORD,
    administrator,
    authenticated,
    code_of,
    logged_in,
    mails,
    member,
    with_password,
    with_password_alone,
)
from tests.test_admin import filled

pytestmark = pytest.mark.django_db
LOGIN = "/admin/accounts/login/"


@pytest.fixture(autouse=True)
def empty_counters():
    cache.clear()


def try_to_log_in(client, email, password=PASSWORD, **headers):
    return client.post(LOGIN, {"login": email, "password": password}, **headers)


# Passwords


@pytest.mark.parametrize("comes_from", ["127.0.0.1", "nowhere", "2001:db8::7"])
def test_who_comes_from_where_nobody_knows_logs_in_as_others_do(client, settings, comes_from):  # gate 4.1
    """From a machine of the proxies', without an address, by version 6: each is kept where addresses are."""
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    user = with_password_alone(member("contributor"))

    response = try_to_log_in(client, user.email, HTTP_X_FORWARDED_FOR=comes_from)

    assert response.status_code == 302
    assert client.get("/admin/").status_code == 200
    assert user.usersession_set.count() == 1


@pytest.mark.parametrize(
    "password",
    [
        *("aaaaaaaaaaaa", "123456789012", "medi4sec2026", "Summer2026!!", "annaberganna", "Anna.Berg.2026"),
        *("qwertyuiop12", "MEDI@4SEC2026", "apoliceforce", "Passw0rd2026", "short"),
    ],
)
def test_passwords_that_somebody_would_try_are_refused(partner, password):  # O-4, gate 2.1
    user = member("contributor", partner=partner, name="anna.berg")
    user.name = "Anna Berg"

    with pytest.raises(ValidationError):
        validate_password(password, user)


LONG = "Ñandú 47 lives by a lake of tin; no cook has ever painted those umbrellas so loudly, or so a neighbour says."


@pytest.mark.parametrize("password", [PASSWORD, "  Ωραία νερά 47 άλογα  ", LONG.ljust(128, "!")])
def test_any_characters_and_128_of_them_are_taken(password):  # gate 2.1
    validate_password(password, member("contributor"))

    user = member()
    user.set_password(password)
    assert user.check_password(password)
    assert not user.check_password(password.strip()) or password == password.strip()


# Invitations


def test_somebody_is_invited_and_gets_in(client, partner):
    team = Team.objects.create(owner=partner)
    boss = logged_in(member("administrator", partner=partner))
    address = f"/admin/records/team/{team.pk}/invite/"

    boss.post(address, {"email": "anna@example.org", "called": "Anna", "role": "contributor"})
    [message] = mail.outbox
    link = next(word for word in message.body.split() if word.startswith("http"))
    page = client.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    chosen = client.post(page.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})

    assert message.to == ["anna@example.org"]
    assert "the team “A police force”" in message.body
    assert chosen.status_code == 302
    assert try_to_log_in(client, "ANNA@example.org")["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert Membership.objects.get(user__email="anna@example.org").role == "contributor"
    [entry] = AuditEntry.objects.filter(action="roles")
    assert (entry.actor, entry.note) == (
        "administrator1@example.org",
        "anna@example.org has the role contributor now.",
    )
    assert Client().get(link.removeprefix("http://127.0.0.1:8000"), follow=True).context["token_fail"]


def test_the_links_of_mails_name_the_portals_own_address(settings, client):  # gate 4.11
    settings.ALLOWED_HOSTS = ["evil.example"]
    user = with_password(member("contributor"))

    client.post("/admin/accounts/password/reset/", {"email": user.email}, headers={"host": "evil.example"})

    assert "http://127.0.0.1:8000/admin/accounts/password/reset/key/" in mails()[0].body
    assert "evil.example" not in mails()[0].body


def test_nobody_learns_whether_there_is_an_account(client):  # gate 2.4
    with_password(member("contributor", name="anna"))
    pages = [
        client.post("/admin/accounts/password/reset/", {"email": email})
        for email in ("anna1@example.org", "nobody@example.org")
    ]
    wrong = [
        try_to_log_in(Client(), email, "wrong").content
        for email in ("anna1@example.org", "nobody1@example.org")
    ]

    assert [(page.status_code, page["Location"]) for page in pages] == [
        (302, "/admin/accounts/password/reset/done/")
    ] * 2
    assert [message.to for message in mails()] == [["anna1@example.org"]]
    first, second = (text.decode().replace("nobody1@", "anna1@") for text in wrong)
    assert without_tokens(first) == without_tokens(second)


def test_a_password_is_hashed_once_whether_there_is_an_account_or_not(monkeypatch):  # gate 2.4
    hashed, encode = [], MD5PasswordHasher.encode
    known = with_password(member("contributor", name="anna"))
    invited = User.objects.create_user("invited@example.org")
    inactive = with_password(member("contributor", name="ben", is_active=False))
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *given: hashed.append(given) or encode(*given))

    for email in (known.email, "nobody@example.org", invited.email, inactive.email):
        hashed.clear()
        assert try_to_log_in(Client(), email, "wrong").status_code == 200
        assert len(hashed) == 1, email


def test_nobody_waits_for_the_mail_server_to_learn_that_there_is_an_account(client, monkeypatch):  # gate 2.4
    user, server_answers, asked = with_password(member("contributor")), Event(), []

    def wait(backend, messages):
        asked.append([message.to for message in messages])
        assert server_answers.wait(60)

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", wait)
    try:
        page = client.post("/admin/accounts/password/reset/", {"email": user.email})
        assert not server_answers.is_set()
    finally:
        server_answers.set()
    mails()

    assert page["Location"] == "/admin/accounts/password/reset/done/"
    assert asked == [[[user.email]]]


def without_tokens(page):
    return [line for line in page.splitlines() if "csrf" not in line]


def test_nobody_signs_up(client):
    before = User.objects.count()

    client.post("/admin/accounts/signup/", {"email": "me@example.org", "password1": PASSWORD})

    assert User.objects.count() == before
    assert "by invitation" in client.get("/admin/accounts/signup/").content.decode()


def test_an_invitation_of_another_team_is_not_there(partner):  # gate 3.3
    other = Team.objects.create(owner=published("partner"))

    response = logged_in(member("administrator", partner=partner)).post(
        f"/admin/records/team/{other.pk}/invite/", {"email": "me@example.org", "role": "publisher"}
    )

    assert response.status_code == 404
    assert not User.objects.filter(email="me@example.org").exists()


def test_a_role_is_taken_away_and_the_trail_tells_it(partner):
    boss, anna = member("administrator", partner=partner), member("publisher", partner=partner, name="anna")
    team = Team.objects.get(owner=partner)
    client, address = logged_in(boss), f"/admin/records/team/{team.pk}/change/"
    values = filled(client, address)
    key = str(anna.memberships.get().pk)
    row = next(name[:-3] for name, value in values.items() if value == key and name.endswith("-id"))

    client.post(address, values | {f"{row}-DELETE": "on"})

    assert not anna.memberships.exists()
    assert AuditEntry.objects.get(action="roles").note == f"{anna.email} has no longer the role publisher."


# The first administrator


def test_the_first_administrator_is_made_once(client):  # gate 2.7
    link = set_up_link().removeprefix("http://127.0.0.1:8000")
    weak = client.post(
        link, {"email": "me@example.org", "password1": "medi4sec2026", "password2": "medi4sec2026"}
    )
    done = client.post(link, {"email": "me@example.org", "password1": PASSWORD, "password2": PASSWORD})

    assert "can be guessed" in weak.content.decode()
    assert done.status_code == 302
    assert User.objects.get().is_superuser
    assert (
        client.get(link).status_code == client.post(link, {"email": "other@example.org"}).status_code == 404
    )
    assert set_up_link() is None


@pytest.mark.parametrize("token", ["x", "ImZpcnN0Ig:1:x", "%00"])
def test_no_other_link_makes_one(client, token):
    assert client.get(f"/admin/accounts/set-up/{token}/").status_code in (400, 404)


def test_the_set_up_link_lasts_a_day(client, time_machine):
    link = set_up_link().removeprefix("http://127.0.0.1:8000")
    time_machine(timedelta(hours=25))

    assert client.get(link).status_code == 404


# Guessing


def test_guessing_is_slowed_for_an_account(client):  # E-23, O-3, gate 2.3
    user = with_password(member("contributor"))
    for number in range(10):
        try_to_log_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), user.email, "wrong")

    refused = try_to_log_in(Client(REMOTE_ADDR="192.0.2.99"), user.email)
    other = try_to_log_in(Client(REMOTE_ADDR="192.0.2.99"), with_password(member("contributor")).email)

    assert "Too many failed login attempts" in refused.content.decode()
    assert other.status_code == 302


def test_guessing_is_slowed_for_an_address_and_passes(client, time_machine):  # gate 2.3
    user = with_password(member("contributor"))
    for number in range(10):
        try_to_log_in(client, f"somebody{number}@example.org", "wrong")

    refused = try_to_log_in(client, user.email)
    time_machine(timedelta(minutes=6))

    assert refused.status_code == 200
    assert try_to_log_in(client, user.email).status_code == 302


def test_failures_are_counted_where_all_processes_see_them(client, settings):
    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")
    try_to_log_in(client, "somebody@example.org", "wrong")

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_limits")
        assert cursor.fetchone()[0] >= 2


def test_all_failures_together_have_a_limit(monkeypatch):  # gate 2.3
    monkeypatch.setattr("media4sec.accounts.adapters.ALL_FAILURES", "3/5m/key")
    user = with_password(member("contributor"))
    for number in range(3):
        try_to_log_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), f"somebody{number}@example.org", "wrong")

    refused = try_to_log_in(Client(REMOTE_ADDR="192.0.2.99"), user.email)

    assert "Too many failed login attempts" in refused.content.decode()


def test_who_logs_in_is_not_counted(client):
    user = with_password(member("contributor"))

    for _ in range(12):
        assert try_to_log_in(Client(), user.email).status_code == 302


# Second factors


def test_the_second_factor_is_asked_for_and_works_once(client, partner):  # gate 2.2
    user = with_password_alone(member("publisher", partner=partner))
    secret = generate_totp_secret()
    TOTP.activate(user, secret)

    first = try_to_log_in(client, user.email)
    early = client.get("/admin/")
    wrong = client.post(first["Location"], {"code": "000000"})
    code = code_of(secret)
    done = client.post(first["Location"], {"code": code})

    other = Client()
    again = other.post(try_to_log_in(other, user.email)["Location"], {"code": code})
    assert first["Location"] == "/admin/accounts/2fa/authenticate/"
    assert early.status_code == 302
    assert "Incorrect code" in wrong.content.decode()
    assert done["Location"] == "/admin/"
    assert again.status_code == 200  # not let in


def test_secrets_of_second_factors_are_stored_encrypted(settings):
    secret = generate_totp_secret()
    TOTP.activate(User.objects.create_user("anna@example.org"), secret)
    kept = Authenticator.objects.get()
    assert secret not in str(kept.data)

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, made later, and long enough to be taken for one"
    assert TOTP(Authenticator.objects.get()).validate_code(code_of(secret))


def test_a_lost_factor_is_taken_off_by_somebody_else(partner):  # gate 2.2
    root, anna, bert = administrator(), member("publisher", partner=partner), member("contributor")
    bert.authenticator_set.all().delete()
    client = logged_in(root)
    chosen = {"action": "take_off_second_factor", "_selected_action": [root.pk, anna.pk, bert.pk]}

    page = client.post("/admin/accounts/user/", chosen, follow=True)

    assert [str(message) for message in page.context["messages"]] == [
        "1 people set up a new one when they log in; 1 were told by mail."
    ]
    assert [message.to for message in mail.outbox] == [[anna.email]]  # who has none is left alone
    assert not anna.authenticator_set.exists()
    assert root.authenticator_set.exists()


# Sessions


def test_a_session_that_nobody_uses_ends(partner, time_machine):  # gate 2.5
    client = logged_in(member("contributor", partner=partner))
    for _ in range(3):
        time_machine(timedelta(minutes=40))
        assert client.get("/admin/").status_code == 200

    time_machine(timedelta(minutes=61))

    assert client.get("/admin/").status_code == 302


def test_looking_at_pages_writes_no_session(partner, time_machine):
    client = logged_in(member("contributor", partner=partner))
    client.get("/admin/")
    time_machine(timedelta(minutes=5))

    with CaptureQueriesContext(connection) as asked:
        client.get("/admin/")
    assert not [one["sql"] for one in asked if one["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]


def test_a_forged_cookie_does_not_keep_a_session_alive(partner, time_machine):
    client = logged_in(member("contributor", partner=partner))
    time_machine(timedelta(minutes=61))
    client.cookies["sessionid-seen"] = f"{int(time.time())}:x"

    assert client.get("/admin/").status_code == 302


def test_other_sessions_end_with_the_password(client, partner):  # gate 2.5
    user = with_password(member("contributor", partner=partner))
    other = logged_in(user)
    mine = logged_in(user)
    new = {"password1": f"{PASSWORD} 2", "password2": f"{PASSWORD} 2"}
    mine.post("/admin/accounts/password/change/", {"oldpassword": PASSWORD} | new)

    assert other.get("/admin/").status_code == 302
    assert mine.get("/admin/").status_code == 200


def test_what_is_sensitive_asks_again_after_a_quarter_of_an_hour(time_machine):  # gate 2.6
    client = logged_in(with_password(administrator()))
    assert client.get("/admin/accounts/user/add/").status_code == 200

    time_machine(timedelta(minutes=16))

    assert client.get("/admin/accounts/user/add/")["Location"].startswith("/admin/accounts/reauthenticate/")
    assert client.get("/admin/catalogue/technology/").status_code == 200


# What operators do


def test_demo_users_are_for_trying_only(settings, partner):  # gate 2.7
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("demo_users")

    settings.DEBUG = True
    said = StringIO()
    call_command("demo_users", stdout=said)
    roles = Membership.objects.filter(team__owner=partner).values_list("role", flat=True)
    assert sorted(roles) == ["administrator", "contributor", "publisher", "reviewer"]
    assert said.getvalue().count("/password/reset/key/") == 4


def test_demo_users_need_a_partner(settings):
    settings.DEBUG = True
    with pytest.raises(CommandError, match="no partner"):
        call_command("demo_users")


@pytest.mark.parametrize(
    ("applied", "noted"),
    [
        (
            [("admin", "0001_initial")],
            [("accounts", "0001_initial")],
        ),  # of before: the table is there already
        ([("admin", "0001_initial"), ("accounts", "0001_initial")], []),
        ([], []),
        (None, []),  # an empty database
    ],
)
def test_a_database_with_accounts_of_before_is_taken_over(monkeypatch, applied, noted):
    recorded = []

    class Recorder:
        def __init__(self, connection):
            self.has_table = lambda: applied is not None
            self.applied_migrations = lambda: dict.fromkeys(applied)
            self.record_applied = lambda *name: recorded.append(name)

    monkeypatch.setattr(migrate, "MigrationRecorder", Recorder)

    migrate.take_over(connection)

    assert recorded == noted


def test_accounts_without_an_address_keep_their_name():
    from importlib import import_module

    class Old:
        def __init__(self, pk, username, email, first="", last=""):
            self.pk, self.username, self.email = pk, username, email
            self.first_name, self.last_name, self.name = first, last, ""

        def save(self, update_fields):
            assert update_fields == ["email", "name"]

    rows = [
        Old(1, "anna", "a@example.org", "Anna", "Berg"),
        Old(2, "bert", ""),
        Old(3, "carl", "A@example.org"),
    ]

    class Apps:
        def get_model(self, *names):
            return type("User", (), {"objects": type("Rows", (), {"order_by": lambda self, by: rows})()})

    import_module("media4sec.accounts.migrations.0002_addresses").fill(Apps(), None)

    assert [(row.email, row.name) for row in rows] == [
        ("a@example.org", "Anna Berg"),
        ("bert", ""),
        ("carl", ""),
    ]


def test_addresses_are_the_same_in_capitals():
    User.objects.create_user("Anna@Example.org")

    with pytest.raises(ValidationError):
        User(email="anna@example.ORG").full_clean(exclude=["password"])
    assert User.objects.get_by_natural_key("ANNA@example.org")


def in_four_days(self):
    return datetime.now() + timedelta(days=4)


def test_a_link_for_a_password_works_once_and_for_three_days(client, monkeypatch):
    used, late = (link_for(member("contributor")).removeprefix("http://127.0.0.1:8000") for _ in range(2))
    chosen = client.get(used, follow=True).request["PATH_INFO"]
    client.post(chosen, {"password1": PASSWORD, "password2": PASSWORD})
    monkeypatch.setattr("django.contrib.auth.tokens.PasswordResetTokenGenerator._now", in_four_days)

    for link in (used, late):
        assert Client().get(link, follow=True).context["token_fail"]


@pytest.mark.parametrize(
    "address", ["/admin/accounts/login/", "/admin/login/", "/admin/accounts/password/reset/"]
)
def test_an_odd_way_back_is_no_failure(client, address):  # gates 4.1, 4.10
    for target in ("http://[", "//evil.example", "https://evil.example/", "\\\\evil"):
        response = client.get(address, {"next": target}, follow=True)
        assert response.status_code == 200
        assert not [step for step in response.redirect_chain if "//evil" in step[0].partition("?")[0]]
        assert client.post("/admin/accounts/login/", {"next": target}).status_code == 200


@pytest.fixture
def no_mail(monkeypatch):
    def fail(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)


def test_without_a_mail_server_nobody_is_lost_and_nothing_is_told(
    client, partner, no_mail
):  # gates 2.4, 6.18
    team = Team.objects.create(owner=partner)
    boss = logged_in(member("administrator", partner=partner))
    address = f"/admin/records/team/{team.pk}/invite/"

    said = boss.post(address, {"email": "anna@example.org", "role": "contributor"}, follow=True)

    assert "no mail could be sent" in said.content.decode()
    assert Membership.objects.filter(user__email="anna@example.org").exists()
    page = boss.get(f"/admin/records/team/{team.pk}/change/").content.decode()
    assert "No invitation is known to have been sent" in page
    for email in ("anna@example.org", "nobody@example.org"):
        page = client.post("/admin/accounts/password/reset/", {"email": email})
        assert (page.status_code, page["Location"]) == (302, "/admin/accounts/password/reset/done/")
    assert mails() == []


def test_an_invitation_does_not_tell_who_has_an_account(partner):  # gate 2.4
    with_password(User.objects.create_user("old@example.org"))
    team = Team.objects.create(owner=partner)
    boss = logged_in(member("administrator", partner=partner))
    said = []
    for email in ("old@example.org", "new@example.org"):
        page = boss.post(
            f"/admin/records/team/{team.pk}/invite/", {"email": email, "role": "contributor"}, follow=True
        )
        said.append(str(next(iter(page.context["messages"]))).replace(email, "…"))

    assert said[0] == said[1]
    assert [("/password/reset/key/" in message.body) for message in mail.outbox] == [False, True]


def test_whoever_chose_a_new_password_stays_in(partner, time_machine):
    user = with_password(member("contributor", partner=partner))
    client = logged_in(user)
    for _ in range(3):
        time_machine(timedelta(minutes=50))
        client.get("/admin/")
    authenticated(client, user)
    new = {"password1": f"{PASSWORD} 2", "password2": f"{PASSWORD} 2"}

    client.post("/admin/accounts/password/change/", {"oldpassword": PASSWORD} | new)

    assert client.get("/admin/").status_code == 200


def test_sensitive_lists_ask_again_too(time_machine):  # gate 2.6
    root, anna = with_password(administrator()), member("publisher")
    client = logged_in(root)
    time_machine(timedelta(minutes=16))

    chosen = {"action": "take_off_second_factor", "_selected_action": [anna.pk]}
    answers = [
        client.post("/admin/accounts/user/", chosen),
        client.post(f"/admin/accounts/user/{anna.pk}/delete/", {"post": "yes"}),
    ]

    assert [answer["Location"].partition("?")[0] for answer in answers] == [
        "/admin/accounts/reauthenticate/"
    ] * 2
    assert anna.authenticator_set.exists()


def test_sessions_end_with_a_role(partner):  # gate 2.5
    boss, anna = (
        member("administrator", partner=partner),
        with_password(member("contributor", partner=partner)),
    )
    anna.authenticator_set.all().delete()
    theirs = Client()
    try_to_log_in(theirs, anna.email)
    assert theirs.get("/admin/").status_code == 200
    client, team = logged_in(boss), Team.objects.get(owner=partner)
    address, key = f"/admin/records/team/{team.pk}/change/", str(anna.memberships.get().pk)
    values = filled(client, address)
    row = next(name[:-3] for name, value in values.items() if value == key and name.endswith("-id"))

    client.post(address, values | {f"{row}-DELETE": "on"})

    assert theirs.get("/admin/accounts/sessions/").status_code == 302
