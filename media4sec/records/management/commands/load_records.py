"""Load documents from a folder: all or nothing, safe to repeat."""

from django.core.management.base import BaseCommand, CommandError

from media4sec.records.files import LoadError, load_folder


class Command(BaseCommand):
    help = "Load every <plural>.json of a folder and publish what it says is published."

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", default="fixtures")
        parser.add_argument("--dry-run", action="store_true", help="Check everything, change nothing.")

    def handle(self, *, folder, dry_run, **options):
        try:
            loaded = load_folder(folder, dry_run=dry_run)
        except LoadError as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            raise CommandError(f"{len(error.problems)} problems; nothing was loaded.") from error
        would = "Would be: " if dry_run else ""
        self.stdout.write(
            f"{would}{loaded.created} created, {loaded.changed} changed, {loaded.unchanged} unchanged."
        )
