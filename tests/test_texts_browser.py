"""The back-office in a real browser: what is too long is not cut, and a count stands beside it."""

import pytest

from media4sec.records.admin.lists import admin_url
from tests.browsing import signed_in
from tests.factories import make

# The server writes, so that no test may hold a transaction open.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(live_server, browser_page, over_http, admin_client):
    return signed_in(browser_page, admin_client.cookies["sessionid"].value, live_server.url)


def test_what_is_too_long_stays_and_is_counted(page, live_server):
    partner = make("partner")
    page.goto(f"{live_server.url}{admin_url(partner)}")

    page.fill("#id_title", "x" * 500)
    page.fill("#id_country", "Deutschland")
    page.fill("#id_summary", " One\n👮 e\u0301 ")
    page.press("#id_title", "Enter")

    assert page.input_value("#id_title") == "x" * 500
    assert page.input_value("#id_country") == "Deutschland"
    counts = {name: page.locator(f"#id_{name}-count") for name in ("title", "country", "summary")}
    assert [counts[name].inner_text() for name in ("title", "country")] == ["500 of 400", "11 of 2"]
    assert counts["summary"].count() == 0  # not too long, and not being written in
    page.focus("#id_summary")
    assert counts["summary"].inner_text() == "7 of 2000"
    assert page.get_attribute("#id_title", "aria-describedby").split()[-1] == "id_title-count"
