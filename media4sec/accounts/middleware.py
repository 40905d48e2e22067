"""What holds for every page of the back-office, whoever made it."""

import time

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.core.exceptions import ReauthenticationRequired
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.http import urlencode

from media4sec.accounts import told
from media4sec.accounts.apps import HELD_RIGHTS, SINCE
from media4sec.accounts.factors import has_second_factor
from media4sec.headers import is_back_office
from media4sec.records import policy, unsaved

SEEN = f"{settings.SESSION_COOKIE_NAME}-seen"  # the cookie that says, signed, that the session is used
NOTED_EVERY = 60  # seconds


class AccountsMiddleware:
    """Sessions that are old or that nobody uses end, with other rights they get another identifier, and whoever must
    have a second factor sets it up before anything else."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not (is_back_office(request.path_info) and request.user.is_authenticated):
            return self.get_response(request)
        unused, session = seconds_unused(request), request.session.session_key
        if unused > settings.SESSION_IDLE or seconds_old(request) > settings.SESSION_COOKIE_AGE:
            request.session_ended = True
            logout(request)
        elif lacks_second_factor(request):
            sent = request.method == "POST" and unsaved.rescued(request)
            return sent or redirect("mfa_activate_totp")
        elif has_other_rights(request):
            give_new_identifier(request)
        response = self.get_response(request)
        is_new = request.session.session_key != session  # such as after a change of the password
        if (unused > NOTED_EVERY or is_new) and request.user.is_authenticated:
            note_use(request, response)
        return response

    def process_exception(self, request, exception):
        if not (is_back_office(request.path_info) and request.user.is_authenticated):
            return None
        if isinstance(exception, PermissionDenied):
            told.page_refused(request)
        if isinstance(exception, ReauthenticationRequired) and request.method == "POST":
            return confirm_first(request)
        return None


def has_other_rights(request):
    """May they do something else than when their session got its identifier?"""
    return request.session.get(HELD_RIGHTS) != policy.rights_in_short(request.user)


def give_new_identifier(request):
    """With other rights than before, a session goes on under another identifier, also on the list of sessions."""
    before = request.session.session_key
    request.session[HELD_RIGHTS] = policy.rights_in_short(request.user)
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def confirm_first(request):
    """Ask who it is; after that what was sent goes on, also from a list with a query, which the library would lose."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    if not methods:
        return None
    suspend_request(request, methods[0]["url"])
    return redirect(f"{methods[0]['url']}?{urlencode({REDIRECT_FIELD_NAME: request.path})}")


def seconds_old(request):
    """How long ago somebody logged in, whatever was kept in the session since."""
    return time.time() - request.session.get(SINCE, 0)


def seconds_unused(request):
    """How long ago the session was last used, as far as is known; reading a page writes nothing into the database."""
    now = int(time.time())
    seen = request.get_signed_cookie(SEEN, default="0", salt=request.session.session_key)
    return now - max(int(seen), request.session.get(SINCE, 0))


def note_use(request, response):
    response.set_signed_cookie(
        SEEN,
        str(int(time.time())),
        salt=request.session.session_key,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def lacks_second_factor(request):
    if is_about_own_account(request.path_info):
        return False
    return policy.needs_second_factor(request.user) and not has_second_factor(request.user)


def is_about_own_account(address):
    """True for the pages of one's own account, and the way out; other accounts are a page of the back-office."""
    try:
        match = resolve(address)
    except Resolver404:
        return False
    return match.namespace != "admin" or match.url_name == "logout"
