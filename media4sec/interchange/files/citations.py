"""Citations: a description's facts, written as BibTeX, as RIS and as CSL-JSON. All three state the same.

A record is cited at its address and in its version. The work that it describes (a report, a law, the source of a
statement) is another thing: it has an entry of its own, before the record's, with its own facts only.
"""

from typing import Any

from media4sec.interchange.records import dumped
from media4sec.publications.description import Description, Facts, Name
from media4sec.work_types import RECORD

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


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


def bibtex(description: Description) -> str:
    """What is to be cited, one entry after another."""
    return "\n".join(map(bibtex_entry, description.cited))


def bibtex_entry(citation: Facts) -> str:
    """One entry; titles and organisations stand in double braces, so that no style changes their capitals."""
    year, month = (*citation.date.split("-"), "")[:2] if citation.date else ("", "")
    fields = {
        "title": _whole(citation.title),
        "author": " and ".join(_bibtex_name(name) for name in citation.creators),
        "year": year,
        "month": MONTHS[int(month) - 1] if month else "",
        "date": citation.date,
        citation.names.publisher: _whole(citation.publisher),
        "number": citation.number.translate(ESCAPED),
        "pages": citation.pages.translate(ESCAPED),
        "url": citation.url,
        "urldate": citation.read_on,
        "version": citation.version,
        "language": "english" if citation.language == "en" else citation.language,
        "keywords": ", ".join(citation.keywords).translate(ESCAPED),
        "abstract": citation.summary.translate(ESCAPED),
        "note": citation.note.translate(ESCAPED),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{citation.names.bibtex}{{{citation.key},", *lines, "}\n"])


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


def ris(description: Description) -> str:
    """What is to be cited, one reference after another."""
    return "".join(map(ris_reference, description.cited))


def ris_reference(citation: Facts) -> str:
    """One reference; a tag and its value on each line."""
    date = "/".join((*citation.date.split("-"), "", "")[:3]) + "/" if citation.date else ""
    is_record = citation.type == RECORD
    rows = [
        ("TY", citation.names.ris),
        ("ID", citation.key),
        ("AN", citation.number if is_record else ""),
        ("SN", "" if is_record else citation.number),  # where readers look for the number of a report
        ("TI", citation.title),
        *(("AU", name.family_first) for name in citation.creators),
        ("PY", citation.date[:4]),
        ("DA", date),
        ("PB", citation.publisher),
        ("SP", citation.pages),
        ("ET", citation.version),
        ("LA", citation.language),
        ("AB", citation.summary),
        *(("KW", keyword) for keyword in citation.keywords),
        ("N1", citation.note),
        ("UR", citation.url),
        ("Y2", citation.read_on.replace("-", "/")),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in rows if value) + "ER  - \r\n\r\n"


# CSL-JSON: https://github.com/citation-style-language/schema


def csl(description: Description) -> str:
    """What is to be cited, as items of CSL-JSON with commas between them."""
    return ",\n".join(dumped(csl_item(citation)) for citation in description.cited)


def csl_item(citation: Facts) -> dict[str, Any]:
    """One item; without what is not stated."""
    item = {
        "id": citation.key,
        "type": citation.names.csl,
        "title": citation.title,
        "author": [_csl_name(name) for name in citation.creators],
        "issued": _csl_date(citation.date),
        "publisher": citation.publisher,
        "number": citation.number,
        "page": citation.pages,
        "URL": citation.url,
        "accessed": _csl_date(citation.read_on),
        "version": citation.version,
        "language": citation.language,
        "abstract": citation.summary,
        "keyword": ", ".join(citation.keywords),
        "note": citation.note,
    }
    return {name: value for name, value in item.items() if value}


def _csl_name(name: Name) -> dict[str, str]:
    parts = {"family": name.family, "given": name.given, "non-dropping-particle": name.particle}
    stated = {part: text for part, text in parts.items() if text}
    return stated if name.family else {"literal": name.whole}


def _csl_date(text: str) -> dict[str, list[list[int]]] | None:
    return {"date-parts": [[int(part) for part in text.split("-")]]} if text else None
