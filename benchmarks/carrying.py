"""What one node carries, and what two carry on one database: requests a second, with pages that are kept and others.

``python -m benchmarks.carrying --size 100000`` on a PostgreSQL of its own, or on a database that is filled already
(``--database postgres://…``). Each node is one worker in a process tree of its own, with an index of its own; all
ask one database. wrk and the database run on the same machine: the figures say less about n nodes than about what
they have in common, and the number of cores stands beside them.
"""

import argparse
import contextlib
import os
import random
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.load import ask
from benchmarks.portals import HERE, Portal, databases, query
from benchmarks.targets import BROWSER, PUBLISHED, TERMS, combinations, questions, with_query

SECONDS = 10
KEPT_PAGES = 50  # that everybody asks for
OF_TEN_NEW = 1  # addresses that nobody has asked for before, in the mix


def mixes(database):
    """``{name: addresses}``: pages that are kept; others each time; and nine of ten that are kept."""
    records = [url for (url,) in query(database, PUBLISHED.format(column="url"))]
    kept = ["/", "/technologies/", "/situations/", "/search/?q=police", *records][:KEPT_PAGES]
    filters, chance = combinations(query(database, TERMS), 25, 4_000), random.Random(700281)
    new = with_query("/technologies/", filters) + with_query("/search/", questions())
    new += with_query("/api/v1/technologies", filters) + records[KEPT_PAGES : KEPT_PAGES + 4_000]
    chance.shuffle(new)
    mixed = [
        address
        for number, one in enumerate(new)
        for address in (one, *(kept[(9 * number + place) % len(kept)] for place in range(10 - OF_TEN_NEW)))
    ]
    return {"kept": kept, "nine of ten kept": mixed, "never asked before": new}


def measure(database, nodes, seconds):
    """``{mix: requests a second}`` of so many nodes together."""
    found = {}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        portals = [Portal(HERE, database, folder / str(number)) for number in range(nodes)]
        for portal in portals:
            portal.collect()
        origins = [stack.enter_context(portal.served(workers=1)).origin for portal in portals]
        threads = stack.enter_context(ThreadPoolExecutor(nodes))
        for name, addresses in mixes(database).items():
            if name == "kept":
                for origin in origins:
                    ask(origin, addresses, 2, headers=BROWSER)
            share = len(addresses) // nodes
            own = [
                addresses if name == "kept" else addresses[number * share :][:share]
                for number in range(nodes)
            ]
            answers = threads.map(
                lambda origin, some, name=name: ask(
                    origin, some, seconds, headers=BROWSER, once=name != "kept"
                ),
                origins,
                own,
            )
            found[name] = sum(one["per_second"] for one in answers)
    return found


def main():
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.carrying", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--database", help="a filled one; without: one is made")
    parser.add_argument("--size", type=int, help="records at least; without: the real content")
    parser.add_argument("--nodes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    asked = parser.parse_args()
    with contextlib.ExitStack() as stack:
        database = asked.database
        if not database:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            database = stack.enter_context(databases("postgresql", folder))("carrying")
            portal = Portal(HERE, database, folder / "filling")
            portal.fill()
            if asked.size:
                portal.grow(asked.size)
        ((number,),) = query(
            database, "SELECT count(*) FROM publications_publication WHERE state = 'published'"
        )
        print(f"{number:,} records, {os.cpu_count()} cores for nodes, database and wrk together")
        for nodes in asked.nodes:
            for name, per_second in measure(database, nodes, asked.seconds).items():
                print(f"{nodes} nodes, {name}: {per_second:,.0f} requests a second", flush=True)


if __name__ == "__main__":
    main()
