"""Measure the portal beside others, and as it grows: ``make bench`` or ``python -m benchmarks``.

All of it takes an hour or two; --quick shows in some minutes that it works. What was measured is written to
docs/performance.md, unless it was quick, or of some targets or pages, or against another checkout, side by side:

    python -m benchmarks --only pages --database sqlite --against ../before --target list --target record
"""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from benchmarks import each_route, growth, machine, pages, report
from benchmarks.load import Missing
from benchmarks.portals import HERE, Portal, databases

PARTS = ("pages", "growth", "routes", "report")
DATABASES = ("sqlite", "postgresql")
SIZES = (1_500, 15_000, 100_000)


def main(arguments):
    asked = read(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):  # servers end with this run, whatever ends it
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="media4sec-bench-") as folder:
        for vendor in asked.database if set(asked.only) & MEASURES.keys() else ():
            say(f"{vendor}:")
            try:
                with databases(vendor, Path(folder)) as database:
                    measure_all(asked, vendor, database, Path(folder))
            except Missing as reason:
                say(f"  not run: {reason}")
    if is_whole(asked):
        report.write()


def measure_all(asked, vendor, database, folder):
    """The parts that were asked for, on one database system; each begins with the real content."""
    for part, measure in MEASURES.items():
        if part in asked.only:
            say(f"  {part}")
            found = measure(asked, portals(asked, database, folder / f"{vendor}-{part}"))
            measured = machine.described() | {"found": found}
            if is_whole(asked):
                report.keep(part, vendor, measured)


def read(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    several = {"action": "append", "default": []}
    parser.add_argument("--only", choices=PARTS, help="this part; may be repeated", **several)
    parser.add_argument("--database", choices=DATABASES, help="on this one; may be repeated", **several)
    parser.add_argument("--quick", action="store_true", help="little of everything, to see that it works")
    parser.add_argument(
        "--against", metavar="CHECKOUT", help="another one, asked in turn with this one", **several
    )
    parser.add_argument("--target", metavar="NAME", help="of the pages: list, record, …", **several)
    parser.add_argument("--page", metavar="NAME", help="of the growth and the routes: home, …", **several)
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="the portal alone")
    parser.add_argument("--sizes", type=int, nargs="+", help="numbers of publications for the growth")
    parser.add_argument("--rounds", type=int, help="in which each target is asked once")
    parser.add_argument("--seconds", type=float, help="for which a target is asked in a round")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="of SQLite databases, filled for the next time"
    )
    asked = parser.parse_args(arguments)
    asked.only, asked.database = asked.only or PARTS, asked.database or DATABASES
    asked.sizes = asked.sizes or (SIZES[:1] if asked.quick else SIZES)
    asked.rounds = asked.rounds or (1 if asked.quick else 7)
    asked.seconds = asked.seconds or (1 if asked.quick else 3)
    return asked


def is_whole(asked):
    return asked.peers and not (asked.quick or asked.against or asked.target or asked.page)


def say(text):
    print(text, flush=True)


def portals(asked, database, folder):
    """``{name: portal}``, this one first, each with the real content."""
    found = {}
    for number, checkout in enumerate([HERE, *asked.against]):
        portal = Portal(checkout, database(f"{folder.name}-{number}"), folder / str(number))
        portal.fill(asked.keep)
        found[f"{portal.checkout.name} {portal.commit()}" if number else "portal"] = portal
    return found


def measure_pages(asked, found):
    rows = pages.measure(found, asked.peers, asked.target, asked.rounds, asked.seconds, say)
    pages.show(rows, say)
    return rows


def measure_growth(asked, found):
    return growth.measure(found, asked.sizes, asked.page, 2 if asked.quick else 7, say)


def measure_routes(asked, found):
    return each_route.measure(found, asked.sizes, asked.page, 2 if asked.quick else each_route.REPEATS, say)


MEASURES = {"pages": measure_pages, "growth": measure_growth, "routes": measure_routes}

if __name__ == "__main__":
    main(sys.argv[1:])
