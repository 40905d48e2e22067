"""What is recorded of the law of one country on what a page raises, and what else there is from that country.

Which records tell national law their kind says (``Role.NATIONAL_LAW``), and what of them concerns a page the function
that it names. A gap is told as a gap.
"""

from dataclasses import dataclass
from functools import cache

from django.utils.module_loading import import_string
from django.utils.translation import get_language, gettext

from media4sec.kinds import Role, kind_for, kinds, paths
from media4sec.letters import sort_key
from media4sec.publications.countries import names
from media4sec.publications.index import current
from media4sec.publications.stated import said_since_change
from media4sec.saying import country

COUNTRY_PARAMETER = "country"
FACET = "country"  # of the lists that tell where their records are from


@dataclass(frozen=True, slots=True)
class CountryLens:
    """What a page says of one country. ``recorded``: as the kind's ``concerning`` tells; None where no record does."""

    code: str
    name: str
    recorded: dict | None
    lists: list[dict]  # [{title, url}]: what else there is from the country


def country_asked(values):
    """(the code that the values of the parameter mean, or empty; what is wrong with them, or an empty text)."""
    given = [value for value in values if value]
    if not given:
        return "", ""
    if len(given) == 1 and given[0] in all_countries():
        return given[0], ""
    return "", gettext("Give one country by its two letters, such as ES.")


@cache
def all_countries():
    """The codes of all countries that have a name."""
    return frozenset(names().values())


def country_lens(code, records):
    """The lens of a country on records, ``{(kind, identifier)}``, such as the issues that a page raises."""
    concerning = import_string(kind_for(Role.NATIONAL_LAW).page.concerning)
    return CountryLens(code, country(code), concerning(code, records), lists_from(code))


def lists_from(code):
    """The lists of what is from a country, with their numbers."""
    index, found = current(), []
    for kind in kinds():
        if any(facet.name == FACET and facet.type == FACET for facet in kind.listed.facets):
            number = int((index.of_kinds([kind.name]) & index.having(FACET, [code])).sum())
            of_type = f"&type={kind.name}" if len(paths()[kind.path]) > 1 else ""
            if number:
                found.append(
                    {"title": kind.names.counted(number), "url": f"{kind.list_url}?{FACET}={code}{of_type}"}
                )
    return found


def countries_to_ask():
    """``[(code, name)]`` of the countries of which anything is recorded, by their names in the reader's language."""
    return said_since_change("countries to ask", _countries_to_ask)


def _countries_to_ask():
    index = current()
    codes = {value for value, _ in index.facet(FACET)[1]} & all_countries()
    codes |= import_string(kind_for(Role.NATIONAL_LAW).page.countries)()
    named = [(code, country(code)) for code in codes]
    return sorted(named, key=lambda pair: sort_key(pair[1], get_language()))
