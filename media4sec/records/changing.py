"""The same change to many records: what it does to the document of each, and what it cannot be done to.

Nothing here writes. ``workflow.change_all`` does the same to the tables, and keeps what is said here as versions.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import F

from media4sec.records import policy
from media4sec.records.bulk import portions
from media4sec.records.documents.fields import OrderedReferences
from media4sec.records.documents.reading import writer
from media4sec.records.models import Record, Revision, Tag
from media4sec.records.policy import Right
from media4sec.records.tags import checked, tag_key

KEEP = object()  # whoever is responsible stays so


@dataclass
class Edit:
    """What is added, taken away and set; names of links are fields that all of the records have."""

    add_tags: list[str] = field(default_factory=list)
    remove_tags: list[str] = field(default_factory=list)
    add: dict[str, list[Record]] = field(default_factory=dict)
    remove: dict[str, list[Record]] = field(default_factory=dict)
    review_due: date | None = None
    owner: Any = KEEP
    spelled: dict[tuple[int | None, str], str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return (
            bool(self.add_tags or self.remove_tags or self.links or self.review_due) or self.owner is not KEEP
        )

    @property
    def links(self) -> list[str]:
        """The fields whose links change."""
        return [name for name in {**self.add, **self.remove} if self.add.get(name) or self.remove.get(name)]

    def read(self, records: list[Record]) -> None:
        """How the tags are spelled that the teams of these records have already."""
        keys = [tag_key(name) for name in self.add_tags]
        for owner in {record.owner_id for record in records} if keys else ():
            tags = policy.usable(owner, Tag.objects.filter(key__in=keys))
            for tag in reversed(tags):
                self.spelled[owner, tag.key] = tag.name

    def applied(self, record: Record, document: dict[str, Any]) -> dict[str, Any]:
        """The document as it is then."""
        return document | self._tags(record, document) | self._links(document) | self._review()

    def _tags(self, record, document):
        gone = {tag_key(name) for name in self.remove_tags}
        tags = {tag_key(name): name for name in document["tags"] if tag_key(name) not in gone}
        for name in self.add_tags:
            key = tag_key(name)
            tags.setdefault(key, self.spelled.get((record.owner_id, key), name))
        return {"tags": sorted(tags.values())}

    def _links(self, document):
        return {
            name: list(
                dict.fromkeys(
                    one
                    for one in [
                        *document.get(name, ()),
                        *(each.identifier for each in self.add.get(name, ())),
                    ]
                    if one not in {each.identifier for each in self.remove.get(name, ())}
                )
            )
            for name in self.links
        }

    def _review(self):
        return {"review_due": self.review_due.isoformat()} if self.review_due else {}

    def gives(self, record: Record) -> bool:
        """Does it change who is responsible?"""
        return self.owner is not KEEP and record.owner_id != (self.owner and self.owner.pk)

    def refusal(self, user: Any, record: Record, before: dict[str, Any], after: dict[str, Any]) -> str:
        """Why it cannot be done to a record, in words; empty where it can."""
        if not policy.may(user, Right.WRITE, record):
            return "You may not change it."
        if record.public_state in Record.OFF:
            return f"It is {record.public_state}: restore it first."
        if before == after and not self.gives(record):
            return "It says so already."
        if self.review_due and record.checked_on and self.review_due < record.checked_on:
            return "The next review would be due before the check."
        try:
            checked(after["tags"])
        except ValidationError as error:
            return " ".join(error.messages)
        return ""


class Foretold(NamedTuple):
    """What would become of one record: its document now and then, and why not."""

    record: Record
    before: dict[str, Any]
    after: dict[str, Any]
    refusal: str


def foretold(edit: Edit, records: list[Record], user: Any) -> Iterator[Foretold]:
    """What would become of each of these records; a query for some hundred."""
    edit.read(records)
    for some in portions(records):
        newest = Revision.objects.filter(record__in=some, number=F("record__edit_version"))
        documents = dict(newest.values_list("record", "document"))
        for record in some:
            before = json.loads(documents[record.pk])
            after = edit.applied(record, before)
            yield Foretold(record, before, after, edit.refusal(user, record, before, after))


def links_in_common(kind_names: list[str]) -> list[str]:
    """The fields of all these kinds that name several records of another kind, in the order of the first's document."""
    found = [
        {
            name: one.child_relation.kind_name
            for name, one in writer(kind_name).fields.items()
            if isinstance(one, OrderedReferences) and one.child_relation.kind_name != kind_name
        }
        for kind_name in kind_names
    ]
    return (
        [name for name, target in found[0].items() if all(one.get(name) == target for one in found)]
        if found
        else []
    )
