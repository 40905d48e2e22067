"""What of the API is to go: nothing now. Answers tell what stands here (RFC 9745, RFC 8594), and the description."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import http_date

from media4sec.link_headers import web_link


@dataclass(frozen=True)
class Deprecated:
    """An address as the description has it (``/api/v1/themes/{identifier}``), or a field (``Theme.summary``)."""

    what: str
    since: datetime  # nobody should begin to use it any more
    until: datetime  # it goes
    explained_at: str  # the page that says what to use instead

    @property
    def is_field(self) -> bool:
        return not self.what.startswith("/")


DEPRECATIONS: tuple[Deprecated, ...] = ()


def deprecation_of(path: str) -> Deprecated | None:
    """What stands here of the address that was asked."""
    return next((one for one in DEPRECATIONS if not one.is_field and _is_at(one.what, path)), None)


def _is_at(address: str, path: str) -> bool:
    parts = re.split(r"\{\w+\}", address)
    return bool(re.fullmatch("[^/]+".join(map(re.escape, parts)), path))


class DeprecationMiddleware:
    """Tells of an address that is to go, whatever is answered there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if going := deprecation_of(request.path_info):
            link = web_link(going.explained_at, "deprecation", "text/html")
            response["Deprecation"] = f"@{int(going.since.timestamp())}"
            response["Sunset"] = http_date(going.until.timestamp())
            response["Link"] = f"{response['Link']}, {link}" if "Link" in response else link
        return response


def deprecated_fields() -> Iterator[tuple[str, str]]:
    """(shape, field) of all fields that are to go."""
    for one in DEPRECATIONS:
        if one.is_field:
            shape, _, name = one.what.partition(".")
            yield shape, name
