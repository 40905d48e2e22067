"""Where to begin among the technologies: what one wants to do, in the groups of the functions."""

import json
from collections import defaultdict

from django.utils.translation import gettext

from catalogue.choices import TechnologyStatus
from catalogue.kinds import FUNCTION, TECHNOLOGY
from media4sec.portal.lists.compare import FEWEST, MOST
from media4sec.portal.wording import record_name
from media4sec.publications.index import current
from media4sec.publications.models import Publication
from media4sec.publications.stated import of_each, said_since_change

MOST_GROUPS = 24


def by_function():
    """The groups of functions, each with its tools that are alive first: see ``doors`` in ``portal/_results.html``."""
    return said_since_change("doors by function", groups_of_functions, FUNCTION.name, TECHNOLOGY.name)


def groups_of_functions():
    """One query, and two where a function has changed."""
    index = current()
    functions = of_each("functions and their groups", groups_stated, FUNCTION.name)
    in_order = index.pks[index.ordered([FUNCTION.name])].tolist()
    members, groups = defaultdict(list), []
    tools = index.of_kinds([TECHNOLOGY.name])
    alive, used = index.having("status", [TechnologyStatus.ACTIVE]), index.values("function", tools)
    for identifier, title, parent in (functions[pk] for pk in in_order if pk in functions):
        if not parent and len(groups) < MOST_GROUPS:
            groups.append((identifier, title))
        if identifier in used:
            members[parent or identifier].append(identifier)
    of_groups = [tools & index.having("function", members[identifier]) for identifier, _ in groups]
    named = index.first_of_each(
        {number: (slots & alive).nonzero()[0] for number, slots in enumerate(of_groups)},
        Publication.objects.only("identifier"),
        MOST,
    )
    rows = []
    for number, ((identifier, title), slots) in enumerate(zip(groups, of_groups, strict=True)):
        names = [row.identifier for row in named[number]]
        rows.append(
            {
                "title": record_name(FUNCTION.name, identifier, title),
                "url": f"{TECHNOLOGY.list_url}?"
                + "&".join(f"function={name}" for name in members[identifier]),
                "count": TECHNOLOGY.names.counted(int(slots.sum())),
                "alive": int((slots & alive).sum()),
                "compare_url": f"{TECHNOLOGY.list_url}compare/?ids={','.join(names)}"
                if len(names) >= FEWEST
                else "",
                "compared": len(names),
            }
        )
    return {
        "title": gettext("What do you want to do?"),
        "rows": [row for row in rows if row["url"][-1] != "?"],
    }


def groups_stated(rows):
    """``[(key, (identifier, title, identifier of its group or nothing))]`` of functions. One query."""
    for pk, identifier, title, document in rows.values_list("pk", "identifier", "title", "document"):
        yield pk, (identifier, title, (json.loads(document)["parent"] or {}).get("id", ""))
