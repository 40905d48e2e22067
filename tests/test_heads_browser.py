"""Heads of tables and states wrap at words, in a real browser; apart from tests that empty the database."""

import pytest

pytestmark = pytest.mark.django_db

# Words that stand on more than one line.
BROKEN = """() => [...document.querySelectorAll("thead th, .state")].filter((e) => e.checkVisibility())
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
@pytest.mark.parametrize("language", ["", "/es", "/de", "/nl", "/fr", "/el", "/sl"])
def test_heads_of_tables_and_states_wrap_at_words(language, width, browser_page, portal_server):
    page = browser_page(viewport={"width": width, "height": 700})

    for path in ("/", "/matrix/", "/about/", "/library/", "/technologies/T-001/", "/law/ai-act/"):
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
