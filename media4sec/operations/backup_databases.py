"""The database as backups need it: copied as it stands at one moment, put back in one transaction, tried out beside it.

SQLite copies itself; PostgreSQL's own tools do the work there, with the password in their environment and never on the
command line.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import ProgrammingError, connection, transaction
from django.db.backends.postgresql.client import DatabaseClient

COPY_NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
NO_LIMITS = "; ".join(
    f"SET LOCAL {name} = 0"
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
)


class BackupError(Exception):
    """Why a backup cannot be made, tried or restored, in words for the operator."""


@contextmanager
def connected_to(**changed: Any) -> Iterator[None]:
    """While it lasts, all that this process asks goes to another database, or to the same one in another role."""
    before = dict(connection.settings_dict)
    _forget_connection()
    connection.settings_dict.update(changed)
    try:
        yield
    finally:
        _forget_connection()
        connection.settings_dict.update(before)


def _forget_connection():
    connection.close()
    ContentType.objects.clear_cache()  # their keys are those of one database


def as_owner() -> Any:
    """In the role that owns the tables, where the web has one of its own (``MIGRATE_DATABASE_URL``)."""
    owner = settings.MIGRATE_DATABASE
    return connected_to(
        **{name: owner[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME") if owner}
    )


# Taking a copy


@contextmanager
def at_one_moment(copy: Path) -> Iterator[None]:
    """Copy the database into a file. Within, everything that is asked is answered as it stands in the copy."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])  # as one reader sees it, who is in nobody's way
        with reading_copy(copy):
            yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute(NO_LIMITS)
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        dump = [
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
            f"--file={copy}",
        ]
        _run("pg_dump", dump)
        yield


def reading_copy(copy: Path) -> Any:
    """A copy of SQLite is read where it lies; nothing is written beside it."""
    return connected_to(NAME=f"file:{copy}?mode=ro&immutable=1", OPTIONS={})


# Putting it back


def load(copy: Path, *, then: str) -> None:
    """Replace whatever the database holds by a copy, and run some SQL, in one transaction: all of it, or nothing."""
    if connection.vendor == "sqlite":
        _load_sqlite(copy, then)
    else:
        _load_postgresql(copy, then)


def _load_sqlite(copy, then):
    ready = Path(f"{connection.settings_dict['NAME']}.restoring")
    try:
        shutil.copyfile(copy, ready)
        with closing(sqlite3.connect(ready)) as source:
            source.executescript(f"BEGIN; {then}; COMMIT")
            connection.ensure_connection()
            source.backup(connection.connection)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"The database cannot be written: {error}.") from error
    finally:
        ready.unlink(missing_ok=True)


def _load_postgresql(copy, then):
    """The copy's SQL goes through us to psql, and nothing holds before the last word, which is ours to say."""
    tables = ", ".join(connection.ops.quote_name(name) for name in connection.introspection.table_names())
    connection.close()  # our own locks would be in the way
    quietly = ["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    psql, environment = _command("psql", quietly)
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as read:
        restore = ["pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--file=-", str(copy)]
        reader = subprocess.Popen(restore, stdout=subprocess.PIPE, stderr=read)
        writer = subprocess.Popen(psql, env=environment, stdin=subprocess.PIPE, stderr=said)
        with suppress(BrokenPipeError):  # psql says why
            drop = f"DROP TABLE {tables} CASCADE" if tables else ""
            writer.stdin.write(f"BEGIN;\n{NO_LIMITS};\n{drop};\n".encode())
            shutil.copyfileobj(reader.stdout, writer.stdin)
            if reader.wait() == 0:
                writer.stdin.write(f"{then};\nCOMMIT;\n".encode())
        with suppress(BrokenPipeError):
            writer.stdin.close()
        reader.stdout.close()
        wrote, was_read = writer.wait(), reader.wait()
        _fine("psql", wrote, said)
        _fine("pg_restore", was_read, read)


# Trying it out


@contextmanager
def throw_away(name: str) -> Iterator[None]:
    """An empty database that is gone afterwards; ``name`` keeps apart those who try at the same time."""
    if connection.vendor == "sqlite":
        place = tempfile.TemporaryDirectory(prefix="media4sec-verify-")
        with place as folder, connected_to(NAME=str(Path(folder) / "database.sqlite3")):
            yield
        return
    made = f"{connection.settings_dict['NAME'][:40]}_verify_{sha256(name.encode()).hexdigest()[:8]}"
    quoted = connection.ops.quote_name(made)
    try:
        _drop(quoted)  # one that was killed left it
        _administer(f"CREATE DATABASE {quoted} TEMPLATE template0 ENCODING 'UTF8'")
        with connected_to(NAME=made):
            yield
    finally:
        _drop(quoted)


def _drop(quoted: str) -> None:
    """Drop a database with whoever is in it. Autovacuum is none of ours, so that we may not end it by force: without
    force the server waits some seconds, and ends it itself.
    """
    try:
        _administer(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
    except ProgrammingError:
        _administer(f"DROP DATABASE IF EXISTS {quoted}")


def _administer(*statements):
    with connected_to(NAME="postgres"), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def damage() -> list[str]:
    """What the database itself finds wrong."""
    if connection.vendor != "sqlite":
        return []  # PostgreSQL checked keys and constraints when it loaded the copy
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        said = [text for (text,) in cursor.fetchall() if text != "ok"]
        cursor.execute("PRAGMA foreign_key_check")
        return said + [
            f"{table}: row {row} names one of {other} that is not there" for table, row, other, _ in cursor
        ]


# PostgreSQL's tools


def refuse_old_tools() -> None:
    """pg_dump of an older version does not know what a newer server has."""
    if connection.vendor != "postgresql":
        return
    connection.ensure_connection()
    server = connection.pg_version // 10_000
    for tool in ("pg_dump", "pg_restore", "psql"):
        try:
            said = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError) as error:
            raise BackupError(
                f"{tool} is not installed here: install PostgreSQL's client, version {server} or newer."
            ) from error
        if int(re.search(r"\d+", said)[0]) < server:
            raise BackupError(f"{said.strip()} is older than the server, which has version {server}.")


def _command(tool, arguments):
    """Where to connect to is told as Django tells psql: the password in the environment."""
    command, environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    return [tool, "--no-password", *arguments, *command[1:]], os.environ | (environment or {})


def _run(tool, arguments):
    command, environment = _command(tool, arguments)
    with tempfile.TemporaryFile() as said:
        _fine(tool, subprocess.run(command, env=environment, stderr=said).returncode, said)


def _fine(tool, code, said):
    if code:
        said.seek(0)
        raise BackupError(f"{tool} failed: {said.read().decode(errors='replace').strip()[-2000:] or code}")
