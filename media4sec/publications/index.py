"""The search index: which publications hold which words. It lives in each process and follows the changes.

Nothing of it is kept in the database but the words of each publication, so that there is one engine, with the same
answers on every database. All of it is compact columns, with one place (*slot*) for each publication. A change of the
content reads the publications that changed, and no others (docs/adr/0017-search-in-the-process.md).
"""

import re
import threading
from array import array
from bisect import bisect_left
from collections import defaultdict
from itertools import pairwise

import numpy as np
from django.db import connection
from django.db.models import Q
from rapidfuzz import process
from rapidfuzz.distance import OSA

from media4sec.kinds import kinds_by_name
from media4sec.publications.models import Change, Publication, Term
from media4sec.publications.words import LINKED, STOP_WORDS, key_of, loose_key_of, squeezed

TITLE, NAME, TEXT = 1, 2, 4
PAIR = "+"  # marks two words that stand side by side in a title or name: “Dark Web” → +darkweb

ROWS = ("pk", "kind", "identifier", "sort_key", "title_stems", "name_stems", "text_stems")
MOST_CHANGES = 1_000  # changed publications that are kept beside the rest before everything is read anew


class Segment:
    """The words of some publications. ``rows`` are those of ``ROWS``; their slots begin at ``first``."""

    def __init__(self, rows, first=0):
        self.first, self.count = first, len(rows)
        self.title_lengths = np.zeros(len(rows), np.float32)
        self.exact = defaultdict(
            list
        )  # a whole title, name or identifier in one word → [(slot, which of them)]
        token_ids = defaultdict()
        token_ids.default_factory = token_ids.__len__
        fields = {field: (array("i"), array("i")) for field in (TITLE, NAME, TEXT)}
        for place, (_, kind, identifier, _, title, names, text) in enumerate(rows):
            for field, words in (
                (TITLE, self._title(place, title)),
                (NAME, self._names(place, kind, identifier, names)),
                (TEXT, text.split()),
            ):
                ids, lengths = fields[field]
                ids.extend([token_ids[word] for word in words])
                lengths.append(len(words))
        self._index(list(token_ids), fields)

    def _title(self, place, title):
        words = title.split()
        pieces = [piece for word in words for piece in word.split("-")]
        self.title_lengths[place] = sum(piece not in STOP_WORDS for piece in pieces)
        self.exact["".join(pieces)].append((place + self.first, TITLE))
        return words + [f"{PAIR}{one}{two}" for one, two in pairwise(pieces)]

    def _names(self, place, kind, identifier, names):
        slot = place + self.first
        for key in identifier_keys(kinds_by_name()[kind], identifier):
            self.exact[key].append((slot, 0))
        words = []
        for line in names.split("\n"):
            found = line.removeprefix(LINKED).split()
            pieces = [piece for word in found for piece in word.split("-")]
            words += found + [f"{PAIR}{one}{two}" for one, two in pairwise(pieces)]
            if pieces and not line.startswith(LINKED):
                self.exact["".join(pieces)].append((slot, NAME))
        return words

    def _index(self, tokens, fields):
        """Postings in compact columns: for each word its slots, the fields as a mask, and how often the text has it."""
        word_ids = defaultdict()
        word_ids.default_factory = word_ids.__len__
        of_token, lengths = array("i"), array("i")
        for token in tokens:
            pieces = token.split("-")
            if len(pieces) > 1:
                pieces.append("".join(pieces))
            of_token.extend([word_ids[piece] for piece in pieces])
            lengths.append(len(pieces))
        self.ids = dict(word_ids)
        self.words = list(self.ids)
        is_stop = np.array([word in STOP_WORDS for word in self.words], bool)
        of_token, lengths = np.array(of_token, np.int64), np.array(lengths, np.int64)
        starts = np.concatenate(([0], np.cumsum(lengths)))[:-1] if len(lengths) else lengths
        keys, masks, times = [], [], []
        text_length = np.zeros(self.count, np.float32)
        for field, (ids, counts) in fields.items():
            ids = np.frombuffer(ids, np.int32) if ids else np.zeros(0, np.int32)
            counts = np.frombuffer(counts, np.int32) if counts else np.zeros(0, np.int32)
            slots = np.repeat(np.arange(self.count, dtype=np.int64), counts)
            sizes = lengths[ids]
            ends = np.cumsum(sizes)
            steps = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - sizes, sizes)
            found = of_token[np.repeat(starts[ids], sizes) + steps]
            slots = np.repeat(slots, sizes)
            if field == TEXT:
                wanted = ~is_stop[found]
                found, slots = found[wanted], slots[wanted]
                text_length = np.bincount(slots, minlength=self.count).astype(np.float32)
            pairs, often = np.unique(found * max(self.count, 1) + slots, return_counts=True)
            keys.append(pairs)
            masks.append(np.full(len(pairs), field, np.uint8))
            times.append(np.minimum(often, 255) if field == TEXT else np.zeros(len(pairs), np.int64))
        keys, masks, times = np.concatenate(keys), np.concatenate(masks), np.concatenate(times)
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))) if len(keys) else keys
        self.masks = np.bitwise_or.reduceat(masks[order], first) if len(keys) else masks
        self.times = np.maximum.reduceat(times[order], first).astype(np.uint8) if len(keys) else times
        words, slots = np.divmod(keys[first], max(self.count, 1))
        self.slots = (slots + self.first).astype(np.int32)
        self.starts = np.searchsorted(words, np.arange(len(self.words) + 1))
        self.text_length = text_length
        self._vocabulary()

    def _vocabulary(self):
        plain = [word for word in self.words if word[0] != PAIR]
        self.sorted = sorted(plain)
        self.backwards = sorted(word[::-1] for word in plain)
        self.run = "\n".join(["", *self.sorted, ""])
        self.offsets = np.cumsum([1, *(len(word) + 1 for word in self.sorted)])
        self.by_key, self.by_loose_key, self.by_length = (
            defaultdict(list),
            defaultdict(list),
            defaultdict(list),
        )
        for word in self.sorted:
            key = key_of(word)
            self.by_key[key].append(word)
            loose = loose_key_of(word)
            self.by_loose_key[loose].append(word)
            self.by_length[len(word)].append(word)

    def postings(self, word):
        """(slots, masks, times) of a word."""
        number = self.ids.get(word)
        if number is None:
            return None
        here = slice(self.starts[number], self.starts[number + 1])
        return self.slots[here], self.masks[here], self.times[here]

    def frequency(self, word):
        number = self.ids.get(word)
        return 0 if number is None else int(self.starts[number + 1] - self.starts[number])

    def beginning(self, start):
        """The words that begin so."""
        first = bisect_left(self.sorted, start)
        return self.sorted[first : bisect_left(self.sorted, start + "\U0010ffff", first)]

    def ending(self, end):
        """The words that end so."""
        end = end[::-1]
        first = bisect_left(self.backwards, end)
        last = bisect_left(self.backwards, end + "\U0010ffff", first)
        return [word[::-1] for word in self.backwards[first:last]]

    def holding(self, part):
        """The words that have this inside, or at their end."""
        found, at = [], self.run.find(part)
        while at >= 0:
            place = int(np.searchsorted(self.offsets, at, side="right")) - 1
            found.append(self.sorted[place])
            at = self.run.find(part, int(self.offsets[place + 1]) - 1)
        return found

    def near(self, word, distance):
        """{word: distance} of those that differ by few letters; two swapped letters count as one difference."""
        found = {}
        for length in range(len(word) - distance, len(word) + distance + 1):
            choices = self.by_length.get(length)
            if choices:
                hits = process.extract(word, choices, scorer=OSA.distance, score_cutoff=distance, limit=20)
                found |= {other: off for other, off, _ in hits}
        return found


def identifier_keys(kind, identifier):
    """How an identifier may be typed, in one word: t012, t12, technology12; d23, deliverable23."""
    plain = squeezed(identifier)
    keys = {plain}
    numbered = re.fullmatch(r"([a-z]+)0*(\d+)", plain)
    if numbered and kind.shows_identifier:
        keys |= {numbered[1] + numbered[2], squeezed(kind.name) + numbered[2]}
    return keys


class Index:
    """All published publications as they were after one change. Never edited: a change makes another one.

    The first is made of all ``rows``. The next ones keep it as their ``base``, and hold beside it what was changed
    since then: publications with the keys ``changed``, of which those still public are the ``rows``.
    """

    def __init__(self, seen, rows, base=None, changed=frozenset()):
        self.seen, self.base, self.changed = seen, base, changed
        kinds = kinds_by_name()
        before = base.labels if base else {}
        self.labels = {name: (pk, text) for name, (pk, text) in before.items() if pk not in changed}
        self.labels |= {row[2]: (row[0], row[5]) for row in rows if kinds[row[1]].names_others}
        rows = [self._with_labels(row) for row in rows]
        first = base.count if base else 0
        self.segments = [*(base.segments if base else ()), Segment(rows, first)]
        self.count = first + len(rows)
        numbers = {name: number for number, name in enumerate(kinds)}
        self.pks = np.array([row[0] for row in rows], np.int64)
        self.kinds = np.array([numbers[row[1]] for row in rows], np.int16)
        self.is_alive = np.ones(len(rows), bool)
        self._rank(rows)
        if base:
            is_same = ~np.isin(base.pks, np.fromiter(changed, np.int64))
            self.is_alive = np.concatenate((is_same, self.is_alive))
            self.pks = np.concatenate((base.pks, self.pks))
            self.kinds = np.concatenate((base.kinds, self.kinds))
        weights = np.array([kind.weight for kind in kinds.values()], np.float32)
        self.weights = weights[self.kinds]
        self.title_lengths = np.concatenate([segment.title_lengths for segment in self.segments])
        lengths = np.concatenate([segment.text_length for segment in self.segments])
        self.text_weight = 0.5 + lengths / max(float(lengths.mean()), 1.0) if len(lengths) else lengths
        alive = np.flatnonzero(self.is_alive)
        self.slot_of = np.full(int(self.pks.max(initial=0)) + 1, -1, np.int64)
        self.slot_of[self.pks[alive]] = alive
        self._columns = {}

    def _with_labels(self, row):
        """A record is also found by the labels of the concept that stands for it, whatever their language."""
        _, also = self.labels.get(f"{row[1]}-{row[2]}".casefold(), (0, ""))
        return (*row[:5], f"{row[5]}\n{also}", row[6]) if also else row

    def _rank(self, rows):
        """The kind's own order as numbers; later ones stand between those that are there already."""
        keys = sorted((row[3], row[0], place) for place, row in enumerate(rows))
        places = [place for _, _, place in keys]
        self.rank = np.zeros(len(rows))
        if self.base:
            step = 1 / (len(keys) + 1)
            for number, (key, pk, place) in enumerate(keys, start=1):
                self.rank[place] = bisect_left(self.base.keys, (key, pk)) - 1 + number * step
            self.rank = np.concatenate((self.base.rank, self.rank))
        else:
            self.rank[places] = np.arange(len(rows))
            self.keys = [key[:2] for key in keys]

    def exact(self, text):
        """[(slot, 0, TITLE or NAME)] of the records whose identifier, title or name this is, in one word."""
        return [
            found
            for segment in self.segments
            for found in segment.exact.get(text, ())
            if self.is_alive[found[0]]
        ]

    def postings(self, word):
        """(slots, masks, times) of a word, for each segment that has it."""
        for segment in self.segments:
            found = segment.postings(word)
            if found is not None:
                yield found

    def frequency(self, word):
        return sum(segment.frequency(word) for segment in self.segments)

    def gathered(self, name, *arguments):
        """What the segments' method finds, each word once: ``gathered("beginning", "faci")``."""
        return list(
            dict.fromkeys(word for segment in self.segments for word in getattr(segment, name)(*arguments))
        )

    def by_key(self, key):
        return [word for segment in self.segments for word in segment.by_key.get(key, ())]

    def by_loose_key(self, key):
        return [word for segment in self.segments for word in segment.by_loose_key.get(key, ())]

    def near(self, word, distance):
        found = {}
        for segment in self.segments:
            found |= segment.near(word, distance)
        return found

    def of_kinds(self, kind_names):
        """A mask of the slots that are public and of these kinds (all, if None)."""
        if kind_names is None:
            return self.is_alive
        numbers = [number for number, name in enumerate(kinds_by_name()) if name in set(kind_names)]
        return self.is_alive & np.isin(self.kinds, numbers)

    def slots(self, pks):
        """The slots of these publications; those that are not public any more fall away."""
        pks = np.asarray(pks, np.int64)
        found = self.slot_of[pks[pks < len(self.slot_of)]]
        return found[found >= 0]

    def columns(self, fields):
        """Facets as {field: (slots, numbers of values, [(value, label)])}. Read when first asked for, then kept."""
        with _lock:
            missing = [field for field in fields if field not in self._columns]
            if missing:
                self._columns |= self._read_columns(missing)
        return {field: self._columns[field] for field in fields}

    def _read_columns(self, fields):
        terms = Term.objects.filter(field__in=fields)
        if self.base:
            before = self.base.columns(fields)
            terms = terms.filter(publication__in=self.changed)
        else:
            nothing = np.zeros(0, np.int64)
            before = dict.fromkeys(fields, (nothing, nothing, ()))
        values = {field: dict(before[field][2]) for field in fields}
        numbers = {field: {value: number for number, value in enumerate(values[field])} for field in fields}
        found = {field: (array("q"), array("q")) for field in fields}
        rows = terms.order_by("pk").values_list("publication_id", "field", "value", "label")
        for pk, field, value, label in rows.iterator(chunk_size=5000):
            pks, places = found[field]
            pks.append(pk)
            places.append(numbers[field].setdefault(value, len(numbers[field])))
            values[field][value] = label
        columns = {}
        for field, (pks, places) in found.items():
            pks, places = np.array(pks, np.int64), np.array(places, np.int64)
            slots = np.full(len(pks), -1, np.int64)
            is_known = pks < len(self.slot_of)
            slots[is_known] = self.slot_of[pks[is_known]]
            is_public = slots >= 0
            kept = self.is_alive[before[field][0]]
            columns[field] = (
                np.concatenate((before[field][0][kept], slots[is_public])),
                np.concatenate((before[field][1][kept], places[is_public])),
                list(values[field].items()),
            )
        return columns


_lock = threading.RLock()
_indexes = {}  # by database: tests have more than one


def current():
    """The index of the content as it is now. One query, unless the content has changed."""
    seen = Change.objects.order_by("-seq").values_list("seq", "at").first()
    name = str(connection.settings_dict["NAME"])
    with _lock:
        index = _indexes.get(name)
        if index is None or seen is None or index.seen != seen:
            index = _after(index, seen)
            _indexes[name] = index
            while len(_indexes) > 2:
                del _indexes[next(iter(_indexes))]
        return index


def _after(index, seen):
    """The next index: the old one and what was changed since, or everything anew."""
    if index and index.seen and seen and seen > index.seen:
        changes = Change.objects.filter(seq__gte=index.seen[0]).order_by("seq")
        changes = list(changes.values_list("seq", "at", "kind", "identifier")[: MOST_CHANGES + 1])
        # The change that the index ends with must still be there: transactions that failed leave none behind.
        if changes and changes[0][:2] == index.seen and len(changes) <= MOST_CHANGES:
            base = index.base or index
            changed = index.changed | _pks(changes[1:])
            if len(changed) <= MOST_CHANGES:
                rows = Publication.objects.published().filter(pk__in=changed).order_by("pk")
                return Index(changes[-1][:2], list(rows.values_list(*ROWS)), base, changed)
    rows = Publication.objects.published().filter(kind__in=kinds_by_name()).order_by("pk")
    return Index(seen, list(rows.values_list(*ROWS).iterator(chunk_size=2000)))


def _pks(changes):
    """The publications behind these changes, and the records that bear the labels of those that changed."""
    names = defaultdict(set)
    for _, _, kind, identifier in changes:
        names[kind].add(identifier)
        if kinds_by_name()[kind].names_others:
            for other in kinds_by_name():
                if identifier.startswith(f"{other}-"):
                    names[other] |= {
                        identifier.removeprefix(f"{other}-"),
                        identifier.removeprefix(f"{other}-").upper(),
                    }
    condition = Q()
    for kind, identifiers in names.items():
        condition |= Q(kind=kind, identifier__in=identifiers)
    return frozenset(Publication.objects.filter(condition).values_list("pk", flat=True))
