"""The check in a browser: by the keyboard one question at a time, and without a script all of them on one page."""

import pytest
from playwright.sync_api import expect

from tests.browsing import PHONE, barriers

pytestmark = pytest.mark.django_db


def shown(page):
    """The questions that stand on the page now."""
    return page.locator("fieldset.check-question:visible").evaluate_all("all => all.map((one) => one.id)")


def test_a_plan_is_checked_with_the_keyboard_alone(browser_page, portal_server):  # gate 7.4
    page = browser_page(viewport=PHONE)
    page.goto(f"{portal_server}/situations/S-001/")
    page.get_by_role("link", name="Run the check").press("Enter")
    expect(page.get_by_label("Situation")).to_have_value("S-001")
    assert shown(page) == []

    page.get_by_role("button", name="Begin").press("Enter")
    assert shown(page) == ["Q26"]
    page.keyboard.press("Space")  # the first answer has the focus
    page.get_by_role("button", name="Next question").press("Enter")
    while shown(page) != ["Q01"]:
        page.get_by_role("button", name="Next question").press("Enter")
    page.get_by_label("Ask the public for help or tips").press("Space")
    expect(page.locator(".check-progress")).to_contain_text("of 2")
    page.get_by_role("button", name="Back").press("Enter")
    page.get_by_role("button", name="Show what this raises").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "points to take to your data-protection officer"
    )
    assert page.url == f"{portal_server}/check/result/"
    expect(page.get_by_role("link", name="What do you want to do?").first).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save, to open it again later").press("Enter")

    page.goto(f"{portal_server}/check/")
    page.get_by_label("The file that the check saved").set_input_files(saved.value.path())
    page.get_by_role("button", name="Open it").press("Enter")
    expect(page.get_by_label("Situation")).to_have_value("S-001")
    expect(page.locator("#Q01 input[value=appeal]")).to_be_checked()


def test_questions_that_an_answer_makes_superfluous_are_passed_over(browser_page, portal_server):
    page = browser_page()
    page.goto(f"{portal_server}/check/")
    page.get_by_role("button", name="All questions on one page").click()
    before = shown(page)

    page.locator("#Q01").get_by_label("Follow posts on a place, event or topic").check()
    assert {"Q04", "Q06"} <= set(shown(page)) - set(before)
    page.locator("#Q06").get_by_label("Yes, with authorisation").check()
    assert "Q07" in shown(page)
    page.locator("#Q06").get_by_label("Only reading where anyone can read").check()
    assert "Q07" not in shown(page)


def test_an_error_leads_to_its_question(browser_page, portal_server):
    page = browser_page()
    page.goto(f"{portal_server}/check/")
    page.locator("#Q02 input").first.evaluate("input => { input.value = 'gone'; input.checked = true }")
    page.get_by_role("button", name="Show what this raises").click()
    assert shown(page) == []

    page.get_by_role("link", name="Q02").click()

    expect(page.locator("#Q02 .error")).to_be_visible()
    assert shown(page) == ["Q02"]


def test_without_a_script_all_questions_stand_on_one_page(browser_page, portal_server):  # gate 7.6
    page = browser_page(java_script_enabled=False)
    page.goto(f"{portal_server}/check/")

    assert len(shown(page)) == page.locator("fieldset.check-question").count() > 20
    expect(page.locator("#Q07")).to_contain_text("Only if")
    page.locator("#Q26").get_by_label("Faces are gathered from the internet").check()
    page.get_by_role("button", name="Show what this raises").click()
    expect(page.get_by_role("heading", name="Prohibited", exact=False).first).to_be_visible()
    page.get_by_role("button", name="Change answers").click()
    expect(page.locator("#Q26 input[value=scrape]")).to_be_checked()


def test_nothing_is_in_the_way(browser_page, portal_server):
    page = browser_page(bypass_csp=True)
    page.goto(f"{portal_server}/check/")
    found = barriers(page, "start")
    page.get_by_role("button", name="Begin").click()
    page.locator("#Q26").get_by_label("Faces are gathered from the internet").check()
    found |= barriers(page, "question")
    page.get_by_role("button", name="Show what this raises").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("points")
    found |= barriers(page, "result")

    assert found == {}
