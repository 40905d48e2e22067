"""Where drills take place: the portal with its real content on each database, in throw-away folders.

A place is a context manager, opened once for all drills that name it.
"""

import contextlib
import shutil
import tempfile
from itertools import count
from pathlib import Path

from benchmarks.portals import HERE, Portal, databases, query
from tests.cluster.topology import cluster

KEPT = HERE / "var" / "drills"  # the filled SQLite database, for the next run of the same code


class Machine:
    """One machine, with one kind of database on it."""

    def __init__(self, vendor, database, folder, minutes):
        self.vendor, self.database, self.folder, self.minutes = vendor, database, folder, minutes
        self.numbers = count(1)
        self.filled = Portal(HERE, database("filled"), folder / "filled")
        self.filled.fill(KEPT)

    def portal(self):
        """A portal with the real content that nobody else uses, and a folder of its own."""
        name = f"drill{next(self.numbers)}"
        if self.vendor == "sqlite":
            url = self.database(name)
            source, target = (one.removeprefix("sqlite:///") for one in (self.filled.database, url))
            shutil.copyfile(source, target)
        else:
            server, _, filled = self.filled.database.rpartition("/")
            query(f"{server}/postgres", f'CREATE DATABASE "{name}" TEMPLATE "{filled}"')
            url = f"{server}/{name}"
        portal = Portal(HERE, url, self.folder / name)
        shutil.copytree(self.filled.folder / "static", portal.folder / "static")
        return portal


@contextlib.contextmanager
def machine(vendor, minutes):
    place = tempfile.TemporaryDirectory(prefix="media4sec-drills-", ignore_cleanup_errors=True)
    with place as folder, databases(vendor, Path(folder)) as database:
        yield Machine(vendor, database, Path(folder), minutes)


def places(minutes=1):
    """``{name: opens it}``; ``minutes`` is how long what needs time may take."""
    return {
        "sqlite": lambda: machine("sqlite", minutes),
        "postgresql": lambda: machine("postgresql", minutes),
        "cluster": cluster,
    }
