"""People of the back-office for tests: with roles, and logged in as if by a second factor."""

from django.test import Client

from media4sec.accounts.models import User
from media4sec.records.models import Membership, Record, Team


def member(*roles, partner=None, name="", **more):
    """An account with these roles in the team of a partner, or of the editorial office."""
    number = User.objects.count() + 1
    user = User.objects.create_user(f"{name or '-'.join(roles) or 'nobody'}{number}@example.org", **more)
    team, _ = Team.objects.get_or_create(partner=partner)
    for role in roles:
        Membership.objects.create(user=user, team=team, role=role)
    return user


def administrator(name="root"):
    """A portal administrator."""
    return User.objects.create_superuser(f"{name}@example.org")


def logged_in(user, **options):
    """A client with a session of this account."""
    client = Client(**options)
    client.force_login(user)
    return client


def owned(record, partner):
    """The record, for which this partner is responsible now."""
    Record.objects.filter(pk=record.pk).update(owner=partner)
    record.refresh_from_db()
    return record
