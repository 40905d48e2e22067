"""What each row of a file would do, found out by reading only: which record it means, what becomes of it.

Whoever imports learns of the records of their own team; those of others are named like in forms, by what the public
knows, and an identifier that another team has is just taken.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError as ModelValidationError
from django.db import models
from rapidfuzz import process
from rest_framework.exceptions import ValidationError

from media4sec.kinds import Kind, Numbered, kinds_by_name
from media4sec.letters import lookalike, slugged
from media4sec.records import policy
from media4sec.records.bulk import portions
from media4sec.records.documents.fields import LINKS, OWN, Reference, StoredFileField, without_empty
from media4sec.records.documents.links import remember, remember_records
from media4sec.records.documents.reading import references_in, working_documents, writer
from media4sec.records.documents.shapes import first_of_each, is_link
from media4sec.records.documents.writing import as_value, validate
from media4sec.records.folder_io import STATE_KEYS, flatten
from media4sec.records.importing.cells_of import columns_of, not_in_tables, value_in
from media4sec.records.importing.reading import MOST_TOLD, Fault, column_name, in_brief
from media4sec.records.models import KEY_LENGTH, Record, Source, StoredFile, Tag, model_of, specific
from media4sec.records.policy import Right
from media4sec.records.projection import split_reference
from media4sec.records.tags import tag_key
from media4sec.stored import DIGEST

# Answers: a column that is not read; a row that is none that we have, or one.
LEFT_OUT, NEW, SAME = "-", "new", "same"
MOST_PROPOSED = 5  # records for one row
MOST_WITH_ONE_ADDRESS = 3  # an address that more records have tells nothing
SHOWN_IN_REPORT = 100  # rows of each sort that a report has in full
MOST_SAID = 500  # characters of one thing that is wrong
NEAR_ENOUGH = 60  # of 100: as much as two names must have in common to be worth a proposal


@dataclass
class Planned:
    """A row: what it gives, the record it means, and what would become of that."""

    number: int
    given: dict
    places: dict  # field: its column, in words
    record: Record | None = None  # with the new values, nothing of it saved
    is_new: bool = False
    before: dict | None = None
    after: dict | None = None
    links: dict = field(default_factory=dict)
    is_wrong: bool = False

    changed: tuple = ()  # the fields of a record that is there which would have other values


@dataclass
class SameOrNew:
    """A row without an identifier that looks like records we have."""

    number: int
    title: str
    proposed: list  # (record, why)
    answer: str = ""


@dataclass
class Plan:
    kind: Kind
    user: object
    owner: int | None = None
    rows: list[Planned] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unknown: list = field(default_factory=list)  # (place of a column, its name, the field that it may mean)
    questions: list[SameOrNew] = field(default_factory=list)

    @property
    def created(self):
        return [row for row in self.rows if row.is_new and not row.is_wrong]

    @property
    def updated(self):
        return [row for row in self.rows if row.changed and not row.is_wrong]

    @property
    def unchanged(self):
        return [
            row for row in self.rows if row.after and not row.is_new and not row.is_wrong and not row.changed
        ]

    @property
    def waiting(self):
        return [question for question in self.questions if not question.answer]

    @property
    def seen(self):
        """Which version of each record that would change was looked at."""
        return {row.record.pk: row.record.edit_version for row in self.updated}

    @property
    def is_ready(self):
        return not (self.faults or self.waiting or self.unknown) and bool(self.created or self.updated)

    def refuse(self, row, name, message):
        """Something is wrong with a row."""
        row.is_wrong = True
        column = row.places.get(name.partition(".")[0], "" if name == "–" else name)
        if len(self.faults) < MOST_TOLD:
            self.faults.append(Fault(row.number, in_brief(column), in_brief(message, MOST_SAID)))


def plan(kind, sheet, *, user, owner=None, fields=None, answers=None):
    """What importing a sheet would do.

    ``fields`` says what columns with other names hold, by their place, ``answers`` which rows are a record that we
    have: ``{row: its key or "new"}``, and under ``""`` what holds for all other rows, "new" or "same".
    """
    planned = Plan(kind, user, owner, faults=list(sheet.faults[:MOST_TOLD]))
    if sheet.is_documents:
        _take_documents(planned, sheet)
    else:
        _take_cells(planned, sheet, fields or {})
    sheet.rows = []  # all of it is taken
    with remember_records():
        _match(planned, answers or {})
        if sheet.is_documents or all(fault.row != sheet.header_row for fault in planned.faults):
            _prepare(planned)
    return planned


# What the rows give


def _take_documents(planned, sheet):
    known = set(writer(planned.kind.name).fields)
    for number, document in sheet.rows:
        given = {name: value for name, value in document.items() if name in known}
        row = Planned(number, given, {})
        planned.rows.append(row)
        for name in document.keys() - known:
            says = "This field is not known."
            if name in STATE_KEYS:
                says = "The state of a record is not imported: what is imported is a draft. Take this field away."
            elif near := _nearest(name, known):
                says = f"This field is not known. Is it “{near}”?"
            planned.refuse(row, in_brief(name), says)


def _nearest(name, known):
    found = process.extractOne(name.lower().replace(" ", "_"), sorted(known), score_cutoff=NEAR_ENOUGH)
    return found[0] if found else ""


def _take_cells(planned, sheet, fields):
    columns, others = columns_of(planned.kind.name), not_in_tables(planned.kind.name)
    meant, taken, places = {}, {}, {}
    for index, name in enumerate(sheet.header):
        if not name:
            continue
        means, places[index] = name if name in columns else fields.get(str(index)), column_name(index, name)
        place = places[index]
        if name in others:
            planned.faults.append(Fault(sheet.header_row, place, f"The field {others[name]}."))
        elif means in taken:
            says = f"The column {taken[means]} has the field “{means}” already."
            planned.faults.append(Fault(sheet.header_row, place, says))
        elif means in columns:
            meant[index], taken[means] = means, place
        elif means != LEFT_OUT:
            near = _nearest(name, columns)
            planned.unknown.append((index, in_brief(name), near))
            says = "There is no such field" + (f"; is it “{near}”?" if near else ".")
            planned.faults.append(Fault(sheet.header_row, place, says))
    for number, cells in sheet.rows:
        row = Planned(number, {}, {})
        for index, name in meant.items():
            cell = cells[index] if index < len(cells) else ""
            if not cell:
                continue
            row.places[name] = places[index]
            try:
                row.given[name] = value_in(columns[name], cell)
            except ValueError as error:
                planned.refuse(row, name, error)
        planned.rows.append(row)


# Which records they mean


def _match(planned, answers):
    _by_identifier(planned)
    _propose(planned, answers)
    _once_each(planned)
    found, by_pk = {row.record.pk for row in planned.rows if row.record}, {}
    for pks in portions(found):
        by_pk |= {one.pk: one for one in model_of(planned.kind.name).objects.filter(pk__in=pks)}
    documents = working_documents([by_pk[pk] for pk in found])
    waiting = {question.number for question in planned.waiting}
    for row in planned.rows:
        if row.record:
            row.record, row.before = by_pk[row.record.pk], documents[row.record.pk]
        elif not row.is_wrong and row.number not in waiting:
            row.is_new = True


def _by_identifier(planned):
    named = defaultdict(list)
    for row in planned.rows:
        identifier = row.given.get("identifier")
        if isinstance(identifier, str) and identifier.strip() and identifier.isprintable():
            row.given["identifier"] = identifier.strip()
            named[identifier.strip()].append(row)
        elif identifier in (None, ""):
            row.given.pop("identifier", None)
    for identifiers in portions(named):
        rows = Record.objects.filter(kind_name=planned.kind.name, identifier__in=identifiers)
        own = {record.pk for record in policy.visible(planned.user, rows)}
        for record in rows:
            for row in named[record.identifier]:
                if record.pk not in own:
                    planned.refuse(row, "identifier", f"{record.identifier} is taken.")
                elif not policy.may(planned.user, Right.WRITE, record):
                    planned.refuse(row, "identifier", f"You may not change {record.identifier}.")
                else:
                    row.record = record
    for identifier, rows in named.items():
        for row in rows[1:]:
            planned.refuse(
                row, "identifier", f"{in_brief(identifier)} stands in row {rows[0].number} as well."
            )


def _propose(planned, answers):
    """Rows without an identifier that look like records we have: as somebody answered, or as a question."""
    asked = {
        row.number: row
        for row in planned.rows
        if not row.is_wrong and row.record is None and "identifier" not in row.given
    }
    proposed = _of_one_title(planned, asked.values())
    for number, found in _of_one_address(planned, asked.values()).items():
        known = {record.pk for record, _ in proposed[number]}
        proposed[number] += [(record, why) for record, why in found if record.pk not in known]
    for number, found in sorted(proposed.items()):
        if not found:
            continue
        row, found = asked[number], found[:MOST_PROPOSED]
        question = SameOrNew(number, in_brief(row.given.get("title", "")), found)
        answer = str(answers.get(str(number)) or answers.get("", ""))
        by_key = {str(record.pk): record for record, _ in found}
        if answer == SAME and len(found) == 1:
            answer = str(found[0][0].pk)
        if answer in by_key:
            row.record = by_key[answer]
        if answer == NEW or answer in by_key:
            question.answer = answer
        planned.questions.append(question)


def _own(planned):
    """The records that somebody may change."""
    rows = Record.objects.filter(kind_name=planned.kind.name)
    return policy.visible(planned.user, rows, Right.WRITE)


def _of_one_title(planned, rows):
    keys, found = defaultdict(list), defaultdict(list)
    for row in rows:
        title = row.given.get("title")
        if isinstance(title, str) and (key := lookalike(title)[:KEY_LENGTH]):
            keys[key].append(row.number)
    for portion in portions(key for key in keys if key.isprintable()):
        for record in _own(planned).filter(title_key__in=portion).order_by("identifier"):
            for number in keys[record.title_key]:
                found[number].append((record, "has this title"))
    return found


def _of_one_address(planned, rows):
    found, rows = defaultdict(list), list(rows)
    model = model_of(planned.kind.name)
    for column in model._meta.local_fields:
        if not isinstance(column, models.URLField):
            continue
        addresses = defaultdict(list)
        for row in rows:
            address = row.given.get(column.name)
            if isinstance(address, str) and address and address.isprintable():
                addresses[address].append(row.number)
        having = defaultdict(list)
        for portion in portions(addresses):
            own = model.objects.filter(**{f"{column.name}__in": portion}, pk__in=_own(planned).values("pk"))
            for record in own.order_by("identifier"):
                having[getattr(record, column.name)].append(record)
        for address, records in having.items():
            if len(records) > MOST_WITH_ONE_ADDRESS:
                continue
            for number in addresses[address]:
                known = {record.pk for record, _ in found[number]}
                found[number] += [
                    (record, f"has this {column.verbose_name}")
                    for record in records
                    if record.pk not in known
                ]
    return found


def _once_each(planned):
    """Two rows cannot both be one record."""
    first = {}
    for row in planned.rows:
        if row.record is None:
            continue
        other = first.setdefault(row.record.pk, row)
        if other is not row and not row.is_wrong:
            planned.refuse(row, "identifier", f"Row {other.number} is {row.record.identifier} already.")


# What would be written


def _prepare(planned):
    _identify(planned)
    bodies = {row.number: _body(planned, row) for row in planned.rows if row.is_new or row.before}
    _complete_tags(planned, bodies)
    _complete_sources(planned, bodies)
    _check_names(planned, bodies)
    _check_files(planned, bodies)
    given_twice = _Twice(model_of(planned.kind.name))
    for row in planned.rows:
        body = bodies.get(row.number)
        if body is None or row.is_wrong:
            continue
        if row.before and all(row.before.get(name) == value for name, value in row.given.items()):
            row.after = row.before
            remember(row.record)
            continue
        _try(planned, row, _fill, planned, row, body)
        if not row.is_wrong:
            remember(row.record)
            for name, other in given_twice.of(row):
                planned.refuse(row, name, f"Row {other} gives the same; each record has its own.")
    for row in planned.rows:
        if row.record is not None and not row.is_wrong and row.after is None and (row.is_new or row.before):
            _try(planned, row, _fill_links, planned, row, bodies[row.number])


def _try(planned, row, step, *args):
    """Take a step; what it finds wrong is told of the row."""
    try:
        step(*args)
    except ValidationError as error:
        for name, message in flatten(error.detail):
            planned.refuse(row, name, message)
    except ModelValidationError as error:
        refuse_errors(planned, row, error)


def refuse_errors(planned, row, error):
    """What a model says that is wrong, told of the row."""
    found = error.message_dict if hasattr(error, "error_dict") else {"–": error.messages}
    for name, messages in found.items():
        for message in messages:
            planned.refuse(row, "–" if name == "__all__" else name, message)


def _identify(planned):
    """Give new records without an identifier the next free one."""
    shape = planned.kind.identifier
    if shape.is_given:
        return
    new = [row for row in planned.rows if row.is_new and "identifier" not in row.given and not row.is_wrong]
    if not new:
        return
    taken = set(Record.objects.filter(kind_name=planned.kind.name).values_list("identifier", flat=True))
    given = (row.given.get("identifier") for row in planned.rows)
    taken |= {identifier for identifier in given if isinstance(identifier, str)}
    is_numbered = isinstance(shape, Numbered)
    if is_numbered:
        stem = shape.stem("")
        taken = {one for one in taken if one.startswith(stem)}
    for row in new:
        slug = row.given.get("slug") or slugged(str(row.given.get("title") or ""))
        following = shape.following(slug, taken) if isinstance(slug, str) else ""
        if following:
            row.given["identifier"] = following
            taken = {following} if is_numbered else taken | {following}


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


def _complete_tags(planned, bodies):
    """A tag that is there stands in its own spelling."""
    names = {
        name: tag_key(name)
        for body in bodies.values()
        if isinstance(body.get("tags"), list)
        for name in body["tags"]
        if isinstance(name, str) and name.isprintable()
    }
    owners = {row.number: row.record.owner_id if row.record else planned.owner for row in planned.rows}
    there = {owner: {} for owner in owners.values()}
    for owner, known in there.items():
        for keys in portions(set(names.values())):
            rows = policy.usable(owner, Tag.objects.filter(key__in=keys))
            known |= {key: tag.name for key, tag in first_of_each(list(rows), "key").items()}
    for number, body in bodies.items():
        if isinstance(body.get("tags"), list):
            known = there[owners[number]]
            body["tags"] = [
                known.get(names[name], name) if isinstance(name, str) and name in names else name
                for name in body["tags"]
            ]


def _complete_sources(planned, bodies):
    """A source that is given by its address only keeps what the record says of it, or has the title that is known."""
    bare = []
    for row in planned.rows:
        sources = bodies.get(row.number, {}).get("sources")
        if row.places.get("sources") is None or not isinstance(sources, list):
            continue
        kept = list(row.before["sources"]) if row.before else []
        for place, source in enumerate(sources):
            known = next((one for one in kept if one["url"] == source["url"]), None)
            if known is not None:
                kept.remove(known)
                sources[place] = known
            else:
                sources[place] = source = dict(source)
                bare.append(source)
    titles = {}
    for urls in portions({source["url"] for source in bare if source["url"].isprintable()}):
        rows = policy.knowable(planned.user, Source.objects.filter(url__in=urls))
        titles |= dict(rows.values_list("url", "title"))
    for source in bare:
        source["title"] = titles.get(source["url"], "")
    for row in planned.rows:
        if row.places.get("sources") and row.number in bodies:
            row.given["sources"] = bodies[row.number].get("sources")


def _check_names(planned, bodies):
    """Records that a row names anew: those that its editor may name. Others are not there."""
    paths, wanted = references_in(planned.kind.name), defaultdict(set)
    named = {}
    for row in planned.rows:
        if row.number not in bodies:
            continue
        kept = _named_in(paths, row.before) if row.before else {}
        named[row.number] = {
            name: path for name, path in _named_in(paths, row.given).items() if name not in kept
        }
        for kind_name, identifier in named[row.number]:
            wanted[kind_name].add(identifier)
    there = {
        (planned.kind.name, row.given["identifier"])
        for row in planned.rows
        if row.is_new and isinstance(row.given.get("identifier"), str)
    }
    for kind_name, identifiers in wanted.items():
        if kind_name not in kinds_by_name():
            continue
        for portion in portions(one for one in identifiers if one.isprintable()):
            rows = Record.objects.filter(kind_name=kind_name, identifier__in=portion)
            for record in specific(policy.nameable(planned.user, rows)):
                there.add((kind_name, record.identifier))
                remember(record)
    for row in planned.rows:
        for (kind_name, identifier), path in named.get(row.number, {}).items():
            if (kind_name, identifier) not in there:
                of_kind = kind_name if kind_name in kinds_by_name() else "record"
                planned.refuse(row, path, f"There is no {of_kind} “{in_brief(identifier)}”.")


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


def _check_files(planned, bodies):
    """Files that a row names anew: those that its editor may know of. Others are not there."""
    named = {}
    for row in planned.rows:
        if row.number in bodies and (digests := _digests_in(row.given) - _digests_in(row.before or {})):
            named[row.number] = digests
    there = set()
    for portion in portions(set().union(*named.values())):
        rows = policy.knowable(planned.user, StoredFile.objects.filter(digest__in=portion))
        there |= set(rows.values_list("digest", flat=True))
    says = StoredFileField.default_error_messages["does_not_exist"]
    for row in planned.rows:
        for digest in sorted(named.get(row.number, set()) - there):
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
    serializer = writer(planned.kind.name)
    values = validate(planned.kind.name, body, OWN)
    if row.is_new:
        row.record = model_of(planned.kind.name)()
        row.record.kind_name = planned.kind.name
    serializer.fill_own(row.record, values)
    if row.is_new:
        row.record.owner_id = planned.owner
    row.links = {
        name: value for name, value in values.items() if isinstance(serializer.fields[name], Reference)
    }


def _fill_links(planned, row, body):
    """What links; and with it the whole document as it would be."""
    kind_name = planned.kind.name
    serializer, links = writer(kind_name), validate(kind_name, body, LINKS)
    values, after = {**row.links, **links}, {}
    for name, one in serializer.fields.items():
        if name in values:
            after[name] = as_value(one, values[name])
        elif is_link(one, serializer.Meta.model) or isinstance(one, Reference):
            after[name] = row.before[name] if row.before else _nothing(one)
        else:
            after[name] = as_value(one, getattr(row.record, name))
        if row.before and after[name] == row.before.get(name):
            after[name] = row.before[name]  # what is the same is kept once
    after = without_empty(after)
    for name, one in serializer.fields.items():
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
    row.links = {name: value for name, value in links.items() if row.is_new or name in row.changed}


def _nothing(one):
    return None if isinstance(one, Reference) else []
