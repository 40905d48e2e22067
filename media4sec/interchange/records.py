"""A record as machines get it, the same in the API, in files and in dumps; and what is left of a withdrawn one."""

import json
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from media4sec.imprint import LICENCE_URL
from media4sec.kinds import kinds_by_name
from media4sec.publications.models import Publication

# What `whole()` reads of a publication, be it a model or a row with these names.
READ_FOR_WHOLE = ("kind", "identifier", "url", "document", "version", "issued_at", "modified_at")


def absolute(text: str) -> str:
    """Stored documents hold addresses without the origin; outside they are whole.

    Safe as plain text: inside a JSON string the quotes would be escaped.
    """
    for name in ("url", "api"):
        text = text.replace(f'"{name}":"/', f'"{name}":"{settings.BASE_URL}/')
    return text


def whole(row: Publication) -> str:
    """The stored document as JSON, and after it what is true of it as a publication."""
    return f"{absolute(row.document)[:-1]},{dumped(entry_facts(row))[1:]}"


def entry_facts(row: Publication) -> dict[str, Any]:
    """Of the catalogue's entry, not of the thing that it describes: version, dates, licence, where else it is."""
    page, kind = f"{settings.BASE_URL}{row.url}", kinds_by_name()[row.kind]
    return {
        "version": row.version,
        "issued": moment(row.issued_at),
        "updated": moment(row.modified_at),
        "license": LICENCE_URL,
        "links": {
            "self": api_address(row),
            "page": page,
            "versions": f"{page}versions/",
            "list": f"{settings.BASE_URL}{kind.api_url()}",
            **({"responsible_use": use_address(row)} if kind.note else {}),
        },
    }


def tombstone_json(row: Publication) -> str:
    """What stays of a withdrawn or merged record for ever, as JSON; ``row`` has its successor at hand."""
    heir = row.replacement
    return dumped(
        {
            "kind": row.kind,
            "identifier": row.identifier,
            "uuid": str(row.uuid),
            "url": f"{settings.BASE_URL}{row.url}",
            "deleted": True,
            "deleted_at": moment(row.modified_at),
            "reason": row.reason,
            "successor": heir and public_reference(heir),
        }
    )


def sent(row: Publication) -> str:
    """A record as it is public, or its tombstone."""
    return whole(row) if row.state == Publication.State.PUBLISHED else tombstone_json(row)


def public_reference(row: Publication) -> dict[str, str]:
    """A public record as documents name it."""
    return {
        "kind": row.kind,
        "id": row.identifier,
        "uuid": str(row.uuid),
        "label": row.title,
        "url": f"{settings.BASE_URL}{row.url}",
        "api": api_address(row),
    }


def api_address(row: Publication) -> str:
    return f"{settings.BASE_URL}{kinds_by_name()[row.kind].api_url(row.identifier)}"


def use_address(row: Publication) -> str:
    """Where the API has the note on the use of a record."""
    return f"{api_address(row)}/responsible-use"


def moment(at: datetime) -> str:
    """RFC 3339 in UTC, always with six digits after the second, so that texts sort as times do."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
