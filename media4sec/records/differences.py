"""What differs between two documents of a record: field by field, with the words that went and the words that came."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import translation

from media4sec.changed_words import compare
from media4sec.kinds import Kind
from media4sec.records.projection import label_of, words_for
from media4sec.saying import day
from media4sec.stored import file_in_words

# Of a public document, what is not what the record says.
UNSAID = {"kind", "uuid", "url", "slug", "newest_source_basis"}
UNSAID_OF_PARTS = {"key", "supports"}  # names for machines, within sources and other parts
FIELD_WORDS = {"url": "address", "dated_on": "dated", "accessed_on": "read on", "locator": "place"}


@dataclass(frozen=True)
class Difference:
    """One field in two versions; each side as (changed?, text) in a row."""

    name: str
    label: str
    before: tuple[tuple[bool, str], ...]
    after: tuple[tuple[bool, str], ...]


def differences(kind: Kind, before, after):
    """The fields in which two documents differ, in the order of the document."""
    return [
        Difference(name, label_of(kind, name), *compare(in_words(kind, name, old), in_words(kind, name, new)))
        for name in dict.fromkeys([*after, *before])
        if (old := before.get(name)) != (new := after.get(name))
    ]


def fields_in_words(kind: Kind, document):
    """(label, text) of every field that says something."""
    texts = ((label_of(kind, name), in_words(kind, name, value)) for name, value in document.items())
    return [(label, text) for label, text in texts if text]


def public_fields(kind: Kind, document):
    """``[[name, label, text], …]`` of every field of a public document that says something; in English."""
    with translation.override(settings.LANGUAGE_CODE):
        found = [
            [name, label_of(kind, name), in_words(kind, name, value, UNSAID_OF_PARTS)]
            for name, value in document.items()
            if name not in UNSAID
        ]
    return [field for field in found if field[2]]


def in_words(kind: Kind, path, value, unsaid=frozenset()):
    """A value of a document as people read it: an item a line, a row of several fields as one item."""
    if value is None or value == "":
        return ""
    if isinstance(value, list):
        return "\n".join(in_words(kind, path, item, unsaid) for item in value)
    if isinstance(value, dict) and {"id", "label"} <= value.keys():
        return words_for(kind, path, value).text
    if isinstance(value, dict) and "digest" in value:
        return file_in_words(value)
    if isinstance(value, dict):
        named = (
            (FIELD_WORDS.get(name) or name.replace("_", " "), in_words(kind, f"{path}.{name}", inner, unsaid))
            for name, inner in value.items()
            if name not in unsaid
        )
        return "; ".join(f"{name}: {text}" for name, text in named if text)
    if path.endswith(".accessed_on"):
        return day(value)
    if path.startswith("sources.") or str(value).startswith(("http://", "https://")):
        return str(value)  # an address in full, where readers of pages see the host only
    return words_for(kind, path, value).text
