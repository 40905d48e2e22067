"""What administrators do for the accounts of others."""

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from media4sec.accounts.models import User
from media4sec.records import audit
from media4sec.records.models import AuditEntry


def end_sessions(user):
    for session in UserSession.objects.filter(user=user):
        session.end()


def take_off_factor(user, *, by):
    """Somebody lost the second factor: all of it goes, and they are told; True if the mail went out."""
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        audit.note_account(AuditEntry.Action.FACTOR, user, by=by, note="Taken off, as it was lost.")
    end_sessions(user)
    words = {"user": user, "by": by, "site": settings.BASE_URL}
    return get_adapter().send_mail("account/email/factor_taken_off", user.email, words)


def withdraw_invitation(user, *, by):
    """The link of somebody who was invited, has not used it, and has no role any more works no longer; True if so."""
    if user.has_usable_password() or user.is_superuser or user.memberships.exists():
        return False
    unused = User.objects.filter(pk=user.pk, password=user.password)  # nobody chose one a moment ago
    other = make_password(None)  # as unusable as before, but no link was made for it
    if not unused.update(password=other, invited_at=None):
        return False
    audit.note_account(AuditEntry.Action.ACCOUNT, user, by=by, note="The invitation was withdrawn.")
    return True
