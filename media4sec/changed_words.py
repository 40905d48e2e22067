"""Which words went and which came between two texts; both sides compare versions, and neither knows the other."""

import re
from difflib import SequenceMatcher

LONGEST_COMPARED = (
    2000  # words; beyond, a text counts as changed altogether, as comparing takes the square of its length
)


def compare(before, after):
    """Both texts in pieces, each ``(changed?, text)``: first the lines that differ, then the words within them."""
    sides = [], []
    for old, new in _blocks(_lines(before), _lines(after)):
        if old == new:
            for side in sides:
                side.append((False, "".join(old)))
        else:
            for side, pieces in zip(sides, _compare_words("".join(old), "".join(new)), strict=True):
                side.extend(pieces)
    for side in sides:
        if side:
            changed, text = side.pop()
            side.append((changed, text.removesuffix("\n")))
    return tuple(map(tuple, sides))


def _lines(text):
    """The lines with their ends, the last one too, so that it equals itself when another follows."""
    return [f"{line}\n" for line in text.splitlines()]


def _compare_words(before, after):
    old, new = (re.findall(r"\s*\S+\s*", text) for text in (before, after))
    pairs = _blocks(old, new) if max(len(old), len(new)) <= LONGEST_COMPARED else [(old, new)]
    sides = [], []
    for pair in pairs:
        for side, words in zip(sides, pair, strict=True):
            if words:
                side.append((pair[0] != pair[1], "".join(words)))
    return sides


def _blocks(old, new):
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [(old[i1:i2], new[j1:j2]) for _, i1, i2, j1, j2 in matcher.get_opcodes()]
