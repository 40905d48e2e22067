"""Citations of records: the facts once, written as BibTeX and as RIS.

What is cited is the record, at its address and in its version. Authors and dates are those that the document
states; a record that states no date of its own has that of its version.
"""

import json
import re
from dataclasses import dataclass

from django.conf import settings
from django.utils.timezone import localdate

from media4sec.kinds import kinds_by_name

PROJECT = "MEDI@4SEC"
PUBLISHER = "MEDI@4SEC knowledge base"
LICENCE_NAME, LICENCE_URL = "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Citation:
    """All that the formats say of one record."""

    key: str
    identifier: str
    title: str
    summary: str
    url: str
    authors: tuple[str, ...]
    date: str  # 2018, 2018-03 or 2018-03-14; empty where the document could state one and does not
    version: int
    checked_on: str
    keywords: tuple[str, ...]
    is_report: bool

    @property
    def note(self):
        checked = f", checked on {self.checked_on}" if self.checked_on else ", not checked yet"
        return f"{self.identifier}, version {self.version}{checked}. {LICENCE_NAME}, {LICENCE_URL}"


def citation_of(publication):
    document = json.loads(publication.document)
    kind = kinds_by_name()[publication.kind]
    date = document.get("date", localdate(publication.modified_at).isoformat())
    return Citation(
        key=f"medi4sec-{publication.kind}-{publication.identifier}",
        identifier=publication.identifier,
        title=one_line(publication.full_title),
        summary=one_line(publication.summary),
        url=f"{settings.BASE_URL}{publication.url}",
        authors=tuple(one_line(author["label"]) for author in document.get("authors") or ()),
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
    """A name as it is printed; one that BibTeX would take apart at a comma or an “and” is held together."""
    text = name.translate(ESCAPED)
    return f"{{{text}}}" if re.search(r",|\band\b", name) else text


# RIS


def ris(citation):
    """One reference; a tag and its value on each line."""
    date = "/".join((*citation.date.split("-"), "", "")[:3]) + "/" if citation.date else ""
    rows = [
        ("TY", "RPRT" if citation.is_report else "ELEC"),
        ("ID", citation.key),
        ("AN", citation.identifier),
        ("TI", citation.title),
        *(("AU", name) for name in citation.authors),
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
