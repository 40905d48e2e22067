"""What differs between two documents of a record: field by field, with the words that went and the words that came."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from media4sec.kinds import Kind
from media4sec.records.presentation import label_of, words_for

LONGEST = (
    2000  # words; beyond, a text counts as changed altogether, as comparing takes the square of its length
)


@dataclass(frozen=True)
class Difference:
    """One field in two versions; each side as (changed?, text) in a row."""

    name: str
    label: str
    before: tuple[tuple[bool, str], ...]
    after: tuple[tuple[bool, str], ...]


def differences(kind: Kind, before, after):
    """The fields in which two documents differ, in the order of the document."""
    return [
        Difference(name, label_of(kind, name), *compare(in_words(kind, name, old), in_words(kind, name, new)))
        for name in dict.fromkeys([*after, *before])
        if (old := before.get(name)) != (new := after.get(name))
    ]


def fields_in_words(kind: Kind, document):
    """(label, text) of every field that says something."""
    texts = ((label_of(kind, name), in_words(kind, name, value)) for name, value in document.items())
    return [(label, text) for label, text in texts if text]


def in_words(kind: Kind, path, value):
    """A value of a document as people read it: an item a line, a row of several fields as one item."""
    if value is None or value == "":
        return ""
    if isinstance(value, list):
        return "\n".join(in_words(kind, path, item) for item in value)
    if isinstance(value, dict):
        named = ((name, in_words(kind, f"{path}.{name}", inner)) for name, inner in value.items())
        return "; ".join(f"{name.replace('_', ' ')}: {text}" for name, text in named if text)
    if path.startswith("sources.") or str(value).startswith(("http://", "https://")):
        return str(value)  # an address in full, where readers of pages see the host only
    return words_for(kind, path, value)[1]


def compare(before, after):
    """Both texts in pieces: first the lines that differ, then the words within them."""
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
    pairs = _blocks(old, new) if max(len(old), len(new)) <= LONGEST else [(old, new)]
    sides = [], []
    for pair in pairs:
        for side, words in zip(sides, pair, strict=True):
            if words:
                side.append((pair[0] != pair[1], "".join(words)))
    return sides


def _blocks(old, new):
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [(old[i1:i2], new[j1:j2]) for _, i1, i2, j1, j2 in matcher.get_opcodes()]
