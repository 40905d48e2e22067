"""A day in the back-office: from the invitation to the public page, by keyboard, on a telephone, with script or not."""

import re

import pytest
from playwright.sync_api import expect

from media4sec.accounts.invitations import invite, link_for
from media4sec.records.models import Record, Team
from tests.browsing import DESK, NARROW, NARROW_AND_WIDE, barriers, log_in, no_complaints
from tests.factories import fresh, make
from tests.people import PASSWORD, code_of, member, owned, with_password_alone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("over_http")]


@pytest.fixture
def team(partner):
    return Team.objects.create(owner=partner)


def here(server, link):
    return server + re.sub(r"^https?://[^/]+", "", link)


def begin(page, server, email, secret=""):
    """Log in, with a second factor if there is one, as far as the start page."""
    page.goto(f"{server}/admin/")
    log_in(page, email)
    if secret:
        page.get_by_label("Code").fill(code_of(secret))
        with page.expect_navigation():
            page.keyboard.press("Enter")
        if page.get_by_label("Code").is_visible():  # the half minute of the code was over when it came
            page.get_by_label("Code").fill(code_of(secret))
            page.keyboard.press("Enter")
    expect(page).to_have_url(f"{server}/admin/")


@pytest.mark.parametrize(("size", "script"), [(NARROW, True), (DESK, False)])
def test_from_the_invitation_to_the_second_factor(browser_page, live_server, team, size, script):
    user = invite(team, "publisher", email="anna@example.org", name="Anna")
    page = browser_page(viewport=size, java_script_enabled=script)
    with no_complaints(page):
        page.goto(here(live_server.url, link_for(user)))
        for label in ("New Password", "New Password (again)"):
            page.get_by_label(label, exact=False).nth(0 if "again" not in label else -1).fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Your password is now changed.")).to_be_visible()

        page.goto(f"{live_server.url}/admin/")
        log_in(page, "anna@example.org")
        expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
        page.goto(f"{live_server.url}/admin/catalogue/technology/")  # there is no way around it
        secret = page.get_by_role("textbox", name="Key").input_value()
        page.get_by_label("Authenticator code").fill(code_of(secret))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()
        expect(page.locator("ol code")).to_have_text([re.compile(r"^\d{8}$")] * 10)
        page.goto(f"{live_server.url}/admin/")
        expect(page.get_by_role("link", name="Technologies", exact=True).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"] if script else True


def test_a_day_from_a_draft_to_the_public_page(browser_page, live_server, partner, team):
    writer = with_password_alone(member("contributor", partner=partner, name="writer"))
    reviewer = with_password_alone(member("reviewer", partner=partner, name="reviewer"))
    publisher = with_password_alone(member("publisher", partner=partner, name="publisher"))
    secrets = {user: second_factor(user) for user in (reviewer, publisher)}
    address = f"{live_server.url}/admin/catalogue/technology"
    pages = {user: browser_page(viewport=NARROW) for user in (writer, reviewer, publisher)}
    for user, page in pages.items():
        begin(page, live_server.url, user.email, secrets.get(user, ""))

    page = pages[writer]
    page.goto(f"{address}/add/")
    page.locator("#id_title").fill("A watcher of forums")
    page.locator("#id_technology_kind").select_option("software")
    page.get_by_role("button", name="Save and submit …").click()
    expect(page.get_by_text("No source")).to_be_visible()
    page.get_by_label("Note for the reviewers").fill("Is this right?")
    page.get_by_role("button", name="Submit", exact=True).press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("waits for a review.")
    record = Record.objects.get(title="A watcher of forums")
    assert (record.state, record.owner_id) == ("in-review", partner.pk)

    page = pages[reviewer]
    page.goto(f"{address}/{record.pk}/change/")
    page.get_by_role("link", name="Comment on: Country").press("Enter")
    expect(page.get_by_label("About")).to_have_value("country")
    page.get_by_role("textbox", name="Comment").fill("Is it not from the Netherlands?")
    page.get_by_role("button", name="Comment", exact=True).press("Enter")
    expect(page.get_by_text("Is it not from the Netherlands?")).to_be_visible()
    page.goto(f"{address}/{record.pk}/send-back/")
    expect(page.get_by_text("Is this right?")).to_be_visible()
    expect(page.get_by_role("heading", name="1 comment is open")).to_be_visible()
    page.get_by_role("textbox", name="What is missing").fill("Say what it is for.")
    page.get_by_role("button", name="Send back").press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("was sent back.")

    page = pages[writer]
    page.goto(f"{address}/{record.pk}/change/")
    expect(page.get_by_text("Say what it is for.")).to_be_visible()
    beside = page.locator(".field-country")
    expect(beside.get_by_text("Is it not from the Netherlands?")).to_be_visible()
    page.locator("#id_country").fill("NL")
    page.locator("#id_summary").fill("It tells who writes where.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_be_visible()
    page.goto(f"{live_server.url}/admin/")
    waits = page.get_by_role("region", name="Comments for you")
    waits.get_by_role("link", name="A watcher of forums").press("Enter")
    expect(page.get_by_text("The field has changed since then.")).to_be_visible()
    page.get_by_role("textbox", name="Answer").fill("It is. Changed.")
    page.get_by_role("button", name="Resolve").press("Enter")
    expect(page.get_by_text("The comment is resolved.")).to_be_visible()
    expect(page.get_by_text("No comment is open.")).to_be_visible()
    page.goto(f"{address}/{record.pk}/submit/")
    page.get_by_role("button", name="Submit", exact=True).press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("waits for a review.")

    page = pages[reviewer]
    page.goto(f"{address}/{record.pk}/approve/")
    page.get_by_role("button", name="Approve").press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("is approved.")
    assert fresh(record).state == "approved"
    page.goto(f"{address}/{record.pk}/publish/")
    expect(page.get_by_role("heading", name="You may not open this page")).to_be_visible()

    page = pages[publisher]
    page.goto(f"{address}/{record.pk}/publish/")
    page.get_by_role("button", name="Publish", exact=True).press("Enter")
    expect(page.get_by_text("is published.")).to_be_visible()
    page.goto(live_server.url + fresh(record).url)
    expect(page.get_by_role("heading", name="A watcher of forums")).to_be_visible()
    expect(page.get_by_text("It tells who writes where.").first).to_be_visible()


def second_factor(user):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


@pytest.mark.parametrize(("size", "look"), NARROW_AND_WIDE, ids=["narrow", "desk"])
def test_pages_about_accounts_and_steps_have_no_barriers(
    browser_page, live_server, partner, team, size, look
):
    user = with_password_alone(member("contributor", "administrator", partner=partner, name="anna"))
    secret = second_factor(user)
    record = owned(make("technology"), partner)
    page = browser_page(viewport=size, bypass_csp=True)
    found = {}
    own = "/admin/accounts"
    before = [f"{own}/login/", f"{own}/password/reset/", f"{own}/signup/"]
    after = ["/admin/", f"{own}/2fa/", f"{own}/sessions/", f"{own}/password/change/", "/admin/records/team/"]
    after += [f"/admin/records/team/{team.pk}/change/", f"/admin/records/team/{team.pk}/invite/"]
    after += [f"/admin/catalogue/technology/{record.pk}/{step}/" for step in ("change", "submit", "history")]
    for address in before:
        page.goto(live_server.url + address)
        found |= barriers(page, address, [(size, look)])
    begin(page, live_server.url, user.email, secret)
    for address in after:
        page.goto(live_server.url + address)
        found |= barriers(page, address, [(size, look)])
    assert found == {}
