"""The public site in a real browser: keys, narrow screens, weight, no scripts, nobody else's servers."""

import gzip
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, expect

from media4sec.representations import forms_of_lists, forms_of_records
from tests.browsing import DESK, LISTEN, PHONE
from tests.pages import CHANGED, PAGES, SENT, STATUS, in_turn, open_page

ZOOMED = {"width": 320, "height": 256}  # 1280 by 1024 at 400 %

# The server has connections of its own; the mark has the test databases made even when no other test needs one.
pytestmark = pytest.mark.django_db


@dataclass
class Visit:
    """A page type, opened once for all tests that look at it."""

    name: str
    page: object
    origin: str
    complaints: list = field(default_factory=list)
    requests: dict = field(default_factory=dict)  # {address: what came, decoded}

    def open(self):
        open_page(self.page, self.origin, self.name)


@pytest.fixture(scope="module", params=PAGES)
def visit(request, chromium, portal_server):
    context = chromium.new_context(viewport=DESK)
    context.add_init_script(LISTEN)
    page = context.new_page()
    found = Visit(request.param, page, portal_server)
    page.on(
        "console", lambda message: found.complaints.append(message.text) if message.type == "error" else None
    )
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    answers = []
    page.on("response", lambda response: answers.append(response))
    page.on("request", lambda request: answers.clear() if request.is_navigation_request() else None)
    found.open()
    # Read now: the browser keeps no bodies of pages that it has left.
    found.requests = {
        response.url: response.body()
        for response in list(answers)
        # What came with a form is at hand when it has been sent.
        if found.name not in SENT or response.request.is_navigation_request()
    }
    yield found
    context.close()


# gate 1.1, gate 1.2, gate 8.1
def test_keeps_to_itself(visit):
    page, complaints = visit.page, visit.complaints
    if visit.name in STATUS:  # Chromium itself mentions the status of the page
        complaints = [text for text in complaints if "Failed to load resource" not in text]
    assert not complaints
    assert page.evaluate("violations") == []
    assert {urlsplit(url).netloc for url in visit.requests} == {urlsplit(visit.origin).netloc}
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


# gate 1.1
def test_violations_would_be_heard(chromium, portal_server):
    context = chromium.new_context()
    context.add_init_script(LISTEN)
    page = context.new_page()
    page.goto(portal_server)
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    with pytest.raises(Error, match="TrustedHTML"):
        page.evaluate("document.querySelector('main').innerHTML = '<b>no</b>'")
    page.wait_for_function("violations.length === 2")
    directives = page.evaluate("violations.map((text) => text.split(' ')[0])")
    context.close()
    assert directives == ["style-src-attr", "require-trusted-types-for"]


# gate 7.12
def test_first_view_is_light(visit):
    sizes = {"html": 0, "css": 0, "js": 0, "woff2": 0}
    for url, body in visit.requests.items():
        path = urlsplit(url).path
        kind = path.rpartition(".")[2] if path.startswith("/static/") else "html"
        sizes[kind] = sizes.get(kind, 0) + (len(body) if kind == "woff2" else len(gzip.compress(body, 6)))
    assert len(visit.requests) <= 15
    assert sizes["html"] <= 40_000
    assert sizes["css"] <= 40_000
    assert sizes["js"] <= 40_000
    assert sizes["woff2"] <= 60_000
    assert sum(sizes.values()) <= 150_000
    assert sizes["html"] > 1_000
    if visit.name not in SENT:
        assert sizes["woff2"] > 10_000


WIDER = """
* { letter-spacing: .12em !important; word-spacing: .16em !important; line-height: 1.5 !important; }
p { margin-bottom: 2em !important; }
"""
# Words that a box cuts off; those that only assistive technology reads are cut off on purpose.
CUT = """() => [...document.querySelectorAll("body *")].filter((e) => {
  const style = getComputedStyle(e);
  const hides = (overflow, is, has) => /hidden|clip/.test(overflow) && is > has + 1;
  return e.innerText?.trim() && e.clientWidth > 1 && e.clientHeight > 1 && e.checkVisibility() &&
    (hides(style.overflowX, e.scrollWidth, e.clientWidth) || hides(style.overflowY, e.scrollHeight, e.clientHeight));
}).map((e) => e.outerHTML.slice(0, 110)).slice(0, 5)"""


# gate 7.3
def test_never_scrolls_sideways_or_cuts_words_off(visit):
    page = visit.page
    page.set_viewport_size(ZOOMED)
    page.evaluate("(css) => { window.wider = new CSSStyleSheet(); wider.replaceSync(css); }", WIDER)
    spacing = []
    for sheets in ("[]", "[wider]"):
        page.evaluate(f"document.adoptedStyleSheets = {sheets}")
        spacing.append(page.evaluate("getComputedStyle(document.querySelector('h1')).letterSpacing"))
        width = page.evaluate("document.documentElement.scrollWidth")
        wide = page.evaluate(
            """() => [...document.querySelectorAll("body *")]
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, pre"))
            .map(e => e.tagName + "." + e.className).slice(0, 5)"""
        )
        assert width <= ZOOMED["width"], wide
        assert page.evaluate(CUT) == []
    page.evaluate("document.adoptedStyleSheets = []")
    assert spacing[0] != spacing[1]


def test_words_that_are_cut_off_would_be_seen(browser_page):
    page = browser_page()
    page.set_content(
        '<p style="overflow: hidden; width: 3em; white-space: nowrap">Words and words</p><p>Words</p>'
    )
    assert len(page.evaluate(CUT)) == 1


# What a Tab leaves behind: where the focus was, whether one saw it there, and whether something lay over it.
WALK = """() => {
  const look = (e) => {
    const style = getComputedStyle(e);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  };
  const name = (e) => e.outerHTML.slice(0, 110);
  const reached = (e) => {
    if (e.tabIndex < 0 || e.disabled || !e.checkVisibility({visibilityProperty: true})) return false;
    if (e.type !== "radio" || e.checked) return true;
    const group = [...document.getElementsByName(e.name)].filter((other) => other.form === e.form);
    return !group.some((other) => other.checked) && group[0] === e;
  };
  const expected = [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")].filter(reached);
  const scrolls = [...document.querySelectorAll("body *")].filter((e) => !expected.includes(e) &&
    (e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight) &&
    /auto|scroll/.test(getComputedStyle(e).overflow)).length;
  const walk = window.walk = {order: [], unseen: [], covered: []};
  addEventListener("keydown", (event) => {
    const e = document.activeElement;
    // A field for a day has stops of its own for day, month, year and the calendar.
    if (event.key !== "Tab" || e.tabIndex < 0 || (e.type === "date" && walk.order.at(-1) === e)) return;
    walk.order.push(e);
    const search = e.closest("form.search");
    if (!look(e) && !(search && look(search))) walk.unseen.push(name(e));
    const boxesInWindow = () => [...e.getClientRects()].map((box) => {  // as much of it as the window shows
      const left = Math.max(box.left, 0), top = Math.max(box.top, 0);
      const width = Math.min(box.right, innerWidth) - left, height = Math.min(box.bottom, innerHeight) - top;
      return {left, top, width, height};
    }).filter((box) => box.width > 0 && box.height > 0);
    let boxes = boxesInWindow();
    if (!boxes.length) {  // keys come faster than the browser scrolls to what has the focus
      e.scrollIntoView({block: "nearest"});
      boxes = boxesInWindow();
    }
    const shows = boxes.some((box) => [[.5, .5], [.1, .5], [.9, .5], [.5, .1], [.5, .9]].some(([x, y]) => {
      const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
      return top && (e.contains(top) || e.closest("label")?.contains(top));
    }));
    if (!shows) walk.covered.push(name(e));
  }, true);
  walk.result = () => {
    const again = walk.order.findIndex((e, i) => walk.order.indexOf(e) < i);
    const round = (again < 0 ? walk.order : walk.order.slice(0, again)).filter((e) => expected.includes(e));
    // Where the page has set the focus itself, the walk begins there and comes round.
    const first = document.querySelector("[autofocus]") ? Math.max(round.indexOf(expected[0]), 0) : 0;
    const once = [...round.slice(first), ...round.slice(0, first)];
    const wrong = expected.findIndex((e, i) => once[i] !== e);
    return {
      unseen: walk.unseen, covered: walk.covered,
      missed: expected.filter((e) => !once.includes(e)).map(name),
      order: wrong < 0 ? [] : [name(expected[wrong]), once[wrong] ? name(once[wrong]) : "nothing"],
    };
  };
  return expected.length + scrolls + 4 * expected.filter((e) => e.type === "date").length;
}"""


TAB = {"type": "rawKeyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}


# gate 7.2
def test_keys_alone_reach_everything_in_order(visit, pytestconfig):
    page = visit.page
    for size in in_turn(visit.name, [DESK, ZOOMED], pytestconfig):  # one stands in one column, as on a phone
        page.set_viewport_size(size)
        visit.open()  # the walk begins at the top
        steps = page.evaluate(WALK)
        assert steps > 5
        keyboard = page.context.new_cdp_session(page)  # half the messages of `page.keyboard`
        for _ in range(steps + 3):  # once round, from wherever it begins
            keyboard.send("Input.dispatchKeyEvent", TAB)
        keyboard.detach()
        result = page.evaluate("walk.result()")
        assert result == {"unseen": [], "covered": [], "missed": [], "order": []}, size
        assert page.evaluate("violations") == []  # notes and suggestions opened on the way


# gate 7.4
def test_main_actions_are_large(visit):
    page = visit.page
    page.set_viewport_size(PHONE)
    fields = ".field :is(input:not([type=radio], [type=checkbox]), textarea, select), .answer"
    main = f".button:not(.button-small), form.search, .menu-link, {fields}"
    small = page.evaluate(
        """(main) => [...document.querySelectorAll(main)]
        .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 43.5)
        .map((e) => e.outerHTML.slice(0, 110))""",
        main,
    )
    assert not small


def focused(page):
    return page.evaluate("document.activeElement.id || document.activeElement.className")


# gate 7.2
def test_skip_link_comes_first_and_leads_to_the_content(browser_page, portal_server):
    page = browser_page(viewport=DESK)
    page.goto(f"{portal_server}/technologies/")
    page.keyboard.press("Tab")
    assert focused(page) == "skip"
    assert page.locator(".skip").first.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


# gate 7.2
@pytest.mark.parametrize(
    "path",
    ["/technologies/", "/situations/", "/glossary/", "/evidence/?lens=bad&view=table", "/search/?q=police"],
)
def test_second_skip_link_leads_to_the_results(path, browser_page, portal_server):
    page = browser_page(viewport=DESK)
    page.goto(portal_server + path)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the results"
    assert page.locator(".skip").nth(1).bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    expect(page.locator("#count")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#results') !== null")


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
    expect(inside).to_be_visible()
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


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_emblem_is_a_centimetre_high_with_the_funding_beside_it(size, browser_page, portal_server):
    page = browser_page(viewport=size)
    page.goto(portal_server)
    emblem = page.get_by_alt_text("Flag of the European Union").bounding_box()
    funding = page.locator(".foot-eu p")
    text = funding.bounding_box()
    assert emblem["height"] >= 96 / 2.54
    assert round(emblem["width"] / emblem["height"], 3) == 1.5
    assert text["x"] >= emblem["x"] + emblem["width"]
    assert abs(text["y"] - emblem["y"]) < 16
    assert (
        "Horizon 2020 research and innovation programme under grant agreement No 700281"
        in funding.inner_text()
    )


# gate 7.4
def test_nothing_moves_for_those_who_ask_for_less(browser_page, portal_server):
    moves = """() => [...document.querySelectorAll("*")].filter((e) => {
      const style = getComputedStyle(e);
      return style.transitionDuration !== "0s" || style.animationName !== "none" || style.scrollBehavior !== "auto";
    }).length"""
    page = browser_page(viewport=DESK, reduced_motion="no-preference")
    page.goto(f"{portal_server}/technologies/?theme=dark-web")
    assert page.evaluate(moves) > 0
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moves) == 0


# gate 7.6
class TestWithoutScripts:
    @pytest.fixture
    def page(self, browser_page):
        return browser_page(viewport=PHONE, java_script_enabled=False)

    def test_menu(self, page, portal_server):
        page.goto(portal_server)
        page.get_by_role("link", name="Menu", exact=True).click()
        page.locator("#menu").get_by_role("link", name="Tools").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Tools")

    def test_filters(self, page, portal_server):
        page.goto(f"{portal_server}/technologies/")
        count = page.locator("#count")
        everything = count.text_content()
        page.get_by_role("link", name="Filters").click()
        page.locator("#filters").get_by_label("Discontinued").check()
        page.get_by_role("button", name="Apply filters").click()
        expect(page).to_have_url(re.compile("status=discontinued"))
        expect(count).not_to_have_text(everything)
        page.get_by_role("link", name=re.compile("Remove filter Status")).click()
        expect(count).to_have_text(everything)

    def test_search(self, page, portal_server):
        page.goto(portal_server)
        page.get_by_role("searchbox").fill("missing person")
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Search: missing person")
        expect(page.locator(".row").nth(3)).to_be_visible()

    def test_paging(self, page, portal_server):
        page.goto(f"{portal_server}/technologies/")
        row = page.locator(".row").first
        first = row.text_content()
        page.get_by_role("link", name="Next").click()
        expect(row).not_to_have_text(first)
        page.get_by_role("link", name="Previous").click()
        expect(row).to_have_text(first)

    def test_sort_view_and_export(self, page, portal_server):
        page.goto(f"{portal_server}/technologies/?theme=dark-web")
        row = page.locator(".row").first
        first = row.text_content()
        page.get_by_label("Sort", exact=True).select_option(label="Title, Z to A")
        page.get_by_role("button", name="Sort").click()
        expect(row).not_to_have_text(first)
        page.get_by_role("link", name="Table", exact=True).click()
        expect(page.get_by_role("table")).to_have_count(1)
        expect(page).to_have_url(re.compile("theme=dark-web"))
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV", exact=True).click()
        assert download.value.suggested_filename.endswith(".csv")

    def test_matrix(self, page, portal_server):
        page.goto(f"{portal_server}/evidence/?lens=bad")
        page.get_by_role("navigation", name="View").get_by_role("link", name="Matrix", exact=True).click()
        expect(page).to_have_url(f"{portal_server}/evidence/?lens=bad&view=matrix")
        page.locator("table td a").first.click()
        expect(page.locator(".row")).not_to_have_count(0)

    @pytest.mark.parametrize(
        ("path", "number"),
        [
            ("/technologies/?theme=dark-web", 3 + len(forms_of_lists())),  # two feeds, and the API
            ("/search/?q=missing+person", 2 + len(forms_of_lists())),
            # The PDF, and the API
            (f"/technologies/{CHANGED}/", 2 + len([form for form in forms_of_records() if form.label])),
        ],
        ids=["list", "search", "record"],
    )
    def test_every_form_of_what_is_shown(self, path, number, page, portal_server):
        page.goto(portal_server + path)
        links = page.locator(".exports a").evaluate_all("links => links.map((link) => link.href)")
        answers = [page.request.get(link) for link in links]
        assert [answer.status for answer in answers] == [200] * number
        assert len({answer.headers["content-type"] for answer in answers}) >= number - 1

    def test_comparison(self, page, portal_server):
        page.goto(f"{portal_server}/technologies/")
        for number in (0, 1):
            page.get_by_role("checkbox", name=re.compile("^Compare")).nth(number).check()
        page.get_by_role("button", name="Compare chosen").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Compare technologies")
        expect(page.get_by_role("columnheader").nth(1)).to_be_visible()

    def test_language(self, page, portal_server):
        page.goto(f"{portal_server}/technologies/?theme=dark-web")
        page.locator(".languages summary").click()
        page.locator(".languages").get_by_role("link", name="Deutsch").click()
        expect(page).to_have_url(f"{portal_server}/de/technologies/?theme=dark-web")
        expect(page.locator("html")).to_have_attribute("lang", "de")

    def test_correction_says_what_is_missing(self, page, portal_server):
        page.goto(f"{portal_server}{PAGES['record-technology']}")
        page.get_by_role("link", name="Suggest a correction").first.click()
        page.get_by_role("button", name="Send the report").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_role("alert").get_by_role("link").first.click()
        expect(page.locator(":target")).to_have_count(1)

    def test_versions(self, page, portal_server):
        page.goto(f"{portal_server}/technologies/{CHANGED}/")
        page.get_by_role("link", name="Details", exact=True).click()
        page.get_by_role("link", name="All versions, and what changed in each").click()
        expect(page.get_by_role("link", name="Version 1", exact=True)).to_be_visible()
        page.get_by_label("From version", exact=True).select_option("1")
        page.get_by_label("To version", exact=True).select_option("2")
        page.get_by_role("button", name="Compare").click()
        expect(page.locator("del")).not_to_have_count(0)
        page.get_by_role("link", name="Version 2", exact=True).click()
        expect(page.locator(".notice")).to_contain_text("no longer current")
        page.get_by_role("link", name="What has changed since").click()
        expect(page.locator("ins")).not_to_have_count(0)

    def test_withdrawn_record_leads_to_its_successor(self, page, portal_server):
        page.goto(f"{portal_server}{PAGES['withdrawn']}")
        page.locator("main").get_by_role("link", name="PublicSonar").click()
        expect(page).to_have_url(portal_server + PAGES["record-technology"])
