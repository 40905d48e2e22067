"""Tell other sites that something public changed."""

from django.core.management.base import CommandError

from media4sec.outgoing import SwitchedOff
from media4sec.repeating import RepeatedCommand
from media4sec.webhooks.sending import send_due


class Command(RepeatedCommand):
    help = (
        "Tell the sites that subscribed, if something public changed. Run it each minute, or with --every, on one "
        "machine or on several: each message is sent once."
    )

    def work(self):
        try:
            told, failed = send_due()
        except SwitchedOff as error:
            raise CommandError(f"{error} Set OUTGOING_REQUESTS=true.") from error
        if told:
            self.stdout.write(f"{told} told.")
        if failed:
            self.stderr.write(f"{failed} could not be told; they are tried again.")
