"""What has become of public records since a change of a certain number: the one that was the newest on a print.

Numbers are those of ``Change``. Another history of the content counts others, so a number that is to last goes with a
mark of its change: where the change of that number here has another mark, nobody can say what has moved.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, Max, Min, OuterRef
from django.utils.timezone import localdate

from media4sec.kinds import kinds_by_name
from media4sec.publications.history import History
from media4sec.publications.models import Change, Publication, Version
from media4sec.publications.version import content_version


@dataclass(frozen=True, slots=True)
class Standing:
    """A change that was or is the newest one: what a print says of the state of the content."""

    seq: int
    edition: str = ""  # the mark of the change
    on: date | None = None


@dataclass(frozen=True, slots=True)
class MovedRecord:
    """What happened to a record since; whether it was withdrawn or merged, it says itself."""

    on: date  # of the newest change
    was_public: bool
    versions: list[tuple[int, date]] = field(default_factory=list)  # that appeared since, the newest first
    before: int | None = None  # the version that was public then
    history: History | None = None  # that version and the one of today

    @property
    def now(self) -> int | None:
        return self.versions[0][0] if self.versions else None

    @property
    def fields(self) -> list[str]:
        """The labels of the parts that differ between then and now."""
        if self.history is None or self.before is None or self.now is None:
            return []
        changed = self.history.changed(self.before, self.now)
        return [self.history.label(name, self.now, self.before) for name in changed]

    @property
    def old_title(self) -> str:
        """What the record was called then, where that is another title."""
        if self.history is None or self.before is None or self.now is None:
            return ""
        old = self.history.text("title", self.before)
        return old if old != self.history.text("title", self.now) else ""


def newest_change_here() -> Standing:
    """The state of the content now; to be asked before the records are read."""
    _, newest = content_version()
    if newest is None:
        return Standing(0)
    seq, at, _ = newest
    return Standing(seq, _mark(seq, at), localdate(at))


def standing_at(seq: int, edition: str = "") -> Standing | None:
    """The change that a print names; None where it was counted by another history of the content. At most one query."""
    newest = newest_change_here()
    if seq > newest.seq:
        return None
    row = Change.objects.filter(seq__lte=seq).order_by("-seq").first()
    found = Standing(seq, _mark(row.seq, row.at), localdate(row.at)) if row else Standing(seq)
    return None if edition and edition != found.edition else found


def _mark(seq: int, at: Any) -> str:
    """Eight letters that two histories of the content do not have in common."""
    return hashlib.sha256(f"{seq} {at.timestamp():.6f}".encode()).hexdigest()[:8]


def changed_records(seq: int) -> list[tuple[str, str]]:
    """(kind, identifier) of all records that changed since, the one that did last first; without those of which nothing
    ever was public. One query.
    """
    published = Change.objects.filter(
        action=Change.Action.CREATED, kind=OuterRef("kind"), identifier=OuterRef("identifier")
    )
    changes = Change.objects.filter(Exists(published), seq__gt=seq, kind__in=kinds_by_name())
    newest = changes.values("kind", "identifier").annotate(newest=Max("seq")).order_by("-newest")
    return list(newest.values_list("kind", "identifier"))


def records_named(keys: Sequence[tuple[str, str]]) -> list[Publication]:
    """The publications with these kinds and identifiers, in their order. One query."""
    rows = Publication.objects.filter(
        kind__in={kind for kind, _ in keys}, identifier__in={identifier for _, identifier in keys}
    )
    found = {(row.kind, row.identifier): row for row in rows.select_related("successor")}
    return [found[key] for key in keys if key in found]


def moved_since(rows: Iterable[Publication], seq: int) -> dict[int, MovedRecord]:
    """What happened to each of these records, by key; those that nothing happened to are not in it. Five queries."""
    by_name = {(row.kind, row.identifier): row for row in rows}
    first_and_last = Change.objects.filter(
        seq__gt=seq,
        kind__in={kind for kind, _ in by_name},
        identifier__in={identifier for _, identifier in by_name},
    )
    ends = [
        (by_name[kind, identifier].pk, first, last)
        for kind, identifier, first, last in first_and_last.values("kind", "identifier")
        .annotate(first=Min("seq"), last=Max("seq"))
        .values_list("kind", "identifier", "first", "last")
        if (kind, identifier) in by_name
    ]
    changes = Change.objects.in_bulk({seq for _, *both in ends for seq in both})
    versions = _versions_since([pk for pk, _, _ in ends], seq)
    return {
        pk: MovedRecord(
            localdate(changes[last].at),
            changes[first].action != Change.Action.CREATED,
            **versions.get(pk, {}),
        )
        for pk, first, last in ends
    }


def _versions_since(keys: list[int], seq: int) -> dict[int, dict[str, Any]]:
    """``{publication: {versions, before, history}}``. Of the versions two are read: then and now."""
    if not keys:
        return {}
    at = Change.objects.filter(seq__lte=seq).order_by("-seq").values_list("at", flat=True).first()
    since: dict[int, list[Any]] = defaultdict(list)
    before: dict[int, Any] = {}
    stored = Version.objects.filter(publication__in=keys).order_by("publication", "-number")
    for key, *version in stored.values_list("publication", "pk", "number", "published_at"):
        if at is None or version[2] > at:
            since[key].append(version)
        else:
            before.setdefault(key, version)
    both = {pk for key in since.keys() & before for pk in (since[key][0][0], before[key][0])}
    documents = Version.objects.in_bulk(both)
    return {
        key: {
            "versions": [(number, localdate(published_at)) for _, number, published_at in new],
            "before": before[key][1] if key in before else None,
            "history": History([documents[new[0][0]], documents[before[key][0]]]) if key in before else None,
        }
        for key, new in since.items()
    }
