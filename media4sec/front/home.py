"""The front page: what can be asked here, and what is new.

What it shows of the content is worked out once after each change; how much is read for it does not grow with the
content.
"""

import json
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db.models import Count, Max, Q
from django.db.models.functions import TruncDate
from django.shortcuts import render
from django.utils.timezone import localdate, make_aware, now
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from media4sec.front.matrix import counts_on_themes, theme_by_lens
from media4sec.kinds import DATED, kinds_by_name
from media4sec.letters import sort_key
from media4sec.portal.lists.views import QUERIES, as_known
from media4sec.portal.parameters import without_parameters
from media4sec.portal.rows import plural, theme_tiles
from media4sec.publications.index import current
from media4sec.publications.models import Change, Publication, Term
from media4sec.publications.schema_org import home_nodes
from media4sec.publications.stated import known_on, since_change

STATE_OF = ("technology", "pattern", "case", "issue", "instrument", "statement")
MOST_SITUATIONS = 24
MOVED, AHEAD, CHANGED = 6, 2, 6  # how many of each are shown
LOOKED_AT = 50  # events, of which those of one day are put in order
CHANGES_LOOKED_AT = 3000


@require_safe
@without_parameters
def home(request):
    today = localdate(now())
    tiles = theme_tiles()
    moved, ahead, event_count = since_change(
        f"law that moved by {today}", lambda: law_that_moved(today), "instrument"
    )
    situations, situation_count = since_change(
        "situations to prepare for", situations_to_prepare_for, "situation"
    )
    context = {
        "queries": QUERIES,
        "ways": ways_in(current().numbers()),
        "matrix": theme_by_lens(tiles, ("statement",), counts_on_themes()),
        "theme_count": len(tiles),
        "situations": situations,
        "situation_count": situation_count,
        "moved": moved,
        "ahead": ahead,
        "event_count": event_count,
        "as_known": as_known(kinds_by_name()["instrument"], known_on(kinds_by_name()["instrument"])),
        "changes": [change_in_words(*change) for change in since_change("latest changes", latest_changes)],
        "states": state_of_the_records(),
        "checked_on": since_change("checked on", checked_on),
        "nodes": home_nodes(),
    }
    return render(request, "front/home.html", context)


def situations_to_prepare_for():
    """(the first situations, how many there are). One query."""
    index = current()
    slots = index.of_kinds(["situation"]).nonzero()[0]
    first = index.pks[index.first(slots, MOST_SITUATIONS)].tolist()
    rows = Publication.objects.only("title", "url").in_order_of(first)
    return [{"title": row.title, "url": row.url} for row in rows], len(slots)


def checked_on():
    """The day of the newest check."""
    days = Publication.objects.published().filter(checked_on__isnull=False).order_by("-checked_on")
    return days.values_list("checked_on", flat=True).first()


def ways_in(counts):
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


def law_that_moved(today):
    """(what happened to the instruments lately, the newest first; what comes next; how many events there are).

    Four queries.
    """
    dated = Term.objects.filter(field=DATED, publication__kind="instrument")
    tomorrow = (today + timedelta(days=1)).isoformat()
    fields = "value", "label", "publication_id"
    done = dated.filter(value__lt=tomorrow).order_by("-value", "-pk").values_list(*fields)[:LOOKED_AT]
    ahead = dated.filter(value__gte=tomorrow).order_by("value", "pk").values_list(*fields)[:LOOKED_AT]
    shown = [*sorted(done, key=event_order, reverse=True)[:MOVED], *sorted(ahead, key=event_order)[:AHEAD]]
    instruments = Publication.objects.filter(pk__in={pk for _, _, pk in shown}).values_list("pk", "document")
    documents = {pk: json.loads(document) for pk, document in instruments}
    events = [event_of(documents[pk], value) for value, _, pk in shown]
    return (
        [event for event in events if event["date"] < tomorrow],
        [event for event in events if event["date"] >= tomorrow],
        dated.count(),
    )


def event_order(row):
    """By day, and on one day by the title."""
    value, title, _ = row
    return value.partition(" ")[0], sort_key(title, settings.LANGUAGE_CODE)


def event_of(document, dated):
    """The event of an instrument that a term names by its day and its key."""
    key = dated.partition(" ")[2]
    event = next(event for event in document["events"] if event["key"] == key)
    return {
        "date": event["date"],
        "title": event["title"],
        "instrument": {"title": document["title"], "url": document["url"]},
        "is_unverified": event["verified"] is not True,
    }


def latest_changes():
    """What changed lately, newest first; many of one kind on one day are told as one.

    ``[(day, action, kind, how many, the one record as (identifier, title, address) or None), …]``. Five queries.
    """
    first, newest = Change.objects.order_by("seq").first(), Change.objects.order_by("-seq").first()
    if first is None:
        return []
    later = midnight_after(first.at)
    is_later = newest.action == Change.Action.UPDATED or newest.at >= later  # it nearly always is
    if (
        not is_later
        and not Change.objects.filter(Q(action=Change.Action.UPDATED) | Q(at__gte=later)).exists()
    ):
        return []  # all is as it was first published, which says nothing
    groups = (
        Change.objects.filter(seq__gt=newest.seq - CHANGES_LOOKED_AT)
        .annotate(day=TruncDate("at"))
        .values("day", "action", "kind")
        .annotate(last=Max("seq"), number=Count("identifier", distinct=True), one=Max("identifier"))
        .order_by("-last")[:CHANGED]
    )
    alone = [(group["kind"], group["one"]) for group in groups if group["number"] == 1]
    rows = Publication.objects.published().of(*(kind for kind, _ in alone))
    rows = rows.filter(identifier__in=[identifier for _, identifier in alone])
    known = {(row[0], row[1]): row[1:] for row in rows.values_list("kind", "identifier", "title", "url")}
    return [
        (
            group["day"],
            group["action"],
            group["kind"],
            group["number"],
            known.get((group["kind"], group["one"])) if group["number"] == 1 else None,
        )
        for group in groups
    ]


def midnight_after(moment):
    return make_aware(datetime.combine(localdate(moment) + timedelta(days=1), time.min))


def change_in_words(day, action, kind_name, number, record):
    """One line of what changed lately."""
    kind = kinds_by_name()[kind_name]
    identifier, title, url = record or ("", plural(number, kind), kind.list_url)
    return {
        "day": day.isoformat(),
        "action": Change.Action(action).label,
        "title": title,
        "is_content": bool(record),
        "identifier": identifier if kind.identifier.is_shown else "",
        "url": url,
    }


def state_of_the_records():
    """How many records of the main kinds there are, and how many of them were looked up."""
    counts = since_change("verified", verified_by_kind)
    return [
        {
            "label": kind.names.many,
            "url": kind.list_url,
            "count": sum(counts[kind.name].values()),
            "verified": counts[kind.name].get("yes", 0),
        }
        for kind in map(kinds_by_name().get, STATE_OF)
    ]


def verified_by_kind():
    """How many records of a kind were verified, and how many not: ``{kind: {term: number}}``, from the index."""
    index, found = current(), {}
    terms = [term for term, _ in index.facet("verified")[1]]
    for name in STATE_OF:
        numbers = index.counted("verified", index.of_kinds([name])).tolist()
        found[name] = dict(zip(terms, numbers, strict=True))
    return found
