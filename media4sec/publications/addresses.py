"""Which publication an address means."""

import re

from media4sec.kinds import paths
from media4sec.publications.models import Publication

MAX_REF = 220
# Long columns that nobody who asks for an address reads.
SEARCHED = ("title_stems", "name_stems", "text_stems")


def publication_at(path: str, ref: str) -> Publication | None:
    """The publication that an address means: by identifier, with any slug behind it, or by its slug alone."""
    if path not in paths() or len(ref) > MAX_REF or "\x00" in ref:
        return None
    candidates = {ref}
    for kind in paths()[path]:
        start = kind.identifier.start
        match = re.match(rf"(?i)({start})(?=-|$)", ref) if start else None
        if match and "." not in ref[match.end() :]:  # a slug has none
            candidates.add(match[1].upper())
    rows = Publication.objects.filter(path=path).defer(*SEARCHED)
    found = {row.identifier: row for row in rows.filter(identifier__in=candidates)}
    for candidate in (ref, *candidates):
        if candidate in found:
            return found[candidate]
    return rows.published().filter(slug=ref.casefold()).order_by("pk").first()
