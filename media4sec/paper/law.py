"""What papers say of law: the table of flags, how the law stands on a day, and what a country's notes record."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext

from media4sec.paper.blocks import (
    Block,
    Cell,
    FactList,
    Heading,
    Note,
    Notice,
    Phrase,
    Piece,
    Points,
    Table,
    full_address,
    quoted,
    worded,
)
from media4sec.portal.record.country import CountryLens
from media4sec.portal.record.law import LawOnDay
from media4sec.saying import day

DASH = worded("–")


def flag_blocks(
    flags: list[dict[str, Any]], law: LawOnDay | None, *, why: str = "", reasons: str = "asks"
) -> list[Block]:
    """The table of issues, with the law of a day; that there is none is no clearance.

    The day is named, for paper is read later. ``reasons`` names what says of each issue why it is there: questions,
    or phrases.
    """
    if not flags or law is None:
        text = gettext(
            "Not assessed yet: nobody has recorded which issues this raises. That does not mean that there are none."
        )
        return [Note(worded(text))]
    head = [
        gettext("Issue"),
        why or gettext("Does it apply? Ask"),
        gettext("Instrument, status on %(date)s") % {"date": day(law.day)},
        gettext("Safeguard"),
    ]
    rows = [
        [
            [
                [*quoted(flag["title"], full_address(flag["url"])), Piece(f" {flag['identifier']}")],
                marks_of_issue(flag),
            ],
            flag[reasons] if reasons != "asks" else sentences(flag["asks"]),
            [instrument_words(instrument) for instrument in flag["instruments"]] or [DASH],
            sentences(flag["safeguards"]),
        ]
        for flag in flags
    ]
    advice = gettext("Not legal advice. Take these points to your data-protection officer.")
    return [Table([worded(text) for text in head], rows, (3, 4, 3, 4)), Notice(worded(advice))]


def marks_of_issue(flag: dict[str, Any]) -> Phrase:
    """Where an issue comes from."""
    marks = [
        piece
        for mark in flag["marks"]
        for piece in (*worded(mark["label"], full_address(mark["url"])), Piece(" "))
    ]
    return marks or worded(gettext("Editorial"))


def sentences(texts: Iterable[str]) -> Cell:
    return [quoted(text) for text in texts] or [DASH]


def instrument_words(instrument: dict[str, Any]) -> Phrase:
    state = worded(f": {instrument['state']['label']}") if instrument["state"] else ()
    return [*quoted(instrument["title"], full_address(instrument["url"])), *state]


def day_blocks(law: LawOnDay, level: int = 2, *, with_states: bool = False) -> Iterator[Block]:
    """What changes between today and the day that was asked for, and how the law stands then."""
    words = {"date": day(law.day)}
    told = gettext("The law as on %(date)s, as far as dates are recorded here.") % words
    yield legal_notice(told)
    since = (
        gettext("What has changed since %(date)s")
        if law.is_past
        else gettext("What changes between today and %(date)s")
    )
    yield Heading(worded(f"{since % words} ({len(law.all_changes)})"), level)
    if law.changes:
        yield Points([change_words(change) for change in law.changes])
    else:
        yield Note(worded(gettext("No event with a date is recorded between the two days.")))
    if with_states and law.laws:
        yield Heading(worded(gettext("The instruments on %(date)s") % words), level)
        yield FactList(
            [
                (worded(state["label"]), [quoted(one["title"], full_address(one["url"])) for one in laws])
                for state, laws in law.by_state
            ]
        )


def legal_notice(text: str) -> Notice:
    return Notice([Piece(f"{text} ", is_strong=True), *worded(gettext("Not legal advice."))])


def change_words(change: dict[str, Any]) -> Phrase:
    """A change of the law in one sentence, with its sources."""
    instrument = change["instrument"]
    doubt = worded(f" ({gettext('Not verified')})") if change["is_unverified"] else ()
    return [
        *worded(f"{day(change['date'])}: "),
        *quoted(instrument["title"], full_address(instrument["url"])),
        *quoted(f": {change['title']}"),
        *doubt,
        *sources_behind(change["sources"]),
    ]


def sources_behind(sources: Iterable[dict[str, Any]]) -> Phrase:
    return [piece for row in sources for piece in (Piece(" · "), *quoted(row["title"], row["url"]))]


def country_blocks(lens: CountryLens) -> Iterator[Block]:
    """What is recorded of the law of a country; a gap is told as a gap."""
    recorded = gettext("%(country)s: what is recorded here of national law.") % {"country": lens.name}
    yield legal_notice(recorded)
    if lens.recorded:
        yield from recorded_blocks(lens.recorded)
    else:
        nothing = gettext(
            "No national law of this country is recorded here. That does not mean that there is none: ask your "
            "legal department."
        )
        yield Note(worded(nothing))
    if lens.lists:
        links = [
            piece
            for row in lens.lists
            for piece in (Piece(" · "), *worded(row["title"], full_address(row["url"])))
        ]
        yield Note([*worded(f"{gettext('From this country:')} "), *links[1:]])


def recorded_blocks(found: dict[str, Any]) -> Iterator[Block]:
    """What the note of a country says of the points of a page. ``found``: as the kind's ``concerning`` tells."""
    if found["rules"]:
        yield Points([rule_words(rule) for rule in found["rules"]])
    gaps = gettext(
        "Points of this page without a rule of this country recorded here: %(gaps)s of %(total)s. "
        "That does not mean that there is none."
    ) % {"gaps": found["total"] - found["covered"], "total": found["total"]}
    everything = f"{gettext('Everything recorded:')} "
    yield Note(
        [
            *worded(f"{gaps} " if found["total"] > found["covered"] else ""),
            *worded(everything),
            *quoted(found["title"], full_address(found["url"])),
        ]
    )
    if found["authority"]:
        where = f"{gettext('Look it up with the supervisory authority:')} "
        yield Note([*worded(where), *quoted(found["authority"], found["authority_url"])])


def rule_words(rule: dict[str, Any]) -> Phrase:
    """A rule of a country in one sentence: its topic, what it says, whether that was verified, its sources."""
    return [
        *worded(rule["topic_label"], strong=True),
        *quoted(f" {rule['text']}"),
        *worded(f" ({rule['state']['label']})"),
        *sources_behind(rule["sources"]),
    ]
