"""People of the back-office for tests: with roles, logged in as if by a second factor, and what they see."""

import base64
import hashlib
import hmac
import struct
import threading
import time

from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from media4sec.accounts.adapters import MAIL
from media4sec.accounts.models import User
from media4sec.records.models import Membership, Record, Team

PASSWORD = "correct horse battery staple zebra"


def member(*roles, partner=None, name="", **more):
    """An account with these roles in the team of a partner, or of the editorial office."""
    number = User.objects.count() + 1
    user = User.objects.create_user(f"{name or '-'.join(roles) or 'nobody'}{number}@example.org", **more)
    team, _ = Team.objects.get_or_create(owner=partner)
    for role in roles:
        Membership.objects.create(user=user, team=team, role=role)
    return with_second_factor(user)


def administrator(name="root"):
    """A portal administrator."""
    return with_second_factor(User.objects.create_superuser(f"{name}@example.org"))


def with_second_factor(user):
    Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {}})
    return user


def with_password(user):
    user.set_password(PASSWORD)
    user.save()
    return user


def with_password_alone(user):
    """Somebody who logs in without a second factor."""
    user.authenticator_set.all().delete()
    return with_password(user)


def logged_in(user, **options):
    """A client with a session of this account."""
    client = Client(**options)
    client.force_login(user)
    authenticated(client, user)
    return client


def authenticated(client, user):
    """As if they had typed their password just now."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = user_id_to_str(user)
    session.save()


def sections(user):
    """{name: section} of somebody’s start page."""
    response = logged_in(user).get("/admin/")
    assert response.status_code == 200
    return {section.name: section for section in response.context["sections"]}


def told(page):
    """The messages above a page."""
    return [str(message) for message in page.context["messages"]]


def mails():
    """Those that were sent; an answer does not wait for all of them."""
    for thread in threading.enumerate():
        if thread.name == MAIL:
            thread.join()
    return mail.outbox


def queries_for(client, url):
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == 200
    return len(queries)


def owned(record, partner):
    """The record, for which this partner is responsible now."""
    Record.objects.filter(pk=record.pk).update(owner=partner)
    record.refresh_from_db()
    return record


def code_of(secret, moment=None):
    """What an app on a phone shows (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    counter = struct.pack(">Q", int(moment or time.time()) // 30)
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    start = digest[19] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
