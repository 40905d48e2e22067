"""What a kind of record is: plain data that the write side and the read side both know.

A kind imports no model. The model points to its kind (``Technology.kind``), the app's config names the
app's kinds (``AppConfig.kinds``), and Django keeps the apps: there is no registry of our own.
"""

import re
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, cached_property
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models.enums import Choices
from django.utils import formats, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from media4sec.choices import Lens, Provenance, YesNo

NOT_STATED = _("Not stated in the source")
Document = dict[str, Any]  # a record as JSON
FACT, NEWEST_SOURCE, DATED = "fact", "newest-source", "dated"  # terms that no list filters by
SECTIONS = {
    "situations": _("Situations & themes"),
    "practices": _("Practices"),
    "technologies": _("Technologies"),
    "law": _("Ethics & law"),
    "roadmap": _("Roadmap"),
    "library": _("Library"),
}


class Role(Enum):
    """What shared code needs one kind for, whichever it is: it asks for ``kind_for(Role.THEME)``, and names none."""

    THEME = "its records number the subjects that others are placed under"
    EVIDENCE = "its records say what a source says"
    ISSUE = "its records are what others raise in rights and law"
    LAW = "its records are the law that issues refer to"
    GLOSSARY = "its records say what words mean, wherever a page uses them"
    VOCABULARY = "its records give words of the interface in other languages"
    OWNER = "its records are responsible for others"


@dataclass(frozen=True)
class Work:
    """What a record describes, where that was made elsewhere: the fields that state its facts, for citations.

    The record and its work are two things, and each has a citation of its own. ``type`` is one of the types in
    ``media4sec.interchange.citations``; a field that is not named states nothing.
    """

    type: str
    title: str = "title"
    authors: str = ""
    date: str = ""
    number: str = ""
    publisher: str = ""
    url: str = ""
    published_by: str = ""  # where no field says so: who publishes all works of this kind


# Facets and kinds are compared by identity: their words change with the reader's language.
@dataclass(frozen=True, eq=False)
class Facet:
    """One filter of a list: the parameter's name, its title, and the field of the document it reads."""

    name: str
    title: str
    field: str = ""
    empty: str = NOT_STATED
    choices: type[Choices] | None = None  # of the field: known, though no record may have one of them now
    type: str = ""  # of values that are said in the language of the page: ``media4sec.saying``
    words: tuple[str, ...] = ()  # of a free text, those that pages translate; all others are content

    @property
    def source(self) -> str:
        return self.field or self.name


# Fields of every record that tell how it was gathered and checked, not what it says: shown, and never searched.
ABOUT_CHECKING = ("verified_basis", "notes")


@dataclass(frozen=True)
class Section:
    """A titled part of the record page, made of one or more text or list fields of the document."""

    title: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Ways:
    """Some records of a kind list the ways in which people ask for one thing; which ones, and in which fields."""

    sort: str  # the facet that says what a record lists
    labels: str  # its parts with a language and a label
    code: str  # the code of the country that is meant, for lists of that sort
    synonyms: str  # the sort that lists synonyms
    countries: str  # the sort that lists other names of countries, their people and their laws


THEME_FIELDS = ("theme", "themes")  # the fields in which documents name the themes they belong to
THEME_FACET = Facet("theme", _("Theme"), "themes", empty=_("No theme named"))
COMMON_FACETS = (
    Facet("type", _("Type"), "kind"),
    Facet("lens", _("Lens"), empty=_("No lens given"), choices=Lens),
    Facet("provenance", _("Provenance"), choices=Provenance),
    Facet("verified", _("Verified"), empty=_("Not stated"), choices=YesNo),
    Facet("tag", _("Tag"), "tags", empty=""),
    Facet("checked", _("Checked"), "checked_on", empty=_("Not checked yet"), type="date"),
)


@dataclass(frozen=True, eq=False)
class Kind:
    """Everything about a kind that is not its fields: names, address, what becomes a term, what is shown where."""

    name: str
    plural: str
    label: str
    label_plural: str
    path: str
    section: str
    lead: str
    title: str = ""
    prefix: str = ""
    digits: int = 3
    pattern: str = ""
    address: str = "id"
    facets: tuple[Facet, ...] = ()
    facts: tuple[str, ...] = ()
    labels: dict[str, str] = field(
        default_factory=dict, hash=False
    )  # of facts, where that of the form is for editors
    words: dict[str, dict[str, str]] = field(default_factory=dict, hash=False)  # of values that are codes
    sections: tuple[Section, ...] = ()
    meta: tuple[str, ...] = ()
    relations: dict[str, str] = field(default_factory=dict, hash=False)
    reasons: dict[str, str] = field(default_factory=dict, hash=False)
    search_text: tuple[str, ...] = ()
    unsearched: tuple[
        str, ...
    ] = ()  # its own fields that tell how it was gathered and checked, as ABOUT_CHECKING
    names: tuple[str, ...] = ()  # fields that hold other names: acronyms, numbers, makers, places
    names_others: bool = (
        False  # its records bear the labels of other records: theme-dark-web those of dark-web
    )
    ways: Ways | None = None
    law_of: str = (
        ""  # its records tell law; the field with the country, as a code or by its name, if it is one's
    )
    # fields, “-” before those that fall, “|” between one and what stands in for it
    order: tuple[str, ...] = ()
    says: Section | None = None  # one text before all facts; in lists it stands under the title
    marks_unverified: bool = False  # lists and pages warn where a look-up did not confirm the record
    figure: tuple[str, ...] = ()  # the fields of a number, its unit and its qualifier, which are shown as one
    state: str = ""
    state_rule: str = ""  # what its states mean, for readers
    as_known: str = ""  # how fresh its list is: a sentence with %(date)s, that of the newest source
    shapes: dict[str, str] = field(default_factory=dict, hash=False)
    flags: str = ""
    about: str = _("In short")  # the title of part 5
    own_parts: dict[str, str] = field(
        default_factory=dict, hash=False
    )  # lists of parts that its template shows
    dated: str = ""  # the list of its parts that each have a date: what happened, and what comes next
    page: str = (
        ""  # a function of the app that adds to its RecordPage what only this kind has: (page) -> page
    )
    list_template: str = ""  # of a short list that is whole on one page of its own making
    grouped_by: str = ""  # the fact under whose values a short list is whole on one page
    rows: str = ""  # a function of the app that adds to its list: (rows) -> what its template needs
    shown_apart: tuple[str, ...] = ()  # kinds that its page shows in a part of their own
    statements_by: str = ""  # the facet of statements that means this very record
    work: Work | None = None
    quotes: str = (
        ""  # the field that names the record whose work its sentence is taken from; else its sources are
    )
    is_overview: bool = False
    is_compared: bool = False  # readers choose some on its list and see them side by side
    has_neighbours: bool = True  # compared with others, to say which are related by what they share
    limits: tuple[str, ...] = ()  # facts that stand under “Requirements and limits”, not on the fact card
    weight: int = 50  # the lighter, the earlier among related records and equal search hits
    search_share: float = 1.0  # of a hit's worth; less for what is worked with, and tells of nothing
    role: Role | None = None
    # Fields whose values the vocabulary has under another name, or whose English labels mean two things elsewhere.
    schemes: dict[str, str] = field(default_factory=dict, hash=False)
    origins: tuple[
        str, ...
    ] = ()  # fields that name where its sentence was said, the first that is filled counts
    mark: str = ""  # what it is called beside such a sentence, with %(number)s; else by its identifier
    is_cited_by_identifier: bool = False  # D2.3 Title, where others name it
    review_months: int = 12
    schema_type: str = "CreativeWork"

    @property
    def all_facets(self) -> tuple[Facet, ...]:
        own = {facet.name for facet in self.facets}
        return (*self.facets, *(facet for facet in COMMON_FACETS if facet.name not in own))

    @property
    def flag_field(self) -> str:
        """The field of the terms that are its legal flags."""
        return next((facet.name for facet in self.all_facets if facet.source == self.flags), self.flags)

    @property
    def searched(self) -> tuple[str, ...]:
        """The fields whose running text search reads, in order."""
        names = ("summary", "tags", *self.search_text)
        shown = (*self.sections, self.says) if self.says else self.sections
        names += tuple(name for section in shown for name in section.fields)
        return tuple(name for name in dict.fromkeys(names) if name not in (*ABOUT_CHECKING, *self.unsearched))

    @property
    def heading(self) -> str:
        """The title of the kind's list, where it is not simply the plural."""
        return self.title or self.label_plural

    @property
    def usual_order(self) -> tuple[str, ...]:
        """The fields that its lists are sorted by, before the identifier: records without numbers by their title."""
        return self.order or (() if self.shows_identifier else ("title",))

    @property
    def is_whole_list(self) -> bool:
        """Its list is short: on one page, unless readers ask for another order or view."""
        return bool(self.list_template or self.grouped_by)

    @property
    def is_term(self) -> bool:
        """Its records are words of the field: one of the same name in another such kind is the same concept."""
        return self.schema_type == "DefinedTerm"

    @property
    def shows_identifier(self) -> bool:
        """Numbered identifiers are shown; those that are only a slug are not."""
        return bool(self.prefix or self.pattern)

    @property
    def identifier_shape(self) -> str:
        """What an identifier of this kind looks like, as a regular expression for the whole of it."""
        if self.prefix:
            return rf"{self.prefix}-\d{{{self.digits},}}"
        return self.pattern or r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*"

    @property
    def identifier_example(self) -> str:
        """An identifier of this shape, for people: T-001, WP1, dark-web."""
        if self.prefix:
            return f"{self.prefix}-{1:0{self.digits}d}"
        return re.sub(r"\\d\+?", "1", self.pattern).replace("\\", "") or "dark-web"

    @cached_property
    def nouns(self) -> tuple[str, str]:
        """“technology” and “technologies”, in English: what translators are asked for with a number before it."""
        with translation.override(settings.LANGUAGE_CODE):
            return tuple(f"%(count)s {lower_first(label)}" for label in (self.label, self.label_plural))

    def counted(self, number: int) -> str:
        """“3 technologies”, with the plural forms of the reader's language."""
        return ngettext(*self.nouns, number) % {"count": formats.number_format(number, force_grouping=True)}

    @property
    def list_url(self) -> str:
        return f"/{self.path}/"

    def url(self, identifier: str, slug: str) -> str:
        """The public address of a record; relative to the portal's origin."""
        decorated = f"{identifier}-{slug}" if self.address == "id-slug" and slug else identifier
        return f"/{self.path}/{decorated}/"


def lower_first(text: str) -> str:
    """A label within a sentence: “Legal event” becomes “legal event”, but “SWOT point” stays, and German nouns."""
    text = str(text)
    keeps = text[1:2].isupper() or translation.get_language() == "de"
    return text if keeps else text[:1].lower() + text[1:]


def in_meta(label, value):
    """A fact in a row of facts: a “Yes” says nothing without its question."""
    is_answer = value.get("type") == "choice" and value["value"] in YesNo.values
    return f"{label}: {value['text'].lower()}" if is_answer else value["text"]


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds, those an app builds upon before those that build on it (the order in which they are loaded)."""
    found = [
        (getattr(config, "rank", 100), position, kind)
        for config in apps.get_app_configs()
        for position, kind in enumerate(getattr(config, "kinds", ()))
    ]
    return tuple(kind for _, _, kind in sorted(found, key=lambda row: row[:2]))


@cache
def app_of(kind: Kind) -> str:
    """The app that a kind is from: templates that only it has are in the folder of that name."""
    return next(config.label for config in apps.get_app_configs() if kind in getattr(config, "kinds", ()))


@cache
def kinds_by_name() -> dict[str, Kind]:
    return {kind.name: kind for kind in kinds()}


@cache
def kind_for(role: Role) -> Kind:
    """The one kind that has this role."""
    (kind,) = (kind for kind in kinds() if kind.role is role)
    return kind


@cache
def schemes() -> dict[str, str]:
    """``{field: scheme of the vocabulary}``, as the kinds say it."""
    return {name: scheme for kind in kinds() for name, scheme in kind.schemes.items()}


@cache
def paths() -> dict[str, tuple[Kind, ...]]:
    """The kinds that share each public path, such as patterns and cases under ``practices``."""
    shared: dict[str, list[Kind]] = {}
    for kind in kinds():
        shared.setdefault(kind.path, []).append(kind)
    return {path: tuple(members) for path, members in shared.items()}
