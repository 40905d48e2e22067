"""PDF files of editors: stored as they came, with a cover and the text of each page."""

import json
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from media4sec.records.files import limits
from media4sec.records.files.limits import FileRefused, Readied
from media4sec.stored import PDF

READER = Path(__file__).with_name("pdf_reader.py")
START = b"%PDF-"
SAYS = {
    "encrypted": "The PDF is protected by a password. Save it without one, and choose it again.",
    "broken": "The PDF is broken or was cut off: it cannot be opened. Save it anew, and choose it again.",
    "pages": "The PDF has {pages} pages; from 1 to {most} are taken.",
}


def ready_pdf(content):
    """The PDF as it is, with its pages, their texts and a picture of the first."""
    if not content.startswith(START):
        raise FileRefused("The name says that it is a PDF, the content does not. Choose another file.")
    found, cover = _read(content)
    if "refused" in found:
        says = SAYS[found["refused"]]
        raise FileRefused(says.format(pages=found.get("pages"), most=settings.FILE_MOST_PAGES))
    return Readied(content, PDF, found["width"], found["height"], found["pages"], found["texts"], cover)


def _read(content):
    """What the process that looks at it tells; one that fails or takes too long tells that the file is broken."""
    numbers = (
        settings.FILE_MOST_PAGES,
        limits.COVER_WIDTH,
        limits.COVER_HEIGHT,
        limits.TEXT_OF_A_PAGE,
        limits.TEXT_OF_A_FILE,
        limits.PDF_SECONDS,
        limits.PDF_MEMORY,
    )
    command = [sys.executable, "-I", str(READER), *map(str, numbers)]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=limits.PDF_SECONDS, env={}, check=False
        )
        head, _, cover = done.stdout.partition(b"\n")
        return json.loads(head), cover
    except (subprocess.TimeoutExpired, ValueError):
        return {"refused": "broken"}, b""
