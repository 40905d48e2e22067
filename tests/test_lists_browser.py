"""Lists in a browser: in place where a script runs, by GET where none does.

Apart from the other tests of lists, as a server of the real content lasts for a whole module.
"""

import contextlib
import re

import pytest
from playwright.sync_api import Error, expect

from tests.browsing import DESK, PHONE

pytestmark = pytest.mark.django_db


@pytest.fixture
def list_page(browser_page, portal_server):
    """A list in a browser, and what its console said; the mark is gone if the page was loaded anew."""

    def open_list(path="/technologies/", **options):
        page = browser_page(**{"viewport": DESK, **options})
        page.messages = []
        page.on("console", lambda message: page.messages.append(message.text))
        page.on("pageerror", lambda error: page.messages.append(str(error)))
        page.goto(portal_server + path)
        if options.get("java_script_enabled", True):
            page.evaluate("window.isSamePage = true")
        return page

    return open_list


def focus_of(page):
    return page.evaluate("document.activeElement.id")


def heading(page):
    return page.locator("#count").inner_text()


def test_filters_change_the_result_in_place(list_page):
    page = list_page()
    box = page.locator("input[name=theme][value=riots-mass-gatherings]")
    number = box.locator("xpath=..").locator("small").text_content()

    box.check()
    page.wait_for_url("**/technologies/?theme=riots-mass-gatherings")
    page.get_by_role("link", name="Remove filter").wait_for()

    assert heading(page) == f"{number} of 193 technologies"
    expect(page.locator("#list-form + [role=status]")).to_have_text(heading(page))
    expect(box).to_be_focused()
    assert "Theme: Riots and Mass Gatherings" in page.title()
    assert page.locator("link[type='application/atom+xml']").get_attribute("href") == (
        "/feeds/technologies.atom?theme=riots-mass-gatherings"
    )

    page.get_by_role("link", name="Remove filter").click()
    page.wait_for_url("**/technologies/")
    page.get_by_role("link", name="Remove filter").wait_for(state="detached")
    assert (heading(page), focus_of(page), box.is_checked()) == ("193 technologies", "count", False)

    page.go_back()
    page.get_by_role("link", name="Remove filter").wait_for()
    assert (heading(page), box.is_checked()) == (f"{number} of 193 technologies", True)
    assert page.evaluate("window.isSamePage")
    assert page.messages == []


def test_a_result_that_comes_late_replaces_no_newer_one(list_page):
    page, held = list_page(), []
    first = re.compile("theme=riots-mass-gatherings$")
    page.route(first, lambda route: held.append(route))  # answered below, after the next question
    with page.expect_request(first):
        page.locator("input[name=theme][value=riots-mass-gatherings]").check()

    page.locator("input[name=theme][value=riots-mass-gatherings]").uncheck()
    page.locator("input[name=theme][value=dark-web]").check()
    page.wait_for_url("**/technologies/?theme=dark-web")
    newer = heading(page)
    with contextlib.suppress(Error):  # nobody waits for it any more
        held[0].continue_()
    page.wait_for_timeout(500)

    assert newer != "193 technologies"
    assert (heading(page), page.url.partition("?")[2]) == (newer, "theme=dark-web")


def test_views_orders_and_pages_change_in_place_and_keep_focus_and_choice(list_page):
    page = list_page()
    first = page.locator("input[name=ids]").first
    first.check()
    chosen = first.get_attribute("value")

    page.locator("#view-table").focus()
    page.keyboard.press("Enter")
    page.locator("table.table").wait_for()
    assert focus_of(page) == "view-table"

    page.locator("#sort").select_option("-flags")
    page.locator("th[aria-sort=descending]").wait_for()
    assert focus_of(page) in ("sort", "view-table")
    assert not page.locator("[data-sort]").is_visible()

    page.locator("a[rel=next]").click()
    page.wait_for_url("**page=2")
    page.get_by_role("link", name="Previous").wait_for()
    assert focus_of(page) == "count"

    page.get_by_role("button", name="Compare chosen").click()
    page.wait_for_url(f"**/technologies/compare/?ids={chosen}")
    assert page.messages == []


def test_words_change_the_boxes_too(list_page):
    page = list_page()

    page.locator("#words").fill("police")
    page.keyboard.press("Enter")
    page.wait_for_url("**/technologies/?q=police")
    page.get_by_role("link", name="Remove filter").wait_for()

    assert focus_of(page) == "words"
    assert page.evaluate("window.isSamePage")
    numbers = page.locator("fieldset:has(legend:text-is('Status')) .option small").all_text_contents()
    assert sum(int(text.split()[0]) for text in numbers) == int(heading(page).split()[0])
    assert page.messages == []


def test_a_search_is_filtered_in_place(list_page):
    page = list_page("/search/?q=police")

    page.locator("input[name=lens][value=good]").check()
    page.wait_for_url("**/search/?q=police&lens=good")
    page.get_by_role("link", name="Remove filter").wait_for()

    assert page.evaluate("window.isSamePage")
    expect(page.locator("#list-form + [role=status]")).to_have_text(heading(page))
    assert page.messages == []


def test_the_drawer_of_a_phone_closes_on_what_was_chosen(list_page):
    page = list_page(viewport=PHONE)

    page.locator("#open-filters").click()
    page.locator("input[name=theme][value=dark-web]").check()
    page.get_by_role("link", name="Remove filter").wait_for(state="attached")
    expect(page.locator("#filters")).to_be_visible()
    page.get_by_role("button", name="Apply filters").click()
    page.locator("#filters").wait_for(state="hidden")

    expect(page.locator(".chip")).to_be_visible()
    assert page.messages == []


def test_where_the_answer_is_odd_the_browser_goes_there(list_page):
    page = list_page()
    page.route("**/technologies/?view=table", lambda route: route.fulfill(status=503, body="busy"), times=1)

    page.locator("#view-table").click()
    page.locator("table.table").wait_for()

    assert page.evaluate("window.isSamePage") is None


def test_the_link_to_a_result_can_be_copied(list_page):
    page = list_page("/technologies/?theme=dark-web")
    page.context.grant_permissions(["clipboard-write"])

    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Copied", exact=True).wait_for()

    expect(page.locator("[data-copied]")).to_have_attribute("role", "status")


# gate 7.6
def test_everything_works_without_a_script(list_page):
    page = list_page(java_script_enabled=False)
    assert not page.get_by_role("button", name="Copy link").is_visible()

    page.locator("input[name=theme][value=dark-web]").check()
    page.get_by_role("button", name="Apply filters").click()
    page.locator("#sort").select_option("-title")
    page.get_by_role("button", name="Sort").click()
    page.get_by_role("link", name="Table").click()
    for part in ("theme=dark-web", "sort=-title", "view=table"):
        expect(page).to_have_url(re.compile(part))
    page.get_by_role("link", name="Remove filter").click()
    expect(page.locator("#count")).to_have_text("193 technologies")
    page.locator("a[rel=next]").click()
    page.locator("input[name=ids]").nth(0).check()
    page.locator("input[name=ids]").nth(1).check()
    page.get_by_role("button", name="Compare chosen").click()
    expect(page.locator("table.compared")).to_be_visible()


def test_records_are_compared_from_their_list_without_a_script(browser_page, portal_server):  # gate 7.6
    page = browser_page(viewport=DESK, java_script_enabled=False)
    page.goto(f"{portal_server}/technologies/")

    page.get_by_role("button", name="Compare chosen").click()
    page.get_by_label("Record 1").select_option("T-001")
    page.get_by_label("Record 2").select_option("T-005")
    page.get_by_role("button", name="Compare").click()

    expect(page).to_have_url(f"{portal_server}/technologies/compare/?ids=T-001,T-005")
    expect(page.locator("table.compared thead th")).to_have_count(2)
    page.get_by_role("link", name="Show only what differs").click()
    expect(page.locator("table.compared tbody tr.differs")).not_to_have_count(0)
    expect(page.locator("table.compared tbody tr:not(.differs, .group-row)")).to_have_count(0)
