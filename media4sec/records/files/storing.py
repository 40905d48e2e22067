"""Files on their way in: looked at, stored once, and counted for the team that they are stored for."""

import hashlib
import logging
from pathlib import PurePath

from django.conf import settings
from django.db.models import Sum
from django.utils.module_loading import import_string

from media4sec.records.files.limits import FileRefused
from media4sec.records.files.pdfs import ready_pdf
from media4sec.records.files.pictures import known_picture, ready_picture
from media4sec.records.models import Holding, StoredFile
from media4sec.stored import COVER, PDF, TYPES, put_file, size_in_words

logger = logging.getLogger(__name__)
MEGABYTE = 1_000_000
OTHER_SUFFIXES = {"jpeg": "jpg"}


def look_at(upload):
    """What becomes of a file that somebody sends: as it is stored, or why it is refused. Writes nothing."""
    try:
        media_type = type_named(upload.name)
        if upload.size > settings.FILE_MOST_MB * MEGABYTE:
            most, size = settings.FILE_MOST_MB, size_in_words(upload.size)
            raise FileRefused(f"The file has {size}; at most {most} MB are taken.")
        if not upload.size:
            raise FileRefused("The file is empty.")
        upload.seek(0)
        content = upload.read()
        scan(content)
        return ready_pdf(content) if media_type == PDF else ready_picture(content, media_type)
    except FileRefused as refused:
        return refused


def store(ready, *, owner, by):
    """The row of a file that was looked at, for the team of an owner (a key, or None); raises ``FileRefused``."""
    if isinstance(ready, FileRefused):
        raise ready
    digest = hashlib.sha256(ready.content).hexdigest()
    _refuse_full(owner, digest, len(ready.content))  # nothing is on disk yet
    file = keep(put(ready) | {"made_by": by})
    hold(file, owner)
    return file


def hold(file, owner):
    """Count a file for the team of an owner, once; raises ``FileRefused`` where there is no room for it."""
    _refuse_full(owner, file.digest, file.size)
    Holding.objects.get_or_create(file=file, owner_id=owner)


def ready_again(content, suffix):
    """A file that was stored before, here or elsewhere, as it is: byte for byte. Raises ``FileRefused``."""
    media_type = type_named(f"file{suffix}")
    scan(content)
    return ready_pdf(content) if media_type == PDF else known_picture(content, media_type)


def type_named(name):
    """The type that the name of a file says; all that is not taken is refused."""
    suffix = PurePath(name).suffix.lower().removeprefix(".")
    found = TYPES.get(OTHER_SUFFIXES.get(suffix, suffix))
    if found is None:
        raise FileRefused(
            "Pictures are taken as PNG, JPEG or WebP, documents as PDF. Save it as one of these."
        )
    return found


def scan(content):
    """Ask the operator's scanner, if there is one, before anything of the file is read."""
    if not settings.FILE_SCANNER:
        return
    try:
        found = import_string(settings.FILE_SCANNER)(content)
    except Exception as error:  # whatever it is, the file was not looked at
        logger.error("The file scanner failed: %s", type(error).__name__)
        raise FileRefused("The file cannot be looked at for viruses just now. Try again later.") from error
    if found:
        logger.warning("The file scanner refused a file: %s", str(found)[:200])
        raise FileRefused("The virus scanner refuses this file.")


def _refuse_full(owner, digest, size):
    held = Holding.objects.filter(owner=owner)
    if held.filter(file__digest=digest).exists():
        return
    stored = held.aggregate(sum=Sum("file__size"))["sum"] or 0
    if stored + size > settings.FILES_QUOTA_MB * MEGABYTE:
        raise FileRefused(
            f"Your team has stored {size_in_words(stored)} of {settings.FILES_QUOTA_MB} MB: there is no room for "
            "this file. Ask the operator of the portal for more."
        )


def put(ready):
    """Write a file to the disk, where it is before its row is; returns the values of that, for ``keep``."""
    try:
        digest = put_file(ready.content)
        if ready.cover:
            put_file(ready.cover, digest + COVER)
    except OSError as error:
        logger.error("A file cannot be stored: %s", error.strerror)
        raise FileRefused("The file cannot be stored just now. Try again later.") from error
    return {
        "digest": digest,
        "media_type": ready.media_type,
        "size": len(ready.content),
        "width": ready.width,
        "height": ready.height,
        "pages": ready.pages,
        "texts": ready.texts,
    }


def keep(values):
    """The row of a file on disk, made if need be."""
    file, is_new = StoredFile.objects.get_or_create(digest=values["digest"], defaults=values)
    if not is_new:
        renew(file)
    return file


def renew(file):
    """Somebody wants a file that is there: it stays as long as a new one."""
    file.save(update_fields=["taken_at"])
