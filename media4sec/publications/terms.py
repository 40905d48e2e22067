"""Facets, counts and filters over the narrow table of terms: match once, count in one pass."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from media4sec.publications.models import Publication, Term


@dataclass
class Option:
    value: str
    label: str
    count: int = 0
    checked: bool = False


@dataclass
class Result:
    """The ids that pass all filters, in order, and every facet's options with counts that stay."""

    ids: list[int]
    total: int
    options: dict[str, list[Option]] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)  # results without this facet’s filter

    @property
    def count(self):
        return len(self.ids)


def filtered(ids, facets, chosen):
    """Filter publications by terms: OR inside a facet, AND across; an option's count leaves its own facet out.

    ``ids`` is ordered; ``facets`` names the facets in use; ``chosen`` maps a facet to the wanted values.
    """
    chosen = {name: set(values) for name, values in chosen.items() if values}
    rows = Term.objects.filter(field__in=facets, publication__in=_scope(ids)).values_list(
        "publication_id", "field", "value", "label"
    )
    inside = set(ids)
    matches = defaultdict(set)
    terms = []
    labels = {}
    for pk, name, value, label in rows.iterator(chunk_size=5000):
        if pk not in inside:
            continue
        terms.append((pk, name, value))
        labels[name, value] = label
        if value in chosen.get(name, ()):
            matches[name].add(pk)
    passing = set(ids)
    for name in chosen:
        passing &= matches[name]
    without = {}
    for name in chosen:
        others = set(ids)
        for other in chosen:
            if other != name:
                others &= matches[other]
        without[name] = others
    counts = Counter((name, value) for pk, name, value in terms if pk in without.get(name, passing))
    options = defaultdict(list)
    for (name, value), label in labels.items():
        checked = value in chosen.get(name, ())
        options[name].append(Option(value, label, counts[name, value], checked))
    dropped = {name: len(found) for name, found in without.items()}
    return Result([pk for pk in ids if pk in passing], len(ids), dict(options), dropped)


def _scope(ids):
    """Few ids are named; for many it is cheaper to read all terms of the facets."""
    return ids if len(ids) <= 500 else Publication.objects.published().values("pk")


def ordered_ids(kind_names):
    """Ids of the published records of these kinds, in the kinds' own order, the same on both databases."""
    rows = Publication.objects.published().of(*kind_names).values_list("kind", "sort_key", "pk")
    rank = {name: position for position, name in enumerate(kind_names)}
    return [pk for _, _, pk in sorted((rank[kind], sort_key, pk) for kind, sort_key, pk in rows)]
