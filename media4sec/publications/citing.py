"""A description's facts for whoever cites: as lines of text in two styles, and as reference managers read a page."""

import re
from collections.abc import Callable, Iterator, Sequence

from media4sec.publications.description import Description, Facts, Name
from media4sec.stored import PDF
from media4sec.work_types import RECORD

NAMES_OF_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
BEFORE_NUMBERS = {"report": "Report ", RECORD: "Catalogue record "}
MOST_NAMES = 20  # of APA; of more, the first 19 and the last are named


# Lines of text, in English; what is not stated is left out


def apa(facts: Facts) -> str:
    """“van den Brink, P. (2017, March). Title (Report D2.3). MEDI@4SEC. https://…”: APA, seventh edition."""
    names = [_apa_name(name) for name in facts.creators]
    if len(names) > MOST_NAMES:
        names = [*names[: MOST_NAMES - 1], f"… {names[-1]}"]
        who = ", ".join(names)
    else:
        who = _listed(names, ", & ")
    when = f"({american_day(facts.date) or 'n.d.'})"
    said = ", ".join(filter(None, [_number(facts), _version(facts), facts.pages]))
    title = f"{facts.title.removesuffix('.')} ({said})" if said else facts.title
    if facts.type == RECORD:
        parts = [f"{facts.publisher}. {when}", title]
    else:
        parts = [f"{who} {when}", title] if who else [f"{_sentence(title)} {when}"]
        parts.append(facts.publisher)
    read = american_day(facts.read_on)
    before = f"Retrieved {_month_first(facts.read_on)}, from " if read else ""
    return _line(parts, before + facts.url if facts.url else "")


def iso690(facts: Facts) -> str:
    """“VAN DEN BRINK, P. Title [online]. MEDI@4SEC, March 2017. Report D2.3. Available from: https://…”: ISO 690."""
    who = _listed([_iso_name(name) for name in facts.creators], " and ")
    is_record = facts.type == RECORD
    issued = ", ".join(filter(None, ["" if is_record else facts.publisher, british_day(facts.date)]))
    viewed = f"[viewed {british_day(facts.read_on)}]" if facts.read_on else ""
    parts = [
        facts.publisher.upper() if is_record else who,
        f"{facts.title.removesuffix('.')} [online]" if facts.url else facts.title,
        _version(facts).capitalize(),
        f"{issued} {viewed}".strip(),
        _number(facts),
        facts.pages,
    ]
    return _line(parts, f"Available from: {facts.url}" if facts.url else "")


STYLES: tuple[tuple[str, Callable[[Facts], str]], ...] = (("APA", apa), ("ISO 690", iso690))


def cited_in_words(description: Description) -> list[tuple[str, list[str]]]:
    """``[(style, lines)]``: the work or the sources, and then the record."""
    return [(style, [write(facts) for facts in description.cited]) for style, write in STYLES]


def american_day(text: str) -> str:
    """“2017, March 14” of a date to the day, the month or the year."""
    return ", ".join(filter(None, [text[:4], _month_first(text, with_year=False)]))


def british_day(text: str) -> str:
    """“14 March 2017”."""
    year, month, day = _parts_of(text)
    return " ".join(filter(None, [day, month, year]))


def _month_first(text: str, *, with_year: bool = True) -> str:
    year, month, day = _parts_of(text)
    found = f"{month} {day}".strip()
    return ", ".join(filter(None, [found, year])) if with_year else found


def _parts_of(text: str) -> tuple[str, str, str]:
    year, month, day = (*text.split("-"), "", "")[:3]
    return year, NAMES_OF_MONTHS[int(month) - 1] if month else "", day.lstrip("0")


def _apa_name(name: Name) -> str:
    if not name.family:
        return name.whole
    family = f"{name.particle} {name.family}".strip()
    given = name.given if "." in name.given else _initials(name.given)
    return f"{family}, {given}" if given else family


def _initials(given: str) -> str:
    """“J.-P. M.” of “Jean-Paul Maria”."""
    return " ".join(
        "-".join(f"{part[0].upper()}." for part in word.split("-") if part) for word in given.split()
    )


def _iso_name(name: Name) -> str:
    if not name.family:
        return name.whole.upper() if name.is_body else name.whole
    family = f"{name.particle} {name.family}".strip().upper()
    return f"{family}, {name.given}" if name.given else family


def _listed(names: Sequence[str], last: str) -> str:
    return last.join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _number(facts: Facts) -> str:
    return BEFORE_NUMBERS.get(facts.type, "") + facts.number if facts.number else ""


def _version(facts: Facts) -> str:
    return f"version {facts.version}" if facts.version else ""


def _sentence(text: str) -> str:
    return text if re.search(r"[.?!…][”’\"']?$", text) else f"{text}."


def _line(parts: Sequence[str], address: str) -> str:
    return " ".join(filter(None, [*(_sentence(part) for part in parts if part), address]))


# Tags in the head of a page, which reference managers and Google Scholar read


def tags_for_readers(description: Description) -> Iterator[tuple[str, str]]:
    """``(name, content)`` of the work that a page is about, if it was published: Highwire's tags and Dublin Core."""
    if not description.kind.thing.is_published:
        return
    facts, is_report = description.thing, description.thing.type == "report"
    publisher = "citation_technical_report_institution" if is_report else "citation_publisher"
    found = [
        ("citation_title", facts.title),
        *(("citation_author", name.family_first) for name in facts.creators),
        ("citation_publication_date", facts.date.replace("-", "/")),
        (publisher, facts.publisher),
        ("citation_technical_report_number", facts.number if is_report else ""),
        ("citation_language", facts.language),
        ("citation_pdf_url", _pdf_of(description)),
        ("DC.title", facts.title),
        *(("DC.creator", name.family_first) for name in facts.creators),
        ("DC.date", facts.date),
        ("DC.publisher", facts.publisher),
        ("DC.identifier", facts.url),
        ("DC.identifier", facts.number),
        ("DC.type", facts.names.dcmi),
        ("DC.language", facts.language),
    ]
    yield from ((name, text) for name, text in found if text)


def _pdf_of(description: Description) -> str:
    """The address of the document itself, where we serve it."""
    if not description.kind.page.keeps_pdf:
        return ""
    return next((file.url for file in description.files if file.media_type == PDF), "")
