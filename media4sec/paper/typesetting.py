"""PDF by typst: a template of ours, and data that it reads; nothing of the data is ever read as a template.

The same data give the same bytes. No file but the templates and fonts of this folder is read, no address is asked.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from unicodedata import category

from django.utils.translation import gettext, override

from media4sec.font import drawable
from media4sec.paper.blocks import Block, Paper, SquareCode
from media4sec.paper.qr import qr_svg

HERE = Path(__file__).parent
PAPER_TEMPLATES, PAPER_FONTS = HERE / "templates", HERE / "fonts"
PDF_STANDARD: Final = "ua-1"  # PDF/UA-1, as typst itself checks while it writes
NO_LETTER = "could not be displayed"  # how it says that no font has a letter


def typeset(template: str, data: Mapping[str, Any], made_at: datetime) -> bytes:
    """The PDF that a template of this folder makes of ``data``, which is JSON.

    Templates begin with ``#import "look.typ": *`` and ``#show: sheet``; ``look.typ`` says which of the data they read
    (title, language, …). Letters that no font here has become replacement marks.
    """
    import typst  # 7 MB that a worker needs when it makes its first paper

    try:
        return _compiled(template, data, made_at)
    except typst.TypstError as error:
        if NO_LETTER not in str(error):
            raise
        return _compiled(template, _in_known_letters(data), made_at)


def _in_known_letters(data: Any) -> Any:
    if isinstance(data, str):
        return "".join(letter for letter in drawable(data) if category(letter) != "Cc")
    if isinstance(data, Mapping):
        return {name: _in_known_letters(value) for name, value in data.items()}
    return [*map(_in_known_letters, data)] if isinstance(data, list | tuple) else data


def _compiled(template: str, data: Mapping[str, Any], made_at: datetime) -> bytes:
    import typst

    return typst.compile(
        PAPER_TEMPLATES / template,
        root=PAPER_TEMPLATES,
        font_paths=fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        format="pdf",
        pdf_standards=PDF_STANDARD,
        timestamp=int(made_at.timestamp()),
    )


@cache
def fonts() -> Any:
    """The site's font, and for letters that it has not those that typst brings; none of the machine's."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[PAPER_FONTS])


def as_pdf(paper: Paper) -> bytes:
    """A paper as PDF."""
    return typeset("paper.typ", data_of(paper), paper.made_at)


def data_of(paper: Paper) -> dict[str, Any]:
    """A paper as templates read it."""
    parts = {"cover": [*map(data_of_block, paper.cover)], "blocks": [*map(data_of_block, paper.blocks)]}
    own = {"name": paper.name, "words": template_words(paper.language), "made_at": paper.made_at.isoformat()}
    return {**asdict(replace(paper, cover=(), blocks=())), **parts, **own}


def data_of_block(block: Block) -> dict[str, Any]:
    drawn = {"svg": qr_svg(block.url)} if isinstance(block, SquareCode) else {}
    return {"is": type(block).__name__, **asdict(block), **drawn}


def template_words(language: str) -> dict[str, str]:
    """The words that templates bring themselves."""
    with override(language):
        return {
            "site": gettext("MEDI@4SEC knowledge base"),
            "page": gettext("Page"),
            "contents": gettext("Contents"),
        }
