"""Publish what was to become public at a time that has come."""

import os
import time

from django.core.management.base import BaseCommand

from media4sec.records.workflow import publish_due


class Command(BaseCommand):
    help = "Publish what is due by the database's clock. Run it each minute, or with --every."

    def add_arguments(self, parser):
        parser.add_argument(
            "--every", type=int, metavar="SECONDS", help="Go on, and look again after so long."
        )

    def handle(self, *, every, **options):
        starter = os.getppid()
        while True:
            done, problems = publish_due()
            if done:
                self.stdout.write(f"{done} published.")
            for problem in problems:
                self.stderr.write(f"Not published: {problem}")
            if not every:
                break
            time.sleep(every)
            if os.getppid() != starter:  # whoever started it is gone
                break
