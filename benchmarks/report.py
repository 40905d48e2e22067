"""Keeps what was measured in docs/performance/figures.json, and writes docs/performance.md and its pictures from it.

The words of the report are in report.template beside this file; ``<!-- pages -->`` there becomes that table.
"""

import json
import re
from pathlib import Path

from benchmarks import plots
from benchmarks.portals import HERE

TEMPLATE = Path(__file__).with_name("report.template")
REPORT = HERE / "docs" / "performance.md"
FOLDER = HERE / "docs" / "performance"
FIGURES = FOLDER / "figures.json"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
SLOW = "failed"

# What is aimed at: (what, target, side it is compared with, that side's target, at least so many times its rate).
AIMS = (
    ("a page asked for again, against Django alone", "cached", "Django floor", "file", 1.5),
    ("a page asked for again, against nginx", "cached", "nginx", "file", 0.15),
    ("“not modified”, against Django alone", "unchanged", "Django floor", "file", 2),
    ("list with facets, other filters each time", "list", "stock", "list", 8),
    ("record page, another one each time", "record", "stock", "record", 2),
    ("API: list of 50", "api-list", "stock", "api-list", 10),
    ("API: one record", "api-detail", "stock", "api-detail", 3),
)
MOST_BYTES = 200_000  # of one answer
WORKER_MEMORY, GROWN_MEMORY = 180, 250  # MB
START, GROWTH, SEARCH = 2.0, 2.0, 60  # seconds, times, milliseconds
HARVEST_MEMORY, HARVEST_TIME, FIRST_BYTE = 20, 1.5, 50  # MB, times, milliseconds
CURVES = (
    "home",
    "list-filtered",
    "list-filtered-by-title",
    "record-theme",
    "matrix",
    "library",
    "search, all questions",
)


def keep(part, database, measured):
    """Put the figures of one part on one database beside the others."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    figures = kept()
    figures.setdefault(part, {})[database] = measured
    FIGURES.write_text(laid_out(figures) + "\n", encoding="utf-8")


def laid_out(value, margin=""):
    """JSON in which whatever holds nothing that holds something stands on a line of its own."""
    is_object = isinstance(value, dict)
    inner = list(value.values()) if is_object else value if isinstance(value, list) else []
    if not any(isinstance(one, (dict, list)) for one in inner):
        return json.dumps(value, ensure_ascii=False)
    deeper = margin + " "
    lines = [laid_out(one, deeper) for one in inner]
    if is_object:
        lines = [
            f"{json.dumps(name, ensure_ascii=False)}: {line}" for name, line in zip(value, lines, strict=True)
        ]
    begin, end = "{}" if is_object else "[]"
    return f"{begin}\n" + ",\n".join(deeper + line for line in lines) + f"\n{margin}{end}"


def kept():
    return json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}


def write():
    figures = kept()
    pages, growth = figures.get("pages", {}), figures.get("growth", {})
    tables = {
        "aims": aims(pages, growth),
        "pages": "\n\n".join(pages_table(database, run) for database, run in pages.items()),
        "growth": growth_table(growth),
        "worker": worker_table(growth),
        "routes": "\n\n".join(
            routes_table(database, run) for database, run in figures.get("routes", {}).items()
        ),
        "machine": "\n".join(machines(figures)),
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    text = re.sub(r"<!-- (\w+) -->", lambda match: tables[match[1]] or "Not measured yet.", text)
    REPORT.write_text(text, encoding="utf-8")
    for name, picture in pictures(pages, growth).items():
        (FOLDER / name).write_text(picture, encoding="utf-8")


def table(head, rows):
    """A Markdown table; all columns but the first are numbers."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def machines(figures):
    for part, runs in figures.items():
        for database, run in runs.items():
            versions = ", ".join(f"{name} {number}" for name, number in run["versions"].items())
            yield (
                f"- {part}, {NAMES[database]}: {run['date']}, commit {run['commit']}, {run['machine']}, "
                f"load {run['load']}; {versions}."
            )


# Pages


def rate_of(run, side, target):
    return next((row for row in run["found"] if (row["side"], row["target"]) == (side, target)), None)


def aims(pages, growth):
    rows = []
    for title, target, side, other, least in AIMS:
        row = [title, f"{least:g} ×"]
        for database in NAMES:
            run = pages.get(database, {"found": []})
            ours, theirs = rate_of(run, "portal", target), rate_of(run, side, other)
            row.append(compared(ours, theirs, least) if ours and theirs else "not run")
        rows.append(row)
    rows += growth_aims(growth)
    return table(["", "at least", *NAMES.values()], rows) if pages or growth else ""


def compared(ours, theirs, least):
    """How many times as many requests a second as theirs, and how many times less processor time each took."""
    rate = told(ours["per_second"] / theirs["per_second"], least, "×")
    return f"{rate}; {theirs['processor'] / ours['processor']:.2g} ×"


def growth_aims(growth):
    """Those on memory, start, search and growth, where at most a value is allowed."""
    runs = {database: run["found"]["portal"] for database, run in growth.items()}
    aims = (
        (
            f"memory of a worker that has answered everything, {WORKER_MEMORY} MB at most",
            lambda run: (run[0].get("memory"), WORKER_MEMORY, "MB"),
        ),
        (
            f"the same with all records, {GROWN_MEMORY} MB at most",
            lambda run: (run[-1].get("memory"), GROWN_MEMORY, "MB"),
        ),
        (
            f"process start to first answer, {START:g} s at most",
            lambda run: (run[0].get("start"), START, "s"),
        ),
        (
            f"search page with all records, p95 {SEARCH} ms at most",
            lambda run: (page_of(run[-1], "search, all questions").get("p95"), SEARCH, "ms"),
        ),
        (
            f"filtered list, p95 with all records to that with the real ones, {GROWTH:g} × at most",
            lambda run: (times(run, "list-filtered", "p95"), GROWTH, "×"),
        ),
        (
            f"full harvest of all records by the API, memory of the worker {HARVEST_MEMORY} MB more at most",
            lambda run: (run[-1].get("harvest", {}).get("grown"), HARVEST_MEMORY, "MB"),
        ),
        (
            f"full harvest, time for each of all records to that with the real ones, {HARVEST_TIME:g} × at most",
            lambda run: (harvest_times(run), HARVEST_TIME, "×"),
        ),
        (
            f"first byte of a dump of all records, {FIRST_BYTE} ms at most",
            lambda run: (run[-1].get("harvest", {}).get("dump"), FIRST_BYTE, "ms"),
        ),
    )
    for title, measured in aims:
        row = [title, ""]
        for database in NAMES:
            value, most, unit = measured(runs[database]) if database in runs else (None, 0, "")
            row.append("not run" if value is None else told(value, most, unit, is_least=False))
        yield row


def harvest_times(run):
    """How many times as long one record takes in the largest harvest as in the smallest."""
    ends = [run[0].get("harvest"), run[-1].get("harvest")]
    if not all(ends):
        return None
    least, most = (harvest["seconds"] / harvest["records"] for harvest in ends)
    return most / least


def told(value, aim, unit, is_least=True):
    text = f"{value:,.0f} {unit}" if value >= 20 else f"{value:.2g} {unit}"
    return f"**{text}**" if (value >= aim) == is_least else f"{text} (missed)"


def pages_table(database, run):
    floor = rate_of(run, "Django floor", "file")
    rows = [
        [
            f"{row['title']} ({row['side']})" if row["side"] != "portal" else f"**{row['title']}**",
            f"{row['per_second']:,.0f}",
            f"{row['per_second'] / floor['per_second']:.2g}" if floor else "",
            f"{row['processor']:.2f}",
            *(f"{row[name]:,.1f}" for name in ("p50", "p95", "p99")),
            f"{row['bytes'] / 1000:,.1f}",
        ]
        for row in in_order(run["found"])
    ]
    head = ["", "requests/s", "× Django alone", "processor ms", "p50 ms", "p95 ms", "p99 ms", "kB"]
    return f"**{NAMES[database]}**\n\n" + table(head, rows)


def in_order(found):
    """Rows of one target side by side, the portal's first."""
    targets = list(dict.fromkeys(row["target"] for row in found))
    return sorted(found, key=lambda row: (targets.index(row["target"]), row["side"] != "portal"))


# Growth


def page_of(step, name):
    return next((row for row in step.get("pages", ()) if row["page"] == name), {})


def times(run, name, what):
    first, last = page_of(run[0], name).get(what), page_of(run[-1], name).get(what)
    return last / first if first and last and len(run) > 1 else None


def growth_table(growth):
    """All pages, what they cost on each database with each number of records; the dearest first."""
    if not growth:
        return ""
    runs = {NAMES[database]: run["found"]["portal"] for database, run in growth.items()}
    head = ["processor ms a page"]
    head += [f"{name}, {step['size']:,}" for name, run in runs.items() for step in run]
    head += ["kB", "peak MB"]
    steps = [step for run in runs.values() for step in run]
    last = next(iter(runs.values()))[-1]
    rows = []
    for page in last.get("pages", ()):
        found = [page_of(step, page["page"]) for step in steps]
        if all("answers" in one.get(SLOW, "") for one in found):
            continue  # it needs a past that the content does not have
        cells = [f"{one['processor']:,.1f}" if "processor" in one else one.get(SLOW, "") for one in found]
        ends = [f"{page['bytes'] / 1000:,.1f}", f"{page['peak']:,.0f}"] if "bytes" in page else ["", ""]
        rows.append((page.get("processor", float("inf")), [page["page"], *cells, *ends]))
    return table(head, [row for _, row in sorted(rows, key=lambda row: -row[0])])


def routes_table(database, run):
    """What each address costs with few and with many records; what grows most comes first."""
    first, *others = run["found"]["portal"]
    last = others[-1] if others else first
    before = {row["route"]: row for row in first["routes"]}
    rows = []
    for row in last["routes"]:
        small = before.get(row["route"])
        if small:
            ratio = row["p95"] / small["p95"]
            cells = [
                f"`{row['route']}`",
                *(f"{one['p50']:,.1f}; {one['p95']:,.1f}" for one in (small, row)),
                _bold_above(f"{ratio:.2g} ×", ratio > GROWTH),
                *(
                    _bold_above(f"{one['bytes'] / 1000:,.1f}", one["bytes"] > MOST_BYTES)
                    for one in (small, row)
                ),
                row["queries"],
            ]
            rows.append((ratio, cells))
    few, many = (f"p50; p95 ms, {step['size']:,}" for step in (first, last))
    head = [
        NAMES[database],
        few,
        many,
        "ratio of p95",
        f"kB, {first['size']:,}",
        f"kB, {last['size']:,}",
        "queries",
    ]
    return table(head, [row for _, row in sorted(rows, key=lambda row: -row[0])])


def _bold_above(text, is_above):
    return f"**{text}**" if is_above else text


def worker_table(growth):
    rows = []
    for database, run in growth.items():
        for step in run["found"]["portal"]:
            search = page_of(step, "search, all questions")
            rows.append(
                [
                    f"{NAMES[database]}, {step['size']:,}",
                    *(f"{search[name]:,.1f}" if name in search else "" for name in ("p50", "p95")),
                    f"{step['start']:.1f}",
                    f"{step['first_search']:.2f}",
                    f"{step.get('after_change', 0):,.0f}",
                    f"{step['memory_at_first']:,.0f}",
                    f"{step.get('memory', 0):,.0f}",
                    f"{step.get('publish', 0):,.0f}",
                ]
            )
    head = ["publications", "search p50 ms", "p95 ms", "start s", "first search s", "after a change ms"]
    head += ["MB with the index", "worker MB", "publishing one ms"]
    return table(head, rows) if rows else ""


def pictures(pages, growth):
    found = {}
    for database, run in pages.items():
        floor = rate_of(run, "Django floor", "file")
        if floor:
            rows = [
                (
                    f"{row['target']} ({row['side']})",
                    row["per_second"] / floor["per_second"],
                    row["side"] == "portal",
                )
                for row in in_order(run["found"])
            ]
            title = f"Requests a second, in multiples of Django alone ({NAMES[database]})"
            found[f"pages-{database}.svg"] = plots.bars(title, rows)
    for database, run in growth.items():
        steps = run["found"]["portal"]
        series = {
            name: [
                (step["size"], page_of(step, name)["processor"])
                for step in steps
                if "processor" in page_of(step, name)
            ]
            for name in CURVES
        }
        series = {name: line for name, line in series.items() if line}
        if series:
            title = f"Processor time of a page as the content grows ({NAMES[database]})"
            found[f"growth-{database}.svg"] = plots.curves(title, series, "publications", "milliseconds")
    return found
