"""The days that records tell of, as a calendar to subscribe to (iCalendar, RFC 5545 and 7986).

Each has a UID for ever. What was withdrawn stays as cancelled: without its day, of which nothing is left.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid5

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from media4sec import problems
from media4sec.imprint import PUBLISHER
from media4sec.interchange.files.exports import row_at
from media4sec.interchange.results import (
    entity_tag,
    generation,
    newest_change,
    publications,
    result_of,
    tagged,
)
from media4sec.kinds import paths
from media4sec.link_headers import link_header, web_link
from media4sec.problems import require_safe
from media4sec.publications.description import DatedEvent, Description, descriptions_of
from media4sec.publications.lists import Listing, title_of
from media4sec.publications.models import Publication
from media4sec.saying import country

MAKER = "-//MEDI@4SEC//Knowledge base//EN"
CALENDAR_TYPE = "text/calendar; charset=utf-8"
LONGEST_LINE = 75  # bytes
IN_VALUES = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n", "\r": None})


@require_safe
def calendar_of_list(request: HttpRequest, path: str) -> HttpResponseBase:
    """``/workshops.ics?theme=…``: all days of the records that the list of that address shows."""
    tag, at = newest_change()
    if not any(kind.has_calendar for kind in paths().get(path, ())):
        return problems.response(request, 404)
    answer = result_of(path, request.GET)
    if answer.errors:
        return problems.refused(request, answer.errors)
    events = [
        line for found in descriptions_of(publications(answer.result.ids)) for line in event_lines(found)
    ]
    if not request.GET:
        events += [line for row in cancelled_of(answer) for line in cancelled(row)]
    title, page = f"{title_of(answer.kinds)} · {PUBLISHER}", f"{settings.BASE_URL}/{path}/"
    return tagged(calendar_answer(title, page, events, path), tag, at)


@require_safe
@problems.fixed
def calendar_of_record(request: HttpRequest, path: str, ref: str) -> HttpResponseBase:
    """``/workshops/W1-….ics``: the days of one record."""
    row = row_at(request, path, ref, "ics")
    if isinstance(row, HttpResponseBase):
        return row
    (description,) = descriptions_of([row])
    if not description.dates:
        return problems.response(request, 404, "This record tells of no day.")
    events = list(event_lines(description))
    made = calendar_answer(description.record.title, description.url, events, row.identifier)
    return tagged(made, entity_tag(generation(), row.pk, row.modified_at), row.modified_at)


def calendar_answer(title: str, page: str, events: Iterable[str], name: str) -> HttpResponse:
    head = [f"METHOD:PUBLISH\r\nPRODID:{MAKER}\r\n", prop("NAME", title), prop("X-WR-CALNAME", title)]
    body = "".join(["BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", *head, *events, "END:VCALENDAR\r\n"])
    response = HttpResponse(body, content_type=CALENDAR_TYPE)
    response["Content-Disposition"] = f'inline; filename="medi4sec-{name}.ics"'
    response["Link"] = link_header(web_link(page, "canonical"))
    return response


def cancelled_of(answer: Listing) -> Iterator[Publication]:
    """What is left of withdrawn records that were an event themselves."""
    kinds = [kind.name for kind in answer.kinds if kind.thing.type == "event"]
    gone = Publication.objects.gone().of(*kinds)
    return gone.filter(modified_at__isnull=False).order_by("pk").iterator(chunk_size=500)


# Events, as lines


def event_lines(description: Description) -> Iterator[str]:
    """The lines of each day that a record tells of."""
    thing = description.thing
    place = ", ".join([*thing.places, *filter(None, [country(thing.country) if thing.country else ""])])
    for event in description.dates:
        is_itself = not event.key
        uid = description.uuid if is_itself else uuid5(description.uuid, event.key)
        yield from (
            "BEGIN:VEVENT\r\n",
            *identity_lines(str(uid), description.updated, description.version),
            f"CREATED:{in_utc(description.issued)}\r\n",
            f"DTSTART;VALUE=DATE:{on(event.first)}\r\n",
            *end_lines(event.last),
            prop("SUMMARY", summary_of(description, event)),
            prop("DESCRIPTION", said_of(event)),
            prop("LOCATION", place if is_itself else ""),
            *(prop("CATEGORIES", ref.label) for ref in description.themes),
            folded_line(f"URL:{description.url}"),
            f"STATUS:{'CONFIRMED' if event.is_verified else 'TENTATIVE'}\r\n",
            "TRANSP:TRANSPARENT\r\n",
            "END:VEVENT\r\n",
        )


def end_lines(last: date) -> Iterator[str]:
    """The day after the last one, unless no calendar has it."""
    if last < date.max:
        yield f"DTEND;VALUE=DATE:{on(last + timedelta(days=1))}\r\n"


def cancelled(row: Publication) -> Iterator[str]:
    """What tells calendars to take off a day."""
    yield "BEGIN:VEVENT\r\n"
    yield from identity_lines(str(row.uuid), row.modified_at, row.version)
    yield prop("SUMMARY", "Withdrawn")
    yield prop("DESCRIPTION", row.reason)
    yield folded_line(f"URL:{settings.BASE_URL}{row.url}")
    yield "STATUS:CANCELLED\r\nEND:VEVENT\r\n"


def identity_lines(uid: str, updated: datetime, version: int) -> Iterator[str]:
    """Which event it is, and as of when and which version this is said of it."""
    yield f"UID:{uid}\r\nDTSTAMP:{in_utc(updated)}\r\nLAST-MODIFIED:{in_utc(updated)}\r\nSEQUENCE:{version}\r\n"


def summary_of(description: Description, event: DatedEvent) -> str:
    """What happens; of a part, with what the record is called, where it does not say it itself."""
    whose = description.record.title
    return event.title if not event.key or whose in event.title else f"{whose}: {event.title}"


def said_of(event: DatedEvent) -> str:
    return "\n\n".join(filter(None, [event.text, "" if event.is_verified else "Not verified."]))


def prop(name: str, text: str) -> str:
    """A property with a text; nothing where there is none."""
    return folded_line(f"{name}:{escaped(text)}") if text else ""


def escaped(text: str) -> str:
    return text.translate(IN_VALUES)


def folded_line(line: str) -> str:
    """A line that is long goes on in others, which begin with a space; no letter is cut through."""
    parts, room = [""], LONGEST_LINE
    for letter in line:
        size = len(letter.encode())
        if size > room:
            parts.append("")
            room = LONGEST_LINE - 1
        parts[-1] += letter
        room -= size
    return "\r\n ".join(parts) + "\r\n"


def on(day: date) -> str:
    return day.isoformat().replace("-", "")  # strftime writes fewer digits for early years


def in_utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
