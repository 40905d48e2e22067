"""What of the API is to go: nothing now. Answers tell what stands here (RFC 9745, RFC 8594), and the description."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

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

    def headers(self) -> dict[str, str]:
        return {
            "Deprecation": f"@{int(self.since.timestamp())}",
            "Sunset": http_date(self.until.timestamp()),
            "Link": web_link(self.explained_at, "deprecation", "text/html"),
        }


DEPRECATIONS: tuple[Deprecated, ...] = ()


def deprecation_of(path: str) -> Deprecated | None:
    """What stands here of the address that was asked."""
    return next((one for one in DEPRECATIONS if not one.is_field and _is_at(one.what, path)), None)


def _is_at(address: str, path: str) -> bool:
    parts = re.split(r"\{\w+\}", address)
    return bool(re.fullmatch("[^/]+".join(map(re.escape, parts)), path))


def deprecated_fields() -> Iterator[tuple[str, str]]:
    """(shape, field) of all fields that are to go."""
    for one in DEPRECATIONS:
        if one.is_field:
            shape, _, name = one.what.partition(".")
            yield shape, name
