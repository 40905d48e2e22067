"""The brief of a situation as a page and as a PDF, and what others will ask: docs/adr/0047-the-brief.md."""

from dataclasses import asdict
from datetime import UTC, datetime, time
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_safe

from ethics.answering import questions_now
from ethics.brief import MOST_NEVER, MOST_QUESTIONS, MOST_TO_DO, PROHIBITED, asked_in, brief_of
from ethics.choices import IssueKind
from ethics.kinds import INSTRUMENT, ISSUE, PLATFORM_REQUEST
from media4sec.kinds import kinds_by_name
from media4sec.languages import language_tag, local
from media4sec.paper.law import country_blocks
from media4sec.paper.qr import LONGEST_IN_CODE, qr_svg
from media4sec.paper.typesetting import data_of_block, template_words, typeset
from media4sec.paper.views import one_at_a_time, pdf_answer
from media4sec.portal.lists.views import refuse
from media4sec.portal.record.asking import law_asked, law_query
from media4sec.portal.record.country import country_lens
from media4sec.portal.record.evidence import flags_of
from media4sec.portal.record.law import LawOnDay, law_of_issues
from media4sec.portal.record.versions import frame
from media4sec.portal.record.views import at_address
from media4sec.portal.rows import LENSES
from media4sec.portal.templating import full_stop
from media4sec.portal.wording import word
from media4sec.publications.index import current
from media4sec.publications.models import Publication
from media4sec.publications.selection import MOST_SELECTED, name_of, query_for
from media4sec.publications.since import newest_change_here
from media4sec.saying import day
from workshops.kinds import PATTERN, SITUATION

MOST_READ = 40  # records of a kind that a situation names, and requests that name it
NAMED_KINDS = {
    "patterns": PATTERN,
    "issues": ISSUE,
    "instruments": INSTRUMENT,
}  # by the fields of a situation


@require_safe
def brief_page(request, ref):
    """The brief, with the law of today or of ``?on=2026-12-04``, and of ``?country=ES``. Four queries."""
    publication, answer = at_address(request, SITUATION.path, ref, "brief/")
    asked = law_asked(request.GET)
    if answer or asked.errors:
        return answer or refuse(request, asked.errors)
    context = frame(publication, [gettext("Brief")]) | sheet_of(publication, asked)
    context |= {"law": LawOnDay(context["on"], localdate()), "law_query": law_query(asked.day, asked.country)}
    return render(request, "ethics/brief.html", context)


@require_safe
@one_at_a_time
def brief_pdf(request, ref):
    """The same on one sheet of paper, front and back."""
    publication, answer = at_address(request, SITUATION.path, ref, "brief.pdf")
    asked = law_asked(request.GET)
    if answer or asked.errors:
        return answer or refuse(request, asked.errors)
    sheet = sheet_of(publication, asked)
    content = typeset("brief.typ", on_paper(sheet), sheet["made_at"])
    name = [publication.identifier, "brief", sheet["on"].isoformat(), *filter(None, [asked.country])]
    return pdf_answer(content, "-".join(name))


@require_safe
def asked_page(request, ref):
    """The questions of the situation's issues, as others can ask them, by the kind of issue, with the law of a day and
    of a country. Three queries; with law, one more."""
    publication, answer = at_address(request, SITUATION.path, ref, "questions/")
    asked = law_asked(request.GET)
    if answer or asked.errors:
        return answer or refuse(request, asked.errors)
    names = [ref["id"] for ref in publication.body["issues"]][:MOST_READ]
    found = {
        row.identifier: row
        for row in Publication.objects.published().of(ISSUE.name).filter(identifier__in=names)
    }
    rows = [found[name] for name in names if name in found]
    questions, sources = asked_in(row.body for row in rows)
    law = law_of_issues(rows, asked.day)
    context = frame(publication, [gettext("Questions they will ask you")]) | {
        "groups": [
            {"name": kind, "title": kind_in_words(kind), "issues": issues}
            for kind in IssueKind.values
            if (issues := [issue for issue in questions if issue.issue_kind == kind])
        ],
        "law": law,
        "laws": {flag["identifier"]: flag["instruments"] for flag in flags_of(rows, law)},
        "country": country_of(publication, asked),
        "law_query": law_query(asked.day, asked.country),
        "sources": sources,
        "words": words_around(),
    }
    return render(request, "ethics/asked.html", context)


def country_of(publication, asked):
    """The country that is asked for, with what is recorded of its law on the situation's issues; else None."""
    issues = {(ISSUE.name, ref["id"]) for ref in publication.body["issues"]}
    if not asked.country:
        return None
    return country_lens(asked.country, issues or {(publication.kind, publication.identifier)})


def sheet_of(publication, asked):
    """What the page and the paper say."""
    on, country = asked.day or localdate(), country_of(publication, asked)
    newest = newest_change_here()  # asked before the records are read
    situation = publication.body
    known, requests = read_with(situation)
    brief = brief_of(situation, known, questions_now().values(), requests, on, localdate())
    names = [name_of(record.kind, record.identifier) for record in brief.records]
    since = since_address(names, newest)
    return {
        "situation": situation,
        "brief": brief,
        "on": on,
        "country": country,
        "parts": parts_of_front(brief, on),
        "stamp": stamp_of_brief(publication, on, country, newest),
        "made_at": datetime.combine(newest.on, time(), UTC),
        "since_url": since,
        "code": qr_svg(settings.BASE_URL + local(since)),
        "rules": how_chosen(),
        "words": words_around(),
        "records": [{**asdict(record), "name": name_in_full(record)} for record in brief.records],
    }


def since_address(names, newest):
    """What became of these records since this print: of all records, where they are too many to be named in a code."""
    address = f"/since/{newest.seq}/?{query_for(names, edition=newest.edition)}"
    if len(names) <= MOST_SELECTED and len(address) <= LONGEST_IN_CODE:
        return address
    return f"/since/{newest.seq}/?{urlencode({'edition': newest.edition})}"


def read_with(situation):
    """The documents that a situation names, ``{(kind, identifier): document}``, and the requests to platforms that name
    it. Two queries."""
    which = Q()
    for field, kind in NAMED_KINDS.items():
        which |= Q(kind=kind.name, identifier__in=[ref["id"] for ref in situation[field][:MOST_READ]])
    rows = Publication.objects.published().filter(which).only("kind", "identifier", "document")
    index = current()
    slots = index.of_kinds([PLATFORM_REQUEST.name]) & index.having(SITUATION.name, [situation["identifier"]])
    return (
        {(row.kind, row.identifier): row.body for row in rows},
        index.documents(slots.nonzero()[0], MOST_READ),
    )


def parts_of_front(brief, on):
    """The parts of the front, by name: ``{title, rows, rest, note}``."""
    parts = {
        "to_do": (gettext("To do"), brief.to_do, MOST_TO_DO),
        "never": (gettext("Never to do"), brief.never, MOST_NEVER),
        "duties": (gettext("Who does what"), brief.duties, 1),
        "signed": (gettext("Who signs what"), brief.signed, 1),
        "questions": (gettext("Ask before you decide"), brief.questions, MOST_QUESTIONS),
        "laws": (gettext("The law on %(date)s") % {"date": day(on)}, brief.laws, 1),
    }
    found = {
        name: {
            "title": title,
            "rows": [law_row(row) if name == "laws" else sentence_row(row) for row in chosen.rows],
            "rest": chosen.rest,
            "note": note_on(len(chosen.rows), wanted),
        }
        for name, (title, chosen, wanted) in parts.items()
    }
    found["never"]["note"] = note_on_bans(brief) or found["never"]["note"]
    if not brief.signed.rows:
        found["signed"]["note"] = gettext("The records do not say who signs what in this situation.")
    return found


def law_row(law):
    return asdict(law) | {"changes": [f"{day(date)}: {title}" for date, title in law.changes]}


def note_on(count, wanted):
    if not count:
        return gettext("The records state none.")
    return gettext("The records state no more.") if count < wanted else ""


def note_on_bans(brief):
    """How much of what is never to be done is prohibited, where that is not plain."""
    shown = len(brief.never.rows)
    if not shown or brief.bans == shown:
        return ""
    if not brief.bans:
        return gettext(
            "No prohibition in the check touches an issue of this situation. This is what can go wrong."
        )
    if brief.bans < shown:
        text = ngettext(
            "%(count)s prohibition in the check touches an issue of this situation. The rest is what can go wrong.",
            "%(count)s prohibitions in the check touch an issue of this situation. The rest is what can go wrong.",
            brief.bans,
        )
    else:
        text = ngettext(
            "%(count)s prohibition in the check touches an issue of this situation. These come first.",
            "%(count)s prohibitions in the check touch an issue of this situation. These come first.",
            brief.bans,
        )
    return text % {"count": brief.bans}


def sentence_row(sentence):
    """A sentence with its mark and with what it rests on."""
    aspects = LENSES | {PROHIBITED: gettext("Prohibited")}
    marked = [row for row in sentence.records if is_numbered(row) or row.title != sentence.head]
    return {
        "head": sentence.head,
        "head_url": sentence.url if len(marked) < len(sentence.records) else "",
        "text": sentence.text,
        "url": sentence.url if sentence.is_cut else "",
        "aspect": sentence.aspect if sentence.aspect in aspects else "",
        "aspect_label": str(aspects.get(sentence.aspect, "")),
        "stop": full_stop(sentence.text) if sentence.then else "",
        "then": sentence.then,
        "records": [record_mark(record) for record in marked],
        "sources": sentence.sources,
        "is_editorial": not sentence.records and not sentence.sources,
    }


def record_mark(record):
    """Its number, else the word for what it is; the name is for screen readers and the list of records."""
    label = record.identifier if is_numbered(record) else str(kinds_by_name()[record.kind].names.one)
    return {"label": label, "title": record.title, "url": record.url}


def name_in_full(record):
    """“I-007 Monitoring of protests”; a slug is no name for readers."""
    return f"{record.identifier} {record.title}" if is_numbered(record) else record.title


def is_numbered(record):
    return kinds_by_name()[record.kind].identifier.is_shown


def kind_in_words(name):
    return word(IssueKind(name).label, "issue_kind", name)


def how_chosen():
    """How the sentences were chosen, in words."""
    return [
        gettext(
            "To do: the first practices of police that the situation names and whose records say what is done."
        ),
        gettext(
            "Never to do: what the check calls prohibited, if it raises an issue of this situation, most issues first; "
            "then the situation’s points called ugly, then those called bad."
        ),
        gettext(
            "Who does what: as the situation says. Who signs what: as the requests to platforms that name it say."
        ),
        gettext(
            "Ask before you decide: what the situation says to ask a supplier; where it says nothing, one question of "
            "each of its issues, in its order."
        ),
        gettext(
            "Nothing is weighed or scored: all is in the order of the records, and no sentence was written for this "
            "sheet."
        ),
    ]


def stamp_of_brief(publication, on, country, newest):
    """Which edition this is: “S-002, version 3 · law on 4 December 2026 · change 1499”."""
    return gettext("%(record)s, version %(version)s · law on %(date)s · as of change %(number)s") % {
        "record": publication.identifier,
        "version": publication.version,
        "date": f"{day(on)}, {country.name}" if country else day(on),
        "number": newest.seq,
    }


def words_around():
    """What the page and the paper both say around the sentences."""
    return {
        "brief": gettext("Brief"),
        "since": gettext("What changed since this print"),
        "instead": gettext("Or do not act:"),
        "more": gettext("More on the situation’s page: %(count)s"),
        "all_of_it": gettext("The whole sentence"),
        "source": gettext("Source"),
        "they_ask": gettext("Questions they will ask you"),
        "they_ask_note": gettext(
            "The records do not say who asks: a journalist, an organiser, the council, a data-protection officer or a "
            "judge may ask any of these."
        ),
        "issue": gettext("Issue"),
        "question": gettext("They can ask"),
        "safeguard": gettext("You can show: safeguards"),
        "no_safeguard": gettext("None recorded"),
        "records": gettext("Records it rests on"),
        "sources": gettext("Sources"),
        "no_sources": gettext("No source is recorded for these sentences: they are editorial."),
        "not_verified": gettext("Not verified"),
        "editorial": gettext("Editorial"),
        "how": gettext("How this was chosen"),
        "advice": gettext("Not legal advice. Take these points to your data-protection officer."),
    }


# The paper


def on_paper(sheet):
    """What the template brief.typ reads."""
    brief, language, situation = sheet["brief"], get_language(), sheet["situation"]
    return with_whole_addresses(
        {
            "title": situation["title"],
            "name": f"{situation['identifier']} {situation['title']}: {gettext('Brief')}",
            "language": language_tag(language),
            "address": settings.BASE_URL + local(f"{situation['url']}brief/"),
            "situation": {name: situation[name] for name in ("identifier", "url")}
            | {"question": brief.question},
            "stamp": sheet["stamp"],
            "code": sheet["code"],
            "since_url": sheet["since_url"],
            "parts": sheet["parts"],
            "instead": brief.instead,
            "asked": [
                asdict(issue) | {"kind": str(kind_in_words(issue.issue_kind))} for issue in brief.asked.rows
            ],
            "asked_rest": brief.asked.rest,
            "asked_url": f"{situation['url']}questions/",
            "records": sheet["records"],
            "sources": list(map(asdict, brief.sources)),
            "rules": sheet["rules"],
            "national": [data_of_block(block) for block in country_blocks(sheet["country"])]
            if sheet["country"]
            else [],
            "words": template_words(language) | sheet["words"],
        }
    )


def with_whole_addresses(value):
    if isinstance(value, dict):
        return {
            name: settings.BASE_URL + local(part)
            if name.endswith("url") and part.startswith("/")
            else with_whole_addresses(part)
            for name, part in value.items()
        }
    return [with_whole_addresses(part) for part in value] if isinstance(value, list | tuple) else value
