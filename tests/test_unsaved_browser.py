"""No text is lost, in a real browser: without scripts through the log-in, with them while typing and on leaving."""

import pytest
from playwright.sync_api import expect

from media4sec.records.admin.lists import admin_url
from media4sec.records.models import UnsavedText
from tests.browsing import NARROW_AND_WIDE, barriers, log_in
from tests.factories import fresh, make
from tests.people import member, with_password_alone

# The server writes, so that no test may hold a transaction open.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("over_http")]

SAVE = "Save"


@pytest.fixture
def server(live_server):
    """With a contributor of the editorial office, who logs in without a second factor."""
    with_password_alone(member("contributor", name="anna"))
    return live_server.url


@pytest.fixture
def theme(server):
    return make("theme", summary="As it was.")


def opened(page, server, theme):
    page.goto(f"{server}{admin_url(theme)}")
    log_in(page)
    page.wait_for_url(f"{server}{admin_url(theme)}")  # and until its scripts have run
    return page


def press_save(page):
    page.get_by_role("button", name=SAVE, exact=True).click()


def is_back(page):
    expect(page.get_by_role("heading", name="What you typed is back")).to_be_visible()
    page.wait_for_load_state()  # a field may have come in part
    return page.locator("#id_summary").input_value()


def test_the_session_ends_while_somebody_types_without_scripts(browser_page, server, theme):
    page = opened(browser_page(java_script_enabled=False), server, theme)
    page.fill("#id_summary", "Typed for an hour.\nIn lines.")
    page.context.clear_cookies(name="sessionid")

    press_save(page)
    expect(page.get_by_text("What you typed is kept for you")).to_be_visible()
    log_in(page)

    assert is_back(page) == "Typed for an hour.\nIn lines."
    press_save(page)
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert fresh(theme).summary == "Typed for an hour.\nIn lines."


@pytest.mark.parametrize("lost", ["log-in", "all cookies"])
def test_a_form_expires_without_scripts(browser_page, server, theme, lost):
    page = opened(browser_page(java_script_enabled=False), server, theme)
    page.fill("#id_summary", "Typed in the first tab.")
    if lost == "log-in":
        other = page.context.new_page()
        other.goto(f"{server}/admin/")
        other.get_by_role("button", name="Log out").click()
        other.get_by_role("link", name="Log in again").click()
        log_in(other)
        expect(other.get_by_role("heading", name="What waits for you")).to_be_visible()
        press_save(page)
        expect(page.get_by_text("This form had expired")).to_be_visible()
    else:
        page.context.clear_cookies()
        press_save(page)
        log_in(page)

    assert is_back(page) == "Typed in the first tab."
    page.get_by_role("button", name="Save it").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert fresh(theme).summary == "Typed in the first tab."


def leaves(page, is_asked):
    """Follow a link; was the question asked, and is the page left when it is answered with “stay”?"""
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    before = page.url
    home = page.get_by_role("link", name="Home")
    if is_asked:
        with page.expect_event("dialog"):
            home.click(no_wait_after=True)
        page.wait_for_timeout(500)
        expect(page).to_have_url(before)
    else:
        home.click()
        expect(page).not_to_have_url(before)
    page.remove_listener("dialog", stay)
    assert asked == ["beforeunload"] * is_asked


def test_leaving_a_changed_form_asks_first(browser_page, server, theme):
    page = opened(browser_page(), server, theme)
    page.focus("#id_summary")
    leaves(page, is_asked=False)
    page.goto(f"{server}{admin_url(theme)}")

    page.fill("#id_summary", "Changed.")
    leaves(page, is_asked=True)
    page.fill("#id_summary", "As it was.")
    leaves(page, is_asked=False)


@pytest.mark.parametrize("button", [SAVE, "Save and continue editing", "Save and submit …"])
def test_saving_asks_nothing(browser_page, server, theme, button):
    page = opened(browser_page(), server, theme)
    page.on("dialog", lambda dialog: pytest.fail(dialog.type))
    page.fill("#id_summary", "Changed.")

    page.get_by_role("button", name=button, exact=True).click()

    expect(page.locator(".messagelist")).to_be_visible()
    assert fresh(theme).summary == "Changed."


def test_a_form_with_errors_asks_as_well(browser_page, server, theme):
    page = opened(browser_page(), server, theme)
    page.fill("#id_title", "")
    press_save(page)
    expect(page.locator(".faults-summary")).to_be_visible()
    page.wait_for_load_state()  # until its scripts have run

    page.focus("#id_summary")
    page.keyboard.press("End")
    leaves(page, is_asked=True)


def test_what_is_typed_is_kept_and_offered_again(browser_page, server, theme):
    page = opened(browser_page(), server, theme)
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.fill("#id_summary", "Typed, and then the machine was switched off.")
    with page.expect_response("**/admin/unsaved/keep/") as response:
        pass
    assert response.value.status == 204
    expect(page.get_by_role("status").filter(has_text="A copy is kept for you")).to_be_visible()
    assert complaints == []
    page.on("dialog", lambda dialog: dialog.accept())

    page.goto(f"{server}{admin_url(theme)}")
    assert page.input_value("#id_summary") == "As it was."
    page.get_by_role("link", name="Take it back").click()
    assert is_back(page) == "Typed, and then the machine was switched off."
    press_save(page)
    expect(page.locator(".messagelist")).to_be_visible()

    assert fresh(theme).summary == "Typed, and then the machine was switched off."
    page.goto(f"{server}{admin_url(theme)}")
    expect(page.get_by_role("link", name="Take it back")).to_have_count(0)


def test_a_copy_is_thrown_away_by_its_button_and_with_what_was_typed(browser_page, server, theme):
    page = opened(browser_page(), server, theme)
    page.on("dialog", lambda dialog: dialog.accept())
    page.fill("#id_summary", "Typed.")
    with page.expect_response("**/admin/unsaved/keep/"):
        pass
    with page.expect_response("**/admin/unsaved/forget/"):
        page.fill("#id_summary", "As it was.")
    assert not UnsavedText.objects.exists()
    page.fill("#id_summary", "Typed again.")
    with page.expect_response("**/admin/unsaved/keep/"):
        pass

    page.goto(f"{server}{admin_url(theme)}")
    page.get_by_role("button", name="Throw it away").click()

    expect(page.get_by_role("button", name="Throw it away")).to_have_count(0)
    expect(page.locator("#id_summary")).to_have_value("As it was.")
    assert not UnsavedText.objects.exists()


def test_a_copy_that_cannot_be_kept_is_told_and_nothing_is_lost(browser_page, server, theme):
    page = opened(browser_page(), server, theme)
    page.context.clear_cookies()
    page.fill("#id_summary", "Typed after the session ended.")

    expect(page.get_by_role("status").filter(has_text="No copy of what you type can be kept")).to_be_visible(
        timeout=10_000
    )
    press_save(page)
    log_in(page)

    assert is_back(page) == "Typed after the session ended."


@pytest.mark.parametrize(("size", "look"), NARROW_AND_WIDE, ids=["narrow", "desk"])
def test_the_offers_have_no_barriers(browser_page, server, theme, size, look):  # gates 7.1, 7.3
    page = opened(browser_page(bypass_csp=True, reduced_motion="reduce", viewport=size), server, theme)
    page.fill("#id_summary", "Typed.")
    with page.expect_response("**/admin/unsaved/keep/"):
        pass
    page.on("dialog", lambda dialog: dialog.accept())
    found = {}
    for step in ("offered", "back", "expired"):
        if step == "offered":
            page.goto(f"{server}{admin_url(theme)}")
        elif step == "back":
            page.get_by_role("link", name="Take it back").click()
            is_back(page)
        else:
            page.context.clear_cookies(name="csrftoken")
            page.locator("[name=unsaved]").last.evaluate("(note) => { note.value = ''; }")
            press_save(page)
            expect(page.get_by_role("heading", name="This form has expired")).to_be_visible()
        found |= barriers(page, step, [(size, look)])

    assert not found
