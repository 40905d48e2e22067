"""Inviting people: an account without a password, a role, and a link on which its owner chooses one."""

from contextlib import suppress
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from media4sec.accounts.adapters import path_of_key
from media4sec.accounts.models import User
from media4sec.records import audit
from media4sec.records.models import AuditEntry, Membership

SET_UP = "accounts.set-up"  # what the link for the first administrator is signed for
SET_UP_LASTS = 24 * 60 * 60  # seconds


@transaction.atomic
def invite(team, role, *, email, name="", by=None):
    """Give somebody a role in a team, and an account first if there is none; returns the account."""
    user = account_of(email, name)
    Membership.objects.get_or_create(user=user, team=team, role=role)
    audit.note_team(team, by=by, note=f"{user.email} has the role {role} now.")
    return user


def account_of(email, name):
    """The account with this address, made if there is none; who is invited twice at once gets one."""
    known = User.objects.filter(email__iexact=email)
    if not known.exists():
        with suppress(IntegrityError), transaction.atomic():
            User.objects.create_user(email, name=name)
    return known.get()


def link_for(user):
    """The address where this person chooses a password, once."""
    return settings.BASE_URL + path_of_key(
        f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    )


def send_link(user, team=None, *, by=None):
    """Tell somebody of an account or a role by mail, with a link to choose a password; True if it went out."""
    made_at = timezone.now()
    link = "" if team and user.has_usable_password() else link_for(user)
    if link:
        note = "A link to choose a password was made."
        audit.note_account(AuditEntry.Action.INVITED, user, by=by, note=note)
    ends = moment_in_words(end_of_link(made_at))
    words = {"user": user, "team": team, "link": link, "ends": ends, "site": settings.BASE_URL}
    sent = get_adapter().send_mail("account/email/invitation", user.email, words)
    if sent and link:
        User.objects.filter(pk=user.pk).update(invited_at=made_at)
    return sent


def progress_of(user):
    """How far somebody who was invited has come, in words."""
    if not user.is_active:
        return "Deactivated"
    if user.has_usable_password():
        return "Has chosen a password"
    if user.invited_at is None:
        return "No invitation is known to have been sent: invite again"
    ends = end_of_link(user.invited_at)
    if ends > timezone.now():
        return f"Invited; the link works until {moment_in_words(ends)}"
    return "The invitation has expired: invite again"


def end_of_link(made_at):
    return made_at + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def moment_in_words(moment):
    return date_format(timezone.localtime(moment), "j F Y, H:i")


# The first administrator


def set_up_link():
    """The address where the first portal administrator is made; None where there is one."""
    if has_administrator():
        return None
    return settings.BASE_URL + reverse("accounts-set-up", args=[signing.dumps("first", salt=SET_UP)])


def may_set_up(token):
    """True for a link that was printed lately, while there is no administrator."""
    try:
        signing.loads(token, salt=SET_UP, max_age=SET_UP_LASTS)
    except signing.BadSignature:
        return False
    return not has_administrator()


def has_administrator():
    return User.objects.filter(is_superuser=True, is_active=True).exists()
