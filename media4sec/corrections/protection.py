"""What stands between the form and other websites, without a cookie: docs/adr/0018-form-without-cookie.md."""

import secrets

from django.conf import settings
from django.core import signing

SALT = "media4sec.corrections.form"
MAX_TOKEN = 600


def new_token(record, nonce=""):
    """A signed note in the form: which form it is, about which record, and when it was made."""
    return signing.dumps({"nonce": nonce or secrets.token_urlsafe(16), "record": record}, salt=SALT)


def read_token(token, record):
    """(nonce, is fresh): which form was sent. The nonce is empty where we did not make the token for this record."""
    if len(token) > MAX_TOKEN:
        return "", False
    try:
        content = signing.loads(token, salt=SALT)
        if content["record"] != record:
            return "", False
        signing.loads(token, salt=SALT, max_age=settings.CORRECTIONS_FORM_HOURS * 60 * 60)
    except signing.SignatureExpired:
        return content["nonce"], False
    except signing.BadSignature:
        return "", False
    return content["nonce"], True


def is_foreign(request):
    """True if a browser says that a page of another site sent this.

    Browsers since 2023 send the first of the two over https, those since 2020 the second. Whatever sends neither
    is older or no browser, and a foreign page gains little by it: there is no session to ride on.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return bool(origin) and origin not in (settings.BASE_URL, f"{request.scheme}://{request.get_host()}")
