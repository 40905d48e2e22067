"""The forms in which a record, or the result of a list, can be had: one table for addresses, pages and documentation.

A form is one function of a description (``media4sec.publications.description``) and one line here; only what holds the
stored documents themselves is written from the rows. Functions are named, not imported: every room can read this.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.module_loading import import_string

HTML = "text/html"
LINKSET = "linkset.json"  # the suffix of the form that says where all others are
INTERCHANGE = "media4sec.interchange"


@dataclass(frozen=True)
class Representation:
    """One form: how its addresses end, its media type, what pages call it (if they name it), and what writes it."""

    suffix: str
    media_type: str
    label: str
    describe: str = ""  # (Description) -> str, for both a record and a list …
    frame: tuple[str, str, str] = ("", "", "")  # … with this before, between and after
    of_list: str = ""  # (rows, kinds, count, address of the page) -> parts of the text
    of_record: str = ""  # (row) -> str
    parameters: str = ""  # of the media type

    @property
    def content_type(self) -> str:
        return self.media_type + self.parameters

    @property
    def is_for_lists(self) -> bool:
        return bool(self.describe or self.of_list)

    @property
    def is_for_records(self) -> bool:
        return bool(self.describe or self.of_record)

    @cached_property
    def write_one(self) -> Any:
        return import_string(self.describe)


UTF8 = "; charset=utf-8"
REPRESENTATIONS = (
    Representation(
        "csv", "text/csv", "CSV", of_list=f"{INTERCHANGE}.files.exports.as_csv", parameters=f"{UTF8}; header=present"
    ),
    Representation(
        "json",
        "application/json",
        "JSON",
        of_list=f"{INTERCHANGE}.files.exports.as_json",
        of_record=f"{INTERCHANGE}.records.whole",
    ),
    Representation(
        "ndjson", "application/x-ndjson", "NDJSON", of_list=f"{INTERCHANGE}.files.exports.as_ndjson", parameters=UTF8
    ),
    Representation(
        "bib",
        "application/x-bibtex",
        "BibTeX",
        describe=f"{INTERCHANGE}.files.citations.bibtex",
        frame=("", "\n", ""),
        parameters=UTF8,
    ),
    Representation(
        "ris",
        "application/x-research-info-systems",
        "RIS",
        describe=f"{INTERCHANGE}.files.citations.ris",
        parameters=UTF8,
    ),
    Representation(
        "csl.json",
        "application/vnd.citationstyles.csl+json",
        "CSL-JSON",
        describe=f"{INTERCHANGE}.files.citations.csl",
        frame=("[\n", ",\n", "\n]\n"),
    ),
    Representation(
        "md",
        "text/markdown",
        "Markdown",
        of_list=f"{INTERCHANGE}.files.markdown.list_as_markdown",
        of_record=f"{INTERCHANGE}.files.markdown.record_as_markdown",
        parameters=UTF8,
    ),
    Representation(
        "jsonld",
        "application/ld+json",
        "JSON-LD",
        describe="media4sec.publications.schema_org.as_json_ld",
        frame=('{"@context":"https://schema.org","@graph":[\n', ",\n", "\n]}\n"),
    ),
    Representation(
        LINKSET, "application/linkset+json", "", of_record=f"{INTERCHANGE}.linked.signposting.record_linkset"
    ),
)  # fmt: skip


# Only of what has days; no page leads to it by Accept.
CALENDAR = Representation("ics", "text/calendar", "iCalendar")


def forms_of_lists() -> tuple[Representation, ...]:
    return tuple(form for form in REPRESENTATIONS if form.is_for_lists)


def forms_of_records() -> tuple[Representation, ...]:
    return tuple(form for form in REPRESENTATIONS if form.is_for_records)


def form_named(suffix: str) -> Representation:
    return next(form for form in REPRESENTATIONS if form.suffix == suffix)


def names_other_forms(accepted: str) -> bool:
    """Does an Accept header name another form than a page, whether it likes that better or not?"""
    return any(form.media_type in accepted for form in REPRESENTATIONS)


def twin(url: str, suffix: str) -> str:
    """The address of a page in another form, without its parameters."""
    return f"{url.removesuffix('/')}.{suffix}"
