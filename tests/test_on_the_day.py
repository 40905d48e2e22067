"""Law on the day: the state of an instrument on any day agrees with its dates, on real content and on any other."""

import datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethics.choices import EventKind, Force
from ethics.on_the_day import changes_between, is_dated, state_on
from tests.test_content import by_identifier

TODAY = datetime.date(2026, 11, 29)
LAWS = by_identifier("instrument")
BEGUN = {"in-force", "in-stages", "not-applied"}


def date(text):
    return datetime.date.fromisoformat(text)


def document(*events, force="in-force", adopted_on=None, applicable_from=None, checked_on=None):
    return {
        "force": force,
        "adopted_on": adopted_on,
        "applicable_from": applicable_from,
        "checked_on": checked_on,
        "verified": True,
        "sources": [],
        "events": [
            {"date": day, "event_kind": kind, "title": kind, "note": "", "verified": True, "sources": []}
            for day, kind in events
        ],
    }


def label_on(law, day, today=TODAY):
    return state_on(law, date(day), today)["label"]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2015-12-31", "Not adopted yet"),
        ("2016-01-01", "Proposed"),
        ("2017-01-01", "Adopted, not applied yet"),
        ("2018-01-01", "In force, not applied yet"),
        ("2019-01-01", "In force"),
        ("2020-01-01", "No longer in force"),
    ],
)
def test_state_on_a_day_follows_from_the_dates(day, expected):
    law = document(
        ("2016-01-01", "proposed"),
        ("2017-01-01", "adopted"),
        ("2018-01-01", "in-force"),
        ("2019-01-01", "applicable"),
        ("2020-01-01", "expires"),
    )

    assert label_on(law, day) == expected


def test_what_no_date_tells_is_not_guessed_before_the_check():
    adopted = document(("2000-07-28", "adopted"), force="ended", checked_on="2026-11-28")

    assert label_on(adopted, "2026-11-27") == "Adopted; since when in force is not recorded"
    assert label_on(adopted, "2026-11-28") == label_on(adopted, "2090-01-01") == "No longer in force"
    assert label_on(document(checked_on="2026-11-28"), "2026-11-27") == "No date recorded"
    assert not is_dated(document())
    assert is_dated(adopted)


def test_end_without_a_date_is_known_from_the_check_on():
    law = document(("2015-01-01", "applicable"), force="ended", checked_on="2026-11-28")

    assert [label_on(law, day) for day in ("2026-11-27", "2026-11-28")] == ["In force", "No longer in force"]


def test_word_of_the_record_holds_until_a_date_says_something_else():
    law = document(
        ("2026-12-01", "adopted"), ("2027-03-01", "in-force"), force="not-in-force", checked_on="2026-11-28"
    )

    assert [label_on(law, day) for day in ("2026-11-29", "2026-12-01", "2027-03-01")] == [
        "Not adopted yet",
        "Adopted, not applied yet",
        "In force",
    ]
    # The record was not looked at since; that day has come all the same.
    assert label_on(law, "2027-03-01", today=date("2027-06-01")) == "In force"


def test_in_stages_holds_from_the_last_event_to_the_last_stage():
    law = document(
        ("2024-01-01", "in-force"),
        ("2025-01-01", "amended"),
        ("2027-01-01", "applicable"),
        ("2028-01-01", "applicable"),
        force="in-stages",
        applicable_from="2024-06-01",
        checked_on="2026-11-28",
    )

    assert {day: label_on(law, day) for day in ("2024-05-31", "2024-06-01", "2024-12-31")} == {
        "2024-05-31": "In force, not applied yet",
        "2024-06-01": "In force",
        "2024-12-31": "In force",
    }
    assert {label_on(law, day) for day in ("2025-01-01", "2026-11-28", "2027-06-01", "2027-12-31")} == {
        "In force in stages or in part"
    }
    assert label_on(law, "2028-01-01") == "In force"


def test_changes_are_those_after_one_day_up_to_the_other():
    law = document(
        ("2026-12-02", "applicable"),
        ("2026-11-29", "amended"),
        ("2027-08-02", "applicable"),
        ("2026-12-02", "appeal"),
    )

    found = changes_between(law, TODAY, date("2027-08-02"))

    assert [(str(row["date"]), row["event_kind"]) for row in found] == [
        ("2026-12-02", "applicable"),
        ("2026-12-02", "appeal"),
        ("2027-08-02", "applicable"),
    ]
    assert found == changes_between(law, date("2027-08-02"), TODAY)
    assert changes_between(law, TODAY, TODAY) == []


def test_field_with_a_date_stands_for_an_event_that_is_missing():
    source = {"title": "Journal", "url": "https://example.org/", "supports": ["adopted_on"]}
    law = document(("2027-01-01", "applicable"), adopted_on="2026-12-01", applicable_from="2027-01-01")
    law |= {"sources": [source], "verified": False}

    first, second = changes_between(law, TODAY, date("2027-01-01"))

    assert first == {
        "date": date("2026-12-01"),
        "event_kind": "adopted",
        "title": "Adopted",
        "note": "",
        "verified": False,
        "sources": [source],
    }
    assert second["title"] == "applicable"  # its own event


# The same told in another way: what came, and what is still ahead, as sets


def told(law, day):
    kinds = [(date(row["date"]), row["event_kind"]) for row in law["events"]]
    kinds += [(date(law["applicable_from"]), "applicable")] if law["applicable_from"] else []
    adopted = [(date(law["adopted_on"]), "adopted")] if law["adopted_on"] else []
    came = {kind for on, kind in kinds if on <= day}
    ever = {kind for _, kind in kinds}
    was_adopted = adopted[0][0] <= day if adopted else came & {"adopted", "opened-for-signature"}
    applies = {"applicable", "transposition-deadline"}
    if came & {"struck-down", "repealed", "expires"}:
        return "ended"
    if came & applies:
        return "in-force"
    if "in-force" in came:
        return "not-applied" if ever & applies else "in-force"
    if was_adopted:
        return "adopted" if ever & {*applies, "in-force"} else "open"
    if "proposed" in came:
        return "proposed"
    return "not-adopted" if kinds or adopted else "undated"


def check_agrees(law, day, today):
    name, by_events = state_on(law, day, today)["name"], told(law, day)
    checked = min(date(law["checked_on"]), today) if law["checked_on"] else today
    if name == by_events:
        return
    assert name == law["force"]  # the record's own word, and only where the dates leave it open
    assert by_events == told(law, checked)
    if name == "in-stages" and by_events == "in-force":
        gap = sorted((day, checked))
        assert day >= checked or not changes_between(law, *gap)
    else:
        assert by_events in ("open", "undated") or name == "ended"
        assert day >= checked


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_state_agrees_with_the_events_on_forty_drawn_days(law):
    drawn = Random(law["identifier"])
    days = [date("1980-01-01") + datetime.timedelta(drawn.randrange(20_000)) for _ in range(40)]
    edges = [row["date"] for row in changes_between(law, datetime.date.min, datetime.date.max)]
    days += [edge + datetime.timedelta(step) for edge in edges for step in (-1, 0, 1)]

    for day in days:
        check_agrees(law, day, TODAY)


dates = st.dates(date("2015-01-01"), date("2035-12-31"))
maybe = st.none() | dates.map(str)
laws = st.builds(
    document, force=st.sampled_from(Force.values), adopted_on=maybe, applicable_from=maybe, checked_on=maybe
).flatmap(
    lambda law: st.lists(st.tuples(dates.map(str), st.sampled_from(EventKind.values)), max_size=6).map(
        lambda events: law | {"events": document(*events)["events"]}
    )
)


@given(laws, dates, dates)
def test_state_agrees_with_any_events(law, day, today):
    check_agrees(law, day, today)


@given(laws, dates, dates, dates)
def test_state_moves_only_with_an_event_or_a_check(law, one_day, other_day, today):
    first, last = sorted((one_day, other_day))
    checked = min(date(law["checked_on"]), today) if law["checked_on"] else today

    if state_on(law, first, today) != state_on(law, last, today):
        assert changes_between(law, first, last) or first < checked <= last


@given(laws, dates, dates)
def test_what_has_begun_has_a_day_and_no_end_before(law, day, today):
    name = state_on(law, day, today)["name"]
    came = {row["event_kind"] for row in changes_between(law, datetime.date.min, day)}

    if came & {"struck-down", "repealed", "expires"}:
        assert name not in BEGUN


@given(laws, dates, dates, dates)
def test_state_does_not_depend_on_when_it_is_asked_once_it_was_checked(law, day, one_today, other_today):
    law["checked_on"] = "2015-01-01"

    assert state_on(law, day, one_today) == state_on(law, day, other_today)


@pytest.mark.parametrize(
    ("identifier", "day", "expected"),
    [
        ("ai-act", "2024-09-01", "In force, not applied yet"),
        ("ai-act", "2026-12-04", "In force in stages or in part"),
        ("ai-act", "2029-01-01", "In force"),
        ("amlr", "2026-12-04", "In force, not applied yet"),
        ("amlr", "2027-07-10", "In force"),
        ("eprivacy-derogation", "2026-04-02", "In force"),
        ("eprivacy-derogation", "2026-04-03", "No longer in force"),
        ("hate-code", "2026-12-04", "No longer in force"),
        ("hate-code", "2020-01-01", "Adopted; since when in force is not recorded"),
        ("us-cloud-act", "2026-12-04", "In force"),
        ("csa-regulation", "2026-12-04", "Proposed"),
        ("un-cybercrime", "2026-12-04", "Not in force"),
    ],
)
def test_law_of_the_collection_on_known_days(identifier, day, expected):
    assert label_on(LAWS[identifier], day) == expected
