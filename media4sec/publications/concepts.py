"""Concepts and their schemes: one address for each, whichever record has its labels.

The vocabulary has labels for concepts that are records of their own, such as themes: these are the concepts, and not
the records with their labels.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from django.conf import settings

from media4sec.kinds import Facet, Kind, Role, kind_for, kinds
from media4sec.publications.description import Description
from media4sec.publications.index import current
from media4sec.publications.models import PublicationQuerySet
from media4sec.publications.stated import of_each, since_change


@dataclass(frozen=True)
class ConceptScheme:
    """A list of concepts: records of a kind, or those of the vocabulary that say what they are for."""

    name: str
    title: Any  # in the language that is spoken
    kind: Kind  # of its concepts
    is_searched_by: bool = False  # its labels are what people ask for, and nobody writes

    @property
    def url(self) -> str:
        return f"{settings.BASE_URL}/schemes/{self.name}"

    @property
    def page(self) -> str:
        """The list of its concepts, for people; relative to the portal's origin."""
        is_part = self.kind.role is Role.VOCABULARY
        return f"{self.kind.list_url}?{sort_field()}={self.name}" if is_part else self.kind.list_url


@cache
def concept_schemes() -> dict[str, ConceptScheme]:
    """All of them by name."""
    vocabulary = kind_for(Role.VOCABULARY)
    ways = vocabulary.search.ways
    asked = (ways.synonyms, ways.countries) if ways else ()
    own = [kind for kind in kinds() if kind.is_term or kind.role is Role.ISSUE]
    found = {
        name: ConceptScheme(name, title, vocabulary, name in asked)
        for name, title in vocabulary.words[sort_field()].items()
    }
    found |= {
        kind.name: ConceptScheme(kind.name, kind.names.many, kind) for kind in own if kind is not vocabulary
    }
    return dict(sorted(found.items()))


def sort_field() -> str:
    """The field of the vocabulary that says what a record's labels are for."""
    ways = kind_for(Role.VOCABULARY).search.ways
    return ways.sort if ways else ""


def scheme_of(description: Description) -> ConceptScheme | None:
    """The scheme that a record belongs to; None for what is no concept."""
    is_part = description.kind.role is Role.VOCABULARY
    return concept_schemes().get(description.document[sort_field()] if is_part else description.kind.name)


def concept_url(description: Description) -> str:
    """The address of the concept that a record is or has labels for."""
    scheme = scheme_of(description)
    if scheme is None or scheme.kind is description.kind:
        return description.url
    return f"{settings.BASE_URL}{scheme.kind.url(description.thing.number, '')}"


def scheme_of_facet(facet: Facet) -> ConceptScheme | None:
    """The scheme whose concepts the values of a filter are; None where they are in none."""
    return concept_schemes().get(facet.scheme or facet.name)


def concept_addresses() -> dict[tuple[str, str], str]:
    """``{(scheme, value of a filter): address}`` of all concepts. After a change, those that changed are read."""
    names = {scheme.kind.name for scheme in concept_schemes().values()}
    return since_change(
        "concepts", lambda: dict(of_each("concepts", addresses_stated, *names).values()), *names
    )


def addresses_stated(rows: PublicationQuerySet) -> Iterator[tuple[int, tuple[tuple[str, str], str]]]:
    """``[(key, ((scheme, value of a filter), address))]`` of concepts, and not of records with the labels of others."""
    vocabulary = kind_for(Role.VOCABULARY)
    own = rows.exclude(kind=vocabulary.name).values_list("pk", "kind", "identifier", "url")
    for pk, name, identifier, url in own.iterator(chunk_size=2000):
        yield pk, ((name, identifier), f"{settings.BASE_URL}{url}")
    for row in rows.of(vocabulary.name).only("url", "document").iterator(chunk_size=500):
        name, code = row.body[sort_field()], row.body[vocabulary.thing.number]
        scheme = concept_schemes().get(name)
        if scheme and scheme.kind is vocabulary:
            yield row.pk, ((name, code), f"{settings.BASE_URL}{row.url}")


def keys_of_concepts(schemes: Iterable[ConceptScheme]) -> list[int]:
    """The public concepts of some schemes, and not records with the labels of others. No query."""
    index, found = current(), []
    for scheme in schemes:
        inside = index.of_kinds([scheme.kind.name])
        if scheme.kind.role is Role.VOCABULARY:
            inside = inside & index.having(sort_field(), [scheme.name])
        found += index.pks[index.first(np.flatnonzero(inside))].tolist()
    return found


def keys_of_labels(addresses: Iterable[str]) -> list[int]:
    """The records of the vocabulary with the labels of the concepts at these addresses, which are other records."""
    vocabulary = kind_for(Role.VOCABULARY).name
    known = since_change(
        "labels of concepts",
        lambda: {url: pk for pk, url in sorted(of_each("labels", _labelled, vocabulary).items())},
        vocabulary,
    )
    return [known[url] for url in addresses if url in known]


def _labelled(rows: PublicationQuerySet) -> Iterator[tuple[int, str]]:
    vocabulary = kind_for(Role.VOCABULARY)
    for row in rows.only("document").iterator(chunk_size=500):
        scheme = concept_schemes().get(row.body[sort_field()])
        if scheme and scheme.kind is not vocabulary:
            yield row.pk, f"{settings.BASE_URL}{scheme.kind.url(row.body[vocabulary.thing.number], '')}"
