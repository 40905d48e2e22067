"""Where columns are kept in files, for all processes of this release: one folder a database, in it one set of columns.

Whoever has its turn writes a new set beside the old one and moves it into place whole. Processes that have mapped the
old one keep it until they ask for the new one: files that are deleted stay as long as somebody has them open.
"""

import ctypes
import fcntl
import logging
import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from media4sec.letters import sort_key
from media4sec.publications.columns import Columns, hash_of
from media4sec.publications.words import loose_key_of, word_key
from media4sec.release import release

logger = logging.getLogger(__name__)
NOT_WHOLE = (OSError, ValueError, KeyError, TypeError, EOFError)


def index_folder() -> Path:
    """The folder of this database: no two ever share one."""
    names = {name: str(connection.settings_dict[name]) for name in ("ENGINE", "HOST", "PORT", "NAME")}
    if connection.vendor == "sqlite":
        names["NAME"] = str(Path(names["NAME"]).resolve())
    return Path(settings.INDEX_ROOT) / f"{hash_of(repr(names)) & (2**64 - 1):016x}"


def opened(generation: str) -> Columns | None:
    """The newest columns of this database and release that are whole, or None."""
    for folder in sorted(index_folder().glob(f"{generation}-{release()}-*"), reverse=True):
        try:
            return Columns.open(folder)
        except NOT_WHOLE:
            continue
    return None


@contextmanager
def turn(*, is_awaited: bool) -> Any:
    """One process at a time makes columns; False if another one does, and its turn is not awaited."""
    folder, has_turn = None, True
    try:
        index_folder().mkdir(parents=True, exist_ok=True)
        folder = os.open(index_folder(), os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX | (0 if is_awaited else fcntl.LOCK_NB))
    except BlockingIOError:
        has_turn = False
    except OSError:
        pass  # nobody can write here, and each process makes its own
    try:
        yield has_turn
    finally:
        if folder is not None:
            os.close(folder)


def give_back_memory() -> None:
    """Return what making columns took: the keys of all words and titles, which other requests need few of, and what the
    allocator keeps otherwise (glibc only)."""
    for keys in (sort_key, word_key, loose_key_of):
        keys.cache_clear()
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def written_down(columns: Columns) -> Columns:
    """Write columns into a folder of their own, and return them mapped from there; as they are where that fails."""
    seq, _, generation = columns.seen
    folder, new = index_folder() / f"{generation}-{release()}-{seq:012}", index_folder() / "new"
    try:
        shutil.rmtree(new, ignore_errors=True)  # somebody broke off
        new.mkdir()
        columns.save(new)
        shutil.rmtree(folder, ignore_errors=True)  # it was not whole
        new.rename(folder)
        for old in index_folder().iterdir():
            if old.is_dir() and old != folder:
                shutil.rmtree(old, ignore_errors=True)
        return Columns.open(folder)
    except NOT_WHOLE as error:
        logger.warning("The search index stays in memory, as its files cannot be written: %s", error)
        return columns
