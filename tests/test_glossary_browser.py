"""The note beside a glossary term, in a browser: pointer, keyboard, and no script."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db
PAGE = "/technologies/T-017-tor-browser/"


@pytest.fixture
def page(browser_page, portal_server):
    page = browser_page(viewport={"width": 1280, "height": 800})
    page.goto(portal_server + PAGE)
    return page


def opened(page):
    return page.locator(".term-note:popover-open")


def test_note_opens_on_hover_stays_under_the_pointer_and_closes(page):  # gate 7.2
    link = page.locator("a.term").first
    link.hover()
    opened(page).wait_for()

    opened(page).hover()
    page.wait_for_timeout(400)
    assert opened(page).count() == 1

    page.mouse.move(0, 0)
    opened(page).wait_for(state="detached")


def test_note_opens_on_focus_and_escape_closes_it(page):  # gate 7.2
    link = page.locator("a.term").first
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(opened(page)).to_have_count(1)

    box = opened(page).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280

    page.keyboard.press("Escape")
    expect(opened(page)).to_have_count(0)
    expect(link).to_be_focused()


def test_note_closes_when_the_focus_goes_on(page):  # gate 7.2
    link = page.locator("a.term").first
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(opened(page)).to_have_count(1)

    page.keyboard.press("/")  # not to another term, whose note would close this one

    expect(page.locator("[data-search]")).to_be_focused()
    expect(opened(page)).to_have_count(0)


def test_link_leads_to_the_definition_without_script(browser_page, portal_server):  # gate 7.6
    page = browser_page(java_script_enabled=False)
    page.goto(portal_server + PAGE)
    assert page.locator("[data-print]").is_hidden()
    words = page.locator("a.term").first.inner_text()

    page.locator("a.term").first.click()

    expect(page.locator("h1 dfn")).to_have_text(re.compile(f"^{re.escape(words[:3])}", re.IGNORECASE))
    expect(page.locator(".term-note").first).to_be_hidden()
