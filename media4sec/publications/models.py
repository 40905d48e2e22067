"""The read side: what the public sees of records. Nothing here knows a working copy."""

import json
import secrets
from typing import Self

from django.db import connections, models
from django.utils.functional import cached_property
from django.utils.translation import pgettext_lazy

from media4sec.kinds import Document


class PublicationQuerySet(models.QuerySet):
    def published(self) -> Self:
        return self.filter(state=Publication.State.PUBLISHED)

    def gone(self) -> Self:
        """What is left of withdrawn and merged records; named, as no index finds “all others” among many."""
        return self.filter(state__in=(Publication.State.WITHDRAWN, Publication.State.MERGED))

    def of(self, *kind_names: str) -> Self:
        return self.filter(kind__in=kind_names)

    def in_order_of(self, pks: list[int]) -> list["Publication"]:
        """Those with these keys, in their order; what is not public any more is left out. One query."""
        found = self.published().in_bulk(pks)
        return [found[pk] for pk in pks if pk in found]


class Publication(models.Model):
    """What the public sees of one record: its document, ready to send, or a tombstone with the reason."""

    class State(models.TextChoices):
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"
        MERGED = "merged", "Merged"

    kind = models.CharField(max_length=40)
    identifier = models.CharField(max_length=80)
    uuid = models.UUIDField(unique=True, help_text="Its identity for machines; a tombstone keeps it.")
    path = models.CharField(max_length=40)
    slug = models.CharField(max_length=120, blank=True)
    url = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State)
    title = models.CharField(max_length=400, blank=True)
    summary = models.TextField(blank=True)
    lens = models.CharField(max_length=10, blank=True)
    checked_on = models.DateField(null=True)
    document = models.TextField(blank=True, help_text="The public document, as the API sends it.")
    display = models.TextField(blank=True, help_text="Labels and values in words, for pages.")
    sort_key = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=0)
    issued_at = models.DateTimeField(null=True)
    modified_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    successor = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    title_stems = models.TextField(blank=True)
    name_stems = models.TextField(
        blank=True, help_text="Other names, one a line: acronyms, numbers, makers, places."
    )
    text_stems = models.TextField(blank=True)
    related = models.TextField(
        blank=True, help_text="Related records with the reasons, worked out at publication."
    )

    objects = PublicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "identifier"], name="publications_one_per_record")
        ]
        indexes = [
            models.Index(fields=["path", "identifier"], name="publications_path"),
            models.Index(fields=["path", "slug"], name="publications_path_slug"),
            models.Index(fields=["kind", "state"], name="publications_kind_state"),
            models.Index(fields=["checked_on"], name="publications_checked_on"),
            models.Index(fields=["kind", "modified_at"], name="publications_kind_modified"),
            models.Index(fields=["modified_at"], name="publications_modified"),
        ]

    def __str__(self) -> str:
        return self.url

    @cached_property
    def body(self) -> Document:
        """The public document, read."""
        return json.loads(self.document)

    def earlier_versions(self) -> int:
        """How many versions were public before this one; asked by every page of a record, and so written out."""
        with connections[Version.objects.db].cursor() as cursor:
            cursor.execute(EARLIER_VERSIONS, [self.pk, self.version])
            return cursor.fetchone()[0]

    @property
    def full_title(self) -> str:
        """The title where it is read alone: with the figure that it is about, where it does not say it itself."""
        figure = json.loads(self.display)["figure"]
        return f"{figure['text']}: {self.title}" if figure and not figure["is_said"] else self.title

    @property
    def heir(self) -> "Publication":
        """The record itself, or the last one down the line of those that it was merged into."""
        found = self
        while found.state == self.State.MERGED:
            found = found.successor
        return found

    @property
    def replacement(self) -> "Publication | None":
        """What to use instead: the first published record down the line of successors, or None."""
        found = self.successor
        while found is not None and found.state != self.State.PUBLISHED:
            found = found.successor
        return found


class Version(models.Model):
    """A version of a record that was public, the current one included, as readers may see it today.

    ``document`` is its public document in words: ``[[field, label, text], …]``, in English.
    """

    publication = models.ForeignKey(Publication, related_name="versions", on_delete=models.CASCADE)
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    document = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["publication", "number"], name="publications_version_once")
        ]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.publication} version {self.number}"


EARLIER_VERSIONS = f"SELECT COUNT(*) FROM {Version._meta.db_table} WHERE publication_id = %s AND number <> %s"  # noqa: S608, our table


class PublicFile(models.Model):
    """A file at its address: a version that is public names it, or one that was before it was withdrawn."""

    publication = models.ForeignKey(Publication, related_name="files", on_delete=models.CASCADE)
    url = models.CharField(max_length=200)
    stored_as = models.CharField(max_length=80, help_text="Its name on disk: a digest, or that of its cover.")
    media_type = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["url", "publication"], name="publications_file_once")]

    def __str__(self) -> str:
        return self.url


class Term(models.Model):
    """One fact about a publication that lists filter and count by, or a link from it to another one."""

    publication = models.ForeignKey(Publication, related_name="terms", on_delete=models.CASCADE)
    field = models.CharField(max_length=60)
    value = models.CharField(max_length=600)
    label = models.CharField(max_length=400)
    target = models.ForeignKey(Publication, related_name="named_by", null=True, on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["publication", "field", "value"], name="publications_term_once")
        ]
        indexes = [models.Index(fields=["field", "value"], name="publications_field_value")]

    def __str__(self) -> str:
        return f"{self.field}={self.value}"


class ThemePlace(models.Model):
    """A theme that a publication is or once was placed under: who harvests the theme hears when it leaves it.

    A tombstone keeps its own; nothing else is known of where it was.
    """

    publication = models.ForeignKey(Publication, related_name="theme_places", on_delete=models.CASCADE)
    theme = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["theme", "publication"], name="publications_theme_place_once")
        ]

    def __str__(self) -> str:
        return self.theme


class Feature(models.Model):
    """Something that may relate a publication to others: a record or source that it names, a word that it uses much.

    The same stands in its ``related``; here others that have it are found.
    """

    publication = models.ForeignKey(Publication, related_name="features", on_delete=models.CASCADE)
    name = models.CharField(max_length=700)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "publication"], name="publications_feature_once")
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def counted(cls, names: list[str], most: int) -> dict[str, int]:
        """How many publications have each of these, counted no further than ``most``. One query."""
        asked = ", ".join(["(%s)"] * len(names))
        held = f"SELECT 1 FROM {cls._meta.db_table} AS held WHERE held.name = asked.column1 LIMIT %s"  # noqa: S608, our table
        many = f"(SELECT COUNT(*) FROM ({held}) AS few)"  # noqa: S608, the same
        statement = f"SELECT asked.column1, {many} FROM (VALUES {asked}) AS asked"  # noqa: S608, places for values
        with connections[cls.objects.db].cursor() as cursor:
            cursor.execute(statement, [most, *names])
            return dict(cursor.fetchall())


class Change(models.Model):
    """Something that readers can see happened to a record. Appended in commit order; never edited."""

    class Action(models.TextChoices):
        CREATED = "created", pgettext_lazy("change", "Published")
        UPDATED = "updated", pgettext_lazy("change", "Updated")
        DELETED = "deleted", pgettext_lazy("change", "Withdrawn")

    seq = models.BigAutoField(primary_key=True)
    action = models.CharField(max_length=10, choices=Action)
    kind = models.CharField(max_length=40)
    identifier = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kind", "identifier"], name="publications_change_of")]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.kind}:{self.identifier}"


def new_name() -> str:
    return secrets.token_hex(8)


class Generation(models.Model):
    """What this database is called in entity tags and files of the index: another one may count the same changes and
    hold other things. It gets another name when rows were made again without a change that tells of it.
    """

    name = models.CharField(max_length=16, default=new_name)

    def __str__(self) -> str:
        return self.name
