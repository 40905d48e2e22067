"""What search, facets and orders know of many publications at once: compact columns that processes share in files.

Each publication has a number, its *slot*. A column is a numpy array: one value a slot, or values of many slots one
after the other, with another column that says where those of each word or facet begin. No object of Python is in it,
so that a file can be mapped into memory as it is (docs/adr/0023-index-in-files.md).
"""

import json
import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from datetime import datetime
from hashlib import blake2b
from itertools import pairwise
from typing import Any

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from media4sec.kinds import FACT, NEWEST_SOURCE, kinds, kinds_by_name
from media4sec.letters import OWN_LETTERS, sort_key
from media4sec.publications.synonyms import AS_ONE_WORD, Synonyms, as_one_word
from media4sec.publications.words import LINKED, STOP_WORDS, loose_key_of, squeezed, word_key

TITLE, NAME, TEXT = 1, 2, 4
ALSO, MEANT = 8, 16  # all labels of what its title, or its text, has one label of (synonyms.py)
LEAD = 32  # beside TEXT or MEANT: among the first words of the text, which say what the record is
GIVES = {TITLE: ALSO, TEXT: MEANT}
PAIR = "+"  # marks two words that stand side by side in a title or name: “Dark Web” → +darkweb

# What is read of a publication.
ROW_COLUMNS: tuple[str, ...] = ("pk", "kind", "identifier", "sort_key", "title", "checked_on", "modified_at")
ROW_COLUMNS += ("title_stems", "name_stems", "text_stems")
PER_SLOT = {"pks": "q", "kinds": "h", "title_lengths": "f", "concepts": "q", "is_named": "b"}
PER_SLOT |= {"checked": "d", "changed": "d"}
TEXTS = ("words", "words_by_length", "sort_keys", "titles", "values", "labels", "link_fields")
ORDERS = ("own", "en", *OWN_LETTERS)  # the kinds' own, and titles in the alphabets of the languages
ABOUT = "about.json"
LEAD_LENGTH = 20  # words, about the first sentence
LONGEST_EXACT = 200  # letters; no question is longer


class Texts:
    """Texts in one column of bytes, and where each ends; in the order of words, `bisect` finds its way in them."""

    def __init__(self, data, ends):
        self.data, self.ends = data, ends

    def __len__(self):
        return len(self.ends) - 1

    def __getitem__(self, number):
        """One text, or a list of them."""
        if isinstance(number, slice):
            return self._bytes(number.start, number.stop).decode().split("\0")[:-1]
        return self._bytes(number, number + 1)[:-1].decode()

    def _bytes(self, first, last):
        return self.data[self.ends[first] : self.ends[last]].tobytes()

    def holding(self, part):
        """The texts that have this inside, or at their end."""
        found, part, everything = [], part.encode(), self.data.tobytes()
        at = everything.find(part)
        while at >= 0:
            number = int(self.ends.searchsorted(at, side="right")) - 1
            found.append(self[number])
            at = everything.find(part, int(self.ends[number + 1]))
        return found


class Columns:
    """The columns of some publications as they were after one change. Never edited."""

    def __init__(self, arrays, fields, synonyms, seen=None):
        self.arrays, self.fields, self.synonyms, self.seen = arrays, fields, synonyms, seen
        self.count = len(arrays["pks"])
        for name in TEXTS:
            setattr(self, name, Texts(arrays[name], arrays[f"{name}_ends"]))

    # Files

    def save(self, folder):
        for order in ORDERS:
            self.in_order(order)
        for name, column in self.arrays.items():
            np.save(folder / f"{name}.npy", column)
        seq, at, generation = self.seen
        about = {"seen": [seq, at.isoformat(), generation], "fields": self.fields}
        about |= {"synonyms": self.synonyms.as_data()}
        about |= {"sizes": {path.name: path.stat().st_size for path in folder.iterdir()}}
        (folder / ABOUT).write_text(json.dumps(about))

    @classmethod
    def open(cls, folder):
        """Map the files of a folder into memory; an OSError, or a ValueError if they are not whole."""
        about = json.loads((folder / ABOUT).read_text())
        if any((folder / name).stat().st_size != size for name, size in about["sizes"].items()):
            raise ValueError(f"{folder} is not whole")
        arrays = {
            name.removesuffix(".npy"): np.asarray(np.load(folder / name, mmap_mode="r"))
            for name in about["sizes"]
        }
        seq, at, generation = about["seen"]
        seen = seq, datetime.fromisoformat(at), generation
        return cls(arrays, about["fields"], Synonyms.of_data(about["synonyms"]), seen)

    # Words

    def looked_up(self, table, text):
        """The numbers that a table has for this text."""
        hashes, values = self.arrays[f"{table}_hashes"], self.arrays[f"{table}_numbers"]
        key = hash_of(text)
        return values[hashes.searchsorted(key) : hashes.searchsorted(key, side="right")].tolist()

    def postings(self, word):
        """(slots, masks, times) of a word, or None."""
        for number in self.looked_up("word", word):
            here = slice(*self.arrays["starts"][number : number + 2])
            return self.arrays["slots"][here], self.arrays["masks"][here], self.arrays["times"][here]

    def exact(self, text):
        """[(slot, which: 0 for the identifier, TITLE or NAME)] of those that are called exactly so."""
        return [divmod(code, 8) for code in self.looked_up("exact", text)]

    def by_key(self, key):
        return [self.words[number] for number in self.looked_up("key", key)]

    def by_loose_key(self, key):
        return [self.words[number] for number in self.looked_up("loose_key", key)]

    def beginning(self, start):
        """The words that begin so."""
        first = bisect_left(self.words, start)
        return self.words[first : bisect_left(self.words, start + "\U0010ffff", first)]

    def ending(self, end):
        """The words that end so."""
        numbers, end = self.arrays["backwards"], end[::-1]
        first, last = (
            bisect_left(numbers, one, key=lambda number: self.words[number][::-1])
            for one in (end, end + "\U0010ffff")
        )
        return [self.words[number] for number in numbers[first:last]]

    def holding(self, part):
        """The words that have this inside, or at their end."""
        return self.words.holding(part)

    def near(self, word, distance):
        """{word: distance} of those that differ by few letters; two swapped letters count as one difference."""
        found, starts = {}, self.arrays["length_starts"]
        for length in range(len(word) - distance, min(len(word) + distance + 1, len(starts) - 1)):
            choices = self.words_by_length[starts[length] : starts[length + 1]]
            hits = process.extract(word, choices, scorer=OSA.distance, score_cutoff=distance, limit=20)
            found |= {other: off for other, off, _ in hits}
        return found

    # Facets

    def facet(self, field):
        """(slots, numbers of their values, [(value, label)]) of a field, kind by kind."""
        number, starts = self.fields.index(field), self._starts(field)
        here = slice(starts[0], starts[-1])
        values = slice(*self.arrays["value_starts"][number : number + 2])
        labels = list(zip(self.values[values], self.labels[values], strict=True))
        return self.arrays["term_slots"][here], self.arrays["term_values"][here], labels

    def of_kinds(self, field, kind_names):
        """Where those of some kinds stand in the columns of a field: slices that are not empty."""
        starts, names = self._starts(field) - self._starts(field)[0], list(kinds_by_name())
        found = (slice(*starts[number : number + 2].tolist()) for number in map(names.index, kind_names))
        return [here for here in found if here.start < here.stop]

    def _starts(self, field):
        """Where the terms of each kind begin in a field, and where the last ones end."""
        number, many = self.fields.index(field), len(kinds_by_name())
        return self.arrays["term_starts"][number * many : (number + 1) * many + 1]

    # Links

    def naming(self, pk):
        """(slots, numbers of the fields) of those that name a publication."""
        here = slice(*self.arrays["link_targets"].searchsorted((pk, pk + 1)))
        return self.arrays["link_slots"][here], self.arrays["link_numbers"][here]

    # Orders

    def sorted_by(self, order, slot):
        """What a publication is sorted by: the kinds' own key, or its title as readers of a language expect it."""
        if order == "own":
            return self.sort_keys[slot], int(self.arrays["pks"][slot])
        return sort_key(self.titles[slot], order)

    def in_order(self, order):
        """(the slots in this order, the place of each slot); equal ones share a place."""
        if f"{order}_order" not in self.arrays:
            keys = [self.sorted_by(order, slot) for slot in range(self.count)]
            slots, places = sorted(range(self.count), key=keys.__getitem__), np.zeros(self.count, np.float64)
            for number, (before, slot) in enumerate(zip([None, *slots], slots, strict=False)):
                is_same = before is not None and keys[before] == keys[slot]
                places[slot] = places[before] if is_same else number
            self.arrays |= {f"{order}_order": np.array(slots, np.int32), f"{order}_places": places}
        return self.arrays[f"{order}_order"], self.arrays[f"{order}_places"]

    def places_among(self, base, order):
        """The place of each slot among those of other columns: equal ones share it, others stand between two."""
        (others, places), (_, own), found = base.in_order(order), self.in_order(order), np.zeros(self.count)
        for slot in range(self.count):
            key = self.sorted_by(order, slot)
            at = bisect_left(others, key, key=lambda other: base.sorted_by(order, other))
            is_same = at < base.count and base.sorted_by(order, others[at]) == key
            found[slot] = places[others[at]] if is_same else at - 1 + (own[slot] + 1) / (self.count + 1)
        return found


def hash_of(text: str) -> int:
    """A number for a text, the same in every process."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little", signed=True)


def counted_fields():
    """The fields of all terms that lists filter or sort by, and of those that say what is stated at all."""
    names = [facet.name for kind in kinds() for facet in kind.listed.all_facets]
    flags = (kind.flag_field for kind in kinds() if kind.links.flags)
    return list(dict.fromkeys([*names, *flags, FACT, NEWEST_SOURCE]))


def concept_name(title: str) -> str:
    """A title in one word, without its article: The Dark Web, Dark web and dark-web are one concept."""
    return re.sub("^the[ -]", "", title).replace("-", "").replace(" ", "")


def identifier_keys(kind: Any, identifier: str) -> set[str]:
    """How an identifier may be typed, in one word: t012, t12, technology12; d23, deliverable23."""
    plain = squeezed(identifier)
    keys = {plain}
    numbered = re.fullmatch(r"([a-z]+)0*(\d+)", plain)
    if numbered and kind.identifier.is_shown:
        keys |= {numbered[1] + numbered[2], squeezed(kind.name) + numbered[2]}
    return keys


# How they are made


def columns_from(rows, terms=(), names=None, synonyms=None, seen=None):
    """The columns of these publications (``ROWS``, in the order of their keys) and of the terms that they have.

    ``names`` are further ones from records that name others: ``{theme-dark-web: names, one a line}``.
    """
    synonyms, names = synonyms or Synonyms(), names or {}
    numbers = {name: number for number, name in enumerate(kinds_by_name())}
    per_slot = {name: array(code) for name, code in PER_SLOT.items()}
    titles, sort_keys, exact, tokens = [], [], (array("q"), array("q")), numbering()
    words = {field: (array("i"), array("i")) for field in (TITLE, NAME, TEXT)}

    def called(text, what):
        """The publication at hand is exactly this; longer texts are never asked for."""
        if text and len(text) <= LONGEST_EXACT:
            exact[0].append(hash_of(text))
            exact[1].append(len(titles) * 8 + what)

    for pk, kind_name, identifier, own_key, title, checked_on, modified_at, stems, own_names, text in rows:
        kind, named = kinds_by_name()[kind_name], f"{kind_name}-{identifier}".casefold()
        found, pieces = _with_pairs(stems)
        called("".join(pieces), TITLE)
        in_names = []
        for key in identifier_keys(kind, identifier):
            called(key, 0 if kind.identifier.is_shown else TITLE)  # nobody sees it: words were typed, not it
        for line in f"{own_names}\n{names.get(named, '')}".split("\n"):
            of_line, in_line = _with_pairs(line.removeprefix(LINKED))
            in_names += of_line
            if not line.startswith(LINKED):
                called("".join(in_line), NAME)
        for field, these in ((TITLE, found), (NAME, in_names), (TEXT, text.split())):
            words[field][0].extend([tokens[word] for word in these])
            words[field][1].append(len(these))
        facts = {
            "pks": pk,
            "kinds": numbers[kind_name],
            "title_lengths": sum(piece not in STOP_WORDS for piece in pieces),
            "concepts": _concept(concept_name(stems), synonyms) if kind.is_term else 0,
            "is_named": named in names,
            "checked": checked_on.toordinal() if checked_on else np.nan,
            "changed": modified_at.timestamp() if modified_at else np.nan,
        }
        for name, fact in facts.items():
            per_slot[name].append(fact)
        titles.append(title)
        sort_keys.append(own_key)
    arrays = {name: np.array(values) for name, values in per_slot.items()}
    arrays |= _texts("titles", titles) | _texts("sort_keys", sort_keys) | _table("exact", *exact)
    fields = counted_fields()
    arrays |= _facets_and_links(terms, fields, arrays["pks"], arrays["kinds"])
    arrays |= _postings(list(tokens), words, len(titles), synonyms)
    return Columns(arrays, fields, synonyms, seen)


def numbering():
    """A dictionary that numbers what it is asked for, from 0 on."""
    found = defaultdict()
    found.default_factory = found.__len__
    return found


def _with_pairs(text):
    """(the words of a text, and each two of them that stand side by side; its pieces)"""
    words = text.split()
    pieces = [piece for word in words for piece in word.split("-")]
    return words + [f"{PAIR}{one}{two}" for one, two in pairwise(pieces)], pieces


def _concept(name, synonyms):
    """A number that all names of one concept share: the same title, or others that people ask for it by; 0: no name."""
    if not name:
        return 0  # signs alone, of which none is a word
    groups = synonyms.by_given.get(as_one_word(name))
    return hash_of("\n".join(groups[0].given) if groups else name)


def _texts(name, texts):
    data = [text.encode() + b"\0" for text in texts]
    ends = np.cumsum([0, *map(len, data)])
    return {name: np.frombuffer(b"".join(data), np.uint8), f"{name}_ends": ends}


def _table(name, hashes, numbers):
    """Numbers by the hashes of texts; those of one text stay in their order."""
    hashes, numbers = np.array(hashes, np.int64), np.array(numbers)
    order = np.argsort(hashes, kind="stable")
    return {f"{name}_hashes": hashes[order], f"{name}_numbers": numbers[order]}


def _facets_and_links(terms, fields, pks, kinds_of):
    """For each field its slots and the numbers of their values, and the values with their labels; who names whom.

    Those of one kind stand together, so that a list reads what it has itself, and not what all others have.
    """
    found = {field: (array("q"), array("i")) for field in fields}
    numbers, labels = {field: numbering() for field in fields}, {field: {} for field in fields}
    links, link_fields = (array("q"), array("q"), array("h")), numbering()
    for pk, field, value, label, target in terms:
        if field in found:
            found[field][0].append(pk)
            found[field][1].append(numbers[field][value])
            labels[field][value] = label
        if target is not None:
            for column, one in zip(links, (target, pk, link_fields[field]), strict=True):
                column.append(one)
    slots, values, sizes = [], [], []
    for of_field in found.values():
        own, their = (np.array(column, np.int64) for column in of_field)
        is_known = np.isin(own, pks)
        at, their = pks.searchsorted(own[is_known]), their[is_known]
        order = np.argsort(kinds_of[at], kind="stable")
        slots.append(at[order].astype(np.int32))
        values.append(their[order].astype(np.int32))
        sizes += np.bincount(kinds_of[at], minlength=len(kinds_by_name())).tolist()
    nothing = np.zeros(0, np.int32)
    return {
        "term_starts": np.cumsum([0, *sizes]),
        "term_slots": np.concatenate([nothing, *slots]),
        "term_values": np.concatenate([nothing, *values]),
        "value_starts": np.cumsum([0, *map(len, labels.values())]),
        **_texts("values", [value for of_field in labels.values() for value in of_field]),
        **_texts("labels", [label for of_field in labels.values() for label in of_field.values()]),
        **_texts("link_fields", link_fields),
        **_links(*map(np.array, links), pks),
    }


def _links(targets, own, numbers, pks):
    """Those that name others, by whom they name."""
    is_known = np.isin(own, pks)
    targets, own, numbers = targets[is_known], own[is_known], numbers[is_known]
    order = np.argsort(targets, kind="stable")
    return {
        "link_targets": targets[order],
        "link_slots": pks.searchsorted(own[order]).astype(np.int32),
        "link_numbers": numbers[order],
    }


def _postings(tokens, fields, count, synonyms):
    """For each word its slots, the fields as a mask, and how often the text has it; and the vocabulary."""
    word_ids, of_token, lengths = numbering(), array("i"), array("i")
    for token in tokens:
        pieces = token.split("-")
        if len(pieces) > 1:
            pieces.append("".join(pieces))
        of_token.extend([word_ids[piece] for piece in pieces])
        lengths.append(len(pieces))
    is_stop = np.array([word in STOP_WORDS for word in word_ids], bool)
    marks = np.array([synonyms.numbers.get(word_key(word), 0) for word in word_ids], np.int16)
    of_token, lengths = np.array(of_token, np.int32), np.array(lengths, np.int32)
    starts = (np.cumsum(lengths) - lengths).astype(np.int32)
    is_whole = np.zeros(len(of_token), bool)  # a compound in one word, which comes after its pieces
    is_whole[(starts + lengths - 1)[lengths > 1]] = True
    text_lengths = np.zeros(count, np.float32)
    columns, given = ([], [], []), {ALSO: [], MEANT: [], LEAD: []}
    for field in (TITLE, NAME, TEXT):
        ids, counts = (np.array(column, np.int32) for column in fields.pop(field))
        slots = np.repeat(np.arange(count, dtype=np.int32), counts)
        sizes = lengths[ids]
        ends = np.cumsum(sizes, dtype=np.int32)
        # For each token one place for each of its words, next to each other.
        places = np.arange(int(sizes.sum()), dtype=np.int32) + np.repeat(starts[ids] - ends + sizes, sizes)
        if field == TEXT:
            nth = np.arange(len(slots)) - (np.cumsum(counts) - counts)[slots]
            is_lead = np.repeat(nth < LEAD_LENGTH, sizes)
        slots, words = np.repeat(slots, sizes), of_token[places]
        del ids, counts, sizes, ends
        if field in GIVES:
            is_piece = ~is_whole[places]
            of_piece = slots[is_piece]
            leads = is_lead[is_piece] if field == TEXT else np.zeros(len(of_piece), bool)
            for at, group in synonyms.in_columns(marks[words[is_piece]], of_piece):
                numbers = [word_ids[word] for word in group.given]
                given[GIVES[field]].append(_each_for_each(of_piece[at], numbers))
                given[LEAD].append(_each_for_each(of_piece[at[leads[at]]], numbers))
            del is_piece, of_piece, leads
        del places
        if field == TEXT:
            is_wanted = ~is_stop[words]
            slots, words, is_lead = slots[is_wanted], words[is_wanted], is_lead[is_wanted]
            _collect(columns, LEAD, slots[is_lead], words[is_lead], count)
            text_lengths = np.bincount(slots, minlength=count).astype(np.float32)
        _collect(columns, field, slots, words, count)
        del slots, words
    for field, rows in given.items():
        if rows:
            _collect(columns, field, *map(np.concatenate, zip(*rows, strict=True)), count)
    keys, masks, times = map(np.concatenate, columns)
    order = np.argsort(keys, kind="stable")
    keys, masks, times = keys[order], masks[order], times[order]
    first = starts_of_runs(keys)
    words, slots = np.divmod(keys[first], max(count, 1))
    return {
        "text_lengths": text_lengths,
        "slots": slots.astype(np.int32),
        # A word that stands in several fields of a publication counts once, with all of them.
        "masks": np.bitwise_or.reduceat(masks, first) if len(first) else masks,
        "times": np.maximum.reduceat(times, first) if len(first) else times,
        "starts": words.searchsorted(np.arange(len(word_ids) + 1)),
        **_table("word", [hash_of(word) for word in word_ids], list(word_ids.values())),
        **_vocabulary(sorted(word for word in word_ids if word[0] not in (PAIR, AS_ONE_WORD))),
    }


def _collect(columns, field, slots, words, count):
    """Add the words of a field to the columns: each once for a publication, with how often its text has it."""
    pairs = words.astype(np.int64)
    pairs *= max(count, 1)
    pairs += slots
    pairs.sort()
    first = starts_of_runs(pairs)
    often = np.diff(first, append=len(pairs)) if field in (TEXT, MEANT) else np.zeros(len(first))
    keys, masks, times = columns
    keys.append(pairs[first])
    masks.append(np.full(len(first), field, np.uint8))
    times.append(np.minimum(often, 255).astype(np.uint8))


def _vocabulary(words):
    """The words in order, and by all that one of them is looked up by."""
    numbers = range(len(words))
    by_length = sorted(words, key=len)
    lengths = np.array([len(word) for word in by_length], np.int32)
    return {
        **_texts("words", words),
        **_texts("words_by_length", by_length),
        "length_starts": lengths.searchsorted(np.arange(lengths.max(initial=0) + 2)),
        "backwards": np.array(sorted(numbers, key=lambda number: words[number][::-1]), np.int32),
        **_table("key", [hash_of(word_key(word)) for word in words], numbers),
        **_table("loose_key", [hash_of(loose_key_of(word)) for word in words], numbers),
    }


def starts_of_runs(values):
    """Where each run of equal values begins, in a sorted column."""
    return np.flatnonzero(np.concatenate((np.ones(min(len(values), 1), bool), values[1:] != values[:-1])))


def _each_for_each(slots, words):
    """Each of these words for each of these slots, as two columns."""
    return np.repeat(slots, len(words)), np.tile(np.array(words, np.int32), len(slots))
