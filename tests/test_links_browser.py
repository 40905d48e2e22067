"""Broken links, what is looked at again, and titles of sources in a real browser: no barriers, no script needed."""

import pytest
from playwright.sync_api import expect

from media4sec import outgoing
from media4sec.links.addresses import read_records
from media4sec.links.models import Link, Turn
from media4sec.outgoing import Answered
from media4sec.records.admin.lists import admin_url
from media4sec.records.documents.reading import working_document
from tests.browsing import PHONE, barriers, signed_in
from tests.factories import make, publish, published, save, source
from tests.people import logged_in, member

# The server writes, so that no test may hold a transaction open.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pages(live_server, over_http):
    """(session, {name: address}) of somebody of the editorial office, who looks after law and what rests on it."""
    user, law = member("publisher"), published("instrument", title="The Regulation")
    url = f"https://example.org/{'averylongaddress' * 8}"
    issue = publish(make("issue", instruments=[law.identifier], sources=[source(url=url)]))
    for status in ("Amended", "Amended again"):
        law = save(working_document(law) | {"status": status}, "instrument", law)
        law = publish(law) if status == "Amended" else law
    read_records(Turn.take("us"))
    broken = {"problem": "It answers 404 Not Found.", "failing_since": "2026-05-03", "moved_to": url}
    Link.objects.update(state="broken", archived_url=url, archived_on="2019-03-14", **broken)
    link = Link.objects.get(url=url)
    addresses = {
        "start": "/admin/",
        "links": "/admin/links/link/",
        "link": f"/admin/links/link/{link.pk}/change/",
        "record": admin_url(issue),
        "dismiss": admin_url(issue, "dismiss"),
        "publish": admin_url(law, "publish"),
        "source": "/admin/records/source/add/",
    }
    session = logged_in(user).cookies["sessionid"].value
    return session, {name: live_server.url + address for name, address in addresses.items()}


def test_no_barriers_and_nothing_scrolls_sideways(browser_page, pages):  # gates 7.1, 7.3, 7.4
    session, addresses = pages
    page = signed_in(browser_page, session, addresses["start"], bypass_csp=True, reduced_motion="reduce")
    found = {}
    for name in ("links", "link", "dismiss", "publish", "source"):
        page.goto(addresses[name])
        found |= barriers(page, name)

    assert not found


def test_the_way_from_what_changed_to_its_end_without_scripts(browser_page, pages):  # gate 7.6
    session, addresses = pages
    page = signed_in(browser_page, session, addresses["start"], viewport=PHONE, java_script_enabled=False)
    page.goto(addresses["start"])

    page.get_by_role("region", name="Does it still hold?").locator("li a").click()
    expect(page.locator(".notice").first).to_contain_text("The Regulation (legal instrument) changed on")
    page.get_by_role("link", name="Not touched by a change").click()
    page.get_by_label("Why it does not touch this record").fill("Another article.")
    page.get_by_role("button", name="It does not touch this record").click()
    expect(page.locator(".messagelist")).to_contain_text("need not be read again for that.")
    page.goto(addresses["start"])

    expect(page.get_by_role("region", name="Broken links")).to_have_count(1)
    expect(page.get_by_role("region", name="Does it still hold?")).to_have_count(0)


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_title_is_proposed_with_and_without_scripts(browser_page, pages, monkeypatch, has_scripts):
    session, addresses = pages
    answer = Answered("", 200, "text/html", b"<title>A report</title>")
    monkeypatch.setattr(outgoing, "fetch", lambda url, **limits: answer)
    page = signed_in(browser_page, session, addresses["source"], java_script_enabled=has_scripts)
    page.goto(addresses["source"])

    page.get_by_label("Url").fill("https://example.org/report")
    page.get_by_role("button", name="Propose a title").click()

    expect(page.get_by_label("Title")).to_have_value("A report")
    expect(page.get_by_label("Url")).to_have_value("https://example.org/report")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_contain_text("A report")
