"""Records that a record names and that name it, grouped by kind, each with its reason."""

from dataclasses import dataclass
from itertools import groupby

from django.utils.text import capfirst
from django.utils.translation import gettext

from media4sec.kinds import THEME_FIELDS, Kind, Role, kind_for, kinds_by_name, lower_first
from media4sec.portal.record.evidence import UNSHOWN
from media4sec.portal.rows import LENSES, sentence_of, told_of_records
from media4sec.portal.wording import page_display
from media4sec.publications.index import current
from media4sec.publications.models import Publication, Term
from media4sec.publications.related import neighbours

SHOWN, SHOWN_IN_OVERVIEW = 10, 4  # of records that a list shows whole
SHOWN_WITHOUT_LIST = 25
ROW = ("kind", "identifier", "title", "summary", "url", "lens", "display")


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A linked record."""

    title: str
    url: str
    identifier: str  # empty where it is not shown
    sentence: str
    lens: str
    lens_label: str
    state: dict | None


@dataclass(frozen=True, slots=True)
class LinkGroup:
    """Linked records of one kind with one reason: the first of them, how many there are, and the way to all."""

    kind: Kind
    reason: str
    total: int
    rows: list[LinkRow]
    all_url: str  # empty where these are all, or no list shows them

    @property
    def label(self):
        return self.kind.names.many if self.total > 1 else self.kind.names.one

    @property
    def all(self):
        """“12 technologies”"""
        return self.kind.names.counted(self.total)

    @property
    def rest(self):
        """How many are not shown and on no list."""
        return 0 if self.all_url else self.total - len(self.rows)


def links_from(publications):
    """``{key: [the terms by which a record names others]}`` of these records. One query."""
    rows = Term.objects.filter(publication__in=publications, target__isnull=False).select_related("target")
    read = (*(f"target__{name}" for name in (*ROW, "document")), "field", "publication", "target")
    found = {publication.pk: [] for publication in publications}
    for term in rows.only(*read).order_by("pk"):
        found[term.publication_id].append(term)
    return found


class Backlinks:
    """The records that name this one, as the index knows them: no query but for those that are shown."""

    def __init__(self, publication):
        self.publication, self.index = publication, current()
        self.slots = self.index.naming(publication.pk)  # {(kind, field): slots}
        self.by_kind = {}  # how often records of each kind name it
        for (kind_name, _field), slots in self.slots.items():
            self.by_kind[kind_name] = self.by_kind.get(kind_name, 0) + len(slots)

    @property
    def has_statements(self):
        return kind_for(Role.EVIDENCE).name in self.by_kind

    def first(self, kind_name, most):
        """The first records of one kind that name it: for parts of a page that show these alone. One query, where
        there are any."""
        named = self.index.mask(*(slots for (name, _field), slots in self.slots.items() if name == kind_name))
        rows = Publication.objects.defer(*UNSHOWN)
        return rows.in_order_of(self.index.pks[self.index.first(named.nonzero()[0], most)].tolist())

    def told_once(self, apart, told, told_strongly):
        """``[((kind, field), slots)]``, the strongest reasons first, without the kinds that are told ``apart``.

        Each record is told once, for its strongest reason, unless a list shows all that have the same one: ``told``
        are those that this record names, and ``told_strongly`` those that it names as a whole.
        """
        keys = sorted(
            (key for key in self.slots if key[0] not in apart),
            key=lambda key: (key[0], strength_of(*key), key[1]),
        )
        found = []
        for kind_name, of_kind in groupby(keys, key=lambda key: key[0]):
            stronger = self.index.mask()
            for key in of_kind:
                slots, strength = self.slots[key], strength_of(*key)
                if strength:
                    before = told if strength == WEAK else told_strongly
                    is_told = stronger | self.index.mask(self.index.slots(before.get(kind_name, ())))
                    slots = slots[~is_told[slots]]
                stronger[self.slots[key]] = True
                if len(slots):
                    found.append((key, slots))
        return found

    def naming_strongly(self, publications, apart):
        """Which of these name the record as a whole."""
        strong = [
            slots for (name, field), slots in self.slots.items() if name not in apart and "." not in field
        ]
        slots = self.index.slots(list(publications))
        return set(self.index.pks[slots[self.index.mask(*strong)[slots]]].tolist())


LISTED, PLAIN, WEAK = range(
    3
)  # a list shows all that name it so; no list does; a part of the record names it


def strength_of(kind_name, field):
    if facet_of(kinds_by_name()[kind_name], field):
        return LISTED
    return WEAK if "." in field else PLAIN


def facet_of(kind, field):
    """The filter of the kind's list that means just these terms."""
    return next((facet for facet in kind.listed.facets if facet.name == field), None)


def path_of(kind, name):
    """The document field behind a term: facets rename some."""
    return next((facet.source for facet in kind.listed.all_facets if facet.name == name), name)


def link_groups(kind, outgoing, backlinks):
    """Links from and to a record; long groups lead to the list that shows them all.

    Each record is told once, for its strongest reason; see ``Backlinks.told_once()`` for those that name this one.
    """
    apart = {kind_for(Role.EVIDENCE).name, *kind.page.shown_apart}
    seen = {term.target_id: term.target for term in outgoing if path_of(kind, term.field) == kind.links.flags}
    groups = groups_from(kind, outgoing)
    for (_other, _reason, is_weak), rows in groups.items():
        if not is_weak:
            keep_unseen(rows, seen)
    told_strongly = by_kind(seen.values())
    weak = {pk: row for key, rows in groups.items() if key[-1] for pk, row in rows.items()}
    told_once = backlinks.told_once(apart, by_kind((seen | weak).values()), told_strongly)
    incoming = groups_to(kind, backlinks, told_once)
    if weak:
        asked = [pk for pk, row in weak.items() if row.kind in backlinks.by_kind]
        seen |= {pk: weak[pk] for pk in backlinks.naming_strongly(asked, apart)}
        for (_other, _reason, is_weak), rows in groups.items():
            if is_weak:
                keep_unseen(rows, seen)
    found = [
        LinkGroup(other, capfirst(reason), len(rows), [*map(linked_row, rows.values())], "")
        for (other, reason, _is_weak), rows in groups.items()
        if rows
    ]
    return sorted([*found, *incoming], key=lambda group: group.kind.weight)


def groups_from(kind, outgoing):
    """``{(kind, reason, whether only a part names them): {pk: publication}}``, but what the page tells elsewhere."""
    groups, told_elsewhere = {}, {*kind.page.facts, kind.links.flags, *THEME_FIELDS}
    for term in outgoing:
        path = path_of(kind, term.field)
        if path not in told_elsewhere:
            reason = kind.links.reasons.get(path) or gettext("mentions it")
            key = (kinds_by_name()[term.target.kind], reason, "." in path)
            groups.setdefault(key, {})[term.target_id] = term.target
    return groups


def keep_unseen(rows, seen):
    """Leave out of a group what an earlier one has."""
    for pk in [pk for pk in rows if pk in seen]:
        del rows[pk]
    seen.update(rows)


def by_kind(publications):
    found = {}
    for row in publications:
        found.setdefault(row.kind, []).append(row.pk)
    return found


def groups_to(kind, backlinks, named):
    """The groups of those that name a record; fields with the same reason are one group. One query."""
    groups = {}
    for (kind_name, field), slots in named:
        other = kinds_by_name()[kind_name]
        path = path_of(other, field)
        does = other.links.reasons.get(path) or (
            gettext("shares this theme") if path in THEME_FIELDS else gettext("mentions it")
        )
        groups.setdefault((other, does), []).append((facet_of(other, field), slots))
    shown, index, first = SHOWN_IN_OVERVIEW if kind.page.is_overview else SHOWN, backlinks.index, {}
    for key, members in groups.items():
        slots = index.mask(*(slots for _facet, slots in members)).nonzero()[0]
        first[key] = index.first(slots, shown if members[0][0] else SHOWN_WITHOUT_LIST)
    pks = {key: index.pks[slots].tolist() for key, slots in first.items()}
    rows = told_of_records("links", [pk for of_key in pks.values() for pk in of_key], ROW, linked_row)
    found = []
    for (other, does), members in groups.items():
        total, facet = sum(len(slots) for _facet, slots in members), members[0][0]
        is_listed = facet and total > shown
        all_url = f"{other.list_url}?{facet.name}={backlinks.publication.identifier}" if is_listed else ""
        own = [rows[pk] for pk in pks[other, does] if pk in rows]
        found.append(LinkGroup(other, to_here(does, total), total, own, all_url))
    return found


def to_here(does, total):
    """Why others lead to this record."""
    # Translators: “does” is a reason, such as “names this tool”; leave “it” out where words depend on what it is.
    return capfirst((gettext("Each %(does)s") if total > 1 else gettext("It %(does)s")) % {"does": does})


def linked_row(publication):
    kind, display = kinds_by_name()[publication.kind], page_display(publication)
    return LinkRow(
        title=publication.title,
        url=publication.url,
        identifier=publication.identifier if kind.identifier.is_shown else "",
        sentence=sentence_of(publication, display),
        lens=publication.lens,
        lens_label=LENSES.get(publication.lens, ""),
        state=display["state"],
    )


def neighbours_of(publication, outgoing, sources):
    """Related records as they were worked out at publication, with what each shares, in words. One query.

    What is not public by now, or not said on this page, is left out.
    """
    named = {f"{term.target.kind}:{term.target.identifier}": term.target for term in outgoing}
    found = []
    for row, shared in neighbours(publication, sources, named):
        kind = kinds_by_name()[row.kind]
        found.append(
            {
                "title": row.title,
                "url": row.url,
                "kind_label": kind.names.one,
                "identifier": row.identifier if kind.identifier.is_shown else "",
                "reasons": [reason_of(how, what) for how, what in shared],
            }
        )
    return found


def reason_of(how, what):
    """See ``portal/_links.html``."""
    if how == "words":
        return {"how": how, "words": ", ".join(what)}
    if how == "source":
        return {"how": how, "title": what["title"], "kind": ""}
    return {"how": how, "title": what.title, "kind": lower_first(kinds_by_name()[what.kind].names.one)}
