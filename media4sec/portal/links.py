"""Records that a record names and that name it, grouped by kind, each with its reason."""

from media4sec.kinds import kinds_by_name, lower_first
from media4sec.portal.cards import LENSES, first_sentence
from media4sec.portal.evidence import STATEMENT
from media4sec.portal.wording import display_of

SHOWN, SHOWN_IN_OVERVIEW = 12, 6
THEMES = ("theme", "themes")


class Group:
    """Linked records of one kind with one reason."""

    def __init__(self, kind, reason, *, is_weak=False, all_url=""):
        self.kind, self.reason, self.is_weak, self.all_url = kind, reason, is_weak, all_url
        self.rows = {}

    def as_context(self, shown):
        """See ``portal/_group.html``."""
        many = len(self.rows) > 1
        cut = self.all_url and len(self.rows) > shown
        return {
            "kind": self.kind,
            "label": self.kind.label_plural if many else self.kind.label,
            "noun": lower_first(self.kind.label_plural),
            "reason": self.reason.format("Each" if many else "It"),
            "total": len(self.rows),
            "all_url": self.all_url if cut else "",
            "rows": [_row(self.kind, row) for row in list(self.rows.values())[: shown if cut else None]],
        }


def _row(kind, publication):
    return {
        "title": publication.title,
        "url": publication.url,
        "identifier": publication.identifier if kind.shows_identifier else "",
        "sentence": first_sentence(publication.summary),
        "lens": publication.lens,
        "lens_label": LENSES.get(publication.lens, ""),
        "state": display_of(publication)["state"],
    }


def path_of(kind, name):
    """The document field behind a term: facets rename some."""
    return next((facet.source for facet in kind.all_facets if facet.name == name), name)


def link_groups(kind, outgoing, incoming):
    """Links from and to a record; long groups lead to the list that shows them all."""
    groups = {}
    told_elsewhere = {*kind.facts, kind.flags, *THEMES}
    for term in outgoing:
        path = path_of(kind, term.field)
        if path not in told_elsewhere:
            other = kinds_by_name()[term.target.kind]
            reason = f"This record {kind.reasons.get(path, 'names it')}"
            group = groups.setdefault((other.name, reason), Group(other, reason, is_weak="." in path))
            group.rows[term.target.pk] = term.target
    for term in incoming:
        other = kinds_by_name()[term.publication.kind]
        if other.name == STATEMENT or other.name in kind.shown_apart:
            continue
        path = path_of(other, term.field)
        reason = "{} " + other.reasons.get(
            path, "shares this theme" if path in THEMES else "names this record"
        )
        facet = next((facet for facet in other.facets if facet.source == path), None)
        url = f"{other.list_url}?{facet.name}={term.value}" if facet else ""
        group = groups.setdefault(
            (other.name, reason), Group(other, reason, is_weak="." in path, all_url=url)
        )
        group.rows[term.publication.pk] = term.publication
    flagged = {term.target_id for term in outgoing if kind.flags and path_of(kind, term.field) == kind.flags}
    _keep_strongest(groups.values(), flagged)
    shown = SHOWN_IN_OVERVIEW if kind.is_overview else SHOWN
    ordered = sorted(groups.values(), key=lambda group: group.kind.weight)
    return [group.as_context(shown) for group in ordered if group.rows]


def _keep_strongest(groups, seen):
    """Each record once, for its strongest reason; groups with a list behind their number stay whole."""
    for group in sorted(groups, key=lambda group: group.is_weak):
        if not group.all_url:
            group.rows = {pk: row for pk, row in group.rows.items() if pk not in seen}
        seen |= group.rows.keys()
