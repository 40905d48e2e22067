"""Look whether the addresses that records name still lead somewhere."""

from django.core.management.base import BaseCommand, CommandError

from media4sec.links.checking import check_links
from media4sec.outgoing import SwitchedOff
from media4sec.records.forms import new_nonce


class Command(BaseCommand):
    help = (
        "Ask for the addresses of sources and records that are due: each about once a month, what fails each day. "
        "Run it each hour, on one machine or on several: one run at a time does the work."
    )

    def add_arguments(self, parser):
        parser.add_argument("--most", type=int, default=500, metavar="NUMBER", help="Addresses in this run.")
        parser.add_argument("--seconds", type=int, default=1_800, help="After so long, the rest is left.")

    def handle(self, *, most, seconds, **options):
        try:
            done = check_links(new_nonce(), most, seconds)
        except SwitchedOff as error:
            raise CommandError(f"{error} Set OUTGOING_REQUESTS=true.") from error
        self.stdout.write(f"{done.asked} asked, {done.broken} broken now, {done.works} work again.")
        if done.says:
            self.stderr.write(done.says)
