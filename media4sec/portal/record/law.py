"""The law on the day that a reader asks for: how each instrument stands then, and what changes between today and then.

Which records are law their kind says (``Role.LAW``), and how one stands on a day the function that it names.
"""

from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from django.utils.module_loading import import_string
from django.utils.timezone import localdate
from django.utils.translation import gettext

from media4sec.dates import span_of
from media4sec.kinds import Role, kind_for
from media4sec.publications.models import Publication
from media4sec.publications.sorting import by_words
from media4sec.publications.stated import said_since_change

DAY_PARAMETER = "on"
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
MOST_BETWEEN = 40  # that a page lists


@dataclass(frozen=True, slots=True)
class LawOnDay:
    """What a page says of the law on a day. ``laws``: as the kind's ``on_day`` tells of each."""

    day: date
    today: date
    laws: list[dict] = ()

    @property
    def is_today(self):
        return self.day == self.today

    @property
    def is_past(self):
        return self.day < self.today

    @property
    def by_state(self):
        """``[(state on that day, [instrument, …])]``: first where one stands otherwise today, then the commonest."""
        found = {}
        for law in sorted(self.laws, key=lambda law: by_words(law["title"])):
            found.setdefault(law["then"]["name"], []).append(law)
        moved = {name: any(law["now"] != law["then"] for law in laws) for name, laws in found.items()}
        names = sorted(found, key=lambda name: (not moved[name], -len(found[name])))
        return [(found[name][0]["then"], found[name]) for name in names]

    @property
    def all_changes(self):
        """What happens between the two days to all of them; what is nearest to today comes first."""
        found = [change for law in self.laws for change in law["changes"]]
        return sorted(found, key=itemgetter("date"), reverse=self.is_past)

    @property
    def changes(self):
        return self.all_changes[:MOST_BETWEEN]

    @property
    def span(self):
        """The days that a form offers."""
        return EARLIEST, LATEST


def tells_law(kind):
    """Can readers ask for a day on the pages of its records?"""
    return bool(kind.links.flags) or kind.role in (Role.LAW, Role.ISSUE)


def day_asked(values):
    """(the day that the values of the parameter mean, or None; what is wrong with them, or an empty text)."""
    given = [value for value in values if value]
    if not given:
        return None, ""
    try:
        (text,) = given
        span = span_of(text)
        if span.is_day and EARLIEST <= span.first <= LATEST:
            return span.first, ""
    except ValueError:
        pass
    return None, gettext("Give one day from 1900 to 2100 as year, month and day, such as 2026-12-04.")


def laws_named(identifiers):
    """The documents of these laws. One query, if there are any."""
    if not identifiers:
        return []
    rows = Publication.objects.published().of(kind_for(Role.LAW).name).filter(identifier__in=identifiers)
    return [row.body for row in rows.only("kind", "identifier", "document").order_by("pk")]


def law_on_day(documents, day, today):
    """How these instruments stand on a day, and what happens between it and today."""
    stands = import_string(kind_for(Role.LAW).state.on_day)
    return LawOnDay(day, today, [stands(document, day, today) for document in documents])


def law_of_issues(issues, day=None):
    """The law that these issues refer to, on a day; without one, today. One query, where not all of it is known."""
    today = localdate()
    wanted = {ref["id"] for issue in issues for ref in issue.body["instruments"]}
    if day not in (None, today):
        return law_on_day(laws_named(wanted), day, today)
    # {identifier: (today, how it stands)}
    known = said_since_change("law today", dict, kind_for(Role.LAW).name)
    missing = {name for name in wanted if known.get(name, (None,))[0] != today}
    for law in law_on_day(laws_named(missing), today, today).laws:
        known[law["identifier"]] = (today, law)
    return LawOnDay(today, today, [known[name][1] for name in sorted(wanted & known.keys())])
