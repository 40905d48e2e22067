"""What is in the way on a page would be found: an empty answer of `tests/browsing.py` says something."""

import pytest

from tests.browsing import barriers

pytestmark = pytest.mark.django_db
PAGE = """<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1>
<style>a { color: #000; transition: color .5s } @media (prefers-color-scheme: dark) { a { color: #ddd } }</style>
<img src="data:,"><p style="background: #fff"><a href="/">A link</a><p style="width: 50rem">x</main>"""


def test_barriers_would_be_found(browser_page):
    page = browser_page()
    page.set_content(PAGE)

    found = barriers(page, "a page")

    assert set(found) == {
        "a page: scrolls sideways at 320",
        "a page: color-contrast at 1280 dark",  # as it is when the colour has changed
        "a page: image-alt at 320 light",
        "a page: image-alt at 1280 dark",
    }
