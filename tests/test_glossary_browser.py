"""The note beside a glossary term, in a browser: pointer, keyboard, and no script."""

import pytest

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
    assert link.evaluate("element => element === document.activeElement")
    assert opened(page).count() == 1

    box = opened(page).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280

    page.keyboard.press("Escape")
    assert opened(page).count() == 0
    assert link.evaluate("element => element === document.activeElement")


def test_note_closes_when_the_focus_goes_on(page):  # gate 7.2
    link = page.locator("a.term").first
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert opened(page).count() == 1

    page.keyboard.press("/")  # not to another term, whose note would close this one

    assert page.evaluate("document.activeElement.matches('[data-search]')")
    assert opened(page).count() == 0


def test_link_leads_to_the_definition_without_script(browser_page, portal_server):  # gate 7.6
    page = browser_page(java_script_enabled=False)
    page.goto(portal_server + PAGE)
    assert page.locator("[data-print]").is_hidden()
    words = page.locator("a.term").first.inner_text()

    page.locator("a.term").first.click()

    assert page.locator("h1 dfn").inner_text().casefold().startswith(words.casefold()[:3])
    assert page.locator(".term-note").first.is_hidden()
