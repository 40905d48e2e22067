"""The search over everything that is published: its page, suggestions while typing, and what browsers need for it."""

from collections import Counter
from operator import itemgetter
from urllib.parse import urlencode

import numpy as np
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_safe

from media4sec.kinds import is_behind, kinds, kinds_by_name
from media4sec.languages import local
from media4sec.letters import sort_key
from media4sec.portal.addresses import changed, stated
from media4sec.portal.lists.facets import chips, facet_groups, without_filters
from media4sec.portal.lists.views import QUERIES, exports, feed_url, paged, refuse
from media4sec.portal.rows import CARD_FIELDS, card_of, theme_tiles
from media4sec.portal.search.matches import PageMatches
from media4sec.portal.wording import record_name
from media4sec.publications import countries
from media4sec.publications.facets import filtered
from media4sec.publications.index import current
from media4sec.publications.lists import MAX_WORDS, SEARCH_FACETS, Listing, listing
from media4sec.publications.models import Publication
from media4sec.publications.search import search as find
from media4sec.saying import country

BEST = 8  # hits of any kind, before those of each kind
OF_A_KIND = 3
MOST_KINDS = 4
MOST_LAW = 12  # records that tell the law of a country
MOST_DROPPED = 4  # words that are left out in turn when no record has all; of more, one hardly matters
SUGGESTED = 8
SUGGESTION_TYPE = "application/x-suggestions+json"


@require_safe
def search_page(request):
    """One box over everything that is published."""
    address = "/search/"
    question = stated(request.GET)
    answer = Listing(kinds(), SEARCH_FACETS)  # where nothing is asked, nothing is counted
    if question:
        answer = listing(kinds(), question, also=("page",), facets=SEARCH_FACETS)
    title = gettext("Search")
    if answer.errors:
        return refuse(request, answer.errors, title, SEARCH_FACETS)
    if answer.respelled:
        return HttpResponseRedirect(
            changed(request, **{name: answer.chosen[name] for name in answer.respelled})
        )
    crumbs = [{"title": gettext("Home"), "url": "/"}, {"title": title, "url": None}]
    context = {
        "crumbs": crumbs,
        "words": answer.words,
        "queries": QUERIES,
        "national_law": national_law(answer) if answer.words else [],
        "corrections": [],
        "unknown": [],
        "chips": [],
        "pager": None,
    }
    if not answer.words:
        if paged(request, [])[0] is None:
            return refuse(request, [("page", gettext("There is no such page."))], title)
        return render(request, "portal/search.html", context)
    ids, tiles = answer.result.ids, theme_tiles()
    told = [pk for others in answer.under.values() for pk in others]
    leads = ids[~np.isin(ids, told)]
    groups, others, pager = [], [], None
    if "page" in request.GET or answer.chosen["type"] or len(leads) <= BEST:
        shown, pager = paged(request, ids)
        if shown is None:
            return refuse(request, [("page", gettext("There is no such page."))], title)
        shown = [pk for pk in shown if pk not in told] or shown
    else:
        shown, groups, others = by_kind(request, answer, leads)
    hits = explained([*shown, *(pk for group in groups for pk in group["ids"])], answer, tiles)
    for group in groups:
        group["cards"] = [hits[pk] for pk in group["ids"] if pk in hits]
    context |= {
        "facets": facet_groups(request, answer, tiles),
        "chips": chips(request, answer),
        "clear_url": f"{address}?{urlencode({'q': answer.words})}",
        "unfiltered": len(answer.found.slots),
        "count": len(ids),
        "whole": answer.found.whole,
        "is_partly": answer.found.whole < len(answer.found.slots),
        "best": [hits[pk] for pk in shown if pk in hits],
        "cards": list(hits.values()),
        "groups": groups,
        "others": others,
        "all_url": changed(request, page="1"),
        "pager": pager,
        "exports": exports(request, "search"),
        "feed_url": feed_url(request, "search"),
        "corrections": corrections(request, answer.found),
        "unknown": [word.typed for word in answer.found.units if not word.count],
        "drops": [] if len(ids) else ways_out(request, answer),
    }
    return render(request, "portal/search.html", context)


def by_kind(request, answer, leads):
    """(ids of the best hits, groups of the next ones by kind, links to the kinds that are left)."""
    index = answer.found.index
    left = index.slots(leads[BEST:])
    of_slots = index.kinds[left]
    counts = {option.value: option.count for option in answer.result.options["type"]}
    _, firsts = np.unique(of_slots, return_index=True)
    groups = []
    for first in sorted(firsts.tolist()):
        kind = kinds()[of_slots[first]]
        groups.append(
            {
                "is_behind": is_behind(kind),
                "ids": index.pks[left[of_slots == of_slots[first]][:OF_A_KIND]].tolist(),
                "title": kind.names.many,
                "count": counts[kind.name],
                "all": kind.names.counted(counts[kind.name]),
                "url": changed(request, type=kind.name),
            }
        )
    groups.sort(key=itemgetter("is_behind"))  # what the menu leads to comes first
    return leads[:BEST].tolist(), groups[:MOST_KINDS], groups[MOST_KINDS:]


def explained(pks, answer, tiles):
    """Rows for these hits, each with the passages that hold the words, and what else there is of the same concept.

    ``{pk: card}``. One query.
    """
    matches = PageMatches(answer.found, answer.words)
    every = [*pks, *(other for pk in pks for other in answer.under.get(pk, ()))]
    rows = Publication.objects.published().only(*CARD_FIELDS, "document").in_bulk(every)
    slot_of = answer.found.index.slot_of
    return {
        pk: card_of(rows[pk], tiles, with_kind=True)
        | matches.explain(rows[pk], int(slot_of[pk]))
        | {"others": [as_other(rows[other]) for other in answer.under.get(pk, ()) if other in rows]}
        for pk in pks
        if pk in rows
    }


def as_other(publication):
    """Another record of a hit's concept, under it."""
    return {
        "kind": publication.kind,
        "kind_label": kinds_by_name()[publication.kind].names.one,
        "identifier": publication.identifier,
        "title": publication.title,
        "url": publication.url,
    }


def corrections(request, found):
    """Words that stand nowhere, and what was looked for instead: ``[{typed, shown, url}]``."""
    parts = Counter(word.unit for word in found.words)
    return [
        {
            "typed": word.typed,
            "shown": word.corrected[0],
            "url": changed(request, q=found.replaced(word, word.corrected[0])),
        }
        for word in found.words
        if word.corrected and not word.is_known and parts[word.unit] == 1
    ]


def national_law(answer):
    """What is recorded of the law of the countries that the question names, and of which others.

    ``[{country, records: [{title, url}], count, all_url, others: [{country, url}]}]``. No query, but after a change.
    """
    codes = countries.asked(answer.words, answer.found.index)
    recorded = countries.law() if codes else {}
    names = {code: country(code) for code in (*codes, *recorded)}
    return [
        {
            "country": names[code],
            "records": [{"title": row.title, "url": row.url} for row in recorded.get(code, ())[:MOST_LAW]],
            "count": len(recorded.get(code, ())),
            "all_url": f"/search/?{urlencode({'q': names[code], 'type': [*countries.law_fields()]}, doseq=True)}",
            "others": [
                {"country": names[other], "url": f"/search/?{urlencode({'q': names[other]})}"}
                for other in sorted(recorded, key=lambda other: sort_key(names[other], get_language()))
                if other != code
            ],
        }
        for code in codes
    ]


def ways_out(request, answer):
    """What the search would find with less in it, where it finds nothing: ``[{label, url, count, is_word}]``."""
    if len(answer.found.slots):
        return [drop | {"is_word": False} for drop in without_filters(request, answer)]
    return without_words(request, answer)


def without_words(request, answer):
    """What leaving out one of the words would find, the most helpful first."""
    names = [kind.name for kind in answer.kinds]
    words = answer.found.units
    found = []
    for word in words if 1 < len(words) <= MOST_DROPPED else ():
        text = answer.found.replaced(word, "")
        slots = find(text, names, answer.index).hits(is_ranked=False)
        count = filtered(slots, list(answer.chosen), answer.chosen, answer.index).count
        if count:
            found.append(
                {"label": word.typed, "url": changed(request, q=text), "count": count, "is_word": True}
            )
    return sorted(found, key=lambda drop: -drop["count"])


@require_safe
def suggest(request):
    """Records that what is being typed may be about, as OpenSearch writes suggestions."""
    text = request.GET.get("q", "")
    is_wrong = set(request.GET) - {"q"} or len(request.GET.getlist("q")) > 1
    if is_wrong or len(text) > MAX_WORDS or "\x00" in text:
        message = gettext("One parameter, q, of at most %(number)s characters.") % {"number": MAX_WORDS}
        return JsonResponse({"detail": message}, status=400)
    # Concepts only repeat the names of the records that they label.
    names = [kind.name for kind in kinds() if not kind.search.names_others]
    index = current()
    ids = find(text, names, index, is_typing=True).pks if text.strip() else ()
    ids, under = index.by_concept(ids, SUGGESTED)
    told = {pk for others in under.values() for pk in others}
    ids = [pk for pk in ids.tolist() if pk not in told]
    fields = ("kind", "identifier", "title", "url")
    rows = Publication.objects.published().only(*fields).in_bulk(ids)
    rows = [rows[pk] for pk in ids if pk in rows]
    count = ngettext("%(count)s suggestion", "%(count)s suggestions", len(rows)) % {"count": len(rows)}
    answer = [
        text,
        [str(record_name(row.kind, row.identifier, row.title)) for row in rows],
        [str(kinds_by_name()[row.kind].names.one) for row in rows],
        [settings.BASE_URL + local(row.url) for row in rows],
        {"announcement": count if rows else gettext("No suggestions")},
    ]
    response = JsonResponse(answer, safe=False, content_type=SUGGESTION_TYPE)
    response["Cache-Control"] = "public, max-age=60"
    return response


@require_safe
def opensearch(request):
    """What a browser needs to search here from its address bar."""
    context = {"base_url": settings.BASE_URL, "suggestion_type": SUGGESTION_TYPE}
    text = render(request, "portal/opensearch.xml", context).content
    return HttpResponse(text, content_type="application/opensearchdescription+xml; charset=utf-8")
