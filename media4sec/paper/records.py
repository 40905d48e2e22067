"""A record as a paper: what its page says, in the order of the page, without what is only there to be clicked."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import get_language, gettext

from media4sec.kinds import Kind, lower_first
from media4sec.languages import language_tag
from media4sec.paper.blocks import (
    Block,
    FactList,
    Heading,
    Note,
    Notice,
    Paper,
    Paragraph,
    Phrase,
    Piece,
    Points,
    Table,
    full_address,
    quoted,
    worded,
)
from media4sec.paper.law import country_blocks, day_blocks, flag_blocks
from media4sec.portal.record.page import RecordPage
from media4sec.portal.rows import day_or_not_yet
from media4sec.portal.wording import word
from media4sec.publications.description import is_reference, one_line
from media4sec.publications.notes import NotePart, UseNote
from media4sec.saying import day

STORED_CODE = re.compile(
    r"[a-z][a-z0-9-]*"
)  # a choice as it is stored, such as struck-down: no word for readers
DATE = re.compile(r"\d{4}-\d\d-\d\d")
SENTENCE_ENDS = (".", "!", "?", "…")
OF_THE_PART = ("key", "provenance")  # of a part


def paper_of(page: RecordPage, *, level: int = 1) -> Paper:
    """The paper of a record, in the language that is spoken; on a ``level`` of 2 it is a part of a larger one."""
    publication = page.publication
    return Paper(
        title=[*quoted(page.title), *worded(law_told_of(page))],
        language=language_tag(get_language()),
        address=full_address(publication.url) + page.law_query,
        made_at=publication.modified_at,
        stamp=edition(page),
        kicker=str(page.kind.names.one),
        plate=page.plate,
        lead=quoted(page.lead) if page.lead else (),
        blocks=[*blocks_of(page, level)],
    )


def law_told_of(page: RecordPage) -> str:
    """Whose law it tells, where that is not the law of today."""
    asked = [day(page.law.day)] if page.law and not page.law.is_today else []
    return "".join(f", {words}" for words in [*asked, *([page.country.name] if page.country else [])])


def edition(page: RecordPage) -> str:
    words = {"number": page.publication.version, "day": day_or_not_yet(page.modified_on.isoformat())}
    return gettext("Version %(number)s of %(day)s") % words


def blocks_of(page: RecordPage, level: int = 1) -> Iterator[Block]:
    """The parts of the page below its title; their headings are one level below ``level``."""
    part, below = level + 1, level + 2

    def titled(title: Any, *blocks: Block, at: int = part) -> Iterator[Block]:
        yield Heading(worded(title), at)
        yield from blocks

    yield Note(status_of(page))
    if page.is_unverified:
        text = gettext("a look-up did not confirm all of this. Read the text itself before you rely on it.")
        yield Notice((Piece(f"{gettext('Not verified')}: ", is_strong=True), *worded(text)))
    if page.gist:
        yield from titled(page.gist["title"], Paragraph(quoted(page.gist["text"])))
    if page.note:
        yield from titled(page.note.title, *note_blocks(page.note))
    if page.facts:
        yield from titled(gettext("Facts"), facts_block(page.facts))
    if page.text or page.sections:
        yield from titled(page.kind.page.about, *(Paragraph(quoted(text)) for text in page.text))
        for section in page.sections:
            yield from titled(
                section["title"], *(Paragraph(quoted(text)) for text in section["paragraphs"]), at=below
            )
            if section["items"]:
                yield Points([quoted(text) for text in section["items"]])
    if page.columns:
        yield from titled(gettext("Good, bad, ugly"))
        if page.columns_are_wider:
            yield Note(
                worded(
                    gettext(
                        "What the project said about the issues that tools and tasks of this kind raise. "
                        "These are not findings about this record."
                    )
                )
            )
        for column in page.columns:
            points = [point_words(point) for point in column["points"]]
            none = Note(worded(gettext("No evidence in the project")))
            yield from titled(column["label"], Points(points) if points else none, at=below)
    if page.kind.links.flags:
        yield from titled(gettext("Legal and ethical flags"), *flag_blocks(page.flags, page.law))
        yield from law_asked_for(page, below)
    if page.limits:
        yield from titled(gettext("Requirements and limits"), facts_block(page.limits))
    if page.law and not page.kind.links.flags and law_told_of(page):
        yield from titled(gettext("Then and now"), *law_asked_for(page, below))
    for name, title in page.own_parts:
        parts = page.document.get(name)
        if isinstance(parts, list) and parts:  # what its kind adds besides is made of other records
            yield from titled(
                title,
                Points(
                    [part_words(page.kind, one) if isinstance(one, dict) else quoted(one) for one in parts]
                ),
            )
    if page.links:
        yield from titled(gettext("Related"))
        for group in page.links:
            rows = [linked_words(row) for row in group.rows]
            more = [worded(group.all, full_address(group.all_url))] if group.all_url else []
            yield from titled(
                f"{group.label} ({lower_first(group.reason)})", Points([*rows, *more]), at=below
            )
    yield from titled(gettext("Evidence and history"))
    if page.statements:
        yield from titled(
            gettext("Evidence from project sources"), statements_block(page.statements), at=below
        )
    if page.document["notes"]:
        notes = Points([quoted(note) for note in page.document["notes"]])
        yield from titled(gettext("Notes on the sources"), notes, at=below)
    if page.sources:
        yield from titled(
            gettext("Sources"), Points([source_words(source) for source in page.sources]), at=below
        )
    else:
        yield Note(worded(gettext("No source is recorded for this record as a whole.")))


def law_asked_for(page: RecordPage, level: int) -> Iterator[Block]:
    """The law of the day and of the country that the reader asks for."""
    if page.law and not page.law.is_today:
        yield from day_blocks(page.law, level, with_states=not page.kind.links.flags)
    if page.country:
        yield from country_blocks(page.country)


def note_blocks(note: UseNote) -> Iterator[Block]:
    """The note on its use: whose words these are, for what it is there, and what records say on each heading."""
    yield Notice(
        (
            Piece(f"{gettext('Editorial')}: ", is_strong=True),
            *referred(note.because),
            *worded(f". {note.says}"),
        )
    )
    yield FactList([(worded(part.title), [part_of_note(part)]) for part in note.parts])


def part_of_note(part: NotePart) -> Phrase:
    if part.said:
        return worded(part.said)
    rest = worded(f" {gettext('and %(number)s more') % {'number': part.rest}}") if part.rest else ()
    return [*referred(part.first), *rest]


def referred(refs: Iterable[dict[str, Any]]) -> Phrase:
    """Records by their names, one after the other."""
    return [
        run
        for at, ref in enumerate(refs)
        for run in (Piece(", " if at else ""), *quoted(ref["label"], full_address(ref["url"])))
    ]


def status_of(page: RecordPage) -> Phrase:
    state = page.status["state"]
    before = [Piece(f"{state['label']}, ", is_strong=True)] if state else []
    return [*before, *worded(", ".join(str(words) for words in page.status["words"]))]


def facts_block(facts: Iterable[Any]) -> FactList:
    """Facts in their order; of those without a value it says that none is stated."""
    nothing = [worded(gettext("Not stated in the source"))]
    return FactList([(worded(fact.label), [*map(fact_words, fact.values)] or nothing) for fact in facts])


def fact_words(value: Any) -> Phrase:
    note = [Piece(" ("), *worded(value.note), Piece(")")] if value.note else ()
    return [*worded(value.text, full_address(value.url) if value.url else ""), *note]


def point_words(point: dict[str, Any]) -> Phrase:
    """A point, and after it the marks of what it rests on."""
    marks = [
        run
        for mark in point["marks"]
        for run in (Piece(" "), *worded(mark["label"], full_address(mark["url"])))
    ]
    return [*quoted(point["text"]), *(marks or worded(f" ({gettext('Editorial')})"))]


def part_words(kind: Kind, part: dict[str, Any]) -> Phrase:
    """A part of a record in one sentence: what it says, whether that was verified, what it names, where it is from."""
    chosen = [
        run
        for name, choices in kind.page.choices.items()
        if part.get(name)
        for run in (*worded(word(choices(part[name]).label, name, part[name]), strong=True), Piece(". "))
    ]
    values = [
        value
        for name, found in part.items()
        if name not in OF_THE_PART
        for value in (found if isinstance(found, list) else [found])
    ]
    texts = [
        value for value in values if isinstance(value, str) and value and not STORED_CODE.fullmatch(value)
    ]
    line = " ".join(text if text.endswith(SENTENCE_ENDS) else f"{text}." for text in map(readable, texts))
    doubt = worded(f" ({gettext('Not verified')})") if part.get("verified") is False else ()
    links = [(value["label"], value["url"]) for value in values if is_reference(value)]
    links += [(source["title"] or source["url"], source["url"]) for source in part.get("sources", ())]
    return [
        *chosen,
        *quoted(line),
        *doubt,
        *(run for text, url in links for run in (Piece(" · "), *quoted(text, full_address(url)))),
    ]


def readable(text: str) -> str:
    return day(text) if DATE.fullmatch(text) else one_line(text)


def linked_words(row: Any) -> Phrase:
    identifier = f"{row.identifier} " if row.identifier else ""
    sentence = quoted(f": {row.sentence}") if row.sentence else ()
    return [Piece(identifier), *quoted(row.title, full_address(row.url)), *sentence]


def statements_block(statements: Iterable[dict[str, Any]]) -> Table:
    rows = []
    for statement in statements:
        source = statement["source"]
        place = ", ".join(filter(None, [statement["origin"], statement["locator"]]))
        rows.append(
            [
                [worded(statement["identifier"], full_address(statement["url"]))],
                [quoted(statement["text"])],
                [
                    worded(statement["lens_label"]),
                    worded(statement["kind_label"]),
                    worded(statement["rests_on"]["label"]),
                ],
                [
                    *([quoted(source["title"], source["url"])] if source else []),
                    worded(place or gettext("page not stated")),
                ],
            ]
        )
    head = [gettext("ID"), gettext("Evidence"), gettext("Kind"), gettext("Source")]
    return Table([worded(text) for text in head], rows, (2, 7, 3, 5))


def source_words(source: dict[str, Any]) -> Phrase:
    read = day(source["accessed_on"]) if source["accessed_on"] else ""
    after = [
        source["locator"],
        gettext("dated %(date)s") % {"date": source["dated_on"]} if source["dated_on"] else "",
        gettext("read on %(date)s") % {"date": read} if read else "",
    ]
    rest = ", ".join(filter(None, after))
    return [*quoted(source["title"], source["url"]), *worded(f", {rest}" if rest else "")]
