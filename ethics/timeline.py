"""Timelines of the law as plain shapes for ``portal/_law_timeline.html``: one lying, and one upright for phones.

All measures are whole numbers, so that no language's decimal comma gets into a drawing. A box stands where its date
is; boxes that would overlap move away from the line, and a stem leads back to their date.
"""

import datetime
import math
import textwrap
from bisect import bisect_left
from dataclasses import dataclass, field

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext

from ethics.choices import EventKind, Force

PROJECT_NAME = "MEDI@4SEC"  # this and the dates as on the record of the project, which a test compares
PROJECT_START, PROJECT_END = datetime.date(2016, 7, 1), datetime.date(2018, 12, 31)
BEGINNING = datetime.date(2016, 1, 1)
ENDS = (EventKind.STRUCK_DOWN, EventKind.REPEALED, EventKind.EXPIRES)
OTHERS = (
    EventKind.POSITION,
    EventKind.RATIFIED,
    EventKind.DECISION,
    EventKind.AMENDED,
    EventKind.JUDGMENT,
    EventKind.APPEAL,
)  # they move no state by themselves

BOX_WIDTH, BOX_HEIGHT, GAP = 22, 18, 3
PLATE = 20
LETTER = (
    7.6  # the width of a letter, rather wide than narrow, at the size the style sheet gives to these texts
)
WIDTH = 960
TALL_WIDTH = 328
TALL_YEARS = (
    30,
    40,
    56,
)  # the length of a year on upright pictures; the shortest that keeps to the width is taken


@dataclass(frozen=True)
class Span:
    """A stretch of a line: solid where in force, dotted where proposed, adopted or still to come.

    Without an end it goes on to the edge.
    """

    start: datetime.date
    end: datetime.date | None
    is_solid: bool


@dataclass(frozen=True)
class Lane:
    """One instrument. ``events``: dicts with number, date, is_done and is_unverified, in order of date."""

    label: str
    note: str
    spans: list[Span]
    events: list[dict]
    ended_on: datetime.date | None = None


@dataclass(frozen=True)
class Flag:
    """Something the project wrote: on a day, or in a span of which nothing more is known."""

    label: str
    start: datetime.date
    end: datetime.date


@dataclass
class Drawing:
    width: int = 0
    height: int = 0
    band: dict = field(default_factory=dict)  # while the project ran
    grid: list = field(default_factory=list)  # lines: {x1, y1, x2, y2, kind}
    years: list = field(default_factory=list)  # texts: {x, y, text}
    labels: list = field(default_factory=list)  # texts with a note
    lines: list = field(default_factory=list)
    stems: list = field(default_factory=list)
    plates: list = field(default_factory=list)  # {x, y, width, height, text, text_x, text_y, kind, is_turned}
    boxes: list = field(default_factory=list)  # the same, with number, is_done and is_unverified


class Axis:
    """Where a date lies: from 2016 on in true measure, before that only in the right order."""

    def __init__(self, dates, today, *, start, length=None, year=None, step, early=0):
        last = max([*dates, today])
        self.years = range(BEGINNING.year, last.year + (3 if last.month > 9 else 2))
        self.early = sorted({date for date in dates if date < BEGINNING}) if early else []
        self.start, self.first, self.step = start, start + step // 2, step
        if length and self.early:  # what came before may take half of a picture that cannot grow
            self.step = min(step, (length // 2 - step) // len(self.early))
        room = len(self.early) * self.step + step - self.step
        self.zero = start + (max(early, room + GAP) if self.early else step)
        self.end = start + length if length else self.zero + year * (len(self.years) - 1)

    def at(self, date):
        if date is None:
            return self.end
        if date < BEGINNING:
            rank = bisect_left(self.early, date)
            return self.first + rank * self.step if self.early else self.start
        new_year = datetime.date(date.year, 1, 1)
        share = (date - new_year).days / (datetime.date(date.year + 1, 1, 1) - new_year).days
        passed = date.year - BEGINNING.year + share
        return min(self.end, self.zero + round((self.end - self.zero) * passed / (len(self.years) - 1)))


def timeline(lanes, *, today, flags=(), since=None, with_early=False):
    """The pictures: one lying, and as many upright ones as it takes for each to keep to a phone's width.

    ``since``: what came after this day is new to the project; ``with_early``: before 2016 too.
    """
    flags = sorted(flags, key=lambda flag: (flag.start, flag.label))
    lettered = [(letter_of(number, lanes), lane) for number, lane in enumerate(lanes)]
    given = (today, flags, since, with_early)
    wide = draw(lettered, *given)
    return {
        "wide": wide,
        "talls": uprights(lettered, *given),
        "lanes": [{"letter": letter, "label": lane.label, "note": lane.note} for letter, lane in lettered],
        "has_unverified": any(box["is_unverified"] for box in wide.boxes),
    }


def uprights(lettered, *given):
    """As few pictures as keep to the width, with about as many lanes each."""
    for pictures in range(1, len(lettered) + 1):
        size = math.ceil(len(lettered) / pictures)
        starts = range(0, len(lettered), size)
        found = [upright_of(lettered[start : start + size], *given) for start in starts]
        if all(drawing.width <= TALL_WIDTH for drawing in found):
            break
    return found


def upright_of(lettered, *given):
    """The longer a year is, the narrower the picture: the shortest year that keeps to the width, or the longest."""
    for year in TALL_YEARS:
        drawing = draw(lettered, *given, upright=True, year=year)
        if drawing.width <= TALL_WIDTH:
            break
    return drawing


def letter_of(number, lanes):
    """Lanes of one picture are told apart by letters, after Z by two; a single one needs none."""
    return chr(ord("A") + number % 26) * (number // 26 + 1) if len(lanes) > 1 else ""


def draw(lettered, today, flags, since, with_early, *, upright=False, year=None):
    pen = Pen(upright)
    length = BOX_HEIGHT if upright else BOX_WIDTH
    breadth = BOX_WIDTH if upright else BOX_HEIGHT
    dates = [event["date"] for _, lane in lettered for event in lane.events]
    if with_early:
        dates += [
            date for _, lane in lettered for span in lane.spans for date in (span.start, span.end) if date
        ]
    before = gettext("until %(year)d") % {"year": BEGINNING.year - 1}
    early = (20 if upright else width_of(before) + 8) if with_early else 0
    start = 26 if upright else 0
    axis = Axis(
        dates,
        today,
        start=start,
        length=None if upright else WIDTH - 12,
        year=year,
        step=length + GAP,
        early=early,
    )
    drawing = Drawing()

    # The scale, and on it when the project ran and where today is
    if axis.early:
        drawing.years.append(pen.text(axis.start, 0, before))
    for number in axis.years[:-1]:
        drawing.years.append(pen.text(axis.at(datetime.date(number, 1, 1)), 0, str(number)))
    first, last = axis.at(PROJECT_START), axis.at(PROJECT_END)
    head = 36 if upright else 22
    drawing.plates.append(
        pen.plate(first, head, last - first, PLATE, PROJECT_NAME, "project", is_turned=upright)
    )
    now = axis.at(today)
    words = gettext("Today")
    if not upright:
        words = f"{words}, {date_format(today, 'DATE_FORMAT')}"
    size = width_of(words) + 14
    today_plate = (
        pen.plate(now - PLATE // 2, head, PLATE, size, words, "today")
        if upright
        else pen.plate(min(now - size // 2, WIDTH - size), head, size, PLATE, words, "today")
    )
    drawing.plates.append(today_plate)

    # What the project wrote
    across = head + PLATE
    places = [(axis.at(flag.start) + axis.at(flag.end)) // 2 for flag in flags]
    sizes = [width_of(flag.label) + 12 for flag in flags]
    rows = rows_of(places, max(sizes, default=0))
    for flag, place, size, row in zip(flags, places, sizes, rows, strict=True):
        at = across + 8 + row * (PLATE + 8)
        drawing.plates.append(
            pen.plate(place - size // 2, at, size, PLATE, flag.label, "flag", is_turned=upright)
        )
        ends = (axis.at(flag.start), max(axis.at(flag.end), axis.at(flag.start) + 2))
        drawing.lines.append(pen.line(ends[0], at - 3, ends[1], at - 3, "written"))
    across += (max(rows, default=-1) + 1) * (PLATE + 8)
    if upright:
        across = max(across, head + width_of(words) + 14)
    across += 8

    # The lanes
    for letter, lane in lettered:
        places = [axis.at(event["date"]) for event in lane.events]
        rows = rows_of(places, length)
        depth = (max(rows, default=0) + 1) * (breadth + GAP)
        if upright:
            line, sign = across + 8, 1
            if letter:
                drawing.plates.append(pen.plate(0, across, PLATE, PLATE, letter, "letter"))
        else:
            room = int(WIDTH / LETTER) - len(lane.note) - 8  # the table says the whole title
            label = textwrap.shorten(lane.label, max(room, 20), placeholder=" …")
            drawing.labels.append({**pen.text(-4, across, label), "note": lane.note, "letter": letter})
            line, sign = across + 24 + depth + 3, -1
        for span in lane.spans:
            kind = "lane" if span.is_solid else "dotted"
            drawing.lines.append(pen.line(axis.at(span.start), line, axis.at(span.end), line, kind))
        if lane.ended_on:
            drawing.lines.append(
                pen.line(axis.at(lane.ended_on), line - 6, axis.at(lane.ended_on), line + 6, "stop")
            )
        for event, place, row in zip(lane.events, places, rows, strict=True):
            near = line + sign * (5 + row * (breadth + GAP))
            box = pen.plate(
                place - length // 2, min(near, near + sign * breadth), length, breadth, event["number"]
            )
            told = {name: event[name] for name in ("number", "is_done", "is_unverified")}
            drawing.boxes.append({**box, **told})
            drawing.stems.append(pen.line(place, line - sign * 5, place, near, "stem"))
        across = line + depth + 10 if upright else line + 16

    end = axis.end + 12
    drawing.width, drawing.height = (across, end) if upright else (WIDTH, across)
    top = head + PLATE
    drawing.band = pen.rect(first, top, last - first, across - top)
    for number in axis.years:
        place = axis.at(datetime.date(number, 1, 1))
        drawing.grid.append(pen.line(place, 0, place, across, "grid"))
    if since:
        drawing.grid.append(pen.line(axis.at(since), top, axis.at(since), across, "since"))
    drawing.grid.append(pen.line(now, top, now, across, "today"))
    return drawing


class Pen:
    """Draws along the time and across it: to the right and down, or the other way round on upright pictures."""

    def __init__(self, upright):
        self.upright = upright

    def line(self, along, across, along_end, across_end, kind):
        ends = (along, across, along_end, across_end)
        x1, y1, x2, y2 = (across, along, across_end, along_end) if self.upright else ends
        return {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "kind": kind}

    def rect(self, along, across, length, breadth):
        x, y, width, height = (
            (across, along, breadth, length) if self.upright else (along, across, length, breadth)
        )
        return {"x": x, "y": y, "width": width, "height": height}

    def plate(self, along, across, length, breadth, text, kind="", *, is_turned=False):
        rect = self.rect(along, across, length, breadth)
        middle = {"text_x": rect["x"] + rect["width"] // 2, "text_y": rect["y"] + rect["height"] // 2}
        return {**rect, **middle, "text": text, "kind": kind, "is_turned": is_turned}

    def text(self, along, across, text):
        x, y = (across, along) if self.upright else (along, across)
        return {"x": x if self.upright else x + 4, "y": y + 14, "text": text}


def rows_of(places, size):
    """Rows for things of this size in the order of their places, so that none overlap within a row."""
    last, rows = [], []
    for place in places:
        row = next((row for row, other in enumerate(last) if place - other >= size + GAP), len(last))
        last[row : row + 1] = [place]
        rows.append(row)
    return rows


def width_of(text):
    return round(len(text) * LETTER)


def dates_of(document):
    """What a document says of an instrument's life; None where it does not say."""

    def first(*kinds):
        found = (event["date"] for event in document["events"] if event["event_kind"] in kinds)
        return min(map(parse_date, found), default=None)

    def earliest(*dates):
        return min((date for date in dates if date), default=None)

    adopted = _date(document["adopted_on"]) or first(EventKind.ADOPTED, EventKind.OPENED_FOR_SIGNATURE)
    applied = earliest(
        _date(document["applicable_from"]), first(EventKind.APPLICABLE, EventKind.TRANSPOSITION)
    )
    entered, proposed = first(EventKind.IN_FORCE), first(EventKind.PROPOSED)
    return {
        "first": earliest(proposed, adopted, entered, applied, first(*OTHERS, *ENDS)),
        "proposed": proposed,
        "adopted": adopted,
        "entered": entered,
        "applied": applied,
        "begun": earliest(entered, applied),
        "ended": first(*ENDS),
    }


def _date(text):
    return parse_date(text) if text else None


def lane_of(document, note, events, today):
    """An instrument's lane: only what its document says is drawn. None where it has no date at all."""
    dates = dates_of(document)
    if not dates["first"]:
        return None
    end, begun = dates["ended"], dates["begun"]
    if document["force"] == Force.ENDED and not end:
        # No date says when: the line stops where the last one stands.
        known = [*dates.values(), *(parse_date(event["date"]) for event in document["events"])]
        end = max(date for date in known if date)
    if not begun and document["force"] in (Force.IN_FORCE, Force.IN_STAGES):
        unknown = gettext("since when is not recorded")
        note = f"{note}; {unknown}"
    if begun and begun <= min(end or today, today):
        spans = [
            Span(dates["first"], begun, is_solid=False),
            Span(begun, min(end or today, today), is_solid=True),
        ]
        if not end or end > today:
            spans.append(Span(today, end, is_solid=False))
    else:
        spans = [Span(dates["first"], end, is_solid=False)]
    spans = [span for span in spans if span.start != span.end]
    return Lane(document["title"], note, spans, events, dates["ended"])
