"""Passkeys in a real browser, which plays the authenticator itself: added, used in both ways, renamed, removed."""

import pytest
from allauth.mfa.models import Authenticator
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import expect

from media4sec.records.models import AuditEntry
from tests.people import member
from tests.test_corrections_browser import DESK, NARROW, RULES

# The server writes, so that no test may hold a transaction open.
pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "correct horse battery staple zebra"
PAGES = "/admin/accounts/2fa/"


@pytest.fixture(autouse=True)
def over_http(settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "sessionid", "csrftoken"
    cache.clear()


@pytest.fixture
def anna():
    """A publisher without a second factor."""
    user = member("publisher", name="anna")
    user.authenticator_set.all().delete()
    user.set_password(PASSWORD)
    user.save()
    return user


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


def log_in(page, email="anna1@example.org"):
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


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
    assert page.locator("ol code").count() == 10
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
    assert page.url.endswith("/admin/records/record/")
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
    found = {}

    def judge(name):
        for size in (NARROW, DESK):
            page.set_viewport_size(size)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # links change their colour by and by
                page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
                answer = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response
                for violation in answer["violations"]:
                    places = [node["target"] for node in violation["nodes"]][:3]
                    found[f"{name}: {violation['id']} at {size['width']} {scheme}"] = places
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > size["width"]:
                found[f"{name} at {size['width']}"] = wide

    judge("log-in")
    log_in(page)
    page.get_by_role("link", name="A passkey").click()
    judge("add")
    add_passkey(page, name="averylongnamethatnobodywouldwrite")
    judge("codes")
    for name in ("", "webauthn/", "recovery-codes/", "recovery-codes/generate/", "webauthn/reauthenticate/"):
        page.goto(f"{live_server.url}{PAGES}{name}")
        judge(name or "index")
    page.goto(f"{live_server.url}{PAGES}webauthn/")
    for name in ("Rename", "remove"):
        page.get_by_role("link", name=name).click()
        judge(name)
        page.go_back()
    log_out(page)
    log_in(page)
    judge("second factor")

    assert not found
