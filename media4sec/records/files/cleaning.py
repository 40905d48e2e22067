"""Files that nobody needs any more."""

import re
import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from media4sec.records.bulk import portions
from media4sec.records.models import Revision, StoredFile
from media4sec.records.unsaved import UNSAVED_LASTS
from media4sec.stored import COVER, DIGEST, stored_names

JUST_SENT = timedelta(days=1)  # what somebody sends this moment is on disk before the database knows it
ANY_DIGEST = re.compile(f"(?=({DIGEST.pattern}))")
FILES_LAST = UNSAVED_LASTS  # a text that is kept for somebody may name them as long


def forget_files(*, dry_run=False):
    """Delete what no version names and was not sent lately; returns (how many files on disk, their bytes)."""
    stale = StoredFile.objects.filter(uses=None, taken_at__lte=timezone.now() - FILES_LAST)
    digests = set(stale.values_list("digest", flat=True))
    digests -= _named_by_versions() if digests else set()
    if not dry_run:
        with transaction.atomic():  # a version that came meanwhile has its file in use
            for some in portions(digests):
                stale.filter(digest__in=some).delete()
    kept = set(StoredFile.objects.values_list("digest", flat=True)) - (digests if dry_run else set())
    number = size = 0
    for path in stored_names():
        facts = path.stat()
        is_new = facts.st_mtime > time.time() - JUST_SENT.total_seconds()
        if path.name.removesuffix(COVER) not in kept and not is_new:
            number, size = number + 1, size + facts.st_size
            if not dry_run:
                path.unlink()
    return number, size


def _named_by_versions():
    """The digests in all versions, and whatever else looks like one there."""
    documents = Revision.objects.filter(document__contains='"digest":').values_list("document", flat=True)
    return {digest for document in documents.iterator() for digest in ANY_DIGEST.findall(document)}
