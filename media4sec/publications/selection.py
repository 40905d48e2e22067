"""A list of a reader's own: the records that an address names, in its order, whichever kind they are of.

A record is named by its identifier where pages show it (``T-012``), else with its kind before it (``theme:dark-web``).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import numpy as np
from django.http import QueryDict
from django.utils.translation import gettext

from media4sec.kinds import kinds, kinds_by_name
from media4sec.publications.facets import Result
from media4sec.publications.lists import Listing
from media4sec.publications.models import Publication

LIST_PATH = "list"
MOST_SELECTED = 100
LONGEST_SAID = 80  # characters of a name that nobody knows
NAME = re.compile(r"(?:(?P<kind>[a-z-]{1,40}):)?(?P<identifier>[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*)")


@dataclass(frozen=True, slots=True)
class Selection:
    """What the names of an address mean, each once."""

    rows: dict[
        str, Publication | None
    ]  # by name, as it is best written; None: there is no such public record
    unclear: dict[str, list[str]]  # of those without a record: the names of several that may be meant

    @property
    def names(self) -> list[str]:
        return list(self.rows)

    @property
    def records(self) -> list[Publication]:
        """What is or was public, in order."""
        return [row for row in self.rows.values() if row is not None]

    @property
    def published(self) -> list[Publication]:
        return [row for row in self.records if row.state == Publication.State.PUBLISHED]

    @property
    def unknown(self) -> list[str]:
        return [name for name, row in self.rows.items() if row is None]


def name_of(kind_name: str, identifier: str) -> str:
    """How a record is named in the address of a list."""
    return identifier if kinds_by_name()[kind_name].identifier.is_shown else f"{kind_name}:{identifier}"


def names_asked(data: QueryDict) -> tuple[list[str], list[tuple[str, str]]]:
    """(names as asked for, each once; what is wrong with them). What nobody can see is no part of a name."""
    texts = (part for value in data.getlist("ids") for part in value.split(","))
    seen = ("".join(sign for sign in text if sign.isprintable()).strip() for text in texts)
    names = list(dict.fromkeys(filter(None, seen)))
    if len(names) <= MOST_SELECTED:
        return names, []
    text = gettext("A list has at most %(number)s records; this address names %(named)s.")
    return names, [("ids", text % {"number": MOST_SELECTED, "named": len(names)})]


def selected(names: Iterable[str]) -> Selection:
    """The records with these names, published or not any more. One query."""
    asked = {name: NAME.fullmatch(name) for name in names}
    identifiers = {
        spelled
        for match in asked.values()
        if match and len(match["identifier"]) <= LONGEST_SAID
        for spelled in (match["identifier"], match["identifier"].upper())
    }
    found: dict[str, list[Publication]] = {}
    rows = Publication.objects.filter(identifier__in=identifiers, kind__in=kinds_by_name())
    rows = rows.select_related("successor")
    for row in rows.defer("title_stems", "name_stems", "text_stems", "related").order_by("pk"):
        found.setdefault(row.identifier, []).append(row)
    by_name: dict[str, Publication | None] = {}
    unclear = {}
    for name, match in asked.items():
        meant = _meant(match, found) if match else []
        if len(meant) == 1:
            by_name[name_of(meant[0].kind, meant[0].identifier)] = meant[0]
        else:
            by_name[name] = None
            if meant:
                unclear[name] = [name_of(row.kind, row.identifier) for row in meant]
    return Selection(by_name, unclear)


def _meant(match: re.Match[str], found: dict[str, list[Publication]]) -> list[Publication]:
    """The records that a name may mean; numbers are also known in small letters."""
    identifier, kind_name = match["identifier"], match["kind"]
    rows = found.get(identifier, [])
    numbered = [
        row
        for row in found.get(identifier.upper(), [])
        if name_of(row.kind, row.identifier) == row.identifier
    ]
    if kind_name:
        return [row for row in (*rows, *numbered) if row.kind == kind_name][:1]
    return numbered or rows


def query_for(names: Iterable[str], **more: object) -> str:
    """The parameters that name these records, and what else is not empty, as an address has them."""
    pairs = {name: value for name, value in more.items() if value not in ("", None)}
    ids = quote(",".join(names), safe=",:")
    return f"ids={ids}" + (f"&{urlencode(pairs)}" if pairs else "")


def selected_as_listing(data: QueryDict) -> Listing:
    """``/list.csv?ids=…``: the list as any other, for files: they hold what is public, and all else is refused."""
    answer = Listing((), ())
    answer.errors += [(name, gettext("There is no such parameter here.")) for name in data if name != "ids"]
    names, errors = names_asked(data)
    answer.errors += errors or (
        [] if names else [("ids", gettext("Name the records, with commas between them."))]
    )
    if answer.errors:
        return answer
    selection = selected(names)
    answer.errors += [
        ("ids", gettext("“%(name)s” is not a record that is public.") % {"name": name[:LONGEST_SAID]})
        for name, row in selection.rows.items()
        if row is None or row.state != Publication.State.PUBLISHED
    ]
    ids = np.array([row.pk for row in selection.published], np.int64)
    of = {row.kind for row in selection.published}
    answer.kinds = tuple(kind for kind in kinds() if kind.name in of)
    answer.result = Result(ids, len(ids))
    return answer
