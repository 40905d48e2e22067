"""The files of a record on its page, and the way from a page that is cited into the PDF that has it."""

import re

from media4sec.kinds import kinds, kinds_by_name
from media4sec.publications.models import Publication
from media4sec.publications.stated import since_change
from media4sec.stored import PDF, size_in_words

PAGE = re.compile(r"(?:pp?\.?|pages?)\s?(\d{1,4})\b")  # “p. 12”, “pp. 27–28”, “page 3, below the figure”


def pictures_of(document):
    """The pictures in their order, each ``{url, width, height, alt, caption, credit, licence}``."""
    return [
        {name: part["file"][name] for name in ("url", "width", "height")}
        | {name: part[name] for name in ("alt", "caption", "credit", "licence")}
        for part in document.get("files", ())
        if part["file"]["media_type"] != PDF
    ]


def pdf_of(document):
    """The PDF of the document that a record is about, as its page shows it; None without one."""
    part = pdf_part(document)
    if part is None:
        return None
    file = part["file"]
    return {
        "url": file["url"],
        "cover": file["cover"]["url"],
        "width": file["width"],
        "height": file["height"],
        "pages": file["pages"],
        "size": size_in_words(file["bytes"]),
        "caption": part["caption"],
        "credit": part["credit"],
        "licence": part["licence"],
    }


def pdf_part(document):
    parts = (part for part in document.get("files", ()) if part["file"]["media_type"] == PDF)
    return next(parts, None)


def page_in_pdf(cited, locator):
    """The address of the page that a locator begins with, where we have the PDF; else nothing.

    ``cited`` is what the locator is of: a record, as documents name it, or an address.
    """
    page = PAGE.match(locator)
    if page is None:
        return ""
    key = (cited["kind"], cited["id"]) if isinstance(cited, dict) else cited
    url = public_pdfs().get(key)
    return f"{url}#page={int(page[1])}" if url else ""


def with_page(kind, document, stated):
    """The facts; the page that a sentence is quoted from leads to it, where we have the PDF."""
    quoted = document[kind.cited.quotes] if kind.cited.quotes else None
    url = page_in_pdf(quoted, document["locator"]) if quoted else ""
    return [
        {**fact, "values": [{**value, "url": url} for value in fact["values"]]}
        if url and fact["name"] == "locator"
        else fact
        for fact in stated
    ]


def public_pdfs():
    """Where the PDF of a document is: by its record ``(kind, identifier)``, and by its address elsewhere."""
    names = [kind.name for kind in kinds() if kind.page.keeps_pdf]
    return since_change("PDF files", lambda: _public_pdfs(names), *names)


def _public_pdfs(names):
    found = {}
    rows = Publication.objects.published().of(*names).filter(files__media_type=PDF).distinct()
    for row in rows.only("kind", "identifier", "document"):
        part, thing = pdf_part(row.body), kinds_by_name()[row.kind].thing
        if part is not None:  # it may be that only earlier versions have one
            url = part["file"]["url"]
            found[row.kind, row.identifier] = url
            if thing.url and row.body[thing.url]:
                found[row.body[thing.url]] = url
    return found
