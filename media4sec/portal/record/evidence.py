"""The evidence of a record: statements, sources, and where in the project's coordinates they lie."""

import json
from collections import defaultdict

from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from media4sec.kinds import kinds_by_name, lower_first
from media4sec.portal.rows import LENSES, capitalised, host_of
from media4sec.portal.wording import display_of, word
from media4sec.publications.models import Publication, Term
from media4sec.saying import day

STATEMENT = "statement"
SHOWN_POINTS = 8
SET_BY_RULE = "computed:"


def statements_about(publication, issues):
    """Statements on this record, and on the issues it raises, as rows of evidence. One query."""
    targets = [publication.pk, *(issue.pk for issue in issues)]
    rows = (
        Term.objects.filter(target__in=targets, publication__kind=STATEMENT)
        .select_related("publication")
        .order_by("publication__sort_key", "pk")
    )
    found = {}
    for term in rows:
        row = found.get(term.publication_id)
        if row is None:
            row = found[term.publication_id] = statement_row(term.publication)
            row["about"] = term.target_id
        if term.target_id == publication.pk:
            row["about"] = publication.pk
    return list(found.values())


def statement_row(publication):
    document, display = json.loads(publication.document), display_of(publication)
    source = document["sources"][0] if document["sources"] else None
    origin = document["deliverable"] or document["workshop"]
    where = origin_label(origin) if origin else gettext("Project site")
    return {
        "identifier": publication.identifier,
        "url": publication.url,
        "text": publication.title,
        "lens": publication.lens,
        "lens_label": LENSES.get(publication.lens, ""),
        "kind_label": ", ".join(display["meta"][:2]),
        "source": {"title": source["title"] or host_of(source["url"]), "url": source["url"]}
        if source
        else None,
        "origin": where if origin else "",
        "locator": document["locator"],
        "theme": document["theme"]["id"] if document["theme"] else "",
        "mark": f"{publication.identifier} · {where}",
    }


def origin_label(origin):
    if origin["kind"] != "workshop":
        return origin["id"]
    return gettext("Workshop %(number)s") % {"number": origin["id"].removeprefix("W")}


def evidence_url_of(kind, publication):
    """The list of all statements about this record, where a filter of that list means just that."""
    evidence = kinds_by_name()[STATEMENT]
    return f"{evidence.list_url}?{kind.statements_by}={publication.identifier}" if kind.statements_by else ""


def columns_of(document, own, wider, evidence_url=""):
    """Good | Bad | Ugly: a situation's own points, else what statements say; empty when there is nothing.

    ``of`` says what the numbers count: ``points`` or ``statements``.
    """
    points, has_own = defaultdict(list), "points" in document
    for point in document.get("points", ()):
        marks = [
            {
                "label": ref["id"] if len(ref["id"]) < 8 else kinds_by_name()[ref["kind"]].label,
                "title": ref["label"],
                "url": ref["url"],
            }
            for ref in point["refs"]
        ]
        points[point["aspect"]].append({"text": point["text"], "marks": marks})
    for row in () if has_own else own or wider:
        points[row["lens"]].append(
            {"text": row["text"], "marks": [{"label": row["mark"], "url": row["url"]}]}
        )
    if not any(points[lens] for lens in LENSES):
        return []
    return [
        {
            "lens": lens,
            "label": label,
            "of": "points" if has_own else "statements",
            "points": points[lens][:SHOWN_POINTS],
            "total": len(points[lens]),
            "rest": max(0, len(points[lens]) - SHOWN_POINTS),
            "all_url": f"{evidence_url}&lens={lens}"
            if evidence_url and len(points[lens]) > SHOWN_POINTS
            else "",
        }
        for lens, label in LENSES.items()
    ]


def flags_of(issues):
    """The issues a record raises, with questions, safeguards and the law as it stands. One query."""
    documents = [json.loads(issue.document) for issue in issues]
    wanted = {ref["id"] for document in documents for ref in document["instruments"]}
    rows = Publication.objects.published().of("instrument").filter(identifier__in=wanted) if wanted else ()
    states = {row.identifier: display_of(row)["state"] for row in rows}
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
    named = {field: word(section.title) for section in kind.sections for field in section.fields}
    named |= kind.own_parts | {fact["name"]: word(fact["label"]) for fact in display["facts"]}
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
                    "accessed_on": parse_date(citation["accessed_on"]) if citation["accessed_on"] else None,
                    "locator": citation["locator"],
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
    themes = {ref["id"] for ref in display["themes"] if ref["id"] in tiles}
    counts, shows = defaultdict(int), ""
    for name, rows in (("statements", own), ("issues", wider)):
        placed = [(row["lens"], row["theme"]) for row in rows if row["lens"] and row["theme"] in tiles]
        if placed and not counts:
            shows = name
            for place in placed:
                counts[place] += 1
    if not counts and themes and publication.lens:
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
                        "count": counts[lens, slug],
                        "is_marked": bool(counts[lens, slug])
                        or (shows == "place" and lens == publication.lens and slug in themes),
                    }
                    for slug, tile in tiles.items()
                ],
            }
            for lens, label in LENSES.items()
        ],
    }
