"""What the editorial office says beside the fields of forms: of one kind each, checked, after the built-in help."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from media4sec.records.admin.lists import admin_url
from media4sec.records.models import FieldHint
from tests.factories import make, make_full
from tests.people import administrator, logged_in, member
from tests.test_admin import errors_in, filled

pytestmark = pytest.mark.django_db
ADD = "/admin/records/fieldhint/add/"
SAYS = "The country of its <maker>, not that of its users."


@pytest.fixture
def office():
    return logged_in(member("publisher"))


def row_of(client, record, field, until):
    page = " ".join(client.get(admin_url(record)).content.decode().split())
    return page[page.index(f'"form-row field-{field}"') : page.index(f'"form-row field-{until}"')]


def test_the_office_writes_one_and_everybody_reads_it_in_the_form(office):
    saved = office.post(ADD, filled(office, ADD, place="technology:country", text=f"  {SAYS} "))
    partner = member("contributor")
    hint = FieldHint.objects.get()

    assert saved.status_code == 302
    assert (hint.kind_name, hint.field, hint.text) == ("technology", "country", SAYS)
    row = row_of(logged_in(partner), make("technology"), "country", "homepage")
    assert '<span class="hint">The country of its &lt;maker&gt;, not that of its users.</span>' in row
    assert 'aria-describedby="id_country_helptext"' in row


def test_it_stands_after_the_built_in_help_and_without_one_that_stands_alone(office):
    record = make("technology")
    built_in = row_of(office, record, "identifier", "slug"), row_of(office, record, "slug", "title")
    FieldHint.objects.create(kind_name="technology", field="slug", text="Short.")

    now = row_of(office, record, "slug", "title")

    assert "Decorates the address; may change." in built_in[1]
    assert 'Decorates the address; may change. <span class="hint">Short.</span>' in now
    assert row_of(office, record, "identifier", "slug") == built_in[0]


def test_it_is_in_a_new_form_and_in_one_that_is_refused(office):
    FieldHint.objects.create(kind_name="technology", field="title", text="As the maker writes it.")
    address = "/admin/catalogue/technology/add/"

    new = office.get(address).content.decode()
    refused = office.post(address, filled(office, address, title=""))

    assert "As the maker writes it." in new
    assert errors_in(refused)
    assert "As the maker writes it." in refused.content.decode()
    assert "As the maker writes it." not in office.get("/admin/workshops/theme/add/").content.decode()


def test_it_stands_before_parts_and_sources(office):
    for field in ("events", "sources"):
        FieldHint.objects.create(kind_name="instrument", field=field, text=f"About {field}.")

    page = office.get(admin_url(make_full("instrument"))).content.decode()

    assert [f": About {field}." in page for field in ("events", "sources")] == [True, True]


def test_it_is_changed_and_taken_away(office):
    hint = FieldHint.objects.create(kind_name="technology", field="country", text=SAYS)
    address = f"/admin/records/fieldhint/{hint.pk}/change/"

    office.post(address, filled(office, address, text="Another word.", place="theme:title"))
    hint.refresh_from_db()
    assert (hint.kind_name, hint.field, hint.text) == ("technology", "country", "Another word.")
    office.post(address.replace("change", "delete"), {"post": "yes"})
    assert not FieldHint.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {"text": ""},
        {"text": "a" * 301},
        {"text": "a\u202eb"},
        {"place": ""},
        {"place": "technology:owner"},
        {"place": "technology:country"},  # there is one
    ],
)
def test_what_is_none_is_refused_and_nothing_is_lost(office, given):
    FieldHint.objects.create(kind_name="technology", field="country", text=SAYS)
    given = {"place": "technology:title", "text": "Short."} | given

    response = office.post(ADD, filled(office, ADD, **given))

    assert errors_in(response)
    assert FieldHint.objects.count() == 1
    assert response.context["adminform"].form["text"].value() == given["text"]


def test_the_list_is_by_kind(office):
    FieldHint.objects.create(kind_name="technology", field="country", text=SAYS)
    FieldHint.objects.create(kind_name="theme", field="title", text="Short.")

    page = office.get("/admin/records/fieldhint/", {"kind": "technology"})

    assert [hint.field for hint in page.context["cl"].result_list] == ["country"]
    assert "Technologies" in page.content.decode()


def test_a_form_takes_one_query_for_all_hints():
    client, record = logged_in(administrator()), make("technology")

    def queries():
        with CaptureQueriesContext(connection) as found:
            assert client.get(admin_url(record)).status_code == 200
        return [query["sql"] for query in found if "records_fieldhint" in query["sql"]]

    assert len(queries()) == 1
    for field in ("title", "country", "slug"):
        FieldHint.objects.create(kind_name="technology", field=field, text="Short.")
    assert len(queries()) == 1
