"""Copy everything that the portal holds into a folder of its own, while everybody works."""

import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from media4sec.operations.backup import drop_old, make_backup
from media4sec.operations.backup_databases import BackupError
from media4sec.stored import size_in_words


class Command(BaseCommand):
    help = (
        "Write a backup: the whole database and all files of records, but no secrets. "
        "It becomes visible when it is whole."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", type=Path, default=settings.BACKUPS_ROOT)
        parser.add_argument(
            "--keep", type=at_least_one, metavar="N", help="Then delete all but the newest N."
        )

    def handle(self, *, folder, keep, **options):
        began = time.monotonic()
        try:
            made, problems = make_backup(folder)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        size = size_in_words(sum(path.stat().st_size for path in made.rglob("*") if path.is_file()))
        self.stdout.write(f"{made}: {size}, in {time.monotonic() - began:.0f} s.")
        for path in drop_old(folder, keep) if keep else ():
            self.stdout.write(f"{path} was deleted.")
        if problems:
            raise CommandError("\n".join(["The backup was made, but what it copies is damaged:", *problems]))


def at_least_one(text):
    number = int(text)
    if number < 1:
        raise ValueError
    return number
