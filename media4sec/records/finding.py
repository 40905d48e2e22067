"""Finding records in the back-office: by the words that readers find them by, over working copies, drafts included.

What a record can be found by is worked out when it is saved, with the analysis of the public search, and kept in
words between spaces; a question is a few conditions on that, the same on every database.
"""

import re
from functools import reduce
from itertools import pairwise
from math import log
from operator import add, and_, or_
from types import MappingProxyType

from django.db.models import Case, Count, F, IntegerField, Max, Q, Value, When
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA
from rapidfuzz.utils import default_process

from media4sec.kinds import kinds, kinds_by_name
from media4sec.letters import lookalike
from media4sec.publications.words import STOP_WORDS, is_number, tokens, word_key
from media4sec.records.bulk import Batch, conditions, portions
from media4sec.records.documents.reading import READ_AT_ONCE, working_documents
from media4sec.records.models import Record, Words
from media4sec.records.projection import PublicRef, named_in, present

NAMES, TEXTS, PUBLIC = ("words__names",), ("words__texts",), ("words__public",)
MOST_WORDS = 24
MANY_PER_CENT = 40  # per cent of the words, by weight, where nobody has all of them
MOST_LIKE_IT = 5  # words that one with a mistake in it is taken for, or titles
NEARLY = 88  # of 100, where two titles have every letter in common


# What is kept


def remember(documents):
    """Keep what the records of these documents can be found by: ``{pk: (kind's name, document)}``."""
    keep_words(words_of(documents))


def words_of(documents, new=MappingProxyType({})):
    """What the records of these documents can be found by; nothing is written. ``new`` are titles not kept yet."""
    named = {name for kind_name, document in documents.values() for name in named_in(kind_name, document)}
    titles = _titles(named - new.keys())
    titles |= {name: PublicRef(*name, new[name], "") for name in named & new.keys()}
    return {pk: record_words(kind_name, document, titles) for pk, (kind_name, document) in documents.items()}


def keep_words(words):
    """Keep what records can be found by: ``{pk: their words}``."""
    rows = [Words(record_id=pk, **found) for pk, found in words.items()]
    Words.objects.bulk_create(
        rows,
        batch_size=READ_AT_ONCE,
        update_conflicts=True,
        unique_fields=["record"],
        update_fields=["names", "texts"],
    )


def remember_public(names):
    """Keep what records can be found by for everybody: ``{pk: the words of the names that the public knows}``."""
    known = Words.objects.filter(pk__in=names).values_list("pk", "public")
    batch = Batch()
    batch.change_rows(
        (Words(pk=pk, public=names[pk]) for pk, public in known if public != names[pk]), {"public"}
    )
    batch.write()


def remember_all(pks=None):
    """Work it out anew for these records, or for all, from their working copies."""
    pks = Record.objects.values_list("pk", flat=True) if pks is None else pks
    for some in portions(sorted(pks), READ_AT_ONCE):
        records = list(Record.objects.filter(pk__in=some).only("pk", "kind_name"))
        documents = working_documents(records)
        remember({record.pk: (record.kind_name, documents[record.pk]) for record in records})


def _titles(names):
    """The records that are named, published or not, with their titles: ``{(kind, identifier): PublicRef}``."""
    found = {}
    for are_named in conditions(names, "kind_name"):
        rows = Record.objects.filter(are_named).values_list(
            "kind_name", "identifier", "public_title", "title"
        )
        # The public title where there is one: whoever may not see a new one must not find others by it.
        for *name, public, title in rows:
            found[tuple(name)] = PublicRef(*name, public or title, "")
    return found


def record_words(kind_name, document, titles):
    """What a record is found by, as the public search has it: its title and names, and its texts."""
    presented = present(kinds_by_name()[kind_name], document, titles)
    names = [presented.search_title, *(name for name, _ in presented.search_names)]
    return {"names": findable(*names, joins=True), "texts": findable(presented.search_text)}


def findable(*texts, joins=False):
    """The words of texts, each in its own form and in the one that inflections have in common, between spaces."""
    found = {}
    for text in texts:
        words = tokens(text)
        for token in words:
            pieces = token.split("-")
            found |= dict.fromkeys([*pieces, "".join(pieces), *map(word_key, pieces)])
        if joins:
            plain = [token.replace("-", "") for token in words]
            found |= dict.fromkeys(map("".join, pairwise(plain)))
    return f" {' '.join(found)} "


# What is asked


class Wanted:
    """A text that is looked for: worked out once among all that may be found, and asked of any part of it.

    ``own`` is the condition for those that are found by all they say, without it all are; others are found by the
    names that the public knows.
    """

    def __init__(self, records, text, own=None):
        self.text, self.words, self.weights, self.own = text, _asked(text), None, own
        if self.words and not records.filter(*map(self.has, self.words)).exists():
            self.weigh(records)

    def has(self, forms, fields=(*NAMES, *TEXTS)):
        """The condition that a record has one of these forms of a word."""
        if self.own is None:
            return _has(forms, fields)
        return self.own & _has(forms, fields) | _has(forms, PUBLIC)

    def titled(self, **condition):
        return Q(**condition) if self.own is None else self.own & Q(**condition)

    def names(self, records):
        """The words of names, as far as they may be known."""
        rows = records.order_by()
        if self.own is None:
            return rows.values_list(*NAMES, flat=True)
        return (
            rows.filter(self.own).values_list(*NAMES, flat=True).union(rows.values_list(*PUBLIC, flat=True))
        )

    def weigh(self, records):
        """Where nobody has all the words: those that somebody has or may have meant, the rarer the weightier."""
        counts = self.counts(records)
        words = [
            forms if number else _like(self.names(records), forms)
            for forms, number in zip(self.words, counts, strict=True)
        ]
        self.words = [forms for forms in words if forms]
        counts, total = self.counts(records), records.count()
        self.weights = [max(1, round(100 * log((total + 1) / (number + 1)))) for number in counts]
        if self.words:
            most = records.order_by().annotate(share=self.share).aggregate(most=Max("share"))["most"]
            self.least = max(1, min(most or 0, MANY_PER_CENT * sum(self.weights) // 100))

    def counts(self, records):
        """How many records have each word."""
        words = enumerate(self.words)
        counts = {f"word_{place}": Count("pk", filter=self.has(forms)) for place, forms in words}
        return list(records.order_by().aggregate(**counts).values())

    @property
    def share(self):
        """How much of the words, by weight, a record has."""
        return reduce(
            add,
            (
                _one_if(self.has(forms)) * weight
                for forms, weight in zip(self.words, self.weights, strict=True)
            ),
        )

    def among(self, queryset, *, is_ordered=False):
        """Those of the records that readers would find by this text; the nearest first, unless they have an order."""
        if not self.words:
            return queryset.none() if self.weights is not None else queryset
        nearest = [
            _one_if(Q(identifier__iexact=self.text.strip()) | self.titled(title_key=lookalike(self.text)))
        ]
        if self.weights is None:
            queryset = queryset.filter(*map(self.has, self.words))
        else:
            queryset = queryset.annotate(share=self.share).filter(share__gte=self.least)
            nearest.append(F("share"))
        if is_ordered:
            return queryset
        in_title = (self.titled(title_key__contains=lookalike(forms[0][0])) for forms in self.words)
        in_names = (self.has(forms, NAMES) for forms in self.words)
        nearest += [_one_if(reduce(and_, in_title)), _one_if(reduce(and_, in_names))]
        weights = (When(kind_name=kind.name, then=Value(kind.weight)) for kind in kinds())
        lightest = Case(*weights, default=Value(100), output_field=IntegerField())
        return queryset.order_by(*(one.desc() for one in nearest), lightest, *queryset.query.order_by)


def _asked(text):
    """The words of a question, each with all forms that it may have in a record: ``[[(form, is it begun?)]]``."""
    typed = tokens(text)[:MOST_WORDS]
    words = []
    for token in typed:
        pieces = token.split("-")
        if len(pieces) > 1 and is_number(token):
            words.append("".join(pieces))  # T-001 is one thing
        else:
            words += [piece for piece in pieces if len(piece) > 1 or is_number(piece)]
    words = list(dict.fromkeys(word for word in words if word not in STOP_WORDS)) or words
    words = words or [token.replace("-", "") for token in typed]
    asked = []
    for place, word in enumerate(words):
        forms = [(word, True), (word_key(word), False)]
        forms += [(f"{word}{after}", True) for after in words[place + 1 : place + 2]]
        forms += [(f"{before}{word}", True) for before in words[max(place - 1, 0) : place]]
        asked.append(forms)
    return asked


def _has(forms, fields=(*NAMES, *TEXTS)):
    return reduce(
        or_,
        (
            Q(**{f"{field}__contains": f" {form}" if is_begun else f" {form} "})
            for form, is_begun in forms
            for field in fields
        ),
    )


def _one_if(condition):
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def nearly_called(title_key, known):
    """Of these records, ``{key: title_key}``, those whose title is nearly this one, whatever the order of its words;
    the nearest first. One with another number in it is another one.
    """
    numbers = sorted(re.findall(r"\d+", title_key))
    same_numbers = {pk: key for pk, key in known.items() if sorted(re.findall(r"\d+", key)) == numbers}
    how = {"scorer": fuzz.token_sort_ratio, "processor": default_process, "score_cutoff": NEARLY}
    near = process.extract(title_key, same_numbers, limit=MOST_LIKE_IT, **how)
    return [pk for _, _, pk in near]


def _like(names, forms):
    """Of the words of names, those that a word nobody has may be, with a letter or two mistaken."""
    word = forms[0][0]
    distance = 0 if len(word) < 4 or is_number(word) else 1 if len(word) < 8 else 2
    if not distance:
        return []
    vocabulary = {one for text in names if text for one in text.split() if not is_number(one)}
    near = process.extract(word, vocabulary, scorer=OSA.distance, score_cutoff=distance, limit=None)
    least = min((off for _, off, _ in near), default=0)
    best = sorted(
        (form for form, off, _ in near if off == least), key=lambda form: (form[0] != word[0], form)
    )
    return [(form, False) for form in best[:MOST_LIKE_IT]]
