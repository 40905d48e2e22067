"""Tokens: what a program shows in the place of a person. The one module of accounts that the writing API knows.

A token begins with ``m4s_``, so that scanners find one that leaked, and ends with a checksum, so that a slip of the
pen is none. Only a digest is kept: with 256 random bits nobody can go through them, as they could with passwords.
"""

import hashlib
import secrets
import time
import zlib
from datetime import timedelta
from string import ascii_letters, digits

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from media4sec.accounts import told
from media4sec.accounts.factors import has_second_factor
from media4sec.accounts.models import Token, User
from media4sec.records import audit, policy
from media4sec.records.models import AuditEntry
from media4sec.records.policy import Right

PREFIX_OF_TOKEN = "m4s_"  # noqa: S105, by which a token is recognised; it is no secret
SIGNS_OF_TOKENS = digits + ascii_letters
# Of a secret: its bytes, the signs that they take, those of the checksum.
RANDOM_BYTES, IN_SIGNS, CHECKSUM = 32, 43, 6
LONGEST_LIFE = 366  # days
Scope = Token.Scope
GRANTS = {
    Scope.READ: {Right.SEE},
    Scope.WRITE: {Right.WRITE},
    Scope.REVIEW: {Right.REVIEW, Right.DISCARD},
    Scope.PUBLISH: {Right.PUBLISH, Right.WITHDRAW},
}
GUESSES_OF_TOKENS = {"token_failed": "10/5m/ip"}  # those of passwords are counted apart


class TokenRefused(Exception):
    """A request bears no token that opens anything; the message says why. ``error`` is RFC 6750's word for it."""

    def __init__(self, status, says, error=""):
        super().__init__(says)
        self.status, self.error = status, error


def new_secret():
    """A secret that nobody has seen."""
    body = PREFIX_OF_TOKEN + _in_signs(int.from_bytes(secrets.token_bytes(RANDOM_BYTES)), IN_SIGNS)
    return body + _checksum(body)


def is_well_formed(secret):
    """Can this be one of ours?"""
    body = secret[:-CHECKSUM]
    return (
        len(secret) == len(PREFIX_OF_TOKEN) + IN_SIGNS + CHECKSUM
        and secret.startswith(PREFIX_OF_TOKEN)
        and secret.isascii()
        and secret == body + _checksum(body)
    )


def _checksum(body):
    return _in_signs(zlib.crc32(body.encode()), CHECKSUM)


def _in_signs(number, length):
    found = ""
    while len(found) < length:
        number, rest = divmod(number, len(SIGNS_OF_TOKENS))
        found = SIGNS_OF_TOKENS[rest] + found
    return found


def digest_of_secret(secret):
    return hashlib.sha256(secret.encode()).hexdigest()


# Made and withdrawn


@transaction.atomic
def make_token(user, name, scopes, days):
    """A token for somebody, which also sees what it may change: (its row, the secret, which is not seen again)."""
    secret = new_secret()
    token = Token(
        user=user,
        name=name,
        digest=digest_of_secret(secret),
        scopes=[scope.value for scope in Scope if scope == Scope.READ or scope in scopes],
        expires_on=timezone.localdate() + timedelta(days=min(days, LONGEST_LIFE)),
    )
    same = User.objects.select_for_update(no_key=True).filter(pk=user.pk, password=user.password)
    if not same.filter(is_active=True):  # what ends tokens waits until this one is there, or came first
        raise ValidationError("The account was changed a moment ago. Nothing was made: log in again.")
    token.full_clean()
    token.save()
    until = date_format(token.expires_on, "j F Y")
    note = f"The token “{token}” was made, to {token.scopes_in_words}; it works until {until}."
    audit.note_account(AuditEntry.Action.ACCOUNT, user, by=user, note=note)
    return token, secret


@transaction.atomic
def withdraw_token(token, *, by, why=""):
    """It opens nothing any more."""
    note = f"The token “{token}” was withdrawn. {why}".strip()
    audit.note_account(AuditEntry.Action.ACCOUNT, token.user, by=by, note=note)
    token.delete()


def end_tokens(user, why):
    """All tokens of an account, which is not what it was."""
    for token in user.tokens.all():
        withdraw_token(token, by=None, why=why)


# Shown


def holder_of(request):
    """The account whose token a request bears; it may do what its roles allow, and of that what the token is for.

    Raises ``TokenRefused``. Nothing else that the request brings is looked at: no session, no cookie.
    """
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if not secret or scheme.lower() != "bearer":
        raise TokenRefused(
            401, "Send a token: “Authorization: Bearer m4s_…”. You make one in the back-office."
        )
    secret = secret.strip()
    if not is_well_formed(secret):
        raise TokenRefused(401, "This is no whole token: look whether all of it was copied.", "invalid_token")
    if _is_slowed(request):
        raise TokenRefused(429, "Too many wrong tokens came from your address. Wait five minutes.")
    token = Token.objects.select_related("user").filter(digest=digest_of_secret(secret)).first()
    if token is None:
        _count_failure(request)
        raise TokenRefused(401, "This token is not known here, or was withdrawn.", "invalid_token")
    if token.is_over:
        raise TokenRefused(401, "This token has expired: make another one.", "invalid_token")
    user = token.user
    if not user.is_active:
        raise TokenRefused(401, "The account of this token is deactivated.", "invalid_token")
    if policy.needs_second_factor(user) and not has_second_factor(user):
        raise TokenRefused(
            403, "The account of this token needs a second factor: set it up in the back-office."
        )
    if not policy.is_member(user):
        raise TokenRefused(403, "The account of this token has no role in any team.")
    user.token, user.granted = token, set().union(*(GRANTS[Scope(one)] for one in token.scopes))
    _note_use(token)
    return user


def note_refusal(request):
    """The account of a token asked for what it may not do."""
    told.page_refused(request)


def _note_use(token):
    """Once a day, and not if the database takes nothing: reading waits for nobody."""
    today = timezone.localdate()
    if token.last_used_on == today:
        return
    try:
        with told.impatient():
            Token.objects.filter(pk=token.pk).exclude(last_used_on=today).update(last_used_on=today)
    except DatabaseError:
        told.logger.warning("The use of a token could not be noted.")


def _is_slowed(request):
    """Were too many from this address wrong? Asked without a lock, as reading writes nothing."""
    name = {"app": "accounts", "action": "token_failed"}
    for rate in ratelimit.get_rates(**name, config=GUESSES_OF_TOKENS):
        history = cache.get(ratelimit.get_cache_key(request, **name, rate=rate), [])
        if not ratelimit.apply_rate(history, time.time(), rate, dry_run=True)[0]:
            return True
    return False


def _count_failure(request):
    name = {"app": "accounts", "action": "token_failed"}
    ratelimit.consume(request, **name, config=GUESSES_OF_TOKENS, limit_get=True)
    told.login_failed(None, "token")
