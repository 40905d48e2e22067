"""The audit trail: who did what with a record, a team or an account, when and why, in a chain that shows where
somebody changed it.

A step writes its entry in its own transaction. When that is committed, ``chain()`` gives each new entry its place and
a digest of itself and the one before, in a transaction of its own: no step waits for another one to write a line.
"""

import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from media4sec.records.bulk import Batch
from media4sec.records.documents.fields import dumps
from media4sec.records.models import AuditEntry, AuditHead, Record

CHAIN_LOCK = 700282
TEAM, ACCOUNT = "team", "account"  # in the place of a kind
AT_ONCE = 500
START = "0" * 64  # before the first entry


def note_steps(
    action: Any, records: Iterable[Record], *, by: Any, note: str = "", versions: dict[int, int] | None = None
) -> None:
    """One entry for each of these records, as the step leaves them.

    ``versions``, by record, are those that it was taken with, where that is not the working copy.
    """
    numbers = versions or {}
    _write([_step(action, one, numbers.get(one.pk, one.edit_version), by, note) for one in records])


def note_several(steps: Iterable[tuple[Any, Iterable[Record]]], *, by: Any, note: str = "") -> None:
    """The same of steps that were taken together: ``[(action, records), …]``, written at once."""
    _write([_step(action, one, one.edit_version, by, note) for action, records in steps for one in records])


def saved(record: Record, version: int, *, by: Any, note: str) -> AuditEntry:
    """The entry that a record was saved as this version, for those who write many; ``follow_up`` comes after it."""
    return _step(AuditEntry.Action.SAVED, record, version, by, note)


def follow_up() -> None:
    """Entries that are written now get their places when they are committed."""
    transaction.on_commit(chain, robust=True)


def _step(action, record, version, by, note):
    return _entry(action, record.kind_name, record.identifier, version, record.title, by, note)


def _entry(action, kind_name, identifier, version, title, by, note):
    entry = AuditEntry(
        at=timezone.now(),
        action=action,
        kind_name=kind_name,
        identifier=identifier,
        version=version,
        title=title,
        actor=by.get_username() if by is not None else "",
        note=note,
        salt=secrets.token_hex(16),
    )
    entry.seal = seal_of(entry)
    return entry


def _write(entries):
    batch = Batch()
    batch.add(entries)
    batch.write()
    follow_up()


def note_team(team: Any, *, by: Any, note: str, action: Any = AuditEntry.Action.ROLES) -> None:
    """An entry about the roles or settings of a team."""
    _write([_entry(action, TEAM, str(team.owner_id or 0), 0, str(team), by, note)])


def note_account(action: Any, user: Any, *, by: Any, note: str = "") -> None:
    """An entry about an account, which is named by its number; ``None`` for the user is somebody who has none."""
    key, name = (str(user.pk), in_part(user.get_username())) if user else ("0", "")
    _write([_entry(action, ACCOUNT, key, 0, name, by, note)])


def in_part(address: str) -> str:
    """So much of an e-mail address that whoever knows it recognises it."""
    name, at, host = address.partition("@")
    return f"{name[:2]}…{at}{host}"


def steps_of(record: Record) -> Any:
    """The entries of a record, and of none that had its identifier and was thrown away."""
    named = AuditEntry.objects.filter(kind_name=record.kind_name, identifier=record.identifier)
    earlier = named.filter(action=AuditEntry.Action.DISCARDED).order_by("-pk").values_list("pk", flat=True)
    return named.filter(pk__gt=earlier.first() or 0)


def public_before(entries: Iterable[AuditEntry]) -> dict[int, int | None]:
    """``{key of the entry: the version that readers saw until then, or None}``."""
    earlier = AuditEntry.objects.filter(
        kind_name=OuterRef("kind_name"),
        identifier=OuterRef("identifier"),
        pk__lt=OuterRef("pk"),
        action__in=(AuditEntry.Action.PUBLISHED, AuditEntry.Action.RESTORED),
    )
    rows = AuditEntry.objects.filter(pk__in=[entry.pk for entry in entries])
    rows = rows.annotate(before=Subquery(earlier.order_by("-pk").values("version")[:1]))
    return dict(rows.values_list("pk", "before"))


def was_approved(record: Record, revision: Any) -> bool:
    """True if this version was approved at some time."""
    return steps_of(record).filter(version=revision.number, action=AuditEntry.Action.APPROVED).exists()


def seal_of(entry: AuditEntry) -> str:
    """What ties the texts to the entry. They may be removed for good, as people have a right to; the seal stays."""
    return sha256(dumps([entry.salt, entry.title, entry.actor, entry.note]).encode()).hexdigest()


def digest_after(before: str, entry: AuditEntry) -> str:
    """The digest of an entry that comes after the one with the digest ``before``."""
    at = entry.at.astimezone(UTC).isoformat()
    facts = [entry.position, at, entry.action, entry.kind_name, entry.identifier, entry.version]
    return sha256(dumps([before, *facts, entry.seal]).encode()).hexdigest()


def chain() -> int:
    """Give entries that are committed their places, in the order in which they were written; returns how many.

    Some hundred at a time: where only one can write, others come in between.
    """
    total = placed = _chain_some()
    while placed == AT_ONCE:
        placed = _chain_some()
        total += placed
    return total


@transaction.atomic
def _chain_some():
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
    waiting = list(AuditEntry.objects.filter(position=None).order_by("pk")[:AT_ONCE])
    if not waiting:
        return 0
    head = AuditHead.objects.first() or AuditHead(position=0, digest=START)
    for entry in waiting:
        entry.position = head.position = head.position + 1
        entry.digest = head.digest = digest_after(head.digest, entry)
    table = connection.ops.quote_name(AuditEntry._meta.db_table)
    with connection.cursor() as cursor:  # of many thousands, Django would make statements for seconds
        cursor.executemany(
            f"UPDATE {table} SET position = %s, digest = %s WHERE id = %s",  # noqa: S608, the name of a table of ours
            [(entry.position, entry.digest, entry.pk) for entry in waiting],
        )
    head.save()
    return len(waiting)


def faults(expected: tuple[int, str] | None = None) -> Iterator[str]:
    """What is wrong with the chain, in words; nothing where it is as it was written.

    ``expected`` is an end of the chain that somebody noted before: ``(position, digest)``.
    """
    place, before, noted = 0, START, None
    for entry in AuditEntry.objects.exclude(position=None).order_by("position").iterator(AT_ONCE):
        if entry.position != place + 1:
            first, last = place + 1, entry.position - 1
            is_one = first == last
            yield f"Entry {first} is missing." if is_one else f"Entries {first} to {last} are missing."
        elif entry.digest != digest_after(before, entry):
            yield f"Entry {entry.position} is not as it was written, or not where it was."
        if entry.salt and entry.seal != seal_of(entry):
            yield f"Title, actor or note of entry {entry.position} are not as they were written."
        if not entry.salt and (entry.title or entry.actor or entry.note):
            yield f"Texts of entry {entry.position} were written after they had been removed."
        place, before = entry.position, entry.digest
        if expected and place == expected[0]:
            noted = before
    head = AuditHead.objects.first() or AuditHead(position=0, digest=START)
    if head.position > place:
        yield f"The chain ends at entry {place}; it had {head.position}."
    elif (head.position, head.digest) != (place, before):
        yield f"The chain ends at entry {place}, and its end is noted as {head}."
    if expected and noted != expected[1]:
        yield f"Entry {expected[0]} is not the one that was noted."
