"""Between the web server and Django: who sends or reads slowly waits outside the threads that serve everybody else.

granian calls this module by RSGI, in one event loop a worker. A body is awaited there, against a clock and within
limits; only a whole request takes one of the few threads in which Django works, through its ordinary WSGI handler.
What Django answers is handed back to the loop, which alone talks to granian. What is kept (``media4sec.kept``) the loop
answers itself, and so it does for programs that watch whether we live. What needs no database goes on beside the
threads that may be waiting for one.
"""

import asyncio
import ctypes
import gc
import io
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from time import perf_counter

from media4sec.wsgi import application as django  # before all that needs Django's applications
from media4sec.wsgi import ready

from django.conf import settings  # isort: skip

from media4sec.headers import REFUSED_STATUS, headers_of_server
from media4sec.logs import NUMBER_HEADER, REQUEST_ID, log_request, request_id, request_id_of
from media4sec.operations.health import Health
from media4sec.operations.metrics import metrics
from media4sec.patience import is_any_silent, limit_waiting
from media4sec.portal.errors import RETRY_AFTER
from media4sec.serving import HEAD_MOST, THREADS
from media4sec.visitors import is_proxy

logger = logging.getLogger(__name__)


THREADS_ASIDE = 2  # for what needs no database: static files and refusals
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"  # as Prometheus calls it
QUEUED_MOST = 25  # seconds that a request waits for a thread …
QUEUED_IN_SILENCE = 4  # … and while the database does not answer
BODY_SECONDS = 15  # a whole body arrives within this time
BODY_MOST = 11 * 2**20  # bytes of one body: a file to be imported has 10 MB; Django refuses most much earlier
BODIES_MOST = 64 * 2**20  # bytes of all bodies that a worker holds at the same time
PARTS_AHEAD = 64  # parts of a stream that are made before their reader has taken them …
PART_SECONDS = 30  # … and how long the next one waits for it
SETTLED = 100  # answers of a worker, after which it has loaded what it needs for nearly all others


TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8  # what mallopt() calls them


def share_memory():
    """All threads take memory from one store, and what is large goes back at once (glibc only).

    Each would have a store of its own otherwise, and keep in it as much as its largest answer ever took.
    """
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        for what, value in ((ARENA_MAX, 1), (MMAP_THRESHOLD, 2**18), (TRIM_THRESHOLD, 2**22)):
            mallopt(what, value)


share_memory()  # before there are threads


class BodyRefused(Exception):
    """The body came too slowly or is too much; ``status`` says which."""

    def __init__(self, status):
        self.status = status


class Bodies:
    """Reads bodies, and knows how much of them is in memory."""

    def __init__(self):
        self.held = 0

    async def read(self, protocol, stated):
        """The whole body; ``stated`` is its length as the client states it. Raises ``Refused``."""
        if len(stated) > 18 or (stated.isdecimal() and int(stated) > BODY_MOST):
            raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        parts, size = [], 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for part in protocol:
                    parts.append(part)
                    size += len(part)
                    self.held += len(part)
                    if size > BODY_MOST:
                        raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                    if self.held > BODIES_MOST:
                        raise BodyRefused(HTTPStatus.SERVICE_UNAVAILABLE)
        except TimeoutError:
            raise BodyRefused(HTTPStatus.REQUEST_TIMEOUT) from None
        finally:
            self.held -= size
        return b"".join(parts)


class Outgoing:
    """What Django answers, on its way from a thread into the event loop."""

    def __init__(self, loop):
        self.loop = loop
        self.started = loop.create_future()  # of (status, headers, body), without a body for a stream
        self.parts = asyncio.Queue(PARTS_AHEAD)
        self.has_reader = True
        self.status, self.headers = 500, []

    # In the thread

    def make(self, environ):
        """Ask Django, from beginning to end in one thread, as its connections to the database want it."""
        try:
            response = django(environ, self._start)
            try:
                self._hand_over(response, environ)
            finally:
                response.close()
        except Exception as error:
            self.loop.call_soon_threadsafe(self._fail, error)

    def _start(self, status, headers, exc_info=None):
        self.status = int(status[:3])
        self.headers = as_sent(headers)

    def _hand_over(self, response, environ):
        if environ.get(REFUSED_STATUS):
            self.headers.append(("connection", "close"))  # the rest of the body would pass for a request
        is_stream = response.streaming and "content-length" not in dict(self.headers)
        body = None if is_stream else b"".join(response)
        self.loop.call_soon_threadsafe(self.started.set_result, (self.status, self.headers, body))
        if is_stream:
            for part in response:
                if not self.has_reader:
                    return
                self._put(part)
            self._put(None)

    def _put(self, part):
        asyncio.run_coroutine_threadsafe(self.parts.put(part), self.loop).result(PART_SECONDS)

    # In the loop

    def _fail(self, error):
        if not self.started.done():
            self.started.set_exception(error)
        elif self.has_reader:
            self.loop.create_task(self.parts.put(error))

    async def send(self, protocol):
        status, headers, body = await self.started
        if body is not None:
            protocol.response_bytes(status, headers, body)
            return
        transport = protocol.response_stream(status, headers)
        try:
            while (part := await self.parts.get()) is not None:
                if isinstance(part, Exception):
                    raise part  # what was sent must not look whole
                await transport.send_bytes(part)
        finally:
            self.has_reader = False


class Sent:
    """The protocol of granian, which remembers what was answered."""

    def __init__(self, protocol):
        self.protocol = protocol
        self.status, self.size = 0, 0
        self.how = "made"  # or kept, or watched

    def response_bytes(self, status, headers, body):
        self.status, self.size = status, len(body)
        self.protocol.response_bytes(status, headers, body)

    def response_stream(self, status, headers):
        self.status = status
        return self.protocol.response_stream(status, headers)

    def __aiter__(self):
        return self.protocol.__aiter__()


class Application:
    """The portal as granian calls it."""

    def __init__(self):
        self.threads = ThreadPoolExecutor(THREADS, "django")
        self.aside = ThreadPoolExecutor(THREADS_ASIDE, "aside")
        self.bodies = Bodies()
        self.health = Health()
        self.answered = 0

    def __rsgi_init__(self, loop):
        """granian calls this in each worker, before it serves anybody."""
        limit_waiting()
        metrics.begin()

    async def __rsgi__(self, scope, protocol):
        began, environ, sent = perf_counter(), environ_of(scope), Sent(protocol)
        environ[REQUEST_ID] = request_id_of(environ, is_proxy)
        request_id.set(environ[REQUEST_ID])
        try:
            if head_size(scope) > HEAD_MOST:  # granian reads somewhat more
                self.by_itself(environ, sent, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            else:
                await self.answer(environ, sent)
        finally:
            seconds = perf_counter() - began
            log_request(environ, sent, seconds)
            metrics.count(environ, sent, seconds)

    async def answer(self, environ, sent):
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") and await self.is_for_watchers(environ, sent):
            return
        kept = ready(environ)
        if kept is not None:
            status, headers, body = kept
            sent.how = "kept"
            sent.response_bytes(status, as_sent([*headers, (NUMBER_HEADER, environ[REQUEST_ID])]), body)
            return
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            try:
                body = await self.bodies.read(sent, environ.get("CONTENT_LENGTH", ""))
            except BodyRefused as refused:
                body, environ[REFUSED_STATUS] = b"", refused.status
            environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        try:
            await self.by_django(environ, sent)
        except Exception:
            if sent.status:
                raise  # granian breaks off
            logger.exception("A request failed outside Django")
            self.by_itself(environ, sent, HTTPStatus.INTERNAL_SERVER_ERROR)

    async def is_for_watchers(self, environ, sent):
        """Is it one of the addresses that programs of the operator ask? Then it is answered."""
        path, sent.how = environ["PATH_INFO"], "watched"
        if path == "/live":
            self.by_itself(environ, sent, HTTPStatus.OK, b"live\n")
        elif path == "/ready":
            is_ready = await self.health.is_ready()
            status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
            self.by_itself(environ, sent, status, b"ready\n" if is_ready else b"not ready\n")
        elif path == "/metrics" and metrics.may_be_asked(environ):
            self.by_itself(environ, sent, HTTPStatus.OK, await self.health.figures(), METRICS_TYPE)
        else:
            sent.how = "made"
            return False
        return True

    async def by_django(self, environ, sent):
        """A thread makes the answer; whoever waits for one too long gets a refusal."""
        answer = Outgoing(asyncio.get_running_loop())
        is_aside = REFUSED_STATUS in environ or environ["PATH_INFO"].startswith(settings.STATIC_URL)
        job = (self.aside if is_aside else self.threads).submit(answer.make, environ)
        queued_since = perf_counter()
        while not (answer.started.done() or job.running() or job.done()):
            await asyncio.wait([answer.started], timeout=0.5)
            most = QUEUED_IN_SILENCE if is_any_silent() else QUEUED_MOST
            if perf_counter() - queued_since > most and job.cancel():
                if is_aside:
                    self.by_itself(environ, sent, HTTPStatus.SERVICE_UNAVAILABLE)
                else:
                    environ[REFUSED_STATUS] = HTTPStatus.SERVICE_UNAVAILABLE
                    await self.by_django(environ, sent)
                return
        await answer.send(sent)
        self.answered += 1
        if self.answered == SETTLED:
            gc.freeze()  # looking for garbage among all that stays takes 0.15 s, in which nobody gets an answer

    def by_itself(self, environ, sent, status, body=b"", media_type="text/plain; charset=utf-8"):
        """An answer without Django, for programs of ours and where Django fails."""
        headers = headers_of_server(environ) | {
            NUMBER_HEADER: environ[REQUEST_ID],
            "Content-Type": media_type,
        }
        body = body or f"{status.value} {status.phrase}\n".encode()
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers["Retry-After"] = str(RETRY_AFTER)
        headers["Content-Length"] = str(len(body))
        is_head = environ["REQUEST_METHOD"] == "HEAD"
        sent.response_bytes(status, as_sent(headers.items()), b"" if is_head else body)


def as_sent(headers):
    """Headers as granian takes them; without one of ours, it puts its own name there as the server's."""
    return [*((name.lower(), value) for name, value in headers), ("server", "media4sec")]


def head_size(scope):
    """Signs of a request before its body."""
    fields = sum(len(name) + len(value) for name, value in scope.headers.items())
    return len(scope.method) + len(scope.path) + len(scope.query_string) + fields


def environ_of(scope):
    """The request as WSGI has it (PEP 3333), with an empty body."""
    host, _, port = scope.server.rpartition(":")
    if not host:  # the path of a socket
        host, port = "localhost", "80"
    environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode().decode("latin-1"),
        # Whoever comes through a socket file, a proxy, is on this machine.
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]") or "127.0.0.1",
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name:
            continue  # it would pass for the header with a hyphen, such as one that only a proxy of ours may send
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority
    return environ


application = Application()
