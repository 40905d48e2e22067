"""What colleagues remark on a record, or on one of its fields, and answer each other: for its team alone.

A comment is no part of a document, so that no version, no file and no page for readers has it. It is bound to the
version that it was written about. The audit trail tells that somebody commented, and never what they said.
"""

import json
from dataclasses import dataclass, field
from functools import partial

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Prefetch
from django.utils import timezone

from media4sec.kinds import kinds_by_name
from media4sec.records import audit, policy
from media4sec.records.documents.reading import writer
from media4sec.records.models import AuditEntry, Comment, Record, Revision
from media4sec.records.policy import Right
from media4sec.records.projection import label_of

Action = AuditEntry.Action
MOST_OPEN = 100  # comments on one record
MOST_ANSWERS = 50  # to one comment
MOST_RESOLVED = 50  # that a page shows
WHOLE = "The record as a whole"


@dataclass
class Thread:
    """A comment with its answers, as pages show it."""

    comment: Comment
    label: str  # of the field
    has_changed: bool  # what it is about says something else by now
    answers: list[Comment] = field(default_factory=list)

    @property
    def pk(self):
        return self.comment.pk

    @property
    def is_open(self):
        return self.comment.resolved_at is None

    @property
    def newest(self):
        return self.answers[-1] if self.answers else self.comment


# Reading


def fields_to_comment(kind_name):
    """``[(name, label)]`` of what a record of this kind says, in the order of its document."""
    kind = kinds_by_name()[kind_name]
    return [(name, label_of(kind, name)) for name in writer(kind_name).fields]


def label_of_comment(kind_name, name):
    return label_of(kinds_by_name()[kind_name], name) if name else WHOLE


def comments_on(record):
    """The comments on a record, without answers."""
    return Comment.objects.filter(revision__record=record, answer_to=None)


def open_threads(record):
    """What is not resolved, the oldest first. One query, two more where there is something."""
    return threads(record, comments_on(record).filter(resolved_at=None))


def resolved_threads(record):
    """The newest of what is resolved."""
    rows = comments_on(record).exclude(resolved_at=None).order_by("-resolved_at", "-pk")
    return threads(record, rows[:MOST_RESOLVED])


def threads(record, comments):
    """These comments on a record as threads."""
    people = ("written_by", "resolved_by")
    answers = Comment.objects.select_related("revision", "written_by").defer("revision__document")
    comments = comments.select_related("revision", *people).defer("revision__document")
    comments = list(comments.prefetch_related(Prefetch("answers", answers)))
    if not comments:
        return []
    numbers = {record.edit_version, *(one.revision.number for one in comments if one.field)}
    rows = Revision.objects.filter(record=record.pk, number__in=numbers).values_list("number", "document")
    documents = {number: json.loads(document) for number, document in rows}
    now = documents.get(record.edit_version, {})

    def has_changed(comment):
        if not comment.field:
            return comment.revision.number != record.edit_version
        return documents[comment.revision.number].get(comment.field) != now.get(comment.field)

    label = partial(label_of_comment, record.kind_name)
    return [Thread(one, label(one.field), has_changed(one), list(one.answers.all())) for one in comments]


def by_field(found):
    """``{name of the field: its threads}``."""
    sorted_out = {}
    for thread in found:
        sorted_out.setdefault(thread.comment.field, []).append(thread)
    return sorted_out


def open_counts(records):
    """``{record's key: how many comments on it are open}`` of those that have some. One query."""
    rows = Comment.objects.filter(revision__record__in=records, answer_to=None, resolved_at=None).order_by()
    return dict(rows.values_list("revision__record").annotate(number=Count("pk")))


# Writing


@transaction.atomic
def comment_on(record, text, *, name="", by=None):
    """Remark something on the newest version of a record, or on one of its fields; returns the comment."""
    record = _locked(record, by)
    if name and name not in writer(record.kind_name).fields:
        raise ValidationError("There is no such field.")
    if comments_on(record).filter(resolved_at=None).count() >= MOST_OPEN:
        raise ValidationError(f"{MOST_OPEN} comments on it are open: resolve some of them first.")
    revision = record.revisions.filter(number=record.edit_version).first()
    if revision is None:
        raise ValidationError("Save the record first: a comment is about a version of it.")
    comment = Comment(revision=revision, field=name, text=text, written_by=by)
    return _write(record, comment, comments_on(record).filter(field=name, resolved_at=None), by)


@transaction.atomic
def reply(comment, text, *, by=None):
    """Answer a comment; returns the answer."""
    record = _locked(comment.revision.record, by)
    if comments_on(record).filter(pk=comment.pk).exclude(resolved_at=None).exists():
        raise ValidationError("It was resolved: open it again to answer it.")
    revision = record.revisions.get(number=record.edit_version)
    if comment.answers.count() >= MOST_ANSWERS:
        raise ValidationError(
            f"There are {MOST_ANSWERS} answers: resolve this comment, and begin another one."
        )
    said = Comment(revision=revision, field=comment.field, answer_to=comment, text=text, written_by=by)
    return _write(record, said, comment.answers, by)


def _write(record, comment, others, by):
    """Keep it, unless the same person said the same there just before: a form that was pressed twice."""
    comment.full_clean(exclude=["written_by", "answer_to"])
    if not comment.text:
        raise ValidationError("Say something.")
    last = others.order_by("-pk").first()
    if last is not None and by is not None and (last.written_by_id, last.text) == (by.pk, comment.text):
        return last
    comment.save()
    _note(Action.COMMENTED, record, comment, by)
    return comment


@transaction.atomic
def resolve(comment, *, by=None):
    """Say that nothing is left to do about it. Who resolved it first, stays."""
    record = _locked(comment.revision.record, by)
    now = Comment.objects.filter(pk=comment.pk, resolved_at=None)
    if now.update(resolved_at=timezone.now(), resolved_by=by):
        _note(Action.RESOLVED, record, comment, by)


@transaction.atomic
def reopen(comment, *, by=None):
    record = _locked(comment.revision.record, by)
    now = Comment.objects.filter(pk=comment.pk).exclude(resolved_at=None)
    if now.update(resolved_at=None, resolved_by=None):
        _note(Action.REOPENED, record, comment, by)


def may_remove(user, comment):
    """May they remove the text of a comment? Who wrote it, and reviewers of the team."""
    is_own = user is not None and comment.written_by_id == user.pk
    return policy.may(user, Right.WRITE if is_own else Right.REVIEW, comment.revision.record)


@transaction.atomic
def remove_text(comment, *, by=None):
    """Remove the text for good; who wrote it, and when, stays."""
    record = _locked(comment.revision.record, by)
    if not may_remove(by, comment):
        raise PermissionDenied("Only who wrote it and reviewers may remove it.")
    if Comment.objects.filter(pk=comment.pk).exclude(text="").update(text=""):
        _note(Action.REMOVED, record, comment, by)


def _locked(record, by):
    record = Record.objects.select_for_update(no_key=True).get(pk=record.pk)
    policy.require(by, Right.WRITE, record)
    return record


def _note(action, record, comment, by):
    audit.note_steps(action, [record], by=by, note=label_of_comment(record.kind_name, comment.field))
