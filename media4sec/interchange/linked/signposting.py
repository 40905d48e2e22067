"""The whole set of a record's signposts, as RFC 9264 writes it."""

import json
from collections import defaultdict
from typing import Any

from media4sec.publications.description import descriptions_of
from media4sec.publications.models import Publication
from media4sec.publications.signposts import Signpost, signposts_of, ways_back


def record_linkset(row: Publication) -> str:
    """What leads from the page of a record, and what leads back to it."""
    (description,) = descriptions_of([row])
    return linkset([*signposts_of(description), *ways_back(description)])


def linkset(posts: list[Signpost]) -> str:
    """Links as JSON: those from one address together."""
    contexts: dict[str, dict[str, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for post in posts:
        target = {"href": post.target} | ({"type": post.media_type} if post.media_type else {})
        contexts[post.anchor][post.rel].append(target)
    return as_linkset([{"anchor": anchor, **links} for anchor, links in contexts.items()])


def as_linkset(found: list[dict[str, Any]]) -> str:
    """What leads from each address, as RFC 9264 has it."""
    return json.dumps({"linkset": found}, indent=1, ensure_ascii=False) + "\n"
