"""A PostgreSQL server that does not answer: noticed once, for all who wait for it.

A server that hangs, or a network that swallows everything, would hold each thread for as long as it likes. So whoever
has waited for a moment asks over a connection of its own whether the server still answers anybody. If not, it counts as
silent: those who wait give up at once, and so do those who come, but for one at a time that tries again.
"""

import select
import threading
from collections import defaultdict
from time import monotonic

import psycopg2
from psycopg2 import OperationalError, extensions
from psycopg2.extras import wait_select

from media4sec.patience import longest_wait

ASKED_AFTER = 1.5  # seconds of waiting after which somebody asks …
HEARD_WITHIN = 2.0  # … and how long that may take
TRIED_EVERY = 0.5  # seconds between two who try a silent server again
HEARS_EVERY = 0.1  # seconds after which those who wait hear of what others found


class Server:
    """What this process knows of one server."""

    def __init__(self):
        self.lock = threading.Lock()
        self.is_silent, self.is_asked = False, False
        self.next_try = 0.0

    def may_try(self):
        """True, but where the server is silent only now and then."""
        with self.lock:
            if not self.is_silent:
                return True
            if monotonic() < self.next_try:
                return False
            self.next_try = monotonic() + HEARD_WITHIN + TRIED_EVERY
            return True

    def fell_silent(self):
        with self.lock:
            self.is_silent, self.next_try = True, monotonic() + TRIED_EVERY

    def answered(self):
        self.is_silent = False


class Connection(extensions.connection):
    """One that is not even begun where the server is silent: a thousand of them would keep it from waking up."""

    def __init__(self, dsn, *args, **more):
        place = extensions.parse_dsn(dsn)
        self.server = _servers[place.get("host"), place.get("port"), place.get("dbname")]
        self.is_new = True
        if not self.server.may_try():
            raise OperationalError("The database is silent.")
        super().__init__(dsn, *args, **more)
        self.is_new = False


# By (host, port, name): behind one port, a pool leads to several servers.
_servers = defaultdict(Server)
_here = threading.local()


def some_are_silent():
    return any(server.is_silent for server in [*_servers.values()])


def begin_to_notice():
    """From now on this process notices; ``Connection`` is what it connects by."""
    extensions.set_wait_callback(_wait)


def _wait(connection):
    """psycopg2 calls this whenever it waits for the server, be it to connect, to ask or to commit."""
    state = connection.poll()
    if state == extensions.POLL_OK:
        return
    if not isinstance(connection, Connection):  # not made by Django
        wait_select(connection)
        return
    server = connection.server
    if not connection.is_new and not server.may_try():
        raise OperationalError("The database is silent.")
    # The one who tries a silent server, asks for others, or only wants to connect, needs nobody to ask.
    is_alone = server.is_silent or connection.is_new
    was_silent, heard_at = server.is_silent, monotonic()
    while state != extensions.POLL_OK:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
        if poll.poll(HEARS_EVERY * 1000):
            state, heard_at = connection.poll(), monotonic()
            continue
        waited = monotonic() - heard_at
        if is_alone and waited > HEARD_WITHIN:
            server.fell_silent()
            raise OperationalError("The database does not answer.")
        if not is_alone and waited > ASKED_AFTER:
            _ask(server, connection)
        if server.is_silent and not was_silent:
            raise OperationalError("The database does not answer.")
        if waited > longest_wait():
            raise OperationalError("The database took too long.")
    server.answered()


def _ask(server, connection):
    """Does the server answer anybody? One thread at a time asks; a refusal is an answer, too."""
    with server.lock:
        if server.is_asked or monotonic() < server.next_try:
            return
        server.is_asked = True
    try:
        place = connection.info.dsn_parameters | {"password": connection.info.password}
        other = psycopg2.connect(connection_factory=Connection, **place)
        with other.cursor() as cursor:
            other.is_new = True  # whoever was let in and then hears nothing was not answered
            cursor.execute("SELECT 1")
        other.close()
    except psycopg2.Error:
        pass
    finally:
        server.is_asked = False
        server.next_try = monotonic() + ASKED_AFTER if not server.is_silent else server.next_try
