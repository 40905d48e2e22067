"""Write what a plan says, all of it or nothing; a trial does the same, and takes it back.

Everything that can be asked by reading was asked before, and everything that is written is made ready before: while
it is written, others wait. What only the database can say is asked then: whether somebody saved meanwhile, and the
rules over several rows.
"""

from collections import defaultdict
from contextlib import contextmanager

from django.core.exceptions import ValidationError as ModelValidationError
from django.db import IntegrityError, connection, transaction

from media4sec.records import workflow
from media4sec.records.bulk import Batch, portions
from media4sec.records.documents.fields import Reference
from media4sec.records.documents.links import remember_records
from media4sec.records.documents.reading import writer
from media4sec.records.documents.shapes import gathered, is_link, settle_sources, settle_tags
from media4sec.records.finding import words_of
from media4sec.records.importing.planning import SHOWN_IN_REPORT, refuse_errors
from media4sec.records.models import Record, Source, Tag

DERIVED = ("title_key", "slug", "review_due")  # columns that follow from others when a record is saved
CHANGED_MEANWHILE = "Somebody saved a record that this file changes"
CLASH = "Somebody saved the same identifier or row a moment ago"


class Moved(Exception):
    """What the plan rests on is not there any more."""


@contextmanager
def made_ready(plan, *, by, note):
    """All that a plan writes, worked out before the transaction in which it is written."""
    with remember_records():
        yield Ready(plan, by, note)


class Ready:
    """What is written, and on which versions it rests. What turns out to be wrong is added to the plan's faults."""

    def __init__(self, plan, by, note):
        self.plan, self.batch = plan, Batch()
        self.rows = [*plan.created, *plan.updated]
        self.seen = {row.record.pk: standing_of(row.record) for row in plan.updated}
        self.batch.add_records([row.record for row in plan.created])
        self.bare, self.titles, self.tags = [], {}, {}
        for owner in {row.record.owner_id for row in self.rows}:
            self._settle(owner, [row for row in self.rows if row.record.owner_id == owner])
        self.new = {row.record.identifier: row.record for row in plan.created}
        for row in plan.created:
            row.record.has_no_links_yet = True
            _set_single(row, self.new)
        with gathered(self.batch):
            for row in plan.created:
                self.save_links(row)
        words = words_of_rows(plan)
        versions = [
            workflow.Prepared(row.record, row.after, words[row.number], row.is_new, "title" in row.changed)
            for row in self.rows
        ]
        workflow.prepare_all(versions, self.batch, by=by, note=note)
        self.versions = [version for version in versions if not version.is_new]
        self.updates = _updates(plan.updated, self.new)
        self.batch.prepare()
        for row in plan.created:  # it is all in the batch now, and takes room here
            row.given, row.after, row.links = {}, {"title": row.after["title"]}, {}
        for row in plan.updated[SHOWN_IN_REPORT:]:
            row.given, row.before, row.after = {}, {}, {}

    def _settle(self, owner, rows):
        """The sources and tags that the rows of one team name."""
        new, bare, titles = settle_sources(_sources_in(rows), owner)
        self.batch.give_keys(new)
        self.bare += bare
        self.titles |= titles
        new, names = settle_tags((name for row in rows for name in row.links.get("tags", ())), owner)
        self.batch.give_keys(new)
        self.tags |= names

    def try_out(self):
        """Write it, and take it back."""
        with transaction.atomic():
            self.write()
            transaction.set_rollback(True)

    def write(self):
        """Write it all, in a transaction that the caller takes back where anything is wrong.

        Raises ``Moved`` where somebody saved one of the records after they were looked at.
        """
        if self.plan.faults:
            return
        self.refuse_moved()
        try:
            with transaction.atomic():
                self._write()
        except IntegrityError as error:
            raise Moved(CLASH) from error

    def _write(self):
        for source in self.bare:
            source.lose_title()
        with connection.cursor() as cursor:
            for statement, values in self.updates:
                cursor.executemany(statement, values)
        workflow.save_all(self.versions, self.batch)
        for row in self.plan.updated:
            if row.links:
                self.save_links(row)
        for row in self.rows:
            row.record.has_no_links_yet = False
            _try(self.plan, row, row.record.check_links)

    def refuse_moved(self):
        """Records are the versions that were looked at, sources and tags are called as they were."""
        pks, now = sorted(self.seen), {}
        for batch in portions(pks):
            rows = Record.objects.select_for_update(no_key=True).filter(pk__in=batch).order_by("pk")
            now |= {record.pk: standing_of(record) for record in rows}
        if now != self.seen:
            raise Moved(CHANGED_MEANWHILE)
        for model, name, seen in ((Source, "title", self.titles), (Tag, "name", self.tags)):
            now = {}
            for batch in portions(sorted(seen)):
                now |= dict(model.objects.filter(pk__in=batch).values_list("pk", name))
            if now != seen:
                raise Moved("Somebody corrected a source or a tag that this file names")

    def save_links(self, row):
        serializer = writer(row.record.kind_name)
        links = {
            name: value
            for name, value in row.links.items()
            if not isinstance(serializer.fields[name], Reference)
        }
        _try(self.plan, row, lambda: serializer.save_links(row.record, links, check=False))


def standing_of(record):
    """What must not have changed since a record was looked at."""
    return record.edit_version, record.public_state, record.owner_id


def _try(plan, row, step):
    try:
        step()
    except ModelValidationError as error:
        refuse_errors(plan, row, error)


def words_of_rows(plan):
    """What the records of the rows are found by afterwards; those of one file know each other's titles."""
    documents = {row.number: (plan.kind.name, row.after) for row in [*plan.created, *plan.updated]}
    titles = {(plan.kind.name, row.after["identifier"]): row.after["title"] for row in plan.created}
    return words_of(documents, titles)


def _sources_in(rows):
    """All that the rows cite, in their parts as well."""
    for row in rows:
        for value in row.links.values():
            for one in value if isinstance(value, list) else ():
                if isinstance(one, dict):
                    yield from [one] if "url" in one and "accessed_on" in one else one.get("sources", ())


def _set_single(row, new):
    """The record of its own kind that it names; one of this very file has its key only now."""
    serializer, named = writer(row.record.kind_name), set()
    for name, value in row.links.items():
        if isinstance(serializer.fields[name], Reference):
            key = value and (value.pk or new[value.identifier].pk)
            setattr(row.record, f"{name}_id", key)
            named.add(name)
    return named


def _updates(rows, new):
    """Statements for what changes in rows that are there: (statement, values of all rows with these columns)."""
    found = defaultdict(list)
    for row in rows:
        row.record.fill_in()
        serializer = writer(row.record.kind_name)
        names = {name for name in row.changed if not is_link(serializer.fields[name], serializer.Meta.model)}
        names |= _set_single(row, new) | (set(DERIVED) if names else set())
        for model in (Record, type(row.record)):
            fields = [field for field in model._meta.local_concrete_fields if field.name in names]
            if fields:
                values = [
                    field.get_db_prep_save(field.pre_save(row.record, False), connection) for field in fields
                ]
                key = tuple(field.column for field in fields)
                found[model, key].append([*values, row.record.pk])
    quote = connection.ops.quote_name
    return [
        (
            f"UPDATE {quote(model._meta.db_table)} SET {', '.join(f'{quote(name)} = %s' for name in columns)}"
            f" WHERE {quote(model._meta.pk.column)} = %s",
            values,
        )
        for (model, columns), values in found.items()
    ]
