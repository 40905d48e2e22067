"""Writes what readers see: publications, their terms, older versions and files, related records, and the changes.

Only the workflow calls it, in the transaction of a step that has taken its turn. The changes come at the very end, so
that no smaller number can become visible after a larger one.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Exists, Min
from django.db.models.functions import Coalesce
from django.utils import timezone

from media4sec.kinds import THEME_FIELDS, kinds_by_name
from media4sec.publications import related
from media4sec.publications.models import (
    Change,
    Generation,
    Publication,
    PublicFile,
    Term,
    ThemePlace,
    Version,
)
from media4sec.publications.words import analysed, analysed_names
from media4sec.records.bulk import Batch, conditions, portions
from media4sec.records.differences import public_fields
from media4sec.records.documents.fields import dumps
from media4sec.records.finding import findable, remember_all, remember_public
from media4sec.records.models import Record, Revision, Source, StoredFile, Tag
from media4sec.records.projection import (
    Presented,
    PublicRef,
    named_in,
    present,
    resolve_links,
    sources_in,
    uuid_of,
)
from media4sec.records.references import named_by
from media4sec.records.tags import tag_key
from media4sec.stored import addressed

State = Record.State
STEMS = ("title_stems", "name_stems", "text_stems")
WRITTEN_AT_ONCE = 500


def publication_of(record: Record) -> Publication:
    return Publication.objects.get(kind=record.kind_name, identifier=record.identifier)


def share(records: Iterable[Record]) -> None:
    """Before the public sees records: they name the sources and tags that it knows, or one for all of them.

    Until then a team has rows of its own. A source keeps the title that they cite; a tag is spelled as the public one.
    """
    for model, to_record in ((Source, "record"), (Tag, "content_object")):
        use = model._meta.get_field(model.uses_name).related_model
        to_row = model._meta.get_field(model.uses_name).field.name
        stays: dict[str, Any] = {}
        for some in portions([record.pk for record in records]):
            private = {f"{to_record}__in": some, f"{to_row}__is_public": False}
            uses = use.objects.filter(**private).select_related(to_row).order_by()
            uses = sorted(uses, key=attrgetter(f"{to_row}_id", "pk"))
            names = {getattr(getattr(one, to_row), model.name_field) for one in uses}
            for found in portions(names - stays.keys()):
                public = model.objects.filter(is_public=True, **{f"{model.name_field}__in": found})
                stays |= {getattr(row, model.name_field): row for row in public}
            moved, left = defaultdict(list), set()
            for one in uses:
                row = getattr(one, to_row)
                target = stays.setdefault(getattr(row, model.name_field), row)
                if target.pk != row.pk:
                    moved[target].append(one)
                    left.add(row.pk)
            for target, found in moved.items():
                target.take_over(found, keeps_words=True)
            if left:
                model.objects.filter(pk__in=left, **{f"{model.uses_name}__isnull": True}).delete()


def write_public(pks: list[int], *, is_rebuild: bool = False) -> int:
    """Bring the publications of these records, and of all that name them, in line; returns how many changed."""
    actions: dict[tuple[str, str], str] = {}
    touched: set[int] = set()
    visible_changes, known = _ensure_rows(pks, actions, touched)
    waiting = list(pks)
    if visible_changes:
        referrers = set()
        for some in portions(_with_merged(visible_changes)):
            naming_them = Record.objects.filter(mentions__in=some, public_state=State.PUBLISHED)
            referrers |= set(naming_them.values_list("pk", flat=True))
        waiting += sorted(referrers.difference(pks))
    for some in portions(waiting, WRITTEN_AT_ONCE):
        _write_documents(known if known and known.pks == some else _read(some), actions, touched)
    related.refresh(None if is_rebuild else touched)
    _append_changes(actions)
    return len(actions)


def _with_merged(pks):
    """These records and all that were merged into them: whoever names those shows these."""
    found, waiting = set(pks), list(pks)
    while waiting:
        merged = set()
        for some in portions(waiting):
            rows = Record.objects.filter(public_state=State.MERGED, successor__in=some)
            merged |= set(rows.values_list("pk", flat=True))
        waiting = merged - found
        found |= waiting
    return found


def _ensure_rows(pks, actions, touched):
    """Every record that is or was public has a row; returns the records whose title, address or state moved, and
    what was read last."""
    moved, read = [], None
    for start in range(0, len(pks), WRITTEN_AT_ONCE):
        read = _read(pks[start : start + WRITTEN_AT_ONCE])
        for record in read.records:
            document = json.loads(record.published_revision.document)
            name = record.kind_name, record.identifier
            row = read.rows.setdefault(name, Publication(**named_as(record)))
            if _ensure_row(record, document, row, actions, touched):
                moved.append(record.pk)
        _remember_mentions(read.records, read.versions)
        _note_public([record for record in read.records if record.public_state == State.PUBLISHED])
    return moved, read


def _public_versions(records):
    """Every version that was public at some time, oldest first: ``{record's pk: [(revision, document), …]}``."""
    found = {record.pk: [] for record in records}
    rows = Revision.objects.filter(record__in=found, published_at__isnull=False)
    for revision in rows.order_by("record", "number"):
        found[revision.record_id].append((revision, json.loads(revision.document)))
    return found


def named_as(record: Record) -> dict[str, Any]:
    """How a new publication is called."""
    uuid = uuid_of(record.kind_name, record.identifier)
    return {"kind": record.kind_name, "identifier": record.identifier, "uuid": uuid}


def _ensure_row(record, document, row, actions, touched):
    """Bring title, address and state of one row in line; True if a reader of another record can see it."""
    kind = kinds_by_name()[record.kind_name]
    before = (row.title, row.url, row.state, row.successor_id) if row.pk else None
    row.state = record.public_state
    row.path, row.slug = kind.path, document["slug"]
    row.url = kind.url(record.identifier, document["slug"])
    if record.public_state == State.PUBLISHED:
        row.title, row.reason, row.successor = document["title"], "", None
    else:
        _make_tombstone(row, record)
        if row.pk:
            row.terms.all().delete()
            row.versions.all().delete()
    if before == (row.title, row.url, row.state, row.successor_id):
        return False
    if record.public_state != State.PUBLISHED:
        if before is not None or not _has_changes(row):
            actions[row.kind, row.identifier] = "deleted"
    elif before is None or before[2] != State.PUBLISHED:
        actions[row.kind, row.identifier] = "created"
    else:
        actions[row.kind, row.identifier] = "updated"
    row.save()
    touched.add(row.pk)
    return True


def _has_changes(row):
    return Change.objects.filter(kind=row.kind, identifier=row.identifier).exists()


def _make_tombstone(row, record):
    """A withdrawn publication keeps its address and those of its files, the reason, successor and themes; no more."""
    for name in ("title", "summary", "lens", "document", "display", "sort_key", *STEMS):
        setattr(row, name, "")
    row.checked_on = None
    row.slug = ""
    row.reason = record.withdrawal_reason
    row.successor = publication_of(record.successor) if record.successor else None


def _remember_mentions(records, versions):
    """Whom the public versions name, published or not, so that renaming or publishing those refreshes them."""
    named = {
        record.pk: {
            name for _, document in versions[record.pk] for name in named_in(record.kind_name, document)
        }
        for record in records
    }
    known = {}
    for are_named in conditions(set().union(*named.values()), "kind_name"):
        rows = Record.objects.filter(are_named).values_list("kind_name", "identifier", "pk")
        known |= {tuple(name): pk for *name, pk in rows}
    through = Record.mentions.through
    has = defaultdict(set)
    for row in through.objects.filter(from_record__in=named):
        has[row.from_record_id].add(row.to_record_id)
    missing = []
    for pk, names in named.items():
        wanted = {known[name] for name in names if name in known}
        if has[pk] - wanted:
            through.objects.filter(from_record=pk, to_record__in=has[pk] - wanted).delete()
        missing += [through(from_record_id=pk, to_record_id=target) for target in sorted(wanted - has[pk])]
    through.objects.bulk_create(missing, batch_size=500)


def _note_public(records):
    """What everybody may know: the title of a public record, and the sources, tags and files of its public version."""
    addresses, tags, digests, batch, renamed = set(), set(), set(), Batch(), []
    for record in records:
        document = json.loads(record.published_revision.document)
        addresses |= {source["url"] for source in sources_in(document)}
        tags |= set(document["tags"])
        digests |= {part["file"]["digest"] for part in document.get("files", ())}
        if record.public_title != document["title"]:
            renamed += [record] if record.public_title else []
            record.public_title = document["title"]
            batch.change_rows([record], {"public_title"})
    batch.write()
    for record in renamed:  # those that name it are found by the new one now
        remember_all(named_by(record))
    for model, names in ((Source, addresses), (Tag, set(map(tag_key, tags)))):
        for some in portions(sorted(names)):
            _make_public(model, some, records)
    for some in portions(sorted(digests)):
        StoredFile.objects.filter(is_public=False, digest__in=some).update(is_public=True)


def _make_public(model, names, records):
    """The sources or tags with these names that the records have are public, unless others with their names are."""
    are_named = {f"{model.name_field}__in": names}
    taken = model.objects.filter(is_public=True, **are_named).values(model.name_field)
    own = model.objects.filter(is_public=False, **are_named, **{f"{model.users_path}__in": records})
    own = own.exclude(**{f"{model.name_field}__in": taken}).order_by().values(model.name_field)
    model.objects.filter(pk__in=own.annotate(first=Min("pk")).values("first")).update(is_public=True)


class Read(NamedTuple):
    """What stands of some records: they themselves, their publications by name, their public versions."""

    pks: list[int]
    records: list[Record]
    rows: dict[tuple[str, str], Publication]
    versions: dict[int, Any]


def _read(pks):
    records = Record.objects.filter(pk__in=pks).select_related("published_revision", "successor")
    records = sorted(records.order_by(), key=attrgetter("pk"))
    rows = {(row.kind, row.identifier): row for row in publications_of(records)}
    return Read(pks, records, rows, _public_versions(records))


def _write_documents(read, actions, touched):
    records = [record for record in read.records if record.public_state == State.PUBLISHED]
    documents = {record.pk: json.loads(record.published_revision.document) for record in records}
    rows, versions = read.rows, read.versions
    public = public_refs(
        {
            named
            for record in records
            for _, document in versions[record.pk]
            for named in named_in(record.kind_name, document)
        }
    )
    shown = [rows[record.kind_name, record.identifier].pk for record in records]
    old_terms = defaultdict(list)
    for term in Term.objects.filter(publication__in=shown):
        old_terms[term.publication_id].append(term)
    new_terms, gone_terms, names, placed, stale, moved = [], [], {}, [], [], set()
    for record in records:
        row = rows[record.kind_name, record.identifier]
        presented = present(kinds_by_name()[record.kind_name], documents[record.pk], public)
        values = shown_by(presented, record.published_revision.number) | {
            "title_stems": analysed(presented.search_title),
            "name_stems": analysed_names(presented.search_names),
            "text_stems": analysed(presented.search_text),
        }
        names[record.pk] = findable(
            presented.search_title, *(name for name, _ in presented.search_names), joins=True
        )
        seen = {name: getattr(row, name) for name in values}
        seen["checked_on"] = row.checked_on.isoformat() if row.checked_on else None
        placed += [
            ThemePlace(publication=row, theme=value)
            for field, value, _, target in presented.terms
            if field in THEME_FIELDS and target
        ]
        gone, new = _moved_terms(row, old_terms[row.pk], presented.terms)
        if seen == values and not gone and not new:
            continue
        for name, value in values.items():
            if value != seen[name]:
                setattr(row, name, value)
                moved.add(name)
        stale.append(row)
        touched.add(row.pk)
        gone_terms += gone
        new_terms += new
        if seen["document"] != values["document"] or seen["version"] != values["version"]:
            actions.setdefault((row.kind, row.identifier), "updated")
    for some in portions(gone_terms):
        Term.objects.filter(pk__in=some).delete()
    batch = Batch()
    batch.change_rows(stale, moved)
    batch.add(new_terms)
    batch.write()
    ThemePlace.objects.bulk_create(placed, batch_size=500, ignore_conflicts=True)  # those that are there stay
    remember_public(names)
    _write_versions(records, read, public)
    _write_files(read)


def _moved_terms(row, old, wanted):
    """(keys of the terms that go, terms that come): all of a field where one moved, so that these keep their order."""
    before, now = defaultdict(list), defaultdict(list)
    for term in old:
        before[term.field].append((term.value, term.label, term.target_id))
    for field, *term in wanted:
        now[field].append(tuple(term))
    moved = {
        field for field in {*before, *now} if sorted(before[field], key=str) != sorted(now[field], key=str)
    }
    return (
        [term.pk for term in old if term.field in moved],
        [
            Term(publication=row, field=field, value=value, label=label, target_id=target)
            for field, value, label, target in wanted
            if field in moved
        ],
    )


def shown_by(presented: Presented, version: int) -> dict[str, Any]:
    """What pages and files of a publication are made of."""
    return {
        "title": presented.document["title"],
        "summary": presented.document["summary"],
        "lens": presented.document["lens"],
        "checked_on": presented.document["checked_on"],
        "document": dumps(presented.document),
        "display": dumps(presented.display),
        "sort_key": presented.sort_key,
        "version": version,
    }


def _write_versions(records, read, public):
    """Every version that was public, in words, naming what readers may see today."""
    rows = {record.pk: read.rows[record.kind_name, record.identifier] for record in records}
    stored = defaultdict(dict)
    for old in Version.objects.filter(publication__in=[row.pk for row in rows.values()]):
        stored[old.publication_id][old.number] = old
    new, moved = [], []
    for record in records:
        row, kind = rows[record.pk], kinds_by_name()[record.kind_name]
        for revision, document in read.versions[record.pk]:
            text = dumps(public_fields(kind, resolve_links(kind, document, public)))
            old = stored[row.pk].pop(revision.number, None)
            if old is None:
                version = Version(publication=row, number=revision.number, document=text)
                version.published_at = revision.published_at
                new.append(version)
            elif (old.document, old.published_at) != (text, revision.published_at):
                old.document, old.published_at = text, revision.published_at
                moved.append(old)
    batch = Batch()
    batch.change_rows(moved, {"document", "published_at"})
    batch.add(new)
    batch.write()
    for some in portions(old.pk for left in stored.values() for old in left.values()):
        Version.objects.filter(pk__in=some).delete()


def _write_files(read):
    """The files that the versions name which are or were public: those of a withdrawn record are known as such."""
    publications, wanted = [read.rows[record.kind_name, record.identifier] for record in read.records], {}
    for record, row in zip(read.records, publications, strict=True):
        for _, document in read.versions[record.pk]:
            for url, stored_as, media_type in addressed(document.get("files", ())):
                wanted[row.pk, url] = stored_as, media_type
    gone = []
    for file in PublicFile.objects.filter(publication__in=[row.pk for row in publications]):
        if wanted.pop((file.publication_id, file.url), None) != (file.stored_as, file.media_type):
            gone.append(file.pk)
    for some in portions(gone):
        PublicFile.objects.filter(pk__in=some).delete()
    PublicFile.objects.bulk_create(
        PublicFile(publication_id=pk, url=url, stored_as=stored_as, media_type=media_type)
        for (pk, url), (stored_as, media_type) in wanted.items()
    )


def publications_of(records: Iterable[Record]) -> Iterator[Publication]:
    """The publications of these records."""
    for are_named in conditions((record.kind_name, record.identifier) for record in records):
        yield from Publication.objects.filter(are_named)


def public_refs(named: Iterable[tuple[str, str]]) -> dict[tuple[str, str], PublicRef]:
    """What of the named records the public may see; a merged one stands for its successor."""
    found = {}
    for are_named in conditions(named):
        for row in Publication.objects.filter(are_named).select_related("successor"):
            seen = row
            while seen is not None and seen.state == State.MERGED:
                seen = seen.successor
            if seen is not None and seen.state == State.PUBLISHED:
                found[row.kind, row.identifier] = PublicRef(
                    seen.kind, seen.identifier, seen.title, seen.url, seen.pk
                )
    return found


def _append_changes(actions):
    """Number the changes and stamp the publications; ``take_turn`` makes the numbers appear in commit order."""
    if not actions:
        return
    newest = Change.objects.alias(is_named=Exists(Generation.objects.all())).filter(is_named=True)
    at = newest.order_by("-seq").values_list("at", flat=True).first()
    now = timezone.now()
    if at is not None:  # times grow with the numbers, whatever the clocks of several servers say
        now = max(now, at + timedelta(microseconds=1))
    elif not Generation.objects.exists():
        Generation.objects.create()
    changes = Batch()
    changes.add(
        Change(action=action, kind=kind, identifier=identifier, at=now)
        for (kind, identifier), action in actions.items()
    )
    changes.write()
    for are_named in conditions(actions):
        rows = Publication.objects.filter(are_named)
        rows.update(issued_at=Coalesce("issued_at", now), modified_at=now)
