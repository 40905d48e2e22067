"""Pictures of lanes over time, with arrows between them: lying for wide pages, upright for phones.

What has no date stands in a zone of its own behind the end of the axis.
"""

from calendar import monthrange
from dataclasses import dataclass, replace

from media4sec.dates import Span
from media4sec.drawing import MOST_MARKS, Drawing, FreeRows, Picture, at_most, language_of_content
from media4sec.font import text_width

HIGH, GAP = 24, 4  # a label's height, and the room between labels
ZONE = 600  # how long the zone without dates may become before it gets another row
STRIP, TRACK, TIP = 7, 7, 6  # a bar for a month or a year; room for one arrow, and for its tip


@dataclass(frozen=True)
class Item:
    """One label in a lane. ``key`` names it for arrows; ``name`` is what a screen reader says."""

    key: str
    label: str
    name: str
    url: str
    when: Span | None = None
    shape: str = ""


@dataclass(frozen=True)
class Lane:
    """Its name, and a letter or two for where there is no room for the name."""

    label: str
    short: str
    url: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Sheet:
    """How a picture lies: along time to the right, or downwards."""

    upright: bool
    month: int  # units to a month
    head: int  # room across before the first lane, for the axis
    start: int  # room along before the first month, for the names of the lanes
    after: int  # room along behind the last month
    pad: int  # room at both sides of the words in a label
    side: int  # room at both sides of a lane

    def size(self, item):
        """(along, across) of a label."""
        wide = text_width(item.label, 13, 700) + self.pad
        return (HIGH, wide) if self.upright else (wide, HIGH)


LYING = Sheet(upright=False, month=24, head=44, start=100, after=16, pad=12, side=10)
UPRIGHT = Sheet(upright=True, month=19, head=38, start=30, after=36, pad=6, side=5)


@dataclass(slots=True)
class Label:
    """An item where it is drawn."""

    item: Item
    along: int
    across: int  # of the lane's first row, until the lane has its place
    long: int
    broad: int

    @property
    def middle(self):
        return self.along + self.long // 2

    def is_opposite(self, along):
        """Whether an arrow that starts here along time reaches the label without a bend."""
        return self.along + 6 <= along <= self.along + self.long - 6


def lanes_picture(
    lanes,
    first,
    last,
    label,
    rest="",
    arrows=(),
    counted_from=None,
    keep="",
    url="",
    most=MOST_MARKS,
    total=0,
    is_newest=True,
):
    """``lanes`` over the months from ``first`` to ``last`` (dates in them); ``label`` says what it shows.

    ``arrows`` are pairs of keys that all start in one lane. They run in a gutter before their target's lane, the
    earliest furthest away, so that none crosses another without need; labels of lanes on the way lie over them.
    Months are numbered from the one of ``counted_from``, if given. ``rest``: words for what has no date. Where
    there are too many items, the newest are drawn, and the one whose key is ``keep``; ``url`` leads to all of them,
    of which there may be more than in ``lanes``: ``total``; those that are there are the newest, or the first.
    """
    items = [item for lane in lanes for item in lane.items]

    def worth(item):
        return item.key == keep, item.when.last.toordinal() if item.when else 0

    drawn = {item.key for item in at_most(items, worth, most)}
    if len(drawn) < len(items):
        lanes = [
            replace(lane, items=own)
            for lane in lanes
            if (own := tuple(item for item in lane.items if item.key in drawn))
        ]
        arrows = [(start, stop) for start, stop in arrows if start in drawn and stop in drawn]
    sheets = (LYING, UPRIGHT)
    drawings = tuple(
        draw_lanes(sheet, lanes, first, last, label, rest, arrows, counted_from) for sheet in sheets
    )
    return Picture(drawings, len(drawn), total or len(items), url, is_newest)


def draw_lanes(sheet, lanes, first, last, label, rest_words, arrows, counted_from):
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    end = sheet.start + months * sheet.month
    rest = end + sheet.after  # where the zone without dates begins
    homes = {item.key: number for number, lane in enumerate(lanes) for item in lane.items}
    at = {item.key: along(sheet, first, end, item.when) for lane in lanes for item in lane.items if item.when}
    source, packed, starts = None, {}, {}
    if arrows:
        source = homes[arrows[0][0]]
        packed[source] = pack(sheet, lanes[source], at, {}, end, rest)
        starts = {label.item.key: label.middle for label in packed[source][0]}

    labels, strips, tops, gutters, across = {}, [], [], {}, sheet.head
    for number, lane in enumerate(lanes):
        wanted = sorted((starts[start], stop, start) for start, stop in arrows if homes[stop] == number)
        own, broad = packed.get(number) or pack(
            sheet, lane, at, {stop: place for place, stop, _ in wanted}, end, rest
        )
        rows = FreeRows()
        spans = sorted({at[item.key] for item in lane.items if item.when and not item.when.is_day})
        bars = [(begin, stop, rows.place(stop - begin, (begin, begin))[0]) for begin, stop in spans]
        targets = {label.item.key: label for label in own}
        bent = sum(not targets[stop].is_opposite(place) for place, stop, _ in wanted)
        gutter = TRACK * bent + TIP if wanted else 0
        # Bars lie on the far side of the labels, seen from where the arrows come.
        is_after = bool(arrows) and number > source
        begin = across + sheet.side
        base = begin + (gutter if is_after else STRIP * len(rows.rows))
        for label_ in own:
            label_.across += base
            labels[label_.item.key] = label_
        over = base + broad + 2 if is_after else begin
        strips += [(start, over + STRIP * row, stop - start, STRIP - 2) for start, stop, row in bars]
        if wanted:
            gutters[number] = (begin if is_after else base + broad + TIP, bent, wanted)
        tops.append(across)
        across = begin + gutter + broad + STRIP * len(rows.rows) + sheet.side
    tops.append(across)

    long = max([end, *(label.along + label.long for label in labels.values())]) + 4
    drawing = Drawing(f"pic {'upright' if sheet.upright else 'lying'}", label, sheet.upright)
    drawing.set_size(long, across)
    pen = drawing.ground
    if long > rest:
        pen.box("pic-rest", rest - 8, sheet.head, long - rest + 8, across - sheet.head)
    draw_axis(pen, sheet, first, months, across, counted_from)
    pen.lines("pic-lane", *(((0, top), (long, top)) for top in tops))
    if long > rest:
        x, y = (0, end + 20) if sheet.upright else (long, sheet.head - 10)
        pen.text("pic-small pic-over", x, y, rest_words)
    for strip in strips:
        pen.box("pic-strip", *strip)
    ways = [
        points
        for number, gutter in gutters.items()
        for points in routes(labels, *gutter, is_before=number < source)
    ]
    for points in ways:
        pen.line("pic-halo", *points)
        pen.line("pic-arrow", *points)
    if ways:
        pen.heads(*ways)
    for lane, top, bottom in zip(lanes, tops, tops[1:], strict=False):
        x, y = drawing.point(4, (top + bottom) // 2)
        short = lane.short if sheet.upright else lane.label
        name = drawing.link("pic-name", lane.url, lane.label if short != lane.label else "")
        name.text("", x, y + (12 if sheet.upright else 5), short)
    lang = language_of_content()
    dated = drawing.group("pic-labels", lang=lang)
    undated = drawing.group("pic-labels", rest_words).group(lang=lang) if long > rest else dated
    for mark in labels.values():
        item = mark.item
        link = (dated if item.when else undated).link(
            f"pic-{item.shape}" if item.shape else "", item.url, item.name
        )
        x, y = link.box("", mark.along, mark.across, mark.long, mark.broad)
        link.text("", x, y + 5, item.label)
    return drawing


def along(sheet, first, end, span):
    """Where a span begins and ends along the axis, as far as it lies on it."""
    months = (span.first.year - first.year) * 12 + span.first.month - first.month
    months += (span.first.day - 1) / monthrange(span.first.year, span.first.month)[1]
    begin = round(sheet.start + months * sheet.month)
    long = 0 if span.is_day else round((span.last - span.first).days / 30.4) * sheet.month
    return max(sheet.start, begin), min(end, begin + long)


def pack(sheet, lane, at, near, end, rest):
    """Labels of a lane in as few rows as need be, and how broad these are: days stand at their day, a month or a year
    at the first free place within it, what has no date in the zone behind the axis."""
    rows, found = FreeRows(GAP), []

    def order(item):
        return (2,) if not item.when else (0, item.when.first) if item.when.is_day else (1,)

    def windows(item, long):
        if not item.when:
            return [(rest, max(rest, rest + ZONE - long))]
        begin, finish = at[item.key]
        if item.when.is_day:
            start = min(max(begin - long // 2, sheet.start), end - long)
            return [(start, start)]
        latest = max(begin, finish - long)
        liked = min(max(begin, near.get(item.key, begin) - long // 2), latest + 1)
        return [(liked, latest), (begin, liked - 1)]

    for item in sorted(lane.items, key=order):
        long, broad = sheet.size(item)
        row, start = rows.place(long, *windows(item, long))
        found.append((Label(item, start, 0, long, broad), row))
    breadth = max((label.broad for label, _ in found), default=HIGH)
    for label, row in found:
        label.across = row * (breadth + GAP)
    return [label for label, _ in found], max(1, len(rows.rows)) * (breadth + GAP) - GAP


def draw_axis(pen, sheet, first, months, across, counted_from):
    """A line for each quarter, with the year where one begins and the number of its month."""
    ahead = (
        (counted_from.year - first.year) * 12 + counted_from.month - first.month if counted_from else months
    )
    lines = {"pic-grid": [], "pic-grid pic-year": []}
    for number in range(months + 1):
        month = (first.month - 1 + number) % 12
        if month % 3 and number not in (0, months):
            continue
        place = sheet.start + number * sheet.month
        tick = sheet.head - (1 if sheet.upright else 6)  # a year stands beside it, or above
        lines["pic-grid" if month else "pic-grid pic-year"].append(((place, tick), (place, across)))
        x, y = (0, place + 5) if sheet.upright else (place + 3, sheet.head - 26)
        if number < months and (month == 0 or number == 0):
            pen.text("pic-small", x, y, first.year + (first.month - 1 + number) // 12)
        if ahead <= number < months:
            pen.text("pic-month", x, y + (15 if sheet.upright else 16), number - ahead + 1)
    for look, drawn in lines.items():
        if drawn:
            pen.lines(look, *drawn)


def routes(labels, begin, bent, wanted, is_before):
    """The arrows into one lane: straight on where the label lies opposite, else along a track of the gutter."""
    number = 0
    for _, stop, start in wanted:
        source, target = labels[start], labels[stop]
        out = source.across if is_before else source.across + source.broad
        into = target.across + target.broad if is_before else target.across
        if target.is_opposite(source.middle):
            yield (source.middle, out), (source.middle, into)
        else:
            track = begin + TRACK * (number if is_before else bent - 1 - number) + TRACK // 2
            yield (source.middle, out), (source.middle, track), (target.middle, track), (target.middle, into)
            number += 1
