"""How values that are no words are said: days, numbers, countries, languages, figures; in the language that is spoken.

The one place that does so, for what is stored (in English) and for pages alike; English is one of the languages.
What a value is, its field says (``records.fields``, ``Facet.type``), and stored values bear it as their ``type``.
"""

import re
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from babel import Locale, localedata
from django.conf import settings
from django.utils import formats
from django.utils.dateparse import parse_date
from django.utils.translation import get_language, gettext

from media4sec.languages import in_english
from media4sec.qualifier import as_stated

PER_CENT = "percent"  # how editors write the unit


def say(type: str, value: str) -> str:
    """A value of one of the types below in words."""
    return SAYING[type](value)


def day(date: object) -> str:
    """A date, or one as documents have it: to the day, the month or the year."""
    text = str(date)
    year, _, rest = text.partition("-")
    if not rest:
        return year
    value = parse_date(text if "-" in rest else f"{text}-01")
    long = "j F Y" if in_english() else "DATE_FORMAT"  # Django's English format cuts off the month
    return formats.date_format(value, long if "-" in rest else "YEAR_MONTH_FORMAT")


def day_or_unknown(text: str) -> str:
    return day(text) if text else gettext("date not stated")


def number(text: str) -> str:
    value = Decimal(text)
    return formats.number_format(value, 0 if value == int(value) else 2, force_grouping=True)


def country(code: str) -> str:
    """A country by its code or its English name; what is neither stays as it is."""
    code = country_codes().get(code, code)
    return names_in(get_language()).territories.get(code, code)


def is_country(code: str) -> bool:
    return code in country_codes() or re.fullmatch("[A-Z]{2}", code) is not None


def language(code: str) -> str:
    return names_in(get_language()).languages.get(code, code)


class NamesIn(NamedTuple):
    territories: dict[str, str]
    languages: dict[str, str]


@cache
def names_in(code: str) -> NamesIn:
    """The names of countries and languages, as CLDR has them; what else it knows of a language takes 1 MB and more."""
    locale = Locale("en", "GB") if code == settings.LANGUAGE_CODE else Locale(code.partition("-")[0])
    found = NamesIn(dict(locale.territories), dict(locale.languages))
    localedata.clear_caches()
    return found


@cache
def country_codes() -> dict[str, str]:
    """``{English name: code}``: some fields have the name."""
    return {name: code for code, name in names_in(settings.LANGUAGE_CODE).territories.items()}


def figure(value: str, unit: str, qualifier: str) -> str:
    """A number with its unit as its source states it: “Over 90 %”, “About 60 people”."""
    decimals = len(value.partition(".")[2])
    shown = formats.number_format(Decimal(value), decimals, force_grouping=True)
    with_unit = f"{shown}\N{NO-BREAK SPACE}%" if unit == PER_CENT else f"{shown} {unit}".strip()
    return as_stated(with_unit, qualifier)


SAYING = {"date": day, "number": number, "country": country, "language": language}
