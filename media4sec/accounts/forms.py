"""Forms about accounts."""

import logging

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.base import forms as codes
from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.contrib.auth.forms import SetPasswordMixin
from django.core.exceptions import ValidationError
from django.db import DatabaseError

from media4sec.accounts import told
from media4sec.accounts.helping import take_off_factor
from media4sec.accounts.invitations import invite
from media4sec.accounts.models import User
from media4sec.records.policy import TeamRole
from media4sec.records.step_forms import Step
from media4sec.texts import Line

logger = logging.getLogger(__name__)
GUESSES = "5/5m/user,20/h/user"  # of a second factor, whichever it is

NOT_TAKEN = "The passkey was not taken. Try again, or use another one."


class Invite(Step):
    """Who is invited to a team, and as what."""

    name, title, button = "invite", "Invite somebody", "Invite"
    says = "Who has no account gets a link to choose a password. A person can hold several roles, in several teams."
    done = "has the role, and was told so by mail."

    email = forms.EmailField(label="E-mail address", max_length=254)
    called = Line(label="Name", max_length=150, required=False)
    role = forms.ChoiceField(choices=TeamRole)

    def take(self, row, by):
        given = self.cleaned_data
        return invite(row, given["role"], email=given["email"], name=given["called"], by=by)


class LostFactor(Step):
    """Whose second factor is taken off, by somebody else."""

    name, title, button = "lost-factor", "Take off a lost second factor", "Take it off"
    says = (
        "Whoever has lost phone, passkey and recovery codes sets up a new second factor at the next log-in. "
        "Make sure that it is they who ask: call them, do not believe a mail."
    )
    done = "sets up a new second factor at the next log-in, and was told so by mail."

    person = forms.ModelChoiceField(
        User.objects.none(),
        help_text="Nobody does it for themselves. Of people who have roles in other teams as well, and of portal "
        "administrators, a portal administrator takes it off.",
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people

    def take(self, row, by):
        return take_off_factor(self.cleaned_data["person"], by=by)


class SetUpForm(SetPasswordMixin, forms.ModelForm):
    """The first portal administrator."""

    password1, password2 = SetPasswordMixin.create_password_fields()

    class Meta:
        model = User
        fields = ["email", "name"]

    def clean(self):
        self.validate_passwords()
        return super().clean()

    def _post_clean(self):
        super()._post_clean()
        self.validate_password_for_user(self.instance)

    def save(self, commit=True):
        user = super().save(commit=False)
        user.is_superuser = True
        return self.set_password_and_save(user, commit=commit)


# Second factors


class SlowedDown:
    """A form that proves a second factor: whoever fails has few tries, counted for the account in all processes."""

    def proved(self, prove):
        given = ratelimit.consume(
            context.request,
            app="accounts",
            action="second_factor",
            user=self.user,
            config={"second_factor": GUESSES},
        )
        if not given:
            raise get_adapter().validation_error("too_many_login_attempts")
        proof = prove()
        given.rollback()
        return proof


class Authenticate(SlowedDown, codes.AuthenticateForm):
    def clean_code(self):
        return self.proved(super().clean_code)


class Reauthenticate(SlowedDown, codes.ReauthenticateForm):
    def clean_code(self):
        return self.proved(super().clean_code)


def taken(check):
    """What a browser says of a passkey can be anything, over which the library fails in many ways."""
    try:
        return check()
    except (ValidationError, DatabaseError):
        raise
    except Exception as error:
        logger.warning("A passkey was not taken: %s", type(error).__name__)
        raise ValidationError(NOT_TAKEN) from error


def proof(check, user):
    """What proves who somebody is; where it does not, that is told as of a wrong code. ``None`` is anybody."""
    try:
        return taken(check)
    except ValidationError as error:
        if error.code != "too_many_login_attempts":
            told.login_failed(user, "passkey")
        raise


class AddPasskey(passkeys.AddWebAuthnForm):
    name = Line(
        label="Name", max_length=100, required=False, help_text="So that you can tell it from others later."
    )
    passwordless = forms.BooleanField(
        label="Log in with it alone, without the password",
        required=False,
        help_text="Then it asks for a finger, a face or a PIN each time.",
    )

    def clean(self):
        return taken(super().clean)


class RenamePasskey(passkeys.EditWebAuthnForm):
    name = Line(label="Name", max_length=100)


class LogInByPasskey(passkeys.LoginWebAuthnForm):
    def clean_credential(self):
        return proof(super().clean_credential, None)


class AuthenticateByPasskey(SlowedDown, passkeys.AuthenticateWebAuthnForm):
    def clean_credential(self):
        return proof(lambda: self.proved(super(AuthenticateByPasskey, self).clean_credential), self.user)


class ReauthenticateByPasskey(SlowedDown, passkeys.ReauthenticateWebAuthnForm):
    def clean_credential(self):
        return proof(lambda: self.proved(super(ReauthenticateByPasskey, self).clean_credential), self.user)
