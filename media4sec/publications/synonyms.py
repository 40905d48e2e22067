"""The ways in which people ask for one thing: facial recognition, face search, Gesichtserkennung. Editors keep them.

Each list is a record (``Search.ways``). A record that has one of its English labels is given all of them as further
words when the index reads it; questions stay as they are. A label is given as one word with a mark, so that “face
search” is found by these two side by side, not by one of them or by what only begins so.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np

from media4sec.kinds import Kind, Ways, kinds_by_name
from media4sec.publications.models import Publication
from media4sec.publications.words import keys_of, tokens, word_key

AS_ONE_WORD = "="  # marks a label in one word, in the form that its inflections have in common: =facesearch


def as_one_word(words: str) -> str:
    """How a question finds a label that is these words, which may be several in one."""
    return AS_ONE_WORD + word_key(words)


@dataclass(frozen=True)
class SynonymGroup:
    """All labels of one thing: records, which are in English, are known by the English ones, and found by each."""

    known_by: tuple[tuple[str, ...], ...]  # the keys of each label's words
    given: tuple[str, ...]


def group_of(labels: Iterable[tuple[str, str]]) -> SynonymGroup:
    """A group of ``[(language, label), …]``."""
    words = [
        (language, [piece for token in tokens(label) for piece in token.split("-")])
        for language, label in labels
    ]
    known_by = (tuple(map(word_key, pieces)) for language, pieces in words if language == "en" and pieces)
    given = (as_one_word("".join(pieces)) for _, pieces in words if pieces)
    return SynonymGroup(tuple(dict.fromkeys(known_by)), tuple(dict.fromkeys(given)))


class Synonyms:
    """All groups, by the publications that list them; and other names of countries, which no record is given."""

    def __init__(self, groups=(), countries=()):
        self.groups, self.listed = dict(groups), list(countries)
        self.pks = [*self.groups, *(pk for pk, _, _ in self.listed)]
        self.in_order = list(dict.fromkeys(group for _, group in sorted(self.groups.items())))

    def as_data(self) -> Any:
        """All of it, for a file; lists that say the same once."""
        pks = defaultdict(list)
        for pk, group in self.groups.items():
            pks[group].append(pk)
        return [[(pks[group], group.known_by, group.given) for group in pks], self.listed]

    @classmethod
    def of_data(cls, data: Any) -> "Synonyms":
        groups, countries = data
        groups = (
            (pks, SynonymGroup(tuple(map(tuple, labels)), tuple(given))) for pks, labels, given in groups
        )
        return cls(((pk, group) for pks, group in groups for pk in pks), countries)

    def after(self, changed: Collection[int]) -> "Synonyms":
        """What is public now, where of these only the ``changed`` publications say anything else. Two queries."""
        new = synonyms(changed)
        groups = {pk: group for pk, group in self.groups.items() if pk not in changed} | new.groups
        listed = [row for row in self.listed if row[0] not in changed] + new.listed
        return Synonyms(sorted(groups.items(), key=itemgetter(0)), sorted(listed, key=itemgetter(0)))

    @cached_property
    def countries(self) -> dict[tuple[str, ...], str]:
        """{keys of a label's words: code}"""
        return {
            label: code for _, code, labels in self.listed for label in map(keys_of, dict.fromkeys(labels))
        }

    @cached_property
    def numbers(self) -> dict[str, int]:
        """A number for the key of each word that stands in a label by which records are known."""
        keys = (key for group in self.in_order for label in group.known_by for key in label)
        return {key: number for number, key in enumerate(dict.fromkeys(keys), start=1)}

    @cached_property
    def by_given(self) -> dict[str, list[SynonymGroup]]:
        """{what a label is given as: its groups}"""
        found = defaultdict(list)
        for group in self.in_order:
            for word in group.given:
                found[word].append(group)
        return dict(found)

    def differences(self, other: "Synonyms") -> list[SynonymGroup]:
        """The groups that only one of the two has."""
        pks = self.groups.keys() | other.groups.keys()
        pairs = ((self.groups.get(pk), other.groups.get(pk)) for pk in sorted(pks))
        return [group for pair in pairs if pair[0] != pair[1] for group in pair if group]

    def in_columns(self, marks: np.ndarray, slots: np.ndarray) -> Iterator[tuple[np.ndarray, SynonymGroup]]:
        """(places, group) for each label that stands somewhere: where in the columns it begins.

        ``marks`` are the words of many publications in order, as ``numbers`` of their keys, and 0 for all others.
        """
        at = np.flatnonzero(marks)
        marks, slots = marks[at], slots[at]
        for group in self.in_order:
            for label in group.known_by:
                first, *rest = (self.numbers[key] for key in label)
                here = np.flatnonzero(marks == first)
                for step, number in enumerate(rest, start=1):
                    here = here[here + step < len(at)]
                    is_next = (at[here + step] == at[here] + step) & (slots[here + step] == slots[here])
                    here = here[is_next & (marks[here + step] == number)]
                if len(here):
                    yield at[here], group


def of_kind(
    kind: Kind, ways: Ways, value: str, pks: Collection[int] | None = None
) -> Iterator[tuple[int, str, list[tuple[str, str]]]]:
    """(pk, code, [(language, label), …]) of the lists of this sort that are public, or of some. One query."""
    rows = Publication.objects.published().of(kind.name).order_by("pk")
    rows = rows if pks is None else rows.filter(pk__in=pks)
    rows = rows.filter(terms__field=ways.sort, terms__value=value)
    for pk, text in rows.values_list("pk", "document"):
        document = json.loads(text)
        parts = document[ways.labels]
        yield pk, document[ways.code], [(part["language"], part["label"]) for part in parts]


def synonyms(pks: Collection[int] | None = None) -> Synonyms:
    """All that is public now, or what these publications list. Two queries."""
    kinds = [(kind, kind.search.ways) for kind in kinds_by_name().values() if kind.search.ways]
    return Synonyms(
        (
            (pk, group_of(labels))
            for kind, ways in kinds
            for pk, _, labels in of_kind(kind, ways, ways.synonyms, pks)
        ),
        (
            (pk, code, [label for _, label in labels])
            for kind, ways in kinds
            for pk, code, labels in of_kind(kind, ways, ways.countries, pks)
        ),
    )
