"""Lighthouse, as a telephone: accessibility, best practices and search engines are full. Times are not asked here."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import find_chromium, not_run
from tests.lighthouse import LEAST, PATHS, broken_promises, complaints_of, examine, find_lighthouse, scores_of

# The server has connections of its own; the mark has the test databases made even when no other test needs one.
pytestmark = [pytest.mark.django_db, pytest.mark.browser]


@pytest.fixture(scope="module")
def lighthouse():
    if not find_chromium():
        not_run("no Chromium")
    if not find_lighthouse():
        not_run("no Lighthouse, LIGHTHOUSE names none")


# gate 7.10
def test_scores_are_full(lighthouse, portal_server):
    categories = ("accessibility", "best-practices", "seo")
    with ThreadPoolExecutor() as threads:  # Lighthouse waits for most of the time
        found = threads.map(lambda path: examine(portal_server + path, categories), PATHS)
        reports = dict(zip(PATHS, found, strict=True))

    assert {path: complaints_of(report) for path, report in reports.items()} == {path: {} for path in PATHS}
    full = dict.fromkeys(categories, 100)
    assert {path: scores_of(report) for path, report in reports.items()} == dict.fromkeys(PATHS, full)


def test_less_than_promised_is_named():
    well = {"largest-contentful-paint": 1800, "total-blocking-time": 100, "cumulative-layout-shift": 0.02}
    slow = well | {"total-blocking-time": 101}

    assert broken_promises(LEAST, well) == []
    assert broken_promises(LEAST | {"performance": 94}, slow) == ["performance", "total-blocking-time"]
    assert broken_promises(LEAST | {"seo": 60}, well) == ["seo"]
    assert broken_promises(LEAST | {"seo": 60}, well, is_indexed=False) == []
