"""Files in a real browser: chosen, kept through an error, saved, shown; no barriers, nothing refused by our policy."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from media4sec.records.admin.lists import admin_url
from media4sec.records.documents.reading import working_document
from tests.browsing import DESK, barriers, no_complaints, signed_in
from tests.factories import fresh, make, publish, save
from tests.files import file_part, pdf, stored
from tests.people import logged_in, member, owned

# The server writes, so that no test may hold a transaction open.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "stored"


@pytest.fixture
def pages(live_server, over_http, folder, partner):
    """(session, {name: address}, the technology) of somebody whose records have files."""
    user = member("publisher", partner=partner)
    told = {"caption": "At the workshop.", "credit": "A photographer", "licence": "CC BY 4.0"}
    pictures = [file_part(stored(photo(size)), **told) for size in ((900, 600), (300, 700), (60, 40))]
    report = file_part(
        stored(pdf("The first page", "Two"), "pdf"), key="document", alt="", credit="MEDI@4SEC"
    )
    records = {
        "technology": make("technology", title="Faces in the crowd"),
        "deliverable": make("deliverable"),
    }
    for name, files in (("technology", pictures), ("deliverable", [report])):
        document = working_document(records[name]) | {"files": files}
        records[name] = publish(owned(save(document, name, records[name]), partner))
    addresses = {name: record.url for name, record in records.items()}
    addresses |= {f"form of {name}": admin_url(record) for name, record in records.items()}
    addresses |= {"preview": admin_url(records["technology"], "preview"), "start": "/admin/"}
    session = logged_in(user).cookies["sessionid"].value
    urls = {name: live_server.url + address for name, address in addresses.items()}
    return session, urls, records["technology"]


def photo(size):
    file = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(file, "PNG")
    return file.getvalue()


def test_pages_with_files_have_no_barriers(browser_page, pages):  # gates 7.1, 7.3, 7.4
    session, addresses, _ = pages
    page = signed_in(browser_page, session, addresses["start"], bypass_csp=True, reduced_motion="reduce")
    found = {}
    for name, address in addresses.items():
        page.goto(address)
        found |= barriers(page, name)

    assert found == {}


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
def test_a_file_is_chosen_and_saved_in_spite_of_an_error(browser_page, pages, has_script, tmp_path):
    session, addresses, record = pages
    page = signed_in(browser_page, session, addresses["start"], java_script_enabled=has_script, viewport=DESK)
    path = tmp_path / "secret name.png"
    path.write_bytes(photo((120, 80)))
    with no_complaints(page):
        page.goto(addresses["form of technology"])
        row = page.locator("#files-3")
        row.get_by_label("File").set_input_files(path)
        row.get_by_label("Alternative text").fill("A new picture")
        page.get_by_role("button", name="Save", exact=True).first.click()
        expect(page.locator("#files-3 .errorlist")).to_have_text("This field is required.")
        expect(row.get_by_text("Chosen: PNG, 120 × 80 pixels")).to_be_visible()
        row.get_by_label("Licence or rights").fill("not stated")
        page.get_by_role("button", name="Save", exact=True).first.click()
        expect(page.locator(".messagelist .success")).to_be_visible()

    assert [part["alt"] for part in working_document(fresh(record))["files"]][-1] == "A new picture"


def test_pictures_are_seen(browser_page, pages):
    session, addresses, _ = pages
    page = signed_in(browser_page, session, addresses["start"], viewport=DESK)
    for name in ("technology", "preview", "form of technology", "deliverable", "form of deliverable"):
        with no_complaints(page):
            page.goto(addresses[name])
            pictures = page.locator(".picture img, .file img")
            expect(pictures).to_have_count(3 if "deliverable" not in name else 1)
            for picture in pictures.all():
                picture.scroll_into_view_if_needed()
                expect(picture).to_have_js_property("complete", True)
                assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
