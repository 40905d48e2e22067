"""Timelines of the law: one lying, and upright ones for phones.

A box stands where its date is; boxes that would overlap move away from the line, and a stem leads back to their date.
"""

import datetime
import math
from bisect import bisect_left
from dataclasses import dataclass, replace

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext

from ethics.choices import Force
from ethics.on_the_day import dates_of
from media4sec.drawing import Drawing, FreeRows, Pen, Picture, at_most, language_of_content, shortened
from media4sec.font import text_width

PROJECT_NAME = "MEDI@4SEC"  # this and the dates as on the record of the project, which a test compares
PROJECT_START, PROJECT_END = datetime.date(2016, 7, 1), datetime.date(2018, 12, 31)
FIRST_DAY = datetime.date(2016, 1, 1)

BOX_WIDTH, BOX_HEIGHT, GAP = 22, 18, 3
PLATE = 20
WIDTH = 960
TALL_WIDTH = 328
TALL_YEARS = (
    30,
    40,
    56,
)  # the length of a year on upright pictures; the shortest that keeps to the width is taken
MOST_EVENTS, MOST_LANES, MOST_FLAGS = 150, 40, 20
MOST_YEARS = 10  # from today to a day that is drawn


@dataclass(frozen=True)
class Stretch:
    """A stretch of a line: solid where in force, dotted where proposed, adopted or still to come.

    Without an end it goes on to the edge.
    """

    start: datetime.date
    end: datetime.date | None
    is_solid: bool


@dataclass(frozen=True)
class Life:
    """One instrument. ``events``: dicts with number, date, is_done and is_unverified, in order of date."""

    label: str
    url: str
    note: str
    spans: list[Stretch]
    events: list[dict]
    ended_on: datetime.date | None = None


@dataclass(frozen=True)
class Flag:
    """Something the project wrote: on a day, or in a span of which nothing more is known."""

    label: str
    url: str
    start: datetime.date
    end: datetime.date


class Axis:
    """Where a date lies: from 2016 on in true measure, before that only in the right order."""

    def __init__(self, dates, today, *, start, length=None, year=None, step, early=0):
        last = max([*dates, today])
        self.years = range(FIRST_DAY.year, last.year + (3 if last.month > 9 else 2))
        self.early = sorted({date for date in dates if date < FIRST_DAY}) if early else []
        self.start, self.first, self.step = start, start + step // 2, step
        if length and self.early:  # what came before may take half of a picture that cannot grow
            self.step = min(step, (length // 2 - step) // len(self.early))
        room = len(self.early) * self.step + step - self.step
        self.zero = start + (max(early, room + GAP) if self.early else step)
        self.end = start + length if length else self.zero + year * (len(self.years) - 1)

    def at(self, date):
        if date is None:
            return self.end
        if date < FIRST_DAY:
            rank = bisect_left(self.early, date)
            return self.first + rank * self.step if self.early else self.start
        new_year = datetime.date(date.year, 1, 1)
        share = (date - new_year).days / (datetime.date(date.year + 1, 1, 1) - new_year).days
        passed = date.year - FIRST_DAY.year + share
        return min(self.end, self.zero + round((self.end - self.zero) * passed / (len(self.years) - 1)))


@dataclass(frozen=True, slots=True)
class Chronicle(Picture):
    """One drawing that lies, and as many upright ones as it takes for each to keep to a phone's width.

    ``lanes``: (letter, lane) of each.
    """

    lanes: tuple[tuple[str, Life], ...] = ()
    has_unverified: bool = False


def lives_picture(lanes, *, today, day=None, label="", flags=(), since=None, with_early=False):
    """``since``: what came after this day is new to the project; ``with_early``: before 2016 too; ``day``: the one that
    a reader asks for, drawn where the picture has a place for it."""
    shown = at_most(lanes, most=MOST_LANES)
    every = [event for lane in shown for event in lane.events]
    events = at_most(every, lambda event: event["date"], MOST_EVENTS)
    numbers = {event["number"] for event in events}
    shown = [
        replace(lane, events=[event for event in lane.events if event["number"] in numbers]) for lane in shown
    ]
    flags = sorted(flags, key=lambda flag: (flag.start, flag.label))
    flags = at_most(flags, lambda flag: flag.start, MOST_FLAGS)
    lettered = tuple((letter_of(number, shown), lane) for number, lane in enumerate(shown))
    is_drawn = (
        day and day != today and (day >= FIRST_DAY or with_early) and day.year <= today.year + MOST_YEARS
    )
    given = (label, today, day if is_drawn else None, flags, since, with_early)
    drawings = (draw_lives(lettered, *given), *uprights(lettered, *given))
    drawn, total = len(shown) + len(events), sum(1 + len(lane.events) for lane in lanes)
    doubt = any(event["is_unverified"] for event in events)
    return Chronicle(drawings, drawn, total, is_newest=True, lanes=lettered, has_unverified=doubt)


def uprights(lettered, *given):
    """As few pictures as keep to the width, with about as many lanes each. The longer a year is, the narrower they are:
    each has the shortest year that keeps to the width, or the longest."""
    for pictures in range(1, len(lettered) + 1):
        size = math.ceil(len(lettered) / pictures)
        found = []
        for start in range(0, len(lettered), size):
            for year in TALL_YEARS:
                drawing = draw_lives(lettered[start : start + size], *given, upright=True, year=year)
                if drawing.across <= TALL_WIDTH:
                    break
            found.append(drawing)
        if all(drawing.across <= TALL_WIDTH for drawing in found):
            break
    return found


def letter_of(number, lanes):
    """Lanes of one picture are told apart by letters, after Z by two; a single one needs none."""
    return chr(ord("A") + number % 26) * (number // 26 + 1) if len(lanes) > 1 else ""


def draw_lives(lettered, label, today, day, flags, since, with_early, *, upright=False, year=None):
    length, breadth = (BOX_HEIGHT, BOX_WIDTH) if upright else (BOX_WIDTH, BOX_HEIGHT)
    dates = [event["date"] for _, lane in lettered for event in lane.events]
    if with_early:
        spans = [span for _, lane in lettered for span in lane.spans]
        dates += [date for span in spans for date in (span.start, span.end) if date]
    dates += [day] if day else []
    before = gettext("until %(year)d") % {"year": FIRST_DAY.year - 1}
    start, whole = (26, None) if upright else (0, WIDTH - 12)
    early = (20 if upright else width_of(before) + 20) if with_early else 0
    axis = Axis(dates, today, start=start, length=whole, year=year, step=length + GAP, early=early)
    drawing = Drawing(f"timeline timeline-{'tall' if upright else 'wide'}", label, upright)
    # What lies at the back is as broad as the whole picture, which is known at the end.
    back, pen, lang = Pen(drawing.ground.put("g"), upright), drawing.ground, language_of_content()

    def plate(pen, kind, words, along, across, long, broad, *, is_turned=False):
        x, y = pen.box(f"tl-plate is-{kind}", along, across, long, broad)
        turned = {"transform": f"rotate(90 {x} {y})"} if is_turned else {}
        pen.text(f"tl-on is-{kind}", x, y, words, dy=".35em", **turned)

    # The scale, and on it when the project ran and where today is
    scale = [(axis.start, before)] if axis.early else []
    for place, words in [*scale, *((axis.at(datetime.date(year, 1, 1)), year) for year in axis.years[:-1])]:
        x, y = drawing.point(place, 0)
        pen.text("tl-year", x if upright else x + 4, y + 14, words)
    first, last, now = axis.at(PROJECT_START), axis.at(PROJECT_END), axis.at(today)
    head = 36 if upright else 22
    plate(pen, "project", PROJECT_NAME, first, head, last - first, PLATE, is_turned=upright)
    words = gettext("Today")
    if not upright:
        words = f"{words}, {date_format(today, 'DATE_FORMAT')}"
    size = width_of(words) + 16
    if upright:
        plate(pen, "today", words, now - PLATE // 2, head, PLATE, size)
    else:
        plate(pen, "today", words, min(now - size // 2, WIDTH - size), head, size, PLATE)

    # What the project wrote
    across = head + PLATE
    widest = max((width_of(flag.label) + 16 for flag in flags), default=0)
    rows = FreeRows(GAP)
    for flag in flags:
        start, end = axis.at(flag.start), axis.at(flag.end)
        place, size = (start + end) // 2, width_of(flag.label) + 16
        at = across + 8 + rows.place(widest, (place, place))[0] * (PLATE + 8)
        pen.line("tl-written", (start, at - 3), (max(end, start + 2), at - 3))
        link = drawing.link("", flag.url)
        plate(link, "flag", flag.label, place - size // 2, at, size, PLATE, is_turned=upright)
    across += len(rows.rows) * (PLATE + 8)
    if upright:
        across = max(across, head + width_of(words) + 16)
    across += 8

    # The day that is asked for, which may be next to any other
    asked_at = across
    if day:
        words = date_format(day, "DATE_FORMAT")
        size, place = width_of(words) + 16, axis.at(day)
        start = max(0, min(place - size // 2, (axis.end + 12 if upright else WIDTH) - size))
        plate(pen, "day", words, start, across, size, PLATE, is_turned=upright)
        across += PLATE + 8

    # The lanes
    for letter, lane in lettered:
        rows = FreeRows(GAP)
        places = [axis.at(event["date"]) for event in lane.events]
        numbers = [rows.place(length, (place, place))[0] for place in places]
        depth = max(1, len(rows.rows)) * (breadth + GAP)
        line, sign = (across + 8, 1) if upright else (across + 24 + depth + 3, -1)
        if letter or not upright:
            link = drawing.link("", lane.url, f"{letter} {lane.label}".strip(), lang)
            if upright:
                plate(link, "letter", letter, 0, across, PLATE, PLATE)
            else:
                draw_label(link, letter, lane, across + 14, lang)
        for span in lane.spans:
            ends = (axis.at(span.start), line), (axis.at(span.end), line)
            pen.line("tl-lane" if span.is_solid else "tl-dotted", *ends)
        if lane.ended_on:
            pen.line("tl-stop", (axis.at(lane.ended_on), line - 6), (axis.at(lane.ended_on), line + 6))
        for event, place, row in zip(lane.events, places, numbers, strict=True):
            near = line + sign * (5 + row * (breadth + GAP))
            pen.line("tl-stem", (place, line - sign * 5), (place, near))
            look = " is-planned" * (not event["is_done"])
            link = drawing.link("", f"#event-{event['number']}", f"{event['number']}, {event['title']}", lang)
            box = place - length // 2, min(near, near + sign * breadth), length, breadth
            x, y = link.box(f"tl-box{look}{' is-unverified' * event['is_unverified']}", *box)
            link.text(f"tl-on{look}", x, y, event["number"], dy=".35em")
        across = line + depth + 10 if upright else line + 16

    drawing.set_size(axis.end + 12 if upright else WIDTH, across)
    top = head + PLATE
    back.box("tl-band", first, top, last - first, across - top)
    for year in axis.years:
        place = axis.at(datetime.date(year, 1, 1))
        back.line("tl-grid", (place, 0), (place, across))
    if since:
        back.line("tl-since", (axis.at(since), top), (axis.at(since), across))
    back.line("tl-today", (now, top), (now, across))
    if day:
        back.line("tl-day", (axis.at(day), asked_at), (axis.at(day), across))
    return drawing


def draw_label(pen, letter, lane, y, lang):
    """An instrument's title as far as there is room, since the table says it whole, and its state."""
    text = pen.text("tl-label", 0, y, "")
    words = Pen(text)
    if letter:
        words.put("tspan", "tl-note", letter)
    title = shortened(lane.label, max(WIDTH - 40 - width_of(lane.note), 160), 13, 700)
    words.put("tspan", "", title, lang=lang, **({"dx": 8} if letter else {}))
    words.put("tspan", "tl-note", lane.note, dx=8)


def width_of(text):
    return text_width(text, 13, 700)


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
            Stretch(dates["first"], begun, is_solid=False),
            Stretch(begun, min(end or today, today), is_solid=True),
        ]
        if not end or end > today:
            spans.append(Stretch(today, end, is_solid=False))
    else:
        spans = [Stretch(dates["first"], end, is_solid=False)]
    spans = [span for span in spans if span.start != span.end]
    return Life(document["title"], document["url"], note, spans, events, dates["ended"])
