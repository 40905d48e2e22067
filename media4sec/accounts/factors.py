"""What counts as a second factor, wherever that is asked."""

from allauth.mfa.models import Authenticator

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]  # recovery codes alone are none


def has_second_factor(user):
    return any(one.type in SECOND_FACTORS for one in user.authenticator_set.all())
