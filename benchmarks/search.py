"""How long the search page takes on the server: ``python -m benchmarks.search 1500 100000``.

First somebody makes the columns of the index; then another process starts, which maps them from their files.

The whole of it, through Django's handler and all middleware, but no network. DATABASE_URL names the database, which
is filled (use a throw-away one). Wall time and the processor time of this process stand side by side: on a machine
that does other things too, the second is the steadier; what PostgreSQL works is only in the first.
"""

import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from urllib.parse import quote

KINDS_OF_QUERIES = {
    "common word": ("police", "data", "social media", "risk"),
    "rare word": ("Pukkelpop", "Setúbal", "sousveillance", "Geofeedia"),
    "identifier, number": ("T-012", "D2.3", "2016/680", "700281"),
    "several words": (
        "missing person",
        "neighbourhood WhatsApp group",
        "burglary whatsapp percent",
        "live streaming",
    ),
    "question": (
        "can police use facial recognition at a demonstration",
        "what should we ask before buying a monitoring tool",
        "how can people report a crime anonymously",
    ),
    "typing error": ("facail recognition", "disinfomation", "neigbourhood watch", "xkjwvb"),
    "compound": ("darkweb", "Medienforensik", "Durchsetzungsgesetz", "factchecking"),
}
FILTERS = ("", "&theme=dark-web", "&type=technology&lens=good")
TARGETS = {"median": 15, "p95": 60}


def portal():
    """The portal as a server calls it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from django.core.handlers.wsgi import WSGIHandler
    from django.db import connection

    connection.settings_dict["CONN_MAX_AGE"] = None
    return WSGIHandler()


def main(sizes):
    handler = portal()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.synthetic import fill
    from media4sec.publications import index

    call_command("migrate", verbosity=0)
    print(
        f"{date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{connection.vendor}, load {os.getloadavg()[0]:.1f}\n"
    )
    for size in sizes:
        count = fill(size)
        index._indexes.clear()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        _, wall, used = ask(handler, "/search/?q=police")
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        words = len(index.current().base.words)
        print(
            f"{count:,} publications, {words:,} words. First search, which makes the columns: "
            f"{wall / 1000:.1f} s ({used / 1000:.1f} s of this process), {grown:.0f} MB more at the most"
        )
        reader = [sys.executable, "-m", "benchmarks.search", "reader", str(settings.INDEX_ROOT)]
        subprocess.run(reader, check=True)
        report(handler, repeats=5 if count > 20_000 else 15)
        print(f"after one change: {after_a_change(handler):.0f} ms\n")


def reader(root):
    """What a process pays that starts when the files are there."""
    handler = portal()
    from django.conf import settings

    from media4sec.publications.index import current
    from media4sec.release import release

    settings.INDEX_ROOT = Path(root)
    release()  # whoever answers has asked for it
    before, start = private(), time.perf_counter()
    current()
    seconds, with_index = time.perf_counter() - start, private()
    queries = [query for queries in KINDS_OF_QUERIES.values() for query in queries]
    _, wall, _ = ask(handler, "/search/?q=police")
    for query in queries:
        ask(handler, f"/search/?q={quote(query)}")
    print(
        f"Another process: {seconds:.2f} s and {with_index - before:.0f} MB of its own for the index; the first page "
        f"{wall / 1000:.2f} s later; {private():.0f} MB of its own in all after {len(queries)} pages"
    )


def private():
    """The memory that this process has written to, in MB: all that others cannot share, and no mapped files."""
    rollup = Path("/proc/self/smaps_rollup").read_text()
    return sum(int(kb) for kb in re.findall(r"^Private_Dirty:\s+(\d+) kB", rollup, re.M)) / 1024


def ask(handler, address):
    """(length of the answer, milliseconds, milliseconds of this process's processor)."""
    path, _, query = address.partition("?")
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "HTTP_HOST": "127.0.0.1",
        "wsgi.input": sys.stdin.buffer,
        "wsgi.url_scheme": "http",
        "REMOTE_ADDR": "127.0.0.1",
    }
    status = []
    wall, used = time.perf_counter(), time.process_time()
    response = handler(environ, lambda line, headers: status.append(line))
    length = sum(map(len, response))
    response.close()
    wall, used = time.perf_counter() - wall, time.process_time() - used
    if not status[0].startswith("200"):
        raise SystemExit(f"{status[0]}: {address}")
    return length, wall * 1000, used * 1000


def report(handler, repeats):
    measured = {kind: ([], []) for kind in KINDS_OF_QUERIES}
    for _ in range(repeats):
        for kind, queries in KINDS_OF_QUERIES.items():
            for query in queries:
                for chosen in FILTERS:
                    _, wall, used = ask(handler, f"/search/?q={quote(query)}{chosen}")
                    measured[kind][0].append(wall)
                    measured[kind][1].append(used)
    walls = [time for found, _ in measured.values() for time in found]
    used = [time for _, found in measured.values() for time in found]
    print(f"{'':20}  {'wall: median':>12}  {'p95':>6}   {'processor: median':>17}  {'p95':>6}")
    for kind, times in {**measured, "all": (walls, used)}.items():
        print(
            f"{kind:20}  {statistics.median(times[0]):12.1f}  {percentile(times[0]):6.1f}   "
            f"{statistics.median(times[1]):17.1f}  {percentile(times[1]):6.1f}"
        )


def percentile(times, share=0.95):
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]


def after_a_change(handler):
    """The first search after one record was changed, which reads that record."""
    from django.utils import timezone

    from media4sec.publications.models import Change, Publication

    row = Publication.objects.published().of("technology").order_by("pk").first()
    Change.objects.create(action="updated", kind=row.kind, identifier=row.identifier, at=timezone.now())
    return ask(handler, "/search/?q=police")[1]


if __name__ == "__main__":
    if sys.argv[1:2] == ["reader"]:
        reader(sys.argv[2])
    else:
        main([int(argument) for argument in sys.argv[1:]] or [1_500, 100_000])
