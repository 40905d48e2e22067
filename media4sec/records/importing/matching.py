"""Which record each row of a file means: by its identifier, or as somebody answered."""

from collections import defaultdict
from dataclasses import dataclass

from django.db import models

from media4sec.letters import lookalike
from media4sec.records import policy
from media4sec.records.bulk import portions
from media4sec.records.importing.reading import in_brief
from media4sec.records.models import KEY_LENGTH, Record, model_of
from media4sec.records.policy import Right

NEW, SAME = "new", "same"  # answers: a row is none that we have, or the one that was proposed
MOST_PROPOSED = 5  # records for one row
MOST_WITH_ONE_ADDRESS = 3  # an address that more records have tells nothing


@dataclass
class SameOrNew:
    """A row without an identifier that looks like records we have."""

    number: int
    title: str
    proposed: list  # (record, why)
    answer: str = ""


def match(planned, answers):
    """Find the record of each row, or that it is a new one; a row that waits for an answer is neither."""
    _by_identifier(planned)
    _propose(planned, answers)
    _once_each(planned)
    waiting = {question.number for question in planned.waiting}
    for row in planned.rows:
        if row.record:
            row.key = row.record.pk
            planned.owners.add(row.record.owner_id)
        elif not row.is_wrong and row.number not in waiting:
            row.is_new = True


def _known_briefly(records):
    """With what matching asks of them; ten thousand take little room then."""
    return records.only("kind_name", "identifier", "owner", "title", "public_title", "public_state")


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
        rows = _known_briefly(Record.objects.filter(kind_name=planned.kind.name, identifier__in=identifiers))
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
