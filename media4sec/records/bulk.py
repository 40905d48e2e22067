"""Many rows at once. New ones of many tables are made ready before a transaction, so that nobody waits for it, and then
only written.

Django makes its statements while they are executed, which takes twenty times as long as the database needs; on SQLite
all other writers wait for that. Here keys are reserved and values prepared first.
"""

from collections import defaultdict
from functools import cache, reduce
from operator import or_

from django.db import connection, models, transaction
from django.db.models import Q

from media4sec.records.models import Record

ROWS_IN_A_STATEMENT = AT_ONCE = 500  # values in one query


def portions(values, size=AT_ONCE):
    """The values in lists of so many at most."""
    values = list(values)
    for start in range(0, len(values), size):
        yield values[start : start + size]


def identifiers_by_kind(names):
    """(kind, identifier) pairs as {kind: [identifier, …]}."""
    found = defaultdict(list)
    for kind_name, identifier in names:
        found[kind_name].append(identifier)
    return found


def conditions(names, kind="kind"):
    """Conditions that together find the rows with these (kind, identifier) pairs, whatever their kinds."""
    for some in portions(sorted(set(names))):
        found = identifiers_by_kind(some).items()
        yield reduce(or_, (Q(**{kind: name, "identifier__in": identifiers}) for name, identifiers in found))


class Batch:
    """Rows that were checked before, each with its key where others name it; kept as values, which take less room."""

    def __init__(self):
        self.records = []
        self.values = {}  # {(table, with keys?): values of the columns of each row}

    def add(self, rows):
        """Rows of one table, whose keys the database gives them."""
        for row in rows:
            self._add(type(row), row.pk is not None, row)

    def _add(self, model, has_key, row):
        values = [
            field.get_db_prep_save(field.pre_save(row, True), connection) for field in columns(model, has_key)
        ]
        self.values.setdefault((model, has_key), []).append(values)

    def add_records(self, records):
        """New records of one kind, which get their keys now; what they say may change until all is prepared."""
        for record, key in zip(records, reserved(Record, len(records)), strict=True):
            record.fill_in()
            record.pk = record.id = record.record_ptr_id = key
        self.records += records

    def give_keys(self, rows):
        """Rows that others of the same batch name."""
        rows = list(rows)
        if rows:
            for row, key in zip(rows, reserved(type(rows[0]), len(rows)), strict=True):
                row.pk = key
            self.add(rows)

    def prepare(self):
        """Of a record one row is in the table of all, and one in that of its kind."""
        for record in self.records:
            self._add(Record, True, record)
            self._add(type(record), True, record)
            record._state.adding = False
        self.records = []

    def write(self):
        """Write what was prepared; the caller has begun a transaction."""
        quote = connection.ops.quote_name
        with connection.cursor() as cursor:
            for (model, has_key), rows in self.values.items():
                names = [quote(field.column) for field in columns(model, has_key)]
                statement = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(names)}) VALUES "
                one = f"({', '.join(['%s'] * len(names))})"
                if connection.vendor == "sqlite":  # no round trips: a statement a row is the quickest
                    cursor.executemany(statement + one, rows)
                    continue
                for start in range(0, len(rows), ROWS_IN_A_STATEMENT):
                    some = rows[start : start + ROWS_IN_A_STATEMENT]
                    values = [value for row in some for value in row]
                    cursor.execute(statement + ", ".join([one] * len(some)), values)


@cache
def columns(model, has_key):
    """The columns of a table that are written; without keys, these are the database's to give."""
    fields = model._meta.local_concrete_fields
    return [field for field in fields if has_key or not isinstance(field, models.AutoField)]


def reserved(model, number):
    """Keys that nobody else gets, whatever becomes of them."""
    if not number:
        return []
    table, column = model._meta.db_table, model._meta.pk.column
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "pg_get_serial_sequence(%s, %s)"
            cursor.execute(
                f"SELECT nextval({sequence}) FROM generate_series(1, %s)",
                [connection.ops.quote_name(table), column, number],
            )
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [number, table])
        if not cursor.rowcount:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, number])
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        (last,) = cursor.fetchone()
        return list(range(last - number + 1, last + 1))
