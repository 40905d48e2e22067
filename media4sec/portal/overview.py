"""Pages that look across kinds: home, the matrix, and the pages about the portal itself."""

import json
from collections import Counter, defaultdict
from datetime import timedelta

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate, now
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from media4sec.kinds import SECTIONS, kinds, kinds_by_name, paths
from media4sec.portal.cards import LENSES, plural, theme_tiles
from media4sec.portal.lists import QUERIES, as_known
from media4sec.publications.models import Change, Publication, Term
from media4sec.publications.orders import by_words

STATE_OF = ("technology", "pattern", "case", "issue", "instrument", "statement")


@require_safe
def home(request):
    tiles = theme_tiles()
    moved, ahead, event_count, known_on = law_that_moved(6, 2)
    context = {
        "queries": QUERIES,
        "ways": ways(counts_by_kind()),
        "matrix": theme_by_lens(tiles, ("statement",)),
        "situations": Publication.objects.published()
        .of("situation")
        .order_by("sort_key")
        .values("title", "url"),
        "moved": moved,
        "ahead": ahead,
        "event_count": event_count,
        "as_known": as_known(kinds_by_name()["instrument"], known_on),
        "changes": latest_changes(6),
        "states": state_of_the_records(),
        "checked_on": Publication.objects.published()
        .order_by("-checked_on")
        .values_list("checked_on", flat=True)
        .first(),
    }
    return render(request, "portal/home.html", context)


def ways(counts):
    """The four tasks people come for: what each is called, where it begins, and what is there."""

    def number(kind_name):
        return plural(counts[kind_name], kinds_by_name()[kind_name])

    rows = (
        (
            gettext("Plan for a situation"),
            "/situations/",
            gettext("%(situations)s, from an appeal for witnesses to rumours in an emergency"),
        ),
        (
            gettext("Choose a tool"),
            "/technologies/",
            gettext("%(technologies)s with legal flags and signs of life"),
        ),
        (
            gettext("Check ethics and law"),
            "/check/",
            gettext("%(questions)s, and the issues each answer raises"),
        ),
        (gettext("Prepare a workshop or training"), "/practices/", gettext("%(patterns)s, %(modules)s")),
    )
    numbers = {
        "situations": number("situation"),
        "technologies": number("technology"),
        "questions": number("check-question"),
        "patterns": number("pattern"),
        "modules": number("training-module"),
    }
    return [{"title": title, "url": url, "text": text % numbers} for title, url, text in rows]


def counts_by_kind():
    rows = Publication.objects.published().values_list("kind").annotate(Count("pk"))
    return defaultdict(int, dict(rows))


def law_that_moved(limit, limit_ahead):
    """(what happened to the instruments lately, the newest first; what comes next; how many events there are;
    the newest date that one of their sources bears).

    One query.
    """
    today = localdate(now()).isoformat()
    rows = Publication.objects.published().of("instrument").order_by("pk").values_list("document", flat=True)
    documents = [json.loads(text) for text in rows]
    events = [
        {
            "date": parse_date(event["date"]),
            "title": event["title"],
            "instrument": {"title": document["title"], "url": document["url"]},
            "is_done": event["date"] <= today,
            "is_unverified": event["verified"] is not True,
        }
        for document in documents
        for event in document["events"]
    ]
    events.sort(key=lambda event: (event["date"], by_words(event["title"])))
    done = [event for event in reversed(events) if event["is_done"]]
    ahead = [event for event in events if not event["is_done"]]
    dated = [document for document in documents if document.get("newest_source_basis") == "dated"]
    known_on = max((document["newest_source_on"] for document in dated), default="")
    return done[:limit], ahead[:limit_ahead], len(events), known_on


def latest_changes(limit):
    """What changed lately, newest first; many of one kind at once are told as one. Two queries."""
    found = {}
    for change in Change.objects.order_by("-seq")[:3000]:
        key = (localdate(change.at), change.action, change.kind)
        group = found.setdefault(key, {"at": change.at, "action": change.get_action_display(), "names": {}})
        group["names"][change.identifier] = None  # in order, and each once
        if len(found) > limit:
            break
    shown = list(found.items())[:limit]
    wanted = [name for _, group in shown for name in list(group["names"])[:1]]
    rows = {
        (row.kind, row.identifier): row
        for row in Publication.objects.published().filter(identifier__in=wanted)
    }
    changes = []
    for (_, _, kind_name), group in shown:
        kind = kinds_by_name()[kind_name]
        names = list(group["names"])
        row = rows.get((kind_name, names[0])) if len(names) == 1 else None
        changes.append(
            {
                "at": group["at"],
                "action": group["action"],
                "title": row.title if row else plural(len(names), kind),
                "is_content": bool(row),
                "identifier": row.identifier if row and kind.shows_identifier else "",
                "url": row.url if row else kind.list_url,
            }
        )
    return changes


def state_of_the_records():
    """How many records of the main kinds there are, and how many of them were looked up. One query."""
    rows = Term.objects.filter(field="verified", publication__kind__in=STATE_OF)
    counts = Counter()
    for kind, value, number in rows.values_list("publication__kind", "value").annotate(Count("pk")):
        counts[kind, "all"] += number
        counts[kind, value] += number
    return [
        {
            "label": kind.label_plural,
            "url": kind.list_url,
            "count": counts[name, "all"],
            "verified": counts[name, "yes"],
        }
        for name in STATE_OF
        for kind in (kinds_by_name()[name],)
    ]


@require_safe
def matrix(request):
    tiles = theme_tiles()
    context = {
        "crumbs": [
            {"title": gettext("Home"), "url": "/"},
            {"title": SECTIONS["situations"], "url": "/situations/"},
            {"title": gettext("Matrix"), "url": None},
        ],
        "by_lens": theme_by_lens(tiles, ("statement", "issue", "case")),
        "by_kind": theme_by_kind(tiles, ("statement", "issue", "pattern", "case", "technology", "situation")),
        "by_swot": theme_by_swot(tiles),
        "no_theme": Term.objects.filter(field="theme", value="not-stated", publication__kind="statement")
        .exclude(publication__lens="")
        .count(),
    }
    return render(request, "portal/matrix.html", context)


def theme_by_lens(tiles, kind_names):
    """Theme × lens for ``portal/_matrix.html``: the first kind as the number of a cell, the others beside it.

    One query.
    """
    rows = Term.objects.filter(field="theme", publication__kind__in=kind_names).exclude(publication__lens="")
    counts = Counter(rows.values_list("value", "publication__lens", "publication__kind"))
    table = []
    for slug, tile in tiles.items():
        cells = []
        for lens in LENSES:
            first, *others = (
                {
                    "count": counts[slug, lens, name],
                    "text": _counted(counts[slug, lens, name], name),
                    "url": f"{_list_of(name)}theme={slug}&lens={lens}",
                }
                for name in kind_names
            )
            is_empty = not any(part["count"] for part in (first, *others))
            cells.append({"lens": lens, **first, "parts": [] if is_empty else others})
        table.append({"theme": tile, "cells": cells})
    return _matrix([{"label": label, "lens": lens} for lens, label in LENSES.items()], table)


def _list_of(kind_name):
    """The beginning of an address that filters the list of this kind, also where it shares its list."""
    kind = kinds_by_name()[kind_name]
    return f"{kind.list_url}?" + (f"type={kind.name}&" if len(paths()[kind.path]) > 1 else "")


def _counted(number, kind_name):
    words = {
        "statement": ngettext("%(n)s statement", "%(n)s statements", number)
        if number
        else gettext("no statement in the project"),
        "issue": ngettext("%(n)s issue", "%(n)s issues", number)
        if number
        else gettext("no issue in the project"),
        "case": ngettext("%(n)s case", "%(n)s cases", number)
        if number
        else gettext("no case in the project"),
    }
    return words[kind_name] % {"n": number}


def theme_by_kind(tiles, kind_names):
    """Theme × kind: how many records of each. One query."""
    rows = Term.objects.filter(field="theme", publication__kind__in=kind_names)
    counts = Counter(rows.values_list("value", "publication__kind"))
    table = [
        {
            "theme": tile,
            "cells": [
                {"lens": "", "count": counts[slug, name], "url": f"{_list_of(name)}theme={slug}"}
                for name in kind_names
            ],
        }
        for slug, tile in tiles.items()
    ]
    short = {
        "statement": gettext("Statements"),
        "issue": gettext("Issues"),
        "pattern": gettext("Patterns"),
        "case": gettext("Cases"),
    }
    labels = [short.get(name) or kinds_by_name()[name].label_plural for name in kind_names]
    return _matrix([{"label": label, "lens": ""} for label in labels], table)


def theme_by_swot(tiles):
    """Theme × quadrant: how many points were named. One query."""
    rows = Publication.objects.published().of("swot-point").values_list("document", flat=True)
    documents = [json.loads(text) for text in rows]
    counts = Counter(
        (document["theme"]["id"], document["quadrant"]) for document in documents if document["theme"]
    )
    quadrants = {
        "strength": gettext("Strength"),
        "weakness": gettext("Weakness"),
        "opportunity": gettext("Opportunity"),
        "threat": gettext("Threat"),
    }
    table = [
        {
            "theme": tile,
            "cells": [
                {"lens": "", "count": counts[slug, name], "url": f"/swot/?theme={slug}&quadrant={name}"}
                for name in quadrants
            ],
        }
        for slug, tile in tiles.items()
    ]
    return _matrix([{"label": label, "lens": ""} for label in quadrants.values()], table)


def _matrix(columns, rows):
    """Columns and rows, with the largest cell as the scale of the bars."""
    highest = max((cell["count"] for row in rows for cell in row["cells"]), default=0)
    return {"columns": columns, "rows": rows, "max": highest or 1}


@require_safe
def about(request):
    rows = Publication.objects.published().of("collection", "project").order_by("sort_key", "pk")
    documents = defaultdict(list)
    for kind, text in rows.values_list("kind", "document"):
        documents[kind].append(json.loads(text))
    counts = counts_by_kind()
    context = {
        "crumbs": [{"title": gettext("Home"), "url": "/"}, {"title": gettext("About & method"), "url": None}],
        "project": documents["project"][0] if documents["project"] else None,
        "collections": documents["collection"],
        "kinds": [
            {"kind": kind, "count": counts[kind.name], "months": kind.review_months}
            for kind in kinds()
            if counts[kind.name]
        ],
    }
    return render(request, "portal/about.html", context)


@require_safe
def static_page(request, name, title, dated):
    crumbs = [{"title": gettext("Home"), "url": "/"}, {"title": title, "url": None}]
    context = {"crumbs": crumbs, "title": title, "dated": dated}
    return render(request, f"portal/{name}.html", context)


@require_safe
def security_txt(request):
    """How to report a hole (RFC 9116); only where the operator has named a contact."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    contact = settings.SECURITY_CONTACT
    lines = [
        f"Contact: {contact if ':' in contact else 'mailto:' + contact}",
        f"Expires: {now() + timedelta(days=180):%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: en",
        f"Canonical: {settings.BASE_URL}/.well-known/security.txt",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def robots(request):
    lines = ["User-agent: *", "Disallow: /admin/", f"Sitemap: {settings.BASE_URL}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
