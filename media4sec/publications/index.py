"""The search index: which publications hold which words. All processes share its columns, and each follows the changes.

Nothing of it is kept in the database but the words of each publication, so that there is one engine, with the same
answers on every database. A change of the content reads the publications that changed since the columns were made, and
no others; when these are too many, somebody makes new columns (docs/adr/0017-search-in-the-process.md, 0023).
"""

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from django.db import connection, connections
from django.db.models import Q

from media4sec.kinds import Document, kinds_by_name
from media4sec.languages import memory
from media4sec.letters import OWN_LETTERS, same
from media4sec.patience import unhurried
from media4sec.publications import index_files
from media4sec.publications.columns import PER_SLOT, ROW_COLUMNS, columns_from, counted_fields
from media4sec.publications.models import Change, Publication, Term
from media4sec.publications.synonyms import synonyms
from media4sec.publications.version import content_version, newest_change_in

HEADLINE = 4  # words of a title that says in more of them what happened, and not what the thing is called
USUAL_LENGTH = 40  # words of a text; a constant, so that the order does not depend on what else is there
MOST_TOGETHER = 20_000  # terms that are copied to be counted at once: more take longer than all the calls
MOST_NEAR = 5_000  # words with mistakes whose neighbours are kept
MOST_CHANGES = 1_000  # changed publications that are kept beside the columns before new ones are made …
MOST_MEANWHILE = 5_000  # … and while another process makes them


class Index:
    """All published publications as they were after one change: columns, and what was changed since. Never edited.

    ``base`` are columns of all, ``later`` of those that are public among the publications ``changed`` since then.
    """

    # What the columns have for each publication: see ``columns.PER_SLOT``.
    pks: np.ndarray
    kinds: np.ndarray
    concepts: np.ndarray
    title_lengths: np.ndarray
    text_lengths: np.ndarray
    changed: np.ndarray  # seconds since 1970

    def __init__(self, base, later=None, changed=(), seen=None):
        self.base, self.later, self.seen = base, later, seen or base.seen
        self.parts = [(base, 0), (later, base.count)] if later else [(base, 0)]
        self.synonyms = (later or base).synonyms
        self.count = sum(part.count for part, _ in self.parts)
        for name in (*PER_SLOT, "text_lengths"):
            columns = [part.arrays[name] for part, _ in self.parts]
            setattr(self, name, np.concatenate(columns) if later else columns[0])
        self.is_alive = np.ones(self.count, bool)
        self.is_alive[: base.count] = ~np.isin(base.arrays["pks"], list(changed))
        kinds = kinds_by_name().values()
        self.weights = np.array([kind.weight for kind in kinds], np.float32)[self.kinds]
        self.shares = np.array([kind.search.share for kind in kinds], np.float32)[self.kinds]
        self.is_label = np.array([kind.search.names_others for kind in kinds], bool)[self.kinds]
        self.is_way = np.isin(self.pks, self.synonyms.pks)
        self.title_shares = np.minimum(1, HEADLINE / np.maximum(self.title_lengths, 1)).astype(np.float32)
        self.text_weight = 0.5 + self.text_lengths / USUAL_LENGTH
        alive = np.flatnonzero(self.is_alive)
        self.slot_of = np.full(int(self.pks.max(initial=0)) + 1, -1, np.int32)
        self.slot_of[self.pks[alive]] = alive
        self._kept, self._near = {}, {}

    def kept(self, name, make):
        """What is asked again and again, worked out once."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    # Words

    def exact(self, text: str) -> Any:
        """[(slot, 0, TITLE or NAME)] of the records whose identifier, title or name this is, in one word."""
        found = [(slot + first, what) for part, first in self.parts for slot, what in part.exact(text)]
        return [(slot, what) for slot, what in found if self.is_alive[slot]]

    def postings(self, word):
        """(slots, masks, times) of a word, for each part that has it; only of what is public now."""
        for part, first in self.parts:
            found = part.postings(word)
            if found is not None and self.later:
                found = found[0] + np.int32(first), *found[1:]
                is_alive = self.is_alive[found[0]]
                found = [column[is_alive] for column in found]
            if found is not None and len(found[0]):
                yield found

    def frequency(self, word: str) -> int:
        return sum(len(slots) for slots, _, _ in self.postings(word))

    def known_by(self, groups):
        """The publications that have all the words of some label of these groups, or more: they may be given others."""
        found = np.zeros(self.count, bool)
        for label in {label for group in groups for label in group.known_by}:
            has = np.zeros((len(label), self.count), bool)
            for row, key in zip(has, label, strict=True):
                for word in self.by_key(key):
                    for slots, _, _ in self.postings(word):
                        row[slots] = True
            found |= has.all(axis=0)
        return frozenset(self.pks[found].tolist())

    def gathered(self, name, *arguments):
        """What the columns' method finds, each word once: ``gathered("beginning", "faci")``."""
        return list(dict.fromkeys(word for part, _ in self.parts for word in getattr(part, name)(*arguments)))

    def by_key(self, key):
        return [word for part, _ in self.parts for word in part.by_key(key)]

    def by_loose_key(self, key):
        return [word for part, _ in self.parts for word in part.by_loose_key(key)]

    def near(self, word, distance):
        """{word: distance} of those that differ by few letters; kept, as people add to what they asked before."""
        found = self._near.get(word)
        if found is None:
            found = {}
            for part, _ in self.parts:
                found |= part.near(word, distance)
            found = {form: off for form, off in found.items() if self.frequency(form)}
            if len(self._near) >= MOST_NEAR:
                self._near.clear()
            self._near[word] = found
        return found

    # Publications

    def of_kinds(self, kind_names: Sequence[str] | None) -> np.ndarray:
        """A mask of the slots that are public and of these kinds (all, if None)."""
        if kind_names is None:
            return self.is_alive
        is_asked = np.array([name in kind_names for name in kinds_by_name()], bool)
        return self.is_alive & is_asked[self.kinds]

    def numbers(self) -> dict[str, int]:
        """How many there are of each kind."""
        counts = np.bincount(self.kinds[self.is_alive], minlength=len(kinds_by_name()))
        return dict(zip(kinds_by_name(), counts.tolist(), strict=True))

    def newest(self) -> list[int]:
        """The keys of those that changed last, one of each kind."""
        slots = np.flatnonzero(self.is_alive & ~np.isnan(self.changed))
        times = np.zeros(len(kinds_by_name()))
        np.maximum.at(times, self.kinds[slots], self.changed[slots])
        slots = slots[self.changed[slots] == times[self.kinds[slots]]]
        return self.pks[slots[np.unique(self.kinds[slots], return_index=True)[1]]].tolist()

    def slots(self, pks: Any) -> np.ndarray:
        """The slots of these publications; those that are not public any more fall away."""
        pks = np.asarray(pks, np.int64)
        found = self.slot_of[pks[pks < len(self.slot_of)]]
        return found[found >= 0]

    def by_concept(self, pks: Any, most: int | None = None) -> tuple[np.ndarray, dict[int, list[int]]]:
        """(pks, {lead: others}): publications that are one concept side by side, that of the first kind leading.

        They stand where the best of them stood. With ``most``, only so many concepts, the first ones.
        """
        leads = np.array(pks, np.int64)
        names, groups, others, after = self.concepts[self.slots(leads)], defaultdict(list), {}, {}
        if most is not None:
            first, end = _first_of(names, most)
            is_one = np.isin(names, [name for name in first if name])
            is_one[:end] = True
            leads, names = leads[is_one], names[is_one]
        is_lead = np.ones(len(leads), bool)
        named = np.flatnonzero(names)
        _, which, sizes = np.unique(names[named], return_inverse=True, return_counts=True)
        for place in named[sizes[which] > 1].tolist():
            groups[names[place]].append(place)
        for places in groups.values():
            found = sorted(leads[places].tolist(), key=lambda pk: self.weights[self.slot_of[pk]])
            leads[places[0]], others[found[0]] = found[0], found[1:]
            is_lead[places[1:]] = False
            after[places[0]] = found[1:]
        if not others:
            return leads, others
        # Where each group goes on, counted among those that lead.
        at = np.repeat(np.cumsum(is_lead)[list(after)], [len(found) for found in after.values()])
        return np.insert(leads[is_lead], at, [pk for found in after.values() for pk in found]), others

    # Orders

    def places(self, order):
        """The place of each slot in an order; what was changed since has one between those that were there."""

        def make():
            _, places = self.base.in_order(order)
            later = self.later and self.later.places_among(self.base, order)
            return np.concatenate((places, later)) if self.later else places

        return self.kept(f"places, {order}", make)

    @property
    def rank(self):
        return self.places("own")

    def by_title(self, language):
        """The place of each slot among the titles, in the alphabet of a language."""
        language = language.partition("-")[0]
        return self.places(language if language in OWN_LETTERS else "en")

    def ordered(self, kind_names: Sequence[str]) -> np.ndarray:
        """The slots of what is public of these kinds, in the kinds' own order."""

        def make():
            slots = np.flatnonzero(self.of_kinds(kind_names)).astype(np.int32)
            positions = np.array([[*kind_names, name].index(name) for name in kinds_by_name()])
            return slots[np.lexsort((self.rank[slots], positions[self.kinds[slots]]))]

        return self.kept(("ordered", *kind_names), make)

    def mask(self, *of_slots: Any) -> np.ndarray:
        """Which slots are among these."""
        found = np.zeros(self.count, bool)
        for slots in of_slots:
            found[np.asarray(slots, np.int32)] = True
        return found

    def first(self, slots: np.ndarray, most: int | None = None) -> np.ndarray:
        """These slots in the kinds' own order, or the first of them."""
        if most is not None and len(slots) > most:
            slots = slots[np.argpartition(self.rank[slots], most)[:most]]
        return slots[np.argsort(self.rank[slots])]

    def documents(self, slots: np.ndarray, most: int | None = None) -> list[Document]:
        """The public documents of these slots in the kinds' own order, or of the first of them. One query."""
        pks = self.pks[self.first(slots, most)].tolist()
        return [row.body for row in Publication.objects.only("document").in_order_of(pks)]

    def first_of_each(self, groups: dict, rows: Any, most: int | None = None) -> dict[Any, list[Publication]]:
        """Of each group of slots the publications, or the first of them, read from ``rows``. One query."""
        first = {key: self.pks[self.first(slots, most)].tolist() for key, slots in groups.items()}
        found = rows.published().in_bulk([pk for pks in first.values() for pk in pks])
        return {key: [found[pk] for pk in pks if pk in found] for key, pks in first.items()}

    # Links

    def naming(self, pk: int) -> dict[tuple[str, str], np.ndarray]:
        """The slots of those that name a publication: ``{(kind, field): slots}``."""
        found, kind_names = defaultdict(list), list(kinds_by_name())
        for part, first in self.parts:
            slots, numbers = part.naming(pk)
            slots = slots + np.int32(first)
            is_alive = self.is_alive[slots]
            slots, numbers = slots[is_alive], numbers[is_alive]
            codes = self.kinds[slots].astype(np.int32) * len(part.link_fields) + numbers
            for code in np.unique(codes).tolist():
                kind, number = divmod(code, len(part.link_fields))
                found[kind_names[kind], part.link_fields[number]].append(slots[codes == code])
        return {key: np.concatenate(of_parts) for key, of_parts in sorted(found.items())}

    def links(self, field: str, mask: np.ndarray) -> list[tuple[int, int]]:
        """``[(key, key of what it names)]`` of the slots in a mask, by one field."""
        found: list[tuple[int, int]] = []
        for part, first in self.parts:
            slots, numbers, targets = (
                part.arrays[f"link_{name}"] for name in ("slots", "numbers", "targets")
            )
            own = mask[first : first + part.count][slots]
            own &= numbers == next((n for n, name in enumerate(part.link_fields) if name == field), -1)
            pks = self.pks[first : first + part.count][slots[own]]
            found += zip(pks.tolist(), targets[own].tolist(), strict=True)
        return found

    def link_fields(self, mask: np.ndarray) -> set[str]:
        """The fields by which slots in a mask name others."""
        found = set()
        for part, first in self.parts:
            own = mask[first : first + part.count][part.arrays["link_slots"]]
            found |= {part.link_fields[number] for number in np.unique(part.arrays["link_numbers"][own])}
        return found

    def of_kind_naming(self, kind_name: str, pks: Iterable[int], but: Iterable[int] = ()) -> np.ndarray:
        """The slots of a kind that name one of these publications, and none of ``but``."""
        named, not_wanted = (
            self.mask(
                *(slots for pk in each for (kind, _), slots in self.naming(pk).items() if kind == kind_name)
            )
            for each in (pks, but)
        )
        return np.flatnonzero(named & ~not_wanted)

    def beside(self, pk: int) -> tuple[int | None, int | None]:
        """The publications of its kind before and after this one, in the kind's own order; none where nobody has
        written it."""
        slot = self.slot_of[pk]
        if slot < 0:
            return None, None
        slots = self.ordered([list(kinds_by_name())[self.kinds[slot]]])
        at = int(self.rank[slots].searchsorted(self.rank[slot]))
        before, after = (
            self.pks[slots[max(at - 1, 0) : at]].tolist(),
            self.pks[slots[at + 1 : at + 2]].tolist(),
        )
        return before[0] if before else None, after[0] if after else None

    # Facets

    def facet(self, field):
        """([(slots, numbers of their values)], [(value, label)]): those that are not public any more included."""

        def make():
            slots, numbers, labels = self.base.facet(field)
            if not self.later:
                return [(slots, numbers)], labels
            of_later, their, new = self.later.facet(field)
            labels = dict(labels) | dict(new)
            at = {value: number for number, value in enumerate(labels)}
            their = np.array([at[value] for value, _ in new], np.int32)[their]
            return [(slots, numbers), (of_later + np.int32(self.base.count), their)], list(labels.items())

        return self.kept(f"facet, {field}", make)

    def terms(self, field, kind_names=None):
        """[(slots, numbers of their values)] of a field; with names of kinds, of these only."""
        parts, _ = self.facet(field)
        if kind_names is None or len(set(kind_names)) == len(kinds_by_name()):
            return parts
        return [
            (slots[here], numbers[here])
            for (slots, numbers), (columns, _) in zip(parts, self.parts, strict=True)
            for here in columns.of_kinds(field, kind_names)
        ]

    def counted(self, field, mask, kind_names=None):
        """How many of the slots in a mask, which are of these kinds, have each value of a field."""
        found = np.zeros(len(self.facet(field)[1]), np.int64)
        for slots, numbers in self.terms(field, kind_names):
            found += np.bincount(numbers[mask[slots]], minlength=len(found))
        return found

    def counted_each(self, fields, mask, kind_names=None):
        """The same of several fields: ``{field: numbers}``; where there is little to count, all at once."""
        slots, numbers, starts = self.kept(
            ("terms", *fields, "of", *(kind_names or ())), lambda: self._terms_together(fields, kind_names)
        )
        if slots is None:
            return {field: self.counted(field, mask, kind_names) for field in fields}
        found = np.bincount(numbers[mask[slots]], minlength=starts[-1])
        return {
            field: found[start:end] for field, start, end in zip(fields, starts, starts[1:], strict=False)
        }

    def _terms_together(self, fields, kind_names):
        """The terms of these fields as one column, in which the values of each field have numbers of their own."""
        starts = np.cumsum([0, *(len(self.facet(field)[1]) for field in fields)]).tolist()
        terms = [
            (slots, numbers + np.int32(start))
            for field, start in zip(fields, starts, strict=False)
            for slots, numbers in self.terms(field, kind_names)
        ]
        if not 0 < sum(len(slots) for slots, _ in terms) <= MOST_TOGETHER:
            return None, None, starts
        return *map(np.concatenate, zip(*terms, strict=True)), starts

    def values(self, field: str, mask: np.ndarray) -> set[str]:
        """What the slots in a mask have in a field; nothing where it is not counted."""
        if field not in self.base.fields:
            return set()
        labels = self.facet(field)[1]
        return {labels[number][0] for number in np.flatnonzero(self.counted(field, mask))}

    def stated(self, field: str, mask: np.ndarray) -> list[tuple[int, str]]:
        """``[(key, value)]`` of the slots in a mask, for each value that they have in a field."""
        parts, labels = self.facet(field)
        return [
            (pk, labels[number][0])
            for slots, numbers in parts
            for own in [mask[slots]]
            for pk, number in zip(self.pks[slots[own]].tolist(), numbers[own].tolist(), strict=True)
        ]

    def having(self, field, values, kind_names=None):
        """A mask of the slots that have one of these values, and are of these kinds."""
        at = self.kept(
            f"numbers, {field}", lambda: {value: n for n, (value, _) in enumerate(self.facet(field)[1])}
        )
        is_wanted = np.zeros(len(at), bool)
        is_wanted[[at[value] for value in values if value in at]] = True
        found = np.zeros(self.count, bool)
        for slots, numbers in self.terms(field, kind_names):
            found[slots[is_wanted[numbers]]] = True
        return found & self.is_alive

    def known(self, field: str, values: Iterable[str]) -> dict[str, str]:
        """{value: label} of those of the values that some public record has."""
        counts = self.counted(field, self.is_alive)
        labels = enumerate(self.facet(field)[1])
        return {value: label for number, (value, label) in labels if value in values and counts[number]}

    def spelled(self, field: str, value: str) -> list[str]:
        """The values that differ from this one in case, accents and spaces only."""

        def make():
            found = defaultdict(list)
            for other, _ in self.facet(field)[1]:
                found[same(other)].append(other)
            return found

        return list(self.known(field, self.kept(f"spellings, {field}", make).get(same(value), [])))


def _first_of(names, most):
    """(the first so many names, of which 0 is none and may come again; where the next one stands)."""
    found, known = [], set()
    for place, name in enumerate(names):
        if name and name in known:
            continue
        if len(found) == most:
            return found, place
        found.append(name)
        known.add(name)
    return found, len(names)


_lock = threading.RLock()
_indexes: dict[str, Any] = {}  # by database: tests have three


def current() -> "Index":
    """The index of the content as it is now. One query, unless the content has changed; none where a page has asked
    for its version already."""
    name = str(connection.settings_dict["NAME"])
    index = _indexes.get(name)
    if memory.get() is not None and index is not None and index.seen == content_version()[1]:
        return index
    with _lock:  # asked inside, so that no thread comes with an older answer after a newer index was made
        seen = newest_change_in(Change.objects.db)
        index = _indexes.get(name)
        if index is None or seen is None or index.seen != seen:
            index = _after(index.base if index else None, seen)
            _indexes[name] = index
            while len(_indexes) > 3:
                del _indexes[next(iter(_indexes))]
        return index


def _after(base, seen):
    """The index as it is after a change: of the columns at hand, of those in files, or of new ones."""
    found = _followed(base, seen, MOST_CHANGES) or _of_files(seen)
    if found:
        return found
    if seen is None or connection.in_atomic_block:  # nobody else may come to see what may be rolled back
        return Index(_read(seen))
    meanwhile = _followed(base, seen, MOST_MEANWHILE)
    with index_files.turn(is_awaited=not meanwhile) as has_turn:
        if not has_turn:
            return meanwhile
        found = _of_files(seen)
        if not found:
            with unhurried(connections[Change.objects.db]):  # the replica, where it is asked
                found = Index(index_files.written_down(_read(seen)))
        index_files.give_back_memory()
        return found


def _of_files(seen):
    return _followed(index_files.opened(seen[2]), seen, MOST_CHANGES) if seen else None


def _followed(base, seen, most):
    """These columns and what was changed since, unless that is too much."""
    if base is None or base.seen is None or seen is None or base.seen[2] != seen[2]:
        return None
    changes = Change.objects.filter(seq__gte=base.seen[0]).order_by("seq")
    changes = list(changes.values_list("seq", "at", "kind", "identifier")[: most + 1])
    # The change that they end with must still be there: transactions that failed leave none behind.
    if not changes or changes[0][:2] != base.seen[:2] or len(changes) > most:
        return None
    seen, changes = (*changes[-1][:2], seen[2]), changes[1:]
    if not changes:
        return Index(base)
    changed, ways = _pks(changes), base.synonyms
    if any(kinds_by_name()[kind].search.ways for _, _, kind, _ in changes if kind in kinds_by_name()):
        ways = base.synonyms.after(changed)
        changed |= Index(base).known_by(ways.differences(base.synonyms))
    return Index(base, _read(seen, ways, changed), changed, seen) if len(changed) <= most else None


def _read(seen, ways=None, pks=None):
    """Columns of all that is published, or of what is published of these."""
    rows = Publication.objects.published().filter(kind__in=kinds_by_name()).order_by("pk")
    names = rows.of(*(kind.name for kind in kinds_by_name().values() if kind.search.names_others))
    terms = Term.objects.filter(Q(field__in=counted_fields()) | Q(target__isnull=False)).order_by("pk")
    terms, values = (
        terms.values_list("publication_id", "field", "value", "label", "target_id"),
        rows.values_list(*ROW_COLUMNS),
    )
    if pks is None:
        values, terms = values.iterator(chunk_size=2000), terms.iterator(chunk_size=5000)
    else:
        values, terms = list(values.filter(pk__in=pks)), terms.filter(publication__in=pks)
        names = names.filter(identifier__in=[f"{row[1]}-{row[2]}".casefold() for row in values])
    names = dict(names.values_list("identifier", "name_stems"))
    return columns_from(values, terms, names, ways or synonyms(), seen)


def _pks(changes):
    """The publications behind these changes, and the records that bear the labels of those that changed."""
    names, condition = defaultdict(set), Q(pk=None)
    for _, _, name, identifier in changes:
        kind = kinds_by_name().get(name)
        if kind is None:  # a newer release, running beside this process, knows it
            continue
        names[name].add(identifier)
        for other in kinds_by_name() if kind.search.names_others else ():
            if identifier.startswith(f"{other}-"):
                code = identifier.removeprefix(f"{other}-")
                names[other] |= {code, code.upper()}
    for name, identifiers in names.items():
        condition |= Q(kind=name, identifier__in=identifiers)
    return frozenset(Publication.objects.filter(condition).values_list("pk", flat=True))
