"""One line in the log for each event, with the number of the request, and without what nobody should read there.

What visitors send may stand in an event, but never makes a line of its own, and secrets, addresses of people and what
was searched for are taken out of it. docs/adr/0052-observing.md.
"""

import ipaddress
import json
import logging
import os
import re
import secrets
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

ROOT = f"{Path(__file__).resolve().parent.parent}/"
MOST_SIGNS = 2_000  # characters of one text in an event
MOST_FRAMES = 30  # of a traceback: the last ones
REQUEST_ID = "media4sec.request_id"  # in the environ: how the server has numbered a request
NUMBER_HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{8,64}")

access = logging.getLogger("media4sec.access")

# The number of the request that this thread works on; empty outside of requests.
request_id: ContextVar[str] = ContextVar("request_id", default="")


def new_request_id():
    return secrets.token_hex(8)


def request_id_of(environ, is_from_proxy):
    """The number of a request: the one that a proxy of ours gave it, or a new one."""
    given = environ.get("HTTP_X_REQUEST_ID", "")
    if given and WELL_FORMED.fullmatch(given) and is_from_proxy(environ.get("REMOTE_ADDR", "")):
        return given
    return new_request_id()


# What is taken out

_IPV6 = re.compile(r"(?<![\w:.])[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*")
_TAKEN_OUT = [
    (re.compile(r"\bm4s_\w+"), "m4s_…"),  # tokens of programs
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), r"\1 …"),
    (re.compile(r"(/(?:password/reset/key|set-up))/[^/\s\"']+"), r"\1/…"),  # who has the link has the account
    (
        re.compile(
            r"(?i)\b([\w-]*(?:password|passwd|passphrase|secret|token|session(?:id)?|cookie|api_?key|authorization))"
            r"(\"?'?\s*[=:]\s*)[^\s,;&]+"
        ),
        r"\1\2…",
    ),
    (re.compile(r"(://[^\s:/@]+):[^\s@/]+@"), r"\1:…@"),  # the password in an address of a database
    (
        re.compile(r"(/[^\s?\"']*)\?[^\s\"']+"),
        r"\1?…",
    ),  # queries: what was searched for, answers of the check
    (re.compile(r"[\w.+-]+@(?=[\w-]+\.\w)"), "…@"),
    (re.compile(r"\b(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}\b"), r"\1.0"),
]


def network_of(address):
    """An address as the log may have it: it tells a network, not a visitor."""
    try:
        found = ipaddress.ip_network(address, strict=False)
    except ValueError:
        return ""
    found = ipaddress.ip_address(found.network_address)
    found = getattr(found, "ipv4_mapped", None) or found
    if found.is_loopback:
        return str(found)  # this machine is no visitor
    network = ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False)
    return str(network.network_address)


def taken_out(text):
    """A text without secrets, queries and full addresses, in one line, and not without end."""
    text = text[: MOST_SIGNS + 200]
    for pattern, instead in _TAKEN_OUT:
        text = pattern.sub(instead, text)
    text = _IPV6.sub(lambda found: network_of(found[0]) or found[0], text)[:MOST_SIGNS]
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


# How an event is written


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record):
        return json.dumps(logged_event(record))


class LineFormatter(logging.Formatter):
    """One line for people; the lines of code that an error went through stand under it, set in."""

    def format(self, record):
        event = logged_event(record)
        said = [event.pop(name) for name in ("time", "level", "logger")]
        text, error, trace = event.pop("event"), event.pop("error", ""), event.pop("trace", ())
        more = [f"{name}={value}" for name, value in event.items()]
        return "\n    ".join([" ".join([*said, text, *more]), *trace, *([error] if error else [])])


def chosen_formatter():
    """That of LOG_FORMAT, for a process that has no settings: the web server's, beside its workers."""
    return LineFormatter() if os.environ.get("LOG_FORMAT") == "line" else JsonFormatter()


def logged_event(record):
    """What is told of an event; texts of others are cleaned. Tracebacks name lines of code, never what was in them."""
    try:
        text = record.getMessage()
    except (TypeError, ValueError):  # the event matters more than how it was put
        text = str(record.msg)
    event = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:23] + "Z",
        "level": record.levelname,
        "logger": record.name,
        "event": taken_out(text),
    }
    if number := getattr(record, "request_id", "") or request_id.get():
        event["request_id"] = number
    for name, value in getattr(record, "fields", {}).items():
        event[name] = taken_out(value) if isinstance(value, str) else value
    if record.exc_info and record.exc_info[1]:
        error = record.exc_info[1]
        event["error"] = taken_out(f"{type(error).__name__}: {error}".partition("\n")[0])[:300]
        frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
        event["trace"] = [f"{f.filename.removeprefix(ROOT)}:{f.lineno} {f.name}" for f in frames]
    return event


def log_request(environ, sent, seconds):
    """The line of a request, if ACCESS_LOG asks for it; ``sent`` has status, size, and how it was answered."""
    if access.isEnabledFor(logging.INFO) and sent.how != "watched":
        fields = {
            "method": environ["REQUEST_METHOD"],
            "path": environ["PATH_INFO"].encode("latin-1").decode(errors="replace")[:300],
            "status": sent.status,
            "bytes": sent.size,
            "milliseconds": round(seconds * 1000, 1),
            "how": sent.how,
            "from": network_of(environ.get("REMOTE_ADDR", "")),
        }
        access.info("Request", extra={"fields": fields, "request_id": environ[REQUEST_ID]})


class RequestMiddleware:
    """Numbers each request, for the log, for its reader, and for whoever is asked about it; and gives it a memory."""

    def __init__(self, get_response):
        from media4sec.languages import memory  # settings name the formatters above, and these read settings
        from media4sec.visitors import is_proxy

        self.get_response, self.is_proxy, self.memory = get_response, is_proxy, memory

    def __call__(self, request):
        number = request.META.get(REQUEST_ID) or request_id_of(request.META, self.is_proxy)
        request_id.set(number)
        remembered = self.memory.set({})
        try:
            response = self.get_response(request)
        finally:
            self.memory.reset(remembered)
        response[NUMBER_HEADER] = number
        return response
