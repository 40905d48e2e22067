"""Editors are warned of ways to reach or recognise somebody in texts, and not of other numbers."""

import json
import time
from datetime import date
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from media4sec.records.contacts import COUNTRIES, told_of_contacts
from media4sec.records.models import Record
from tests.factories import make
from tests.people import authenticated
from tests.test_admin import ORGANISATIONS, filled, warnings_in

pytestmark = pytest.mark.once

FIXTURES = sorted((Path(__file__).parents[1] / "fixtures").glob("*.json"))
TYPES = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE)
BEFORE = st.sampled_from(["", "Call ", "Tel. ", "Ask the desk: ", "In 2018, ", "("])
AFTER = st.sampled_from(["", ".", ", day and night", " (office)", ")"])
DIGITS = st.text("0123456789", min_size=1, max_size=4)


@pytest.fixture
def editor(admin_client, admin_user):
    """Somebody who may do everything, and has just logged in."""
    authenticated(admin_client, admin_user)
    return admin_client


# gate 8.4
@given(
    st.sampled_from(COUNTRIES),
    st.sampled_from(TYPES),
    st.sampled_from([PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL, PhoneNumberFormat.E164]),
    BEFORE,
    AFTER,
)
def test_telephone_numbers_are_found_however_they_are_written(country, sort, form, before, after):
    number = phonenumbers.example_number_for_type(country, sort)
    written = phonenumbers.format_number(number, form)

    [said] = told_of_contacts({"summary": f"{before}{written}{after}"})

    assert said.endswith("looks like a telephone number.")
    assert written in said


# gate 8.4
@pytest.mark.parametrize(
    "text",
    [
        "badge number 4471",
        "Warrant card no. 12345",
        "collar number PC 1234",
        "dienstnummer 47110",
        "Legitimatienummer: 123456",
        "Dienstausweisnummer 4711-22",
        "matricule 123456",
        "numéro de matricule 123456",
        "número de placa 12345",
        "αριθμός μητρώου 123456",
        "Službena številka: 12345",
    ],
)
def test_service_numbers_are_found_where_they_are_called_so(text):
    assert told_of_contacts([f"The officer ({text}) spoke."]) == [
        f"“{text}” looks like the service number of a person."
    ]


# gate 8.4
@given(st.emails())
def test_mail_addresses_are_found(address):
    """Those that people write: quoted local parts and signs like ! are left to those who send mail."""
    assume(set(address) <= {*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_+@"})
    assert told_of_contacts({"parts": [{"text": f"Write to {address}"}]}) == [
        f"“{address}” looks like an e-mail address."
    ]


# gate 8.4
@given(
    st.one_of(
        st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(str),
        st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(lambda day: f"{day:%d/%m/%Y}"),
        st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(lambda day: f"{day:%d.%m.%Y}"),
        st.tuples(st.integers(1900, 2099), st.integers(1900, 2099)).map("{0[0]}-{0[1]}".format),
        st.tuples(st.integers(1900, 2099), st.integers(1, 9999)).map("CELEX 3{0[0]}R{0[1]:04}".format),
        st.tuples(DIGITS, st.integers(1, 10**12)).map("https://doi.org/10.{0[0]:0>4}/{0[1]}".format),
        st.integers(1, 10**12).map("10.5281/zenodo.{}".format),
        st.integers(0, 10**9 - 1).map("ISBN 978{:09}X".format),
        st.integers(0, 10**12).map("https://example.org/status/{}".format),
        st.integers(100_000, 999_999).map("grant {}".format),
        st.integers(0, 10**10).map("{:,}".format),
        st.integers(0, 10**10).map("EUR {}".format),
        st.integers(0, 10**10).map(lambda number: f"{number:,} euros".replace(",", " ")),
        st.sampled_from(["112", "ECLI:EU:C:2016:970", "application no. 58170/13", "service in 2016-2018"]),
    ),
    BEFORE,
    AFTER,
)
def test_other_numbers_are_left_alone(text, before, after):
    assert told_of_contacts({"summary": f"{before}{text}{after}"}) == []


# gates 4.14, 8.4
@pytest.mark.parametrize("part", ["1", "1 ", "a", "a.", "a@", "+", "0(", "service ", "€1", "number 1-"])
def test_long_texts_take_no_long_time(part):
    before = time.process_time()
    told_of_contacts([part * (20_000 // len(part))])
    assert time.process_time() - before < 5


# gate 8.4
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_nothing_in_the_content_is_taken_for_one(path):
    documents = json.loads(path.read_text("utf-8"))
    assert documents
    assert [(one["identifier"], found) for one in documents if (found := told_of_contacts(one))] == []


# gate 8.4
@pytest.mark.django_db
def test_who_saves_and_who_publishes_is_warned_and_not_stopped(editor):
    values = filled(
        editor, ORGANISATIONS, title="Acme Ltd", summary="Ask +31 6 12345678 for a demonstration."
    )
    saved = editor.post(ORGANISATIONS, values, follow=True)

    record = Record.objects.get(title="Acme Ltd")
    says = "“+31 6 12345678” looks like a telephone number. Take it away, unless it belongs to an office."
    assert warnings_in(saved) == [says]
    pages = [f"/admin/catalogue/organisation/{record.pk}/{below}" for below in ("change/", "publish/")]
    assert [says in editor.get(page).content.decode() for page in pages] == [True, True]
    other = make("organisation", title="Other Ltd")
    assert (
        "looks like" not in editor.get(f"/admin/catalogue/organisation/{other.pk}/change/").content.decode()
    )


# gate 8.8
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "is_taken"),
    [
        (f"http://{'a' * 56}.onion/", False),
        ("https://market.onion", False),
        ("http://site.i2p/page", False),
        (f"https://{'b' * 16}.onion.example/", False),
        ("https://www.theonion.example/", True),
        ("https://onion.example/", True),
    ],
)
def test_no_link_leads_to_a_hidden_service(editor, address, is_taken):
    form = "/admin/records/source/add/"
    response = editor.post(form, filled(editor, form) | {"title": "A source", "url": address})

    assert (response.status_code == 302) == is_taken
    assert ("hidden service" in response.content.decode()) == (not is_taken and ".i2p" not in address)
