"""Delete files that no version of a record names."""

from django.core.management.base import BaseCommand

from media4sec.records.files.cleaning import FILES_LAST, forget_files


class Command(BaseCommand):
    help = (
        f"Delete files that no version of any record names and nobody sent in the last {FILES_LAST.days} days. "
        "Meant to run each day. Running it again changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Count them, delete nothing.")

    def handle(self, *, dry_run, **options):
        number, size = forget_files(dry_run=dry_run)
        would = "that would be " if dry_run else ""
        self.stdout.write(f"Files {would}deleted: {number}, {size:,} bytes.")
