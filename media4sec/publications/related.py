"""Related records: worked out when something is published, and kept with the publication, each with its reasons.

A record keeps its *features*: the records it names (``to:theme:dark-web``), the sources it cites (``source:…``)
and the words it speaks of most (``word:encrypt``). Being named by the same record is one more (``by:pattern:P-009``),
known from that record's features. Two records are near each other if they share features that few others have:
shared records and sources count first, then words, by how often both use them and how rare they are (tf-idf).

Every measure depends on the two records and on how many others hold what they share, and on nothing else. So
whatever a step changes, only those that share a telling feature with a changed record can get other neighbours,
and working these out anew gives what working out everything would give. Most of them are only weighed against the
changed records and the neighbours that they have; who holds a feature is asked of an index (``Feature``).
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db.models import Q

from media4sec.kinds import Document, kinds, kinds_by_name
from media4sec.publications.models import Feature, Publication, Term
from media4sec.publications.stated import made_of_each
from media4sec.publications.words import STOP_WORDS, analyse

CAP = 63  # what more records share tells nothing about two of them by itself
SHOWN = 6
KEPT_WORDS = 24
SHARED_WORDS = 2  # fewer words in common are chance
REASONS, WORDS_IN_REASON = 3, 4
NEAR = 900  # of what two equal texts of rare words reach, some 5000
LONGEST_FEATURE = 700  # letters of a feature
WORD = re.compile(r"[^\W\d_]{4,}(?:[-‐‑][^\W\d_]+)*")
FEATURED_AT_ONCE = 1000
HELD_AT_ONCE = 5_000  # rows of features; where there are more, they are counted first
COUNTED_AT_ONCE = 5_000  # each is a look into an index, and gives one row


@cache
def neighbour_kinds() -> Any:
    return [kind.name for kind in kinds() if kind.links.has_neighbours]


def refresh(touched: Iterable[int] | None = None) -> None:
    """Bring the related records in line with what is public; ``touched`` are the publications that changed, or all.

    A step that leaves the features of a record as they were costs three small queries. Else the cost is that of the
    changed records and their neighbours, however many records there are.
    """
    compared = Publication.objects.filter(kind__in=neighbour_kinds())
    asked = set(compared.values_list("pk", flat=True)) if touched is None else touched
    graph = Graph()
    graph.read(asked)
    new = {pk: {} for pk in graph.rows} | features_of(graph.rows)
    before = {pk: _kept(graph.rows[pk]) for pk in new}
    changed = {pk for pk in new if new[pk] != before[pk]}
    if touched is None:
        Feature.objects.all().delete()
        _write_features({pk: {} for pk in new}, new)
    elif not changed:
        return
    else:
        _write_features({pk: before[pk] for pk in changed}, {pk: new[pk] for pk in changed})
    graph.own |= new
    graph.slack = len(changed)
    if touched is None:
        whole, partly = set(new), set()
    else:
        whole, partly = graph.around({pk: before[pk] for pk in changed})
    near = {pk: graph.nearest(pk, changed) for pk in partly}
    whole |= {pk for pk, found in near.items() if found is None}
    graph.ready(whole)
    near |= {pk: graph.nearest(pk) for pk in whole}
    moved = []
    for pk in sorted(near):
        text = _kept_text(graph, pk, near[pk])
        if text != graph.rows[pk].related:
            graph.rows[pk].related = text
            moved.append(graph.rows[pk])
    Publication.objects.bulk_update(moved, ["related"], batch_size=FEATURED_AT_ONCE)


def foreseen_related(row: Publication, terms: Iterable[Term]) -> str:
    """What would be kept with this publication if it and its terms were written now; nothing is."""
    if row.kind not in neighbour_kinds():
        return ""
    own = _own_words(row)
    for term in terms:
        if term.target or term.field == "source":
            named = term.target and f"{term.target.kind}:{term.target.identifier}"
            own[_feature_of(term.field, term.value, named)] = [1]
    graph = Graph()
    graph.rows[row.pk], graph.own[row.pk] = row, dict(sorted(own.items()))
    graph.names[row.pk] = f"{row.kind}:{row.identifier}"
    graph.unwritten, graph.slack = {row.pk}, 1
    graph.ready({row.pk})
    return _kept_text(graph, row.pk, graph.nearest(row.pk))


def _kept_text(graph, pk, near):
    """The neighbours of a publication as they are kept with it; empty where it has no features."""
    entries = [[name, reasons] for _, name, reasons in near]
    kept = {"features": graph.own[pk], "near": entries, "weights": [weight for weight, _, _ in near]}
    return _dumps(kept) if graph.own[pk] and graph.is_public(pk) else ""


def _write_features(before, after):
    """Keep who holds which feature now."""
    gone = {pk: before[pk].keys() - after[pk].keys() for pk in before}
    for names in _batches(set().union(*gone.values())):
        for pks in _batches(pk for pk in gone if gone[pk]):
            held = Feature.objects.filter(name__in=names, publication__in=pks)
            rows = held.values_list("pk", "publication", "name")
            for some in _batches(row for row, pk, name in rows if name in gone[pk]):
                Feature.objects.filter(pk__in=some).delete()
    rows = (
        Feature(publication_id=pk, name=name) for pk in after for name in after[pk].keys() - before[pk].keys()
    )
    Feature.objects.bulk_create(rows, batch_size=FEATURED_AT_ONCE)


def _in_batches(rows, pks):
    for some in _batches(pks):
        yield from rows.filter(pk__in=some)


def _kept(row):
    return json.loads(row.related)["features"] if row.related else {}


def _dumps(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# What a record keeps


def features_of(pks: Iterable[int]) -> Any:
    """The features of these publications, as they are now: ``{pk: {feature: how often}}``; none if not public."""
    rows = Publication.objects.published().order_by("pk").only("pk", "kind", "document")
    found = {row.pk: _own_words(row) for row in _in_batches(rows, pks)}
    for some in _batches(found):
        terms = Term.objects.filter(publication__in=some)
        linked = terms.filter(target__isnull=False) | terms.filter(field="source")
        for pk, name, value, kind, identifier in linked.order_by("pk").values_list(
            "publication_id", "field", "value", "target__kind", "target__identifier"
        ):
            found[pk][_feature_of(name, value, f"{kind}:{identifier}")] = [1]
    return {pk: dict(sorted(features.items())) for pk, features in found.items()}


def _own_words(row):
    return {f"word:{stem}"[:LONGEST_FEATURE]: use for stem, use in feature_words(row).items()}


def _feature_of(field, value, target):
    """The feature that a term is: the source that it cites, or the record that it names."""
    return f"source:{value}" if field == "source" else f"to:{target}"


def feature_words(publication: Publication) -> Any:
    """The words a record speaks of most: ``{stem: [how often, as written]}``; those of the title count thrice."""
    kind, document = kinds_by_name()[publication.kind], json.loads(publication.document)
    names = ["summary", *(name for section in kind.page.sections for name in section.fields)]
    texts = [document["title"]] * 3 + [text for name in names for text in _texts(document.get(name))]
    counts: dict
    written: dict
    counts, written = defaultdict(int), {}
    for word in WORD.findall("\n".join(texts)):
        keys = analyse(word)
        if not keys or word.lower() in STOP_WORDS:
            continue
        stem = keys[-1]
        counts[stem] += 1
        if stem not in written or (word.islower() and not written[stem].islower()):
            written[stem] = word
    most = sorted(counts, key=lambda stem: -counts[stem])[:KEPT_WORDS]
    return {stem: [counts[stem], written[stem]] for stem in most}


def _texts(value):
    if isinstance(value, str):
        return [value]
    return [item for item in value or () if isinstance(item, str)]


# Who is near whom


class Graph:
    """Who holds which feature as it is now, read as far as it is asked for."""

    def __init__(self):
        self.rows, self.names = {}, {}  # of publications
        self.own = {}  # the features that each keeps itself
        self.all = {}  # the same, and those of being named
        self.holders = {}  # of a feature: its publications, or a number where they are too many
        self.rarities = {}  # of features, once their holders are read
        self.linked = {}  # the names that each publication links to
        self.counts = {}  # how many have a feature, counted no further than it matters
        self.pks = {}  # of names
        self.slack = 0  # so many more than few holders are named, as there were fewer before
        self.unwritten = set()  # publications whose features nobody has kept

    # Reading

    def read(self, pks):
        """Publications, with their own features."""
        rows = Publication.objects.filter(kind__in=neighbour_kinds())
        rows = rows.only("pk", "kind", "identifier", "state", "related")
        for row in _in_batches(rows, set(pks) - self.rows.keys()):
            self.rows[row.pk], self.own[row.pk] = row, _kept(row)
            self.names[row.pk] = f"{row.kind}:{row.identifier}"

    def is_public(self, pk):
        return self.rows[pk].state == Publication.State.PUBLISHED

    def links_of(self, pk):
        """The names that a publication links to."""
        if pk not in self.linked:
            self.linked[pk] = _linked_names(self.own[pk])
        return self.linked[pk]

    def named_by_few(self, names):
        """Those of these names to which few link: of what many name, it tells nothing who they are."""
        names = set(names)
        self.count_all(f"to:{name}" for name in names)
        return {name for name in names if self.counts[f"to:{name}"] <= CAP}

    def count_all(self, features):
        for some in _batches(set(features) - self.counts.keys(), COUNTED_AT_ONCE):
            self.counts |= Feature.counted(some, CAP + self.slack + 1)

    def targets(self, names):
        """The publications with these names: those that are public and take part."""
        names = set(names)
        missing = names - self.pks.keys()
        self.pks |= dict.fromkeys(missing)
        compared = [name for name in missing if name.partition(":")[0] in neighbour_kinds()]
        for some in _batches(compared):
            self.pks |= {name: row.pk for name, row in public_records(some).items()}
        return {self.pks[name] for name in names} - {None}

    def link(self, pks):
        """Read by whom these publications are named, which is a feature as well."""
        self.read(pks)
        pks = [pk for pk in pks if pk not in self.all]
        of_name, found = {f"to:{self.names[pk]}": pk for pk in pks}, []
        for batch in _batches(of_name):
            rows = Feature.objects.filter(name__in=batch).values_list("name", "publication")
            held = list(rows[:HELD_AT_ONCE])
            if len(held) < HELD_AT_ONCE:  # all of them
                self.counts |= dict.fromkeys(batch, 0) | Counter(name for name, _ in held)
            else:
                few = self.named_by_few(name[3:] for name in batch)
                held = rows.filter(name__in=[f"to:{name}" for name in few])
            found += [(of_name[name], pk) for name, pk in held if self.counts[name] <= CAP]
        self.read(pk for _, pk in found)
        self.all |= {pk: dict(self.own[pk]) for pk in pks}
        for target, pk in found if pks else ():
            if self.is_public(target):
                self.all[target][f"by:{self.names[pk]}"] = [1]
                self.pks[self.names[pk]] = pk

    def hold(self, features):
        """Read who holds these features, unless they are too many."""
        missing = set(features) - self.holders.keys()
        named = {name for name in missing if name.startswith("by:")}
        own = {name: self.links_of(self.pks[name[3:]]) for name in named}
        linked = set().union(*own.values())
        self.count_all({*(missing - named), *(f"to:{name}" for name in linked)})
        few = self.named_by_few(linked)
        self.targets(few)
        self.holders |= {name: self.targets(found & few) for name, found in own.items()}
        for batch in _batches(missing - named):
            counts = {name: self.counts[name] for name in batch}
            few = {name: set() for name in batch if counts[name] <= CAP + self.slack}
            self.holders |= counts | few
            for name, pk in Feature.objects.filter(name__in=few).values_list("name", "publication"):
                few[name].add(pk)
            for pk in self.unwritten:
                for name in few.keys() & self.own[pk].keys():
                    few[name].add(pk)

    def count(self, feature):
        found = self.holders[feature]
        return found if isinstance(found, int) else len(found)

    # Whose neighbours may be others now

    def around(self, before):
        """(those to be compared with everybody, those to be compared with the changed ones and their neighbours).

        ``before`` are the features that the changed ones had. The others of a feature are compared with everybody
        where it tells more or less than it did.
        """
        whole, partly = set(before), set()
        gained, lost = defaultdict(int), defaultdict(int)
        for pk, features in before.items():
            now = self.own[pk]
            if self.links_of(pk) != (before_that := _linked_names(features)):
                whole |= self.targets(self.links_of(pk) | before_that)
            for name in now.keys() - features.keys():
                gained[name] += 1
            for name in features.keys() - now.keys():
                lost[name] += 1
        whole |= self.newly_told(gained, lost)
        self.link(before)
        names = {name for pk in before for name in self.all[pk]} | lost.keys()
        self.hold(names)
        for name in names:
            now = self.count(name)
            then = now - gained[name] + lost[name]
            if min(now, then) <= CAP:
                is_as_telling = _rarity(now) == _rarity(then) and max(now, then) <= CAP
                (partly if is_as_telling or min(now, then) < 2 else whole).update(self.holders[name])
        self.read(partly)
        return whole, partly - whole

    def newly_told(self, gained, lost):
        """Those to whom it tells something now who names one of them, or nothing any more, as few or many do."""
        names = {name[3:] for name in gained.keys() | lost.keys() if name.startswith("to:")}
        few, found = self.named_by_few(names), set()
        for name in names:
            then = self.counts[f"to:{name}"] - gained.get(f"to:{name}", 0) + lost.get(f"to:{name}", 0)
            if (name in few) != (then <= CAP):
                namers = set(Feature.objects.filter(name=f"to:{name}").values_list("publication", flat=True))
                self.read(namers)
                found |= self.targets(other for namer in namers for other in self.links_of(namer))
        return found

    def ready(self, pks):
        """Read all that these can be compared with."""
        self.link(pks)
        self.hold({name for pk in pks for name in self.all[pk]})
        telling = {name for pk in pks for name in self.all[pk] if self.is_telling(name)}
        self.read({other for name in telling for other in self.holders[name]})

    # Comparing

    def is_telling(self, feature):
        return 2 <= self.count(feature) <= CAP

    def nearest(self, pk, changed=None):
        """The nearest of all: ``[(weight, name, [feature, …]), …]``, the features being the reasons, the most telling
        first. If only these have ``changed``: of them and the neighbours that are kept, or None if that is not enough.
        """
        if not self.is_public(pk):
            return []
        known, shared = [], defaultdict(list)
        if changed is None:
            for name in self.all[pk]:
                if self.is_telling(name):
                    for other in self.holders[name]:
                        shared[other].append(name)
        else:
            kept = json.loads(self.rows[pk].related)
            known = [
                (weight, *near) for weight, near in zip(kept.get("weights", ()), kept["near"], strict=False)
            ]
            names = {self.names[other] for other in changed}
            stay = [entry for entry in known if entry[1] not in names]
            if len(known) < len(kept["near"]) or len(stay) < len(known) == SHOWN:
                return None  # a neighbour may have fallen behind one that is not known
            known = stay
            for other in changed:
                found = [
                    name for name in self.all[other] if self.is_telling(name) and pk in self.holders[name]
                ]
                shared |= {other: found} if found else {}
        found = [(other, self._compared(pk, other, features)) for other, features in shared.items()]
        ranked = [
            (weight, self.names[other], (other, *what)) for other, (weight, *what) in found if any(weight)
        ]
        ranked = sorted([*known, *ranked], key=lambda entry: entry[:2])[:SHOWN]
        return [
            (weight, name, what if isinstance(what, list) else self._reasons(pk, *what))
            for weight, name, what in ranked
        ]

    def _compared(self, pk, other, features):
        """(weight, links, words): how near two records are by what they share; the more, the smaller the weight."""
        own, theirs = self.own[pk], self.own[other]
        if other == pk or f"to:{self.names[other]}" in own or f"to:{self.names[pk]}" in theirs:
            return [0, 0], [], []
        links, words = self._links(own, theirs, features), self._words(own, theirs, features)
        return [-sum(map(self.rarity, links)), -self._likeness(own, theirs, words)], links, words

    def _reasons(self, pk, other, links, words):
        return [*self._telling_first(links), *self._most_used_first(self.own[pk], self.own[other], words)]

    def _links(self, own, theirs, features):
        """The shared records and sources; what many share counts little, and only beside what few do."""
        telling = [feature for feature in features if not feature.startswith("word:")]
        if not telling:
            return []
        named = (feature for feature in own if feature.startswith("to:"))
        return telling + [feature for feature in named if feature in theirs and self.count(feature) > CAP]

    def _words(self, own, theirs, features):
        words = [feature for feature in features if feature.startswith("word:")]
        is_enough = len(words) >= SHARED_WORDS and self._likeness(own, theirs, words) >= NEAR
        return words if is_enough else []

    def _likeness(self, own, theirs, words):
        """How like two records speak: in whole numbers, so that every machine ranks the same."""
        common = sum(own[word][0] * theirs[word][0] * self.rarity(word) for word in words)
        return 1000 * common // max(1, _size(own) * _size(theirs)) if words else 0

    def _telling_first(self, links):
        order = ("to", "source", "by")
        key = {link: (-self.rarity(link), order.index(link.partition(":")[0]), link) for link in links}
        return sorted(links, key=key.get)[:REASONS]

    def _most_used_first(self, own, theirs, words):
        key = {word: (-own[word][0] * theirs[word][0] * self.rarity(word), word) for word in words}
        return sorted(words, key=key.get)[:WORDS_IN_REASON]

    def rarity(self, feature):
        if feature not in self.rarities:
            self.rarities[feature] = _rarity(self.count(feature))
        return self.rarities[feature]


def _batches(names, size=None):
    """Names or keys, in lists of so many at most."""
    names = sorted(names)
    size = size or FEATURED_AT_ONCE
    return (names[start : start + size] for start in range(0, len(names), size))


def _linked_names(features):
    return {name[3:] for name in features if name.startswith("to:")}


def _size(features):
    counts = [use[0] for feature, use in features.items() if feature.startswith("word:")]
    return round(sum(count * count for count in counts) ** 0.5)


def _rarity(count):
    """5 for what two or three records share, down to 1; for words, links and sources alike."""
    return max(1, CAP.bit_length() + 1 - count.bit_length())


# What a reader is told


def neighbours(
    publication: Publication, sources: Iterable[Document], named: dict[str, Publication] | None = None
) -> list[tuple[Publication, list[tuple[str, Any]]]]:
    """Related records as they were worked out at publication, each with what it shares. One query.

    What they share is ``("to", a record that both name)``, ``("by", a record that names both)``,
    ``("source", a source of this record)`` or ``("words", [words])``. What is not public by now, or none of these
    ``sources``, is left out; ``named`` are the records that this one names, ``{"theme:dark-web": publication}``, where
    they are at hand.
    """
    kept = json.loads(publication.related or "{}")
    near = kept.get("near", [])
    names = {name for name, _features in near}
    features = {feature.partition(":")[::2] for _, features in near for feature in features}
    names |= {name for how, name in features if how == "by" or (how == "to" and named is None)}
    public = known_records(names)
    known = {
        "to": public if named is None else named,
        "by": public,
        "source": {source["url"]: source for source in sources},
    }
    found = []
    for name, features in near:
        shared = _shared(features, known, kept["features"])
        if name in public and shared:
            found.append((public[name], shared))
    return found


def known_records(names: Iterable[str]) -> dict[str, Publication]:
    """The same for whoever reads: those that were asked for before are kept until they change. At most one query."""
    return made_of_each("related records", names, public_records, lambda row: (row.kind, row.identifier))


def public_records(names: Iterable[str]) -> dict[str, Publication]:
    """``{"technology:T-001": publication}`` of those that are public. One query."""
    which = Q()
    for kind_name in {name.partition(":")[0] for name in names}:
        own = [name.partition(":")[2] for name in names if name.startswith(f"{kind_name}:")]
        which |= Q(kind=kind_name, identifier__in=own)
    rows = Publication.objects.published().filter(which).only("kind", "identifier", "uuid", "title", "url")
    return {f"{row.kind}:{row.identifier}": row for row in rows}


def _shared(features, known, own):
    """What two records share, in the order of its weight; a record that both name and are named by is said once."""
    found, seen, words = [], set(), []
    for feature in features:
        how, _, name = feature.partition(":")
        if how == "word":
            words.append(own[feature][1])
        elif name in known[how] and name not in seen:
            seen.add(name)
            found.append((how, known[how][name]))
    return [*found, ("words", words)] if words else found
