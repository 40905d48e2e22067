"""The addresses outside the portal that records name, whether they still lead somewhere, and who looks at them now."""

from datetime import timedelta
from hashlib import sha256

from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat, Now
from django.utils import timezone

from media4sec.records.models import Record, Revision
from media4sec.records.workflow import OFF

TURN_LASTS = timedelta(seconds=60)  # a run that died is over then


def digest_of_address(url):
    return sha256(url.encode()).hexdigest()


class Link(models.Model):
    """An address that records name, as it was found when it was last asked for."""

    class State(models.TextChoices):
        NEW = "new", "Not checked yet"
        WORKS = "works", "Works"
        CLOSED = "closed", "Lets only people look"
        FAILING = "failing", "Failed when it was last checked"
        BROKEN = "broken", "Broken"

    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="Of the address.")
    url = models.TextField("address")
    host = models.CharField(max_length=255, db_index=True)
    state = models.CharField(max_length=10, choices=State, default=State.NEW, db_index=True)
    status = models.PositiveSmallIntegerField(null=True, help_text="Of the last answer, by HTTP.")
    problem = models.CharField(max_length=300, blank=True, help_text="What was wrong last, in words.")
    checked_at = models.DateTimeField("last checked", null=True)
    due_at = models.DateTimeField(default=timezone.now, db_index=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="Days in a row on which it failed.")
    failed_on = models.DateField(null=True, help_text="The last day that was counted.")
    failing_since = models.DateField(null=True)
    moved_to = models.TextField("leads for good to", blank=True)
    archived_url = models.TextField("archived copy", blank=True)
    archived_on = models.DateField(null=True)

    class Meta:
        ordering = ["url"]

    def __str__(self):
        return self.url

    @property
    def is_broken(self):
        return self.state == self.State.BROKEN


class LinkUseQuerySet(models.QuerySet):
    def standing(self):
        """Those whose record still names the address, in its working copy or its public version."""
        quote = Value('"', output_field=models.TextField())
        address = Concat(quote, OuterRef("link__url"), quote, output_field=models.TextField())
        versions = Revision.objects.filter(
            Q(number=OuterRef("record__edit_version")) | Q(pk=OuterRef("record__published_revision")),
            record=OuterRef("record"),
            document__contains=address,
        )
        return self.exclude(record__public_state__in=OFF).filter(Exists(versions))


class LinkUse(models.Model):
    """A record that names an address, as it was when the records were last read for that."""

    link = models.ForeignKey(Link, related_name="uses", on_delete=models.CASCADE)
    record = models.ForeignKey(Record, related_name="+", on_delete=models.CASCADE)
    is_public = models.BooleanField(help_text="Its public version does.")

    objects = LinkUseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "record"], name="links_use_once_per_record")]

    def __str__(self):
        return f"{self.record_id}: {self.link_id}"


class Turn(models.Model):
    """Who checks links now, by the database's clock, and how far the records were read for them: one row."""

    holder = models.CharField(max_length=40, blank=True)
    until = models.DateTimeField(default=timezone.now)
    read_up_to = models.PositiveBigIntegerField(default=0, help_text="A position in the audit trail.")

    def __str__(self):
        return f"{self.holder} until {self.until}"

    @classmethod
    def take(cls, holder):
        """The turn, if nobody has it; else None."""
        turn, _ = cls.objects.get_or_create(pk=1)
        free = cls.objects.filter(pk=turn.pk).filter(Q(holder="") | Q(until__lte=Now()))
        return cls.objects.get(pk=turn.pk) if free.update(holder=holder, until=Now() + TURN_LASTS) else None

    def keep(self):
        """Hold it longer; False where it was lost to somebody else."""
        mine = Turn.objects.filter(pk=self.pk, holder=self.holder, until__gt=Now())
        return bool(mine.update(until=Now() + TURN_LASTS))

    def give_back(self):
        Turn.objects.filter(pk=self.pk, holder=self.holder).update(holder="")

    def note_reading(self, position):
        Turn.objects.filter(pk=self.pk).update(read_up_to=position)
        self.read_up_to = position
