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
