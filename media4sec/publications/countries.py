"""Which countries a question names, and which of them the portal holds law of.

Names in all languages of the portal come from Babel; adjectives, short names and laws that people ask for by their
names (Spanish, UK, LOPDGDD) are lists that editors keep, as synonyms are.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings

from media4sec.kinds import kinds
from media4sec.publications.models import PublicationQuerySet
from media4sec.publications.stated import of_each, since_change
from media4sec.publications.words import keys_of
from media4sec.saying import names_in

LONGEST_NAME = 5  # words of a name
NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "XK", "ZZ"}
OTHER_WORDS = {("island",), ("καμερ",)}  # Iceland in German, Cameroon in Greek: mostly an island and a camera


@dataclass(frozen=True, slots=True, order=True)
class Law:
    """A record that tells the law of one country; they sort by kind, and in the order of its list."""

    kind: str
    sort_key: str
    pk: int
    title: str
    url: str
    country: str


@cache
def names() -> dict[tuple[str, ...], str]:
    """{keys of a name's words: code} in all languages of the portal."""
    found: dict[tuple[str, ...], str] = {}
    for language, _ in settings.LANGUAGES:
        for code, name in names_in(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES:
                found.setdefault(keys_of(name), code)
    return {keys: code for keys, code in found.items() if keys not in OTHER_WORDS}


def asked(text: str, index: Any) -> list[str]:
    """The codes of the countries that a question names, in order."""
    keys, found, past = keys_of(text), [], 0
    for first in range(len(keys)):
        for length in range(min(LONGEST_NAME, len(keys) - first), 0, -1):
            run = keys[first : first + length]
            code = index.synonyms.countries.get(run) or names().get(run)
            if code and first >= past:
                found.append(code)
                past = first + length
                break
    return list(dict.fromkeys(found))


def law() -> dict[str, list[Law]]:
    """{code: records} of all that tells the law of one country. After a change of one, it alone is read again."""
    fields = law_fields()

    def read(rows: PublicationQuerySet) -> Iterator[tuple[int, Law]]:
        for row in rows.only("kind", "sort_key", "title", "url", "document").iterator(chunk_size=500):
            value = json.loads(row.document).get(fields[row.kind]) or ""
            code = value if value in codes else names().get(keys_of(value))
            if code:
                yield row.pk, Law(row.kind, row.sort_key, row.pk, row.title, row.url, code)

    def by_country() -> dict[str, list[Law]]:
        found: dict[str, list[Law]] = {}
        for record in sorted(of_each("law of countries", read, *fields).values()):
            found.setdefault(record.country, []).append(record)
        return found

    codes = frozenset(names().values())
    return since_change("law by country", by_country, *fields)


def law_fields() -> dict[str, str]:
    """{kind: the field with the country} of the kinds whose records tell law."""
    return {kind.name: kind.search.law_of for kind in kinds() if kind.search.law_of}
