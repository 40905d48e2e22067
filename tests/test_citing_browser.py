"""How to cite a record is copied with one press."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def test_a_citation_is_copied_in_the_style_that_was_chosen(browser_page, portal_server):
    page = browser_page()
    page.goto(f"{portal_server}/library/D2.3/")
    # Pages may write the clipboard, and not read it.
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text }")
    page.locator("summary", has_text="Cite as").click()
    style = page.locator(".cite dt", has_text="ISO 690")

    style.get_by_role("button", name="Copy").click()
    page.locator(".cite [data-copied]", has_text="Copied").wait_for()

    work, record = page.evaluate("copied").split("\n")
    assert work.startswith("DENEF, Sebastian, ")
    assert record.startswith("MEDI@4SEC KNOWLEDGE BASE. ")


def test_without_a_script_nothing_offers_to_copy(browser_page, portal_server):
    page = browser_page(java_script_enabled=False)
    page.goto(f"{portal_server}/library/D2.3/")

    page.locator("summary", has_text="Cite as").click()

    expect(page.locator(".cite dd:visible")).to_have_count(4)
    assert page.locator(".cite button:visible").count() == 0
