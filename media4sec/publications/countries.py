"""Which countries a question names, and which of them the portal holds law of.

Names in all languages of the portal come from Babel; adjectives, short names and laws that people ask for by their
names (Spanish, UK, LOPDGDD) are lists that editors keep, as synonyms are.
"""

import json
from functools import cache
from typing import Any

from babel import Locale
from django.conf import settings

from media4sec.kinds import kinds
from media4sec.publications.models import Publication
from media4sec.publications.words import keys_of

LONGEST_NAME = 5  # words of a name
NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "XK", "ZZ"}
OTHER_WORDS = {("island",), ("καμερ",)}  # Iceland in German, Cameroon in Greek: mostly an island and a camera


@cache
def names() -> dict[tuple[str, ...], str]:
    """{keys of a name's words: code} in all languages of the portal."""
    found: dict[tuple[str, ...], str] = {}
    for language, _ in settings.LANGUAGES:
        for code, name in Locale.parse(language, sep="-").territories.items():
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


def law() -> dict[str, list[Publication]]:
    """{code: publications} of all that tells the law of one country. One query."""
    fields = {kind.name: kind.search.law_of for kind in kinds() if kind.search.law_of}
    found: dict[str, list[Publication]] = {}
    rows = Publication.objects.published().of(*fields).order_by("kind", "sort_key", "pk")
    for row in rows.only("kind", "title", "url", "document"):
        value = json.loads(row.document).get(fields[row.kind]) or ""
        code = value if value in names().values() else names().get(keys_of(value))
        if code:
            found.setdefault(code, []).append(row)
    return found
