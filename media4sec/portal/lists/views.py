"""Lists: filtered by facets and words, by GET alone; shown as rows, as a table or as a matrix."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from media4sec.kinds import lower_first, paths
from media4sec.negotiation import with_other_forms
from media4sec.portal import wording
from media4sec.portal.addresses import changed, query_of, stated
from media4sec.portal.errors import page as error_page
from media4sec.portal.frame import section_of, siblings
from media4sec.portal.lists.crosstab import can_be_columns, crosstab, fits
from media4sec.portal.lists.facets import chips, drops, facet_groups
from media4sec.portal.lists.table import table_of
from media4sec.portal.rows import cards, theme_tiles
from media4sec.publications.lists import title_of
from media4sec.publications.schema_org import dataset_nodes
from media4sec.publications.sorting import asked
from media4sec.publications.stated import known_on
from media4sec.representations import CALENDAR, forms_of_lists
from media4sec.saying import day

QUERIES = ("missing person", "face search", "neighbourhood WhatsApp group")
PAGE_SIZE = 25
VIEWS = {"list": _("List"), "table": _("Table"), "matrix": _("Matrix")}
WHOLE_LIST = 100  # records, up to which a short list is on one page
PARAMETERS = {"q": _("Words"), "sort": _("Sort"), "page": _("Page"), "view": _("View"), "by": _("Columns")}
OF_PAGES = ("page", "view", "by")  # parameters of a page, which a file of the result does not have


@require_safe
@with_other_forms(forms_of_lists)
def kind_list(request, path):
    """The list of the kinds that share a path."""
    if path not in paths():
        raise Http404
    members = paths()[path]
    here = members[0].list_url
    data = stated(request.GET)
    answer = asked(members, data, also=OF_PAGES, say=wording.option)
    title = title_of(members)
    view = data.get("view", "list")
    errors = answer.errors or view_errors(data, answer, view)
    if errors:
        return refuse(request, errors, title, answer.facets)
    if answer.respelled:
        return HttpResponseRedirect(
            changed(request, **{name: answer.chosen[name] for name in answer.respelled})
        )
    first = members[0]
    is_whole = view == "list" and not answer.sort and first.listed.is_whole
    is_on_one_page = is_whole and not first.listed.overview and answer.result.count <= WHOLE_LIST
    page, pager = paged(request, answer.result.ids, WHOLE_LIST if is_on_one_page else PAGE_SIZE)
    if page is None:
        return refuse(request, [("page", gettext("There is no such page."))], title)
    tiles = theme_tiles()
    with_compare = any(kind.listed.is_compared for kind in members)
    context = {
        "title": title,
        "lead": " ".join(str(kind.names.lead) for kind in members),
        "notes": [note for kind in members for note in notes_on(kind)],
        "crumbs": [{"title": _("Home"), "url": "/"}, {"title": title, "url": None}],
        "nodes": [] if request.GET else dataset_nodes(members),
        "siblings": siblings(section_of(request.path_info)),
        "here": here,
        "words": answer.words,
        "facets": facet_groups(request, answer, tiles),
        "chips": chips(request, answer),
        "clear_url": here if view == "list" else f"{here}?view={view}",
        "cards": [],
        "groups": [],
        "drops": [],
        "pager": pager,
        "count": answer.result.count,
        "total": answer.result.total,
        "heading": heading(members, answer),
        "everything": count_in_words(members, answer.result.total) if not answer.words else "",
        "view": view,
        "views": views(request, answer, view),
        "by": request.GET.get("by", ""),
        "orders": order_choices(answer),
        "doors": import_string(first.listed.doors)() if first.listed.doors and not request.GET else None,
        "once": said_once([]),
        "compare_url": f"{here}compare/" if with_compare and view != "matrix" else "",
        "exports": [*exports(request, path), *api_links(request, answer)],
        "feed_url": feed_url(request, path),
    }
    if is_whole and first.listed.overview:
        # Before the rows of the page, which are among them, so that one question reads all.
        seen = answer.result.ids[: 0 if pager["previous_url"] else WHOLE_LIST].tolist()
        context |= import_string(first.listed.overview)(cards(seen, tiles), answer.result.count)
    if not answer.result.count:
        context["drops"] = drops(request, answer, also=OF_PAGES)
    if view == "matrix":
        context["matrix"] = crosstab(request, answer, tiles)
    else:
        context["cards"] = cards(page, tiles, with_kind=len(members) > 1)
        context["once"] = said_once(context["cards"])
    if view == "table":
        context["table"] = table_of(request, context["cards"], answer)
    if is_whole and first.listed.grouped_by:
        context["groups"] = grouped(context["cards"], first.listed.grouped_by)
    if is_whole and first.listed.rows:
        context |= import_string(first.listed.rows)(context["cards"])
    template = first.listed.template if is_whole and first.listed.template else "portal/list.html"
    return render(request, template, context)


def view_errors(data, answer, view):
    """What is wrong with the parameters that only choose how a result is shown."""
    errors = []
    if view not in VIEWS or (view == "matrix" and not fits(answer)):
        errors.append(("view", gettext("This list has no such view.")))
    by = data.get("by")
    if by and (view != "matrix" or by not in can_be_columns(answer)):
        errors.append(("by", gettext("A matrix of this list has no such columns.")))
    if view == "matrix" and "page" in data:
        errors.append(("page", gettext("A matrix has no pages.")))
    return errors


@dataclass(frozen=True, slots=True)
class Common:
    """What is said above the rows of a page, as all of them or most say the same."""

    in_all: list[dict]  # {name, label, text}
    in_most: list[dict]
    apart: dict[str, str]  # name of a row: the names of what it leaves to these


def said_once(rows):
    """What more than half of the rows say, of what each of them has something to say on."""
    told = [row["in_common"] for row in rows]
    facts = []
    for name in told[0] if len(rows) > 1 else ():
        texts = [row[name]["text"] for row in told if name in row]
        text, number = Counter(texts).most_common(1)[0]
        if len(texts) == len(rows) and "" not in texts and number * 2 > len(rows):
            facts.append((number, {**told[0][name], "text": text}))
    return Common(
        [fact for number, fact in facts if number == len(rows)],
        [fact for number, fact in facts if number < len(rows)],
        {
            row["name"]: " ".join(
                [fact["name"] for _, fact in facts if own[fact["name"]]["text"] == fact["text"]]
            )
            for row, own in zip(rows, told, strict=True)
        },
    )


def notes_on(kind):
    """How fresh a list is, and what the states on it mean."""
    known = as_known(kind, known_on(kind)) if kind.listed.as_known else ""
    return [note for note in (known, kind.state.rule) if note]


def as_known(kind, newest):
    """“Law as known on 4 July 2026”; nothing where no source bears a date."""
    return kind.listed.as_known % {"date": day(newest)} if newest else ""


def count_in_words(members, number):
    """“193 technologies”; of several kinds together, “94 records”."""
    if len(members) == 1:
        return members[0].names.counted(number)
    return ngettext("%(count)s record", "%(count)s records", number) % {"count": number}


def heading(members, answer):
    """“22 of 193 technologies”; where words were asked for, how many have them: “8 technologies”."""
    count, total = answer.result.count, answer.result.total
    if count == total or answer.words:
        return count_in_words(members, count)
    return gettext("%(count)s of %(counted)s") % {"count": count, "counted": count_in_words(members, total)}


def grouped(rows, name):
    """Rows under the value of one fact; a row that others name as that value heads its group."""
    groups, heads = {}, {}
    for row in rows:
        values = row["facts"].get(name)
        if values:
            value = values[0]
            group = groups.setdefault(
                value["text"], {"title": value["text"], "url": value["url"], "cards": []}
            )
            group["cards"].append(row)
        else:
            heads[row["title"]] = row
            groups.setdefault(row["title"], {"title": row["title"], "url": row["url"], "cards": []})
    return [{**group, "head": heads.get(title)} for title, group in groups.items()]


# How a result is shown


def views(request, answer, view):
    """The ways to see this result, for the switch above it."""
    return [
        {
            "name": name,
            "label": label,
            "url": changed(request, view="" if name == "list" else name, by=""),
            "current": name == view,
        }
        for name, label in VIEWS.items()
        if name != "matrix" or fits(answer)
    ]


def order_choices(answer):
    """The orders for the select box: ``[{value, label, selected}]``; one that a table's head chose is added."""
    usual = usual_order(answer.kinds)
    labels = {
        "": _("Best match") if answer.words else usual,
        "title": _("Title, A to Z"),
        "-title": _("Title, Z to A"),
        "-checked": _("Checked last"),
        "checked": _("Checked longest ago"),
        "-changed": _("Changed last"),
    }
    if str(usual) == str(labels["title"]) and not answer.words and answer.sort != "title":
        del labels["title"]  # said already
    if any(kind.links.flags for kind in answer.kinds):
        labels |= {"-flags": _("Most legal flags"), "flags": _("Fewest legal flags")}
    if answer.sort not in labels:
        name = answer.sort.removeprefix("-")
        title = next((facet.title for facet in answer.facets if facet.name == name), _("Changed longest ago"))
        backwards = gettext("%(column)s, backwards") % {"column": title}
        labels[answer.sort] = backwards if answer.sort.startswith("-") else title
    return [
        {"value": value, "label": label, "selected": value == answer.sort} for value, label in labels.items()
    ]


def usual_order(kinds):
    """What the order of a list is called where none was asked for."""
    fields = {kind.usual_order[:1] for kind in kinds}
    if all(kind.identifier.is_shown and kind.usual_order[:1] in ((), ("number",)) for kind in kinds):
        return _("By number")
    names = {
        ("title",): _("Title, A to Z"),
        ("family_name|title",): _("By family name"),
        ("-date",): _("Newest first"),
        ("status",): _("Alive first"),
    }
    return names.get(fields.pop(), _("Usual order")) if len(fields) == 1 else _("Usual order")


# The same result elsewhere


def exports(request, path):
    """This result as a file, all pages of it in the order of the page."""
    query = query_of(request, *OF_PAGES)
    has_calendar = any(kind.has_calendar for kind in paths().get(path, ()))
    return [
        {
            "label": form.label,
            "url": f"/{path}.{form.suffix}" + (f"?{query}" if query else ""),
            "type": form.media_type,
        }
        for form in (*forms_of_lists(), *([CALENDAR] if has_calendar else []))
    ]


def feed_url(request, path):
    query = query_of(request, *OF_PAGES, "sort")
    return f"/feeds/{path}.atom" + (f"?{query}" if query else "")


def api_links(request, answer):
    """The same question, asked of the API; where kinds share a list, once for each that is in the answer."""
    if len(answer.kinds) == 1:
        return [{"label": _("API"), "url": api_url(request, answer.kinds[0]), "type": ""}]
    types = answer.result.options.get("type", ())
    found = {option.value for option in types if option.count}
    wanted = found.intersection(answer.chosen["type"] or found)
    return [
        {
            "label": gettext("API: %(kind)s") % {"kind": lower_first(kind.names.many)},
            "url": api_url(request, kind),
            "type": "",
        }
        for kind in answer.kinds
        if kind.name in wanted
    ]


def api_url(request, kind):
    """The address of this question in the API; facets that the kind does not have fall away."""
    own = {"q", *(facet.name for facet in kind.listed.all_facets)}
    query = urlencode(
        [(name, value) for name, values in request.GET.lists() for value in values if name in own and value]
    )
    return kind.api_url() + (f"?{query}" if query else "")


# Pages


def paged(request, ids, size=PAGE_SIZE):
    """(ids of the page, pager for the template); the first is None when there is no such page."""
    text = request.GET.get("page") or "1"
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
    pages = Paginator(ids, size, orphans=1)  # a single last row stands on the page before
    if number not in pages.page_range:
        return None, None
    page = pages.page(number)
    has_next = page.has_next()
    pager = {
        "first": page.start_index(),
        "last": page.end_index(),
        "total": len(ids),
        "previous_url": with_page(request, number - 1) if page.has_previous() else None,
        "next_url": with_page(request, number + 1) if has_next else None,
        "next_count": len(pages.page(number + 1)) if has_next else 0,
    }
    shown = page.object_list
    return shown.tolist() if isinstance(shown, np.ndarray) else shown, pager


def with_page(request, number):
    return changed(request, page="" if number == 1 else str(number))


def refuse(request, errors, title="", facets=(), *, is_alone=False):
    """A page that says what was wrong with the address, parameter by parameter.

    With the ``title`` of a list, it leads back there: without what was wrong, and without all that was asked. A page
    that takes no parameters ``is_alone``: the refusal leads to it.
    """
    titles = PARAMETERS | {facet.name: facet.title for facet in facets}
    words = {name: str(titles.get(name, name))[:80] for name, _text in errors[:20]}
    context = {
        "errors": [
            f"{words[name] if name in titles else f'“{words[name]}”'}: {text[:300]}"
            for name, text in errors[:20]
        ]
    }
    if is_alone:
        context |= {"without": ", ".join(words.values()), "without_url": request.path}
    if title:
        context |= {
            "crumbs": [{"title": _("Home"), "url": "/"}, {"title": title, "url": request.path_info}],
            "without": ", ".join(words.values()),
            "without_url": changed(request, **{name: "" for name, _text in errors}),
            "all_url": request.path,
        }
    return error_page(request, 400, **context)
