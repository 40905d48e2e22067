"""My list in a browser: kept there and nowhere else, in step in two tabs, and in nobody's way where nothing is kept."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsing import PHONE, barriers

pytestmark = pytest.mark.django_db

TOOL, OTHER = "/technologies/T-001-publicsonar/", "/technologies/T-005-hootsuite/"
ADD, REMOVE = "Add to my list", "Remove from my list"


def kept_in(page):
    return page.evaluate("localStorage.getItem('my-list')")


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def about(page, name, what):
    """A button that says for screen readers what it is about."""
    return page.get_by_role("button", name=re.compile(f"{name} ?: {re.escape(what)}"))


def count_of(page):
    return page.locator("[data-my-list]")


def names_on(page):
    return page.locator("ol.rows > li").evaluate_all("all => all.map((one) => one.dataset.listName)")


def test_records_are_kept_from_page_to_page_and_shown_in_their_order(browser_page, portal_server):
    page = browser_page()
    page.goto(portal_server + TOOL)
    press(page, ADD)
    expect(count_of(page)).to_contain_text("My list (1)")
    expect(page.get_by_role("button", name=REMOVE, exact=True)).to_be_visible()

    page.goto(f"{portal_server}/themes/")
    about(page, ADD, "The Dark Web").click()
    expect(count_of(page)).to_contain_text("My list (2)")
    count_of(page).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("A list of 2 records")
    assert page.url == f"{portal_server}/list/?ids=T-001,theme:dark-web"
    assert names_on(page) == ["T-001", "theme:dark-web"]
    expect(page.locator("[data-list-other]")).to_be_hidden()

    about(page, "Move up", "theme:dark-web").click()
    page.wait_for_url("**/list/?ids=theme:dark-web,T-001")
    assert kept_in(page) == "theme:dark-web,T-001"
    about(page, "Remove", "T-001").click()
    page.wait_for_url("**/list/?ids=theme:dark-web")
    assert kept_in(page) == "theme:dark-web"
    page.get_by_label("Numbers or names").fill("t-005")
    press(page, "Add")
    page.wait_for_url("**/list/?ids=theme:dark-web,T-005")
    assert kept_in(page) == "theme:dark-web,T-005"

    page.get_by_role("link", name="Clear").click()
    page.wait_for_url("**/list/")
    assert kept_in(page) is None
    expect(count_of(page)).to_have_text("My list")


def test_a_list_of_somebody_else_does_not_replace_ones_own(browser_page, portal_server):
    page = browser_page()
    page.goto(portal_server + TOOL)
    press(page, ADD)

    page.goto(f"{portal_server}/list/?ids=T-005,T-003&since=1")
    expect(page.get_by_text("In your browser is another list, of 1 records.")).to_be_visible()
    assert kept_in(page) == "T-001"
    about(page, "Remove", "T-003").click()
    page.wait_for_url("**/list/?ids=T-005&since=1")
    assert kept_in(page) == "T-001"
    press(page, "Add these to my list")
    page.wait_for_url("**/list/?ids=T-001,T-005")
    assert kept_in(page) == "T-001,T-005"

    page.goto(f"{portal_server}/list/?ids=T-003")
    press(page, "Keep this one as my list")
    expect(page.locator("[data-list-other]")).to_be_hidden()
    assert kept_in(page) == "T-003"


def test_two_tabs_are_in_step(browser_page, portal_server):
    page = browser_page()
    page.goto(portal_server + TOOL)
    other = page.context.new_page()
    other.goto(portal_server + TOOL)
    third = page.context.new_page()

    press(page, ADD)
    expect(count_of(other)).to_contain_text("My list (1)")
    expect(other.get_by_role("button", name=REMOVE, exact=True)).to_be_visible()
    third.goto(f"{portal_server}/list/")
    third.wait_for_url("**/list/?ids=T-001")

    press(other, REMOVE)
    expect(count_of(page)).to_have_text("My list")
    third.wait_for_url("**/list/")


def test_rows_that_a_filter_brings_can_be_kept_too(browser_page, portal_server):
    page = browser_page()
    page.goto(f"{portal_server}/technologies/")
    page.locator("#results li[data-list-name] button").first.wait_for()

    page.locator("#sort").select_option("-title")
    page.wait_for_url("**sort=-title**")

    rows = page.locator("#results li[data-list-name]")
    assert rows.count() == page.locator("#results button[data-list-name]").count() == 25
    rows.first.get_by_role("button", name=ADD).click()
    assert kept_in(page) == rows.first.get_attribute("data-list-name")


FAILING = {
    "none": "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })",
    "full": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }",
    "odd": "localStorage.setItem('my-list', '<b>,T-001\\u0000,, ,/etc/passwd')",
}


@pytest.mark.parametrize("how", FAILING)
def test_no_page_breaks_where_nothing_can_be_kept(browser_page, portal_server, how):
    page, wrong = browser_page(), []
    page.on("pageerror", lambda error: wrong.append(error))
    page.add_init_script(FAILING[how])

    for address in (TOOL, "/technologies/", "/list/", "/list/?ids=T-001", "/search/?q=missing"):
        page.goto(portal_server + address)
    page.goto(portal_server + TOOL)
    page.locator("[data-list-name]").filter(has_text=ADD).first.click()

    assert wrong == []
    expect(count_of(page)).to_contain_text("My list")
    if how == "none":
        page.wait_for_url("**/list/?ids=T-001")
        assert names_on(page) == ["T-001"]


def test_a_list_holds_a_hundred(browser_page, portal_server):
    page = browser_page()
    page.goto(portal_server + TOOL)
    names = [f"T-{number:03}" for number in range(2, 102)]
    page.evaluate("names => localStorage.setItem('my-list', names.join(','))", names)
    page.reload()

    expect(page.get_by_role("button", name="Your list is full")).to_be_disabled()
    expect(count_of(page)).to_contain_text("My list (100)")


def test_without_a_script_the_address_is_the_list(browser_page, portal_server):
    page = browser_page(java_script_enabled=False, viewport=PHONE)
    page.goto(portal_server + TOOL)
    page.get_by_role("link", name=ADD).click()
    assert page.url == f"{portal_server}/list/?ids=T-001"

    page.get_by_label("Numbers or names").fill("T-005, theme:dark-web")
    press(page, "Add")
    about(page, "Move up", "T-005").click()
    about(page, "Remove", "T-001").click()

    assert page.url == f"{portal_server}/list/?ids=T-005,theme:dark-web"
    assert names_on(page) == ["T-005", "theme:dark-web"]
    assert page.locator("button:visible, a:visible").filter(has_text="Copy link").count() == 0
    page.get_by_role("link", name="Link to this list").click()
    expect(page.get_by_role("heading", name="Nothing has changed since you cited it")).to_be_visible()


def test_the_link_is_copied_with_the_number_of_the_newest_change(browser_page, portal_server):
    page = browser_page()
    page.goto(f"{portal_server}/list/?ids=T-001")
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text }")

    press(page, "Copy link")
    page.get_by_text("Copied", exact=True).wait_for()

    assert page.evaluate("copied").startswith(f"{portal_server}/list/?ids=T-001&since=")


@pytest.mark.parametrize(
    "address", ["/list/", "/list/?ids=T-001,T-900,X-9,theme:dark-web&since=1", "/since/1/"]
)
def test_nothing_bars_anybody(browser_page, portal_server, address):
    page = browser_page(bypass_csp=True, viewport=PHONE)
    page.goto(portal_server + address)

    assert barriers(page, address) == {}
