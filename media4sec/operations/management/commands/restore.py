"""Put a backup in the place of what the portal holds."""

import time
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from media4sec.operations.backup import Backup, is_empty, is_older, make_backup, put_back
from media4sec.operations.backup_databases import BackupError, as_owner
from media4sec.publications import index
from media4sec.release import release


class Command(BaseCommand):
    help = (
        "Restore a backup into an empty database. Everybody has to log in again, and whoever keeps a copy of the "
        "portal is told to start anew."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="One backup, or the folder of all: the newest.")
        parser.add_argument(
            "--replace",
            type=Path,
            metavar="FOLDER",
            help="The database need not be empty: a backup of what it holds is written into this folder first.",
        )

    def handle(self, *, folder, replace, **options):
        began = time.monotonic()
        try:
            backup = Backup(folder)
            with as_owner():
                if not is_empty():
                    self.put_aside(replace)
                differences = put_back(backup)
                older = is_older()
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        call_command("migrate", offline=True, verbosity=0)  # with nothing to do, it gives the web its rights
        if older or backup.manifest["release"] != release():
            call_command("rebuild_publications", stdout=self.stdout)
        index.current()
        if differences:
            raise CommandError(
                "\n".join([f"{backup.folder} was restored, but not all is the same:", *differences])
            )
        self.stdout.write(
            f"{backup.folder} was restored, in {time.monotonic() - began:.0f} s. All is as it was."
        )
        self.stdout.write(
            "Nobody is logged in. What was revoked or withdrawn since the backup is valid again."
        )

    def put_aside(self, folder):
        if folder is None:
            raise CommandError(
                "The database is not empty. Stop the portal, and name with --replace FOLDER where what it holds "
                "is kept."
            )
        made, _ = make_backup(folder)
        self.stdout.write(f"What the database held is in {made}.")
