"""The start page of the back-office: what waits for whoever opens it, each part with the way to all of it.

Other rooms add parts of their own: a page of the back-office that has ``start_section(request)`` is asked for it.
"""

from dataclasses import dataclass

from django.db.models import BigIntegerField, Count, OuterRef, Subquery, Window
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from media4sec.kinds import kinds_by_name
from media4sec.records import policy, waiting
from media4sec.records.admin.comments import comment_url
from media4sec.records.admin.lists import admin_url, planned_in_words
from media4sec.records.comments import label_of_comment
from media4sec.records.models import AuditEntry, Comment, Recheck, Record, Revision, model_of
from media4sec.records.step_forms import recheck_in_words

MOST_ROWS = 10  # in each part


@dataclass(frozen=True)
class Row:
    """One thing that waits: where it is, what it is called, and what is said of it."""

    url: str
    title: str
    label: str = ""  # what it is
    says: str = ""
    quotes: str = ""  # somebody's words
    is_urgent: bool = False


@dataclass(frozen=True)
class Figures:
    """Numbers that lead to lists: ``[(number, words, address)]``, of one thing or of all."""

    title: str
    numbers: list


@dataclass(frozen=True)
class StartSection:
    """A part of the start page. ``all_url`` is the list that shows all of it, if there is one."""

    name: str
    title: str
    total: int
    all_url: str = ""
    rows: list[Row] = ()
    figures: list[Figures] = ()

    @property
    def is_short(self):
        """True if all of it is here."""
        return self.total <= max(len(self.rows), 1)


def start_sections(site, request):
    """The parts that say something."""
    found = [
        *(task_section(request.user, name) for name in waiting.WAITING if name != "comments"),
        recheck_section(request.user),
        comments_section(request.user),
        appointments_section(request.user),
        *site.contributions("start_section", request),
        reviews_section(request.user),
        missing_section(request.user),
    ]
    return [section for section in found if section.total]


def records_url(**query):
    """The list of all records, or a part of it."""
    return reverse("admin:records_record_changelist", query=query)


def task_section(user, name):
    """The records that wait for somebody in one way: the oldest first, but of drafts the newest. Two queries."""
    title, task = waiting.WAITING[name]
    newest = Revision.objects.filter(record=OuterRef("pk"), number=OuterRef("edit_version"))
    records = task(user, Record.objects.all()).annotate(
        step=waiting.newest_step("pk"),
        saved_at=Subquery(newest.values("saved_at")[:1]),
        total=Window(Count("pk")),
    )
    order = ("-saved_at", "-pk") if name == "drafts" else ("step", "pk")
    records = list(records.order_by(*order)[:MOST_ROWS])
    steps = AuditEntry.objects.in_bulk([record.step for record in records if record.step])
    rows = [
        Row(
            admin_url(record),
            record.title,
            called(record),
            *(draft_in_words(record) if name == "drafts" else step_in_words(steps.get(record.step))),
        )
        for record in records
    ]
    total = records[0].total if records else 0
    return StartSection(name, title, total, records_url(waiting=name), rows=rows)


def recheck_section(user):
    """The records that rest on something that has changed, what waits longest first. Two queries."""
    [(name, (title, task))] = waiting.RECHECK.items()
    asked = Recheck.objects.filter(record=OuterRef("pk"))
    records = task(user, Record.objects.all()).annotate(
        asked=Subquery(asked.values("pk")[:1]), total=Window(Count("pk"))
    )
    records = list(records.order_by("asked")[:MOST_ROWS])
    changes = Recheck.objects.select_related("changed").in_bulk([record.asked for record in records])
    rows = [
        Row(admin_url(record), record.title, called(record), recheck_in_words(user, changes[record.asked]))
        for record in records
    ]
    total = records[0].total if records else 0
    return StartSection(name, title, total, records_url(waiting=name), rows=rows)


def comments_section(user):
    """The comments that wait for somebody, the oldest first, each with what was said last. Two queries."""
    title, _ = waiting.WAITING["comments"]
    newest = Comment.objects.filter(answer_to=OuterRef("pk")).order_by("-pk").values("pk")
    found = waiting.for_answer(user).select_related("revision__record").defer("revision__document")
    found = found.annotate(
        newest=Coalesce(Subquery(newest[:1]), "pk", output_field=BigIntegerField()), total=Window(Count("pk"))
    ).order_by("pk")
    found = list(found[:MOST_ROWS])
    said = Comment.objects.select_related("written_by").in_bulk([comment.newest for comment in found])
    rows = []
    for comment in found:
        record, last = comment.revision.record, said[comment.newest]
        rows.append(
            Row(
                comment_url(record, comment),
                record.title,
                label_of_comment(record.kind_name, comment.field),
                f"{last.written_by or 'Somebody'} on {day_of(last.written_at)}",
                last.text,
            )
        )
    total = found[0].total if found else 0
    return StartSection("comments", title, total, records_url(waiting="comments"), rows=rows)


def appointments_section(user):
    """What becomes public by itself, the next first, and what could not. One query."""
    records = policy.visible(user, Record.objects.exclude(appointment=None)).select_related(
        "appointment__revision"
    )
    records = records.defer("appointment__revision__document").annotate(total=Window(Count("pk")))
    records = list(records.order_by("appointment__at", "pk")[:MOST_ROWS])
    rows = [
        Row(
            admin_url(record),
            record.title,
            called(record),
            planned_in_words(record),
            is_urgent=bool(record.appointment.problem),
        )
        for record in records
    ]
    total = records[0].total if records else 0
    return StartSection("appointments", "Public at a time", total, rows=rows)


def called(record):
    """What a record is, with its identifier where pages show one."""
    return f"{record.kind_label} {record.identifier}" if record.shows_identifier else record.kind_label


def draft_in_words(record):
    return (f"{record.get_state_display()}, saved on {day_of(record.saved_at)}",)


def step_in_words(entry):
    """(who did what, their words)."""
    if entry is None:  # loaded from a file in this state
        return ("By a command",)
    return f"{entry.get_action_display()} by {entry.actor or 'a command'} on {day_of(entry.at)}", entry.note


def day_of(time):
    return date_format(timezone.localtime(time), "j F Y")


def reviews_section(user):
    """How many records are due to be looked at again. One query."""
    counts = {f"due_{when}": Count("pk", filter=waiting.review_is(when)) for when in waiting.REVIEWS}
    found = policy.visible(user, Record.objects.all()).aggregate(**counts)
    numbers = [
        (found[f"due_{when}"], words, records_url(review=when)) for when, words in waiting.REVIEWS.items()
    ]
    total = found["due_overdue"] + found["due_90"]
    return StartSection("reviews", "Reviews due", total, figures=[Figures("", numbers)])


def missing_section(user):
    """How many records lack what readers expect, for the kinds where most do. One query."""
    asked = (*waiting.MISSING, waiting.ANYTHING)
    counts = {f"lacks_{what}": Count("pk", filter=waiting.lacks(what)) for what in asked}
    rows = policy.visible(user, Record.objects.order_by()).values("kind_name").annotate(**counts)
    rows = sorted(rows, key=lambda row: (-row["lacks_any"], row["kind_name"]))
    figures = []
    for row in rows[:MOST_ROWS]:
        if row["lacks_any"]:
            opts = model_of(row["kind_name"])._meta
            url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
            numbers = [
                (row[f"lacks_{what}"], words, f"{url}?missing={what}")
                for what, words in waiting.MISSING.items()
                if row[f"lacks_{what}"]
            ]
            figures.append(Figures(kinds_by_name()[row["kind_name"]].names.many, numbers))
    total = sum(row["lacks_any"] for row in rows)
    return StartSection(
        "missing", "What is missing", total, records_url(missing=waiting.ANYTHING), figures=figures
    )
