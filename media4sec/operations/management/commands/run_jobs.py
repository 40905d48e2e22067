"""Do what is due again and again: publish appointments, make files, check links, forget what is old."""

import os
import platform
import signal

from django.core.management.base import BaseCommand, CommandError

from media4sec.operations.jobs import Scheduler
from media4sec.operations.models import DueJob


class Command(BaseCommand):
    help = (
        "Do what is due, until told to stop by SIGTERM; or with --once what is due now, for a timer. On several "
        "machines at the same time each job is done once."
    )

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="End when what is due now is done.")
        parser.add_argument("--list", action="store_true", help="Say when each job is due; do none.")

    def handle(self, *, once, list, **options):
        scheduler = Scheduler(f"{platform.node()[:60]}:{os.getpid()}")
        if list:
            scheduler.note_jobs()
            for job in DueJob.objects.filter(name__in=scheduler.jobs).order_by("due_at"):
                done = f"done {job.done_at:%Y-%m-%d %H:%M}" if job.done_at else "not done yet"
                failed = f", failed {job.failures} times" if job.failures else ""
                self.stdout.write(f"{job.due_at:%Y-%m-%d %H:%M} UTC  {job.name}: {done}{failed}")
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *given: scheduler.stopping.set())
        scheduler.go(once=once)
        if once and scheduler.failed:
            raise CommandError(f"{scheduler.failed} failed.")
