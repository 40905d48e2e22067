"""Publish what was to become public at a time that has come."""

import os
import time

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

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
            try:
                self.keep()
            except DatabaseError as error:  # away for a moment: it is asked again
                if not every:
                    raise
                self.stderr.write(f"The database failed: {type(error).__name__}.")
            if not every:
                break
            connection.close()
            time.sleep(every)
            if os.getppid() != starter:  # whoever started it is gone
                break

    def keep(self):
        done, problems = publish_due()
        if done:
            self.stdout.write(f"{done} published.")
        for problem in problems:
            self.stderr.write(f"Not published: {problem}")
