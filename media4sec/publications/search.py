"""Search over publications: words are analysed once, here, so that SQLite and PostgreSQL find the same."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer
from django.db import connection

from media4sec.kinds import kinds_by_name
from media4sec.publications.models import Publication

MAX_WORDS = 12
WORD = re.compile(r"[^\W_]+(?:[-‐‑'’.@/][^\W_]+)*")
PIECE = re.compile(r"[^\W_]+")
_english = snowballstemmer.stemmer("english")


@lru_cache(maxsize=50_000)
def stem(word):
    """Case folded, then stemmed, then without accents: always in this order."""
    stemmed = _english.stemWord(word.casefold())
    parts = unicodedata.normalize("NFKD", stemmed)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def analyse(text):
    """The stems of a text in order; a compound counts as its pieces and as one word (dark, web, darkweb)."""
    stems = []
    for word in WORD.findall(unicodedata.normalize("NFKC", text)):
        pieces = PIECE.findall(word)
        stems += [stem(piece) for piece in pieces]
        if len(pieces) > 1:
            stems.append(stem("".join(pieces)))
    return stems


def query_stems(text):
    """What a reader typed, as stems to be found together; the last may be the beginning of a word."""
    words = PIECE.findall(unicodedata.normalize("NFKC", text))[:MAX_WORDS]
    return list(dict.fromkeys(stem(word) for word in words))


def find(text, kind_names=None):
    """Ids of published records that hold all the words, best first: ``[pk, …]``, the same on both databases."""
    wanted = query_stems(text)
    if not wanted:
        return []
    matches = _sqlite(wanted) if connection.vendor == "sqlite" else _postgresql(wanted)
    found = Publication.objects.published().filter(pk__in=matches)
    if kind_names is not None:
        found = found.of(*kind_names)
    asked = " ".join(wanted)
    rows = found.values_list("pk", "identifier", "title_stems", "sort_key", "kind")

    def rank(row):
        pk, identifier, title_stems, sort_key, kind = row
        title = title_stems.split()
        in_title = sum(any(word.startswith(part) for word in title) for part in wanted)
        exact = sum(part in title for part in wanted)
        return (
            identifier.casefold() != text.strip().casefold(),
            " ".join(title) != asked,
            -in_title,
            -exact,
            len(title) if in_title else 0,
            kinds_by_name()[kind].weight,
            sort_key,
            pk,
        )

    return [row[0] for row in sorted(rows, key=rank)]


def _sqlite(stems):
    match = " ".join([f'"{part}"' for part in stems[:-1]] + [f'"{stems[-1]}"*'])
    with connection.cursor() as cursor:
        cursor.execute("SELECT rowid FROM publications_search WHERE publications_search MATCH %s", [match])
        return [row[0] for row in cursor.fetchall()]


def _postgresql(stems):
    query = " & ".join([f"'{part}'" for part in stems[:-1]] + [f"'{stems[-1]}':*"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM publications_publication WHERE search @@ to_tsquery('simple', %s)", [query]
        )
        return [row[0] for row in cursor.fetchall()]
