"""Words that are longer than a screen is wide, and writing that runs the other way, in a real browser."""

import pytest

from tests.factories import document_for, publish, published, save

# The server has connections of its own, so that no test may hold a transaction open.
pytestmark = pytest.mark.django_db(transaction=True)

WORDS = {
    "compound": "Netzwerkdurchsetzungsgesetzesänderungsverordnung",
    "compound with a hyphen": "Telekommunikationsüberwachungs-Verordnungsentwurfsbegründung",
    "letters": "a" * 60,
    "Greek": "Ηλεκτροεγκεφαλογραφηματοποιημένος",
}
# Every element that reaches beyond the screen, except within what scrolls by itself.
WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .vh, pre, thead"))
  .map((e) => e.outerHTML.slice(0, 110)).slice(0, 5)"""
# Words that stand on more than one line.
BROKEN = """() => [...document.querySelectorAll("thead th, .matrix thead th")].filter((e) => e.checkVisibility())
  .flatMap((cell) => {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (const word of node.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) found.push(word[0]);
      }
    }
    return found;
  })"""


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("word", WORDS.values(), ids=list(WORDS))
def test_a_long_word_never_widens_the_page(word, width, browser_page, live_server):
    theme = published("theme", order=1, title=word)
    tool = published(
        "technology",
        title=word,
        summary=f"{word} is a word. So is {word}.",
        tags=[word],
        notes=[word],
        themes=[theme.identifier],
        maker_as_stated=word,
    )
    document = document_for("technology") | {"identifier": tool.identifier, "title": f"{word} {word}"}
    tool = publish(save(document | {"summary": word, "themes": [theme.identifier]}, "technology", tool))
    other = published("technology", title=word, themes=[theme.identifier])
    pages = [
        "/",
        tool.url,
        f"{tool.url}versions/",
        f"{tool.url}versions/1/",
        other.url,
        theme.url,
        "/technologies/",
        f"/technologies/?q={word}",
        f"/technologies/?tag={word}&q={word}",
        "/technologies/?view=table",
        f"/technologies/compare/?ids={tool.identifier},{other.identifier}",
        f"/search/?q={word}",
        f"/search/?q={word}x",
        f"/de{tool.url}",
        f"/corrections/new/?record=technology:{tool.identifier}",
    ]
    page = browser_page(viewport={"width": width, "height": 700})
    found = {}
    for address in pages:
        page.goto(live_server.url + address)
        is_wide = page.evaluate("document.documentElement.scrollWidth") > width
        if is_wide or page.evaluate(WIDE):
            found[address] = page.evaluate(WIDE)

    assert found == {}


@pytest.mark.parametrize(
    ("title", "direction"),
    [
        ("منصة مراقبة وسائل التواصل الاجتماعي", "rtl"),
        ("מערכת ניטור רשתות", "rtl"),
        ("社交媒体监控平台", "ltr"),
        ("Coosto", "ltr"),
    ],
    ids=["Arabic", "Hebrew", "Chinese", "Latin"],
)
def test_content_runs_as_its_letters_do(title, direction, browser_page, live_server):
    tool = published("technology", title=title)
    page = browser_page(viewport={"width": 390, "height": 700})

    for address, place in ((tool.url, "h1"), ("/technologies/", ".row h3"), (f"/de{tool.url}", "h1")):
        page.goto(live_server.url + address)
        element = page.locator(place).first
        assert element.inner_text() == title
        assert element.evaluate("e => getComputedStyle(e).direction") == direction
    assert page.evaluate("getComputedStyle(document.querySelector('main')).direction") == "ltr"


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("language", ["", "/es", "/de", "/nl", "/fr", "/el", "/sl"])
def test_heads_of_tables_wrap_at_words(language, width, browser_page, portal_server):
    page = browser_page(viewport={"width": width, "height": 700})

    for path in ("/", "/matrix/", "/about/", "/library/"):
        page.goto(f"{portal_server}{language}{path}")
        assert page.evaluate(BROKEN) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_heads_that_break_within_words_would_be_seen(browser_page):
    page = browser_page()
    page.set_content(
        '<table style="width: 30px; table-layout: fixed; overflow-wrap: anywhere">'
        "<thead><tr><th>Verificado</th></tr></thead></table>"
    )

    assert page.evaluate(BROKEN) == ["Verificado"]
