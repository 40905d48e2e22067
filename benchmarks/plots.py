"""Two kinds of pictures as SVG: bars and curves, both on logarithmic scales. Nothing but text is needed for them."""

import math
from html import escape

WIDTH, LEFT, RIGHT, TOP, LINE = 760, 250, 70, 46, 22
OTHERS = "#9aa4ad"
COLOURS = ("#0b5fa5", "#b3261e", "#1b7f3b", "#8a5a00", "#6a3fa0", "#00737d", "#a3195b", "#4a5560")


def bars(title, rows, mark=1.0):
    """``rows``: ``[(label, value, is it ours?)]``, as bars on a logarithmic scale with a line at ``mark``."""
    lowest, highest = _decades([value for _, value, _ in rows] + [mark])

    def x(value):
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(value) - lowest) / (highest - lowest)

    height = TOP + LINE * len(rows) + 30
    parts = []
    for power in range(lowest, highest + 1):
        parts += [_line(x(10**power), TOP - 6, x(10**power), height - 24, "#d5d9dd")]
        parts += [_text(x(10**power), height - 8, _number(10**power), "middle", "#4a5560")]
    for place, (label, value, is_ours) in enumerate(rows):
        y, colour = TOP + LINE * place, COLOURS[0] if is_ours else OTHERS
        parts += [
            f'<rect x="{LEFT}" y="{y}" width="{max(x(value) - LEFT, 1):.1f}" height="{LINE - 6}" fill="{colour}"/>',
            _text(LEFT - 8, y + 12, label, "end"),
            _text(x(value) + 6, y + 12, _number(value)),
        ]
    parts += [_line(x(mark), TOP - 6, x(mark), height - 24, "#b3261e")]
    return _picture(title, height, parts)


def curves(title, series, across, up):
    """``series``: ``{name: [(x, y)]}``, as curves on logarithmic scales; ``across`` and ``up`` name the axes."""
    height, bottom = 430, 380
    points = [point for line in series.values() for point in line]
    left, right = math.log10(min(x for x, _ in points)), math.log10(max(x for x, _ in points))
    lowest, highest = _decades([y for _, y in points])
    span = right - left or 1

    def at(x, y):
        return (
            60 + (WIDTH - 60 - 200) * (math.log10(x) - left) / span,
            bottom - (bottom - TOP) * (math.log10(y) - lowest) / (highest - lowest),
        )

    parts = [
        _text(60, TOP - 10, up, "start", "#4a5560"),
        _text(WIDTH - 200, bottom + 38, across, "end", "#4a5560"),
    ]
    for power in range(lowest, highest + 1):
        _, y = at(10**left, 10**power)
        parts += [
            _line(60, y, WIDTH - 200, y, "#d5d9dd"),
            _text(52, y + 4, _number(10**power), "end", "#4a5560"),
        ]
    for number in sorted({x for x, _ in points}):
        parts += [_text(at(number, 10**lowest)[0], bottom + 18, _number(number), "middle", "#4a5560")]
    labels = sorted(((at(*line[-1])[1], name) for name, line in series.items()), reverse=True)
    places, free = {}, bottom + LINE
    for y, name in labels:  # from below: no label over another
        places[name] = free = min(y, free - 16)
    for place, (name, line) in enumerate(series.items()):
        colour = COLOURS[place % len(COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in line))
        parts += [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>']
        parts += [_text(WIDTH - 190, places[name] + 4, name, "start", colour)]
    return _picture(title, height, parts)


def _decades(values):
    lowest, highest = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return lowest, max(highest, lowest + 1)


def _number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _line(x, y, to_x, to_y, colour):
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{colour}"/>'


def _text(x, y, text, anchor="start", colour="#1c2227"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


def _picture(title, height, parts):
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'role="img" font-family="sans-serif" font-size="12">'
    )
    lines = [head, f"<title>{escape(title)}</title>", '<rect width="100%" height="100%" fill="#fff"/>']
    heading = f'<text x="12" y="20" font-size="14" font-weight="bold" fill="#1c2227">{escape(title)}</text>'
    return "\n".join([*lines, heading, *parts, "</svg>\n"])
