"""Long forms: what they hold, what is wrong in them, what is expected, and a way to add what is missing."""

import pytest

from media4sec.kinds import kinds
from media4sec.records.admin.lists import admin_url
from media4sec.records.models import Record, model_of
from tests.factories import make
from tests.people import logged_in, member, owned
from tests.test_admin import filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(partner):
    return logged_in(member("contributor", partner=partner))


@pytest.fixture
def record(partner):
    return owned(make("technology"), partner)


def test_a_long_form_lists_its_parts(client, record):
    page = client.get(admin_url(record))

    titles = [title for title, _ in page.context["sections"]]
    assert (titles[0], titles[-1]) == ("Identity", "Sources (recommended)")
    text = page.content.decode()
    assert [target for _, target in page.context["sections"] if f'id="{target}"' not in text] == []
    assert client.get("/admin/records/tag/add/").context["sections"] == []


def test_what_is_wrong_is_listed_with_its_field(client, record):
    values = filled(client, admin_url(record), title="", checked_on="soon")
    values |= {"citations-0-dated_on": "someday", "citations-0-locator": "p. 1"}

    page = client.post(admin_url(record), values)

    assert page.context["faults"] == [
        ("Title", "This field is required.", "id_title"),
        ("Checked on (recommended)", "Enter a valid date.", "id_checked_on"),
        ("Source 1, Source", "This field is required.", "id_citations-0-source"),
        ("Source 1, Dated", "Give a date as YYYY, YYYY-MM or YYYY-MM-DD.", "id_citations-0-dated_on"),
    ]
    text = page.content.decode()
    assert [target for *_, target in page.context["faults"] if f'id="{target}"' not in text] == []


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_what_readers_expect_is_marked_for_each_kind(admin_client, kind):
    opts = model_of(kind.name)._meta
    page = admin_client.get(f"/admin/{opts.app_label}/{opts.model_name}/add/")

    fields = page.context["adminform"].form.fields
    marked = {name for name, field in fields.items() if "(recommended)" in str(field.label)}
    titles = [title for title, _ in page.context["sections"]]
    marked |= {"sources"} & {title.removesuffix(" (recommended)").lower() for title in titles if "(" in title}

    assert marked == set(kind.recommended)


def test_a_maker_that_is_missing_is_added_beside_the_form(client, record, partner):
    """With scripts in a window of its own, without on a page of its own; what is typed here stays here."""
    page = client.get(admin_url(record)).content.decode()
    add = "/admin/catalogue/organisation/add/"

    assert f'<a class="by-name" href="{add}" target="_blank" rel="noopener">' in page
    assert f'href="{add}?_to_field=id&amp;_popup=1"' in page.replace("record_ptr", "id")
    popup = client.post(f"{add}?_popup=1", filled(client, f"{add}?_popup=1", title="A new maker", _popup="1"))
    maker = Record.objects.get(title="A new maker")
    assert (maker.state, maker.owner_id) == ("draft", partner.pk)
    assert str(maker.pk) in popup.content.decode()
    client.post(admin_url(record), filled(client, admin_url(record), **{"makers-named": maker.identifier}))
    assert [one.pk for one in record.makers.all()] == [maker.pk]


def test_what_somebody_may_not_add_is_not_offered(client, record):
    page = client.get(admin_url(record)).content.decode()

    assert "/admin/workshops/theme/add/" not in page
