"""Pictures that the server draws: previews for social media and messengers, and the site's icons.

Drawn with Pillow from the tokens of ``static/css/portal.css`` and the site's own font; the same words give the same
bytes, on every machine.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw

from media4sec.font import font, glyph_runs, text_length

WIDTH, HEIGHT = 1200, 630  # what Open Graph's readers ask for
MARGIN, BAND = 64, 136
EDITION = "1"  # raise it when the drawing changes: it is in every ETag

# The light theme's tokens.
COLOURS = {
    "sign": "#ffd500",
    "on-sign": "#11171b",
    "paper": "#ffffff",
    "ink": "#11171b",
    "ink-2": "#414b52",
    "good": "#00594e",
    "bad": "#a0121d",
    "ugly": "#54309a",
}

TITLE_SIZES = (92, 80, 70, 62, 54, 47, 41)
TITLE_HEIGHT = 264
LEADING = 1.12


@dataclass(frozen=True)
class Preview:
    """What a preview says; equal ones are the same picture."""

    title: str
    kind: str = ""
    plate: str = ""
    lens: str = ""
    lens_label: str = ""
    themes: tuple[tuple[int, str], ...] = ()
    note: str = "Social media in public security, with the law as it stands today"


# Some 20 kB each, so that a link that many people share is drawn once.
@lru_cache(maxsize=64)
def preview_png(preview):
    """The PNG of a preview, 1200 × 630."""
    image = Image.new("RGB", (WIDTH, HEIGHT), COLOURS["sign"])
    draw = ImageDraw.Draw(image)
    ink = COLOURS["on-sign"]
    right = WIDTH - MARGIN

    after = write(draw, (MARGIN, 80), "MEDI@4SEC", 42, 800, ink)
    write(draw, (after + 14, 80), "knowledge base", 30, 600, ink)
    draw.rectangle((MARGIN, 104, right - 1, 109), fill=ink)

    x = MARGIN
    if preview.plate:
        length = text_length(preview.plate, 40, 800)
        draw.rectangle((x, 134, x + length + 31, 189), fill=ink)
        x = write(draw, (x + 16, 176), preview.plate, 40, 800, COLOURS["sign"]) + 16 + 20
    if preview.kind:
        write(draw, (x, 174), fitted(preview.kind, 32, 600, right - x), 32, 600, ink)

    top = 214 if preview.plate or preview.kind else 150
    size, lines = layout(preview.title, right - MARGIN, TITLE_HEIGHT + 214 - top)
    for number, line in enumerate(lines):
        write(draw, (MARGIN, top + round(size * (0.84 + LEADING * number))), line, size, 800, ink)

    draw.rectangle((0, HEIGHT - BAND, WIDTH, HEIGHT), fill=COLOURS["paper"])
    draw.rectangle((0, HEIGHT - BAND, WIDTH, HEIGHT - BAND + 5), fill=COLOURS["ink"])
    _band(draw, preview, HEIGHT - BAND // 2 + 3)
    # Few colours stand in it: a palette makes a third of the bytes.
    return _bytes(image.quantize(64), "PNG", optimize=True)


def _band(draw, preview, middle):
    """The white foot: lens and themes; or, without these, what the site is."""
    x, right = MARGIN, WIDTH - MARGIN
    if not preview.lens and not preview.themes:
        write(draw, (x, middle + 11), fitted(preview.note, 32, 400, right - x), 32, 400, COLOURS["ink-2"])
        return
    if preview.lens:
        _shape(draw, preview.lens, x, middle - 19, 38)
        x = write(draw, (x + 54, middle + 13), preview.lens_label, 38, 800, COLOURS[preview.lens]) + 48
    widths = [text_length(label, 30, 600) + 114 for _, label in preview.themes]
    has_names = x + sum(widths) <= right + 40
    for number, label in preview.themes:
        draw.rectangle((x, middle - 26, x + 51, middle + 25), fill=COLOURS["ink"])
        inset = (52 - text_length(str(number), 32, 800)) / 2
        write(draw, (x + inset, middle + 11), str(number), 32, 800, COLOURS["paper"])
        x += 64
        if has_names:
            x = write(draw, (x + 6, middle + 10), label, 30, 600, COLOURS["ink"]) + 44


def _shape(draw, lens, x, y, size):
    """Circle, square or triangle: drawn four times as large and made smaller, so that edges are smooth."""
    large = Image.new("L", (size * 4, size * 4))
    pen = ImageDraw.Draw(large)
    if lens == "good":
        pen.ellipse((0, 0, size * 4 - 1, size * 4 - 1), fill=255)
    elif lens == "bad":
        pen.rectangle((0, 0, size * 4, size * 4), fill=255)
    else:
        pen.polygon(((size * 2, 0), (size * 4, size * 4 - 8), (0, size * 4 - 8)), fill=255)
    draw.bitmap((x, y), large.resize((size, size), Image.Resampling.BOX), fill=COLOURS[lens])


# The letters


def layout(title, width, height):
    """The largest size at which a title fits, and its lines; the longest titles are cut off with an ellipsis."""
    for size in TITLE_SIZES:
        lines = heading_lines(title, size, width)
        most = int((height + size * (LEADING - 1)) // (size * LEADING))
        if len(lines) <= most:
            return size, balanced(lines, size, width)
    *kept, last = lines[:most]
    return size, [*kept, fitted(f"{last} {' '.join(lines[most:])}", size, 800, width)]


def balanced(lines, size, width):
    """The same number of lines, as even as they can be."""
    text = " ".join(lines)
    for narrower in range(width // 2, width, 24):
        candidate = heading_lines(text, size, narrower)
        if len(candidate) == len(lines) and " ".join(candidate) == text:
            return candidate
    return lines


def heading_lines(text, size, width):
    """The lines of a heading. A word that is wider than a line is broken where the line ends."""
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if text_length(longer, size, 800) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while text_length(word, size, 800) > width:
            end = bisect_right(range(len(word)), width, key=lambda n: text_length(word[:n], size, 800)) - 1
            lines.append(word[:end])
            word = word[end:]
        line = word
    return [*lines, line] if line else lines


def fitted(text, size, weight, width):
    """The text, cut off with an ellipsis where it is wider than this."""
    if text_length(text, size, weight) <= width:
        return text
    end = bisect_right(
        range(len(text)), width, key=lambda n: text_length(f"{text[:n].rstrip()}…", size, weight)
    )
    return f"{text[: end - 1].rstrip()}…"


def write(draw, start, text, size, weight, colour):
    """Write on a base line, from left to right; return where the text ends."""
    x, y = start
    for subset, run in glyph_runs(text):
        face = font(subset, size, weight)
        draw.text((x, y), run, font=face, fill=colour, anchor="ls")
        x += face.getlength(run)
    return x


# The icons: the three lenses on a yellow plate, as in static/img/favicon.svg


@lru_cache(maxsize=8)
def icon(size, form="PNG"):
    """The icon as PNG or ICO; drawn on a grid of 32, eight times as large, and made smaller."""
    unit = size * 8 / 32
    large = Image.new("RGB", (size * 8, size * 8), COLOURS["sign"])
    draw = ImageDraw.Draw(large)

    def grid(*points):
        return [round(point * unit) for point in points]

    draw.ellipse(grid(4.5, 5, 13.5, 14), fill=COLOURS["on-sign"])
    draw.rectangle(
        [a - b for a, b in zip(grid(18.5, 5, 27.5, 14), (0, 0, 1, 1), strict=True)], fill=COLOURS["on-sign"]
    )
    draw.polygon(grid(16, 17.5, 22, 28, 10, 28), fill=COLOURS["on-sign"])
    image = large.resize((size, size), Image.Resampling.LANCZOS)
    return _bytes(image, form, **({"sizes": [(size, size)]} if form == "ICO" else {"optimize": True}))


def _bytes(image, form, **options):
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()
