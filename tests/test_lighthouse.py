"""Lighthouse, as a telephone: accessibility, best practices and search engines are full. Times are not asked here."""

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
@pytest.mark.parametrize("path", PATHS)
def test_scores_are_full(path, lighthouse, portal_server):
    report = examine(portal_server + path, ("accessibility", "best-practices", "seo"))

    assert complaints_of(report) == {}
    assert scores_of(report) == {"accessibility": 100, "best-practices": 100, "seo": 100}


def test_less_than_promised_is_named():
    well = {"largest-contentful-paint": 1800, "total-blocking-time": 100, "cumulative-layout-shift": 0.02}
    slow = well | {"total-blocking-time": 101}

    assert broken_promises(LEAST, well) == []
    assert broken_promises(LEAST | {"performance": 94}, slow) == ["performance", "total-blocking-time"]
    assert broken_promises(LEAST | {"seo": 60}, well) == ["seo"]
    assert broken_promises(LEAST | {"seo": 60}, well, is_indexed=False) == []
