"""Related records: worked out when something is published, and kept with the publication, each with its reasons.

A record keeps its *features*: the records it names (``to:theme:dark-web``), the sources it cites (``source:…``)
and the words it speaks of most (``word:encrypt``). Being named by the same record is one more (``by:pattern:P-009``),
known from that record's features. Two records are near each other if they share features that few others have:
shared records and sources count first, then words, by how often both use them and how rare they are (tf-idf).

Every measure depends on the two records and on how many others hold what they share, and on nothing else. So
whatever a step changes, only those that share a telling feature with a changed record can get other neighbours,
and working these out anew gives what working out everything would give.
"""

import json
import re
from collections import Counter, defaultdict
from functools import cache

from media4sec.kinds import kinds, kinds_by_name
from media4sec.publications.models import Publication, Term
from media4sec.publications.words import STOP_WORDS, analyse

CAP = 63  # what more records share tells nothing about two of them by itself
SHOWN = 6
KEPT_WORDS = 24
SHARED_WORDS = 2  # fewer words in common are chance
REASONS, WORDS_IN_REASON = 3, 4
NEAR = 900  # of what two equal texts of rare words reach, some 5000
WORD = re.compile(r"[^\W\d_]{4,}(?:[-‐‑][^\W\d_]+)*")
BATCH = 500


@cache
def compared_kinds():
    return [kind.name for kind in kinds() if kind.has_neighbours]


def refresh(touched=None):
    """Bring the related records in line with what is public; ``touched`` are the publications that changed, or all.

    A step that leaves the features of a record as they were costs three small queries. Else one more reads what every
    record keeps, and the cost is that of the changed records and their neighbours.
    """
    rows = Publication.objects.filter(kind__in=compared_kinds()).order_by("pk")
    rows = rows.only("pk", "kind", "identifier", "state", "related")
    if touched is None:
        rows = {row.pk: row for row in rows}
        new = features_of(rows)
    else:
        asked = {row.pk: row for row in _in_batches(rows, touched)}
        new = {pk: {} for pk in asked} | features_of(asked)
        new = {pk: features for pk, features in new.items() if features != _kept(asked[pk])}
        if not new:
            return
        rows = {row.pk: row for row in rows}
    before = {pk: _kept(row) for pk, row in rows.items()}
    after = {pk: {} for pk in rows} | new if touched is None else before | new
    names = {pk: f"{row.kind}:{row.identifier}" for pk, row in rows.items()}
    public = {pk for pk, row in rows.items() if row.state == Publication.State.PUBLISHED}
    neighbours = Neighbours(names, after, public)
    waiting = set(rows) if touched is None else neighbours.around(set(new), before)
    for pk in sorted(waiting):
        near = neighbours.near(pk) if pk in public else []
        text = _dumps({"features": after[pk], "near": near}) if after[pk] and pk in public else ""
        if text != rows[pk].related:
            Publication.objects.filter(pk=pk).update(related=text)


def _in_batches(rows, pks):
    pks = sorted(pks)
    for start in range(0, len(pks), BATCH):
        yield from rows.filter(pk__in=pks[start : start + BATCH])


def _kept(row):
    return json.loads(row.related)["features"] if row.related else {}


def _dumps(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# What a record keeps


def features_of(pks):
    """The features of these publications, as they are now: ``{pk: {feature: how often}}``; none if not public."""
    rows = Publication.objects.published().order_by("pk").only("pk", "kind", "document")
    found = {
        row.pk: {f"word:{stem}": use for stem, use in words_of(row).items()} for row in _in_batches(rows, pks)
    }
    public = list(found)
    for start in range(0, len(public), BATCH):
        terms = Term.objects.filter(publication__in=public[start : start + BATCH])
        linked = terms.filter(target__isnull=False) | terms.filter(field="source")
        for pk, name, value, kind, identifier in linked.order_by("pk").values_list(
            "publication_id", "field", "value", "target__kind", "target__identifier"
        ):
            found[pk][f"source:{value}" if name == "source" else f"to:{kind}:{identifier}"] = [1]
    return {pk: dict(sorted(features.items())) for pk, features in found.items()}


def words_of(publication):
    """The words a record speaks of most: ``{stem: [how often, as written]}``; those of the title count thrice."""
    kind, document = kinds_by_name()[publication.kind], json.loads(publication.document)
    names = ["summary", *(name for section in kind.sections for name in section.fields)]
    texts = [document["title"]] * 3 + [text for name in names for text in _texts(document.get(name))]
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


class Neighbours:
    """All records that take part, and who holds which feature."""

    def __init__(self, names, features, public):
        self.names, self.public = names, public
        self.pks = {name: pk for pk, name in names.items()}
        self.features = {pk: dict(features[pk]) for pk in names}
        self.linked = {pk: self.named_by(features[pk]) for pk in names}
        for pk in names:
            for target in self.linked[pk] & public:
                self.features[target][f"by:{names[pk]}"] = [1]
        self.holders = defaultdict(set)
        for pk in public:
            for feature in self.features[pk]:
                self.holders[feature].add(pk)

    def named_by(self, features):
        """The records that take part and are named by one with these features."""
        names = (feature[3:] for feature in features if feature.startswith("to:"))
        return {self.pks[name] for name in names if name in self.pks}

    def around(self, changed, before):
        """The changed records, and all who share with one of them, or did before, what few others have."""
        found = set(changed)
        for pk in changed:
            found |= self.named_by(before[pk]) | self.linked[pk]
        gained, lost = Counter(), Counter()
        for pk in changed:
            gained.update(self.features[pk].keys() - before[pk].keys())
            lost.update(before[pk].keys() - self.features[pk].keys())
        for feature in {feature for pk in changed for feature in (*self.features[pk], *before[pk])}:
            now = len(self.holders.get(feature, ()))
            if min(now, now - gained[feature] + lost[feature]) <= CAP:
                found |= self.holders.get(feature, set())
        return found

    def near(self, pk):
        """The nearest: ``[[name, [feature, …]], …]``, the features being the reasons, the most telling first."""
        own, shared = self.features[pk], defaultdict(list)
        for feature in own:
            if 2 <= len(self.holders[feature]) <= CAP:
                for other in self.holders[feature]:
                    shared[other].append(feature)
        ranked = []
        for other, features in shared.items():
            if other == pk or other in self.linked[pk] or pk in self.linked[other]:
                continue
            links, words = self._links(own, other, features), self._words(own, other, features)
            if links or words:
                weight = (sum(map(self._rarity, links)), self._likeness(own, other, words))
                ranked.append(([-part for part in weight], self.names[other], links, words))
        return [
            [name, [*links[:REASONS], *words[:WORDS_IN_REASON]]]
            for _, name, links, words in sorted(ranked)[:SHOWN]
        ]

    def _links(self, own, other, features):
        """The shared records and sources; what many share counts little, and only beside what few do."""
        telling = [feature for feature in features if not feature.startswith("word:")]
        if not telling:
            return []
        common = [
            feature
            for feature in own
            if feature.startswith("to:")
            and feature in self.features[other]
            and len(self.holders[feature]) > CAP
        ]
        order = ("to", "source", "by")
        return sorted(
            [*telling, *common],
            key=lambda feature: (-self._rarity(feature), order.index(feature.partition(":")[0]), feature),
        )

    def _words(self, own, other, features):
        words = [feature for feature in features if feature.startswith("word:")]
        if len(words) < SHARED_WORDS or self._likeness(own, other, words) < NEAR:
            return []
        theirs = self.features[other]
        return sorted(words, key=lambda word: (-own[word][0] * theirs[word][0] * self._rarity(word), word))

    def _likeness(self, own, other, words):
        """How like two records speak: in whole numbers, so that every machine ranks the same."""
        theirs = self.features[other]
        common = sum(own[word][0] * theirs[word][0] * self._rarity(word) for word in words)
        return 1000 * common // max(1, self._size(own) * self._size(theirs)) if words else 0

    @staticmethod
    def _size(features):
        counts = [use[0] for feature, use in features.items() if feature.startswith("word:")]
        return round(sum(count * count for count in counts) ** 0.5)

    def _rarity(self, feature):
        """5 for what two or three records share, down to 1; for words, links and sources alike."""
        return max(1, CAP.bit_length() + 1 - len(self.holders[feature]).bit_length())
