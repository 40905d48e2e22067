"""What a publication says, in the words that other catalogues share: each outside format is a function of this.

A record of ours and what it describes are two things, with facts of their own: the record has our summary, version and
licence; the report, law or tool has its authors, date and number, as far as the document states them. Which field
states what, each kind says itself (``Kind.thing``); nothing is worked out that no field states.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.timezone import localdate

from media4sec.dates import span_of
from media4sec.imprint import GRANT, LANGUAGE, LICENCE_NAME, LICENCE_URL, PUBLISHER
from media4sec.kinds import THEME_FIELDS, Document, Kind, Thing, kinds_by_name
from media4sec.publications.models import Publication
from media4sec.work_types import RECORD, WORK_TYPES, WorkType

RecordKey = tuple[str, str]  # kind and identifier
BATCH = 500  # publications described at once

# Written before the family name, and not sorted by.
PARTICLE = (
    "d'|da|de|de la|de las|de los|del|den|der|di|do|dos|du|la|ten|ter|van|van de|van den|van der|von|zu"
)
CERTAIN = re.compile(rf"((?:[^\W\d_]\.[ -]?)+?) ((?:{PARTICLE}) )?([^\W\d_][\w’'-]+)")
NOT_INITIALS = ("B.V.", "E.U.", "N.V.", "S.A.", "U.K.", "U.N.", "U.S.")

# What a number must look like to be one of its scheme; a field may hold one of several schemes.
NUMBER_SHAPES = {
    "celex": re.compile(r"[1-9CE]\d{4}[A-Z]{1,2}\d{4}(\(\d\d\))?(-\d{8})?|1\d{4}[A-Z](/TXT)?"),
    "eli": re.compile(r"https?://\S+"),
    "ecli": re.compile(r"ECLI(:[A-Za-z0-9.]+){4}"),
    "grant": re.compile(r"\d{6,9}"),
    "reference": re.compile(r".+"),
}
DUBLIN_CORE = ("isPartOf", "references", "relation", "requires", "source", "subject")


@dataclass(frozen=True)
class Name:
    """A name in its parts; of a body, or where the parts are not certain, only the ``whole``."""

    whole: str
    given: str = ""
    particle: str = ""
    family: str = ""
    organisation: str = ""  # for which a person worked, as the record states it
    url: str = ""  # of the record about it, whole; empty where there is none
    is_body: bool = False  # surely: an organisation has a record of its own

    @property
    def family_first(self) -> str:
        """“van den Brink, P.”; a name without parts as it is."""
        family = f"{self.particle} {self.family}".strip() or self.whole
        return f"{family}, {self.given}" if self.given else family


@dataclass(frozen=True)
class NamedRecord:
    """Another public record."""

    kind: str
    identifier: str
    uuid: str
    label: str
    url: str  # whole
    means: str = "relation"  # a term of Dublin Core
    field: str = ""  # of the document that names it


@dataclass(frozen=True)
class CopiedFile:
    """A file that is served beside the record."""

    url: str  # whole
    media_type: str
    bytes: int
    title: str


@dataclass(frozen=True)
class DatedEvent:
    """Something that is stated to the day: what a record describes, or what one of its parts tells."""

    key: str  # of the part; empty where it is the thing itself
    first: date
    last: date
    title: str
    text: str
    is_verified: bool


@dataclass(frozen=True)
class Facts:
    """What is stated of one thing: the record, what it describes, or what it was taken from. Plain text in one line."""

    key: str  # for bibliographies: unique in a file
    type: str  # a name in WORK_TYPES
    title: str
    url: str = ""
    creators: tuple[Name, ...] = ()
    date: str = ""  # 2018, 2018-03 or 2018-03-14; empty where the document could state one and does not
    publisher: str = ""
    number: str = ""
    pages: str = ""  # or where else in the work
    read_on: str = ""
    version: str = ""
    language: str = ""
    summary: str = ""
    keywords: tuple[str, ...] = ()
    note: str = ""
    licence: str = ""
    other_titles: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()  # (language, label), in the order of the record
    contributors: tuple[Name, ...] = ()
    until: str = ""
    numbers: dict[str, str] = field(default_factory=dict)  # {scheme in NUMBER_SHAPES: number}
    files: tuple[str, ...] = ()  # addresses elsewhere
    places: tuple[str, ...] = ()  # from the hall to the town
    country: str = ""
    grant: str = ""  # the address of the grant that paid for it
    is_open: bool = False  # everybody may read it, as its record states

    @property
    def names(self) -> WorkType:
        """What outside formats call its type."""
        return WORK_TYPES[self.type]


@dataclass(frozen=True)
class Description:
    """A publication for other catalogues."""

    kind: Kind
    identifier: str
    uuid: UUID
    url: str  # of its page, whole
    api: str
    record: Facts  # the entry of our catalogue
    thing: Facts  # what it describes
    quoted: tuple[Facts, ...]  # what its sentence was taken from, where its kind quotes
    version: int
    issued: datetime
    updated: datetime
    checked_on: date | None
    themes: tuple[NamedRecord, ...]
    concepts: tuple[NamedRecord, ...]  # other concepts that it is about
    relations: tuple[NamedRecord, ...]  # the other records that it names, each once
    files: tuple[CopiedFile, ...]
    dates: tuple[DatedEvent, ...]
    document: Document = field(repr=False)

    @property
    def cited(self) -> tuple[Facts, ...]:
        """What a bibliography lists: the work or the sources, and then the record."""
        works = (self.thing,) if self.kind.thing.is_published else self.quoted
        return (*works, self.record)


def descriptions_of(publications: Iterable[Publication]) -> Iterator[Description]:
    """The description of each publication, in order. At most two queries for the authors and works that 500 name."""
    rows = iter(publications)
    while part := list(islice(rows, BATCH)):
        documents = [json.loads(row.document) for row in part]
        named = {
            key
            for row, document in zip(part, documents, strict=True)
            for key in _read_with(row.kind, document)
        }
        records = _documents(named)
        # Of a work that is quoted, the authors are wanted as well.
        records |= _documents(
            {key for (kind, _), document in records.items() for key in _creators(kind, document)} - named
        )
        for row, document in zip(part, documents, strict=True):
            yield _description(row, document, records)


def _description(row: Publication, document: Document, records: dict[RecordKey, Document]) -> Description:
    kind = kinds_by_name()[row.kind]
    key = partial(_key, row.kind, row.identifier)
    references = tuple(references_of(kind, document))
    themes = tuple(ref for ref in references if ref.field in THEME_FIELDS)
    thing = thing_of(kind.thing, document, records, key("work"))
    return Description(
        kind=kind,
        identifier=row.identifier,
        uuid=row.uuid,
        url=f"{settings.BASE_URL}{row.url}",
        api=f"{settings.BASE_URL}{kind.api_url(row.identifier)}",
        record=_record(row, kind, document),
        thing=thing,
        quoted=tuple(_quoted(kind, document, records, key)),
        version=row.version,
        issued=row.issued_at,
        updated=row.modified_at,
        checked_on=row.checked_on,
        themes=themes,
        concepts=tuple(ref for ref in references if kinds_by_name()[ref.kind].is_term and ref not in themes),
        relations=references,
        files=tuple(_files(document)),
        dates=tuple(_dates(kind, document, thing)),
        document=document,
    )


def _dates(kind: Kind, document: Document, thing: Facts) -> Iterator[DatedEvent]:
    """What is stated to the day only: a month is no day."""
    if kind.thing.type == "event" and _is_day(thing.date):
        last = thing.until if _is_day(thing.until) and thing.until > thing.date else thing.date
        days = date.fromisoformat(thing.date), date.fromisoformat(last)
        yield DatedEvent("", *days, thing.title, document["summary"], is_verified=True)
    for part in document.get(kind.page.dated, ()):
        if _is_day(part["date"]):
            day, title = date.fromisoformat(part["date"]), one_line(part["title"])
            yield DatedEvent(part["key"], day, day, title, part["note"], part["verified"] is True)


def _is_day(text: str) -> bool:
    span = span_of(text)
    return span is not None and span.is_day


def _files(document: Document) -> Iterator[CopiedFile]:
    for part in document.get("files", ()):
        file = part["file"]
        yield CopiedFile(
            f"{settings.BASE_URL}{file['url']}", file["media_type"], file["bytes"], one_line(part["caption"])
        )


def references_of(kind: Kind, document: Document) -> Iterator[NamedRecord]:
    """The records that a document names, each once, in the order of its fields: also those named by its parts."""
    seen = set()
    for name, value in document.items():
        for path, ref in _named_in(name, value):
            key = (ref["kind"], ref["id"])
            if key not in seen:
                seen.add(key)
                means = "subject" if name in THEME_FIELDS else kind.links.means.get(path, "relation")
                yield NamedRecord(
                    *key,
                    ref.get("uuid", ""),
                    one_line(ref["label"]),
                    f"{settings.BASE_URL}{ref['url']}",
                    means,
                    path,
                )


def is_reference(value: Any) -> bool:
    """Does a document name another record here?"""
    return isinstance(value, dict) and value.keys() >= {"kind", "id", "label", "url"}


def _named_in(path: str, value: Any) -> Iterator[tuple[str, Document]]:
    if is_reference(value):
        yield path, value
    elif isinstance(value, dict):
        for name, below in value.items():
            yield from _named_in(f"{path}.{name}", below)
    elif isinstance(value, list):
        for item in value:
            yield from _named_in(path, item)


def _documents(keys: Iterable[RecordKey]) -> dict[RecordKey, Document]:
    """The public documents of these records; asks nothing for nobody."""
    if not keys:
        return {}
    rows = Publication.objects.published().filter(
        kind__in={kind for kind, _ in keys}, identifier__in={identifier for _, identifier in keys}
    )
    found = rows.values_list("kind", "identifier", "document")
    return {(kind, identifier): json.loads(document) for kind, identifier, document in found}


def _read_with(kind_name: str, document: Document) -> set[RecordKey]:
    """The records whose own documents a description needs."""
    quotes = kinds_by_name()[kind_name].cited.quotes
    ref = document.get(quotes) if quotes else None
    return {*_creators(kind_name, document), *([(ref["kind"], ref["id"])] if ref else [])}


def _creators(kind_name: str, document: Document) -> set[RecordKey]:
    thing = kinds_by_name()[kind_name].thing
    return {
        (ref["kind"], ref["id"])
        for name in (thing.creators, *thing.contributors)
        for ref in _listed(document, name)
    }


def _record(row: Publication, kind: Kind, document: Document) -> Facts:
    """Our own record, as what it is: an entry of a catalogue, without authors of its own."""
    checked = f", checked on {document['checked_on']}" if document["checked_on"] else ", not checked yet"
    what = f"Catalogue record {row.identifier}" if kind.thing.is_published else f"Record {row.identifier}"
    return Facts(
        key=_key(row.kind, row.identifier),
        type=RECORD,
        title=one_line(row.full_title),
        url=f"{settings.BASE_URL}{row.url}",
        date=localdate(row.modified_at).isoformat(),
        publisher=PUBLISHER,
        number=row.identifier,
        version=str(row.version),
        language=LANGUAGE,
        summary=one_line(row.summary),
        keywords=tuple(one_line(tag) for tag in document["tags"]),
        note=f"{what}, version {row.version}{checked}. {LICENCE_NAME}, {LICENCE_URL}",
        licence=LICENCE_URL,
    )


def _key(kind_name: str, identifier: str, *more: str) -> str:
    return "-".join(("medi4sec", kind_name, identifier, *more))


def _quoted(kind: Kind, document: Document, records: dict[RecordKey, Document], key: Any) -> Iterator[Facts]:
    """The work that a sentence was taken from, or else its sources."""
    if not kind.cited.quotes:
        return
    ref = document.get(kind.cited.quotes) or {"kind": "", "id": ""}
    work = records.get((ref["kind"], ref["id"]))
    if work and (thing := kinds_by_name()[ref["kind"]].thing).is_published:
        yield thing_of(thing, work, records, key("source"), pages=document.get("locator", ""))
        return
    for number, source in enumerate(document["sources"], start=1):
        yield Facts(
            key=key("source", str(number)),
            type="web-page",
            title=one_line(source["title"]) or source["url"],
            url=source["url"],
            date=source.get("dated_on", ""),
            pages=one_line(source["locator"] or document.get("locator", "")),
            read_on=source["accessed_on"] or "",
        )


def thing_of(
    thing: Thing, document: Document, records: dict[RecordKey, Document], key: str, pages: str = ""
) -> Facts:
    """What is stated of the thing that a document describes."""

    stated = partial(stated_in, document)

    def names(*fields: str) -> tuple[Name, ...]:
        return tuple(_name(ref, records) for name in fields for ref in _listed(document, name))

    by, types = thing.types
    title = stated(thing.title) or one_line(document["title"])
    others = [
        one_line(text)
        for name in thing.other_titles
        for text in _texts(document.get(name))
        if one_line(text) != title
    ]
    numbers = {scheme: stated(name) for scheme, name in thing.numbers.items()}
    return Facts(
        key=key,
        type=types.get(document.get(by, ""), thing.type),
        title=title,
        url=stated(thing.url),
        creators=names(thing.creators),
        date=stated(thing.date),
        publisher=stated(thing.publisher) or thing.published_by,
        number=stated(thing.number),
        pages=one_line(pages),
        language=stated(thing.language),
        licence=stated(thing.licence),
        other_titles=tuple(dict.fromkeys(filter(None, others))),
        labels=tuple((part["language"], one_line(part["label"])) for part in document.get(thing.labels, ())),
        contributors=names(*thing.contributors),
        until=stated(thing.until),
        numbers={scheme: text for scheme, text in numbers.items() if NUMBER_SHAPES[scheme].fullmatch(text)},
        files=tuple(
            dict.fromkeys(text for name in thing.files for text in _texts(document.get(name)) if text)
        ),
        places=tuple(filter(None, map(stated, thing.place))),
        country=stated(thing.country),
        grant=GRANT if thing.is_of_project else "",
        is_open=bool(thing.open_if[0]) and stated(thing.open_if[0]).casefold() == thing.open_if[1],
    )


def _texts(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value or ""]


def _listed(document: Document, name: str) -> list[Document]:
    """The records that a field names, whether it holds one or several."""
    value = document.get(name) if name else None
    return value if isinstance(value, list) else [value] if value else []


def _name(ref: Document, records: dict[RecordKey, Document]) -> Name:
    thing, record = kinds_by_name()[ref["kind"]].thing, records.get((ref["kind"], ref["id"]), {})
    url = f"{settings.BASE_URL}{ref['url']}"
    if WORK_TYPES[thing.type].is_body:
        return Name(one_line(ref["label"]), url=url, is_body=True)
    employers = (stated_in(record, name) for name in thing.works_for)
    return replace(name_parts(ref["label"], record), url=url, organisation=next(filter(None, employers), ""))


def name_parts(text: str, record: Document) -> Name:
    """The parts of a name: those that its record states (a document), or else what is certain.

    That is initials with one family name, such as “P. van den Brink”; any other name could be that of a body.
    """
    text = one_line(text)
    if record.get("family_name"):
        given, particle, family = (
            stated_in(record, part) for part in ("given_name", "particle", "family_name")
        )
        return Name(text, given, particle, family)
    found = CERTAIN.fullmatch(text)
    if not found or text.startswith(NOT_INITIALS):
        return Name(text)
    return Name(text, found[1].strip(), (found[2] or "").strip(), found[3])


def stated_in(document: Document, name: str) -> str:
    """What a field states, in one line: of a record that it names, the label. Empty where there is no such field."""
    value = document.get(name) if name else ""
    return one_line(str(value["label"] if isinstance(value, dict) else value or ""))


def one_line(text: str) -> str:
    return " ".join(text.split())
