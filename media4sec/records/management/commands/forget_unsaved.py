"""Delete what editors typed and did not save long enough ago."""

from django.core.management.base import BaseCommand

from media4sec.records.unsaved import UNSAVED_LASTS, forget_old


class Command(BaseCommand):
    help = (
        f"Delete texts that editors typed {UNSAVED_LASTS.days} days ago or earlier and did not save. "
        "Editing does so too; meant to run each day, for when nobody edits. Running it again changes nothing."
    )

    def handle(self, **options):
        number, _ = forget_old()
        self.stdout.write(f"Texts deleted: {number}.")
