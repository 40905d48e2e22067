"""The frame of the drills tells what it saw: a miss is a miss, and what could not run is not passed."""

import contextlib

import pytest

from tests.drills import __main__ as command
from tests.drills import frame, places, report
from tests.drills.frame import Drill, Missed, NotRun, Seen


def one(measure, gate="6.99", on=("here",)):
    return Drill(gate, "Nothing is lost", 2, "requests", on, measure)


def row(measure, opened=lambda: contextlib.nullcontext("a place")):
    (found,) = frame.run([one(measure)], {"here": opened}, lambda text: None)
    return found


def raising(error):
    def measure(place):
        raise error

    return measure


@pytest.mark.parametrize(
    ("measure", "outcome", "figure"),
    [
        (lambda place: 2, "met", 2),
        (lambda place: 2.5, "missed", 2.5),
        (lambda place: Seen(1, "of many"), "met", 1),
        (raising(Missed("All was lost")), "missed", None),
        (raising(KeyError("?")), "missed", None),
        (raising(NotRun("nginx is not installed")), "not run", None),
    ],
)
def test_each_outcome_is_told(measure, outcome, figure):
    found = row(measure)

    assert (found["outcome"], found["figure"]) == (outcome, figure)
    assert (found["gate"], found["place"], found["most"]) == ("6.99", "here", 2)


def test_a_place_that_is_not_there_runs_nothing():
    def opened():
        raise NotRun("no database")

    assert row(raising(AssertionError), opened)["outcome"] == "not run"


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "FIGURES", tmp_path / "reliability.json")
    monkeypatch.setattr(report, "REPORT", tmp_path / "reliability.md")
    return tmp_path / "reliability.md"


def test_a_figure_takes_the_place_of_the_earlier_one(kept):
    def measured(place):
        return 1

    report.keep([row(measured), row(raising(NotRun("none")))])
    report.keep([row(measured) | {"figure": 0.5}])

    text = kept.read_text("utf-8")
    assert text.count("| 6.99 |") == 2
    assert "| 0.5 | 2 requests | met |" in text
    assert "| not run; none |" in text


@pytest.mark.parametrize(
    ("measure", "ci", "code"),
    [
        (lambda place: 1, "true", 0),
        (lambda place: 3, "", 1),
        (raising(NotRun("none")), "", 0),
        (raising(NotRun("none")), "true", 1),
    ],
)
def test_the_command_fails_on_a_miss(monkeypatch, kept, measure, ci, code):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(frame, "found", lambda: [one(measure)])
    monkeypatch.setattr(
        command, "places", lambda minutes=1: {"here": lambda: contextlib.nullcontext("a place")}
    )
    monkeypatch.setattr(command.signal, "signal", lambda *given: None)

    assert command.main(["6.99"]) == code
    assert kept.exists()


def test_drills_are_found_and_know_their_places():
    drills = frame.found()

    assert len(drills) > 10
    assert {one.gate.split(".")[0] for one in drills} == {"6"}
    assert {name for one in drills for name in one.places} <= {*places.places()}
    assert len({one.name for one in drills}) == len(drills)
    assert [one.name for one in drills if one.is_asked(["6.14"])]
    assert not [one for one in drills if one.is_asked(["6.140"])]
