"""Reports from the public: the form, its receipt, what keeps others' websites and floods out."""

import ipaddress
import re
import time
import unicodedata
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import Client, RequestFactory
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from media4sec.corrections import limits
from media4sec.corrections.deadlines import a_month_after, working_days_after
from media4sec.corrections.models import CONTACT_KEPT, Correction, CountingKey, SenderCount
from media4sec.corrections.protection import new_token, read_token
from media4sec.corrections.receipts import NUMBER_LENGTH, SIGNS, new_receipt, read_receipt
from media4sec.records import workflow
from tests.examples import examples
from tests.factories import document_for, make, published
from tests.public import h1_of, text_of

pytestmark = pytest.mark.django_db
FORM = "/corrections/new/"
State, Category = Correction.State, Correction.Category


@pytest.fixture
def record():
    return published("technology", title="A tool that watches")


def address_of(record):
    return f"{FORM}?record={record.kind_name}:{record.identifier}"


def token_in(response):
    return re.search(r'name="token" value="([^"]+)"', response.content.decode())[1]


def filled(client, address=FORM, **changes):
    """What a browser sends for the form at an address, with little more than what must be given."""
    token = token_in(client.get(address))
    return {"token": token, "category": "error", "text": "This is wrong."} | changes


def send(client, address=FORM, headers=None, **changes):
    """Open the form, fill it in, send it."""
    return client.post(address, filled(client, address, **changes), headers=headers)


def errors_in(response):
    return {error["name"]: str(error["text"]) for error in response.context["errors"]}


def reports():
    return list(Correction.objects.order_by("pk"))


def report(**changes):
    """A report as it stands in the queue."""
    number = Correction.objects.count()
    values = {"submission": f"test {number}", "category": "error", "text": "Wrong.", "language": "en-gb"}
    return Correction.objects.create(**values | changes)


# The form


def test_a_report_is_kept_and_leads_to_its_receipt(client, record):  # gate 8.5
    sent = {
        "category": "personal-data",
        "text": "My name stands here.\r\nPlease remove it.",
        "part": "Facts",
        "source": "https://example.org/page",
        "contact": "me@example.org",
    }

    response = send(client, address_of(record), **sent)

    [kept] = reports()
    assert (response.status_code, response["Location"]) == (303, f"/corrections/{kept.receipt}/")
    assert (kept.kind_name, kept.identifier, kept.title) == (
        "technology",
        record.identifier,
        "A tool that watches",
    )
    assert kept.text == "My name stands here.\nPlease remove it."
    assert [kept.category, kept.part, kept.source, kept.contact] == [
        sent[name] for name in ("category", "part", "source", "contact")
    ]
    assert (kept.state, kept.language, kept.answer, kept.note) == ("received", "en-gb", "", "")


def test_a_report_about_the_site_names_no_record(client):
    send(client)

    [kept] = reports()
    assert (kept.kind_name, kept.identifier, kept.title, kept.record) == ("", "", "", "")


def test_the_language_of_the_page_is_kept(client):
    response = send(client, f"/de{FORM}")

    [kept] = reports()
    assert kept.language == "de"
    assert response["Location"] == f"/de/corrections/{kept.receipt}/"


def test_every_page_leads_to_the_form(client):
    assert f'href="{FORM}"' in client.get("/").content.decode()
    assert f'href="/nl{FORM}"' in client.get("/nl/").content.decode()


def test_opening_the_form_keeps_nothing(client, record):  # gate 4.13
    for address in (FORM, address_of(record), "/corrections/"):
        assert client.get(address).status_code == client.head(address).status_code == 200

    assert reports() == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "NONSENSE"])
def test_other_methods_are_refused(client, method):  # gate 4.13
    response = client.generic(method, FORM)

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")
    assert h1_of(response) == "This address cannot be used like that"


def unseen(place, sign):
    return f"Character {place} is {sign}, which cannot be seen or stored. Type that place again."


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"text": ""}, {"text": "Say what is wrong."}),
        ({"text": " \n\t\u00a0"}, {"text": "Say what is wrong."}),
        ({"category": ""}, {"category": "Choose what kind of problem it is."}),
        ({"contact": "nobody"}, {"contact": "The e-mail address must look like name@example.org."}),
        (
            {"source": "ftp://example.org/"},
            {"source": "The address of the source must look like https://example.org/page."},
        ),
        (
            {"source": "javascript:alert(1)"},
            {"source": "The address of the source must look like https://example.org/page."},
        ),
        ({"part": "Fac\u202ets"}, {"part": unseen(4, "U+202E RIGHT-TO-LEFT OVERRIDE")}),
        ({"contact": "a@ex\u200bample.org"}, {"contact": unseen(5, "U+200B ZERO WIDTH SPACE")}),
        ({"source": "https://ex\u202eample.org/"}, {"source": unseen(11, "U+202E RIGHT-TO-LEFT OVERRIDE")}),
        ({"text": "a\x00b"}, {"text": unseen(2, "U+0000 NUL")}),
        ({"text": "a\x07b"}, {"text": unseen(2, "U+0007 a control character")}),
        ({"text": "line\r\n\u200bline"}, {"text": unseen(6, "U+200B ZERO WIDTH SPACE")}),
        (
            {"leave_empty": "https://example.org/"},
            {
                "leave_empty": "A field that nobody sees was filled in, perhaps by your browser. "
                "It is empty now: send again."
            },
        ),
    ],
    ids=lambda value: ascii(next(iter(value.items())))[:40],
)
def test_what_is_wrong_is_named_and_everything_typed_is_kept(
    client, record, changes, named
):  # gates 7.5, 4.4
    typed = {"text": "It is called otherwise.", "part": "Title", "contact": "me@example.org"} | changes

    response = send(client, address_of(record), **typed)

    assert response.status_code == 400
    assert errors_in(response) == named
    assert {name: response.context["values"][name] for name in typed if name != "leave_empty"} == {
        name: value for name, value in typed.items() if name != "leave_empty"
    }
    html = response.content.decode()
    assert all(f'href="#{error["field_id"]}"' in html for error in response.context["errors"])
    assert all(f'id="{error["field_id"]}"' in html for error in response.context["errors"])
    assert reports() == []


def test_after_mending_the_error_the_same_form_is_taken(client):
    first = send(client, text="")

    second = client.post(FORM, {"token": token_in(first), "category": "error", "text": "Now it is here."})

    assert second.status_code == 303
    assert [kept.text for kept in reports()] == ["Now it is here."]


def test_text_is_kept_in_one_spelling(client):  # gate 4.4
    send(client, text="Cafe\u0301", part="Cafe\u0301")

    [kept] = reports()
    assert (kept.text, kept.part) == ("Café", "Café")


def test_the_text_has_a_limit(client, settings):  # gate 4.2
    settings.CORRECTIONS_MAX_TEXT = 100

    allowed = send(client, text="é" * 98 + "\r\n")  # blanks at the ends do not count
    exact = send(client, text="é" * 50 + "\r\n" + "é" * 49)
    longer = send(client, text="é" * 101)

    assert [allowed.status_code, exact.status_code, longer.status_code] == [303, 303, 400]
    assert errors_in(longer) == {"text": "This is too long: at most 100 characters, yours has 101."}


@pytest.mark.parametrize(
    ("name", "stem", "most"), [("part", "", 200), ("source", "https://example.org/", 600)]
)
def test_short_fields_have_limits(client, record, name, stem, most):  # gate 4.2
    values = [stem + "x" * (length - len(stem)) for length in (most, most + 1)]

    answers = [send(client, address_of(record), **{name: value}) for value in values]

    assert [answer.status_code for answer in answers] == [303, 400]
    assert list(errors_in(answers[1])) == [name]


def test_the_body_has_a_limit(client, settings):  # gates 4.2, 4.16
    settings.CORRECTIONS_MAX_BODY = 2000
    body = f"token={token_in(client.get(FORM))}&category=error&text=".encode()

    def post(length):
        return client.generic(
            "POST", FORM, body + b"x" * (length - len(body)), "application/x-www-form-urlencoded"
        )

    allowed, refused = post(2000), post(2001)

    assert [allowed.status_code, refused.status_code] == [303, 413]
    assert h1_of(refused) == "You sent more than we can take"


def test_the_longest_text_fits_into_the_longest_body(client):  # gate 4.2
    text = "😀" * django_settings.CORRECTIONS_MAX_TEXT

    assert send(client, text=text).status_code == 303
    assert reports()[0].text == text


# Which record


@pytest.mark.parametrize(
    "query",
    [
        "record=technology:T-99999",
        "record=nothing:T-001",
        "record=technology",
        "record=technology:",
        "record=:T-001",
        "record=technology:%00",
        f"record=technology:{'x' * 300}",
        "record=technology:T-001%0d%0aX",
        "record=%ff%fe:",
    ],
)
def test_an_unknown_record_is_refused_by_name(client, query):  # gate 4.3
    for response in (client.get(f"{FORM}?{query}"), client.post(f"{FORM}?{query}", {"text": "x"})):
        assert response.status_code == 400
        assert "“record”: There is no such record." in text_of(response)


def test_unknown_parameters_are_named(client):  # gate 4.3
    response = client.get(f"{FORM}?nothing=1")

    assert response.status_code == 400
    assert "“nothing”: There is no such parameter here." in text_of(response)


def test_a_draft_answers_like_what_never_existed(client):  # gates 3.9, 3.10
    draft, never = make("technology", title="Secret plan"), document_for("technology")
    answers = [
        client.get(FORM, {"record": f"technology:{identifier}"})
        for identifier in (draft.identifier, never["identifier"])
    ]
    bodies = [
        answer.content.decode().replace(identifier, "…")
        for answer, identifier in zip(answers, (draft.identifier, never["identifier"]), strict=True)
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert bodies[0] == bodies[1]
    assert client.post(f"{FORM}?record=technology:{draft.identifier}", {"text": "x"}).status_code == 400
    published_page = client.get(address_of(published("technology", title="Open plan")))
    assert "Open plan" in published_page.content.decode()  # so that there was something to hide


def test_an_unpublished_title_is_not_shown(client, record):  # gate 3.11
    record.title = "A new name"
    record.save()

    send(client, address_of(record))

    assert reports()[0].title == "A tool that watches"
    assert "A new name" not in client.get(address_of(record)).content.decode()


def test_a_withdrawn_record_may_be_named_without_its_title(client, record):  # gate 3.13
    receipt = send(client, address_of(record))["Location"]
    workflow.withdraw(record, reason="It was never true.")

    response = send(client, address_of(record))

    assert response.status_code == 303
    assert (reports()[1].identifier, reports()[1].title) == (record.identifier, "")
    for address in (address_of(record), receipt, response["Location"]):
        page = client.get(address)
        assert page.status_code == 200
        assert record.identifier in text_of(page)
        assert "A tool that watches" not in page.content.decode()


# The receipt


def test_the_receipt_says_what_happens_and_by_when(client):  # gate 8.5
    friday = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)
    receipts = {
        category: report(category=category, received_at=friday).receipt for category in Category.values
    }

    pages = {
        category: text_of(client.get(f"/corrections/{receipt}/")) for category, receipt in receipts.items()
    }

    assert all("By 1 December 2026" in page for page in pages.values())  # two working days after a Friday
    assert "By 28 November 2026, 16:30 (time of Brussels)" in pages["danger"]
    assert "By 27 December 2026" in pages["personal-data"]
    assert [category for category, page in pages.items() if "28 November" in page] == ["danger"]
    assert [category for category, page in pages.items() if "27 December" in page] == ["personal-data"]


def test_the_receipt_shows_neither_text_nor_sender(client, record):  # gate 8.5
    secrets = {
        "text": "qqtextqq",
        "part": "qqpartqq",
        "source": "https://qqsourceqq.example.org/",
        "contact": "qqcontactqq@example.org",
    }

    response = client.get(send(client, address_of(record), **secrets)["Location"])

    assert response.status_code == 200
    assert not re.findall("qq[a-z]+qq", response.content.decode())
    assert reports()[0].receipt in text_of(response)
    assert response["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in response.content.decode()


def test_the_receipt_follows_the_report(client):
    kept = report(answer="We mended it <b>today</b>.")
    address, now = f"/corrections/{kept.receipt}/", timezone.now()
    heads = []
    for state, when in [
        (State.RECEIVED, {}),
        (State.ACKNOWLEDGED, {"acknowledged_at": now}),
        (State.ANSWERED, {"answered_at": now}),
        (State.CLOSED, {"closed_at": now}),
    ]:
        Correction.objects.filter(pk=kept.pk).update(state=state, **when)
        heads.append(h1_of(client.get(address)))

    assert heads == [
        "Your report has arrived",
        "Your report is being looked into",
        "Your report is answered",
        "Your report is closed",
    ]
    assert "We mended it &lt;b&gt;today&lt;/b&gt;." in client.get(address).content.decode()


def test_a_broken_promise_is_admitted(client):
    late = report(received_at=timezone.now() - timedelta(days=10))

    assert "We are late" in text_of(client.get(f"/corrections/{late.receipt}/"))


def test_receipt_is_found_however_it_is_written(client):
    receipt = report().receipt
    plain = receipt.replace("-", "").lower()

    assert client.get(f"/corrections/{plain}/")["Location"] == f"/corrections/{receipt}/"
    assert client.get("/corrections/", {"receipt": f" {plain[:6]} {plain[6:]}"})["Location"] == (
        f"/corrections/{receipt}/"
    )
    assert client.get(f"/fr/corrections/{plain}/")["Location"] == f"/fr/corrections/{receipt}/"


@pytest.mark.parametrize(
    "typed", ["x", "\x00", "😀" * 50, "1" * 12, "0000-0000-0000", "ß" * 6, "well formed"]
)
def test_an_unknown_receipt_says_so(client, typed):
    typed = new_receipt() if typed == "well formed" else typed

    for response in (client.get("/corrections/", {"receipt": typed}), client.get(f"/corrections/{typed}/")):
        assert response.status_code == 404
        assert "There is no report with this number" in text_of(response)


def test_receipts_are_of_speakable_signs_and_all_different():
    drawn = {new_receipt() for _ in range(2000)}

    assert len(drawn) == 2000
    assert {len(receipt) for receipt in drawn} == {NUMBER_LENGTH + 2}
    assert set("".join(drawn)) == set(SIGNS) | {"-"}
    assert not set("01AEIOU") & set(SIGNS)


@given(data=st.data())
def test_a_mistyped_receipt_is_noticed(data):
    signs = list(new_receipt().replace("-", ""))
    place, other = (data.draw(st.integers(0, NUMBER_LENGTH - 1)) for _ in "12")
    wrong = list(signs)
    if data.draw(st.booleans()):
        wrong[place] = data.draw(st.sampled_from(SIGNS))
    else:
        wrong[place], wrong[other] = wrong[other], wrong[place]

    assert read_receipt("".join(signs)) is not None
    assert (read_receipt("".join(wrong)) is None) == (wrong != signs)


# Deadlines


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ((2026, 11, 23), (2026, 11, 25)),  # Monday
        ((2026, 11, 26), (2026, 11, 30)),  # Thursday
        ((2026, 11, 27), (2026, 12, 1)),  # Friday
        ((2026, 11, 28), (2026, 12, 1)),  # Saturday
        ((2026, 11, 29), (2026, 12, 1)),  # Sunday
        ((2027, 12, 31), (2028, 1, 4)),
    ],
)
def test_two_working_days_leave_weekends_out(day, due):  # gate 8.5
    assert working_days_after(date(*day), 2) == date(*due)


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ((2026, 11, 25), (2026, 12, 25)),
        ((2026, 12, 31), (2027, 1, 31)),
        ((2027, 1, 31), (2027, 2, 28)),
        ((2028, 1, 30), (2028, 2, 29)),
    ],
)
def test_a_month_ends_with_the_month(day, due):  # gate 8.5
    assert a_month_after(date(*day)) == date(*due)


def test_the_next_deadline_is_the_first_that_is_open():
    start = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)
    kept = report(category="danger", received_at=start)
    seen = [kept.due_at]
    for changes in ({"hidden_at": start}, {"state": State.ACKNOWLEDGED}):
        for name, value in changes.items():
            setattr(kept, name, value)
        kept.save()
        seen.append(kept.due_at)

    assert seen == [start + timedelta(days=1), datetime(2026, 12, 1, 23, tzinfo=UTC), None]


def test_overdue_begins_after_the_last_day(monkeypatch):
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    report(received_at=monday)
    found = []
    for moment in (datetime(2026, 11, 25, 22, 59, 59, tzinfo=UTC), datetime(2026, 11, 25, 23, tzinfo=UTC)):
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        found.append(Correction.objects.overdue().count())

    assert found == [0, 1]


# No cookie, and still no forms of others


def test_no_cookie_is_ever_set(client, record):  # gates 8.1, 2.9
    sent = send(client, address_of(record))
    answers = [
        client.get(FORM),
        client.get("/corrections/"),
        send(client, text=""),
        sent,
        client.get(sent["Location"]),
        client.post(FORM, {}),
        client.post(FORM, {}, headers={"cookie": "sessionid=y"}),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 400, 303, 200, 400, 400]
    for answer in answers:
        assert not answer.cookies
    assert [answer["Cache-Control"] for answer in answers] == [
        "no-store",
        "public, no-cache",
        *["no-store"] * 5,
    ]
    # Only who comes with a cookie, as an editor does, gets an answer that says so.
    assert ["Cookie" in answer.get("Vary", "") for answer in answers] == [False] * 6 + [True]


def test_django_own_check_is_on_everywhere_else():  # gate 2.9
    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/admin/accounts/login/", {"login": "x"}).status_code == 403
    assert strict.post("/technologies/", {"x": "y"}).status_code == 405
    assert send(strict).status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, 403),
        ({"origin": "http://testserver"}, 303),
        ({"origin": "http://127.0.0.1:8000"}, 303),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "http://testserver.evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
    ids=str,
)
def test_a_form_of_another_website_is_refused(client, headers, status):  # gate 2.9
    response = send(client, headers=headers, text="Put into somebody’s mouth.")

    assert response.status_code == status
    assert len(reports()) == (status == 303)
    if status == 403:
        assert "Put into somebody’s mouth." not in response.content.decode()
        assert "This came from another website" in text_of(response)


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "\x00", "ÿ" * 700, "e30:1:x", None])
def test_a_token_that_is_not_ours_is_refused_and_the_text_kept(client, token):  # gate 2.9
    data = {"category": "error", "text": "It took me an hour to write this."}
    response = client.post(FORM, data if token is None else data | {"token": token})

    assert response.status_code == 400
    assert response.context["values"]["text"] == data["text"]
    assert reports() == []
    again = client.post(FORM, data | {"token": token_in(response)})
    assert again.status_code == 303


def test_a_token_is_for_one_record(client, record):  # gate 2.9
    other = published("technology")
    token = token_in(client.get(address_of(other)))

    response = client.post(address_of(record), {"token": token, "category": "error", "text": "x"})

    assert response.status_code == 400
    assert reports() == []


def test_a_token_is_signed_with_the_key_of_the_portal(client, settings):  # gate 5.3
    data = filled(client)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key for tests only, and nothing outside depends on it"
    assert client.post(FORM, data).status_code == 303

    data = filled(client)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a third key " * 8, []
    assert client.post(FORM, data).status_code == 400


def test_a_form_expires_and_keeps_the_text(client, settings, monkeypatch):
    settings.CORRECTIONS_FORM_HOURS = 2
    data, start = filled(client, text="Written slowly."), time.time()

    monkeypatch.setattr(time, "time", lambda: start + 2 * 3600 + 5)
    late = client.post(FORM, data)

    assert late.status_code == 400
    assert "This form was no longer valid" in text_of(late)
    assert late.context["values"]["text"] == "Written slowly."
    assert client.post(FORM, data | {"token": token_in(late)}).status_code == 303

    data = filled(client)
    monkeypatch.setattr(time, "time", lambda: start + 4 * 3600)
    assert client.post(FORM, data).status_code == 303


# Once is once


def test_sending_twice_is_one_report_with_the_same_answer(client, record):  # gate 6.3
    data = filled(client, address_of(record), contact="me@example.org")

    answers = [client.post(address_of(record), data) for _ in range(3)]

    assert len(reports()) == 1
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (303, f"/corrections/{reports()[0].receipt}/")
    }


def test_the_same_form_with_other_words_asks_first(client):  # gate 6.3
    data = filled(client)
    client.post(FORM, data)

    response = client.post(FORM, data | {"text": "And another thing."})

    assert response.status_code == 409
    assert reports()[0].receipt in text_of(response)
    assert response.context["values"]["text"] == "And another thing."
    assert len(reports()) == 1
    again = client.post(FORM, data | {"text": "And another thing.", "token": token_in(response)})
    assert again.status_code == 303
    assert [kept.text for kept in reports()] == ["This is wrong.", "And another thing."]


def test_an_expired_form_that_was_taken_leads_to_its_receipt(client, monkeypatch):  # gate 6.3
    data, start = filled(client), time.time()
    first = client.post(FORM, data)
    monkeypatch.setattr(time, "time", lambda: start + 100 * 3600)

    assert client.post(FORM, data)["Location"] == first["Location"]


@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_report(client):  # gate 6.3
    data, together, answers = filled(client), Barrier(2), []

    def press():
        try:
            together.wait()
            answers.append(Client().post(FORM, data))
        finally:
            connection.close()

    threads = [Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len({answer["Location"] for answer in answers}) == 1
    assert Correction.objects.count() == 1


# Limits


def test_an_address_may_send_so_many_an_hour(client, settings):  # gates 4.2, 4.15
    settings.CORRECTIONS_PER_HOUR_AND_ADDRESS = 2

    answers = [send(client, text=f"Number {number}") for number in range(3)]

    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert 1 <= int(answers[2]["Retry-After"]) <= 3600
    assert answers[2].context["values"]["text"] == "Number 2"
    assert "Too many reports at the moment" in text_of(answers[2])
    elsewhere = client.post(FORM, filled(client), REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 303


def test_after_an_hour_an_address_may_send_again(client, settings, monkeypatch):  # gate 4.15
    settings.CORRECTIONS_PER_HOUR_AND_ADDRESS = 1
    send(client)
    refused = send(client, text="Once more.")
    start = time.time()
    monkeypatch.setattr(time, "time", lambda: start + int(refused["Retry-After"]) + 1)

    again = client.post(FORM, filled(client) | {"token": token_in(refused), "text": "Once more."})

    assert (refused.status_code, again.status_code) == (429, 303)


def test_all_together_may_send_so_many_an_hour(client, settings, monkeypatch):  # gates 4.2, 4.15
    settings.CORRECTIONS_PER_HOUR = 3
    for number in range(2):
        report(received_at=timezone.now() - timedelta(minutes=50, seconds=number))
    report(received_at=timezone.now() - timedelta(minutes=61))

    answers = [client.post(FORM, filled(client), REMOTE_ADDR=f"192.0.2.{number}") for number in range(1, 3)]

    assert [answer.status_code for answer in answers] == [303, 429]
    assert 590 <= int(answers[1]["Retry-After"]) <= 601


def test_errors_and_repeated_sending_do_not_count(client, settings):
    settings.CORRECTIONS_PER_HOUR_AND_ADDRESS = 2
    for _ in range(5):
        assert send(client, text="").status_code == 400
    data = filled(client)
    for _ in range(5):
        assert client.post(FORM, data).status_code == 303

    assert send(client).status_code == 303


def test_no_address_is_kept(client):  # gate 8.1
    client.post(FORM, filled(client), REMOTE_ADDR="192.0.2.77")

    [count] = SenderCount.objects.values("name", "number")
    assert re.fullmatch(r"[0-9a-f]{64}", count["name"])
    assert count["number"] == 1
    assert "192.0.2.77" not in str([*Correction.objects.values(), *CountingKey.objects.values()])


def test_counters_go_with_the_key_of_their_day(client, monkeypatch):
    client.post(FORM, filled(client), REMOTE_ADDR="192.0.2.77")
    before = CountingKey.objects.get()

    start = time.time()
    monkeypatch.setattr(time, "time", lambda: start + 24 * 3600)
    client.post(FORM, filled(client), REMOTE_ADDR="192.0.2.78")

    after = CountingKey.objects.get()
    assert (after.day - before.day).days == 1
    assert after.key != before.key
    assert SenderCount.objects.count() == 1


def test_a_count_is_one_for_all_processes(client, settings):
    """Each worker has a memory of its own, and a restart empties it: the count stands in the database."""
    settings.CORRECTIONS_PER_HOUR_AND_ADDRESS = 2
    cache.clear()

    statuses = []
    for _ in range(3):
        statuses.append(send(client).status_code)
        cache.clear()

    assert statuses == [303, 303, 429]


def test_without_the_counter_the_form_stays_open(client, monkeypatch, caplog):  # gate 4.15
    def away(*args, **kwargs):
        raise OperationalError("server at 192.0.2.3, password=secret, is away")

    monkeypatch.setattr(CountingKey.objects, "get_or_create", away)

    assert send(client).status_code == 303
    assert "Reports are not counted by address: OperationalError" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        ("192.0.2.1", "", [], "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9", [], "192.0.2.1"),
        ("10.0.0.1", "203.0.113.9", ["10.0.0.0/8"], "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2", ["10.0.0.0/8"], "203.0.113.9"),
        ("10.0.0.1", "", ["10.0.0.0/8"], ""),
        ("10.0.0.1", "nonsense", ["10.0.0.0/8"], ""),
        ("", "203.0.113.9", [], ""),
        ("2001:db8::1", "", [], "2001:db8::/64"),
        ("2001:db8:0:0:1::2", "", [], "2001:db8::/64"),
        ("::ffff:192.0.2.1", "", [], "192.0.2.1"),
        ("::ffff:10.0.0.1", "203.0.113.9", ["10.0.0.0/8"], "203.0.113.9"),
    ],
)
def test_only_our_proxies_say_where_a_request_comes_from(
    settings, peer, forwarded, trusted, address
):  # gate 4.11
    settings.TRUSTED_PROXIES = [ipaddress.ip_network(text) for text in trusted]
    request = RequestFactory().post(FORM, REMOTE_ADDR=peer, headers={"x-forwarded-for": forwarded})

    assert limits.address_of(request) == address


# A database that takes nothing


@pytest.fixture
def read_only_database():
    """The database answers questions and refuses to write."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA query_only = ON")
            yield
            cursor.execute("PRAGMA query_only = OFF")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # asks now what it would have asked in the end
            cursor.execute("SET TRANSACTION READ ONLY")
            yield


def test_a_read_only_database_refuses_politely(client, record, read_only_database):  # gates 6.10, 7.14
    address = address_of(record)
    assert client.get(address).status_code == 200

    response = send(client, address, text="Written with care.", contact="me@example.org")

    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert "Your report could not be saved" in text_of(response)
    assert response.context["values"]["text"] == "Written with care."
    assert response.context["values"]["contact"] == "me@example.org"
    assert reports() == []


@pytest.fixture
def no_database():
    """The database answers nothing."""

    def fail(*args):
        raise OperationalError("the connection is gone")

    with connection.execute_wrapper(fail):
        yield


@pytest.mark.parametrize("address", [FORM, f"{FORM}?record=technology:T-001"])
def test_without_a_database_the_text_is_given_back(client, record, address, no_database):  # gates 6.8, 7.14
    token = new_token(address.partition("=")[2])
    typed = {"category": "copyright", "text": "Written with care.", "contact": "me@example.org"}

    response = client.post(address, typed | {"token": token})

    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert "Your report could not be saved" in text_of(response)
    assert "Withdrawn" not in text_of(response)
    assert {name: response.context["values"][name] for name in typed} == typed
    assert f'action="{address}"' in response.content.decode().replace("%3A", ":")
    assert read_token(token_in(response), address.partition("=")[2]) == (
        read_token(token, address.partition("=")[2])
    )


@pytest.mark.parametrize(("is_ours", "site"), [(False, "same-origin"), (True, "cross-site")])
def test_without_a_database_foreign_forms_get_nothing_back(client, no_database, is_ours, site):  # gate 2.9
    token = new_token("technology:T-001") if is_ours else "forged"
    data = {"category": "error", "text": "qqtextqq", "token": token}

    response = client.post(f"{FORM}?record=technology:T-001", data, headers={"Sec-Fetch-Site": site})

    assert response.status_code == 503
    assert "qqtextqq" not in response.content.decode()


# Nothing makes it fail


anything = st.text(st.characters(exclude_categories=()), max_size=80)
names = st.sampled_from(["token", "category", "text", "part", "source", "contact", "leave_empty"])
bounded = hypothesis_settings(max_examples=examples(80), deadline=None)


def encoded(pairs):
    def quoted(text):
        return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))

    return "&".join(f"{quoted(name)}={quoted(value)}" for name, value in pairs).encode()


@bounded
@given(
    pairs=st.lists(st.tuples(names | anything, anything), max_size=9),
    is_ours=st.booleans(),
    record=st.sampled_from(["", "?record=technology:T-001", "?record=%00:x"]),
)
def test_no_form_makes_it_fail(db, pairs, is_ours, record):  # gate 4.1
    CountingKey.objects.all().delete()
    if is_ours:
        pairs = [*pairs, ("token", new_token("")), ("category", "error"), ("text", "Something.")]

    response = Client().generic(
        "POST", FORM + record, encoded(pairs), content_type="application/x-www-form-urlencoded"
    )

    assert 300 <= response.status_code < 500
    assert not response.cookies


@bounded
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200))
def test_what_is_typed_is_what_is_kept(db, text):  # gates 4.1, 4.4
    CountingKey.objects.all().delete()
    before = Correction.objects.count()
    response = Client().post(FORM, {"token": new_token(""), "category": "copyright", "text": text})

    if response.status_code == 303:
        kept = Correction.objects.order_by("pk").last().text
        plain = unicodedata.normalize("NFC", text.strip().replace("\r\n", "\n").replace("\r", "\n"))
        assert kept == plain
    else:
        assert response.status_code == 400
        assert Correction.objects.count() == before


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"text=%ff%fe&category=%80", "application/x-www-form-urlencoded"),
        (b"text=x", "application/x-www-form-urlencoded; charset=utf-7"),
        (b"text=x", "application/x-www-form-urlencoded; charset=nothing"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"--x", "multipart/form-data"),
        (b'{"text": "x"}', "application/json"),
        (b"text=x", "text/plain"),
        (b"<x/>", "application/xml"),
        (b"&".join(b"a=1" for _ in range(1500)), "application/x-www-form-urlencoded"),
        (b"text=x", ""),
    ],
    ids=ascii,
)
def test_no_body_makes_it_fail(client, body, content_type):  # gate 4.1
    response = client.generic("POST", FORM, body, content_type=content_type)

    assert response.status_code in (400, 413)
    assert response["Content-Type"].startswith("text/html")
    assert reports() == []


@pytest.mark.parametrize("length", ["x", "-1", "99999999999999999999", ""])
def test_no_length_makes_it_fail(client, length):  # gate 4.1
    response = client.generic(
        "POST", FORM, b"text=x", "application/x-www-form-urlencoded", CONTENT_LENGTH=length
    )

    assert response.status_code in (400, 413)


def test_nothing_of_a_report_reaches_the_log(client, caplog):  # gate 5.2
    caplog.set_level("DEBUG")

    send(client, text="qqtextqq", contact="qqcontactqq@example.org")
    send(client, text="qqtextqq", contact="qqcontactqq")

    logged = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert "Bad Request: /corrections/new/" in logged
    assert not re.findall("qq[a-z]+qq", "\n".join(logged))


# The tables


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("corrections_closed_has_a_time", {"state": "closed"}),
        ("corrections_closed_has_a_time", {"closed_at": datetime(2026, 11, 25, tzinfo=UTC)}),
        ("corrections_record_is_named_whole", {"kind_name": "technology"}),
        ("corrections_record_is_named_whole", {"identifier": "T-001"}),
    ],
)
def test_constraints_hold(name, changes):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        report(**changes)


# Contact data


def test_contacts_are_forgotten_90_days_after_closing(capsys):  # gate 8.5
    now = timezone.now()
    closed = {"state": State.CLOSED, "contact": "me@example.org"}
    old = report(**closed, closed_at=now - timedelta(days=90, seconds=1))
    new = report(**closed, closed_at=now - timedelta(days=89, hours=23))
    waiting = report(contact="me@example.org", received_at=now - timedelta(days=500))

    def contacts():
        return [Correction.objects.get(pk=row.pk).contact for row in (old, new, waiting)]

    call_command("forget_contacts", dry_run=True)
    assert contacts() == ["me@example.org"] * 3
    call_command("forget_contacts")
    call_command("forget_contacts")

    assert contacts() == ["", "me@example.org", "me@example.org"]
    assert capsys.readouterr().out.splitlines() == [
        "Contacts to delete: 1.",
        "Contacts deleted: 1.",
        "Contacts deleted: 0.",
    ]
    assert Correction.objects.get(pk=old.pk).text == "Wrong."


def test_the_privacy_notice_says_how_long_a_contact_is_kept(client):  # gates 8.5, 8.7
    assert f"deleted {CONTACT_KEPT.days} days after it is closed" in text_of(client.get("/privacy/"))


# What it costs


@pytest.mark.parametrize("number", [1, 3])
def test_pages_cost_the_same_however_many_reports(client, number, django_assert_num_queries):
    record = published("technology")
    kept = [report(kind_name="technology", identifier=record.identifier) for _ in range(number)]

    with django_assert_num_queries(0):
        client.get(FORM)
    with django_assert_num_queries(1):
        client.get(address_of(record))
    with django_assert_num_queries(2):
        client.get(f"/corrections/{kept[0].receipt}/")


@pytest.mark.parametrize("language", ["nl", "de", "fr", "es", "el", "sl"])
def test_the_form_works_in_every_language(client, record, language):
    page = client.get(f"/{language}{address_of(record)}")
    wrong = send(client, f"/{language}{address_of(record)}", text="")
    right = send(client, f"/{language}{address_of(record)}")

    assert (page.status_code, wrong.status_code, right.status_code) == (200, 400, 303)
    assert right["Location"].startswith(f"/{language}/corrections/")
    receipt = client.get(right["Location"])
    with translation.override(language):
        assert h1_of(page) == translation.gettext("Suggest a correction")
        assert h1_of(receipt) == translation.gettext("Your report has arrived")
