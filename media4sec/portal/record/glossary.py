"""The glossary in place: the first use of a term in a record's texts leads to its definition."""

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache

from media4sec.kinds import Role, kind_for
from media4sec.publications.stated import of_each, since_change

WORD_START = re.compile(r"(?<![\w-])\w{2}")
SHORT_TERM = 3  # names that are no longer mean the term only as they are written: Tor, LED


@dataclass(frozen=True, slots=True)
class Entry:
    """A term as the glossary explains it."""

    identifier: str
    title: str
    definition: str
    url: str


class Prose(str):
    """A text that knows its ``pieces``: ``(text, entry or None)``; templates say it by ``record.prose()``."""

    __slots__ = ("pieces",)

    def __new__(cls, text, pieces):
        made = super().__new__(cls, text)
        made.pieces = pieces
        return made


class Glossary:
    """The terms of the glossary, for one page: each is marked once, where it is used first."""

    def __init__(self, publication):
        self.patterns = since_change("glossary", patterns_now, kind_for(Role.GLOSSARY).name)
        self.seen = {publication.identifier} if publication.kind == kind_for(Role.GLOSSARY).name else set()
        self.used = []

    def mark(self, text):
        """The text in pieces; a term that was marked before, or has this page for itself, stays plain."""
        pieces, end, past = [], 0, 0
        for start in WORD_START.finditer(text) if self.patterns else ():
            names = self.patterns.get(start[0].casefold())
            match = names and start.start() >= past and names.pattern.match(text, start.start())
            if not match:
                continue
            past = match.end()
            entry = names.entry_of(match)
            if entry.identifier not in self.seen:
                self.seen.add(entry.identifier)
                self.used.append(entry)
                pieces += [(text[end : match.start()], None), (match[0], entry)]
                end = match.end()
        return Prose(text, [*pieces, (text[end:], None)])

    def mark_all(self, texts):
        return [self.mark(text) for text in texts]


def patterns_now():
    """The names by their first letters, as few of them can be at any one place: ``{letters: names}``.

    After a change, the terms that changed are read again; which names begin alike is put in order once a text asks.
    """
    terms = of_each("terms of the glossary", terms_with_names, kind_for(Role.GLOSSARY).name)
    found = defaultdict(list)
    for entry, names in terms.values():
        for letters, name in names:
            found[letters].append((name, entry))
    return {letters: TermNames(names) for letters, names in found.items()}


def terms_with_names(rows):
    """``[(key, (entry, [(first letters, name)]))]``. One query."""
    for pk, *told, document in rows.values_list("pk", "identifier", "title", "summary", "url", "document"):
        entry = Entry(*told)
        names = (entry.title, *json.loads(document)["aliases"])
        begun = ((WORD_START.match(name), name) for name in names)
        yield pk, (entry, [(letters[0].casefold(), name) for letters, name in begun if letters])


class TermNames:
    """Names of terms that begin alike, and a pattern with a group for each: made when a text may have one of them."""

    def __init__(self, names):
        self.names = names  # with the entries that they mean

    @cached_property
    def entries(self):
        """``{name: entry}``, the longest first; what two terms are called means the first of them."""
        found = {}
        for name, entry in sorted(self.names, key=lambda pair: (-len(pair[0]), pair[0], pair[1].identifier)):
            found.setdefault(name, entry)
        return found

    @cached_property
    def pattern(self):
        return re.compile("(?:" + "|".join(f"({term_shape(name)})" for name in self.entries) + r")(?!\w)")

    def entry_of(self, match):
        return [*self.entries.values()][match.lastindex - 1]


@lru_cache(maxsize=10_000)
def term_shape(name):
    """A name in running text: with other spaces and hyphens, in the plural; capitals matter in abbreviations."""
    *first, last = re.split(r"[\s\-‐‑]+", name)
    stem = re.escape(last)
    if last.isupper() or len(name) <= SHORT_TERM:
        return "".join(rf"{re.escape(word)}[\s\-‐‑]" for word in first) + f"{stem}s?"
    if last.endswith("y") and last[-2:-1] not in "aeiou":
        stem = f"{re.escape(last[:-1])}(?:y|ies)"
    elif last.endswith(("s", "x", "ch", "sh")):
        stem += "(?:es)?"
    else:
        stem += "s?"
    if first and first[0].casefold() == "the":
        stem += r"(?!\s+\w)"  # “the good and the bad”, not “the good practice”
    return "(?i:" + "".join(rf"{re.escape(word)}[\s\-‐‑]" for word in first) + stem + ")"
