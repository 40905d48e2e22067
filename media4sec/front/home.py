"""The front page: what can be asked here, and what is new."""

import json
from collections import Counter, defaultdict

from django.db.models import Count
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate, now
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from media4sec.front.matrix import theme_by_lens
from media4sec.kinds import kinds_by_name
from media4sec.portal.lists.views import QUERIES, as_known
from media4sec.portal.rows import plural, theme_tiles
from media4sec.publications.models import Change, Publication, Term
from media4sec.publications.sorting import by_words

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
