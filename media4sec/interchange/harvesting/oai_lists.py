"""What OAI-PMH tells of records, page by page: which ones, in which sets, and which count as deleted.

Records come in the order in which they were first published, which no change moves: whatever happens during a harvest,
a record is told once or, where it changed behind the harvester, in its next harvest (docs/adr/0038-harvesting.md).
"""

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Self
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from media4sec.imprint import LICENCE_URL
from media4sec.interchange.harvesting.elements import element, text_element
from media4sec.interchange.harvesting.oai_formats import XSI, MetadataFormat, is_of_project, suits_openaire
from media4sec.kinds import THEME_FIELDS, Role, kind_for, kinds, kinds_by_name
from media4sec.opaque import as_opaque, from_opaque
from media4sec.publications.description import Description, descriptions_of
from media4sec.publications.models import Publication, Term, ThemePlace

PAGE_OF_HARVEST = 100  # records
MOST_COUNTED = 2_000
OPENAIRE_SET = "openaire"
DAY, SECOND = "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"
STAMP = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", re.ASCII)
OAI_RIGHTS = "http://www.openarchives.org/OAI/2.0/rights/"
SPELLING = re.compile(r"[A-Za-z0-9_.!~*'()-]+", re.ASCII)  # of a form; of a set there are several with colons
OAI_NAME = re.compile(r"oai:([^:]+):([a-z-]+)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)
Rows = Sequence[Publication]


@dataclass(frozen=True)
class Harvest:
    """What is asked of a list, and how much of it has been told: all that a resumption token says."""

    verb: str
    prefix: str
    spec: str = ""  # of a set
    since: str = ""
    until: str = ""
    after: int = 0  # the key of the last publication that was told
    told: int = 0
    size: int = 0  # of the whole list, when it began; 0 where it is too long to be counted
    database: str = ""  # by its name: another one has other keys

    def token(self) -> str:
        """As a text that says of itself whether it is whole."""
        plain = "|".join(map(str, vars(self).values()))
        return as_opaque(f"{plain}|{zlib.crc32(plain.encode()):08x}")

    @classmethod
    def resumed(cls, token: str) -> Self | None:
        """The harvest that a token goes on with; None where it is no token of ours."""
        parts = (from_opaque(token) or "").split("|")
        if len(parts) != 10 or not all(part.isdecimal() and len(part) < 19 for part in parts[5:8]):
            return None
        verb, prefix, spec, since, until, after, told, size, database, _ = parts
        asked = {"metadataPrefix": prefix, "set": spec, "from": since, "until": until}
        if any(is_misspelt(name, text) for name, text in asked.items()):
            return None
        found = cls(verb, prefix, spec, since, until, int(after), int(told), int(size), database)
        return found if found.token() == token else None

    def rows(self, form: MetadataFormat) -> "QuerySet[Publication]":
        """All that the list tells of, deleted records included."""
        rows = Publication.objects.of(*(kind.name for kind in kinds() if form.is_of(kind)))
        if self.spec:
            rows = _in_set(rows, self.spec)
        if self.since:
            rows = rows.filter(modified_at__gte=read_stamp(self.since))
        if self.until:
            rows = rows.filter(modified_at__lte=read_stamp(self.until, is_end=True))
        return rows

    def page(self, form: MetadataFormat) -> tuple[Rows, str]:
        """(publications of the next page, resumption token as an element; without one where the page is all)."""
        rows = self.rows(form)
        found = list(rows.filter(pk__gt=self.after).order_by("pk").only(*HARVESTED)[: PAGE_OF_HARVEST + 1])
        page, has_more = found[:PAGE_OF_HARVEST], len(found) > PAGE_OF_HARVEST
        if not (has_more or self.told):
            return page, ""
        size = self.size if self.told else _size_of(rows)
        following = (
            replace(self, after=page[-1].pk, told=self.told + len(page), size=size) if has_more else None
        )
        at = ({"completeListSize": str(size)} if size else {}) | {"cursor": str(self.told)}
        return page, element("resumptionToken", following.token() if following else "", **at)


def _size_of(rows: "QuerySet[Publication]") -> int:
    """How long a list is, which may be left out: counting a million takes longer than telling a page of them."""
    found = rows.order_by()[: MOST_COUNTED + 1].count()
    return found if found <= MOST_COUNTED else 0


HARVESTED = (
    *("kind", "identifier", "uuid", "url", "state", "title", "summary", "document", "display"),
    *("version", "checked_on", "issued_at", "modified_at"),
)


def _in_set(rows: "QuerySet[Publication]", spec: str) -> "QuerySet[Publication]":
    """Those that are or once were in a set, and so in one below it."""
    theme = kind_for(Role.THEME).name
    above, _, below = spec.partition(":")
    if spec == OPENAIRE_SET:
        return rows.of(*(kind.name for kind in kinds() if is_of_project(kind)))
    if spec == theme:
        return rows.filter(Q(kind=theme) | Exists(ThemePlace.objects.filter(publication=OuterRef("pk"))))
    return rows.filter(theme_places__theme=below) if above == theme and below else rows.of(spec)


def is_misspelt(name: str, text: str) -> bool:
    """Can this not be the value of an argument? Without a value it is left out."""
    match name:
        case "from" | "until":
            return bool(text) and read_stamp(text) is None
        case "set":
            return bool(text) and not all(map(SPELLING.fullmatch, text.split(":")))
        case _:
            return not SPELLING.fullmatch(text)


def read_stamp(text: str, *, is_end: bool = False) -> datetime | None:
    """The moment that a day or a second begins or, as stamps hide fractions, ends with; None where it is neither."""
    if not STAMP.fullmatch(text):
        return None
    try:
        found = datetime.strptime(text, SECOND if "T" in text else DAY).replace(tzinfo=UTC)
    except ValueError:
        return None
    if not is_end:
        return found
    return found.replace(microsecond=999_999) if "T" in text else datetime.combine(found, time.max, UTC)


def stamp(at: datetime) -> str:
    """A moment, to the second that it is in."""
    return at.astimezone(UTC).strftime(SECOND)


# Sets


def all_sets() -> list[tuple[str, str]]:
    """(spec, name) of every set. One query. The set of a theme outlives it: harvesters hear there what left it."""
    theme = kind_for(Role.THEME)
    rows = Publication.objects.of(theme.name).order_by("identifier").values_list("identifier", "title")
    return [
        (OPENAIRE_SET, "Works for OpenAIRE: paid for by the grant, of known authors and date"),
        *((kind.name, _name_of(kind.name)) for kind in kinds()),
        *((f"{theme.name}:{identifier}", title or f"{identifier} (withdrawn)") for identifier, title in rows),
    ]


def _name_of(kind_name: str) -> str:
    kind = kinds_by_name()[kind_name]
    name = str(kind.names.many)
    return f"{name}, and what is placed under them" if kind.role is Role.THEME else name


def _sets(row: Publication, themes: Iterable[str], in_openaire: bool) -> list[str]:
    theme = kind_for(Role.THEME).name
    return [row.kind, *([OPENAIRE_SET] if in_openaire else []), *(f"{theme}:{slug}" for slug in themes)]


# Records


def records(harvest: Harvest, form: MetadataFormat, rows: Rows, *, is_whole: bool) -> list[str]:
    """Headers of records or, where ``is_whole``, records, as XML. At most two queries more than descriptions need."""
    live = [row for row in rows if row.state == Publication.State.PUBLISHED]
    wanted = live if is_whole else [row for row in live if is_of_project(kinds_by_name()[row.kind])]
    described = dict(zip((row.pk for row in wanted), descriptions_of(wanted), strict=True))
    themes = _themes_of(rows)
    return [_record(harvest, form, row, themes[row.pk], described.get(row.pk), is_whole) for row in rows]


def _record(
    harvest: Harvest,
    form: MetadataFormat,
    row: Publication,
    themes: list[str],
    description: Description | None,
    is_whole: bool,
) -> str:
    """A record that has left the set, or is not there in this form, counts as deleted, and stands in that set only."""
    is_gone = row.state != Publication.State.PUBLISHED
    in_openaire = (
        is_of_project(kinds_by_name()[row.kind])
        if is_gone
        else bool(description and suits_openaire(description))
    )
    sets = _sets(row, themes, in_openaire)
    has_left = not _is_in(harvest.spec, sets) or bool(description and not form.suits(description))
    header = element(
        "header",
        text_element("identifier", oai_identifier(row)),
        text_element("datestamp", stamp(row.modified_at)),
        *(text_element("setSpec", spec) for spec in ([harvest.spec] if has_left else sets)),
        **({"status": "deleted"} if is_gone or has_left else {}),
    )
    if not is_whole:
        return header
    if is_gone or has_left or description is None:
        return element("record", header)
    return element(
        "record", header, element("metadata", form.write(description)), element("about", _rights())
    )


def _is_in(spec: str, sets: list[str]) -> bool:
    """Whoever is in a set is in those above it; everything is in the set without a name."""
    return not spec or any(own == spec or own.startswith(f"{spec}:") for own in sets)


def _themes_of(rows: Rows) -> dict[int, list[str]]:
    """The themes that publications are placed under; of those that have gone, all that they ever were."""
    published = Publication.State.PUBLISHED
    now = Term.objects.filter(
        publication__in=[row.pk for row in rows if row.state == published],
        field__in=THEME_FIELDS,
        target__isnull=False,
    )
    once = ThemePlace.objects.filter(publication__in=[row.pk for row in rows if row.state != published])
    found = defaultdict(list)
    for pk, theme in (
        *now.order_by("pk").values_list("publication", "value"),
        *once.order_by("theme").values_list("publication", "theme"),
    ):
        found[pk].append(theme)
    return found


def _rights() -> str:
    """The licence of what is said of a record, which is ours; not that of what it describes."""
    return element(
        "rights",
        element("rightsReference", ref=LICENCE_URL),
        **{
            "xmlns": OAI_RIGHTS,
            "xmlns:xsi": XSI,
            "xsi:schemaLocation": f"{OAI_RIGHTS} http://www.openarchives.org/OAI/2.0/rights.xsd",
        },
    )


def domain() -> str:
    """Under which identifiers are unique: the host of the portal."""
    return urlsplit(settings.BASE_URL).hostname or ""


def oai_identifier(row: Publication) -> str:
    return f"oai:{domain()}:{row.kind}/{row.uuid}"


def publication_named(identifier: str) -> Publication | None:
    """The publication, or what is left of it, that an identifier names."""
    found = OAI_NAME.fullmatch(identifier)
    if not found or found[1] != domain() or found[2] not in kinds_by_name():
        return None
    return Publication.objects.filter(kind=found[2], uuid=UUID(found[3])).only(*HARVESTED).first()
