"""The evidence of a record: statements, sources, and where in the project's coordinates they lie."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from media4sec.kinds import NO_VALUE, THEME_FACET, Role, kind_for, kinds, kinds_by_name, lower_first
from media4sec.portal.record.files import page_in_pdf
from media4sec.portal.record.law import law_of_issues
from media4sec.portal.rows import LENSES, capitalised, host_of, told_of_records
from media4sec.portal.wording import page_display, word
from media4sec.publications.facets import by_two
from media4sec.publications.index import current
from media4sec.saying import day

SHOWN, SHOWN_POINTS = 12, 8  # of each lens
KEYMAP_THEMES = 6  # that the picture has room for: those of the project
STATED = ("kind", "identifier", "url", "title", "lens", "document", "display")
UNSHOWN = (
    "title_stems",
    "name_stems",
    "text_stems",
    "related",
)  # long columns that pages of other records do not need
SET_BY_RULE = "computed:"


@dataclass(frozen=True, slots=True)
class Statements:
    """Statements about some records: how many for each lens and theme, and the first of each lens as rows."""

    places: dict[tuple[str, str], int] = field(default_factory=dict)
    rows: list[dict] = ()

    @property
    def total(self):
        return sum(self.places.values())

    def by_lens(self, lens):
        return sum(number for (one, _theme), number in self.places.items() if one == lens)

    def are_placed(self, tiles):
        """Does any of them have a lens and a theme?"""
        return any(lens and theme in tiles for lens, theme in self.places)


def statements_about(targets, but=(), *, with_rows=True):
    """Statements that name one of these records, and none of ``but``. One query, for the first of them."""
    index, evidence = current(), kind_for(Role.EVIDENCE).name
    slots = index.of_kind_naming(evidence, targets, but)
    counts = by_two(slots, "lens", THEME_FACET.name, index)
    places = {("" if lens == NO_VALUE else lens, theme): number for (lens, theme), number in counts.items()}
    if not places or not with_rows:
        return Statements(places)
    of_lenses = (slots[index.having("lens", [lens])[slots]] for lens in (*LENSES, NO_VALUE))
    shown = index.mask(*(index.first(of_lens, SHOWN) for of_lens in of_lenses)).nonzero()[0]
    pks = index.pks[index.first(shown)].tolist()
    made_of = (kind.name for kind in kinds() if kind.page.keeps_pdf)
    return Statements(places, [*told_of_records("statements", pks, STATED, statement_row, *made_of).values()])


def statement_row(publication):
    document, display = publication.body, page_display(publication)
    source = document["sources"][0] if document["sources"] else None
    origin = next(filter(None, (document[name] for name in kind_for(Role.EVIDENCE).cited.origins)), None)
    where = origin_label(origin) if origin else gettext("Project site")
    return {
        "identifier": publication.identifier,
        "url": publication.url,
        "text": publication.title,
        "lens": publication.lens,
        "lens_label": LENSES.get(publication.lens, ""),
        "kind_label": display["meta"][0],
        "rests_on": rests_on(document),
        "source": {"title": source["title"] or host_of(source["url"]), "url": source["url"]}
        if source
        else None,
        "origin": where if origin else "",
        "locator": document["locator"],
        "page_url": page_in_pdf(origin or (source or {}).get("url", ""), document["locator"]),
        "mark": f"{publication.identifier} · {where}",
    }


def origin_label(origin):
    mark = kinds_by_name()[origin["kind"]].cited.mark
    return mark % {"number": re.sub(r"\D", "", origin["id"])} if mark else origin["id"]


def evidence_url_of(kind, publication):
    """The list of all statements about this record, where a filter of that list means just that."""
    evidence = kind_for(Role.EVIDENCE)
    return (
        f"{evidence.list_url}?{kind.page.statements_by}={publication.identifier}"
        if kind.page.statements_by
        else ""
    )


def columns_by_lens(document, own, wider, evidence_url=""):
    """Good | Bad | Ugly: a situation's own points, else what statements say; empty when there is nothing.

    ``of`` says what the numbers count: ``points`` or ``statements``.
    """
    points, has_own = defaultdict(list), "points" in document
    for point in document.get("points", ()):
        marks = [
            {
                "label": ref["id"] if len(ref["id"]) < 8 else kinds_by_name()[ref["kind"]].names.one,
                "title": ref["label"],
                "url": ref["url"],
            }
            for ref in point["refs"]
        ]
        rung = None if marks else rests_on()
        points[point["aspect"]].append({"text": point["text"], "rests_on": rung, "marks": marks})
    shown = own if own.total else wider
    for row in () if has_own else shown.rows:
        marks = [{"label": row["mark"], "title": "", "url": row["url"]}]
        points[row["lens"]].append({"text": row["text"], "rests_on": row["rests_on"], "marks": marks})
    if not any(points[lens] for lens in LENSES):
        return []
    totals = {lens: len(points[lens]) if has_own else shown.by_lens(lens) for lens in LENSES}
    return [
        {
            "lens": lens,
            "label": label,
            "of": "points" if has_own else "statements",
            "points": points[lens][:SHOWN_POINTS],
            "total": totals[lens],
            "rest": max(0, totals[lens] - SHOWN_POINTS),
            "all_url": f"{evidence_url}&lens={lens}" if evidence_url and totals[lens] > SHOWN_POINTS else "",
        }
        for lens, label in LENSES.items()
    ]


def flags_of(issues, law=None):
    """The issues a record raises, with questions, safeguards and the law as it stands: a ``LawOnDay``, else that of
    today, for one query."""
    documents = [issue.body for issue in issues]
    law = law or law_of_issues(issues)
    states = {one["identifier"]: one["then"] for one in law.laws}
    return [
        {
            "title": document["title"],
            "url": document["url"],
            "identifier": document["identifier"],
            "lens": document["lens"],
            "lens_label": LENSES.get(document["lens"], ""),
            "asks": document["questions_to_ask"],
            "instruments": [
                {"title": ref["label"], "url": ref["url"], "state": states.get(ref["id"])}
                for ref in document["instruments"]
            ],
            "safeguards": document["safeguards"],
            "marks": [{"label": ref["id"], "url": ref["url"]} for ref in document["deliverables"]],
        }
        for document in documents
    ]


def basis_of(document):
    """What exactly was looked up, without the rules by which a program set the mark."""
    parts = document["verified_basis"].split("; ")
    return capitalised("; ".join(part for part in parts if not part.startswith(SET_BY_RULE)))


# What a source can support besides facts and sections, by the names that documents use.
PARTS = {
    "title": _("title"),
    "summary": _("summary"),
    "notes": _("notes"),
    "theme": _("theme"),
    "themes": _("themes"),
    "events": _("events"),
    "answers": _("answers"),
    "labels": _("labels"),
    "outputs": _("outputs"),
    "points": _("points"),
    "speakers": _("speakers"),
}


def names_of_parts(kind, display):
    """``{name: words}`` of all that a source of a record can support."""
    named = {field: word(section.title) for section in kind.page.sections for field in section.fields}
    named |= kind.page.own_parts | {fact["name"]: word(fact["label"]) for fact in display["facts"]}
    return {name: lower_first(words) for name, words in named.items()} | PARTS


def sources_of(document, names):
    """Every source of the record, those of its parts included, once each, with what it supports in words.

    Names that mean nothing to readers are left out: then it supports ``part`` of the record, where not the whole.
    """
    found = {}
    lists = [("", document["sources"])]
    for name, value in document.items():
        if isinstance(value, list):
            lists += [
                (name, part.get("sources", ())) for part in value if isinstance(part, dict) and "key" in part
            ]
    for part, citations in lists:
        for citation in citations:
            key = (citation["url"], citation["locator"])
            row = found.setdefault(
                key,
                {
                    "title": citation["title"] or host_of(citation["url"]),
                    "url": citation["url"],
                    "host": host_of(citation["url"]),
                    "dated_on": day(dated) if (dated := citation.get("dated_on")) else "",
                    "accessed_on": citation["accessed_on"],
                    "locator": citation["locator"],
                    "page_url": page_in_pdf(citation["url"], citation["locator"]),
                    "supports": [],
                    "is_for_part": False,
                },
            )
            named = citation["supports"] or ([part] if part else [])
            row["is_for_part"] = row["is_for_part"] or bool(named)
            words = [names[name] for name in named if name in names]
            row["supports"] += [text for text in words if text not in row["supports"]]
    return list(found.values())


def newest_source_of(document):
    """How fresh the sources are, in words: the newest date that one bears, else when they were read."""
    newest = document.get("newest_source_on")
    if not newest:
        return ""
    if document["newest_source_basis"] == "dated":
        return gettext("newest source %(date)s") % {"date": day(newest)}
    return gettext("sources without dates, read up to %(date)s") % {"date": day(newest)}


def keymap_of(publication, display, own, wider, tiles):
    """Six themes by three lenses: where the evidence lies, or else where the record itself stands; None where
    nothing would be marked.

    ``shows`` says what is: ``statements`` about the record, those on its ``issues`` (both with their numbers), or
    its own ``place``.
    """
    tiles = dict(islice(tiles.items(), KEYMAP_THEMES))
    themes = {ref["id"] for ref in display["themes"] if ref["id"] in tiles}
    shows, counts = "", {}
    for name, statements in (("statements", own), ("issues", wider)):
        if not shows and statements.are_placed(tiles):
            shows, counts = name, statements.places
    if not shows and themes and publication.lens:
        shows = "place"
    if not shows:
        return None
    return {
        "shows": shows,
        "themes": list(tiles.values()),
        "rows": [
            {
                "lens": lens,
                "label": label,
                "cells": [
                    {
                        "theme_number": tile["number"],
                        "count": counts.get((lens, slug), 0),
                        "is_marked": (lens, slug) in counts
                        or (shows == "place" and lens == publication.lens and slug in themes),
                    }
                    for slug, tile in tiles.items()
                ],
            }
            for lens, label in LENSES.items()
        ],
    }


def rungs():
    """The kinds of evidence as rungs of a ladder: ``[{at, of, label}]``, the last of them what editors wrote.

    A rung is a kind and no mark: none is better than another.
    """
    name, choices = kinds_of_evidence()
    labels = [word(label, name, value) for value, label in choices.choices]
    labels.append(gettext("Editorial"))
    return [{"at": at, "of": len(labels), "label": label} for at, label in enumerate(labels, start=1)]


def rests_on(document=None):
    """The rung of a statement, or without one that of what editors wrote."""
    if document is None:
        return rungs()[-1]
    name, choices = kinds_of_evidence()
    return rungs()[choices.values.index(document[name])]


def kinds_of_evidence():
    """(the field of statements that says on what they rest, its choices)."""
    kind = kind_for(Role.EVIDENCE)
    facet = next(facet for facet in kind.listed.facets if facet.source == kind.cited.rests_on)
    return facet.source, facet.choices
