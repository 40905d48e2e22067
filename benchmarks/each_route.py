"""What each public address costs with few records and with many: one process, one request after the other.

The processor time of the process and of its connection is told, which other work on the machine changes least. No
answer is kept; what has one address is asked for after a change each time, and what the index takes to follow it is not
counted.
"""

import json
import math
import statistics
import time
from pathlib import Path

from benchmarks.portals import CHANGE, query
from benchmarks.routes import examples
from benchmarks.targets import TERMS, combinations, questions, with_query

REPEATS = 20
ENOUGH = 5_000  # milliseconds of the processor for one route; then it is not asked for again
LIST = "/technologies/"
CODE = """
import json, os
os.environ["KEPT_MB"] = "0"
import django; django.setup()
from benchmarks.each_route import ask_each
for row in ask_each({database!r}, {repeats!r}, {names!r}):
    print(json.dumps(row), flush=True)
"""


def measure(portals, sizes, names, repeats, say):
    """``{side: [{size, routes: [{route, p50, p95, database, bytes, queries, asked}]}]}``, with few and with many."""
    found = {side: [] for side in portals}
    for size in dict.fromkeys((sizes[0], sizes[-1])):
        for side, portal in portals.items():
            count = portal.grow(size)
            code = CODE.format(database=portal.database, repeats=repeats, names=names)
            rows = [json.loads(line) for line in portal.run("-c", code).splitlines()]
            found[side].append({"size": count, "routes": rows})
            say(f"  {side}: {count:,} publications, {len(rows)} addresses")
    return found


# In a process with Django


def ask_each(database, repeats=REPEATS, names=()):
    """A row for each route, or for those with these names; what the content does not have is left out."""
    asker = Asker(database)
    for name, addresses in addresses_of(database, repeats).items():
        if names and name not in names:
            continue
        asked = [one for one in asker.each(addresses) if one["status"] < 400]
        if asked:
            yield {"route": name} | summary(asked)


def addresses_of(database, repeats):
    """``{name: addresses}``: examples of all routes and of the API's lists, and what people ask in ever new ways."""
    filters = combinations(query(database, TERMS), 25, repeats + 1)
    every = max(len(questions()) // (repeats + 1), 1)
    return {
        "search, other questions": with_query("/search/", questions()[::every][: repeats + 1]),
        "suggest, other questions": with_query("/search/suggest", questions()[::every][: repeats + 1]),
        "list, other filters": with_query(LIST, filters),
        "list, other filters, by title": with_query(LIST, [f"{one}&sort=title" for one in filters]),
        "api-list, other filters": with_query("/api/v1/technologies", filters),
        **{name: [address] * repeats for name, address in (examples() | lists_of_api()).items()},
    }


def lists_of_api():
    from media4sec.kinds import kinds

    return {f"api-list-{kind.plural}": f"/api/v1/{kind.plural}" for kind in kinds()}


def summary(asked):
    used = sorted(one["used"] for one in asked)
    return {
        "asked": len(asked),
        "p50": statistics.median(used),
        "p95": used[math.ceil(len(used) * 0.95) - 1],
        "database": statistics.median(one["database"] for one in asked),
        "bytes": max(one["bytes"] for one in asked),
        "queries": max(one["queries"] for one in asked),
    }


class Asker:
    """A client in this process, which knows what each answer cost."""

    def __init__(self, database):
        from django.db import connection
        from django.test import Client

        from media4sec.publications.index import current

        self.follow = current
        self.database, self.queries, self.backend = database, 0, None
        self.client = Client(raise_request_exception=False, headers={"host": "127.0.0.1"})
        connection.execute_wrappers.append(self._counted)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                (self.backend,) = cursor.fetchone()

    def _counted(self, execute, sql, params, many, context):
        self.queries += 1
        return execute(sql, params, many, context)

    def of_connection(self):
        """Seconds that the process behind the connection has used; on SQLite it is this one."""
        if self.backend is None:
            return 0
        return int(Path(f"/proc/{self.backend}/schedstat").read_text().split()[0]) / 1e9

    def get(self, address):
        self.queries, began, connection_began = 0, time.process_time(), self.of_connection()
        response = self.client.get(address)
        length = sum(map(len, response.streaming_content)) if response.streaming else len(response.content)
        used, of_connection = time.process_time() - began, self.of_connection() - connection_began
        return {
            "status": response.status_code,
            "used": (used + of_connection) * 1000,
            "database": of_connection * 1000,
            "bytes": length,
            "queries": self.queries,
        }

    def each(self, addresses):
        """What each of them cost; where all are the same, the content changes before each, and it was made before."""
        is_one, used = len(set(addresses)) == 1, 0
        if self.get(addresses[0])["status"] >= 400:
            return
        for address in addresses if is_one else addresses[1:]:
            if is_one:
                query(self.database, CHANGE)
                self.follow()
            one = self.get(address)
            yield one
            used += one["used"]
            if used > ENOUGH:
                return
