"""What a file would do, kept in a table: made when it is uploaded or a question is answered, applied once or never.

The dry run is the real thing in a transaction that is rolled back, so what a report says is what will be.
"""

import json
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from operator import attrgetter

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from media4sec.kinds import kinds_by_name
from media4sec.records import policy
from media4sec.records.differences import differences
from media4sec.records.documents.fields import dumps
from media4sec.records.importing.cells_of import columns_of, not_in_tables
from media4sec.records.importing.planning import SHOWN_IN_REPORT, plan
from media4sec.records.importing.reading import NotRead, read
from media4sec.records.importing.writing import CHANGED_MEANWHILE, Moved, Ready
from media4sec.records.models import MOST_IN_NOTE, ImportReport, Record
from media4sec.records.policy import Right
from media4sec.texts import cleaned

KEPT = timedelta(hours=24)  # how long a file waits to be applied
LONGEST_FILE_NAME = 200  # of a file
State = ImportReport.State


class NotApplied(Exception):
    """The report was not applied; the message says why."""


def make(kind, file_name, content, *, by, owner=None):
    """Keep a file with what it would do. Raises ``NotRead`` where nothing can be read of it."""
    forget_old()
    report = ImportReport(
        made_by=by,
        maker=by.get_username(),
        kind_name=kind.name,
        file_name=_kept_name(file_name),
        size=len(content),
        digest=sha256(content).hexdigest(),
        content=content,
        settled={"owner": owner and owner.pk},
    )
    look(report, by=by)
    return report


def _kept_name(file_name):
    """A name that can be stored and shown, whatever a browser sends."""
    shown = "".join(sign if sign.isprintable() else " " for sign in file_name)
    try:
        return cleaned(shown)[-LONGEST_FILE_NAME:] or "file"
    except ValidationError:
        return "file"


def forget_old():
    """No file is kept longer than it can be applied."""
    old = ImportReport.objects.exclude(content=None).filter(made_at__lt=timezone.now() - KEPT)
    old.update(content=None)


def settle(report, *, by, fields=None, rows=None):
    """Take what the editor says of columns and rows, and look again."""
    _refuse_closed(report, by)
    settled = report.settled
    settled["fields"] = {**settled.get("fields", {}), **(fields or {})}
    settled["rows"] = {**settled.get("rows", {}), **(rows or {})}
    look(report, by=by)


def look(report, *, by):
    """Find out what the file would do, and keep it."""
    with closing(Ready(by, note_of(report))) as ready:
        planned = _planned(report, ready)
        if planned.is_ready:
            try:
                ready.try_out(planned)
            except Moved as error:
                planned.faults += NotRead(str(error)).faults
    report.state = State.READY if planned.is_ready else State.OPEN
    report.created, report.updated = len(planned.created), len(planned.updated)
    report.unchanged, report.wrong = len(planned.unchanged), len(planned.faults)
    report.report = _told(planned)
    report.save()
    return planned


def _planned(report, ready):
    """What the file would do; what is to be written is made ready on the way."""
    kind, by = kinds_by_name()[report.kind_name], ready.by
    known = {*columns_of(kind.name), *not_in_tables(kind.name)}
    owner = report.settled["owner"]
    _refuse_owner(kind, owner, by)
    sheet = read(report.file_name, bytes(report.content), known)
    said = {"fields": report.settled.get("fields"), "answers": report.settled.get("rows")}
    return plan(kind, sheet, user=by, owner=owner, **said, take=ready.take)


def _refuse_owner(kind, owner, by):
    """Whoever imports may add records of the kind, for this partner."""
    is_theirs = policy.is_everybody(by) or owner in policy.owners_for(by, Right.WRITE)
    if not policy.may_add(by, kind) or not is_theirs:
        raise PermissionDenied("You may not add records of this kind for this partner.")
    if owner is not None and not Record.objects.filter(pk=owner).exists():
        raise NotApplied("The partner who would be responsible is not there any more.")


def note_of(report):
    return f"Imported from {report.file_name}"[:MOST_IN_NOTE]


def _told(planned):
    """A plan in words, as it is kept; of each sort of rows the first."""
    kind, user = planned.kind, planned.user
    told = {
        "owners": sorted(owner or 0 for owner in planned.owners),
        "seen": {str(pk): version for pk, version in planned.seen.items()},
        "unknown": planned.unknown,
        "faults": [
            [fault.row, fault.column, fault.message]
            for fault in sorted(planned.faults, key=attrgetter("row"))
        ],
        "questions": [
            {
                "row": question.number,
                "title": question.title,
                "proposed": [[one.pk, _name(user, one), why] for one, why in question.proposed],
                "answer": question.answer,
            }
            for question in sorted(planned.questions, key=lambda one: bool(one.answer))[:SHOWN_IN_REPORT]
        ],
        "waiting": len(planned.waiting),
        "created": [
            [row.number, row.after["title"]] for row in planned.created[:SHOWN_IN_REPORT] if row.after
        ],
        "updated": [
            {
                "row": row.number,
                "key": row.key,
                "name": f"{row.before['title']} ({row.before['identifier']})",
                "differences": [
                    [one.label, one.before, one.after] for one in differences(kind, row.before, row.after)
                ],
            }
            for row in planned.updated[:SHOWN_IN_REPORT]
            if row.before
        ],
        "unchanged": [[row.number, row.before["identifier"]] for row in planned.unchanged[:SHOWN_IN_REPORT]],
    }
    return json.loads(dumps(told))  # as it is read back


def _name(user, record):
    return f"{policy.title_for(user, record)} ({record.identifier})"


def may_read(user, report):
    """Its maker, as long as they are in the teams that it speaks of; and portal administrators."""
    if policy.is_everybody(user):
        return True
    if report.made_by_id != user.pk:
        return False
    owners = {owner or policy.OFFICE for owner in report.report.get("owners", ())}
    return owners | {report.settled.get("owner")} <= policy.owners_for(user, Right.SEE)


def is_kept(report):
    """Is the file still there?"""
    return report.content is not None and report.made_at > timezone.now() - KEPT


def _refuse_closed(report, by):
    if report.made_by_id != by.pk:
        raise PermissionDenied("Whoever uploaded a file applies it.")
    if report.state == State.APPLIED:
        raise NotApplied("It was applied already.")
    if not is_kept(report):
        raise NotApplied("The file was kept for a day only. Upload it again.")


def apply(report, *, by):
    """Do what the report says, all of it or nothing; pressed again, nothing. Returns False if it was done before."""
    if report.state == State.APPLIED and report.made_by_id == by.pk:
        return False
    _refuse_closed(report, by)
    if report.state != State.READY:
        raise NotApplied("It has errors or questions.")
    with closing(Ready(by, note_of(report))) as ready:
        planned = _planned(report, ready)  # read anew; others need not wait while it is worked out
        told = _told(planned)
        counts = len(planned.created), len(planned.updated), len(planned.unchanged)
        is_same = all(told[name] == report.report[name] for name in ("seen", "created", "updated"))
        if not (
            planned.is_ready and is_same and counts == (report.created, report.updated, report.unchanged)
        ):
            raise NotApplied(_what_moved(planned, report))
        try:
            return _write(report, planned, ready)
        except Moved as error:
            raise NotApplied(f"{error}. Nothing was imported: check again.") from error
        except IntegrityError as error:  # what only shows at the end: a record that is named was thrown away
            raise NotApplied(_what_moved(planned, report)) from error


@transaction.atomic
def _write(report, planned, ready):
    now = ImportReport.objects.select_for_update().get(pk=report.pk)
    if now.state == State.APPLIED:
        return False
    ready.write(planned)
    if planned.faults:
        raise Moved("What the file says is not right any more: " + planned.faults[0].message)
    now.state, now.applied_at, now.content = State.APPLIED, timezone.now(), None
    now.save(update_fields=["state", "applied_at", "content"])
    return True


def _what_moved(planned, report):
    moved = {str(pk): version for pk, version in planned.seen.items()} != report.report["seen"]
    says = CHANGED_MEANWHILE if moved else "Records have changed"
    return (
        f"{says} since this report was made. Nothing was imported: check again, and look at the new report."
    )
