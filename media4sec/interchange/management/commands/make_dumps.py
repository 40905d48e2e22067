"""Make the files of everything that is public."""

import os
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection

from media4sec.interchange import dumps


class Command(BaseCommand):
    help = "Write all that is public into files in DUMPS_ROOT, if it changed. Run it each night, or with --every."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=int, metavar="SECONDS", help="Go on, and look again after so long."
        )

    def handle(self, *, every: int | None, **options: Any) -> None:
        starter = os.getppid()
        while True:
            try:
                self.make(settings.DUMPS_ROOT)
            except (DatabaseError, OSError) as error:  # away or full for a moment: tried again
                if not every:
                    raise
                self.stderr.write(f"No dump was made: {type(error).__name__}.")
            if not every:
                break
            connection.close()
            until = time.monotonic() + every
            while time.monotonic() < until:
                time.sleep(min(20, every))
                if os.getppid() != starter:  # whoever started it is gone
                    return

    def make(self, root: Path) -> None:
        made, is_new = dumps.make_dump(root)
        if is_new:
            self.stdout.write(f"{made['files'][0]['records']} records are in {root / made['name']}.")
