"""Where to begin among the technologies: what one wants to do, in the groups of the functions."""

from django.utils.translation import gettext

from catalogue.choices import TechnologyStatus
from catalogue.kinds import FUNCTION, TECHNOLOGY
from media4sec.portal.lists.compare import FEWEST, MOST
from media4sec.portal.wording import record_name
from media4sec.publications.index import current
from media4sec.publications.stated import said_since_change

MOST_GROUPS = 24


def by_function():
    """The groups of functions, each with its tools that are alive first: see ``doors`` in ``portal/_results.html``."""
    return said_since_change("doors by function", groups_of_functions, FUNCTION.name, TECHNOLOGY.name)


def groups_of_functions():
    """Two queries."""
    index = current()
    functions = index.documents(index.first(index.of_kinds([FUNCTION.name]).nonzero()[0]))
    tools = index.of_kinds([TECHNOLOGY.name])
    alive, used = index.having("status", [TechnologyStatus.ACTIVE]), index.values("function", tools)
    rows = []
    for group in [document for document in functions if not document["parent"]][:MOST_GROUPS]:
        within = [
            document["identifier"]
            for document in functions
            if group["identifier"] in (document["identifier"], (document["parent"] or {}).get("id"))
            and document["identifier"] in used
        ]
        slots = tools & index.having("function", within)
        first = index.first((slots & alive).nonzero()[0], MOST)
        names = [document["identifier"] for document in index.documents(first)]
        rows.append(
            {
                "title": record_name(FUNCTION.name, group["identifier"], group["title"]),
                "url": f"{TECHNOLOGY.list_url}?" + "&".join(f"function={name}" for name in within),
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
