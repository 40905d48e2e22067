"""Citations: the facts once, written as BibTeX and as RIS.

A record is cited at its address and in its version. The work that it describes (a report, a law, the source of a
statement) is another thing: it has an entry of its own, before the record's, with its own facts only, as far as the
document states them.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from django.conf import settings
from django.utils.timezone import localdate

from media4sec.kinds import Document, Work, kinds_by_name
from media4sec.publications.models import Publication

PUBLISHER = "MEDI@4SEC knowledge base"
LICENCE_NAME, LICENCE_URL = "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# Written before the family name, and not sorted by.
PARTICLE = (
    "d'|da|de|de la|de las|de los|del|den|der|di|do|dos|du|la|ten|ter|van|van de|van den|van der|von|zu"
)
CERTAIN = re.compile(rf"((?:[^\W\d_]\.[ -]?)+?) ((?:{PARTICLE}) )?([^\W\d_][\w’'-]+)")
NOT_INITIALS = ("B.V.", "E.U.", "N.V.", "S.A.", "U.K.", "U.N.", "U.S.")


@dataclass(frozen=True)
class Name:
    """A name in its parts; of a body, or where the parts are not certain, only the ``whole``."""

    whole: str
    given: str = ""
    particle: str = ""
    family: str = ""

    @property
    def family_first(self) -> str:
        """“van den Brink, P.”; a name without parts as it is."""
        family = f"{self.particle} {self.family}".strip() or self.whole
        return f"{family}, {self.given}" if self.given else family


def name_parts(text: str, record: Document) -> Name:
    """The parts of a name: those that its record states (a document), or else what is certain.

    That is initials with one family name, such as “P. van den Brink”; any other name could be that of a body.
    """
    text = one_line(text)
    if record.get("family_name"):
        return Name(text, *(one_line(record[name]) for name in ("given_name", "particle", "family_name")))
    found = CERTAIN.fullmatch(text)
    if not found or text.startswith(NOT_INITIALS):
        return Name(text)
    return Name(text, found[1].strip(), (found[2] or "").strip(), found[3])


@dataclass(frozen=True)
class Type:
    """What a format calls a type of work, and where it keeps who published it and its number."""

    bibtex: str
    ris: str
    publisher: str = "publisher"


RECORD = "record"
WORK_TYPES = {
    RECORD: Type("misc", "ELEC"),
    "report": Type("techreport", "RPRT", "institution"),
    "web-page": Type("misc", "ELEC"),
    "legislation": Type("misc", "STAT"),
    "court-decision": Type("misc", "CASE"),
    "norm": Type("misc", "STAND"),
}


@dataclass(frozen=True)
class CitedThing:
    """All that the formats say of one thing."""

    key: str
    type: str
    title: str
    url: str = ""
    authors: tuple[Name, ...] = ()
    date: str = ""  # 2018, 2018-03 or 2018-03-14; empty where the document could state one and does not
    publisher: str = ""
    number: str = ""
    place: str = ""  # pages, or where else in the work
    read_on: str = ""
    version: str = ""
    language: str = ""
    summary: str = ""
    keywords: tuple[str, ...] = ()
    note: str = ""


def citations_of(publications: Iterable[Publication]) -> Iterator[CitedThing]:
    """The entries of each publication, in order. One query for the authors and works that many of them name."""
    rows = iter(publications)
    while part := list(islice(rows, 500)):
        documents = [json.loads(row.document) for row in part]
        named = {
            ref for row, document in zip(part, documents, strict=True) for ref in _named(row.kind, document)
        }
        records = _documents(named)
        # Of a work that is quoted, the authors are wanted as well.
        records |= _documents({ref for document in records.values() for ref in _authors(document)} - named)
        for publication, document in zip(part, documents, strict=True):
            yield from _works(publication, document, records)
            yield _record(publication, document)


def _documents(names: Iterable[Any]) -> dict[Any, Document]:
    """The public documents of these records, ``{(kind, identifier): document}``; asks nothing for nobody."""
    if not names:
        return {}
    rows = Publication.objects.published().filter(
        kind__in={kind for kind, _ in names}, identifier__in={identifier for _, identifier in names}
    )
    return {(row.kind, row.identifier): json.loads(row.document) for row in rows}


def _named(kind_name: str, document: Document) -> Any:
    quotes = kinds_by_name()[kind_name].cited.quotes
    ref = document.get(quotes) if quotes else None
    return {*_authors(document), *([(ref["kind"], ref["id"])] if ref else [])}


def _authors(document: Document) -> Any:
    return {(ref["kind"], ref["id"]) for ref in document.get("authors") or ()}


def _record(publication: Publication, document: Document) -> CitedThing:
    """Our own record, as what it is: an entry of a catalogue, without authors of its own."""
    checked = f", checked on {document['checked_on']}" if document["checked_on"] else ", not checked yet"
    has_work = kinds_by_name()[publication.kind].cited.work is not None
    what = f"Catalogue record {publication.identifier}" if has_work else f"Record {publication.identifier}"
    return CitedThing(
        key=_key(publication.kind, publication.identifier),
        type=RECORD,
        title=one_line(publication.full_title),
        url=f"{settings.BASE_URL}{publication.url}",
        date=localdate(publication.modified_at).isoformat(),
        publisher=PUBLISHER,
        number=publication.identifier,
        version=str(publication.version),
        language="en",
        summary=one_line(publication.summary),
        keywords=tuple(one_line(tag) for tag in document["tags"]),
        note=f"{what}, version {publication.version}{checked}. {LICENCE_NAME}, {LICENCE_URL}",
    )


def _key(kind_name: str, identifier: str, *more: str) -> str:
    return "-".join(("medi4sec", kind_name, identifier, *more))


def _works(publication: Publication, document: Document, records: Any) -> Iterator[CitedThing]:
    """What a record describes, or what a statement was taken from."""
    kind = kinds_by_name()[publication.kind]
    key = partial(_key, publication.kind, publication.identifier)
    if kind.cited.work:
        yield work_of(kind.cited.work, document, records, key("work"))
    elif kind.cited.quotes:
        ref = document.get(kind.cited.quotes) or {"kind": "", "id": ""}
        quoted = records.get((ref["kind"], ref["id"]))
        if quoted and (work := kinds_by_name()[ref["kind"]].cited.work):
            yield work_of(work, quoted, records, key("source"), place=document.get("locator", ""))
        else:
            for number, source in enumerate(document["sources"], start=1):
                yield CitedThing(
                    key=key("source", str(number)),
                    type="web-page",
                    title=one_line(source["title"]) or source["url"],
                    url=source["url"],
                    date=source.get("dated_on", ""),
                    place=one_line(source["locator"] or document.get("locator", "")),
                    read_on=source["accessed_on"] or "",
                )


def work_of(work: Work, document: Document, records: Any, key: str, place: str = "") -> CitedThing:
    """The citation of a work, from the document of the record that describes it."""

    def stated(name: str) -> Any:
        value = document.get(name) if name else ""
        return one_line(str(value["label"] if isinstance(value, dict) else value or ""))

    return CitedThing(
        key=key,
        type=work.type,
        title=stated(work.title) or one_line(document["title"]),
        url=stated(work.url),
        authors=tuple(
            name_parts(author["label"], records.get((author["kind"], author["id"]), {}))
            for author in (document.get(work.authors) or () if work.authors else ())
        ),
        date=stated(work.date),
        publisher=stated(work.publisher) or work.published_by,
        number=stated(work.number),
        place=one_line(place),
    )


def one_line(text: str) -> str:
    return " ".join(text.split())


# BibTeX

# Braces are written as words: BibTeX counts them even behind a backslash.
ESCAPED = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\lbrace{}",
        "}": r"\rbrace{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{letter: f"\\{letter}" for letter in "&%#_$"},
    }
)


def bibtex(citation: CitedThing) -> str:
    """One entry; titles and organisations stand in double braces, so that no style changes their capitals."""
    year, month = (*citation.date.split("-"), "")[:2] if citation.date else ("", "")
    form = WORK_TYPES[citation.type]
    fields = {
        "title": _whole(citation.title),
        "author": " and ".join(_bibtex_name(name) for name in citation.authors),
        "year": year,
        "month": MONTHS[int(month) - 1] if month else "",
        "date": citation.date,
        form.publisher: _whole(citation.publisher),
        "number": citation.number.translate(ESCAPED),
        "pages": citation.place.translate(ESCAPED),
        "url": citation.url,
        "urldate": citation.read_on,
        "version": citation.version,
        "language": "english" if citation.language == "en" else "",
        "keywords": ", ".join(citation.keywords).translate(ESCAPED),
        "abstract": citation.summary.translate(ESCAPED),
        "note": citation.note.translate(ESCAPED),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{form.bibtex}{{{citation.key},", *lines, "}\n"])


def _whole(text: str) -> str:
    return f"{{{text.translate(ESCAPED)}}}" if text else ""


def _bibtex_name(name: Name) -> str:
    """“van den Brink, P.”; what BibTeX would take apart or not read as a name is held together by braces."""
    parts = [_held(part) for part in (name.family, name.given) if part] or [
        f"{{{name.whole.translate(ESCAPED)}}}"
    ]
    return " ".join(filter(None, (name.particle.translate(ESCAPED), ", ".join(parts))))


def _held(part: str) -> str:
    """A part of a name; a small word in it would pass for a particle."""
    is_taken_apart = "," in part or any(word.islower() for word in part.split())
    return f"{{{part.translate(ESCAPED)}}}" if is_taken_apart else part.translate(ESCAPED)


# RIS


def ris(citation: CitedThing) -> str:
    """One reference; a tag and its value on each line."""
    date = "/".join((*citation.date.split("-"), "", "")[:3]) + "/" if citation.date else ""
    is_record = citation.type == RECORD
    rows = [
        ("TY", WORK_TYPES[citation.type].ris),
        ("ID", citation.key),
        ("AN", citation.number if is_record else ""),
        ("SN", "" if is_record else citation.number),  # where readers look for the number of a report
        ("TI", citation.title),
        *(("AU", name.family_first) for name in citation.authors),
        ("PY", citation.date[:4]),
        ("DA", date),
        ("PB", citation.publisher),
        ("SP", citation.place),
        ("ET", citation.version),
        ("LA", citation.language),
        ("AB", citation.summary),
        *(("KW", keyword) for keyword in citation.keywords),
        ("N1", citation.note),
        ("UR", citation.url),
        ("Y2", citation.read_on.replace("-", "/")),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in rows if value) + "ER  - \r\n\r\n"
