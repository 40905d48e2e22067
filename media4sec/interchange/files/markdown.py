"""Records as Markdown (RFC 7763), for readers that take plain text: what a page says, without what is drawn."""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any
from urllib.parse import quote

from django.conf import settings

from media4sec.imprint import LICENCE_NAME, LICENCE_URL, PUBLISHER
from media4sec.kinds import THEME_FIELDS, Document, Kind
from media4sec.publications.description import Description, descriptions_of, is_reference, one_line
from media4sec.publications.lists import title_of
from media4sec.publications.models import Publication
from media4sec.representations import twin

IN_ADDRESSES = "!#$%&'*+,/:;=?@[]~"  # without brackets, which end an address in Markdown
MEANS_SOMETHING = re.compile(r"[\\`*_\[\]<>]|&(?=#?\w+;)|^[#+=-]", re.MULTILINE)
NUMBERED_LINE = re.compile(r"^(\d+)([.)])", re.MULTILINE)
ABOUT_THE_RECORD = ("tags", "notes", "sources", "files", *THEME_FIELDS)  # each is said in a place of its own
NOT_SAID = ("key", "provenance")  # of a part


def list_as_markdown(
    rows: Iterable[Publication], kinds: tuple[Kind, ...], count: int, url: str
) -> Iterator[str]:
    """A result: each record with its summary, and the way to its own text."""
    title = title_of(kinds) if len({kind.path for kind in kinds}) == 1 else "Search"
    yield f"# {title}\n\n{PUBLISHER}, <{url}>: {count} record{'' if count == 1 else 's'}\n\n"
    for row in rows:
        summary = f": {marked_up(one_line(row.summary))}" if row.summary else ""
        address = twin(f"{settings.BASE_URL}{row.url}", "md")
        yield f"- {link_to(row.full_title, address)}{summary}\n"
    yield f"\n{licence()}\n"


def record_as_markdown(row: Publication) -> str:
    """A record: its text, facts, days and sources."""
    (description,) = descriptions_of([row])
    display = json.loads(row.display)
    return (
        "\n\n".join(chain(head(description, display), body(description, display), foot(description))) + "\n"
    )


def head(description: Description, display: Document) -> Iterator[str]:
    kind = description.kind
    plate = f"{description.identifier} " if kind.identifier.is_shown else ""
    yield f"# {plate}{marked_up(description.record.title)}"
    checked = f"checked on {description.checked_on}" if description.checked_on else "not checked yet"
    state = f"{marked_up(display['state']['label'])}, " if display["state"] else ""
    yield f"{kind.names.one}, {state}version {description.version}, {checked}: <{description.url}>"
    if display.get("is_unverified"):
        yield "**Not verified:** a look-up did not confirm all of this."
    if display.get("says"):
        yield marked_up(display["says"])
    if description.themes:
        yield "Themes: " + ", ".join(link_to(ref.label, ref.url) for ref in description.themes)
    if description.document["summary"]:
        yield marked_up(description.document["summary"])


def body(description: Description, display: Document) -> Iterator[str]:
    document, kind = description.document, description.kind
    facts = [
        f"- {marked_up(fact['label'])}: {'; '.join(map(value_in_markdown, fact['values']))}"
        for fact in display["facts"]
        if fact["values"]
    ]
    yield from titled("Facts", facts)
    for section in display["sections"]:
        items = [f"- {marked_up(one_line(text))}" for text in section["items"]]
        texts = [*map(marked_up, section["paragraphs"]), *(["\n".join(items)] if items else [])]
        yield from [f"## {marked_up(section['title'])}", *texts]
    shown = {
        *kind.page.facts,
        *(name for part in kind.page.sections for name in part.fields),
        *ABOUT_THE_RECORD,
        *kind.search.unread,
    }
    for name, value in document.items():
        if name not in shown and isinstance(value, list) and value and not is_reference(value[0]):
            title = kind.page.own_parts.get(name) or name.replace("_", " ").capitalize()
            yield from titled(str(title), map(part_in_markdown, value))
    named = [ref for ref in description.relations if ref.field not in shown and "." not in ref.field]
    yield from titled("Related", [f"- {link_to(ref.label, ref.url)}" for ref in named])
    yield from titled(
        "Notes on the sources", [f"- {marked_up(one_line(note))}" for note in document["notes"]]
    )


def foot(description: Description) -> Iterator[str]:
    yield from titled("Sources", map(source_in_markdown, description.document["sources"]))
    yield licence()


def titled(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A heading and its list; nothing where there is nothing in it."""
    found = list(lines)
    if found:
        yield from [f"## {title}", "\n".join(found)]


def value_in_markdown(value: Document) -> str:
    url = value["url"]
    return link_to(value["text"], whole_address(url)) if url else marked_up(one_line(value["text"]))


def part_in_markdown(part: Any) -> str:
    """A part of a record in one line: what it says, whether that was verified, what it names and where it is from."""
    if not isinstance(part, dict):
        return f"- {marked_up(one_line(str(part)))}"
    values = [
        value
        for name, found in part.items()
        if name not in NOT_SAID
        for value in (found if isinstance(found, list) else [found])
    ]
    line = "; ".join(marked_up(one_line(value)) for value in values if isinstance(value, str) and value)
    doubt = " (not verified)" if part.get("verified") is False else ""
    named = [link_to(value["label"], whole_address(value["url"])) for value in values if is_reference(value)]
    sources = [link_to(source["title"] or source["url"], source["url"]) for source in part.get("sources", ())]
    return f"- {line}{doubt}" + "".join(f" · {link}" for link in (*named, *sources))


def source_in_markdown(source: Document) -> str:
    said = [
        one_line(source["locator"]),
        f"dated {source['dated_on']}" if source.get("dated_on") else "",
        f"read on {source['accessed_on']}" if source["accessed_on"] else "",
    ]
    title = source["title"] or source["url"]
    return "- " + ", ".join([link_to(title, source["url"]), *map(marked_up, filter(None, said))])


def licence() -> str:
    return f"{PUBLISHER}, texts under [{LICENCE_NAME}]({LICENCE_URL})."


def link_to(text: str, address: str) -> str:
    """A link; its address holds nothing that would end it early."""
    return f"[{marked_up(one_line(text))}]({quote(address, safe=IN_ADDRESSES)})"


def whole_address(url: str) -> str:
    return f"{settings.BASE_URL}{url}" if url.startswith("/") else url


def marked_up(text: str) -> str:
    """Plain text as Markdown: what would mean something there has a backslash before it."""
    return NUMBERED_LINE.sub(r"\1\\\2", MEANS_SOMETHING.sub(r"\\\g<0>", str(text)))
