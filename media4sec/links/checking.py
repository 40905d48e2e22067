"""Whether addresses still lead somewhere: each is asked seldom, a host never twice in a row at once.

A failure that passes is no alarm: an address is broken when it failed on three days, or was not found on two, without
working in between. A host that asks for patience gets it; that it lets only people look is no failure.
"""

import json
import random
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from media4sec import outgoing
from media4sec.links.addresses import host_in, read_records
from media4sec.links.models import Link, Turn
from media4sec.outgoing import OutgoingError, in_words_of_http
from media4sec.texts import web_address

LinkState = Link.State
GONE = (404, 410)
ONLY_PEOPLE = (401, 402, 403, 405, 406, 451, 999)  # what sites answer to machines that they do not know
TOO_MANY, BUSY = 429, (429, 503)  # a host that says so is asked no more in this run
DAYS_TO_BREAK, DAYS_GONE = 3, 2
SELDOM, SOON, NOW_AND_THEN = timedelta(days=30), timedelta(days=1), timedelta(days=7)
A_BIT_LATER = 0.1  # of the time, by chance, so that not all fall due together
MOST_OF_A_HOST = 20  # addresses in one run
PAUSE = 2  # seconds between two requests to one host
MOST_DUE = 10_000  # that are due, to choose from
MOST_OF_AN_ARCHIVE = 20_000  # bytes
MOST_OF_A_PROBLEM = Link._meta.get_field("problem").max_length


@dataclass
class Checked:
    """What a run did; ``says`` is why it ended before its end."""

    asked: int = 0
    broken: int = 0  # that were not before
    works: int = 0  # again
    says: str = ""


def check_links(holder, most, seconds, fetch=outgoing.fetch, wait=time.sleep):
    """Ask for what is due, at most so many addresses in about so many seconds; one run at a time, on all machines."""
    if not settings.OUTGOING_REQUESTS:
        raise outgoing.SwitchedOff
    turn = Turn.take(holder)
    if turn is None:
        return Checked(says="Another run is checking links.")
    try:
        read_records(turn)
        return Run(turn, fetch, wait).go(due_in_turns(most), time.monotonic() + seconds)
    finally:
        turn.give_back()


def due_in_turns(most):
    """The keys of links that are due: one of each host, then the next of each, so that no host is asked in a row."""
    due = Link.objects.filter(due_at__lte=timezone.now()).order_by("due_at", "pk")
    of_host = defaultdict(list)
    for pk, host in due.values_list("pk", "host")[:MOST_DUE]:
        if len(of_host[host]) < MOST_OF_A_HOST:
            of_host[host].append(pk)
    return list(filter(None, chain.from_iterable(zip_longest(*of_host.values()))))[:most]


class Run:
    """One run over some links, as long as it is our turn."""

    def __init__(self, turn, fetch, wait):
        self.turn, self.fetch, self.wait = turn, fetch, wait
        self.asked_at = {}  # when each host was asked last
        self.busy = set()  # hosts that want to be left alone for now
        self.is_connected = None  # did anybody answer?
        self.has_archive = bool(settings.ARCHIVE_LOOKUP)
        self.done = Checked()

    def go(self, keys, ends):
        for pk in keys:
            link = Link.objects.filter(pk=pk).first()
            if link is None or link.host in self.busy:
                continue
            if time.monotonic() > ends:
                self.done.says = "The time was over before all were asked."
                break
            if not (self.turn.keep() and self.check(link)):
                self.done.says = self.done.says or "Another run has taken over."
                break
        return self.done

    def check(self, link):
        """Ask for one address and keep what was found; False where the run must end."""
        was = link.state
        try:
            answer = self.ask(link.url)
        except OutgoingError as error:
            if not self.others_answer(link.host):
                self.done.says = "Nobody answers: is this machine connected? Nothing was counted."
                return False
            note_failure(link, None, str(error))
        else:
            self.is_connected = True
            note_answer(link, answer)
            if answer.status in BUSY:
                self.busy.add(link.host)
        if link.failures and not link.archived_url:
            self.look_into_archive(link)
        with transaction.atomic():
            if not self.turn.keep():
                return False
            link.save()
        self.done.asked += 1
        self.done.broken += link.is_broken and was != LinkState.BROKEN
        self.done.works += was == LinkState.BROKEN and link.state == LinkState.WORKS
        return True

    def ask(self, url, most=0):
        host = host_in(url)
        early = self.asked_at.get(host, -PAUSE) + PAUSE - time.monotonic()
        if early > 0:
            self.wait(early)
        self.turn.keep()  # whoever lost it finds out before anything is written
        try:
            return self.fetch(url, most=most)
        finally:
            self.asked_at[host] = time.monotonic()

    def others_answer(self, host):
        """Before a silence is counted: does somebody else answer who did so lately?"""
        if self.is_connected is None:
            known = Link.objects.filter(state=LinkState.WORKS).exclude(host=host).order_by("-checked_at")
            others = {link.host: link.url for link in known[:50]}
            self.is_connected = not others
            for url in list(others.values())[:3]:
                try:
                    self.ask(url)
                except OutgoingError:
                    continue
                self.is_connected = True
                break
        return self.is_connected

    def look_into_archive(self, link):
        """Only what the public can read is told to an archive; one that fails is asked again in another run."""
        if not self.has_archive or not link.uses.filter(is_public=True).exists():
            return
        try:
            join = "&" if "?" in settings.ARCHIVE_LOOKUP else "?"
            asked = f"{settings.ARCHIVE_LOOKUP}{join}url={quote(link.url, safe='')}"
            answer = self.ask(asked, most=MOST_OF_AN_ARCHIVE)
            link.archived_url, link.archived_on = archived_copy(answer)
        except OutgoingError:
            self.has_archive = False


def archived_copy(answer):
    """(address, day) of the copy that an archive names, as the Internet Archive's interface does; else ("", None)."""
    try:
        closest = json.loads(answer.body)["archived_snapshots"]["closest"]
        if answer.status != 200 or str(closest["status"]) != "200":
            return "", None
        day = datetime.strptime(closest["timestamp"][:8], "%Y%m%d").date()
        return web_address(closest["url"], most=outgoing.MOST_IN_ADDRESS), day
    except (ValueError, LookupError, TypeError, ValidationError, RecursionError):
        return "", None


# What an answer means


def note_answer(link, answer):
    """Put into the link what its address answered."""
    if answer.status == TOO_MANY:  # it says nothing of the page
        link.status, link.checked_at, link.due_at = answer.status, timezone.now(), later(SOON)
    elif answer.status >= 400 and answer.status not in ONLY_PEOPLE:
        note_failure(link, answer.status, f"It answers {in_words_of_http(answer.status)}.")
    else:
        is_closed = answer.status in ONLY_PEOPLE
        link.state = LinkState.CLOSED if is_closed else LinkState.WORKS
        link.problem = f"It answers {in_words_of_http(answer.status)}." if is_closed else ""
        link.moved_to = "" if is_closed else answer.moved_to
        link.failures, link.failed_on, link.failing_since = 0, None, None
        link.status, link.checked_at, link.due_at = answer.status, timezone.now(), later(SELDOM)


def note_failure(link, status, problem):
    """One more failure, at most one a day."""
    today = timezone.localdate()
    was_gone = link.status in GONE
    if link.failed_on != today:
        link.failures += 1
        link.failed_on, link.failing_since = today, link.failing_since or today
    is_gone = status in GONE and was_gone and link.failures >= DAYS_GONE
    if link.failures >= DAYS_TO_BREAK or is_gone:
        link.state = LinkState.BROKEN
    elif not link.is_broken:
        link.state = LinkState.FAILING
    link.status, link.problem, link.moved_to = status, problem[:MOST_OF_A_PROBLEM], ""
    link.checked_at, link.due_at = timezone.now(), later(NOW_AND_THEN if link.is_broken else SOON)


def later(time_to_go):
    return timezone.now() + time_to_go * random.uniform(1, 1 + A_BIT_LATER)  # noqa: S311, nobody gains by guessing it
