"""Suggestions while typing, in a real browser: by keyboard and by hand, said aloud, and not needed at all."""

import contextlib
import re

import pytest
from playwright.sync_api import Error, expect

from tests.browsing import axe

pytestmark = pytest.mark.django_db


def state(page):
    """What assistive technology hears of the box."""
    return page.evaluate(
        """() => {
          const box = document.querySelector("[data-search]");
          const list = document.getElementById(box.getAttribute("aria-controls"));
          const active = document.getElementById(box.getAttribute("aria-activedescendant"));
          return {
            expanded: box.getAttribute("aria-expanded"),
            shown: list.checkVisibility(),
            options: [...list.children].map((option) => option.firstChild.textContent),
            active: active?.firstChild.textContent ?? null,
            selected: [...list.querySelectorAll("[aria-selected=true] span")].map((name) => name.textContent),
            status: list.nextElementSibling.textContent,
          };
        }"""
    )


def type_words(page, words):
    page.keyboard.press("/")
    with page.expect_response(lambda response: "/search/suggest?" in response.url):
        page.keyboard.type(words)
    page.locator(".search [role=status]").filter(has_text=re.compile(r"\S")).wait_for(state="attached")


# gate 7.2
def test_suggestions_work_by_keyboard_and_are_announced(browser_page, portal_server):
    page = browser_page()
    page.goto(f"{portal_server}/about/")
    type_words(page, "ushah")

    opened = state(page)
    assert opened["options"][0] == "Ushahidi Platform"
    assert opened | {"options": []} == {
        "expanded": "true",
        "shown": True,
        "options": [],
        "active": None,
        "selected": [],
        "status": f"{len(opened['options'])} suggestions",
    }

    page.keyboard.press("ArrowDown")
    assert (state(page)["active"], state(page)["selected"]) == ("Ushahidi Platform", ["Ushahidi Platform"])
    page.keyboard.press("ArrowUp")
    assert (state(page)["active"], state(page)["selected"]) == (None, [])
    page.keyboard.press("ArrowUp")
    assert state(page)["active"] == opened["options"][-1]

    page.keyboard.press("Escape")
    assert (state(page)["expanded"], state(page)["shown"], state(page)["active"]) == ("false", False, None)
    assert page.evaluate("document.activeElement.value") == "ushah"

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/T-003-ushahidi/")


def test_suggestion_can_be_clicked_and_enter_alone_searches(browser_page, portal_server):
    page = browser_page(viewport={"width": 360, "height": 740})
    page.goto(f"{portal_server}/")
    type_words(page, "ushah")
    page.locator("[role=option]").first.click()
    page.wait_for_url("**/T-003-ushahidi/")

    type_words(page, "ushah")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=ushah")


# gate 1.1, gate 7.1
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_open_suggestions_have_no_barriers_and_break_no_policy(browser_page, portal_server, scheme):
    page = browser_page(bypass_csp=True, color_scheme=scheme)
    page.goto(f"{portal_server}/about/")
    type_words(page, "dark")
    page.keyboard.press("ArrowDown")
    assert axe(page, {"resultTypes": ["violations"]})["violations"] == []

    page = browser_page(color_scheme=scheme)
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{portal_server}/about/")
    type_words(page, "dark")
    assert complaints == []
    assert page.evaluate("[Object.keys(localStorage), document.cookie]") == [[], ""]


def test_an_answer_that_comes_late_replaces_no_newer_one(browser_page, portal_server):
    page, held = browser_page(), []
    asks_first = re.compile("/search/suggest[?]q=ush$")
    page.route(asks_first, lambda route: held.append(route))  # answered below, after the next question
    page.goto(f"{portal_server}/about/")
    page.keyboard.press("/")
    with page.expect_request(asks_first):
        page.keyboard.type("ush")

    with page.expect_response(re.compile("/search/suggest[?]q=tor$")):
        page.locator("[data-search]").fill("tor")
    page.locator("[role=option]").first.wait_for()
    newer = state(page)["options"]
    with contextlib.suppress(Error):  # nobody waits for it any more
        held[0].continue_()
    page.wait_for_timeout(500)

    assert "Tor Browser" in newer
    assert state(page)["options"] == newer


# gate 7.6
def test_search_works_without_scripts(browser_page, portal_server):
    page = browser_page(java_script_enabled=False)
    page.goto(f"{portal_server}/")
    page.get_by_role("searchbox").fill("facail recognition")
    page.get_by_role("button", name="Search").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Search: facail recognition")
    expect(page.locator("mark").first).to_have_text("Facial")
    page.get_by_label("Technologies").check()
    page.get_by_role("button", name="Apply filters").click()
    expect(page).to_have_url(re.compile("type=technology"))


# gate 7.3
@pytest.mark.parametrize("words", ["police", "facail recognition xkjwvb", "geofeedia 99999", "x" * 200])
def test_results_fit_the_narrowest_screen(browser_page, portal_server, words):
    page = browser_page(viewport={"width": 320, "height": 640})
    page.goto(f"{portal_server}/search/?q={words}")

    assert page.evaluate("document.documentElement.scrollWidth") == 320
