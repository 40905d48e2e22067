"""The write side's tables: what every record has, whatever its kind, and every version that was ever saved."""

import json
import re
import uuid
from collections import defaultdict
from datetime import MAXYEAR, MINYEAR, date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.http import QueryDict
from taggit.managers import TaggableManager
from taggit.models import ItemBase, TagBase

from media4sec.choices import Lens, Provenance
from media4sec.kinds import Kind, Role, kind_for, kinds_by_name, lower_first
from media4sec.letters import lookalike, same, slugged
from media4sec.records.fields import CheckedModel, InexactDateField, TextListField
from media4sec.records.policy import TeamRole, knowable, title_for
from media4sec.records.tags import checked_name, tag_key
from media4sec.stored import PDF, file_in_words

# A basis that denies itself: “not looked up”, “from general knowledge”.
DENIED = re.compile(
    r"\b(not |un)(verified|confirmed|checked)|\bnot (looked up|read|seen|found|opened)|\bnothing|general knowledge",
    re.IGNORECASE,
)
MOST_IN_NOTE = 400  # characters of what editors say of a version
MOST_IN_COMMENT = 2_000  # characters
MOST_IN_HINT = 300  # characters of what the office adds to the help of a field
MOST_IN_QUERY = 2_000  # characters of the parameters of a list
MOST_IN_REASON = 2_000  # characters of what readers of a withdrawn record's address see
KEY_LENGTH = 200  # of the longest title it tells enough
NAMESPACE = uuid.UUID("6f1c2f0e-4a0b-5d55-9a63-700281000000")


def add_months(day, months):
    """The same day some months later, or the last day of that month; the calendar’s own end beyond it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        return date.max if months > 0 else date.min
    for candidate in (day.day, 30, 29, 28):
        try:
            return day.replace(year=year, month=month + 1, day=min(day.day, candidate))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


class Shared(CheckedModel):
    """A row that records of several teams may use, once the public knows it; before, each team has one of its own.

    ``users_path`` leads from it to the records, by way of ``uses_name``; ``name_field`` tells it from others.
    """

    uses_name = users_path = name_field = name_in_words = ""
    asked_by = None  # who fills in its form: messages name only what they may know

    is_public = models.BooleanField(
        default=False, editable=False, help_text="A version that was published names it."
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        related_name="+",
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        help_text="Whoever made it by itself; empty for what came with a record.",
    )

    class Meta:
        abstract = True


class Tag(Shared, TagBase):
    """A free keyword that editors give to records; there is one for all spellings that look alike."""

    uses_name = "taggings"
    users_path = "taggings__content_object"
    name_field, name_in_words = "key", "name"

    name = models.CharField(max_length=100)
    key = models.CharField(
        max_length=200, db_index=True, editable=False, help_text="What names that look alike have in common."
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(is_public=True), name="records_tag_public_once"
            )
        ]

    def slugify(self, tag, i=None):
        """Shorter than the column, so that a number fits behind it."""
        return "-".join([slugged(tag) or "tag", *([str(i)] if i else [])])

    def save(self, *args, **kwargs):
        self.key = tag_key(self.name)
        super().save(*args, **kwargs)

    def clean(self):
        try:
            self.name = checked_name(self.name)
        except ValidationError as error:
            raise ValidationError({"name": error}) from error
        others = Tag.objects.filter(key=tag_key(self.name)).exclude(pk=self.pk)
        if other := knowable(self.asked_by, others).first():
            raise ValidationError({"name": f"There is the tag “{other.name}” already, which looks like it."})

    @classmethod
    def name_of(cls, text):
        """What ``name_field`` has of one that is called so."""
        return tag_key(text)

    def take_over(self, taggings, *, keeps_words=False):
        """Let records that have other tags have this one, each once. A tag has no words but its own."""
        taggings = list(taggings)
        has = set(self.taggings.values_list("content_object", flat=True))
        moved = {one.content_object_id: one.pk for one in taggings if one.content_object_id not in has}
        Tagging.objects.filter(pk__in=moved.values()).update(tag=self)
        Tagging.objects.filter(pk__in=[one.pk for one in taggings]).exclude(tag=self.pk).delete()


class Tagging(ItemBase):
    tag = models.ForeignKey(Tag, related_name="taggings", on_delete=models.CASCADE)
    content_object = models.ForeignKey("records.Record", related_name="taggings", on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tag", "content_object"], name="records_tag_once_per_record")
        ]


def owners():
    """Who can be responsible for records."""
    return {"kind_name": kind_for(Role.OWNER).name}


class Record(CheckedModel):
    """The working copy of one thing the knowledge base holds; what it is exactly stands in its kind's own table."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_REVIEW = "in-review", "In review"
        APPROVED = "approved", "Approved"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"
        MERGED = "merged", "Merged"

    OFF = (State.WITHDRAWN, State.MERGED)  # what was public, and is not any longer

    kind: Kind | None = None
    has_no_links_yet = False  # true for a moment after the row is made: nothing to look up or replace
    asked_by = None  # who fills in its form: messages name only what they may know

    kind_name = models.CharField("kind", max_length=40, editable=False, db_index=True)
    identifier = models.CharField(
        max_length=80, blank=True, help_text="For ever. Left empty, the next free one is taken."
    )
    slug = models.SlugField(max_length=120, blank=True, help_text="Decorates the address; may change.")
    title = models.CharField(max_length=400)
    title_key = models.CharField(
        max_length=KEY_LENGTH,
        blank=True,
        editable=False,
        help_text="What titles that look alike have in common.",
    )
    summary = models.TextField(max_length=2000, blank=True)
    lens = models.CharField(max_length=10, choices=Lens, blank=True)
    provenance = models.CharField(max_length=10, choices=Provenance, default=Provenance.EDITORIAL)
    verified = models.BooleanField(null=True, blank=True, help_text="Unknown where nobody has looked it up.")
    verified_basis = models.CharField(
        max_length=300, blank=True, help_text="What exactly was verified, or on what basis."
    )
    checked_on = models.DateField(null=True, blank=True)
    newest_source_on = InexactDateField(
        "newest source",
        help_text="The date of the newest source read. Left empty, the sources’ own dates decide, "
        "and where none has one, when they were read.",
    )
    review_due = models.DateField(null=True, blank=True, help_text="Left empty, the kind's interval decides.")
    notes = TextListField("public notes", help_text="One a line. Say here where sources disagree.")
    owner = models.ForeignKey(
        "self",
        verbose_name="responsible partner",
        related_name="owned",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        limit_choices_to=owners,
    )
    state = models.CharField(
        max_length=10,
        choices=State,
        default=State.DRAFT,
        editable=False,
        help_text="Where the working copy stands.",
    )
    public_state = models.CharField(
        max_length=10,
        choices=[(State.PUBLISHED, "Published"), (State.WITHDRAWN, "Withdrawn"), (State.MERGED, "Merged")],
        blank=True,
        editable=False,
        help_text="What the public sees; empty for what was never published.",
    )
    public_title = models.CharField(
        max_length=400, blank=True, editable=False, help_text="The title that the public knows."
    )
    withdrawal_reason = models.TextField(blank=True, editable=False)
    successor = models.ForeignKey(
        "self",
        related_name="replaces",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        limit_choices_to={"public_state": "published"},
    )
    edit_version = models.PositiveIntegerField(default=0, editable=False)
    published_revision = models.ForeignKey(
        "records.Revision", related_name="+", null=True, blank=True, editable=False, on_delete=models.PROTECT
    )
    mentions = models.ManyToManyField(
        "self",
        symmetrical=False,
        related_name="mentioned_by",
        editable=False,
        blank=True,
        help_text="Records named in any version that was published; kept by the workflow.",
    )
    tags = TaggableManager(through=Tagging, blank=True, help_text="With commas between.")

    class Meta:
        ordering = ["kind_name", "identifier"]
        indexes = [models.Index(fields=["kind_name", "title_key"], name="records_title_key")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind_name", "identifier"], name="records_identifier_unique_within_kind"
            ),
            models.CheckConstraint(
                condition=Q(public_state="") | Q(published_revision__isnull=False),
                name="records_public_has_a_revision",
            ),
        ]

    def __str__(self):
        return self.name_with(self.title)

    def name_with(self, title):
        """What it is called, if this is its title."""
        text = f"{self.identifier} {title}" if self.shows_identifier else title
        return text if self.kind else f"{text} ({lower_first(self.kind_label)})"

    @property
    def kind_label(self):
        return kinds_by_name()[self.kind_name].names.one

    def save(self, *args, **kwargs):
        if type(self) is Record and self._state.adding:
            raise TypeError("Write through the kind: a bare Record has no subject.")
        self.fill_in()
        super().save(*args, **kwargs)

    @property
    def shows_identifier(self):
        kind = kinds_by_name().get(self.kind_name)
        return bool(kind and kind.identifier.is_shown)

    @property
    def url(self):
        return kinds_by_name()[self.kind_name].url(self.identifier, self.slug)

    @property
    def has_unpublished_changes(self):
        return self.public_state == self.State.PUBLISHED and self.state != self.State.PUBLISHED

    def fill_in(self):
        """Keep derived columns true: kind, key of the title, slug, identifier, review date."""
        if self.kind is None:
            return
        self.kind_name = self.kind.name
        self.title_key = lookalike(self.title)[:KEY_LENGTH]
        self.slug = self.slug or slugged(self.title)
        self.identifier = self.identifier or self.next_identifier()
        if self.checked_on and not self.review_due:
            self.review_due = self.review_after(self.checked_on)

    def review_after(self, day):
        """When what was checked on this day is looked at again."""
        return add_months(day, self.kind.review_months)

    @property
    def has_derived_review(self):
        """True if the day of the next review follows from that of the check, and was not given by hand."""
        return bool(self.checked_on) and self.review_due == self.review_after(self.checked_on)

    def next_identifier(self):
        """The next one that is free; empty where none can be made."""
        identifier = self.kind.identifier
        if identifier.is_given:
            return ""
        taken = taken_identifiers(self.kind.name, identifier.stem(self.slug))
        return identifier.following(self.slug, taken)

    def clean(self):
        self.fill_in()
        if self.verified and is_denied(self.verified_basis):
            raise ValidationError(
                {"verified": "The basis names nothing that was verified: say what was, or that it was not."}
            )
        if self.checked_on and self.review_due and self.review_due < self.checked_on:
            says = "The next review would be due before the check. Left empty, the kind's interval decides."
            raise ValidationError({"review_due": says})
        if re.fullmatch(self.kind.identifier.shape, self.identifier, re.ASCII):
            return
        example = f"such as {self.kind.identifier.example}"
        if not self.identifier and not self.kind.identifier.is_given:
            says = (
                f"No identifier can be made of this title. Give one in plain letters and hyphens, {example}."
            )
        elif not self.identifier:
            says = (
                f"Give the identifier, {example}: for {lower_first(self.kind.names.many)} none can be made."
            )
        else:
            says = (
                f"“{self.identifier}” does not look like an identifier"
                f" of {lower_first(self.kind.names.many)}, {example}."
            )
        raise ValidationError({"identifier": says})

    def unique_error_message(self, model_class, unique_check):
        """Of two records with one identifier, the one that is there is named, and the field that can be changed."""
        if set(unique_check) != {"kind_name", "identifier"}:
            return super().unique_error_message(model_class, unique_check)
        other = Record.objects.filter(kind_name=self.kind_name, identifier=self.identifier).first()
        title = other and (title_for(self.asked_by, other) if self.asked_by else other.public_title)
        title = f" by “{title}”" if title else ""
        way_out = (
            "Give another one"
            if self.kind.identifier.is_given
            else "Leave it empty, and the next free one is taken"
        )
        error = ValidationError({"identifier": f"{self.identifier} is taken{title}. {way_out}."})
        error.code = "taken"  # Django asks for it
        return error

    def check_links(self):
        """Rules over several rows, asked once links are saved; raises ValidationError. Kinds add to it."""
        keys = [key for part in parts_of(type(self)) for key in part.keys_of(self)]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValidationError(f"The key {', '.join(twice)} stands twice in this record.")
        for field in self._meta.get_fields():
            if field.auto_created or field.related_model is not type(self):
                continue
            named = getattr(self, field.name)
            if named == self or (field.many_to_many and named.filter(pk=self.pk).exists()):
                raise ValidationError({field.name: "A record cannot name itself."})


def is_denied(basis):
    """Does every clause of a basis say that something was *not* verified? An empty one says nothing."""
    clauses = [clause for clause in re.split("[;,.]", basis) if clause.strip()]
    return bool(clauses) and all(DENIED.search(clause) for clause in clauses)


class Lasting:
    """What begins and ends on stated days."""

    def clean(self):
        super().clean()
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise ValidationError({"end_date": "This day comes before the first one."})


class KindRecord(Record):
    """What every kind builds on: a table of its own beside the shared one, reached by ``record.as_<model>``."""

    record_ptr = models.OneToOneField(
        Record, parent_link=True, related_name="as_%(class)s", on_delete=models.CASCADE, serialize=False
    )

    class Meta:
        abstract = True


def taken_identifiers(kind_name, stem):
    """Those with this beginning that records of a kind have, or had before they were thrown away."""
    found = set()
    for model in (Record, AuditEntry):
        rows = model.objects.filter(kind_name=kind_name, identifier__startswith=stem)
        found |= set(rows.order_by().values_list("identifier", flat=True).distinct())
    return found


def lookalikes(record):
    """Other records of its kind whose titles a reader would take for this one's."""
    others = Record.objects.filter(kind_name=record.kind_name, title_key=record.title_key)
    return others.exclude(pk=record.pk) if record.title_key else others.none()


def specific(records):
    """Turn mixed records into their kinds, in the same order, with one query per kind."""
    records = list(records)
    ids = defaultdict(list)
    for record in records:
        ids[record.kind_name].append(record.pk)
    found = {
        instance.pk: instance
        for kind_name, pks in ids.items()
        for instance in model_of(kind_name).objects.filter(pk__in=pks)
    }
    return [found[record.pk] for record in records]


def model_of(kind_name):
    """The model that holds records of a kind."""
    from django.apps import apps

    return next(
        model
        for model in apps.get_models()
        if issubclass(model, Record) and model.kind is not None and model.kind.name == kind_name
    )


class Revision(models.Model):
    """One saved version of a record: who, when, why, and the whole document. Append-only.

    Added later are only, and once, when the version was published, and by loading, which file it agrees with.
    """

    record = models.ForeignKey(Record, related_name="revisions", on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    document = models.TextField(editable=False)
    state = models.CharField(max_length=10, choices=Record.State)
    note = models.CharField(max_length=MOST_IN_NOTE, blank=True)
    saved_at = models.DateTimeField(auto_now_add=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    published_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When the public first saw it; empty for what was never published.",
    )
    loaded = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text="A digest of the file’s document that it agrees with; empty for what was written here.",
    )

    class Meta:
        ordering = ["record", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["record", "number"], name="records_revision_number_unique")
        ]

    def __str__(self):
        return f"{self.record.identifier}, version {self.number}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("Revisions are append-only.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("Revisions are append-only.")


class Team(models.Model):
    """The people of a partner, or of the editorial office, which keeps what no partner is responsible for."""

    owner = models.OneToOneField(
        Record,
        verbose_name="responsible partner",
        related_name="team",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        limit_choices_to=owners,
    )
    needs_approval = models.BooleanField(
        "four eyes",
        default=False,
        help_text="What is published was approved by somebody else than its author.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Coalesce("owner", 0),
                name="records_one_team_for_each_owner",
                violation_error_message="This partner has a team already.",
            )
        ]

    def __str__(self):
        return self.owner.title if self.owner else "Editorial office"


class Membership(models.Model):
    """A role that somebody holds in a team."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, related_name="memberships", on_delete=models.CASCADE)
    team = models.ForeignKey(Team, related_name="memberships", on_delete=models.CASCADE)
    role = models.CharField(max_length=20, choices=TeamRole)

    class Meta:
        ordering = ["team", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "team", "role"],
                name="records_a_role_once",
                violation_error_message="This person has that role already.",
            )
        ]

    def __str__(self):
        return f"{self.user}: {self.get_role_display()}, {self.team}"


class Appointment(models.Model):
    """When a version becomes public by itself."""

    record = models.OneToOneField(
        Record, related_name="appointment", primary_key=True, on_delete=models.CASCADE
    )
    revision = models.ForeignKey(Revision, related_name="+", on_delete=models.CASCADE)
    at = models.DateTimeField(db_index=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    note = models.CharField(max_length=MOST_IN_NOTE, blank=True)
    is_editorial = models.BooleanField(default=False, help_text="Nobody need look at what rests on it.")
    problem = models.TextField(blank=True, help_text="Why it could not be kept.")

    def __str__(self):
        return f"{self.revision} on {self.at:%Y-%m-%d %H:%M}"


class Recheck(models.Model):
    """A record that rests on another one, which has changed: somebody looks whether it still holds."""

    record = models.ForeignKey(Record, related_name="rechecks", on_delete=models.CASCADE)
    changed = models.ForeignKey(Record, related_name="+", on_delete=models.CASCADE)
    at = models.DateTimeField(help_text="When the change became public.")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["record", "changed"], name="records_recheck_once")]

    def __str__(self):
        return f"{self.record_id}: {self.changed_id}"


class Comment(CheckedModel):
    """What somebody remarks on a version of a record, or on one of its fields; or an answer to that.

    It is no part of any document. Its text can be removed for good; that there was one stays.
    """

    revision = models.ForeignKey(
        Revision, related_name="comments", on_delete=models.CASCADE, help_text="What it was written about."
    )
    field = models.CharField(
        max_length=80, blank=True, help_text="Of the document; empty for the record as a whole."
    )
    answer_to = models.ForeignKey(
        "self", related_name="answers", null=True, blank=True, on_delete=models.CASCADE
    )
    text = models.TextField(max_length=MOST_IN_COMMENT, blank=True, help_text="Empty once it was removed.")
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, related_name="+", null=True, on_delete=models.SET_NULL
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, related_name="+", null=True, blank=True, on_delete=models.SET_NULL
    )

    class Meta:
        ordering = ["written_at", "pk"]

    def __str__(self):
        return f"Comment {self.pk}"


class AuditEntry(models.Model):
    """A step that somebody took with a record, a team or an account. It names both as text, as it outlives them.

    Written with the step, then given its place in a chain (``audit.py``); never edited, but for names of people who
    have a right to be forgotten.
    """

    class Action(models.TextChoices):
        SAVED = "saved", "Saved"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"
        MERGED = "merged", "Merged into another record"
        RESTORED = "restored", "Restored"
        DISCARDED = "discarded", "Thrown away"
        SUBMITTED = "submitted", "Submitted for review"
        SENT_BACK = "sent-back", "Sent back"
        APPROVED = "approved", "Approved"
        OWNED = "owned", "Given to a partner"
        SCHEDULED = "scheduled", "To be published at a time"
        UNSCHEDULED = "taken-back", "Not to be published at that time"
        ROLES = "roles", "Roles of a team"
        SETTINGS = "settings", "Settings of a team"
        EXPORTED = "exported", "Taken along as a file"
        REFUSED = "refused", "Refused a page"
        LOGGED_IN = "log-in", "Logged in"
        LOGIN_FAILED = "failed", "Log-in failed"
        LOGGED_OUT = "log-out", "Logged out"
        PASSWORD = "password", "Password"
        FACTOR = "factor", "Second factor"
        INVITED = "invited", "Invited"
        ACCOUNT = "account", "Account"
        ASKED = "asked", "To be looked at again"
        DISMISSED = "dismissed", "Not touched by a change"
        COMMENTED = "commented", "Commented"
        RESOLVED = "resolved", "Comment resolved"
        REOPENED = "reopened", "Comment opened again"
        REMOVED = "removed", "Text of a comment removed"

    # What readers can see of a record, changes by these.
    PUBLIC = (Action.PUBLISHED, Action.WITHDRAWN, Action.MERGED, Action.RESTORED)

    at = models.DateTimeField("when")
    action = models.CharField(max_length=10, choices=Action)
    kind_name = models.CharField(max_length=40)
    identifier = models.CharField(max_length=80)
    version = models.PositiveIntegerField(help_text="Of the record, as the step left it.")
    title = models.CharField(max_length=400, blank=True)
    actor = models.CharField(
        max_length=254, blank=True, help_text="The account’s address; empty for a command."
    )
    note = models.TextField(blank=True, help_text="What was said of it: a note, a reason, a successor.")
    salt = models.CharField(
        max_length=32, blank=True, help_text="Empty once title, actor and note were removed for good."
    )
    seal = models.CharField(max_length=64, help_text="Of salt, title, actor and note.")
    position = models.PositiveBigIntegerField(null=True, unique=True, help_text="In the chain.")
    digest = models.CharField(max_length=64, blank=True, help_text="Of all this and the entry before.")

    class Meta:
        verbose_name = "change"
        indexes = [models.Index(fields=["kind_name", "identifier"], name="records_audit_of")]

    def __str__(self):
        return f"{self.position or '…'} {self.action} {self.kind_name}:{self.identifier} v{self.version}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("Audit entries are append-only.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("Audit entries are append-only.")


class AuditHead(models.Model):
    """Where the chain of audit entries ends: one row, so that a tail which is cut off is missed."""

    position = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)

    def __str__(self):
        return f"{self.position}:{self.digest}"


class Words(models.Model):
    """What a working copy can be found by in the back-office; kept by the workflow."""

    record = models.OneToOneField(
        Record, related_name="words", primary_key=True, editable=False, on_delete=models.CASCADE
    )
    names = models.TextField(editable=False, help_text="Of its title, identifier and other names.")
    texts = models.TextField(editable=False, help_text="Of its texts and facts.")
    public = models.TextField(
        blank=True,
        editable=False,
        help_text="Of the names that the public knows, for those who see no more of it.",
    )

    def __str__(self):
        return self.names


class FieldHint(CheckedModel):
    """What the editorial office says beside a field in the forms of a kind, after the help that is built in."""

    kind_name = models.CharField("kind", max_length=40)
    field = models.CharField(max_length=80, help_text="Of the document.")
    text = models.CharField(max_length=MOST_IN_HINT)

    class Meta:
        ordering = ["kind_name", "field"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind_name", "field"],
                name="records_one_hint_a_field",
                violation_error_message="There is a hint for this field already.",
            )
        ]

    def __str__(self):
        return f"{self.kind_name}: {self.field}"


class SavedList(CheckedModel):
    """A list of the back-office that somebody keeps under a name: its address, with filters, search and order."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, related_name="+", on_delete=models.CASCADE)
    page = models.CharField(max_length=100, help_text="Which list it is.")
    name = models.CharField(max_length=60)
    query = models.TextField(max_length=MOST_IN_QUERY, help_text="The parameters of its address.")
    team = models.ForeignKey(
        Team,
        related_name="+",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        help_text="Who sees it as well.",
    )

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "page", "name"], name="records_saved_list_once")
        ]

    def __str__(self):
        return self.name


class Submission(models.Model):
    """A form of the back-office that was saved: pressed twice, it saves once."""

    nonce = models.CharField(max_length=40, unique=True)
    digest = models.CharField(max_length=64, help_text="Of everything that was sent.")
    record = models.ForeignKey(Record, related_name="+", on_delete=models.CASCADE)
    version = models.PositiveIntegerField(help_text="Of the record, as this form left it.")
    saved_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.nonce


class UnsavedText(models.Model):
    """What somebody typed in a form of the back-office and has not saved: for that person's eyes only."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, related_name="+", on_delete=models.CASCADE)
    address = models.CharField(max_length=300, help_text="Of the form.")
    form = models.CharField(max_length=40, help_text="Which opened form it was.")
    fields = models.TextField(help_text="Pairs of a name and its values, as JSON.")
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "form"], name="records_unsaved_once_per_form")]

    def __str__(self):
        return "Text that was not saved"

    @property
    def typed(self):
        """As a form takes it."""
        data = QueryDict(mutable=True)
        for name, values in json.loads(self.fields):
            data.setlist(name, values)
        return data


class ImportReport(models.Model):
    """A file that somebody wants to import: what it would do, and whether that was done."""

    class State(models.TextChoices):
        OPEN = "open", "Has errors or questions"
        READY = "ready", "Can be applied"
        APPLIED = "applied", "Applied"

    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, related_name="+", null=True, on_delete=models.SET_NULL
    )
    maker = models.CharField(max_length=254, help_text="The account’s address, also when it is gone.")
    kind_name = models.CharField("kind", max_length=40)
    file_name = models.CharField("file", max_length=200)
    size = models.PositiveIntegerField(help_text="Bytes.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file.")
    content = models.BinaryField(
        null=True, help_text="The file, until it is applied or a day old; no server has it on its disk."
    )
    settled = models.JSONField(default=dict, help_text="What the editor said: owner, columns, same or new.")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0, help_text="Errors.")
    report = models.JSONField(default=dict, help_text="What was found, the first rows of each sort in full.")
    applied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self):
        return self.file_name


class Source(Shared):
    """A page or document outside the portal that records rest on; one row an address once it is public."""

    uses_name = "citations"
    users_path = "citations__record"
    name_field, name_in_words = "url", "address"

    url = models.URLField(max_length=600, db_index=True)
    title = models.CharField(max_length=400, blank=True)
    words = models.TextField(blank=True, editable=False, help_text="Title and address, to be found by.")

    class Meta:
        ordering = ["title", "url"]
        constraints = [
            models.UniqueConstraint(
                fields=["url"], condition=Q(is_public=True), name="records_source_public_once"
            )
        ]

    def __str__(self):
        return self.title or self.url

    def clean(self):
        others = Source.objects.filter(url=self.url).exclude(pk=self.pk)
        if other := knowable(self.asked_by, others).first():
            raise ValidationError({"url": f"There is a source with this address already: {other}."})

    def save(self, *args, **kwargs):
        self.fill_in()
        super().save(*args, **kwargs)

    def fill_in(self):
        self.words = f"{same(self.title)} {same(self.url)}"

    @classmethod
    def name_of(cls, text):
        """What ``name_field`` has of one that is called so."""
        return text

    def lose_title(self):
        """Somebody cites it without a title, so that it has none of its own; those that relied on it keep it."""
        self.citations.filter(title="").update(title=self.title)
        self.title = ""
        self.save()

    def take_over(self, citations, *, keeps_words=False):
        """Let citations of other sources be of this one; with ``keeps_words`` their records say the same as before."""
        citations = list(citations)
        if keeps_words:
            titles = {one.pk: one.title or one.source.title for one in citations}
            if self.title and not all(titles.values()):
                self.lose_title()
            for one in citations:
                one.title = "" if titles[one.pk] == self.title else titles[one.pk]
        for one in citations:
            one.source = self
        Citation.objects.bulk_update(citations, ["source", "title"], batch_size=200)


class Citation(CheckedModel):
    """One use of a source by a record, or by a part of it: where in the source, and what it supports."""

    record = models.ForeignKey(Record, related_name="citations", on_delete=models.CASCADE)
    source = models.ForeignKey(Source, related_name="citations", on_delete=models.PROTECT)
    part = models.CharField(
        max_length=80, blank=True, help_text="The part's key; empty for the whole record."
    )
    position = models.PositiveIntegerField(default=0)
    title = models.CharField(
        "title as cited", max_length=400, blank=True, help_text="Only where it differs from the source's own."
    )
    dated_on = InexactDateField(
        "dated", help_text="The source’s own date: YYYY, YYYY-MM or YYYY-MM-DD. Empty where it bears none."
    )
    accessed_on = models.DateField(null=True, blank=True)
    locator = models.CharField(max_length=200, blank=True, help_text="Page, section or figure.")
    supports = TextListField(
        help_text="The fields that this source supports; empty for the record as a whole."
    )

    class Meta:
        ordering = ["record", "part", "position", "pk"]

    def __str__(self):
        return str(self.source)


class StoredFile(Shared):
    """A picture or PDF as it is stored: one row for one content, whoever sent it and however many records show it."""

    users_path = "uses__record"

    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of what is stored.")
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField(help_text="Bytes.")
    width = models.PositiveIntegerField(help_text="Pixels of the picture; of a PDF, of its cover.")
    height = models.PositiveIntegerField(help_text="Pixels, as the width.")
    pages = models.PositiveIntegerField(null=True, help_text="Of a PDF.")
    texts = models.JSONField(default=list, help_text="The text of each page of a PDF.")
    taken_at = models.DateTimeField(auto_now=True, help_text="When somebody last sent it.")

    def __str__(self):
        return file_in_words(self.facts)

    @property
    def facts(self):
        """What documents say of it."""
        return {
            "digest": self.digest,
            "media_type": self.media_type,
            "bytes": self.size,
            "width": self.width,
            "height": self.height,
            "pages": self.pages,
        }


class Holding(models.Model):
    """That a team has stored a file: it counts against the room that the team has."""

    file = models.ForeignKey(StoredFile, related_name="holdings", on_delete=models.CASCADE)
    owner = models.ForeignKey(Record, related_name="+", null=True, on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint("file", Coalesce("owner", 0), name="records_a_file_once_per_team")
        ]

    def __str__(self):
        return f"{self.owner or 'Editorial office'}: {self.file}"


class Relation(CheckedModel):
    """A link from a record (or a part of it) to any other record, for those that no foreign key may express."""

    record = models.ForeignKey(Record, related_name="relations", on_delete=models.CASCADE)
    role = models.CharField(max_length=40)
    target = models.ForeignKey(Record, related_name="related_from", on_delete=models.PROTECT)
    part = models.CharField(
        max_length=80, blank=True, help_text="The part's key; empty for the whole record."
    )
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["record", "part", "role", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "part", "role", "target"], name="records_relation_unique"
            ),
            models.CheckConstraint(
                condition=~Q(record=F("target")),
                name="records_relation_never_points_at_itself",
                violation_error_message="A record cannot point at itself.",
            ),
        ]

    def __str__(self):
        return f"{self.role}: {self.target}"

    def clean(self):
        kind = kinds_by_name().get(self.record.kind_name) if self.record_id else None
        if kind is None or self.part:
            return
        if self.role not in kind.links.roles:
            allowed = ", ".join(kind.links.roles) or "none"
            raise ValidationError({"role": f"{kind.names.many} have these roles: {allowed}."})
        wanted = kind.links.roles[self.role]
        if wanted and self.target_id and self.target.kind_name != wanted:
            raise ValidationError({"target": f"The role {self.role} points at a record of kind {wanted}."})


class Part(CheckedModel):
    """A row that belongs to one record, such as an event in an instrument's life. Kinds subclass it."""

    record_field = ""  # the foreign key to the record
    has_no_links_yet = False  # as for records

    key = models.SlugField(max_length=80)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    @classmethod
    def keys_of(cls, record):
        return list(cls.objects.filter(**{cls.record_field: record.pk}).values_list("key", flat=True))


class AttachmentManager(models.Manager):
    def get_queryset(self):
        return super().get_queryset().select_related("file").defer("file__texts")


class Attachment(Part):
    """A file as a record shows it: a picture with what is said of it, or the PDF of the document that it is about."""

    record_field = "record"

    record = models.ForeignKey(Record, related_name="files", on_delete=models.CASCADE)
    file = models.ForeignKey(StoredFile, related_name="uses", on_delete=models.PROTECT)
    alt = models.CharField(
        "alternative text",
        max_length=400,
        blank=True,
        help_text="What a picture shows, for those who do not see it. A PDF needs none.",
    )
    caption = models.CharField(max_length=600, blank=True)
    credit = models.CharField(max_length=200, blank=True, help_text="Who made it.")
    licence = models.CharField(
        "licence or rights",
        max_length=200,
        help_text="On what terms it may be used. Where nobody says so, write “not stated”.",
    )

    objects = AttachmentManager()

    def __str__(self):
        return self.alt or (str(self.file) if self.file_id else "")

    @property
    def is_pdf(self):
        return bool(self.file_id) and self.file.media_type == PDF

    @property
    def name(self):
        """What its key is made of."""
        return "document" if self.is_pdf else self.alt

    def clean(self):
        if not self.file_id:
            return
        if self.is_pdf and not kinds_by_name()[self.record.kind_name].page.keeps_pdf:
            raise ValidationError({"file": "Only pictures are attached to records of this kind, no PDF."})
        if not self.is_pdf and not self.alt:
            raise ValidationError({"alt": "Say what the picture shows, for those who do not see it."})


def refuse_second_pdf(files):
    """A record is about one document: pages of it are named without saying of which."""
    if sum(file.media_type == PDF for file in files) > 1:
        raise ValidationError("A record has one PDF. Replace it, or take one of them away.")


def parts_of(model):
    """The models whose rows are parts of records of this model."""
    related = dict.fromkeys(relation.related_model for relation in model._meta.related_objects)
    return [
        found
        for found in related
        if issubclass(found, Part) and found._meta.get_field(found.record_field).related_model is model
    ]
