"""Long forms in a real browser: Ctrl+S, the summary of what is wrong, the bar to save, the change of many records."""

import pytest
from playwright.sync_api import expect

from media4sec.records.admin.lists import admin_url
from media4sec.records.documents.reading import working_document
from tests.browsing import DESK, NARROW, PHONE, barriers, signed_in
from tests.factories import fresh, make
from tests.people import logged_in, member, owned

# The server writes, so that no test may hold a transaction open.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def record(partner):
    return owned(make("technology", title="Tool A"), partner)


@pytest.fixture
def session(record, over_http):
    return logged_in(member("publisher", partner=record.owner)).cookies["sessionid"].value


@pytest.mark.parametrize("keys", ["Control+s", "Meta+s"])
def test_ctrl_s_saves_and_stays_on_the_form(browser_page, live_server, session, record, keys):
    page = signed_in(browser_page, session, live_server.url)
    page.goto(live_server.url + admin_url(record))
    page.locator("#id_title").fill("Tool B")

    with page.expect_navigation():
        page.keyboard.press(keys)

    expect(page).to_have_url(live_server.url + admin_url(record))
    assert fresh(record).title == "Tool B"


def test_what_is_wrong_is_told_above_with_a_way_to_each_field(browser_page, live_server, session, record):
    page = signed_in(browser_page, session, live_server.url)
    page.goto(live_server.url + admin_url(record))
    page.locator("#id_title").fill("")
    page.locator("#id_checked_on").fill("soon")
    with page.expect_navigation():
        page.keyboard.press("Control+s")

    summary = page.get_by_role("region", name="Not saved yet: 2 things to be mended")
    wrong = ["Title: This field is required.", "Checked on (recommended): Enter a valid date."]
    expect(summary.get_by_role("link")).to_have_text(wrong)
    expect(page.locator(".faults-summary")).to_be_focused()
    summary.get_by_role("link").first.click()
    expect(page.locator("#id_title")).to_be_focused()
    expect(page.locator("#id_checked_on")).to_have_value("soon")


@pytest.mark.parametrize("size", [NARROW, PHONE, DESK], ids=["narrow", "phone", "desk"])
def test_the_bar_to_save_stays_in_sight_and_covers_no_field(browser_page, live_server, session, record, size):
    page = signed_in(browser_page, session, live_server.url, viewport=size)
    page.goto(live_server.url + admin_url(record))

    page.locator("#id_title").focus()
    assert page.locator("input[name=_save]").bounding_box()["y"] < size["height"]
    page.get_by_label("Review due").focus()
    field, bar = (
        page.get_by_label("Review due").bounding_box(),
        page.locator(".submit-row").last.bounding_box(),
    )
    assert field["y"] + field["height"] <= bar["y"]
    assert bar["height"] < size["height"] / 3
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    if size != DESK:
        assert (
            page.evaluate("parseFloat(getComputedStyle(document.querySelector('#id_summary')).fontSize)")
            >= 16
        )


def test_no_barriers(browser_page, live_server, session, record):  # gates 7.1, 7.4
    page = signed_in(browser_page, session, live_server.url, bypass_csp=True, reduced_motion="reduce")
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(live_server.url + admin_url(record))
    page.locator("#id_title").fill("")
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    found = barriers(page, "errors")
    page.goto(live_server.url + "/admin/catalogue/technology/")
    page.locator("input.action-select").first.check()
    page.get_by_label("Action:").select_option("change_selected")
    page.get_by_role("button", name="Go", exact=True).click()
    page.get_by_label("Add tags").fill("new")
    page.get_by_role("button", name="Show what changes").click()
    expect(page.get_by_role("button", name="Change 1 record")).to_be_visible()
    found |= barriers(page, "many")
    page.get_by_role("button", name="Change 1 record").click()
    expect(page.get_by_role("heading", name="1 record changed")).to_be_visible()
    found |= barriers(page, "done")

    assert complaints == []
    assert found == {}
    assert working_document(record)["tags"] == ["new"]
