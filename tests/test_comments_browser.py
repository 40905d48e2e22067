"""Comments, hints, the change log and saved lists in a real browser: by keyboard, without barriers, on any screen."""

import pytest
from playwright.sync_api import expect

from media4sec.records import workflow
from media4sec.records.admin.lists import admin_url
from media4sec.records.comments import comment_on, reply, resolve
from media4sec.records.documents.reading import working_document
from media4sec.records.models import Comment, FieldHint, SavedList
from tests.browsing import PHONE, barriers, signed_in
from tests.factories import fresh, make_full, publish, save
from tests.people import logged_in, member, owned

# The server writes, so that no test may hold a transaction open.
pytestmark = pytest.mark.django_db(transaction=True)
LONG = "averylongwordthatnobodywouldwrite" * 5


@pytest.fixture
def pages(live_server, over_http, partner):
    """(session, {name: address}) of pages on which all of it is shown."""
    user, petra = (member("publisher", partner=partner, name=name) for name in ("anna", "petra"))
    record = owned(publish(make_full("technology", title="A watcher of forums")), partner)
    record = fresh(save({**working_document(record), "country": "NL"}, "technology", record))
    for name in ("country", "title", "sources", ""):
        comment = comment_on(record, f"Is it from the Netherlands? {LONG}", name=name, by=petra)
        reply(comment, "It says so\non its pages.", by=user)
    save({**working_document(record), "country": "DE"}, "technology", record)
    resolve(comment_on(record, "Settled", name="price", by=petra), by=user)
    FieldHint.objects.create(kind_name="technology", field="country", text="That of its maker.")
    FieldHint.objects.create(kind_name="technology", field="sources", text="Name the maker’s own page first.")
    listed = {"page": "catalogue_technology", "query": "state__exact=draft"}
    for name in ("My drafts", LONG[:60]):
        SavedList.objects.create(user=user, team=partner.team, name=name, **listed)
    session = logged_in(user).cookies["sessionid"].value
    addresses = {
        "record": admin_url(record),
        "comments": admin_url(record, "comments"),
        "comment": f"{admin_url(record, 'comments')}{Comment.objects.first().pk}/",
        "remove": f"{admin_url(record, 'comments')}{Comment.objects.filter(written_by=user).first().pk}/remove/",
        "step": admin_url(record, "publish"),
        "version": admin_url(record).replace("change", "versions/2"),
        "log": "/admin/records/auditentry/?action=published",
        "list": "/admin/catalogue/technology/?q=watcher",
        "mail": "/admin/accounts/mail/",
        "start": "/admin/",
    }
    assert workflow.can_be_submitted(fresh(record))
    return session, {name: live_server.url + address for name, address in addresses.items()}


def test_no_barriers(browser_page, pages):  # gates 7.1, 7.4
    session, addresses = pages
    page = signed_in(browser_page, session, addresses["start"], bypass_csp=True, reduced_motion="reduce")
    found = {}
    for name, address in addresses.items():
        page.goto(address)
        for summary in page.locator(".saved-lists summary").all():
            summary.press("Enter")
        found |= barriers(page, name)

    assert found == {}


def test_nothing_is_refused_and_nothing_scrolls_sideways(browser_page, pages):  # gates 7.3, 8.1
    session, addresses = pages
    page = signed_in(browser_page, session, addresses["start"], viewport=PHONE)
    said, wide = [], {}
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for name, address in addresses.items():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        width = page.evaluate("document.documentElement.scrollWidth")
        wide |= {name: width} if width > PHONE["width"] else {}

    assert (said, wide) == ([], {})


def test_a_list_is_saved_and_deleted_by_keyboard_without_scripts(browser_page, pages):  # gates 7.2, 7.6
    session, addresses = pages
    page = signed_in(browser_page, session, addresses["start"], java_script_enabled=False)
    page.goto(addresses["list"])

    page.get_by_text("Save this list").press("Enter")
    page.get_by_label("Name").fill("Watchers")
    page.get_by_role("button", name="Save it").press("Enter")
    expect(page.get_by_text("The list is saved as “Watchers”.")).to_be_visible()
    page.get_by_role("link", name="Watchers").press("Enter")
    expect(page).to_have_url(addresses["list"])
    page.get_by_role("button", name="Delete the saved list Watchers").press("Enter")
    expect(page.get_by_text("“Watchers” is deleted")).to_be_visible()
