"""Write all records as documents, so that load_records can read them back; the audit trail tells of it."""

from django.core.management.base import BaseCommand

from media4sec.records import audit
from media4sec.records.folder_io import export_folder
from media4sec.records.models import AuditEntry


class Command(BaseCommand):
    help = "Write one <plural>.json a kind; the exact inverse of load_records, byte-stable."

    def add_arguments(self, parser):
        parser.add_argument("folder")

    def handle(self, *, folder, **options):
        written = export_folder(folder)
        for name, count in written.items():
            self.stdout.write(f"{name}: {count}")
        files = ", ".join(f"{name} ({count})" for name, count in written.items())
        note = f"By export_records: {files or 'nothing'}."
        audit.note_account(AuditEntry.Action.EXPORTED, None, by=None, note=note)
