"""What waits for somebody among the working copies: to be mended, reviewed, published, finished, checked again."""

from datetime import timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from media4sec.kinds import kinds
from media4sec.records import policy
from media4sec.records.models import AuditEntry, Citation, Comment, Recheck, Record, Revision, Team
from media4sec.records.policy import Right

Action, State = AuditEntry.Action, Record.State
# Of a review, and what ends one: an identifier whose record was thrown away can be given again.
OF_REVIEW = (Action.SUBMITTED, Action.SENT_BACK, Action.APPROVED)
ENDS_REVIEW = (Action.PUBLISHED, Action.RESTORED, Action.DISCARDED)


def newest_step(field):
    """Of the newest step of a record's review, or of what ended it."""
    steps = AuditEntry.objects.filter(kind_name=OuterRef("kind_name"), identifier=OuterRef("identifier"))
    return Subquery(steps.filter(action__in=(*OF_REVIEW, *ENDS_REVIEW)).order_by("-pk").values(field)[:1])


def wrote(user):
    """The condition that somebody wrote some of what the public has not seen."""
    published = Coalesce(OuterRef("published_revision__number"), Value(0))
    return Exists(Revision.objects.filter(record=OuterRef("pk"), saved_by=user, number__gt=published))


def needs_two():
    """The condition that a record’s team has four eyes."""
    office = Team.objects.filter(owner=None, needs_approval=True)
    return Q(owner__team__needs_approval=True) | Q(Exists(office), owner=None)


def sent_back(user, records):
    """What they wrote, and a reviewer wants otherwise; also once they have begun to mend it."""
    own = policy.visible(user, records, Right.WRITE).filter(wrote(user), state=State.DRAFT)
    return own.alias(said_last=newest_step("action")).filter(said_last=Action.SENT_BACK)


def for_review(user, records):
    """What they may approve: in a team with four eyes, not what they wrote themselves."""
    submitted = policy.visible(user, records, Right.REVIEW).filter(state=State.IN_REVIEW)
    return submitted.exclude(needs_two() & Q(wrote(user)))


def to_publish(user, records):
    return policy.visible(user, records, Right.PUBLISH).filter(state=State.APPROVED)


def drafts(user, records):
    """What they saved last and readers do not see, unless it waits for them for another reason."""
    newest = Revision.objects.filter(record=OuterRef("pk"), number=OuterRef("edit_version"), saved_by=user)
    unpublished = (State.DRAFT, State.IN_REVIEW, State.APPROVED)
    found = policy.visible(user, records, Right.WRITE).filter(Exists(newest), state__in=unpublished)
    reviews, publishes = (policy.own(user, right=right) or Q() for right in (Right.REVIEW, Right.PUBLISH))
    return (
        found.alias(said_last=Coalesce(newest_step("action"), Value("")))
        .exclude(state=State.DRAFT, said_last=Action.SENT_BACK)
        .exclude(Q(state=State.IN_REVIEW) & reviews & ~needs_two())
        .exclude(Q(state=State.APPROVED) & publishes)
    )


def to_recheck(user, records):
    """What rests on something that has changed."""
    asked = Recheck.objects.filter(record=OuterRef("pk"))
    return policy.visible(user, records, Right.WRITE).filter(Exists(asked))


def for_answer(user):
    """Open comments in which others spoke last, on what somebody wrote, or nobody did, or that they took part in."""
    answers = Comment.objects.filter(answer_to=OuterRef("pk"))
    saved = Revision.objects.filter(record=OuterRef("revision__record"), saved_by__isnull=False)
    spoke_last = Subquery(answers.order_by("-pk").values("written_by")[:1])
    took_part = Q(written_by=user) | Exists(answers.filter(written_by=user))
    is_theirs = Exists(saved.filter(saved_by=user)) | ~Exists(saved)
    found = Comment.objects.filter(took_part | is_theirs, answer_to=None, resolved_at=None)
    found = found.alias(spoke_last=Coalesce(spoke_last, "written_by", output_field=IntegerField()))
    found = found.filter(Q(spoke_last=None) | ~Q(spoke_last=user.pk))
    return policy.visible(user, found, Right.WRITE, prefix="revision__record__")


def with_comments(user, records):
    """Those on which a comment waits for somebody."""
    return records.filter(Exists(for_answer(user).filter(revision__record=OuterRef("pk"))))


# {name: (what it is called, which of the records)}
WAITING = {
    "sent-back": ("Sent back to you", sent_back),
    "review": ("Waiting for your review", for_review),
    "publish": ("Approved, to be published", to_publish),
    "drafts": ("Your drafts", drafts),
    "comments": ("Comments for you", with_comments),
}
RECHECK = {"recheck": ("Does it still hold?", to_recheck)}


# What becomes untrue by itself

REVIEWS = {
    "overdue": "Overdue",
    "30": "Due within 30 days",
    "60": "Due within 60 days",
    "90": "Due within 90 days",
}


def review_is(when):
    """The condition that a record's next review is “overdue” or within so many days; the withdrawn need none."""
    today = timezone.localdate()
    due = Q(review_due__lt=today)
    if when != "overdue":
        due = Q(review_due__range=(today, today + timedelta(days=int(when))))
    return due & ~Q(state=State.WITHDRAWN)


# What readers expect

MISSING = {"summary": "No summary", "sources": "No source", "checked_on": "No day of checking"}
ANYTHING = "any"


def lacks(what):
    """The condition that a record lacks this, or ``ANYTHING``, and its kind recommends it."""
    if what == ANYTHING:
        return reduce(or_, map(lacks, MISSING))
    conditions = {
        "summary": Q(summary=""),
        "sources": ~Exists(Citation.objects.filter(record=OuterRef("pk"))),
        "checked_on": Q(checked_on=None),
    }
    asked = [kind.name for kind in kinds() if what in kind.recommended]
    return Q(conditions[what], kind_name__in=asked) & ~Q(state=State.WITHDRAWN)


def lacking(record):
    """What readers expect of a record of this kind, and the working copy does not say, in words. One query."""
    asked = {what: Count("pk", filter=lacks(what)) for what in MISSING}
    found = Record.objects.filter(pk=record.pk).aggregate(**asked)
    return [words for what, words in MISSING.items() if found[what]]
