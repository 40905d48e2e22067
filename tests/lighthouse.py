"""Lighthouse on the main pages: ``python -m tests.lighthouse`` (``--url`` takes a running site instead of an own one).

Prints what a phone would see in the laboratory: the four scores and the times, the middle of three runs. Fails where
that is less than we promise. ``--all`` looks at a page of every making, which takes an hour.
"""

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()  # pages are those of the kinds

from tests.conftest import BROWSER_FLAGS, find_chromium  # noqa: E402
from tests.pages import PAGES, STATUS  # noqa: E402

PATHS = ("/", "/technologies/", "/technologies/T-001-publicsonar/", "/themes/diy-policing/")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
TIMES = ("largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "speed-index")
# gates 7.10, 7.11; milliseconds, but for the shift
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
MOST = {"largest-contentful-paint": 1800, "total-blocking-time": 100, "cumulative-layout-shift": 0.02}
RUNS = 3
TRIES = 5
SECONDS = 180


def find_lighthouse():
    """The path of the program that LIGHTHOUSE names, or None; Node runs it."""
    named = os.environ.get("LIGHTHOUSE")
    return named if named and Path(named).is_file() and shutil.which("node") else None


def _report(url, categories):
    flags = [*BROWSER_FLAGS, "--headless=new", *(["--no-sandbox"] if os.getuid() == 0 else [])]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        report = Path(folder) / "report.json"
        command = [
            *(
                shutil.which("node"),
                find_lighthouse(),
                url,
                "--quiet",
                "--no-enable-error-reporting",
                "--output=json",
                f"--output-path={report}",
            ),
            f"--only-categories={','.join(categories)}",
            f"--chrome-flags={' '.join(flags)} --user-data-dir={folder}/profile",
        ]
        environment = {**os.environ, "CHROME_PATH": find_chromium(), "TMPDIR": folder}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        if not report.exists():
            raise RuntimeError(f"Lighthouse gave no report on {url}: {done.stderr[-2000:]}")
        return json.loads(report.read_text("utf-8"))


def examine(url, categories=CATEGORIES):
    """What Lighthouse says of a page as a telephone sees it; now and then it loses its trace, and is asked again."""
    for _ in range(TRIES):
        report = _report(url, categories)
        if "runtimeError" not in report:
            return report
    raise RuntimeError(f"Lighthouse could not look at {url}: {report['runtimeError']['message']}")


def scores_of(report):
    return {name: round(100 * (part["score"] or 0)) for name, part in report["categories"].items()}


def complaints_of(report):
    """{audit: title} of what keeps a score from being full."""
    return {
        reference["id"]: report["audits"][reference["id"]]["title"]
        for part in report["categories"].values()
        for reference in part["auditRefs"]
        if reference["weight"] and (report["audits"][reference["id"]]["score"] or 0) < 1
        if report["audits"][reference["id"]]["scoreDisplayMode"] in ("binary", "numeric", "metricSavings")
    }


def broken_promises(scores, times, *, is_indexed=True):
    """The names of scores that are too low and of times that are too long."""
    low = [name for name, least in LEAST.items() if scores[name] < least and (is_indexed or name != "seo")]
    return low + [name for name, most in MOST.items() if times[name] > most]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="the origin of a site that runs already")
    parser.add_argument("--all", action="store_true", help="a page of every making")
    options = parser.parse_args()
    if not find_lighthouse() or not find_chromium():
        sys.exit("Not run: LIGHTHOUSE must name lighthouse/cli/index.js, and a Chromium and Node are needed.")
    from tests.screenshots import NAMES, own_site

    paths = [PAGES[name] for name in NAMES if name not in STATUS] if options.all else PATHS
    broken = []
    with contextlib.nullcontext(options.url.rstrip("/")) if options.url else own_site() as origin:
        for path in paths:
            reports = [examine(origin + path) for _ in range(RUNS)]
            scores = [scores_of(report) for report in reports]
            middle = {name: statistics.median(score[name] for score in scores) for name in CATEGORIES}
            times = {
                name: statistics.median(report["audits"][name]["numericValue"] for report in reports)
                for name in TIMES
            }
            print(path)  # noqa: T201
            print("  " + ", ".join(f"{name} {value:.0f}" for name, value in middle.items()))  # noqa: T201
            print("  " + ", ".join(f"{name} {value:.3g}" for name, value in times.items()))  # noqa: T201
            for name, title in complaints_of(reports[-1]).items():
                print(f"  {name}: {title}")  # noqa: T201
            is_indexed = reports[-1]["audits"]["is-crawlable"]["score"] == 1
            if names := broken_promises(middle, times, is_indexed=is_indexed):
                broken.append(f"{path}: {', '.join(names)}")
    sys.exit("\n".join(["Less than promised:", *broken]) if broken else 0)


if __name__ == "__main__":
    main()
