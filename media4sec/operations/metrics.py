"""Figures in the format of Prometheus: how requests went in all workers, and what the database tells.

Asked for at /metrics, directly and from addresses that METRICS_FROM names; for everybody else there is no such
address. Nothing in them is about a person. docs/operations/observing.md says what each one means.
"""

import ipaddress
import logging
import os
import shutil
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from django.conf import settings
from django.db import Error, close_old_connections, connection, connections

from media4sec.headers import is_back_office
from media4sec.operations.backup import MANIFEST, backups_in
from media4sec.operations.models import DueJob
from media4sec.portal.errors import FOR_MACHINES
from media4sec.publications import index
from media4sec.publications.version import content_version
from media4sec.read_only import is_read_only

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
logger = logging.getLogger(__name__)
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """What one worker counts, in files that it shares with the others of its server."""

    def __init__(self):
        self.is_on = False

    def begin(self):
        """Called by each worker before it serves anybody."""
        if not settings.METRICS_FROM:
            return
        folder = Path(settings.METRICS_ROOT) / str(os.getppid())
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:  # readers are worth more than figures: they are served without
            logger.error("Nothing is counted: METRICS_ROOT cannot be written (%s).", error)
            return
        for other in folder.parent.iterdir():  # of servers that have ended
            if other.name.isdecimal() and not _is_running(int(other.name)):
                shutil.rmtree(other, ignore_errors=True)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
        from prometheus_client import Counter, Histogram, values

        values.ValueClass = (
            values.MultiProcessValue()
        )  # what the library would choose, had it been imported later
        self.folder = folder
        self.requests = Counter(
            "media4sec_requests", "Requests answered", ["route", "method", "status", "how"]
        )
        self.seconds = Histogram(
            "media4sec_request_seconds", "Time from the head of a request to the end of its answer",
            ["route", "how"], buckets=BUCKETS,
        )  # fmt: skip
        self.is_on = True

    def may_be_asked(self, environ):
        """Whoever comes through a proxy is a visitor."""
        if not self.is_on or any(name in environ for name in FORWARDED):
            return False
        try:
            address = ipaddress.ip_address(environ.get("REMOTE_ADDR", ""))
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in settings.METRICS_FROM)

    def count(self, environ, sent, seconds):
        if not self.is_on:
            return
        route = route_class(environ["PATH_INFO"])
        method = environ["REQUEST_METHOD"]
        method = method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
        self.requests.labels(route, method, str(sent.status), sent.how).inc()
        self.seconds.labels(route, sent.how).observe(seconds)

    def text(self):
        """All figures, as Prometheus reads them."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(self.folder))
        registry.register(Database())
        return generate_latest(registry)


class Database:
    """What the database tells, when somebody asks."""

    def describe(self):
        return []  # the library would ask all of it when this is registered

    def collect(self):
        close_old_connections()
        found = []
        try:
            found += self.figures()
        except Error:
            connection.close()
            yield gauge("database_up", "1: the database answers", 0)
            return
        yield gauge("database_up", "1: the database answers", 1)
        yield from found

    def figures(self):
        began = perf_counter()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        yield gauge(
            "database_seconds", "How long the database takes to say that it is there", perf_counter() - began
        )
        yield gauge("database_read_only", "1: nothing can be written", int(is_read_only()))
        _, newest = content_version()
        if newest:
            yield gauge("newest_change_number", "The newest change of what is public", newest[0])
            yield gauge("newest_change_timestamp_seconds", "When it was made", newest[1].timestamp())
        yield gauges("publications", "Public records", "kind", index.current().numbers())
        yield from self.jobs()
        for newest in backups_in(Path(settings.BACKUPS_ROOT))[-1:]:
            made_at = (newest / MANIFEST).stat().st_mtime
            yield gauge("newest_backup_timestamp_seconds", "When the newest backup here was made", made_at)
        if (lag := replica_lag()) is not None:
            yield gauge("replica_lag_seconds", "How far the replica that is read from is behind", lag)

    def jobs(self):
        rows = [*DueJob.objects.order_by("name")]
        done = {row.name: row.done_at.timestamp() for row in rows if row.done_at}
        yield gauges("job_done_timestamp_seconds", "When a job was last done", "job", done)
        yield gauges(
            "job_failures", "How often it has failed since", "job", {row.name: row.failures for row in rows}
        )


def gauge(name, text, value):
    from prometheus_client.core import GaugeMetricFamily

    return GaugeMetricFamily(f"media4sec_{name}", text, value)


def gauges(name, text, label, values):
    """One figure for each value of a label."""
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(f"media4sec_{name}", text, labels=[label])
    for value, figure in values.items():
        family.add_metric([value], figure)
    return family


# Nothing is behind where all that was received has been replayed: while nobody writes, the last step only gets older.
LAG = """SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
AND EXISTS (SELECT FROM pg_stat_wal_receiver)
THEN 0 ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END"""


def replica_lag():
    """Seconds that a replica is behind, as far as it can tell; None where there is none."""
    if "replica" not in connections:
        return None
    try:
        with connections["replica"].cursor() as cursor:
            cursor.execute(LAG)
            return cursor.fetchone()[0]
    except Error:
        connections["replica"].close()
        return None


def route_class(path):
    """One of a few classes, however many addresses there are."""
    if path in ("/live", "/ready", "/metrics"):
        return "watching"
    if path.startswith(settings.STATIC_URL):
        return "static"
    if is_back_office(path):
        return "back-office"
    if path.startswith("/api/v1"):
        return "api"
    return "files" if FOR_MACHINES.match(path) else "pages"


def _is_running(pid):
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, 0)
        return True
    return False


metrics = Metrics()
