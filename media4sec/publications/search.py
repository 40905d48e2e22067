"""Search: from what a reader typed to records, best first. One engine, the same on every database.

A question is a list of words. Each is looked up in the vocabulary of what is published: as it is, in another
form or spelling, as the beginning of a word; where that finds next to nothing, inside compounds, taken apart, and
with letters mistaken. Every record gets, for each word, the best of these; the rest is adding up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np

from media4sec.publications.columns import ALSO, LEAD, MEANT, NAME, PAIR, TEXT, TITLE
from media4sec.publications.index import Index, current
from media4sec.publications.synonyms import as_one_word
from media4sec.publications.words import (
    NUMERALS,
    PIECE,
    STOP_WORDS,
    TOKEN,
    folded,
    is_number,
    loose_key_of,
    singular,
    strange_letters,
    tidied,
    word_key,
)

MAX_WORDS = 24
SHORT_NUMBER = 2  # figures; of an article, a workshop, hours
LONGEST_RUN = 4  # words that may be one: “netzwerk durchsetzungs gesetz”, “crowd control hq”
SHORT_WORD = 5  # letters; of so short a word, most that look like it are other words
LONG = 8
MOST_FORMS = 60  # words that one typed word may stand for
RARE = 3  # records; a word that finds fewer is tried in other ways too
MOST_WIDENED = 8  # such words in one question

# How much a find is worth, by where it stands and by how it was found.
WHERE = {TITLE: 1.0, NAME: 0.8, ALSO: 0.6, TEXT: 0.4, MEANT: 0.3, LEAD | TEXT: 0.6, LEAD | MEANT: 0.54}
EXACT, FORM, SPELLING, JOINED = 1.0, 0.95, 0.85, 0.95
BEGINNING, APART, INSIDE = 0.8, 0.75, 0.5
MISTAKEN = {1: 0.6, 2: 0.45}
# The same for a mask of places, the best one counting: in what a record is called, and in its text.
MASKS = range(2 * LEAD)


def worths_of(*places):
    """For each mask the worth of the best of these places that it has whole."""
    best = (max((WHERE[place] for place in places if mask & place == place), default=0) for mask in MASKS)
    return np.fromiter(best, np.float32)


CALLED, CALLED_ELSE = worths_of(TITLE, NAME), worths_of(ALSO)
TEXTED = worths_of(TEXT, MEANT, LEAD | TEXT, LEAD | MEANT)
TITLED = np.array([1 if mask & TITLE else 0.3 if mask & ALSO else 0 for mask in MASKS], np.float32)
PHRASE = 0.2  # two words of the question stand side by side in a title or name
SAME = {0: 4.0, TITLE: 2.0, NAME: 1.6}  # the whole question is the identifier, the title, another name
FEW_WHOLE = 5  # records with all the words; where there are no more, those with many of them are shown too
MANY_BY_WEIGHT = 0.4  # how much of them, by weight; where nobody has so much, those who have the most
FIRM = 0.4  # a word of that worth is what a record is about: called so, or said at once; others are mentions
HELD = 0.25  # the worth from which on a record has a word wholly; deep in a long text it is held in part
RECORDS, FRACTION = 22, 18  # bits for the place of a record among four million, and between two of them
LONG_QUESTION = 3  # words; of one with more, the word that says least may be missing


@dataclass
class Word:
    """A word of the question, and what it was taken for: ``forms`` maps words of the records to how they were found."""

    text: str
    typed: str
    unit: int  # words of one compound with a figure in it are one thing: T-553/23 is held whole or not at all
    is_exact: bool = False  # a number that is never left out: that of a law, not that of its article
    is_stop: bool = False
    is_required: bool = True
    forms: dict[str, str] = field(default_factory=dict)
    count: int = 0

    @property
    def corrected(self) -> list[str]:
        """The words that it was taken for as one with a mistake in it."""
        return [form for form, how in self.forms.items() if how == "mistaken"]

    @property
    def is_known(self) -> bool:
        """Does it stand somewhere as it was typed, or nearly so?"""
        return any(how != "mistaken" for how in self.forms.values())


@dataclass
class Found:
    """Publications that answer; ``whole`` of them hold all the words, the others most of them."""

    words: list[Word]
    chosen: np.ndarray  # a mask of them
    index: Index
    ranked: Callable[[], np.ndarray]
    whole: int = 0
    lacking: np.ndarray | tuple = ()  # for each word that counts, which slots do not have it

    @cached_property
    def slots(self) -> np.ndarray:
        """Best first; who only counts does not need that order, which takes as long as the rest of a search."""
        return self.ranked()

    def hits(self, is_ranked: bool) -> np.ndarray:
        return self.slots if is_ranked else np.flatnonzero(self.chosen)

    @property
    def pks(self) -> np.ndarray:
        return self.index.pks[self.slots]

    @property
    def ids(self) -> list[int]:
        return self.pks.tolist()

    def replaced(self, word: Word, text: str) -> str:
        """The question with another text, or none, in the place of one of its words."""
        units = {one.unit: text if one.unit == word.unit else one.typed for one in self.words}
        return " ".join(filter(None, units.values()))

    @property
    def units(self) -> list[Word]:
        """The words that count, of each compound that is one thing only the first."""
        return list({word.unit: word for word in reversed(self.words) if word.is_required}.values())[::-1]


def search(
    text: str, kind_names: Sequence[str] | None = None, index: Index | None = None, *, is_typing: bool = False
) -> Found:
    """What was found, best first, and what the words were taken for; of a text still typed, the last may go on.

    The same on both databases.
    """
    index = index or current()
    allowed = index.of_kinds(kind_names)
    if kind_names is None or len(set(kind_names)) > 1:
        allowed = allowed & ~index.is_way  # ways to ask, and no answers
    return Question(index, text, allowed, is_typing).answer()


def words_asked(text: str) -> list[Word]:
    """The words of a question, as it was typed."""
    found: list[Word] = []
    for token in TOKEN.findall(tidied(text))[:MAX_WORDS]:
        pieces = PIECE.findall(token)
        is_one = len(pieces) > 1 and is_number(token)
        for place, piece in enumerate(pieces):
            word = folded(piece)
            # A letter alone says nothing, but in I-009 it says which of the records with this number.
            is_required = is_one or is_number(word) if len(word) == 1 else word not in STOP_WORDS
            unit = found[-1].unit if is_one and place else len(found)
            is_exact = is_number(word) and (is_one or len(word) > SHORT_NUMBER)
            found.append(
                Word(word, token if is_one else piece, unit, is_exact, word in STOP_WORDS, is_required)
            )
    return found[:MAX_WORDS]


class Question:
    """One question to the index. Arrays have a value for each slot."""

    def __init__(self, index, text, allowed, is_typing=False):
        self.index, self.allowed = index, allowed
        self.is_narrow = 2 * np.count_nonzero(allowed) < index.count
        self.words = words_asked(text)
        if not any(word.is_required for word in self.words):
            for word in self.words:
                word.is_required = True
        self.values = [None] * len(self.words)
        self.titles = [None] * len(self.words)
        self.phrases = []
        self.required = [place for place, word in enumerate(self.words) if word.is_required]
        self.unfinished = len(self.words) - 1 if is_typing else None

    # Looking words up

    def look_up(self, place):
        word = self.words[place].text
        self.values[place] = np.zeros(self.index.count, np.float32)
        self.titles[place] = np.zeros(self.index.count, np.float32)
        forms = self.forms_of(word, place == self.unfinished)
        for form, worth, how in forms[:MOST_FORMS]:
            self.add(place, form, worth, how)
        if not self.words[place].is_stop:
            self.add(place, PAIR + word, EXACT, "joined")
            self.add(place, as_one_word(word), EXACT, "said")

    def forms_of(self, word, is_unfinished=False):
        """[(form, worth, how)]: the word, its other forms and spellings, and words that begin with it."""
        index = self.index
        if is_number(word):
            forms = [(word, EXACT, "exact")]
            forms += [(NUMERALS[word], SPELLING, "form")] if word in NUMERALS else []
            if len(word) > 3 or is_unfinished:
                forms += [(form, BEGINNING, "beginning") for form in index.gathered("beginning", word)]
            return forms
        found = {word: (EXACT, "exact")} if index.frequency(word) else {}
        for form in index.by_key(word_key(word)):
            found.setdefault(form, (FORM, "form"))
        if len(word) > 3:
            for form in index.by_loose_key(loose_key_of(word)):
                found.setdefault(form, (SPELLING, "form"))
        if word in NUMERALS:
            found.setdefault(NUMERALS[word], (SPELLING, "form"))
        if is_unfinished or (word not in STOP_WORDS and (len(word) > 3 or (len(word) > 1 and not found))):
            begun = [form for start in {word, singular(word)} for form in index.gathered("beginning", start)]
            begun.sort(key=lambda form: (len(form), form))
            for form in begun:
                found.setdefault(form, (BEGINNING * (0.6 + 0.4 * len(word) / len(form)), "beginning"))
        return [(form, *how) for form, how in found.items()]

    def add(self, place, form, worth, how):
        """Give the records that hold this form its worth for this word, unless they have a better one."""
        values, titles = self.values[place], self.titles[place]
        seen = False
        for slots, worths, called, in_title in self.worths(form):
            seen = True
            values[slots] = np.maximum(values[slots], worths * worth)
            titles[called] = np.maximum(titles[called], in_title)
        if seen:
            self.words[place].forms.setdefault(form, how)

    def worths(self, form):
        for slots, masks, times in self.index.postings(form):
            if self.is_narrow:  # of a list: what other kinds have costs no more than to be left out
                inside = self.allowed[slots]
                slots, masks, times = slots[inside], masks[inside], times[inside]
            times = times.astype(np.float32)
            worths = TEXTED[masks] * (0.5 + 0.5 * times / (times + self.index.text_weight[slots]))
            top, also = CALLED[masks], np.flatnonzero(masks & ALSO)
            else_called = CALLED_ELSE[masks[also]] * self.index.title_shares[slots[also]]
            top[also] = np.maximum(top[also], else_called)
            called = np.flatnonzero(masks & (TITLE | ALSO))  # few of them
            worths = np.maximum(top, worths) + np.minimum(worths, top) * 0.1
            yield slots, worths, slots[called], TITLED[masks[called]]

    def join(self):
        """Neighbours that are one word in the records, or that stand side by side in a title or name."""
        texts = [word.text for word in self.words]
        for first in range(len(texts)):
            for last in range(first + 1, min(first + LONGEST_RUN, len(texts))):
                places = [place for place in range(first, last + 1) if self.words[place].is_required]
                if not places:
                    continue
                whole = "".join(texts[first : last + 1])
                forms = [whole, *self.index.by_key(word_key(whole))]
                if last == first + 1:
                    forms.append(PAIR + whole)
                    self.phrases.append((places, PAIR + whole))
                for place in places:
                    for form in forms:
                        self.add(place, form, JOINED, "joined")
                    self.add(place, as_one_word(whole), EXACT, "said")

    def count(self, place):
        return int(np.count_nonzero(self.allowed & (self.values[place] > 0)))

    def widen(self, place):
        """Other ways for a word that finds next to nothing: inside a compound, taken apart, letters mistaken."""
        word = self.words[place].text
        if is_number(word):
            return
        before = self.count(place)
        if len(word) > 4:
            for form in self.index.gathered("holding", word)[:MOST_FORMS]:
                self.add(place, form, INSIDE, "inside")
        if len(word) > 5:
            self.take_apart(place)
        if before == 0:
            self.correct(place)

    def take_apart(self, place):
        """darkweb → dark web: both parts must be words that one record has, or the ends of its compounds."""
        word = self.words[place].text
        for cut in range(3, len(word) - 2):
            first, last = word[:cut], word[cut:]
            if first in STOP_WORDS or last in STOP_WORDS:
                continue
            parts = [self.of_part(first), self.of_part(last)]
            if not any(parts):
                continue
            if cut > 4:
                parts[0] += self.index.gathered("beginning", first)[:MOST_FORMS]
            if len(last) > 4:
                parts[1] += self.index.gathered("ending", last)[:MOST_FORMS]
            if not all(parts):
                continue
            halves = np.zeros((2, self.index.count), np.float32)
            for half, forms in zip(halves, parts, strict=True):
                for form in forms:
                    for slots, worths, *_ in self.worths(form):
                        half[slots] = np.maximum(half[slots], worths)
            together = halves.min(axis=0) * APART
            if together.any():
                self.values[place] = np.maximum(self.values[place], together)
                self.words[place].forms |= (
                    dict.fromkeys([*parts[0], *parts[1]], "apart") | self.words[place].forms
                )

    def of_part(self, part):
        return [
            form for form in self.index.by_key(word_key(part)) if form not in STOP_WORDS and len(form) > 2
        ]

    def correct(self, place):
        """Words of these records that differ in a letter or two; the nearest ones only, few or none for short words."""
        word = self.words[place].text
        distance = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
        near = self.index.near(word, distance) if distance else {}
        if (
            0 in near.values() or as_one_word(word) in self.index.synonyms.by_given
        ):  # a word, though not of these records
            return
        near = {form: off for form, off in near.items() if self.may_be_meant(form, word, off)}
        if not near:
            return
        least = min(near.values())
        best = sorted(
            (form for form, off in near.items() if off == least),
            key=lambda form: (form[0] != word[0], -self.index.frequency(form), form),
        )
        for form in best[:5]:
            self.add(place, form, MISTAKEN[least], "mistaken")
            for other in self.index.by_key(word_key(form)):
                self.add(place, other, MISTAKEN[least], "mistaken")

    def may_be_meant(self, form, word, off):
        """Is this what somebody meant who typed the word?

        Not if only a label has it, as “Done” is one of a state, or records that were not asked for. In a short word
        people swap letters or forget one; with a letter too many or another one, it is another word: drone, done. In
        a longer one they take a letter for another that sounds like it or lies beside it: not looting for looking.
        In the longest, a single one may be any. And unmanned is not meant for manned.
        """
        if form in STOP_WORDS or is_number(form) or (off > 1 and word.endswith(form)):
            return False
        if sorted(form) != sorted(word):
            if len(word) <= SHORT_WORD and len(form) <= len(word):
                return False
            if strange_letters(word, form) > (off == 1 and len(word) >= LONG):
                return False
        asked = self.allowed & ~self.index.is_label
        asked = asked if asked.any() else self.allowed
        return any(asked[slots].any() for slots, _, _ in self.index.postings(form))

    # Adding up

    def answer(self) -> Found:
        index = self.index
        if not self.required:
            return Found(self.words, np.zeros(index.count, bool), index, partial(np.zeros, 0, np.int64))
        for place in self.required:
            self.look_up(place)
        self.join()
        rare = [place for place in self.required if self.count(place) < RARE]
        for place in rare[:MOST_WIDENED]:
            self.widen(place)
        has = self.who_has_what()
        counts = np.array([np.count_nonzero(row) for row in has])
        for place, number in zip(self.required, counts.tolist(), strict=True):
            self.words[place].count = number
        # The rarer a word, the more it says; one that nobody has says nothing about who has the others.
        weights = np.log1p((np.count_nonzero(self.allowed) + 1) / (counts + 1))
        weights[counts == 0] = 0
        weights /= max(weights.sum(), 1e-9)
        slots = np.flatnonzero(has.any(axis=0))  # the others need no adding up
        held, share = has[:, slots], np.zeros(len(slots))
        whole = held[counts > 0].all(axis=0)
        for row, weight in zip(held, weights.tolist(), strict=True):
            share += row * weight
        chosen, shares = np.zeros(index.count, bool), np.zeros(index.count)
        chosen[slots] = self.choose(slots, held, whole, share, weights)
        shares[slots] = share
        same = {slot: worth for slot, worth in self.same(weights).items() if self.allowed[slot]}
        chosen[[slot for slot, worth in same.items() if worth >= min(SAME.values())]] = True
        ranked = partial(self.ranked, chosen, shares, weights, same)
        return Found(self.words, chosen, index, ranked, int(np.count_nonzero(whole & chosen[slots])), ~has)

    def ranked(self, chosen, share, weights, same):
        """The chosen slots, best first; ``same`` are those that the question names, and what that is worth."""
        slots = np.flatnonzero(chosen)
        scores = self.scores(slots, share[slots], weights)
        same = {slot: worth for slot, worth in same.items() if chosen[slot]}
        scores[np.searchsorted(slots, list(same))] += list(same.values())
        return slots[np.argsort(self.places(slots, scores))]

    def places(self, slots, scores):
        """A number for each slot, the best one's the least: by score, then kind, then in the kind's own order.

        Sorting by one whole number takes a sixth of the time that sorting by three numbers takes.
        """
        index, places = self.index, -np.rint(scores * 1000).astype(np.int64)
        for column, factor, bits in ((index.weights, 1, 7), (index.rank, 2**FRACTION, RECORDS + FRACTION)):
            places = (places << bits) + (column[slots] * factor).astype(np.int64)
        return places

    def who_has_what(self):
        """For each word that counts, a mask of those who have it."""
        has = np.array([self.values[place] > 0 for place in self.required]) & self.allowed
        units = np.array([self.words[place].unit for place in self.required])
        for unit in set(units[1:][units[1:] == units[:-1]].tolist()):
            has[units == unit] = has[units == unit].all(axis=0)
        return has

    def choose(self, slots, has, whole, share, weights):
        """Which of these slots have all words; where few do, or the words are more than three, which have many as well.

        Where few are about all the words, those that are about the telling ones come too: a long text that mentions
        the others somewhere is no reason to hide them.
        """
        exact = np.ones(len(slots), bool)
        for row, place in zip(has, self.required, strict=True):
            if self.words[place].is_exact:
                exact &= row
        chosen = whole & exact
        if np.count_nonzero(whole) <= FEW_WHOLE or len(self.required) > LONG_QUESTION:
            share = share * exact
            chosen = (share > 0) & (share >= min(MANY_BY_WEIGHT, share.max(initial=0)))
        if len(self.required) > 1:
            firm = np.array([self.values[place][slots] >= FIRM for place in self.required]) & has
            if np.count_nonzero(firm.all(axis=0) & exact) <= FEW_WHOLE:
                about = sum(row * weight for row, weight in zip(firm, weights.tolist(), strict=True))
                chosen |= exact & (about >= 1 / len(self.required))
        return chosen

    def scores(self, slots, share, weights):
        """How well the records of these slots answer: plain sums in one order, the same on every machine."""
        index = self.index
        scores, in_title, held = (np.zeros(len(slots)) for _ in range(3))
        for place, weight in zip(self.required, weights.tolist(), strict=True):
            values = self.values[place][slots]
            scores += weight * values
            held += weight * np.minimum(values / HELD, 1)
            in_title += self.titles[place][slots]
        lost = share - held  # by words that are only mentioned
        if len(self.required) > LONG_QUESTION:
            share = np.minimum(share + np.min(weights[weights > 0], initial=1), 1)
        share = share - np.maximum(lost, 0)
        scores *= share**2
        likeness = in_title / np.maximum(index.title_lengths[slots] + len(self.required) - in_title, 1)
        scores += 0.5 * likeness * share + 0.0007 * (100 - index.weights[slots])
        if self.phrases:
            bonus = np.zeros(index.count)
            weight_of = dict(zip(self.required, weights.tolist(), strict=True))
            for places, form in self.phrases:
                weight = PHRASE * sum(weight_of[place] for place in places)
                for found, worths, *_ in self.worths(form):
                    bonus[found] += weight * worths
            scores += bonus[slots]
        return scores * index.shares[slots]

    def same(self, weights):
        """{slot: bonus} of records whose identifier, title or name is the question, or a run of its words."""
        weights = dict(zip(self.required, weights.tolist(), strict=True))
        texts = [word.text for word in self.words]
        found = {}
        for first in range(len(texts)):
            for last in range(first, min(first + 12, len(texts))):
                share = sum(weights.get(place, 0) for place in range(first, last + 1))
                is_all = first == 0 and last == len(texts) - 1
                if not (share or is_all):
                    continue
                for slot, what in self.index.exact("".join(texts[first : last + 1])):
                    worth = SAME[what] * (1 if is_all else 0.5 * min(share, 1) ** 2)
                    found[slot] = max(found.get(slot, 0), worth)
        return found
