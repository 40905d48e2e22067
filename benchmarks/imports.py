"""What importing 10,000 rows costs: seconds, memory, and how long somebody else who saves has to wait.

    python -m benchmarks.imports --database sqlite --case field

Copies of the real technologies and legal instruments are imported as drafts. Then each case is looked at and applied in
a process of its own, while another process saves a record ten times a second. Memory is the most that the process
that imports has ever had, Django included.
"""

import argparse
import csv
import io
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import described
from benchmarks.portals import HERE, Portal, databases

ROWS = 10_000
BYTES = 9_500_000  # of a file
EVERY = 0.1  # seconds between two saves of the other person
EVENTS = 2  # of each instrument
TECHNOLOGY, INSTRUMENT = "technology", "instrument"
CASES = {  # what changes: the kind, its file
    "new": (TECHNOLOGY, "csv"),
    "field": (TECHNOLOGY, "csv"),
    "field-xlsx": (TECHNOLOGY, "xlsx"),
    "title": (TECHNOLOGY, "csv"),
    "sources": (TECHNOLOGY, "csv"),
    "parts": (INSTRUMENT, "json"),
}


def main(arguments):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--case", choices=CASES, action="append")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--times", type=int, default=1, help="each case, for medians")
    asked = parser.parse_args(arguments)
    print(json.dumps(described()), flush=True)
    with tempfile.TemporaryDirectory(prefix="media4sec-imports-") as folder:
        for vendor in asked.database or ("sqlite", "postgresql"):
            with databases(vendor, Path(folder)) as database:
                portal = Portal(HERE, database("imports"), Path(folder) / vendor)
                portal.fill()
                measure_all(portal, vendor, asked)


def measure_all(portal, vendor, asked):
    cases = asked.case or list(CASES)
    for kind_name in {CASES[case][0] for case in cases}:
        portal.run("-c", "import django; django.setup()\nfrom benchmarks.imports import fill\n"
                   f"fill({kind_name!r}, {asked.rows})")  # fmt: skip
    for number in range(asked.times):
        for case in cases:
            found = measured(portal, case, number, asked.rows)
            print(f"{vendor:10} {case:10} " + " ".join(f"{name} {value}" for name, value in found.items()))
            sys.stdout.flush()


def measured(portal, case, number, rows):
    def began(function, *given):
        code = f"import django; django.setup()\nfrom benchmarks.imports import {function}\n{function}(*{given!r})"
        return subprocess.Popen(
            [portal.python, "-c", code], cwd=HERE, env=portal.environment(), stdout=subprocess.PIPE, text=True
        )

    path = portal.folder / f"rows.{CASES[case][1]}"
    if began("write_file", case, number, rows, str(path)).wait():
        raise SystemExit("The file cannot be written.")
    other = began("keep_saving")
    other.stdout.readline()  # it has begun
    try:
        answer, _ = began("import_file", CASES[case][0], str(path)).communicate()
    finally:
        other.send_signal(signal.SIGTERM)
    waited, _ = other.communicate()
    return json.loads(answer) | json.loads(waited)


# In processes with Django


def _root():
    from media4sec.accounts.models import User

    return User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("root@example.org")


def _import(kind_name, name, content):
    from media4sec.kinds import kinds_by_name
    from media4sec.records.importing import reports

    report = reports.make(kinds_by_name()[kind_name], name, content, by=_root())
    if report.state != "ready":
        raise RuntimeError(f"{report.report['faults'][:5]}, {report.report['waiting']} questions")
    return report


def _copies(kind_name, start, count):
    """Documents of a kind, made of the real ones: what they say, with another title and identifier."""
    from media4sec.records.documents.reading import working_documents, writer
    from media4sec.records.models import Record

    rows = Record.objects.filter(kind_name=kind_name, revisions__published_at__isnull=False)
    real = list(working_documents(rows.distinct()[:150]).values())
    fields = writer(kind_name).fields
    for number in range(start, start + count):
        document = {
            name: value for name, value in real[number % len(real)].items() if not fields[name].read_only
        }
        document["title"] = f"{document['title'][:300]} {number}"
        document["identifier"] = f"T-{number}" if kind_name == TECHNOLOGY else f"law-{number}"
        document["slug"] = f"copy-{number}"
        for name in ("homepage", "repository"):
            document.pop(name, None)
        for name in ("celex_or_number", "eli", "official_url"):
            document.pop(name, None)
        if "events" in document:
            document["events"] = document["events"][:EVENTS]
        yield document


def fill(kind_name, count):
    from media4sec.records.importing import reports

    at_once = 4_000 if kind_name == TECHNOLOGY else 2_000
    for start in range(0, count, at_once):
        documents = list(_copies(kind_name, 10_000 + start, min(at_once, count - start)))
        reports.apply(_import(kind_name, "a.json", json.dumps(documents).encode()), by=_root())


def write_file(case, number, count, path):
    """The file of a case; each time something else is changed in all records."""
    from media4sec.records.documents.reading import writer
    from media4sec.records.importing.cells_of import cell_of, columns_of
    from media4sec.records.importing.exporting import exported_documents
    from media4sec.records.models import Record

    kind_name, suffix = CASES[case]
    if case == "new":
        documents = _copies(kind_name, 100_000 * (number + 1), count)
    else:
        rows = Record.objects.filter(kind_name=kind_name, slug__startswith="copy-").order_by("pk")[:count]
        documents = exported_documents(list(rows))
    changed = [_changed(case, number, document) for document in documents]
    if suffix == "json":
        kept = ("identifier", "title", "events")
        Path(path).write_text(json.dumps([{name: one[name] for name in kept} for one in changed]))
        return
    names = ["identifier", "title", "technology_kind", "summary", "sources"]
    names += [name for name in columns_of(kind_name) if name not in names]
    fields = writer(kind_name).fields
    table = [[cell_of(fields[name], one.get(name)) for name in names] for one in changed]
    if suffix == "xlsx":
        _write_sheet(path, [names, *table])
    else:
        _write_table(path, [names, *table])


def _changed(case, number, document):
    chance = random.Random(f"{number} {document['identifier']}")
    match case:
        case "field" | "field-xlsx":
            document["summary"] = (
                f"{document['summary'][:1500]} Seen again in round {number}, {chance.random()}."
            )
        case "title":
            document["title"] = f"{document['title'][:300]} {chance.randint(1, 1000)}"
        case "sources":
            new = {"url": f"https://example.org/{chance.randint(1, 10**6)}"}
            document["sources"] = [*document["sources"][:4], new]
        case "parts":
            for event in document["events"]:
                event["note"] = f"{event['note'][:100]} Seen again, {chance.random()}."
                event["sources"] = event["sources"][:1]
    return document


def _write_table(path, rows):
    """As many columns as a file of this size has room for."""
    for most in range(len(rows[0]), 1, -1):
        out = io.StringIO()
        csv.writer(out).writerows(row[:most] for row in rows)
        content = out.getvalue().encode()
        if len(content) <= BYTES:
            Path(path).write_bytes(content)
            return


def _write_sheet(path, rows):
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(path)


def import_file(kind_name, path):
    from media4sec.records.importing import reports
    from media4sec.records.importing.writing import Ready

    written = _timed(Ready, "write")
    content = Path(path).read_bytes()
    found = {"MB at first": peak(), "MB of file": round(len(content) / 1e6, 1)}
    began, used = time.perf_counter(), time.process_time()
    report = _import(kind_name, Path(path).name, content)
    found |= {"looked at s": round(time.perf_counter() - began, 1)}
    found |= {"processor s": round(time.process_time() - used, 1), "MB looked at": peak()}
    began, used = time.perf_counter(), time.process_time()
    reports.apply(report, by=_root())
    found |= {"applied s": round(time.perf_counter() - began, 1)}
    found |= {"its processor s": round(time.process_time() - used, 1), "MB applied": peak()}
    found |= {"writing took, processor s": written}
    print(json.dumps(found | {"new": report.created, "changed": report.updated}))


def _timed(owner, name):
    """The processor seconds of each call of a method from now on."""
    took, method = [], getattr(owner, name)

    def timed(*given):
        used = time.process_time()
        try:
            return method(*given)
        finally:
            took.append(round(time.process_time() - used, 2))

    setattr(owner, name, timed)
    return took


def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def keep_saving():
    """Save a record ten times a second, until told to stop; says how long the longest took."""
    from django.db import transaction

    from media4sec.records.models import Record, specific
    from media4sec.records.workflow import save_revision

    waited, ended = [], []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    print("saving", flush=True)
    while not ended:
        began = time.perf_counter()
        with transaction.atomic():
            [record] = specific(Record.objects.filter(kind_name="theme")[:1])
            record.notes = [f"Saved at {began}"]
            record.save()
            save_revision(record)
        waited.append(time.perf_counter() - began)
        time.sleep(EVERY)
    waited.sort()
    print(json.dumps({"waited s": [round(one, 2) for one in waited[-4:]], "saves": len(waited)}))


if __name__ == "__main__":
    main(sys.argv[1:])
