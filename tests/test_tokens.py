"""Tokens of accounts: shown once, kept as a digest, for a time and a purpose, and gone with what they rest on."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from media4sec.accounts import tokens
from media4sec.accounts.models import Token
from media4sec.accounts.tokens import (
    SIGNS_OF_TOKENS,
    TokenRefused,
    holder_of,
    is_well_formed,
    make_token,
    new_secret,
    withdraw_token,
)
from media4sec.records import policy
from media4sec.records.models import AuditEntry, Team
from media4sec.records.policy import Right
from tests.factories import make, published
from tests.people import administrator, authenticated, logged_in, member, owned

pytestmark = pytest.mark.django_db
PAGE = "/admin/accounts/tokens/"
GOOD = "correct horse battery staple zebra"


@pytest.fixture(autouse=True)
def empty_counters():
    cache.clear()


@pytest.fixture
def partner():
    return published("partner", title="A police force")


@pytest.fixture
def anna(partner):
    return member("contributor", partner=partner, name="anna")


def asked_with(secret, **meta):
    return RequestFactory().get("/", headers={"authorization": f"Bearer {secret}"}, **meta)


def refusal(secret, **meta):
    with pytest.raises(TokenRefused) as refused:
        holder_of(asked_with(secret, **meta))
    return refused.value.status, str(refused.value)


def told_of_account():
    return list(AuditEntry.objects.filter(action="account").order_by("pk").values_list("actor", "note"))


# What one looks like


def test_a_secret_has_256_random_bits_and_a_checksum():
    found = {new_secret() for _ in range(200)}

    assert len(found) == 200
    assert all(re.fullmatch(r"m4s_[0-9A-Za-z]{49}", secret, re.ASCII) for secret in found)
    assert len(SIGNS_OF_TOKENS) ** 43 >= 2**256 > len(SIGNS_OF_TOKENS) ** 42
    assert {sign for secret in found for sign in secret[4:47]} == set(SIGNS_OF_TOKENS)
    assert all(map(is_well_formed, found))


def test_a_slip_of_the_pen_is_no_token():
    secret = new_secret()
    slips = [secret[:-1], secret + "0", secret[1:], secret.swapcase(), "", "m4s_", "x4s_" + secret[4:]]
    slips += [
        secret[:place] + ("a" if secret[place] != "a" else "b") + secret[place + 1 :]
        for place in range(4, 53)
    ]
    slips += [
        secret[:place] + secret[place + 1] + secret[place] + secret[place + 2 :]
        for place in range(4, 51)
        if secret[place] != secret[place + 1]
    ]

    assert [slip for slip in slips if is_well_formed(slip)] == []


# Made, used, withdrawn


def test_a_token_is_made_shown_once_and_withdrawn(anna, partner):
    client = logged_in(anna)
    page = client.post(f"{PAGE}new/", {"name": "Our case system", "scopes": ["write"], "days": "30"})
    [secret] = re.findall(r"m4s_[0-9A-Za-z]{49}", page.content.decode())
    [token] = Token.objects.all()

    assert holder_of(asked_with(secret)) == anna
    assert (token.user, token.name, token.scopes) == (anna, "Our case system", ["read", "write"])
    assert token.expires_on == timezone.localdate() + timedelta(days=30)
    assert "no-store" in page["Cache-Control"]
    rows = [row for table in (Token, AuditEntry) for row in table.objects.values()]
    assert secret not in str(rows)
    assert secret[4:20] not in str(rows)
    listed = client.get(PAGE).content.decode()
    assert "Our case system" in listed
    assert secret not in listed

    assert client.get(f"{PAGE}{token.pk}/withdraw/").status_code == 200
    assert Token.objects.exists()
    client.post(f"{PAGE}{token.pk}/withdraw/")

    assert refusal(secret) == (401, "This token is not known here, or was withdrawn.")
    made, gone = told_of_account()
    assert made[0] == gone[0] == anna.email
    assert made[1].startswith("The token “Our case system” was made, to read, write; it works until ")
    assert gone[1] == "The token “Our case system” was withdrawn."


@pytest.mark.parametrize(
    "sent", [{"days": "367"}, {"days": "0"}, {"days": ""}, {"name": ""}, {"scopes": "manage"}]
)
def test_what_makes_no_sense_makes_no_token(anna, sent):
    given = {"name": "A", "scopes": ["write"], "days": "366"} | sent

    page = logged_in(anna).post(f"{PAGE}new/", given)

    assert page.status_code == 200
    assert page.context["form"].errors
    assert not Token.objects.exists()


def test_two_tokens_of_one_name_are_not_made(anna):
    client, given = logged_in(anna), {"name": "A", "scopes": [], "days": "366"}
    client.post(f"{PAGE}new/", given)

    page = client.post(f"{PAGE}new/", given)

    assert "You have a token of this name already." in page.content.decode()
    assert Token.objects.count() == 1
    make_token(member("contributor"), "A", [], 1)


def test_nobody_has_more_than_twenty(anna):
    for number in range(20):
        make_token(anna, f"Token {number}", [], 1)

    page = logged_in(anna).post(f"{PAGE}new/", {"name": "One more", "scopes": [], "days": "1"})

    assert "You have 20 tokens." in page.content.decode()
    assert Token.objects.count() == 20


def test_making_and_withdrawing_ask_who_it_is(anna):  # gate 2.6
    token, _ = make_token(anna, "A", [], 30)
    client = logged_in(anna)
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 16 * 60
    session.save()

    for address in (f"{PAGE}new/", f"{PAGE}{token.pk}/withdraw/"):
        for response in (client.get(address), client.post(address, {"name": "B", "days": "1"})):
            assert response.status_code == 302
            assert "/reauthenticate/" in response["Location"]
    assert list(Token.objects.values_list("name", flat=True)) == ["A"]


def test_who_has_no_role_makes_none(partner):
    assert logged_in(member()).get(f"{PAGE}new/").status_code == 403


def test_a_token_of_somebody_else_is_not_there(anna, partner):
    token, _ = make_token(anna, "Xqnamezw", [], 30)
    client = logged_in(member("publisher", partner=partner))

    assert client.get(f"{PAGE}{token.pk}/withdraw/").status_code == 404
    assert client.post(f"{PAGE}{token.pk}/withdraw/").status_code == 404
    assert "Xqnamezw" not in client.get(PAGE).content.decode()
    assert Token.objects.exists()


# What ends it


def test_it_works_until_the_end_of_its_last_day(anna):
    token, secret = make_token(anna, "A", [], 2)
    today = timezone.localdate()
    assert token.expires_on == today + timedelta(days=2)

    Token.objects.update(expires_on=today)
    assert holder_of(asked_with(secret)) == anna
    Token.objects.update(expires_on=today - timedelta(days=1))
    assert refusal(secret) == (401, "This token has expired: make another one.")


def test_nobody_lives_longer_than_a_year(anna):
    token, _ = make_token(anna, "A", [], 10_000)

    assert token.expires_on == timezone.localdate() + timedelta(days=366)


@pytest.mark.parametrize("change", ["password", "deactivated"])
def test_it_ends_with_what_it_rests_on(anna, change):  # gate 2.5
    _, secret = make_token(anna, "A", [], 30)
    anna.refresh_from_db()
    if change == "password":
        anna.set_password(GOOD)
    else:
        anna.is_active = False

    anna.save()

    assert not Token.objects.exists()
    assert refusal(secret)[0] == 401
    assert told_of_account()[-1][1].startswith("The token “A” was withdrawn. The ")
    if change == "deactivated":  # and does not come back
        anna.is_active = True
        anna.save()
        assert refusal(secret)[0] == 401


@pytest.mark.parametrize("change", ["password", "deactivated"])
def test_none_is_made_while_it_would_end(anna, change):
    now = type(anna).objects.get(pk=anna.pk)
    if change == "password":
        now.set_password(GOOD)
    else:
        now.is_active = False
    now.save()

    with pytest.raises(ValidationError, match="The account was changed a moment ago"):
        make_token(anna, "A", [], 30)

    assert not Token.objects.exists()


def test_a_password_that_cannot_end_tokens_is_not_another_one(anna, monkeypatch):
    make_token(anna, "A", [], 30)
    monkeypatch.setattr(tokens, "end_tokens", lambda user, why: 1 / 0)
    anna.set_password(GOOD)

    with pytest.raises(ZeroDivisionError):
        anna.save()

    anna.refresh_from_db()
    assert not anna.check_password(GOOD)


def test_it_stays_when_the_name_changes_or_the_hash_of_the_password(anna, settings):
    anna.set_password(GOOD)
    anna.save()
    _, secret = make_token(anna, "A", [], 30)
    anna.name = "Anna"
    anna.save()
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]

    assert anna.check_password(GOOD)  # and has another hash now

    assert anna.password.startswith("pbkdf2")
    assert holder_of(asked_with(secret)) == anna


def test_a_deactivated_account_is_out_however_that_was_done(anna):
    _, secret = make_token(anna, "A", [], 30)
    type(anna).objects.filter(pk=anna.pk).update(is_active=False)

    assert refusal(secret) == (401, "The account of this token is deactivated.")


def test_password_pages_end_tokens(client, anna):
    anna.set_password(GOOD)
    anna.save()
    make_token(anna, "A", [], 30)
    client.force_login(anna)
    authenticated(client, anna)
    other = "several umbrellas beside a tin lake"

    client.post(
        "/admin/accounts/password/change/", {"oldpassword": GOOD, "password1": other, "password2": other}
    )

    anna.refresh_from_db()
    assert anna.check_password(other)
    assert not Token.objects.exists()


@pytest.mark.parametrize("person", ["publisher", "root"])
def test_who_needs_a_second_factor_needs_it_here_too(partner, person):  # gate 2.2
    user = administrator() if person == "root" else member("publisher", partner=partner)
    _, secret = make_token(user, "A", ["publish"], 30)
    assert holder_of(asked_with(secret)) == user

    user.authenticator_set.all().delete()

    assert refusal(secret)[0] == 403
    assert "second factor" in refusal(secret)[1]


def test_no_token_is_made_before_the_second_factor(client, partner):  # gate 2.2
    user = member("publisher", partner=partner)
    user.authenticator_set.all().delete()
    client.force_login(user)
    authenticated(client, user)

    for response in (client.get(f"{PAGE}new/"), client.post(f"{PAGE}new/", {"name": "A", "days": "1"})):
        assert (response.status_code, response["Location"]) == (302, "/admin/accounts/2fa/totp/activate/")
    assert not Token.objects.exists()


def test_with_the_last_role_it_opens_nothing(anna):  # gate 3.7
    _, secret = make_token(anna, "A", [], 30)

    anna.memberships.all().delete()

    assert refusal(secret) == (403, "The account of this token has no role in any team.")


# How it is shown


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic {}", "{}", "Token {}"])
def test_only_a_bearer_token_is_one(anna, header):
    _, secret = make_token(anna, "A", [], 30)
    headers = {} if header is None else {"authorization": header.format(secret)}

    with pytest.raises(TokenRefused) as refused:
        holder_of(RequestFactory().get("/", headers=headers))

    assert refused.value.status == 401


def test_guessing_is_slowed_for_the_address_and_told(anna):
    _, secret = make_token(anna, "A", [], 30)
    for _ in range(10):
        assert refusal(new_secret())[0] == 401

    assert refusal(new_secret())[0] == 429
    assert refusal(secret)[0] == 429  # or else a guess that is right would show
    assert holder_of(asked_with(secret, REMOTE_ADDR="192.0.2.7")) == anna
    entries = (
        AuditEntry.objects.filter(action="failed")
        .order_by("pk")
        .values_list("kind_name", "identifier", "note")
    )
    assert list(entries) == [
        ("account", "0", "A wrong token."),
        ("account", "0", "A wrong token. 10 times within this hour."),
    ]


def test_a_typing_error_is_no_guess(anna):
    _, secret = make_token(anna, "A", [], 30)
    for _ in range(20):
        assert refusal(secret[:-1])[0] == 401

    assert holder_of(asked_with(secret)) == anna
    assert not AuditEntry.objects.filter(action="failed").exists()


def test_use_is_noted_once_a_day(anna):
    token, secret = make_token(anna, "A", [], 30)
    today = timezone.localdate()
    holder_of(asked_with(secret))
    token.refresh_from_db()
    assert token.last_used_on == today

    with CaptureQueriesContext(connection) as asked:
        holder_of(asked_with(secret))

    assert [query["sql"] for query in asked if query["sql"].startswith(("UPDATE", "INSERT", "DELETE"))] == []
    Token.objects.update(last_used_on=today - timedelta(days=1))
    holder_of(asked_with(secret))
    token.refresh_from_db()
    assert token.last_used_on == today


# What it may do


@pytest.mark.parametrize(
    ("scopes", "rights"),
    [
        ([], {"see"}),
        (["write"], {"see", "write"}),
        (["review"], {"see", "review", "discard"}),
        (["publish"], {"see", "publish", "withdraw"}),
        (["write", "review", "publish"], {"see", "write", "review", "discard", "publish", "withdraw"}),
    ],
)
@pytest.mark.parametrize("role", ["contributor", "reviewer", "publisher", "root"])
def test_it_may_do_what_it_is_for_and_its_owner_may(partner, role, scopes, rights):
    user = administrator() if role == "root" else member(role, partner=partner)
    record, foreign = owned(make("technology"), partner), make("technology")
    own = {right for right in Right if policy.may(user, right, record)}
    _, secret = make_token(user, "A", scopes, 30)

    holder = holder_of(asked_with(secret))

    assert {right for right in Right if policy.may(holder, right, record)} == own & rights
    if role != "root":
        assert [right for right in Right if policy.may(holder, right, foreign)] == []
    assert not policy.may(holder, Right.MANAGE, record)
    for right in Right:
        assert policy.may_somewhere(holder, right) == (right in own & rights)
    assert policy.may_add(holder, type(record).kind) == ("write" in own & rights)
    assert {right for right in Right if policy.may(user, right, record)} == own


# Looked after by administrators


def test_administrators_see_names_and_withdraw(partner, anna):
    token, secret = make_token(anna, "Xqnamezw", ["write"], 30)
    boss, other = member("administrator", partner=partner), member("administrator")
    address = f"/admin/accounts/token/{token.pk}/"

    for user, opens in ((boss, True), (administrator(), True), (other, False), (anna, False)):
        client = logged_in(user)
        page = client.get("/admin/accounts/token/")
        assert ("Xqnamezw" in page.content.decode()) == opens
        assert (client.get(f"{address}change/").status_code == 200) == opens
        assert (client.get(f"{address}delete/").status_code == 200) == opens
        assert token.digest not in client.get(f"{address}change/").content.decode()
        if not opens:
            client.post(f"{address}delete/", {"post": "yes"})
    assert Token.objects.exists()

    logged_in(boss).post(f"{address}delete/", {"post": "yes"})

    assert refusal(secret)[0] == 401
    assert told_of_account()[-1] == (boss.email, "The token “Xqnamezw” was withdrawn.")


def test_who_has_roles_elsewhere_is_no_business_of_one_team(partner, anna):
    make_token(member("contributor"), "Office", [], 30)
    both = member("contributor", partner=partner)
    both.memberships.create(team=Team.objects.get(owner=None), role="contributor")
    make_token(both, "Xqbothzw", [], 30)

    page = logged_in(member("administrator", partner=partner)).get("/admin/accounts/token/").content.decode()

    assert "Xqbothzw" not in page


def test_withdrawing_twice_is_no_error(anna):
    token, _ = make_token(anna, "A", [], 30)
    withdraw_token(token, by=anna)

    assert logged_in(anna).post(f"{PAGE}{token.pk or 1}/withdraw/").status_code == 404


def test_a_name_passes_the_check_of_texts(anna):
    with pytest.raises(ValidationError):
        make_token(anna, "a\u202eb", [], 30)


def test_a_token_opens_no_page_of_the_back_office(anna):
    _, secret = make_token(anna, "A", ["write"], 30)
    client = Client(headers={"authorization": f"Bearer {secret}"})

    for address in ("/admin/", PAGE, "/admin/catalogue/technology/"):
        assert client.get(address).status_code == 302
    assert tokens.Token.objects.get().last_used_on is None
