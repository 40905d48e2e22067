"""Answers kept as they are sent, by each process in its own memory: docs/adr/0022-bytes-kept.md.

Only what everybody gets at an address is kept, and only as long as the public sees the same content. The version of the
content is read *before* an answer is made: then what is kept for a version can be newer than it, but never older.
"""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from operator import itemgetter
from threading import Lock
from time import monotonic
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.timezone import localdate, now

from media4sec.answers import (
    ENCODE,
    Answer,
    Headers,
    Reply,
    coding_of,
    condition_status,
    date_of,
    is_worth_coding,
    takes,
    unchanged,
)
from media4sec.headers import REFUSED_STATUS, is_back_office, is_for_tokens
from media4sec.interchange.results import newest_change
from media4sec.replica import STANDS_AT, read_surely
from media4sec.representations import HTML, names_other_forms

Key = tuple[str, str, str]  # scheme, path, parameters
Made: TypeAlias = Answer | HttpResponseBase  # the latter cannot be kept
Environ = dict[str, Any]

SAFE = ("GET", "HEAD")
ASKED_EVERY = 0.25  # seconds between two looks at the database by one process …
TRUSTED_FOR = 0.75  # … and how long nobody looks again, because somebody is about to
TRUSTED_IN_SILENCE = (
    45  # seconds after the last look while the database does not answer: nothing is published in it
)
PATIENCE = 20  # seconds that one waits for what another thread makes
LARGEST_SHARE = 1 / 8  # of the memory: a larger answer would push out too many others
FAILED = object()  # what became of an answer that others waited for


class Shelf:
    """The answers while the public sees one version of the content; when room is short, the longest unasked goes."""

    def __init__(self, version: tuple, room: int) -> None:
        self.version, self.room = version, room
        self.answers: OrderedDict[Key, Answer] = OrderedDict()
        self.sizes: dict[Key, int] = {}
        self.size = 0
        self.being_made: dict[Key, Future] = {}
        self.lock = Lock()

    def find(self, key: Key) -> Answer | None:
        """Without the lock: the event loop asks as well, and must not wait."""
        found = self.answers.get(key)
        if found is not None:
            with suppress(KeyError):  # taken off this very moment
                self.answers.move_to_end(key)
        return found

    def put(self, key: Key, answer: Answer) -> None:
        """Keep an answer, or note that it has got larger."""
        size = answer.size + sum(map(len, key))
        with self.lock:
            self._take_off(key)
            if size > self.room * LARGEST_SHARE:
                return
            self.answers[key], self.sizes[key] = answer, size
            self.size += size
            while self.size > self.room:
                self._take_off(next(iter(self.answers)))

    def _take_off(self, key: Key) -> None:
        if self.answers.pop(key, None) is not None:
            self.size -= self.sizes.pop(key)

    def get(self, key: Key, make: Callable[[], Made]) -> Made:
        """What is kept, or what ``make`` gives: one thread makes it, and those who ask meanwhile wait for it.

        Where nothing comes of it that others may have, or not in time, each makes its own.
        """
        until = monotonic() + PATIENCE
        while True:
            with self.lock:
                found = self.find(key)
                if found is not None:
                    return found
                under_way = self.being_made.get(key)
                if under_way is None:
                    mine = self.being_made[key] = Future()
            if under_way is None:
                return self._make(key, make, mine)
            try:
                found = under_way.result(max(0, until - monotonic()))
            except TimeoutError:
                found = None
            if found is not FAILED:  # else one of us tries again
                return found or make()

    def _make(self, key: Key, make: Callable[[], Made], told: Future) -> Made:
        outcome: object = FAILED
        try:
            made = make()
            if isinstance(made, Answer):
                self.put(key, made)
                outcome = made
            elif made.status_code < 500:
                outcome = None
            return made
        finally:
            with self.lock:
                del self.being_made[key]
            told.set_result(outcome)


class Kept:
    """The shelf of the version that the public sees now. A change of the content clears it with everything on it."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.lock = Lock()
        self.shelf: Shelf | None = None
        self.read_at = self.asked_at = -1e9
        self.looks: list[float] = []  # when those began that wait for the database now
        self.is_failing = False

    def current(self) -> Shelf | None:
        """The shelf, if nobody has to look at the database for it; else None."""
        time = monotonic()
        # Somebody has looked in time, and is still waiting for the database: then so would all others.
        is_awaited = min(self.looks.copy(), default=1e99) < self.read_at + TRUSTED_FOR
        most = TRUSTED_IN_SILENCE if self.is_failing or is_awaited else TRUSTED_FOR
        is_known = (is_awaited or time - self.asked_at < ASKED_EVERY) and time - self.read_at < most
        return self.shelf if is_known else None

    def look(self, *, exactly: bool = False) -> Shelf | None:
        """The shelf, after a look at the database, now or where one is due. None: nothing can be kept now.

        A database that does not answer tells of no change: what was kept is good for a while longer.
        """
        if not settings.KEPT_MB:
            return None
        found = None if exactly else self.current()
        if found is not None:
            return found
        self.asked_at = time = monotonic()  # the others go on with what is known
        self.looks.append(time)
        try:
            version = read_surely(version_of_content)
        except (DatabaseError, InterfaceError):
            self.is_failing = True
            is_good = time - self.read_at < TRUSTED_IN_SILENCE and not exactly
            return self.shelf if is_good else None
        finally:
            self.looks.remove(time)
        self.is_failing = False
        with self.lock:
            if time > self.read_at:  # another may have begun later, and be done
                self.read_at = time
                if self.shelf is None or self.shelf.version != version:
                    self.shelf = Shelf(version, settings.KEPT_MB * 2**20)
            return self.shelf


kept = Kept()


def version_of_content() -> tuple:
    """What all answers depend on: what is public, by which release at which origin, and on which day."""
    return (*newest_change(), localdate(), now().date())


def ready(environ: Environ) -> Reply | None:
    """(status, headers, body) of an answer that is here as it is to be sent, or None: Django has to be asked.

    For a server that wants to know before it takes a thread.
    """
    shelf = kept.current()
    if shelf is None or environ["REQUEST_METHOD"] not in SAFE:
        return None
    request = WSGIRequest(environ.copy())  # it writes into it, and Django may want it as it came
    if is_exact(request.path_info):
        return None
    key = request_key(request)
    answer = key and shelf.find(key)
    if not answer or not suits(answer, request):
        return None
    coding = coding_of(environ.get("HTTP_ACCEPT_ENCODING", "")[:200])
    if answer.coding(coding) not in answer.forms:
        return None
    found = answer.reply(request, coding)
    return None if found[0] == 412 else found


class KeptMiddleware:
    """Answers what is kept; all others answers for everybody it finishes: coding, tag, conditions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in SAFE or is_apart(request.path_info):
            return self.get_response(request)
        key = request_key(request)
        coding = coding_of(request.META.pop("HTTP_ACCEPT_ENCODING", "")[:200])  # inside all is plain

        def make() -> Made:
            response = self.get_response(request)
            if not Answer.is_one(response):
                return response
            answer = Answer(response)
            answer.only(coding)
            return answer

        shelf = kept.look(exactly=is_exact(request.path_info)) if key else None
        found = self.shared(request, shelf, key, coding, make) if shelf and key else make()
        if not isinstance(found, Answer):
            return self.finished(request, found, coding)
        return self.response(request, *found.reply(request, coding))

    def shared(
        self, request: HttpRequest, shelf: Shelf, key: Key, coding: str, make: Callable[[], Made]
    ) -> Made:
        """What is kept, or a new answer that others get as well."""
        request.META[STANDS_AT] = shelf.version[:2]
        found: Made | None = shelf.find(key)
        if found is None or not suits(found, request):
            if request.method == "HEAD":
                return make()  # and leave nothing behind: a view may have no body for it
            # Whoever may be refused for what it accepts makes its own, so that nobody waits for a refusal.
            found = shelf.get(key, make) if takes_all(request) else make()
        if isinstance(found, Answer) and (shelf.find(key) is None or found.coding(coding) not in found.forms):
            found.form(coding)
            shelf.put(key, found)
        return found

    def finished(self, request: HttpRequest, response: HttpResponseBase, coding: str) -> HttpResponseBase:
        """An answer that cannot be kept: a refusal, a form, a long stream."""
        if response.streaming:
            tag = response.headers.get("ETag")
            status = condition_status(request, tag, date_of(response)) if tag else 200
            return (
                response
                if status == 200
                else self.response(request, status, unchanged(response.items()), b"")
            )
        if is_worth_coding(response) and not response.has_header("Content-Encoding"):
            patch_vary_headers(response, ["Accept-Encoding"])
            if coding:
                response.content = ENCODE[coding](response.content)
                response["Content-Encoding"], response["Content-Length"] = coding, str(len(response.content))
        return response

    def response(self, request: HttpRequest, status: int, headers: Headers, body: bytes) -> HttpResponseBase:
        if status == 412:  # the page that says so is Django's
            path = request.META["PATH_INFO"].encode().decode("latin-1")  # as it came: Django reads it again
            return self.get_response(WSGIRequest(request.META | {"PATH_INFO": path, REFUSED_STATUS: 412}))
        kind = HttpResponseNotModified if status == 304 else HttpResponse
        return kind(body, headers=dict(headers))


def is_apart(path: str) -> bool:
    """Back-office and tokens are for nobody else; static files know their codings and tags themselves."""
    return is_back_office(path) or path.startswith(settings.STATIC_URL) or is_for_tokens(path)


def is_exact(path: str) -> bool:
    """Whoever heard of a change must get what is there after it: the API is never even a moment behind."""
    return path.startswith("/api/v1/") or path == "/api/v1"


def request_key(request: HttpRequest) -> Key | None:
    """What is asked for, in one spelling; None where the answer may be for one person only, or a refusal."""
    meta = request.META
    try:
        put_in_order(meta)
        request.get_host()  # whatever its spelling: nothing that we answer depends on it
    except (ValueError, DisallowedHost):
        return None
    cookies = meta.get("HTTP_COOKIE", "")
    if cookies and (settings.SESSION_COOKIE_NAME in cookies or settings.CSRF_COOKIE_NAME in cookies):
        return None
    if "HTTP_AUTHORIZATION" in meta or REFUSED_STATUS in meta:
        return None
    return request.scheme, request.path, meta.get("QUERY_STRING", "")


def put_in_order(meta: Environ) -> None:
    """Give the parameters the order of their names; values of one name keep theirs, which may mean something.

    Whatever is answered then says them in this order, so that one question has one answer. Read as ``QueryDict`` does.
    """
    if meta.get("QUERY_STRING"):
        query = meta["QUERY_STRING"].encode("latin-1")
        try:
            query = query.decode()
        except UnicodeDecodeError:
            query = query.decode("latin-1")
        most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=most)  # ValueError: more than these
        meta["QUERY_STRING"] = urlencode(sorted(pairs, key=itemgetter(0)))


def suits(answer: Answer, request: HttpRequest) -> bool:
    """Would Django give this one answer, too? The API refuses a client for what it accepts (406), pages lead it on."""
    accepted = request.META.get("HTTP_ACCEPT", "")[:500]
    is_page = answer.media_type == HTML
    return takes(accepted, answer.media_type) and not (is_page and names_other_forms(accepted))


def takes_all(request: HttpRequest) -> bool:
    accepted = request.META.get("HTTP_ACCEPT", "")[:500]
    return takes(accepted, "*/*") and not names_other_forms(accepted)
