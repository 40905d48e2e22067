"""Files of records on disk: each once, under the digest of what it holds. Who sent it, and what it was called, is not
kept.

Back-office and pages both read them here; neither knows the other's tables.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils import formats

PDF = "application/pdf"
SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", PDF: "pdf"}
TYPES = {suffix: media_type for media_type, suffix in SUFFIXES.items()}
DIGEST = re.compile(r"[0-9a-f]{64}")
SHORT_DIGEST = 32  # digits of a digest in an address: as many as nobody finds two files for
PUBLIC_AT = "/files/"  # where public addresses of files begin
COVER = ".cover"  # behind the digest of a PDF: a picture of its first page
# Nothing in a file is meant to run, whatever a browser takes it for.
POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


def stored_path(name: str) -> Path:
    """Where a digest, or a digest with ``COVER`` behind it, is stored."""
    return Path(settings.MEDIA_ROOT) / name[:2] / name


def put_file(content: bytes, name: str = "") -> str:
    """Store a content, whole or not at all; returns the name it is stored under, without one its digest."""
    name = name or hashlib.sha256(content).hexdigest()
    path = stored_path(name)
    if path.exists() and path.stat().st_size == len(content):
        path.touch()  # somebody wants it again
        return name
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.chmod(file.name, 0o640)
            os.replace(file.name, path)
        except OSError:
            os.unlink(file.name)
            raise
    return name


def stored_names() -> Iterator[Path]:
    """Every file that is stored, what a broken write may have left included."""
    return (path for path in Path(settings.MEDIA_ROOT).glob("??/*") if path.is_file())


# What documents say of a file, and where it is


def with_addresses(part: dict[str, Any]) -> dict[str, Any]:
    """A file of a record, as documents hold it, with its public addresses."""
    file, key = part["file"], part["key"]
    folder = f"{PUBLIC_AT}{file['digest'][:SHORT_DIGEST]}"
    found = {"url": f"{folder}/{key}.{SUFFIXES[file['media_type']]}", **file}
    if file["media_type"] == PDF:
        found["cover"] = {"url": f"{folder}/{key}-cover.jpg"}
    return part | {"file": found}


def addressed(files: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """(address, name that it is stored under, media type) of all that these files of a record are, covers included."""
    for part in map(with_addresses, files):
        file = part["file"]
        yield file["url"], file["digest"], file["media_type"]
        if "cover" in file:
            yield file["cover"]["url"], file["digest"] + COVER, "image/jpeg"


def file_answer(name: str, media_type: str, shown_as: str) -> StreamingHttpResponse | None:
    """A stored file as it is sent: of a fixed type, never run; None where it is not there.

    As a stream: whoever has it already is told so before it is read, and no memory keeps it.
    """
    path = stored_path(name)
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return None
    headers = {
        "ETag": f'"{name}"',
        "Content-Length": str(size),
        "Content-Disposition": f'inline; filename="{shown_as}"',
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
    }
    content = (path.read_bytes() for path in [path])  # once it is asked for
    return StreamingHttpResponse(content, content_type=media_type, headers=headers)


def size_in_words(number: int) -> str:
    """A number of bytes, in the language of the page: 320 kB, 1.2 MB."""
    if number < 1_000_000:
        return f"{formats.number_format(max(1, round(number / 1000)))} kB"
    return f"{formats.number_format(number / 1_000_000, 1)} MB"


def file_in_words(file: dict[str, Any]) -> str:
    """A file in versions and forms: “PNG, 1200 × 800 pixels, 320 kB, 1f3a5c7e”."""
    words = [SUFFIXES[file["media_type"]].upper()]
    if file["pages"]:
        words.append(f"{file['pages']} page{'s' if file['pages'] > 1 else ''}")
    else:
        words.append(f"{file['width']} × {file['height']} pixels")
    return ", ".join([*words, size_in_words(file["bytes"]), file["digest"][:8]])
