"""Records as rows of a CSV file (RFC 4180): what a spreadsheet or a statistics program reads.

A document becomes flat: a record that it names stands with its label (numbered ones with their number before it),
several values are parted by `` | ``, with any bar within a value doubled, and parts with fields of their own are JSON.
The JSON export is the exact form.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Min

from media4sec.cells import protected
from media4sec.interchange.records import whole
from media4sec.kinds import Kind, fields, kinds_by_name
from media4sec.publications.models import Publication

FIRST = fields("kind identifier title summary url")
LAST = fields(
    "lens provenance verified verified_basis checked_on newest_source_on newest_source_basis review_due "
    "tags notes sources files uuid"
)
ADDED = fields("version issued updated license")  # of the publication, not of the stored document
LEFT_OUT = ("slug",)

BETWEEN = " | "  # the values of one cell


class _Line:
    """What the csv module writes to: it gives the line back."""

    def write(self, text: str) -> str:
        return text


WRITER = csv.writer(_Line(), lineterminator="\r\n")


def lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a CSV file, each ended by CR LF."""
    yield WRITER.writerow(header)
    yield from map(line, rows)


def line(row: Iterable[str]) -> str:
    """The line of a row."""
    return WRITER.writerow([protected(cell) for cell in row])


def table_columns(kinds: Sequence[Kind]) -> tuple[str, ...]:
    """The fields of these kinds' documents; of kinds that share no list, those that every record has. One query."""
    own: list[str] = []
    if len({kind.path for kind in kinds}) == 1:
        firsts = Publication.objects.published().of(*(kind.name for kind in kinds)).values("kind")
        some = Publication.objects.filter(pk__in=firsts.annotate(first=Min("pk")).values("first"))
        for _, text in sorted(some.values_list("pk", "document")):
            own += json.loads(text)
    common = {*FIRST, *LAST, *LEFT_OUT}
    return (*FIRST, *dict.fromkeys(name for name in own if name not in common), *LAST, *ADDED)


def table_row(publication: Publication, columns: Sequence[str]) -> list[str]:
    document = json.loads(whole(publication))
    return [flat(document.get(name)) for name in columns]


def flat(value: Any) -> str:
    """A value of a document as the text of one cell."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return BETWEEN.join(flat(item).replace("|", "||") for item in value)
        case {"kind": kind, "id": identifier, "label": label}:
            return f"{identifier} {label}" if kinds_by_name()[kind].identifier.is_shown else label
        case {"title": title, "url": url, "locator": locator, "accessed_on": _}:
            return ", ".join(part for part in (title, locator, url) if part)
        case dict():
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)
