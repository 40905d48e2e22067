"""Many rows at once. Statements for many tables are made ready before a transaction, so that nobody waits for them, and
then only executed.

Django makes its statements while they are executed, which takes twenty times as long as the database needs; on SQLite
all other writers wait for that. Here keys are reserved and values prepared first. What is kept waits in a file: of ten
thousand records it would need a hundred megabytes of memory.
"""

import pickle
from collections import defaultdict
from functools import cache, reduce
from operator import or_
from tempfile import TemporaryFile

from django.db import connection, models, transaction
from django.db.models import Q, sql

from media4sec.records.models import Record

ROWS_IN_A_STATEMENT = AT_ONCE = 500  # values in one query
VERBS = ("DELETE", "UPDATE", "INSERT")  # what is in the way goes first


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
    """Statements with the values of their rows, which were checked before; those that are kept wait in a file."""

    def __init__(self):
        self.waiting = {}  # {(statement, what follows its rows): their values}
        self.file = None  # once something is kept
        self.keys = {}  # those that were reserved, of each table

    def add(self, rows, instead=()):
        """New rows, whose keys the database gives them if they have none; a row that is there takes ``instead``."""
        for row in rows:
            fields = _columns(type(row), row.pk is not None)
            self._wait(_insert(type(row), row.pk is not None), _values(row, fields, True), _or(row, instead))

    def add_record(self, record):
        """A new record with its key: a row in the table of all, and one in that of its kind."""
        for model in (Record, type(record)):
            self._wait(_insert(model, True), _values(record, _columns(model, True), True))
        record._state.adding = False

    def give_keys(self, rows):
        """Rows that others of the same batch name."""
        rows = list(rows)
        if rows:
            keys = self.keys.setdefault(type(rows[0]), [])
            if len(keys) < len(rows):
                keys += reserved(type(rows[0]), max(len(rows), AT_ONCE))
            for row in rows:
                row.pk = keys.pop(0)
            self.add(rows)

    def change_rows(self, rows, names):
        """Columns of rows that are there; of a record in the table of all or in that of its kind."""
        for row in rows:
            for model in (*type(row)._meta.all_parents, type(row)):
                fields = tuple(field for field in model._meta.local_concrete_fields if field.name in names)
                if fields:
                    self._wait(_update(model, fields), [*_values(row, fields, False), row.pk])

    def change(self, rows, **values):
        """All rows of a query set take these values."""
        query = rows.query.chain(sql.UpdateQuery)
        query.add_update_values(values)
        self._compiled(query)

    def remove(self, rows):
        """The rows of a query set go; nothing hangs on them."""
        query = rows.query.chain(sql.DeleteQuery)
        query.clear_ordering(force=True)
        self._compiled(query)

    def _compiled(self, query):
        self._wait(*query.get_compiler(connection=connection).as_sql())

    def _wait(self, statement, values, after=""):
        self.waiting.setdefault((statement, after), []).append(values)

    def keep(self):
        """What waits is written after all that was kept before."""
        if self.waiting:
            self.file = self.file or TemporaryFile()  # noqa: SIM115 (close() closes it)
            pickle.dump(self._in_order(), self.file, pickle.HIGHEST_PROTOCOL)
            self.waiting = {}

    def close(self):
        """Whoever kept something forgets it."""
        if self.file:
            self.file.close()

    def write(self):
        """Write what was kept, then what waits; the caller has begun a transaction."""
        with connection.cursor() as cursor:
            for portion in self._portions():
                for (statement, after), rows in portion:
                    _execute(cursor, statement, after, rows)

    def _portions(self):
        if self.file:
            self.file.seek(0)
            while True:
                try:
                    yield pickle.load(self.file)  # noqa: S301, a nameless file that this process wrote
                except EOFError:
                    break
        yield self._in_order()

    def _in_order(self):
        return sorted(self.waiting.items(), key=_verb)


def _execute(cursor, statement, after, rows):
    if not statement.startswith("INSERT"):
        cursor.executemany(statement, rows)
        return
    one = f"({', '.join(['%s'] * len(rows[0]))})"
    if connection.vendor == "sqlite":  # no round trips: a statement a row is the quickest
        cursor.executemany(statement + one + after, rows)
        return
    for some in portions(rows, ROWS_IN_A_STATEMENT):
        values = [value for row in some for value in row]
        cursor.execute(statement + ", ".join([one] * len(some)) + after, values)


def _verb(waiting):
    (statement, _), _ = waiting
    return VERBS.index(statement.partition(" ")[0])


def _values(row, fields, is_new):
    return [field.get_db_prep_save(field.pre_save(row, is_new), connection) for field in fields]


@cache
def _columns(model, has_key):
    """The columns of a table that are written; without keys, these are the database's to give."""
    fields = model._meta.local_concrete_fields
    return [field for field in fields if has_key or not isinstance(field, models.AutoField)]


def _quoted(fields):
    return [connection.ops.quote_name(field.column) for field in fields]


@cache
def _insert(model, has_key):
    table = connection.ops.quote_name(model._meta.db_table)
    return f"INSERT INTO {table} ({', '.join(_quoted(_columns(model, has_key)))}) VALUES "  # noqa: S608, names of tables of ours, quoted


@cache
def _update(model, fields):
    table, [key] = connection.ops.quote_name(model._meta.db_table), _quoted([model._meta.pk])
    return f"UPDATE {table} SET {', '.join(f'{name} = %s' for name in _quoted(fields))} WHERE {key} = %s"  # noqa: S608, likewise


def _or(row, instead):
    if not instead:
        return ""
    [key], names = _quoted([row._meta.pk]), _quoted(map(row._meta.get_field, instead))
    taken = ", ".join(f"{name} = excluded.{name}" for name in names)
    return f" ON CONFLICT ({key}) DO UPDATE SET {taken}"


def reserved(model, number):
    """Keys that nobody else gets, whatever becomes of them."""
    if not number:
        return []
    table, column = model._meta.db_table, model._meta.pk.column
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "pg_get_serial_sequence(%s, %s)"
            cursor.execute(
                f"SELECT nextval({sequence}) FROM generate_series(1, %s)",  # noqa: S608, one of two texts of ours
                [connection.ops.quote_name(table), column, number],
            )
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [number, table])
        if not cursor.rowcount:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, number])
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        (last,) = cursor.fetchone()
        return list(range(last - number + 1, last + 1))
