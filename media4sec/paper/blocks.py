"""What a paper says, part by part: the same for a PDF and for a text document."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.encoding import iri_to_uri

from media4sec.languages import local

CONTENT_LANGUAGE = "en"  # of records


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a sentence, in one manner."""

    text: str
    url: str = ""  # a whole address, in ASCII
    is_strong: bool = False
    language: str = ""  # where it is not that of the paper


Phrase = Sequence[Piece]  # a sentence or a paragraph
Cell = Sequence[Phrase]  # its paragraphs


def worded(text: Any, url: str = "", *, strong: bool = False) -> Phrase:
    """Phrase of the interface, in the language of the paper; or in the one that they themselves name."""
    return (Piece(str(text), iri_to_uri(url), strong, getattr(text, "lang", "")),)


def quoted(text: Any, url: str = "", *, strong: bool = False) -> Phrase:
    """Phrase of a record."""
    return (Piece(str(text), iri_to_uri(url), strong, CONTENT_LANGUAGE),)


def full_address(url: str) -> str:
    """An address as it is outside: in the language that is spoken, where it is a page of ours."""
    return f"{settings.BASE_URL}{local(url)}" if url.startswith("/") else url


@dataclass(frozen=True, slots=True)
class Heading:
    """Of a part; level 1 is the title of the paper itself, and no level is left out on the way down."""

    words: Phrase
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    words: Phrase


@dataclass(frozen=True, slots=True)
class Note:
    """Small print: how something is meant, or that nothing is known."""

    words: Phrase


@dataclass(frozen=True, slots=True)
class Notice:
    """What nobody may overlook."""

    words: Phrase


@dataclass(frozen=True, slots=True)
class Points:
    """A list."""

    items: Sequence[Phrase]


@dataclass(frozen=True, slots=True)
class FactList:
    """Labels, each with its values."""

    rows: Sequence[tuple[Phrase, Cell]]


@dataclass(frozen=True, slots=True)
class Table:
    """The first cell of each row is its heading. ``shares`` are the widths of the columns, as parts of the whole."""

    head: Sequence[Phrase]
    rows: Sequence[Sequence[Cell]]
    shares: Sequence[int]


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins on a page of its own."""


@dataclass(frozen=True, slots=True)
class SquareCode:
    """An address for telephones, and in words where it leads."""

    url: str
    words: Phrase


Block = Heading | Paragraph | Note | Notice | Points | FactList | Table | NewPage | SquareCode


@dataclass(frozen=True, slots=True)
class Paper:
    """A document to print or to send on. ``language`` is that of the interface, such as ``de``."""

    title: Phrase
    language: str
    address: str  # of the page that says the same, whole
    made_at: datetime  # of what it shows, not of the printing: the same content gives the same bytes
    stamp: str  # the edition, in words
    kicker: str = ""  # what it is, above the title
    plate: str = ""  # an identifier
    lead: Phrase = ()
    cover: Sequence[Block] = ()  # what is on the first page, if that is a page of its own
    blocks: Sequence[Block] = field(default_factory=tuple)
    has_contents: bool = False
    is_wide: bool = False  # on sheets that lie

    @property
    def name(self) -> str:
        """The title as plain text."""
        text = "".join(run.text for run in self.title)
        return f"{self.plate} {text}" if self.plate else text
