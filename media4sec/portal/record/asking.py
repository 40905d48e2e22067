"""What readers ask of a record's page, and of papers and pages below it: the law of a day, and that of a country."""

from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.utils.timezone import localdate

from media4sec.portal.addresses import stated
from media4sec.portal.parameters import unknown_in
from media4sec.portal.record.country import COUNTRY_PARAMETER, country_asked
from media4sec.portal.record.law import DAY_PARAMETER, day_asked


@dataclass(frozen=True, slots=True)
class LawAsked:
    """``day`` is None for today and ``country`` empty for none; ``errors`` say what is wrong with the parameters."""

    day: date | None = None
    country: str = ""
    errors: list[tuple[str, str]] = field(default_factory=list)


def law_asked(parameters, tells_law=True):
    """What the parameters of an address ask; a page that tells no law knows none."""
    parameters = stated(parameters)
    if not tells_law:
        return LawAsked(errors=unknown_in(parameters))
    day, no_day = day_asked(parameters.getlist(DAY_PARAMETER))
    country, no_country = country_asked(parameters.getlist(COUNTRY_PARAMETER))
    wrong = [(DAY_PARAMETER, no_day), (COUNTRY_PARAMETER, no_country)]
    errors = unknown_in(parameters, (DAY_PARAMETER, COUNTRY_PARAMETER))
    return LawAsked(day, country, [*((name, text) for name, text in wrong if text), *errors])


def law_query(day, country):
    """The end of an address that asks for the law of a day and of a country; nothing for that of today and of none."""
    found = {}
    if day and day != localdate():
        found[DAY_PARAMETER] = day.isoformat()
    if country:
        found[COUNTRY_PARAMETER] = country
    return f"?{urlencode(found)}" if found else ""
