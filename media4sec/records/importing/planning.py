"""What each row of a file would do: which record it means, what becomes of it.

It is found out by reading; all that is written are the keys that new records get, which are reserved.

Whoever imports learns of the records of their own team; those of others are named like in forms, by what the public
knows, and an identifier that another team has is just taken.
"""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from rapidfuzz import process
from rest_framework.exceptions import ValidationError as DocumentError

from media4sec.kinds import Kind
from media4sec.records.documents.links import remember_records
from media4sec.records.documents.reading import writer
from media4sec.records.folder_io import STATE_KEYS, flatten
from media4sec.records.importing.cells_of import columns_of, not_in_tables, value_in
from media4sec.records.importing.drafting import draft
from media4sec.records.importing.matching import SameOrNew, match
from media4sec.records.importing.reading import MOST_TOLD, Fault, column_name, in_brief
from media4sec.records.models import Record

UNREAD = "-"  # a column that is not read
SHOWN_IN_REPORT = 100  # rows of each sort that a report has in full
MOST_SAID = 500  # characters of one thing that is wrong
NEAR_ENOUGH = 60  # of 100: as much as two names must have in common to be worth a proposal


@dataclass(slots=True)
class Planned:
    """A row: what it gives, the record it means, and what would become of that.

    Once that is settled it is forgotten, but of the rows that the report shows: of ten thousand it takes much room.
    """

    number: int
    given: dict
    record: Record | None = None  # with the new values, nothing of it saved
    key: int | None = None  # of that record
    version: int = 0  # of that record, when it was looked at
    is_new: bool = False
    is_wrong: bool = False
    is_settled: bool = False
    before: dict | None = None
    after: dict | None = None
    links: dict = field(default_factory=dict)
    changed: tuple = ()  # the fields of a record that is there which would have other values


@dataclass
class Plan:
    kind: Kind
    user: object
    owner: int | None = None
    places: dict = field(default_factory=dict)  # field: its column, in words
    rows: list[Planned] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unknown: list = field(default_factory=list)  # (place of a column, its name, the field that it may mean)
    questions: list[SameOrNew] = field(default_factory=list)
    owners: set = field(default_factory=set)  # of the records that are meant
    tags: dict = field(default_factory=dict)  # {owner: {key: name}}: how those that rows name are spelled
    titles: dict = field(default_factory=dict)  # {(kind, identifier): title} that are not kept yet

    @property
    def created(self):
        return [row for row in self.rows if row.is_new and not row.is_wrong]

    @property
    def updated(self):
        return [row for row in self.rows if row.changed and not row.is_wrong]

    @property
    def unchanged(self):
        sure = (row for row in self.rows if row.is_settled and not row.is_wrong)
        return [row for row in sure if not (row.is_new or row.changed)]

    @property
    def waiting(self):
        return [question for question in self.questions if not question.answer]

    @property
    def seen(self):
        """Which version of each record that would change was looked at."""
        return {row.key: row.version for row in self.updated}

    @property
    def is_sound(self):
        return not (self.faults or self.waiting or self.unknown)

    @property
    def is_ready(self):
        return self.is_sound and bool(self.created or self.updated)

    def refuse(self, row, name, message):
        """Something is wrong with a row."""
        row.is_wrong = True
        column = self.places.get(name.partition(".")[0], "" if name == "–" else name)
        if len(self.faults) < MOST_TOLD:
            self.faults.append(Fault(row.number, in_brief(column), in_brief(message, MOST_SAID)))

    def try_to(self, row, step, *args, **options):
        """Take a step; what it finds wrong is told of the row."""
        try:
            step(*args, **options)
        except DocumentError as error:
            for name, message in flatten(error.detail):
                self.refuse(row, name, message)
        except ValidationError as error:
            found = error.message_dict if hasattr(error, "error_dict") else {"–": error.messages}
            for name, messages in found.items():
                for message in messages:
                    self.refuse(row, "–" if name == "__all__" else name, message)


def plan(kind, sheet, *, user, owner=None, fields=None, answers=None, take=None):
    """What importing a sheet would do.

    ``fields`` says what columns with other names hold, by their place, ``answers`` which rows are a record that we
    have: ``{row: its key or "new"}``, and under ``""`` what holds for all other rows, "new" or "same". ``take`` is
    given some hundred rows at a time with all that would be written of them, as long as nothing is wrong.
    """
    planned = Plan(kind, user, owner, faults=list(sheet.faults[:MOST_TOLD]))
    if sheet.is_documents:
        _take_documents(planned, sheet)
    else:
        _take_cells(planned, sheet, fields or {})
    with remember_records():
        match(planned, answers or {})
        if sheet.is_documents or all(fault.row != sheet.header_row for fault in planned.faults):
            shown = {"new": 0, "changed": 0, "same": 0}
            for rows in draft(planned):
                if take and planned.is_sound:
                    take(planned, [row for row in rows if row.is_new or row.changed])
                _forget(rows, shown)
    return planned


def _forget(rows, shown):
    for row in rows:
        row.given, row.links, row.record = {}, {}, None
        sort = "new" if row.is_new else "changed" if row.changed else "same"
        shown[sort] += not row.is_wrong
        if shown[sort] > SHOWN_IN_REPORT:
            row.before = row.after = None


def _taken(rows):
    """The rows one after the other, each of which is forgotten then."""
    rows.reverse()
    while rows:
        yield rows.pop()


def _take_documents(planned, sheet):
    known = set(writer(planned.kind.name).fields)
    for number, document in _taken(sheet.rows):
        given = {name: value for name, value in document.items() if name in known}
        row = Planned(number, given)
        planned.rows.append(row)
        for name in [name for name in document if name not in known][:MOST_TOLD]:
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
    meant = {}
    for index, name in enumerate(sheet.header):
        if not name:
            continue
        means, place = name if name in columns else fields.get(str(index)), column_name(index, name)
        if name in others:
            planned.faults.append(Fault(sheet.header_row, place, f"The field {others[name]}."))
        elif means in planned.places:
            says = f"The column {planned.places[means]} has the field “{means}” already."
            planned.faults.append(Fault(sheet.header_row, place, says))
        elif means in columns:
            meant[index], planned.places[means] = means, place
        elif means != UNREAD:
            near = _nearest(name, columns)
            planned.unknown.append((index, in_brief(name), near))
            says = "There is no such field" + (f"; is it “{near}”?" if near else ".")
            planned.faults.append(Fault(sheet.header_row, place, says))
    for number, cells in _taken(sheet.rows):
        row = Planned(number, {})
        for index, name in meant.items():
            cell = cells[index] if index < len(cells) else ""
            if not cell:
                continue
            try:
                row.given[name] = value_in(columns[name], cell)
            except ValueError as error:
                planned.refuse(row, name, error)
        planned.rows.append(row)
