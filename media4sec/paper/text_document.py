"""Text documents (DOCX), to be edited further: the parts of a paper in the styles that word processors know."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.utils.translation import gettext, override
from docx import Document
from docx.enum.text import WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from media4sec.paper.blocks import Cell, NewPage, Paper, Phrase, Piece
from media4sec.paper.qr import qr_png

FONT, INK, INK_2 = "Arial", RGBColor(0x11, 0x17, 0x1B), RGBColor(0x41, 0x4B, 0x52)
TEXT_WIDTH = Mm(174)  # of the text: A4 without its margins
CODE_WIDTH = Mm(60)
FIRST_ZIP_DAY = (1980, 1, 1, 0, 0, 0)  # that a ZIP can tell


def as_docx(paper: Paper) -> bytes:
    """A paper as DOCX; the same paper gives the same bytes."""
    document = _empty(paper)
    if paper.kicker:
        _write(document.add_paragraph(style="Subtitle"), [Piece(paper.kicker)])
    plate = [Piece(f"{paper.plate} ")] if paper.plate else []
    _write(document.add_heading(level=1), [*plate, *paper.title])
    if paper.lead:
        _write(document.add_paragraph(), paper.lead)
    for block in (*paper.cover, *([NewPage()] if paper.cover else []), *paper.blocks):
        WRITERS[type(block).__name__](document, block)
    with override(paper.language):
        site = gettext("MEDI@4SEC knowledge base")
    _write(
        document.add_paragraph(style="Caption"),
        [Piece(f"{site}. {paper.stamp} "), Piece(paper.address, paper.address)],
    )
    out = BytesIO()
    document.save(out)
    return _without_times(out.getvalue())


def _empty(paper: Paper) -> Any:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(297), Mm(210)) if paper.is_wide else (Mm(210), Mm(297))
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin = section.bottom_margin = Mm(20)
    core = document.core_properties
    core.title, core.language, core.author = paper.name, paper.language, ""
    core.created = core.modified = paper.made_at.replace(tzinfo=None)
    core.comments = paper.address
    for name in (
        "Normal",
        "Subtitle",
        "Caption",
        "Intense Quote",
        "Heading 1",
        "Heading 2",
        "Heading 3",
        "Heading 4",
    ):
        style = document.styles[name]
        style.font.name, style.font.color.rgb, style.font.italic = FONT, INK, False
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in list(fonts.attrib):  # those of a theme, which count more than the name
            del fonts.attrib[attribute]
        for script in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{script}"), FONT)
    document.styles["Normal"].font.size = Pt(10)
    document.styles["Normal"].paragraph_format.space_after = Pt(4)
    document.styles["Caption"].font.color.rgb = INK_2
    document.styles["Caption"].font.bold = False
    notice = document.styles["Intense Quote"].element.get_or_add_pPr()
    notice.remove(notice.find(qn("w:pBdr")))
    _speak(document.styles["Normal"].element.get_or_add_rPr(), paper.language)
    return document


def _heading(document: Any, block: Any) -> None:
    _write(document.add_heading(level=block.level), block.words)


def _paragraph(document: Any, block: Any) -> None:
    _write(document.add_paragraph(), block.words)


def _note(document: Any, block: Any) -> None:
    _write(document.add_paragraph(style="Caption"), block.words)


def _notice(document: Any, block: Any) -> None:
    _write(document.add_paragraph(style="Intense Quote"), block.words)


def _points(document: Any, block: Any) -> None:
    for words in block.items:
        _write(document.add_paragraph(style="List Bullet"), words)


def _facts(document: Any, block: Any) -> None:
    _fill(document, [[[label], values] for label, values in block.rows], (1, 3))


def _bold(phrase: Phrase) -> Phrase:
    return [replace(piece, is_strong=True) for piece in phrase]


def _table(document: Any, block: Any) -> None:
    table = _fill(document, [[[_bold(words)] for words in block.head], *block.rows], block.shares)
    mark = OxmlElement("w:tblHeader")  # told again on every page
    table.rows[0]._tr.get_or_add_trPr().append(mark)


def _new_page(document: Any, block: Any) -> None:
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _square_code(document: Any, block: Any) -> None:
    picture = document.add_picture(BytesIO(qr_png(block.url)), width=CODE_WIDTH)
    picture._inline.docPr.set("descr", "".join(piece.text for piece in block.words))
    _write(document.add_paragraph(style="Caption"), [replace(piece, url=block.url) for piece in block.words])


WRITERS = {
    "Heading": _heading,
    "Paragraph": _paragraph,
    "Note": _note,
    "Notice": _notice,
    "Points": _points,
    "FactList": _facts,
    "Table": _table,
    "NewPage": _new_page,
    "SquareCode": _square_code,
}


def _fill(document: Any, rows: Sequence[Sequence[Cell]], shares: Sequence[int]) -> Any:
    """A table; the first cell of each row is bold."""
    table = document.add_table(rows=0, cols=len(shares), style="Table Grid")
    table.autofit = False
    for column, share in zip(table.columns, shares, strict=True):
        column.width = TEXT_WIDTH * share // sum(shares)
    for row in rows:
        for number, (cell, paragraphs) in enumerate(zip(table.add_row().cells, row, strict=True)):
            cell.width = TEXT_WIDTH * shares[number] // sum(shares)
            for at, words in enumerate(paragraphs):
                place = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
                _write(place, words, is_strong=number == 0)
    return table


def _write(paragraph: Any, words: Phrase, is_strong: bool = False) -> None:
    for run in words:
        made = paragraph.add_run(run.text)
        made.bold = True if is_strong or run.is_strong else None
        if run.language:
            _speak(made._r.get_or_add_rPr(), run.language)
        if run.url:
            link = OxmlElement("w:hyperlink")
            link.set(
                qn("r:id"), paragraph.part.relate_to(run.url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            )
            made.underline = True
            paragraph._p.append(link)
            link.append(made._r)


def _speak(properties: Any, language: str) -> None:
    mark = OxmlElement("w:lang")
    mark.set(qn("w:val"), language)
    properties.append(mark)


def _without_times(content: bytes) -> bytes:
    """The same package, with the same hour on all that is in it."""
    out = BytesIO()
    with ZipFile(BytesIO(content)) as package, ZipFile(out, "w") as clean:
        for name in package.namelist():
            info = ZipInfo(name, FIRST_ZIP_DAY)
            info.compress_type = ZIP_DEFLATED
            clean.writestr(info, package.read(name))
    return out.getvalue()
