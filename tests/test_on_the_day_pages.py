"""Law on the day, on pages: ?on= of situations, issues, instruments and comparisons, and the day of a check."""

import datetime
import json
import re
from io import BytesIO

import pytest
from django.utils import timezone

from ethics.on_the_day import changes_between, state_on
from media4sec.kept import kept
from media4sec.kinds import kinds_by_name
from media4sec.portal.record.law import MOST_BETWEEN
from media4sec.publications.models import Publication
from tests.factories import changed, publish, published
from tests.public import text_of
from tests.test_content import by_identifier
from tests.test_on_the_day import date

pytestmark = pytest.mark.once

TODAY, DAY = datetime.date(2026, 11, 29), datetime.date(2026, 12, 4)
LAWS = by_identifier("instrument")
WRONG = ("2026-13-01", "2026-02-30", "0000", "0000-01-01", "1899-12-31", "2101-01-01", "20261204", "2026-12", "2026",
         "1000000000", "2026-12-04T00:00", "٢٠٢٦-12-04", "\x00", "today")  # fmt: skip
SAID = "Give one day from 1900 to 2100 as year, month and day, such as 2026-12-04."


@pytest.fixture(autouse=True)
def on_that_day(monkeypatch):
    noon = datetime.datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=datetime.UTC)
    monkeypatch.setattr(timezone, "now", lambda: noon)


def event(day, kind="applicable", **more):
    return {
        **{"key": f"{day}-{kind}", "date": day, "event_kind": kind, "title": f"{kind} on {day}"},
        **{"provenance": "editorial", "verified": True, **more},
    }


def record_with(law, kind):
    """A record of a kind on whose page the instrument stands."""
    if kind == "instrument":
        return law
    issue = published("issue", instruments=[law.identifier])
    if kind == "issue":
        return issue
    return published(kind, **{kinds_by_name()[kind].links.flags: [issue.identifier]})


KINDS = ("situation", "issue", "instrument", "technology", "check-example")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_page_says_the_state_on_the_day_and_what_changes_until_then(kind, client):
    source = {"title": "Official Journal", "url": "https://example.org/oj"}
    law = published(
        "instrument",
        title="Some Act",
        events=[
            event("2020-01-01", "in-force"),
            event("2026-12-02", "repealed", verified=False, sources=[source]),
        ],
    )
    record = record_with(law, kind)

    text = text_of(client.get(f"{record.url}?on=2026-12-04"))

    assert "The law as on 4 December 2026, as far as dates are recorded here." in text
    assert "What changes between today and 4 December 2026 1" in text
    act = "" if kind == "instrument" else "Some Act : "  # on its own page it need not be named
    assert f"2 December 2026 {act}repealed on 2026-12-02 Not verified Official Journal" in text
    assert "No longer in force" in text
    plain = text_of(client.get(record.url))
    assert "The law as on" not in plain
    assert "No longer in force" not in plain


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_page_of_a_past_day_says_what_changed_since(kind, client):
    law = published(
        "instrument",
        title="Some Act",
        events=[event("2016-01-01", "adopted"), event("2020-01-01", "in-force")],
    )
    record = record_with(law, kind)

    text = text_of(client.get(f"{record.url}?on=2018-06-01"))

    assert "What has changed since 1 June 2018 1" in text
    act = "" if kind == "instrument" else "Some Act : "
    assert f"1 January 2020 {act}in-force on 2020-01-01 No source recorded" in text
    assert "Adopted, not applied yet" in text


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_what_has_no_date_says_so(kind, client):
    law = published("instrument", title="Some Act", force="in-force")
    record = record_with(law, kind)

    text = text_of(client.get(f"{record.url}?on=2026-12-04"))

    assert "No event with a date is recorded between the two days." in text
    assert "No date recorded" in text


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_page_of_today_is_that_of_no_day(kind, client):
    law = published("instrument", events=[event("2020-01-01", "in-force"), event("2027-01-01")])
    record = record_with(law, kind)

    plain, asked = client.get(record.url), client.get(f"{record.url}?on={TODAY}")

    # The languages' menu goes on with the day; nothing else differs.
    assert asked.content.decode().replace(f"?on={TODAY}", "") == plain.content.decode()
    assert client.get(f"{record.url}?on=").content.decode().replace("?on=", "") == plain.content.decode()
    assert f'name="on" value="{TODAY}"' in re.sub(r"\s+", " ", plain.content.decode())
    assert 'name="robots"' not in asked.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_page_of_a_day_is_for_no_search_engine(kind, client, settings):
    record = record_with(published("instrument"), kind)

    html = client.get(f"{record.url}?on=2026-12-04").content.decode()

    assert f'<link rel="canonical" href="{settings.BASE_URL}{record.url}">' in html
    assert '<meta name="robots" content="noindex">' in html


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_day_is_refused_with_a_sentence(wrong, client):
    record = record_with(published("instrument"), "situation")

    response = client.get(record.url, {"on": wrong})

    assert (response.status_code, SAID in text_of(response)) == (400, True)


@pytest.mark.django_db
def test_days_at_the_ends_are_answered_and_two_are_not(client):
    law = published("instrument", events=[event("1950-01-01", "in-force"), event("2099-01-01", "expires")])
    for kind in KINDS:
        url = record_with(law, kind).url
        assert [client.get(f"{url}?on={day}").status_code for day in ("1900-01-01", "2100-12-31")] == [
            200,
            200,
        ]
        assert client.get(f"{url}?on=2026-12-04&on=2026-12-05").status_code == 400


@pytest.mark.django_db
def test_other_pages_do_not_know_the_day(client):
    theme, law = published("theme"), published("instrument")

    assert client.get(f"{theme.url}?on=2026-12-04").status_code == 400
    for address in ("/law/?on=2026-12-04", "/api/v1/instruments?on=2026-12-04", "/search/?on=2026-12-04"):
        assert client.get(address).status_code == 400, address
    assert client.get(f"/api/v1/instruments/{law.identifier}?on=2026-12-04").status_code == 400


@pytest.mark.django_db
def test_long_ago_is_shortened_and_says_so(client):
    events = [
        event(f"20{year:02}-{month:02}-01", "amended") for year in range(10, 15) for month in range(1, 13)
    ]
    record = record_with(published("instrument", events=events), "situation")

    response = client.get(f"{record.url}?on=1900-01-01")

    shown = response.context["page"].law.changes
    assert len(shown) == MOST_BETWEEN
    assert str(shown[0]["date"]) == "2014-12-01"  # those nearest to today
    assert f"{len(events) - MOST_BETWEEN} more, on the pages of the instruments." in text_of(response)


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 5])
def test_day_costs_no_query_per_instrument(number, client, django_assert_max_num_queries):
    laws = [published("instrument", events=[event("2026-12-02")]).identifier for _ in range(number)]
    issue = published("issue", instruments=laws)
    situation = published("situation", issues=[issue.identifier])
    client.get(situation.url)

    with django_assert_max_num_queries(16):
        client.get(f"{situation.url}?on=2026-12-04")


@pytest.mark.django_db
def test_kept_page_of_a_day_does_not_outlive_today(client, monkeypatch, settings):
    settings.KEPT_MB = 8
    kept.forget()
    law = published("instrument", events=[event("2026-12-02", "in-force")])
    first = text_of(client.get(f"{law.url}?on=2026-12-04"))
    kept.forget()  # time is looked at four times a second

    later = datetime.datetime(2026, 12, 5, 12, tzinfo=datetime.UTC)
    monkeypatch.setattr(timezone, "now", lambda: later)

    assert "What changes between today and 4 December 2026" in first
    assert "What has changed since 4 December 2026" in text_of(client.get(f"{law.url}?on=2026-12-04"))


@pytest.mark.django_db
def test_law_of_today_is_that_of_today_after_a_change_and_on_the_next_day(client, monkeypatch):
    law = published(
        "instrument", title="Some Act", force="in-force", events=[event("2026-11-01", "in-force")]
    )
    technology = record_with(law, "technology")

    def state():
        (flag,) = client.get(technology.url).context["page"].flags
        return flag["instruments"][0]["state"]["name"]

    assert state() == "in-force"

    law = changed(law, events=[event("2026-11-30", "repealed"), event("2026-11-01", "in-force")])
    publish(law)
    assert state() == "in-force"

    later = datetime.datetime(2026, 11, 30, 12, tzinfo=datetime.UTC)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert state() == "ended"

    publish(changed(law, events=[event("2026-11-01", "in-force")]))
    assert state() == "in-force"


def test_every_instrument_and_issue_agrees_with_the_events_on_the_day(client, content):
    for url in Publication.objects.published().of("instrument", "issue").values_list("url", flat=True):
        page = client.get(f"{url}?on={DAY}").context["page"]
        for law in page.law.laws:
            document = LAWS[law["identifier"]]
            assert law["then"] == state_on(document, DAY, TODAY)
            assert [row["title"] for row in law["changes"]] == [
                row["title"] for row in changes_between(document, TODAY, DAY)
            ]


def test_each_situation_of_the_collection_tells_the_day_of_all_its_law(client, content):
    issues = by_identifier("issue")
    for situation in by_identifier("situation").values():
        publication = Publication.objects.get(kind="situation", identifier=situation["identifier"])
        response = client.get(f"{publication.url}?on={DAY}")
        touched = {law for issue in situation["issues"] for law in issues[issue]["instruments"]}

        assert {law["identifier"] for law in response.context["page"].law.laws} == touched
        assert len(response.content) < 200_000


# Side by side


@pytest.fixture
def two(db):
    law = published(
        "instrument",
        title="Some Act",
        events=[event("2020-01-01", "in-force"), event("2026-12-02", "expires")],
    )
    issue = published("issue", instruments=[law.identifier]).identifier
    return [published("technology", issues=[issue]).identifier for _ in range(2)]


def test_comparison_tells_the_law_on_the_day(client, two):
    address = f"/technologies/compare/?ids={','.join(two)}"

    plain, asked = client.get(address), client.get(f"{address}&on=2026-12-04")

    assert "The law they touch, as it stands today" in text_of(plain)
    text = text_of(asked)
    assert "The law they touch, as on 4 December 2026" in text
    assert "2 December 2026 Some Act : expires on 2026-12-02" in text
    assert f"ids={','.join(two)}&amp;on=2026-12-04&amp;only=differences" in asked.content.decode()
    today = client.get(f"{address}&on={TODAY}").content.decode()
    assert re.sub(rf"(&amp;|&)on={TODAY}", "", today) == plain.content.decode()


def test_comparison_as_a_file_tells_the_same_day(client, two):
    lines = client.get(f"/technologies/compare.csv?ids={','.join(two)}&on=2026-12-04").content.decode()

    assert "as on 4 December 2026" in lines
    assert client.get(f"/technologies/compare.csv?ids={','.join(two)}&on=2026").status_code == 400


@pytest.mark.parametrize("wrong", ["on=2026-13-01", "on=2026-12-04&on=2026-12-05", f"on={10**9}"])
def test_comparison_refuses_what_is_no_day(wrong, client, two):
    response = client.get(f"/technologies/compare/?ids={','.join(two)}&{wrong}")

    assert (response.status_code, SAID in text_of(response)) == (400, True)


def test_chosen_records_keep_the_day_on_their_way_to_one_address(client, two):
    response = client.get(f"/technologies/compare/?ids={two[0]}&ids={two[1]}&on=2026-12-04")

    assert response["Location"] == f"/technologies/compare/?ids={two[0]},{two[1]}&on=2026-12-04"


# The check

OPEN, RESULT, FILE = "/check/open/", "/check/result/", "/check/save/"
ANSWERS = {"Q01": ["monitor"], "Q26": ["none"]}


def test_result_of_a_check_tells_the_law_when_it_will_be(client, content):
    response = client.post(RESULT, ANSWERS | {"on": "2027-07-11"})

    text = text_of(response)
    assert "Law as of 11 July 2027" in text
    assert "The law as on 11 July 2027, as far as dates are recorded here." in text
    shown = {law["identifier"]: law["then"] for law in response.context["law"].laws}
    assert shown
    assert shown == {name: state_on(LAWS[name], date("2027-07-11"), TODAY) for name in shown}
    assert "Law as of 29 November 2026" in text_of(client.post(RESULT, ANSWERS))


def test_day_of_a_check_travels_with_the_answers(client, content):
    saved = client.post(FILE, ANSWERS | {"on": "2027-07-11"})
    opened = client.post(OPEN, {"file": BytesIO(saved.content)})
    older = json.loads(saved.content)
    older.pop("on")

    field = re.search(r'<input type="date"[^>]*>', opened.content.decode())[0]
    assert json.loads(saved.content)["on"] == "2027-07-11"
    assert 'value="2027-07-11"' in field
    hidden = re.search(
        r'name="on" value="([^"]+)"', client.post(RESULT, ANSWERS | {"on": "2027-07-11"}).content.decode()
    )
    assert hidden[1] == "2027-07-11"
    # A file from before there was a day opens as it did.
    assert json.loads(client.post(FILE, ANSWERS).content) == older
    again = client.post(OPEN, {"file": BytesIO(json.dumps(older).encode())})
    assert again.status_code == 200
    assert 'value=""' in re.search(r'<input type="date"[^>]*>', again.content.decode())[0]


@pytest.mark.parametrize("wrong", ["2026-13-01", "1000000000", "2026"])
def test_check_says_what_is_no_day_and_keeps_the_answers(wrong, client, content):
    response = client.post(RESULT, ANSWERS | {"on": wrong})

    assert (response.status_code, SAID in text_of(response)) == (400, True)
    assert re.search(r'value="monitor"\s+checked', response.content.decode())
    assert client.post(RESULT, ANSWERS | {"on": ["2026-12-04", "2026-12-05"]}).status_code == 400
    for day in (7, None, ["2026-12-04"], wrong):
        file = {"format": "medi4sec-check", "format_version": 1, "about": {}, "answers": ANSWERS, "on": day}
        assert client.post(OPEN, {"file": BytesIO(json.dumps(file).encode())}).status_code == 400
