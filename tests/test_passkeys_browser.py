"""Passkeys in a real browser, which plays the authenticator itself: added, used in both ways, renamed, removed."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from playwright.sync_api import expect

from media4sec.records.models import AuditEntry
from tests.browsing import DESK, barriers, log_in
from tests.people import member, with_password_alone

# The server writes, so that no test may hold a transaction open.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("over_http")]
PAGES = "/admin/accounts/2fa/"


@pytest.fixture(autouse=True)
def empty_counters():
    cache.clear()


@pytest.fixture
def anna():
    """A publisher without a second factor."""
    return with_password_alone(member("publisher", name="anna"))


@pytest.fixture
def complaints():
    return []


@pytest.fixture
def page(browser_page, live_server, complaints):
    """A browser with a device of its own for passkeys."""
    page = browser_page(viewport=DESK)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    with_device(page)
    page.goto(f"{live_server.url}/admin/")
    return page


def with_device(page, **more):
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device = session.send("WebAuthn.addVirtualAuthenticator", {"options": options | more})["authenticatorId"]
    return session, device


def log_out(page):
    page.get_by_role("link", name="MEDI@4SEC back-office").click()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("link", name="Log in again").click()


def add_passkey(page, *, name, alone=False):
    page.get_by_label("Name").fill(name)
    page.get_by_label("Log in with it alone").set_checked(alone)
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url(lambda address: "/add/" not in address)


# gates 1.1, 2.2
def test_a_passkey_is_added_and_is_the_second_factor(page, anna, complaints):
    log_in(page)
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    page.get_by_role("link", name="A passkey").click()
    add_passkey(page, name="My phone")

    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    expect(page.locator("ol code")).to_have_count(10)
    page.get_by_role("link", name="I have written them down").click()
    expect(page.get_by_role("heading", name="What waits for you")).to_be_visible()

    log_out(page)
    log_in(page)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="What waits for you")).to_be_visible()
    kept = anna.authenticator_set.get(type=Authenticator.Type.WEBAUTHN)
    assert (str(kept), kept.last_used_at is not None) == ("My phone", True)
    notes = AuditEntry.objects.filter(kind_name="account", identifier=anna.pk).values_list("note", flat=True)
    assert "Added: a passkey." in notes
    assert "With password and a passkey." in notes
    assert complaints == []


def test_a_passkey_that_asks_who_it_is_logs_in_alone(page, anna, live_server, complaints):
    log_in(page)
    page.get_by_role("link", name="A passkey").click()
    add_passkey(page, name="My phone", alone=True)
    log_out(page)
    page.goto(f"{live_server.url}/admin/records/record/")

    page.get_by_role("button", name="Log in with a passkey").click()

    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    expect(page).to_have_url(f"{live_server.url}/admin/records/record/")
    assert complaints == []


def test_passkeys_are_renamed_and_removed(page, anna, live_server, complaints):
    log_in(page)
    page.get_by_role("link", name="A passkey").click()
    add_passkey(page, name="My phone")
    page.goto(f"{live_server.url}{PAGES}webauthn/")

    page.get_by_role("link", name="Rename My phone").click()
    page.get_by_label("Name").fill("Desk")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("rowheader", name="Desk")).to_be_visible()
    page.get_by_role("link", name="remove Desk").click()
    page.get_by_role("button", name="Remove").click()

    expect(page.get_by_text("You have no passkey.")).to_be_visible()
    assert not anna.authenticator_set.exists()  # no recovery codes without a factor
    page.goto(f"{live_server.url}/admin/")
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    assert complaints == []


def test_a_device_that_refuses_is_told_in_words(page, anna, live_server):
    log_in(page)
    page.get_by_role("link", name="A passkey").click()
    add_passkey(page, name="My phone")
    page.goto(f"{live_server.url}{PAGES}webauthn/add/")
    page.get_by_role("button", name="Add a passkey").click()

    expect(page.get_by_role("status")).to_have_text("This device has a passkey for your account already.")
    assert anna.authenticator_set.filter(type=Authenticator.Type.WEBAUTHN).count() == 1


def test_without_scripts_another_factor_is_offered(browser_page, anna, live_server):  # gate 7.6
    page = browser_page(java_script_enabled=False)
    page.goto(f"{live_server.url}/admin/")
    expect(page.get_by_role("button", name="Log in with a passkey")).to_be_hidden()
    log_in(page)
    page.get_by_role("link", name="A passkey").click()

    expect(page.get_by_text("Passkeys need a script")).to_be_visible()
    expect(page.get_by_role("button", name="Add a passkey")).to_be_hidden()
    page.get_by_role("link", name="An app that shows six figures").click()
    expect(page.get_by_role("textbox", name="Key")).to_be_visible()


def test_no_barriers(browser_page, anna, live_server):  # gates 7.1, 7.3, 7.4
    page = browser_page(bypass_csp=True, reduced_motion="reduce")
    with_device(page)
    page.goto(f"{live_server.url}/admin/")
    found = barriers(page, "log-in")
    log_in(page)
    page.get_by_role("link", name="A passkey").click()
    found |= barriers(page, "add")
    add_passkey(page, name="averylongnamethatnobodywouldwrite")
    found |= barriers(page, "codes")
    for name in ("", "webauthn/", "recovery-codes/", "recovery-codes/generate/", "webauthn/reauthenticate/"):
        page.goto(f"{live_server.url}{PAGES}{name}")
        found |= barriers(page, name or "index")
    page.goto(f"{live_server.url}{PAGES}webauthn/")
    for name in ("Rename", "remove"):
        page.get_by_role("link", name=name).click()
        found |= barriers(page, name)
        page.go_back()
    log_out(page)
    log_in(page)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    found |= barriers(page, "second factor")

    assert not found
