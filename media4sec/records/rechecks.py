"""What is to be looked at again because it names something that has changed, such as an issue whose law was amended.

Which kinds ask for that they say themselves: ``Links.rechecked`` names the fields through which others rest on them.
The workflow asks when such a record is published and says something else than before, and closes what was done.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from media4sec.kinds import ABOUT_CHECKING, Kind, kinds, kinds_by_name
from media4sec.records import audit, policy
from media4sec.records.bulk import portions
from media4sec.records.documents.reading import references_in, working_documents
from media4sec.records.models import AuditEntry, Recheck, Record, Relation, Revision
from media4sec.records.projection import model_field

# How a record was made, checked and filed, not what it says.
UNSAID = {
    *ABOUT_CHECKING,
    *("slug", "lens", "provenance", "verified", "checked_on", "newest_source_on", "review_due"),
    *("tags", "sources", "accessed_on", "position"),
}


def is_rechecked(record: Record) -> bool:
    """True if a change of this record is one for those that name it."""
    return bool(kinds_by_name()[record.kind_name].links.rechecked)


def public_texts(records: Iterable[Record]) -> dict[int, str]:
    """``{key: document}`` that readers see now of those records that ask for a look when they change."""
    keys = [
        record.published_revision_id
        for record in records
        if is_rechecked(record) and record.public_state == Record.State.PUBLISHED
    ]
    found = {}
    for some in portions(keys):
        found |= dict(Revision.objects.filter(pk__in=some).values_list("record", "document"))
    return found


def says_otherwise(kind: Kind, before: Any, after: Any) -> bool:
    """Do two documents say different things, whenever and however they were checked?"""
    unsaid = UNSAID | {*kind.search.unread}
    return _said(before, unsaid) != _said(after, unsaid)


def _said(value, unsaid):
    if isinstance(value, dict):
        return {name: _said(inner, unsaid) for name, inner in value.items() if name not in unsaid}
    return [_said(inner, unsaid) for inner in value] if isinstance(value, list) else value


def resting_on(records: Iterable[Record]) -> set[tuple[int, int]]:
    """``{(key of one that names it, key of the record)}``; a query for each field that counts."""
    by_kind = defaultdict(list)
    for record in records:
        by_kind[record.kind_name].append(record.pk)
    found = set()
    for kind_name, pks in by_kind.items():
        for kind in kinds():
            for path in kinds_by_name()[kind_name].links.rechecked:
                if references_in(kind.name).get(path) in (kind_name, ""):
                    found |= set(_naming(kind, path, pks))
    return {(one, named) for one, named in found if one != named}


def _naming(kind, path, pks):
    name, field = path.rpartition(".")[2], model_field(kind.name, path)
    if field is None:
        rows = Relation.objects.filter(role=name, target__in=pks, record__kind_name=kind.name)
        return rows.values_list("record", "target")
    key = "pk" if issubclass(field.model, Record) else field.model.record_field
    return field.model.objects.filter(**{f"{name}__in": pks}).values_list(key, name)


# What publishing would ask


def changed_for_others(records: Iterable[Record]) -> list[Record]:
    """Those whose working copy says something else than readers see, where that is one for others."""
    public = public_texts(records)
    waiting = [record for record in records if record.pk in public]
    documents = working_documents(waiting) if waiting else {}
    return [
        record
        for record in waiting
        if says_otherwise(
            kinds_by_name()[record.kind_name], json.loads(public[record.pk]), documents[record.pk]
        )
    ]


def known_to_rest_on(user: Any, records: Iterable[Record]) -> int:
    """How many somebody may know of that would be asked for: of other teams, those whose public version names it."""
    pks = {record.pk for record in records}
    asked = Record.objects.filter(pk__in={one for one, _ in resting_on(records)} - pks).exclude(_is_off())
    own = policy.own(user)
    if own is not None:
        asked = asked.filter(own | Q(mentions__in=pks, public_state=Record.State.PUBLISHED))
    return asked.distinct().count()


# What the workflow does


def follow(
    records: list[Record], before: dict[int, str], after: dict[int, str], *, by: Any, is_editorial: bool
) -> None:
    """After these records were published: what waited for a newer version of them is done, and others are asked.

    ``before`` and ``after`` are the documents that readers saw and see: ``{key: text}``.
    """
    _close_done(records)
    moved = {
        record: json.loads(after[record.pk])
        for record in records
        if record.pk in before and before[record.pk] != after[record.pk] and not is_editorial
    }
    moved = {
        record: document
        for record, document in moved.items()
        if says_otherwise(kinds_by_name()[record.kind_name], json.loads(before[record.pk]), document)
    }
    if moved:
        _ask(moved, {record.pk for record in records}, by)


def _close_done(records):
    """What waited for a version that says something else than the one of then, and now has it, is done.

    A version may be newer and say the same: one in which a source was corrected for all who cite it, say.
    """
    then = Revision.objects.filter(record=OuterRef("record"), saved_at__lte=OuterRef("at")).order_by(
        "-number"
    )
    newer = Recheck.objects.filter(record__published_revision__saved_at__gt=F("at")).annotate(
        then=Subquery(then.values("document")[:1]), now=F("record__published_revision__document")
    )
    for some in portions(records):
        waiting = newer.filter(record__in=some).values_list("pk", "record__kind_name", "then", "now")
        done = [
            pk
            for pk, kind_name, then, now in waiting
            if then is None or says_otherwise(kinds_by_name()[kind_name], json.loads(then), json.loads(now))
        ]
        Recheck.objects.filter(pk__in=done).delete()


def _ask(moved, besides, by):
    pairs = sorted(pair for pair in resting_on(moved) if pair[0] not in besides)
    resting, now = {}, timezone.now()
    for some in portions({one for one, _ in pairs}):
        found = Record.objects.filter(pk__in=some).exclude(_is_off()).in_bulk()
        resting |= found
        # New rows, also where one was open: whoever closes that has not seen this change.
        Recheck.objects.filter(record__in=found, changed__in=moved).delete()
    Recheck.objects.bulk_create(
        Recheck(record_id=one, changed_id=named, at=now) for one, named in pairs if one in resting
    )
    for record, document in moved.items():
        asked = [resting[one] for one, named in pairs if named == record.pk and one in resting]
        note = f"{record.name_with(document['title'])} has changed."
        own = [one for one in asked if by is None or policy.may(by, policy.Right.SEE, one)]
        audit.note_steps(AuditEntry.Action.ASKED, own, by=by, note=note)
        # Other teams are not told who it was.
        audit.note_steps(
            AuditEntry.Action.ASKED, [one for one in asked if one not in own], by=None, note=note
        )


def close(record: Record, *, seen: int | None = None) -> None:
    """Nothing is to be looked at again in this record: it was, or it is gone. ``seen`` is the newest that was known."""
    open_ones = Recheck.objects.filter(record=record.pk)
    (open_ones if seen is None else open_ones.filter(pk__lte=seen)).delete()


def _is_off():
    return Q(public_state__in=Record.OFF)
