"""Text that somebody typed in a form of the back-office and could not save, or has not saved yet.

It is kept for that person and that form, and shown to nobody else; no record changes by it. A form carries a signed
note of who opened it and where. A form that comes too late, because the session has ended or its own protection
against foreign pages has expired, is kept by that note alone, and the way leads back to the form, through the log-in
if need be.
"""

import json
from dataclasses import astuple, dataclass
from datetime import timedelta

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core import signing
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import get_resolver, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from media4sec.records.forms import OPENED_FIELD, PROOFS, new_nonce
from media4sec.records.models import Submission, UnsavedText

TAKE_BACK = "kept"  # parameter of a form's address: which text it is filled with
OPENED_SALT = "media4sec.records.unsaved"
LONGEST_NOTE = 600  # characters
# Without a session, the note of a form is good for so long: from Friday evening to Monday morning. Whoever gets hold of
# one could only give its owner something to read.
NOTE_LASTS = timedelta(hours=72)
UNSAVED_LASTS = timedelta(days=30)
MOST_UNSAVED = 50  # texts of one person; the oldest give way
A_MOMENT = timedelta(minutes=5)
LATE = timedelta(seconds=10)  # a copy that was on its way when its form was saved

SESSION_ENDED = (
    "Your session had ended, so that nothing was saved. "
    "What you typed is kept for you: log in, and it is in the form again."
)
FORM_EXPIRED = (
    "This form had expired, so that nothing was saved. What you typed is in the form again: save it now."
)
CHOOSE_AGAIN = "Files cannot be kept so: choose them again before you save."


@dataclass(frozen=True)
class OpenedForm:
    """A form of the back-office as one person has opened it."""

    user: str  # the account's key
    address: str
    form: str  # tells it from others at this address

    def signed(self):
        return signing.dumps(astuple(self), salt=OPENED_SALT)

    def is_by(self, user):
        return self.user == str(user.pk)


def opened_form(request):
    """The form that was sent, or None where we did not give out its note, or not lately enough."""
    note = request.POST.get(OPENED_FIELD, "")
    if len(note) > LONGEST_NOTE:
        return None
    try:
        opened = OpenedForm(*signing.loads(note, salt=OPENED_SALT))
        if not opened.is_by(request.user):
            signing.loads(note, salt=OPENED_SALT, max_age=NOTE_LASTS)
    except signing.BadSignature:
        return None
    return opened


def own_form(request):
    """The form that was sent, if it was opened by the person who is logged in now."""
    opened = opened_form(request)
    return opened if opened and opened.is_by(request.user) else None


# Keeping and forgetting


def is_typed(name):
    """What is kept of a form: no buttons, nothing that proves anything, and never a password."""
    is_secret = name in PROOFS or "password" in name.lower()
    return not is_secret and not name.startswith("_")


def keep(opened, data):
    """Keep what a form says, instead of what was kept of it before."""
    fields = [(name, values) for name, values in data.lists() if is_typed(name)]
    if any("\0" in text for name, values in fields for text in (name, *values)):
        raise BadRequest("A text has no NUL in it.")
    with transaction.atomic():
        forget_old()
        UnsavedText.objects.update_or_create(
            user_id=opened.user,
            form=opened.form,
            defaults={"address": opened.address, "fields": json.dumps(fields), "at": timezone.now()},
        )
        newest_first = UnsavedText.objects.filter(user=opened.user).order_by("-at", "-pk")
        too_many = list(newest_first.values_list("pk", flat=True)[MOST_UNSAVED:])
        UnsavedText.objects.filter(pk__in=too_many).delete()


def was_saved_just_now(data):
    nonce = data.get("submission", "")
    saved = Submission.objects.filter(nonce=nonce, saved_at__gt=timezone.now() - LATE)
    return nonce.isprintable() and saved.exists()


def forget(opened):
    UnsavedText.objects.filter(user=opened.user, form=opened.form).delete()


def forget_sent(request):
    """The form that was sent is saved: what was kept of it is of no use any more."""
    forget_old()
    if opened := own_form(request):
        forget(opened)


def forget_old():
    return UnsavedText.objects.filter(at__lte=timezone.now() - UNSAVED_LASTS).delete()


# Showing it again


def texts_for(request):
    """What the person who asks has typed in the form of this address, and not saved."""
    lasting = UnsavedText.objects.filter(at__gt=timezone.now() - UNSAVED_LASTS)
    return lasting.filter(user=request.user.pk, address=request.path).order_by("-at", "-pk")


def typing_now(request):
    """Who else was typing in the form of this address a moment ago; what, only they see."""
    lately = UnsavedText.objects.filter(address=request.path, at__gt=timezone.now() - A_MOMENT)
    others = lately.exclude(user=request.user.pk).order_by("user__email")
    return list(others.values_list("user__email", flat=True).distinct())


def taken_back(request):
    """The text that an address asks to be filled in, if there is one of whoever asks."""
    if request.method not in ("GET", "HEAD") or TAKE_BACK not in request.GET:
        return None
    if not hasattr(request, "taken_back"):  # forms and rows ask one after the other
        request.taken_back = texts_for(request).filter(form=request.GET[TAKE_BACK]).first()
    return request.taken_back


def typed_again(request):
    """What a form is filled with when its page is opened, if the address asks for it."""
    text = taken_back(request)
    return text.typed if text else None


def address_with(request, text):
    """The address of this form, filled with a text."""
    query = request.GET.copy()
    query[TAKE_BACK] = text.form
    return f"{request.path}?{query.urlencode()}"


def unsaved_in(request, form):
    """What the page of a form needs: the note that the form carries, and the texts that it can be filled with."""
    back, sent = taken_back(request), own_form(request)
    name = back.form if back else sent.form if sent and sent.address == request.path else new_nonce()
    opened = OpenedForm(str(request.user.pk), request.path, name)
    return {
        "field": OPENED_FIELD,
        "note": opened.signed(),
        # A form that was sent and refused is not kept yet, one that was filled with a kept text is.
        "state": "back" if back else "refused" if form.is_bound else "fresh",
        "back": back,
        "others": [
            (text, address_with(request, text), OpenedForm(opened.user, opened.address, text.form).signed())
            for text in texts_for(request).exclude(form=name).defer("fields")
        ],
    }


# Addresses


@require_POST
def keep_view(request):
    """A copy of what is being typed, sent by the script of the form."""
    opened = own_form(request)
    if opened is None:
        raise PermissionDenied
    with transaction.atomic():
        if not was_saved_just_now(request.POST):
            keep(opened, request.POST)
    return HttpResponse(status=204)


@require_POST
def forget_view(request):
    """Throw a text away."""
    opened = own_form(request)
    if opened is None:
        raise PermissionDenied
    forget(opened)
    return redirect(opened.address)


# Forms that come too late


def rescued(request):
    """Keep what a form says that cannot be taken, and lead back to it; None if it is none of ours."""
    opened = opened_form(request)
    if opened is None or opened.address != request.path:
        return None
    person = get_user_model().objects.filter(pk=opened.user).first()
    if person is None or not (person.is_active and person.is_staff):
        return None
    keep(opened, request.POST)
    if request.user.is_authenticated and not opened.is_by(request.user):
        return expired(request, is_of_another=True)
    messages.warning(request, FORM_EXPIRED if request.user.is_authenticated else SESSION_ENDED)
    if request.FILES:
        messages.warning(request, CHOOSE_AGAIN)
    return redirect(address_with(request, opened))


def expired(request, *, is_of_another=False):
    context = admin.site.each_context(request) | {
        "title": "This form has expired",
        "is_of_another": is_of_another,
    }
    return render(request, "admin/expired.html", context, status=403)


def form_refused(request, reason=""):
    """Django refuses a form, as it may come from a foreign page: in the back-office it mostly is an old one of ours."""
    if request.path.startswith(reverse("admin:index")):
        return rescued(request) or expired(request)
    return get_resolver().resolve_error_handler(403)(request, exception=PermissionDenied(reason))
