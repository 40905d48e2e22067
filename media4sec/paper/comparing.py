"""Records side by side, as a sheet to lay on the table."""

from datetime import datetime, time
from itertools import chain
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.timezone import localdate, make_aware
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from media4sec.kinds import lower_first
from media4sec.languages import language_tag
from media4sec.paper.blocks import (
    Block,
    Cell,
    Heading,
    Note,
    Paper,
    Phrase,
    Piece,
    Table,
    full_address,
    quoted,
    worded,
)
from media4sec.paper.typesetting import as_pdf
from media4sec.paper.views import pdf_answer
from media4sec.portal.lists.compare import (
    chosen,
    compare_form,
    compare_query,
    kinds_side_by_side,
    table_of,
    too_few,
)
from media4sec.portal.lists.views import refuse
from media4sec.saying import day


@require_safe
def compared_pdf(request: HttpRequest, path: str) -> HttpResponseBase:
    """``/technologies/compare.pdf?ids=T-012,T-040``: the table of the page."""
    kinds = kinds_side_by_side(path)
    names, on, errors = compare_form(request)
    query = compare_query(names, on)
    rows, unknown = chosen(kinds, names)
    errors += unknown or too_few(rows)
    title = gettext("Compare %(things)s") % {"things": lower_first(kinds[0].names.many)}
    if errors:
        return refuse(request, errors, title)
    content = as_pdf(paper_of_table(title, f"/{path}/compare/?{query}", rows, table_of(rows, on)))
    return pdf_answer(content, f"medi4sec-compare-{'-'.join(names)}")


def paper_of_table(title: str, address: str, rows: Any, table: dict[str, Any]) -> Paper:
    shown_on = {"date": day(localdate())}
    return Paper(
        title=worded(title),
        language=language_tag(get_language()),
        address=full_address(address),
        made_at=make_aware(datetime.combine(localdate(), time.min)),
        stamp=gettext("As published on %(date)s") % shown_on,
        lead=list(chain.from_iterable(between(record) for record in rows))[1:],
        blocks=blocks_of_table(rows, table),
        is_wide=True,
    )


def between(record: Any) -> Phrase:
    return [Piece(" · "), *quoted(record.full_title, full_address(record.url))]


def blocks_of_table(rows: Any, table: dict[str, Any]) -> list[Block]:
    """A table for each group, all with the same columns."""
    head = [worded(gettext("Field")), *(quoted(row.full_title) for row in rows)]
    shares = (2, *[5] * len(rows))
    blocks: list[Block] = []
    for group in table["groups"]:
        blocks.append(Heading(worded(group["title"])))
        lines = [[label_cell(row), *map(cell_of_values, row["cells"])] for row in group["rows"]]
        blocks.append(Table(head, lines, shares))
    if table["folded"]:
        folded = ", ".join(map(str, table["folded"]))
        blocks.append(Note(worded(f"{gettext('Not stated in the source for any of these:')} {folded}.")))
    explained = gettext(
        "Bold in a list: not in all of them. The table ranks nothing; take the legal points to your "
        "data-protection officer."
    )
    return [*blocks, Note(worded(explained))]


def label_cell(row: dict[str, Any]) -> Cell:
    differs = [worded(gettext("differs"))] if row["differs"] else []
    return [worded(row["label"]), *differs]


def cell_of_values(values: list[Any]) -> Cell:
    return [map_value(value) for value in values] or [worded(gettext("Not stated in the source"))]


def map_value(value: Any) -> Phrase:
    """A value with what is said beside it; where not all have it, strong."""
    words = (quoted if value.is_content else worded)(
        value.text, full_address(value.url) if value.url else "", strong=value.only_some
    )
    beside = [value.lens_label, value.state["label"] if value.state else "", value.note]
    rest = [piece for text in beside if text for piece in (Piece(", "), *worded(text))][1:]
    return [*words, Piece(" ("), *rest, Piece(")")] if rest else words
