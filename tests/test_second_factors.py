"""Second factors: passkeys, codes that are stored hashed, and few tries for whoever guesses, in all processes."""

import http.cookiejar
import re
import time
import urllib.parse
import urllib.request
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from media4sec.accounts import recovery
from media4sec.accounts.forms import taken
from media4sec.accounts.models import User
from media4sec.records.models import AuditEntry
from tests.people import PASSWORD, code_of, logged_in, mails, member, with_password, with_password_alone
from tests.test_accounts import try_to_log_in
from tests.test_server import started

pytestmark = pytest.mark.django_db
FACTORS = "/admin/accounts/2fa/"
WRONG = "000000"


@pytest.fixture(autouse=True)
def empty_counters():
    cache.clear()


@pytest.fixture
def secret():
    return generate_totp_secret()


@pytest.fixture
def anna(secret):
    """A publisher with an app on a phone."""
    user = with_password_alone(member("publisher", name="anna"))
    TOTP.activate(user, secret)
    return user


def at_the_door(user, **headers):
    """A client that has given the password, and is asked for the second factor."""
    client = Client(**headers)
    assert try_to_log_in(client, user.email)["Location"] == f"{FACTORS}authenticate/"
    return client


def says(client, code):
    answer = client.post(f"{FACTORS}authenticate/", {"code": code})
    return "let in" if answer.status_code == 302 else answer.content.decode()


# Guessing


def test_five_guesses_in_five_minutes(anna, secret, time_machine):  # gate 2.3
    for number in range(5):
        assert "Incorrect code" in says(at_the_door(anna, REMOTE_ADDR=f"192.0.2.{number}"), WRONG)

    assert "Too many failed" in says(at_the_door(anna, REMOTE_ADDR="192.0.2.99"), code_of(secret))
    time_machine(timedelta(minutes=6))
    assert says(at_the_door(anna), code_of(secret)) == "let in"


def test_twenty_guesses_an_hour(anna, secret, time_machine):  # gate 2.3
    for _ in range(4):
        for number in range(5):
            assert "Incorrect code" in says(at_the_door(anna, REMOTE_ADDR=f"192.0.2.{number}"), WRONG)
        time_machine(timedelta(minutes=6))

    assert "Too many failed" in says(at_the_door(anna), code_of(secret))
    time_machine(timedelta(minutes=60))
    assert says(at_the_door(anna), code_of(secret)) == "let in"


def test_who_is_let_in_forgives_no_guesses_of_others(anna, secret):
    for _ in range(4):
        says(at_the_door(anna), WRONG)
    assert says(at_the_door(anna), code_of(secret)) == "let in"

    assert "Incorrect code" in says(at_the_door(anna), WRONG)
    assert "Too many failed" in says(at_the_door(anna), WRONG)


def test_guesses_for_one_account_stop_nobody_else(anna, secret):
    bert = with_password_alone(member("publisher", name="bert"))
    TOTP.activate(bert, secret)
    for _ in range(6):
        says(at_the_door(anna), WRONG)

    assert says(at_the_door(bert), code_of(secret)) == "let in"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_guesses_are_counted_for_all_processes_together(settings):  # gate 2.3
    settings.SECRET_KEY = "only for this server, which nobody reaches from outside, 0123456789"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    user = with_password(User.objects.create_user("anna@example.org"))
    TOTP.activate(user, generate_totp_secret())
    with started(connection.settings_dict["NAME"]) as (origin, _):
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

        def send(path, values):
            """Each time over a new connection, which any of the processes takes."""
            form = browser.open(origin + path).read().decode()
            [token, *_] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
            body = urllib.parse.urlencode({**values, "csrfmiddlewaretoken": token}).encode()
            return browser.open(origin + path, body).read().decode()

        send("/admin/accounts/login/", {"login": user.email, "password": PASSWORD})
        answers = [send(f"{FACTORS}authenticate/", {"code": WRONG}) for _ in range(12)]

    assert ["Incorrect code" in answer for answer in answers] == [True] * 5 + [False] * 7
    assert all("Too many failed" in answer for answer in answers[5:])


def test_five_mails_a_day_for_a_new_password(anna, time_machine):  # gate 2.3
    def ask(number):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        return client.post("/admin/accounts/password/reset/", {"email": anna.email.upper()}).status_code

    for number in range(5):
        assert ask(number) == 302
    ask(5)
    assert len(mails()) == 5

    time_machine(timedelta(hours=25))
    ask(6)
    assert len(mails()) == 6


# Recovery codes


def codes_of(client):
    return re.findall(r"<code>(\d+)</code>", client.get(f"{FACTORS}recovery-codes/").content.decode())


@pytest.fixture
def codes(anna):
    """The codes as they were shown, once."""
    RecoveryCodes.activate(anna)
    return codes_of(logged_in(anna))


def test_recovery_codes_are_stored_hashed_as_soon_as_they_are_shown(anna, codes):  # gate 2.2
    kept = Authenticator.objects.get(user=anna, type="recovery_codes")

    assert len(set(codes)) == 10
    assert sorted(kept.data) == ["hashes", "salt", "viewed_at"]
    assert not [code for code in codes if code in str(kept.data)]
    client = logged_in(anna)
    assert codes_of(client) == []
    assert client.get(f"{FACTORS}recovery-codes/download/").status_code == 403
    assert "10 of your codes are not used yet" in client.get(FACTORS).content.decode()


def test_a_recovery_code_works_once(anna, codes):  # gate 2.2
    assert says(at_the_door(anna), f" {codes[3][:4]}-{codes[3][4:]} ") == "let in"

    assert "Incorrect code" in says(at_the_door(anna), codes[3])
    assert says(at_the_door(anna), codes[4]) == "let in"
    assert "8 of your codes" in logged_in(anna).get(FACTORS).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_code_is_hashed_while_nothing_is_locked(anna, codes, monkeypatch):
    inside, slow = [], recovery.hashed

    def hashed(code, salt):
        inside.append(connection.in_atomic_block)
        return slow(code, salt)

    monkeypatch.setattr(recovery, "hashed", hashed)

    assert "Incorrect code" in says(at_the_door(anna), WRONG)
    assert says(at_the_door(anna), codes[0]) == "let in"
    assert inside == [False, False]


def test_codes_that_nobody_has_seen_open_nothing(anna):
    unseen = RecoveryCodes.activate(anna)

    assert "Incorrect code" in says(at_the_door(anna), unseen.generate_codes()[0])


def test_codes_that_were_shown_before_they_were_hashed_still_work(anna):
    before = RecoveryCodes.activate(anna)
    code = before.generate_codes()[0]
    before.instance.data["viewed_at"] = time.time()
    before.instance.save()

    assert says(at_the_door(anna), code) == "let in"
    assert "seed" not in Authenticator.objects.get(user=anna, type="recovery_codes").data


def test_new_codes_take_the_place_of_the_old_ones(anna, codes):
    client = logged_in(anna)
    assert "The 10 codes that you have" in client.get(f"{FACTORS}recovery-codes/generate/").content.decode()
    client.post(f"{FACTORS}recovery-codes/generate/")
    new = codes_of(client)

    assert len(new) == 10
    assert "Incorrect code" in says(at_the_door(anna), codes[0])
    assert says(at_the_door(anna), new[0]) == "let in"


# Passkeys, without a browser


ODD = [
    *(
        "",
        "x",
        "[]",
        "1",
        "null",
        "{}",
        '"x"',
        '{"id": []}',
        '{"response": []}',
        '{"response": {"userHandle": 1}}',
    ),
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA", '
    '"attestationObject": "AA", "authenticatorData": "AA", "signature": "AA", "userHandle": "AA"}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "e30", '
    '"attestationObject": "oA", "authenticatorData": "AA", "signature": "AA", '
    '"userHandle": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}}',
]


@pytest.mark.parametrize("credential", ODD)
def test_whatever_a_browser_says_of_a_passkey_is_answered(anna, credential):  # gate 4.1
    inside, door = logged_in(anna), at_the_door(anna)
    given = {"name": "A", "credential": credential}
    door.get(f"{FACTORS}webauthn/login/", headers={"accept": "application/json"})
    inside.get(f"{FACTORS}webauthn/add/")

    answers = [
        inside.post(f"{FACTORS}webauthn/add/", given),
        inside.post(f"{FACTORS}webauthn/reauthenticate/", given),
        door.post(f"{FACTORS}authenticate/", given),
        Client().post(f"{FACTORS}webauthn/login/", given),
    ]

    assert [answer.status_code for answer in answers] == [200, 302, 200, 302]
    assert answers[1]["Location"] == "/admin/accounts/reauthenticate/"  # she has none
    assert answers[3]["Location"] == "/admin/accounts/login/"
    assert not anna.authenticator_set.filter(type="webauthn").exists()


def passkey_of(user):
    """One that is kept as a browser made it; nobody holds its key."""
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    made = AttestedCredentialData.create(bytes(16), b"a passkey", key)
    about = AttestationObject.create("none", AuthenticatorData.create(bytes(32), 0x41, 0, made), {})
    said = CollectedClientData.create("webauthn.create", bytes(16), "https://testserver")
    credential = {
        "id": websafe_encode(b"a passkey"),
        "rawId": websafe_encode(b"a passkey"),
        "type": "public-key",
        "response": {"clientDataJSON": websafe_encode(said), "attestationObject": websafe_encode(about)},
    }
    return Authenticator.objects.create(
        user=user, type="webauthn", data={"name": "A phone", "credential": credential}
    )


def test_passkeys_that_prove_nothing_are_told(anna):  # gate 5.1
    passkey_of(anna)
    inside, door, stranger, given = logged_in(anna), at_the_door(anna), Client(), {"credential": ODD[-2]}

    door.post(f"{FACTORS}authenticate/", given)
    inside.post(f"{FACTORS}webauthn/reauthenticate/", given)
    stranger.get(f"{FACTORS}webauthn/login/", headers={"accept": "application/json"})
    stranger.post(f"{FACTORS}webauthn/login/", given)

    told = AuditEntry.objects.filter(action="failed").order_by("pk").values_list("identifier", "note")
    assert list(told) == [(str(anna.pk), "A wrong passkey."), ("0", "A wrong passkey.")]


def test_what_the_library_fails_over_is_logged(caplog):
    with pytest.raises(ValidationError, match="The passkey was not taken"):
        taken({}.popitem)

    assert "A passkey was not taken: KeyError" in caplog.text


def test_a_limit_of_guesses_is_no_wrong_passkey(anna):
    passkey_of(anna)
    for _ in range(5):
        says(at_the_door(anna), WRONG)

    at_the_door(anna).post(f"{FACTORS}authenticate/", {"credential": ODD[-2]})

    assert not AuditEntry.objects.filter(note__contains="passkey").exists()


def test_a_passkey_that_fails_is_asked_for_again_with_the_way_back(anna):  # gate 2.6
    passkey_of(anna)
    client, address = logged_in(anna), f"{FACTORS}webauthn/reauthenticate/"
    sent = {"credential": ODD[-2], "next": "/admin/catalogue/technology/"}

    page = client.post(address, sent)

    assert page.status_code == 200
    assert '<input type="hidden" name="next" value="/admin/catalogue/technology/">' in page.content.decode()
    assert list(page.context["form"].errors) == ["credential"]


def test_recovery_codes_alone_are_no_second_factor(anna, codes):  # gate 2.2
    client = logged_in(anna)
    anna.authenticator_set.filter(type="totp").delete()

    assert client.get("/admin/")["Location"] == f"{FACTORS}totp/activate/"


def test_passkeys_of_others_are_not_there(anna):  # gate 3.3
    bert = member("publisher", name="bert")
    theirs = Authenticator.objects.create(
        user=bert, type="webauthn", data={"name": "Their phone", "credential": {}}
    )
    client = logged_in(anna)

    for action in ("edit", "remove"):
        for ask in (client.get, client.post):
            assert ask(f"{FACTORS}webauthn/keys/{theirs.pk}/{action}/", {"name": "Mine"}).status_code == 404
    assert "Their phone" not in client.get(f"{FACTORS}webauthn/").content.decode()
    assert str(Authenticator.objects.get(pk=theirs.pk)) == "Their phone"
