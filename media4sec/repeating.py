"""A command that can be left running beside the server, instead of a timer."""

import os
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection

LOOKS = 20  # seconds between two looks whether whoever started it is still there


class RepeatedCommand(BaseCommand):
    """``work()`` once, or with ``--every`` again after so many seconds, until whoever started the command is gone."""

    passing: tuple[type[Exception], ...] = (DatabaseError,)  # what fails for a moment: it is tried again

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=int, metavar="SECONDS", help="Go on, and look again after so long."
        )

    def handle(self, *, every: int | None, **options: Any) -> None:
        starter = os.getppid()
        while True:
            try:
                self.work()
            except self.passing as error:
                if not every:
                    raise
                self.stderr.write(f"It failed this time: {type(error).__name__}.")
            if not every:
                return
            connection.close()
            until = time.monotonic() + every
            while (left := until - time.monotonic()) > 0:
                time.sleep(min(LOOKS, left))
                if os.getppid() != starter:
                    return

    def work(self) -> None:
        raise NotImplementedError
