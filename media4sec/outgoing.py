"""The one way in which the portal asks other sites: addresses that are public, and nothing without an end.

A name is looked up once, and the connection is made to the address that was found and judged, at each redirect anew. An
answer has a limit of time and of size; it is never unpacked, so that nothing small can become large. We send no cookie,
no name and no password. Off unless the setting ``OUTGOING_REQUESTS`` is on.
"""

import http.client
import io
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import quote, urldefrag, urljoin, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from media4sec.texts import web_address

CONNECTED_WITHIN, ANSWERED_WITHIN = 5, 15  # seconds; the second for all of it, redirects included
MOST_OF_AN_ANSWER = 200_000  # of a body, where nobody says otherwise
MOST_HEAD = 100_000  # bytes before a body
MOST_REDIRECTS = 3
MOST_IN_ADDRESS = 2_000  # characters of an address that another one leads to
REDIRECTS, PERMANENT = (301, 302, 303, 307, 308), (301, 308)
# Of IPv6, what is given out to networks of the world, …
WORLD = ipaddress.ip_network("2000::/3")
# … and what is none of theirs, whichever release of Python asks: it holds an IPv4 address, is for examples, or is for
# the machines of one provider.
NOT_PUBLIC = [
    ipaddress.ip_network(text)
    for text in (
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        *("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32"),
    )
]
WEB_PORTS = {80, 443}
RESERVED_PORTS = 1024  # below, other services than the web listen

Resolver = Callable[[str, int], Iterable[str]]


class OutgoingError(Exception):
    """Nothing came of a request; the message says why, in words for people."""


class SwitchedOff(OutgoingError):
    def __init__(self) -> None:
        super().__init__("The portal is set not to ask other sites.")


class Refused(OutgoingError):
    """An address that the portal does not ask, whoever wants it to."""


@dataclass(frozen=True)
class Answered:
    """What another site said. ``hops`` are the redirects on the way: ``((status, address it led to), …)``."""

    url: str
    status: int
    content_type: str
    body: bytes
    hops: tuple[tuple[int, str], ...] = ()

    @property
    def moved_to(self) -> str:
        """Where the address leads for good: as far as every redirect says that it is permanent."""
        target = ""
        for status, url in self.hops:
            if status not in PERMANENT:
                break
            target = url
        return target


def is_public(address: str) -> bool:
    """True for an address of the internet, written as numbers, that may belong to anybody's web server."""
    found = ipaddress.ip_address(address)
    if found.version == 6 and found not in WORLD:
        return False
    inside = any(found in network for network in NOT_PUBLIC if network.version == found.version)
    return found.is_global and not found.is_multicast and not found.is_reserved and not inside


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, as numbers."""
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


def fetch(
    url: str,
    *,
    most: int = MOST_OF_AN_ANSWER,
    seconds: float = ANSWERED_WITHIN,
    may_reach: Callable[[str], bool] = is_public,
    resolve: Resolver = look_up,
) -> Answered:
    """Ask for an address, and follow it; of the body, at most so many bytes are read, and the rest is left.

    Raises ``OutgoingError``. Tests say by ``may_reach`` which other addresses may be reached, and by ``resolve`` where
    a name leads.
    """
    if not settings.OUTGOING_REQUESTS:
        raise SwitchedOff
    ends = time.monotonic() + seconds
    hops: list[tuple[int, str]] = []
    while True:
        status, content_type, body, location = _asked(url, most, ends, may_reach, resolve)
        if status not in REDIRECTS or not location:
            return Answered(url, status, content_type, body, tuple(hops))
        if len(hops) == MOST_REDIRECTS:
            raise OutgoingError("It leads on and on.")
        url = _joined(url, location)
        hops.append((status, url))


def send(
    url: str,
    body: bytes,
    headers: dict[str, str],
    *,
    seconds: float = ANSWERED_WITHIN,
    may_reach: Callable[[str], bool] = is_public,
    resolve: Resolver = look_up,
) -> Answered:
    """Send something to an address (POST). Redirects are not followed, and nothing of the answer's body is read.

    Raises ``OutgoingError``.
    """
    if not settings.OUTGOING_REQUESTS:
        raise SwitchedOff
    ends = time.monotonic() + seconds
    status, content_type, nothing, _ = _asked(url, 0, ends, may_reach, resolve, (body, headers))
    return Answered(url, status, content_type, nothing)


def in_words_of_http(status: int) -> str:
    """“404 Not Found”."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _asked(url, most, ends, may_reach, resolve, sent=None):
    """(status, type, body, where it leads) of one address; every way in which that fails is an ``OutgoingError``."""
    try:
        asked = _read(url)
        with _connected(asked, ends, may_reach, resolve) as plain:
            if not asked.is_secure:
                return _exchanged(plain, asked, ends, most, sent)
            context = ssl.create_default_context()
            with context.wrap_socket(plain, server_hostname=asked.host) as secured:
                return _exchanged(secured, asked, ends, most, sent)
    except ssl.SSLCertVerificationError as error:
        raise OutgoingError(f"Its certificate is not valid: {error.verify_message}.") from error
    except ssl.SSLError as error:
        raise OutgoingError("No secure connection can be made to it.") from error
    except socket.gaierror as error:
        raise OutgoingError("Its name cannot be looked up.") from error
    except TimeoutError as error:
        raise OutgoingError("It takes too long to answer.") from error
    except OSError as error:
        raise OutgoingError("It cannot be reached.") from error
    except (http.client.HTTPException, ValueError) as error:
        raise OutgoingError("It answers what is no page of the web.") from error


class _Asked(NamedTuple):
    """An address that may be asked, in its parts."""

    is_secure: bool
    host: str
    port: int
    place: str  # host, and port where it is said
    target: str  # path and query


def _read(url):
    try:
        parts = urlsplit(url)
        place, port = parts.netloc.encode("idna").decode(), parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError as error:
        raise Refused("It is no address of the web.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise Refused("Only addresses with http or https are asked.")
    if "@" in parts.netloc:
        raise Refused("An address with a name or a password is not asked.")
    port = port or (443 if parts.scheme == "https" else 80)
    if port < RESERVED_PORTS and port not in WEB_PORTS:
        raise Refused("Other services than the web are not asked.")
    target = _in_signs_of_addresses(parts.path or "/")
    if parts.query:
        target += f"?{_in_signs_of_addresses(parts.query)}"
    return _Asked(parts.scheme == "https", host, port, place, target)


def _in_signs_of_addresses(text):
    return quote(text, safe="%/?:@!$&'()*+,;=~-._[]|")


def _joined(url, location):
    """Where a redirect leads; headers come as bytes, which mostly are UTF-8.

    A space in it is followed, as browsers do; an address that could not be kept is none.
    """
    location = location.encode("latin-1", "replace").decode("utf-8", "replace").strip(" ").replace(" ", "%20")
    try:
        target = urldefrag(urljoin(url, location)).url
    except ValueError as error:
        raise OutgoingError("It leads to what is no address of the web.") from error
    if len(target) > MOST_IN_ADDRESS:
        raise OutgoingError("It leads to an address that is too long.")
    try:
        web_address(target)
    except ValidationError as error:
        raise Refused("It leads to what is no address of the web.") from error
    return target


def _connected(asked, ends, may_reach, resolve):
    """A connection to an address that was judged; of a host with one that is not public, none is taken."""
    addresses = _looked_up(asked, ends, resolve)
    if not addresses or not all(map(may_reach, addresses)):
        raise Refused("It is not on the public internet.")
    for address in addresses:
        try:
            found = socket.create_connection((address, asked.port), min(CONNECTED_WITHIN, _left(ends)))
        except OSError as error:
            failure = error
            continue
        if may_reach(found.getpeername()[0]):
            return found
        found.close()
        raise Refused("It is not on the public internet.")
    raise failure


def _looked_up(asked, ends, resolve):
    """What the system finds, which has no limit of time: whoever asked waits no longer than for all else."""
    answer = queue.SimpleQueue()

    def look():
        try:
            answer.put(list(resolve(asked.host, asked.port)))
        except Exception as error:  # whatever it is, it belongs to whoever asked
            answer.put(error)

    threading.Thread(target=look, daemon=True).start()
    try:
        found = answer.get(timeout=_left(ends))
    except queue.Empty as error:
        raise TimeoutError from error
    if isinstance(found, Exception):
        raise found
    return found


def _left(ends):
    """Seconds until all must be over."""
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _exchanged(found, asked, ends, most, sent):
    connection = http.client.HTTPConnection(asked.place)
    connection.sock = _Wire(found, ends, MOST_HEAD + most)
    headers = {
        "Host": asked.place,
        "User-Agent": f"media4sec (+{settings.BASE_URL}/)",
        "Accept": "text/html, */*;q=0.5",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    method, body, more = ("POST", *sent) if sent else ("GET", None, {})
    connection.request(method, asked.target, body, headers | more)
    with connection.getresponse() as response:
        is_packed = response.getheader("Content-Encoding", "identity").strip().lower() != "identity"
        body = response.read(most) if most and not is_packed else b""
        content_type = response.getheader("Content-Type", "")[:200]
        return response.status, content_type, body, response.getheader("Location", "")


class _Wire(io.RawIOBase):
    """A connection that ends: so many bytes come through it, and none after its time."""

    def __init__(self, connection, ends, most):
        self.connection, self.ends, self.left = connection, ends, most

    def sendall(self, data):
        self.connection.settimeout(_left(self.ends))
        self.connection.sendall(data)

    def makefile(self, mode):
        return io.BufferedReader(self)

    def readable(self):
        return True

    def readinto(self, buffer):
        if self.left <= 0:
            raise OutgoingError("It answers more than anybody can read.")
        self.connection.settimeout(_left(self.ends))
        size = self.connection.recv_into(buffer, min(len(buffer), self.left))
        self.left -= size
        return size

    def close(self):
        """Whoever opened the connection closes it: an answer is read after HTTP is done with its side."""
