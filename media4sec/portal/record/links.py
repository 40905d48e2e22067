"""Records that a record names and that name it, grouped by kind, each with its reason."""

import json
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.text import capfirst
from django.utils.translation import gettext

from media4sec.kinds import THEME_FIELDS, Kind, Role, kind_for, kinds_by_name, lower_first
from media4sec.portal.record.evidence import UNSHOWN
from media4sec.portal.rows import LENSES, sentence_of
from media4sec.portal.wording import page_display
from media4sec.publications.models import Publication, Term, first_of_each

SHOWN, SHOWN_IN_OVERVIEW = 10, 6  # of records that a list shows whole
SHOWN_WITHOUT_LIST = 25
ROW = ("kind", "identifier", "title", "summary", "url", "lens", "display", "sort_key")


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


def links_from(publication):
    """The terms by which a record names others. One query."""
    rows = Term.objects.filter(publication=publication, target__isnull=False).select_related("target")
    read = (*(f"target__{name}" for name in (*ROW, "document")), "field", "publication", "target")
    return list(rows.only(*read).order_by("pk"))


class Backlinks:
    """The records that name this one: their numbers, and the first of each field that does. Three queries at most."""

    def __init__(self, publication):
        self.terms = Term.objects.filter(target=publication)
        counts = self.terms.values_list("publication__kind", "field").annotate(Count("pk")).order_by()
        self.counts = {(kind_name, field): number for kind_name, field, number in counts}

    @cached_property
    def by_kind(self):
        found = {}
        for (kind_name, _field), number in self.counts.items():
            found[kind_name] = found.get(kind_name, 0) + number
        return found

    @property
    def has_statements(self):
        return kind_for(Role.EVIDENCE).name in self.by_kind

    def first(self, apart, told, told_strongly):
        """``[((kind, field), [(publication, value, total)])]``, without the kinds that are told ``apart``.

        Each record is told once, for its strongest reason, unless a list shows all that have the same one: ``told``
        are those that this record names, and ``told_strongly`` those that it names as a whole.
        """
        wanted = [key for key in self.counts if key[0] not in apart]
        if not wanted:
            return []
        told_before = Q()
        for kind_name, field in wanted:
            if strength := strength_of(kind_name, field):
                stronger = [
                    other
                    for name, other in wanted
                    if name == kind_name and (strength_of(name, other), other) < (strength, field)
                ]
                before = told if strength == WEAK else told_strongly
                conditions = []
                if kind_name in before:
                    conditions.append(Q(publication__in=before[kind_name]))
                if stronger:
                    same = self.terms.filter(publication=OuterRef("publication"), field__in=stronger)
                    conditions.append(Q(Exists(same)))
                for condition in conditions:
                    told_before |= Q(publication__kind=kind_name, field=field) & condition
        group, order = ["publication__kind", "field"], ["publication__sort_key", "publication", "value"]
        rows = self.terms.filter(~told_before) if told_before else self.terms
        rows = rows.exclude(publication__kind__in=apart)
        largest = max(self.counts[key] for key in wanted)
        rows = first_of_each(rows, group, order, SHOWN_WITHOUT_LIST, largest)
        rows.sort(key=lambda row: (row[0], strength_of(*row[:2]), row))
        found = Publication.objects.only(*ROW).in_bulk([pk for *_, pk, _value, _total in rows])
        return [
            (key, [(found[pk], value, total) for *_, pk, value, total in members])
            for key, members in groupby(rows, key=lambda row: row[:2])
        ]

    def naming_strongly(self, publications, apart):
        """Which of these name the record as a whole. One query, where there are any."""
        terms = self.terms.filter(publication__in=publications).exclude(field__contains=".")
        return set(terms.exclude(publication__kind__in=apart).values_list("publication", flat=True))


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

    Each record is told once, for its strongest reason; see ``Backlinks.first()`` for those that name this one.
    """
    apart = {kind_for(Role.EVIDENCE).name, *kind.page.shown_apart}
    seen = {term.target_id: term.target for term in outgoing if path_of(kind, term.field) == kind.links.flags}
    groups = groups_from(kind, outgoing)
    for (_other, _reason, is_weak), rows in groups.items():
        if not is_weak:
            keep_unseen(rows, seen)
    told_strongly = by_kind(seen.values())
    weak = {pk: row for key, rows in groups.items() if key[-1] for pk, row in rows.items()}
    incoming = groups_to(kind, backlinks.first(apart, by_kind((seen | weak).values()), told_strongly))
    if weak:
        asked = [pk for pk, row in weak.items() if row.kind in backlinks.by_kind]
        seen |= {pk: weak[pk] for pk in backlinks.naming_strongly(asked, apart)}
        for (_other, _reason, is_weak), rows in groups.items():
            if is_weak:
                keep_unseen(rows, seen)
    found = [
        LinkGroup(other, capfirst(reason), len(rows), rows_of(other, rows.values()), "")
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


def groups_to(kind, backlinks):
    """The groups of those that name a record; fields with the same reason are one group."""
    groups = {}
    for (kind_name, field), named in backlinks:
        other = kinds_by_name()[kind_name]
        path = path_of(other, field)
        does = other.links.reasons.get(path) or (
            gettext("shares this theme") if path in THEME_FIELDS else gettext("mentions it")
        )
        groups.setdefault((other, does), []).append((facet_of(other, field), named))
    shown = SHOWN_IN_OVERVIEW if kind.page.is_overview else SHOWN
    found = []
    for (other, does), members in groups.items():
        total = sum(named[0][-1] for _facet, named in members)
        facet, [(_row, value, _total), *_] = members[0]
        all_url = f"{other.list_url}?{facet.name}={value}" if facet and total > shown else ""
        rows = sorted(
            {row for _, named in members for row, *_ in named}, key=lambda row: (row.sort_key, row.pk)
        )
        shown_here = rows[: shown if facet else SHOWN_WITHOUT_LIST]
        found.append(LinkGroup(other, to_here(does, total), total, rows_of(other, shown_here), all_url))
    return found


def to_here(does, total):
    """Why others lead to this record."""
    # Translators: “does” is a reason, such as “names this tool”; leave “it” out where words depend on what it is.
    return capfirst((gettext("Each %(does)s") if total > 1 else gettext("It %(does)s")) % {"does": does})


def rows_of(kind, publications):
    return [linked_row(kind, publication) for publication in publications]


def linked_row(kind, publication):
    display = page_display(publication)
    return LinkRow(
        title=publication.title,
        url=publication.url,
        identifier=publication.identifier if kind.identifier.is_shown else "",
        sentence=sentence_of(publication, display),
        lens=publication.lens,
        lens_label=LENSES.get(publication.lens, ""),
        state=display["state"],
    )


def records_naming(publication, kind_name):
    """The records of one kind that name this one, in their order: for parts of a page that show these alone."""
    terms = Term.objects.filter(target=publication).values("publication")
    rows = Publication.objects.published().of(kind_name).filter(pk__in=terms)
    return rows.defer(*UNSHOWN).order_by("sort_key", "pk")


def neighbours_of(publication, outgoing, sources):
    """Related records as they were worked out at publication, with what each shares, in words. One query.

    What is not public by now, or not said on this page, is left out.
    """
    kept = json.loads(publication.related or "{}")
    near = kept.get("near", [])
    names = {name for name, _features in near}
    names |= {name.removeprefix("by:") for _, features in near for name in features if name.startswith("by:")}
    public = public_records(names) if names else {}
    known = {
        "to": {f"{term.target.kind}:{term.target.identifier}": term.target for term in outgoing},
        "by": public,
        "source": {source["url"]: source for source in sources},
    }
    found = []
    for name, features in near:
        reasons = _reasons(features, known, kept["features"])
        if name in public and reasons:
            row = public[name]
            kind = kinds_by_name()[row.kind]
            found.append(
                {
                    "title": row.title,
                    "url": row.url,
                    "kind_label": kind.names.one,
                    "identifier": row.identifier if kind.identifier.is_shown else "",
                    "reasons": reasons,
                }
            )
    return found


def public_records(names):
    """``{"technology:T-001": publication}`` of those that are public. One query."""
    which = Q()
    for kind_name in {name.partition(":")[0] for name in names}:
        own = [name.partition(":")[2] for name in names if name.startswith(f"{kind_name}:")]
        which |= Q(kind=kind_name, identifier__in=own)
    rows = Publication.objects.published().filter(which).only("kind", "identifier", "title", "url")
    return {f"{row.kind}:{row.identifier}": row for row in rows}


def _reasons(features, known, own):
    """See ``portal/_links.html``; a record that both name and are named by is said once."""
    found, seen, words = [], set(), []
    for feature in features:
        how, _, name = feature.partition(":")
        if how == "word":
            words.append(own[feature][1])
        elif name in known[how] and name not in seen:
            seen.add(name)
            other = known[how][name]
            is_source = how == "source"
            found.append(
                {
                    "how": how,
                    "title": other["title"] if is_source else other.title,
                    "kind": "" if is_source else lower_first(kinds_by_name()[other.kind].names.one),
                }
            )
    return [*found, {"how": "words", "words": ", ".join(words)}] if words else found
