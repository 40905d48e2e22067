"""One fold of letters, for search, addresses, order and comparison, in Latin, Greek and Cyrillic.

``folded`` takes capitals, accents and special letters away, ``slugged`` makes the part of an address,
``sort_key`` the place in a list as readers of a language expect it, ``same`` tells what looks alike.
"""

import html
import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

from anyascii import anyascii
from pyuca import Collator
from pyuca.trie import Trie

# Letters that Unicode does not take apart into a plain one and a mark.
PLAIN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
PLAIN_CAPITALS = str.maketrans({chr(small).upper(): plain.title() for small, plain in PLAIN_LETTERS.items()})
# Letters that come after their plain one in the alphabet of a language, instead of beside it.
OWN_LETTERS = {"sl": "čćđšž", "es": "ñ"}
AFTER_ALL_OTHERS = b"\xff\xff"  # a weight greater than that of any letter
SPACE, END = b"\0\1", b"\0\0"  # and two that are less
NOTHING = (b"", b"", b"")
OTHER_SIGNS = re.compile("[^\0-\u058f\u1e00-\u2bff]")  # in no Latin, Greek or Cyrillic text
SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")  # what can be written in plain letters without knowing the language
LOOKS_LIKE = str.maketrans(
    "авеёкмнорстухіјѕһԁԛԝѵαβεζηικμνορτυχ",  # as small or as capital letters
    "abeekmhopctyxijshdqwvabezhikmvoptyx",
)


@lru_cache(maxsize=10_000)
def folded(word: str) -> str:
    """Without capitals, accents and special letters: Žitnik → zitnik, Straße → strasse, ΙΣΤΌΣ → ιστοσ."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).translate(PLAIN_LETTERS)


def same(text: str) -> str:
    """What two tags or titles have in common if a reader would take one for the other: spaces and case apart."""
    return " ".join(folded(text).split())


def lookalike(text: str) -> str:
    """Like ``same``, and with the Greek and Cyrillic letters that look like Latin ones taken for these."""
    return same(text).translate(LOOKS_LIKE)


def slugged(text: str, most: int = 60) -> str:
    """The part of an address that a text becomes, of plain letters, digits and hyphens; may be empty.

    Łukasiewicz Institute → lukasiewicz-institute, Ελληνική Αστυνομία → elliniki-astynomia, R&D Ltd → r-d-ltd.
    Letters of scripts that cannot be spelled without knowing the language (警察庁) fall out.
    """
    plain = unicodedata.normalize("NFC", html.unescape(text)).casefold()
    spelled = "".join(_spelled(letter) for letter in plain)
    joined = re.sub(r"['’‘`´.](?=\w)", "", spelled)
    return re.sub(r"[^a-z0-9]+", "-", joined).strip("-")[:most].strip("-")


def _spelled(letter: str) -> str:
    if letter.isascii():
        return letter
    known = unicodedata.name(letter, "").startswith(SCRIPTS) or letter in "’‘´"
    return anyascii(letter).lower() if known else " "


class ShortTable(Trie):
    """The weights of what Latin, Greek and Cyrillic texts consist of: 11 MB less than those of all letters."""

    def add(self, key: list[int], value: Any) -> None:
        if not OTHER_SIGNS.search("".join(map(chr, key))):
            super().add(key, value)


class ShortCollator(Collator):
    def load(self, filename: str) -> None:
        self.table = ShortTable()
        super().load(filename)


@cache
def _collator(has_others: bool) -> Any:
    return Collator() if has_others else ShortCollator()


@lru_cache(maxsize=200_000)
def sort_key(text: str, language: str = "en") -> tuple[bytes, str]:
    """Where a text stands in a list, after the Unicode collation algorithm; equal on every database.

    Quotation marks and brackets do not count, numbers stand by their value (2 before 10), special letters
    beside their plain ones, and those of the language (Slovene č, Spanish ñ) after them.
    """
    letters = unicodedata.normalize("NFC", text)
    plain = re.sub(r"[^\w\s]|_", lambda sign: " " if sign[0] in "-‐‑–—/_" else "", letters)
    numbered = re.sub(r"\d+", lambda digits: digits[0].zfill(15), plain)
    own = OWN_LETTERS.get(language.partition("-")[0], "")
    first = SPACE.join(_first_weights(word, own) for word in numbered.split())
    _, accents, capitals = zip(NOTHING, *(_weights(word) for word in letters.split()), strict=True)
    return END.join((first, b"".join(accents), b"".join(capitals))), text


# Words come again and again: weighing each once makes a list of 100,000 titles a matter of a second.
@lru_cache(maxsize=50_000)
def _first_weights(word: str, own: str) -> bytes:
    """The first weights of the letters, which tell apart letters, and neither accents nor capitals."""
    found = b""
    for piece in re.split(f"([{own}{own.upper()}])", word) if own else [word]:
        if piece and piece.lower() in own:
            plain = unicodedata.normalize("NFD", piece)[0].translate(PLAIN_LETTERS)
            found += _weights(plain)[0] + AFTER_ALL_OTHERS
        else:
            found += _weights(piece.translate(PLAIN_LETTERS).translate(PLAIN_CAPITALS))[0]
    return found


@lru_cache(maxsize=50_000)
def _weights(word: str) -> tuple[bytes, ...]:
    """The weights of a word on the three levels of the algorithm: letters, accents, capitals."""
    signs = unicodedata.normalize("NFD", word)
    elements = _collator(OTHER_SIGNS.search(signs) is not None).collation_elements(signs)
    return tuple(
        b"".join(element[level].to_bytes(size) for element in elements if element[level])
        for level, size in enumerate((2, 2, 1))
    )
