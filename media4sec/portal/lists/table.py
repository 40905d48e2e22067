"""A list as a table: one column for what is known of the records, whose heads sort it."""

from media4sec.kinds import THEME_FIELDS
from media4sec.portal.addresses import changed
from media4sec.portal.rows import as_fact
from media4sec.publications.sorting import orders_of
from media4sec.publications.stated import stated_facts

MOST_FACTS = 6  # less one where there is a state, and one where there are flags
SHOWN_VALUES = 2
DOWN_FIRST = ("checked", "flags", "changed")  # the newest and the most are asked for first


def fact_columns(kinds):
    """``{fact: facet or ""}``: what the kinds show in few words, then what they filter by; else their first facts."""
    facets = {facet.source: facet.name for kind in kinds for facet in kind.listed.facets}
    shown_apart = (
        {kind.state.source for kind in kinds} | {kind.links.flags for kind in kinds} | {*THEME_FIELDS}
    )
    names = [
        name
        for kind in kinds
        for name in (
            *kind.listed.meta[:1],
            *kind.listed.told,
            *kind.listed.meta,
            *(facet.source for facet in kind.listed.facets),
        )
    ]
    facts = {name for kind in kinds for name in kind.page.facts}
    chosen = [name for name in dict.fromkeys(names) if name in facts - shown_apart]
    if not chosen:
        chosen = [name for kind in kinds for name in kind.page.facts if name not in shown_apart]
    room = MOST_FACTS - any(kind.state.source for kind in kinds) - any(kind.links.flags for kind in kinds)
    return {name: facets.get(name, "") for name in chosen[:room]}


def table_of(request, cards, answer):
    """Columns and rows for ``tables.list_table()``; a column that no row fills is left out and named under it."""
    kinds = answer.kinds
    facts = fact_columns(kinds)
    labels = {name: label for card in cards for name, label in card["fact_labels"].items()}
    stated = {name for kind in kinds for name in stated_facts(kind)}
    filled = {name for card in cards for name, values in card["facts"].items() if values}
    names = orders_of(kinds, answer.facets)

    def head(name, label="", *, order="", kind=""):
        column = {"name": name, "label": label, "type": kind or name, "order": "", "url": ""}
        if order in names:
            up, down = answer.sort == order, answer.sort == f"-{order}"
            first = f"-{order}" if order in DOWN_FIRST else order
            other = order if first != order else f"-{order}"
            column["order"] = "ascending" if up else "descending" if down else ""
            column["url"] = changed(request, sort=other if answer.sort == first else first)
        return column

    facets = [(kind.state.source, facet) for kind in kinds for facet in kind.listed.facets]
    state = next((facet.name for source, facet in facets if facet.source == source), "")
    flagged = [card for card in cards if card["flags"] is not None]
    columns = [
        head("identifier") if any(card["show_identifier"] for card in cards) else None,
        head("title", order="title"),
        head("kind", order="type") if len(kinds) > 1 else None,
        head("state", order=state) if any(card["state"] for card in cards) else None,
        *(
            head(name, labels[name], order=facet, kind="fact")
            for name, facet in facts.items()
            if name in filled
        ),
        head("themes") if any(card["themes"] for card in cards) else None,
        head("lens", order="lens") if any(card["lens"] for card in cards) else None,
        head("flags", order="flags") if flagged else None,
        head("checked", order="checked"),
    ]
    columns = [column for column in columns if column]
    return {
        "columns": columns,
        "rows": [{"card": card, "cells": [_cell(column, card) for column in columns]} for card in cards],
        "folded": [labels[name] for name in facts if name in labels and name in stated - filled],
    }


def _cell(column, card):
    values = card["facts"].get(column["name"], []) if column["type"] == "fact" else []
    return {
        "type": column["type"],
        "values": [as_fact(value) for value in values[:SHOWN_VALUES]],
        "more": max(0, len(values) - SHOWN_VALUES),
        "has_fact": column["name"] in card["facts"],
    }
