"""The site's own font, for what the server draws or measures: which file has a letter, and how wide words are.

Nothing is read here but the font files.
"""

from functools import lru_cache
from itertools import groupby
from math import ceil
from unicodedata import category, normalize

from django.conf import settings
from PIL import ImageFont

FONTS = settings.BASE_DIR / "static" / "vendor" / "sofia-sans-5.3.0"
# Which file holds a character: the ranges of the style sheet's @font-face rules.
GREEK = ((0x370, 0x377), (0x37A, 0x37F), (0x384, 0x38A), (0x38C, 0x38C), (0x38E, 0x3A1), (0x3A3, 0x3FF))
LATIN = (
    *((0x0, 0xFF), (0x131, 0x131), (0x152, 0x153), (0x2BB, 0x2BC), (0x2C6, 0x2C6), (0x2DA, 0x2DA)),
    *((0x2DC, 0x2DC), (0x304, 0x304), (0x308, 0x308), (0x329, 0x329), (0x2000, 0x206F), (0x20AC, 0x20AC)),
    *((0x2122, 0x2122), (0x2191, 0x2191), (0x2193, 0x2193), (0x2212, 0x2212), (0x2215, 0x2215)),
    *((0xFEFF, 0xFEFF), (0xFFFD, 0xFFFD)),
)
LATIN_EXT = (
    *((0x100, 0x130), (0x132, 0x151), (0x154, 0x2BA), (0x2BD, 0x2C5), (0x2C7, 0x2CC), (0x2CE, 0x2D7)),
    *((0x2DD, 0x2FF), (0x1D00, 0x1DBF), (0x1E00, 0x1E9F), (0x1EF2, 0x1EFF), (0x2020, 0x2020)),
    *((0x20A0, 0x20AB), (0x20AD, 0x20C0), (0x2113, 0x2113), (0x2C60, 0x2C7F), (0xA720, 0xA7FF)),
)
RANGES = {"latin": LATIN, "latin-ext": LATIN_EXT, "greek": GREEK}
SUBSETS = {
    chr(code): subset
    for subset, ranges in RANGES.items()
    for first, last in ranges
    for code in range(first, last + 1)
}


def text_length(text, size, weight):
    return sum(font(subset, size, weight).getlength(run) for subset, run in glyph_runs(text))


def glyph_runs(text):
    """[(subset of the font, characters)], of what is drawable."""
    characters = [(SUBSETS[character], character) for character in drawable(text)]
    return [
        (subset, "".join(character for _, character in group))
        for subset, group in groupby(characters, key=lambda pair: pair[0])
    ]


def can_write(text):
    """Does the font have every letter and figure of a text, with or without its accents?"""
    letters = (sign for sign in normalize("NFC", text) if category(sign)[0] in "LMN")
    return all(sign in SUBSETS or normalize("NFKD", sign)[0] in SUBSETS for sign in letters)


def drawable(text):
    """The text in letters that the font has: of all others the base letter, or a replacement mark."""
    bases = (
        letter if letter in SUBSETS else normalize("NFKD", letter)[0] for letter in normalize("NFC", text)
    )
    return "".join(base if base in SUBSETS else "\N{REPLACEMENT CHARACTER}" for base in bases)


@lru_cache(maxsize=64)
def font(subset, size, weight):
    # Basic layout, as Raqm is not on every machine and both must give the same bytes.
    face = ImageFont.truetype(
        FONTS / f"sofia-sans-{subset}.woff2", size, layout_engine=ImageFont.Layout.BASIC
    )
    face.set_variation_by_axes([weight])
    return face


@lru_cache(maxsize=2048)
def _advance(letter, weight):
    """How far a letter leads at a size of 1; measured large, where a pixel is next to nothing."""
    return text_length(letter, 100, weight) / 100


def text_width(text, size, weight):
    """How wide words are in a browser, in whole units, rather more than less: the sum of their letters."""
    return ceil(size * sum(_advance(letter, weight) for letter in str(text)))
