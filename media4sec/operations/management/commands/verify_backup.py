"""Try whether a backup could be restored."""

import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from media4sec.operations.backup import Backup, verify
from media4sec.operations.backup_databases import BackupError


class Command(BaseCommand):
    help = (
        "Restore a backup into a database that is thrown away, and compare: files, rows of each table, export, "
        "audit trail."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "folder",
            nargs="?",
            type=Path,
            default=settings.BACKUPS_ROOT,
            help="One backup, or the folder of all: the newest.",
        )

    def handle(self, *, folder, **options):
        began = time.monotonic()
        try:
            backup = Backup(folder)
            problems = verify(backup)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        if problems:
            raise CommandError("\n".join([f"{backup.folder} is not sound:", *problems]))
        rows = sum(table["rows"] for table in backup.contains["tables"].values())
        self.stdout.write(
            f"{backup.folder} can be restored: {len(backup.contains['tables'])} tables with {rows:,} rows and "
            f"{len(backup.files) - 1} files are as they were, in {time.monotonic() - began:.0f} s."
        )
        if backup.is_compared_whole():
            self.stdout.write(
                f"Export and audit trail as well; the end of the trail: {backup.contains['audit']}"
            )
        else:
            self.stdout.write("It is of an earlier release, so export and audit trail were not read.")
