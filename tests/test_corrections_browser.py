"""A report in a real browser: without scripts, with keys alone, on narrow screens, without barriers or cookies."""

import re
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from tests.browsing import DESK, NARROW, NARROW_AND_WIDE, PHONE, barriers
from tests.factories import published

# The server writes, so that no test may hold a transaction open.
pytestmark = pytest.mark.django_db(transaction=True)
FORM = "/corrections/new/?record=technology:T-001"
STATES = ["form", "errors", "receipt", "unknown"]


@pytest.fixture
def server(live_server):
    cache.clear()
    published("technology", identifier="T-001", title="PublicSonar", slug="publicsonar")
    return live_server.url


def open_state(page, server, state, language=""):
    """Bring a page to the form, to the form with errors, to a receipt, or to a receipt that there is not."""
    if state == "unknown":
        page.goto(f"{server}{language}/corrections/?receipt=BCDF-2345-GHJK")
        return
    page.goto(f"{server}{language}{FORM}")
    if state == "form":
        return
    if state == "receipt":
        page.locator("#category-3").check()
        page.locator("#text").fill("This tool was closed down.")
    else:
        page.locator("#contact").fill("nobody")
    with page.expect_navigation():
        page.locator("#send").click()


@pytest.mark.parametrize("state", STATES)
def test_no_barriers(state, browser_page, server):  # gates 7.1, 7.4
    page = browser_page(bypass_csp=True, reduced_motion="reduce")
    open_state(page, server, state)

    assert barriers(page, state, at=(*NARROW_AND_WIDE, (DESK, "forced"))) == {}


@pytest.mark.parametrize("language", ["", "/de", "/el"])
def test_never_scrolls_sideways(language, browser_page, server):  # gate 7.3
    page = browser_page(viewport=NARROW)
    widths = {}
    for state in STATES:
        open_state(page, server, state, language)
        widths[state] = page.evaluate("document.documentElement.scrollWidth")

    assert {state: width for state, width in widths.items() if width > NARROW["width"]} == {}


def test_the_whole_way_without_scripts(browser_page, server):  # gates 7.6, 8.5
    page = browser_page(viewport=PHONE, java_script_enabled=False)
    page.goto(f"{server}/technologies/T-001-publicsonar/")
    page.locator("footer").get_by_role("link", name="Suggest a correction").click()
    page.goto(f"{server}{FORM}")
    page.get_by_role("textbox", name="What is wrong?").fill("The maker is called otherwise.")
    page.get_by_label("Your e-mail address (optional)").fill("nobody")
    page.get_by_role("button", name="Send the report").click()

    summary = page.get_by_role("alert")
    wrong = ["Choose what kind of problem it is.", "The e-mail address must look like name@example.org."]
    expect(summary.get_by_role("link")).to_have_text(wrong)
    expect(page.locator("#text")).to_have_value("The maker is called otherwise.")
    summary.get_by_role("link", name="e-mail").click()
    expect(page).to_have_url(re.compile("#contact$"))

    page.get_by_label("Your e-mail address (optional)").fill("me@example.org")
    page.get_by_role("radio", name="Error in the content").check()
    page.get_by_role("button", name="Send the report").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your report has arrived")
    receipt = page.locator(".plate-id").inner_text()
    expect(page).to_have_url(f"{server}/corrections/{receipt}/")
    page.reload()
    expect(page.locator(".plate-id")).to_have_text(receipt)

    page.goto(f"{server}/corrections/")
    page.get_by_label("Your receipt number").fill(receipt.lower().replace("-", " "))
    page.get_by_role("button", name="Show the report").click()
    expect(page.locator(".plate-id")).to_have_text(receipt)


def test_keys_alone_send_a_report(browser_page, server):  # gate 7.2
    page = browser_page(viewport=DESK)
    page.goto(f"{server}{FORM}")

    def tab_to(identifier):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == identifier:
                return
        raise AssertionError(f"{identifier} is not reached")

    tab_to("category-0")
    page.keyboard.press("ArrowDown")
    assert page.locator("#category-1").is_checked()
    tab_to("text")
    page.keyboard.type("My name stands here.")
    reached = []
    while not reached or reached[-1] != "send":
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
        assert page.evaluate(
            "getComputedStyle(document.activeElement).outlineStyle !== 'none'"
            " && parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2"
        )
    assert reached == ["part", "source", "contact", "send"]  # and nothing that nobody sees
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Your report has arrived")


def test_errors_have_the_focus(browser_page, server):  # gate 7.5
    page = browser_page(viewport=DESK)
    open_state(page, server, "errors")

    page.wait_for_function("document.activeElement.getAttribute('role') === 'alert'")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#category-0")).to_be_focused()


@pytest.mark.parametrize("state", STATES)
def test_keeps_to_itself(state, browser_page, server):  # gates 1.1, 8.1
    page = browser_page(viewport=DESK)
    complaints, hosts = [], set()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))

    open_state(page, server, state)
    page.wait_for_load_state("networkidle")

    # Chromium itself mentions the status of the page.
    assert [text for text in complaints if "Failed to load resource" not in text] == []
    assert hosts == {urlsplit(server).netloc}
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
