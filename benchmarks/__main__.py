"""Measurements of the portal: ``python -m benchmarks --help``; ``make bench`` runs them all."""

import argparse
import contextlib
import shutil
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from benchmarks import fairness, peers
from benchmarks.load import Missing
from benchmarks.pages import Measured, measure
from benchmarks.portals import HERE, Portal, databases
from benchmarks.targets import targets_of

DATABASES = ("sqlite", "postgresql")


def main(arguments):
    asked = read(arguments)
    with tempfile.TemporaryDirectory(prefix="media4sec-bench-") as folder:
        for vendor in asked.database:
            say(f"{vendor}:")
            with databases(vendor, folder) as database:
                measure_pages(asked, database, Path(folder) / vendor)


def read(arguments):
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--database", action="append", choices=DATABASES, help="one database only; may be repeated"
    )
    parser.add_argument(
        "--against",
        action="append",
        default=[],
        metavar="CHECKOUT",
        help="another checkout, asked in turn with this one",
    )
    parser.add_argument(
        "--target", action="append", default=[], help="a target of the pages, such as list; may be repeated"
    )
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="only the portal itself")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="how long a target is asked in a round")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep filled SQLite databases here for the next time"
    )
    asked = parser.parse_args(arguments)
    asked.database = asked.database or DATABASES
    return asked


def say(text):
    print(text, flush=True)


def measure_pages(asked, database, folder):
    everything = []
    with contextlib.ExitStack() as stack:
        for number, checkout in enumerate([HERE, *asked.against]):
            portal = Portal(checkout, database(f"portal-{number}"), folder / f"portal-{number}")
            fill(portal, asked.keep)
            server = stack.enter_context(portal.served())
            side = f"{portal.checkout.name} {portal.commit()}"
            say(f"  {side}: first answer after {server.started_in:.1f} s")
            everything += [
                Measured(side, server, target, portal.change)
                for target in targets_of(server, portal.database)
            ]
            if number == 0 and asked.peers:
                everything += peers_of(portal, server, stack, folder)
        everything = [one for one in everything if not asked.target or one.target.name in asked.target]
        everything.sort(key=lambda one: one.target.name)
        print_table(measure(everything, asked.rounds, asked.seconds, say))


def peers_of(portal, server, stack, folder):
    """What this portal is compared with, as far as it is installed."""
    found = []
    for name, peer in (("nginx", peers.nginx), ("bare WSGI", peers.bare), ("Django floor", peers.floor)):
        try:
            other = stack.enter_context(peer(folder / name.replace(" ", "-")))
        except Missing as reason:
            say(f"  {name}: not run ({reason})")
            continue
        found += [Measured(name, other, target) for target in peers.ONE_FILE]
    other = stack.enter_context(peers.stock(portal))
    fairness.check(server, other)
    found += [
        Measured("stock", other, target)
        for target in targets_of(other, portal.database)
        if target.name in peers.SAME_AS_OURS
    ]
    return found


def print_table(found):
    say(
        f"{'':12} {'':24} {'req/s':>8} {'cpu ms':>8} {'p50':>7} {'p95':>7} {'p99':>7} {'bytes':>8}   this checkout has"
    )
    first = {row["target"]: row for row in reversed(found)}
    for row in found:
        base = first[row["target"]]
        say(
            f"{row['target']:12} {row['side']:24} {row['per_second']:8.1f} {row['processor']:8.2f} {row['p50']:7.1f} "
            f"{row['p95']:7.1f} {row['p99']:7.1f} {row['bytes']:8.0f}   "
            + (
                ""
                if row is base
                else f"{base['per_second'] / row['per_second']:.2f} × its req/s, "
                f"{base['processor'] / row['processor']:.2f} × its processor time"
            )
        )


def fill(portal, keep):
    """Fill a database, or take the one that was filled by the same code last time."""
    if not keep or not portal.database.startswith("sqlite"):
        portal.fill()
        return
    keep.mkdir(parents=True, exist_ok=True)
    path = Path(portal.database.removeprefix("sqlite:///"))
    kept = keep / f"{digest(portal.checkout)}.sqlite3"
    if kept.exists():
        shutil.copy(kept, path)
        portal.collect()
    else:
        portal.fill()
        portal.query("VACUUM")
        shutil.copy(path, kept)


def digest(checkout):
    """One value for all that a filled database is made by."""
    found = sha256()
    for folder in ("fixtures", "media4sec", "workshops", "catalogue", "ethics", "roadmap"):
        for path in sorted((checkout / folder).rglob("*")):
            if path.suffix in (".py", ".json"):
                found.update(path.read_bytes())
    return found.hexdigest()[:16]


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Missing as reason:
        sys.exit(f"not run: {reason}")
