"""How long pages are, and what is at hand on them: what is long shows its first rows, the rest unfolds."""

import pytest
from playwright.sync_api import expect

from media4sec.kinds import kinds_by_name
from tests.browsing import PHONE
from tests.test_content import by_identifier

pytestmark = pytest.mark.django_db

MOST = {1280: 5000, 390: 9000}  # pixels of height at each width
LONG_KINDS = ("situation", "theme", "issue", "instrument", "workshop")
SITUATION = "/situations/S-010-tool-procurement/"


def addresses(kind_name):
    kind = kinds_by_name()[kind_name]
    return [kind.url(name, document["slug"]) for name, document in by_identifier(kind_name).items()]


def too_long(page, addresses):
    """``{(address, width): pixels}`` of the pages that are longer than a reader follows."""
    found = {}
    for url in addresses:
        page.goto(url)
        for width, most in MOST.items():
            page.set_viewport_size({"width": width, "height": 900})
            height = page.evaluate("document.documentElement.scrollHeight")
            if height > most:
                found[url, width] = height
    return found


@pytest.mark.parametrize("kind_name", LONG_KINDS)
def test_no_page_is_longer_than_a_reader_follows(kind_name, browser_page, portal_server):
    assert too_long(browser_page(), [portal_server + url for url in addresses(kind_name)]) == {}


@pytest.mark.parametrize(
    ("kind_name", "day"),
    [
        ("situation", ""),
        *((kind_name, "&on=2028-01-01") for kind_name in ("situation", "issue", "instrument")),
    ],
)
def test_no_page_is_longer_with_the_law_of_a_country_and_a_day(kind_name, day, browser_page, portal_server):
    notes = by_identifier("country-note").values()
    most = max(notes, key=lambda note: sum(len(rule["text"]) for rule in note["rules"]))
    query = f"?country={most['country']}{day}"

    assert too_long(browser_page(), [portal_server + url + query for url in addresses(kind_name)]) == {}


@pytest.mark.parametrize("has_script", [True, False])
def test_contents_stay_at_hand_on_a_phone(has_script, browser_page, portal_server):
    page = browser_page(viewport=PHONE, java_script_enabled=has_script)
    page.goto(portal_server + SITUATION + "#lenses")
    line = page.get_by_role("link", name="Contents", exact=True)

    expect(line).to_be_in_viewport()
    line.click()
    contents = page.get_by_role("navigation", name="On this sheet")
    expect(contents).to_be_in_viewport()
    contents.get_by_role("link", name="Legal and ethical flags").click()

    expect(contents).to_be_hidden()
    expect(page.get_by_role("heading", name="Legal and ethical flags")).to_be_in_viewport()
    expect(line).to_be_in_viewport()


@pytest.mark.parametrize("has_script", [True, False])
def test_what_is_folded_opens_by_its_address(has_script, browser_page, portal_server):
    page = browser_page(java_script_enabled=has_script)
    page.goto(portal_server + SITUATION)
    expect(page.locator(".cite")).to_be_hidden()

    page.get_by_role("link", name="Cite", exact=True).click()

    expect(page.locator(".cite")).to_be_visible()
    expect(page.get_by_role("heading", name="Cite as")).to_be_in_viewport()


def test_paper_has_what_a_screen_folds_but_not_what_leads_elsewhere(browser_page, portal_server):
    page = browser_page()
    page.goto(portal_server + SITUATION)
    question, related = page.locator("#questions .fold li").last, page.locator("#related li").first
    expect(question).to_be_hidden()

    page.emulate_media(media="print")

    expect(question).to_be_visible()
    expect(related).to_be_hidden()
