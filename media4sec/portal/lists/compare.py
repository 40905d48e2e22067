"""Two to four records of a list side by side: what is the same, what differs, and what nobody states."""

from dataclasses import dataclass, replace

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from media4sec.kinds import NAVIGATION, SECTIONS, Kind, Role, kind_for, kinds_by_name, lower_first, paths
from media4sec.languages import local
from media4sec.portal.record.evidence import basis_of, flags_of, newest_source_of
from media4sec.portal.record.law import DAY_PARAMETER, LawOnDay, day_asked, law_of_issues
from media4sec.portal.rows import as_fact, day_or_not_yet, first_sentence, with_notes
from media4sec.portal.wording import content, page_display
from media4sec.publications.index import current
from media4sec.publications.models import Publication
from media4sec.publications.sorting import by_words
from media4sec.publications.stated import stated_facts
from media4sec.saying import day as day_in_words

FEWEST, MOST = 2, 4
MOST_OPTIONS = 250  # in the form; of more, identifiers are typed
PARAMETERS = ("ids", "only", DAY_PARAMETER)
DIFFERENCES = "differences"
FUNCTION_TYPE = "record:function"  # the type of a value that says what a tool does


@require_safe
def page(request, path):
    """``/technologies/compare/?ids=T-012,T-040``; with fewer than two, the form to choose them."""
    kinds = kinds_side_by_side(path)
    names, day, errors = compare_form(request)
    rows, unknown = chosen(kinds, names)
    errors += unknown
    list_url = kinds[0].list_url
    is_ready = not errors and not too_few(rows)
    query = compare_query(names, day)
    if is_ready and len([value for value in request.GET.getlist("ids") if value]) > 1:
        only = f"&only={DIFFERENCES}" if request.GET.get("only") else ""
        return HttpResponseRedirect(f"{request.path}?{query}{only}")
    address = f"{request.path}?{query}"
    is_short = request.GET.get("only") == DIFFERENCES
    title = gettext("Compare %(things)s") % {"things": lower_first(kinds[0].names.many)}
    context = {
        "title": title,
        "crumbs": crumbs_of(kinds[0], title),
        "list_url": list_url,
        "list_title": kinds[0].names.heading,
        "errors": [text for _name, text in errors],
        "options": options_of(kinds),
        "example": kinds[0].identifier.example,
        "fields": [*(row.identifier for row in rows), *[""] * MOST][:MOST],
        "fewest": FEWEST,
        "most": MOST,
        "law": None,
        "table": None,
    }
    if is_ready:
        table = table_of(rows, day)
        context["law"] = table["law"]
        context["table"] = {
            "records": records_of(rows),
            "groups": rows_shown(table, only_differences=is_short),
            "folded": table["folded"],
            "is_short": is_short,
            "switch_url": address if is_short else f"{address}&only={DIFFERENCES}",
            "exports": [
                {"label": "PDF", "url": local(f"/{path}/compare.pdf?{query}"), "type": "application/pdf"},
                {"label": "CSV", "url": f"/{path}/compare.csv?{query}", "type": "text/csv"},
            ],
            "ids": ",".join(names),
            "address": request.path,
            "on": timezone.localdate(),
        }
    return render(request, "portal/compare.html", context, status=400 if errors else 200)


def compare_query(names, day):
    """The parameters that mean these records, and the law of this day."""
    return f"ids={','.join(names)}" + (f"&{DAY_PARAMETER}={day}" if day else "")


def too_few(rows):
    """What is wrong with the number of records, if there are too few to be compared."""
    if len(rows) >= FEWEST:
        return []
    text = gettext("Choose from %(fewest)s to %(most)s records.")
    return [("ids", text % {"fewest": FEWEST, "most": MOST})]


def kinds_side_by_side(path):
    """The kinds of a list that can be compared; there is no such page for others."""
    found = tuple(kind for kind in paths().get(path, ()) if kind.listed.is_compared)
    if not found:
        raise Http404
    return found


def crumbs_of(kind: Kind, title):
    section = {"title": SECTIONS[kind.section], "url": NAVIGATION[kind.section]}
    own = {"title": kind.names.heading, "url": kind.list_url}
    lists = [section] if kind.list_url == section["url"] else [section, own]
    return [{"title": _("Home"), "url": "/"}, *lists, {"title": title, "url": None}]


def compare_form(request):
    """(identifiers as asked for, each once; the day whose law is meant, or None; what is wrong with the parameters)."""
    errors = [
        (name, f"“{name[:80]}”: {gettext('There is no such parameter here.')}")
        for name in request.GET
        if name not in PARAMETERS
    ]
    texts = [part.strip() for value in request.GET.getlist("ids") for part in value.split(",")]
    names = list(dict.fromkeys(text for text in texts if text))
    if len(names) > MOST:
        text = gettext("At most %(number)s can be compared at once; you chose %(chosen)s.")
        errors.append(("ids", text % {"number": MOST, "chosen": len(names)}))
    if len(request.GET.getlist("only")) > 1 or request.GET.get("only", "") not in ("", DIFFERENCES):
        errors.append(("only", gettext("“only”: %(value)s, or nothing.") % {"value": DIFFERENCES}))
    day, error = day_asked(request.GET.getlist(DAY_PARAMETER))
    errors += [(DAY_PARAMETER, error)] if error else []
    return names, day, errors


def chosen(kinds, names):
    """(the publications in the order asked for, what is wrong with the names). One query."""
    wanted = [name for name in names if "\x00" not in name and len(name) <= 80][:50]
    rows = Publication.objects.published().of(*(kind.name for kind in kinds)).filter(identifier__in=wanted)
    found = {row.identifier: row for row in rows}
    errors = [
        ("ids", gettext("“%(name)s” is not on this list.") % {"name": name[:80]})
        for name in names[:50]
        if name not in found
    ]
    return [found[name] for name in names if name in found][:MOST], errors


def options_of(kinds):
    """Everything that can be chosen: ``[(identifier, the same where it is shown, title)]``; nothing where that is more
    than anybody reads. One query."""
    index = current()
    slots = index.of_kinds([kind.name for kind in kinds]).nonzero()[0]
    if len(slots) > MOST_OPTIONS:
        return []
    rows = Publication.objects.only("kind", "identifier", "title").in_order_of(
        index.pks[index.first(slots)].tolist()
    )
    return [
        (row.identifier, row.identifier if kinds_by_name()[row.kind].identifier.is_shown else "", row.title)
        for row in rows
    ]


def records_of(rows):
    return [
        {
            "identifier": row.identifier,
            "plate": row.identifier if kinds_by_name()[row.kind].identifier.is_shown else "",
            "title": row.title,
            "url": row.url,
            "without": ",".join(other.identifier for other in rows if other is not row)
            if len(rows) > FEWEST
            else "",
        }
        for row in rows
    ]


# The table


@dataclass(frozen=True, slots=True)
class Value:
    """One value in a cell of the table."""

    text: str
    url: str = ""
    note: str = ""
    lens: str = ""
    lens_label: str = ""
    state: dict | None = None  # beside the text
    state_shape: str = ""  # the text is that of a state
    is_none: bool = False  # words for nothing
    is_content: bool = False
    only_some: bool = False  # in a list: not all of the records have it


def table_of(rows, day=None):
    """``{groups: [{title, rows: [{label, differs, cells: [[value]]}]}], folded: [label], law}``, the law being that
    of a day, or of today. Three queries."""
    documents = [row.body for row in rows]
    displays = [page_display(row) for row in rows]
    kind = kinds_by_name()[rows[0].kind]
    stated = stated_facts(kind)
    issues = issues_raised(kind, documents)
    law = law_of_issues(issues, day) if kind.links.flags else None
    does, facts = [], []
    for same in zip(*map(with_notes, displays), strict=True):
        if same[0]["name"] in stated:
            cells = [[_value(value) for value in fact["values"]] for fact in same]
            types = {value.get("type") for fact in same for value in fact["values"]}
            (does if FUNCTION_TYPE in types else facts).append(_row(same[0]["label"], cells))
    groups = [
        (
            _("What it does"),
            [
                _row(
                    _("In short"),
                    [[Value(content(first_sentence(row.summary)))] for row in rows],
                    is_prose=True,
                ),
                *does,
                *section_rows(displays),
            ],
        ),
        (
            _("State"),
            [_row(_("State"), [_state(display) for display in displays])] if kind.state.source else [],
        ),
        (_("Facts"), facts),
        (_("Legal and ethical flags"), flag_rows(kind, documents, issues, law) if kind.links.flags else []),
        (_("Evidence"), evidence_rows(rows, documents, displays)),
        (_("Freshness"), freshness_rows(rows, documents)),
    ]
    folded = [row["label"] for _title, members in groups for row in members if row["is_empty"]]
    kept = [(title, [row for row in members if not row["is_empty"]]) for title, members in groups]
    return {
        "groups": [{"title": title, "rows": members} for title, members in kept if members],
        "folded": folded,
        "law": law,
    }


def section_rows(displays):
    """The titled texts that some of them have, in the order of the first that has them."""
    of_each = [{part["title"]: part for part in display["sections"]} for display in displays]
    titles = dict.fromkeys(title for parts in of_each for title in parts)
    return [
        _row(
            title,
            [
                [Value(content(text)) for text in (*parts[title]["paragraphs"], *parts[title]["items"])]
                if title in parts
                else []
                for parts in of_each
            ],
            is_prose=True,
        )
        for title in titles
    ]


def rows_shown(table, *, only_differences):
    if not only_differences:
        return table["groups"]
    groups = [
        {**group, "rows": [row for row in group["rows"] if row["differs"]]} for group in table["groups"]
    ]
    return [group for group in groups if group["rows"]]


def issues_raised(kind, documents):
    """The issues that they raise, in order. One query, if any can."""
    named = {ref["id"] for document in documents for ref in document.get(kind.links.flags) or ()}
    if not named:
        return []
    issues = Publication.objects.published().of(kind_for(Role.ISSUE).name).filter(identifier__in=named)
    return list(issues.order_by("sort_key"))


def flag_rows(kind, documents, issues, law: LawOnDay):
    """The issues that each raises, and the law they touch as it stands on the day."""
    named = [[ref["id"] for ref in document.get(kind.links.flags) or ()] for document in documents]
    flags = {flag["identifier"]: flag for flag in flags_of(issues, law)}
    raised = [
        [
            Value(
                flags[name]["title"],
                flags[name]["url"],
                lens=flags[name]["lens"],
                lens_label=flags[name]["lens_label"],
                is_content=True,
            )
            for name in names
            if name in flags
        ]
        for names in named
    ]
    touches = []
    for names in named:
        touched = {law["url"]: law for name in names if name in flags for law in flags[name]["instruments"]}
        touches.append(
            [
                Value(one["title"], url, state=one["state"], is_content=True)
                for url, one in sorted(touched.items(), key=lambda pair: by_words(pair[1]["title"]))
            ]
        )
    nothing = Value(gettext("Not assessed yet"), is_none=True)
    return [
        _row(_("Issues raised"), [cell or [nothing] for cell in raised]),
        _row(law_label(law), [cell or [nothing] for cell in touches]),
    ]


def law_label(law):
    if law.is_today:
        return _("The law they touch, as it stands today")
    return gettext("The law they touch, as on %(date)s") % {"date": day_in_words(law.day)}


def evidence_rows(rows, documents, displays):
    index, evidence = current(), kind_for(Role.EVIDENCE).name
    statements = {row.pk: len(index.of_kind_naming(evidence, [row.pk])) for row in rows}
    verified = {True: _("Yes"), False: _("No"), None: _("Not stated")}
    return [
        _row(_("Where it comes from"), [[Value(display["provenance"])] for display in displays]),
        _row(
            _("Verified"),
            [
                [Value(verified[document["verified"]], note=content(basis_of(document)))]
                for document in documents
            ],
        ),
        _row(_("Evidence of the project about it"), [[Value(str(statements[row.pk]))] for row in rows]),
        _row(_("Sources"), [[Value(str(len(document["sources"])))] for document in documents]),
    ]


def freshness_rows(rows, documents):
    return [
        _row(_("Checked on"), [[Value(day_or_not_yet(document["checked_on"]))] for document in documents]),
        _row(_("Newest source"), [[Value(newest_source_of(document))] for document in documents]),
        _row(_("Next review"), [[Value(day_or_not_yet(document["review_due"]))] for document in documents]),
        _row(_("Version"), [[Value(str(row.version))] for row in rows]),
    ]


def _row(label, cells, *, is_prose=False):
    """One property; values that not all records share are told apart, so that nobody compares long lists by eye."""
    texts = [{str(value.text) for value in cell} for cell in cells]
    shared = set.intersection(*texts)
    is_list = any(len(cell) > 1 for cell in cells)
    return {
        "label": label,
        "differs": not is_prose and any(text != texts[0] for text in texts),  # no two texts are alike
        "is_empty": not any(texts),
        "cells": [
            [replace(value, only_some=is_list and str(value.text) not in shared) for value in cell]
            for cell in cells
        ],
    }


def _value(value):
    return Value(as_fact(value)["text"], value["url"], value.get("note", ""))


def _state(display):
    state = display["state"]
    return [Value(state["label"], state_shape=state["shape"])] if state else []
