"""How text becomes words, for records and for questions alike: the one analysis behind search on every database.

A text is kept as *tokens* between spaces: words without accents and capitals, and compounds with their joints
(``dark-web``). What a token can be found by is worked out when the index is made: its pieces, all of it in one
word (``darkweb``), and for each word a *key* that inflections and spellings have in common.
"""

import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Any

import Stemmer

from media4sec.letters import folded

APOSTROPHES = "'’‘‛`´ʼ′＇"
DASHES = "-‐‑‒–—―−﹘﹣－"
JOINT = rf"[{re.escape(APOSTROPHES)}{re.escape(DASHES)}.@/&+_·]|(?<=\d),(?=\d{{3}})"
TOKEN = re.compile(rf"[^\W_]+(?:(?:{JOINT})[^\W_]+)*")
PIECE = re.compile(r"[^\W_]+")

LINKED = "~ "  # marks the name of another record, such as a maker: found by its words, but not the same as it

ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
NUMERALS = ROMAN | {arabic: roman for roman, arabic in ROMAN.items()}

# Words that a question is held together by. They count only where a text has nothing else to offer.
_HELD_TOGETHER = """
a about after again all also am an and any are as at be because been before being between both but by can could did do
does doing during each either etc ever few for from further had has have having he her here him his how i if in into is
it its itself just let still like may me might more most much must my need no nor not of off on once only onto or other
our out over own per please same shall she should so some such than that the their them then there these they this
those through to too under until up upon us very via was we were what when where whether which while who whom whose why
will with within without would yes yet you your mean means meaning called define definition difference tell show find
give looking
"""
STOP_WORDS = frozenset(_HELD_TOGETHER.split())

# Plurals that no rule makes, but for those that mean two things (leaves, bases, axes) or are words by now (data).
_IRREGULAR = """
children child, feet foot, teeth tooth, geese goose, mice mouse, lice louse, oxen ox, people person, pence penny,
thieves thief, lives life, knives knife, wives wife, halves half, wolves wolf, shelves shelf, selves self, loaves loaf,
scarves scarf, calves calf, hooves hoof, crises crisis, analyses analysis, paralyses paralysis, catalyses catalysis,
theses thesis, hypotheses hypothesis, antitheses antithesis, syntheses synthesis, parentheses parenthesis,
emphases emphasis, diagnoses diagnosis, prognoses prognosis, neuroses neurosis, psychoses psychosis, oases oasis,
ellipses ellipsis, synopses synopsis, metamorphoses metamorphosis, indices index, matrices matrix,
appendices appendix, vertices vertex, vortices vortex, codices codex, criteria criterion, phenomena phenomenon,
automata automaton, memoranda memorandum, addenda addendum, errata erratum, bacteria bacterium, strata stratum,
curricula curriculum, referenda referendum, symposia symposium, millennia millennium, quanta quantum, spectra spectrum,
fora forum, stadia stadium, consortia consortium, corpora corpus, genera genus, foci focus, loci locus, nuclei nucleus,
stimuli stimulus, alumni alumnus, syllabi syllabus, radii radius, termini terminus, bacilli bacillus, fungi fungus,
formulae formula, antennae antenna, larvae larva, bureaux bureau, plateaux plateau, tableaux tableau
"""
IRREGULAR = dict(pair.split() for pair in _IRREGULAR.split(","))
OF_MEN = re.compile(
    r"(?<!^speci)(?<!^regi)(?<!^abdo)(?<!^acu)(?<!^bitu)(?<!^cycla)(?<!^dol)(?<!^hy)(?<!^lu)(?<!^sta)(?<!^se)"
    r"(?<!^o)(?<!^a)(?<!^ye)(?<!^ra)men$"
)

# Spellings of one word in Britain and America, as a way of writing that both have in common.
SPELLINGS = (
    (re.compile(r"(?<=[a-z]{2})([iy])z(?=e|i|a)"), r"\1s"),
    (re.compile(r"(?<=[a-z]{2})our(?=$|s$|ed|ing|al|hood|able|ful|ist|ite|less|er)"), "or"),
    (re.compile(r"(?<=[a-z][btd])re(?=s?$)"), "er"),
    (re.compile(r"(?<=[a-z]{3})ogue(?=s?$)"), "og"),
    (re.compile(r"(?<=[a-z]{2})ense(?=s?$|d$)"), "ence"),
    (re.compile(r"(?<=[a-z][aeiou])ll(?=ed|ing|er|or)"), "l"),
    (re.compile(r"(?<=[a-z]{3})mme(?=s?$)"), "m"),
    (re.compile(r"(?<=[a-z]{3}dg)ement"), "ment"),
    (re.compile(r"(?<=[a-z]lys)is$"), "e"),  # analysis and analyse, with or without a z
)
SOUND_ALIKE = ("aeiouy", "cgkqsxz", "ct", "fvw", "dt", "bp", "gj", "mn", "lr")
KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
CONFUSED = (*SOUND_ALIKE, *("".join(pair) for row in KEYBOARD for pair in pairwise(row)))
WRITTEN_OUT = re.compile(r"(?<=[^\W\d_])([aou])e")

_english = Stemmer.Stemmer("english")
_greek = Stemmer.Stemmer("greek")
_one_at_a_time = threading.Lock()  # a stemmer must not be called by two threads at once


def tidied(text: str) -> str:
    """Composed letters, no ligatures, nothing invisible."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(
        letter
        for letter in plain
        if unicodedata.category(letter) not in ("Cf", "Cc", "Cs") or letter.isspace()
    )


def tokens(text: str) -> list[str]:
    """The tokens of a text in order; compounds keep their joints, each written as a hyphen."""
    return [
        folded(token) if token.isalnum() else "-".join(map(folded, PIECE.findall(token)))
        for token in TOKEN.findall(tidied(text))
    ]


def analysed(text: str) -> str:
    """What a publication keeps of a text for search."""
    return " ".join(tokens(text))


def analysed_names(names: Iterable[tuple[str, bool]]) -> str:
    """What a publication keeps of its other names, one a line; those of other records are marked."""
    lines = dict.fromkeys((LINKED if is_other else "") + analysed(name) for name, is_other in names)
    return "\n".join(lines)


def squeezed(text: str) -> str:
    """A text in one word, for comparing titles and identifiers however they are joined: ``D 2.3`` → ``d23``."""
    return "".join(tokens(text)).replace("-", "")


def singular(word: str) -> str:
    """The word itself, unless it is a plural that no rule makes: crises → crisis, policemen → policeman."""
    return IRREGULAR.get(word) or OF_MEN.sub("man", word)


@lru_cache(maxsize=10_000)
def word_key(word: str) -> str:
    """What inflections and spellings of a word have in common: organizing → organis, neighbourhoods → neighborhood."""
    is_greek = word[0] > "\u036f"  # beyond Latin letters and their marks
    word = singular(word)
    for pattern, common in () if is_greek else SPELLINGS:
        word = pattern.sub(common, word)
    with _one_at_a_time:
        return (_greek if is_greek else _english).stemWord(word)


def keys_of(text: str) -> tuple[str, ...]:
    """The keys of all words of a text in order, those of compounds one by one."""
    return tuple(word_key(piece) for token in tokens(text) for piece in token.split("-"))


@lru_cache(maxsize=10_000)
def loose_key_of(word: str) -> str:
    """The key that also leaves open whether ä, ö and ü are written out: Pruem and Prüm, Zuerich and Zurich."""
    return WRITTEN_OUT.sub(r"\1", word_key(word))


def analyse(text: str) -> Any:
    """The keys of a text's words in order; a compound counts as its pieces and as one word (dark, web, darkweb)."""
    found = []
    for token in tokens(text):
        pieces = token.split("-")
        found += [word_key(piece) for piece in pieces]
        if len(pieces) > 1:
            found.append(word_key("".join(pieces)))
    return found


def strange_letters(word: str, other: str) -> int:
    """How many letters stand in the place of others that neither sound like them nor lie beside them."""
    gone = (Counter(word) - Counter(other)).elements()
    new = list((Counter(other) - Counter(word)).elements())
    strange = 0
    for letter in gone:
        alike = [twin for twin in new if any({letter, twin} <= set(letters) for letters in CONFUSED)]
        strange += bool(new) and not alike
        if new:
            new.remove((alike or new)[0])
    return strange


def is_number(word: str) -> bool:
    """Words with a figure in them are never taken for others that look like them."""
    return any(letter.isdigit() for letter in word)
