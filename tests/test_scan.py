"""What scanners found is judged rightly: new, explained, or explained for nothing."""

import shutil
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from tests.conftest import not_run
from tests.scan import __main__ as scan
from tests.scan import scanners
from tests.scan.scanners import SCANNERS, Scanner, failures_of, most_at_once


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


def test_what_has_one_explanation_is_told_in_one_line(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(scan, "known", lambda: {"toy": {"x*": "It is no matter.", "y": "Nor is this."}})
    found = {"x1": "here", "x2": "there", "y": "here"}

    assert scan.passed(Scanner("toy", (), "", lambda folder: found), tmp_path, None)
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  explained: x1 and 1 more: It is no matter.",
        "  explained: y: Nor is this.",
    ]


def test_connections_of_a_slow_client_are_counted_through_its_colours():
    said = "\x1b[1;32mpending:     \x1b[1;32m        1\n\x1b[1;32mconnected:   \x1b[1;32m        {}\n"

    assert most_at_once(said.format(7) + said.format(200) + said.format(0)) == 200
    assert most_at_once("Error in getaddrinfo") == 0


def test_a_scan_that_found_hardly_any_page_is_none(monkeypatch, tmp_path):
    """As when it cannot read what it is answered."""
    monkeypatch.setattr(scanners, "said_by", lambda command, minutes: "[*] Wapiti found 1 URLs and forms")
    (tmp_path / "wapiti.json").write_text('{"vulnerabilities": {}, "anomalies": {}}')

    with pytest.raises(RuntimeError, match="1 pages only"):
        scanners.wapiti(tmp_path, "http://127.0.0.1")


def test_on_ci_a_scanner_that_is_not_there_is_a_failure(monkeypatch, tmp_path):
    monkeypatch.setenv("CI", "true")

    assert not scan.passed(Scanner("toy", ("no-such-program",), "", lambda folder: {}), tmp_path, None)


def test_an_address_that_is_too_long_for_the_server_is_no_failure_of_the_api():
    one = "1. Test Case ID: a\n\n- ST103 Undocumented status code\n\n[414] URI Too Long:\n"
    other = "2. Test Case ID: b\n\n- Server error\n\n[500] Internal Server Error:\n"
    cases = [ElementTree.Element("testcase", name=name) for name in ("GET /a", "GET /b")]
    for case, said in zip(cases, (one, one + other), strict=True):
        ElementTree.SubElement(case, "failure", message="ST103").text = said

    assert failures_of(cases).keys() == {"Server error GET /b"}


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


class Shop(BaseHTTPRequestHandler):
    """A shop that puts the colour of a thing into its question as text, and its number as a value beside it."""

    def do_GET(self):
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        with sqlite3.connect(":memory:") as link:
            link.execute("CREATE TABLE thing (number, colour, name)")
            link.execute("INSERT INTO thing VALUES (1, 'red', 'A lamp'), (2, 'blue', 'A chair')")
            question = f"SELECT name FROM thing WHERE colour = '{asked.get('colour', 'red')}' AND number = ?"
            try:
                found = link.execute(question, [asked.get("number", 1)]).fetchall()
            except sqlite3.Error:
                found = []
        self.send_response(200)
        self.end_headers()
        self.wfile.write("".join(f"<p>{name}</p>" for (name,) in found).encode() or b"Nothing found.")

    def log_message(self, *arguments):
        pass


@pytest.mark.slow
def test_the_door_that_sqlmap_finds_is_the_open_one(tmp_path):
    """A scanner that finds nothing in the portal has to find what is there elsewhere, asked in the same way."""
    if not shutil.which("sqlmap"):
        not_run("no sqlmap")
    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{server.server_port}"

        said = scanners.injection(tmp_path / "open", f"{origin}/?colour=red")
        shut = scanners.injection(tmp_path / "shut", f"{origin}/?number=1")
        server.shutdown()

    assert "Parameter: colour (GET)" in said
    assert shut == ""
