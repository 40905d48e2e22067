"""The record page: one skeleton for every kind, made of the publication and the links to and from it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.module_loading import import_string
from django.utils.timezone import localdate
from django.utils.translation import gettext

from media4sec.kinds import NAVIGATION, SECTIONS, Kind, kinds_by_name
from media4sec.languages import local
from media4sec.portal.record.asking import law_query
from media4sec.portal.record.country import CountryLens, country_lens
from media4sec.portal.record.evidence import (
    Statements,
    columns_by_lens,
    evidence_url_of,
    flags_of,
    keymap_of,
    names_of_parts,
    sources_of,
    statements_about,
)
from media4sec.portal.record.facts import Fact, facts_of, history_of, limits_of, status_line, unknown_facts
from media4sec.portal.record.files import pdf_of, pictures_of, with_page
from media4sec.portal.record.glossary import Entry, Glossary, Prose
from media4sec.portal.record.law import LawOnDay, law_of_issues, tells_law
from media4sec.portal.record.links import (
    Backlinks,
    LinkGroup,
    link_groups,
    links_from,
    neighbours_of,
    path_of,
)
from media4sec.portal.rows import first_sentence, theme_tiles, with_notes
from media4sec.portal.wording import content, page_display
from media4sec.publications.citing import cited_in_words, tags_for_readers
from media4sec.publications.description import Description, descriptions_of
from media4sec.publications.models import Publication
from media4sec.publications.notes import UseNote, note_for
from media4sec.publications.schema_org import nodes_of
from media4sec.publications.selection import name_of
from media4sec.publications.stated import stated_facts
from media4sec.representations import CALENDAR, forms_of_records, twin

SHOWN_STATEMENTS = 12
MANY_LINKS = 8  # linked and related records; of more, the part folds


@dataclass(frozen=True, slots=True)
class RecordPage:
    """What the page of a record shows. The last five are for the kind's app, which adds what only its kind has."""

    publication: Publication
    kind: Kind
    document: dict  # the record as the API sends it
    display: dict  # its words for pages, in the language of the reader
    title: str  # with the figure that the record is about, where it does not say it itself
    crumbs: list[dict]
    lead: Prose  # one sentence under the title; may be empty
    themes: list[dict]
    keymap: dict | None
    status: dict
    gist: dict | None  # what the kind says before all facts: {title, text}
    facts: list[Fact]
    unknown: list[str]  # labels of facts that only other records of the kind state
    text: list[Prose]  # what is “in short”, in paragraphs
    sections: list[dict]
    pictures: list[dict]
    pdf: dict | None  # of the document that it is about
    columns: list[dict]  # good, bad and ugly; empty where nothing is known
    columns_are_wider: bool  # they are about the issues that it raises, and not about the record
    note: UseNote | None  # on its use, where the kind has such notes and it needs one
    flags: list[dict]
    law: LawOnDay | None  # on the day that the reader asks for; None where it tells no law
    country: CountryLens | None  # the one whose national law the reader asks for
    limits: list[Fact]
    links: list[LinkGroup]
    neighbours: list[dict]
    statements: list[dict]  # the first ones about it
    statement_count: int
    evidence_url: str  # the list of all of them; empty where there is none
    sources: list[dict]
    history: list[Fact]
    description: Description | None  # the same for other catalogues; a paper has none
    terms: list[Entry]  # what the glossary says of words in its texts
    backlinks: Backlinks  # the records that name it
    primary: dict  # the one thing to do with it: {title, url}
    next: list[dict]  # where a reader goes from here, in the same shape
    own_parts: list[tuple] = ()  # (id, title) of the parts in the block “own”
    parts: list[dict] = ()  # all parts, where their order is not that of the skeleton
    own: Any = None  # what the kind's template shows besides, in a shape that both know

    @property
    def plate(self):
        """The identifier, where readers see it."""
        return self.publication.identifier if self.kind.identifier.is_shown else ""

    @property
    def name(self):
        return f"{self.publication.kind}:{self.publication.identifier}"

    @property
    def link_count(self):
        """How many linked and related records the page names."""
        return sum(len(group.rows) for group in self.links) + len(self.neighbours)

    @property
    def has_many_links(self):
        return self.link_count > MANY_LINKS

    @property
    def list_name(self):
        """How the address of a list names it."""
        return name_of(self.publication.kind, self.publication.identifier)

    @property
    def is_unverified(self):
        """Did a look-up not confirm it, where readers would rely on it?"""
        return self.display.get("is_unverified", False)

    @property
    def issued_on(self) -> date:
        return localdate(self.publication.issued_at)

    @property
    def modified_on(self) -> date:
        return localdate(self.publication.modified_at)

    @property
    def law_query(self):
        """The end of its address that asks for the law it tells, where that is not the law of today."""
        return law_query(self.law and self.law.day, self.country and self.country.code)

    @property
    def has_both(self):
        """Does it tell the law of a day and that of a country? Then it is brief on the rest."""
        return bool(self.country and self.law and not self.law.is_today)

    @property
    def exports(self):
        """The record to print, with the law that the page tells, and for machines: on its own path and in the API."""
        address = local(twin(self.publication.url, "pdf")) + self.law_query
        paper = {"label": "PDF", "url": address, "type": "application/pdf"}
        files = [
            {"label": form.label, "url": twin(self.publication.url, form.suffix), "type": form.media_type}
            for form in (*forms_of_records(), *([CALENDAR] if self.description.dates else []))
            if form.label
        ]
        api = self.kind.api_url(self.publication.identifier)
        return [paper, *files, {"label": "API", "url": api, "type": ""}]

    @property
    def citations(self):
        """How to cite the record, and what it is about or was taken from; in English, as it is written in English."""
        return cited_in_words(self.description)

    @property
    def tags(self):
        """What reference managers read: [(name, content)]."""
        return tags_for_readers(self.description)

    @property
    def nodes(self):
        """The record and what it describes, in the words of schema.org."""
        return nodes_of(self.description)


def page_of(publication, outgoing=None, day=None, country="", *, is_for_paper=False):
    """The record page. Ten queries at most, however much is linked, and what the kind's app asks.

    ``outgoing`` are the terms by which it names others, where somebody has them; ``day`` is the one whose law it
    tells, today if there is none, and ``country`` the code of the one whose national law it tells besides. Papers have
    no room for what is only there to be clicked: related records, forms for machines.
    """
    kind = kinds_by_name()[publication.kind]
    document, display = publication.body, page_display(publication)
    tiles, glossary = theme_tiles(), Glossary(publication)
    known = stated_facts(kind) | {fact["name"] for fact in display["facts"] if fact["values"]}
    outgoing = links_from([publication])[publication.pk] if outgoing is None else outgoing
    backlinks = Backlinks(publication)
    issues = [
        term.target for term in outgoing if kind.links.flags and path_of(kind, term.field) == kind.links.flags
    ]
    own = statements_about([publication.pk]) if backlinks.has_statements else Statements()
    wider = Statements()
    if issues and not own.are_placed(tiles):
        with_rows = not own.total and "points" not in document
        wider = statements_about(
            [issue.pk for issue in issues], [publication.pk] if own.total else (), with_rows=with_rows
        )
    law = law_of_issues(issues, day) if tells_law(kind) else None
    # What has no issues of its own is asked for itself.
    named = {(issue.kind, issue.identifier) for issue in issues} or {(kind.name, publication.identifier)}
    evidence_url = evidence_url_of(kind, publication)
    sources, stated = sources_of(document, names_of_parts(kind, display)), with_notes(display)
    # From the top of the page down: the first use of a term of the glossary is the one that is marked.
    lead = glossary.mark(document.get("question") or lead_of(document["summary"]))
    gist = {"title": kind.page.says.title, "text": glossary.mark(display["says"])} if kind.page.says else None
    text = glossary.mark_all(text_of(document))
    sections = [
        {
            "title": part["title"],
            "paragraphs": glossary.mark_all(part["paragraphs"]),
            "items": glossary.mark_all(part["items"]),
        }
        for part in display["sections"]
        if part["paragraphs"] != [document.get("question")]
    ]
    columns = columns_by_lens(document, own, wider, evidence_url)
    for column in columns:
        for point in column["points"]:
            point["text"] = glossary.mark(point["text"])
    page = RecordPage(
        publication=publication,
        kind=kind,
        document=document,
        display=display,
        title=publication.full_title,
        crumbs=crumbs_of(kind, publication),
        lead=lead,
        themes=themes_of(display, tiles),
        keymap=keymap_of(publication, display, own, wider, tiles),
        status=status_line(document, display),
        gist=gist,
        facts=facts_of(kind, with_page(kind, document, stated)),
        unknown=unknown_facts(kind, stated, known),
        text=text,
        sections=sections,
        pictures=pictures_of(document),
        pdf=pdf_of(document),
        columns=columns,
        columns_are_wider=bool(wider.total) and not own.total and "points" not in document,
        note=note_for(document),
        flags=flags_of(issues, law),
        law=law,
        country=country_lens(country, named) if country else None,
        limits=limits_of(kind, display, known),
        links=link_groups(kind, outgoing, backlinks),
        neighbours=[] if is_for_paper else neighbours_of(publication, outgoing, sources),
        statements=not_told_above(own.rows, columns)[: SHOWN_STATEMENTS if evidence_url else None],
        statement_count=own.total,
        evidence_url=evidence_url,
        sources=sources,
        history=history_of(publication, document, display),
        description=None if is_for_paper else next(descriptions_of([publication])),
        terms=glossary.used,
        backlinks=backlinks,
        primary=primary_of(kind, publication),
        next=next_of(kind, publication),
        own_parts=[(name, title) for name, title in kind.page.own_parts.items() if document.get(name)],
    )
    if kind.page.adds:
        page = import_string(kind.page.adds)(page)
    return page if page.parts else replace(page, parts=page_parts(page))


def primary_of(kind, publication):
    """What readers come to the page of a record to do."""
    if kind.page.check:
        return {"title": gettext("Run the check"), "url": f"{kind.page.check}#{publication.identifier}"}
    return {"title": gettext("Cite"), "url": "#cite"}


def way_to_text(page, official=""):
    """Where the text that a record is about can be read: at its official address, which ``official`` names, else in the
    first of its sources."""
    if official and page.document["official_url"]:
        return {"title": official, "url": page.document["official_url"]}
    if page.sources:
        source = page.sources[0]
        return {"title": gettext("Read the source"), "url": source["page_url"] or source["url"]}
    return page.primary


def next_of(kind, publication):
    """Where every record leads: to the others of its kind, to the check, and to its editors."""
    record = f"{publication.kind}:{publication.identifier}"
    return [
        {"title": kind.names.heading, "url": kind.list_url},
        *([] if kind.page.check else [{"title": gettext("Check ethics and law"), "url": "/check/"}]),
        {"title": gettext("Suggest a correction"), "url": f"/corrections/new/?record={record}"},
    ]


def not_told_above(statements, columns):
    """A page says each sentence once: what is good, bad or ugly is not told again as evidence."""
    points = [point for column in columns for point in column["points"]]
    told = {mark["url"] for point in points for mark in point["marks"]} | {
        str(point["text"]) for point in points
    }
    return [row for row in statements if row["url"] not in told and row["text"] not in told]


def themes_of(display, tiles):
    found = [tiles[ref["id"]] for ref in display["themes"] if ref["id"] in tiles]
    return sorted(found, key=lambda tile: tile["number"])


def lead_of(summary):
    """The first sentence, however long."""
    return first_sentence(summary, limit=len(summary))


def text_of(document):
    """The summary in paragraphs, without the sentence that is in the lead already."""
    summary = document["summary"]
    if not document.get("question"):
        summary = summary.removeprefix(lead_of(summary))
    return [part.strip() for part in summary.split("\n\n") if part.strip()]


def crumbs_of(kind, publication):
    found = [
        {"title": gettext("Home"), "url": "/"},
        {"title": SECTIONS[kind.section], "url": NAVIGATION[kind.section]},
    ]
    if kind.list_url != NAVIGATION[kind.section]:
        found.append({"title": kind.names.heading, "url": kind.list_url})
    here = publication.identifier if kind.identifier.is_shown else content(publication.title)
    return [*found, {"title": here, "url": None}]


def page_parts(page):
    """The part index: what this page has, in the skeleton's order."""
    gist = page.gist
    return listed(
        ("gist", gist["title"] if gist else "", gist),
        ("use", page.note.title if page.note else "", page.note),
        ("facts", gettext("Facts"), page.facts or page.unknown),
        ("document", gettext("The document"), page.pdf),
        ("about", page.kind.page.about, page.text or page.sections),
        pictures_part(page),
        ("lenses", gettext("Good, bad, ugly"), page.columns),
        ("flags", gettext("Legal and ethical flags"), page.kind.links.flags),
        ("limits", gettext("Requirements and limits"), page.limits),
        *((name, title, True) for name, title in page.own_parts),
        *last_parts(page),
    )


def parts_by_need(page, *first):
    """The part index with these parts first, in this order; the others follow in the skeleton's."""
    parts = {part["id"]: part for part in page_parts(page)}
    return [parts[name] for name in dict.fromkeys([*first, *parts]) if name in parts]


def pictures_part(page):
    return "pictures", gettext("Pictures"), page.pictures


def last_parts(page):
    """What every page ends with."""
    return (
        ("related", gettext("Related"), page.links or page.neighbours),
        ("evidence", gettext("Evidence and history"), True),
    )


def listed(*parts):
    """The part index, from ``(id, title, is it there?)``."""
    return [{"id": name, "title": title} for name, title, is_there in parts if is_there]
