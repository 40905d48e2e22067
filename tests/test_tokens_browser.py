"""The pages of tokens in a real browser: the whole way without a script, no barriers, on any screen, light and dark."""

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from media4sec.accounts.tokens import is_well_formed, make_token
from tests.browsing import PHONE, barriers, signed_in
from tests.people import logged_in, member

# The server writes, so that no test may hold a transaction open.
pytestmark = pytest.mark.django_db(transaction=True)
PAGES = "/admin/accounts/tokens/"


@pytest.fixture
def opened(browser_page, live_server, over_http):
    """A function that opens a browser for somebody who has a token already."""
    cache.clear()
    anna = member("contributor", name="anna")
    make_token(anna, "averylongnamethatnobodywouldwrite and then some", ["write", "review", "publish"], 366)
    session = logged_in(anna).cookies["sessionid"].value

    def open_page(**options):
        page = signed_in(browser_page, session, live_server.url, **options)
        page.goto(live_server.url + PAGES)
        return page

    return open_page


def test_the_whole_way_without_scripts(opened):  # gate 7.6
    page = opened(java_script_enabled=False, viewport=PHONE)
    page.get_by_role("link", name="Make a token").click()
    page.get_by_label("Name").fill("Our system")
    page.get_by_role("group", name="What it may do").get_by_label("Add and change").check()
    page.get_by_role("button", name="Make the token").click()

    assert is_well_formed(page.locator("code").inner_text())
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("link", name="Withdraw Our system").click()
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("The token “Our system” opens nothing any more.")).to_be_visible()
    expect(page.get_by_role("rowheader")).to_have_count(1)


def test_no_barriers(opened):  # gates 7.1, 7.3, 7.4
    page, found = opened(bypass_csp=True, reduced_motion="reduce"), {}

    def judge(name):
        found.update(barriers(page, name))

    judge("list")
    page.get_by_role("link", name="Make a token").click()
    expect(page.get_by_role("heading", name="Make a token")).to_be_visible()
    judge("new")
    page.get_by_label("Name").fill("averylongnamethatnobodywouldwrite and then some")
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_text("You have a token of this name already.")).to_be_visible()
    judge("wrong")
    page.get_by_label("Name").fill("Our system")
    page.get_by_role("button", name="Make the token").click()
    expect(page.locator(".secret")).to_be_visible()
    judge("made")
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("link", name="Withdraw Our system").click()
    expect(page.get_by_role("heading", name="Withdraw “Our system”")).to_be_visible()
    judge("withdraw")

    assert not found
