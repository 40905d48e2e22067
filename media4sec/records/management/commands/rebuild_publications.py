"""Make the read side anew from the published versions."""

from django.core.management.base import BaseCommand

from media4sec.records.workflow import rebuild_publications


class Command(BaseCommand):
    help = "Make the read side anew from the published versions; changes nothing when nothing changed."

    def handle(self, **options):
        self.stdout.write(f"{rebuild_publications()} publications changed.")
