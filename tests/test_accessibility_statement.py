"""The accessibility statement by the EU's model: what it must say, and that its page and its JSON say the same."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.core import checks
from django.utils import translation

from media4sec.front import accessibility
from media4sec.languages import CODES
from media4sec.saying import day
from tests.public import text_of

ROOT = Path(__file__).parents[1]
PAGE, FILE = "/accessibility/", "/accessibility.json"
DAYS = ("prepared_on", "reviewed_on", "review_due_on")
pytestmark = pytest.mark.django_db


def stated(client):
    response = client.get(FILE)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    return response.json()


# gate 7.9
@pytest.mark.parametrize("body", ["", "Board for Access"])
@pytest.mark.parametrize("url", ["", "https://access.example.eu/complaints"])
@pytest.mark.parametrize("contact", ["", "mailto:access@example.eu"])
def test_page_and_json_say_the_same(client, settings, body, url, contact):
    settings.ACCESSIBILITY_BODY, settings.ACCESSIBILITY_BODY_URL = body, url
    settings.CATALOGUE = settings.CATALOGUE | {"contact": contact}
    found, response = stated(client), client.get(PAGE)
    html, words = response.content.decode(), text_of(response)

    assert found["status_text"] in words
    assert found["method_text"] in words
    assert len(found["gaps"]) > 2
    for known in found["gaps"]:
        assert f"{known['gap']} {known['reason']}" in words
    for name in DAYS:
        assert day(found[name]) in words
    assert found["feedback"]["email"] == (contact.removeprefix("mailto:") or None)
    assert found["feedback"]["form"].endswith("/corrections/new/")
    assert 'href="/corrections/new/">the form</a>' in html
    assert ('href="mailto:' in html) == bool(contact)
    assert found["enforcement"] == {"body": body or None, "url": url or None}
    assert ("has not stated which" in words) == (not body and not url)
    assert body in words
    assert not url or f'href="{url}"' in html
    assert f'href="{FILE}"' in html


# gate 7.9
@pytest.mark.parametrize("code", CODES)
def test_it_says_the_same_in_each_language(client, code):
    english = accessibility.statement_of_accessibility()
    words = text_of(client.get(f"/{code}{PAGE}"))
    with translation.override(code):
        local = accessibility.statement_of_accessibility()
        days = [day(local[name]) for name in DAYS]

    assert local["language"] == code
    assert local["status_text"] != english["status_text"]
    assert local["status_text"] in words
    for known, in_english in zip(local["gaps"], english["gaps"], strict=True):
        assert f"{known['gap']} {known['reason']}" in words
        assert known["kind"] == in_english["kind"]
    assert [one for one in days if one not in words] == []


# gate 7.9
def test_it_is_gone_through_within_twelve_months():
    """Not asked of the clock, which would fail a good release later: of what the content says was looked at last."""
    newest = max(
        date.fromisoformat(found)
        for path in (ROOT / "fixtures").glob("*.json")
        for found in re.findall(r'"checked_on": "(\d{4}-\d\d-\d\d)"', path.read_text("utf-8"))
    )

    assert accessibility.PREPARED_ON <= accessibility.REVIEWED_ON
    assert 0 < (accessibility.REVIEW_DUE_ON - accessibility.REVIEWED_ON).days <= 366
    assert newest <= accessibility.REVIEW_DUE_ON


# gate 7.9
def test_the_page_says_itself_when_it_is_overdue(client, monkeypatch):
    for due, is_overdue in ((date.min, True), (date.max, False)):
        monkeypatch.setattr(accessibility, "REVIEW_DUE_ON", due)
        assert ("That day has passed" in text_of(client.get(PAGE))) == is_overdue
        assert stated(client)["review_is_overdue"] == is_overdue


# gate 7.9
def test_operators_are_told_when_they_name_no_body(settings):
    def warned():
        return {
            message.id for message in checks.run_checks(include_deployment_checks=True, tags=["security"])
        }

    settings.ACCESSIBILITY_BODY = settings.ACCESSIBILITY_BODY_URL = ""
    assert "portal.W003" in warned()
    settings.ACCESSIBILITY_BODY = "Board for Access"
    assert "portal.W003" not in warned()


def test_the_statuses_of_the_model_are_used():
    found = accessibility.statement_of_accessibility()
    assert found["status"] in {"fully-compliant", "partially-compliant", "not-compliant"}
    assert (found["status"] == "fully-compliant") == (not found["gaps"])
