"""Do the drills and report: ``python -m tests.drills [WORDS]``, where words are gates, names of drills or of modules.

Ends with 1 if one missed its limit, and with CI=true also if one could not run.
"""

import argparse
import os
import signal
import sys

from tests.drills import frame, report
from tests.drills.places import places


def main(arguments):
    parser = argparse.ArgumentParser(prog="python -m tests.drills", description=__doc__)
    parser.add_argument(
        "words", nargs="*", metavar="WORD", help="6.13, a drill’s name, a module; without: all"
    )
    parser.add_argument("--on", action="append", choices=places(), help="only there; may be repeated")
    parser.add_argument("--minutes", type=float, default=1, help="of the soak (a minute)")
    parser.add_argument("--list", action="store_true", help="name the drills, do none")
    parser.add_argument("--dry", action="store_true", help="leave docs/reliability.* as they are")
    asked = parser.parse_args(arguments)
    drills = [one for one in frame.found() if one.is_asked(asked.words)]
    if asked.list or not drills:
        for one in drills:
            say(f"{one.gate} {one.name} on {', '.join(one.places)}: {one.says} (≤ {one.most:g} {one.unit})")
        return 0 if drills else f"No drill is called {' or '.join(asked.words)}."
    for number in (signal.SIGTERM, signal.SIGHUP):  # what a drill started ends with this run
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    opened = {
        name: open_ for name, open_ in places(asked.minutes).items() if not asked.on or name in asked.on
    }
    rows = []
    try:
        for row in frame.run(drills, opened, say):
            rows.append(row)
    finally:
        if rows and not asked.dry:
            report.keep(rows)
    outcomes = {row["outcome"] for row in rows}
    return int("missed" in outcomes or ("not run" in outcomes and os.environ.get("CI") == "true"))


def say(text):
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
