"""Records that a record names and that name it, grouped by kind, each with its reason."""

import json

from django.utils.text import capfirst
from django.utils.translation import gettext

from media4sec.kinds import kinds_by_name, lower_first
from media4sec.portal.record.evidence import STATEMENT
from media4sec.portal.rows import LENSES, sentence_of
from media4sec.portal.wording import display_of
from media4sec.publications.models import Publication

SHOWN, SHOWN_IN_OVERVIEW = 12, 6
THEMES = ("theme", "themes")


class Group:
    """Linked records of one kind with one reason."""

    def __init__(self, kind, sentence, *, is_weak=False, all_url=""):
        self.kind, self.sentence, self.is_weak, self.all_url = kind, sentence, is_weak, all_url
        self.rows = {}

    def as_context(self, shown):
        """See ``portal/_group.html``."""
        many = len(self.rows) > 1
        cut = self.all_url and len(self.rows) > shown
        return {
            "kind": self.kind,
            "label": self.kind.label_plural if many else self.kind.label,
            "noun": lower_first(self.kind.label_plural),
            "reason": self.sentence(many),
            "total": len(self.rows),
            "all": self.kind.counted(len(self.rows)),
            "all_url": self.all_url if cut else "",
            "rows": [_row(self.kind, row) for row in list(self.rows.values())[: shown if cut else None]],
        }


def from_here(does):
    """Why this record leads to others: “Names this tool”, “Belongs to this group”."""
    return lambda many: capfirst(does)


def to_here(does):
    """Why others lead to this record."""
    # Translators: “does” is a reason, such as “names this tool”; leave “it” out where words depend on what it is.
    return lambda many: capfirst(
        (gettext("Each %(does)s") if many else gettext("It %(does)s")) % {"does": does}
    )


def _row(kind, publication):
    display = display_of(publication)
    return {
        "title": publication.title,
        "url": publication.url,
        "identifier": publication.identifier if kind.shows_identifier else "",
        "sentence": sentence_of(publication, display),
        "lens": publication.lens,
        "lens_label": LENSES.get(publication.lens, ""),
        "state": display["state"],
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
            does = kind.reasons.get(path) or gettext("mentions it")
            group = groups.setdefault(
                (other.name, "from", does), Group(other, from_here(does), is_weak="." in path)
            )
            group.rows[term.target.pk] = term.target
    for term in incoming:
        other = kinds_by_name()[term.publication.kind]
        if other.name == STATEMENT or other.name in kind.shown_apart:
            continue
        path = path_of(other, term.field)
        does = other.reasons.get(path) or (
            gettext("shares this theme") if path in THEMES else gettext("mentions it")
        )
        facet = next((facet for facet in other.facets if facet.source == path), None)
        url = f"{other.list_url}?{facet.name}={term.value}" if facet else ""
        group = groups.setdefault(
            (other.name, "to", does), Group(other, to_here(does), is_weak="." in path, all_url=url)
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


def neighbours_of(publication, outgoing, incoming, sources):
    """Related records as they were worked out at publication, with what each shares, in words. One query.

    What is not public by now, or not said on this page, is left out.
    """
    kept = json.loads(publication.related or "{}")
    near = kept.get("near", [])
    rows = Publication.objects.published().filter(identifier__in={name.partition(":")[2] for name, _ in near})
    public = {f"{row.kind}:{row.identifier}": row for row in rows.only("kind", "identifier", "title", "url")}
    said = {
        "to": {f"{term.target.kind}:{term.target.identifier}": term.target for term in outgoing},
        "by": {
            f"{term.publication.kind}:{term.publication.identifier}": term.publication for term in incoming
        },
        "source": {source["url"]: source for source in sources},
    }
    found = []
    for name, features in near:
        reasons = _reasons(features, said, kept["features"])
        if name in public and reasons:
            row = public[name]
            kind = kinds_by_name()[row.kind]
            found.append(
                {
                    "title": row.title,
                    "url": row.url,
                    "kind_label": kind.label,
                    "identifier": row.identifier if kind.shows_identifier else "",
                    "reasons": reasons,
                }
            )
    return found


def _reasons(features, said, own):
    """See ``portal/_related.html``; a record that both name and are named by is said once."""
    found, seen, words = [], set(), []
    for feature in features:
        how, _, name = feature.partition(":")
        if how == "word":
            words.append(own[feature][1])
        elif name in said[how] and name not in seen:
            seen.add(name)
            other = said[how][name]
            is_source = how == "source"
            found.append(
                {
                    "how": how,
                    "title": other["title"] if is_source else other.title,
                    "kind": "" if is_source else lower_first(kinds_by_name()[other.kind].label),
                }
            )
    return [*found, {"how": "words", "words": ", ".join(words)}] if words else found
