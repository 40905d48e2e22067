"""What a paper says, part by part: the same for a PDF and for a text document."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.encoding import iri_to_uri

CONTENT_LANGUAGE = "en"  # of records


@dataclass(frozen=True, slots=True)
class Run:
    """Some words of a sentence, in one manner."""

    text: str
    url: str = ""  # a whole address, in ASCII
    is_strong: bool = False
    language: str = ""  # where it is not that of the paper


Words = Sequence[Run]  # a sentence or a paragraph
Cell = Sequence[Words]  # its paragraphs


def said(text: Any, url: str = "", *, strong: bool = False) -> Words:
    """Words of the interface, in the language of the paper; or in the one that they themselves name."""
    return (Run(str(text), iri_to_uri(url), strong, getattr(text, "lang", "")),)


def quoted(text: Any, url: str = "", *, strong: bool = False) -> Words:
    """Words of a record."""
    return (Run(str(text), iri_to_uri(url), strong, CONTENT_LANGUAGE),)


@dataclass(frozen=True, slots=True)
class Heading:
    """Of a part; level 1 is the title of the paper itself, and no level is left out on the way down."""

    words: Words
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    words: Words


@dataclass(frozen=True, slots=True)
class Note:
    """Small print: how something is meant, or that nothing is known."""

    words: Words


@dataclass(frozen=True, slots=True)
class Notice:
    """What nobody may overlook."""

    words: Words


@dataclass(frozen=True, slots=True)
class Points:
    """A list."""

    items: Sequence[Words]


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels, each with its values."""

    rows: Sequence[tuple[Words, Cell]]


@dataclass(frozen=True, slots=True)
class Table:
    """The first cell of each row is its heading. ``shares`` are the widths of the columns, as parts of the whole."""

    head: Sequence[Words]
    rows: Sequence[Sequence[Cell]]
    shares: Sequence[int]


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins on a page of its own."""


Block = Heading | Paragraph | Note | Notice | Points | Facts | Table | NewPage


@dataclass(frozen=True, slots=True)
class Paper:
    """A document to print or to send on. ``language`` is that of the interface, such as ``de``."""

    title: Words
    language: str
    address: str  # of the page that says the same, whole
    made_at: datetime  # of what it shows, not of the printing: the same content gives the same bytes
    stamp: str  # the edition, in words
    kicker: str = ""  # what it is, above the title
    plate: str = ""  # an identifier
    lead: Words = ()
    blocks: Sequence[Block] = field(default_factory=tuple)
    has_contents: bool = False

    @property
    def name(self) -> str:
        """The title as plain text."""
        text = "".join(run.text for run in self.title)
        return f"{self.plate} {text}" if self.plate else text
