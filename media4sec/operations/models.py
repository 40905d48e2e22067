"""When each job is due and who has it now, and what came of the jobs."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

LEASE = timedelta(seconds=45)  # a job whose holder died is free then
RUNS_KEPT = timedelta(days=90)


class DueJob(models.Model):
    """A job that is done again and again, by whoever takes it first when it is due; all by the database's clock."""

    name = models.CharField(max_length=40, primary_key=True)
    due_at = models.DateTimeField()
    holder = models.CharField(max_length=100, blank=True, help_text="Who does it now.")
    until = models.DateTimeField(default=timezone.now, help_text="Until when nobody else may.")
    done_at = models.DateTimeField("last done", null=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="In a row.")

    def __str__(self):
        return self.name

    @classmethod
    def take(cls, name, holder):
        """The job as it was, if it is due and nobody has it; else None."""
        free = cls.objects.filter(Q(holder="") | Q(until__lte=Now()), name=name, due_at__lte=Now())
        before = free.first()
        taken = before and free.update(holder=holder, until=Now() + LEASE)
        return before if taken else None

    @classmethod
    def keep(cls, name, holder):
        """Hold it longer; False where it was lost to somebody else."""
        mine = cls.objects.filter(name=name, holder=holder, until__gt=Now())
        return bool(mine.update(until=Now() + LEASE))

    @classmethod
    def give_back(cls, name, holder, **changes):
        cls.objects.filter(name=name, holder=holder).update(holder="", **changes)


class JobRun(models.Model):
    """A run of a job that had something to say, or failed."""

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    job = models.CharField(max_length=40, db_index=True)
    began_at = models.DateTimeField("began")
    ended_at = models.DateTimeField("ended", default=timezone.now, db_index=True)
    outcome = models.CharField(max_length=10, choices=Outcome, db_index=True)
    said = models.TextField(blank=True)
    holder = models.CharField("where", max_length=100, help_text="The machine and the process.")

    class Meta:
        ordering = ["-ended_at", "-pk"]
        verbose_name = "run of a job"
        verbose_name_plural = "runs of jobs"

    def __str__(self):
        return f"{self.job}, {self.get_outcome_display().lower()}"
