"""Delete the contact data of reports that were closed long enough ago."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from media4sec.corrections.models import CONTACT_KEPT, Correction, CountingKey


class Command(BaseCommand):
    help = (
        f"Delete the contact data of reports closed {CONTACT_KEPT.days} days ago or earlier, "
        "and the keys of earlier days by which senders were counted. "
        "Meant to run each day; running it again changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Only say how many there are.")

    def handle(self, *, dry_run, **options):
        rows = Correction.objects.with_contact_to_forget()
        number = rows.count() if dry_run else rows.update(contact="")
        if not dry_run:
            CountingKey.objects.filter(day__lt=timezone.now().date()).delete()
        self.stdout.write(f"Contacts {'to delete' if dry_run else 'deleted'}: {number}.")
