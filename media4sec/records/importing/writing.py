"""Write what a plan says, all of it or nothing; a trial does the same, and takes it back.

Everything that can be asked by reading was asked before, and everything that is written is made ready before: while
it is written, others wait. What only the database can say is asked then: whether somebody saved meanwhile, and the
rules over several rows.
"""

from django.db import IntegrityError, transaction

from media4sec.records import workflow
from media4sec.records.bulk import Batch, portions
from media4sec.records.documents.reading import writer
from media4sec.records.documents.shapes import gathered, linking, settle_sources, settle_tags
from media4sec.records.finding import words_of
from media4sec.records.models import Record, Source, Tag, model_of

DERIVED = ("title_key", "slug", "review_due")  # columns that follow from others when a record is saved
CHANGED_MEANWHILE = "Somebody saved a record that this file changes"
CLASH = "Somebody saved the same identifier or row a moment ago"


class Moved(Exception):
    """What the plan rests on is not there any more."""


class Ready:
    """What is to be written, and on which versions it rests: taken from a plan while that is worked out."""

    def __init__(self, by, note):
        self.by, self.note, self.batch = by, note, Batch()
        self.seen, self.titles, self.tags = {}, {}, {}  # how records, sources and tags were, by their keys
        self.written = {}  # {key of the record: row}
        self.renamed = []  # keys of those that only editors know, by another title

    def close(self):
        self.batch.close()

    def take(self, plan, rows):
        """Make some rows of a plan ready."""
        kind_name, batch = plan.kind.name, self.batch
        self.written |= {row.key: row for row in rows}
        old = [row for row in rows if not row.is_new]
        self.seen |= {row.key: standing_of(row.record) for row in old}
        self.renamed += [row.key for row in old if "title" in row.changed and not row.record.public_title]
        for owner in {row.record.owner_id for row in rows}:
            self.settle(owner, [row for row in rows if row.record.owner_id == owner])
        fields = writer(kind_name).fields
        for name in {name for row in old for name in row.links}:
            for linked in linking(fields[name], [row.key for row in old if name in row.links]):
                batch.remove(linked)
        with gathered(batch):
            for row in rows:
                row.record.has_no_links_yet = True
                plan.try_to(row, writer(kind_name).save_links, row.record, row.links, check=False)
        words = words_of({row.key: (kind_name, row.after) for row in rows}, plan.titles)
        versions = [
            workflow.Prepared(row.record, row.after, words[row.key], row.is_new, {*row.changed, *DERIVED})
            for row in rows
        ]
        workflow.prepare_all(versions, batch, by=self.by, note=self.note)
        batch.keep()

    def settle(self, owner, rows):
        """Sources and tags that the rows of a team name; one that is cited without a title has none of its own."""
        new, bare, titles = settle_sources(_sources_in(rows), owner)
        self.titles = titles | self.titles  # as they were seen first
        self.batch.give_keys(new)
        for source in bare:  # those that relied on its title keep it
            self.batch.change(source.citations.filter(title=""), title=source.title)
            source.title = ""
            source.fill_in()
            self.batch.change(Source.objects.filter(pk=source.pk), title="", words=source.words)
        new, tags = settle_tags((name for row in rows for name in row.links.get("tags", ())), owner)
        self.tags = tags | self.tags
        self.batch.give_keys(new)

    def try_out(self, plan):
        """Write it, and take it back."""
        with transaction.atomic():
            self.write(plan)
            transaction.set_rollback(True)

    def write(self, plan):
        """Write it all, in a transaction that the caller takes back where anything is wrong: the plan tells what is.

        Raises ``Moved`` where somebody saved one of the records after they were looked at.
        """
        self.refuse_moved()
        try:
            with transaction.atomic():
                workflow.save_all(self.batch, plan.kind.name, self.written.keys(), self.renamed)
                for pks in portions(self.written):
                    for record in model_of(plan.kind.name).objects.filter(pk__in=pks):
                        plan.try_to(self.written[record.pk], record.check_links)
        except IntegrityError as error:
            raise Moved(CLASH) from error

    def refuse_moved(self):
        """Records are the versions that were looked at, sources and tags are called as they were."""
        now = {}
        for pks in portions(sorted(self.seen)):
            rows = Record.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk")
            now |= {pk: tuple(standing) for pk, *standing in rows.values_list("pk", *STANDING)}
        if now != self.seen:
            raise Moved(CHANGED_MEANWHILE)
        for model, name, seen in ((Source, "title", self.titles), (Tag, "name", self.tags)):
            now = {}
            for pks in portions(sorted(seen)):
                now |= dict(model.objects.filter(pk__in=pks).values_list("pk", name))
            if now != seen:
                raise Moved("Somebody corrected a source or a tag that this file names")


STANDING = (
    "edit_version",
    "public_state",
    "owner_id",
)  # what must not have changed since a record was looked at


def standing_of(record):
    return tuple(getattr(record, name) for name in STANDING)


def _sources_in(rows):
    """All that the rows cite, in their parts as well."""
    for row in rows:
        for value in row.links.values():
            for one in value if isinstance(value, list) else ():
                if isinstance(one, dict):
                    yield from [one] if "url" in one and "accessed_on" in one else one.get("sources", ())
