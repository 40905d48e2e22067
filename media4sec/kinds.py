"""What a kind of record is: plain data that the write side and the read side both know.

A kind imports no model. The model points to its kind (``Technology.kind``), the app's config names the
app's kinds (``AppConfig.kinds``), and Django keeps the apps: there is no registry of our own.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, cached_property, lru_cache
from itertools import chain, count
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models.enums import Choices
from django.utils import formats, translation
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from media4sec.choices import Lens, Provenance, YesNo

NOT_STATED = _("Not stated in the source")
NO_VALUE = "not-stated"  # the term of a record that states nothing
Document = dict[str, Any]  # a record as JSON
FACT, NEWEST_SOURCE, DATED = "fact", "newest-source", "dated"  # terms that no list filters by
COUNTS_KEPT = 2_000  # numbers of records in words, which every list says twice
BEHIND = "about"  # the section of what readers look for behind the words of the menu
SECTIONS = {
    "situations": _("Situations"),
    "practices": _("Practices"),
    "technologies": _("Tools"),
    "issues": _("Issues"),
    "law": _("Law"),
    "evidence": _("Evidence"),
    "training": _("Training"),
    "library": _("Documents"),
    BEHIND: _("About the knowledge base"),
}
# The list that each word of the menu leads to.
NAVIGATION = {
    "situations": "/situations/",
    "practices": "/practices/",
    "technologies": "/technologies/",
    "issues": "/issues/",
    "law": "/law/",
    "evidence": "/evidence/",
    "training": "/training/",
    "library": "/library/",
    BEHIND: "/about/",
}


class Role(Enum):
    """What shared code needs one kind for, whichever it is: it asks for ``kind_for(Role.THEME)``, and names none."""

    THEME = "its records number the subjects that others are placed under"
    EVIDENCE = "its records say what a source says"
    ISSUE = "its records are what others raise in rights and law"
    LAW = "its records are the law that issues refer to"
    NATIONAL_LAW = "its records say what is recorded of the law of one country"
    GLOSSARY = "its records say what words mean, wherever a page uses them"
    VOCABULARY = "its records give words of the interface in other languages"
    OWNER = "its records are responsible for others"


@dataclass(frozen=True)
class Thing:
    """What the records of a kind describe, and which fields of a record state which of its facts, for other catalogues.

    The record and the thing are two, each with facts of its own. A field that is not named states nothing.
    """

    type: str  # in media4sec.work_types …
    types: tuple[str, dict[str, str]] = (
        "",
        {},
    )  # … or (field, {value: type}), where records say it more exactly
    is_published: bool = False  # elsewhere: it has a citation of its own
    title: str = "title"
    other_titles: tuple[str, ...] = ()
    labels: str = ""  # its parts with a language and a label, where it has names in several
    creators: str = ""  # who wrote or made it
    contributors: tuple[str, ...] = ()
    publisher: str = ""
    published_by: str = ""  # where no field says so: who publishes all things of this kind
    is_of_project: bool = False  # it was paid for by the project's grant
    date: str = ""  # of publication, adoption or decision, or when it began
    until: str = ""
    number: str = ""
    numbers: dict[str, str] = field(
        default_factory=dict
    )  # {scheme: field}, as in media4sec.publications.description
    url: str = ""
    files: tuple[str, ...] = ()  # addresses of copies
    language: str = ""
    place: tuple[str, ...] = ()  # from the hall to the town
    country: str = ""
    licence: str = ""
    works_for: tuple[str, ...] = ()  # whom a person works for; the first that is filled counts
    open_if: tuple[str, str] = ("", "")  # (field, value) that states that everybody may read it


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
    scheme: str = (
        ""  # of its values (media4sec.publications.concepts), where that is not called as the filter
    )

    @property
    def source(self) -> str:
        return self.field or self.name


# Fields of every record that tell how it was gathered and checked, not what it says: shown, and never searched.
ABOUT_CHECKING = ("verified_basis", "notes")


def fields(text: str) -> tuple[str, ...]:
    """The names of fields, in order: a kind has many of them, and fits on a screen when they stand in lines."""
    return tuple(text.split())


def phrases(text: str) -> tuple[str, ...]:
    """Words of a free text, with commas between them."""
    return tuple(text.split(", "))


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
    Facet("type", _("Type"), "kind", scheme="record-kind"),
    Facet("lens", _("Lens"), empty=_("No lens given"), choices=Lens),
    Facet("provenance", _("Provenance"), choices=Provenance),
    Facet("verified", _("Verified"), empty=_("Not stated"), choices=YesNo),
    Facet("tag", _("Tag"), "tags", empty=""),
    Facet("checked", _("Checked"), "checked_on", empty=_("Not checked yet"), type="date"),
)


@dataclass(frozen=True, eq=False)
class Names:
    """What a kind is called: in the menu, above its list and its pages, in counts, files and the API's reference."""

    one: str
    many: str
    lead: str  # the sentence under the heading of its list
    title: str = ""  # of its list, where that is not simply the plural

    @property
    def heading(self) -> str:
        return self.title or self.many

    @cached_property
    def nouns(self) -> tuple[str, str]:
        """“technology” and “technologies”, in English: what translators are asked for with a number before it."""
        with translation.override(settings.LANGUAGE_CODE):
            return f"%(count)s {lower_first(self.one)}", f"%(count)s {lower_first(self.many)}"

    def counted(self, number: int) -> str:
        """“3 technologies”, with the plural forms of the reader's language."""
        return _counted(self, number, get_language())


@lru_cache(COUNTS_KEPT)
def _counted(names: Names, number: int, _language: str) -> str:
    return ngettext(*names.nouns, number) % {"count": formats.number_format(number, force_grouping=True)}


@dataclass(frozen=True)
class Slug:
    """A short name made of the title, such as dark-web: it is the end of the address, and no page shows it."""

    shape = r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*"  # of the whole identifier
    start = ""  # what an address begins with, if something can follow it
    example = "dark-web"
    is_shown = is_given = has_slug = False

    def stem(self, slug: str) -> str:
        """What the identifiers begin with that the next one must not be equal to."""
        return slug

    def following(self, slug: str, taken: Collection[str]) -> str:
        """The next free identifier, with a number where the slug is taken; empty where none can be made."""
        candidates = chain([slug], (f"{slug}-{number}" for number in count(2)))
        return next(free for free in candidates if free not in taken) if slug else ""


@dataclass(frozen=True)
class Numbered:
    """T-001, T-002 …: the next number is found by itself, and pages show it beside the title."""

    prefix: str
    digits: int = 3
    has_slug: bool = False  # /technologies/T-001-name/
    is_shown = True
    is_given = False

    @property
    def shape(self) -> str:
        return rf"{self.prefix}-\d{{{self.digits},}}"

    @property
    def start(self) -> str:
        return rf"{self.prefix}-\d+"

    @property
    def example(self) -> str:
        return f"{self.prefix}-{1:0{self.digits}d}"

    def stem(self, slug: str) -> str:
        return f"{self.prefix}-"

    def following(self, slug: str, taken: Collection[str]) -> str:
        numbers = (identifier.removeprefix(self.stem(slug)) for identifier in taken)
        highest = max((int(number) for number in numbers if number.isdecimal()), default=0)
        return f"{self.prefix}-{highest + 1:0{self.digits}d}"


@dataclass(frozen=True)
class Given:
    """The field's own numbers, such as D2.3: nobody but the editor knows the next one, and pages show it."""

    shape: str
    has_slug: bool = False
    is_shown = is_given = True

    @property
    def start(self) -> str:
        return self.shape

    @property
    def example(self) -> str:
        return re.sub(r"\\d\+?", "1", self.shape).replace("\\", "")


@dataclass(frozen=True, eq=False)
class Listed:
    """How its list is: what it is filtered and sorted by, what a row says, and whether all of it is on one page."""

    facets: tuple[Facet, ...] = ()
    order: tuple[
        str, ...
    ] = ()  # fields; “-” before those that fall, “|” between one and what stands in for it
    meta: tuple[str, ...] = ()  # the facts under a title
    told: tuple[str, ...] = ()  # facts that each row tells with their labels, also that nothing is stated
    doors: str = (
        ""  # a function of the app that says where to begin: () -> see ``doors`` in portal/_results.html
    )
    is_compared: bool = False  # readers choose some and see them side by side
    marks_unverified: bool = False  # warns, as its pages do, where a look-up did not confirm the record
    as_known: str = ""  # how fresh it is: a sentence with %(date)s, that of the newest source
    grouped_by: str = ""  # the fact under whose values a short list is whole on one page
    template: str = ""  # of a short list that is whole on one page of its own making
    rows: str = ""  # a function of the app that adds to it: (rows) -> what its template needs
    # A function of the app for what stands above them and is about all of them, which then come in pages:
    # (first rows of all, number of all) -> what its template needs. After the first page it gets no rows.
    overview: str = ""

    @property
    def all_facets(self) -> tuple[Facet, ...]:
        own = {facet.name for facet in self.facets}
        return (*self.facets, *(facet for facet in COMMON_FACETS if facet.name not in own))

    @property
    def is_whole(self) -> bool:
        """The list is short: on one page, unless readers ask for another order or view."""
        return bool(self.template or self.grouped_by)


@dataclass(frozen=True, eq=False)
class Page:
    """What a record's page says, from top to bottom; a template of the kind's own name can add to it."""

    says: Section | None = None  # one text before all facts; in lists it stands under the title
    facts: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)  # of facts, where that of the form is for editors
    limits: tuple[str, ...] = ()  # facts that stand under “Requirements and limits”, not on the fact card
    figure: tuple[str, ...] = ()  # a number, its unit and its qualifier, which are shown as one
    about: str = _("In short")  # the title of the summary
    sections: tuple[Section, ...] = ()
    dated: str = ""  # the list of its parts that each have a date: what happened, and what comes next
    own_parts: dict[str, str] = field(default_factory=dict)  # lists of parts that its template shows
    # Of what tells national law, functions of the app: (code, names of records) -> what a note says; () -> codes.
    concerning: str = ""
    countries: str = ""
    choices: dict[str, type[Choices]] = field(default_factory=dict)  # of the fields of its parts, for papers
    shown_apart: tuple[str, ...] = ()  # kinds that it shows in a part of their own
    statements_by: str = ""  # the facet of statements that means this very record
    is_overview: bool = False
    check: str = ""  # the address of a check that can be about its records: theirs is told behind a #
    keeps_pdf: bool = (
        False  # its records are about documents: editors attach the PDF, and pages of it are linked
    )
    adds: str = (
        ""  # a function of the app that adds to its RecordPage what only this kind has: (page) -> page
    )


@dataclass(frozen=True, eq=False)
class Links:
    """What its records point to, and what a reader is told of it on both sides."""

    roles: dict[str, str] = field(
        default_factory=dict
    )  # of links to kinds of later apps: {role: kind, "" for any}
    reasons: dict[str, str] = field(default_factory=dict)  # by field; completes “It …” and “This record …”
    flags: str = ""  # the field with the issues that its records raise
    # What a field means to catalogues elsewhere, as a term of Dublin Core; themes are subjects, all others relations.
    means: dict[str, str] = field(default_factory=dict)
    # Fields through which others rest on its records: when one of these says something else, they are looked at again.
    rechecked: tuple[str, ...] = ()
    has_neighbours: bool = True  # compared with others, to say which are related by what they share


@dataclass(frozen=True, eq=False)
class Search:
    """What search reads of a record besides title, summary, tags and sections, and what a hit is worth."""

    text: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # fields that hold other names: acronyms, numbers, makers, places
    unread: tuple[
        str, ...
    ] = ()  # its own fields that tell how it was gathered and checked, as ABOUT_CHECKING
    names_others: bool = (
        False  # its records bear the labels of other records: theme-dark-web those of dark-web
    )
    ways: Ways | None = None
    law_of: str = ""  # its records tell law; the field with the country, as a code or by name, if it is one's
    share: float = 1.0  # of a hit's worth; less for what is worked with, and tells of nothing


@dataclass(frozen=True, eq=False)
class StateBar:
    """How a record is now, at a glance: a bar beside its title, in lists and on its page."""

    source: str = ""  # the field that says it
    shapes: dict[str, str] = field(
        default_factory=dict
    )  # {value: full, half, hollow, struck}; others are hatched
    rule: str = ""  # what its states mean, for readers
    # A function of the app: how a record stands on a day and today, and what happens between, from its dates:
    # (document, day, today) -> {identifier, title, url, then, now, is_dated, changes}
    on_day: str = ""


@dataclass(frozen=True, eq=False)
class Cited:
    """How a record is cited, by readers and by the portal itself."""

    quotes: str = ""  # the field with the record whose work its sentence is taken from; else its sources are
    origins: tuple[
        str, ...
    ] = ()  # fields that name where its sentence was said, the first that is filled counts
    rests_on: str = ""  # the field, one that its list is filtered by, that says what its sentence rests on
    mark: str = ""  # what it is called beside such a sentence, with %(number)s; else by its identifier
    by_identifier: bool = False  # D2.3 Title, where others name it


@dataclass(frozen=True, eq=False)
class Kind:
    """Everything about a kind that is not its fields: each part says where a reader meets it."""

    name: str
    plural: str
    names: Names
    path: str
    section: str
    thing: Thing
    identifier: Slug | Numbered | Given = Slug()
    listed: Listed = Listed()
    state: StateBar = StateBar()
    page: Page = Page()
    links: Links = Links()
    search: Search = Search()
    cited: Cited = Cited()
    role: Role | None = None
    note: str = ""  # a function of the app: (document) -> the note that it carries everywhere, or None
    words: dict[str, dict[str, str]] = field(
        default_factory=dict
    )  # {field: {value: words}} where values are codes
    # Fields whose values the vocabulary has under another name, or whose English labels mean two things elsewhere.
    schemes: dict[str, str] = field(default_factory=dict)
    weight: int = 50  # the lighter, the earlier among related records and equal search hits
    review_months: int = 12
    recommended: tuple[str, ...] = (
        "summary",
        "sources",
        "checked_on",
    )  # its editors are told where one is missing
    is_editorial: bool = False  # only the editorial office adds records, and is responsible for them

    @property
    def flag_field(self) -> str:
        """The field of the terms that are its legal flags."""
        flags = self.links.flags
        return next((facet.name for facet in self.listed.all_facets if facet.source == flags), flags)

    @property
    def searched(self) -> tuple[str, ...]:
        """The fields whose running text search reads, in order."""
        shown = (*self.page.sections, self.page.says) if self.page.says else self.page.sections
        names = (
            "summary",
            "tags",
            *self.search.text,
            *(name for section in shown for name in section.fields),
        )
        unread = (*ABOUT_CHECKING, *self.search.unread)
        return tuple(name for name in dict.fromkeys(names) if name not in unread)

    @property
    def usual_order(self) -> tuple[str, ...]:
        """The fields that its lists are sorted by, before the identifier: records without numbers by their title."""
        return self.listed.order or (() if self.identifier.is_shown else ("title",))

    @property
    def is_term(self) -> bool:
        """Its records are words of the field: one of the same name in another such kind is the same concept."""
        return self.thing.type == "concept"

    @property
    def has_calendar(self) -> bool:
        """Its records tell of days: as events, or in their parts."""
        return self.thing.type == "event" or bool(self.page.dated)

    @property
    def shape(self) -> str:
        """What its documents are called in descriptions of the API, for ever: its own name, not what pages call it."""
        return self.name.title().replace("-", "")

    @property
    def list_url(self) -> str:
        return f"/{self.path}/"

    def url(self, identifier: str, slug: str) -> str:
        """The public address of a record; relative to the portal's origin."""
        decorated = f"{identifier}-{slug}" if self.identifier.has_slug and slug else identifier
        return f"/{self.path}/{decorated}/"

    def api_url(self, identifier: str = "") -> str:
        """The address of a record in the API, or of the list of all; relative to the portal's origin."""
        return f"/api/v1/{self.plural}" + (f"/{identifier}" if identifier else "")


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


def is_behind(kind: Kind) -> bool:
    """Are its records pages behind the words of the menu, and no peers of what these lead to?"""
    return kind.list_url != NAVIGATION[kind.section]
