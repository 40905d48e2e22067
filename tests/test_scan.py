"""What scanners found is judged rightly: new, explained, or explained for nothing."""

from xml.etree import ElementTree

import pytest

from tests.scan import __main__ as scan
from tests.scan.scanners import SCANNERS, Scanner, failures_of


def test_what_is_found_is_new_explained_or_explained_for_nothing():
    found = {"B101 a.py": "line 1", "B105 b.py": "line 2", "B105 c.py": "line 3"}

    new, told, stale = scan.judged(found, {"B105 *": "No secret.", "B999 d.py": "Gone."})

    assert new == {"B101 a.py": "line 1"}
    assert told == {"B105 b.py": "No secret.", "B105 c.py": "No secret."}
    assert stale == ["B999 d.py"]


def test_every_explanation_is_of_a_scanner_and_says_something():
    explained = scan.known()

    assert explained.keys() <= SCANNERS.keys()
    assert [why for reasons in explained.values() for why in reasons.values() if len(why) < 20] == []


@pytest.mark.parametrize(
    ("needs", "found", "known", "is_passed", "says"),
    [
        ((), {}, {}, True, "toy: clean"),
        ((), {"x": "here"}, {}, False, "toy: 1 new"),
        ((), {"x": "here"}, {"x": "It is no matter."}, True, "toy: clean, 1 explained"),
        ((), {}, {"x": "It is no matter."}, False, "found no longer: x"),
        (("no-such-program",), {}, {}, True, "toy: not run (no-such-program missing)"),
        ((), RuntimeError("it read nothing"), {}, False, "toy: not run (it read nothing)"),
    ],
)
def test_a_scanner_passes_or_says_why_not(
    monkeypatch, capsys, tmp_path, needs, found, known, is_passed, says
):
    def look(folder):
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(scan, "known", lambda: {"toy": known})
    monkeypatch.delenv("CI", raising=False)

    assert scan.passed(Scanner("toy", needs, "", look), tmp_path, None) is is_passed
    assert says in capsys.readouterr().out


def test_on_ci_a_scanner_that_is_not_there_is_a_failure(monkeypatch, tmp_path):
    monkeypatch.setenv("CI", "true")

    assert not scan.passed(Scanner("toy", ("no-such-program",), "", lambda folder: {}), tmp_path, None)


def test_a_report_of_schemathesis_is_read_operation_by_operation():
    report = ElementTree.fromstring(
        "<testsuites><testsuite><testcase name='GET /a'/><testcase name='GET /b'><failure>1. Test\n\n- Server error\n\n"
        "- Slow\n</failure></testcase><testcase name='GET /c'><error>lost</error></testcase></testsuite></testsuites>"
    )

    assert failures_of(report.iter("testcase")).keys() == {
        "Server error GET /b",
        "Slow GET /b",
        "error GET /c",
    }
