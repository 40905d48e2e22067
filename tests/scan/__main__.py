"""`python -m tests.scan [NAMES]`: what scanners find in the code and in a portal that is served for them.

Each says “clean”, what it found, or why it was not run, which is never a pass. What is explained in known.toml is told,
and is no failure; anything else is, and so is an explanation of what is found no longer.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from contextlib import ExitStack
from fnmatch import fnmatchcase
from pathlib import Path

from benchmarks.portals import HERE, Portal
from tests.scan.front import behind_nginx
from tests.scan.scanners import SCANNERS

KNOWN = Path(__file__).with_name("known.toml")
KEPT = HERE / "var" / "drills"


def known():
    """``{scanner: {finding: why it is none}}``."""
    return tomllib.loads(KNOWN.read_text("utf-8"))


def judged(found, explained):
    """(new findings, explained ones, explanations of nothing); a name that ends with a star means all that begin so."""
    told = {name: why for name in found for key, why in explained.items() if fnmatchcase(name, key)}
    new = {name: where for name, where in found.items() if name not in told}
    return new, told, [key for key in explained if not any(fnmatchcase(name, key) for name in found)]


def main(arguments):
    parser = argparse.ArgumentParser(prog="python -m tests.scan", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(SCANNERS)}; without: all")
    parser.add_argument("--database", type=Path, help="a filled SQLite database, of which a copy is served")
    asked = parser.parse_args(arguments)
    if unknown := {*asked.names} - SCANNERS.keys():
        parser.error(f"There is no scanner {', '.join(sorted(unknown))}.")
    chosen = [SCANNERS[name] for name in asked.names or SCANNERS]
    failed = []
    for number in (signal.SIGTERM, signal.SIGHUP):  # what was started ends with this run
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="media4sec-scan-")))
        asked_for = {one.asks for one in chosen if one.asks and not one.missing()}
        made = portal(folder, asked.database) if asked_for else None
        places = {}
        if "portal" in asked_for:
            places["portal"] = stack.enter_context(made.served()).origin
        if "nginx" in asked_for:
            places["nginx"] = stack.enter_context(behind_nginx(made, folder))
        for one in chosen:
            own = folder / one.name
            own.mkdir()
            failed += [one.name] if not passed(one, own, places.get(one.asks)) else []
    return 1 if failed else 0


def portal(folder, database):
    """A portal with the real content."""
    made = Portal(HERE, f"sqlite:///{folder / 'portal.sqlite3'}", folder / "portal")
    if database:
        shutil.copyfile(database, folder / "portal.sqlite3")
        made.collect()
        made.run("manage.py", "migrate", "--verbosity", "0")
    else:
        made.fill(KEPT)
    return made


def passed(one, folder, place):
    if missing := one.missing():
        say(f"{one.name}: not run ({', '.join(missing)} missing)")
        return os.environ.get("CI") != "true"
    try:
        began = time.monotonic()
        found = one.scan(folder, place) if one.asks else one.scan(folder)
    except Exception as error:  # whatever is wrong with a scanner, the next ones go on
        say(f"{one.name}: not run ({error})")
        return False
    new, told, stale = judged(found, known().get(one.name, {}))
    say(
        f"{one.name}: {'clean' if not new else f'{len(new)} new'}{f', {len(told)} explained' if told else ''}"
        f" ({(time.monotonic() - began) / 60:.1f} min)"
    )
    for name, where in new.items():
        say(f"  {name}: {where}")
    for why in dict.fromkeys(told.values()):
        first, *others = [name for name in told if told[name] == why]
        say(f"  explained: {first}{f' and {len(others)} more' if others else ''}: {why}")
    for name in stale:
        say(f"  explained, and found no longer: {name}")
    return not new and not stale


def say(text):
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
