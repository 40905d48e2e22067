"""The public versions of a record, in words: what each one said, and what changed from one to the next."""

import json
from collections.abc import Iterable
from datetime import UTC
from typing import Any

from django.utils.timezone import localdate

from media4sec.changed_words import compare
from media4sec.publications.models import Version


class History:
    """The versions of a publication, or some that follow each other, the newest first. One query."""

    def __init__(self, versions: Iterable[Version]) -> None:
        self.versions = list(versions)
        self.numbers = [row.number for row in self.versions]
        self.fields = {
            row.number: {
                name: {"label": label, "text": text} for name, label, text in json.loads(row.document)
            }
            for row in self.versions
        }

    def rows(self) -> list[dict[str, Any]]:
        """Each version with the labels of the fields that changed, and when a newer one came."""
        older = [*self.numbers[1:], None]
        newer = [None, *self.versions[:-1]]
        return [
            {
                "number": row.number,
                "published_at": f"{row.published_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                "published_on": localdate(row.published_at),
                "replaced_on": after and localdate(after.published_at),
                "before": before,
                "changed": [self.label(name, row.number, before) for name in self.changed(before, row.number)]
                if before
                else None,
            }
            for row, before, after in zip(self.versions, older, newer, strict=True)
        ]

    def changed(self, before: int, after: int) -> list[str]:
        """The fields that two versions do not have in common, in the order of the document."""
        old, new = self.fields[before], self.fields[after]
        names = dict.fromkeys([*new, *old])
        return [name for name in names if self.text(name, before) != self.text(name, after)]

    def differences(self, before: int, after: int) -> list[dict[str, Any]]:
        """Each field that differs, with both texts in pieces: ``(changed?, text)``."""
        return [
            {
                "label": self.label(name, after, before),
                "sides": compare(self.text(name, before), self.text(name, after)),
            }
            for name in self.changed(before, after)
        ]

    def text(self, name: str, number: int) -> str:
        return self.fields[number].get(name, {"text": ""})["text"]

    def label(self, name: str, *numbers: int) -> str:
        return next(self.fields[number][name]["label"] for number in numbers if name in self.fields[number])
