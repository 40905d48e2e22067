"""What is sent to everybody: an answer as bytes, in the codings that clients take, each with a tag of its own.

One place answers conditional requests as well, so that an answer that was kept, a new one and a 304 agree.
"""

import gzip
import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import NamedTuple

import brotli
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import parse_http_date_safe

Headers = list[tuple[str, str]]
Reply = tuple[int, Headers, bytes]  # status, headers, body

# In the order of our liking. Brotli at 5 is smaller than gzip can be and takes no longer than gzip at 6, some 1 ms
# for a long page; at 9 it takes ten times as long and at 11 a hundred times, for 2 and 15 per cent less.
ENCODE: dict[str, Callable[[bytes], bytes]] = {
    "br": partial(brotli.compress, quality=5),
    "gzip": partial(gzip.compress, compresslevel=6, mtime=0),
}
DECODE: dict[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": gzip.decompress}
IDENTITY = ""
SHORT_BODY = 200  # bytes: what is shorter stays as it is
CONDITIONS = ["HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"]
# What only a body needs: a 304 goes without.
ABOUT_THE_BODY = {"Content-Type", "Content-Length", "Content-Encoding", "Content-Disposition"}


class Form(NamedTuple):
    """An answer in one coding, as it is sent."""

    tag: str
    headers: Headers
    unchanged: Headers  # the headers of a 304
    body: bytes


class Answer:
    """What one address answers to everybody (200), in each coding that was asked for."""

    def __init__(self, response: HttpResponse) -> None:
        body, headers = response.content, response.headers
        self.media_type = headers["Content-Type"].partition(";")[0]
        self.is_coded = is_worth_coding(response)
        if self.is_coded:
            patch_vary_headers(response, ["Accept-Encoding"])
        self.tag = headers.get("ETag") or f'"{hashlib.sha256(body).hexdigest()[:24]}"'
        self.modified = date_of(response)
        self.headers = [pair for pair in headers.items() if pair[0] not in ("ETag", "Content-Length")]
        self.forms = {IDENTITY: self._form(IDENTITY, body)}

    @staticmethod
    def is_one(response: HttpResponseBase) -> bool:
        """Is it whole, and for everybody? Our headers say so (``media4sec.headers``)."""
        return (
            response.status_code == 200
            and not response.streaming
            and not response.cookies
            and not response.has_header("Content-Encoding")
            and response.headers.get("Cache-Control", "").startswith("public")
            and response.headers.get("Vary", "Accept")
            in ("Accept", "Accept-Encoding", "Accept, Accept-Encoding")
        )

    @property
    def size(self) -> int:
        """Bytes in memory. What is beside the bodies was measured on pages of ours, and rounded up; but for links."""
        links = sum(len(value) for name, value in self.headers if name == "Link")
        return 1_600 + links + sum(900 + len(form.body) for form in self.forms.copy().values())

    def coding(self, coding: str) -> str:
        """The coding in which somebody who takes this one is answered."""
        return coding if self.is_coded else IDENTITY

    def form(self, coding: str) -> Form:
        coding = self.coding(coding)
        found = self.forms.get(coding)
        if found is None:
            body = self._body()
            found = self.forms[coding] = self._form(coding, ENCODE[coding](body) if coding else body)
        return found

    def only(self, coding: str) -> None:
        """Forget the other codings: each can be made again of any."""
        self.forms = {self.coding(coding): self.form(coding)}

    def _body(self) -> bytes:
        coding, form = self.forms.copy().popitem()  # a copy, as another thread may add one meanwhile
        return DECODE[coding](form.body) if coding else form.body

    def _form(self, coding: str, body: bytes) -> Form:
        tag = f'{self.tag[:-1]}-{coding}"' if coding else self.tag
        more = [("ETag", tag), ("Content-Length", str(len(body)))]
        headers = [*self.headers, *more, *([("Content-Encoding", coding)] if coding else [])]
        return Form(tag, headers, unchanged(headers), body)

    def reply(self, request: HttpRequest, coding: str) -> Reply:
        """(status, headers, body) for this request; neither headers nor body where a condition does not hold (412)."""
        form = self.form(coding)
        status = condition_status(request, form.tag, self.modified)
        if status == 200:
            return status, form.headers, form.body
        return status, form.unchanged if status == 304 else [], b""


def condition_status(request: HttpRequest, tag: str, modified: int | None) -> int:
    """200, or what the conditions of a request make of it: 304, 412."""
    asked = [name for name in CONDITIONS if name in request.META]
    if not asked:
        return 200
    if asked == CONDITIONS[:1] and request.META[CONDITIONS[0]] == tag:
        return 304  # as nearly all that ask; the rest Django reads
    found = get_conditional_response(request, etag=tag, last_modified=modified)
    return found.status_code if found else 200


def unchanged(headers: Iterable[tuple[str, str]]) -> Headers:
    """The headers of a 304."""
    return [pair for pair in headers if pair[0] not in ABOUT_THE_BODY]


def date_of(response: HttpResponseBase) -> int | None:
    return parse_http_date_safe(response.headers.get("Last-Modified", ""))


def is_worth_coding(response: HttpResponse) -> bool:
    """Pictures and PDF files are compressed as they are."""
    is_packed = response.headers["Content-Type"].startswith(("image/", "application/pdf"))
    return len(response.content) >= SHORT_BODY and not is_packed


@lru_cache(maxsize=256)
def coding_of(accepted: str) -> str:
    """The coding that a client likes best of ours; ``accepted`` is its Accept-Encoding."""
    weights = {}
    for part in accepted.lower().split(","):
        name, _, parameter = part.partition(";")
        weights[name.strip()] = weight_of(parameter)
    best = max(ENCODE, key=lambda name: weights.get(name, 0))  # the first of equals
    return best if weights.get(best, 0) > 0 else IDENTITY


def weight_of(parameter: str) -> float:
    """The number in “q=0.5”; 1 without one, 0 where nobody can read it."""
    name, _, number = parameter.partition("=")
    try:
        return float(number) if name.strip() == "q" else 1
    except ValueError:
        return 0


@lru_cache(maxsize=256)
def takes(accepted: str, media_type: str) -> bool:
    """Does an Accept header surely take this type? Where it is put in another way, Django decides."""
    offers = {part.partition(";q=")[0].strip() for part in accepted.split(",")}
    return not accepted or not offers.isdisjoint((media_type, "*/*"))
