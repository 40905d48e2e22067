"""What each row of a file would become: a whole document, checked, with what links it; no row is written."""

from collections import defaultdict
from contextlib import suppress

from django.db import models
from rest_framework.exceptions import ValidationError

from media4sec.kinds import Numbered, kinds_by_name
from media4sec.letters import slugged
from media4sec.records import policy
from media4sec.records.bulk import AT_ONCE, portions, reserved
from media4sec.records.documents.fields import LINKS, OWN, Reference, StoredFileField, without_empty
from media4sec.records.documents.links import remember
from media4sec.records.documents.reading import references_in, working_documents, writer
from media4sec.records.documents.shapes import first_of_each, is_link
from media4sec.records.documents.writing import as_value, validate
from media4sec.records.importing.reading import in_brief
from media4sec.records.models import Holding, Record, Source, StoredFile, Tag, model_of, taken_identifiers
from media4sec.records.policy import Right
from media4sec.records.projection import split_reference
from media4sec.records.tags import tag_key
from media4sec.stored import DIGEST

LONGEST_IDENTIFIER = Record._meta.get_field("identifier").max_length


def draft(planned):
    """Work out the rows whose record is known, and yield them some hundred at a time; only these are held whole."""
    _identify(planned)
    _settle_new(planned)
    new, given_twice = _new_names(planned), _Twice(model_of(planned.kind.name))
    for rows in portions((row for row in planned.rows if row.is_new or row.record), AT_ONCE):
        _read(planned, rows)
        bodies = {row.number: _body(planned, row) for row in rows if row.is_new or row.before}
        rows = [row for row in rows if row.number in bodies]
        for owner, of_team in _by_owner(planned, rows):
            _complete_tags(planned, owner, [bodies[row.number] for row in of_team])
            _complete_sources(planned, owner, of_team)
        _check_names(planned, rows, bodies, new)
        _check_files(planned, rows)
        for row in rows:
            if not row.is_wrong:
                planned.try_to(row, _draft, planned, row, bodies[row.number], given_twice)
        yield rows


def _draft(planned, row, body, given_twice):
    row.is_settled = True
    if row.before and all(row.before.get(name) == value for name, value in row.given.items()):
        row.after = row.before
        return
    _fill(planned, row, body)
    for name, other in given_twice.of(row):
        planned.refuse(row, name, f"Row {other} gives the same; each record has its own.")
    if not row.is_wrong:
        _fill_links(planned, row, body)


def _read(planned, rows):
    """The records that are there, with their documents."""
    pks = [row.key for row in rows if row.key and not row.is_new]
    there = model_of(planned.kind.name).objects.in_bulk(pks)
    documents = working_documents(there.values())
    for row in rows:
        if row.is_new:
            continue
        row.record, row.before = there.get(row.key), documents.get(row.key)
        if row.before is None:
            planned.refuse(row, "identifier", "This record was thrown away a moment ago.")
        else:
            row.version = row.record.edit_version


def _identify(planned):
    """Give new records without an identifier the next free one."""
    shape = planned.kind.identifier
    if shape.is_given:
        return
    new = [row for row in planned.rows if row.is_new and "identifier" not in row.given and not row.is_wrong]
    if not new:
        return
    stem = shape.stem("")  # of slugs none: one query serves all rows
    taken = taken_identifiers(planned.kind.name, stem)
    given = (row.given.get("identifier") for row in planned.rows)
    taken |= {
        one
        for one in given
        if isinstance(one, str) and len(one) <= LONGEST_IDENTIFIER and one.startswith(stem)
    }
    is_numbered = isinstance(shape, Numbered)
    for row in new:
        slug = row.given.get("slug") or slugged(str(row.given.get("title") or ""))
        following = shape.following(slug, taken) if isinstance(slug, str) else ""
        if following:
            row.given["identifier"] = following
            if is_numbered:  # the others come before it
                taken = set()
            taken.add(following)


def _settle_new(planned):
    """New records get their keys, and rows can name each other, before any is written."""
    kind_name, new = planned.kind.name, [row for row in planned.rows if row.is_new]
    if planned.is_sound:
        for row, key in zip(new, reserved(Record, len(new)), strict=True):
            row.key = key
    if {kind_name, ""}.isdisjoint(references_in(kind_name).values()):
        return
    model, names = model_of(kind_name), ["id", "kind_name", "identifier", "record_ptr_id"]
    for row in new:
        if isinstance(row.given.get("identifier"), str):
            remember(model.from_db(None, names, [row.key, kind_name, row.given["identifier"], row.key]))
    title = writer(kind_name).fields["title"]
    for row in planned.rows:
        identifier = row.given.get("identifier") if row.is_new else row.record and row.record.identifier
        if (
            isinstance(identifier, str)
            and "title" in row.given
            and (row.is_new or not row.record.public_title)
        ):
            with suppress(ValidationError):
                planned.titles[kind_name, identifier] = title.run_validation(row.given["title"])


def _body(planned, row):
    """The document that a row stands for: what it does not give, a record that is there keeps."""
    fields = writer(planned.kind.name).fields
    body = {name: value for name, value in row.given.items() if not fields[name].read_only}
    if row.is_new:
        return body
    kept = {name: value for name, value in row.before.items() if not fields[name].read_only}
    if "review_due" not in body and row.record.has_derived_review:
        kept.pop("review_due")  # follows the day of the check once more
    return {**kept, **body, "identifier": row.before["identifier"]}


def _by_owner(planned, rows):
    """The rows of each team: before they are public, it has sources and tags of its own."""
    found = defaultdict(list)
    for row in rows:
        found[planned.owner if row.is_new else row.record.owner_id].append(row)
    return found.items()


def _complete_tags(planned, owner, bodies):
    """A tag stands in the spelling in which it is there for a team, or else the file has it first."""
    listed = [body for body in bodies if isinstance(body.get("tags"), list)]
    names = {name: tag_key(name) for body in listed for name in body["tags"] if _is_shown(name)}
    spelled = planned.tags.setdefault(owner, {})
    for keys in portions(set(names.values()) - spelled.keys()):
        there = first_of_each(list(policy.usable(owner, Tag.objects.filter(key__in=keys))), "key")
        spelled |= {key: tag.name for key, tag in there.items()}
    for name, key in names.items():
        spelled.setdefault(key, name)
    for body in listed:
        body["tags"] = [spelled[names[one]] if _is_shown(one) else one for one in body["tags"]]


def _is_shown(name):
    return isinstance(name, str) and name.isprintable()


def _complete_sources(planned, owner, rows):
    """A source that a cell gives by its address keeps what the record says of it, or has its title."""
    if "sources" not in planned.places:
        return
    bare = []
    for row in (row for row in rows if "sources" in row.given):
        sources = row.given["sources"]
        kept = list(row.before["sources"]) if row.before else []
        for place, source in enumerate(sources):
            known = next((one for one in kept if one["url"] == source["url"]), None)
            if known is not None:
                kept.remove(known)
                sources[place] = known
            else:
                bare.append(source)
    titles = {}
    for urls in portions({source["url"] for source in bare if source["url"].isprintable()}):
        there = first_of_each(list(policy.usable(owner, Source.objects.filter(url__in=urls))), "url")
        titles |= {url: source.title for url, source in there.items()}
    for source in bare:
        source["title"] = titles.get(source["url"], "")


def _new_names(planned):
    """What other rows may name new records by; asked before any row is forgotten."""
    return {
        (planned.kind.name, row.given["identifier"])
        for row in planned.rows
        if row.is_new and isinstance(row.given.get("identifier"), str)
    }


def _check_names(planned, rows, bodies, new):
    """Records that a row names anew: those that its editor may name, and new ones of the file. Others are not there."""
    paths, wanted = references_in(planned.kind.name), defaultdict(set)
    named = {row.number: _named_in(paths, bodies[row.number]) for row in rows}
    for names in named.values():
        for kind_name, identifier in names:
            wanted[kind_name].add(identifier)
    there = _nameable(planned.user, wanted) | new
    for row in rows:
        kept = _named_in(paths, row.before) if row.before else {}
        for (kind_name, identifier), path in named[row.number].items():
            if (kind_name, identifier) not in there and (kind_name, identifier) not in kept:
                of_kind = kind_name if kind_name in kinds_by_name() else "record"
                planned.refuse(row, path, f"There is no {of_kind} “{in_brief(identifier)}”.")


def _nameable(user, wanted):
    """Those of the records (``{kind: identifiers}``) that somebody may name anew; all are looked up once."""
    found = set()
    for kind_name in wanted.keys() & kinds_by_name().keys():
        for portion in portions(one for one in wanted[kind_name] if one.isprintable()):
            rows = model_of(kind_name).objects.filter(identifier__in=portion).only("kind_name", "identifier")
            for record in rows:
                remember(record)
            names = policy.nameable(user, rows).values_list("identifier", flat=True)
            found |= {(kind_name, identifier) for identifier in names}
    return found


def _named_in(paths, document):
    """Whom a document names: ``{(kind, identifier): the field}``."""
    found = {}
    for path, target in paths.items():
        *way, name = path.split(".")
        holders = [document]
        for step in way:
            lists = [holder.get(step) for holder in holders]
            holders = [
                one for inner in lists if isinstance(inner, list) for one in inner if isinstance(one, dict)
            ]
        for holder in holders:
            value = holder.get(name)
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, str) and one:
                    found.setdefault(split_reference(one, target), path)
    return found


def _check_files(planned, rows):
    """Files that a row names anew: those that its editor may know of. Others are not there."""
    named = {row.number: _digests_in(row.given) - _digests_in(row.before or {}) for row in rows}
    there = set()
    for portion in portions(set().union(*named.values())):
        files = StoredFile.objects.filter(digest__in=portion)
        there |= set(policy.knowable(planned.user, files).values_list("digest", flat=True))
        if planned.user:  # what was sent for a team of theirs, whoever has the same as well
            sent = policy.visible(planned.user, Holding.objects.all(), Right.WRITE)
            there |= set(sent.filter(file__in=files).values_list("file__digest", flat=True))
    says = StoredFileField.default_error_messages["does_not_exist"]
    for row in rows:
        for digest in sorted(named[row.number] - there):
            planned.refuse(row, "files", says.format(digest=in_brief(digest)))


def _digests_in(document):
    parts = document.get("files")
    files = [part.get("file") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    digests = [file.get("digest") for file in files if isinstance(file, dict)]
    return {digest for digest in digests if isinstance(digest, str) and DIGEST.fullmatch(digest)}


class _Twice:
    """Values of which each record has its own, also among the rows of one file."""

    def __init__(self, model):
        shared = {("kind_name", "identifier")}
        alone = [(one.name,) for one in model._meta.local_fields if one.unique and not one.primary_key]
        rules = [rule for rule in model._meta.constraints if isinstance(rule, models.UniqueConstraint)]
        self.sets = [*alone, *(rule.fields for rule in rules if rule.fields and rule.fields not in shared)]
        self.first = {}

    def of(self, row):
        for names in self.sets:
            values = names, tuple(getattr(row.record, name, None) for name in names)
            other = self.first.setdefault(values, row.number)
            if other != row.number and None not in values[1]:
                yield names[-1], other


def _fill(planned, row, body):
    """The record's own row, with what is given; checked, and not saved."""
    values = validate(planned.kind.name, body, OWN)
    if row.is_new:
        row.record = model_of(planned.kind.name)()
        row.record.kind_name = planned.kind.name
    writer(planned.kind.name).fill_own(row.record, values)
    if row.is_new:
        row.record.owner_id = planned.owner
        row.record.pk = row.record.id = row.key


def _fill_links(planned, row, body):
    """What links; and with it the whole document as it would be."""
    fields, model = writer(planned.kind.name).fields, type(row.record)
    links, after = validate(planned.kind.name, body, LINKS), {}
    for name, one in fields.items():
        if name in links:
            after[name] = as_value(one, links[name])
        elif is_link(one, model):
            after[name] = row.before[name] if row.before else _nothing(one)
        else:
            after[name] = as_value(one, getattr(row.record, name))
        if row.before and after[name] == row.before.get(name):
            after[name] = row.before[name]  # what is the same is kept once
    after = without_empty(after)
    for name, one in fields.items():
        if (
            one.read_only
            and name in row.given
            and row.given[name] not in (after[name], (row.before or {}).get(name))
        ):
            planned.refuse(row, name, f"It follows from other fields, and would be “{after[name]}”.")
    row.after = after
    if row.before:
        names = dict.fromkeys([*after, *row.before])
        row.changed = tuple(name for name in names if after.get(name) != row.before.get(name))
    for name, value in links.items():
        if isinstance(fields[name], Reference):
            setattr(row.record, f"{name}_id", value and value.pk)
        elif row.is_new or name in row.changed:
            row.links[name] = value


def _nothing(one):
    return None if isinstance(one, Reference) else []
