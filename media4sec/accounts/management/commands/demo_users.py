"""A partner with one person for each role, to try the back-office."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from media4sec.accounts.invitations import invite, link_for
from media4sec.kinds import Role, kind_for
from media4sec.records.models import Record, Team
from media4sec.records.policy import TeamRole


class Command(BaseCommand):
    help = "Make one person for each role in the team of a partner; print the links on which they choose passwords."

    def add_arguments(self, parser):
        parser.add_argument("--partner", help="The partner’s identifier; without it, the first one.")

    def handle(self, *, partner, **options):
        if not settings.DEBUG:
            raise CommandError("Only for trying: set DEBUG=true.")
        partners = Record.objects.filter(kind_name=kind_for(Role.OWNER).name).order_by("pk")
        found = partners.filter(identifier=partner).first() if partner else partners.first()
        if found is None:
            raise CommandError(f"There is no partner {partner}." if partner else "There is no partner yet.")
        team, _ = Team.objects.get_or_create(owner=found)
        for role in TeamRole:
            user = invite(team, role, email=f"{role}@{found.slug}.example", name=role.label)
            self.stdout.write(f"{role.label} of {team}: {user.email}\n  {link_for(user)}")
