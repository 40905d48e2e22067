"""The start page and the preview in a real browser: nothing refused, no barriers, on any screen, in light and dark."""

import pytest
from playwright.sync_api import expect

from media4sec.records import workflow
from media4sec.records.admin.lists import admin_url
from tests.browsing import NARROW, PHONE, barriers, signed_in
from tests.factories import make, make_full
from tests.people import logged_in, member, owned
from tests.test_corrections import report

# The server writes, so that no test may hold a transaction open.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pages(live_server, over_http, partner):
    """(session, {name: address}) of somebody for whom all kinds of things wait."""
    user = member("contributor", "reviewer", "publisher", partner=partner)
    records = [owned(make("technology", title=f"Tool {name}", summary=""), partner) for name in "ABC"]
    records.append(owned(make_full("issue"), partner))
    for record in records:
        record.revisions.update(saved_by=user)
    for record in records[:3]:
        workflow.submit(record, by=user, note="Please read this.")
    workflow.approve(records[1], by=user)
    workflow.send_back(records[2], by=user, reason="averylongwordthatnobodywouldwrite" * 5)
    report(kind_name="technology", identifier=records[0].identifier, title="Tool A", category="danger")
    session = logged_in(user).cookies["sessionid"].value
    addresses = {"start": "/admin/", "record": admin_url(records[0])}
    addresses |= {f"preview {n}": admin_url(records[n], "preview") for n in (0, 3)}
    return session, {name: live_server.url + address for name, address in addresses.items()}


def test_no_barriers(browser_page, pages):  # gates 7.1, 7.4
    session, addresses = pages
    page = signed_in(browser_page, session, addresses["start"], bypass_csp=True, reduced_motion="reduce")
    found = {}
    for name in ("start", "preview 0", "preview 3"):
        page.goto(addresses[name])
        found |= barriers(page, name)

    assert not found


def test_nothing_is_refused_and_nothing_scrolls_sideways(browser_page, pages):  # gates 7.3, 8.1
    session, addresses = pages
    page, complaints, wide = signed_in(browser_page, session, addresses["start"], viewport=NARROW), [], {}
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for name, address in addresses.items():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        wide[name] = page.evaluate("document.documentElement.scrollWidth")

    assert complaints == []
    assert {name: width for name, width in wide.items() if width > NARROW["width"]} == {}


def test_the_way_from_what_waits_to_its_preview_without_scripts(browser_page, pages):  # gate 7.6
    session, addresses = pages
    page = signed_in(browser_page, session, addresses["start"], viewport=PHONE, java_script_enabled=False)
    page.goto(addresses["start"])

    page.get_by_label("Find a record of any kind").fill("Tool A")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#result_list").get_by_role("link", name="Tool A")).to_have_count(1)
    page.goto(addresses["start"])
    page.get_by_role("region", name="Waiting for your review").get_by_role("link", name="Tool A").click()
    page.get_by_role("link", name="Preview").click()

    expect(page.get_by_role("heading", name="Preview: readers do not see this")).to_be_visible()
    expect(page.get_by_role("heading", level=1, name="Tool A")).to_be_visible()
    page.get_by_text("How its row in lists would be").click()
    expect(page.locator(".preview .rows").get_by_role("link", name="Tool A")).to_be_visible()
    page.get_by_role("link", name="Back to the record").click()
    expect(page).to_have_url(addresses["record"])
