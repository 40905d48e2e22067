"""Write what a plan says, all of it or nothing: in as few and as large statements as there can be, as others wait meanwhile.

Everything that can be asked by reading was asked before. What only the database can say is asked here: whether
somebody saved meanwhile, and the rules over several rows.
"""

from django.core.exceptions import ValidationError as ModelValidationError
from django.db import IntegrityError, transaction

from media4sec.records import workflow
from media4sec.records.documents.fields import Reference
from media4sec.records.documents.links import remember_records
from media4sec.records.documents.reading import writer
from media4sec.records.documents.shapes import is_link, settle_sources, together
from media4sec.records.finding import words_of
from media4sec.records.importing.planning import refuse_errors
from media4sec.records.models import Record, inserted

DERIVED = ("title_key", "slug", "review_due")  # columns that follow from others when a record is saved
CHANGED_MEANWHILE = "Somebody saved a record that this file changes"


class Moved(Exception):
    """What the plan rests on is not there any more."""


def write(plan, *, by, note, is_trial=False):
    """Write all rows; a trial does the same, and takes all of it back. What is wrong is added to the plan's faults.

    Raises ``Moved`` where somebody saved one of the records after they were looked at.
    """
    before, words = len(plan.faults), words_of_rows(plan)
    try:
        with transaction.atomic():
            _write(plan, words, by, note)
            if is_trial or len(plan.faults) > before:
                transaction.set_rollback(True)
    except IntegrityError as error:
        raise Moved("Somebody saved the same identifier or row a moment ago") from error


def _write(plan, words, by, note):
    rows = [*plan.created, *plan.updated]
    _refuse_moved(plan)
    inserted([row.record for row in plan.created])
    for row in plan.updated:
        _save_own(row)
    new = {row.record.identifier: row.record for row in plan.created}
    with remember_records(), together():
        settle_sources(_sources_in(rows))
        for row in rows:
            _save_links(plan, row, new)
    for row in rows:
        _check(plan, row)
    if not plan.faults:
        versions = [
            workflow.Prepared(row.record, row.after, words[row.number], "title" in row.changed)
            for row in rows
        ]
        workflow.save_all(versions, by=by, note=note)


def words_of_rows(plan):
    """What the records of the rows are found by afterwards; those of one file know each other's titles."""
    documents = {row.number: (plan.kind.name, row.after) for row in [*plan.created, *plan.updated]}
    titles = {(plan.kind.name, row.after["identifier"]): row.after["title"] for row in plan.created}
    return words_of(documents, titles)


def _refuse_moved(plan):
    """Each record is still the version that was looked at; locked in the order of their keys."""
    pks, now = sorted(plan.seen), {}
    for start in range(0, len(pks), workflow.WRITTEN_AT_ONCE):
        batch = Record.objects.select_for_update().filter(
            pk__in=pks[start : start + workflow.WRITTEN_AT_ONCE]
        )
        now |= dict(batch.order_by("pk").values_list("pk", "edit_version"))
    if now != plan.seen:
        raise Moved(CHANGED_MEANWHILE)


def _save_own(row):
    serializer = writer(row.record.kind_name)
    own = {name for name in row.changed if not is_link(serializer.fields[name], serializer.Meta.model)}
    if own:
        row.record.save(update_fields=own | set(DERIVED))


def _sources_in(rows):
    """All that the rows cite, in their parts as well."""
    for row in rows:
        for value in row.links.values():
            for one in value if isinstance(value, list) else ():
                if isinstance(one, dict):
                    yield from [one] if "url" in one and "accessed_on" in one else one.get("sources", ())


def _save_links(plan, row, new):
    serializer, single = writer(row.record.kind_name), set()
    row.record.has_no_links_yet = row.is_new
    for name, value in row.links.items():
        if isinstance(serializer.fields[name], Reference):
            # A record of this very file had no key when the plan was made.
            key = value and (value.pk or new[value.identifier].pk)
            if getattr(row.record, f"{name}_id") != key:
                setattr(row.record, f"{name}_id", key)
                single.add(name)
    if single:
        row.record.save(update_fields=single)
    links = {
        name: value for name, value in row.links.items() if not isinstance(serializer.fields[name], Reference)
    }
    try:
        serializer.save_links(row.record, links, check=False)
    except ModelValidationError as error:
        refuse_errors(plan, row, error)


def _check(plan, row):
    try:
        row.record.check_links()
    except ModelValidationError as error:
        refuse_errors(plan, row, error)
