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
from media4sec.letters import same
from media4sec.publications.models import Change, Publication, Term
from media4sec.publications.synonyms import SAID, Synonyms, said, synonyms
from media4sec.publications.words import LINKED, STOP_WORDS, key_of, loose_key_of, squeezed

TITLE, NAME, TEXT = 1, 2, 4
ALSO, MEANT = 8, 16  # all labels of what its title, or its text, has one label of (synonyms.py)
LEAD = 32  # beside TEXT or MEANT: among the first words of the text, which say what the record is
GIVES = {TITLE: ALSO, TEXT: MEANT}
PAIR = "+"  # marks two words that stand side by side in a title or name: “Dark Web” → +darkweb

ROWS = ("pk", "kind", "identifier", "sort_key", "title_stems", "name_stems", "text_stems")
LEAD_LENGTH = 20  # words, about the first sentence
HEADLINE = 4  # words of a title that says in more of them what happened, and not what the thing is called
USUAL_LENGTH = 40  # words of a text; a constant, so that the order does not depend on what else is there
LONGEST_EXACT = 200  # letters; no question is longer
MOST_NEAR = 5_000  # words with mistakes whose neighbours are kept
MOST_CHANGES = 1_000  # changed publications that are kept beside the rest before everything is read anew


class Segment:
    """The words of some publications, whose slots begin at ``first``: ``add()`` each, then ``finish()``."""

    def __init__(self, first, synonyms):
        self.first, self.count, self.synonyms = first, 0, synonyms
        self.title_lengths = array("f")
        self.concepts = array("q")  # hashes of the names of what is a word of the field, 0 for all else
        # Whole titles, names and identifiers in one word: their hashes, and slot and which of them in one number.
        self.exact_keys, self.exact_codes = array("q"), array("q")
        self.token_ids = defaultdict()
        self.token_ids.default_factory = self.token_ids.__len__
        self.fields = {field: (array("i"), array("i")) for field in (TITLE, NAME, TEXT)}

    def add(self, kind, identifier, title, names, text):
        self.concepts.append(self._concept(title) if kinds_by_name()[kind].is_term else 0)
        for field, words in (
            (TITLE, self._title(title)),
            (NAME, self._names(kind, identifier, names)),
            (TEXT, text.split()),
        ):
            ids, lengths = self.fields[field]
            ids.extend([self.token_ids[word] for word in words])
            lengths.append(len(words))
        self.count += 1

    def finish(self):
        self.title_lengths = np.array(self.title_lengths, np.float32)
        self.concepts = np.array(self.concepts, np.int64)
        tokens = list(self.token_ids)
        del self.token_ids
        self._index(tokens, self.fields)

    def _concept(self, title):
        """A number that all names of one concept share: the same title, or others that people ask for it by."""
        name = concept_name(title)
        groups = self.synonyms.by_given.get(said(name))
        return hash(groups[0].given if groups else name)

    def _title(self, title):
        words = title.split()
        pieces = [piece for word in words for piece in word.split("-")]
        self.title_lengths.append(sum(piece not in STOP_WORDS for piece in pieces))
        self._is("".join(pieces), TITLE)
        return words + [f"{PAIR}{one}{two}" for one, two in pairwise(pieces)]

    def _names(self, kind, identifier, names):
        kind = kinds_by_name()[kind]
        for key in identifier_keys(kind, identifier):
            self._is(key, 0 if kind.shows_identifier else TITLE)  # nobody sees it: words were typed, not it
        words = []
        for line in names.split("\n"):
            found = line.removeprefix(LINKED).split()
            pieces = [piece for word in found for piece in word.split("-")]
            words += found + [f"{PAIR}{one}{two}" for one, two in pairwise(pieces)]
            if not line.startswith(LINKED):
                self._is("".join(pieces), NAME)
        return words

    def _is(self, text, what):
        """The next publication is exactly this; longer texts are never asked for."""
        if text and len(text) <= LONGEST_EXACT:
            self.exact_keys.append(hash(text))
            self.exact_codes.append((self.count + self.first) * 8 + what)

    def exact(self, text):
        """[(slot, which: 0 for the identifier, TITLE or NAME)] of those that are called exactly so."""
        key = hash(text)
        first = np.searchsorted(self.exact_keys, key)
        codes = self.exact_codes[first : np.searchsorted(self.exact_keys, key, side="right")]
        return [divmod(code, 8) for code in codes.tolist()]

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
        is_stop = np.array([word in STOP_WORDS for word in word_ids], bool)
        marks = np.array([self.synonyms.numbers.get(key_of(word), 0) for word in word_ids], np.int16)
        of_token, lengths = np.array(of_token, np.int32), np.array(lengths, np.int32)
        starts = (np.cumsum(lengths) - lengths).astype(np.int32)
        is_whole = np.zeros(len(of_token), bool)  # a compound in one word, which comes after its pieces
        is_whole[(starts + lengths - 1)[lengths > 1]] = True
        self.text_length = np.zeros(self.count, np.float32)
        columns, given = ([], [], []), {ALSO: [], MEANT: [], LEAD: []}
        for field in (TITLE, NAME, TEXT):
            ids, counts = (np.array(column, np.int32) for column in fields.pop(field))
            slots = np.repeat(np.arange(self.count, dtype=np.int32), counts)
            sizes = lengths[ids]
            ends = np.cumsum(sizes, dtype=np.int32)
            # For each token one place for each of its words, next to each other.
            places = np.arange(int(sizes.sum()), dtype=np.int32) + np.repeat(
                starts[ids] - ends + sizes, sizes
            )
            if field == TEXT:
                nth = np.arange(len(slots)) - (np.cumsum(counts) - counts)[slots]
                is_lead = np.repeat(nth < LEAD_LENGTH, sizes)
            slots, words = np.repeat(slots, sizes), of_token[places]
            del ids, counts, sizes, ends
            if field in GIVES:
                is_piece = ~is_whole[places]
                of_piece = slots[is_piece]
                leads = is_lead[is_piece] if field == TEXT else np.zeros(len(of_piece), bool)
                for at, group in self.synonyms.in_columns(marks[words[is_piece]], of_piece):
                    numbers = [word_ids[word] for word in group.given]
                    given[GIVES[field]].append(each_for_each(of_piece[at], numbers))
                    given[LEAD].append(each_for_each(of_piece[at[leads[at]]], numbers))
                del is_piece, of_piece, leads
            del places
            if field == TEXT:
                is_wanted = ~is_stop[words]
                slots, words, is_lead = slots[is_wanted], words[is_wanted], is_lead[is_wanted]
                self._collect(columns, LEAD, slots[is_lead], words[is_lead])
                self.text_length = np.bincount(slots, minlength=self.count).astype(np.float32)
            self._collect(columns, field, slots, words)
            del slots, words
        for field, rows in given.items():
            if rows:
                self._collect(columns, field, *map(np.concatenate, zip(*rows, strict=True)))
        self.ids = dict(word_ids)
        self.words = list(self.ids)
        keys, masks, times = map(np.concatenate, columns)
        order = np.argsort(keys, kind="stable")
        keys, masks, times = keys[order], masks[order], times[order]
        first = starts_of_runs(keys)
        # A word that stands in several fields of a publication counts once, with all of them.
        self.masks = np.bitwise_or.reduceat(masks, first) if len(first) else masks
        self.times = np.maximum.reduceat(times, first) if len(first) else times
        words, slots = np.divmod(keys[first], max(self.count, 1))
        self.slots = (slots + self.first).astype(np.int32)
        self.starts = np.searchsorted(words, np.arange(len(self.words) + 1))
        order = np.argsort(np.array(self.exact_keys), kind="stable")
        self.exact_codes = np.array(self.exact_codes)[order]
        self.exact_keys = np.array(self.exact_keys)[order]
        self._vocabulary()

    def _collect(self, columns, field, slots, words):
        """Add the words of a field to the columns: each once for a publication, with how often its text has it."""
        pairs = words.astype(np.int64)
        pairs *= max(self.count, 1)
        pairs += slots
        pairs.sort()
        first = starts_of_runs(pairs)
        often = np.diff(first, append=len(pairs)) if field in (TEXT, MEANT) else np.zeros(len(first))
        keys, masks, times = columns
        keys.append(pairs[first])
        masks.append(np.full(len(first), field, np.uint8))
        times.append(np.minimum(often, 255).astype(np.uint8))

    def _vocabulary(self):
        plain = [word for word in self.words if word[0] not in (PAIR, SAID)]
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


def starts_of_runs(values):
    """Where each run of equal values begins, in a sorted column."""
    return np.flatnonzero(np.concatenate((np.ones(min(len(values), 1), bool), values[1:] != values[:-1])))


def each_for_each(slots, words):
    """Each of these words for each of these slots, as two columns."""
    return np.repeat(slots, len(words)), np.tile(np.array(words, np.int32), len(slots))


def concept_name(title):
    """A title in one word, without its article: The Dark Web, Dark web and dark-web are one concept."""
    return re.sub("^the[ -]", "", title).replace("-", "").replace(" ", "")


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

    def __init__(self, seen, rows, base=None, changed=frozenset(), labels=None, synonyms=None):
        """``labels`` are those of the rows, if these can be gone through only once: ``{identifier: (pk, names)}``."""
        self.seen, self.base, self.changed = seen, base, changed
        self.synonyms = synonyms or Synonyms()
        kinds = kinds_by_name()
        before = base.labels if base else {}
        self.labels = {name: (pk, text) for name, (pk, text) in before.items() if pk not in changed}
        if labels is None:
            labels = {row[2]: (row[0], row[5]) for row in rows if kinds[row[1]].names_others}
        self.labels |= labels
        numbers = {name: number for number, name in enumerate(kinds)}
        first = base.count if base else 0
        segment, keys, kind_numbers = Segment(first, self.synonyms), [], []
        for pk, kind, identifier, sort_key, title, names, text in rows:
            _, also = self.labels.get(f"{kind}-{identifier}".casefold(), (0, ""))
            segment.add(kind, identifier, title, f"{names}\n{also}", text)
            keys.append((sort_key, pk))
            kind_numbers.append(numbers[kind])
        segment.finish()
        self.segments = [*(base.segments if base else ()), segment]
        self.count = first + segment.count
        self.pks = np.array([pk for _, pk in keys], np.int64)
        self.kinds = np.array(kind_numbers, np.int16)
        self.is_alive = np.ones(segment.count, bool)
        self._rank(keys)
        if base:
            is_same = ~np.isin(base.pks, np.fromiter(changed, np.int64))
            self.is_alive = np.concatenate((is_same, self.is_alive))
            self.pks = np.concatenate((base.pks, self.pks))
            self.kinds = np.concatenate((base.kinds, self.kinds))
        weights = np.array([kind.weight for kind in kinds.values()], np.float32)
        self.weights = weights[self.kinds]
        shares = np.array([kind.search_share for kind in kinds.values()], np.float32)
        self.shares = shares[self.kinds]
        self.is_way = np.isin(self.pks, self.synonyms.pks)
        self.is_label = np.array([kind.names_others for kind in kinds.values()], bool)[self.kinds]
        self.title_lengths = np.concatenate([segment.title_lengths for segment in self.segments])
        self.title_shares = np.minimum(1, HEADLINE / np.maximum(self.title_lengths, 1)).astype(np.float32)
        self.concepts = np.concatenate([segment.concepts for segment in self.segments])
        lengths = np.concatenate([segment.text_length for segment in self.segments])
        self.text_weight = 0.5 + lengths / USUAL_LENGTH
        alive = np.flatnonzero(self.is_alive)
        self.slot_of = np.full(int(self.pks.max(initial=0)) + 1, -1, np.int64)
        self.slot_of[self.pks[alive]] = alive
        self._columns, self._near, self._spellings = {}, {}, {}

    def _rank(self, keys):
        """The kind's own order as numbers; later ones stand between those that are there already."""
        order = sorted(range(len(keys)), key=keys.__getitem__)
        self.rank = np.zeros(len(keys))
        if self.base:
            step = 1 / (len(keys) + 1)
            for number, place in enumerate(order, start=1):
                self.rank[place] = bisect_left(self.base.keys, keys[place]) - 1 + number * step
            self.rank = np.concatenate((self.base.rank, self.rank))
        else:
            self.rank[order] = np.arange(len(keys))
            self.keys = sorted(keys)

    def exact(self, text):
        """[(slot, 0, TITLE or NAME)] of the records whose identifier, title or name this is, in one word."""
        return [
            found for segment in self.segments for found in segment.exact(text) if self.is_alive[found[0]]
        ]

    def postings(self, word):
        """(slots, masks, times) of a word, for each segment that has it; only of what is public now."""
        for segment in self.segments:
            found = segment.postings(word)
            if found is not None and self.base:
                is_alive = self.is_alive[found[0]]
                found = [column[is_alive] for column in found]
            if found is not None and len(found[0]):
                yield found

    def frequency(self, word):
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
        """What the segments' method finds, each word once: ``gathered("beginning", "faci")``."""
        return list(
            dict.fromkeys(word for segment in self.segments for word in getattr(segment, name)(*arguments))
        )

    def by_key(self, key):
        return [word for segment in self.segments for word in segment.by_key.get(key, ())]

    def by_loose_key(self, key):
        return [word for segment in self.segments for word in segment.by_loose_key.get(key, ())]

    def near(self, word, distance):
        """{word: distance} of those that differ by few letters; kept, as people add to what they asked before."""
        found = self._near.get(word)
        if found is None:
            found = {}
            for segment in self.segments:
                found |= segment.near(word, distance)
            found = {form: off for form, off in found.items() if self.frequency(form)}
            if len(self._near) >= MOST_NEAR:
                self._near.clear()
            self._near[word] = found
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

    def by_concept(self, pks):
        """(pks, {lead: others}): publications that are one concept side by side, that of the first kind leading.

        They stand where the best of them stood.
        """
        leads = np.array(pks, np.int64)
        names, groups, others = self.concepts[self.slots(leads)], defaultdict(list), {}
        is_lead = np.ones(len(leads), bool)
        for place in np.flatnonzero(names).tolist():
            groups[names[place]].append(place)
        for places in groups.values():
            if len(places) > 1:
                found = sorted(leads[places].tolist(), key=lambda pk: self.weights[self.slot_of[pk]])
                leads[places[0]], others[found[0]] = found[0], found[1:]
                is_lead[places[1:]] = False
        leads = leads[is_lead].tolist()
        return [pk for lead in leads for pk in (lead, *others.get(lead, ()))] if others else leads, others

    def known(self, field, values):
        """{value: label} of those of the values that some public record has."""
        _, numbers, labels = self.columns([field])[field]
        held = set(np.unique(numbers).tolist())
        return {
            value: label for number, (value, label) in enumerate(labels) if value in values and number in held
        }

    def spelled(self, field, value):
        """The values that differ from this one in case, accents and spaces only."""
        if field not in self._spellings:
            found = defaultdict(list)
            for other, _ in self.columns([field])[field][2]:
                found[same(other)].append(other)
            self._spellings[field] = found
        return list(self.known(field, self._spellings[field].get(same(value), [])))

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
    name = str(connection.settings_dict["NAME"])
    with _lock:  # asked inside, so that no thread comes with an older answer after a newer index was made
        seen = Change.objects.order_by("-seq").values_list("seq", "at").first()
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
            base, ways = index.base or index, index.synonyms
            changed = index.changed | _pks(changes[1:])
            if any(kinds_by_name()[kind].ways for _, _, kind, _ in changes[1:] if kind in kinds_by_name()):
                ways = synonyms()
                changed |= index.known_by(ways.differences(index.synonyms))
            if len(changed) <= MOST_CHANGES:
                rows = Publication.objects.published().filter(pk__in=changed).order_by("pk")
                return Index(changes[-1][:2], list(rows.values_list(*ROWS)), base, changed, synonyms=ways)
    rows = Publication.objects.published().filter(kind__in=kinds_by_name()).order_by("pk")
    labels = {
        identifier: (pk, names)
        for pk, identifier, names in rows.of(
            *(kind.name for kind in kinds_by_name().values() if kind.names_others)
        ).values_list("pk", "identifier", "name_stems")
    }
    rows = rows.values_list(*ROWS).iterator(chunk_size=2000)
    return Index(seen, rows, labels=labels, synonyms=synonyms())


def _pks(changes):
    """The publications behind these changes, and the records that bear the labels of those that changed."""
    names, condition = defaultdict(set), Q(pk=None)
    for _, _, name, identifier in changes:
        kind = kinds_by_name().get(name)
        if kind is None:  # a newer release, running beside this process, knows it
            continue
        names[name].add(identifier)
        for other in kinds_by_name() if kind.names_others else ():
            if identifier.startswith(f"{other}-"):
                code = identifier.removeprefix(f"{other}-")
                names[other] |= {code, code.upper()}
    for name, identifiers in names.items():
        condition |= Q(kind=name, identifier__in=identifiers)
    return frozenset(Publication.objects.filter(condition).values_list("pk", flat=True))
