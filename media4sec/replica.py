"""Where readers' questions are answered: on a replica, while it stands where the primary stands.

Without REPLICA_URL none of this is used. With it, the version of the content is still read on the primary, and only
what is made for that very version is read on the replica, so that nobody is answered from the past, however far behind
it falls (docs/adr/0054-many-machines.md). While the primary is away, the replica is all there is, and goes on.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any, TypeVar

from django.core.exceptions import MiddlewareNotUsed
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connection, connections
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from media4sec.interchange.results import newest_change
from media4sec.languages import memory

Said = TypeVar("Said")
REPLICA = "replica"
READ_SIDE = "publications"
# In the environ of a request: the version of the content that its answer is made for. Without it, the primary is asked:
# for forms, for whoever has a session or a token, and for all that is no request.
STANDS_AT = "media4sec.standing"
SPARED_FOR = 2  # seconds after a failure; then one request tries again
FAILURES = (OperationalError, InterfaceError)

logger = logging.getLogger(__name__)
read_on: ContextVar[str] = ContextVar("read_on", default=DEFAULT_DB_ALIAS)
_failed_at: dict[str, float] = {}


class Router:
    """The read side is read where this request reads; everything else is on the primary, and so is all writing."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        is_read_side = model._meta.app_label == READ_SIDE
        # What a transaction has written is seen in it only, and its two halves must not be of two moments.
        return read_on.get() if is_read_side and not connection.in_atomic_block else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


@contextmanager
def asking(alias: str) -> Iterator[None]:
    before = read_on.set(alias)
    try:
        yield
    finally:
        read_on.reset(before)


def is_left_alone(alias: str) -> bool:
    """Has it failed a moment ago? To wait for it again would cost every reader the same time."""
    return monotonic() - _failed_at.get(alias, -1e9) < SPARED_FOR


def failed(alias: str, error: object) -> None:
    _failed_at[alias] = monotonic()
    logger.warning("The %s database does not answer: %s", alias, str(error).partition("\n")[0][:200])


def read_surely(read: Callable[[], Said]) -> Said:
    """What is read on the primary; while it does not answer, on the replica, if there is one."""
    if REPLICA not in connections.settings:
        return read()
    if not is_left_alone(DEFAULT_DB_ALIAS):
        try:
            return read()
        except FAILURES as error:
            failed(DEFAULT_DB_ALIAS, error)
    with asking(REPLICA):
        return read()


class ReplicaMiddleware:
    """Answers from the replica what is made for everybody, and from the primary where the replica fails over it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if REPLICA not in connections.settings:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        standing = request.META.get(STANDS_AT)
        if standing is None or is_left_alone(REPLICA):
            return self.get_response(request)
        with asking(REPLICA):
            if self.stands_at(standing):
                response = self.get_response(request)
                if response.status_code < 500 or not connections[REPLICA].errors_occurred:
                    return self.still_asking(response)
                failed(REPLICA, f"answer {response.status_code}")
                response.close()
        remembered = memory.get()
        if remembered is not None:
            remembered.clear()  # what the replica said
        return self.get_response(request)

    def stands_at(self, standing: object) -> bool:
        """Does the replica have exactly this version? What it says of it is remembered while the request lasts."""
        connections[REPLICA].errors_occurred = False  # of an earlier request
        try:
            return newest_change() == standing
        except FAILURES as error:
            failed(REPLICA, error)
            return False

    def still_asking(self, response: HttpResponseBase) -> HttpResponseBase:
        """A stream is read after this middleware is left."""
        if response.streaming:
            response.streaming_content = _asked_on_replica(response.streaming_content)
        return response


def _asked_on_replica(parts: Iterable[bytes]) -> Iterator[bytes]:
    with asking(REPLICA):
        yield from parts
