"""Everything that is public, as files made ahead: the quickest way to a copy; the changes then keep it in step.

The cursor is read before the records are. What changes while they are read may be in a file already or not: the changes
after the cursor tell of it either way.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone

from media4sec import problems
from media4sec.imprint import LICENCE_NAME, LICENCE_URL, PUBLISHER
from media4sec.interchange.api.changes import change_cursor
from media4sec.interchange.files import tables
from media4sec.interchange.records import moment, tombstone_json, whole
from media4sec.interchange.results import generation, newest_standing, publications, tagged
from media4sec.kinds import Kind, kinds
from media4sec.link_headers import LICENCE_LINK
from media4sec.problems import fixed, require_safe
from media4sec.publications.models import Publication
from media4sec.release import release

Manifest = dict[str, Any]
MANIFEST = "manifest.json"
KEPT_DUMPS = 2  # dumps: whoever has read a manifest finds its files while the next dump is made, and after it
TYPES_OF_DUMPS = {".gz": "application/gzip", ".zip": "application/zip", ".sqlite3": "application/vnd.sqlite3"}
EVERYTHING, WITHDRAWN, DATABASE, SHEETS = (
    "everything.jsonl.gz",
    "withdrawn.jsonl.gz",
    "everything.sqlite3",
    "tables.zip",
)
TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE records (uuid TEXT PRIMARY KEY, kind TEXT NOT NULL, identifier TEXT NOT NULL, url TEXT NOT NULL,
                      title TEXT NOT NULL, updated TEXT NOT NULL, document TEXT NOT NULL, UNIQUE (kind, identifier));
CREATE TABLE withdrawn (uuid TEXT PRIMARY KEY, kind TEXT NOT NULL, identifier TEXT NOT NULL, url TEXT NOT NULL,
                        document TEXT NOT NULL);
"""


# Making them


def make_dump(root: Path) -> tuple[Manifest, bool]:
    """(manifest, was anything to do?): a dump of what is public now in a folder of its own under ``root``.

    It appears whole or not at all, and the newest two are kept.
    """
    name, seq, _at = newest_standing()
    cursor = change_cursor(name or "", seq)
    folder = f"{name or 'empty'}-{seq}-{release()}"
    known = newest_manifest(root)
    if known and known["name"] == folder and known["changes"].startswith(f"{settings.BASE_URL}/"):
        return known, False
    root.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=root))
    try:
        counts = write_files(making, cursor)
        if generation() != name:  # made anew meanwhile: the cursor is worth nothing
            return make_dump(root)
        made = {
            "name": folder,
            "generated_at": moment(timezone.now()),
            "cursor": cursor,
            "changes": f"{settings.BASE_URL}/api/v1/changes?cursor={cursor}",
            "publisher": PUBLISHER,
            "license": LICENCE_URL,
            "files": [described(making / file, folder, count) for file, count in counts.items()],
        }
        text = json.dumps(made, indent=1, ensure_ascii=False)
        (making / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
        making.chmod(0o755)  # the web server may be another account
        shutil.rmtree(root / folder, ignore_errors=True)
        making.rename(root / folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    point_to(root, folder)
    drop_older_dumps(root, known)
    return made, True


def described(path: Path, folder: str, count: int) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    address = f"{settings.BASE_URL}/dumps/{folder}/{path.name}"
    return {
        "name": path.name,
        "url": address,
        "records": count,
        "bytes": path.stat().st_size,
        "sha256": digest,
    }


def write_files(folder: Path, cursor: str) -> dict[str, int]:
    """All files of a dump, and how many records are in each; a fixed number of rows is in memory at a time."""
    counts: dict[str, int] = {}
    with ExitStack() as stack:
        database = stack.enter_context(closing(sqlite3.connect(folder / DATABASE)))
        database.executescript(TABLES)
        about = {
            "cursor": cursor,
            "publisher": PUBLISHER,
            "license": LICENCE_URL,
            "address": settings.BASE_URL,
        }
        database.executemany("INSERT INTO about VALUES (?, ?)", about.items())
        everything = stack.enter_context(packed(folder / EVERYTHING))
        sheets = stack.enter_context(zipfile.ZipFile(folder / SHEETS, "w", zipfile.ZIP_DEFLATED))
        sheets.writestr(undated("LICENCE.txt"), f"{PUBLISHER}: texts under {LICENCE_NAME}, {LICENCE_URL}\n")
        for kind in kinds():
            counts |= write_kind(kind, folder, everything, sheets, database)
        total = sum(counts.values())
        counts[WITHDRAWN] = write_withdrawn(folder, database)
        database.commit()
    return {EVERYTHING: total, DATABASE: total, SHEETS: total, **counts}


def write_kind(
    kind: Kind, folder: Path, everything: TextIO, sheets: zipfile.ZipFile, database: sqlite3.Connection
) -> dict[str, int]:
    name, count = f"{kind.plural}.jsonl.gz", 0
    rows = Publication.objects.published().of(kind.name).order_by("pk")
    columns = tables.table_columns((kind,))
    sheet = sheets.open(undated(f"{kind.plural}.csv"), "w", force_zip64=True)
    with packed(folder / name) as own, io.TextIOWrapper(sheet, encoding="utf-8", newline="") as table:
        table.writelines(tables.lines(columns, ()))
        for row in publications(list(rows.values_list("pk", flat=True))):
            text = whole(row)
            own.write(text + "\n")
            everything.write(text + "\n")
            table.write(tables.line(tables.table_row(row, columns)))
            database.execute(
                "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    str(row.uuid),
                    *(row.kind, row.identifier, f"{settings.BASE_URL}{row.url}", row.title),
                    moment(row.modified_at),
                    text,
                ),
            )
            count += 1
    return {name: count}


def write_withdrawn(folder: Path, database: sqlite3.Connection) -> int:
    count = 0
    gone = Publication.objects.gone().select_related("successor")
    with packed(folder / WITHDRAWN) as file:
        for row in gone.order_by("pk").iterator(chunk_size=500):
            text = tombstone_json(row)
            file.write(text + "\n")
            values = (str(row.uuid), row.kind, row.identifier, f"{settings.BASE_URL}{row.url}", text)
            database.execute("INSERT INTO withdrawn VALUES (?, ?, ?, ?, ?)", values)
            count += 1
    return count


@contextmanager
def packed(path: Path) -> Iterator[TextIO]:
    """A gzip file to be written as text; equal texts make equal bytes."""
    with (
        path.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0, compresslevel=6) as smaller,
        io.TextIOWrapper(smaller, encoding="utf-8", newline="\n") as text,
    ):
        yield text


def undated(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)  # of 1980, so that equal files are equal bytes
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    return info


def point_to(root: Path, folder: str) -> None:
    """From now on this is the newest dump, in one step."""
    new = root / f".{MANIFEST}.{os.getpid()}"
    shutil.copyfile(root / folder / MANIFEST, new)
    os.replace(new, root / MANIFEST)


def drop_older_dumps(root: Path, before: Manifest | None) -> None:
    """Removes all dumps but the newest and the one before it."""
    stay = {found["name"] for found in (newest_manifest(root), before) if found}
    for path in root.iterdir():
        if path.is_dir() and not path.name.startswith(".") and path.name not in stay:
            shutil.rmtree(path, ignore_errors=True)


def newest_manifest(root: Path) -> Manifest | None:
    """What is said of the newest dump; None where none was made yet."""
    try:
        return json.loads((root / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


# Sending them


@require_safe
@fixed
def dump_manifest(request: HttpRequest) -> HttpResponseBase:
    """``/dumps/manifest.json``: the files of the newest dump, and the cursor where the changes go on from there."""
    try:
        text = (settings.DUMPS_ROOT / MANIFEST).read_text(encoding="utf-8")
    except FileNotFoundError:
        return problems.response(
            request, 404, "No dump was made yet: read /api/v1/changes from the beginning."
        )
    response = HttpResponse(text, content_type="application/json")
    tagged(response, f'"{hashlib.sha256(text.encode()).hexdigest()[:24]}"', None)
    response["Cache-Control"] = "no-cache"  # not kept: it changes without a change of the content
    response["Link"] = LICENCE_LINK
    return response


@require_safe
@fixed
def dump_file(request: HttpRequest, name: str, folder: str = "") -> HttpResponseBase:
    """A file of a dump at its own address for ever; without the folder, a way to that of the newest dump."""
    known = newest_manifest(settings.DUMPS_ROOT / folder)
    file = next((file for file in known["files"] if file["name"] == name), None) if known else None
    if known is None or file is None:
        return problems.response(
            request, 404, "There is no such file of a dump (any longer): see the manifest."
        )
    if not folder:
        answer = HttpResponseRedirect(f"/dumps/{known['name']}/{name}", content_type="text/plain")
        answer["Cache-Control"] = "no-cache"
        return answer
    try:
        opened = (settings.DUMPS_ROOT / folder / name).open("rb")
    except FileNotFoundError:
        return problems.response(request, 404, "This dump is not kept any longer: see the manifest.")
    response = FileResponse(opened, content_type=TYPES_OF_DUMPS[Path(name).suffix])
    response.block_size = 2**16
    tagged(response, f'"{file["sha256"][:24]}"', None)
    response["Cache-Control"] = "public, max-age=86400, immutable"
    response["Content-Disposition"] = f'attachment; filename="medi4sec-{name}"'
    response["Link"] = LICENCE_LINK
    return response
