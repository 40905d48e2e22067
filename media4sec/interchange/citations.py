"""Citations of records: the facts once, written as BibTeX and as RIS.

What is cited is the record, at its address and in its version. Authors and dates are those that the document
states; a record that states no date of its own has that of its version.
"""

import json
import re
from dataclasses import dataclass
from itertools import islice

from django.conf import settings
from django.utils.timezone import localdate

from media4sec.kinds import kinds_by_name
from media4sec.publications.models import Publication

PROJECT = "MEDI@4SEC"
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
    def family_first(self):
        """“van den Brink, P.”; a name without parts as it is."""
        family = f"{self.particle} {self.family}".strip() or self.whole
        return f"{family}, {self.given}" if self.given else family


def name_parts(text, record):
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
class Citation:
    """All that the formats say of one record."""

    key: str
    identifier: str
    title: str
    summary: str
    url: str
    authors: tuple[Name, ...]
    date: str  # 2018, 2018-03 or 2018-03-14; empty where the document could state one and does not
    version: int
    checked_on: str
    keywords: tuple[str, ...]
    is_report: bool

    @property
    def note(self):
        checked = f", checked on {self.checked_on}" if self.checked_on else ", not checked yet"
        return f"{self.identifier}, version {self.version}{checked}. {LICENCE_NAME}, {LICENCE_URL}"


def citations_of(publications):
    """Citations in the order of the publications. One query for the names of many authors."""
    rows = iter(publications)
    while part := list(islice(rows, 500)):
        documents = [json.loads(row.document) for row in part]
        authors = {
            (ref["kind"], ref["id"]) for document in documents for ref in document.get("authors") or ()
        }
        named = Publication.objects.published().filter(
            kind__in={kind for kind, _ in authors}, identifier__in={identifier for _, identifier in authors}
        )
        records = {(row.kind, row.identifier): json.loads(row.document) for row in named} if authors else {}
        for publication, document in zip(part, documents, strict=True):
            yield _citation(publication, document, records)


def citation_of(publication):
    return next(citations_of([publication]))


def _citation(publication, document, records):
    kind = kinds_by_name()[publication.kind]
    date = document.get("date", localdate(publication.modified_at).isoformat())
    return Citation(
        key=f"medi4sec-{publication.kind}-{publication.identifier}",
        identifier=publication.identifier,
        title=one_line(publication.full_title),
        summary=one_line(publication.summary),
        url=f"{settings.BASE_URL}{publication.url}",
        authors=tuple(
            name_parts(author["label"], records.get((author["kind"], author["id"]), {}))
            for author in document.get("authors") or ()
        ),
        date=date or "",
        version=publication.version,
        checked_on=document["checked_on"] or "",
        keywords=tuple(one_line(tag) for tag in document["tags"]),
        is_report=kind.schema_type == "Report",
    )


def one_line(text):
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


def bibtex(citation):
    """One entry; titles and organisations stand in double braces, so that no style changes their capitals."""
    year, month = (*citation.date.split("-"), "")[:2] if citation.date else ("", "")
    fields = {
        "title": f"{{{citation.title.translate(ESCAPED)}}}",
        "author": " and ".join(_bibtex_name(name) for name in citation.authors),
        "year": year,
        "month": MONTHS[int(month) - 1] if month else "",
        "date": citation.date,
        "url": citation.url,
        "version": str(citation.version),
        "language": "english",
        "keywords": ", ".join(citation.keywords).translate(ESCAPED),
        "abstract": citation.summary.translate(ESCAPED),
        "note": citation.note.translate(ESCAPED),
    }
    if citation.is_report:
        fields |= {"institution": f"{{{PROJECT}}}", "number": citation.identifier}
    else:
        fields |= {"publisher": f"{{{PUBLISHER}}}"}
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{'techreport' if citation.is_report else 'misc'}{{{citation.key},", *lines, "}\n"])


def _bibtex_name(name):
    """“van den Brink, P.”; what BibTeX would take apart or not read as a name is held together by braces."""
    parts = [_held(part) for part in (name.family, name.given) if part] or [
        f"{{{name.whole.translate(ESCAPED)}}}"
    ]
    return " ".join(filter(None, (name.particle.translate(ESCAPED), ", ".join(parts))))


def _held(part):
    """A part of a name; a small word in it would pass for a particle."""
    is_taken_apart = "," in part or any(word.islower() for word in part.split())
    return f"{{{part.translate(ESCAPED)}}}" if is_taken_apart else part.translate(ESCAPED)


# RIS


def ris(citation):
    """One reference; a tag and its value on each line."""
    date = "/".join((*citation.date.split("-"), "", "")[:3]) + "/" if citation.date else ""
    rows = [
        ("TY", "RPRT" if citation.is_report else "ELEC"),
        ("ID", citation.key),
        ("AN", citation.identifier),
        (
            "SN",
            citation.identifier if citation.is_report else "",
        ),  # where its readers look for a report’s number
        ("TI", citation.title),
        *(("AU", name.family_first) for name in citation.authors),
        ("PY", citation.date[:4]),
        ("DA", date),
        ("PB", PROJECT if citation.is_report else PUBLISHER),
        ("ET", str(citation.version)),
        ("LA", "en"),
        ("AB", citation.summary),
        *(("KW", keyword) for keyword in citation.keywords),
        ("N1", citation.note),
        ("UR", citation.url),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in rows if value) + "ER  - \r\n\r\n"
