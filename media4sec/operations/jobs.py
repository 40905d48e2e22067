"""What is to be done again and again: each job once, on however many machines somebody looks after them.

A job is a command, run in a process of its own, under a lease in the database that is renewed while it runs: behind
PgBouncer and on SQLite, a lock of the session would be none. Backups are not among them: they are made where they are
kept, by a timer of that machine.
"""

import logging
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, NamedTuple

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, InterfaceError, connection
from django.db.models.functions import Now
from django.utils import timezone

from media4sec.operations.models import LEASE, RUNS_KEPT, DueJob, JobRun

logger = logging.getLogger("media4sec.jobs")

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NIGHT = 2  # o'clock, by the portal's time zone: what is done once a day is done in the hour after
FIRST_RETRY = MINUTE  # twice as long after each further failure …
JITTER = 0.2  # … and some of it by chance, so that not all machines and jobs come at once
RENEWED_EVERY = 10  # seconds
LOOKS_EVERY = 5  # seconds
JOBS_AT_ONCE = 2  # jobs of one machine
PATIENCE_WITH_JOBS = 20  # that a job under way is given to end by itself
SAID_MOST = 4_000  # characters of what a run says


class Job(NamedTuple):
    name: str  # of the command
    every: timedelta
    needs: str = ""  # a setting without which there is nothing to do
    arguments: tuple[str, ...] = ()
    most: timedelta = HOUR  # that it takes; then it is ended


JOBS = (
    Job("publish_due", timedelta(seconds=20)),
    Job("send_webhooks", timedelta(seconds=20), needs="OUTGOING_REQUESTS"),
    Job("make_dumps", HOUR),
    Job("check_links", HOUR, needs="OUTGOING_REQUESTS"),
    Job("send_weekly", DAY),
    Job("forget_contacts", DAY),
    Job("forget_unsaved", DAY),
    Job("forget_files", DAY),
    Job("clearsessions", DAY),
    Job("verify_audit", DAY),
)


def next_time(job: Job, now: datetime, failures: int) -> datetime:
    """When a job is due again, after so many failures in a row."""
    if failures:
        wait = min(job.every, FIRST_RETRY * 2 ** min(failures - 1, 20))
        return now + wait * random.uniform(1, 1 + JITTER)  # noqa: S311 - no secret depends on it
    if job.every < DAY:
        return now + job.every
    night = timezone.localtime(now).replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    while night <= now:
        night += job.every
    return night + random.random() * HOUR  # noqa: S311


def database_time() -> datetime:
    return DueJob.objects.annotate(now=Now()).values_list("now", flat=True)[:1].get()


@dataclass
class RunningJob:
    """A job under way."""

    process: multiprocessing.Process
    said: IO[bytes]
    began: datetime
    started: float
    renewed: float
    says: str = ""  # why it was ended


class Scheduler:
    """Does what is due, on this machine."""

    def __init__(self, holder: str, jobs: tuple[Job, ...] = JOBS) -> None:
        self.holder = holder
        self.jobs = {job.name: job for job in jobs if not job.needs or getattr(settings, job.needs)}
        self.running: dict[str, RunningJob] = {}
        self.stopping = threading.Event()
        self.failed = 0

    def go(self, *, once: bool) -> None:
        """Until somebody calls for a stop; ``once``: until what is due now is done."""
        looked = renewed = -1e9
        waiting: list[str] | None = None
        while not self.stopping.is_set():
            try:
                self.end_what_has_ended()
                if time.monotonic() - renewed > RENEWED_EVERY:
                    renewed = time.monotonic()
                    self.renew()
                if time.monotonic() - looked > LOOKS_EVERY or once:
                    looked = time.monotonic()
                    waiting = self.begin_what_is_due(waiting)
            except (DatabaseError, InterfaceError) as error:
                logger.warning("The database cannot be asked for jobs: %s", type(error).__name__)
                connection.close()
                self.stopping.wait(random.uniform(1, LOOKS_EVERY))  # noqa: S311
            if once and waiting == [] and not self.running:
                return
            if not once:
                waiting = None
            self.stopping.wait(0.2)
        self.stop()

    def begin_what_is_due(self, names: list[str] | None = None) -> list[str]:
        """Begin as many as may run at once; returns those that were due and have to wait."""
        if names is None:
            self.note_jobs()
            due = DueJob.objects.filter(due_at__lte=Now(), name__in=self.jobs).order_by("due_at")
            names = [name for name in due.values_list("name", flat=True) if name not in self.running]
        while names and len(self.running) < JOBS_AT_ONCE:
            name, *names = names
            if before := DueJob.take(name, self.holder):
                if before.holder:
                    self.note(name, before.until, "Who did it ended, or was cut off, before it was done.")
                self.begin(self.jobs[name])
        return names

    def note_jobs(self) -> None:
        """Rows of jobs that are new. What is done at night begins with the next one."""
        new = self.jobs.keys() - set(DueJob.objects.values_list("name", flat=True))
        if new:
            now = timezone.now()
            rows = [
                DueJob(
                    name=name,
                    due_at=now if self.jobs[name].every < DAY else next_time(self.jobs[name], now, 0),
                )
                for name in sorted(new)
            ]
            DueJob.objects.bulk_create(rows, ignore_conflicts=True)

    def begin(self, job: Job) -> None:
        began = database_time()
        connection.close()  # the new process must not share it
        said = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the run is noted
        context = multiprocessing.get_context(
            "fork"
        )  # all code is loaded: a look at what is due costs little
        process = context.Process(target=work, args=(job, said.fileno(), os.getpid()), daemon=True)
        process.start()
        now = time.monotonic()
        self.running[job.name] = RunningJob(process, said, began, now, now)

    def renew(self) -> None:
        """Hold what is under way; end what was lost to another machine, or takes too long."""
        for name, run in self.running.items():
            if time.monotonic() - run.started > self.jobs[name].most.total_seconds():
                run.says = "It took too long."
                run.process.terminate()
            try:
                if DueJob.keep(name, self.holder):
                    run.renewed = time.monotonic()
                    continue
                is_lost = True
            except (DatabaseError, InterfaceError):
                connection.close()
                is_lost = time.monotonic() - run.renewed > LEASE.total_seconds() - RENEWED_EVERY
            if is_lost:
                run.says = "The lease was lost."
                run.process.terminate()

    def end_what_has_ended(self) -> None:
        for name, run in list(self.running.items()):
            if run.process.exitcode is not None:
                self.end(name, run)

    def end(self, name: str, run: RunningJob) -> None:
        """Note what came of it, and when it is due again."""
        run.said.seek(0, os.SEEK_END)
        run.said.seek(max(0, run.said.tell() - SAID_MOST))
        text = run.said.read().decode(errors="replace").replace("\0", "").strip()
        is_done = run.process.exitcode == 0
        if not is_done:
            text = f"{text}\n{run.says or f'It ended with {run.process.exitcode}.'}".strip()
        now = database_time()
        failures = 0 if is_done else DueJob.objects.get(pk=name).failures + 1
        changes = {"failures": failures, "due_at": next_time(self.jobs[name], now, failures)}
        DueJob.give_back(name, self.holder, **changes, **({"done_at": now} if is_done else {}))
        del self.running[name]
        run.said.close()
        if not is_done:
            self.note(name, run.began, text)
        elif text:
            JobRun.objects.create(
                job=name, began_at=run.began, outcome=JobRun.Outcome.DONE, said=text, holder=self.holder
            )
        JobRun.objects.filter(ended_at__lt=now - RUNS_KEPT).delete()

    def note(self, name: str, began: datetime, text: str) -> None:
        """A failure: in the log, and where administrators see it."""
        self.failed += 1
        logger.error("Job %s failed: %s", name, text.splitlines()[-1])
        JobRun.objects.create(
            job=name, began_at=began, outcome=JobRun.Outcome.FAILED, said=text, holder=self.holder
        )

    def stop(self) -> None:
        """Let what is under way end by itself, within limits, and give back what it held."""
        ends = time.monotonic() + PATIENCE_WITH_JOBS
        for run in self.running.values():
            run.process.join(max(0, ends - time.monotonic()))
            if run.process.exitcode is None:
                run.says = "It was under way when the machine stopped."
                run.process.terminate()
                run.process.join(5)
        try:
            self.end_what_has_ended()
        except (DatabaseError, InterfaceError):
            logger.warning("The database could not be told that jobs ended; their leases run out.")


def work(job: Job, said: int, scheduler: int) -> None:
    """The job itself, in its own process; what it says goes into a file."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the keyboard: the scheduler decides
    threading.Thread(target=end_with, args=(scheduler,), daemon=True).start()
    os.dup2(said, 1)
    os.dup2(said, 2)
    try:
        call_command(job.name, *job.arguments)
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    finally:
        connection.close()


def end_with(scheduler: int) -> None:
    """A job whose scheduler died must not go on beside the one that takes its place."""
    while os.getppid() == scheduler:
        time.sleep(1)
    os._exit(1)
