"""The record page: one skeleton for every kind, made of the publication and the links to and from it."""

import datetime
import json
import re
from collections import defaultdict

from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.template.loader import select_template
from django.utils.dateparse import parse_date
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from media4sec.kinds import SECTIONS, kinds_by_name, paths
from media4sec.portal.cards import LENSES, capitalised, first_sentence, host_of, theme_tiles
from media4sec.portal.context import NAVIGATION
from media4sec.publications.models import Publication, Term

MAX_REF = 220
SHOWN_LINKS = 12
ABOUT_TITLE = "What it is and does"
TOOLS = ("technology", "pattern", "function", "organisation", "training-module")
SHOWN_IN_OVERVIEW = 6
SHOWN_STATEMENTS = 12
SHOWN_POINTS = 8
SHOWN_EVENTS = 16
PROJECT_END = datetime.date(2019, 1, 1)
MANY_VALUES = 5
LONG_FACT, VERY_LONG_FACT = 44, 120
LINK_ORDER = {
    name: position
    for position, name in enumerate(
        (
            "workshop", "situation", "pattern", "case", "technology", "issue", "instrument", "check-question",
            "check-example", "roadmap-item", "training-module", "function", "work-package", "deliverable",
            "partner", "organisation", "person", "news-item", "glossary-term", "swot-point",
        )
    )
}  # fmt: skip
LISTS_OF_STATEMENTS = {"theme": "theme", "workshop": "workshop", "deliverable": "deliverable"}
LIGHT = ("kind", "identifier", "title", "summary", "url", "lens", "display", "checked_on")


@require_safe
def record(request, path, ref):
    """A record at its address; other spellings lead to it (301), withdrawn ones say why (410)."""
    publication = resolve(path, ref)
    if publication is None:
        raise Http404
    if publication.state == Publication.State.WITHDRAWN:
        return tombstone(request, publication)
    target = publication
    while target.state == Publication.State.MERGED:
        target = target.successor
    if target.state == Publication.State.WITHDRAWN:
        return tombstone(request, target)
    if request.path != target.url:
        return HttpResponsePermanentRedirect(target.url)
    context = page_of(publication)
    template = select_template([f"portal/kinds/{publication.kind}.html", "portal/record.html"])
    return render(request, template.template.name, context)


def resolve(path, ref):
    """The publication that an address means: by identifier, with any slug behind it, or by its slug alone."""
    if path not in paths() or len(ref) > MAX_REF or "\x00" in ref:
        return None
    candidates = {ref}
    for kind in paths()[path]:
        shape = rf"{kind.prefix}-\d+" if kind.prefix else kind.pattern
        match = re.match(rf"(?i)({shape})(?=-|$)", ref) if shape else None
        if match:
            candidates.add(match[1].upper())
    rows = Publication.objects.filter(path=path).select_related("successor")
    found = {row.identifier: row for row in rows.filter(identifier__in=candidates)}
    for candidate in (ref, *candidates):
        if candidate in found:
            return found[candidate]
    return rows.published().filter(slug=ref.casefold()).order_by("pk").first()


def tombstone(request, publication):
    successor = publication.successor
    context = {
        "identifier": publication.identifier,
        "reason": publication.reason,
        "withdrawn_on": publication.modified_at,
        "successor": {"url": successor.url, "title": successor.title} if successor else None,
    }
    return render(request, "410.html", context, status=410)


def page_of(publication):
    """The context of a record page. Six queries at most, however much is linked."""
    kind = kinds_by_name()[publication.kind]
    document, display = json.loads(publication.document), json.loads(publication.display)
    tiles = theme_tiles()
    outgoing = list(
        Term.objects.filter(publication=publication, target__isnull=False)
        .select_related("target")
        .order_by("pk")
    )
    incoming = list(
        Term.objects.filter(target=publication)
        .select_related("publication")
        .only("field", "value", "target", *(f"publication__{name}" for name in (*LIGHT, "sort_key")))
    )
    incoming.sort(key=lambda term: (term.publication.kind, term.publication.sort_key))
    issues = [term.target for term in outgoing if kind.flags and _path(kind, term.field) == kind.flags]
    statements = statements_about(publication, issues)
    own = [row for row in statements if row["about"] == publication.pk]
    wider = [row for row in statements if row["about"] != publication.pk] if kind.flags else []
    evidence_url = evidence_url_of(publication)
    context = {
        "kind": kind,
        "publication": publication,
        "document": document,
        "display": display,
        "title": publication.title,
        "lead": lead_of(kind, document),
        "text": text_of(kind, document),
        "crumbs": crumbs_of(kind, publication),
        "plate": publication.identifier if kind.shows_identifier else "",
        "themes": sorted(
            (tiles[ref["id"]] for ref in display["themes"] if ref["id"] in tiles),
            key=lambda tile: tile["number"],
        ),
        "tiles": tiles,
        "status": status_of(publication, document, display),
        "facts": facts_of(display),
        "unknown": [in_a_sentence(fact["label"]) for fact in display["facts"] if not fact["values"]],
        "sections": [
            section for section in display["sections"] if section["paragraphs"] != [document.get("question")]
        ],
        "about_title": ABOUT_TITLE if kind.name in TOOLS else "In short",
        "columns": columns_of(document, own, wider, evidence_url),
        "columns_are_wider": bool(wider) and not own and "points" not in document,
        "flags": flags_of(issues),
        "has_flags": bool(kind.flags),
        "links": link_groups(kind, outgoing, incoming, publication),
        "statements": own[:SHOWN_STATEMENTS] if evidence_url else own,
        "statement_count": len(own),
        "evidence_url": evidence_url,
        "sources": sources_of(document),
        "notes": document["notes"],
        "events": events_of(document),
        "keymap": keymap_of(publication, display, own, tiles),
        "exports": [
            {
                "label": "JSON",
                "url": f"/api/v1/{kind.plural}/{publication.identifier}/",
                "type": "application/json",
            }
        ],
    }
    laws, law_events = laws_of(document) if kind.name == "issue" else ([], [])
    context |= {"laws": laws, "law_events": law_events[-SHOWN_EVENTS:], "law_event_count": len(law_events)}
    context["responsibilities"] = [
        point for point in document.get("points", ()) if point["aspect"] == "responsibility"
    ]
    if kind.name == "theme":
        context["swot"] = quadrants_of(incoming)
    for found in context["links"]:
        if found["kind"].name == "technology":
            found["note"] = document.get("technologies_note", "")
    context["parts"] = parts_of(context)
    return context


def _path(kind, field):
    """The document field behind a term: facets rename some."""
    return next((facet.source for facet in kind.all_facets if facet.name == field), field)


def lead_of(kind, document):
    return document.get("question") or first_sentence(document["summary"])


def text_of(kind, document):
    """The summary in paragraphs, unless its one sentence stands in the lead already."""
    summary = document["summary"]
    if summary == first_sentence(summary) and not document.get("question"):
        return []
    return [part for part in summary.split("\n\n") if part.strip()]


def crumbs_of(kind, publication):
    found = [
        {"title": "Home", "url": "/"},
        {"title": SECTIONS[kind.section], "url": NAVIGATION[kind.section]},
    ]
    if kind.list_url != NAVIGATION[kind.section]:
        found.append({"title": kind.heading, "url": kind.list_url})
    return [
        *found,
        {"title": publication.identifier if kind.shows_identifier else publication.title, "url": None},
    ]


def status_of(publication, document, display):
    """The status line: alive?, checked, next review, version, where it comes from, what was verified."""
    verified = {True: "Yes", False: "No", None: "Not stated"}[document["verified"]]
    cells = []
    if display["state"]:
        cells.append({"label": "State", "state": display["state"]})
    elif display["lens"]:
        cells.append({"label": "Lens", "value": display["lens"]})
    cells += [
        {"label": "Checked on", "value": day(document["checked_on"]), "none": not document["checked_on"]},
        {"label": "Next review", "value": day(document["review_due"]), "none": not document["review_due"]},
        {"label": "Version", "value": str(publication.version)},
        {"label": "Provenance", "value": display["provenance"]},
        {
            "label": "Verified",
            "value": verified,
            "note": document["verified_basis"],
            "none": document["verified"] is None,
        },
    ]
    return cells


def day(text):
    value = parse_date(text) if text else None
    return f"{value.day} {value:%B %Y}" if value else "Not yet"


def statements_about(publication, issues):
    """Statements on this record, and on the issues it raises, as rows of evidence. One query."""
    targets = [publication.pk, *(issue.pk for issue in issues)]
    rows = (
        Term.objects.filter(target__in=targets, publication__kind="statement")
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
    document, display = json.loads(publication.document), json.loads(publication.display)
    source = document["sources"][0] if document["sources"] else None
    origin = document["deliverable"] or document["workshop"]
    place = ", ".join(
        part for part in (origin and origin_label(origin), document["locator"] or "page not stated") if part
    )
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
        "place": place[:1].upper() + place[1:],
        "theme": document["theme"]["id"] if document["theme"] else "",
        "mark": f"{publication.identifier} · {origin_label(origin) if origin else 'Project site'}",
    }


def origin_label(origin):
    return f"Workshop {origin['id'].removeprefix('W')}" if origin["kind"] == "workshop" else origin["id"]


def facts_of(display):
    """The facts that are known; long ones span the card."""
    found = []
    for fact in display["facts"]:
        texts = [value["text"] for value in fact["values"]]
        as_before = any(texts == [value["text"] for value in other["values"]] for other in found)
        if not texts or (as_before and fact["name"].endswith("_as_stated")):
            continue
        longest = max(map(len, texts))
        width = "whole" if longest > VERY_LONG_FACT else "wide" if longest > LONG_FACT else ""
        values = [
            {
                **value,
                "text": value["text"]
                if value["url"] or fact["name"] == "code"
                else capitalised(value["text"]),
            }
            for value in fact["values"]
        ]
        found.append(
            {"label": fact["label"], "values": values, "width": "many" if len(texts) > MANY_VALUES else width}
        )
    return found


def in_a_sentence(label):
    """A label within a sentence: “technology readiness”, but “EU project”."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def evidence_url_of(publication):
    """The list of all statements about this record, where a filter of that list means just that."""
    name = LISTS_OF_STATEMENTS.get(publication.kind)
    return f"/evidence/?{name}={publication.identifier}" if name else ""


def columns_of(document, own, wider, evidence_url=""):
    """Good | Bad | Ugly: a situation's own points, else what statements say; empty when there is nothing."""
    points = defaultdict(list)
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
    if "points" not in document:
        for row in own or wider:
            points[row["lens"]].append(
                {"text": row["text"], "marks": [{"label": row["mark"], "url": row["url"]}]}
            )
    if not any(points[lens] for lens in LENSES):
        return []
    return [
        {
            "lens": lens,
            "label": label,
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
    states = {row.identifier: json.loads(row.display)["state"] for row in rows}
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


def laws_of(document):
    """(the instruments an issue touches as they stand, what happened to them since the project ended). One query."""
    wanted = [ref["id"] for ref in document["instruments"]]
    rows = Publication.objects.published().of("instrument").filter(identifier__in=wanted) if wanted else ()
    laws, events = {}, []
    for row in rows:
        laws[row.identifier] = {
            "title": row.title,
            "url": row.url,
            "state": json.loads(row.display)["state"],
            "summary": first_sentence(row.summary),
        }
        for event in events_of(json.loads(row.document)):
            if event["date"] >= PROJECT_END:
                events.append({**event, "instrument": {"title": row.title, "url": row.url}})
    events.sort(key=lambda event: event["date"])
    events = [{**event, "number": number} for number, event in enumerate(events, start=1)]
    return [laws[name] for name in wanted if name in laws], events


def link_groups(kind, outgoing, incoming, publication):
    """Links from and to this record, grouped by kind, each with its reason; long groups lead to the list."""
    groups = {}

    def group(other, reason, weak, all_url=""):
        key = (other.kind, reason)
        if key not in groups:
            groups[key] = {
                "weak": weak,
                "kind": kinds_by_name()[other.kind],
                "reason": reason,
                "rows": {},
                "all_url": all_url,
            }
        return groups[key]

    shown = set(kind.facts)
    for term in outgoing:
        path = _path(kind, term.field)
        if path not in shown and path != kind.flags and path not in ("theme", "themes"):
            reason = f"This record {kind.reasons.get(path, 'names it')}"
            group(term.target, reason, "." in path)["rows"][term.target.pk] = term.target
    for term in incoming:
        other = kinds_by_name()[term.publication.kind]
        if other.name == "statement" or (kind.name == "theme" and other.name == "swot-point"):
            continue
        path = _path(other, term.field)
        facet = next((facet for facet in other.facets if facet.source == path), None)
        url = f"{other.list_url}?{facet.name}={term.value}" if facet else ""
        reason = other.reasons.get(
            path, "names this record" if path not in ("theme", "themes") else "shares this theme"
        )
        found = group(term.publication, f"It {reason}", "." in path, url)
        found["rows"][term.publication.pk] = term.publication
    shown = SHOWN_IN_OVERVIEW if kind.name == "theme" else SHOWN_LINKS
    # Each record once, for its strongest reason; lists behind a number stay whole.
    seen = {term.target_id for term in outgoing if kind.flags and _path(kind, term.field) == kind.flags}
    for found in sorted(groups.values(), key=lambda found: found["weak"]):
        if not found["all_url"]:
            found["rows"] = {pk: row for pk, row in found["rows"].items() if pk not in seen}
        seen |= found["rows"].keys()
    groups = {key: found for key, found in groups.items() if found["rows"]}
    ordered = sorted(groups.values(), key=lambda found: LINK_ORDER.get(found["kind"].name, len(LINK_ORDER)))
    return [
        {
            "kind": found["kind"],
            "label": found["kind"].label_plural if len(found["rows"]) > 1 else found["kind"].label,
            "reason": ("Each" if len(found["rows"]) > 1 else "It") + found["reason"][2:]
            if found["reason"].startswith("It ")
            else found["reason"],
            "total": len(found["rows"]),
            "all_url": found["all_url"] if len(found["rows"]) > shown else "",
            "rows": [
                {
                    "title": other.title,
                    "url": other.url,
                    "identifier": other.identifier if found["kind"].shows_identifier else "",
                    "kind_label": found["kind"].label,
                    "reason": found["reason"],
                    "sentence": first_sentence(other.summary),
                    "lens": other.lens,
                    "lens_label": LENSES.get(other.lens, ""),
                    "state": json.loads(other.display)["state"],
                }
                for other in list(found["rows"].values())[: shown if found["all_url"] else None]
            ],
        }
        for found in ordered
    ]


def sources_of(document):
    """Every source of the record, those of its parts included, once each."""
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
                    "accessed_on": parse_date(citation["accessed_on"]) if citation["accessed_on"] else None,
                    "locator": citation["locator"],
                    "supports": [],
                },
            )
            named = [name.replace("_", " ") for name in citation["supports"]] or ([part] if part else [])
            row["supports"] += [name for name in named if name not in row["supports"]]
    return list(found.values())


def events_of(document):
    """A legal instrument's events in order of date; what lies ahead is planned."""
    today = now().date()
    found = []
    for event in sorted(document.get("events", ()), key=lambda event: event["date"]):
        date = parse_date(event["date"])
        done = date <= today
        found.append(
            {
                "number": len(found) + 1,
                "date": date,
                "date_label": day(event["date"]),
                "title": event["title"],
                "note": event["note"],
                "kind_label": event["event_kind"].replace("-", " "),
                "state": {"shape": "full", "label": "Done"}
                if done
                else {"shape": "hollow", "label": "Planned"},
                "instrument": None,
                "sources": [
                    {"title": source["title"] or host_of(source["url"]), "url": source["url"]}
                    for source in event["sources"]
                ],
            }
        )
    return found


def keymap_of(publication, display, statements, tiles):
    """Where the evidence lies, six themes by three lenses: counts of statements, or the record's own place."""
    counts = defaultdict(int)
    for row in statements:
        counts[row["lens"], row["theme"]] += 1
    if not any(lens and theme for lens, theme in counts) and publication.lens:
        for ref in display["themes"]:
            counts[publication.lens, ref["id"]] = 1
    if not any(counts[lens, slug] for lens in LENSES for slug in tiles):
        return []
    return [
        {
            "lens": lens,
            "label": label,
            "cells": [
                {"theme_number": tile["number"], "count": counts[lens, slug]} for slug, tile in tiles.items()
            ],
        }
        for lens, label in LENSES.items()
    ]


def quadrants_of(incoming):
    """A theme's SWOT points as a table of four."""
    quadrants = {name: [] for name in ("Strength", "Weakness", "Opportunity", "Threat")}
    for term in incoming:
        if term.publication.kind == "swot-point":
            facts = {fact["name"]: fact["values"] for fact in json.loads(term.publication.display)["facts"]}
            quadrants[facts["quadrant"][0]["text"]].append(
                {
                    "title": term.publication.title,
                    "url": term.publication.url,
                    "by_editor": facts["placement"][0]["text"] != "Placed by the source",
                }
            )
    labels = {
        "Strength": "Strengths",
        "Weakness": "Weaknesses",
        "Opportunity": "Opportunities",
        "Threat": "Threats",
    }
    return [{"label": labels[name], "points": points} for name, points in quadrants.items()]


def parts_of(context):
    """The part index: what this page has, in the skeleton's order."""
    document, is_issue = context["document"], context["kind"].name == "issue"
    parts = [
        ("facts", "Facts", context["facts"] or context["unknown"]),
        ("about", context["about_title"], context["text"] or (context["sections"] and not is_issue)),
        ("questions", "Questions and safeguards", context["sections"] and is_issue),
        ("lenses", "Good, bad, ugly", context["columns"]),
        ("flags", "Legal and ethical flags", context["has_flags"]),
        ("law", "Law, then and now", context["laws"]),
        ("events", "What happened to it", context["events"]),
        ("answers", "Answers and what they raise", document.get("answers")),
        ("labels", "Labels", document.get("labels")),
        ("outputs", "What people used", document.get("outputs")),
        ("speakers", "Speakers", document.get("speakers")),
        ("swot", "Strengths to threats", context.get("swot")),
        ("responsibilities", "Who does what", context["responsibilities"]),
        ("alternatives", "Without social media", document.get("alternatives")),
        ("related", "On this theme" if "swot" in context else "Related", context["links"]),
        ("evidence", "Evidence and history", True),
    ]
    return [{"id": name, "title": title, "number": None} for name, title, present in parts if present]
