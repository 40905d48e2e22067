"""What happens to a report and by when, in words for those who sent it."""

from dataclasses import dataclass

from django.utils import formats
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext, ngettext

from media4sec.corrections.models import CONTACT_KEPT, Correction
from media4sec.saying import day

ReportState = Correction.State


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing that happens to a report: when it was done, or when it will be."""

    title: str
    says: str
    note: str = ""
    is_done: bool = False


def heading_of(correction):
    headings = {
        ReportState.RECEIVED: gettext("Your report has arrived"),
        ReportState.ACKNOWLEDGED: gettext("Your report is being looked into"),
        ReportState.ANSWERED: gettext("Your report is answered"),
        ReportState.CLOSED: gettext("Your report is closed"),
    }
    return headings[correction.state]


def stages_of(correction):
    """All that happens to this report, in order."""
    found = [acknowledged(correction)]
    if correction.hide_due:
        found.append(hidden(correction))
    return [*found, answered(correction), closed(correction)]


def acknowledged(correction):
    title = gettext("Somebody reads it and confirms it here")
    if correction.acknowledged_at:
        return done(title, correction.acknowledged_at)
    if correction.state == ReportState.CLOSED:
        return Stage(title, gettext("Closed without"))
    note = gettext("Two working days, Monday to Friday. Public holidays are not taken off.")
    return Stage(title, by(correction.acknowledge_due), note)


def hidden(correction):
    title = gettext("What is dangerous is hidden from readers")
    if correction.hidden_at:
        return done(title, correction.hidden_at)
    if correction.state in (ReportState.ANSWERED, ReportState.CLOSED):
        return Stage(title, gettext("Nothing was hidden"))
    due = localtime(correction.hide_due)
    says = gettext("By %(day)s, %(time)s (time of Brussels)") % {
        "day": day(due.date().isoformat()),
        "time": formats.date_format(due, "H:i"),
    }
    return Stage(title, says, gettext("One day, if the editors see the danger too."))


def answered(correction):
    title = gettext("The editors answer")
    if correction.answered_at:
        return done(title, correction.answered_at)
    if correction.state == ReportState.CLOSED:
        return Stage(title, gettext("Closed without"))
    if correction.answer_due:
        note = gettext("One month, as for every request about personal data.")
        return Stage(title, by(correction.answer_due), note)
    return Stage(title, gettext("As soon as it is settled; there is no fixed day."))


def closed(correction):
    title, days = gettext("The report is closed"), CONTACT_KEPT.days
    note = ngettext(
        "If you gave an e-mail address, it is deleted %(days)s day later.",
        "If you gave an e-mail address, it is deleted %(days)s days later.",
        days,
    ) % {"days": days}
    if correction.closed_at:
        return done(title, correction.closed_at, note)
    return Stage(title, gettext("Not yet"), note)


def done(title, moment, note=""):
    says = gettext("Done on %(day)s") % {"day": day(localdate(moment).isoformat())}
    return Stage(title, says, note, is_done=True)


def by(date):
    return gettext("By %(day)s") % {"day": day(date.isoformat())}
