"""The interface in long words and in another alphabet: nothing breaks out of a narrow screen, or breaks the policy."""

import pytest

from tests.browsing import DESK, LISTEN, NARROW
from tests.pages import IN_ENGLISH, in_turn

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def page(chromium):
    """One for all, which is only looked at: a new one takes longer than to look."""
    context = chromium.new_context(viewport=NARROW)
    context.add_init_script(LISTEN)
    yield context.new_page()
    context.close()


# gate 1.1, gate 7.3
@pytest.mark.parametrize("name", IN_ENGLISH)
def test_nothing_breaks_out_in_german_and_greek(name, page, portal_server, pytestconfig):
    for code in in_turn(name, ["de", "el"], pytestconfig):
        page.goto(f"{portal_server}/{code}{IN_ENGLISH[name]}")
        wide = page.evaluate(
            """() => [...document.querySelectorAll("body *")]
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, pre"))
            .map(e => e.tagName + "." + e.className).slice(0, 5)"""
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], (code, wide)
        assert page.evaluate("violations") == [], code


# gate 7.6
@pytest.mark.parametrize("size", [NARROW, DESK], ids=["narrow", "desk"])
def test_the_language_is_chosen_without_scripts_and_by_keys(size, browser_page, portal_server):
    page = browser_page(viewport=size, java_script_enabled=False)
    page.goto(f"{portal_server}/technologies/?q=radio")
    summary = page.locator(".languages summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{portal_server}/de/technologies/?q=radio")
    assert page.locator("html").get_attribute("lang") == "de"
    assert page.context.cookies() == []
