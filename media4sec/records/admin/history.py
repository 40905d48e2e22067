"""Versions in the back-office: which one a form was opened on, and what was saved since."""

import json

from django.core.exceptions import NON_FIELD_ERRORS

from media4sec.records import workflow
from media4sec.records.differences import differences
from media4sec.records.documents.reading import working_document
from media4sec.records.forms import (
    is_key,
)
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


def entries_of(record):
    """The steps that were taken with a record, the newest first."""
    of_record = AuditEntry.objects.filter(kind_name=record.kind_name, identifier=record.identifier)
    return of_record.order_by("-pk")


def name_authors(record, revisions):
    """Give each version its ``author`` in words; those whose account is gone are in the audit trail."""
    wrote = entries_of(record).filter(version__in=[revision.number for revision in revisions])
    names = dict(wrote.values_list("version", "actor"))  # the first that was written of a version comes last
    for revision in revisions:
        saved_by = revision.saved_by.get_username() if revision.saved_by else ""
        revision.author = saved_by or names.get(revision.number) or "a command"
    return revisions


def conflict_of(record, seen):
    """Why a form that was opened before somebody else saved is refused: who, when, and both texts."""
    newest = newest_revision(record)
    theirs, mine = document_of(newest), working_document(record)
    base = record.revisions.filter(number=int(seen)).first() if is_key(seen) else None
    start = document_of(base) if base else theirs
    return NotSaved(
        f"{newest.author} saved version {newest.number} while you were editing. "
        "Nothing of yours was saved, and nothing is lost.",
        conflict={
            "revision": newest,
            "rows": [
                (difference, start.get(difference.name) != theirs.get(difference.name))
                for difference in differences(record.kind, theirs, mine)
            ],
        },
    )


def refuse_stale(record, seen):
    """A step is taken with the version that its page showed, or not at all."""
    now = Record.objects.select_for_update().get(pk=record.pk)
    if seen != str(now.edit_version):
        raise workflow.WorkflowError(
            f"Version {now.edit_version} was saved while this page was open. Nothing was done: look at it again."
        )
