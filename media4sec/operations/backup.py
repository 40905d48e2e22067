"""Backups: one folder each with the whole database, all files of records, and what tells whether they are whole.

A backup is written beside the others under another name and moved into place when it is whole, so whatever has a
manifest is complete. Secrets (the portal's key, passwords of the database and of mail) are in none.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import DatabaseError, connection

from media4sec.operations.backup_databases import (
    COPY_NAMES,
    BackupError,
    as_owner,
    at_one_moment,
    damage,
    load,
    refuse_old_tools,
    throw_away,
)
from media4sec.operations.backup_facts import applied_migrations, facts, is_this_release, known_migrations
from media4sec.publications.models import Generation, new_name
from media4sec.records.audit import faults
from media4sec.records.models import StoredFile
from media4sec.release import release
from media4sec.stored import COVER, stored_path

MANIFEST, FILES, BEING_MADE = "manifest.json", "files", ".being-made"
FORMAT = 1
NAMED = "%Y-%m-%dT%H%M%SZ"
# What a restored database says otherwise than its copy: which history it is, and that nobody is logged in.
CHANGED = (Generation, Session, UserSession)


# Making one


def make_backup(folder: Path) -> tuple[Path, list[str]]:
    """A new backup in this folder, while everybody works; returns where it is, and what is wrong with the original."""
    with as_owner(), _for_us_alone():
        refuse_old_tools()
        folder.mkdir(parents=True, exist_ok=True)
        with _alone_in(folder):
            new = folder / BEING_MADE
            shutil.rmtree(new, ignore_errors=True)  # one that was broken off
            new.mkdir()
            try:
                problems = _fill(new)
                _to_disk(new)
                while (made := folder / datetime.now(UTC).strftime(NAMED)).exists():
                    time.sleep(0.1)
                new.rename(made)
                _sync(folder)
            except OSError as error:
                raise BackupError(f"The backup cannot be written: {error}.") from error
            finally:
                shutil.rmtree(new, ignore_errors=True)
    return made, problems


@contextmanager
def _for_us_alone():
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _fill(new):
    """Files first, so that none is missed which is forgotten meanwhile; the database; files that came between."""
    started = datetime.now(UTC)
    _copy_files(new, _named_files())
    copy = new / COPY_NAMES[connection.vendor]
    with at_one_moment(copy):
        files = _named_files()
        found = facts()
    problems = _copy_files(new, files)
    for path in (new / FILES).glob("??/*"):
        if path.name not in files:
            path.unlink()
    manifest = {
        "format": FORMAT,
        "made_at": started.isoformat(timespec="seconds"),
        "release": release(),
        "database": {"vendor": connection.vendor, "version": _version(), "file": copy.name},
        "contains": found,
        "problems": problems,
        "files": _digests(new),
    }
    (new / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    return problems


def _named_files():
    """The names of all stored files, and of their covers: which of these there are, the disk knows."""
    digests = list(StoredFile.objects.values_list("digest", flat=True))
    return {*digests, *(digest + COVER for digest in digests)}


def _copy_files(new, names):
    problems = []
    for name in sorted(names):
        path = new / FILES / name[:2] / name
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(stored_path(name), path)
        except FileNotFoundError:
            if not name.endswith(COVER):  # only PDFs have one
                problems.append(f"The file {name} is named by records, and is not on disk.")
            continue
        if not name.endswith(COVER) and _digest(path) != name:
            problems.append(f"The file {name} is not what it was when it was stored.")
    return problems


def _digests(new):
    paths = sorted(path for path in new.rglob("*") if path.is_file())
    return {
        path.relative_to(new).as_posix(): {"size": path.stat().st_size, "sha256": _digest(path)}
        for path in paths
    }


def _digest(path):
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _version():
    return ".".join(map(str, connection.get_database_version()))


def _to_disk(new):
    for path in [*new.rglob("*"), new]:
        _sync(path)


def _sync(path):
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone_in(folder):
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise BackupError(f"Something else makes or tries a backup in {folder} just now.") from error
    finally:
        os.close(handle)


def backups_in(folder: Path) -> list[Path]:
    """All that are whole, the newest last."""
    return sorted(path.parent for path in folder.glob(f"*/{MANIFEST}") if _is_named(path.parent.name))


def _is_named(name):
    try:
        datetime.strptime(name, NAMED)
    except ValueError:
        return False
    return True


def drop_old(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest so many; returns those that went."""
    old = backups_in(folder)[:-keep]
    for path in old:
        (path / MANIFEST).unlink()  # first, so that what is left of it does not pass for one
        shutil.rmtree(path)
    return old


# Trying it, and putting it back


class Backup:
    """A backup on disk, by its manifest."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is one backup, or holds several, of which the newest is meant."""
        if not (folder / MANIFEST).is_file():
            found = backups_in(folder)
            if not found:
                raise BackupError(f"There is no backup in {folder}.")
            folder = found[-1]
        self.folder = folder
        try:
            self.manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
            self.contains: dict[str, Any] = self.manifest["contains"]
            self.copy = folder / self.manifest["database"]["file"]
            self.files: dict[str, dict[str, Any]] = self.manifest["files"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BackupError(f"The manifest in {folder} cannot be read.") from error

    def refuse_unless_it_fits(self) -> None:
        vendor, newer = self.manifest["database"]["vendor"], self.unknown_migrations()
        if vendor != connection.vendor:
            raise BackupError(
                f"The backup is of {vendor}, and DATABASE_URL names {connection.vendor}. Only the content moves from "
                "one to the other: export_records, then load_records."
            )
        if newer:
            raise BackupError(
                f"The backup is of a newer release: this one does not know {', '.join(newer[:3])}. Use that release."
            )

    def unknown_migrations(self) -> list[str]:
        return sorted(set(self.contains["migrations"]) - known_migrations())

    def faults_on_disk(self) -> Iterator[str]:
        """What is not as the manifest says."""
        for name, told in self.files.items():
            path = self.folder / name
            if not path.is_file():
                yield f"{name} is missing."
            elif path.stat().st_size != told["size"] or _digest(path) != told["sha256"]:
                yield f"{name} is not as it was written."

    def stored_files(self) -> Iterator[Path]:
        return (self.folder / name for name in self.files if name.startswith(f"{FILES}/"))

    def differences(self, leaving_out: tuple[Any, ...] = ()) -> Iterator[str]:
        """What the database that is connected holds otherwise than the backup's manifest says."""
        found, told = facts(), self.contains
        out = {model._meta.db_table for model in leaving_out}
        for table in sorted(({*found["tables"], *told["tables"]}) - out):
            now, then = found["tables"].get(table), told["tables"].get(table)
            if now != then:
                rows = [one["rows"] if one else "no table" for one in (then, now)]
                yield f"{table} is not the same: {rows[0]} rows in the backup, {rows[1]} here."
        if found["migrations"] != told["migrations"]:
            yield "The database went through other migrations."
        for name in ("export", "audit"):
            if name in found and name in told and found[name] != told[name]:
                yield f"The {'export' if name == 'export' else 'end of the audit trail'} is not the same."

    def is_compared_whole(self) -> bool:
        """False where this release has other tables than the backup, and so cannot read documents in it."""
        return "export" in self.contains and is_this_release(self.contains["migrations"])


def verify(backup: Backup) -> list[str]:
    """Restore a backup into a database that is thrown away, and say what is wrong with it. Nothing is left over."""
    with as_owner(), _alone_in(backup.folder):
        refuse_old_tools()
        backup.refuse_unless_it_fits()
        faults_on_disk = list(backup.faults_on_disk())
        problems = [*backup.manifest["problems"], *faults_on_disk]
        if any(fault.startswith(f"{backup.copy.name} ") for fault in faults_on_disk):
            return problems  # what a damaged copy would say of itself is worth nothing
        try:
            with throw_away(str(backup.folder.resolve())):
                load(backup.copy, then="SELECT 1")
                problems += [*damage(), *backup.differences()]
                if backup.is_compared_whole():
                    problems += faults()
        except BackupError as error:
            problems.append(str(error))
        except DatabaseError as error:
            problems.append(f"The copy of the database cannot be read: {error}.")
    return problems


def is_empty() -> bool:
    """True where the database has no table yet."""
    return not connection.introspection.table_names()


def put_back(backup: Backup) -> list[str]:
    """Put a backup in the place of whatever the database holds; returns what differs from it then, if anything.

    Files come first: each is under the digest of its content, so that none is in the way of another. Then the database,
    in one transaction, in which it gets a new history and loses all sessions.
    """
    refuse_old_tools()
    backup.refuse_unless_it_fits()
    if problems := list(backup.faults_on_disk()):
        raise BackupError("\n".join(["The backup is damaged; nothing was restored.", *problems]))
    for path in backup.stored_files():
        _store(path)
    load(backup.copy, then=_made_another())
    differences = list(backup.differences(leaving_out=CHANGED))
    for cache in caches.all():  # what counts limits is of the history before
        cache.clear()
    return differences


def _made_another():
    """SQL that gives the database another history, and ends all sessions."""
    history, *sessions = (_quoted(model._meta.db_table) for model in CHANGED)
    forget = "; ".join(f"DELETE FROM {table}" for table in sessions)  # noqa: S608, names of tables of ours, quoted
    return f"UPDATE {history} SET name = '{new_name()}'; {forget}"  # noqa: S608, likewise


def _quoted(table):
    """With its schema: pg_restore leaves a session in which names are looked up nowhere."""
    quoted = connection.ops.quote_name(table)
    return f"public.{quoted}" if connection.vendor == "postgresql" else quoted


def _store(path):
    kept = stored_path(path.name)
    if kept.exists() and kept.stat().st_size == path.stat().st_size and _digest(kept) == _digest(path):
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_name(f".{path.name}.restoring")
    shutil.copyfile(path, part)
    _sync(part)
    os.chmod(part, 0o640)
    os.replace(part, kept)


def is_older() -> bool:
    """True where the database that was restored has migrations ahead of it."""
    return not is_this_release(applied_migrations())
