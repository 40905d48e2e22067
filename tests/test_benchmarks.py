"""The measurements measure what they say; nothing here is timed."""

import importlib
import json
import re
import shutil
import threading
import xml.etree.ElementTree as ET
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection
from django.http import QueryDict

from benchmarks import each_route, fairness, load, plots, report, routes
from benchmarks.portals import SERVED
from benchmarks.targets import TERMS, combinations
from tests.conftest import not_run

OF_A_KIND = re.compile(r"api/v1/[a-z-]+(?![a-z.-])")  # the API answers for each kind alike
HOMES = re.compile(r"[a-z]{2}/")  # in other languages


class Answers:
    """Django's test client, asked as a server is."""

    origin = ""

    def __init__(self, client):
        self.client = client

    def get(self, path, headers=None):
        response = self.client.get(path)
        return response.status_code, response.headers, response.content


def test_every_public_address_has_an_example(content):
    known = {OF_A_KIND.sub("api/v1/…", routes.route_of(address)) for address in routes.examples().values()}
    missing = {OF_A_KIND.sub("api/v1/…", route) for route in routes.routes()} - known

    assert "<list:path>/" in known
    assert {route for route in missing if not HOMES.fullmatch(route)} == {
        # They answer to answers.
        "check/open/",
        "check/result/",
        "check/save/",
        "check/result.pdf",
        "check/result.docx",
        # There is a dump or a file only where somebody made one.
        "dumps/manifest.json",
        "dumps/<str:name>",
        "dumps/<slug:folder>/<str:name>",
        r"^files/(?P<digest>[0-9a-f]{32})/(?P<name>[A-Za-z0-9_-]+\.[a-z]+)$",
        "apple-touch-icon.png",
        "icon-192.png",
        "icon-512.png",
    }


def test_filters_are_different_and_find_enough(client, content):
    with connection.cursor() as cursor:
        cursor.execute(TERMS)
        queries = combinations(cursor.fetchall(), 25, 40)

    assert len(set(queries)) == 40
    for query in queries[:8]:
        response = client.get(f"/api/v1/technologies?{query}&count=true&limit=1")
        assert response.json()["count"] >= 25, QueryDict(query).dict()


@pytest.fixture
def stock_settings(monkeypatch, tmp_path):
    monkeypatch.setenv("MEASURED_VAR", str(tmp_path))
    monkeypatch.syspath_prepend(SERVED)
    return importlib.import_module("benchmarks.stock.settings")


def test_stock_pages_show_what_ours_show(client, content, settings, stock_settings):
    ours = {
        path: Answers(client).get(path) for path in (*fairness.LISTS, *fairness.RECORDS, fairness.DOCUMENT)
    }
    for name in ("ROOT_URLCONF", "MIDDLEWARE", "TEMPLATES"):
        setattr(settings, name, getattr(stock_settings, name))

    class Kept(Answers):
        def get(self, path, headers=None):
            return ours[path]

    fairness.check(Kept(client), Answers(client))

    short = Answers(client)
    short.get = lambda path, headers=None: (200, {}, b"<section class='part' id='facts'></section>")
    with pytest.raises(fairness.Unfair, match="titles"):
        fairness.check(Kept(client), short)


def test_each_address_is_asked_for_once(tmp_path):
    if not shutil.which("wrk"):
        not_run("no wrk")
    asked = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        paths = [f"/{number}" for number in range(50)]
        found = load.ask(f"http://127.0.0.1:{server.server_port}", paths, 1, once=True, patience=1)
    finally:
        server.shutdown()
        server.server_close()

    assert found["requests"] == len(asked)
    assert sorted(asked) == sorted(paths)


def test_report_tells_what_was_measured(tmp_path, monkeypatch):
    for name in ("FOLDER", "FIGURES", "REPORT"):
        monkeypatch.setattr(
            report, name, tmp_path / {"FOLDER": "", "FIGURES": "f.json", "REPORT": "r.md"}[name]
        )
    run = {
        "date": "2026-11-29",
        "commit": "abc",
        "machine": "2 cores",
        "load": 0.1,
        "versions": {"Python": "3.11"},
    }
    rows = [
        {"side": side, "target": target, "title": target, "per_second": rate, "processor": processor}
        | dict.fromkeys(("p50", "p95", "p99", "bytes"), 1.0)
        for side, target, rate, processor in (
            ("portal", "list", 90.0, 5.0),
            ("stock", "list", 10.0, 20.0),
            ("Django floor", "file", 100.0, 0.2),
        )
    ]
    page = {"page": "home", "processor": 5.0, "p50": 6.0, "p95": 7.0, "bytes": 1_000, "peak": 90.0}
    step = {"start": 1.0, "first_search": 0.5, "memory_at_first": 80.0, "memory": 90.0, "publish": 10.0}
    sizes = [
        step
        | {"size": size, "pages": [page | {"processor": cost}]}
        | {"harvest": {"records": size, "seconds": seconds, "grown": 0.0, "dump": 60.0}}
        for size, cost, seconds in ((1_500, 5.0, 3.0), (15_000, 50.0, 36.0))
    ]

    report.keep("pages", "sqlite", run | {"found": rows})
    report.keep("growth", "sqlite", run | {"found": {"portal": sizes}})
    asked = [
        dict.fromkeys(("used", "database"), cost) | {"bytes": 900, "queries": 3} for cost in range(1, 21)
    ]
    few = {"route": "home"} | each_route.summary(asked)
    many = few | {"p95": 60.0, "bytes": 201_000}
    report.keep(
        "routes",
        "sqlite",
        run | {"found": {"portal": [{"size": 1_500, "routes": [few]}, {"size": 99_000, "routes": [many]}]}},
    )
    report.write()

    text = (tmp_path / "r.md").read_text()
    assert "| list with facets, other filters each time | 8 × | **9 ×**; 4 × | not run |" in text
    assert "| home | 5.0 | 50.0 | 1.0 | 90 |" in text
    assert "| `home` | 10.5; 19.0 | 10.5; 60.0 | **3.2 ×** | 0.9 | **201.0** | 3 |" in text
    for end in (
        " more at most |  | **0 MB**",
        "1.5 × at most |  | **1.2 ×**",
        "50 ms at most |  | 60 ms (missed)",
    ):
        assert f"{end} | not run |" in text
    assert "<!--" not in text
    for picture in ("pages-sqlite.svg", "growth-sqlite.svg"):
        ET.fromstring((tmp_path / picture).read_text())


def test_curves_rise_with_their_values():
    picture = ET.fromstring(plots.curves("t", {"a": [(10, 1), (100, 10), (1_000, 1_000)]}, "x", "y"))
    line = picture.find("{http://www.w3.org/2000/svg}polyline").get("points")
    points = [tuple(map(float, point.split(","))) for point in line.split()]

    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert [y for _, y in points] == sorted((y for _, y in points), reverse=True)


@pytest.mark.parametrize(
    "value",
    [1, [], {}, [1, 2], {"a": []}, {"a": {"b": [1, {"c": "é"}]}, "d": [[1], "e", {}]}, [{"a": 1}, {"b": 2}]],
)
def test_figures_are_laid_out_as_what_they_are(value):
    assert json.loads(report.laid_out(value)) == value


def test_each_row_of_figures_has_a_line():
    assert report.laid_out({"rows": [{"a": 1, "b": 2}, {"a": 3, "b": 4}]}) == (
        '{\n "rows": [\n  {"a": 1, "b": 2},\n  {"a": 3, "b": 4}\n ]\n}'
    )
