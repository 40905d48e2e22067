"""The record page: one skeleton for every kind, made of the publication and the links to and from it."""

import json

from django.utils.module_loading import import_string
from django.utils.translation import gettext, gettext_lazy, ngettext

from media4sec.kinds import SECTIONS, kinds_by_name, lower_first
from media4sec.portal.frame import NAVIGATION
from media4sec.portal.lists.views import FORMATS
from media4sec.portal.record.evidence import (
    basis_of,
    columns_of,
    evidence_url_of,
    flags_of,
    keymap_of,
    names_of_parts,
    newest_source_of,
    sources_of,
    statements_about,
)
from media4sec.portal.record.glossary import Glossary
from media4sec.portal.record.links import link_groups, neighbours_of, path_of
from media4sec.portal.rows import as_fact, day, first_sentence, theme_tiles, with_notes
from media4sec.portal.wording import content, display_of
from media4sec.publications.models import Term
from media4sec.publications.stated import checked_parts, stated_facts

SHOWN_STATEMENTS = 12
MANY_VALUES = 5
LONG_FACT, VERY_LONG_FACT = 44, 120
WRITTEN_BY = {"editorial": gettext_lazy("Editors’ text"), "project": gettext_lazy("From a project source")}
LIGHT = ("kind", "identifier", "title", "summary", "url", "lens", "display", "checked_on", "sort_key")


def page_of(publication):
    """The context of a record page. Nine queries at most, however much is linked."""
    kind = kinds_by_name()[publication.kind]
    document, display = json.loads(publication.document), display_of(publication)
    tiles = theme_tiles()
    outgoing, incoming = links_from(publication), links_to(publication)
    issues = [term.target for term in outgoing if kind.flags and path_of(kind, term.field) == kind.flags]
    statements = statements_about(publication, issues)
    own = [row for row in statements if row["about"] == publication.pk]
    wider = [row for row in statements if row["about"] != publication.pk]
    evidence_url = evidence_url_of(kind, publication)
    sources, stated = sources_of(document, names_of_parts(kind, display)), stated_facts(kind)
    page = {
        "kind": kind,
        "publication": publication,
        "document": document,
        "display": display,
        "title": publication.full_title,
        "figure": display["figure"],
        "plate": publication.identifier if kind.shows_identifier else "",
        "name": f"{publication.kind}:{publication.identifier}",
        "lead": document.get("question") or first_sentence(document["summary"]),
        "crumbs": crumbs_of(kind, publication),
        "themes": themes_of(display, tiles),
        "status": status_of(document, display),
        "history": history_of(publication, document, display),
        "gist": {"title": kind.says.title, "text": display["says"]} if kind.says else None,
        "facts": facts_of(kind, display),
        "unknown": [
            lower_first(fact["label"])
            for fact in with_notes(display)
            if not fact["values"] and fact["name"] in stated and fact["name"] not in kind.limits
        ],
        "text": text_of(document),
        "sections": [
            part for part in display["sections"] if part["paragraphs"] != [document.get("question")]
        ],
        "columns": columns_of(document, own, wider, evidence_url),
        "columns_are_wider": bool(wider) and not own and "points" not in document,
        "flags": flags_of(issues),
        "has_flags": bool(kind.flags),
        "limits": limits_of(kind, display, stated),
        "own_parts": [(name, title) for name, title in kind.own_parts.items() if document.get(name)],
        "incoming": incoming,
        "links": link_groups(kind, outgoing, incoming),
        "neighbours": neighbours_of(publication, outgoing, incoming, sources),
        "related_title": gettext("Related"),
        "statements": own[:SHOWN_STATEMENTS] if evidence_url else own,
        "statement_count": len(own),
        "evidence_url": evidence_url,
        "notes": document["notes"],
        "sources": sources,
        "keymap": keymap_of(publication, display, own, wider, tiles),
        "exports": exports_of(kind, publication),
    }
    page["terms"] = mark_terms(page)
    if kind.page:
        page |= import_string(kind.page)(page)
    return {"parts": parts_of(page)} | page  # a kind may tell its parts in an order of its own


def mark_terms(page):
    """Mark the first use of each glossary term in the texts, from the top of the page; returns those in use."""
    glossary = Glossary(page["publication"])
    page["lead"] = glossary.mark(page["lead"])
    if page["gist"]:
        page["gist"]["text"] = glossary.mark(page["gist"]["text"])
    page["text"] = glossary.mark_all(page["text"])
    page["sections"] = [
        part
        | {"paragraphs": glossary.mark_all(part["paragraphs"]), "items": glossary.mark_all(part["items"])}
        for part in page["sections"]
    ]
    for column in page["columns"]:
        for point in column["points"]:
            point["text"] = glossary.mark(point["text"])
    return glossary.used


def exports_of(kind, publication):
    """The record for machines, on its own path and in the API."""
    stem = publication.url.rstrip("/")
    return [
        *(
            {"label": label, "url": f"{stem}.{suffix}", "type": type_}
            for label, suffix, type_ in FORMATS
            if suffix in ("json", "bib", "ris")
        ),
        {"label": "API", "url": f"/api/v1/{kind.plural}/{publication.identifier}/", "type": ""},
    ]


def links_from(publication):
    rows = Term.objects.filter(publication=publication, target__isnull=False)
    return list(rows.select_related("target").order_by("pk"))


def links_to(publication):
    rows = Term.objects.filter(target=publication).select_related("publication")
    found = rows.only("field", "value", "target", *(f"publication__{name}" for name in LIGHT))
    return sorted(found, key=lambda term: (term.publication.kind, term.publication.sort_key))


def themes_of(display, tiles):
    found = [tiles[ref["id"]] for ref in display["themes"] if ref["id"] in tiles]
    return sorted(found, key=lambda tile: tile["number"])


def text_of(document):
    """The summary in paragraphs, unless its one sentence stands in the lead already."""
    summary = document["summary"]
    if summary == first_sentence(summary) and not document.get("question"):
        return []
    return [part for part in summary.split("\n\n") if part.strip()]


def crumbs_of(kind, publication):
    found = [
        {"title": gettext("Home"), "url": "/"},
        {"title": SECTIONS[kind.section], "url": NAVIGATION[kind.section]},
    ]
    if kind.list_url != NAVIGATION[kind.section]:
        found.append({"title": kind.heading, "url": kind.list_url})
    here = publication.identifier if kind.shows_identifier else content(publication.title)
    return [*found, {"title": here, "url": None}]


def status_of(document, display):
    """The status line: is it alive?, and in one line whose words these are, when they were checked, and when next."""
    checked, due = document["checked_on"], document["review_due"]
    return {
        "state": display["state"],
        "words": [
            WRITTEN_BY[document["provenance"]],
            gettext("checked %(day)s") % {"day": day(checked)} if checked else gettext("not checked yet"),
            *filter(None, [newest_source_of(document)]),
            gettext("next review %(day)s") % {"day": day(due)} if due else gettext("no review planned yet"),
        ],
    }


def history_of(publication, document, display):
    """What stands behind the status line: the versions, where the record comes from, and what was looked up."""
    verified = {True: gettext("Yes"), False: gettext("Not yet"), None: gettext("Not stated")}
    earlier = publication.versions.count() - 1
    return [
        {
            "label": gettext("Version"),
            "values": [
                {
                    "text": str(publication.version),
                    "url": f"{publication.url}versions/",
                    "note": ngettext("%(count)s earlier version", "%(count)s earlier versions", earlier)
                    % {"count": earlier}
                    if earlier > 0
                    else gettext("No earlier version"),
                }
            ],
        },
        {"label": gettext("Provenance"), "values": [{"text": display["provenance"]}]},
        {
            "label": gettext("Looked up"),
            "values": [
                {"text": verified[document["verified"]], "note": content(basis_of(document))},
                *({"text": text} for text in [unverified_note(document)] if text),
            ],
            "width": "wide",
        },
    ]


def unverified_note(document):
    """How many of the record's parts that somebody should look up nobody did, or without success."""
    parts = checked_parts(document)
    number = sum(part["verified"] is not True for part in parts)
    if not number:
        return ""
    text = ngettext(
        "%(number)s of %(all)s entries on this page is not verified",
        "%(number)s of %(all)s entries on this page are not verified",
        number,
    )
    return text % {"number": number, "all": len(parts)}


def limits_of(kind, display, stated):
    """Requirements and limits, also where this record states none: not to know them is worth knowing."""
    return [
        {"label": fact["label"], "values": [as_fact(value) for value in fact["values"]]}
        for fact in display["facts"]
        if fact["name"] in kind.limits and fact["name"] in stated
    ]


def facts_of(kind, display):
    """The facts that are known; long ones span the card."""
    found = []
    for fact in with_notes(display):
        if fact["name"] in kind.limits:
            continue
        texts = [value["text"] for value in fact["values"]]
        as_before = any(texts == [value["text"] for value in other["values"]] for other in found)
        if not texts or (as_before and fact["name"].endswith("_as_stated")):
            continue
        longest = max(map(len, texts))
        width = "whole" if longest > VERY_LONG_FACT else "wide" if longest > LONG_FACT else ""
        values = [as_fact(value) for value in fact["values"]]
        found.append(
            {"label": fact["label"], "values": values, "width": "many" if len(texts) > MANY_VALUES else width}
        )
    return found


def parts_of(page):
    """The part index: what this page has, in the skeleton's order."""
    gist = page["gist"]
    parts = [
        ("gist", gist["title"] if gist else "", gist),
        ("facts", gettext("Facts"), page["facts"] or page["unknown"]),
        ("about", page["kind"].about, page["text"] or page["sections"]),
        ("lenses", gettext("Good, bad, ugly"), page["columns"]),
        ("flags", gettext("Legal and ethical flags"), page["has_flags"]),
        ("limits", gettext("Requirements and limits"), page["limits"]),
        *((name, title, True) for name, title in page["own_parts"]),
        ("related", page["related_title"], page["links"] or page["neighbours"]),
        ("evidence", gettext("Evidence and history"), True),
    ]
    return [{"id": name, "title": title, "number": None} for name, title, present in parts if present]
