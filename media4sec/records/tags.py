"""What may be a tag, and how editors write several of them: with commas between."""

import re

from django.core.exceptions import ValidationError

from media4sec.letters import same
from media4sec.texts import cleaned

PAIR_OF_QUOTES = re.compile(r'^"([^"]*)"$')
LONGEST_TAG = 100  # characters
MOST_TAGS = 50  # on one record


def from_text(text):
    """The tags that an editor typed, each once; raises ``ValidationError``."""
    pieces = (PAIR_OF_QUOTES.sub(r"\1", piece.strip()) for piece in text.split(","))
    return sorted(checked(piece for piece in pieces if piece))


def as_text(tags):
    return ", ".join(sorted(tag.name for tag in tags))


def checked(names):
    """The names as they are kept, of those that look alike the first; raises ``ValidationError``."""
    found = {}
    for name in names:
        name = checked_name(name)
        found.setdefault(tag_key(name), name)
    if len(found) > MOST_TAGS:
        raise ValidationError(f"A record has at most {MOST_TAGS} tags; these are {len(found)}.")
    return list(found.values())


def checked_name(name):
    """The name of a tag as it is kept; raises ``ValidationError``."""
    name = " ".join(cleaned(name).split())
    shown = f"{name[:40]}…" if len(name) > 40 else name
    if len(name) > LONGEST_TAG:
        raise ValidationError(f"A tag has at most {LONGEST_TAG} characters; “{shown}” has {len(name)}.")
    if "," in name or '"' in name:
        raise ValidationError(f"“{shown}” cannot be a tag: commas and quotation marks stand between tags.")
    if not tag_key(name):
        raise ValidationError("A tag needs a letter or a figure.")
    return name


def tag_key(name):
    """What tags that look alike have in common."""
    return same(name)[: 2 * LONGEST_TAG]
