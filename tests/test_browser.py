"""The public site in a real browser: barriers, keys, narrow screens, no scripts, nobody else's servers."""

import gzip
import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.pages import BROKEN, PAGES

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = {"width": 360, "height": 740}
NARROW = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}

# The server has connections of its own; the mark has the test databases made even when no other test needs one.
pytestmark = pytest.mark.django_db

every_page = pytest.mark.parametrize("name", PAGES)


# gate 7.1, gate 7.4
@every_page
def test_no_barriers(name, browser_page, portal_server):
    page = browser_page(bypass_csp=True, reduced_motion="reduce")
    page.goto(portal_server + PAGES[name])
    found = {}
    looks = [(size, {"color_scheme": scheme}) for size in (PHONE, DESK) for scheme in ("light", "dark")]
    for size, look in [*looks, (DESK, {"color_scheme": "light", "forced_colors": "active"})]:
        page.set_viewport_size(size)
        page.emulate_media(**look)
        answer = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response
        for violation in answer["violations"]:
            places = [node["target"] for node in violation["nodes"]][:3]
            found[f"{violation['id']} at {size['width']} {look}"] = (violation["help"], places)
    assert not found


# gate 1.1, gate 1.2, gate 8.1
@every_page
def test_keeps_to_itself(name, browser_page, portal_server):
    page = browser_page(viewport=DESK)
    complaints, hosts = [], set()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.goto(portal_server + PAGES[name], wait_until="networkidle")
    if name in BROKEN:  # Chromium itself mentions the status of the page
        complaints = [text for text in complaints if "Failed to load resource" not in text]
    assert not complaints
    assert hosts == {urlsplit(portal_server).netloc}
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


# gate 7.3
@every_page
def test_never_scrolls_sideways(name, browser_page, portal_server):
    page = browser_page(viewport=NARROW)
    page.goto(portal_server + PAGES[name])
    for _ in ("as it is", "with widened text spacing"):
        width = page.evaluate("document.documentElement.scrollWidth")
        wide = page.evaluate(
            """() => [...document.querySelectorAll("body *")]
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, pre"))
            .map(e => e.tagName + "." + e.className).slice(0, 5)"""
        )
        assert width <= NARROW["width"], wide
        page.evaluate(
            """() => { for (const e of document.querySelectorAll("body *")) {
            e.style.letterSpacing = ".12em"; e.style.wordSpacing = ".16em"; e.style.lineHeight = "1.5"; } }"""
        )


def focused(page):
    return page.evaluate("document.activeElement.id || document.activeElement.className")


# gate 7.2
def test_skip_link_comes_first_and_leads_to_the_content(browser_page, portal_server):
    page = browser_page(viewport=DESK)
    page.goto(f"{portal_server}/technologies/")
    page.keyboard.press("Tab")
    assert focused(page) == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert focused(page) == "main"


# gate 7.2
@pytest.mark.parametrize(
    ("opener", "panel"), [("open-menu", "menu"), ("open-filters", "filters")], ids=["menu", "filters"]
)
def test_panels_open_and_close_by_keys(opener, panel, browser_page, portal_server):
    page = browser_page(viewport=PHONE)
    page.goto(f"{portal_server}/technologies/")
    inside = page.locator(f"#{panel}")
    assert not inside.is_visible()
    page.locator(f"#{opener}").focus()
    page.keyboard.press("Enter")
    assert inside.is_visible()
    page.wait_for_function(f"document.querySelector('#{panel}').contains(document.activeElement)")
    page.keyboard.press("Tab")
    assert page.evaluate(f"document.querySelector('#{panel}').contains(document.activeElement)")
    page.keyboard.press("Escape")
    inside.wait_for(state="hidden")
    page.wait_for_function(f"document.activeElement.id === '{opener}'")


# gate 7.2
def test_slash_leads_to_the_search_unless_switched_off(browser_page, portal_server):
    page = browser_page(viewport=DESK)
    page.goto(f"{portal_server}/accessibility/")
    page.keyboard.press("/")
    assert focused(page) == "q"
    assert page.locator("#q").input_value() == ""
    page.get_by_label("Use the / key for search").uncheck()
    page.goto(f"{portal_server}/technologies/")
    page.keyboard.press("/")
    assert focused(page) != "q"
    page.goto(f"{portal_server}/accessibility/")
    page.get_by_label("Use the / key for search").check()
    assert page.evaluate("localStorage.length") == 0


# gate 7.2
@pytest.mark.parametrize("path", ["/", "/technologies/", "/issues/I-035-predictive-policing/"])
def test_focus_is_seen_everywhere(path, browser_page, portal_server):
    page = browser_page(viewport=DESK)
    page.goto(portal_server + path)
    unseen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const look = e => { const s = getComputedStyle(e);
              return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 || s.boxShadow !== "none"; };
            const e = document.activeElement;
            const search = e.closest("form.search");
            return e === document.body || look(e) || Boolean(search) && look(search); }"""
        )
        if not seen:
            unseen.append(page.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
    assert not unseen


# gate 7.6
class TestWithoutScripts:
    @pytest.fixture
    def page(self, browser_page):
        return browser_page(viewport=PHONE, java_script_enabled=False)

    def test_menu(self, page, portal_server):
        page.goto(portal_server)
        page.get_by_role("link", name="Menu", exact=True).click()
        page.locator("#menu").get_by_role("link", name="Technologies").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Technologies"

    def test_filters(self, page, portal_server):
        page.goto(f"{portal_server}/technologies/")
        everything = page.locator("#count").inner_text()
        page.get_by_role("link", name="Filters").click()
        page.locator("#filters").get_by_label("Discontinued").check()
        page.get_by_role("button", name="Apply filters").click()
        assert "status=discontinued" in page.url
        assert page.locator("#count").inner_text() != everything
        page.get_by_role("link", name=re.compile("Remove filter Status")).click()
        assert page.locator("#count").inner_text() == everything

    def test_search(self, page, portal_server):
        page.goto(portal_server)
        page.get_by_role("searchbox").fill("missing person")
        page.get_by_role("button", name="Search").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Search: missing person"
        assert page.locator(".row").count() > 3

    def test_paging(self, page, portal_server):
        page.goto(f"{portal_server}/technologies/")
        first = page.locator(".row").first.inner_text()
        page.get_by_role("link", name="Next").click()
        assert page.locator(".row").first.inner_text() != first
        page.get_by_role("link", name="Previous").click()
        assert page.locator(".row").first.inner_text() == first


# gate 7.12
@pytest.mark.parametrize("path", ["/", "/technologies/", "/themes/diy-policing/", "/matrix/"])
def test_first_view_is_light(path, browser_page, portal_server):
    page = browser_page(viewport=DESK)
    weights = {}
    page.on("response", lambda response: weights.update({response.url: response}))
    page.goto(portal_server + path, wait_until="networkidle")
    sizes = {}
    for url, response in weights.items():
        body = response.body()
        kind = urlsplit(url).path.rpartition(".")[2] if "/static/" in url else "html"
        sizes[kind] = sizes.get(kind, 0) + (len(body) if kind == "woff2" else len(gzip.compress(body, 9)))
    assert len(weights) <= 15
    assert sizes["html"] <= 40_000
    assert sizes["css"] <= 40_000
    assert sizes["js"] <= 40_000
    assert sizes["woff2"] <= 60_000
    assert sum(sizes.values()) <= 150_000
