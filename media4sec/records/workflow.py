"""The only door to the public: save a version, publish, withdraw, restore, merge; and make the read side anew.

Each step is one transaction: take turns with other steps, check, lock the record, write revision, publication,
versions, terms and search text, related records, and at the very end the changes, so that no smaller number can
become visible after a larger one.
"""

import json
from collections.abc import Iterable
from itertools import chain
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.dateparse import parse_date
from rest_framework.exceptions import ValidationError as DocumentError

from media4sec.kinds import kinds_by_name, lower_first
from media4sec.publications import related
from media4sec.publications.models import Generation, Publication, Term, Version, new_name
from media4sec.records import audit, rechecks
from media4sec.records.bulk import Batch, portions
from media4sec.records.changing import Edit, foretold
from media4sec.records.documents.fields import dumps
from media4sec.records.documents.reading import renew_shared, working_document, working_documents
from media4sec.records.documents.shapes import tags_named
from media4sec.records.documents.writing import save_document
from media4sec.records.finding import remember, remember_all
from media4sec.records.models import (
    MOST_IN_NOTE,
    Appointment,
    AuditEntry,
    Citation,
    Recheck,
    Record,
    Revision,
    Source,
    Tagging,
    Team,
    Words,
    model_of,
    specific,
)
from media4sec.records.policy import Right, may, may_correct, name_for, require
from media4sec.records.projection import named_in, present
from media4sec.records.read_side import (
    WRITTEN_AT_ONCE,
    named_as,
    public_refs,
    publication_of,
    publications_of,
    share,
    shown_by,
    write_public,
)
from media4sec.records.references import moved, named_by, naming
from media4sec.records.tags import tag_key

State = Record.State
OFF = Record.OFF
Action = AuditEntry.Action
SEQUENCE_LOCK = 700281
MOST_NAMED = 5  # records, in a message
UNWRITTEN = 0  # the key of a publication that is not in the database: nothing names it


class WorkflowError(ValidationError):
    """A step that is not possible now; the message says why in words for people."""


def take_turn() -> None:
    """Steps that the public sees go one by one until they are committed, before they lock any record.

    So change numbers appear in order, and what one step works out about other records rests on all steps before.
    SQLite does so by itself: every transaction takes the write lock when it begins.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEQUENCE_LOCK])


@transaction.atomic
def save_revision(
    record: Record, *, by: Any = None, note: str = "", state: Any = State.DRAFT
) -> Revision | None:
    """Keep the working copy as a new version, unless nothing changed; returns the newest revision."""
    record = _locked([record])[0]
    require(by, Right.WRITE, record)
    return _save(record, by, note, state)


def _save(record, by, note, state=State.DRAFT):
    document = working_document(record)
    before = record.edit_version
    revision = _keep(record, dumps(document), by, note, state)
    if record.edit_version != before:
        _remember_words({record.pk: (record.kind_name, document)})
        audit.note_steps(Action.SAVED, [record], by=by, note=note)
    return revision


class Prepared(NamedTuple):
    """A working copy to be written, with what was worked out before: nobody has to wait for it then."""

    record: Record
    document: Any
    words: dict[str, str]  # that it is found by
    is_new: bool
    changed: set[str]  # columns, of a record that is there


def prepare_all(versions: Iterable[Prepared], batch: Batch, *, by: Any = None, note: str = "") -> None:
    """Make working copies ready to be written by ``save_all``, each a new version: a draft, with words and audit entry.

    Those that are there must be as they are now when they are written; whoever writes them locks and compares them.
    """
    for record, document, words, is_new, changed in versions:
        require(by, Right.WRITE, record)
        revision = _next_version(record, document, by, note)
        revision.state = record.state = _as_draft(record)
        record.edit_version = revision.number
        if is_new:
            batch.add_record(record)
        else:
            batch.change_rows([record], {*changed, "edit_version", "state"})
        batch.add([revision, audit.saved(record, revision.number, by=by, note=note)])
        batch.add([Words(record_id=record.pk, **words)], instead=() if is_new else ("names", "texts"))


def _as_draft(record):
    return State.WITHDRAWN if record.public_state in OFF else State.DRAFT


@transaction.atomic
def save_all(batch: Batch, kind_name: str, written: Iterable[int], renamed: Iterable[int]) -> None:
    """Write what was prepared, of one kind: keys of all, and of those that only editors know by another title.

    Other records that name these are found by it, too; what was prepared has it already.
    """
    batch.write()
    remember_all(naming(kind_name, renamed) - set(written))
    audit.follow_up()


@transaction.atomic
def carry_over(records: QuerySet[Record], *, by: Any = None, note: str = "") -> tuple[int, int]:
    """After something was corrected that these records share, each has a version that says it as it is now.

    Where nothing else waits to be published, that version is public at once. Returns how many have one, and how
    many of these are public. Whoever calls it has asked the policy.
    """
    take_turn()
    changed, public = [], []
    asks = owners_with_four_eyes() if by else set()
    rows = Record.objects.select_for_update(no_key=True)
    locked = list(rows.filter(pk__in=records.order_by().values("pk")).order_by("pk"))
    for start in range(0, len(locked), WRITTEN_AT_ONCE):
        batch = locked[start : start + WRITTEN_AT_ONCE]
        newest = Revision.objects.filter(record__in=batch, number=F("record__edit_version"))
        before = dict(newest.values_list("record", "document"))
        documents = {pk: json.loads(text) for pk, text in before.items()}
        renew_shared(documents)
        moved = [record for record in batch if dumps(documents[record.pk]) != before[record.pk]]
        new = Batch()
        for record in moved:
            was_asked = record.state in (State.IN_REVIEW, State.APPROVED)
            if was_asked or (record.state == State.PUBLISHED and record.owner_id in asks):
                record.state = State.DRAFT  # what somebody approved is another version now
            version = _next_version(record, documents[record.pk], by, note)
            record.edit_version += 1
            if record.state == State.PUBLISHED:
                version.published_at = timezone.now()
                public.append(record)
            new.add([version])
        new.write()
        _point_at_newest(moved)
        texts = {pk: text for pk, text in before.items() if json.loads(text)["tags"] != documents[pk]["tags"]}
        remember(
            {record.pk: (record.kind_name, documents[record.pk]) for record in moved if record.pk in texts}
        )
        changed += moved
    write_public([record.pk for record in public])
    audit.note_several([(Action.SAVED, changed), (Action.PUBLISHED, public)], by=by, note=note)
    return len(changed), len(public)


@transaction.atomic
def change_all(
    records: Iterable[Record], edit: Edit, *, versions: dict[int, int], by: Any = None, note: str = ""
) -> tuple[list[Record], list[tuple[Record, str]]]:
    """Make the same change to the working copies of many records; nothing public moves.

    ``versions`` are those that somebody saw. Returns the records that it was made to, and those that it was not, with
    the reasons: one that was saved meanwhile is left as it is.
    """
    locked = _locked(records)
    refused, wanted = {}, {}
    for record, before, after, refusal in foretold(edit, locked, by):
        if versions.get(record.pk) != record.edit_version:
            refusal = refusal or "Somebody saved it meanwhile."
        if refusal:
            refused[record.pk] = refusal
        else:
            wanted[record.pk] = after if after != before else None
    while True:
        found = _locked([record for record in locked if record.pk in wanted])
        faults = _try_change(found, edit, wanted, by, note)
        if not faults:
            break
        refused |= faults
        wanted = {pk: after for pk, after in wanted.items() if pk not in faults}
    return found, [(record, refused[record.pk]) for record in locked if record.pk in refused]


def _try_change(records, edit, documents, by, note):
    """Change them all, unless rules over several rows refuse some: ``{pk: why}``, and then none is changed."""
    faults = {}
    try:
        with transaction.atomic():
            changed = [record for record in records if documents[record.pk] is not None]
            for start in range(0, len(changed), WRITTEN_AT_ONCE):
                _change(changed[start : start + WRITTEN_AT_ONCE], edit, documents, by, note)
            for record in chain.from_iterable(map(specific, portions(changed))) if edit.links else ():
                try:
                    record.check_links()
                except ValidationError as error:
                    faults[record.pk] = " ".join(error.messages)
            if faults:
                raise _Undone
            given = [record for record in records if edit.gives(record)]
            _give(given, edit.owner, by)
    except _Undone:
        pass
    return faults


def _change(records, edit, documents, by, note):
    pks = [record.pk for record in records]
    if edit.review_due:
        Record.objects.filter(pk__in=pks).update(review_due=edit.review_due)
    gone = {tag_key(name) for name in edit.remove_tags} - {tag_key(name) for name in edit.add_tags}
    Tagging.objects.filter(content_object__in=pks, tag__key__in=gone).delete()
    has = set(Tagging.objects.filter(content_object__in=pks).values_list("content_object", "tag__key"))
    for owner in {record.owner_id for record in records} if edit.add_tags else ():
        team = [record.pk for record in records if record.owner_id == owner]
        tags = tags_named(edit.add_tags, owner)
        new = [
            Tagging(content_object_id=pk, tag=tag) for tag in tags for pk in team if (pk, tag.key) not in has
        ]
        Tagging.objects.bulk_create(new, batch_size=WRITTEN_AT_ONCE)
    for name in edit.links:
        for model in {model_of(record.kind_name) for record in records}:
            _change_links(model, name, [one.pk for one in records if one.kind_name == model.kind.name], edit)
    batch = Batch()
    for record in records:
        record.state = State.DRAFT
        batch.add([_next_version(record, documents[record.pk], by, note)])
        record.edit_version += 1
    batch.write()
    _point_at_newest(records)
    remember({record.pk: (record.kind_name, documents[record.pk]) for record in records})
    audit.note_steps(Action.SAVED, records, by=by, note=note)


def _change_links(model, name, pks, edit):
    """Of these records of one kind, in a field that names several: what is taken away, then what comes at the end."""
    field = model._meta.get_field(name)
    through, source, target = (
        field.remote_field.through,
        field.m2m_field_name(),
        field.m2m_reverse_field_name(),
    )
    rows = through.objects.filter(**{f"{source}__in": pks})
    rows.filter(**{f"{target}__in": [one.pk for one in edit.remove.get(name, ())]}).delete()
    added = [one.pk for one in edit.add.get(name, ())]
    has = set(rows.filter(**{f"{target}__in": added}).values_list(f"{source}_id", f"{target}_id"))
    new = [
        through(**{f"{source}_id": pk, f"{target}_id": key})
        for pk in pks
        for key in added
        if (pk, key) not in has
    ]
    through.objects.bulk_create(new, batch_size=WRITTEN_AT_ONCE)


@transaction.atomic
def put_together(row: Any, into: Any, *, by: Any = None) -> tuple[int, int]:
    """Put another source or tag in the place of one, in all records that have it; the one is gone then.

    Returns what ``carry_over`` does. A title that a record gives a source by itself stays.
    """
    take_turn()
    if row.pk == into.pk:
        raise WorkflowError("It cannot be merged into itself.")
    uses, to_record = getattr(row, row.uses_name), row.users_path.rpartition("__")[2]
    _locked(
        Record.objects.filter(pk__in=uses.values(to_record))
    )  # before the rows, as whoever saves one does
    locked = type(row).objects.select_for_update().order_by("pk").in_bulk([row.pk, into.pk])
    if len(locked) < 2:
        raise WorkflowError("One of the two is gone: look at the list again.")
    row, into = locked[row.pk], locked[into.pk]
    users = Record.objects.filter(pk__in=list(uses.values_list(to_record, flat=True)))
    if by is not None and not may_correct(by, users):
        raise PermissionDenied(f"You may not put something in the place of {row}.")
    if row.is_public and not into.is_public and _public_namesake(into, row):
        raise WorkflowError(
            f"There is another {row._meta.verbose_name} of that name, which readers know: choose that."
        )
    into.take_over(uses.all())
    row.delete()
    if row.is_public and not into.is_public:  # readers have it at once, and nobody another one of its name
        type(into).objects.filter(pk=into.pk).update(is_public=True)
    note = f"The {row._meta.verbose_name} {row} was merged into {into}"
    return carry_over(users, by=by, note=note)


def _public_namesake(into, row):
    """Is there a public row, other than this one, with the name that another one would have in public?"""
    same_name = {into.name_field: getattr(into, into.name_field), "is_public": True}
    return type(into).objects.filter(**same_name).exclude(pk=row.pk).exists()


def named_publicly(row: Any) -> set[tuple[str, str]]:
    """The (kind, identifier) of the records whose public version has this source or tag."""
    value = row.url if isinstance(row, Source) else row.name
    terms = Term.objects.filter(field=row._meta.model_name, value=value)
    return set(terms.values_list("publication__kind", "publication__identifier"))


def _point_at_newest(records):
    """Versions were written for these records: each stands where its next one does."""
    rows = Record.objects.filter(pk__in=[record.pk for record in records])
    rows.update(edit_version=F("edit_version") + 1)
    drafts = [record.pk for record in records if record.state == State.DRAFT]
    Record.objects.filter(pk__in=drafts).update(state=State.DRAFT)
    newest = Revision.objects.filter(record=OuterRef("pk"), number=OuterRef("edit_version"))
    rows.filter(state=State.PUBLISHED).update(published_revision=Subquery(newest.values("pk")))


def _next_version(record, document, by, note):
    return Revision(
        record_id=record.pk,
        number=record.edit_version + 1,
        document=dumps(document),
        state=record.state,
        note=note[:MOST_IN_NOTE],
        saved_by=by,
    )


def _remember_words(documents):
    """What these records are found by in the back-office, and those that bear the title of one that was renamed.

    Those that the public knows are named by their public titles: ``_note_public`` follows these.
    """
    remember(documents)
    renamed = Record.objects.filter(pk__in=documents, public_title="").exclude(edit_version=1)
    for record in renamed:
        older = record.revisions.filter(number=record.edit_version - 1).first()
        if older is not None and json.loads(older.document)["title"] != record.title:
            remember_all(named_by(record))


def _seen(revision):
    """Columns of a record whose readers see this version."""
    return {"public_state": State.PUBLISHED, "published_revision": revision}


def _keep(record, text, by, note, state, *, is_public=False):
    last = record.revisions.get(number=record.edit_version) if record.edit_version else None
    if last is not None and last.document == text:
        revision = last
        if record.public_state == State.PUBLISHED and last.pk == record.published_revision_id:
            state = State.PUBLISHED
        elif record.state in (State.IN_REVIEW, State.APPROVED) and state == State.DRAFT:
            state = record.state
    else:
        number = record.edit_version + 1
        revision = Revision.objects.create(
            record_id=record.pk, number=number, document=text, state=state, note=note, saved_by=by
        )
        record.edit_version = number
    if record.public_state in OFF:
        state = State.WITHDRAWN
    more = _seen(revision) if is_public else {}
    Record.objects.filter(pk=record.pk).update(state=state, edit_version=record.edit_version, **more)
    return revision


@transaction.atomic
def publish(
    record: Record,
    revision: Revision | None = None,
    *,
    by: Any = None,
    note: str = "",
    is_editorial: bool = False,
) -> Any:
    """Make a version of the record the public one, without one the working copy; returns its publication.

    ``is_editorial`` says that it means what it meant: nobody is asked to look at what rests on it.
    """
    if revision is not None and revision.record_id != record.pk:
        raise WorkflowError("That version belongs to another record.")
    versions = {record.pk: revision} if revision else None
    return publish_all([record], by=by, note=note, versions=versions, is_editorial=is_editorial)[0]


@transaction.atomic
def publish_all(
    records: Iterable[Record],
    *,
    by: Any = None,
    note: str = "",
    validate: bool = True,
    documents: Any = None,
    versions: dict[int, Revision] | None = None,
    is_editorial: bool = False,
) -> Any:
    """Publish many at once; those that name each other find each other. All or nothing.

    ``validate=False`` is for callers that have just validated every document. Instead of the working copies,
    ``versions`` (by record) are published, or ``documents``, which become versions.
    """
    take_turn()
    locked = _locked(records)
    require(by, Right.PUBLISH, *locked)
    _refuse_unapproved(locked, versions or {}, by)
    for some in portions(locked):
        Appointment.objects.filter(record__in=some).delete()
    return _publish(
        locked, by, note, versions or {}, validate=validate, documents=documents, is_editorial=is_editorial
    )


def _publish(locked, by, note, versions, *, validate=True, documents=None, is_editorial=False):
    seen = rechecks.public_texts(locked)
    for record in locked:
        if record.public_state in OFF:
            raise WorkflowError(f"{record.identifier} is {record.public_state}: restore it first.")
    if validate:
        for record in chain.from_iterable(map(specific, portions(locked))):
            if record.pk in versions and versions[record.pk].number != record.edit_version:
                _check_version(record, versions[record.pk])
            else:
                _check(record)
    share([one for one in locked if one.pk not in versions or versions[one.pk].number == one.edit_version])
    kept, after, numbers = [], {}, {}
    for some in portions(locked):
        written, new = working_documents(some), {}
        for record in some:
            before, revision = record.edit_version, versions.get(record.pk)
            document = (documents or {}).get(record.pk, written[record.pk])
            if revision is None or revision.number == before:
                revision = _keep(record, dumps(document), by, note, State.PUBLISHED, is_public=True)
                record.state = State.PUBLISHED
            else:
                Record.objects.filter(pk=record.pk).update(**_seen(revision))
            if record.edit_version != before:
                new[record.pk] = record.kind_name, document
            kept.append(revision.pk)
            after[record.pk], numbers[record.pk] = revision.document, revision.number
        _remember_words(new)
    _date(kept)
    write_public([record.pk for record in locked])
    said = f"Editorial change only. {note}".strip() if is_editorial else note
    audit.note_steps(Action.PUBLISHED, locked, by=by, note=said, versions=numbers)
    rechecks.follow(locked, seen, after, by=by, is_editorial=is_editorial)
    rows = {(row.kind, row.identifier): row for row in publications_of(locked)}
    return [rows[record.kind_name, record.identifier] for record in locked]


def _date(revisions):
    """Versions that the public sees for the first time keep when that was."""
    now = timezone.now()
    for some in portions(revisions):
        Revision.objects.filter(pk__in=some, published_at=None).update(published_at=now)


def _refuse_unapproved(records, versions, by):
    """In a team with four eyes, people publish what somebody else approved; commands act for the operator."""
    if by is None:
        return
    asks = owners_with_four_eyes()
    for record in records:
        revision = versions.get(record.pk)
        if record.owner_id not in asks:
            continue
        if revision is None or revision.number == record.edit_version:
            is_approved = record.state == State.APPROVED
        else:
            is_approved = audit.was_approved(record, revision)
        if not is_approved:
            raise WorkflowError(
                f"{record.identifier} must be approved by somebody else before it is published."
            )


def _check_version(record, revision):
    """An older version must be valid as well: it is written, checked, and all of it rolled back."""
    try:
        with transaction.atomic():
            _check(save_document(record.kind_name, json.loads(revision.document), record))
            raise _Undone
    except _Undone:
        return
    except DocumentError as error:
        raise WorkflowError(
            f"Version {revision.number} of {record.identifier} cannot be published: {error.detail}"
        ) from error


class _Undone(Exception):
    pass


def _check(record):
    """What is published must be valid; what is wrong names the record."""
    try:
        record.full_clean()
        record.check_links()
    except ValidationError as error:
        messages = "; ".join(error.messages)
        raise WorkflowError(f"{record.identifier} cannot be published: {messages}") from error


@transaction.atomic
def schedule(record: Record, at: Any, *, by: Any = None, note: str = "", is_editorial: bool = False) -> None:
    """Have the working copy, as it is now, published at a time, by the clock of the database."""
    record = _locked([record])[0]
    require(by, Right.PUBLISH, record)
    _refuse_unapproved([record], {}, by)
    if at <= Record.objects.annotate(now=Now()).values_list("now", flat=True).get(pk=record.pk):
        raise WorkflowError("That time is over: publish it now, or name a later one.")
    if record.public_state in OFF:
        raise WorkflowError(f"{record.identifier} is {record.public_state}: restore it first.")
    _check(specific([record])[0])
    revision = record.revisions.get(number=record.edit_version)
    kept = {"revision": revision, "at": at, "made_by": by, "note": note, "is_editorial": is_editorial}
    Appointment.objects.update_or_create(record=record, defaults=kept | {"problem": ""})
    when = timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
    audit.note_steps(Action.SCHEDULED, [record], by=by, note=f"{when} {note}".strip())


@transaction.atomic
def unschedule(record: Record, *, by: Any = None) -> None:
    """Take an appointment back."""
    record = _locked([record])[0]
    require(by, Right.PUBLISH, record)
    taken_back, _ = Appointment.objects.filter(record=record.pk).delete()
    if not taken_back:
        raise WorkflowError(f"{record.identifier} is not to be published at a time.")
    audit.note_steps(Action.UNSCHEDULED, [record], by=by)


def publish_due() -> tuple[int, list[str]]:
    """Publish what is due by the database's clock; returns how many were, and why others were not."""
    done, problems = 0, []
    for pk in list(Appointment.objects.filter(at__lte=Now(), problem="").values_list("pk", flat=True)):
        try:
            done += _keep_appointment(pk)
        except ValidationError as error:
            problem = "; ".join(error.messages)
            Appointment.objects.filter(pk=pk).update(problem=problem)
            problems.append(problem)
    return done, problems


@transaction.atomic
def _keep_appointment(pk):
    """Nobody's rights are asked again: they were when it was made. Another process may have been quicker."""
    take_turn()
    [record] = _locked(Record.objects.filter(pk=pk))
    due = Appointment.objects.select_related("revision", "made_by").filter(pk=pk, at__lte=Now()).first()
    if due is None:
        return 0
    due.delete()
    _publish([record], due.made_by, due.note, {record.pk: due.revision}, is_editorial=due.is_editorial)
    return 1


@transaction.atomic
def withdraw(record: Record, *, reason: str, successor: Record | None = None, by: Any = None) -> None:
    """Take a published record off the public side; its address stays and says why, and what to use instead."""
    take_turn()
    if not reason.strip():
        raise WorkflowError("Say why the record is withdrawn: readers of its address will see the reason.")
    record = _locked([record])[0]
    require(by, Right.WITHDRAW, record)
    if record.public_state != State.PUBLISHED:
        raise WorkflowError(f"{record.identifier} is not published.")
    _check_successor(record, successor)
    _take_off(record, State.WITHDRAWN, reason, successor)
    audit.note_steps(Action.WITHDRAWN, [record], by=by, note=_in_favour_of(successor, reason))


@transaction.atomic
def withhold(
    record: Record,
    *,
    reason: str,
    successor: Record | None = None,
    is_merged: bool = False,
    by: Any = None,
    note: str = "",
    document: Any = None,
) -> None:
    """Take in a record that is withdrawn where it comes from: its address says why, its text is never public here.

    Restoring it would publish ``document``, or without one the working copy as it is now.
    """
    take_turn()
    record = _locked([record])[0]
    require(by, Right.WITHDRAW, record)
    if record.public_state in OFF:
        raise WorkflowError(f"{record.identifier} is {record.public_state} already.")
    _check_successor(record, successor)
    if is_merged:
        _check_one_kind(record, successor)
    revision = _keep(record, dumps(document or working_document(record)), by, note, State.WITHDRAWN)
    Record.objects.filter(pk=record.pk).update(published_revision=revision)
    _take_off(record, State.MERGED if is_merged else State.WITHDRAWN, reason, successor)
    action = Action.MERGED if is_merged else Action.WITHDRAWN
    audit.note_steps(action, [record], by=by, note=_in_favour_of(successor, reason))


@transaction.atomic
def merge(
    record: Record, into: Record, *, reason: str = "", by: Any = None, moves_names: bool = False
) -> None:
    """Replace a record by a published one of its kind: its address leads there for ever.

    Public documents that name it name the other one by themselves. With ``moves_names``, so do working copies,
    each as a new version; documents from files say themselves whom they name. Of one that the public never saw,
    nothing is left.
    """
    take_turn()
    record = _locked([record])[0]
    require(by, Right.WITHDRAW, record)
    is_draft = not record.public_state and not record.published_revision_id
    if not is_draft and record.public_state != State.PUBLISHED:
        raise WorkflowError(f"{record.identifier} is not published.")
    _check_successor(record, into)
    _check_one_kind(record, into)
    if moves_names:
        _move_names(record, into, by)
        _move_team(record, into, by)
    if is_draft:
        _throw_away(record, by, f"Merged into {into.identifier}. {reason}".strip())
        return
    _take_off(record, State.MERGED, reason or f"Merged into {into.identifier}.", into)
    audit.note_steps(Action.MERGED, [record], by=by, note=_in_favour_of(into, reason))


@transaction.atomic
def restore(record: Record, *, by: Any = None) -> Publication:
    """Publish again what was public before the record was withdrawn or merged."""
    take_turn()
    record = _locked([record])[0]
    require(by, Right.PUBLISH, record)
    if record.public_state not in OFF:
        raise WorkflowError(f"{record.identifier} is not withdrawn.")
    is_current = record.published_revision.number == record.edit_version
    Record.objects.filter(pk=record.pk).update(
        state=State.PUBLISHED if is_current else State.DRAFT,
        public_state=State.PUBLISHED,
        withdrawal_reason="",
        successor=None,
    )
    _date([record.published_revision_id])
    write_public([record.pk])
    versions = {record.pk: record.published_revision.number}
    audit.note_steps(Action.RESTORED, [record], by=by, versions=versions)
    return publication_of(record)


@transaction.atomic
def discard(record: Record, *, by: Any = None, note: str = "") -> None:
    """Throw away a record that the public never saw. The audit trail tells who did it and what it was called."""
    take_turn()
    record = _locked([record])[0]
    require(by, Right.DISCARD, record)
    if record.public_state or record.published_revision_id:
        raise WorkflowError(
            f"{record.identifier} was public: withdraw it, so that its address says why it is gone."
        )
    _throw_away(record, by, note)


def _throw_away(record, by, note):
    """Nothing is left of a record but what the audit trail tells, unless others rest on it."""
    others = Record.objects.filter(Q(pk__in=named_by(record)) | Q(mentions=record)).distinct().order_by("pk")
    if others:
        raise WorkflowError(f"Other records name it: {in_short(others, by)}. Take it out of them first.")
    if record.owned.exists() or Team.objects.filter(owner=record.pk).exists():
        raise WorkflowError(f"{record.identifier} has a team or is responsible for records.")
    audit.note_steps(Action.DISCARDED, [record], by=by, note=note)
    record.revisions.all().delete()
    specific([record])[0].delete()


@transaction.atomic
def confirm(
    record: Record, read: Iterable[Citation], *, by: Any = None, note: str = "", seen: int | None = None
) -> None:
    """Note that the record was checked today, and which of its sources were read for it.

    Of what was to be looked at again, all is done but what came after ``seen``, the newest that somebody knew of.

    What was public and has no other changes is public with that at once, if this person may publish.
    """
    take_turn()
    record = specific(_locked([record]))[0]
    require(by, Right.WRITE, record)
    was_public = record.state == State.PUBLISHED
    today = timezone.localdate()
    if record.has_derived_review:
        record.review_due = None  # follows the day of the check
    record.checked_on = today
    record.full_clean()
    record.save()
    Citation.objects.filter(pk__in=[one.pk for one in read], record=record.pk).update(accessed_on=today)
    rechecks.close(record, seen=seen)
    save_revision(record, by=by, note=note or "Checked, and still true")
    if (
        was_public
        and may(by, Right.PUBLISH, record)
        and (by is None or record.owner_id not in owners_with_four_eyes())
    ):
        publish(record, by=by, note=note or "Checked, and still true")


@transaction.atomic
def dismiss(record: Record, changes: Iterable[Recheck], *, reason: str, by: Any = None) -> None:
    """Say why changes of what the record names do not touch it."""
    record = _locked([record])[0]
    require(by, Right.WRITE, record)
    if not reason.strip():
        raise WorkflowError("Say why it does not touch this record: it stands in the history.")
    asked = Recheck.objects.filter(pk__in=[one.pk for one in changes], record=record.pk)
    asked = list(asked.select_related("changed"))
    if not asked:
        raise WorkflowError("Somebody has looked at it since: nothing is left to be done.")
    names = "; ".join(one.changed.name_with(one.changed.public_title) for one in asked)
    Recheck.objects.filter(pk__in=[one.pk for one in asked]).delete()
    audit.note_steps(Action.DISMISSED, [record], by=by, note=f"{names}: {reason}")


@transaction.atomic
def submit(record: Record, *, by: Any = None, note: str = "") -> None:
    """Ask for the working copy to be reviewed."""
    record = _locked([record])[0]
    require(by, Right.WRITE, record)
    if not can_be_submitted(record):
        raise WorkflowError(f"{record.identifier} has nothing to be reviewed.")
    _move(record, State.IN_REVIEW, Action.SUBMITTED, by, note)


def can_be_submitted(record: Record) -> bool:
    """True for a working copy that the public has not seen, and nobody was asked to review yet."""
    return record.state == State.DRAFT and record.public_state not in OFF


@transaction.atomic
def approve(record: Record, *, by: Any = None, note: str = "") -> None:
    """Say that the working copy may be published. In a team with four eyes, its authors cannot."""
    record = _locked([record])[0]
    require(by, Right.REVIEW, record)
    if record.state != State.IN_REVIEW:
        raise WorkflowError(f"{record.identifier} is not in review.")
    if by is not None and record.owner_id in owners_with_four_eyes() and by.pk in _authors(record):
        raise WorkflowError("You wrote some of this: somebody else must approve it.")
    _move(record, State.APPROVED, Action.APPROVED, by, note)


@transaction.atomic
def send_back(record: Record, *, reason: str, by: Any = None) -> None:
    """Ask for something else before the working copy may be published."""
    record = _locked([record])[0]
    require(by, Right.REVIEW, record)
    if not reason.strip():
        raise WorkflowError("Say what is missing: its authors read it.")
    if record.state not in (State.IN_REVIEW, State.APPROVED):
        raise WorkflowError(f"{record.identifier} is not in review.")
    if Appointment.objects.filter(record=record.pk, revision__number=record.edit_version).delete()[0]:
        audit.note_steps(Action.UNSCHEDULED, [record], by=by)
    _move(record, State.DRAFT, Action.SENT_BACK, by, reason)


def owners_with_four_eyes() -> set[int | None]:
    """For whose records people publish only what somebody else approved; None: the editorial office."""
    return set(Team.objects.filter(needs_approval=True).values_list("owner", flat=True))


def _authors(record):
    """The accounts of those who wrote something that the public has not seen yet."""
    new = record.revisions.all()
    if record.published_revision_id:
        new = new.filter(number__gt=record.published_revision.number)
    return set(new.values_list("saved_by", flat=True))


def _move(record, state, action, by, note):
    """A step of the review: where the working copy stands, and a line in the audit trail."""
    Record.objects.filter(pk=record.pk).update(state=state)
    audit.note_steps(action, [record], by=by, note=note)


@transaction.atomic
def give(record: Record, owner: Record | None, *, by: Any = None) -> None:
    """Make somebody else responsible for the record: a partner, or with None the editorial office."""
    record = _locked([record])[0]
    if record.owner_id != (owner and owner.pk):
        _give([record], owner, by)


def _give(records, owner, by):
    if not records:
        return
    if by is not None and not by.is_superuser:
        raise PermissionDenied("Only a portal administrator gives a record to another team.")
    for some in portions([record.pk for record in records]):
        Record.objects.filter(pk__in=some).update(owner=owner)
    audit.note_steps(Action.OWNED, records, by=by, note=str(owner.title if owner else "Editorial office"))


@transaction.atomic
def revert(record: Record, revision: Revision, *, by: Any = None) -> Any:
    """Load an older version back into the working copy, links included, as a new version. Nothing public moves."""
    record = specific(_locked([record]))[0]
    require(by, Right.WRITE, record)
    if revision.record_id != record.pk:
        raise WorkflowError("That version belongs to another record.")
    save_document(record.kind_name, json.loads(revision.document), record)
    return save_revision(record, by=by, note=f"Back to version {revision.number}")


@transaction.atomic
def rebuild_publications() -> Any:
    """Make the read side anew from the published versions; returns how many rows had to change.

    The database gets another name, so that no answer which was tagged or kept before passes for what is there now:
    words for pages may change without a change that harvesters hear of.
    """
    take_turn()
    Generation.objects.update(name=new_name())
    remember_all()
    shown = Record.objects.exclude(public_state="").order_by("pk")
    names = set(shown.values_list("kind_name", "identifier"))
    rows = Publication.objects.values_list("pk", "kind", "identifier")
    extra, dropped = [pk for pk, *name in rows if tuple(name) not in names], 0
    for some in portions(extra):
        dropped += Publication.objects.filter(pk__in=some).update(successor=None)
    for some in portions(extra):
        Publication.objects.filter(pk__in=some).delete()
    return dropped + write_public(list(shown.values_list("pk", flat=True)), is_rebuild=True)


def foreseen(record: Record) -> tuple[Publication, list[Term]]:
    """The publication that publishing the working copy would make now, and its terms. Nothing is written."""
    kind, document = kinds_by_name()[record.kind_name], working_document(record)
    public = public_refs(named_in(kind.name, document))
    presented = present(kind, document, public)
    row = next(publications_of([record]), None) or Publication(pk=UNWRITTEN, **named_as(record))
    before, now = (row.state, row.version, row.document), timezone.now()
    row.state, row.path, row.slug = State.PUBLISHED, kind.path, document["slug"]
    row.url, row.reason, row.successor = presented.document["url"], "", None
    for name, value in shown_by(presented, record.edit_version).items():
        setattr(row, name, value)
    row.checked_on = parse_date(row.checked_on or "")
    row.issued_at = row.issued_at or now
    if before != (row.state, row.version, row.document):
        row.modified_at = now
    targets = Publication.objects.in_bulk({target for *_, target in presented.terms if target})
    terms = [
        Term(publication=row, field=name, value=value, label=label, target=targets.get(target))
        for name, value, label, target in presented.terms
    ]
    row.related = related.foreseen_related(row, terms)
    return row, terms


def public_changes(steps: Iterable[tuple[Any, ...]]) -> list[list[str]]:
    """What readers saw change with each of these steps, in labels of fields: nothing of what they see no more.

    A step is ``(kind, identifier, version, the version that was public before or None)``. Two queries.
    """
    steps = list(steps)
    rows = Version.objects.filter(
        publication__kind__in={kind for kind, *_ in steps},
        publication__identifier__in={identifier for _, identifier, *_ in steps},
    )
    names = ("publication__kind", "publication__identifier", "number")
    known = {tuple(name): pk for *name, pk in rows.values_list(*names, "pk")}
    pairs = [
        [known.get((kind, identifier, number)) for number in (before, version) if number]
        for kind, identifier, version, before in steps
    ]
    documents = dict(
        Version.objects.filter(pk__in={pk for pair in pairs for pk in pair if pk}).values_list(
            "pk", "document"
        )
    )
    return [_labels_that_differ([documents[pk] for pk in pair]) if all(pair) else [] for pair in pairs]


def _labels_that_differ(pair):
    if len(pair) < 2:
        return ["First version"]
    fields = [{name: (label, text) for name, label, text in json.loads(one)} for one in pair]
    names = dict.fromkeys([*fields[1], *fields[0]])
    differing = [name for name in names if fields[0].get(name) != fields[1].get(name)]
    return [(fields[1].get(name) or fields[0][name])[0] for name in differing]


# How it is done


def _locked(records):
    """The records' rows, locked in the order of their keys so that two writers cannot wait for each other."""
    pks = [record.pk for record in records]
    found = {}
    for start in range(0, len(pks), WRITTEN_AT_ONCE):
        batch = Record.objects.select_for_update(no_key=True).filter(
            pk__in=pks[start : start + WRITTEN_AT_ONCE]
        )
        found |= {record.pk: record for record in batch.order_by("pk")}
    return [found[pk] for pk in pks]


def _check_successor(record, successor):
    if successor is None:
        return
    if successor.pk == record.pk:
        raise WorkflowError("A record cannot be its own successor.")
    if Record.objects.get(pk=successor.pk).public_state != State.PUBLISHED:
        raise WorkflowError(f"The successor {successor.identifier} is not published.")


def _in_favour_of(successor, reason):
    """What the audit trail says of a step that takes a record off."""
    return " ".join(filter(None, (reason, f"Successor: {successor.identifier}." if successor else "")))


def in_short(records: Any, user: Any = None) -> str:
    """The first of these records by the names that this person may know, and how many more there are."""
    names, more = "; ".join(name_for(user, one) for one in records[:MOST_NAMED]), len(records) - MOST_NAMED
    return f"{names} and {more} more" if more > 0 else names


def _check_one_kind(record, into):
    if record.kind_name != into.kind_name:
        kinds = kinds_by_name()
        one, other = (lower_first(kinds[name].names.one) for name in (record.kind_name, into.kind_name))
        raise WorkflowError(f"Only records of one kind are merged: this is a {one}, the other one a {other}.")


def _move_names(record, into, by):
    """Working copies that name the one record name the other one; what readers see of them is not touched."""
    old, new = (record.kind_name, record.identifier), (into.kind_name, into.identifier)
    rows = Record.objects.filter(pk__in=named_by(record)).order_by("pk")
    for row in specific(_locked(rows)):
        document = moved(row.kind_name, working_document(row), old, new)
        try:
            save_document(row.kind_name, document, row)
        except (ValidationError, DocumentError) as error:
            reason = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error.detail)
            reason = reason if may(by, Right.SEE, row) else "another team has begun to change it."
            raise WorkflowError(
                f"{row.identifier} cannot name {into.identifier} instead: {reason}"
            ) from error
        _save(_locked([row])[0], by, f"{record.identifier} was merged into {into.identifier}")


def _move_team(record, into, by):
    """What a partner is responsible for falls to the other one, and so do the roles of its people."""
    for owned in Record.objects.filter(owner=record).order_by("pk"):
        give(owned, into, by=by)
    team = Team.objects.filter(owner=record.pk).first()
    if team is None:
        return
    if by is not None and not by.is_superuser:
        raise PermissionDenied("Only a portal administrator merges partners that have a team.")
    other, _ = Team.objects.get_or_create(owner=into)
    for membership in team.memberships.all():
        other.memberships.get_or_create(user=membership.user, role=membership.role)
    audit.note_team(other, by=by, note=f"The people of {team} belong to it now.")
    team.delete()


def _take_off(record, public_state, reason, successor):
    rechecks.close(record)
    Appointment.objects.filter(record=record.pk).delete()
    Record.objects.filter(pk=record.pk).update(
        state=State.WITHDRAWN,
        public_state=public_state,
        withdrawal_reason=reason,
        successor=successor and successor.pk,
    )
    write_public([record.pk])
