"""Three readers and what they came for, counted in clicks: at a desk, and on a phone without a script."""

import csv
import io

import bibtexparser
import pytest
from django.conf import settings
from playwright.sync_api import expect

from ethics.check import outcome
from tests.browsing import DESK, no_complaints
from tests.test_content import by_identifier
from tests.test_paper import text_in

pytestmark = pytest.mark.django_db

PHONE = {"width": 390, "height": 844}


class Walk:
    """A reader on the site. Each link, button, box and choice is a click, and so are words that are typed and sent."""

    def __init__(self, page, home, *, has_script):
        self.page, self.has_script, self.clicks = page, has_script, 0
        page.goto(home)

    def click(self, role, name, *, inside="body", exact=True):
        self._first(role, name, inside, exact).click()
        self.page.wait_for_load_state()  # scripts of the next page as well
        self.clicks += 1

    def check(self, selector):
        self.page.locator(selector).check()
        self.clicks += 1

    def choose(self, label, option):
        self.page.get_by_label(label, exact=True).first.select_option(option)
        self.clicks += 1

    def send(self, label, words):
        self.page.get_by_label(label, exact=True).first.fill(words)
        self.page.keyboard.press("Enter")
        self.clicks += 1

    def take(self, name):
        """What the server answers where a link leads to a file."""
        address = self._first("link", name, "main", exact=True).evaluate("link => link.href")
        self.clicks += 1
        answer = self.page.request.get(address)
        assert answer.status == 200
        return answer

    def go_to(self, place):
        """By the menu, which is at the end of the page on a phone where no script unfolds it."""
        if not self.has_script:
            self.click("link", "Menu")
        self.click("link", place, inside="nav")

    def expect_heading(self, words):
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(words)

    def _first(self, role, name, inside, exact):
        return self.page.locator(inside).get_by_role(role, name=name, exact=exact).first


@pytest.fixture(params=[True, False], ids=["desk", "phone"])
def walk(request, browser_page, portal_server):
    has_script = request.param
    page = browser_page(viewport=DESK if has_script else PHONE, java_script_enabled=has_script)
    with no_complaints(page):
        yield Walk(page, portal_server, has_script=has_script)


def names_on_list(page):
    return page.locator("ol.rows > li").evaluate_all("all => all.map((one) => one.dataset.listName)")


def test_a_planner_decides_and_takes_it_along(walk, browser_page):
    page, title = walk.page, by_identifier("situation")["S-002"]["title"]
    tool = by_identifier("technology")["T-005"]
    answers = {"Q26": ["none"], "Q01": ["monitor"], "Q02": ["event"]}
    walk.click("link", title)
    walk.expect_heading(title)

    walk.click("link", "Run the check")
    if walk.has_script:
        expect(page.get_by_label("Situation")).to_have_value("S-002")
        walk.click("button", "Begin")
    else:
        walk.choose("Situation", "S-002")
    for question, (value,) in answers.items():
        while not page.locator(f"#{question}").is_visible():
            walk.click("button", "Next question")
        walk.check(f"#{question} input[value={value}]")
    walk.click("button", "Show what this raises")

    walk.expect_heading("points to take to your data-protection officer")
    raised = {
        row.locator("th .id").inner_text(): row.locator("[data-label='Raised by'] a").evaluate_all(
            "all => all.map((one) => one.pathname)"
        )
        for row in page.locator("#raised tbody tr").all()
    }
    expected = outcome(by_identifier("check-question"), answers).by_answers
    assert raised == {
        issue: [f"/check/{reason.partition(':')[0]}/" for reason in reasons]
        for issue, reasons in expected.items()
    }
    expect(page.locator("main")).to_contain_text("This is not clearance.")

    walk.click("link", title, inside="main")
    walk.click("link", "Brief to take along")
    brief = walk.take("PDF, one sheet to print")
    assert brief.headers["content-type"] == "application/pdf"
    assert title in text_in(brief.body())

    walk.click("link", "S-002", inside="nav.crumbs")
    if walk.has_script:
        walk.click("button", "Add to my list")
        walk.click("link", tool["title"], inside="#help")
        walk.click("button", "Add to my list")
        walk.click("link", "My list", exact=False)
    else:
        walk.click("link", "Add to my list")
        walk.send("Numbers or names", "T-005")
    walk.expect_heading("A list of 2 records")
    walk.click("link", "Link to this list")

    somebody = browser_page(viewport=page.viewport_size, java_script_enabled=walk.has_script)
    somebody.goto(page.url)
    assert names_on_list(somebody) == names_on_list(page) == ["S-002", "T-005"]
    expect(somebody.get_by_role("heading", name="Nothing has changed since you cited it")).to_be_visible()
    assert walk.clicks <= (18 if walk.has_script else 14)


def test_an_officer_finds_a_tool_and_an_honest_answer(walk):
    page, tool, issues = walk.page, by_identifier("technology")["T-088"], by_identifier("issue")
    if walk.has_script:
        walk.go_to("Tools")
        walk.click("link", "Verification and counter-disinformation")
    else:
        walk.send("Search the knowledge base", "verify a picture")
    walk.click("link", tool["title"], inside="main")

    walk.expect_heading(tool["title"])
    expect(page.locator(".status").first).to_contain_text("Active")
    for label, value in (("Price", "Free"), ("Works on", "Desktop"), ("Data leave your organisation", "No")):
        fact = page.locator("#facts dl > div").filter(has=page.get_by_text(label, exact=True))
        expect(fact.locator("dd").first).to_contain_text(value)
    for name in tool["issues"]:
        expect(page.locator("#flags")).to_contain_text(issues[name]["title"])

    walk.choose("National law of", "ES")
    walk.click("button", "Show")

    note = next(row for row in by_identifier("country-note").values() if row["country"] == "ES")
    flags = {f"issue:{name}" for name in tool["issues"]}
    rules = [rule for rule in note["rules"] if flags & {*rule["refs"]}]
    gaps = flags - {name for rule in rules for name in rule["refs"]}
    answer = page.locator("#country-answer")
    assert answer.locator(".changes > li").count() == len(rules)
    expect(answer).to_contain_text("Spain: what is recorded here of national law. Not legal advice.")
    expect(answer).to_contain_text(
        f"without a rule of this country recorded here: {len(gaps)} of {len(flags)}."
    )
    expect(answer).to_contain_text("That does not mean that there is none.")
    expect(answer.get_by_role("link", name=note["title"])).to_be_visible()
    expect(answer.get_by_role("link", name=note["authority"])).to_be_visible()
    assert walk.clicks <= (5 if walk.has_script else 4)


def test_a_researcher_cites_all_evidence_with_its_original_sources(walk):
    statements = {
        name: row
        for name, row in by_identifier("statement").items()
        if row["theme"] == "trolling-online-hate"
    }
    walk.go_to("Evidence")
    if not walk.has_script:
        walk.click("link", "Filters")
    walk.check("input[name=theme][value=trolling-online-hate]")
    if not walk.has_script:
        walk.click("button", "Apply filters")
    expect(walk.page.locator("#count")).to_contain_text(f"{len(statements)} of")

    table, references = walk.take("CSV"), walk.take("BibTeX")

    rows = {row["identifier"]: row for row in csv.DictReader(io.StringIO(table.text()))}
    cited = bibtexparser.parse_string(references.text()).entries
    assert rows.keys() == statements.keys()
    for name, statement in statements.items():
        assert [row["url"] for row in statement["sources"] if row["url"] not in rows[name]["sources"]] == []
        sources = [entry for entry in cited if entry.key.startswith(f"medi4sec-statement-{name}-source")]
        originals = {entry[field] for entry in sources for field in ("url", "number") if field in entry}
        # A deliverable of the project stands for where it was read.
        wanted = {statement["deliverable"]} - {None} or {row["url"] for row in statement["sources"]}
        assert wanted
        assert wanted <= originals
        (record,) = [entry for entry in cited if entry.key == f"medi4sec-statement-{name}"]
        assert record["url"] == f"{settings.BASE_URL}/evidence/{name}/"
    assert walk.clicks <= (4 if walk.has_script else 7)
