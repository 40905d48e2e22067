"""The note that records of some kinds carry wherever they are shown: on pages and papers, in the API and in feeds.

The kind's app makes it of what the record and those that it names say (``Kind.note``). Its frame is the words of
editors, and it says so.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.module_loading import import_string
from django.utils.translation import gettext

from media4sec.kinds import Document, kinds_by_name

MOST_NAMED_IN_PART = 6  # records, where people read; machines get all


@dataclass(frozen=True, slots=True)
class NotePart:
    """A heading of a note: the records that say something on it, else a text; neither is “not stated”."""

    name: str  # for machines
    title: str
    refs: list[Document]  # as documents name records
    text: str = ""
    is_wide: bool = False  # it usually says more than others

    @property
    def said(self) -> str:
        """What it says without its records; of one that has any, nothing."""
        return "" if self.refs else self.text or gettext("Not stated in the source")

    @property
    def first(self) -> list[Document]:
        return self.refs[:MOST_NAMED_IN_PART]

    @property
    def rest(self) -> int:
        return len(self.refs[MOST_NAMED_IN_PART:])


@dataclass(frozen=True, slots=True)
class UseNote:
    """A note, in the language that is spoken."""

    title: str
    says: str  # the words of editors before its parts
    because: list[Document]  # the records for which it is there
    parts: list[NotePart]


def note_for(document: Document) -> UseNote | None:
    """The note of a public record; one small query, and one more after what notes are made of has changed."""
    made_by: str = kinds_by_name()[document["kind"]].note
    note: Any = import_string(made_by)(document) if made_by else None
    return note
