"""What each page costs as the content grows: one worker, one request after the other.

The portal keeps no answers, so that each is made. A page that has one address is asked for after a change, one that
has many at other ones each time. The request after a change by which the index follows it is not counted.
"""

import contextlib
import http.client
import json
import statistics
import time
from urllib.parse import urlsplit

from benchmarks.servers import database_processes, forget_peak, peak_of, processor_of
from benchmarks.targets import PUBLISHED, TERMS, combinations, questions, with_query

ENOUGH_SECONDS = 15  # of one page; then it is not asked for again
SEARCH_SECONDS = 60  # of all the questions
PATIENCE = 120  # seconds: what takes longer is called too slow
FOLLOW = "/search/?q=police"
HARVEST, DUMP = "harvest", "/dumps/everything.jsonl.gz"

EXAMPLES = """
import json
import django; django.setup()
from benchmarks.routes import examples
print(json.dumps(examples()))
"""
PUBLISH = """
import json, statistics, time
import django; django.setup()
from catalogue.models import Technology
from media4sec.records.workflow import publish, save_revision
took = []
for record in Technology.objects.order_by("pk")[:5]:
    record.summary += " Measured."
    record.save()
    save_revision(record)
    began = time.perf_counter()
    publish(record)
    took.append(time.perf_counter() - began)
print(statistics.median(took[1:]))
"""


def measure(portals, sizes, names, repeats, say):
    """``{side: [{size, …, pages: [{page, processor, p50, p95, bytes, peak}]}]}``; portals are asked in turn."""
    found = {side: [] for side in portals}
    for size in sizes:
        with contextlib.ExitStack() as stack:
            asked = {}
            for side, portal in portals.items():
                count = portal.grow(size)
                portal.forget_files()
                server = stack.enter_context(portal.served(workers=1, KEPT_MB="0"))
                asked[side] = Asked(portal, server)
                found[side].append({"size": count, **asked[side].beginning()})
                say(
                    f"  {side}: {count:,} publications, first search after {found[side][-1]['first_search']:.1f} s"
                )
            pages = pages_of(next(iter(portals.values())), repeats)
            for name, addresses in pages.items():
                if names and name not in names:
                    continue
                for side in portals:
                    row = asked[side].page(addresses)
                    found[side][-1].setdefault("pages", []).append({"page": name, **row})
                    say(f"    {name:32} {side:20} {told(row)}")
            for side, portal in portals.items():
                if not names or HARVEST in names:
                    found[side][-1]["harvest"] = row = asked[side].harvest()
                    say(f"    {HARVEST:32} {side:20} {harvest_told(row)}")
                found[side][-1] |= asked[side].end()
                if not names:
                    found[side][-1]["publish"] = float(portal.run("-c", PUBLISH)) * 1000
        for side, portal in portals.items() if not names else ():
            found[side][-1]["memory"] = memory_of_two(
                portal, {path for paths in pages.values() for path in paths}
            )
    return found


def memory_of_two(portal, addresses):
    """Megabytes of the larger of two workers, served as in earnest, after some of each of these.

    They find the index made; what they share, with each other and with other processes, counts in proportion.
    """
    with portal.served() as server:
        for address in sorted(addresses) * 3:
            server.get(address)
        return max(server.memory())


def told(row):
    if "processor" not in row:
        return row["failed"]
    return f"{row['processor']:9.1f} ms   p95 {row['p95']:9.1f} ms   {row['bytes']:9,.0f} B   {row['peak']:6.0f} MB"


def harvest_told(row):
    return (
        f"{row['records']:,} records in {row['seconds']:.1f} s, memory {row['grown']:+.0f} MB, "
        f"first byte of the dump after {row['dump']:.0f} ms"
    )


def pages_of(portal, repeats):
    """``{name: addresses}``: many of what is asked for in ever new ways, one of the others."""
    filters = combinations(portal.query(TERMS), 25, repeats + 1)
    records = [url for (url,) in portal.query(PUBLISHED.format(column="url"))][: repeats + 1]
    return {
        "search, all questions": with_query("/search/", questions()),
        "list-filtered": with_query("/technologies/", filters),
        "list-filtered-by-title": with_query("/technologies/", [f"{one}&sort=title" for one in filters]),
        "api-list-filtered": with_query("/api/v1/technologies", filters),
        "record": records,
        **{name: [address] * repeats for name, address in json.loads(portal.run("-c", EXAMPLES)).items()},
    }


class Asked:
    """A portal that answers one client."""

    def __init__(self, portal, server):
        self.portal, self.server = portal, server
        self.link = None
        self.worker = max(server.workers(), key=peak_of)

    def beginning(self):
        _, took, _, _ = self.get(FOLLOW)
        return {
            "start": self.server.started_in,
            "first_search": took / 1000,
            "memory_at_first": self.server.memory()[0],
        }

    def end(self):
        self.portal.change()
        _, took, _, _ = self.get(FOLLOW)
        return {"after_change": took}

    def harvest(self):
        """All records of all kinds by the API, page after page, and the first byte of a dump of them.

        ``grown`` is what the worker takes more than after the first pages of each kind, at its most.
        """
        kinds = [one["list"] for one in self.json("/api/v1")["kinds"]]
        firsts = [self.json(f"{address}?limit=200") for address in kinds]
        most = before = self.server.memory()[0]
        began, records = time.perf_counter(), 0
        for page in firsts:
            while page:
                records += len(page["results"])
                page = page["next"] and self.json(page["next"])
                most = max(most, self.server.memory()[0])
        seconds = time.perf_counter() - began
        self.portal.run("manage.py", "make_dumps")
        self.link.close()  # which the server has ended meanwhile; the next request opens it again
        return {"records": records, "seconds": seconds, "grown": most - before, "dump": self.first_byte()}

    def first_byte(self):
        """Milliseconds to the first byte of the dump of everything; the median of some."""
        _, location, _ = self.began(DUMP)  # of the newest, which has an address of its own
        address, took = urlsplit(location).path or DUMP, []
        for _ in range(5):
            status, _, milliseconds = self.began(address)
            if status != 200:
                raise RuntimeError(f"{address} answers {status}")
            took.append(milliseconds)
        return statistics.median(took)

    def began(self, path):
        """(status, where it leads on to, milliseconds to the first byte)"""
        link = http.client.HTTPConnection(urlsplit(self.server.origin).netloc, timeout=PATIENCE)
        with contextlib.closing(link):
            began = time.perf_counter()
            link.request("GET", path)
            answer = link.getresponse()
            answer.read(1)
            return answer.status, answer.getheader("Location", ""), (time.perf_counter() - began) * 1000

    def json(self, address):
        """An answer of the API, whichever origin its address names."""
        parts = urlsplit(address)
        status, _, body = self.server.get(f"{parts.path}?{parts.query}" if parts.query else parts.path)
        if status != 200:
            raise RuntimeError(f"{address} answers {status}")
        return json.loads(body)

    def page(self, addresses):
        """Medians over some requests; a page that is refused or takes too long says so in ``failed``."""
        has_many = len(set(addresses)) > 1
        enough = SEARCH_SECONDS if addresses[0].startswith("/search/?q=") and has_many else ENOUGH_SECONDS
        self.portal.change()
        forget_peak(self.worker)
        took, used, length, began = [], [], 0, time.monotonic()
        try:
            self.get(FOLLOW)
            if has_many:
                self.get(addresses[0])
            for address in addresses[1:] if has_many else addresses:
                if not has_many and took:
                    self.portal.change()
                    self.get(FOLLOW)
                status, milliseconds, processor, length = self.get(address)
                if status >= 400:
                    return {"failed": f"answers {status}"}
                took.append(milliseconds)
                used.append(processor)
                if time.monotonic() - began > enough:
                    break
        except TimeoutError:
            self.link = None
            return {"failed": f"takes more than {PATIENCE} s"}
        return {
            "processor": statistics.mean(used),
            "p50": statistics.median(took),
            "p95": sorted(took)[min(int(len(took) * 0.95), len(took) - 1)],
            "bytes": length,
            "peak": peak_of(self.worker),
        }

    def get(self, address):
        """(status, milliseconds, those of the processor, bytes)"""
        if self.link is None:
            self.link = http.client.HTTPConnection(urlsplit(self.server.origin).netloc, timeout=PATIENCE)
        before, began = self._processor(), time.perf_counter()
        self.link.request("GET", address)
        answer = self.link.getresponse()
        length = len(answer.read())
        took, used = time.perf_counter() - began, self._processor() - before
        return answer.status, took * 1000, used * 1000, length

    def _processor(self):
        return self.server.processor() + sum(map(processor_of, database_processes()))
