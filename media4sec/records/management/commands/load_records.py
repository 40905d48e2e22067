"""Load documents from a folder: all or nothing, safe to repeat."""

from django.core.management.base import BaseCommand, CommandError

from media4sec.records.folder_io import LoadError, load_folder


class Command(BaseCommand):
    help = (
        "Load every <plural>.json of a folder and publish what it says is published. Records that were edited here"
        " since they were last loaded are left alone; where the files have changed as well, they are named."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", default="fixtures")
        parser.add_argument("--dry-run", action="store_true", help="Check everything, change nothing.")
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="Publish what the files say also over records that were edited here; the edits stay in the history.",
        )

    def handle(self, *, folder, dry_run, overwrite, **options):
        try:
            loaded = load_folder(folder, dry_run=dry_run, overwrite=overwrite)
        except LoadError as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            raise CommandError(f"{len(error.problems)} problems; nothing was loaded.") from error
        would = "Would be: " if dry_run else ""
        self.stdout.write(
            f"{would}{loaded.created} created, {loaded.changed} changed, {loaded.unchanged} unchanged."
        )
        if loaded.conflicts:
            self.stdout.write(
                f"{len(loaded.conflicts)} edited here, and changed in the files since then; left alone:"
            )
            for record in loaded.conflicts:
                self.stdout.write(f"  {record.kind_name} {record.identifier}: {record.title}")
            self.stdout.write(
                "With --overwrite the files' text is published; export_records writes what was edited here into files."
            )
