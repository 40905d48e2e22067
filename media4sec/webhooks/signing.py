"""How receivers know that a message is ours: signatures after Standard Webhooks, https://www.standardwebhooks.com."""

import base64
import hmac
import time

from django.conf import settings
from django.utils.crypto import salted_hmac

KEY_SALT = "media4sec.webhooks"


def secrets_of(subscription):
    """The secrets that sign a subscription's messages now, ``whsec_…``, the newest first.

    They follow from the portal's own key; where that is changed, earlier keys (``SECRET_KEY_FALLBACKS``) sign as well.
    """
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [_secret(key, subscription.uuid, number) for number in subscription.rotations for key in keys]


def _secret(key, uuid, number):
    digest = salted_hmac(KEY_SALT, f"{uuid} {number}", secret=key, algorithm="sha256").digest()
    return f"whsec_{base64.b64encode(digest).decode()}"


def signed_headers(subscription, name, body):
    """The headers of a message with this name, as it is sent now."""
    now = int(time.time())
    content = f"{name}.{now}.".encode() + body
    signatures = [_signature(secret, content) for secret in secrets_of(subscription)]
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(now),
        "webhook-signature": " ".join(signatures),
    }


def _signature(secret, content):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return f"v1,{base64.b64encode(hmac.digest(key, content, 'sha256')).decode()}"
