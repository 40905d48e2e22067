"""Versions in the back-office: which one a form was opened on, and what was saved since."""

import json

from django.core.exceptions import NON_FIELD_ERRORS

from media4sec.records import workflow
from media4sec.records.audit import steps_of
from media4sec.records.differences import differences
from media4sec.records.documents.reading import working_document
from media4sec.records.documents.writing import save_document
from media4sec.records.forms import is_key
from media4sec.records.merging import merged
from media4sec.records.models import AuditEntry, Record


class NotSaved(Exception):
    """Saving is refused after all, and everything rolled back; the form is shown again with the reason."""

    def __init__(self, error, conflict=None):
        super().__init__(error)
        self.conflict = conflict
        if hasattr(error, "error_dict"):
            self.by_field = error.error_dict
        else:
            self.by_field = {NON_FIELD_ERRORS: getattr(error, "error_list", str(error))}


def document_of(revision):
    return json.loads(revision.document)


def newest_revision(record):
    """With its author."""
    newest = record.revisions.select_related("saved_by").filter(number=record.edit_version)
    return next(iter(name_authors(record, newest)), None)


def audit_of(record):
    """The steps that were taken with a record, the newest first."""
    return steps_of(record).order_by("-pk")


REVIEW = {
    AuditEntry.Action.SUBMITTED: "submitted it for review",
    AuditEntry.Action.SENT_BACK: "sent it back",
    AuditEntry.Action.APPROVED: "approved it",
}


def review_of(record):
    """What was last said of the working copy, as (who did what, the words); None where nobody reviewed this version."""
    last = audit_of(record).filter(version=record.edit_version, action__in=REVIEW).first()
    is_over = record.state in (Record.State.PUBLISHED, Record.State.WITHDRAWN)
    if last is None or is_over:
        return None
    return f"{last.actor or 'A command'} {REVIEW[last.action]}", last.note


def name_authors(record, revisions):
    """Give each version its ``author`` in words; those whose account is gone are in the audit trail."""
    wrote = audit_of(record).filter(version__in=[revision.number for revision in revisions])
    names = dict(wrote.values_list("version", "actor"))  # the first that was written of a version comes last
    for revision in revisions:
        saved_by = revision.saved_by.get_username() if revision.saved_by else ""
        revision.author = saved_by or names.get(revision.number) or "a command"
    return revisions


def place_of(record, revision):
    """What a version is now, behind its number: “, the working copy, public now”."""
    is_public = record.public_state == Record.State.PUBLISHED and revision.pk == record.published_revision_id
    is_current = revision.number == record.edit_version
    return ", the working copy" * is_current + ", public now" * is_public


def merge_newer(record, seen, answered):
    """Somebody saved after this form was opened: keep what both changed; returns what to tell the editor.

    Where both changed the same, the form is refused once with both texts, and saving it again keeps those of the form.
    """
    newest, mine = newest_revision(record), working_document(record)
    base = record.revisions.filter(number=int(seen)).first() if is_key(seen) else None
    theirs = document_of(newest)
    start = document_of(base) if base else theirs
    document, collisions = merged(start, theirs, mine) if base else (mine, list(mine))
    taken = [row.label for row in differences(record.kind, mine, document)]
    if collisions and answered != str(newest.number):
        raise conflict_of(record, newest, theirs, mine, collisions, taken)
    save_document(record.kind_name, document, record)
    says = f"{newest.author} saved version {newest.number} while you were editing. "
    return says + (
        f"Taken over from it: {', '.join(taken)}." if taken else "Nothing of it had to be taken over."
    )


def conflict_of(record, newest, theirs, mine, collisions, taken):
    """Why the form is refused: who saved when, and both texts where they collide."""
    return NotSaved(
        f"{newest.author} saved version {newest.number} while you were editing. "
        "Nothing of yours was saved, and nothing is lost.",
        conflict={
            "revision": newest,
            "taken": taken,
            "rows": [row for row in differences(record.kind, theirs, mine) if row.name in collisions],
        },
    )


def refuse_stale(record, seen):
    """A step is taken with the version that its page showed, or not at all."""
    now = Record.objects.select_for_update(no_key=True).get(pk=record.pk)
    if seen != str(now.edit_version):
        raise workflow.WorkflowError(
            f"Version {now.edit_version} was saved while this page was open. Nothing was done: look at it again."
        )
