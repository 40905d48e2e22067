"""What is asked of the whole content on many pages, and answered once after each change of it.

What the published records of a kind state at all, and how fresh their sources are, stands in the terms.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Case, Max, Value, When

from media4sec.kinds import FACT, NEWEST_SOURCE, NO_VALUE, Document, Kind
from media4sec.languages import memory
from media4sec.publications.models import Change, Term

T = TypeVar("T")
_kept: dict[str, tuple] = {}  # by database: its newest change, and the answers since then


def since_change(name: str, make: Callable[[], T]) -> T:
    """What `make()` reads from the content, read again when the content has changed. One small query a request."""
    database, newest = content_version()
    seen, answers = _kept.get(database, (None, {}))
    if seen != newest:
        answers = {}
        _kept[database] = (newest, answers)
    if name not in answers:
        answers[name] = make()
    return answers[name]


def content_version() -> tuple[str, Any]:
    """Which database, and its newest change."""
    remembered = memory.get()
    if remembered is not None and "version" in remembered:
        return remembered["version"]
    newest = Change.objects.order_by("-seq").values_list("seq", "at").first()
    found = (str(connection.settings_dict["NAME"]), newest)
    if remembered is not None:
        remembered["version"] = found
    return found


def stated_facts(kind: Kind) -> frozenset[str]:
    """The facts that at least one published record of the kind states."""
    return since_change(f"facts of {kind.name}", lambda: _stated_facts(kind))


def _stated_facts(kind: Kind) -> frozenset[str]:
    facets = {facet.source: facet.name for facet in kind.listed.facets}
    terms = {name: facets.get(name, name) for name in kind.page.facts}
    rows = Term.objects.filter(publication__kind=kind.name, field__in={*terms.values(), FACT})
    fact = Case(When(field=FACT, then="value"), default=Value(""))
    found = set(rows.exclude(value=NO_VALUE).values_list("field", fact).distinct())
    return frozenset(name for name, field in terms.items() if found & {(field, ""), (FACT, name)})


def known_on(kind: Kind) -> str:
    """The newest date that a source of these records bears; empty where none bears any."""
    rows = Term.objects.filter(publication__kind=kind.name, field=NEWEST_SOURCE)
    return since_change(f"known on, {kind.name}", lambda: rows.aggregate(newest=Max("value"))["newest"] or "")


def checked_parts(document: Document) -> list[Document]:
    """The parts of a record of which each says whether it was verified: events, rules, what happened since."""
    lists = (value for value in document.values() if isinstance(value, list))
    return [part for parts in lists for part in parts if isinstance(part, dict) and "verified" in part]
