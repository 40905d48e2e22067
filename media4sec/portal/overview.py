"""Pages that look across kinds: home, the matrix, the library, and the pages about the portal itself."""

import json
from collections import Counter, defaultdict
from datetime import timedelta

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.timezone import now
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from media4sec.kinds import kinds, kinds_by_name
from media4sec.portal.cards import LENSES, day, plural, theme_tiles
from media4sec.portal.lists import QUERIES
from media4sec.publications.models import Change, Publication, Term

STATE_OF = ("technology", "pattern", "case", "issue", "instrument", "statement")


@require_safe
def home(request):
    tiles = theme_tiles()
    context = {
        "queries": QUERIES,
        "ways": ways(counts_by_kind()),
        "matrix": theme_by_lens(tiles, ("statement",)),
        "moved": law_that_moved(6),
        "event_count": sum(len(document["events"]) for document in instruments()),
        "changes": latest_changes(6),
        "states": state_of_the_records(),
        "checked_on": Publication.objects.published()
        .order_by("-checked_on")
        .values_list("checked_on", flat=True)
        .first(),
    }
    return render(request, "portal/home.html", context)


def ways(counts):
    """The four tasks people come for: [(title, url, what is there)]."""

    def number(kind_name):
        return plural(counts[kind_name], kinds_by_name()[kind_name])

    rows = (
        (
            "Plan for a situation",
            "/situations/",
            f"{number('situation')}, from an appeal for witnesses to rumours in an emergency",
        ),
        ("Choose a tool", "/technologies/", f"{number('technology')} with legal flags and signs of life"),
        ("Check ethics and law", "/check/", f"{number('check-question')}, and the issues each answer raises"),
        (
            "Prepare a workshop or training",
            "/practices/",
            f"{number('pattern')}, {number('training-module')}",
        ),
    )
    return [{"title": title, "url": url, "text": text} for title, url, text in rows]


def counts_by_kind():
    rows = Publication.objects.published().values_list("kind").annotate(Count("pk"))
    return defaultdict(int, dict(rows))


def instruments():
    rows = Publication.objects.published().of("instrument").order_by("pk")
    return [json.loads(text) for text in rows.values_list("document", flat=True)]


def law_that_moved(limit):
    """What happened to the instruments lately, newest first."""
    today = now().date().isoformat()
    events = [
        {
            "date": event["date"],
            "date_label": day(event["date"]),
            "title": event["title"],
            "instrument": document,
        }
        for document in instruments()
        for event in document["events"]
        if event["date"] <= today
    ]
    events.sort(key=lambda event: (event["date"], event["title"]), reverse=True)
    return [{**event, "date": parse_date(event["date"])} for event in events[:limit]]


def latest_changes(limit):
    """What changed lately, newest first; many of one kind at once are told as one."""
    found = {}
    for change in Change.objects.order_by("-seq")[:3000]:
        key = (change.at.date(), change.action, change.kind)
        group = found.setdefault(key, {"at": change.at, "action": change.get_action_display(), "changes": []})
        group["changes"].append(change)
        if len(found) > limit:
            break
    shown = list(found.items())[:limit]
    names = [change.identifier for _, group in shown for change in group["changes"][:1]]
    rows = {
        (row.kind, row.identifier): row
        for row in Publication.objects.published().filter(identifier__in=names)
    }
    changes = []
    for (_, _, kind_name), group in shown:
        kind = kinds_by_name()[kind_name]
        first = group["changes"][0]
        row = rows.get((first.kind, first.identifier)) if len(group["changes"]) == 1 else None
        changes.append(
            {
                "at": group["at"],
                "action": group["action"],
                "title": row.title if row else plural(len(group["changes"]), kind),
                "identifier": row.identifier if row and kind.shows_identifier else "",
                "url": row.url if row else kind.list_url,
            }
        )
    return changes


def state_of_the_records():
    """How many records of the main kinds there are, and how many of them were looked up."""
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
            {"title": "Home", "url": "/"},
            {"title": "Situations & themes", "url": "/situations/"},
            {"title": "Matrix", "url": None},
        ],
        "by_lens": theme_by_lens(tiles, ("statement", "issue", "case"), with_parts=True),
        "by_kind": theme_by_kind(tiles, ("statement", "issue", "pattern", "case", "technology", "situation")),
        "by_swot": theme_by_swot(tiles),
        "no_theme": Term.objects.filter(field="theme", value="not-stated", publication__kind="statement")
        .exclude(publication__lens="")
        .count(),
    }
    return render(request, "portal/matrix.html", context)


def theme_by_lens(tiles, kind_names, *, with_parts=False):
    """Theme × lens for ``portal/_matrix.html``. One query."""
    rows = Term.objects.filter(field="theme", publication__kind__in=kind_names).exclude(publication__lens="")
    counts = Counter(rows.values_list("value", "publication__lens", "publication__kind"))
    table = []
    for slug, tile in tiles.items():
        cells = []
        for lens in LENSES:
            numbers = {name: counts[slug, lens, name] for name in kind_names}
            cells.append(
                {
                    "lens": lens,
                    "count": sum(numbers.values()),
                    "url": f"/search/?theme={slug}&lens={lens}"
                    if with_parts
                    else f"/evidence/?theme={slug}&lens={lens}",
                    "parts": [_part(number, name) for name, number in numbers.items()] if with_parts else [],
                }
            )
        table.append({"theme": tile, "cells": cells})
    return _matrix([{"label": label, "lens": lens} for lens, label in LENSES.items()], table)


def _part(number, kind_name):
    noun = {"statement": "statement", "issue": "issue", "case": "case"}[kind_name]
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else f"no {noun} in the project"


def theme_by_kind(tiles, kind_names):
    rows = Term.objects.filter(field="theme", publication__kind__in=kind_names)
    counts = Counter(rows.values_list("value", "publication__kind"))
    members = [kinds_by_name()[name] for name in kind_names]
    table = [
        {
            "theme": tile,
            "cells": [
                {
                    "lens": "",
                    "count": counts[slug, kind.name],
                    "url": f"{kind.list_url}?theme={slug}"
                    + (f"&type={kind.name}" if kind.path == "practices" else ""),
                }
                for kind in members
            ],
        }
        for slug, tile in tiles.items()
    ]
    labels = {"statement": "Statements", "issue": "Issues", "pattern": "Patterns", "case": "Cases"}
    return _matrix(
        [{"label": labels.get(kind.name, kind.label_plural), "lens": ""} for kind in members], table
    )


def theme_by_swot(tiles):
    rows = Publication.objects.published().of("swot-point").values_list("document", flat=True)
    documents = [json.loads(text) for text in rows]
    counts = Counter(
        (document["theme"]["id"], document["quadrant"]) for document in documents if document["theme"]
    )
    quadrants = ("strength", "weakness", "opportunity", "threat")
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
    return _matrix([{"label": name.capitalize(), "lens": ""} for name in quadrants], table)


def _matrix(columns, rows):
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
        "crumbs": [{"title": "Home", "url": "/"}, {"title": "About & method", "url": None}],
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
