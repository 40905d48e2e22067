"""Send the weekly mail to those who asked for it."""

from django.core.management.base import BaseCommand, CommandError

from media4sec.accounts.weekly import send_weekly


class Command(BaseCommand):
    help = "Send the weekly mail to those who asked for it and for whom something waits. Run it each day, or each week."

    def handle(self, **options):
        sent, failed = send_weekly()
        self.stdout.write(f"{sent} sent.")
        if failed:
            raise CommandError(f"{failed} could not be sent: the next run tries again.")
