"""Pictures of lanes over time, with arrows between them: lying for wide pages, upright for phones.

Places are worked out *along* time and *across* it; only ``Sheet`` knows which of them is x. What has no date stands
in a zone of its own behind the end of the axis. Everything is in whole units of the drawing.
"""

from calendar import monthrange
from dataclasses import dataclass

from media4sec.dates import Span

HIGH, LETTER, GAP = 24, 8, 4  # a label: its height, the width of an average letter; the room between labels
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
    pad: int  # room at both sides of the words in a label
    side: int  # room at both sides of a lane

    def size(self, label):
        """(along, across) of a label."""
        wide = LETTER * len(label) + self.pad
        return (HIGH, wide) if self.upright else (wide, HIGH)

    def point(self, along, across):
        return (across, along) if self.upright else (along, across)

    def box(self, along, across, long, broad):
        x, y = self.point(along, across)
        width, height = self.point(long, broad)
        return {"x": x, "y": y, "width": width, "height": height}


LYING = Sheet(upright=False, month=24, head=44, start=100, pad=12, side=10)
UPRIGHT = Sheet(upright=True, month=19, head=30, start=30, pad=6, side=5)


@dataclass
class _Placed:
    item: Item
    along: int
    across: int
    long: int
    broad: int

    @property
    def middle(self):
        return self.along + self.long // 2


def picture(sheet, lanes, first, last, arrows=(), counted_from=None):
    """What ``portal/_lanes.html`` draws: ``lanes`` over the months from ``first`` to ``last`` (dates in them).

    ``arrows`` are pairs of keys that all start in one lane. They run in a gutter before their target's lane, the
    earliest furthest away, so that none crosses another without need; labels of lanes on the way lie over them.
    Months are numbered from the one of ``counted_from``, if given.
    """
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    end = sheet.start + months * sheet.month
    rest = end + (36 if sheet.upright else 16)  # where the zone without dates begins
    homes = {item.key: number for number, lane in enumerate(lanes) for item in lane.items}
    at = {
        item.key: _along(sheet, first, end, item.when) for lane in lanes for item in lane.items if item.when
    }
    source, packed, starts = None, {}, {}
    if arrows:
        source = homes[arrows[0][0]]
        packed[source] = _packed(sheet, lanes[source], at, {}, (sheet.start, end), rest)
        starts = {label.item.key: label.middle for label in packed[source][0]}

    placed, strips, rows, across = {}, [], [], sheet.head
    gutters = {}
    for number, lane in enumerate(lanes):
        wanted = sorted((starts[start], stop, start) for start, stop in arrows if homes[stop] == number)
        near = {stop: along for along, stop, _ in wanted}
        labels, broad = packed.get(number) or _packed(sheet, lane, at, near, (sheet.start, end), rest)
        bars, lines = _bars([at[item.key] for item in lane.items if item.when and not item.when.is_day])
        targets = {label.item.key: label for label in labels}
        bent = sum(not _is_straight(targets[stop], along) for along, stop, _ in wanted)
        gutter = TRACK * bent + TIP if wanted else 0
        # Bars lie on the far side of the labels, seen from where the arrows come.
        is_after = bool(arrows) and number > source
        top, begin = across, across + sheet.side
        base = begin + (gutter if is_after else STRIP * lines)
        for label in labels:
            label.across += base
            placed[label.item.key] = label
        over = base + broad + 2 if is_after else begin
        strips += [
            sheet.box(start, over + STRIP * line, stop - start, STRIP - 2) for start, stop, line in bars
        ]
        if wanted:
            gutters[number] = (begin if is_after else base + broad + TIP, bent, wanted)
        across = begin + gutter + broad + STRIP * lines + sheet.side
        rows.append({"lane": lane, "top": top, "bottom": across})

    long = max([end, *(label.along + label.long for label in placed.values())]) + 4
    x, y = sheet.point(long, across)
    return {
        "width": x,
        "height": y,
        "upright": sheet.upright,
        "lanes": [_lane(sheet, row, long) for row in rows],
        "end": dict(
            zip(("x1", "y1", "x2", "y2"), (*sheet.point(0, across), *sheet.point(long, across)), strict=True)
        ),
        "axis": _axis(sheet, first, months, across, counted_from),
        "rest": sheet.box(rest - 8, sheet.head, long - rest + 8, across - sheet.head)
        if long > rest
        else None,
        "rest_label": {"x": 0, "y": end + 20} if sheet.upright else {"x": x, "y": sheet.head - 10},
        "strips": strips,
        "arrows": [
            arrow for number in gutters for arrow in _arrows(sheet, placed, gutters[number], number < source)
        ],
        "labels": [_label(sheet, label) for label in placed.values()],
    }


def _along(sheet, first, end, span):
    """Where a span begins and ends along the axis, as far as it lies on it."""

    def place(day):
        months = (day.year - first.year) * 12 + day.month - first.month
        return months + (day.day - 1) / monthrange(day.year, day.month)[1]

    begin = sheet.start + place(span.first) * sheet.month
    long = 0 if span.is_day else round((span.last - span.first).days / 30.4) * sheet.month
    return max(sheet.start, round(begin)), min(end, round(begin) + long)


def _bars(spans):
    """``[(begin, finish, line)]``, each span once, and the number of lines on which none covers another."""
    lines, found = [], []
    for begin, finish in sorted(set(spans)):
        line = next((line for line, taken in enumerate(lines) if taken <= begin), len(lines))
        lines[line : line + 1] = [finish]
        found.append((begin, finish, line))
    return found, len(lines)


def _is_straight(label, along):
    """Whether an arrow that starts here along time reaches the label without a bend."""
    return label.along + 6 <= along <= label.along + label.long - 6


def _packed(sheet, lane, at, near, axis, rest):
    """Labels of a lane in as few rows as need be, and how broad these are: days stand at their day, a month or a year
    at the first free place within it, what has no date in the zone behind the axis."""
    rows, found = [], []

    def put(item, places):
        long, broad = sheet.size(item.label)
        places = places(item, long)
        number = 0
        while True:
            if number == len(rows):
                rows.append([])
            for along in places:
                free = all(
                    along + long + GAP <= begin or finish + GAP <= along for begin, finish in rows[number]
                )
                if free:
                    rows[number].append((along, along + long))
                    found.append((_Placed(item, along, 0, long, broad), number))
                    return
            number += 1

    def at_day(item, long):
        return [min(max(at[item.key][0] - long // 2, axis[0]), axis[1] - long)]

    def within(item, long):
        begin, finish = at[item.key]
        liked = near.get(item.key, begin)
        latest = max(begin, finish - long)
        return sorted(range(begin, latest + 1), key=lambda along: (along + long // 2 < liked, along))

    def behind(item, long):
        after = {finish + GAP for row in rows for _, finish in row}
        return [rest, *sorted(along for along in after if rest < along <= rest + ZONE - long)]

    dated = [item for item in lane.items if item.when]
    for item in sorted((item for item in dated if item.when.is_day), key=lambda item: item.when.first):
        put(item, at_day)
    for item in (item for item in dated if not item.when.is_day):
        put(item, within)
    for item in (item for item in lane.items if not item.when):
        put(item, behind)
    breadth = max((label.broad for label, _ in found), default=HIGH)
    for label, number in found:
        label.across = number * (breadth + GAP)
    return [label for label, _ in found], max(1, len(rows)) * (breadth + GAP) - GAP


def _lane(sheet, row, long):
    middle = (row["top"] + row["bottom"]) // 2
    x, y = sheet.point(4, middle)
    x1, y1 = sheet.point(0, row["top"])
    x2, y2 = sheet.point(long, row["top"])
    return {
        "label": row["lane"].short if sheet.upright else row["lane"].label,
        "name": row["lane"].label,
        "url": row["lane"].url,
        "x": x,
        "y": y + (12 if sheet.upright else 5),
        "line": {"x1": x1, "y1": y1, "x2": x2, "y2": y2},
    }


def _axis(sheet, first, months, across, counted_from):
    """A line for each quarter, with the year where one begins and the number of its month."""
    ahead = (counted_from.year - first.year) * 12 + counted_from.month - first.month if counted_from else None
    lines = []
    for number in range(months + 1):
        month = (first.month - 1 + number) % 12
        if month % 3 and number not in (0, months):
            continue
        along = sheet.start + number * sheet.month
        x1, y1 = sheet.point(along, sheet.head - 6)
        x2, y2 = sheet.point(along, across)
        year = first.year + (first.month - 1 + number) // 12
        tx, ty = sheet.point(along, sheet.head)
        lines.append(
            {
                "x1": x1,
                "y1": y1,
                "x2": x2,
                "y2": y2,
                "is_year": month == 0,
                "year": year if number < months and (month == 0 or number == 0) else "",
                "month": number - ahead + 1 if counted_from and ahead <= number < months else "",
                "x": 0 if sheet.upright else tx + 3,
                "y": ty + 5 if sheet.upright else sheet.head - 26,
                "month_x": 0 if sheet.upright else tx + 3,
                "month_y": ty + 20 if sheet.upright else sheet.head - 10,
            }
        )
    return lines


def _label(sheet, label):
    """A label as the template draws it."""
    box = sheet.box(label.along, label.across, label.long, label.broad)
    return {
        **box,
        "key": label.item.key,
        "label": label.item.label,
        "name": label.item.name,
        "url": label.item.url,
        "shape": label.item.shape,
        "text_x": box["x"] + box["width"] // 2,
        "text_y": box["y"] + box["height"] // 2 + 5,
    }


def _arrows(sheet, placed, gutter, is_before):
    """The arrows into one lane: straight on where the label lies opposite, else along a track of the gutter."""
    begin, bent, wanted = gutter
    number = 0
    for _, stop, start in wanted:
        source, target = placed[start], placed[stop]
        out = source.across if is_before else source.across + source.broad
        into = target.across + target.broad if is_before else target.across
        if _is_straight(target, source.middle):
            points = [(source.middle, out), (source.middle, into)]
        else:
            track = begin + TRACK * (number if is_before else bent - 1 - number) + TRACK // 2
            points = [
                (source.middle, out),
                (source.middle, track),
                (target.middle, track),
                (target.middle, into),
            ]
            number += 1
        spots = [sheet.point(*point) for point in points]
        yield {
            "start": start,
            "stop": stop,
            "points": " ".join(f"{x},{y}" for x, y in spots),
            "head": _head(*spots[-2:]),
        }


def _head(before, tip):
    """The three corners of an arrowhead."""
    (x1, y1), (x, y) = before, tip
    dx, dy = (x > x1) - (x < x1), (y > y1) - (y < y1)
    left, right = (x - 7 * dx + 4 * dy, y - 7 * dy + 4 * dx), (x - 7 * dx - 4 * dy, y - 7 * dy - 4 * dx)
    return " ".join(f"{a},{b}" for a, b in (tip, left, right))
