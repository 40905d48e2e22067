"""Print the one-time link on which the first portal administrator is made."""

from django.core.management.base import BaseCommand

from media4sec.accounts.invitations import SET_UP_LASTS, set_up_link


class Command(BaseCommand):
    help = "Print the link on which the first portal administrator is made; it works once, for a day."

    def handle(self, **options):
        link = set_up_link()
        if link is None:
            self.stdout.write("There is a portal administrator already, who can invite others.")
        else:
            self.stdout.write(
                f"Make the first portal administrator within {SET_UP_LASTS // 3600} hours:\n  {link}"
            )
