"""Write all records as documents, so that load_records can read them back."""

from django.core.management.base import BaseCommand

from media4sec.records.folder_io import export_folder


class Command(BaseCommand):
    help = "Write one <plural>.json a kind; the exact inverse of load_records, byte-stable."

    def add_arguments(self, parser):
        parser.add_argument("folder")

    def handle(self, *, folder, **options):
        for name, count in export_folder(folder).items():
            self.stdout.write(f"{name}: {count}")
