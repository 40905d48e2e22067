"""The weekly mail: what waits for somebody in the back-office, for those who asked for it."""

import logging
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.core.context import request_context
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from media4sec.accounts.factors import has_second_factor
from media4sec.accounts.models import User
from media4sec.records import policy
from media4sec.records.admin.start import StartSection, start_sections

logger = logging.getLogger(__name__)


def send_weekly():
    """Send what is due in this week of the calendar; returns (how many mails went out, how many could not)."""
    due = User.objects.filter(is_active=True, wants_weekly_mail=True).exclude(
        weekly_mail_on__gte=this_monday()
    )
    sent = [attempt(pk) for pk in due.order_by("pk").values_list("pk", flat=True)]
    return sent.count(True), sent.count(False)


def attempt(pk):
    """What ``send_to`` says; that an account went meanwhile, or fails, keeps the mail from nobody else."""
    user = User.objects.filter(pk=pk).first()
    try:
        return send_to(user) if user else None
    except Exception as error:
        logger.error("The weekly mail of account %d failed: %s", pk, type(error).__name__)
        return False


def this_monday():
    today = timezone.localdate()
    return today - timedelta(days=today.weekday())


def send_to(user):
    """True if a mail went out, False if it could not; None where nothing is to be said, or somebody else said it."""
    request = request_of(user)
    parts = parts_for(request)
    if not parts or not claim(user):
        return None
    words = {"parts": parts, "site": settings.BASE_URL, "stop": reverse("accounts-weekly-mail")}
    sent = False
    try:
        with request_context(request):
            sent = get_adapter().send_mail("account/email/weekly", user.email, words)
    finally:
        if not sent:  # it is tried again with the next run
            User.objects.filter(pk=user.pk).update(weekly_mail_on=user.weekly_mail_on)
    return sent


def claim(user):
    """True for the one process that sends somebody the mail of this week; those who stopped it get none."""
    wants = User.objects.filter(pk=user.pk, is_active=True, wants_weekly_mail=True)
    return wants.exclude(weekly_mail_on__gte=this_monday()).update(weekly_mail_on=timezone.localdate()) == 1


def request_of(user):
    """As if they opened the start page: its parts are asked with their rights as they are now."""
    request = HttpRequest()
    request.user = user
    request.META["HTTP_HOST"] = urlsplit(settings.BASE_URL).netloc
    return request


def parts_for(request):
    """The parts of the start page that are sent; nothing to those for whom it would not open."""
    user = request.user
    if not policy.is_member(user) or (policy.needs_second_factor(user) and not has_second_factor(user)):
        return []
    return [part for section in start_sections(admin.site, request) for part in as_mailed(section)]


def as_mailed(section: StartSection):
    """A part as it is sent: of the reviews what is overdue, and nothing of what is merely missing."""
    if section.name == "missing":
        return
    if section.name != "reviews":
        yield section
        return
    number, words, url = section.figures[0].numbers[0]
    if number:
        yield replace(section, title=f"Reviews: {words.lower()}", total=number, all_url=url, figures=[])
