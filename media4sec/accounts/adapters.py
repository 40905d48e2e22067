"""What django-allauth does otherwise here: nobody signs up, links name our origin, secrets are stored encrypted."""

import base64
import hashlib
import logging
import time
from threading import Thread

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sites.shortcuts import get_current_site
from django.urls import reverse

from media4sec.accounts import told
from media4sec.visitors import address_of

logger = logging.getLogger(__name__)
MAIL = "mail"  # the name of a thread that sends one
NOBODYS_ADDRESS = "::"  # of who comes from where nobody knows: a column for addresses takes nothing else
ALL_FAILURES = "1000/5m/key"  # log-ins that fail, on all accounts together


class AccountAdapter(DefaultAccountAdapter):
    def is_safe_url(self, url):
        try:
            return super().is_safe_url(url)
        except ValueError:  # no address at all
            return False

    def send_mail(self, template_prefix, email, context):
        """True if it went out; where the mail server is away or refuses, the log says so."""
        return _sent(self._written(template_prefix, email, context))

    def send_password_reset_mail(self, user, email, context):
        """The answer does not wait for the mail server: that would tell that there is an account."""
        written = self._written("account/email/password_reset_key", email, context)
        Thread(target=_sent, args=[written], name=MAIL).start()

    def _written(self, template_prefix, email, context):
        site = get_current_site(self.request)
        return self.render_mail(template_prefix, email, {"email": email, "current_site": site, **context})

    def is_open_for_signup(self, request):
        return False

    def get_client_ip(self, request):
        return address_of(request) or NOBODYS_ADDRESS

    def is_reauthentication_required(self, *, app, **more):
        """Who has just logged in is not asked again."""
        records = get_authentication_records(context.request, context.request.user)
        last = max((record["at"] for record in records), default=0)
        return time.time() - last > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT

    def get_reset_password_from_key_url(self, key):
        return settings.BASE_URL + path_of_key(key)

    def pre_authenticate(self, request, **credentials):
        """Failures count for the account, for the address, and for all together, as nobody types that often."""
        super().pre_authenticate(request, **credentials)
        self.all_failures = ratelimit.consume(
            request, app="accounts", action="login_failed", key="all", config={"login_failed": ALL_FAILURES}
        )
        if not self.all_failures:
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request, **credentials):
        email = credentials.get("email") or ""
        told.login_failed(get_user_model().objects.filter(email__iexact=email).first())

    def _rollback_login_failed_rl_usage(self):
        super()._rollback_login_failed_rl_usage()
        if getattr(self, "all_failures", None):
            self.all_failures.rollback()


def _sent(mail):
    try:
        mail.send()
    except OSError as error:
        logger.error("A mail was not sent: %s", type(error).__name__)
        return False
    return True


def path_of_key(key):
    """The page on which a password is chosen; the key is “account-token”."""
    uid, _, token = key.partition("-")
    return reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors are stored encrypted with the portal's key; earlier keys still open them."""

    def _get_site_name(self):
        return settings.MFA_TOTP_ISSUER

    def generate_authenticator_name(self, user, type):
        return f"Passkey {Authenticator.objects.filter(user=user, type=type).count() + 1}"

    def encrypt(self, text):
        return _safe().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return _safe().decrypt(encrypted_text.encode()).decode()


def _safe():
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = (hashlib.sha256(b"second factors" + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
