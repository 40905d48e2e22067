"""What is asked of the whole content on many pages, and answered once after each change of it.

What the published records of a kind state at all, and how fresh their sources are, stands in the terms.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import Q
from django.utils.translation import get_language

from media4sec.kinds import FACT, NEWEST_SOURCE, NO_VALUE, Document, Kind, Role, kind_for
from media4sec.publications.index import current
from media4sec.publications.models import Change, Publication, PublicationQuerySet
from media4sec.publications.version import content_version

T = TypeVar("T")
MOST_FOLLOWED = 500  # changes; after more at once, all is read again
MOST_KEPT = 1_000  # records, of what pages make of each in one place and language: rows are some 2 MB
# By database: its version, and the answers that hold for it, each with its kinds.
_kept: dict[str, tuple] = {}
# By database and name: the version, and what each record says.
_each: dict[tuple[str, str], tuple[Any, dict]] = {}


def since_change(name: str, make: Callable[[], T], *kinds: str) -> T:
    """What `make()` reads from the content, read again when the content has changed: any of it, or only `kinds`.

    One small query a request.
    """
    database, version = content_version()
    seen, answers = _kept.get(database, (None, {}))
    if seen != version:
        answers = _still_true(answers, _changed_since(database, seen, version))
        _kept[database] = (version, answers)
    if name not in answers:
        answers[name] = (make(), kinds)
    return answers[name][0]


def said_since_change(name: str, make: Callable[[], T], *kinds: str) -> T:
    """The same of what is said in the language of the page, in words that may be from the vocabulary."""
    return since_change(f"{name} in {get_language()}", make, *kinds, kind_for(Role.VOCABULARY).name)


def of_each(
    name: str, read: Callable[[PublicationQuerySet], Iterable[tuple[int, T]]], *kinds: str
) -> dict[int, T]:
    """What `read()` finds in the public records of these kinds: `{key: what}`. After a change it reads those that
    changed, and no others: a page may ask this of all records, however many there are.

    The order is none; the answer is not to be changed. Where something has changed, two or three queries.
    """
    database, version = content_version()
    seen, found = _each.get((database, name), (None, {}))
    if seen != version or seen is None:
        rows = Publication.objects.of(*kinds)
        changed = _changed_since(database, seen, version)
        if changed is None:
            found = dict(read(rows.published()))
        elif own := {(kind, identifier) for kind, identifier in changed if kind in kinds}:
            pks = set(rows.filter(_is_one_of(own)).values_list("pk", flat=True))
            found = {pk: told for pk, told in found.items() if pk not in pks}
            found |= dict(read(rows.published().filter(pk__in=pks)))
        _each[database, name] = (version, found)
    return found


def made_of_each(
    name: str,
    keys: Iterable[Any],
    make: Callable[[list[Any]], dict[Any, T]],
    named: Callable[[T], tuple[str, str]],
    *kinds: str,
) -> dict[Any, T]:
    """`{key: what a page makes of a record}`, in the order of the keys, but those of which `make()` makes nothing.

    What was made before is kept until the record changes, whose kind and identifier `named()` tells, or one of `kinds`.
    """
    known = _made_before(name, named, *kinds)
    found = {key: known.get(key) for key in keys}
    if missing := [key for key, one in found.items() if one is None]:
        made = make(missing)
        if len(known) > MOST_KEPT:
            known.clear()
        known |= made
        found |= made
    return {key: one for key, one in found.items() if one is not None}


def _made_before(name: str, named: Callable[[T], tuple[str, str]], *kinds: str) -> dict[Any, T]:
    database, version = content_version()
    seen, made = _each.get((database, name), (None, {}))
    if seen != version or seen is None:
        changed = _changed_since(database, seen, version)
        if changed is None or not {kind for kind, _ in changed}.isdisjoint(kinds):
            made = {}
        else:
            made = {key: one for key, one in made.copy().items() if named(one) not in changed}
        _each[database, name] = (version, made)
    return made


def _is_one_of(records: Iterable[tuple[str, str]]) -> Q:
    by_kind, condition = defaultdict(list), Q(pk=None)
    for kind, identifier in records:
        by_kind[kind].append(identifier)
    for kind, identifiers in by_kind.items():
        condition |= Q(kind=kind, identifier__in=identifiers)
    return condition


def _still_true(answers: dict[str, tuple], changed: set[tuple[str, str]] | None) -> dict[str, tuple]:
    """The answers on kinds of which nothing has changed since; none where that cannot be told."""
    if changed is None:
        return {}
    names = {kind for kind, _ in changed}
    return {name: (found, of) for name, (found, of) in answers.items() if of and names.isdisjoint(of)}


@lru_cache(maxsize=8)  # much that a page asks for was last asked for at once
def _changed_since(database: str, seen: Any, version: Any) -> set[tuple[str, str]] | None:
    """``{(kind, identifier)}`` of what has changed since; None where that cannot be told. One query."""
    if not seen or not version or seen[2] != version[2]:
        return None
    changes = Change.objects.filter(seq__gte=seen[0]).order_by("seq")
    first, *later = [*changes.values_list("seq", "at", "kind", "identifier")[: MOST_FOLLOWED + 1]] or [None]
    if first is None or first[:2] != seen[:2] or len(later) == MOST_FOLLOWED:
        return None
    return {change[2:] for change in later}


def stated_facts(kind: Kind) -> frozenset[str]:
    """The facts that at least one published record of the kind states."""
    return since_change(f"facts of {kind.name}", lambda: _stated_facts(kind), kind.name)


def _stated_facts(kind: Kind) -> frozenset[str]:
    index = current()
    inside = index.of_kinds([kind.name])
    facets = {facet.source: facet.name for facet in kind.listed.facets}
    facts, links = index.values(FACT, inside), index.link_fields(inside)

    def is_stated(name: str) -> bool:
        field = facets.get(name, name)
        return name in facts or field in links or bool(index.values(field, inside) - {NO_VALUE})

    return frozenset(filter(is_stated, kind.page.facts))


def known_on(kind: Kind) -> str:
    """The newest date that a source of these records bears; empty where none bears any."""

    def newest() -> str:
        index = current()
        return max(index.values(NEWEST_SOURCE, index.of_kinds([kind.name])), default="")

    return since_change(f"known on, {kind.name}", newest, kind.name)


def checked_parts(document: Document) -> list[Document]:
    """The parts of a record of which each says whether it was verified: events, rules, what happened since."""
    lists = (value for value in document.values() if isinstance(value, list))
    return [part for parts in lists for part in parts if isinstance(part, dict) and "verified" in part]
