"""A reader's list as one paper: its records one after another, what they rest on, and what their terms mean."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext

from media4sec.kinds import kinds_by_name
from media4sec.languages import language_tag, local
from media4sec.paper.blocks import (
    Block,
    FactList,
    Heading,
    NewPage,
    Note,
    Paper,
    Paragraph,
    Points,
    SquareCode,
    full_address,
    quoted,
    worded,
)
from media4sec.paper.qr import LONGEST_IN_CODE
from media4sec.paper.records import blocks_of, edition, source_words
from media4sec.portal.record.links import links_from
from media4sec.portal.record.page import RecordPage, page_of
from media4sec.portal.selection.views import counted_list
from media4sec.publications.models import Publication
from media4sec.publications.selection import LIST_PATH, name_of, query_for
from media4sec.publications.since import Standing
from media4sec.saying import day

LONGEST_AT_FOOT = 120  # characters of an address
HEADING_LEVEL = 2  # the level of the headings of records and lists


def pack_of(rows: Sequence[Publication], newest: Standing) -> Paper:
    """The paper of these records, as they are at the newest change, in the language that is spoken."""
    linked = links_from(rows)
    pages = [page_of(row, linked[row.pk], is_for_paper=True) for row in rows]
    names = [name_of(row.kind, row.identifier) for row in rows]
    page = f"{settings.BASE_URL}{local(f'/{LIST_PATH}/')}"
    then = {"since": newest.seq, "edition": newest.edition}
    whole = f"{page}?{query_for(names, **then)}"
    return Paper(
        title=worded(counted_list(len(rows))),
        language=language_tag(get_language()),
        address=whole if len(whole) <= LONGEST_AT_FOOT else page,
        made_at=max(row.modified_at for row in rows),
        stamp=stamp_of(newest),
        kicker=gettext("A pack of records"),
        lead=worded(gettext("Each as it was published, with what it rests on and what its terms mean.")),
        cover=[*cover_blocks(rows, newest, whole)],
        blocks=[
            *(block for page in pages for block in record_blocks(page)),
            *evidence_blocks(pages),
            *glossary_blocks(pages),
        ],
        has_contents=True,
    )


def cover_blocks(rows: Sequence[Publication], newest: Standing, whole: str) -> Iterator[Block]:
    """What the pack holds, which edition it is, and the way back to the same list."""
    numbers = Counter(row.kind for row in rows)
    counted = [worded(kinds_by_name()[name].names.counted(number)) for name, number in numbers.items()]
    yield FactList(
        [
            (worded(gettext("Records")), counted),
            (worded(gettext("Number of the last change")), [worded(newest.seq)]),
            (worded(gettext("Edition")), [worded(newest.edition)]),
        ]
    )
    leads_to = worded(gettext("This list on the site, with what changed since this print"), whole)
    yield SquareCode(whole, leads_to) if len(whole) <= LONGEST_IN_CODE else Paragraph(leads_to)


def stamp_of(newest: Standing) -> str:
    """The state of the content, which the address below it asks for again."""
    words = {"number": newest.seq, "day": day(newest.on.isoformat()) if newest.on else ""}
    return gettext("As of change %(number)s, on %(day)s.") % words


def record_blocks(page: RecordPage) -> Iterator[Block]:
    """A record on pages of its own."""
    yield NewPage()
    plate = worded(f"{page.plate} ") if page.plate else ()
    yield Heading([*plate, *quoted(page.title)], HEADING_LEVEL)
    yield Note(
        [
            *worded(f"{page.kind.names.one}. {edition(page)} · "),
            *worded(full_address(page.publication.url), full_address(page.publication.url)),
        ]
    )
    yield from blocks_of(page, HEADING_LEVEL)


def evidence_blocks(pages: Iterable[RecordPage]) -> Iterator[Block]:
    """Every source once, with the records that rest on it."""
    sources: dict[tuple[str, ...], dict[str, Any]] = {}
    used_by: dict[tuple[str, ...], list[str]] = {}
    for page in pages:
        for source in page.sources:
            key = (source["url"], source["title"], source["locator"])
            sources.setdefault(key, source)
            used_by.setdefault(key, []).append(page.plate or page.title)
    if sources:
        yield NewPage()
        yield Heading(worded(gettext("Evidence of these records")), HEADING_LEVEL)
        yield Points(
            [
                [*source_words(source), *worded(f" → {'; '.join(dict.fromkeys(used_by[key]))}")]
                for key, source in sources.items()
            ]
        )


def glossary_blocks(pages: Iterable[RecordPage]) -> Iterator[Block]:
    """What the glossary says of the terms that these records use."""
    terms = {entry.identifier: entry for page in pages for entry in page.terms}
    if terms:
        yield Heading(worded(gettext("Terms used")), HEADING_LEVEL)
        entries = sorted(terms.values(), key=lambda entry: entry.title.casefold())
        yield FactList(
            [(quoted(entry.title, full_address(entry.url)), [quoted(entry.definition)]) for entry in entries]
        )
